"""What differs between two gradings of the same work: check by check, from what to what. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from plnb.core.base import Model
from plnb.core.records import Verdict
from plnb.grading.results import CellScore, NotebookOutcome


class ScoreChange(Model):
    """A check that comes out otherwise than before."""

    activity: str
    """The notebook."""
    check: str
    """nbgrader's grade_id."""
    before: float | None
    """Points before; None where there were none, or a person decides."""
    after: float | None
    """Points now."""
    before_max: float = 0.0
    """Points it could earn."""
    after_max: float = 0.0
    """Points it can earn now."""
    before_verdict: Verdict | None = None
    """What had become of it; None where there was no such check."""
    after_verdict: Verdict | None = None
    """What becomes of it now."""
    why: str = ""
    """Why, as far as it can be told."""

    @property
    def said_before(self) -> str:
        """What the audit log keeps of before."""
        return self._line(self.before, self.before_max, self.before_verdict)

    @property
    def says_now(self) -> str:
        """What the audit log keeps of now."""
        return self._line(self.after, self.after_max, self.after_verdict)

    def _line(self, points: float | None, most: float, verdict: Verdict | None) -> str:
        given = "-" if points is None else f"{points:g}"
        return f"{self.activity}/{self.check}: {verdict or 'absent'}, {given} of {most:g}"


def changes(before: Iterable[NotebookOutcome], after: Iterable[NotebookOutcome]) -> tuple[ScoreChange, ...]:
    """Every check whose points or verdict differ, in the order of the work."""
    old, new = _scores(before), _scores(after)
    found = []
    for activity, check in dict.fromkeys([*old, *new]):
        was, now = old.get((activity, check)), new.get((activity, check))
        if _result(was) != _result(now):
            found.append(
                ScoreChange(
                    activity=activity,
                    check=check,
                    before=was.points if was else None,
                    after=now.points if now else None,
                    before_max=was.max_points if was else 0.0,
                    after_max=now.max_points if now else 0.0,
                    before_verdict=was.verdict if was else None,
                    after_verdict=now.verdict if now else None,
                )
            )
    return tuple(found)


def _scores(outcomes: Iterable[NotebookOutcome]) -> dict[tuple[str, str], CellScore]:
    return {(outcome.name, score.check): score for outcome in outcomes for score in outcome.scores}


def _result(score: CellScore | None) -> tuple[float | None, float, Verdict] | None:
    return (score.points, score.max_points, score.verdict) if score else None
