"""What if the rule were another: a class's records replayed under it, and who would stand elsewhere.

The same answers are given to both rules; nobody answers differently because of the rule, so what a stricter one would have made
students practise is not in here, only how many of the answers they gave it would have waited for. Changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import fmean, median
from typing import Final, Literal

from pydantic import AwareDatetime

from plnb.core.base import Basis, Level, Model, Reason, StandardCode, StudentId
from plnb.core.course import Course
from plnb.core.history import History
from plnb.core.mastery import Estimate, estimate_from, trusted_for
from plnb.core.policy import Mastery, Policy
from plnb.core.records import COUNTED, Attempt, Record
from plnb.core.replaying import only
from plnb.core.rule_words import rule_in_words
from plnb.core.sayings import words_of_teachers
from plnb.errors import InputError

WHATIF_SCHEMA_VERSION: Final = 1

AFTER: Final = 5
"""Answers looked at after proficient, to see whether it held."""


class Side(Model):
    """One rule, over a class."""

    policy: Policy
    """The rule, as data."""
    rule: tuple[Reason, ...]
    """The rule in words."""
    proficient: int
    """Students who are proficient or more."""
    reached: int
    """Students who reached proficient by their answers, also if they lost it again."""
    answers: float | None
    """Median number of answers until proficient, of those who reached it."""
    accuracy: float | None
    """Share of the next answers that were right: the mean, over students, of up to five after proficient. None without any."""
    measured: int
    """Students of whom there is such an answer."""


class StandardWhatIf(Model):
    """One standard under both rules."""

    code: StandardCode
    """The standard's code."""
    title: str
    """A few words."""
    students: int
    """Students with an answer that counts."""
    before: Side
    """The rule in force."""
    after: Side
    """The other rule."""
    changed: int
    """Students whose level differs."""
    practice: int
    """Answers more (or, below zero, fewer) until proficient, summed over those who reach it under both rules."""


class Change(Model):
    """A student whose level in a standard would be another."""

    student: StudentId
    """nbgrader's student id."""
    standard: StandardCode
    """The standard."""
    title: str
    """A few words."""
    before: Level
    """The level now."""
    after: Level
    """The level under the other rule."""
    why_before: Reason
    """What the rule in force says."""
    why_after: Reason
    """What the other rule says."""
    answers_before: int | None
    """Answers until proficient now; None where it was not reached."""
    answers_after: int | None
    """Answers until proficient under the other rule."""


class WhatIf(Model):
    """A class under another rule."""

    schema_version: Literal[1] = WHATIF_SCHEMA_VERSION
    """Version of this format."""
    course: str
    """The course's id."""
    course_title: str
    """What students read."""
    made_at: AwareDatetime
    """The moment looked at."""
    basis: Basis
    """Which records may count."""
    students: int
    """Students looked at."""
    standards: tuple[StandardWhatIf, ...]
    """Each standard whose rule differs, in framework order."""
    changes: tuple[Change, ...]
    """Who would stand elsewhere, by standard and student."""
    kept: tuple[StandardCode, ...] = ()
    """Standards whose rule is the same in both."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """One student with one standard under one rule."""

    level: Level
    why: Reason
    answers: int | None
    accuracy: float | None


def whatif(
    course: Course, records: Mapping[str, Iterable[Record]], other: Mastery, *, now: datetime, basis: Basis = Basis.credit
) -> WhatIf:
    """Replay the records of a class, by student, under the rules of `other`.

    Which records may count stays as the course has it. Raises InputError where no rule differs.
    """
    ruled = other.model_copy(update={"credit_from": course.mastery.credit_from})
    codes = course.assessed()
    differing = [code for code in codes if course.mastery.policy_for(code) != ruled.policy_for(code)]
    if not differing:
        raise InputError("This is the rule that is in force already.", mend="Change a parameter, or name another rule.")
    histories = {s: History.of(course, (r for r in told if r.student == s), now) for s, told in sorted(records.items())}
    standards: list[StandardWhatIf] = []
    changes: list[Change] = []
    for code in differing:
        one = _Replay(course, ruled, code, basis)
        pairs = {s: (one.outcome(h, one.before), one.outcome(h, one.after)) for s, h in histories.items() if one.attempts(h)}
        standards.append(one.told(pairs))
        changes += one.changes(pairs)
    return WhatIf(
        course=course.id,
        course_title=course.title,
        made_at=now,
        basis=basis,
        students=len(histories),
        standards=tuple(standards),
        changes=tuple(changes),
        kept=tuple(code for code in codes if code not in differing),
    )


class _Replay:
    """One standard, asked of `mastery` after each answer. The courses asked hold nothing but that standard, so asking is quick."""

    def __init__(self, course: Course, other: Mastery, code: str, basis: Basis) -> None:
        self.course, self.code, self.basis = course, code, basis
        self.trusted = trusted_for(course, basis)
        self.words = words_of_teachers(course.language)
        known = course.standards.get(code)
        self.title = known.label if known else code
        small = only(course, {code})
        self.before = small
        self.after = small.model_copy(update={"mastery": other})

    def attempts(self, history: History) -> tuple[Attempt, ...]:
        """Answers of a student that may count, oldest first."""
        return tuple(a for a in history.attempts if self.code in a.standards and a.verdict in COUNTED and a.trust in self.trusted)

    def outcome(self, history: History, under: Course) -> _Outcome:
        """Where a student stands under a rule, and after how many answers they were proficient first."""
        attempts = self.attempts(history)
        now = self._ask(under, history)
        alone = replace(history, overrides=())
        reached = next(
            (n for n in range(1, len(attempts) + 1) if self._first(under, alone, attempts[:n]) >= Level.proficient), None
        )
        return _Outcome(now.level, now.reason, reached, self._accuracy(attempts[reached:]) if reached else None)

    def _first(self, under: Course, history: History, attempts: tuple[Attempt, ...]) -> Level:
        return self._ask(under, replace(history, attempts=attempts)).level

    def _ask(self, under: Course, history: History) -> Estimate:
        return next(e for e in estimate_from(under, history, self.basis) if e.standard == self.code)

    def _accuracy(self, following: Sequence[Attempt]) -> float | None:
        """How the next answers went, by one yardstick for both rules: right and without help, as the rule in force sees it."""
        policy = self.course.mastery.policy_for(self.code)
        own = [a.score >= policy.correct_at for a in following if policy.count_assisted or not a.hints]
        return fmean(own[:AFTER]) if own else None

    def told(self, pairs: Mapping[str, tuple[_Outcome, _Outcome]]) -> StandardWhatIf:
        """What all students together say."""
        both = [(a.answers, b.answers) for a, b in pairs.values()]
        return StandardWhatIf(
            code=self.code,
            title=self.title,
            students=len(pairs),
            before=self._side(self.before, [a for a, _ in pairs.values()]),
            after=self._side(self.after, [b for _, b in pairs.values()]),
            changed=sum(a.level is not b.level for a, b in pairs.values()),
            practice=sum(b - a for a, b in both if a is not None and b is not None),
        )

    def _side(self, under: Course, outcomes: Sequence[_Outcome]) -> Side:
        policy = under.mastery.policy_for(self.code)
        answers = [o.answers for o in outcomes if o.answers is not None]
        accuracy = [o.accuracy for o in outcomes if o.accuracy is not None]
        return Side(
            policy=policy,
            rule=rule_in_words(policy, min(self.trusted), self.words),
            proficient=sum(o.level >= Level.proficient for o in outcomes),
            reached=len(answers),
            answers=float(median(answers)) if answers else None,
            accuracy=fmean(accuracy) if accuracy else None,
            measured=len(accuracy),
        )

    def changes(self, pairs: Mapping[str, tuple[_Outcome, _Outcome]]) -> Iterator[Change]:
        """Students whose level differs."""
        for student, (a, b) in pairs.items():
            if a.level is not b.level:
                yield Change(
                    student=student,
                    standard=self.code,
                    title=self.title,
                    before=a.level,
                    after=b.level,
                    why_before=a.why,
                    why_after=b.why,
                    answers_before=a.answers,
                    answers_after=b.answers,
                )
