"""What a student's screen or kernel may say: news of what happened. Types only; `telling` makes records of them."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Union

from pydantic import AwareDatetime, Field

from plnb.core.base import Id, Level, Model, StandardCode, UnitId

AT_ONCE: Final = 200
"""News that may come in one go."""

Words = Annotated[str, Field(max_length=20_000)]
"""What somebody wrote, as long as a page or ten."""

Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:\-]{0,100}$")]


class _News(Model):
    """What all news has."""

    key: Key = ""
    """A name the sender makes up for this happening; sent twice under one name, it is kept once. Empty: every sending is new."""
    at: AwareDatetime | None = None
    """When it happened; without, now. What lies in the future is taken for now."""


class NewAttempt(_News):
    """A check ran in the student's own notebook."""

    kind: Literal["attempt"] = "attempt"
    activity: UnitId
    """The notebook's name."""
    check: Id
    """nbgrader's grade_id."""
    error: str = Field(default="", max_length=200)
    """Name of the Python error it ended with, such as `AssertionError`; empty where it ran through."""
    message: Words = ""
    """What the error said."""
    score: float | None = Field(default=None, ge=0, le=1)
    """Share of the points, for a check that gives parts of them; without, all or nothing."""
    blank: bool = False
    """The cells for the answer are as they were given out, so what failed was no answer."""
    seed: int | None = Field(default=None, ge=1, le=1000)
    """The number the question was asked with, where its numbers vary."""


class NewHint(_News):
    """A hint was asked for and shown."""

    kind: Literal["hint_shown"] = "hint_shown"
    activity: UnitId
    """The notebook's name."""
    check: Id
    """nbgrader's grade_id."""
    rung: int = Field(ge=1, le=100)
    """Which hint of the ladder, from 1."""


class NewChoice(_News):
    """An option was chosen, or another one instead."""

    kind: Literal["choice_made"] = "choice_made"
    fork: Id
    """The fork."""
    options: tuple[Id, ...] = Field(max_length=50)
    """The options taken; none takes the choice back."""


class NewGoal(_News):
    """A goal was made or changed; an empty text takes it back."""

    kind: Literal["goal_set"] = "goal_set"
    goal: Id
    """Which goal: its place in a notebook, or a name made up for it."""
    text: Words
    """The student's words."""
    standard: StandardCode | None = None
    """The standard it is about."""
    by: AwareDatetime | None = None
    """When the student means to reach it."""
    done: bool = False
    """The student says it is reached."""


class NewReflection(_News):
    """Something was written at a place to reflect; an empty text takes it back."""

    kind: Literal["reflected"] = "reflected"
    activity: UnitId
    """The notebook's name."""
    prompt: Id
    """Which place."""
    text: Words
    """The student's words."""


class NewFeeling(_News):
    """How well the student thinks it goes."""

    kind: Literal["self_assessed"] = "self_assessed"
    standard: StandardCode
    """The standard."""
    level: Level
    """The level the student feels at."""


class NewGoingOn(_News):
    """The student went on past a soft gate that advises to wait."""

    kind: Literal["went_on"] = "went_on"
    activity: UnitId
    """The notebook's name."""
    gate: Id
    """The gate."""
    note: Words = ""
    """Why, for the teacher."""


NewRecord = Annotated[
    Union[NewAttempt, NewHint, NewChoice, NewGoal, NewReflection, NewFeeling, NewGoingOn],
    Field(discriminator="kind"),
]


class NewRecords(Model):
    """News from a screen: the body of POST records."""

    path: str = Field(max_length=4000)
    """Contents path of the notebook, or of the folder of its unit."""
    records: tuple[NewRecord, ...] = Field(min_length=1, max_length=AT_ONCE)
    """What happened, oldest first."""


class Submitting(Model):
    """The body of POST submit, and of POST feedback."""

    path: str = Field(max_length=4000)
    """Contents path of the unit's folder, or of a notebook in it."""
