"""From what a submission earned to records: attempts at checks, choices, reflections. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from plnb.core.base import Model, Trust
from plnb.core.course import Check
from plnb.core.records import Attempt, ChoiceMade, GoalSet, Record, Reflected, Verdict, record_id
from plnb.grading.balance import Balanced, CheckKey, Scored
from plnb.grading.manifest import Manifest
from plnb.grading.results import CellScore, NotebookOutcome

if TYPE_CHECKING:
    from plnb.grading.gradebook import Mark

_UNIT_SPAN = 10_000
"""Places in the order of evidence that a unit has: more than it has checks."""


class HandIn(Model):
    """Which submission the records come from."""

    student: str
    """nbgrader's student id."""
    digest: str
    """Hash of the files."""
    at: datetime
    """When it was handed in."""
    attempt: int
    """Which hand-in of the unit it is."""
    sandbox: str = ""
    """The sandbox its code ran in."""


def scored(manifest: Manifest, outcomes: Iterable[NotebookOutcome], marks: Mapping[CheckKey, Mark]) -> tuple[Scored, ...]:
    """What each check of a unit has earned so far, a person's points before the grader's."""
    own = {(outcome.name, score.check): score for outcome in outcomes for score in outcome.scores}
    found = []
    for activity in manifest.unit.activities():
        for check in activity.checks:
            key = activity.id, check.id
            mark, score = marks.get(key), own.get(key)
            points = mark.points if mark and mark.points is not None else (score.points or 0.0) if score else 0.0
            attempted = bool(score and score.attempted) or bool(mark and mark.points is not None)
            found.append(Scored(activity=activity.id, check=check.id, max_points=check.points, points=points, attempted=attempted))
    return tuple(found)


def claims(outcomes: Iterable[NotebookOutcome]) -> dict[str, tuple[str, ...]]:
    """What the student says was chosen, in any of the unit's notebooks."""
    return {fork: options for outcome in outcomes for fork, options in outcome.choices.items()}


def records_of(
    manifest: Manifest, hand_in: HandIn, outcomes: Iterable[NotebookOutcome], balanced: Balanced, marks: Mapping[CheckKey, Mark]
) -> tuple[Record, ...]:
    """Every record that comes from one submission."""
    outcomes = tuple(outcomes)
    return (
        *_attempts(manifest, hand_in, outcomes, balanced, marks),
        *_choices(manifest, hand_in, balanced),
        *_voices(manifest, hand_in, outcomes),
    )


def _attempts(
    manifest: Manifest,
    hand_in: HandIn,
    outcomes: tuple[NotebookOutcome, ...],
    balanced: Balanced,
    marks: Mapping[CheckKey, Mark],
) -> Iterator[Attempt]:
    own = {(outcome.name, score.check): score for outcome in outcomes for score in outcome.scores}
    seq = manifest.place * _UNIT_SPAN
    for activity in manifest.unit.activities():
        for check in activity.checks:
            seq += 1
            key = activity.id, check.id
            score, mark = own.get(key), marks.get(key)
            comment = _comment(activity.id, check, marks)
            if score is None and (mark is None or mark.points is None):
                continue  # the notebook was not handed in: no evidence of anything
            attempt = Attempt(
                id=record_id(manifest.course, hand_in.student, manifest.unit.id, activity.id, check.id, hand_in.digest),
                course=manifest.course,
                student=hand_in.student,
                at=hand_in.at,
                seq=seq,
                trust=Trust.graded,
                unit=manifest.unit.id,
                activity=activity.id,
                check=check.id,
                standards=check.standards,
                max_points=check.points,
                verdict=Verdict.not_attempted,
                submission=hand_in.digest,
                attempt=hand_in.attempt,
                sandbox=hand_in.sandbox,
                comment=comment,
                mixed=check.mixed,
            )
            if mark is not None and mark.points is not None:
                yield _marked(attempt, mark.points)
            elif score is not None:
                yield _graded(attempt, score, check, off_path=key in balanced.mirrored and not score.attempted)


def _graded(attempt: Attempt, score: CellScore, check: Check, *, off_path: bool) -> Attempt:
    if off_path:
        return attempt.model_copy(update={"verdict": Verdict.not_on_path})
    return attempt.model_copy(
        update={
            "verdict": score.verdict,
            "score": min(1.0, max(0.0, score.share)),
            "points": score.points or 0.0,
            "message": score.message,
            "checked_in": score.checked_in or ("" if check.manual else "kernel"),
            "seed": score.seed,
        }
    )


def _marked(attempt: Attempt, points: float) -> Attempt:
    """A person's judgement."""
    most = attempt.max_points
    share = min(1.0, max(0.0, points / most)) if most > 0 else float(points > 0)
    verdict = Verdict.passed if share >= 1 else Verdict.failed if share <= 0 else Verdict.partial
    return attempt.model_copy(
        update={"verdict": verdict, "score": share, "points": points, "trust": Trust.teacher, "checked_in": "person"}
    )


def _comment(activity: str, check: Check, marks: Mapping[CheckKey, Mark]) -> str:
    """What a person wrote about a check or about the answers it tests."""
    about = dict.fromkeys((check.id, *check.answers))
    return "\n\n".join(mark.comment for cell in about if (mark := marks.get((activity, cell))) and mark.comment)


def _choices(manifest: Manifest, hand_in: HandIn, balanced: Balanced) -> Iterator[ChoiceMade]:
    for number, fork in enumerate(balanced.forks):
        if fork.options:
            yield ChoiceMade(
                id=record_id(manifest.course, hand_in.student, "choice", fork.fork, hand_in.digest),
                course=manifest.course,
                student=hand_in.student,
                at=hand_in.at,
                seq=manifest.place * _UNIT_SPAN + number,
                trust=Trust.graded if fork.inferred else Trust.self_,
                fork=fork.fork,
                options=fork.options,
                inferred=fork.inferred,
            )


def _voices(manifest: Manifest, hand_in: HandIn, outcomes: tuple[NotebookOutcome, ...]) -> Iterator[Reflected | GoalSet]:
    for outcome in outcomes:
        if outcome.state != "graded":
            continue
        for number, point in enumerate(manifest.activity(outcome.name).reflections):
            text = outcome.written.get(point.id, "")
            if not text:
                continue
            common = {
                "id": record_id(manifest.course, hand_in.student, point.role, outcome.name, point.id, hand_in.digest),
                "course": manifest.course,
                "student": hand_in.student,
                "at": hand_in.at,
                "seq": manifest.place * _UNIT_SPAN + number,
                "trust": Trust.self_,
                "text": text,
            }
            if point.role == "goal":
                yield GoalSet.model_validate({**common, "goal": point.id})
            else:
                yield Reflected.model_validate({**common, "activity": outcome.name, "prompt": point.id})
