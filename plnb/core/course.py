"""A course, compiled: units of steps, activities with their checks, forks and gates, and everything found by id.

Made by `compiling` from what the author wrote; this is what policies, paths and hosts read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Union

from pydantic import Discriminator, Tag

from plnb.core.base import BranchRef, Format, Id, Model, StandardCode, UnitId
from plnb.core.cells import Misconception, Option
from plnb.core.conditions import Condition
from plnb.core.policy import Mastery
from plnb.core.standards import StandardSet


class Check(Model):
    """An nbgrader grade cell aligned to standards."""

    id: str
    """nbgrader's grade_id, unique in its notebook."""
    title: str = ""
    """A name for people: the nearest heading above it."""
    role: Literal["check", "probe", "challenge"] = "check"
    """What it is for."""
    standards: tuple[StandardCode, ...] = ()
    """Standards it gives evidence for."""
    points: float = 0.0
    """nbgrader's points; 0 for checks that must not cost anybody anything."""
    manual: bool = False
    """A person gives the points."""
    branch: BranchRef | None = None
    """Only on this branch of a fork in the same notebook."""
    hints: tuple[str, ...] = ()
    """The hint ladder."""
    misconceptions: tuple[Misconception, ...] = ()
    """Wrong answers with their own sentence; empty in what students receive."""
    minutes: float | None = None
    """How long it usually takes."""
    answers: tuple[str, ...] = ()
    """grade_ids of the cells a student writes in for this check (the check itself where it is manual)."""
    mixed: bool = False
    """Asked in a mixed check: among other standards, some time after it was learned."""
    digest: str = ""
    """Digest of the text as students received it, so that a kernel knows the check when it runs; empty before release."""
    blanks: tuple[str, ...] = ()
    """Digests of the code cells for its answer as students received them: while they are the same, there is no answer yet."""
    varies: str = ""
    """The name of the whole number that its question's givens are made from; empty where they are always the same."""


class Fork(Model):
    """A choice point inside a notebook."""

    id: Id
    """Unique in the course."""
    prompt: str
    """The question put to the student."""
    pick: int = 1
    """How many options to take."""
    options: tuple[Option, ...]
    """The branches."""


class Gate(Model):
    """A place in a notebook that opens when a condition holds."""

    id: Id
    """Unique in the course."""
    opens_when: Condition | None = None
    """What opens it; None where it was not sent to the student."""
    soft: bool = True
    """A soft gate advises and lets go."""


class ReflectionPoint(Model):
    """A place where the student reflects or sets a goal."""

    id: Id
    """Unique in the course."""
    role: Literal["reflect", "goal"]
    """Which of the two."""
    prompt: str = ""
    """The question."""
    cell: str = ""
    """grade_id of the cell the student writes in, or nbformat's cell id."""


class Activity(Model):
    """One notebook of a unit."""

    id: UnitId
    """The notebook's file name without `.ipynb`; unique in the course."""
    unit: UnitId
    """The unit it belongs to."""
    title: str
    """What students read."""
    about: str = ""
    """One sentence on what happens here."""
    standards: tuple[StandardCode, ...] = ()
    """Standards it teaches."""
    minutes: float | None = None
    """How long it usually takes."""
    format: Format | None = None
    """The form it mostly takes."""
    interests: tuple[str, ...] = ()
    """Interests it speaks to."""
    opens_when: Condition | None = None
    """What must hold before it opens."""
    optional: bool = False
    """Nobody has to do it."""
    suggest_when: Condition | None = None
    """When to recommend it although it is optional."""
    branch: BranchRef | None = None
    """Only on this branch of a fork between activities."""
    checks: tuple[Check, ...] = ()
    """Its checks, in the order of the notebook."""
    forks: tuple[Fork, ...] = ()
    """Choice points inside the notebook."""
    gates: tuple[Gate, ...] = ()
    """Gates inside the notebook."""
    reflections: tuple[ReflectionPoint, ...] = ()
    """Where the student reflects and sets goals."""


class ActivityOption(Option):
    """One branch of a fork between activities."""

    activities: tuple[Activity, ...]
    """The activities of this branch, in order."""


class ActivityFork(Model):
    """A choice between activities."""

    id: Id
    """Unique in the course."""
    prompt: str
    """The question put to the student."""
    pick: int = 1
    """How many options to take."""
    options: tuple[ActivityOption, ...]
    """The branches."""


def _node(value: object) -> str:

    def has(key: str) -> bool:
        return key in value if isinstance(value, dict) else hasattr(value, key)

    return "fork" if has("options") else "activity"


Node = Annotated[Union[Annotated[Activity, Tag("activity")], Annotated[ActivityFork, Tag("fork")]], Discriminator(_node)]


class Unit(Model):
    """A unit: one nbgrader assignment."""

    id: UnitId
    """nbgrader's assignment id."""
    title: str
    """What students read."""
    about: str = ""
    """Why it is worth doing."""
    place: int = 0
    """Its place in the course, from 0, so that units which travel alone can be put in order again."""
    nodes: tuple[Node, ...] = ()
    """Activities and forks, in order."""

    def activities(self) -> Iterator[Activity]:
        """Every activity of the unit, branches included, in order."""
        for node in self.nodes:
            if isinstance(node, Activity):
                yield node
            else:
                for option in node.options:
                    yield from option.activities


class Course(Model):
    """A whole course, compiled."""

    schema_version: Literal[1] = 1
    """Version of the compiled format (the bundle students receive)."""
    id: Id
    """Short name; also nbgrader's course id."""
    title: str
    """What students read."""
    about: str = ""
    """A paragraph for the course's first page."""
    language: str = "en"
    """BCP 47 tag."""
    standards: StandardSet = StandardSet.model_construct()
    """Every standard of the course's frameworks."""
    mastery: Mastery = Mastery.model_construct()
    """When a standard counts as proficient."""
    interests: tuple[str, ...] = ()
    """Interests a student can choose from."""
    units: tuple[Unit, ...] = ()
    """Units, in order."""

    def activities(self) -> Iterator[Activity]:
        """Every activity of the course, branches included, in order."""
        for unit in self.units:
            yield from unit.activities()

    def activity(self, activity_id: str) -> Activity | None:
        """The activity with this id, or None."""
        return next((a for a in self.activities() if a.id == activity_id), None)

    def unit(self, unit_id: str) -> Unit | None:
        """The unit with this id, or None."""
        return next((u for u in self.units if u.id == unit_id), None)

    def forks(self) -> Iterator[Fork | ActivityFork]:
        """Every fork: between activities and inside notebooks."""
        for unit in self.units:
            for node in unit.nodes:
                if isinstance(node, ActivityFork):
                    yield node
        for activity in self.activities():
            yield from activity.forks

    def assessed(self) -> tuple[str, ...]:
        """Codes of the standards that some check gives evidence for, in framework order (unknown codes last)."""
        used = {code for a in self.activities() for check in a.checks for code in check.standards}
        known = [code for code in self.standards.by_code if code in used]
        return (*known, *sorted(used.difference(known)))
