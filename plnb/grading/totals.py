"""What a submission has earned in all, branch balance included, late penalties not. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from plnb.grading.balance import Balanced, CheckKey, balance
from plnb.grading.evidence import claims, scored
from plnb.grading.manifest import Manifest
from plnb.grading.results import NotebookOutcome

if TYPE_CHECKING:
    from plnb.grading.gradebook import Mark


def balanced(manifest: Manifest, outcomes: Iterable[NotebookOutcome], marks: Mapping[CheckKey, Mark]) -> Balanced:
    """Which ways were taken, and what the checks off those ways mirror."""
    outcomes = tuple(outcomes)
    return balance(manifest.unit, scored(manifest, outcomes, marks), claims(outcomes))


def totals(manifest: Manifest, outcomes: Iterable[NotebookOutcome], marks: Mapping[CheckKey, Mark]) -> tuple[float, float]:
    """Points earned and the most there are."""
    outcomes = tuple(outcomes)
    checks = scored(manifest, outcomes, marks)
    mirrored = balance(manifest.unit, checks, claims(outcomes)).mirrored
    return sum(mirrored.get(check.key, check.points) for check in checks), sum(check.max_points for check in checks)
