"""What a student probably knows: records in, one estimate a standard out, each with its reason.

Evidence is every attempt with a verdict that says something (`records.COUNTED`) on the standard, believed far enough for the basis,
in the order of the work. A right answer after a hint is neutral: it counts neither as right nor as wrong, and breaks no row. What a
student feels (`SelfAssessed`) is never an answer. The rules themselves stand in `rules`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from pydantic import AwareDatetime

from plnb.core.base import Basis, Level, Model, Reason, StandardCode, Trust
from plnb.core.course import Course
from plnb.core.facts import facts_of
from plnb.core.history import History
from plnb.core.policy import Policy
from plnb.core.policy_children import CompetencyAll, CompetencyPoints
from plnb.core.records import COUNTED, Attempt, Overridden, Record, order
from plnb.core.rules import Answer
from plnb.core.rules.children import enough, over_children, parts_of
from plnb.core.stages import Stage, follow
from plnb.core.standards import Standard
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
    review_on: AwareDatetime | None = None
    """When it is, or was, time to look at it again; None where nothing is planned."""
    lapsed: bool = False
    """Whether it was lost in a later check and has not come back."""
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
    return _Estimating(course, history, basis).all()


def estimate_both(course: Course, history: History) -> tuple[tuple[Estimate, ...], tuple[Estimate, ...]]:
    """On credit and on practice; where both rest on the same records, the work is done once."""
    credit = _Estimating(course, history, Basis.credit)
    return credit.all(), _Estimating(course, history, Basis.practice, credit).all()


def unique(codes: tuple[str, ...]) -> Iterable[str]:
    """Codes without repetition, in their order; nearly always there is only one."""
    return codes if len(codes) == 1 else dict.fromkeys(codes)


def trusted_for(course: Course, basis: Basis) -> frozenset[Trust]:
    """The trusts a record may have to count on this basis."""
    floor = course.mastery.credit_from if basis is Basis.credit else min(Trust)
    return frozenset(trust for trust in Trust if trust >= floor)


class _Estimating:
    """All standards of one student on one basis. Those over children are worked out from the others, each once."""

    def __init__(self, course: Course, history: History, basis: Basis, stricter: _Estimating | None = None) -> None:
        self.course, self.history, self.basis, self.stricter = course, history, basis, stricter
        self.words = words_for(course.language)
        self.standards: Mapping[str, Standard] = facts_of(course).standards
        self.assessed: Sequence[str] = facts_of(course).assessed
        self.overrides = history.in_force()
        self.rules, self.rule, self.review = course.mastery.standards, course.mastery.policy, course.mastery.review
        self._bars: dict[int, tuple[float, float]] = {}
        self.trusted: frozenset[Trust] = trusted_for(course, basis)
        self.distrusted = False
        """Whether an attempt was left out because it is not trusted far enough."""
        same = stricter and not stricter.distrusted
        self.attempts: dict[str, list[Attempt]] = stricter.attempts if stricter and same else self._by_standard()
        self.found: dict[str, Estimate] = {}

    def _by_standard(self) -> dict[str, list[Attempt]]:
        found: defaultdict[str, list[Attempt]] = defaultdict(list)
        trusted = self.trusted
        for attempt in self.history.attempts:
            said = vars(attempt)
            if said["verdict"] not in COUNTED:
                continue
            if said["trust"] not in trusted:
                self.distrusted = True
                continue
            codes = said["standards"]
            for code in codes if len(codes) == 1 else unique(codes):
                found[code].append(attempt)
        return dict(found)

    def all(self) -> tuple[Estimate, ...]:
        """Every standard that is assessed or has a rule over its children, in framework order."""
        rules = self.course.mastery.standards
        parents = {code for code, policy in rules.items() if policy.over_children and code in self.standards}
        codes: Sequence[str] = self.assessed
        if parents:
            wanted = parents.union(self.assessed)
            codes = [*(code for code in self.standards if code in wanted), *(c for c in self.assessed if c not in self.standards)]
        if self.stricter:
            self._take_over(self.stricter, [code for code in codes if code not in parents])
        above = frozenset[str]()
        return tuple([self.found.get(code) or self.of(code, above) for code in codes])

    def _take_over(self, stricter: _Estimating, codes: Sequence[str]) -> None:
        """What rests on all of the attempts there is the same here: a stricter basis sees some of them, in the same order."""
        seen = stricter.attempts
        alike = [code for code in codes if (here := self.attempts.get(code)) and len(seen.get(code, ())) == len(here)]
        parts: list[dict[str, object]] = [{**vars(stricter.found[code]), "basis": self.basis} for code in alike]
        self.found.update(zip(alike, Estimate.of_many(parts), strict=True))

    def of(self, code: str, above: frozenset[str]) -> Estimate:
        """One standard; `above` are those being worked out from it."""
        if code not in self.found:
            policy = self.rules.get(code, self.rule)
            if isinstance(policy, CompetencyAll | CompetencyPoints):
                found = self._by_children(code, policy, above | {code})
            else:
                found = _by_rule(code, self.attempts.get(code, ()), policy, self)
            if override := self.overrides.get(code):
                found = _overridden(found, override, self.attempts.get(code, ()), self.words)
            self.found[code] = found
        return self.found[code]

    def bars(self, policy: Policy) -> tuple[float, float]:
        """Scores from which an answer is right, and from which one with help is neutral."""
        # By identity: the policies live as long as the course, and asking pydantic for every standard takes longer.
        found = self._bars.get(id(policy))
        if found is None:
            found = policy.correct_at, 2.0 if policy.count_assisted else policy.neutral_from
            self._bars[id(policy)] = found
        return found

    def _by_children(self, code: str, policy: CompetencyAll | CompetencyPoints, above: frozenset[str]) -> Estimate:
        """From the estimates of the children; one that leads back up to the standard itself cannot count."""
        codes = parts_of(code, policy, self.standards)
        children = {child: self.of(child, above) for child in codes if child not in above}
        levels = {child: children[child].level if child in children else Level.not_started for child in codes}
        ruled = over_children(policy, levels, self._labels, self.words)
        return Estimate(
            standard=code,
            basis=self.basis,
            level=ruled.level,
            toward=ruled.toward,
            reason=ruled.reason,
            counted=sum(child.counted for child in children.values()),
            correct=sum(child.correct for child in children.values()),
            since=_since(policy, ruled.level, children),
            records=tuple(dict.fromkeys(record for child in children.values() for record in child.records)),
        )

    def _labels(self, codes: Sequence[str]) -> str:
        return self.words.quote([self.standards[code].label if code in self.standards else code for code in codes])


def _since(policy: CompetencyAll | CompetencyPoints, level: Level, children: Mapping[str, Estimate]) -> datetime | None:
    """When the level was reached: the first moment at which enough of the children were where they are now."""
    if level is Level.not_started:
        return None
    there = {code: child for code, child in children.items() if child.level >= level and child.since}
    moments = sorted(child.since for child in there.values() if child.since)
    for moment in moments:
        by_then = dict.fromkeys(children, Level.not_started)
        by_then.update((code, child.level) for code, child in there.items() if child.since and child.since <= moment)
        if level < Level.proficient or enough(policy, by_then, level):
            return moment
    return moments[-1]


_tuple: Final = tuple.__new__
"""Makes an answer from its parts in their order, in a third of the time of calling its class."""


def _by_rule(code: str, attempts: Sequence[Attempt], policy: Policy, here: _Estimating) -> Estimate:
    """What the policy says, without a teacher's word."""
    words, basis = here.words, here.basis
    if not attempts:
        reason = words.say("mastery.not_graded" if basis is Basis.credit else "mastery.not_started")
        return Estimate(standard=code, basis=basis, level=Level.not_started, toward=0.0, reason=reason)
    correct_at, neutral_from = here.bars(policy)
    answers, records, counted, correct = [], [], 0, 0
    for attempt in attempts:
        said = vars(attempt)
        score = said["score"]
        right, neutral = score >= correct_at, said["hints"] > 0 and score >= neutral_from
        if not neutral:
            counted += 1
            correct += right
        records.append(said["id"])
        item = said["activity"], said["check"]
        answers.append(_tuple(Answer, (item, score, right, said["at"], said["mixed"], said["submission"], neutral)))
    if counted:
        stage = follow(policy, here.review, answers, words)
    else:
        stage = Stage(Level.attempted, 0.0, attempts[0].at, words.say("mastery.helped"))
    helped = stage.level is Level.attempted and answers[-1].neutral
    review_on = stage.review_on
    return Estimate.of_parts(
        {
            "standard": code,
            "basis": basis,
            "level": stage.level,
            "toward": stage.toward,
            "reason": words.say("mastery.helped") if helped else stage.reason,
            "counted": counted,
            "correct": correct,
            "review_due": review_on is not None and review_on <= here.history.now,
            "review_on": review_on,
            "lapsed": stage.lapsed,
            "overridden": False,
            "since": stage.since,
            "records": tuple(records),
        }
    )


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
            "lapsed": False,
            "review_due": found.review_due and level >= Level.proficient,
            "review_on": found.review_on if level >= Level.proficient else None,
            "since": override.at,
            "records": tuple(record.id for record in rested),
        }
    )
