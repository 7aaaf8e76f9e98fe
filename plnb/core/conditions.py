"""Conditions: what must hold before a gate opens or an option is suggested. Data, never code.

    {standard: LIN.3, at_least: proficient}      {standard: LIN.1, below: familiar}
    {check: steady-walk/slope_check}             {done: steady-walk}            {choice: rep/graph}
    {all: [...]}   {any: [...]}   {not: ...}

The source says *what* must hold; `core.truth` says whether it does, and what is missing, in words.
"""

from __future__ import annotations

from typing import Annotated, Any, Union

from pydantic import ConfigDict, Discriminator, Field, Tag

from plnb.core.base import BranchRef, CheckRef, Level, Model, StandardCode


class StandardAtLeast(Model):
    """A standard has reached a level."""

    standard: StandardCode
    """The standard's code."""
    at_least: Level
    """The level to reach or pass."""


class StandardBelow(Model):
    """A standard has not reached a level yet."""

    standard: StandardCode
    """The standard's code."""
    below: Level
    """The level that must not be reached."""


class CheckPassed(Model):
    """A check has been passed at least once."""

    check: CheckRef
    """`activity/grade_id`; inside a notebook `./grade_id` means its own."""


class ActivityDone(Model):
    """An activity is done."""

    done: str
    """The activity's notebook name."""


class ChoiceIs(Model):
    """The student chose this option."""

    choice: BranchRef
    """`fork/option`."""


class All(Model):
    """Every one of these holds."""

    all: tuple[Condition, ...]
    """The conditions."""


class AnyOf(Model):
    """At least one of these holds."""

    any: tuple[Condition, ...] = Field(min_length=1)
    """The conditions."""


class Not(Model):
    """The condition does not hold."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    not_: Condition = Field(alias="not")
    """The condition."""


_KINDS: dict[str, tuple[str, type[Model]]] = {
    "all": ("all", All),
    "any": ("any", AnyOf),
    "not": ("not", Not),
    "below": ("below", StandardBelow),
    "at_least": ("at_least", StandardAtLeast),
    "standard": ("at_least", StandardAtLeast),
    "check": ("check", CheckPassed),
    "done": ("done", ActivityDone),
    "choice": ("choice", ChoiceIs),
}


def _kind(value: Any) -> str | None:
    """Tell conditions apart by the key they cannot do without, so a slip gets one message and not eight."""
    if isinstance(value, Model):
        return next((tag for tag, kind in _KINDS.values() if type(value) is kind), None)
    if isinstance(value, dict):
        return next((tag for key, (tag, _) in _KINDS.items() if key in value), None)
    return None


Condition = Annotated[
    Union[
        Annotated[All, Tag("all")],
        Annotated[AnyOf, Tag("any")],
        Annotated[Not, Tag("not")],
        Annotated[StandardAtLeast, Tag("at_least")],
        Annotated[StandardBelow, Tag("below")],
        Annotated[CheckPassed, Tag("check")],
        Annotated[ActivityDone, Tag("done")],
        Annotated[ChoiceIs, Tag("choice")],
    ],
    Discriminator(
        _kind,
        custom_error_type="condition",
        custom_error_message=(
            "A condition needs one of the keys: standard (with at_least or below), check, done, choice, all, any, not."
        ),
    ),
]
