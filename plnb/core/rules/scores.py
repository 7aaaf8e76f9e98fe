"""Levels read off one number: the latest or best score, an average, a teacher's rubric."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from math import ceil, floor

from plnb.core.base import Level, Reason
from plnb.core.policy import Average, CanvasPolicy, DecayingAverage, Highest, Latest, NTimes, Rubric, ScorePolicy, WeightedAverage
from plnb.core.rules.answers import Answer, Item, Ruling, rule
from plnb.core.rules.canvas import averages, decaying_averages, exact, half_up, n_times, weighted_averages
from plnb.core.words import Words


@rule(Latest)
def latest(policy: Latest, answers: Sequence[Answer], words: Words) -> Ruling:
    """The latest answer's share against the thresholds; can go down as well as up. 0.9, 0.5 is familiar."""
    return by_number(policy, answers, [a.score for a in answers], words)


@rule(Highest)
def highest(policy: Highest, answers: Sequence[Answer], words: Words) -> Ruling:
    """The best answer's share against the thresholds. 0.9, 0.2 is proficient."""
    best: list[float] = []
    for answer in answers:
        best.append(max(answer.score, best[-1]) if best else answer.score)
    return by_number(policy, answers, best, words)


def by_number(
    policy: ScorePolicy, answers: Sequence[Answer], numbers: Sequence[float], words: Words, *, items: Iterable[bool] = ()
) -> Ruling:
    """Levels from the number (0 to 1) that decides after each answer.

    Proficient also needs `distinct` different checks, answered or, where `items` says so answer by answer, answered right.
    """
    levels: list[Level] = []
    known = [len(found) for found in _items(answers, items)]
    for number, checks in zip(numbers, known, strict=True):
        if number >= policy.proficient_at and checks >= policy.distinct:
            levels.append(Level.proficient)
        else:
            levels.append(Level.familiar if number >= policy.familiar_at else Level.attempted)
    # Rounded down, and the threshold up: 79.9 % must not read as the 80 % that would be enough.
    percent, need = floor(numbers[-1] * 100 + 1e-9), ceil(policy.proficient_at * 100 - 1e-9)
    kind = type(policy).model_fields["type"].default
    if levels[-1] is Level.proficient:
        return Ruling(levels, 1.0, words.say(f"{kind}.reached", percent=percent, need=need))
    share = min(known[-1] / policy.distinct, 1.0)
    if numbers[-1] >= policy.proficient_at:
        reason = words.say(f"{kind}.elsewhere", percent=percent, more=policy.distinct - known[-1])
    else:
        share = min(share, numbers[-1] / policy.proficient_at)
        reason = words.say(f"{kind}.below", percent=percent, need=need)
    return Ruling(levels, min(share, 0.99), reason)


def _items(answers: Sequence[Answer], counted: Iterable[bool]) -> Iterator[set[Item]]:
    found = set[Item]()
    for answer, counts in zip(answers, counted or [True] * len(answers), strict=True):
        if counts:
            found.add(answer.item)
        yield found


# --- Canvas ----------------------------------------------------------------------------------------------------------------------


@rule(Average)
def average(policy: Average, answers: Sequence[Answer], words: Words) -> Ruling:
    """The mean of all answers on the scale. 2, 3 and 4 of 4 make 3.00: proficient."""
    return _on_scale(policy, answers, averages(_scaled(policy, answers)), words)


@rule(WeightedAverage)
def weighted_average(policy: WeightedAverage, answers: Sequence[Answer], words: Words) -> Ruling:
    """The latest answer against the mean of those before. 1, 2, 3, 4, 5 of 5 at 65 make 4.13.

    Below a weight of 34 a right answer can lower it: Canvas lets it, and so do we.
    """
    return _on_scale(policy, answers, weighted_averages(_scaled(policy, answers), policy.weight), words)


@rule(DecayingAverage)
def decaying_average(policy: DecayingAverage, answers: Sequence[Answer], words: Words) -> Ruling:
    """Each answer pulls the average to itself. 1, 2, 3, 4, 5 of 5 at 65 make 4.47."""
    return _on_scale(policy, answers, decaying_averages(_scaled(policy, answers), policy.weight), words)


@rule(NTimes)
def times(policy: NTimes, answers: Sequence[Answer], words: Words) -> Ruling:
    """Proficient once `n` answers reached the mark, from `distinct` checks. 1, 2, 3, 4, 5 of 5, mark 3, three times: 4.00.

    Familiar from the first that did, or from `familiar_at`. Never lost: what was reached stays reached.
    """
    scores = _scaled(policy, answers)
    mark = exact(policy.proficient_at) * exact(policy.out_of)
    enough = exact(policy.familiar_at) * exact(policy.out_of)
    values = list(n_times(scores, policy.n, mark))
    levels: list[Level] = []
    level, items = Level.attempted, set[Item]()
    for answer, score, value in zip(answers, scores, values, strict=True):
        if score >= mark:
            items.add(answer.item)
        if score >= enough:
            level = max(level, Level.familiar)
        if value is not None and len(items) >= policy.distinct:
            level = Level.proficient
        levels.append(level)
    reached = sum(score >= mark for score in scores)
    need, out_of = _number(half_up(mark)), _number(exact(policy.out_of))
    if level is Level.proficient:
        return Ruling(levels, 1.0, words.say("n_times.reached", reached=reached, need=need, out_of=out_of))
    more = max(policy.n - reached, policy.distinct - len(items))
    reason = words.say("n_times.below", reached=reached, need=need, out_of=out_of, more=more)
    return Ruling(levels, max(1 - more / policy.n, 0.0), reason)


def _scaled(policy: CanvasPolicy, answers: Sequence[Answer]) -> list[Decimal]:
    """Scores on the policy's scale: 2 of 5 points on a scale of 4 is 1.6."""
    return [exact(answer.score) * exact(policy.out_of) for answer in answers]


def _on_scale(
    policy: Average | WeightedAverage | DecayingAverage, answers: Sequence[Answer], values: Iterator[Decimal], words: Words
) -> Ruling:
    proficient, familiar = (exact(share) * exact(policy.out_of) for share in (policy.proficient_at, policy.familiar_at))
    levels: list[Level] = []
    known, value = 0, Decimal(0)
    for items, after in zip(_items(answers, ()), values, strict=True):
        known, value = len(items), after
        if value >= proficient and known >= policy.distinct:
            levels.append(Level.proficient)
        else:
            levels.append(Level.familiar if value >= familiar else Level.attempted)
    said = {"value": value, "out_of": _number(exact(policy.out_of))}
    need = _number(proficient)
    if levels[-1] is Level.proficient:
        return Ruling(levels, 1.0, words.say(f"{policy.type}.reached", **said, need=need))
    share = min(known / policy.distinct, 1.0)
    if value >= proficient:
        return Ruling(levels, min(share, 0.99), words.say("average.elsewhere", **said, more=policy.distinct - known))
    share = min(share, float(value / proficient))
    return Ruling(levels, min(share, 0.99), words.say(f"{policy.type}.below", **said, need=need))


def _number(value: Decimal) -> str:
    """Without zeros that say nothing: 3, not 3.00."""
    return f"{value.normalize():f}"


# --- Rubric ----------------------------------------------------------------------------------------------------------------------


@rule(Rubric)
def rubric(policy: Rubric, answers: Sequence[Answer], words: Words) -> Ruling:
    """The latest score on the teacher's scale. 2 of 4, then 3 of 4, is proficient."""
    levels: list[Level] = []
    marks = {Level.familiar: policy.familiar, Level.proficient: policy.proficient, Level.mastered: policy.mastered}
    known = 0
    for answer, items in zip(answers, _items(answers, ()), strict=True):
        known = len(items)
        score = half_up(exact(answer.score) * exact(policy.out_of))
        level = max((lv for lv, mark in marks.items() if mark is not None and score >= exact(mark)), default=Level.attempted)
        levels.append(level if known >= policy.distinct else min(level, Level.familiar))
    score = half_up(exact(answers[-1].score) * exact(policy.out_of))
    said = {"value": _number(score), "out_of": _number(exact(policy.out_of))}
    if levels[-1] >= Level.proficient:
        return Ruling(levels, 1.0, _rubric_reason(policy, levels[-1], said, words))
    share = min(known / policy.distinct, 1.0)
    if score >= exact(policy.proficient):
        return Ruling(levels, min(share, 0.99), words.say("rubric.elsewhere", **said, more=policy.distinct - known))
    share = min(share, float(score) / policy.proficient)
    return Ruling(levels, min(share, 0.99), words.say("rubric.below", **said, need=_number(exact(policy.proficient))))


def _rubric_reason(policy: Rubric, level: Level, said: dict[str, str], words: Words) -> Reason:
    need = policy.mastered if level is Level.mastered and policy.mastered is not None else policy.proficient
    return words.say("rubric.mastered" if level is Level.mastered else "rubric.reached", **said, need=_number(exact(need)))
