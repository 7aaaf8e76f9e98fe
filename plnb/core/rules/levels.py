"""Levels that go up and down by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from plnb.core.base import Level, Reason
from plnb.core.policy import KhanLevels
from plnb.core.rules.answers import Answer, Item, Ruling, rule
from plnb.core.words import Words

_UP: Final = {
    Level.not_started: Level.familiar,
    Level.attempted: Level.familiar,
    Level.familiar: Level.proficient,
    Level.proficient: Level.mastered,
    Level.mastered: Level.mastered,
}
_DOWN: Final = {
    Level.not_started: Level.attempted,
    Level.attempted: Level.attempted,
    Level.familiar: Level.attempted,
    Level.proficient: Level.familiar,
    Level.mastered: Level.proficient,
}


@rule(KhanLevels)
def khan(policy: KhanLevels, answers: Sequence[Answer], words: Words) -> Ruling:
    """An exercise lifts up to proficient and never lowers; each answer in a mixed check moves by one.

    All of two checks right: proficient. Then in mixed checks right, wrong, wrong: mastered, proficient, familiar.
    """
    levels: list[Level] = []
    level, reason = Level.not_started, words.say("mastery.not_started")
    for exercise in _exercises(answers):
        if exercise[0].mixed:
            level = (_UP if exercise[0].right else _DOWN)[level]
            code = "khan.up" if exercise[0].right else "khan.down"
            reason = words.say(code, level=words.phrase(f"level.{level}"))
        else:
            held = max(level, Level.attempted)
            reached, reason = _exercise(policy, exercise, words)
            level = max(level, reached)
            # What an exercise shows is known when it is over.
            levels += [held] * (len(exercise) - 1)
        levels.append(level)
    return Ruling(levels, min(level.rank / Level.proficient.rank, 1.0), reason)


def _exercise(policy: KhanLevels, exercise: Sequence[Answer], words: Words) -> tuple[Level, Reason]:
    right, of = sum(answer.right for answer in exercise), len(exercise)
    said = {"right": right, "questions": of}
    if right == of and len({answer.item for answer in exercise}) >= policy.distinct:
        return Level.proficient, words.say("khan.reached", **said)
    level = Level.familiar if right >= policy.familiar_at * of and right else Level.attempted
    return level, words.say("khan.below", **said, more=policy.distinct)


def _exercises(answers: Sequence[Answer]) -> Iterator[list[Answer]]:
    """Answers of one hand-in of one notebook together; a check met again begins a new exercise. Mixed answers stand alone."""
    current: list[Answer] = []
    items = set[Item]()
    for answer in answers:
        if current and (answer.mixed or _work(answer) != _work(current[0]) or answer.item in items):
            yield current
            current, items = [], set()
        current.append(answer)
        items.add(answer.item)
        if answer.mixed:
            yield current
            current, items = [], set()
    if current:
        yield current


def _work(answer: Answer) -> tuple[str, str]:
    return answer.item[0], answer.submission
