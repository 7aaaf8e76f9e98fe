"""What grading tells as it goes, and at the end. Plain values for whoever draws a progress bar or a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Union

from plnb.core.base import Model
from plnb.grading.repairs import NEEDS_A_LOOK, Repair

State = Literal["graded", "unchanged", "updated", "refused", "our_fault"]
"""`unchanged`: graded before. `updated`: graded before, and a person has given points since."""


class RefusedFile(Model):
    """A notebook that could not be graded."""

    notebook: str
    """The notebook."""
    reason: str
    """Why, in one sentence."""


class SubmissionOutcome(Model):
    """What came of one submission."""

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
    seconds: float = 0.0
    """How long it took."""

    @property
    def needs_person(self) -> bool:
        """Whether somebody should look at this submission before its score counts (checks graded by hand aside)."""
        return (
            self.state in ("refused", "our_fault")
            or bool(self.refused)
            or any(repair.code in NEEDS_A_LOOK for repair in self.repairs)
        )


class GradeSummary(Model):
    """A whole run."""

    outcomes: tuple[SubmissionOutcome, ...] = ()
    """Every submission looked at, by unit and student."""
    seconds: float = 0.0
    """How long the run took."""

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
