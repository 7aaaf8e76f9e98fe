"""The calculations of Canvas's Learning Mastery Gradebook, on any scale, each after every score.

Exact: decimal arithmetic, and rounded half up to two decimals as Canvas rounds (Python's `round` would make 4.12 of 4.125). Scores
stand in the order in which the work was done. Checked against the vectors of Canvas's own tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

_CENT: Final = Decimal("0.01")


def exact(number: float) -> Decimal:
    """A number as a person reads it: 0.1 is one tenth."""
    return Decimal(repr(number))


def half_up(number: Decimal) -> Decimal:
    """Rounded to two decimals, halves up."""
    return number.quantize(_CENT, ROUND_HALF_UP)


def averages(scores: Sequence[Decimal]) -> Iterator[Decimal]:
    """`average`: the mean. Of 1, 2, 3, 4, 5 it is 3."""
    total = Decimal(0)
    for place, score in enumerate(scores, start=1):
        total += score
        yield half_up(total / place)


def weighted_averages(scores: Sequence[Decimal], weight: int) -> Iterator[Decimal]:
    """`decaying_average`: the latest score weighs so many per cent, the mean of those before it the rest.

    Of 1, 2, 3, 4, 5 at 65: 5·0.65 + 2.5·0.35 = 4.125, so 4.13.
    """
    total = Decimal(0)
    for place, score in enumerate(scores):
        yield half_up((score * weight + total / place * (100 - weight)) / 100 if place else score)
        total += score


def decaying_averages(scores: Sequence[Decimal], weight: int) -> Iterator[Decimal]:
    """`standard_decaying_average`: each score in turn weighs so many per cent against the average so far.

    Of 1, 2, 3, 4, 5 at 65: 4.47.
    """
    average: Decimal | None = None
    for score in scores:
        average = score if average is None else (score * weight + average * (100 - weight)) / 100
        yield half_up(average)


def n_times(scores: Sequence[Decimal], n: int, mastery_points: Decimal) -> Iterator[Decimal | None]:
    """`n_mastery`: the mean of all scores that reach the mark, once there are `n` of them; nothing before.

    Of 1, 2, 3, 4, 5 with the mark at 3: 4.0 for n = 3, nothing for n = 4.
    """
    total, reached = Decimal(0), 0
    for score in scores:
        if score >= mastery_points:
            total += score
            reached += 1
        yield half_up(total / reached) if reached >= n else None
