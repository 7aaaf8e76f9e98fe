"""Every template becomes a course that a class can work in at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from plnb.authoring.demo import run_demo
from plnb.authoring.samples import course_templates
from plnb.authoring.scaffold import new_course
from plnb.authoring.strength import strength
from plnb.core.lint import lint
from plnb.grading.smoke import smoke_run
from plnb.store.layout import CourseFolder
from plnb.store.sources import load_course

NAMES = [template.name for template in course_templates()]


def test_there_are_four_templates_and_each_says_what_it_is_for() -> None:
    assert NAMES == ["minimal", "diagnostic", "inquiry", "mastery-unit"]
    assert all(template.title and template.about.endswith(".") for template in course_templates())


@pytest.mark.parametrize("name", NAMES)
def test_a_template_makes_a_course_with_nothing_to_mend_and_three_students_get_graded_progress_notebooks(
    tmp_path: Path, name: str
) -> None:
    folder = CourseFolder(new_course(tmp_path / "mine", title="Mine", template=name))
    source = load_course(folder.root)
    assert lint(source) == ()
    assert smoke_run(folder, source) == ()
    before = sorted(path.relative_to(folder.root) for path in folder.root.rglob("*"))
    made = run_demo(tmp_path / "tried", folder.root, n=3)
    assert [outcome.state for outcome in made.first.outcomes] == ["graded"] * 3 * len(made.units)
    best = [outcome for outcome in made.first.outcomes if "strong" in outcome.student]
    assert all(outcome.score > 0 for outcome in best if outcome.max_score)
    assert [path.name for path in made.notebooks] == ["progress.ipynb"] * 3
    assert all(path.with_suffix(".html").stat().st_size for path in made.notebooks)
    assert sorted(path.relative_to(folder.root) for path in folder.root.rglob("*")) == before, "the course itself is only read"


@pytest.mark.parametrize("name", NAMES)
def test_the_checks_of_a_template_notice_every_fault_that_makes_a_difference(tmp_path: Path, name: str) -> None:
    folder = CourseFolder(new_course(tmp_path / "mine", title="Mine", template=name))
    found = strength(folder, load_course(folder.root))
    assert [unnoticed for activity in found.activities for unnoticed in activity.unnoticed] == []
    assert [trouble for activity in found.activities for trouble in activity.troubles] == []
    assert sum(activity.tried for activity in found.activities) > 15
    assert all(fault.same for activity in found.activities for fault in activity.same)
