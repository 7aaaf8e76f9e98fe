"""An explanation tells the whole derivation, and never another one than the estimate's own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plnb.core.base import Basis, Level, Trust
from plnb.core.conditions import StandardAtLeast
from plnb.core.course import Course
from plnb.core.explaining import explain
from plnb.core.explanation import Counted, Explanation, StandardExplanation
from plnb.core.mastery import estimate
from plnb.core.policy import POLICIES, Bkt, Latest, MOfN, Points, Policy, Rubric, Streak
from plnb.core.policy_children import ChildPoints, CompetencyAll, CompetencyPoints
from plnb.core.records import Record, SelfAssessed, Verdict
from plnb.core.rule_words import rule_in_words
from plnb.core.sayings import words_of_teachers
from plnb.errors import NotFoundError
from tests.core.builders import NOW, STUDENT, activity, answers, at, attempt, check, checks, course, gate, override
from tests.core.strategies import any_courses, records
from tests.core.test_directing import directed

WALK = course(activity("walk", *checks(4, "S1")), activity("run", *checks(2, "S2")))


def of(made: Course, *happened: Record, standard: str = "S1", basis: Basis = Basis.credit) -> StandardExplanation:
    return explain(made, happened, student=STUDENT, now=NOW, standard=standard, basis=basis).standards[0]


def counted(found: StandardExplanation) -> list[Counted]:
    return [c.counted for c in found.considered]


def test_every_answer_says_how_it_counted() -> None:
    found = of(
        WALK,
        attempt("walk/c1", hours=1),
        attempt("walk/c2", 0, hours=2),
        attempt("walk/c2", hours=3, hints=2),
        attempt("walk/c3", 0.5, hours=4),
    )
    assert counted(found) == [Counted.right, Counted.wrong, Counted.neutral, Counted.wrong]
    assert [str(c.why) for c in found.considered] == [
        "Right.",
        "Not right.",
        "After 2 hints, so it counts neither for you nor against you.",
        "Not right yet: 50 % of the points.",
    ]
    assert found.considered[0].what == "“Question c1” in “Activity walk”"


LEFT_OUT = {
    "it lies in the future": (attempt("walk/c1", hours=24 * 101), "explain.future"),
    "it ran in the student's kernel": (attempt("walk/c1", trust=Trust.local), "explain.not_trusted.local"),
    "only the student says so": (attempt("walk/c1", trust=Trust.self_), "explain.not_trusted.self"),
    "it was about something else then": (attempt("walk/c1", standards=["S2"]), "explain.other_standard"),
    "nobody answered": (attempt("walk/c1", 0, verdict=Verdict.not_attempted), "explain.verdict.not_attempted"),
    "it lies on another way": (attempt("walk/c1", 0, verdict=Verdict.not_on_path), "explain.verdict.not_on_path"),
    "a person has yet to look": (attempt("walk/c1", 0, verdict=Verdict.waiting), "explain.verdict.waiting"),
    "we failed": (attempt("walk/c1", 0, verdict=Verdict.our_fault), "explain.verdict.our_fault"),
    "only a student says it is a teacher's word": (override("S1", Level.mastered, trust=Trust.self_), "explain.not_teacher"),
    "it is a feeling": (
        SelfAssessed(id="felt", course="course", student=STUDENT, at=at(1), trust=Trust.self_, standard="S1", level=Level.mastered),
        "explain.felt",
    ),
}


@pytest.mark.parametrize("kind", LEFT_OUT)
def test_what_is_left_out_says_why(kind: str) -> None:
    record, code = LEFT_OUT[kind]
    found = of(WALK, record)
    assert [(c.counted, c.why.code) for c in found.considered] == [(Counted.left_out, code)]
    assert found.estimate.level is Level.not_started


def test_the_floor_of_trust_is_the_courses() -> None:
    strict = course(activity("walk", *checks(4, "S1")), credit_from=Trust.teacher)
    assert of(strict, attempt("walk/c1")).considered[0].why.code == "explain.not_trusted.graded"
    assert of(strict, attempt("walk/c1", trust=Trust.teacher)).considered[0].counted is Counted.right


def test_what_ran_at_home_counts_for_practice() -> None:
    assert counted(of(WALK, attempt("walk/c1", trust=Trust.local), basis=Basis.practice)) == [Counted.right]


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (Streak(n=3), "You are proficient after 3 right answers in a row."),
        (Streak(n=1, distinct=1), "You are proficient after one right answer."),
        (MOfN(m=3, n=5), "You are proficient when 3 of any 5 answers in a row are right."),
        (Latest(), "Your latest answer decides."),
        (Bkt(), "From your answers we work out how likely it is that you have it."),
        (Points(), "Right answers in a row earn more and more points, up to 10, and points are never lost."),
        (Rubric(), "Your latest work decides: from 2 of 4 you are familiar, from 3 proficient."),
    ],
)
def test_the_rule_is_told_in_words(policy: Policy, said: str) -> None:
    rule = of(course(activity("walk", *checks(4)), policy=policy)).rule
    assert str(rule[0]) == said
    assert all("{" not in r.text and r.text[-1] == "." for r in rule)


@pytest.mark.parametrize("kind", POLICIES)
def test_every_rule_has_a_sentence_of_its_own(kind: type[Streak]) -> None:
    policy = CompetencyPoints(points=1, standards=(ChildPoints(standard="S1"),)) if kind is CompetencyPoints else kind()
    told = rule_in_words(policy, Trust.graded, words_of_teachers("en"))
    assert told[0].code in words_of_teachers("en").templates
    assert all("{" not in r.text and "`" not in r.text for r in told)


def test_a_standard_made_of_parts_tells_them() -> None:
    parts = CompetencyAll(standards=("S1", "S2"))
    made = course(activity("walk", *checks(4, "S1")), activity("run", *checks(4, "S2")), policy=Streak(n=2), standards=[])
    made = made.model_copy(update={"mastery": made.mastery.model_copy(update={"standards": {"S5": parts}})})
    found = of(made, *answers([1, 1]), *answers([1, 1], standard="S2", hours=9), standard="S5")
    assert found.estimate.level is Level.proficient
    assert [r.level for r in found.reached] == [Level.familiar, Level.proficient]
    assert str(found.notes[0]).startswith("“Skill S1”: proficient.")
    assert found.ahead[0].code == "explain.ahead.parts"


def test_where_only_a_mixed_check_shows_mastery_it_says_so() -> None:
    made = course(activity("walk", *checks(4, "S1")), policy=Streak(n=2, confirm_mixed=True))
    found = of(made, *answers([1, 1, 1, 1], hours=2300))
    assert found.estimate.level is Level.proficient
    assert found.ahead[0].code == "explain.ahead.mixed"
    assert "explain.rule.confirm_mixed" in [r.code for r in found.rule]


def test_the_story_says_when_each_level_was_reached_and_by_what() -> None:
    found = of(WALK, *answers([1, 1, 1], checks=3), attempt("walk/c4", hours=40))
    assert [(r.before, r.level, r.at) for r in found.reached] == [
        (Level.not_started, Level.familiar, at(0)),
        (Level.familiar, Level.proficient, at(2)),
        (Level.proficient, Level.mastered, at(40)),
    ]
    assert str(found.reached[1].by) == "After your work in “Activity walk”."


def test_a_teachers_word_and_its_end_are_part_of_the_story() -> None:
    found = of(WALK, attempt("walk/c1"), override("S1", Level.mastered, hours=5, until=10, reason="She taught it to me"))
    assert [(r.level, r.by.code) for r in found.reached] == [
        (Level.familiar, "explain.reached.work"),
        (Level.mastered, "explain.reached.word"),
        (Level.familiar, "explain.reached.ended"),
    ]
    assert str(found.words[0].why) == "Your teacher had set this to “mastered” until 2026-09-01: She taught it to me."


def test_each_word_of_a_teacher_says_whether_it_holds() -> None:
    said = [override("S1", Level.familiar, hours=1), override("S1", Level.mastered, hours=2)]
    assert [w.why.code for w in of(WALK, *said).words] == ["explain.word.replaced", "explain.word.holds"]
    taken_back = of(WALK, *said, override("S1", None, hours=3)).words
    assert [(w.holds, w.why.code) for w in taken_back] == [
        (False, "explain.word.replaced"),
        (False, "explain.word.replaced"),
        (False, "explain.word.back"),
    ]


def test_what_would_change_it_is_what_happens_when_it_is_done() -> None:
    happened = answers([1, 1], checks=2)
    found = of(WALK, *happened)
    assert str(found.ahead[0]) == "One more right answer, without a hint, would make it “proficient”."
    assert of(WALK, *happened, attempt("walk/c3", hours=50)).estimate.level is Level.proficient
    assert "A wrong answer now would leave it at “familiar”" in str(found.ahead[1])


def test_mastery_is_said_to_need_another_day() -> None:
    late = [attempt(f"walk/c{n}", hours=2399 + n / 10) for n in (1, 2, 3)]
    found = of(WALK, *late)
    tomorrow = (NOW + timedelta(days=1)).date().isoformat()
    assert found.estimate.level is Level.proficient
    assert str(found.ahead[0]) == f"One more right answer on {tomorrow} or later would make it “mastered”."


def test_when_a_review_is_due_a_miss_is_said_to_cost_a_level() -> None:
    found = of(WALK, *answers([1, 1, 1], checks=3))
    assert found.estimate.review_due
    assert found.notes[0].code == "explain.note.review_due"
    assert found.ahead[-1].code == "explain.ahead.down"
    again = of(WALK, *answers([1, 1, 1], checks=3), attempt("walk/c1", 0, hours=2399))
    assert again.estimate.level < Level.proficient


def test_where_the_course_asks_too_little_it_says_so() -> None:
    poor = course(activity("walk", check("c1", "S1")))
    assert of(poor, attempt("walk/c1")).ahead[0].code == "explain.ahead.nothing"


def test_a_held_level_says_that_answers_change_nothing() -> None:
    assert [r.code for r in of(WALK, override("S1", Level.attempted)).ahead] == ["explain.ahead.word"]


def test_steps_are_those_that_teach_check_or_wait_for_it() -> None:
    condition = StandardAtLeast(standard="S1", at_least=Level.proficient)
    made = course(
        activity("walk", *checks(2, "S1")),
        activity("run", *checks(2, "S2"), gate("g", condition)),
        activity("swim", *checks(2, "S3"), opens_when=condition),
        activity("rest", *checks(2, "S4")),
    )
    found = of(made, directed("walk", "excuse"))
    assert [s.id for s in found.steps] == ["walk", "g", "swim"]
    assert found.steps[0].reason.code == "directed.excused"


def test_an_unknown_standard_is_an_error_and_a_removed_one_is_explained() -> None:
    with pytest.raises(NotFoundError, match="S9"):
        of(WALK, standard="S9")
    lost = attempt("walk/c1", standards=["S9"])
    found = explain(WALK, [lost], student=STUDENT, now=NOW, standard="S9")
    assert found.standards[0].notes[0].code == "explain.note.unassessed"
    assert found.standards[0].considered[0].record == lost.id
    assert "“S9”" in str(found.notes[0])


def test_records_of_others_and_of_the_future_are_counted_and_kept_out() -> None:
    given_ = [attempt("walk/c1", student="other"), attempt("walk/c2", hours=24 * 101)]
    made = explain(WALK, given_, student=STUDENT, now=NOW)
    assert [n.code for n in made.notes] == ["explain.note.elsewhere", "explain.note.future"]


def test_an_explanation_survives_json() -> None:
    made = explain(WALK, [*answers([1, 0, 1]), override("S2", Level.familiar)], student=STUDENT, now=NOW)
    assert Explanation.model_validate_json(made.model_dump_json()) == made


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data(), any_courses(), st.sampled_from(list(Basis)))
def test_an_explanation_never_tells_another_story_than_the_estimate(data: st.DataObject, made: Course, basis: Basis) -> None:
    happened = data.draw(records(made))
    found = explain(made, happened, student=STUDENT, now=NOW, basis=basis)
    assert tuple(s.estimate for s in found.standards) == estimate(made, happened, basis=basis, now=NOW)
    for told in found.standards:
        if told.policy.over_children:
            continue
        of_kind = [c.counted for c in told.considered]
        assert of_kind.count(Counted.right) == told.estimate.correct
        assert of_kind.count(Counted.right) + of_kind.count(Counted.wrong) == told.estimate.counted
        assert (told.reached[-1].level if told.reached else Level.not_started) is told.estimate.level
        assert all(a.level is b.before for a, b in zip(told.reached, told.reached[1:], strict=False))
        assert told.ahead
        assert all(text.text and "{" not in text.text for text in (*told.rule, *told.ahead))
