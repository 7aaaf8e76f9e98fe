"""What grading tells as it goes, and at the end. Plain values for whoever draws a progress bar or a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Union

from plnb.core.base import Model
from plnb.grading.repairs import NEEDS_A_LOOK, Repair
from plnb.grading.results import IntegrityFlag

State = Literal["graded", "unchanged", "updated", "refused", "our_fault", "elsewhere"]
"""`unchanged`: graded before. `updated`: graded before, and a person has given points since. `elsewhere`: another grader has it."""


class RefusedFile(Model):
    """A notebook that could not be graded."""

    notebook: str
    """The notebook."""
    reason: str
    """Why, in one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionOutcome:
    """What came of one submission. Slots, because a summary has one for each: a model takes ten times as much memory."""

    student: str
    """Name of the student's folder; nbgrader's student id where it is one."""
    unit: str
    """The unit."""
    state: State
    """What was done with it."""
    reason: str = ""
    """Why it was refused, or what our fault was."""
    score: float | None = None
    """Points in nbgrader's gradebook, late penalties taken off; None where there are none."""
    max_score: float = 0.0
    """Points there are."""
    attempt: int = 1
    """Which different hand-in of the unit it is."""
    repairs: tuple[Repair, ...] = ()
    """What was put right."""
    refused: tuple[RefusedFile, ...] = ()
    """Notebooks that could not be graded."""
    missing: tuple[str, ...] = ()
    """Notebooks that were not handed in, those on other branches left out."""
    differences: tuple[str, ...] = ()
    """Codes of the differences to nbgrader's scores that applied; see `score.DIFFERENCES`."""
    waiting: int = 0
    """Checks that wait for a person."""
    ended: tuple[str, ...] = ()
    """Notebooks whose run stopped early: each with why, in a sentence."""
    flags: tuple[IntegrityFlag, ...] = ()
    """What a person should look at, with what differs. It changed no score."""
    moved: int = 0
    """Checks that were to run outside the student's process and ran in it, because its kernel cannot be asked from aside."""
    seconds: float = 0.0
    """How long it took."""
    timings: tuple[tuple[str, float], ...] = ()
    """Seconds that each check took, by `notebook/check`, of a submission that has just been graded."""

    @property
    def needs_person(self) -> bool:
        """Whether somebody should look at this submission before its score counts (checks graded by hand aside)."""
        return (
            self.state in ("refused", "our_fault")
            or bool(self.refused or self.flags)
            or any(repair.code in NEEDS_A_LOOK for repair in self.repairs)
        )


class SlowCheck(Model):
    """How long one check takes over the class."""

    unit: str
    """The unit."""
    check: str
    """`notebook/check`."""
    mean: float
    """Seconds it takes a student's work on average."""
    longest: float
    """Seconds it took at most."""
    student: str
    """With whose work."""


class SlowChecks:
    """Adds up how long checks take, without keeping what came of anybody."""

    def __init__(self) -> None:
        self._checks: dict[tuple[str, str], tuple[int, float, float, str]] = {}

    def add(self, outcome: SubmissionOutcome) -> None:
        """Take a submission's timings in."""
        for check, seconds in outcome.timings:
            key = outcome.unit, check
            runs, total, longest, student = self._checks.get(key, (0, 0.0, -1.0, ""))
            longest, student = max((longest, student), (seconds, outcome.student))
            self._checks[key] = runs + 1, total + seconds, longest, student

    def slowest(self, most: int = 5) -> tuple[SlowCheck, ...]:
        """The checks that take most time, all students together, the worst first."""
        ranked = sorted(self._checks.items(), key=lambda each: -each[1][1])[:most]
        return tuple(
            SlowCheck(unit=unit, check=check, mean=total / runs, longest=longest, student=student)
            for (unit, check), (runs, total, longest, student) in ranked
        )


class GradeSummary(Model):
    """A whole run."""

    outcomes: tuple[SubmissionOutcome, ...] = ()
    """Every submission looked at, by unit and student."""
    seconds: float = 0.0
    """How long the run took."""
    left: int = 0
    """Submissions that were not looked at because the run was stopped; the next one goes on with them."""
    interrupted: bool = False
    """Whether somebody stopped the run."""
    slowest: tuple[SlowCheck, ...] = ()
    """The checks that took most of the time."""

    def of(self, state: State) -> tuple[SubmissionOutcome, ...]:
        """Submissions in a state."""
        return tuple(outcome for outcome in self.outcomes if outcome.state == state)


class Started(Model):
    """Grading has looked at what there is."""

    kind: Literal["started"] = "started"
    """Which event."""
    total: int
    """Submissions to look at."""
    jobs: int
    """Worker processes."""
    sandbox: str = ""
    """The sandbox students' code runs in; empty where each worker says its own."""


class Settled(Model):
    """One submission is done with, in whatever way."""

    kind: Literal["settled"] = "settled"
    """Which event."""
    outcome: SubmissionOutcome
    """What came of it."""
    done: int
    """Submissions done with so far."""
    total: int
    """Submissions to look at."""


class Finished(Model):
    """The run is over."""

    kind: Literal["finished"] = "finished"
    """Which event."""
    summary: GradeSummary
    """All of it."""


GradeEvent = Union[Started, Settled, Finished]

OnEvent = Callable[[GradeEvent], None]
