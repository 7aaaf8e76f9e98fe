"""A made-up class: students who never lived, handing in work on a released course, for demos and tests.

From the released notebooks (what students start from) and the teacher's solutions it writes `submitted/<student>/<unit>/…` as
`nbgrader collect` would. The same seed makes the same bytes.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Final

from plnb.authoring.desk import Desk
from plnb.authoring.mangle import mangle
from plnb.authoring.people import HandIn, Slipped, SyntheticClass, SyntheticStudent
from plnb.authoring.planning import plan
from plnb.authoring.roster import seats
from plnb.authoring.writing import hand_in
from plnb.errors import OutputExistsError
from plnb.store.layout import CourseFolder

__all__ = ["DEFAULT_SEED", "HandIn", "SyntheticClass", "SyntheticStudent", "hand_in_again", "make_class"]

DEFAULT_SEED: Final = 2025

README: Final = """# These students are made up

Every folder here that begins with `demo-` was written by `plnb.authoring.synthetic` (seed {seed}): no such student exists, and
nobody wrote this work. It is here to try out grading and progress reports on a class with all the mishaps of a real one.
"""


def make_class(folder: CourseFolder, *, n: int = 24, seed: int = DEFAULT_SEED) -> SyntheticClass:
    """Make a class of `n` students for every released unit of a course, and their first hand-ins.

    Raises NotReadyError where nothing has been released, OutputExistsError where a student of the class has handed in before;
    nothing is written then.
    """
    desk = Desk(folder, seed)
    expected = [plan(desk, number, seat) for number, seat in enumerate(seats(n), start=1)]
    for student in expected:
        if (folder.submitted / student.id).exists():
            raise OutputExistsError(
                f"{student.id} has handed in work already.",
                place=str(folder.submitted / student.id),
                mend="Remove the folders that begin with `demo-` to make the class anew.",
            )
    folder.submitted.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".class-", dir=folder.root) as scratch:
        students = tuple(_first_hand_in(desk, student, Path(scratch) / student.id) for student in expected)
        for student in students:
            (Path(scratch) / student.id).rename(folder.submitted / student.id)
    (folder.submitted / "README.md").write_text(README.format(seed=seed), encoding="utf-8")
    return SyntheticClass(seed=seed, course=desk.course.id, students=students)


def hand_in_again(folder: CourseFolder, made: SyntheticClass, *, student: str | None = None) -> tuple[HandIn, ...]:
    """Bring the second, better hand-in of those who try twice (or of one of them), later than the first. It replaces the first."""
    desk = Desk(folder, made.seed)
    handed_in = []
    for one in made.students:
        if student not in {None, one.id}:
            continue
        for unit in one.again:
            target = folder.submission(one.id, unit)
            with tempfile.TemporaryDirectory(prefix=".again-", dir=folder.root) as scratch:
                hand_in(desk, one, unit, Path(scratch) / unit, attempt=2)
                shutil.rmtree(target, ignore_errors=True)
                (Path(scratch) / unit).rename(target)
            handed_in.append(HandIn(student=one.id, unit=unit))
    return tuple(handed_in)


def _first_hand_in(desk: Desk, student: SyntheticStudent, into: Path) -> SyntheticStudent:
    """Write everything a student hands in at first, mangle what is to be mangled, and say what was done."""
    slips: list[Slipped] = []
    answered: dict[str, frozenset[str]] = {}
    for unit in student.units:
        work = hand_in(desk, student, unit, into / unit, attempt=1)
        slips += work.slips
        answered |= work.answered
    mangled = []
    for each in student.mangles:
        notebook = into / each.unit / f"{each.notebook}.ipynb"
        what = mangle(each.mangle, notebook, answered=answered.get(each.notebook, ()))
        mangled.append(each.model_copy(update={"what": what}))
    return student.model_copy(update={"slips": tuple(slips), "mangles": tuple(mangled)})
