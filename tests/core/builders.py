"""Small courses and records, written the way a test wants to read them. Everything has a default that means nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from plnb.core.base import Level, Trust
from plnb.core.conditions import Condition
from plnb.core.course import Activity, ActivityFork, ActivityOption, Check, Course, Fork, Gate, Unit
from plnb.core.policy import Mastery, Policy, Streak
from plnb.core.records import Attempt, ChoiceMade, GoalSet, Overridden, Record, Reflected, Verdict, record_id
from plnb.core.standards import Framework, Standard, StandardSet

START = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
NOW = START + timedelta(days=100)
STUDENT = "student-1"


def at(hours: float) -> datetime:
    """A moment of the story, in hours from its start."""
    return START + timedelta(hours=hours)


def attempt(
    check: str = "walk/c1",
    score: float = 1.0,
    *,
    hours: float = 0,
    standards: Sequence[str] = ("S1",),
    trust: Trust = Trust.graded,
    verdict: Verdict | None = None,
    hints: int = 0,
    student: str = STUDENT,
    points: float = 1.0,
    **more: Any,
) -> Attempt:
    """One answer to `activity/check`."""
    activity, name = check.split("/")
    said = verdict or (Verdict.passed if score >= 1 else Verdict.partial if score > 0 else Verdict.failed)
    when = at(hours)
    return Attempt(
        id=record_id("attempt", student, check, when.isoformat(), trust, str(more.get("seq", 0))),
        course="course",
        student=student,
        at=when,
        trust=trust,
        unit=more.pop("unit", "u1"),
        activity=activity,
        check=name,
        standards=tuple(standards),
        verdict=said,
        score=score,
        points=score * points,
        max_points=points,
        hints=hints,
        **more,
    )


def answers(scores: Sequence[float], *, checks: int = 2, standard: str = "S1", hours: float = 0, **more: Any) -> list[Record]:
    """Answers an hour apart, going round `checks` different checks."""
    return [
        attempt(f"walk/c{place % checks + 1}", score, hours=hours + place, standards=(standard,), **more)
        for place, score in enumerate(scores)
    ]


def chose(fork: str, *options: str, hours: float = 0, inferred: bool = False) -> ChoiceMade:
    return ChoiceMade(
        id=record_id("choice", STUDENT, fork, *options, at(hours).isoformat()),
        course="course",
        student=STUDENT,
        at=at(hours),
        trust=Trust.self_,
        fork=fork,
        options=options,
        inferred=inferred,
    )


def override(
    standard: str,
    level: Level | None,
    *,
    hours: float = 0,
    until: float | None = None,
    reason: str = "I saw you do it.",
    trust: Trust = Trust.teacher,
) -> Overridden:
    return Overridden(
        id=record_id("override", STUDENT, standard, str(level), at(hours).isoformat()),
        course="course",
        student=STUDENT,
        at=at(hours),
        trust=trust,
        standard=standard,
        level=level,
        reason=reason,
        until=None if until is None else at(until),
    )


def goal(text: str, *, name: str = "g1", hours: float = 0, done: bool = False) -> GoalSet:
    return GoalSet(
        id=record_id("goal", STUDENT, name, at(hours).isoformat()),
        course="course",
        student=STUDENT,
        at=at(hours),
        trust=Trust.self_,
        goal=name,
        text=text,
        done=done,
    )


def reflected(text: str, *, prompt: str = "r1", activity: str = "walk", hours: float = 0) -> Reflected:
    return Reflected(
        id=record_id("reflected", STUDENT, prompt, at(hours).isoformat()),
        course="course",
        student=STUDENT,
        at=at(hours),
        trust=Trust.self_,
        activity=activity,
        prompt=prompt,
        text=text,
    )


def standard(code: str, *requires: str) -> Standard:
    """A standard called `Skill <code>`."""
    return Standard(code=code, title=f"Skill {code}", statement=f"Can do {code}.", requires=requires)


def check(
    name: str,
    *standards: str,
    role: Literal["check", "probe", "challenge"] = "check",
    points: float = 1.0,
    manual: bool = False,
    branch: str | None = None,
) -> Check:
    return Check(
        id=name, title=f"Question {name}", role=role, standards=standards or ("S1",), points=points, manual=manual, branch=branch
    )


def checks(number: int, *standards: str) -> tuple[Check, ...]:
    return tuple(check(f"c{place + 1}", *standards) for place in range(number))


def activity(name: str, *inside: Check | Fork | Gate, teaches: Sequence[str] = (), **more: Any) -> Activity:
    """An activity called `Activity <name>`; what is inside may be checks, forks and gates in any order."""
    own = tuple(thing for thing in inside if isinstance(thing, Check))
    return Activity(
        id=name,
        unit=more.pop("unit", "u1"),
        title=f"Activity {name}",
        standards=tuple(teaches) or tuple(dict.fromkeys(code for c in own for code in c.standards)),
        checks=own,
        forks=tuple(thing for thing in inside if isinstance(thing, Fork)),
        gates=tuple(thing for thing in inside if isinstance(thing, Gate)),
        **more,
    )


def option(name: str, *activities: Activity, **more: Any) -> ActivityOption:
    return ActivityOption(id=name, title=f"Way {name}", activities=activities, **more)


def fork(name: str, *options: ActivityOption, pick: int = 1) -> ActivityFork:
    return ActivityFork(id=name, prompt=f"Which way, {name}?", pick=pick, options=options)


def gate(name: str, condition: Condition, *, soft: bool = False) -> Gate:
    return Gate(id=name, opens_when=condition, soft=soft)


def course(
    *nodes: Activity | ActivityFork,
    standards: Sequence[Standard] = (),
    policy: Policy = Streak(),
    units: Sequence[Unit] = (),
    **more: Any,
) -> Course:
    """A course of one unit `u1` with these nodes, unless `units` are given; standards S1 to S5 unless others are."""
    known = tuple(standards) or tuple(standard(f"S{n}") for n in range(1, 6))
    return Course(
        id="course",
        title="A course",
        standards=StandardSet(frameworks=(Framework(id="f", title="A framework", standards=known),)),
        mastery=Mastery(policy=policy, **more),
        units=tuple(units) or (Unit(id="u1", title="Unit one", nodes=nodes),),
    )
