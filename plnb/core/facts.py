"""What can be read off a course whoever the student is, worked out once and kept as long as the course is.

A report for each of a thousand students asks the same course the same questions. Knows no records.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import NamedTuple

from plnb.core.course import Activity, ActivityFork, Check, Course, Fork
from plnb.core.standards import Standard
from plnb.core.truth import Names


class Outline(NamedTuple):
    """What an activity asks of anybody."""

    checks: tuple[tuple[Check, str], ...]
    """Its checks, each with its `activity/grade_id`."""
    worth: tuple[tuple[str, float, str | None], ...]
    """Of each check: `activity/grade_id`, its points, the branch it is on."""
    branched: bool
    """Whether any check is on a branch."""
    deciding: tuple[Fork, ...]
    """Choices inside the notebook that decide about checks."""
    judged: bool
    """Whether a person judges any of it."""
    builds_on: tuple[str, ...]
    """Standards to be had before, other than those it teaches. Probes build on nothing."""

    @classmethod
    def of(cls, activity: Activity, requires: Mapping[str, tuple[str, ...]]) -> Outline:
        """The outline of an activity, given the prerequisites of standards."""
        checks = activity.checks
        deciding = {check.branch.split("/")[0] for check in checks if check.branch}
        with_refs = tuple((check, f"{activity.id}/{check.id}") for check in checks)
        before = [code for taught in activity.standards for code in requires.get(taught, ())]
        if all(check.role == "probe" for check in checks):
            before = []
        return cls(
            checks=with_refs,
            worth=tuple((ref, check.points, check.branch) for check, ref in with_refs),
            branched=bool(deciding),
            deciding=tuple(fork for fork in activity.forks if fork.id in deciding),
            judged=any(check.manual for check in checks),
            builds_on=tuple(code for code in dict.fromkeys(before) if code not in activity.standards),
        )


class Shown(NamedTuple):
    """What a report shows of a standard whoever the student is."""

    title: str
    """A few words."""
    statement: str
    """The full statement."""
    group: str
    """Title of the group it belongs to in its framework."""
    alignments: tuple[str, ...]
    """Codes elsewhere, as `ccss 8.F.B.4`."""


class Facts:
    """A course, indexed. Get it by `facts_of`."""

    def __init__(self, course: Course) -> None:
        self.activities: Mapping[str, Activity] = {activity.id: activity for activity in course.activities()}
        """By id, in course order."""
        self.forks: tuple[Fork | ActivityFork, ...] = tuple(course.forks())
        """Between activities and inside notebooks."""
        self.between: Mapping[str, ActivityFork] = {fork.id: fork for fork in self.forks if isinstance(fork, ActivityFork)}
        """Forks between activities, by id."""
        self.standards: Mapping[str, Standard] = course.standards.by_code
        """By code, in framework order."""
        self.assessed: tuple[str, ...] = course.assessed()
        """Codes that some check gives evidence for."""
        self.requires: Mapping[str, tuple[str, ...]] = {code: s.requires for code, s in self.standards.items()}
        """Prerequisites by code."""
        self.outlines: Mapping[str, Outline] = {a.id: Outline.of(a, self.requires) for a in self.activities.values()}
        """What each activity asks, by id."""
        self.shown: Mapping[str, Shown] = {code: self._shown(standard) for code, standard in self.standards.items()}
        """What a report shows of each standard, by code."""
        self.names: Names = Names.of(course)
        """What people call things."""
        self.manual: frozenset[str] = frozenset(f"{a.id}/{c.id}" for a in self.activities.values() for c in a.checks if c.manual)
        """Checks that a person judges, as `activity/grade_id`."""
        self.inside: tuple[tuple[Fork, Outline], ...] = tuple(
            (fork, self.outlines[activity.id]) for activity in self.activities.values() for fork in activity.forks
        )
        """Forks inside notebooks, each with the outline of its notebook."""
        self.checking: Mapping[str, tuple[Activity, ...]] = self._checking()
        """Activities that check a standard, by code, in course order."""

    def _shown(self, standard: Standard) -> Shown:
        group = self.standards.get(standard.parent) if standard.parent else None
        return Shown(
            title=standard.label,
            statement=standard.statement,
            group=group.label if group else "",
            alignments=tuple(f"{a.framework} {a.code}" for a in standard.alignments),
        )

    def _checking(self) -> dict[str, tuple[Activity, ...]]:
        found: dict[str, list[Activity]] = {}
        for activity in self.activities.values():
            for standard in dict.fromkeys(code for check in activity.checks for code in check.standards):
                found.setdefault(standard, []).append(activity)
        return {code: tuple(activities) for code, activities in found.items()}


def facts_of(course: Course) -> Facts:
    """The facts of a course: made at the first call, gone with the course."""
    # By identity: a course is frozen, and hashing one would take longer than indexing it.
    key = id(course)
    kept = _kept.get(key)
    if kept is None or kept[0]() is not course:
        kept = weakref.ref(course, lambda _: _kept.pop(key, None)), Facts(course)
        _kept[key] = kept
    return kept[1]


_kept: dict[int, tuple[weakref.ref[Course], Facts]] = {}
