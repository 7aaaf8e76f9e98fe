"""The rules that count, weigh or level: EMA, BKT, points, Khan levels, rubric, competencies over children."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest

from plnb.core.base import Basis, Level
from plnb.core.mastery import Estimate, estimate
from plnb.core.policy import Bkt, Ema, KhanLevels, Mastery, Points, Policy, Rubric, Streak
from plnb.core.policy_children import ChildPoints, CompetencyAll, CompetencyPoints
from plnb.core.records import Record
from plnb.core.rules.answers import Answer
from plnb.core.rules.points import earnings
from plnb.core.standards import Framework, Standard, StandardSet
from tests.core.builders import NOW, activity, answers, at, attempt, check, course, override
from tests.core.test_rules import judged

# EMA and BKT


def test_six_right_answers_lift_the_moving_average_above_0_80() -> None:
    assert judged(Ema(), answers([1] * 5)).level is Level.familiar
    found = judged(Ema(), answers([1] * 6))
    assert (found.level, found.reason.text) == (
        Level.proficient,
        "Your answers, the newer ones counting more, stand at 82 %, and 80 % shows you have it.",
    )


def test_a_wrong_answer_takes_a_quarter_of_the_moving_average() -> None:
    found = judged(Ema(), answers([1] * 6 + [0]))
    assert found.reason.values["percent"] == str(int(82.2 * 0.75))
    assert found.level is Level.familiar


def test_bayes_by_hand() -> None:
    """p = 0.4, right: 0.36 / (0.36 + 0.12) = 0.75, then 0.1 of the rest is learned: 0.775."""
    policy = Bkt()
    assert policy.after(0.4, True) == pytest.approx(0.775)
    assert policy.after(0.4, False) == pytest.approx(0.04 / (0.04 + 0.48) * 0.9 + 0.1)
    assert policy.after(policy.after(0.775, True), True) == pytest.approx(0.989, abs=0.001)


def test_three_right_answers_are_enough_for_bayes() -> None:
    assert (
        judged(Bkt(), answers([1, 1])).reason.text
        == "Going by your answers, the chance that you have it is 94 %; 95 % shows you have it."
    )
    assert judged(Bkt(), answers([1, 1, 1])).level is Level.proficient


def test_one_check_again_and_again_is_not_enough_for_a_model() -> None:
    same = [attempt("walk/c1", hours=h) for h in range(9)]
    found = judged(Bkt(), same)
    assert (found.level, found.toward) == (Level.familiar, 0.5)
    assert found.reason.text.endswith("one more check to get right before it shows you have it.")


def test_forgetting_lowers_what_is_known_between_answers() -> None:
    assert Bkt(forget=0.01).after(0.4, True) == pytest.approx(0.775 * 0.99)


def test_an_impossible_answer_says_nothing() -> None:
    assert Bkt(slip=0, guess=0, learn=0).after(1.0, False) == 1.0


# Points


def earned(scores: Sequence[float], policy: Points = Points()) -> list[float]:
    return list(earnings(policy, [Answer(("walk", "c"), score, score >= 1, at(n)) for n, score in enumerate(scores)]))


def test_a_row_of_right_answers_earns_ever_more() -> None:
    assert earned([1, 1, 0, 1, 1]) == [2, 6, 6, 8, 10]


def test_points_are_never_lost() -> None:
    assert earned([0.5, 0.2, 0.9, 0]) == [1, 1, 1.8, 1.8]


def test_a_better_answer_takes_the_place_of_a_partial_one() -> None:
    assert earned([0.5, 1, 1]) == [1, 2, 6]


def test_points_may_be_worth_the_same_each_time() -> None:
    assert earned([1, 1, 1], Points(constant=True)) == [2, 4, 6]


@pytest.mark.parametrize(
    ("scores", "level", "toward", "text"),
    [
        ([0], Level.attempted, 0, "0 of 10 points so far; each right answer in a row earns more."),
        ([1, 1, 0], Level.familiar, 0.6, "6 of 10 points so far; each right answer in a row earns more."),
        ([1, 1, 0, 1, 1], Level.proficient, 1, "You have earned all 10 points, and you keep them."),
    ],
)
def test_all_points_make_proficient(scores: list[float], level: Level, toward: float, text: str) -> None:
    found = judged(Points(), answers(scores))
    assert (found.level, found.toward, found.reason.text) == (level, pytest.approx(toward), text)


# Khan


def exercise(right: int, wrong: int = 0, *, hours: float, submission: str = "") -> list[Record]:
    """A hand-in of one notebook."""
    return [
        attempt(f"walk/c{n + 1}", float(n < right), hours=hours, seq=n, submission=submission or f"at {hours}")
        for n in range(right + wrong)
    ]


def mixed(*scores: float, hours: float) -> list[Record]:
    return [attempt(f"mixed/m{n}", score, hours=hours + n, mixed=True) for n, score in enumerate(scores)]


@pytest.mark.parametrize(
    ("records", "level", "text"),
    [
        (
            exercise(2, 2, hours=0),
            Level.attempted,
            "2 right of 4 questions in your latest exercise; all right, on 2 different checks or more, shows you have it.",
        ),
        (
            exercise(3, 1, hours=0),
            Level.familiar,
            "3 right of 4 questions in your latest exercise; all right, on 2 different checks or more, shows you have it.",
        ),
        (exercise(4, hours=0), Level.proficient, "All 4 questions right in an exercise; a mixed check can show mastery."),
        (
            [*exercise(4, hours=0), *mixed(1, hours=30)],
            Level.mastered,
            "You got it right in a mixed check; that lifts you to “mastered”.",
        ),
        (
            [*exercise(4, hours=0), *mixed(1, 0, 0, hours=30)],
            Level.familiar,
            "You missed it in a mixed check; that takes you to “familiar”.",
        ),
        (mixed(1, 1, 1, hours=0), Level.mastered, "You got it right in a mixed check; that lifts you to “mastered”."),
        (mixed(0, hours=0), Level.attempted, "You missed it in a mixed check; that takes you to “started”."),
    ],
)
def test_khan_levels(records: list[Record], level: Level, text: str) -> None:
    found = judged(KhanLevels(), records)
    assert (found.level, found.reason.text) == (level, text)


def test_an_exercise_never_lowers_a_khan_level() -> None:
    assert judged(KhanLevels(), [*exercise(4, hours=0), *exercise(0, 4, hours=5)]).level is Level.proficient


def test_a_right_answer_days_later_is_no_khan_mastery_unless_mixed() -> None:
    assert judged(KhanLevels(), [*exercise(4, hours=0), *exercise(4, hours=500)]).level is Level.proficient


# Rubric


@pytest.mark.parametrize(
    ("policy", "scores", "level", "text"),
    [
        (Rubric(), [0.25], Level.attempted, "Your latest work earned 1 of 4; 3 shows you have it."),
        (Rubric(), [0.5], Level.familiar, "Your latest work earned 2 of 4; 3 shows you have it."),
        (Rubric(), [0.5, 0.75], Level.proficient, "Your latest work earned 3 of 4, and 3 shows you have it."),
        (Rubric(mastered=4), [1.0], Level.mastered, "Your latest work earned 4 of 4, and 4 shows you have mastered it."),
        (Rubric(mastered=4), [1.0, 0.75], Level.proficient, "Your latest work earned 3 of 4, and 3 shows you have it."),
        (Rubric(distinct=2), [1.0], Level.familiar, "Your latest work earned 4 of 4; one more piece of work to show you have it."),
    ],
)
def test_a_rubric_reads_levels_from_the_teachers_scale(policy: Policy, scores: list[float], level: Level, text: str) -> None:
    found = judged(policy, answers(scores))
    assert (found.level, found.reason.text) == (level, text)


# Competencies over children

FAMILY = (
    Standard(code="P", title="Lines", statement="Lines."),
    *(Standard(code=code, title=f"Skill {code}", statement=code, parent="P") for code in "ABC"),
)


def family(policy: Policy, records: Sequence[Record], *, checked: str = "ABC") -> Estimate:
    here = course(activity("walk", *(check(f"c{code}", code) for code in checked)))
    here = here.model_copy(
        update={
            "standards": StandardSet(frameworks=(Framework(id="f", title="F", standards=FAMILY),)),
            "mastery": Mastery(policy=Streak(n=1, distinct=1), standards={"P": policy}),
        }
    )
    found = estimate(here, records, basis=Basis.credit, now=NOW)
    assert [e.standard for e in found] == ["P", *checked]
    return found[0]


def know(codes: str, *, hours: float = 0, mixed: bool = False) -> list[Record]:
    return [attempt(f"walk/c{code}", hours=hours + n, standards=(code,), mixed=mixed) for n, code in enumerate(codes)]


def test_a_parent_is_had_when_all_its_children_are() -> None:
    found = family(CompetencyAll(), know("ABC"))
    assert (found.level, found.toward, found.since) == (Level.proficient, 1.0, at(2))
    assert found.reason.text == "You have what this is made of: “Skill A”, “Skill B” and “Skill C”."
    assert found.records == tuple(record.id for record in know("ABC"))


def test_a_parent_says_which_children_are_missing() -> None:
    found = family(CompetencyAll(), know("A"))
    assert (found.level, found.toward) == (Level.familiar, pytest.approx(1 / 3))
    assert found.reason.text == "It is made of several parts; still to get: “Skill B” and “Skill C”."


def test_a_child_that_the_course_never_checks_is_not_had() -> None:
    assert family(CompetencyAll(), know("AB"), checked="AB").level is Level.familiar
    assert family(CompetencyAll(standards=("A", "B")), know("AB"), checked="AB").level is Level.proficient


def test_a_parent_is_mastered_when_its_children_are() -> None:
    assert family(CompetencyAll(), [*know("ABC"), *know("ABC", hours=30, mixed=True)]).level is Level.mastered


THREE_POINTS = CompetencyPoints(
    points=3,
    standards=(ChildPoints(standard="A", points=2, required=True), ChildPoints(standard="B"), ChildPoints(standard="C")),
)


@pytest.mark.parametrize(
    ("known", "level", "toward", "text"),
    [
        ("AC", Level.proficient, 1, "You have what this is made of: “Skill A” and “Skill C”."),
        ("BC", Level.familiar, 0, "It is made of several parts; still to get: “Skill A”."),
        ("A", Level.familiar, 2 / 3, "Its parts give you 2 of the 3 points that show you have it."),
        ("", Level.not_started, 0, "It is made of several parts; still to get: “Skill A”."),
    ],
)
def test_a_parent_by_points(known: str, level: Level, toward: float, text: str) -> None:
    found = family(THREE_POINTS, know(known))
    assert (found.level, found.toward, found.reason.text) == (level, pytest.approx(toward), text)


def test_a_teachers_word_on_a_child_and_on_the_parent_holds() -> None:
    assert family(CompetencyAll(), [*know("AB"), override("C", Level.proficient, hours=9)]).since == at(9)
    assert family(CompetencyAll(), [*know("ABC"), override("P", Level.attempted, hours=9)]).level is Level.attempted


def test_standards_that_lead_back_to_themselves_are_never_had() -> None:
    found = family(CompetencyAll(standards=("P", "A")), know("A"))
    assert found.level is Level.familiar


def test_more_right_answers_are_never_a_step_back_for_any_model() -> None:
    for policy in (Ema(), Bkt(), Bkt(forget=0.01), Points(), KhanLevels(), Rubric()):
        found = [judged(policy, answers([0, 1, 0, *[1] * n], checks=4)).toward for n in range(8)]
        assert all(later >= earlier for earlier, later in pairwise(found)), policy
