"""Who sits in the made-up class: kinds of students, how each kind works, and the order in which they come.

Data only. What they write is made in `synthetic`, what happens to their files in `mangle`.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field

from plnb.authoring.mangle import Mangle
from plnb.core.base import Model

Share = Annotated[float, Field(ge=0, le=1)]


class Kind(StrEnum):
    """How a student works."""

    strong = "strong"
    steady = "steady"
    weak = "weak"
    careless = "careless"
    half_finished = "half-finished"
    late = "late"
    two_attempts = "two-attempts"
    everything = "everything"
    remedial = "remedial"
    writer = "writer"


class Manner(Model):
    """How a kind of student works. Shares are chances for each answer; growth is added from unit to unit."""

    right: Share
    """Chance that an answer is right, in the first unit."""
    growth: float = 0.0
    """What each further unit adds to that chance."""
    again: Share = 0.0
    """The chance on a second hand-in; 0 for those who hand in once."""
    blank: Share = 0.0
    """Of the answers that are not right, the share that stays empty; the others hold a slip."""
    reaches: Share = 1.0
    """How far into each notebook the student gets."""
    skips_last: int = Field(default=0, ge=0)
    """Units at the end that are never handed in (as long as one is)."""
    optional: Literal["none", "behind", "ahead", "all"] = "none"
    """Which optional activities: what is there for those behind, for those ahead, or all."""
    voice: Literal["none", "short", "full"] = "short"
    """How much of goals, reflections and written answers."""
    days: float = 0.0
    """Days after the others' hand-in."""


MANNERS: Final[dict[Kind, Manner]] = {
    Kind.strong: Manner(right=0.97, optional="ahead"),
    Kind.steady: Manner(right=0.8, growth=0.04, blank=0.2),
    Kind.weak: Manner(right=0.25, growth=0.07, blank=0.6, voice="none"),
    Kind.careless: Manner(right=0.6, growth=0.04),
    Kind.half_finished: Manner(right=0.9, reaches=0.5, skips_last=2, voice="none"),
    Kind.late: Manner(right=0.85, days=6),
    Kind.two_attempts: Manner(right=0.35, growth=0.05, again=0.95, blank=0.4),
    Kind.everything: Manner(right=1.0, optional="all", voice="full"),
    Kind.remedial: Manner(right=0.2, growth=0.25, blank=0.5, optional="behind"),
    Kind.writer: Manner(right=0.9, growth=0.02, voice="full"),
}


class Seat(Model):
    """One student of the class, before there is a course."""

    kind: Kind
    """How the student works."""
    states_choices: bool = True
    """Whether choices are said in the notebook, or have to be read from the work."""
    mangles: tuple[Mangle, ...] = ()
    """What happens to one notebook of one unit, in this order."""


def _seat(kind: Kind, *mangles: Mangle, says: bool = True) -> Seat:
    return Seat(kind=kind, mangles=mangles, states_choices=says)


ROSTER: Final[tuple[Seat, ...]] = (
    _seat(Kind.strong),
    _seat(Kind.weak, says=False),
    _seat(Kind.careless),
    _seat(Kind.everything),
    _seat(Kind.remedial, says=False),
    _seat(Kind.two_attempts),
    _seat(Kind.half_finished, says=False),
    _seat(Kind.writer),
    _seat(Kind.late, Mangle.warning),
    _seat(Kind.steady, Mangle.duplicated_cell, says=False),
    _seat(Kind.strong, Mangle.deleted_check),
    _seat(Kind.steady, Mangle.split_cell),
    _seat(Kind.careless, Mangle.retyped_cell, says=False),
    _seat(Kind.strong, Mangle.reordered_cells, says=False),
    _seat(Kind.weak, Mangle.edited_tests, Mangle.edited_points),
    _seat(Kind.careless, Mangle.edited_tags),
    _seat(Kind.strong, Mangle.byte_order_mark),
    _seat(Kind.steady, Mangle.torn_file, says=False),
    _seat(Kind.two_attempts, Mangle.empty_file),
    _seat(Kind.steady, Mangle.wrong_name),
    _seat(Kind.half_finished, Mangle.missing_notebook),
    _seat(Kind.steady, Mangle.huge_output, says=False),
    _seat(Kind.careless, Mangle.never_ends),
    _seat(Kind.steady, Mangle.stripped_ids),
)
"""Eight whose files are as they should be, then sixteen for the seventeen ways in which files arrive mangled."""


def seats(n: int) -> Iterator[Seat]:
    """The first `n` students; a class larger than the roster starts it over."""
    return (ROSTER[number % len(ROSTER)] for number in range(n))
