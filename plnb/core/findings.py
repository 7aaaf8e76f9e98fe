"""Findings: a fault in content, or advice about it, as data."""

from __future__ import annotations

from enum import StrEnum

from plnb.core.base import Model


class Severity(StrEnum):
    """How much a finding matters."""

    error = "error"
    """Students would be stuck, misled or given the answer: release refuses."""
    warning = "warning"
    """Something a student or a teacher would stumble over."""
    advice = "advice"
    """Could be better."""


class Rule(Model):
    """A kind of finding."""

    code: str
    """Stable name, documented in `docs/reference/lint.md`."""
    severity: Severity
    """How much it matters."""
    about: str
    """What the rule looks for, in one sentence."""


class Finding(Model):
    """One fault or piece of advice: what, where, and the mend."""

    code: str
    """Stable name, documented in `docs/reference/lint.md`."""
    severity: Severity
    """How much it matters."""
    message: str
    """What is wrong, in one sentence."""
    place: str
    """Where: `course.yaml`, or a notebook's path, and the cell by its name."""
    mend: str
    """What to do about it, in one sentence."""
    cell: int | None = None
    """The cell's position in its notebook, from 0, for tools that jump there."""
