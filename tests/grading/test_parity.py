"""The same scores as `nbgrader autograde`, on nbgrader's own documentation course."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbgrader
import pytest
from nbgrader.converters import Autograde, GenerateAssignment

from plnb.grading.grade import grade
from plnb.grading.nbgrader_course import NbgraderCourse
from plnb.grading.score import DIFFERENCES
from plnb.store.layout import CourseFolder
from tests.grading.builders import comments, grades

GUIDE = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide"


@pytest.fixture
def theirs(tmp_path: Path) -> CourseFolder:
    """The course, released and graded by nbgrader alone."""
    folder = CourseFolder(tmp_path / "theirs")
    for name in ("source/ps1", "submitted"):
        shutil.copytree(GUIDE / name, folder.root / name)
    course = NbgraderCourse(folder)
    course.dir.assignment_id = "ps1"
    GenerateAssignment(coursedir=course.dir, parent=course.app).start()
    shutil.copytree(folder.root, tmp_path / "ours")
    Autograde(coursedir=course.dir, parent=course.app).start()
    return folder


def test_every_score_is_nbgraders_on_its_own_course(theirs: CourseFolder) -> None:
    ours = CourseFolder(theirs.root.parent / "ours")
    summary = grade(ours, jobs=1)

    assert [(o.student, o.state) for o in summary.outcomes] == [("bitdiddle", "graded"), ("hacker", "graded")]
    differed = []
    for outcome in summary.outcomes:
        their_grades = grades(theirs, "ps1", outcome.student)
        our_grades = grades(ours, "ps1", outcome.student)
        assert our_grades.keys() == their_grades.keys()
        assert len(our_grades) == 9
        differed += [(outcome.student, key) for key in our_grades if our_grades[key] != their_grades[key]]
        assert comments(ours, "ps1", outcome.student) == comments(theirs, "ps1", outcome.student)
    assert differed == [], "the only differences allowed are those of DIFFERENCES, and none applies here"
    assert all(outcome.differences == () for outcome in summary.outcomes)
    assert {p.name for p in (ours.autograded / "hacker" / "ps1").iterdir()} == {
        p.name for p in (theirs.autograded / "hacker" / "ps1").iterdir()
    }


def test_every_difference_has_a_name_and_a_reason() -> None:
    assert [d.code for d in DIFFERENCES] == ["stderr", "not-run", "put-back", "above-max"]
    assert all(d.why.endswith(".") and "nbgrader" in d.why for d in DIFFERENCES)
