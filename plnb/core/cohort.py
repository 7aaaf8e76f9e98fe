"""The estimates of a whole class at once: columns in, columns out, for the rules that need nothing but a running state.

The same levels as `mastery` gives, for 10,000 students in seconds; reasons and records are for the page of one student and are not
made here. Every student's row of answers on a standard advances by one answer at a time, all rows together, so each number is
computed in the same order as in `rules`. Rows in which something lapses are handed to `stages`, which is the one place that knows
how. Needs numpy, which no other module of the core does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from math import ceil
from multiprocessing import get_context
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from plnb.core.base import Level
from plnb.core.policy import Average, Bkt, Ema, Highest, Latest, MOfN, Policy, ScorePolicy, Streak
from plnb.core.review import Fsrs, Ladder, Review
from plnb.core.rules import Answer
from plnb.core.rules.canvas import exact
from plnb.core.stages import follow
from plnb.core.words import ENGLISH

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ranks = npt.NDArray[np.int8]

ATTEMPTED, FAMILIAR, PROFICIENT, MASTERED = (
    np.int8(level.rank) for level in (Level.attempted, Level.familiar, Level.proficient, Level.mastered)
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = 24 * 60 * 60 * 1_000_000
_NEVER: Final = np.iinfo(np.int64).max
_SHARES: Final = 4
"""Shares for each process, one after the other: what it holds at a time is small."""
_WORTH_A_PROCESS: Final = 100_000
"""Answers from which starting a process is quicker than doing without."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers that count, of a class, on one or more standards. Within a student and standard they stand in order of the work."""

    student: Ints
    """Which student, as a number."""
    standard: Ints
    """Which standard, as a number."""
    item: Ints
    """Which check, as a number."""
    at: Ints
    """When the work was done: microseconds since 1970 in UTC."""
    score: Floats
    """Share of the points."""
    helped: Flags
    """Whether a hint was seen before."""
    mixed: Flags
    """Whether it was asked in a mixed check."""

    def where(self, some: Flags) -> Answers:
        """Some of the answers, in their order."""
        return Answers(*(getattr(self, column.name)[some] for column in fields(self)))


@dataclass(frozen=True, slots=True)
class Levels:
    """Where each student stands on each standard, for every pair with an answer, by student and then standard."""

    student: Ints
    """Which student."""
    standard: Ints
    """Which standard."""
    level: Ranks
    """Rank of the level."""
    counted: Ints
    """Answers that counted."""
    correct: Ints
    """How many of them were right."""


def covers(policy: Policy) -> bool:
    """Whether a class can be estimated at once under this policy."""
    return type(policy) in _RULES


def estimate_class(policy: Policy, answers: Answers, review: Review = Ladder(), *, jobs: int = 1) -> Levels:
    """The level of every student on every standard that has this policy; with `jobs`, so many processes share the students."""
    jobs = min(jobs, len(answers.student) // _WORTH_A_PROCESS)
    if jobs < 2:
        return _estimate(policy, answers, review)
    shares = jobs * _SHARES
    between = np.quantile(answers.student, [n / shares for n in range(1, shares)], method="lower")
    share = np.searchsorted(between, answers.student, side="left")
    # New processes and no forks: those would hold what this one holds, too, and numpy has threads.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        tasks = [pool.submit(_estimate, policy, answers.where(share == n), review) for n in range(shares)]
        parts = [task.result() for task in tasks]
    return Levels(*(np.concatenate([getattr(part, column.name) for part in parts]) for column in fields(Levels)))


def _estimate(policy: Policy, answers: Answers, review: Review) -> Levels:
    neutral = answers.helped & (answers.score >= policy.neutral_from) & (not policy.count_assisted)
    right = answers.score >= policy.correct_at
    whole = _Rows.of(answers)
    counted = whole.without(neutral)
    level, lapsed = _Walk(policy, review, answers, counted, right).run()
    for row in np.flatnonzero(lapsed):
        # The one place that knows what a lapse does. It sees helped answers too: FSRS reads them.
        part = whole.order[whole.starts[row] : whole.starts[row] + whole.sizes[row]]
        told = [_answer(answers, int(place), bool(right[place]), bool(neutral[place])) for place in part]
        level[row] = follow(policy, review, told, ENGLISH).level.rank
    first = whole.order[whole.starts]
    return Levels(
        student=answers.student[first],
        standard=answers.standard[first],
        level=level,
        counted=counted.sizes,
        correct=np.bincount(counted.row_of, weights=right[counted.order], minlength=len(first)).astype(np.int64),
    )


def _answer(answers: Answers, place: int, right: bool, neutral: bool) -> Answer:
    at = _EPOCH + timedelta(microseconds=int(answers.at[place]))
    return Answer(("", str(answers.item[place])), float(answers.score[place]), right, at, bool(answers.mixed[place]), "", neutral)


class _Now(NamedTuple):
    """The answers at one place of every row that is so long."""

    right: Flags
    score: Floats
    at: Ints
    mixed: Flags
    before: Ints
    """Place of the last earlier answer to the same check; -1 for none."""
    before_right: Ints
    """For a right answer, place of the last earlier right answer to the same check; -1 for none."""
    again: Flags
    """Whether the check was right already when it was answered last."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """Answers row by row; a row is what one student answered on one standard, in order."""

    order: Ints
    """Where each answer stands in the columns."""
    row_of: Ints
    """Its row."""
    starts: Ints
    """Where each row begins in `order`."""
    sizes: Ints
    """How long each row is."""

    @property
    def place(self) -> Ints:
        """The place of each answer in its row."""
        return np.arange(len(self.order)) - self.starts[self.row_of]

    @classmethod
    def of(cls, answers: Answers) -> _Rows:
        """Every answer, by student and then standard."""
        key = answers.student * (int(answers.standard.max(initial=0)) + 1) + answers.standard
        order = np.argsort(key, kind="stable")
        ordered = key[order]
        begins = np.ones(len(key), np.bool_)
        begins[1:] = ordered[1:] != ordered[:-1]
        starts = np.flatnonzero(begins)
        return cls(order, np.cumsum(begins) - 1, starts, np.diff(np.append(starts, len(key))))

    def without(self, gone: Flags) -> _Rows:
        """The same rows without some answers; a row may be left empty."""
        kept = ~gone[self.order]
        row_of = self.row_of[kept]
        sizes = np.bincount(row_of, minlength=len(self.sizes)).astype(np.int64)
        return _Rows(self.order[kept], row_of, np.cumsum(sizes) - sizes, sizes)


class _Walk:
    """All rows, an answer at a time: rows are sorted by length, so those still going are always the first so many."""

    def __init__(self, policy: Policy, review: Review, answers: Answers, rows: _Rows, right: Flags) -> None:
        self.policy, self.review, self.answers, self.right = policy, review, answers, right
        self.longest = np.argsort(-rows.sizes, kind="stable")
        self.order, self.starts, self.sizes = rows.order, rows.starts[self.longest], rows.sizes[self.longest]
        everything = np.arange(len(rows.order))
        self.before = _before(answers.item, rows, everything)
        self.before_right = _before(answers.item, rows, everything[right[rows.order]])
        self.again = (self.before >= 0) & right[rows.order[np.maximum(rows.starts[rows.row_of] + self.before, 0)]]

    def run(self) -> tuple[Ranks, Flags]:
        """The level of each row, and whether something in it may have lapsed."""
        policy, total = self.policy, len(self.sizes)
        step = _RULES[type(policy)](policy, total, self)
        ladder = _Ladder(self.review, total)
        level = np.full(total, ATTEMPTED, np.int8)
        lapsed = np.zeros(total, np.bool_)
        learned = np.zeros(total, np.int64)
        wait = round(policy.confirm_after_days * _DAY)
        for place in range(int(self.sizes.max(initial=0))):
            going = int(np.searchsorted(-self.sizes, -place, side="left"))
            now = self.at(place, going)
            ruled = step(place, now)
            held = level[:going] >= PROFICIENT
            had = ruled >= PROFICIENT
            missed = now.score < policy.missed_below
            lapsed[:going] |= held & missed & (now.mixed | ladder.due(now))
            # Right already when it was answered last, and handed in again: no news.
            news = now.mixed | ~now.again
            confirms = now.mixed if policy.confirm_mixed else news
            confirmed = held & had & now.right & confirms & (now.at >= learned[:going] + wait)
            level[:going] = np.where(confirmed, MASTERED, np.where(held & had, level[:going], ruled))
            fresh = had & ~held
            learned[:going][fresh] = now.at[fresh]
            ladder.move(now, fresh, held & had & ~missed & news, ~had)
        return _unsorted(level, self.longest), _unsorted(lapsed, self.longest)

    def at(self, place: int, going: int) -> _Now:
        """The answers at this place of the rows that are so long."""
        ordered = self.starts[:going] + place
        here = self.order[ordered]
        told = self.answers
        return _Now(
            self.right[here],
            told.score[here],
            told.at[here],
            told.mixed[here],
            self.before[ordered],
            self.before_right[ordered],
            self.again[ordered],
        )


def _unsorted(values: npt.NDArray[np.generic], order: Ints) -> npt.NDArray[Any]:
    found = np.empty_like(values)
    found[order] = values
    return found


def _before(item: Ints, rows: _Rows, among: Ints) -> Ints:
    """For each answer the place in its row of the last earlier answer to the same check, looking only `among` some; -1 for none."""
    row, place = rows.row_of[among], rows.place[among]
    items = item[rows.order[among]]
    order = np.lexsort((items, row))
    same = (row[order][1:] == row[order][:-1]) & (items[order][1:] == items[order][:-1])
    found = np.full(len(rows.order), -1, np.int64)
    found[among[order[1:][same]]] = place[order[:-1][same]]
    return found


class _Ladder:
    """When each row is to be reviewed. FSRS keeps more than a date: there every miss counts as one that may be a lapse."""

    def __init__(self, review: Review, rows: int) -> None:
        self.days = np.array([round(d * _DAY) for d in review.days] if isinstance(review, Ladder) else [], np.int64)
        self.always = isinstance(review, Fsrs)
        self.next = np.full(rows, _NEVER, np.int64)
        self.rung = np.zeros(rows, np.int64)

    def due(self, now: _Now) -> Flags:
        """Which rows are due."""
        return np.full(len(now.at), True) if self.always else now.at >= self.next[: len(now.at)]

    def move(self, now: _Now, fresh: Flags, kept: Flags, gone: Flags) -> None:
        """Begin where something was had afresh, go on where a review went well, end where it is gone."""
        if not len(self.days):
            return
        following, rung = self.next[: len(now.at)], self.rung[: len(now.at)]
        done = kept & (now.at >= following)
        rung[done] += 1
        rung[fresh] = 0
        moved = done | fresh
        more = moved & (rung < len(self.days))
        following[more] = now.at[more] + self.days[rung[more]]
        following[(moved & ~more) | gone] = _NEVER


# --- The rules, one answer of every row at a time --------------------------------------------------------------------------------

Step = Callable[[int, _Now], Ranks]


def _streak(policy: Streak, rows: int, _: _Walk) -> Step:
    level = np.full(rows, ATTEMPTED, np.int8)
    run, checks, began = (np.zeros(rows, np.int64) for _ in range(3))

    def step(place: int, now: _Now) -> Ranks:
        going = len(now.right)
        right = now.right
        began[:going][right & (run[:going] == 0)] = place
        new = right & (now.before < began[:going])
        run[:going] = np.where(right, run[:going] + 1, 0)
        checks[:going] = np.where(right, checks[:going] + new, 0)
        met = (run[:going] >= policy.n) & (checks[:going] >= policy.distinct)
        level[:going] = np.where(right, np.maximum(level[:going], np.where(met, PROFICIENT, FAMILIAR)), level[:going])
        return level[:going]

    return step


def _m_of_n(policy: MOfN, rows: int, walk: _Walk) -> Step:
    level = np.full(rows, ATTEMPTED, np.int8)

    def step(place: int, now: _Now) -> Ranks:
        going = len(now.right)
        first = max(0, place + 1 - policy.n)
        right, checks = np.zeros(going, np.int64), np.zeros(going, np.int64)
        for earlier in range(first, place + 1):
            then = walk.at(earlier, going) if earlier < place else now
            right += then.right
            checks += then.right & (then.before_right < first)
        met = (right >= policy.m) & (checks >= policy.distinct)
        level[:going] = np.where(now.right, np.maximum(level[:going], np.where(met, PROFICIENT, FAMILIAR)), level[:going])
        return level[:going]

    return step


def _latest(policy: Latest, rows: int, _: _Walk) -> Step:
    return _number(policy, rows, lambda _place, now: now.score, answered=True)


def _highest(policy: Highest, rows: int, _: _Walk) -> Step:
    best = np.zeros(rows)

    def number(_: int, now: _Now) -> Floats:
        best[: len(now.score)] = np.maximum(best[: len(now.score)], now.score)
        return best[: len(now.score)]

    return _number(policy, rows, number, answered=True)


def _average(policy: Average, rows: int, _: _Walk) -> Step:
    total = np.zeros(rows)

    def number(place: int, now: _Now) -> Floats:
        total[: len(now.score)] += now.score
        # Half up to two decimals; what is within a billionth of a half is one that lost its last bit on the way.
        return np.floor(total[: len(now.score)] * policy.out_of / (place + 1) * 100 + 0.5 + 1e-7)

    cents = (ceil(exact(share) * exact(policy.out_of) * 100) for share in (policy.proficient_at, policy.familiar_at))
    return _number(policy, rows, number, answered=True, marks=cents)


def _ema(policy: Ema, rows: int, _: _Walk) -> Step:
    average = np.zeros(rows)

    def number(_: int, now: _Now) -> Floats:
        going = len(now.right)
        average[:going] = policy.alpha * average[:going] + (1 - policy.alpha) * now.right
        return average[:going]

    return _number(policy, rows, number, answered=False)


def _bkt(policy: Bkt, rows: int, _: _Walk) -> Step:
    known = np.full(rows, policy.init)

    def number(_: int, now: _Now) -> Floats:
        p = known[: len(now.right)]
        knew = p * np.where(now.right, 1 - policy.slip, policy.slip)
        whole = knew + (1 - p) * np.where(now.right, policy.guess, 1 - policy.guess)
        posterior = np.divide(knew, whole, out=p.copy(), where=whole != 0)
        known[: len(p)] = (posterior + (1 - posterior) * policy.learn) * (1 - policy.forget)
        return known[: len(p)]

    return _number(policy, rows, number, answered=False)


def _number(
    policy: ScorePolicy, rows: int, number: Callable[[int, _Now], Floats], *, answered: bool, marks: Iterable[float] = ()
) -> Step:
    checks = np.zeros(rows, np.int64)
    proficient, familiar = tuple(marks) or (policy.proficient_at, policy.familiar_at)

    def step(place: int, now: _Now) -> Ranks:
        known = checks[: len(now.right)]
        known += now.before < 0 if answered else now.right & (now.before_right < 0)
        found = number(place, now)
        return np.where(
            (found >= proficient) & (known >= policy.distinct), PROFICIENT, np.where(found >= familiar, FAMILIAR, ATTEMPTED)
        ).astype(np.int8)

    return step


_RULES: Final[dict[type, Callable[[Any, int, _Walk], Step]]] = {
    Streak: _streak,
    MOfN: _m_of_n,
    Latest: _latest,
    Highest: _highest,
    Average: _average,
    Ema: _ema,
    Bkt: _bkt,
}
