"""What counts as evidence, and a teacher's word."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from plnb.core.base import Basis, Level, Trust
from plnb.core.mastery import Estimate, estimate
from plnb.core.policy import Latest, Streak
from plnb.core.records import COUNTED, Record, SelfAssessed, Verdict
from tests.core.builders import NOW, STUDENT, activity, answers, at, attempt, check, checks, course, override

COURSE = course(activity("walk", *checks(5)))


def judged(records: Sequence[Record], basis: Basis = Basis.credit) -> Estimate:
    return estimate(COURSE, records, basis=basis, now=NOW)[0]


def test_work_in_the_own_kernel_counts_for_practice_and_not_for_credit() -> None:
    local = answers([1, 1, 1], trust=Trust.local)
    assert judged(local, Basis.practice).level is Level.proficient
    assert judged(local, Basis.credit).level is Level.not_started


@pytest.mark.parametrize("verdict", sorted(set(Verdict) - COUNTED))
def test_a_verdict_that_says_nothing_changes_nothing(verdict: Verdict) -> None:
    found = judged([*answers([1, 1]), attempt(score=0, verdict=verdict, hours=3), attempt("walk/c2", hours=4)])
    assert (found.level, found.counted) == (Level.proficient, 3)


@pytest.mark.parametrize("verdict", [Verdict.timed_out, Verdict.crashed, Verdict.failed, Verdict.partial])
def test_an_answer_that_did_not_work_breaks_the_row(verdict: Verdict) -> None:
    found = judged([*answers([1, 1]), attempt(score=0, verdict=verdict, hours=3), attempt("walk/c2", hours=4)])
    assert found.level is Level.familiar


def test_what_a_student_feels_is_not_an_answer() -> None:
    felt = SelfAssessed(
        id="felt", course="course", student=STUDENT, at=at(1), trust=Trust.self_, standard="S1", level=Level.mastered
    )
    assert judged([felt], Basis.practice).level is Level.not_started


def test_only_assessed_standards_are_estimated_in_framework_order() -> None:
    two = course(activity("a", check("c1", "S3")), activity("b", check("c1", "S1", "S4"), check("c2", "home-made")))
    found = estimate(two, [], basis=Basis.credit, now=NOW)
    assert [e.standard for e in found] == ["S1", "S3", "S4", "home-made"]


def test_an_answer_to_a_check_of_two_standards_counts_for_both() -> None:
    two = course(activity("a", check("c1", "S1", "S2")), policy=Streak(n=1, distinct=1))
    found = estimate(two, [attempt("a/c1", standards=("S1", "S2", "S1"))], basis=Basis.credit, now=NOW)
    assert [(e.level, e.counted) for e in found] == [(Level.proficient, 1)] * 2


def test_a_standard_may_have_a_rule_of_its_own() -> None:
    mixed = course(activity("a", check("c1", "S1"), check("c2", "S2")), policy=Streak())
    mixed = mixed.model_copy(update={"mastery": mixed.mastery.model_copy(update={"standards": {"S2": Latest()}})})
    records = [attempt("a/c1", standards=("S1",)), attempt("a/c2", standards=("S2",))]
    assert [e.level for e in estimate(mixed, records, basis=Basis.credit, now=NOW)] == [Level.familiar, Level.proficient]


def test_a_course_may_ask_for_a_teacher_before_it_gives_credit() -> None:
    strict = course(activity("walk", *checks(5)), credit_from=Trust.teacher)
    graded, seen = answers([1, 1, 1]), answers([1, 1, 1], trust=Trust.teacher)
    assert estimate(strict, graded, basis=Basis.credit, now=NOW)[0].level is Level.not_started
    assert estimate(strict, seen, basis=Basis.credit, now=NOW)[0].level is Level.proficient


def test_records_of_another_course_say_nothing_here() -> None:
    elsewhere = [r.model_copy(update={"course": "other"}) for r in answers([1, 1, 1])]
    assert judged(elsewhere).level is Level.not_started


def test_the_future_is_left_out_until_it_comes() -> None:
    records = answers([1, 1, 1])
    assert estimate(COURSE, records, basis=Basis.credit, now=at(1.5))[0].counted == 2
    assert estimate(COURSE, records, basis=Basis.credit, now=at(2))[0].level is Level.proficient


def test_a_teachers_word_holds_and_says_so() -> None:
    word = override("S1", Level.proficient, hours=5, reason="You explained it to the class")
    found = judged([*answers([1, 0]), word])
    assert (found.level, found.toward, found.overridden, found.since) == (Level.proficient, 1.0, True, word.at)
    assert found.reason.text == "Your teacher set this to “proficient”: You explained it to the class."
    assert found.records[-1] == word.id
    assert found.counted == 2


def test_a_teachers_word_can_lower_a_level() -> None:
    found = judged([*answers([1, 1, 1]), override("S1", Level.familiar, hours=5)])
    assert found.level is Level.familiar
    assert 0 < found.toward < 1


def test_the_latest_word_of_a_teacher_holds() -> None:
    words = [override("S1", Level.mastered, hours=5), override("S1", Level.familiar, hours=6)]
    assert judged(words).level is Level.familiar


def test_a_word_taken_back_leaves_what_the_answers_say() -> None:
    records = answers([1, 1])
    back = [override("S1", Level.mastered, hours=5), override("S1", None, hours=6)]
    assert judged([*records, *back]) == judged(records)


def test_a_word_holds_until_it_ends() -> None:
    lent = override("S1", Level.proficient, hours=5, until=10)
    assert estimate(COURSE, [lent], basis=Basis.credit, now=at(9))[0].level is Level.proficient
    assert estimate(COURSE, [lent], basis=Basis.credit, now=at(10))[0].level is Level.not_started


def test_an_earlier_word_holds_again_when_a_later_one_has_ended() -> None:
    words = [override("S1", Level.familiar, hours=4), override("S1", Level.mastered, hours=5, until=10)]
    assert estimate(COURSE, words, basis=Basis.credit, now=at(9))[0].level is Level.mastered
    assert estimate(COURSE, words, basis=Basis.credit, now=at(11))[0].level is Level.familiar


@pytest.mark.parametrize("trust", [Trust.self_, Trust.local, Trust.graded])
@pytest.mark.parametrize("basis", list(Basis))
def test_nobody_but_a_teacher_can_override(trust: Trust, basis: Basis) -> None:
    assert judged([override("S1", Level.mastered, trust=trust)], basis).level is Level.not_started


def test_nothing_yet_is_said_differently_for_practice() -> None:
    assert judged([], Basis.practice).reason.text == "You have not tried this yet."
