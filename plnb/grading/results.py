"""What comes back from a worker: plain values, what each check earned and what each notebook became.

They travel between processes and machines and part of them is kept in the ledger, so nothing in here holds a kernel, a folder or a
database, and importing it costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from plnb.core.base import Model
from plnb.core.records import Verdict
from plnb.engine.runs import Ended
from plnb.grading.repairs import Repair


class CellScore(Model):
    """What a check earned by itself."""

    check: str
    """nbgrader's grade_id."""
    points: float | None
    """Points earned; None where a person has to decide."""
    max_points: float
    """Points it can earn."""
    verdict: Verdict
    """What became of it."""
    attempted: bool
    """Whether the student changed anything it asks for."""
    message: str = ""
    """What to tell the student."""
    differences: tuple[str, ...] = ()
    """Codes of the differences to nbgrader that made the score what it is."""
    checked_in: Literal["", "kernel", "outside"] = ""
    """Where the verdict was reached; empty where nothing ran."""
    seed: int | None = None
    """The number of the question's variant, where its numbers vary; else the fresh number the check was given, if any."""
    seconds: float = 0.0
    """How long the check took."""

    @property
    def share(self) -> float:
        """Share of the points; for a check of 0 points 1 if passed, else 0."""
        if self.max_points > 0:
            return (self.points or 0.0) / self.max_points
        return 1.0 if self.verdict is Verdict.passed else 0.0


class IntegrityFlag(Model):
    """Something a person should look at. It never changes a score."""

    code: str
    """Stable name of what was seen."""
    message: str
    """What was seen, in one sentence that accuses nobody."""
    check: str = ""
    """The check it was seen at."""
    diff: str = ""
    """What differs, where that can be shown."""


class NotebookOutcome(Model):
    """What came of one notebook."""

    name: str
    """The notebook."""
    state: Literal["graded", "missing", "refused"]
    """Whether there was something to grade."""
    reason: str = ""
    """Why it was refused."""
    scores: tuple[CellScore, ...] = ()
    """What each check earned by itself."""
    unanswered: tuple[str, ...] = ()
    """Answer cells that are as they were released."""
    written: Mapping[str, str] = {}
    """What the student wrote at reflection points, by the point's id."""
    choices: Mapping[str, tuple[str, ...]] = {}
    """Options the student says were chosen, by fork."""
    ended: Ended | None = None
    """Why the run stopped early, where it did."""
    seconds: float = 0.0
    """How long running it took."""
    flags: tuple[IntegrityFlag, ...] = ()
    """What a person should look at."""


@dataclass(frozen=True)
class Worked:
    """A submission, graded notebook by notebook."""

    outcomes: tuple[NotebookOutcome, ...]
    repairs: tuple[Repair, ...]
    executed: Mapping[str, bytes]
    """Notebooks with their outputs, for nbgrader's `autograded` folder."""
