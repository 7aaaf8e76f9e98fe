"""What lint knows of policies: how far the best student can get."""

from __future__ import annotations

import pytest

from plnb.core.base import Level
from plnb.core.lint import lint
from plnb.core.lint.best_student import level_after, needed
from plnb.core.policy import POLICIES, Bkt, Ema, KhanLevels, Mastery, NTimes, Points, Policy, Rubric, Streak
from plnb.core.policy_children import CompetencyAll
from tests.core.lint_course import clean_course, edit_file


@pytest.mark.parametrize(
    ("policy", "answers"), [(Streak(), 3), (NTimes(), 3), (Rubric(), 1), (Ema(), 6), (Bkt(), 3), (Points(), 3), (KhanLevels(), 2)]
)
def test_how_many_right_answers_make_the_best_student_proficient(policy: Policy, answers: int) -> None:
    assert needed(policy, Level.proficient) == answers


@pytest.mark.parametrize("policy", [Streak(confirm_mixed=True), KhanLevels()])
def test_the_best_student_can_ask_for_a_mixed_check(policy: Policy) -> None:
    assert level_after(policy, 4) is Level.mastered


@pytest.mark.parametrize("kind", [kind for kind in POLICIES if not kind.over_children], ids=lambda kind: kind.__name__)
def test_every_policy_can_be_met_by_somebody_who_gets_everything_right(kind: type) -> None:
    assert needed(kind(), Level.proficient)


def test_a_rule_over_children_on_a_standard_with_checks_of_its_own_is_no_lack_of_checks() -> None:
    clean = clean_course()
    rules = dict.fromkeys(clean.standards.by_code, CompetencyAll())
    ruled = edit_file(clean, mastery=Mastery(policy=clean.file.mastery.policy, standards=rules))
    assert [found.message for found in lint(ruled) if "competency_all" in found.message] == []
