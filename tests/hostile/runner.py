"""The corpus, graded by the real grader."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from plnb.cli.feedback import feedback as hand_back
from plnb.engine.runs import Budget
from plnb.engine.sandbox import Tier
from plnb.grading.grade import grade
from plnb.grading.outcomes import GradeSummary, OnEvent
from tests.hostile import reading
from tests.hostile.entry import Entry
from tests.hostile.stage import VICTIM, set_stage, wait_for_quiet
from tests.hostile.verdicts import Miss, leaks, misses

BUDGET = Budget(cell_seconds=3, total_seconds=12, start_seconds=30)


@dataclass(frozen=True)
class Result:
    """A run over the corpus."""

    summary: GradeSummary
    misses: tuple[Miss, ...]


class UnprotectedError(Exception):
    """The sandbox is not in force, so nothing that could do harm may run."""


def _probe(root: Path, tier: Tier) -> None:
    """Hand in something that only looks around, before anything that does more."""
    looks = [entry for entry in reading.ENTRIES if entry.name == "reading-planted-file"]
    with set_stage(root, looks) as stage:
        grade(stage.course, budget=BUDGET, jobs=1, sandbox=tier)
        found = list(leaks(stage.course, looks[0].name, looks[0].unit))
        if found or not (stage.course.autograded / looks[0].name).exists():
            raise UnprotectedError(f"A planted file was read, or nothing ran: {found}")


def run(root: Path, entries: Sequence[Entry], *, tier: str, jobs: int = 2, on_event: OnEvent | None = None) -> Result:
    """Grade everything in one batch, wait two seconds, and compare."""
    _probe(root / "probe", Tier(tier))
    with set_stage(root / "siege", entries) as stage:
        summary = grade(stage.course, budget=BUDGET, jobs=jobs, sandbox=Tier(tier), on_event=on_event)
        alive = wait_for_quiet(stage)
        with redirect_stdout(StringIO()):
            hand_back(units=None, course=stage.course.root, student=None, json=True)
        found = misses(stage, entries, summary, BUDGET)
        found += [Miss("somebody", "alive", each) for each in alive]
        wanted = {(entry.name, entry.unit) for entry in entries} | {(VICTIM, "basics")}
        got = {(outcome.student, outcome.unit) for outcome in summary.outcomes}
        found += [Miss(student, "batch", f"{unit} was not looked at") for student, unit in wanted - got]
    return Result(summary, tuple(found))
