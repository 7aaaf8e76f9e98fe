"""A course's own standards aligned to published ones: in the files, in what is said, and in what is published."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from plnb.core.standards import Relation
from plnb.interop.case import read_package
from plnb.store.standards_file import read_framework
from tests.cli.lists import COURSE, OURS, make_course, plnb, refused, tree


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_course(tmp_path)


def aligned(root: Path, code: str, file: str = "ours.yaml") -> list[tuple[Relation, str, str]]:
    framework = read_framework((root / "frameworks" / file).read_bytes(), file)
    (standard,) = (each for each in framework.standards if each.code == code)
    return [(each.relation, each.framework, each.code) for each in standard.alignments]


def test_without_codes_each_standard_that_is_not_aligned_gets_the_likest_ones(root: Path):
    done = plnb(root, "align")
    assert done.exit_code == 0, done.output
    said = [line.strip() for line in done.output.splitlines()]
    first = said.index("R.1 Compute a unit rate from two quantities. (not aligned)")
    assert said[first + 1].startswith("M.RP.2 of state: Understand the unit rate of two quantities.")
    assert not any(line.startswith("R Rates.") for line in said)  # a group
    assert not any("M.G.1" in line for line in said)  # shares no words
    known = json.loads(plnb(root, "align", "--json").output)
    assert (known["framework"], known["aligned"]) == ("ours", [])
    assert [one["like"][0]["code"] for one in known["not_aligned"]] == ["M.RP.2", "M.EE.5"]
    assert all(len(one["like"]) <= 3 for one in known["not_aligned"])


def test_an_alignment_is_a_few_lines_more_and_every_comment_stays(root: Path):
    done = plnb(root, "align", "R.1", "M.RP.2", "--as", "isPartOf")
    assert "R.1 is a part of M.RP.2 of state" in done.output
    lines = (root / "frameworks" / "ours.yaml").read_text("utf-8").splitlines(keepends=True)
    before = OURS.splitlines(keepends=True)
    assert [line for line in lines if line in before] == before
    assert [line.strip() for line in lines if line not in before][:4] == [
        "aligned:",
        "- code: M.RP.2",
        "relation: isPartOf",
        "framework: state",
    ]
    assert aligned(root, "R.1") == [(Relation.part_of, "state", "M.RP.2")]
    assert "M.RP.2 of state" in plnb(root, "search", "R.1").output
    assert "R.1   a part of  M.RP.2 of state" in plnb(root, "align").output


def test_it_survives_being_published_and_brought_in_again(root: Path, tmp_path: Path):
    plnb(root, "align", "R.2", "M.EE.5", "--as", "exactMatchOf")
    plnb(root, "align", "R.2", "8.F.B.4")
    plnb(root, "export", str(tmp_path / "ours.json"), "-f", "ours")
    published = read_package((tmp_path / "ours.json").read_text("utf-8"))
    there = {(each.relation, each.framework, each.code) for each in published.standards[2].alignments}
    assert there == {(Relation.exact_match, "state", "M.EE.5"), (Relation.related, "state", "8.F.B.4")}
    assert plnb(root, "import", str(tmp_path / "ours.json"), "--name", "again").exit_code == 0
    assert set(aligned(root, "R.2", "again.case.json")) == there


def test_saying_it_again_changes_nothing_and_saying_it_otherwise_replaces_it(root: Path):
    plnb(root, "align", "R.1", "M.RP.2")
    before = tree(root)
    assert plnb(root, "align", "R.1", "m.rp.2").exit_code == 0
    assert tree(root) == before
    plnb(root, "align", "R.1", "M.RP.2", "--as", "exactMatchOf")
    assert aligned(root, "R.1") == [(Relation.exact_match, "state", "M.RP.2")]


def test_what_was_aligned_by_its_published_code_alone_gets_its_framework(root: Path):
    file = root / "frameworks" / "ours.yaml"
    file.write_text(OURS + "    aligned: [8.F.4]   # from the book\n", encoding="utf-8")
    plnb(root, "align", "R.2", "CCSS.Math.Content.8.F.B.4")
    assert aligned(root, "R.2") == [(Relation.related, "state", "8.F.B.4")]


def test_taken_away_the_file_is_what_it_was(root: Path):
    before = tree(root)
    plnb(root, "align", "R.2", "M.EE.5")
    plnb(root, "align", "R.2", "8.F.B.4")
    done = plnb(root, "align", "R.2", "8.f.b.4", "--remove")
    assert "R.2 is no longer related to 8.F.B.4 of state" in done.output
    assert aligned(root, "R.2") == [(Relation.related, "state", "M.EE.5")]
    plnb(root, "align", "R.2", "M.EE.5", "--remove")
    assert tree(root) == before


def test_a_standard_on_one_line_is_aligned_on_that_line(root: Path):
    file = root / "frameworks" / "ours.yaml"
    file.write_text(OURS + "  - {code: R.3, statement: Compare rates.}  # short\n", encoding="utf-8")
    plnb(root, "align", "R.3", "M.RP.2")
    plnb(root, "align", "R.3", "M.EE.5")
    assert {code for _, _, code in aligned(root, "R.3")} == {"M.RP.2", "M.EE.5"}
    assert "# short" in file.read_text("utf-8")


def test_a_published_list_need_not_be_named_in_the_course_and_an_own_one_may_be_chosen(root: Path):
    (root / "course.yaml").write_text(COURSE.replace(", frameworks/state.case.json", ""), encoding="utf-8")
    assert plnb(root, "align", "R.1", "M.RP.2").exit_code == 0
    assert refused(root, "align", "M.RP.2", "R.1", "-f", "state").mend == "Use one of: ours."
    (root / "course.yaml").write_text(COURSE, encoding="utf-8")
    assert plnb(root, "align", "M.RP.2", "R.1", "-f", "state", "--as", "isPeerOf").exit_code == 0
    assert aligned(root, "M.RP.2", "state.case.json") == [(Relation.peer, "ours", "R.1")]


def test_a_code_that_two_published_lists_have_must_be_told_apart(root: Path):
    text = OURS.replace("code: R.1", "code: M.RP.2").replace("[R.1]", "[M.RP.2]")
    (root / "frameworks" / "other.yaml").write_text(text, encoding="utf-8")
    error = refused(root, "align", "R.1", "M.RP.2")
    assert "is in other and state" in error.message
    assert "--of" in error.mend
    plnb(root, "align", "R.1", "M.RP.2", "--of", "state")
    plnb(root, "align", "R.1", "M.RP.2", "--of", "other")
    assert [framework for _, framework, _ in aligned(root, "R.1")] == ["state", "other"]
    plnb(root, "align", "R.1", "M.RP.2", "--of", "state", "--remove")
    assert [framework for _, framework, _ in aligned(root, "R.1")] == ["other"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("R.11", "M.RP.2"), "Did you mean R.1"),
        (("R.1", "M.RP2"), "Did you mean M.RP.2"),
        (("R.1", "zzz"), "See what is like your own"),
        (("R.1", "R.2"), "Did you mean"),
        (("R.1",), "plnb standards align R.1 CODE"),
        (("R.1", "M.RP.2", "--of", "nobody"), "Use one of: state."),
        (("R.1", "M.RP.2", "--remove"), "It is aligned to: nothing."),
        (("R.1", "M.RP.2", "-f", "nobody"), "Use one of: ours, state."),
    ],
)
def test_what_cannot_be_is_refused_with_the_mend_and_nothing_is_written(root: Path, words: tuple[str, ...], said: str):
    assert said in refused(root, "align", *words).mend


def test_a_relation_that_case_does_not_know_is_refused(root: Path):
    before = tree(root)
    assert plnb(root, "align", "R.1", "M.RP.2", "--as", "same").exit_code == 2
    assert tree(root) == before


def test_a_course_with_no_other_list_is_told_to_bring_one(root: Path):
    (root / "frameworks" / "state.case.json").unlink()
    (root / "course.yaml").write_text(COURSE.replace(", frameworks/state.case.json", ""), encoding="utf-8")
    assert "plnb standards import" in plnb(root, "align").output
    assert "plnb standards import" in refused(root, "align", "R.1", "M.RP.2").mend


def test_a_file_that_may_not_be_written_stays(root: Path, monkeypatch: pytest.MonkeyPatch):
    folder = root / "frameworks"
    folder.chmod(0o500)
    try:
        assert refused(root, "align", "R.1", "M.RP.2").code == "read-only"
    finally:
        folder.chmod(0o700)


@pytest.mark.parametrize("file", ["ours.yaml", "ours.case.json"])
def test_two_people_who_align_different_standards_merge_without_a_conflict(root: Path, tmp_path: Path, file: str):
    path = root / "frameworks" / file
    if file.endswith(".json"):
        plnb(root, "export", str(path), "-f", "ours")
        (root / "frameworks" / "ours.yaml").unlink()
        (root / "course.yaml").write_text(COURSE.replace("ours.yaml", file), encoding="utf-8")
    base = path.read_bytes()
    for name, words in (("mine", ("R.1", "M.RP.2")), ("theirs", ("R.2", "M.EE.5"))):
        path.write_bytes(base)
        assert plnb(root, "align", *words).exit_code == 0
        (tmp_path / name).write_bytes(path.read_bytes())
    (tmp_path / "base").write_bytes(base)
    subprocess.run(["git", "merge-file", "mine", "base", "theirs"], cwd=tmp_path, check=True)
    path.write_bytes((tmp_path / "mine").read_bytes())
    assert [code for _, _, code in (*aligned(root, "R.1", file), *aligned(root, "R.2", file))] == ["M.RP.2", "M.EE.5"]
