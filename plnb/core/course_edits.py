"""What a teacher can change of `course.yaml` without writing YAML: one edit is one small wish, checked before anything is written.

Types only. `store.course_edits` carries them out in the file and keeps comments and layout; `core.overview` shows what came of it.
Activities and forks are named by their id, which is theirs alone in the course; options by `fork/option`.
"""

from __future__ import annotations

from typing import Annotated, Literal, Union

from pydantic import AfterValidator, Field, StringConstraints

from plnb.core.base import BranchRef, Id, Model, StandardCode, UnitId
from plnb.core.conditions import Condition

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line that students read."""

Minutes = Annotated[float, Field(ge=0.1, le=100_000), AfterValidator(lambda minutes: round(minutes, 1))]
"""How long something takes."""

Part = Literal["unit", "activity", "fork", "option"]
"""What an edit is about."""


class MoveUnit(Model):
    """Put a unit somewhere else in the course."""

    kind: Literal["move_unit"] = "move_unit"
    unit: UnitId
    """The unit."""
    before: UnitId | None = None
    """The unit that comes after it then; None for the end."""


class MoveStep(Model):
    """Put an activity or a fork somewhere else: in its unit, in another, or (an activity) in an option."""

    kind: Literal["move_step"] = "move_step"
    step: UnitId
    """The activity or fork."""
    unit: UnitId
    """The unit it goes to."""
    option: BranchRef | None = None
    """The option it goes to, where it does not stand in the unit itself."""
    before: UnitId | None = None
    """The activity or fork that comes after it then; None for the end."""


class MoveOption(Model):
    """Put an option somewhere else among those of its fork."""

    kind: Literal["move_option"] = "move_option"
    option: BranchRef
    """The option."""
    before: Id | None = None
    """The option that comes after it then; None for the end."""


class Rename(Model):
    """Change what students read: a title, or the question of a fork."""

    kind: Literal["rename"] = "rename"
    what: Part
    """What is called so."""
    id: str
    """Its id."""
    title: Title
    """The new words."""


class SetMinutes(Model):
    """Say how long an activity takes."""

    kind: Literal["set_minutes"] = "set_minutes"
    activity: UnitId
    """The activity."""
    minutes: Minutes | None
    """Minutes; None where it is not said."""


class SetOptional(Model):
    """Say whether everybody does an activity."""

    kind: Literal["set_optional"] = "set_optional"
    activity: UnitId
    """The activity."""
    optional: bool
    """Nobody has to do it."""


class SetStandards(Model):
    """Say what an activity teaches."""

    kind: Literal["set_standards"] = "set_standards"
    activity: UnitId
    """The activity."""
    standards: tuple[StandardCode, ...]
    """Codes, in the order written."""


class SetCondition(Model):
    """Say when an activity opens, or when an activity or option is suggested."""

    kind: Literal["set_condition"] = "set_condition"
    what: Literal["activity", "option"]
    """What it is for."""
    id: str
    """Its id."""
    field: Literal["opens_when", "suggest_when"]
    """Which of the two; an option has no `opens_when`."""
    condition: Condition | None
    """What must hold; None takes the condition away."""


class SetPick(Model):
    """Say how many options of a fork a student takes."""

    kind: Literal["set_pick"] = "set_pick"
    fork: Id
    """The fork."""
    pick: Annotated[int, Field(ge=1, le=100)]
    """How many."""


class AddUnit(Model):
    """A new unit at the end of the course."""

    kind: Literal["add_unit"] = "add_unit"
    unit: UnitId
    """Its id: the name of its folder under `source/`."""
    title: Title
    """What students read."""


class AddActivity(Model):
    """A new activity. Its notebook is made where there is none of that name."""

    kind: Literal["add_activity"] = "add_activity"
    unit: UnitId
    """The unit it goes to."""
    notebook: UnitId
    """The notebook's name without `.ipynb`, unique in the course."""
    title: Title
    """What students read."""
    option: BranchRef | None = None
    """The option it goes to, where it does not stand in the unit itself."""
    minutes: Minutes | None = None
    """How long it takes."""
    standards: tuple[StandardCode, ...] = ()
    """What it teaches."""
    optional: bool = False
    """Nobody has to do it."""


class NewOption(Model):
    """An option to be, with the one activity it begins with."""

    id: Id
    """Unique in its fork."""
    title: Title
    """What the student reads on the card."""
    notebook: UnitId
    """The notebook of its activity; made where there is none of that name."""


class AddFork(Model):
    """A new choice between activities, at the end of a unit."""

    kind: Literal["add_fork"] = "add_fork"
    unit: UnitId
    """The unit it goes to."""
    fork: Id
    """Its id, unique in the course."""
    prompt: Title
    """The question put to the student."""
    options: tuple[NewOption, ...] = Field(min_length=2, max_length=20)
    """What there is to choose from."""


class AddOption(Model):
    """One more option for a fork between activities."""

    kind: Literal["add_option"] = "add_option"
    fork: Id
    """The fork."""
    option: NewOption
    """The option."""


class AddInterest(Model):
    """One more interest that students can choose."""

    kind: Literal["add_interest"] = "add_interest"
    interest: Title
    """The interest."""


class Remove(Model):
    """Take something out of the course. Its notebooks stay where they are."""

    kind: Literal["remove"] = "remove"
    what: Part
    """What it is."""
    id: str
    """Its id."""


class Restore(Model):
    """Put the course file back as it was: what undo sends."""

    kind: Literal["restore"] = "restore"
    text: Annotated[str, StringConstraints(max_length=1_000_000)]
    """The whole text of `course.yaml`."""


Edit = Annotated[
    Union[
        MoveUnit,
        MoveStep,
        MoveOption,
        Rename,
        SetMinutes,
        SetOptional,
        SetStandards,
        SetCondition,
        SetPick,
        AddUnit,
        AddActivity,
        AddFork,
        AddOption,
        AddInterest,
        Remove,
        Restore,
    ],
    Field(discriminator="kind"),
]


class Editing(Model):
    """An edit, as a screen sends it."""

    path: str
    """Contents path of the course's folder, or of anything in it."""
    digest: str
    """Digest of the course file that the teacher saw: an edit made against an older one is refused."""
    edit: Edit
    """What to change."""
