"""Findings that one edit mends without anybody having to think: which, and by what. Pure.

Only what adds or moves is offered, or what takes away something that leads nowhere; words and conditions are for the teacher.
"""

from __future__ import annotations

from collections.abc import Iterator

from plnb.core.authored import CourseSource, ForkEntry
from plnb.core.base import Model
from plnb.core.compiling import compile_notebook
from plnb.core.course import Activity, Course
from plnb.core.course_edits import AddActivity, AddInterest, Edit, MoveStep, Remove, SetOptional, SetPick, SetStandards
from plnb.core.findings import Finding


class Fix(Model):
    """An edit that mends a finding."""

    code: str
    """The finding's code."""
    place: str
    """The finding's place."""
    about: str = ""
    """What the finding's sentence names, where one place has several findings of one code."""
    label: str
    """What it does, as the words on a button."""
    edit: Edit
    """The edit."""

    def mends(self, finding: Finding) -> bool:
        """Whether it is for this finding."""
        return (self.code, self.place) == (finding.code, finding.place) and self.about in finding.message


def fixes(source: CourseSource, course: Course) -> Iterator[Fix]:
    """Every fix that could be of use; whether its finding is there, `Fix.mends` says."""
    yield from _unlisted(source, course)
    for unit in source.file.units:
        if not unit.steps:
            yield _fix("empty-unit", f"course.yaml, unit {unit.id}", "Take the unit out", Remove(what="unit", id=unit.id))
        for step in unit.steps:
            if isinstance(step, ForkEntry) and step.pick > len(step.options):
                place = f"course.yaml, unit {unit.id}, fork {step.fork}"
                fewer = max(1, len(step.options) - 1)
                yield _fix("pick-too-many", place, f"Let students choose {fewer}", SetPick(fork=step.fork, pick=fewer))
    yield from _of_activities(source, course)


def _unlisted(source: CourseSource, course: Course) -> Iterator[Fix]:
    units = {unit.id for unit in source.file.units}
    named = {(activity.unit, activity.id) for activity in course.activities()}
    for notebook in source.notebooks:
        if notebook.unit in units and (notebook.unit, notebook.name) not in named:
            title = compile_notebook(notebook).title
            edit = AddActivity(unit=notebook.unit, notebook=notebook.name, title=" ".join(title.split())[:300])
            yield _fix("unlisted-notebook", notebook.place, "Add it to the unit", edit)


def _of_activities(source: CourseSource, course: Course) -> Iterator[Fix]:
    interests = set(source.file.interests)
    there = {(notebook.unit, notebook.name) for notebook in source.notebooks}
    for activity in course.activities():
        place = f"course.yaml, unit {activity.unit}, notebook {activity.id}"
        if (activity.unit, activity.id) not in there:
            yield _fix("missing-notebook", place, "Take the step out", Remove(what="activity", id=activity.id))
        if activity.suggest_when is not None and not activity.optional:
            edit = SetOptional(activity=activity.id, optional=True)
            yield _fix("suggestion-ignored", place, "Make the activity optional", edit)
        for interest in activity.interests:
            if interest not in interests:
                yield _fix("unknown-interest", place, "Add the interest", AddInterest(interest=interest), f"interest {interest},")
        for code in activity.standards:
            rest = tuple(other for other in activity.standards if other != code)
            edit_ = SetStandards(activity=activity.id, standards=rest)
            yield _fix("taught-not-checked", place, f"Take {code} away here", edit_, f"teaches {code},")
    for unit in course.units:
        steps = [node for node in unit.nodes if isinstance(node, Activity)]
        for number, activity in enumerate(steps):
            place = f"course.yaml, unit {unit.id}, notebook {activity.id}"
            for later in steps[number + 1 :]:
                move = MoveStep(step=later.id, unit=unit.id, before=activity.id)
                about = f"taught later, in {later.id}."
                yield _fix("taught-before-prerequisite", place, f"Move “{later.title}” before it", move, about)


def _fix(code: str, place: str, label: str, edit: Edit, about: str = "") -> Fix:
    return Fix(code=code, place=place, about=about, label=label, edit=edit)
