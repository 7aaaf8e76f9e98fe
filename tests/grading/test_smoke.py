"""`plnb lint --run` on a small course, with real kernels: what passes, what must fail, and what it says."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import v4

from plnb.core.findings import Finding
from plnb.grading.smoke import RULES, runs, smoke_run
from plnb.store.layout import CourseFolder
from plnb.store.sources import load_course

COURSE = """\
schema_version: 1
id: tiny
title: Tiny
units:
  - id: one
    title: One
    steps: [{notebook: sound}, {notebook: unsound}]
  - id: two
    title: Two
    steps: [{notebook: other}]
"""


def answer(name: str, text: str) -> Any:
    grader = {"schema_version": 3, "grade_id": name, "grade": False, "solution": True, "locked": False, "task": False}
    return v4.new_code_cell(text, metadata={"nbgrader": grader})


def graded(name: str, text: str, points: float = 2, **plnb: Any) -> Any:
    grader = {
        "schema_version": 3,
        "grade_id": name,
        "grade": True,
        "solution": False,
        "locked": True,
        "task": False,
        "points": points,
    }
    meta = {"schema_version": 1, "role": "check", "standards": ["A1"], **plnb}
    return v4.new_code_cell(text, metadata={"nbgrader": grader, "plnb": meta})


def write(root: Path, unit: str, name: str, *cells: Any) -> None:
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path = root / "source" / unit / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    notebook = v4.new_notebook(cells=list(cells), metadata=kernel)

    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tiny")
    (root / "course.yaml").write_text(COURSE, "utf-8")
    solution = "### BEGIN SOLUTION\nspeed = float(open('data/km.txt').read()) / 2\n### END SOLUTION"
    write(
        root,
        "one",
        "sound",
        v4.new_code_cell("import warnings\nwarnings.simplefilter('error')"),
        answer("speed", solution),
        graded("speed_check", "assert speed == 6", misconceptions=[{"when": "speed == 24", "say": "Times is not by."}]),
        graded("free_check", "### BEGIN HIDDEN TESTS\nassert speed > 5\n### END HIDDEN TESTS", points=0),
        graded("share_check", "2 if speed == 6 else 0"),
        v4.new_code_cell("1 / 0", metadata={"tags": ["raises-exception"]}),
    )
    (root / "source" / "one" / "data").mkdir()
    (root / "source" / "one" / "data" / "km.txt").write_text("12", "utf-8")
    write(
        root,
        "one",
        "unsound",
        answer("a", "### BEGIN SOLUTION\na = 3\n### END SOLUTION"),
        graded("wrong_check", "assert a == 4, 'Count again.'"),
        graded("loud_check", "import sys\nprint('careful', file=sys.stderr)\nassert a"),
        graded("lenient_check", "assert 'a' not in globals() or a == 3"),
        graded("part_check", "assert a\n1"),
        graded("word_check", "assert a\n'well done'"),
        graded(
            "told_check",
            "assert a == 3",
            misconceptions=[
                {"when": "a > 2", "say": "Too many."},
                {"when": "aa == 2", "say": "Twice."},
                {"when": "any(x == a for x in [1, 2])", "say": "Small."},
                {"when": "a = 2", "say": "Not Python."},
            ],
        ),
        v4.new_code_cell("open('left-behind.txt', 'w').write('x')\nundefined_name"),
    )
    write(root, "two", "other", answer("b", "### BEGIN SOLUTION\nb = 1"), graded("b_check", "assert b == 2"))
    return root


@pytest.fixture(scope="module")
def seen(root: Path) -> tuple[tuple[Finding, ...], list[str], tuple[dict[str, str], dict[str, str]]]:
    events: list[str] = []
    before = fingerprint(root)
    found = smoke_run(CourseFolder(root), load_course(root), units=["one"], on_event=events.append)
    return found, events, (before, fingerprint(root))


def fingerprint(root: Path) -> dict[str, str]:
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(root.rglob("*")) if path.is_file()}


Seen = tuple[tuple[Finding, ...], list[str], tuple[dict[str, str], dict[str, str]]]


def test_a_sound_notebook_has_no_findings(seen: Seen) -> None:
    assert not [finding for finding in seen[0] if "unsound" not in finding.place]


def test_each_fault_is_found_at_its_cell(seen: Seen) -> None:
    found = {(finding.code, finding.place.rpartition("cell ")[2]) for finding in seen[0]}

    assert found == {
        ("solution-fails-check", "wrong_check"),
        ("check-writes-stderr", "loud_check"),
        ("blank-passes-check", "lenient_check"),
        ("partial-credit-value", "part_check"),
        ("partial-credit-value", "word_check"),
        ("misconception-fits-solution", "told_check"),
        ("misconception-unknown-name", "told_check"),
        ("solution-cell-fails", "8"),
    }
    assert {code for code, _ in found} == set(RULES) - {"solution-fails-variant"}


def test_findings_say_what_happened_and_what_to_do(seen: Seen) -> None:
    said = {finding.code: finding for finding in seen[0]}

    assert "AssertionError: Count again" in said["solution-fails-check"].message
    assert "NameError" in said["solution-cell-fails"].message
    assert "careful" in said["check-writes-stderr"].message
    assert "asks for aa, which" in said["misconception-unknown-name"].message
    for finding in seen[0]:
        assert finding.place.startswith("source/one/unsound.ipynb, cell ")
        assert finding.message.endswith(".")
        assert finding.mend.endswith(".")
        assert finding.severity is RULES[finding.code].severity
        assert finding.cell is not None


def test_nothing_is_written_in_the_course(seen: Seen) -> None:
    before, after = seen[2]
    assert before == after


def test_each_run_is_told(seen: Seen) -> None:
    assert sorted(seen[1]) == [
        "source/one/sound.ipynb (blank)",
        "source/one/sound.ipynb (solutions)",
        "source/one/unsound.ipynb (blank)",
        "source/one/unsound.ipynb (solutions)",
    ]


def test_a_notebook_that_nbgrader_would_refuse_is_still_run_with_its_solutions(root: Path) -> None:
    found = smoke_run(CourseFolder(root), load_course(root), units=["two"])

    assert [(finding.code, finding.place) for finding in found] == [
        ("solution-fails-check", "source/two/other.ipynb, cell b_check"),
    ]


def test_a_solution_that_only_knows_the_first_numbers_is_found(tmp_path: Path) -> None:
    (tmp_path / "course.yaml").write_text(COURSE, "utf-8")
    vary = {"schema_version": 1, "role": "vary", "name": "variant", "variants": 7}
    given = v4.new_code_cell("variant = 1\nside = variant + 2", metadata={"plnb": vary})
    write(
        tmp_path,
        "one",
        "sound",
        given,
        answer("area", "### BEGIN SOLUTION\narea = side ** 2\n### END SOLUTION"),
        graded("area_check", "assert area == side ** 2"),
    )
    write(
        tmp_path,
        "one",
        "unsound",
        given,
        answer("area", "### BEGIN SOLUTION\narea = 9\n### END SOLUTION"),
        graded("area_check", "assert area == side ** 2", misconceptions=[{"when": "area == 16", "say": "No."}]),
    )
    events: list[str] = []
    found = smoke_run(CourseFolder(tmp_path), load_course(tmp_path), on_event=events.append)

    assert [finding.code for finding in found] == ["solution-fails-variant"] * 2
    assert [finding.message.split(" and ")[0] for finding in found] == ["With variant = 2", "With variant = 7"]
    assert {finding.place for finding in found} == {"source/one/unsound.ipynb, cell area_check"}
    assert len(events) == runs(load_course(tmp_path)) == 8
