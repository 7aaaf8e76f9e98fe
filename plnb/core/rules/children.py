"""Rules over children: a standard that is had when the standards below it are. Moodle's competency rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from plnb.core.base import Level, Reason
from plnb.core.policy_children import CompetencyAll, CompetencyPoints
from plnb.core.standards import Standard
from plnb.core.words import Words


class OverChildren(NamedTuple):
    """What a rule says of a standard from those below it."""

    level: Level
    """Its level: proficient when the rule holds, mastered when it holds counting only what is mastered."""
    toward: float
    """Share of the way to proficient; 1.0 exactly when it is."""
    reason: Reason
    """Why."""


def over_children(
    policy: CompetencyAll | CompetencyPoints, levels: Mapping[str, Level], labels: Callable[[Sequence[str]], str], words: Words
) -> OverChildren:
    """Apply a rule to the levels of the children; `labels` names standards in a sentence.

    All of A, B: A proficient and B familiar is not enough. Points 3 with A 2 (required), B 1, C 1: A and C are enough, B and C not.
    """
    had = [code for code, level in levels.items() if level >= Level.proficient]
    if enough(policy, levels, Level.proficient):
        level = Level.mastered if enough(policy, levels, Level.mastered) else Level.proficient
        return OverChildren(level, 1.0, words.say("children.reached", standards=labels(had)))
    best = max(levels.values(), default=Level.not_started)
    level = min(best, Level.familiar)
    if isinstance(policy, CompetencyAll):
        toward = len(had) / len(levels) if levels else 0.0
        missing = [code for code in levels if code not in had]
        reason = words.say("children.missing", standards=labels(missing)) if levels else words.say("children.none")
        return OverChildren(level, min(toward, 0.99), reason)
    points = sum(child.points for child in policy.standards if child.standard in had)
    required = [child.standard for child in policy.standards if child.required]
    lacking = [code for code in required if code not in had]
    toward = min(points / policy.points, (len(required) - len(lacking)) / len(required) if required else 1.0)
    if lacking:
        reason = words.say("children.missing", standards=labels(lacking))
    else:
        reason = words.say("children.points", points=points, need=policy.points)
    return OverChildren(level, min(toward, 0.99), reason)


def parts_of(code: str, policy: CompetencyAll | CompetencyPoints, standards: Mapping[str, Standard]) -> list[str]:
    """The standards that a standard is made of, each once."""
    if isinstance(policy, CompetencyPoints):
        return [child.standard for child in policy.standards]
    return list(dict.fromkeys(policy.standards)) or [child.code for child in standards.values() if child.parent == code]


def enough(policy: CompetencyAll | CompetencyPoints, levels: Mapping[str, Level], bar: Level) -> bool:
    """Whether the rule holds, counting the children that have reached `bar`."""
    had = {code for code, level in levels.items() if level >= bar}
    if isinstance(policy, CompetencyAll):
        return bool(levels) and len(had) == len(levels)
    required = all(child.standard in had for child in policy.standards if child.required)
    return required and sum(child.points for child in policy.standards if child.standard in had) >= policy.points
