"""Rows of right answers: so many one after another, or so many among the last few."""

from __future__ import annotations

from collections.abc import Sequence

from plnb.core.base import Level
from plnb.core.policy import MOfN, Streak
from plnb.core.rules.answers import Answer, Item, Ruling, rule
from plnb.core.words import Words


@rule(Streak)
def streak(policy: Streak, answers: Sequence[Answer], words: Words) -> Ruling:
    """`n` right in a row, from at least `distinct` different checks among that row.

    A row may be longer than `n`: it goes on until the checks differ enough. Once reached, proficient stays; lapses are not part of
    this rule. With n = 3: right, wrong, right, right, right is proficient at the fifth answer.
    """
    levels: list[Level] = []
    level = Level.attempted
    run, items = 0, set[Item]()
    n, distinct = policy.n, policy.distinct
    for answer in answers:
        if answer.right:
            run += 1
            items.add(answer.item)
            if run >= n and len(items) >= distinct:
                level = Level.proficient
                break
            level = Level.familiar
        else:
            run, items = 0, set()
        levels.append(level)
    if level is Level.proficient:
        levels += [level] * (len(answers) - len(levels))
        row = _last_row(answers)
        latest = {answer.item for answer in row}
        if len(row) >= n and len(latest) >= distinct:
            return Ruling(levels, 1.0, words.say("streak.reached", run=len(row), checks=len(latest)))
        return Ruling(levels, 1.0, words.say("streak.kept", run=run, checks=len(items)))
    elsewhere = max(distinct - len(items), 0)
    more = max(n - run, elsewhere)
    if level is Level.attempted:
        reason = words.say("mastery.attempted", answers=len(answers))
    elif run == 0:
        reason = words.say("streak.broken", n=n)
    else:
        reason = words.say("streak.elsewhere" if elsewhere == more else "streak.building", run=run, more=more)
    return Ruling(levels, 1 - more / n, reason)


def _last_row(answers: Sequence[Answer]) -> Sequence[Answer]:
    """The right answers since the last wrong one."""
    for back, answer in enumerate(reversed(answers)):
        if not answer.right:
            return answers[len(answers) - back :]
    return answers


@rule(MOfN)
def m_of_n(policy: MOfN, answers: Sequence[Answer], words: Words) -> Ruling:
    """`m` right among any `n` answers in succession, the right ones from at least `distinct` different checks.

    Once reached, proficient stays; lapses are not part of this rule. With 3 of 5: right, wrong, right, wrong, right is proficient.
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
