"""What a student's screen shows: the types that the browser and a kernel share.

The screen draws a `StudentView` and sends `news`; it decides nothing. Types only: `student_view` makes them, and TypeScript is made
of them (`python -m plnb.server.typescript`).
"""

from __future__ import annotations

from typing import Final, Literal

from pydantic import AwareDatetime, Field

from plnb.core.base import Id, Level, Model, StandardCode, StudentId, Trust
from plnb.core.course import Unit
from plnb.core.profile import Profile
from plnb.core.progress import ProgressReport
from plnb.core.records import Verdict
from plnb.core.standards import Standard
from plnb.core.steps import Suggestion

VIEW_SCHEMA_VERSION: Final = 1


class Place(Model):
    """Where a step of the path can be opened."""

    step: str
    """Id of the step: an activity, a fork or a gate."""
    kind: Literal["activity", "fork", "gate"]
    """What it is."""
    path: str
    """Contents path of the notebook; empty where it is not on this machine, and for a choice between notebooks."""
    cell: str = ""
    """For a fork or gate inside a notebook: its id, as its cell's metadata has it."""


class CheckStanding(Model):
    """One check, as far as this student has tried it."""

    activity: str
    """The notebook."""
    check: str
    """nbgrader's grade_id."""
    tries: int
    """How often it was tried here, by the student."""
    passed: bool
    """It was passed at least once."""
    latest: Verdict | None
    """What became of the last try; None where only hints were seen."""
    message: str = ""
    """What the student was told the last time."""
    at: AwareDatetime | None = None
    """When it was tried last."""
    hints: int = 0
    """How many hints of the ladder were seen."""
    graded: Verdict | None = None
    """What became of it when it was graded last; None where it has not been."""


class Another(Model):
    """Another question about the same, for who wants to try once more."""

    check: str
    """The check of this notebook it is like: nbgrader's grade_id."""
    activity: str
    """The notebook it is in."""
    to: str
    """Its own grade_id."""
    title: str
    """What students read."""
    path: str = ""
    """Contents path of its notebook."""


class ChoiceStanding(Model):
    """What was chosen at a fork."""

    fork: str
    """The fork."""
    options: tuple[str, ...]
    """Ids of the options taken."""
    at: AwareDatetime
    """When."""


class Goal(Model):
    """A goal, in the student's words."""

    goal: str
    """Which goal."""
    text: str
    """The student's words, untouched: escape them before they meet HTML."""
    standard: str = ""
    """The standard it is about."""
    title: str = ""
    """That standard in a few words."""
    by: AwareDatetime | None = None
    """When the student means to reach it."""
    done: bool = False
    """The student says it is reached."""
    at: AwareDatetime
    """When it was written."""


class Reflection(Model):
    """What the student wrote at a place to reflect."""

    activity: str
    """The notebook."""
    prompt: str
    """Which place."""
    question: str = ""
    """What is asked there."""
    text: str
    """The student's words, untouched: escape them before they meet HTML."""
    at: AwareDatetime
    """When it was written."""


class Feeling(Model):
    """How well the student thinks it goes with a standard; never an answer."""

    standard: str
    """The standard."""
    level: Level
    """The level the student feels at."""
    at: AwareDatetime
    """When it was said."""


class OwnRecord(Model):
    """One line of the student's journal, theirs to read and to delete."""

    id: str
    """The record's id."""
    kind: str
    """What it is."""
    at: AwareDatetime
    """When it happened."""
    text: str
    """It in a sentence."""
    trust: Trust
    """How far it can be believed."""


class Feedback(Model):
    """A page that came back from the teacher."""

    unit: str
    """The unit."""
    unit_title: str
    """What students read."""
    kind: Literal["feedback", "progress"]
    """Comments on a notebook, or the progress page."""
    activity: str = ""
    """The notebook it is about; empty for the progress page."""
    title: str
    """What students read."""
    path: str
    """Contents path of the page."""
    at: AwareDatetime
    """When the work it looks at was handed in, or else when the page was made."""


class GradedLevel(Model):
    """How far a student is with a standard, as it was graded: what comes back instead of the rules it follows from."""

    standard: StandardCode
    """The standard."""
    level: Level
    """The level reached."""
    toward: float = Field(ge=0, le=1)
    """Share of the way to proficient, for drawing."""
    since: AwareDatetime | None = None
    """When it was reached."""
    lapsed: bool = False
    """Whether it was lost in a later check and has not come back."""
    review_due: bool = False
    """Whether it was time to look at it again."""


class Submission(Model):
    """Work that was handed in."""

    unit: str
    """The unit."""
    at: AwareDatetime
    """When."""


class Fetched(Model):
    """What a look at the exchange brought."""

    new: int = Field(ge=0)
    """Pages that were not here before, or that say something else now."""


class Problem(Model):
    """Something that does not work, in a sentence, with the mend."""

    code: str
    """Stable name."""
    text: str
    """What does not work."""
    mend: str = ""
    """What to do about it."""


class StudentView(Model):
    """Everything a student's screen shows. It stands on the student's own practice and on what came back graded."""

    schema_version: Literal[1] = VIEW_SCHEMA_VERSION
    """Version of this format."""
    course: Id
    """The course's id."""
    title: str
    """The course's title."""
    unit: str = ""
    """The unit that was asked about."""
    activity: str = ""
    """The notebook that was asked about; empty for a folder."""
    student: StudentId
    """The name on the records."""
    report: ProgressReport
    """Where the student stands. Its path opens on practice: what counts is said standard by standard."""
    places: tuple[Place, ...]
    """Where each step of the path can be opened, in its order."""
    folders: dict[str, str]
    """Contents path of each unit's folder, by unit: what `submit` takes."""
    checks: tuple[CheckStanding, ...] = ()
    """Every check that was tried or hinted at."""
    another: tuple[Another, ...] = ()
    """For checks of the notebook that was asked about: another question about the same, where one is open."""
    choices: tuple[ChoiceStanding, ...] = ()
    """What was chosen, by fork."""
    advice: tuple[Suggestion, ...] = ()
    """For choices inside notebooks: the option that fits the student best, with its why, where one does."""
    gates_passed: tuple[str, ...] = ()
    """Soft gates the student went past."""
    goals: tuple[Goal, ...] = ()
    """Goals, newest first."""
    reflections: tuple[Reflection, ...] = ()
    """Reflections, newest first."""
    feelings: tuple[Feeling, ...] = ()
    """The latest feeling for each standard."""
    records: tuple[OwnRecord, ...] = ()
    """The student's journal, newest first: the last few hundred lines."""
    profile: Profile = Profile()
    """What the student said about themselves."""
    interests: tuple[str, ...] = ()
    """Interests the course offers to choose from."""
    feedback: tuple[Feedback, ...] = ()
    """What came back, newest first."""
    submitted: tuple[Submission, ...] = ()
    """What was handed in, newest first."""
    writable: bool = True
    """Whether anything can be kept here; where not, `problems` says why."""
    trust: str
    """How far this can be believed, in a sentence."""
    problems: tuple[Problem, ...] = ()
    """What does not work."""


class CourseView(Model):
    """What a course asks and offers, as far as it is on this machine."""

    schema_version: Literal[1] = VIEW_SCHEMA_VERSION
    """Version of this format."""
    id: Id
    """Short name; also nbgrader's course id."""
    title: str
    """What students read."""
    about: str = ""
    """A paragraph for the course's first page."""
    language: str = "en"
    """BCP 47 tag."""
    unit: str = ""
    """The unit that was asked about."""
    activity: str = ""
    """The notebook that was asked about; empty for a folder."""
    standards: tuple[Standard, ...] = ()
    """What there is to learn, in the order of its frameworks."""
    interests: tuple[str, ...] = ()
    """Interests a student can choose from."""
    units: tuple[Unit, ...] = ()
    """Units, in order, with their activities, checks, forks, gates and places to reflect."""


class Refusal(Model):
    """What a server says instead of an answer."""

    code: str
    """Stable name."""
    message: str
    """What went wrong, in a sentence."""
    hint: str = ""
    """What to do about it."""
