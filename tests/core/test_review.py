"""When it is time to look again, and what happens to what is lost then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from plnb.core.base import Basis, Level
from plnb.core.course import Course
from plnb.core.mastery import Estimate, estimate
from plnb.core.paths import plan
from plnb.core.policy import Average, Bkt, Latest, MOfN, Policy, Streak
from plnb.core.records import Record
from plnb.core.review import Fsrs, Ladder, NoReview, Rating, Review, after, begin
from tests.core.builders import START, activity, answers, at, attempt, checks, course, override

DAY = 24.0
LEARNED = answers([1, 1, 1])
"""Proficient two hours into the story."""


def here(policy: Policy = Streak(), review: Review = Ladder()) -> Course:
    return course(activity("walk", *checks(5)), policy=policy, review=review)


def judged(
    records: Sequence[Record],
    *,
    days: float = 300,
    policy: Policy = Streak(),
    review: Review = Ladder(),
    basis: Basis = Basis.credit,
) -> Estimate:
    return estimate(here(policy, review), records, basis=basis, now=at(days * DAY))[0]


def right(days: float, **more: object) -> Record:
    return attempt("walk/c4", hours=days * DAY, **more)  # type: ignore[arg-type]


def wrong(days: float, **more: object) -> Record:
    return attempt("walk/c5", 0.0, hours=days * DAY, **more)  # type: ignore[arg-type]


# The ladder


def test_a_review_is_due_a_week_after_becoming_proficient() -> None:
    found = judged(LEARNED, days=7)
    assert (found.review_due, found.review_on) == (False, at(2) + timedelta(days=7))
    assert judged(LEARNED, days=7.1).review_due


def test_each_review_that_goes_well_moves_on_until_the_ladder_ends() -> None:
    reviews: list[Record] = list(LEARNED)
    for done, (days, following) in enumerate([(8.0, 38.0), (40.0, 100.0), (101.0, None)]):
        reviews.append(right(days, seq=done, mixed=True))
        expected = None if following is None else at(following * DAY)
        assert judged(reviews).review_on == expected


@pytest.mark.parametrize("review", [Ladder(), Fsrs()])
def test_what_was_right_already_and_is_handed_in_again_is_no_review(review: Review) -> None:
    looked_back = [*LEARNED, right(40)]
    again = [*looked_back, *answers([1, 1], hours=90 * DAY), right(90)]
    assert judged(again, review=review).review_on == judged(looked_back, review=review).review_on


def test_a_right_answer_before_it_is_due_moves_nothing() -> None:
    assert judged([*LEARNED, right(3)]).review_on == at(2) + timedelta(days=7)


def test_a_helped_answer_is_no_review() -> None:
    assert judged([*LEARNED, right(8, hints=1)]).review_due


def test_a_missed_review_takes_proficient_away_until_it_is_earned_anew() -> None:
    lost = [*LEARNED, wrong(8)]
    found = judged(lost, policy=Streak(confirm_after_days=50))
    assert (found.level, found.lapsed, found.toward, found.review_on) == (Level.familiar, True, 0.0, None)
    assert found.reason.text == "You had it, and then missed it in a later check; practise it again to get it back."
    some = [*lost, *answers([1, 1], hours=9 * DAY)]
    found = judged(some, policy=Streak(confirm_after_days=50))
    assert (found.level, found.toward) == (Level.familiar, pytest.approx(2 / 3))
    assert found.reason.text == (
        "You had it, and then missed it in a later check. Since then: 2 right in a row so far; 1 more shows you have it."
    )
    back = judged([*lost, *answers([1, 1, 1], hours=9 * DAY)], policy=Streak(confirm_after_days=50))
    assert (back.level, back.lapsed, back.since) == (Level.proficient, False, at(9 * DAY + 2))
    assert back.review_on == at(9 * DAY + 2) + timedelta(days=7)


def test_mastered_falls_to_proficient_and_is_confirmed_anew() -> None:
    mastered = [*LEARNED, right(2)]
    assert judged(mastered).level is Level.mastered
    fallen = judged([*mastered, wrong(8)])
    assert (fallen.level, fallen.lapsed, fallen.toward) == (Level.proficient, True, 1.0)
    assert (
        fallen.reason.text == "You had mastered it, and then missed it in a later check; get it right once more to master it again."
    )
    mended = [*mastered, wrong(8), attempt("walk/c5", hours=8.5 * DAY)]
    assert judged(mended).level is Level.proficient
    assert judged([*mended, right(9.5)]).level is Level.proficient
    again = judged([*mastered, wrong(8), attempt("walk/c5", hours=9.5 * DAY)])
    assert (again.level, again.lapsed) == (Level.mastered, False)


def test_a_wrong_answer_while_nothing_is_due_loses_nothing() -> None:
    assert judged([*LEARNED, wrong(6)]).level is Level.proficient


def test_the_same_wrong_answer_handed_in_again_is_no_lapse() -> None:
    assert judged([*LEARNED, wrong(6), wrong(8)]).level is Level.proficient


def test_without_review_nothing_is_due_and_nothing_lapses_by_time() -> None:
    found = judged([*LEARNED, wrong(50)], review=NoReview())
    assert (found.level, found.review_on, found.review_due) == (Level.proficient, None, False)


def test_the_teacher_chooses_the_ladder() -> None:
    assert judged(LEARNED, review=Ladder(days=(2,))).review_on == at(2) + timedelta(days=2)


# Mixed checks


def test_a_miss_in_a_mixed_check_is_a_lapse_at_any_time() -> None:
    assert judged([*LEARNED, wrong(1, mixed=True)]).level is Level.familiar


@pytest.mark.parametrize("policy", [Streak(confirm_mixed=True), MOfN(confirm_mixed=True), Bkt(confirm_mixed=True)])
def test_a_course_may_demand_a_mixed_check_for_mastery(policy: Policy) -> None:
    assert judged([*LEARNED, right(3)], policy=policy).level is Level.proficient
    assert judged([*LEARNED, right(3), right(4, mixed=True)], policy=policy).level is Level.mastered


def test_an_answer_good_enough_for_a_score_policy_is_no_miss() -> None:
    good = attempt("walk/c5", 0.9, hours=3 * DAY, mixed=True)
    found = judged([*LEARNED, good], policy=Latest())
    assert (found.level, found.lapsed) == (Level.proficient, False)


def test_an_average_that_a_miss_lowers_comes_back_by_the_answers_since() -> None:
    lost = [*answers([1] * 9), wrong(3, mixed=True)]
    assert judged(lost, policy=Average()).level is Level.familiar
    assert judged([*lost, right(4)], policy=Average()).level is Level.proficient


def test_a_teachers_word_ends_a_lapse() -> None:
    word = override("S1", Level.proficient, hours=10 * DAY)
    found = judged([*LEARNED, wrong(8), word], policy=Streak(confirm_after_days=50))
    assert (found.level, found.lapsed, found.review_due) == (Level.proficient, False, False)


# On the path


def following(records: Sequence[Record], days: float) -> list[tuple[str, str]]:
    extra = activity("run", *checks(3, "S2"))
    two = course(activity("walk", *checks(3)), extra)
    now = at(days * DAY)
    return [(s.step, s.reason.text) for s in plan(two, estimate(two, records, basis=Basis.credit, now=now), records, now=now).next]


def test_what_is_due_is_suggested_after_the_first_thing_to_do() -> None:
    done = answers([1, 1, 1], checks=3)
    assert [step for step, _ in following(done, 5)] == ["run"]
    assert following(done, 8)[1] == ("walk", "It is time to look at “Skill S1” again, so that it stays with you.")
    assert following(done, 8)[0][0] == "run"


def test_what_was_lost_is_suggested_first() -> None:
    done = [*answers([1, 1, 1], checks=3), wrong(8)]
    assert following(done, 9)[0] == ("walk", "You had “Skill S1” and then missed it in a later check; get it back here.")


# FSRS


def test_fsrs_goes_as_py_fsrs_does() -> None:
    """A history run through py-fsrs 6.3.2 without steps and fuzz: rating, days since, next interval, stability, difficulty."""
    history = [
        (3, 0, 2, 2.3065, 2.118104),
        (3, 2, 11, 10.964332, 2.111214),
        (3, 11, 46, 46.280217, 2.104331),
        (1, 46, 3, 2.93258, 7.389976),
        (3, 10, 13, 13.005168, 7.377814),
        (2, 5, 18, 17.696896, 8.244499),
        (4, 9, 36, 35.841426, 7.643121),
        (3, 0, 36, 35.841426, 7.630706),
    ]
    now, schedule = START, None
    for rating, days, interval, stability, difficulty in history:
        now += timedelta(days=days)
        schedule = after(schedule, now, Rating(rating)) if schedule else begin(Fsrs(), now, Rating(rating))
        assert schedule
        assert schedule.due == now + timedelta(days=interval)
        assert (schedule.stability, schedule.difficulty) == (
            pytest.approx(stability, abs=1e-6),
            pytest.approx(difficulty, abs=1e-6),
        )


def due(records: Sequence[Record]) -> datetime | None:
    return judged(records, review=Fsrs(), policy=Streak(confirm_after_days=50)).review_on


def test_fsrs_plans_the_first_review_after_two_days_and_the_next_later() -> None:
    assert due(LEARNED) == at(2) + timedelta(days=2)
    assert due([*LEARNED, right(3)]) == at(3 * DAY) + timedelta(days=11)


def test_help_brings_the_next_review_nearer_than_an_answer_of_ones_own() -> None:
    helped, alone = due([*LEARNED, right(3, hints=1)]), due([*LEARNED, right(3)])
    assert helped
    assert alone
    assert helped < alone


def test_a_stricter_wish_to_remember_reviews_earlier() -> None:
    strict = judged(LEARNED, review=Fsrs(retention=0.95)).review_on
    loose = judged(LEARNED, review=Fsrs(retention=0.8)).review_on
    assert strict
    assert loose
    assert strict < loose
