"""What the authoring panel asks and is told: the course around an open notebook, standards to tag with, live findings, mends.

Types only; `core.live` makes them. They travel to the browser as they stand (`plnb.server.typescript`).
"""

from __future__ import annotations

from typing import Final, Literal

from plnb.core.base import Model
from plnb.core.findings import Finding

AUTHOR_SCHEMA_VERSION: Final = 1


class StandardShown(Model):
    """A standard to tag with."""

    code: str
    """The code people say aloud."""
    title: str
    """A few words for a chip."""
    statement: str
    """What a student who has it can do, in full."""
    framework: str
    """Title of the framework it comes from."""
    uses: int = 0
    """Cells of the course that name it, the open notebook left out."""


class StandardsFound(Model):
    """The answer to a search."""

    query: str
    """What was asked."""
    total: int
    """How many there are."""
    standards: tuple[StandardShown, ...] = ()
    """The best of them, best first."""


class Target(Model):
    """Something in the course that a condition can wait for."""

    kind: Literal["check", "done"]
    """A check to pass, or an activity to do."""
    ref: str
    """`activity/grade_id`, or the activity."""
    title: str
    """What students read."""


class AuthorView(Model):
    """The course around a notebook, for the panel beside it."""

    schema_version: Literal[1] = AUTHOR_SCHEMA_VERSION
    """Version of this format."""
    course: str
    """The course's id."""
    title: str
    """The course's title."""
    unit: str
    """The unit the notebook is in."""
    activity: str
    """The notebook's name, without `.ipynb`."""
    listed: bool
    """Whether `course.yaml` names the notebook."""
    standards: tuple[StandardShown, ...] = ()
    """Standards the course already uses, most used first; where it uses none, the first ones of its frameworks."""
    known: int = 0
    """How many standards the course's frameworks define."""
    interests: tuple[str, ...] = ()
    """Interests that options can speak to."""
    taken: tuple[str, ...] = ()
    """Ids of forks, gates and reflections elsewhere in the course."""
    targets: tuple[Target, ...] = ()
    """What a gate can wait for, the open notebook left out."""


class LintAsked(Model):
    """A notebook as it stands in the browser, saved or not."""

    path: str
    """Contents path of the notebook."""
    notebook: str
    """Its JSON. Outputs and attachments may be left out."""


class Mend(Model):
    """A change of one cell's metadata that mends a finding without anything to think about."""

    kind: Literal["grade-id", "id", "tags", "lock", "points", "role", "empty", "branch", "standard"]
    """What to set: nbgrader's id, our id, the tags, the lock, the points, the role; `empty` takes out hints that say nothing,
    `branch` sets or (without text) takes away the branch, `standard` puts one code in the place of another."""
    text: str = ""
    """The value to set; for `standard`, the code to replace."""
    texts: tuple[str, ...] = ()
    """For `tags`, all tags of the cell; for `standard`, codes that may be meant, best first."""


class LiveFinding(Finding):
    """A finding of the open notebook."""

    cell_id: str = ""
    """nbformat's id of the cell it is about; empty for the whole notebook."""
    mends: tuple[Mend, ...] = ()
    """One-click mends; none where something has to be decided."""


class LiveFindings(Model):
    """What lint says of a notebook that is being written."""

    findings: tuple[LiveFinding, ...] = ()
    """Errors first, then as they come in the notebook."""
