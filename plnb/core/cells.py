"""What a cell is for: the `plnb` key of a cell's metadata, version 1, and the view of a cell the core reads.

Never answers: what is written here travels to students, except `misconceptions`, `fresh`, `suggest_when` and `opens_when`, which
release takes out. Points, ids and locks are nbgrader's and stay in nbgrader's key. Knows no nbformat.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Union

from pydantic import Discriminator, Field, Tag

from plnb.core.base import BranchRef, Format, Id, Model, StandardCode
from plnb.core.conditions import Condition

CELL_SCHEMA_VERSION: Final = 1


class Misconception(Model):
    """A wrong answer worth its own sentence."""

    when: str
    """A Python expression over the student's names that is true when this mistake was made. Never released."""
    say: str
    """What to tell the student."""


class Option(Model):
    """One branch of a fork."""

    id: Id
    """Unique in its fork."""
    title: str
    """What the student reads on the card."""
    about: str = ""
    """One or two sentences more."""
    minutes: float | None = Field(default=None, gt=0)
    """How long it usually takes."""
    format: Format | None = None
    """The form it takes, for students who have a preference."""
    interests: tuple[str, ...] = ()
    """Interests it speaks to, from the course's list."""
    suggest_when: Condition | None = None
    """When to suggest this option before the others."""


class _Cell(Model):
    """What every tagged cell may say."""

    schema_version: Literal[1] = CELL_SCHEMA_VERSION
    """Version of this format."""
    branch: BranchRef | None = None
    """Shown only on this branch: `fork/option`."""
    standards: tuple[StandardCode, ...] = ()
    """Standards this cell serves."""
    minutes: float | None = Field(default=None, gt=0)
    """How long it usually takes."""


class ProseCell(_Cell):
    """Something to read, look at or try, with nothing to grade."""

    role: Literal["explain", "example", "practice", "hint"]
    """What the cell is for."""


class CheckCell(_Cell):
    """A mastery check: sits on an nbgrader grade cell."""

    role: Literal["check", "probe", "challenge"]
    """`probe` belongs to a diagnostic; `challenge` is beyond what the activity asks."""
    hints: tuple[str, ...] = ()
    """A ladder: each hint says a little more; the last may be a worked example."""
    misconceptions: tuple[Misconception, ...] = ()
    """Wrong answers that deserve their own sentence."""
    mixed: bool = False
    """Asked in a mixed check: among other standards, some time after it was learned."""
    fresh: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    """A name the cell sets to a whole number (`seed = 1`). Each grading puts another number there, so that nobody can learn the
    inputs of the tests by heart; without plnb the cell runs as it is. Never released."""


class ForkCell(_Cell):
    """A choice point inside a notebook."""

    role: Literal["fork"]
    """What the cell is for."""
    id: Id
    """Unique in the course."""
    prompt: str
    """The question put to the student."""
    pick: int = Field(default=1, ge=1)
    """How many options to take."""
    options: tuple[Option, ...] = Field(min_length=1)
    """The branches, in the order shown."""


class GateCell(_Cell):
    """A place that opens when a condition holds."""

    role: Literal["gate"]
    """What the cell is for."""
    id: Id
    """Unique in the course."""
    opens_when: Condition | None = None
    """What opens it. None only in what a student receives."""
    soft: bool = True
    """A soft gate advises and lets go; a hard one holds."""


class ReflectCell(_Cell):
    """A place for the student's own voice: a reflection, or a goal."""

    role: Literal["reflect", "goal"]
    """What the cell is for."""
    id: Id
    """Unique in the course."""
    prompt: str = ""
    """The question, where the cell's text does not already ask it."""


class Widget(StrEnum):
    """The form a response takes on the screen."""

    choice = "choice"
    multiple = "multiple"
    number = "number"
    text = "text"
    ordering = "ordering"


class ResponseCell(_Cell):
    """An nbgrader solution cell with a form over it; the form writes plain code into the cell (`q3 = "B"`)."""

    role: Literal["response"]
    """What the cell is for."""
    widget: Widget
    """Which form."""
    name: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
    """The Python name the answer is assigned to."""
    prompt: str = ""
    """The question, where the text above does not already ask it."""
    options: tuple[str, ...] = ()
    """What can be chosen or ordered: what the code gets."""
    labels: dict[str, str] = {}
    """What a student reads for an option, where its plain value says too little: `{"A": "from 0 to 5 minutes"}`."""
    unit: str = ""
    """Unit of a number."""


class VaryCell(_Cell):
    """A code cell that sets a whole number on a line of its own (`variant = 1`) and makes from it what the question below is given.

    The same question can then be asked with other numbers. Released as it is: there is no secret in it.
    """

    role: Literal["vary"]
    """What the cell is for."""
    name: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
    """The name of the whole number. Grading takes the number from the student's copy, and nothing else of this cell."""
    variants: int = Field(default=20, ge=2, le=1000)
    """How many variants there are: the number is one of 1 to this."""


_ROLES: dict[str, str] = {
    **dict.fromkeys(("explain", "example", "practice", "hint"), "prose"),
    **dict.fromkeys(("check", "probe", "challenge"), "check"),
    **dict.fromkeys(("reflect", "goal"), "reflect"),
    "fork": "fork",
    "gate": "gate",
    "response": "response",
    "vary": "vary",
}


def _role(value: Any) -> str | None:
    role = value.get("role") if isinstance(value, dict) else getattr(value, "role", None)
    return _ROLES.get(role) if isinstance(role, str) else None


CellMeta = Annotated[
    Union[
        Annotated[ProseCell, Tag("prose")],
        Annotated[CheckCell, Tag("check")],
        Annotated[ForkCell, Tag("fork")],
        Annotated[GateCell, Tag("gate")],
        Annotated[ReflectCell, Tag("reflect")],
        Annotated[ResponseCell, Tag("response")],
        Annotated[VaryCell, Tag("vary")],
    ],
    Discriminator(
        _role,
        custom_error_type="role",
        custom_error_message="`role` must be one of: " + ", ".join(_ROLES) + ".",
    ),
]
"""The `plnb` key of a cell: one of the roles above."""


class GraderMeta(Model):
    """What nbgrader's own key says of a cell (schema 3), as far as we read it. Never written by us."""

    grade_id: str
    """nbgrader's id, unique in its notebook."""
    grade: bool = False
    """It carries points."""
    solution: bool = False
    """The student writes here."""
    locked: bool = False
    """nbgrader restores its source."""
    task: bool = False
    """A manually graded task."""
    points: float = 0.0
    """Points it can earn."""

    @property
    def is_check(self) -> bool:
        """It carries points: tests, a manually graded answer, or a task."""
        return self.grade or self.task

    @property
    def is_manual(self) -> bool:
        """A person gives the points."""
        return self.task or (self.grade and self.solution)


class Cell(Model):
    """A cell as the core sees it: no outputs, no execution state."""

    index: int
    """Position in the notebook, from 0. For messages only; cells move."""
    cell_id: str = ""
    """nbformat's id, empty in notebooks older than 4.5."""
    kind: Literal["code", "markdown", "raw"]
    """nbformat's cell type."""
    source: str
    """The text."""
    tags: tuple[str, ...] = ()
    """nbformat tags, in order."""
    meta: CellMeta | None = None
    """Our own key, where the cell has a valid one."""
    grader: GraderMeta | None = None
    """nbgrader's key, where the cell has one."""

    @property
    def name(self) -> str:
        """What to call this cell in a message: its grade_id where it has one, else its number counted from 1."""
        return self.grader.grade_id if self.grader and self.grader.grade_id else f"cell {self.index + 1}"
