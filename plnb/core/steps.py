"""What a path is made of: its steps, and the suggestions of what to do next. Types only; `paths` makes them."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from plnb.core.base import BranchRef, Model, Reason, StandardCode


class StepState(StrEnum):
    """Where a step stands."""

    done = "done"
    ready = "ready"
    recommended = "recommended"
    optional = "optional"
    locked = "locked"


class Step(Model):
    """One step of the path: an activity, a fork between activities, a fork inside a notebook, or a gate in one."""

    kind: Literal["activity", "fork", "gate"]
    """What it is."""
    id: str
    """The activity's, fork's or gate's id."""
    unit: str
    """The unit it is in."""
    activity: str = ""
    """The notebook it is in; for an activity its own id; empty for a fork between activities."""
    title: str
    """What the student reads."""
    state: StepState
    """Where it stands."""
    reason: Reason
    """Why it stands there; for a locked step, what opens it."""
    branch: BranchRef | None = None
    """The option it belongs to."""
    on_path: bool = True
    """False for the options not taken."""
    standards: tuple[StandardCode, ...] = ()
    """Standards it teaches."""
    minutes: float | None = None
    """How long it usually takes."""
    passed: int = 0
    """Checks passed on this student's way."""
    checks: int = 0
    """Checks on this student's way."""
    chosen: tuple[str, ...] = ()
    """For a fork: ids of the options taken."""
    required: bool = True
    """Whether it has to be done on this student's way: activities that are not extra, and choices still to be made."""


class Suggestion(Model):
    """Something to do next, with its why."""

    step: str
    """Id of the activity or fork."""
    title: str
    """What the student reads."""
    option: str = ""
    """For a fork: the option suggested, where one fits better than the others."""
    reason: Reason
    """Why this, why now."""


class Path(Model):
    """The computed way."""

    steps: tuple[Step, ...]
    """Every step of the course, in course order."""
    next: tuple[Suggestion, ...]
    """One to three things to do next, best first; empty only when everything required is done and nothing else is left."""
    complete: bool = False
    """Everything required is done."""
