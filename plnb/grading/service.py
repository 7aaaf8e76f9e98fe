"""One submission, graded at once and warm: the library call for a service that answers students. Writes to no database.

    graded = grade_one(CourseFolder(path), "u1", {"speed": raw})

It is the engine of `plnb grade`: the same transplant, sandbox, checks and branch balance; only figures are laid out and not
painted, for nobody gets to see them. The first call of a process starts what the next ones use. Calls from several threads take
turns; for more than one at a time use more than one process.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from plnb.core.base import Model
from plnb.engine.runs import Budget
from plnb.errors import NotFoundError
from plnb.grading.balance import ForkTaken
from plnb.grading.jobs import Job, UnitKit
from plnb.grading.repairs import Repair
from plnb.grading.results import NotebookOutcome
from plnb.grading.trust import sandbox_for
from plnb.store.layout import CourseFolder

if TYPE_CHECKING:
    from plnb.engine.sandbox import Tier

_in_turn = threading.Lock()


class Graded(Model):
    """What one submission has come to."""

    unit: str
    """The unit."""
    score: float
    """Points earned, branch balance included. Answers that wait for a person count nothing yet."""
    max_score: float
    """The most there are."""
    outcomes: tuple[NotebookOutcome, ...] = ()
    """Notebook by notebook, with what each check earned and what to say about it."""
    forks: tuple[ForkTaken, ...] = ()
    """Which ways were taken."""
    repairs: tuple[Repair, ...] = ()
    """What was put right."""
    sandbox: str
    """The sandbox the code ran in."""
    seconds: float
    """How long it took."""


def kit_for(
    folder: CourseFolder, unit: str, *, sandbox: Tier | None = None, unsafe: bool = False, budget: Budget | None = None
) -> UnitKit:
    """The kit of a released unit, kept by this process until the unit is released again.

    Raises NotFoundError for a unit that was not released, NotReadyError where no sandbox holds.
    """
    path = folder.manifest(unit)
    try:
        status = path.stat()
    except OSError:
        raise NotFoundError(f"The unit '{unit}' has not been released.", mend=f"Release it: plnb release {unit}") from None
    return _kit(folder.root, unit, (status.st_mtime_ns, status.st_size, status.st_ino), sandbox_for(sandbox, unsafe=unsafe), budget)


def grade_one(
    course: UnitKit | CourseFolder,
    unit: str,
    notebooks: Mapping[str, bytes],
    *,
    others: Mapping[str, bytes] = {},
    student: str = "student",
    sandbox: Tier | None = None,
    unsafe: bool = False,
    budget: Budget | None = None,
) -> Graded:
    """Grade `notebooks` (by name, without `.ipynb`) handed in for a unit, with `others` beside them. Nothing is written down.

    `course` is the course's folder, or a unit's kit. What is wrong with a submission is in the outcome; raises what `kit_for`
    raises, and OurFaultError where this machine failed.
    """
    # What a student waits for must not begin with a second of imports that nobody needs again.
    from plnb.grading.totals import balanced, totals
    from plnb.grading.work import work

    began = time.monotonic()
    kit = course if isinstance(course, UnitKit) else kit_for(course, unit, sandbox=sandbox, unsafe=unsafe, budget=budget)
    if kit.manifest.unit.id != unit:
        raise NotFoundError(f"This is the kit of '{kit.manifest.unit.id}', not of '{unit}'.", mend="Ask for that unit.")
    with _in_turn:
        worked = work(kit, Job(student=student, notebooks=notebooks, others=others, seen=False))
    score, most = totals(kit.manifest, worked.outcomes, {})
    return Graded(
        unit=unit,
        score=score,
        max_score=most,
        outcomes=worked.outcomes,
        forks=balanced(kit.manifest, worked.outcomes, {}).forks,
        repairs=worked.repairs,
        sandbox=kit.tier,
        seconds=time.monotonic() - began,
    )


@lru_cache(maxsize=64)
def _kit(root: Path, unit: str, _version: tuple[int, int, int], tier: str, budget: Budget | None) -> UnitKit:
    from plnb.grading.kits import make_kit
    from plnb.grading.manifest import read_manifest
    from plnb.grading.nbgrader_course import NbgraderCourse

    course = NbgraderCourse(CourseFolder(root))
    manifest = read_manifest(course.folder.manifest(unit))
    return make_kit(course, manifest, budget=budget or Budget(cell_seconds=course.cell_seconds), tier=tier)
