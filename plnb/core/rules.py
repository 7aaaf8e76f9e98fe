"""The rule behind each policy: answers in, a level after each of them out.

A new policy drops in as a data class in `policy.Policy` and one function here under `@rule`. A rule decides up to `proficient`;
`mastery` adds what all share: that a delayed right answer shows mastery, that help is neutral, and a teacher's word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from math import ceil, floor
from typing import Any, NamedTuple, TypeVar

from plnb.core.base import Level, Reason
from plnb.core.policy import Highest, Latest, MOfN, Policy, Streak
from plnb.core.words import Words


class Answer(NamedTuple):
    """One answer that counts."""

    item: tuple[str, str]
    """Which check: activity and grade_id."""
    score: float
    """Share of the points, 0 to 1."""
    right: bool
    """Whether it reached the policy's `correct_at`."""
    at: datetime
    """When the work was done."""


class Ruling(NamedTuple):
    """What a rule says of a row of answers."""

    levels: list[Level]
    """The level after each answer: attempted, familiar or proficient."""
    toward: float
    """Share of the way to proficient; 1.0 exactly when the last level is proficient."""
    reason: Reason
    """Why the last level."""


P = TypeVar("P")
Rule = Callable[[P, Sequence[Answer], Words], Ruling]

_RULES: dict[type, Rule[Any]] = {}


def rule(kind: type[P]) -> Callable[[Rule[P]], Rule[P]]:
    """Register the rule for a policy class."""

    def register(function: Rule[P]) -> Rule[P]:
        _RULES[kind] = function
        return function

    return register


def judge(policy: Policy, answers: Sequence[Answer], words: Words) -> Ruling:
    """Apply the policy's rule to answers, oldest first; there must be at least one."""
    return _RULES[type(policy)](policy, answers, words)


@rule(Streak)
def streak(policy: Streak, answers: Sequence[Answer], words: Words) -> Ruling:
    """`n` right in a row, from at least `distinct` different checks among that row.

    A row may be longer than `n`: it goes on until the checks differ enough. Once reached, proficient stays; lapses are not part of
    this rule.
    """
    levels: list[Level] = []
    level = Level.attempted
    run, items = 0, set[tuple[str, str]]()
    reached = (0, 0)
    for answer in answers:
        if answer.right:
            run += 1
            items.add(answer.item)
            if level is not Level.proficient:
                met = run >= policy.n and len(items) >= policy.distinct
                level = Level.proficient if met else Level.familiar
                reached = run, len(items)
        else:
            run, items = 0, set()
        levels.append(level)
    elsewhere = max(policy.distinct - len(items), 0)
    more = max(policy.n - run, elsewhere)
    if level is Level.proficient:
        if more == 0:
            reason = words.say("streak.reached", run=run, checks=len(items))
        else:
            reason = words.say("streak.kept", run=reached[0], checks=reached[1])
        return Ruling(levels, 1.0, reason)
    if level is Level.attempted:
        reason = words.say("mastery.attempted", answers=len(answers))
    elif run == 0:
        reason = words.say("streak.broken", n=policy.n)
    else:
        reason = words.say("streak.elsewhere" if elsewhere == more else "streak.building", run=run, more=more)
    return Ruling(levels, 1 - more / policy.n, reason)


@rule(MOfN)
def m_of_n(policy: MOfN, answers: Sequence[Answer], words: Words) -> Ruling:
    """`m` right among any `n` answers in succession, the right ones from at least `distinct` different checks.

    Once reached, proficient stays; lapses are not part of this rule.
    """
    levels: list[Level] = []
    level = Level.attempted
    reached: Sequence[Answer] = ()
    for index, answer in enumerate(answers):
        if answer.right and level is not Level.proficient:
            window = answers[max(0, index + 1 - policy.n) : index + 1]
            met = _still_needed(policy, window) == 0
            level, reached = (Level.proficient, window) if met else (Level.familiar, ())
        levels.append(level)
    window = answers[-policy.n :]
    more = _still_needed(policy, window)
    if level is Level.proficient:
        shown = window if more == 0 else reached
        right = [a.item for a in shown if a.right]
        code = "m_of_n.reached" if more == 0 else "m_of_n.kept"
        return Ruling(levels, 1.0, words.say(code, right=len(right), window=len(shown), checks=len(set(right))))
    if level is Level.attempted:
        return Ruling(levels, 0.0, words.say("mastery.attempted", answers=len(answers)))
    reason = words.say("m_of_n.building", right=sum(a.right for a in window), window=len(window), more=more)
    return Ruling(levels, 1 - _least_needed(policy, answers) / policy.m, reason)


def _still_needed(policy: MOfN, window: Sequence[Answer]) -> int:
    """The fewest further right answers, each on a new check, with which the rule is met: each pushes the oldest out."""
    for extra in range(policy.m):
        kept = [a.item for a in window[max(0, len(window) + extra - policy.n) :] if a.right]
        if len(kept) + extra >= policy.m and len(set(kept)) + extra >= policy.distinct:
            return extra
    return policy.m


def _least_needed(policy: MOfN, answers: Sequence[Answer]) -> int:
    """The fewest that were needed at any time since the last wrong answer, so that a right answer is never a step back.

    (Repeating one check can push another out of the window.)
    """
    least = policy.m
    for end in range(len(answers), 0, -1):
        least = min(least, _still_needed(policy, answers[max(0, end - policy.n) : end]))
        if not answers[end - 1].right:
            break
    return least


@rule(Latest)
def latest(policy: Latest, answers: Sequence[Answer], words: Words) -> Ruling:
    """The latest answer's share against the thresholds; can go down as well as up."""
    return _by_score(policy, answers, [a.score for a in answers], words)


@rule(Highest)
def highest(policy: Highest, answers: Sequence[Answer], words: Words) -> Ruling:
    """The best answer's share against the thresholds."""
    best: list[float] = []
    for answer in answers:
        best.append(max(answer.score, best[-1]) if best else answer.score)
    return _by_score(policy, answers, best, words)


def _by_score(policy: Latest | Highest, answers: Sequence[Answer], scores: Sequence[float], words: Words) -> Ruling:
    """Levels from the score that decides after each answer; proficient also needs `distinct` different checks answered."""
    levels: list[Level] = []
    items = set[tuple[str, str]]()
    for answer, score in zip(answers, scores, strict=True):
        items.add(answer.item)
        if score >= policy.proficient_at and len(items) >= policy.distinct:
            levels.append(Level.proficient)
        else:
            levels.append(Level.familiar if score >= policy.familiar_at else Level.attempted)
    # Rounded down, and the threshold up: 79.9 % must not read as the 80 % that would be enough.
    percent, need = floor(scores[-1] * 100 + 1e-9), ceil(policy.proficient_at * 100 - 1e-9)
    if levels[-1] is Level.proficient:
        return Ruling(levels, 1.0, words.say(f"{policy.type}.reached", percent=percent, need=need))
    share = min(len(items) / policy.distinct, 1.0)
    if scores[-1] >= policy.proficient_at:
        reason = words.say(f"{policy.type}.elsewhere", percent=percent, more=policy.distinct - len(items))
    else:
        share = min(share, scores[-1] / policy.proficient_at)
        reason = words.say(f"{policy.type}.below", percent=percent, need=need)
    return Ruling(levels, min(share, 0.99), reason)
