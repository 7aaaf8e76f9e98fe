"""The progress report: everything a person or a page needs to know of one student in one course, computed from records.

The report is the one thing that views draw; nothing downstream decides anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final, Literal

from pydantic import AwareDatetime

from plnb.core.base import Model, StandardCode, StudentId, Trust
from plnb.core.course import Course
from plnb.core.mastery import Estimate
from plnb.core.paths import Path
from plnb.core.profile import Profile
from plnb.core.records import Record, Verdict

REPORT_SCHEMA_VERSION: Final = 1


class Evidence(Model):
    """One answer behind an estimate."""

    record: str
    """The record's id."""
    unit: str
    """The unit."""
    activity: str
    """The notebook."""
    activity_title: str
    """The notebook's title."""
    check: str
    """nbgrader's grade_id."""
    check_title: str
    """A name for people."""
    at: AwareDatetime
    """When the work was done."""
    verdict: Verdict
    """What became of it."""
    score: float
    """Share of the points, 0 to 1."""
    points: float
    """Points earned."""
    max_points: float
    """Points it could earn."""
    attempt: int
    """Which hand-in it was."""
    trust: Trust
    """How far it can be believed."""
    message: str = ""
    """What the student was told."""
    comment: str = ""
    """A teacher's comment."""


class StandardProgress(Model):
    """One standard: where the student stands, on which evidence."""

    code: StandardCode
    """The standard's code."""
    title: str
    """A few words."""
    statement: str
    """The full statement."""
    alignments: tuple[str, ...] = ()
    """Codes elsewhere, as `ccss 8.F.B.4`."""
    credit: Estimate
    """On what the grader and the teacher saw."""
    practice: Estimate
    """On everything."""
    evidence: tuple[Evidence, ...] = ()
    """Answers that bear on it, newest first."""


class UnitProgress(Model):
    """One unit: how far along."""

    id: str
    """The unit."""
    title: str
    """What students read."""
    done: int
    """Required steps done."""
    steps: int
    """Required steps on this student's way."""
    points: float
    """Points earned on this student's way (best of each check's attempts)."""
    max_points: float
    """Points to earn on this student's way."""


class Choice(Model):
    """A choice the student made."""

    fork: str
    """The fork's id."""
    prompt: str
    """The question."""
    options: tuple[str, ...]
    """Titles of the options taken."""
    inferred: bool = False
    """Read from the work, not said."""
    at: AwareDatetime
    """When."""


class Voice(Model):
    """Something the student wrote: a goal or a reflection."""

    kind: Literal["goal", "reflection"]
    """Which."""
    prompt: str = ""
    """The question it answers."""
    text: str
    """The student's words, untouched: escape them before they meet HTML."""
    at: AwareDatetime
    """When."""
    done: bool = False
    """For a goal: the student says it is reached."""


class TeacherNote(Model):
    """Something a teacher said: a comment on an answer, an override's reason, or what was done to help."""

    kind: Literal["comment", "override", "intervention"]
    """Which."""
    about: str = ""
    """The check or standard it is about, by its title."""
    text: str
    """The teacher's words."""
    at: AwareDatetime
    """When."""


class ProgressReport(Model):
    """Where one student stands in one course."""

    schema_version: Literal[1] = REPORT_SCHEMA_VERSION
    """Version of this format."""
    course: str
    """The course's id."""
    course_title: str
    """What students read."""
    language: str = "en"
    """BCP 47 tag."""
    student: StudentId
    """nbgrader's student id."""
    made_at: AwareDatetime
    """When this was computed."""
    standards: tuple[StandardProgress, ...]
    """Every standard the course assesses, in framework order."""
    units: tuple[UnitProgress, ...]
    """Every unit, in order."""
    path: Path
    """The way and what is next."""
    choices: tuple[Choice, ...] = ()
    """Choices made, latest for each fork."""
    voices: tuple[Voice, ...] = ()
    """Goals and reflections, newest first."""
    notes: tuple[TeacherNote, ...] = ()
    """What teachers said, newest first."""


def report(
    course: Course, records: Iterable[Record], *, student: str, now: datetime, profile: Profile = Profile()
) -> ProgressReport:
    """Everything about one student in one course. Records of other students in `records` are left out."""
    raise NotImplementedError
