"""Asking `mastery` again and again about a few standards: a course cut down to them, so that each answer is quick and the same."""

from __future__ import annotations

from collections.abc import Set

from plnb.core.course import Activity, Check, Course, Unit
from plnb.core.standards import StandardSet


def only(course: Course, codes: Set[str]) -> Course:
    """The course with nothing in it but these standards and a check for each it assesses. Estimates of them stay what they are."""
    frameworks = (
        f.model_copy(update={"standards": tuple(s for s in f.standards if s.code in codes)}) for f in course.standards.frameworks
    )
    assessed = [code for code in course.assessed() if code in codes]
    checks = tuple(Check(id=f"any{place}", standards=(code,)) for place, code in enumerate(assessed))
    unit = Unit(id="any", title="", nodes=(Activity(id="any", unit="any", title="", checks=checks),))
    return course.model_copy(update={"units": (unit,), "standards": StandardSet(frameworks=tuple(frameworks))})
