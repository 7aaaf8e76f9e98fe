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
from tests.grading.builders import answer, autotest, comments, essay, grades, hand_in, notebook, write

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
    assert [d.code for d in DIFFERENCES] == ["stderr", "not-run", "put-back", "outside", "strict", "numbers", "above-max"]
    assert all(d.why.endswith(".") and "nbgrader" in d.why for d in DIFFERENCES)


ODD_ANSWERS = {
    "right": "v = 1",
    "wrong": "v = 2",
    "raises": "raise RuntimeError('no')",
    "hidden-error": "get_ipython().showtraceback = lambda *a, **k: None\nv = 2",
    "exits": "import sys\nv = 2\nsys.exit()",
    "warns": "import sys\nclass V(int):\n    def __eq__(self, other):\n        print('hm', file=sys.stderr)\n        return True\n"
    "    __hash__ = None\nv = V(1)",
    "loud": "v = 1\nprint('x' * 100)",
}


def odd_course(root: Path) -> CourseFolder:
    """A plain nbgrader course with a test cell for every rule of nbgrader's scoring."""
    folder = CourseFolder(root)
    cells = [
        answer("a", "v = 1"),
        autotest("plain", 2, "assert v == 1, 'not one'"),
        autotest("half", 2, "1.5 if v == 1 else 0"),
        autotest("words", 2, "'well done' if v == 1 else 'no'"),
        autotest("negative", 2, "-1"),
        autotest("silent", 2, "None"),
        autotest("prints", 2, "print(v)"),
        autotest("nothing", 0, "assert v == 1"),
        essay("why", 3),
    ]
    write(folder.notebook("u1", "odd"), notebook(*cells))
    return folder


def test_every_rule_of_scoring_gives_nbgraders_points_or_a_named_difference(tmp_path: Path) -> None:
    theirs, ours = odd_course(tmp_path / "theirs"), CourseFolder(tmp_path / "ours")
    course = NbgraderCourse(theirs)
    course.dir.assignment_id = "u1"
    GenerateAssignment(coursedir=course.dir, parent=course.app).start()
    for student, source in ODD_ANSWERS.items():
        hand_in(theirs, student, "u1", {"a": source, "why": "" if student == "wrong" else f"Said by {student}."})
    shutil.copytree(theirs.root, ours.root)
    Autograde(coursedir=course.dir, parent=course.app).start()
    summary = grade(ours, jobs=2)

    differed = {
        (student, key[1]): (grades(theirs, "u1", student)[key][0], grades(ours, "u1", student)[key][0])
        for student in ODD_ANSWERS
        for key in grades(theirs, "u1", student)
        if grades(theirs, "u1", student)[key] != grades(ours, "u1", student)[key]
    }
    assert differed == {("warns", "plain"): (0, 2), ("warns", "half"): (0, 1.5), ("warns", "words"): (0, 2)}
    assert {o.student: o.differences for o in summary.outcomes if o.differences} == {"warns": ("outside",)}
