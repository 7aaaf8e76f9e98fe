"""News from a student's screen or kernel -> a record of it. Pure: the host says who, when and under which name.

What is news of something the course does not have is refused in a sentence. A verdict is reached here and nowhere else, so the
browser and the kernel cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final, assert_never

from plnb.core.base import Trust
from plnb.core.course import Activity, Check, Course
from plnb.core.news import NewAttempt, NewChoice, NewFeeling, NewGoal, NewGoingOn, NewHint, NewRecord, NewReflection
from plnb.core.records import (
    Attempt,
    ChoiceMade,
    GoalSet,
    HintShown,
    Record,
    Reflected,
    SelfAssessed,
    Verdict,
    WentOn,
    record_id,
)
from plnb.errors import RecordError

NOT_RUN: Final = frozenset({"NameError", "NotImplementedError", "KeyboardInterrupt", "SyntaxError", "IndentationError"})
"""Errors that say nothing about an answer: there is none yet, or the cells above did not run."""

_FETCH: Final = "Fetch the unit again; if that does not help, tell your teacher."


def accept(
    news: NewRecord, course: Course, before: Iterable[Record], *, student: str, now: datetime, key: str, seq: int = 0
) -> Record:
    """The record of what happened. `before` are the records so far, `key` names this happening and no other.

    Raises RecordError where the course has no such check, fork, gate or standard.
    """
    when = min(news.at, now) if news.at else now
    head: dict[str, object] = {"course": course.id, "student": student, "at": when, "seq": seq, "trust": Trust.self_}
    match news:
        case NewAttempt():
            activity, check = _check(course, news.activity, news.check)
            head.update(id=_id(news.kind, course, key, f"{activity.id}/{check.id}"), trust=Trust.local)
            return _attempt(news, activity, check, before, head)
        case NewHint():
            activity, check = _check(course, news.activity, news.check)
            if news.rung > len(check.hints):
                raise RecordError(f"“{check.title}” has no hint {news.rung}.", mend=_FETCH)
            identity = _id(news.kind, course, key, f"{activity.id}/{check.id}/{news.rung}")
            return HintShown.model_validate({**head, "id": identity, "activity": activity.id, "check": check.id, "rung": news.rung})
        case NewChoice():
            return _choice(news, course, {**head, "id": _id(news.kind, course, key, news.fork)})
        case NewGoal():
            _standard(course, news.standard)
            return GoalSet.model_validate({**head, "id": _id(news.kind, course, key, news.goal), **_said(news)})
        case NewReflection():
            _activity(course, news.activity)
            return Reflected.model_validate({**head, "id": _id(news.kind, course, key, news.prompt), **_said(news)})
        case NewFeeling():
            _standard(course, news.standard)
            return SelfAssessed.model_validate({**head, "id": _id(news.kind, course, key, news.standard), **_said(news)})
        case NewGoingOn():
            gates = {gate.id: gate for gate in _activity(course, news.activity).gates}
            if news.gate not in gates:
                raise RecordError(f"This course has no gate “{news.gate}” here.", mend=_FETCH)
            if not gates[news.gate].soft:
                raise RecordError("This part opens when what it asks for is done.", mend="Do that first; the path says what it is.")
            return WentOn.model_validate({**head, "id": _id(news.kind, course, key, news.gate), **_said(news)})
    assert_never(news)


def verdict_of(error: str, score: float | None, *, blank: bool = False) -> tuple[Verdict, float]:
    """What became of a check that ended with this error (none where it ran through), and the share of its points."""
    if error in NOT_RUN or (blank and error):
        return Verdict.not_attempted, 0.0
    share = score if score is not None else 0.0 if error else 1.0
    if share >= 1 and not error:
        return Verdict.passed, 1.0
    return (Verdict.partial, share) if 0 < share < 1 else (Verdict.failed, 0.0)


def _attempt(news: NewAttempt, activity: Activity, check: Check, before: Iterable[Record], head: dict[str, object]) -> Attempt:
    verdict, score = verdict_of(news.error, news.score, blank=news.blank)
    mine = [r for r in before if isinstance(r, Attempt | HintShown) and (r.activity, r.check) == (activity.id, check.id)]
    return Attempt.model_validate(
        {
            **head,
            "unit": activity.unit,
            "activity": activity.id,
            "check": check.id,
            "standards": check.standards,
            "verdict": verdict,
            "score": score,
            "points": score * check.points,
            "max_points": check.points,
            "hints": len({r.rung for r in mine if isinstance(r, HintShown)}),
            "attempt": 1 + sum(isinstance(r, Attempt) and r.trust is Trust.local for r in mine),
            "mixed": check.mixed,
            "checked_in": "kernel",
            "seed": news.seed if check.varies else None,
            "message": news.message,
        }
    )


def _choice(news: NewChoice, course: Course, head: dict[str, object]) -> ChoiceMade:
    fork = next((fork for fork in course.forks() if fork.id == news.fork), None)
    if fork is None:
        raise RecordError(f"This course has no choice “{news.fork}”.", mend=_FETCH)
    offered = [option.id for option in fork.options]
    if unknown := next((option for option in news.options if option not in offered), None):
        raise RecordError(f"“{unknown}” is not one of the ways here.", mend=f"There are: {', '.join(offered)}.")
    options = tuple(dict.fromkeys(news.options))
    if len(options) > fork.pick:
        raise RecordError(f"Only {fork.pick} can be chosen here.", mend="Take one back first.")
    return ChoiceMade.model_validate({**head, "fork": fork.id, "options": options})


def _said(news: NewRecord) -> dict[str, object]:
    return news.model_dump(exclude={"kind", "key", "at"})


def _id(kind: str, course: Course, key: str, about: str) -> str:
    return record_id("student", kind, course.id, about, key)


def _activity(course: Course, name: str) -> Activity:
    activity = course.activity(name)
    if activity is None:
        raise RecordError(f"This course has no notebook “{name}”.", mend=_FETCH)
    return activity


def _check(course: Course, name: str, check_id: str) -> tuple[Activity, Check]:
    activity = _activity(course, name)
    check = next((check for check in activity.checks if check.id == check_id), None)
    if check is None:
        raise RecordError(f"“{activity.title}” has no check “{check_id}”.", mend=_FETCH)
    return activity, check


def _standard(course: Course, code: str | None) -> None:
    if code is not None and code not in course.standards.by_code:
        raise RecordError(f"This course has no standard “{code}”.", mend=_FETCH)
