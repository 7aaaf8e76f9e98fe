"""A class at once: the same levels as one student at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plnb.core import cohort
from plnb.core.base import Basis, Level
from plnb.core.cohort import Answers, covers, estimate_class
from plnb.core.mastery import estimate
from plnb.core.policy import POLICIES, Average, Bkt, Ema, Highest, Latest, MOfN, Policy, Streak
from plnb.core.records import Attempt, order
from plnb.core.review import Ladder, Review
from tests.core.builders import NOW, activity, attempt, check, course
from tests.core.strategies import ANY_POLICIES, REVIEWS
from tests.core.test_properties import EXAMPLES

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STUDENTS = ("ada", "bo", "cy")
COVERED = (Streak, MOfN, Latest, Highest, Average, Ema, Bkt)


def columns(attempts: list[Attempt]) -> Answers:
    told = sorted(attempts, key=order)
    return Answers(
        student=np.array([STUDENTS.index(a.student) for a in told], np.int64),
        standard=np.array([int(a.standards[0][1:]) for a in told], np.int64),
        item=np.array([int(a.check[1:]) for a in told], np.int64),
        at=np.array([(a.at - EPOCH) // timedelta(microseconds=1) for a in told], np.int64),
        score=np.array([a.score for a in told], np.float64),
        helped=np.array([a.hints > 0 for a in told], np.bool_),
        mixed=np.array([a.mixed for a in told], np.bool_),
    )


@st.composite
def attempts(draw: st.DrawFn) -> list[Attempt]:
    made = []
    for place in range(draw(st.integers(1, 40))):
        code = draw(st.sampled_from(["S1", "S1", "S2"]))
        made.append(
            attempt(
                f"walk/c{draw(st.integers(1, 4))}",
                draw(st.sampled_from([0.0, 0.3, 0.5, 0.75, 0.9, 1.0, 1.0, 1.0, 1.0])),
                hours=draw(st.integers(0, 40 * 24)) + place / 60,
                standards=(code,),
                hints=draw(st.sampled_from([0, 0, 0, 0, 1])),
                mixed=draw(st.sampled_from([False] * 9 + [True])),
                student=draw(st.sampled_from(STUDENTS)),
            )
        )
    return made


@settings(max_examples=max(400, EXAMPLES), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(attempts(), ANY_POLICIES.filter(covers), REVIEWS)
def test_a_class_at_once_has_the_levels_of_one_student_at_a_time(made: list[Attempt], policy: Policy, review: Review) -> None:
    here = course(activity("walk", check("c1", "S1"), check("c2", "S2")), policy=policy, review=review)
    found = estimate_class(policy, columns(made), review)
    rows = zip(found.student, found.standard, found.level, found.counted, found.correct, strict=True)
    at_once = {(STUDENTS[s], f"S{code}"): (int(level), int(counted), int(right)) for s, code, level, counted, right in rows}
    one_by_one = {
        (student, e.standard): (e.level.rank, e.counted, e.correct)
        for student in STUDENTS
        for e in estimate(here, [a for a in made if a.student == student], basis=Basis.credit, now=NOW)
        if e.level > Level.not_started
    }
    assert at_once == one_by_one


def test_it_says_which_policies_it_covers() -> None:
    assert {kind for kind in POLICIES if kind in COVERED} == set(COVERED)
    assert all(covers(kind()) for kind in COVERED)
    assert not covers(next(kind for kind in POLICIES if kind.__name__ == "KhanLevels")())


@pytest.mark.parametrize("policy", [Streak(), MOfN(), Latest(), Average(), Ema(), Bkt()])
def test_a_class_without_answers_has_no_levels(policy: Policy) -> None:
    assert len(estimate_class(policy, columns([]), Ladder()).level) == 0


def test_processes_that_share_the_students_find_the_same_in_the_same_order(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    many = 4_000
    answers = Answers(
        student=rng.integers(0, 37, many),
        standard=rng.integers(0, 5, many),
        item=rng.integers(0, 4, many),
        at=np.cumsum(rng.integers(1, 40, many)) * 60_000_000,
        score=rng.choice([0.0, 0.5, 1.0, 1.0], many),
        helped=rng.random(many) < 0.1,
        mixed=rng.random(many) < 0.05,
    )
    monkeypatch.setattr(cohort, "_WORTH_A_PROCESS", 1)
    alone, shared = estimate_class(MOfN(), answers), estimate_class(MOfN(), answers, jobs=3)
    assert len(alone.level) == 37 * 5
    for column in ("student", "standard", "level", "counted", "correct"):
        assert getattr(alone, column).tolist() == getattr(shared, column).tolist(), column
