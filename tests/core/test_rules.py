"""Each policy on worked examples: the level, how far it is, and the sentence a student reads."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from plnb.core.base import Basis, Level
from plnb.core.mastery import Estimate, estimate
from plnb.core.policy import Highest, Latest, MOfN, Policy, Streak
from plnb.core.records import Record
from tests.core.builders import NOW, activity, answers, attempt, checks, course


def judged(policy: Policy, records: Sequence[Record], basis: Basis = Basis.credit) -> Estimate:
    found = estimate(course(activity("walk", *checks(5)), policy=policy), records, basis=basis, now=NOW)
    assert [e.standard for e in found] == ["S1"]
    return found[0]


@pytest.mark.parametrize(
    ("scores", "distinct_checks", "level", "toward", "text"),
    [
        ([], 2, Level.not_started, 0, "Nothing of yours on this has been graded yet."),
        ([0], 2, Level.attempted, 0, "1 answer so far, none right yet."),
        ([0, 0.5], 2, Level.attempted, 0, "2 answers so far, none right yet."),
        ([1], 2, Level.familiar, 1 / 3, "1 right in a row so far; 2 more show you have it."),
        ([0, 1, 1], 2, Level.familiar, 2 / 3, "2 right in a row so far; 1 more shows you have it."),
        ([1, 1, 1], 2, Level.proficient, 1, "Your last 3 answers were right, on 2 different checks."),
        ([1, 1, 1], 3, Level.proficient, 1, "Your last 3 answers were right, on 3 different checks."),
        ([1, 1, 1], 1, Level.familiar, 2 / 3, "3 right in a row so far; 1 more on a different check shows you have it."),
        ([1, 1, 0], 2, Level.familiar, 0, "Your latest answer was not right; 3 right in a row show you have it."),
        ([1, 1, 1, 0], 2, Level.proficient, 1, "You once got 3 right in a row, on 2 different checks, and you keep that."),
    ],
)
def test_streak_of_three(scores: list[float], distinct_checks: int, level: Level, toward: float, text: str) -> None:
    found = judged(Streak(confirm_after_days=1), answers(scores, checks=distinct_checks))
    assert (found.level, found.toward, found.reason.text) == (level, pytest.approx(toward), text)


def test_a_streak_of_one_speaks_of_one() -> None:
    found = judged(Streak(n=1, distinct=1), answers([1]))
    assert found.reason.text == "Your last answer was right, on one check."


def test_a_streak_of_one_check_goes_on_until_another_check_joins_it() -> None:
    same = [attempt("walk/c1", hours=h) for h in range(5)]
    assert judged(Streak(), same).level is Level.familiar
    assert judged(Streak(), [*same, attempt("walk/c2", hours=6)]).level is Level.proficient


def test_a_check_from_before_a_wrong_answer_does_not_belong_to_the_row() -> None:
    row = [attempt("walk/c1"), attempt("walk/c2", 0, hours=1), *(attempt("walk/c2", hours=h) for h in (2, 3, 4))]
    assert judged(Streak(), row).level is Level.familiar


def test_the_same_grade_id_in_two_notebooks_is_two_checks() -> None:
    records = [attempt("walk/c1", hours=0), attempt("run/c1", hours=1), attempt("walk/c1", hours=2)]
    assert judged(Streak(), records).level is Level.proficient


@pytest.mark.parametrize(
    ("scores", "level", "toward", "text"),
    [
        ([0], Level.attempted, 0, "1 answer so far, none right yet."),
        ([1], Level.familiar, 1 / 3, "1 right in your first answer; 2 more show you have it."),
        ([1, 0, 1], Level.familiar, 2 / 3, "2 right in your last 3 answers; 1 more shows you have it."),
        ([1, 0, 1, 0, 1], Level.proficient, 1, "3 right in your last 5 answers, on 3 different checks."),
        ([1, 0, 0, 0, 0, 0], Level.familiar, 0, "0 right in your last 5 answers; 3 more show you have it."),
        # The old right answers drop out of the five as new ones come: one more is not enough.
        ([1, 1, 0, 0, 0], Level.familiar, 0, "2 right in your last 5 answers; 3 more show you have it."),
        ([1, 0, 1, 0, 0], Level.familiar, 1 / 3, "2 right in your last 5 answers; 2 more show you have it."),
        ([1, 1, 1, 0, 0, 0], Level.proficient, 1, "You once got 3 right in 3 answers, on 3 different checks, and you keep that."),
    ],
)
def test_three_of_five(scores: list[float], level: Level, toward: float, text: str) -> None:
    found = judged(MOfN(m=3, n=5, distinct=2), answers(scores, checks=6))
    assert (found.level, found.toward, found.reason.text) == (level, pytest.approx(toward), text)


def test_three_of_five_needs_different_checks() -> None:
    same = [attempt("walk/c1", hours=h) for h in range(3)]
    assert judged(MOfN(m=3, n=5, distinct=2), same).level is Level.familiar


def test_repeating_a_check_is_never_a_step_back() -> None:
    """The repeated check pushes the other one out of the five: more is needed than before, and the drawing keeps still."""
    records = [
        attempt(f"walk/{name}", score, hours=n) for n, (name, score) in enumerate([("c1", 1), ("c3", 0), ("c4", 0), ("c2", 1)])
    ]
    policy = MOfN(m=3, n=5, distinct=3)
    before, after = judged(policy, records), judged(policy, [*records, attempt("walk/c2", hours=5)])
    assert (before.toward, after.toward) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert after.reason.text == "3 right in your last 5 answers; 2 more show you have it."


@pytest.mark.parametrize(
    ("scores", "level", "toward", "text"),
    [
        ([0.4], Level.attempted, 0.5, "Your latest answer earned 40 %; 80 % shows you have it."),
        ([0.9, 0.5], Level.familiar, 0.625, "Your latest answer earned 50 %; 80 % shows you have it."),
        ([0.2, 0.8], Level.proficient, 1, "Your latest answer earned 80 %, and 80 % shows you have it."),
        ([0.79999], Level.familiar, 0.99, "Your latest answer earned 79 %; 80 % shows you have it."),
    ],
)
def test_the_latest_answer_decides(scores: list[float], level: Level, toward: float, text: str) -> None:
    found = judged(Latest(), answers(scores))
    assert (found.level, found.toward, found.reason.text) == (level, pytest.approx(toward, abs=0.001), text)


@pytest.mark.parametrize(
    ("scores", "level", "text"),
    [
        ([0.6, 0.2], Level.familiar, "Your best answer earned 60 %; 80 % shows you have it."),
        ([0.9, 0.2], Level.proficient, "Your best answer earned 90 %, and 80 % shows you have it."),
    ],
)
def test_the_highest_answer_decides(scores: list[float], level: Level, text: str) -> None:
    found = judged(Highest(), answers(scores))
    assert (found.level, found.reason.text) == (level, text)


def test_a_score_policy_can_ask_for_several_checks() -> None:
    found = judged(Highest(distinct=3), answers([1]))
    assert (found.level, found.toward) == (Level.familiar, pytest.approx(1 / 3))
    assert found.reason.text == "Your best answer earned 100 %; 2 more checks to answer before it shows you have it."


def test_a_right_answer_after_a_hint_neither_counts_nor_breaks_the_row() -> None:
    records = [*answers([1, 1]), attempt("walk/c1", hours=3, hints=2), attempt("walk/c2", hours=4)]
    found = judged(Streak(), records)
    assert (found.level, found.counted, found.correct, len(found.records)) == (Level.proficient, 3, 3, 4)


def test_a_wrong_answer_after_a_hint_is_wrong() -> None:
    records = [*answers([1, 1]), attempt("walk/c1", 0, hours=3, hints=2), attempt("walk/c2", hours=4)]
    assert judged(Streak(), records).level is Level.familiar


def test_only_helped_answers_are_attempts_with_a_word_of_their_own() -> None:
    found = judged(Streak(), [attempt(hints=1)])
    assert (found.level, found.reason.text) == (Level.attempted, "You got it right with a hint; now try one without.")


def test_a_policy_may_count_helped_answers() -> None:
    records = [attempt(f"walk/c{n}", hours=n, hints=1) for n in (1, 2, 3)]
    assert judged(Streak(count_assisted=True), records).level is Level.proficient


def test_help_neither_raises_nor_lowers_the_latest_score() -> None:
    assert judged(Latest(), [attempt(score=0.9, hints=1)]).level is Level.attempted
    assert judged(Latest(), [attempt(score=0.9), attempt(score=0.6, hours=1, hints=1)]).level is Level.proficient


@pytest.mark.parametrize("policy", [Streak(), MOfN(), Latest(), Highest()])
def test_a_right_answer_a_day_later_shows_mastery(policy: Policy) -> None:
    learned = answers([1, 1, 1])
    too_soon = [*learned, attempt("walk/c3", hours=20)]
    later = [*too_soon, attempt("walk/c4", hours=80)]
    assert judged(policy, too_soon).level is Level.proficient
    found = judged(policy, later)
    assert (found.level, found.toward) == (Level.mastered, 1.0)
    assert found.reason.text == "You had it, and 3 days later you got it right again."
    assert found.since == later[-1].at


@pytest.mark.parametrize("policy", [Streak(), MOfN(), Latest(), Highest()])
def test_the_same_right_answer_handed_in_again_shows_no_mastery(policy: Policy) -> None:
    learned = answers([1, 1, 1])
    again = [*learned, attempt("walk/c1", hours=80), attempt("walk/c2", hours=80.1)]
    assert judged(policy, again).level is Level.proficient
    assert judged(policy, [*again, attempt("walk/c1", hours=81, mixed=True)]).level is Level.mastered


@pytest.mark.parametrize("policy", [Streak(), MOfN(), Latest(), Highest()])
def test_what_was_wrong_last_and_is_right_a_day_later_shows_mastery(policy: Policy) -> None:
    learned = [*answers([1, 1, 1]), attempt("walk/c1", 0.9, hours=3)]
    assert judged(policy, [*learned, attempt("walk/c1", hours=80)]).level is Level.mastered


def test_a_helped_answer_in_between_makes_the_same_answer_no_news() -> None:
    helped = [*answers([1, 1, 1]), attempt("walk/c1", hours=3, hints=1)]
    assert judged(Streak(), [*helped, attempt("walk/c1", hours=80)]).level is Level.proficient


def test_a_wrong_answer_a_day_later_shows_no_mastery() -> None:
    assert judged(Streak(), [*answers([1, 1, 1]), attempt(score=0, hours=80)]).level is Level.proficient


def test_mastery_of_a_latest_answer_starts_anew_after_it_was_lost() -> None:
    lost = [attempt(hours=0), attempt("walk/c2", hours=30), attempt(score=0.1, hours=31)]
    assert judged(Latest(), lost[:2]).level is Level.mastered
    assert judged(Latest(), [*lost, attempt(hours=32)]).level is Level.proficient


def test_since_is_when_the_level_was_reached() -> None:
    records = answers([0, 1, 0, 1])
    assert judged(Streak(), records).since == records[1].at
