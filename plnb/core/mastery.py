"""What a student probably knows: records in, one estimate a standard out, each with its reason.

Evidence is every attempt with a verdict that says something (`records.COUNTED`) on the standard, believed far enough for the basis,
in the order of the work. A right answer after a hint is neutral: it counts neither as right nor as wrong, and breaks no row. What a
student feels (`SelfAssessed`) is never an answer. The rules themselves stand in `rules`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from pydantic import AwareDatetime

from plnb.core.base import Basis, Level, Model, Reason, StandardCode, Trust
from plnb.core.course import Course
from plnb.core.history import History
from plnb.core.policy import Policy
from plnb.core.records import COUNTED, Attempt, Overridden, Record, order
from plnb.core.rules import Answer, judge
from plnb.core.words import Words, words_for


class Estimate(Model):
    """What a student probably knows of one standard."""

    standard: StandardCode
    """The standard."""
    basis: Basis
    """Which records were used."""
    level: Level
    """The level reached."""
    toward: float
    """Share of the way to proficient, 0 to 1, for drawing."""
    reason: Reason
    """Why this level, in one sentence."""
    counted: int = 0
    """Answers that counted; those right with help are left out."""
    correct: int = 0
    """How many of them were right."""
    review_due: bool = False
    """Whether it is time to look at it again."""
    overridden: bool = False
    """Whether a teacher's word holds instead of the rule."""
    since: AwareDatetime | None = None
    """When the level was reached; None while not started."""
    records: tuple[str, ...] = ()
    """Ids of the records it rests on, oldest first, those right with help included."""


def estimate(course: Course, records: Iterable[Record], *, basis: Basis, now: datetime) -> tuple[Estimate, ...]:
    """One estimate for each standard the course assesses, in framework order. Records of ONE student."""
    return estimate_from(course, History.of(course, records, now), basis)


def estimate_from(course: Course, history: History, basis: Basis) -> tuple[Estimate, ...]:
    """The same from records already indexed."""
    trusted = trusted_for(course, basis)
    answers: dict[str, list[Attempt]] = {}
    for attempt in history.attempts:
        if attempt.verdict in COUNTED and attempt.trust in trusted:
            for code in dict.fromkeys(attempt.standards):
                answers.setdefault(code, []).append(attempt)
    words = words_for(course.language)
    overrides = history.in_force()
    estimates = []
    for code in course.assessed():
        found = _by_rule(code, answers.get(code, ()), course.mastery.policy_for(code), basis, words)
        override = overrides.get(code)
        estimates.append(_overridden(found, override, answers.get(code, ()), words) if override else found)
    return tuple(estimates)


def trusted_for(course: Course, basis: Basis) -> frozenset[Trust]:
    """The trusts a record may have to count on this basis."""
    floor = course.mastery.credit_from if basis is Basis.credit else min(Trust)
    return frozenset(trust for trust in Trust if trust >= floor)


def _by_rule(code: str, attempts: Sequence[Attempt], policy: Policy, basis: Basis, words: Words) -> Estimate:
    """What the policy says, without a teacher's word."""
    if not attempts:
        reason = words.say("mastery.not_graded" if basis is Basis.credit else "mastery.not_started")
        return Estimate(standard=code, basis=basis, level=Level.not_started, toward=0.0, reason=reason)
    answers = [
        Answer(item=(a.activity, a.check), score=a.score, right=a.score >= policy.correct_at, at=a.at)
        for a in attempts
        if not _neutral(a, policy)
    ]
    level, toward, since, reason = Level.attempted, 0.0, attempts[0].at, words.say("mastery.helped")
    if answers:
        ruling = judge(policy, answers, words)
        level, toward = ruling.levels[-1], ruling.toward
        start = _start(ruling.levels)
        since = answers[start].at
        if level is not Level.attempted or not _neutral(attempts[-1], policy):
            reason = ruling.reason
        if level is Level.proficient and (confirmed := _confirmed(answers, start, policy)):
            level, reason, since = Level.mastered, _confirmation(confirmed - since, words), confirmed
    return Estimate(
        standard=code,
        basis=basis,
        level=level,
        toward=toward,
        reason=reason,
        counted=len(answers),
        correct=sum(a.right for a in answers),
        since=since,
        records=tuple(a.id for a in attempts),
    )


def _neutral(attempt: Attempt, policy: Policy) -> bool:
    return attempt.hints > 0 and not policy.count_assisted and attempt.score >= policy.neutral_from


def _start(levels: Sequence[Level]) -> int:
    """Where the level that holds at the end began to hold."""
    start = len(levels) - 1
    while start and levels[start - 1] is levels[-1]:
        start -= 1
    return start


def _confirmed(answers: Sequence[Answer], start: int, policy: Policy) -> datetime | None:
    """When a right answer came, long enough after the answer at `start` made the student proficient."""
    due = answers[start].at + timedelta(days=policy.confirm_after_days)
    return next((a.at for a in answers[start + 1 :] if a.right and a.at >= due), None)


def _confirmation(gap: timedelta, words: Words) -> Reason:
    return words.say("mastery.confirmed", days=gap.days) if gap.days else words.say("mastery.confirmed_soon")


def _overridden(found: Estimate, override: Overridden, attempts: Sequence[Attempt], words: Words) -> Estimate:
    """A teacher's word in place of the rule's; the answers stay in view."""
    level = override.level
    assert level is not None
    said = override.reason.strip()
    said += "" if said[-1:] in ".!?…" else "."
    rested: list[Record] = sorted([*attempts, override], key=order)
    return found.model_copy(
        update={
            "level": level,
            "toward": min(level.rank / Level.proficient.rank, 1.0),
            "reason": words.say("mastery.override", level=words.phrase(f"level.{level}"), said=said),
            "overridden": True,
            "since": override.at,
            "records": tuple(record.id for record in rested),
        }
    )
