"""Review: when to look again at what is proficient, as data in `course.yaml` and as pure arithmetic on the times of answers.

Two schedules. `ladder` (the default) is ASSISTments' reassessment: so many days after each review that went well, then no more.
`fsrs` is FSRS-6 with its published weights, which were fitted on flash cards and not on mathematics or science: a choice, not a
promise. Checked against py-fsrs 6.3.2: the same due dates and numbers on 36,000 random answers (its tests here keep one history).
Knows no records and no levels: `mastery` tells it when something became proficient and what was answered since.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import IntEnum
from functools import cache
from math import exp
from typing import Annotated, Final, Literal, NamedTuple, Union

from pydantic import Field

from plnb.core.base import Model


class NoReview(Model):
    """What is proficient is left alone."""

    type: Literal["none"] = "none"
    """Name of the schedule."""


class Ladder(Model):
    """So many days after becoming proficient, then so many after each review that went well. Source: ASSISTments ARRS."""

    type: Literal["ladder"] = "ladder"
    """Name of the schedule."""
    days: tuple[Annotated[float, Field(gt=0)], ...] = Field(default=(7, 30, 60), min_length=1, max_length=20)
    """Days to each review from the one before."""


class Fsrs(Model):
    """When the chance to remember has fallen to `retention`. Source: FSRS-6, default weights of py-fsrs 6.3."""

    type: Literal["fsrs"] = "fsrs"
    """Name of the schedule."""
    retention: float = Field(default=0.9, ge=0.7, le=0.97)
    """Chance to remember at which a review is due."""


Review = Annotated[Union[NoReview, Ladder, Fsrs], Field(discriminator="type")]


class Rating(IntEnum):
    """How an answer went, in FSRS's numbers. Easy needs to know how quick an answer was, which records do not say."""

    again = 1
    hard = 2
    good = 3
    easy = 4


class Schedule(NamedTuple):
    """Where one standard stands in its reviews."""

    review: Ladder | Fsrs
    """The schedule followed."""
    last: datetime
    """When it was last reviewed, or became proficient."""
    due: datetime | None
    """When to look at it again; None when it has been looked at often enough."""
    rung: int = 0
    """Reviews that went well, on a ladder."""
    stability: float = 0.0
    """FSRS: days until the chance to remember has fallen to 0.9."""
    difficulty: float = 0.0
    """FSRS: 1 (easy) to 10."""

    def is_due(self, now: datetime) -> bool:
        """Whether it is time."""
        return self.due is not None and now >= self.due


@cache
def days(number: float) -> timedelta:
    """So many days; kept, because a report asks for the same few hundreds of times."""
    return timedelta(days=number)


def begin(review: Review, at: datetime, rating: Rating = Rating.good) -> Schedule | None:
    """The schedule of what became proficient at a moment."""
    match review:
        case Ladder():
            return Schedule(review, at, at + days(review.days[0]))
        case Fsrs():
            stability, difficulty = first_stability(rating), first_difficulty(rating)
            due = at + timedelta(days=interval(stability, review.retention))
            return Schedule(review, at, due, stability=stability, difficulty=difficulty)
    return None


def after(schedule: Schedule, at: datetime, rating: Rating) -> Schedule:
    """The schedule after one more answer. On a ladder only a right answer when a review is due moves it on."""
    match schedule.review:
        case Ladder(days=rungs):
            if not schedule.is_due(at) or rating < Rating.good:
                return schedule
            rung = schedule.rung + 1
            due = at + days(rungs[rung]) if rung < len(rungs) else None
            return Schedule(schedule.review, at, due, rung)
        case Fsrs(retention=retention):
            days_since = (at - schedule.last).days
            stability = next_stability(schedule.stability, schedule.difficulty, days_since, rating)
            return schedule._replace(
                last=at,
                due=at + timedelta(days=interval(stability, retention)),
                stability=stability,
                difficulty=next_difficulty(schedule.difficulty, rating),
            )


def lapsed(review: Review, schedule: Schedule | None, at: datetime) -> Schedule | None:
    """The schedule of what was missed and is still proficient: a ladder begins anew, FSRS remembers."""
    if schedule and isinstance(schedule.review, Fsrs):
        return after(schedule, at, Rating.again)
    return begin(review, at)


# --- FSRS-6 ----------------------------------------------------------------------------------------------------------------------

WEIGHTS: Final[tuple[float, ...]] = (
    0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796,
    1.4835, 0.0614, 0.2629, 1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542,
)  # fmt: skip
"""The published default weights, w0 to w20."""

_W: Final[tuple[float, ...]] = WEIGHTS
_DECAY: Final[float] = -_W[20]
_FACTOR: Final[float] = 0.9 ** (1 / _DECAY) - 1
_LONGEST: Final = 36500
_LEAST: Final = 0.001


def retrievability(stability: float, days: int) -> float:
    """Chance to remember after so many whole days."""
    return _power(1 + _FACTOR * days / stability, _DECAY)


def interval(stability: float, retention: float) -> int:
    """Whole days until the chance to remember has fallen to `retention`."""
    return min(max(round(stability / _FACTOR * (_power(retention, 1 / _DECAY) - 1)), 1), _LONGEST)


def first_stability(rating: Rating) -> float:
    """Stability after the first answer."""
    return _W[rating - 1]


def first_difficulty(rating: Rating) -> float:
    """Difficulty after the first answer."""
    return _clamped(_raw_difficulty(rating))


def next_difficulty(difficulty: float, rating: Rating) -> float:
    """Difficulty after one more answer: changes get smaller near 10, and all drifts to that of an easy first answer."""
    moved = difficulty - _W[6] * (rating - 3) * (10 - difficulty) / 9
    return _clamped(_W[7] * _raw_difficulty(Rating.easy) + (1 - _W[7]) * moved)


def next_stability(stability: float, difficulty: float, days: int, rating: Rating) -> float:
    """Stability after one more answer, so many whole days after the one before."""
    if days < 1:
        growth = exp(_W[17] * (rating - 3 + _W[18])) * _power(stability, -_W[19])
        return max(stability * (growth if rating is Rating.again else max(growth, 1.0)), _LEAST)
    lost = 1 - retrievability(stability, days)
    if rating is Rating.again:
        relearned = _W[11] * _power(difficulty, -_W[12]) * (_power(stability + 1, _W[13]) - 1) * exp(lost * _W[14])
        return max(min(relearned, stability / exp(_W[17] * _W[18])), _LEAST)
    growth = exp(_W[8]) * (11 - difficulty) * _power(stability, -_W[9]) * (exp(lost * _W[10]) - 1)
    growth *= _W[15] if rating is Rating.hard else _W[16] if rating is Rating.easy else 1
    return max(stability * (1 + growth), _LEAST)


def _raw_difficulty(rating: Rating) -> float:
    return _W[4] - exp(_W[5] * (rating - 1)) + 1


def _clamped(difficulty: float) -> float:
    return min(max(difficulty, 1.0), 10.0)


def _power(base: float, exponent: float) -> float:
    return float(base**exponent)
