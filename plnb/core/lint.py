"""Lint: what is wrong with a course, or could be better, before a student meets it."""

from __future__ import annotations

from plnb.core.authored import CourseSource
from plnb.core.findings import Finding


def lint(source: CourseSource) -> tuple[Finding, ...]:
    """Every finding, in the order of the course."""
    raise NotImplementedError
