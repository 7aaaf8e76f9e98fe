"""Which activity teaches and checks which standard, and what is missing. Pure; pages and screens draw it."""

from __future__ import annotations

from collections.abc import Iterable

from plnb.core.base import Model, StandardCode
from plnb.core.course import Activity, Course


class Covered(Model):
    """What one activity does for one standard."""

    activity: str
    """The notebook's name."""
    unit: str
    """Its unit."""
    teaches: bool
    """The activity says that it teaches the standard."""
    checks: int
    """Checks that give evidence for it, on every branch."""
    points: float
    """What those checks are worth together."""


class StandardCoverage(Model):
    """One standard across the course."""

    code: StandardCode
    """The standard's code."""
    label: str
    """A short name."""
    activities: tuple[Covered, ...]
    """Activities that teach or check it, in course order."""
    checks: int
    """Checks of it in the whole course."""
    points: float
    """What they are worth together."""
    gap: str = ""
    """What is missing, in a few words; empty where nothing is."""


class Coverage(Model):
    """What a course teaches and checks."""

    course: str
    """The course's title."""
    activities: tuple[str, ...]
    """Every activity, in course order: the columns of a table."""
    standards: tuple[StandardCoverage, ...]
    """Every standard that is taught or checked, in framework order; codes that no framework defines come last."""
    untouched: tuple[StandardCode, ...]
    """Standards of the frameworks that the course neither teaches nor checks (groups of standards left out)."""
    untagged: tuple[str, ...]
    """Checks that name no standard, as `activity/grade_id`."""


def coverage(course: Course) -> Coverage:
    """Which standard is taught and checked where, and what is missing."""
    activities = tuple(course.activities())
    known = course.standards.by_code
    groups = {standard.parent for standard in known.values()}
    used = {code for a in activities for code in (*a.standards, *(code for check in a.checks for code in check.standards))}
    codes = [*(code for code in known if code in used), *sorted(used.difference(known))]
    return Coverage(
        course=course.title,
        activities=tuple(activity.id for activity in activities),
        standards=tuple(_standard(code, activities, course) for code in codes),
        untouched=tuple(code for code in known if code not in used and code not in groups),
        untagged=tuple(f"{a.id}/{check.id}" for a in activities for check in a.checks if not check.standards),
    )


def _standard(code: str, activities: Iterable[Activity], course: Course) -> StandardCoverage:
    rows = []
    for activity in activities:
        checks = [check for check in activity.checks if code in check.standards]
        if checks or code in activity.standards:
            rows.append(
                Covered(
                    activity=activity.id,
                    unit=activity.unit,
                    teaches=code in activity.standards,
                    checks=len(checks),
                    points=sum(check.points for check in checks),
                )
            )
    standard = course.standards.get(code)
    count = sum(row.checks for row in rows)
    if standard is None:
        gap = "in no framework"
    elif not count:
        gap = "taught, never checked"
    else:
        gap = "" if any(row.teaches for row in rows) else "checked, never taught"
    return StandardCoverage(
        code=code,
        label=standard.label if standard else code,
        activities=tuple(rows),
        checks=count,
        points=sum(row.points for row in rows),
        gap=gap,
    )
