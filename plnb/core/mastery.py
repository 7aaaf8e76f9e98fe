"""What a student probably knows: records in, one estimate a standard out, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pydantic import AwareDatetime

from plnb.core.base import Basis, Level, Model, Reason, StandardCode
from plnb.core.course import Course
from plnb.core.records import Record


class Estimate(Model):
    """What a student probably knows of one standard."""

    standard: StandardCode
    """The standard."""
    basis: Basis
    """Which records were used."""
    level: Level
    """The level reached."""
    toward: float
    """Share of the way to proficient, 0 to 1, for drawing."""
    reason: Reason
    """Why this level, in one sentence."""
    counted: int = 0
    """Answers that counted."""
    correct: int = 0
    """How many of them were right."""
    review_due: bool = False
    """Whether it is time to look at it again."""
    overridden: bool = False
    """Whether a teacher's word holds instead of the rule."""
    since: AwareDatetime | None = None
    """When the level was reached; None while not started."""
    records: tuple[str, ...] = ()
    """Ids of the records it rests on, oldest first."""


def estimate(course: Course, records: Iterable[Record], *, basis: Basis, now: datetime) -> tuple[Estimate, ...]:
    """One estimate for each standard the course assesses, in framework order. Records of ONE student."""
    raise NotImplementedError
