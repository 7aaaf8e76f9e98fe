"""Lint: what is wrong with a course, or could be better, before a student meets it.

`RULES` lists every code; each module beside this one holds the rules of one idea, each a small function. Lint reads what the author
wrote and nothing else: it runs no cell (`plnb.grading.smoke` does).
"""

from __future__ import annotations

from collections.abc import Collection

from plnb.core.authored import CourseSource
from plnb.core.findings import Finding
from plnb.core.lint import branches, checks, conditions, journeys, outside, reading, secrets, standards, structure, varying
from plnb.core.lint.registry import RULES, findings
from plnb.core.lint.view import CourseView

__all__ = [
    "RULES",
    "branches",
    "checks",
    "conditions",
    "journeys",
    "lint",
    "outside",
    "reading",
    "secrets",
    "standards",
    "structure",
    "varying",
]


def lint(source: CourseSource, only: Collection[str] | None = None) -> tuple[Finding, ...]:
    """Every finding: what reading the course already found, then course.yaml, the frameworks and the notebooks in course order.

    With `only`, no other rules are asked than those with these codes.
    """
    found = sorted(
        findings(CourseView(source), only), key=lambda pair: (pair[0].order, -1 if pair[0].cell is None else pair[0].cell)
    )
    return (*source.faults, *(finding for _, finding in found))
