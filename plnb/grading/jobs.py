"""What goes to a worker, all of it by value: a unit's kit, sent once, and one submission after the other.

A worker may be on another machine: there are no paths in here, and no secrets but those of the unit itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from plnb.engine.runs import Budget
from plnb.grading.manifest import Manifest


@dataclass(frozen=True)
class UnitKit:
    """Everything a worker must know of a unit to grade submissions of it."""

    digest: str
    """Hash of all the rest: workers keep a kit by this name."""
    manifest: Manifest
    masters: Mapping[str, bytes]
    """Master notebooks by name: the student version, hidden tests still in."""
    data: Mapping[str, bytes]
    """The teacher's other files, by path relative to the unit's folder. They lie over a student's."""
    budget: Budget
    max_lines: int
    """nbgrader's limits on what is kept of outputs."""
    max_traceback: int
    hidden: tuple[str, str]
    """What begins and ends hidden tests."""
    tier: str = "none"
    """The sandbox students' code runs in: the value of a `plnb.engine.sandbox.Tier`, proved on the worker's own host."""


@dataclass(frozen=True)
class Job:
    """One submission to grade."""

    student: str
    notebooks: Mapping[str, bytes]
    """By file name without `.ipynb`."""
    others: Mapping[str, bytes]
    """Every other file that was handed in, by relative path."""
    seen: bool = True
    """Whether anybody will look at the notebooks that come back, and at the pictures in them."""
