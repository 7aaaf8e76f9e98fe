"""What a teacher wrote: `course.yaml` and the cells of the notebooks, before anything is decided about them.

Tolerant where a course is unfinished (that is for `lint` to say), exact about keys. `store.sources` reads it from disk, `compiling`
makes a `Course` of it, `lint` reads it as it is.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Union

from pydantic import Discriminator, Field, Tag

from plnb.core.base import Format, Id, Model, StandardCode, UnitId
from plnb.core.cells import Cell, Option
from plnb.core.conditions import Condition
from plnb.core.findings import Finding
from plnb.core.policy import Mastery
from plnb.core.standards import StandardSet

COURSE_SCHEMA_VERSION: Final = 1


class ActivityEntry(Model):
    """One notebook, as a step of a unit."""

    notebook: UnitId
    """File name in `source/<unit>/`, without `.ipynb`; also the activity's id."""
    title: str = ""
    """What students read; the notebook's first heading where it is empty."""
    about: str = ""
    """One sentence on what happens here."""
    standards: tuple[StandardCode, ...] = ()
    """Standards it teaches."""
    minutes: float | None = Field(default=None, gt=0)
    """How long it usually takes."""
    format: Format | None = None
    """The form it mostly takes."""
    interests: tuple[str, ...] = ()
    """Interests it speaks to, from the course's list."""
    opens_when: Condition | None = None
    """What must hold before it opens; always open without."""
    optional: bool = False
    """Nobody has to do it: a remedial branch, or something for those who are ahead."""
    suggest_when: Condition | None = None
    """When to recommend an optional activity."""


class OptionEntry(Option):
    """One branch of a fork between activities."""

    steps: tuple[ActivityEntry, ...] = Field(min_length=1)
    """The activities of this branch."""


class ForkEntry(Model):
    """A choice between activities, as a step of a unit."""

    fork: Id
    """The fork's id, unique in the course."""
    prompt: str
    """The question put to the student."""
    pick: int = Field(default=1, ge=1)
    """How many options to take."""
    options: tuple[OptionEntry, ...] = Field(min_length=1)
    """The branches, in the order shown."""


def _step(value: Any) -> str | None:

    def has(key: str) -> bool:
        return key in value if isinstance(value, dict) else hasattr(value, key)

    return "fork" if has("fork") else "activity" if has("notebook") else None


StepEntry = Annotated[
    Union[Annotated[ActivityEntry, Tag("activity")], Annotated[ForkEntry, Tag("fork")]],
    Discriminator(
        _step, custom_error_type="step", custom_error_message="A step needs `notebook:` (an activity) or `fork:` (a choice)."
    ),
]


class UnitEntry(Model):
    """A unit: one nbgrader assignment."""

    id: UnitId
    """Folder name under `source/`; nbgrader's assignment id."""
    title: str
    """What students read."""
    about: str = ""
    """One or two sentences on why it is worth doing."""
    steps: tuple[StepEntry, ...] = ()
    """Activities and forks, in order."""


class Grading(Model):
    """How strictly work is graded."""

    strict: bool = False
    """A check that can only run in the student's own process, where its code could forge the outcome, waits for a person."""


class CourseFile(Model):
    """`course.yaml`."""

    schema_version: Literal[1]
    """Version of this format."""
    id: Id
    """Short name; also nbgrader's course id."""
    title: str
    """What students read."""
    about: str = ""
    """A paragraph for the course's first page."""
    language: str = "en"
    """BCP 47 tag of the course's language."""
    frameworks: tuple[str, ...] = ()
    """Standards files, relative to the course folder: CASE packages (`.json`) or lists in YAML (`.yaml`)."""
    mastery: Mastery = Mastery()
    """When a standard counts as proficient."""
    interests: tuple[str, ...] = ()
    """Interests a student can choose from."""
    grading: Grading = Grading()
    """How strictly work is graded."""
    units: tuple[UnitEntry, ...] = ()
    """Units, in order."""


class NotebookSource(Model):
    """A notebook of the course as its author left it."""

    unit: UnitId
    """The unit's folder."""
    name: UnitId
    """File name without `.ipynb`."""
    place: str
    """Path to show in messages, relative to the course folder."""
    cells: tuple[Cell, ...] = ()
    """Every cell, in order."""
    language: str = "python"
    """Language of the kernel."""


class CourseSource(Model):
    """A whole course as its author left it."""

    file: CourseFile
    """`course.yaml`."""
    standards: StandardSet = StandardSet()
    """Every framework the course names, read."""
    notebooks: tuple[NotebookSource, ...] = ()
    """Every notebook under `source/`, also those that no unit names."""
    faults: tuple[Finding, ...] = ()
    """What reading already found wrong: cells whose `plnb` key is not valid, notebooks that are not JSON."""

    def notebook(self, unit: str, name: str) -> NotebookSource | None:
        """The notebook of a unit, or None where the file is missing."""
        return next((nb for nb in self.notebooks if (nb.unit, nb.name) == (unit, name)), None)
