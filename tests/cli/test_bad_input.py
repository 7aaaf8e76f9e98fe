"""What cannot be used is refused with one sentence, a place, a mend and exit code 2, and nothing is written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

GOOD = """\
schema_version: 1
id: tiny
title: Tiny
frameworks: [frameworks/tiny.case.json]
mastery:
  policy: {type: streak, n: 2}
units:
  - id: one
    title: One
    steps:
      - notebook: first
"""

FRAMEWORK = json.dumps({"CFDocument": {"title": "Tiny", "identifier": "810f94ab-0000-5000-8000-000000000000"}, "CFItems": []})


UNSAFE = ("--unsafe-no-sandbox",)


def plnb(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "plnb.cli.main", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "COLUMNS": "400", "PYTHONIOENCODING": "utf-8"},
        timeout=120,
    )


def course(tmp_path: Path, text: str, framework: str = FRAMEWORK) -> Path:
    root = tmp_path / "course"
    (root / "frameworks").mkdir(parents=True)
    (root / "course.yaml").write_text(text, encoding="utf-8")
    (root / "frameworks" / "tiny.case.json").write_text(framework, encoding="utf-8")
    return root


def tree(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


BAD = {
    "a bad YAML line": (GOOD.replace("    title: One\n", "    title: One: two\n"), FRAMEWORK, "course.yaml:9", ""),
    "an unknown key": (GOOD.replace("    steps:", "    setps:"), FRAMEWORK, "course.yaml:10", "steps"),
    "a policy with a typo": (GOOD.replace("streak", "streek"), FRAMEWORK, "course.yaml:6", "streak"),
    "a number out of range": (GOOD.replace("n: 2", "n: 0"), FRAMEWORK, "course.yaml:6", ""),
    "a newer version": (GOOD.replace("schema_version: 1", "schema_version: 99"), FRAMEWORK, "course.yaml", "upgrade"),
    "an empty file": ("", FRAMEWORK, "course.yaml", ""),
    "a list instead of keys": ("- 1\n- 2\n", FRAMEWORK, "course.yaml", ""),
    "a framework that is not JSON": (GOOD, "{", "tiny.case.json", ""),
    "a framework that is a list": (GOOD, "[]", "tiny.case.json", ""),
    "a framework that is missing": (GOOD.replace("tiny.case", "gone.case"), FRAMEWORK, "gone.case.json", ""),
}


@pytest.mark.parametrize("verb", ["lint", "map", "release", "grade", "progress"])
def test_a_missing_course_is_one_sentence(verb: str, tmp_path: Path) -> None:
    done = plnb(verb, cwd=tmp_path)
    assert done.returncode == 2
    assert "course.yaml" in done.stderr
    assert "plnb new" in done.stderr
    assert "Traceback" not in done.stderr
    assert tree(tmp_path) == {}


@pytest.mark.parametrize("kind", BAD)
def test_bad_course_files_name_the_place_and_the_mend(kind: str, tmp_path: Path) -> None:
    text, framework, place, mend = BAD[kind]
    root = course(tmp_path, text, framework)
    before = tree(root)
    done = plnb("lint", "-C", str(root), cwd=tmp_path)
    assert done.returncode == 2, done.stderr + done.stdout
    assert place in done.stderr, done.stderr
    assert mend.lower() in done.stderr.lower(), done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert tree(root) == before


def test_a_case_file_with_nulls_is_read_and_what_is_missing_is_said(tmp_path: Path) -> None:
    nulls = {"CFDocument": {"title": None, "identifier": None}, "CFItems": [{"fullStatement": None}, None], "CFAssociations": None}
    root = course(tmp_path, GOOD)
    file = tmp_path / "nulls.json"
    file.write_text(json.dumps(nulls), encoding="utf-8")
    before = tree(root)
    done = plnb("standards", "validate", str(file), cwd=tmp_path)
    assert done.returncode in (1, 2), done.stdout + done.stderr
    assert "nulls.json" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert tree(root) == before


def test_a_folder_is_no_framework_file(tmp_path: Path) -> None:
    root = course(tmp_path, GOOD)
    done = plnb("standards", "validate", str(root / "frameworks"), cwd=tmp_path)
    assert done.returncode == 2
    assert "This is a folder. Name one file." in done.stderr


def test_places_outside_a_course_are_whole_paths(tmp_path: Path) -> None:
    course(tmp_path, GOOD)
    assert f"✗ {tmp_path}: There is no course.yaml" in plnb("lint", cwd=tmp_path).stderr
    done = plnb("lint", "-C", "course/typo", cwd=tmp_path)
    assert done.returncode == 2
    assert f"✗ {tmp_path / 'course' / 'typo'}: There is no such folder." in done.stderr


def test_an_unknown_unit_lists_the_known_ones(tmp_path: Path) -> None:
    root = course(tmp_path, GOOD)
    done = plnb("grade", "won", "-C", str(root), cwd=tmp_path)
    assert done.returncode == 2
    assert "one" in done.stderr


def with_a_notebook(root: Path) -> Path:
    (root / "source" / "one").mkdir(parents=True)
    (root / "source" / "one" / "first.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    return root


def test_a_misspelt_unit_among_the_hand_ins_is_told_which_there_are(tmp_path: Path) -> None:
    root = with_a_notebook(course(tmp_path, GOOD))
    (root / "submitted" / "ana" / "won").mkdir(parents=True)
    done = plnb("grade", "-C", str(root), *UNSAFE, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "The course has no unit 'won'. Its units: one. Hand-ins lie in submitted/<student>/<unit>/." in done.stdout


@pytest.mark.parametrize("verb", ["progress", "feedback"])
def test_where_nothing_was_graded_nothing_is_reported_as_done(tmp_path: Path, verb: str) -> None:
    root = with_a_notebook(course(tmp_path, GOOD))
    for _ in range(2):  # with no ledger, then with an empty one
        done = plnb(verb, "-C", str(root), cwd=tmp_path)
        assert done.returncode == 2, done.stdout
        assert "Nothing has been graded yet. Grade what came in first: plnb grade" in done.stderr
        done = plnb("grade", "-C", str(root), *UNSAFE, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "Nothing has been handed in yet. Hand-ins lie in submitted/<student>/<unit>/." in done.stdout


def test_yes_alone_is_refused(tmp_path: Path) -> None:
    done = plnb("grade", "--yes", "-C", str(course(tmp_path, GOOD)), cwd=tmp_path)
    assert done.returncode == 2
    assert "belongs to --regrade" in done.stderr


def test_new_refuses_a_folder_with_something_in_it(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine.txt").write_text("keep", encoding="utf-8")
    done = plnb("new", "there", cwd=tmp_path)
    assert done.returncode == 2
    assert tree(tmp_path) == {"there/mine.txt": b"keep"}


def test_json_errors_are_json_too(tmp_path: Path) -> None:
    done = plnb("lint", "--json", cwd=tmp_path)
    assert done.returncode == 2
    error = json.loads(done.stderr)["error"]
    assert all(error[key] for key in ("code", "message", "mend"))


def test_a_folder_of_lists_is_brought_in_whole_or_not_at_all(tmp_path: Path) -> None:
    root = course(tmp_path, GOOD)
    lists = tmp_path / "lists"
    lists.mkdir()
    (lists / "our list.csv").write_text("code;statement;requires\nA;Can do a.;\nB;Can do b.;A\n", encoding="utf-8")
    (lists / "torn.csv").write_text("code,statement\nC\n", encoding="utf-8")
    before = tree(root)
    refused = plnb("standards", "import", str(lists), cwd=root)
    assert refused.returncode == 2
    assert "torn.csv:2" in refused.stderr
    assert "no statement" in refused.stderr
    assert tree(root) == before
    (lists / "torn.csv").unlink()
    done = plnb("standards", "import", str(lists), cwd=root)
    assert done.returncode == 0, done.stderr
    assert "frameworks/our-list.case.json" in done.stdout
    with_both = GOOD.replace("[frameworks/tiny.case.json]", "[frameworks/tiny.case.json, frameworks/our-list.case.json]")
    (root / "course.yaml").write_text(with_both, encoding="utf-8")
    assert "Can do b." in plnb("standards", "search", "b", cwd=root).stdout


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("words", [("demo", "made"), ("new", "made"), ("release",), ("grade",), ("progress",), ("preview", "one")])
def test_a_folder_where_nothing_can_be_written_is_said_in_a_sentence(tmp_path: Path, words: tuple[str, ...]) -> None:
    root = course(tmp_path, GOOD)
    (root / "source" / "one").mkdir(parents=True)
    (root / "source" / "one" / "first.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    if words[0] == "new":
        (root / "course.yaml").unlink()  # inside a course it would be refused before that
    before = tree(root)
    root.chmod(0o555)
    try:
        done = plnb(*words, cwd=root)
    finally:
        root.chmod(0o755)
    assert "itself failed" not in done.stderr
    assert "Traceback" not in done.stderr
    assert tree(root) == before
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
