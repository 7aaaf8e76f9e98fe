"""Points that grow with a row of right answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import floor

from plnb.core.base import Level
from plnb.core.policy import Points
from plnb.core.rules.answers import Answer, Item, Ruling, rule
from plnb.core.words import Words


@rule(Points)
def points(policy: Points, answers: Sequence[Answer], words: Words) -> Ruling:
    """PrairieLearn's homework rule. With value 2 of 10, right, right, wrong, right, right earn 2, 6, 6, 8, 10: proficient."""
    levels: list[Level] = []
    items = set[Item]()
    earned = 0.0
    for answer, earned in zip(answers, earnings(policy, answers), strict=True):
        if answer.right:
            items.add(answer.item)
        if earned >= policy.max_points and len(items) >= policy.distinct:
            levels.append(Level.proficient)
        else:
            levels.append(Level.familiar if earned >= policy.familiar_from else Level.attempted)
    # Rounded down: what is not quite all must not read as all.
    said = {"points": f"{floor(earned * 100 + 1e-6) / 100:g}", "most": f"{policy.max_points:g}"}
    if levels[-1] is Level.proficient:
        return Ruling(levels, 1.0, words.say("points.reached", **said))
    share = min(len(items) / policy.distinct, 1.0)
    if earned >= policy.max_points:
        return Ruling(levels, min(share, 0.99), words.say("points.elsewhere", **said, more=policy.distinct - len(items)))
    return Ruling(levels, min(share, earned / policy.max_points, 0.99), words.say("points.below", **said))


def earnings(policy: Points, answers: Sequence[Answer]) -> Iterator[float]:
    """Points after each answer.

    An answer earns its share of what it is worth now. Until one has earned the full first value, a better one takes its place;
    after that the next counts by itself. A wrong answer brings the worth back to the first value and takes nothing away.
    """
    worth, before, latest = policy.value, 0.0, None
    for answer in answers:
        if not answer.right:
            worth = policy.value
        new = answer.score * worth
        if latest is not None and latest < policy.value:
            latest = max(latest, new)
        else:
            before += latest or 0.0
            latest = new
        if answer.right and not policy.constant:
            worth = min(worth + policy.value, policy.max_points)
        yield min(before + latest, policy.max_points)
