"""A test or its points are mended after the class has handed in: who changes is shown first, and written only when asked to."""

from __future__ import annotations

from pathlib import Path

import pytest

from plnb.core.records import Attempt, Verdict
from plnb.errors import NotebookError, NotReadyError
from plnb.grading.grade import grade
from plnb.grading.regrade import Regraded, regrade
from plnb.store.layout import CourseFolder
from plnb.store.ledger import Ledger
from tests.grading.builders import RIGHT, autotest, cell_of, check_meta, grades, hand_in, read, write

SPORT = {"ratio": RIGHT["ratio"], "explain": RIGHT["explain"]}


@pytest.fixture
def graded(course: CourseFolder) -> CourseFolder:
    """Three students: one answered as the test wants it, one as it should have wanted it, one otherwise."""
    for student, answer in (("ada", "ratio = 4"), ("bob", "ratio = 5"), ("cleo", "ratio = 0")):
        hand_in(course, student, "u2", {**SPORT, "ratio": answer}, without=("in-music",))
    grade(course, jobs=0)
    return course


def change(course: CourseFolder, source: str = "", points: float | None = None) -> None:
    """What a teacher does in source/."""
    nb = read(course.notebook("u2", "in-sport"))
    cell = cell_of(nb, "ratio_check")
    cell.source = source or cell.source
    if points is not None:
        cell.metadata.nbgrader.points = points
    write(course.notebook("u2", "in-sport"), nb)


def said(found: Regraded) -> dict[str, tuple[float, float, list[tuple[str, float | None, float | None, str]]]]:
    return {
        row.student: (row.before, row.after, [(each.check, each.before, each.after, each.why) for each in row.checks])
        for row in found.changes
    }


def everything(course: CourseFolder) -> dict[str, bytes]:
    # SQLite's side files come and go with whoever looks
    return {
        str(path.relative_to(course.root)): path.read_bytes()
        for path in sorted(course.root.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm", ".plnb-lock", "ledger.db"))
    }


def records(course: CourseFolder) -> dict[tuple[str, str], Attempt]:
    with Ledger.open(course.ledger) as ledger:
        return {(r.student, r.check): r for r in ledger.records() if isinstance(r, Attempt)}


def test_a_changed_test_shows_who_changes_and_why_and_writes_nothing(graded: CourseFolder) -> None:
    change(graded, "assert ratio in (4, 5)")
    before, known = everything(graded), records(graded)
    found = regrade(graded, jobs=0)
    assert (found.looked_at, found.written) == (3, False)
    # The way not taken mirrors the share, so two points of four are four of eight.
    assert said(found) == {"bob": (0, 4, [("ratio_check", 0, 2, "the test was changed")])}
    assert everything(graded) == before
    assert records(graded) == known


def test_yes_writes_exactly_that_and_the_audit_log_keeps_both(graded: CourseFolder) -> None:
    change(graded, "assert ratio in (4, 5)")
    before = records(graded)
    found = regrade(graded, jobs=2, write=True)
    assert (list(said(found)), found.written) == (["bob"], True)
    after = records(graded)
    assert grades(graded, "u2", "bob")["in-sport", "ratio_check"] == (2, 2, False)
    assert (before["bob", "ratio_check"].verdict, after["bob", "ratio_check"].verdict) == (Verdict.failed, Verdict.passed)
    assert {key: record.id for key, record in before.items()} == {key: record.id for key, record in after.items()}
    with Ledger.open(graded.ledger) as ledger:
        assert ledger.verify_audit().whole
        *_, last = ledger.events("bob")
        assert [event.kind for event in ledger.events("ada")] == ["graded", "regraded"]
    assert (last.kind, last.body["why"]) == ("regraded", "the unit was changed")
    assert last.body["before"] == ["in-sport/ratio_check: failed, 0 of 2"]
    assert last.body["after"] == ["in-sport/ratio_check: passed, 2 of 2"]
    assert [outcome.state for outcome in grade(graded, jobs=0).outcomes] == ["unchanged"] * 3, "nothing is left to do"
    assert "in (4, 5)" in graded.master("u2", "in-sport").read_text()


def test_changed_points_are_named_as_that(graded: CourseFolder) -> None:
    change(graded, points=6)
    assert said(regrade(graded, jobs=0))["ada"][2] == [("ratio_check", 2, 6, "the points were changed")]
    regrade(graded, jobs=0, write=True)
    assert grades(graded, "u2", "ada")["in-sport", "ratio_check"] == (6, 6, False)


def test_nothing_changed_is_nothing_run(graded: CourseFolder) -> None:
    found = regrade(graded, jobs=0)
    assert (found.looked_at, found.unchanged, found.changes) == (0, ("u2",), ())


def test_points_of_a_person_stay(graded: CourseFolder) -> None:
    from tests.grading.test_grade import give

    give(graded, "bob", "in-sport", "explain", 2, "Well said.")
    grade(graded, jobs=0)
    change(graded, "assert ratio in (4, 5)")
    regrade(graded, jobs=0, write=True)
    assert (records(graded)["bob", "explain"].points, records(graded)["bob", "explain"].comment) == (2, "Well said.")
    assert grades(graded, "u2", "bob")["in-sport", "explain"] == (None, 2, False)


def test_a_test_that_cannot_be_released_changes_nothing(graded: CourseFolder) -> None:
    nb = read(graded.notebook("u2", "in-sport"))
    nb.cells.append(nb.cells[-1])
    write(graded.notebook("u2", "in-sport"), nb)
    before = everything(graded)
    with pytest.raises(Exception, match="nbgrader does not release this"):
        regrade(graded, jobs=0, write=True)
    assert everything(graded) == before


@pytest.mark.parametrize("yes", [False, True])
def test_cells_that_came_after_the_hand_ins_are_refused_before_anything_is_promised(graded: CourseFolder, yes: bool) -> None:
    nb = read(graded.notebook("u2", "in-sport"))
    nb.cells.append(autotest("one_more", 1, "assert ratio", plnb=check_meta("S.1")))
    write(graded.notebook("u2", "in-sport"), nb)
    before = everything(graded)
    with pytest.raises(NotebookError, match="one_more") as caught:
        regrade(graded, jobs=0, write=yes)
    assert "nbgrader db assignment remove u2 --force" in caught.value.mend
    assert everything(graded) == before


def test_some_students_only_can_be_looked_at_but_not_written(graded: CourseFolder) -> None:
    change(graded, "assert ratio in (4, 5)")
    assert list(said(regrade(graded, jobs=0, students=["bob"]))) == ["bob"]
    with pytest.raises(NotReadyError, match="for everybody"):
        regrade(graded, jobs=0, students=["bob"], write=True)


def test_a_hand_in_that_is_newer_than_its_grade_is_left_to_plain_grading(graded: CourseFolder, tmp_path: Path) -> None:
    hand_in(graded, "bob", "u2", {**SPORT, "ratio": "ratio = 4"}, without=("in-music",), at="2025-09-05 10:00:00 UTC")
    change(graded, "assert ratio in (4, 5)")
    found = regrade(graded, jobs=0, write=True)
    assert (found.looked_at, said(found)) == (2, {})
    assert {o.student: o.state for o in grade(graded, jobs=0).outcomes} == {
        "ada": "unchanged",
        "bob": "graded",
        "cleo": "unchanged",
    }
