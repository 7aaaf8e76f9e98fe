"""What can be read off a course whoever the student is, worked out once and kept as long as the course is.

A report for each of a thousand students asks the same course the same questions. Knows no records.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping

from plnb.core.course import Activity, ActivityFork, Check, Course, Fork
from plnb.core.standards import Standard
from plnb.core.truth import Names


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
        self.names: Names = Names.of(course)
        """What people call things."""
        self.manual: frozenset[str] = frozenset(f"{a.id}/{c.id}" for a in self.activities.values() for c in a.checks if c.manual)
        """Checks that a person judges, as `activity/grade_id`."""
        self.branched: Mapping[str, Mapping[str, tuple[tuple[Activity, Check], ...]]] = {
            fork.id: {
                branch: tuple((activity, check) for check in activity.checks if check.branch == branch)
                for branch in (f"{fork.id}/{option.id}" for option in fork.options)
            }
            for activity in self.activities.values()
            for fork in activity.forks
        }
        """Checks on each branch of each fork inside a notebook."""
        self.checking: Mapping[str, tuple[Activity, ...]] = self._checking()
        """Activities that check a standard, by code, in course order."""

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
