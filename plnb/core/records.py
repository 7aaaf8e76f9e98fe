"""Records: one thing that happened, each. Append-only; everything else is computed from them.

A record's id is a hash of what makes it *that* happening, so a record made twice is one record and logs merge without conflict.
Evidence is ordered by when the work was done (`at`), then by its place in the work (`seq`), then by id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal, Union

from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter

from plnb.core.base import Id, Level, Model, StandardCode, StudentId, Trust, UnitId

RECORD_SCHEMA_VERSION: Final = 1


class Verdict(StrEnum):
    """What became of a check in one submission."""

    __hash__ = str.__hash__

    passed = "passed"
    partial = "partial"
    failed = "failed"
    not_attempted = "not_attempted"
    """The answer is as it was released."""
    not_on_path = "not_on_path"
    """On an option the student did not take."""
    waiting = "waiting"
    """A person has yet to look at it."""
    timed_out = "timed_out"
    """The student's code took longer than allowed."""
    crashed = "crashed"
    """The student's code took its kernel down."""
    our_fault = "our_fault"
    """plnb or the machine failed; never a student's zero."""


COUNTED = frozenset({Verdict.passed, Verdict.partial, Verdict.failed, Verdict.timed_out, Verdict.crashed})
"""Verdicts that are evidence of what a student knows; the others say nothing about it."""


class _Record(Model):
    """What every record says."""

    schema_version: Literal[1] = RECORD_SCHEMA_VERSION
    """Version of this format."""
    id: str
    """Hash of what makes it this happening; see `record_id`."""
    course: Id
    """The course."""
    student: StudentId
    """nbgrader's student id, and nothing more."""
    at: AwareDatetime
    """When the work was done (for graded work: when it was handed in), not when it was looked at."""
    seq: int = 0
    """Place within the work, for things that share a time."""
    trust: Trust
    """How far it can be believed."""


class Attempt(_Record):
    """A check, tried once."""

    kind: Literal["attempt"] = "attempt"
    unit: UnitId
    """The unit."""
    activity: UnitId
    """The notebook."""
    check: str
    """nbgrader's grade_id."""
    standards: tuple[StandardCode, ...] = ()
    """What the check was aligned to when it was graded, from the instructor's copy."""
    verdict: Verdict
    """What became of it."""
    score: float = Field(default=0.0, ge=0, le=1)
    """Share of the points; for a check of 0 points 1 if passed, else 0."""
    points: float = 0.0
    """Points earned."""
    max_points: float = 0.0
    """Points it could earn."""
    hints: int = Field(default=0, ge=0)
    """Hints seen before this attempt."""
    submission: str = ""
    """Digest of the submission it came from; empty for local attempts."""
    attempt: int = Field(default=1, ge=1)
    """How many times this student had handed in by then."""
    seed: int | None = None
    """Seed of the variant, where there is one."""
    mixed: bool = False
    """Whether it was asked in a mixed check: among other standards, some time after it was learned."""
    checked_in: Literal["", "kernel", "outside", "person"] = ""
    """Where the verdict was reached."""
    sandbox: str = ""
    """The sandbox the student's code ran in; `none` where the grader was told to do without."""
    message: str = ""
    """What to tell the student about it: the idea expected, or why there is no verdict."""
    comment: str = ""
    """A teacher's comment."""


class HintShown(_Record):
    """A hint, asked for and shown."""

    kind: Literal["hint_shown"] = "hint_shown"
    activity: UnitId
    """The notebook."""
    check: str
    """nbgrader's grade_id."""
    rung: int = Field(ge=1)
    """Which hint of the ladder, from 1."""


class ChoiceMade(_Record):
    """An option, chosen."""

    kind: Literal["choice_made"] = "choice_made"
    fork: Id
    """The fork."""
    options: tuple[Id, ...]
    """The options taken; the latest record for a fork holds."""
    inferred: bool = False
    """True where the student said nothing and the work itself tells which way was taken."""


class GoalSet(_Record):
    """A goal, in the student's words."""

    kind: Literal["goal_set"] = "goal_set"
    goal: Id
    """Which goal; setting it again changes it."""
    text: str
    """The goal."""
    standard: StandardCode | None = None
    """The standard it is about."""
    by: AwareDatetime | None = None
    """When the student means to reach it."""
    done: bool = False
    """Whether the student says it is reached."""


class Reflected(_Record):
    """A reflection, in the student's words."""

    kind: Literal["reflected"] = "reflected"
    activity: UnitId
    """The notebook."""
    prompt: Id
    """Which reflection point; writing again changes it."""
    text: str
    """What the student wrote."""


class SelfAssessed(_Record):
    """How well the student thinks it goes."""

    kind: Literal["self_assessed"] = "self_assessed"
    standard: StandardCode
    """The standard."""
    level: Level
    """The level the student feels at."""


class WentOn(_Record):
    """A soft gate that advises to wait, passed all the same."""

    kind: Literal["went_on"] = "went_on"
    activity: UnitId
    """The notebook."""
    gate: Id
    """The gate."""
    note: str = ""
    """Why, in the student's words, for the teacher."""


class Overridden(_Record):
    """A teacher's word on a standard; it stands until it ends or is taken back."""

    kind: Literal["overridden"] = "overridden"
    standard: StandardCode
    """The standard."""
    level: Level | None
    """The level that holds; None takes an earlier override back."""
    reason: str = Field(min_length=1)
    """Why, for the student to read."""
    until: AwareDatetime | None = None
    """When it ends; without, it stands."""


class Intervened(_Record):
    """Something a teacher did for a student."""

    kind: Literal["intervened"] = "intervened"
    note: str = Field(min_length=1)
    """What was done."""
    standards: tuple[StandardCode, ...] = ()
    """What it was about."""


class Directive(StrEnum):
    """What a teacher can say of an activity on one student's way."""

    pin = "pin"
    """Do this first."""
    require = "require"
    """Do this, although it is optional."""
    excuse = "excuse"
    """You need not do this: it counts as done."""
    clear = "clear"
    """Takes back whatever was said of it before."""


class Directed(_Record):
    """A teacher's word on an activity; it stands until it ends or is taken back."""

    kind: Literal["directed"] = "directed"
    activity: UnitId
    """The notebook."""
    what: Directive
    """What the teacher says; the latest word holds. A pin stands beside the others: it is about when, they are about whether."""
    reason: str = Field(min_length=1)
    """Why, for the student to read."""
    until: AwareDatetime | None = None
    """When it ends; without, it stands."""


Record = Annotated[
    Union[Attempt, HintShown, ChoiceMade, GoalSet, Reflected, SelfAssessed, WentOn, Overridden, Intervened, Directed],
    Field(discriminator="kind"),
]

RecordAdapter: TypeAdapter[Record] = TypeAdapter(Record, config=ConfigDict(defer_build=True))


def record_id(*parts: str) -> str:
    """A record's id from what makes it that happening, e.g. course, student, activity, check and submission digest.

    Returns the first 32 hex digits of SHA-256 over the length-prefixed parts (so `("ab", "c")` and `("a", "bc")` differ).
    """
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(f"{len(data)}:".encode())
        digest.update(data)
    return digest.hexdigest()[:32]


def merge(*logs: Iterable[Record]) -> tuple[Record, ...]:
    """Join logs into one: each happening once, ordered by when the work was done.

    Where two records share an id (the same happening, told twice), the one with more trust stays; ties fall to the same one
    whatever the order of the logs.
    """
    kept: dict[str, tuple[datetime, int, str, Record]] = {}
    for log in logs:
        for record in log:
            said = vars(record)
            key = said["id"]
            other = kept.get(key)
            if other is None or _weight(record) > _weight(other[3]):
                kept[key] = said["at"], said["seq"], key, record
    # As `order`, without asking each record again; ids differ, so records are never compared.
    return tuple([record for _, _, _, record in sorted(kept.values())])


def order(record: Record) -> tuple[datetime, int, str]:
    """The order of evidence: time of the work, place in it, id."""
    return record.at, record.seq, record.id


def _weight(record: Record) -> tuple[int, str]:
    return record.trust.rank, record.model_dump_json()
