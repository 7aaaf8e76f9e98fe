"""What an explanation says: the story of a student's levels as data, for the command line, for JSON and for pages."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

from pydantic import AwareDatetime

from plnb.core.base import Basis, Level, Model, Reason, StandardCode, StudentId, Trust
from plnb.core.mastery import Estimate
from plnb.core.paths import Step, Suggestion
from plnb.core.policy import Policy
from plnb.core.records import Verdict

EXPLANATION_SCHEMA_VERSION: Final = 1


class Counted(StrEnum):
    """How a record bears on an estimate."""

    right = "right"
    wrong = "wrong"
    neutral = "neutral"
    """It is looked at and counts neither way."""
    left_out = "left_out"
    """It is not looked at; the reason says why."""


class Considered(Model):
    """One record, and how it counted."""

    record: str
    """The record's id."""
    kind: Literal["attempt", "self_assessed", "overridden"]
    """What it is."""
    at: AwareDatetime
    """When the work was done."""
    what: str
    """The check and its activity, by their titles."""
    activity: str = ""
    """The notebook's id."""
    check: str = ""
    """nbgrader's grade_id."""
    verdict: Verdict | None = None
    """What became of it."""
    score: float | None = None
    """Share of the points, 0 to 1."""
    hints: int = 0
    """Hints seen before."""
    trust: Trust
    """How far it can be believed."""
    counted: Counted
    """How it counted."""
    why: Reason
    """Why so."""


class Word(Model):
    """A teacher's word on a standard."""

    record: str
    """The record's id."""
    at: AwareDatetime
    """When it was said."""
    level: Level | None
    """The level; None takes an earlier word back."""
    until: AwareDatetime | None = None
    """When it ends."""
    holds: bool
    """Whether it holds now."""
    why: Reason
    """The word, and what became of it."""


class Reached(Model):
    """A moment at which the level changed."""

    at: AwareDatetime
    """When."""
    before: Level
    """The level until then."""
    level: Level
    """The level from then on."""
    by: Reason
    """What brought it about."""
    why: Reason
    """What the rule said then."""


class StandardExplanation(Model):
    """Why a student stands where they stand with one standard."""

    code: StandardCode
    """The standard's code."""
    title: str
    """A few words."""
    statement: str = ""
    """The full statement."""
    estimate: Estimate
    """The answer that is explained."""
    policy: Policy
    """The rule, as data."""
    rule: tuple[Reason, ...]
    """The rule in words."""
    considered: tuple[Considered, ...]
    """Every record that bears on the standard, or might seem to, oldest first."""
    words: tuple[Word, ...]
    """What teachers said, oldest first."""
    reached: tuple[Reached, ...]
    """When the level changed, oldest first."""
    ahead: tuple[Reason, ...]
    """What would change it next."""
    steps: tuple[Step, ...]
    """Steps of the path that teach it, check it or wait for it."""
    notes: tuple[Reason, ...] = ()
    """What else is worth knowing."""


class Explanation(Model):
    """Why one student stands where they stand."""

    schema_version: Literal[1] = EXPLANATION_SCHEMA_VERSION
    """Version of this format."""
    course: str
    """The course's id."""
    course_title: str
    """What students read."""
    student: StudentId
    """nbgrader's student id."""
    made_at: AwareDatetime
    """The moment looked at."""
    basis: Basis
    """Which records may count."""
    standards: tuple[StandardExplanation, ...]
    """One for each standard asked about, in framework order."""
    next: tuple[Suggestion, ...]
    """What the path suggests now."""
    complete: bool
    """Everything required is done."""
    notes: tuple[Reason, ...] = ()
    """Records that bear on nothing here, and why."""
