"""The same records under another rule: who would stand elsewhere, and nothing else changes."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plnb.cli.whatif import read_policy
from plnb.core.base import Basis, Level, Trust
from plnb.core.course import Course
from plnb.core.mastery import estimate
from plnb.core.policy import Latest, Mastery, MOfN, Streak
from plnb.core.records import Record
from plnb.core.whatif import WhatIf, whatif
from plnb.errors import InputError
from plnb.reports.whatif_chart import whatif_svg
from tests.core.builders import NOW, STUDENT, activity, answers, attempt, checks, course, override
from tests.core.strategies import ANY_POLICIES, any_courses, records

WALK = course(activity("walk", *checks(4, "S1")), activity("run", *checks(3, "S2")), policy=Streak(n=3))


def under(other: Mastery, made: Course = WALK, **records: list[Record]) -> WhatIf:
    return whatif(made, records, other, now=NOW)


def of(student: str, scores: list[float], **more: object) -> list[Record]:
    return answers(scores, checks=4, student=student, **more)  # type: ignore[arg-type]


def test_a_stricter_rule_says_who_would_fall_back_why_and_after_how_many_answers_they_would_have_it() -> None:
    found = under(Mastery(policy=Streak(n=5)), ada=of("ada", [1, 1, 1, 1]), bo=of("bo", [0, 1, 1, 1, 1, 1]), cy=of("cy", [0]))
    row = next(r for r in found.standards if r.code == "S1")
    assert (row.students, row.before.proficient, row.after.proficient, row.changed) == (3, 2, 1, 1)
    assert (row.before.answers, row.after.answers) == (3.5, 6)
    assert row.practice == 2, "Bo would have needed six answers instead of four"
    (change,) = found.changes
    assert (change.student, change.before, change.after) == ("ada", Level.proficient, Level.familiar)
    assert (change.answers_before, change.answers_after) == (3, None)
    assert "1 more" in str(change.why_after)


def test_accuracy_is_the_mean_over_students_of_the_next_five_answers_at_most() -> None:
    found = under(
        Mastery(policy=Streak(n=2)),
        ada=of("ada", [1, 1, 1, 0, 1, 1, 1, 1, 0, 0]),
        bo=of("bo", [1, 1, 1, 0]),
        cy=of("cy", [1, 1]),
    )
    row = found.standards[0]
    assert row.before.accuracy == pytest.approx((4 / 5 + 0) / 2), "after three: Ada 0 1 1 1 1, Bo 0, Cy not reached"
    assert row.after.accuracy == pytest.approx((4 / 5 + 1 / 2) / 2), "after two: Ada 1 0 1 1 1, Bo 1 0, Cy nothing more"
    assert (row.before.measured, row.after.measured) == (2, 2)


def test_helped_answers_are_not_taken_for_accuracy() -> None:
    told = [
        *of("ada", [1, 1, 1]),
        attempt("walk/c1", hours=9, hints=1, student="ada"),
        attempt("walk/c2", 0, hours=10, student="ada"),
    ]
    assert under(Mastery(policy=Streak(n=2)), ada=told).standards[0].before.accuracy == 0


def test_only_standards_whose_rule_differs_are_looked_at() -> None:
    other = WALK.mastery.model_copy(update={"standards": {"S2": Latest()}})
    found = under(other, ada=of("ada", [1, 1]))
    assert [row.code for row in found.standards] == ["S2"]
    assert found.kept == ("S1",)


def test_the_rule_in_force_is_no_other_rule() -> None:
    with pytest.raises(InputError, match="already"):
        under(Mastery(policy=Streak(n=3)), ada=of("ada", [1]))


def test_trust_stays_the_courses_and_a_word_of_a_teacher_holds_under_both_rules() -> None:
    local = of("ada", [1, 1, 1], trust=Trust.local)
    loose = Mastery(policy=Streak(n=2), credit_from=Trust.self_)
    assert under(loose, ada=local).standards[0].students == 0
    held = [*of("ada", [1, 1]), override("S1", Level.mastered).model_copy(update={"student": "ada"})]
    assert under(Mastery(policy=Streak(n=2)), ada=held).changes == ()


def test_nobody_is_a_class_too() -> None:
    found = under(Mastery(policy=Streak(n=2)))
    assert found.students == 0
    assert "<svg" in whatif_svg(found)


def test_the_picture_says_itself_loads_nothing_and_keeps_hostile_titles_out() -> None:
    hostile = WALK.model_copy(update={"title": "<script>x</script>"})
    picture = whatif_svg(under(Mastery(policy=Streak(n=5)), made=hostile, ada=of("ada", [1, 1, 1, 1])))
    assert 'role="img"' in picture
    assert "Skill S1: 1 of 1 now, 0 under the other rule" in picture
    assert "<script" not in picture
    assert "href" not in picture.replace("xmlns:xlink", "")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("streak:n=5", Streak(n=5)),
        (" m_of_n : m=3 , n=7 ", MOfN(m=3, n=7)),
        ("latest:proficient_at=0.7,familiar_at=.3", Latest(proficient_at=0.7, familiar_at=0.3)),
        ("streak:count_assisted=true", Streak(count_assisted=True)),
    ],
)
def test_a_rule_is_read_from_a_line(text: str, rule: object) -> None:
    assert read_policy(text).policy == rule


BAD = {
    "streek:n=5": "streak",
    "": "no rule",
    "streak:n=nan": "not a number",
    "latest:proficient_at=inf": "not a number",
    "streak:n=0": "1 or more",
    "streak:m=3": "unknown key 'm'",
    "streak:n=2,distinct=3": "distinct",
    "streak:n": "key with a value",
    "streak:n=3,n=5": "twice",
    "streak:n=3;m_of_n:m=3": "key with a value",
    "streak:n=three": "whole number",
}


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_rule_is_one_clear_sentence(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_policy(text)
    assert BAD[text] in str(caught.value)
    assert caught.value.mend
    assert "\n" not in str(caught.value)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data(), any_courses(), ANY_POLICIES)
def test_levels_are_those_that_mastery_gives_under_either_rule(data: st.DataObject, made: Course, policy: Streak) -> None:
    happened = data.draw(records(made))
    other = made.mastery.model_copy(update={"policy": policy})
    if all(made.mastery.policy_for(code) == other.policy_for(code) for code in made.assessed()):
        return
    found = whatif(made, {STUDENT: happened}, other, now=NOW)
    now = {e.standard: e for e in estimate(made, happened, basis=Basis.credit, now=NOW)}
    then = {e.standard: e for e in estimate(made.model_copy(update={"mastery": other}), happened, basis=Basis.credit, now=NOW)}
    seen = {row.code for row in found.standards if row.students}
    changed = {code for code in seen if now[code].level is not then[code].level}
    assert {change.standard for change in found.changes} == changed
    for change in found.changes:
        assert (change.before, change.after) == (now[change.standard].level, then[change.standard].level)
        assert str(change.why_after) == str(then[change.standard].reason)
    for row in found.standards:
        for side in (row.before, row.after):
            assert side.accuracy is None or (0 <= side.accuracy <= 1 and math.isfinite(side.accuracy))
            assert side.reached <= row.students
    assert WhatIf.model_validate_json(found.model_dump_json()) == found
