"""The progress report: everything a person or a page needs to know of one student in one course, computed from records.

The report is the one thing that views draw; nothing downstream decides anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

from pydantic import AwareDatetime

from plnb.core.base import Basis, Model, StandardCode, StudentId, Trust
from plnb.core.course import Course
from plnb.core.facts import Shown
from plnb.core.history import History
from plnb.core.mastery import Estimate, estimate_both, unique
from plnb.core.paths import Path, Step, StepState, plan_from
from plnb.core.points import unit_points
from plnb.core.profile import Profile
from plnb.core.records import Record, Verdict
from plnb.core.situation import Situation

REPORT_SCHEMA_VERSION: Final = 1

_SILENT: Final = frozenset({Verdict.not_attempted, Verdict.not_on_path})
"""Verdicts with nothing to show."""


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
    group: str = ""
    """Title of the group it belongs to in its framework."""
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
    """Something a teacher said: a comment on an answer, an override's reason, what was done to help, or a word on an activity."""

    kind: Literal["comment", "override", "intervention", "direction"]
    """Which."""
    about: str = ""
    """The check, standard or activity it is about, by its title."""
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
    course: Course,
    records: Iterable[Record],
    *,
    student: str,
    now: datetime,
    profile: Profile = Profile(),
    way: Basis = Basis.credit,
    seen: Mapping[str, Estimate] = {},
) -> ProgressReport:
    """Everything about one student in one course. Records of other students in `records` are left out.

    Both bases are shown for each standard. The path stands on `credit`: gates open, and units count as done, on what the grader or
    a teacher saw; practice helps, and never by itself opens what counts. Only a student's own screen asks for the other `way`,
    and brings what was `seen` by the grader, for it does not have the rules of the course.
    """
    history = History.of(course, records, now, student)
    credit, practice = estimate_both(course, history)
    if seen:
        credit = tuple(e if e.overridden else seen.get(e.standard, e) for e in credit)
        practice = tuple(_further(tried, counted) for tried, counted in zip(practice, credit, strict=True))
    situation = Situation(course, credit if way is Basis.credit else practice, history)
    path = plan_from(situation, profile)
    return ProgressReport(
        course=course.id,
        course_title=course.title,
        language=course.language,
        student=student,
        made_at=now,
        standards=_standards(situation, credit, practice),
        units=_units(situation, path),
        path=path,
        choices=_choices(situation),
        voices=_voices(situation),
        notes=_notes(situation),
    )


def _further(tried: Estimate, counted: Estimate) -> Estimate:
    """In practice nobody is behind what counts already."""
    return tried if tried.level >= counted.level else counted.model_copy(update={"basis": Basis.practice})


def _standards(situation: Situation, credit: Sequence[Estimate], practice: Sequence[Estimate]) -> tuple[StandardProgress, ...]:
    evidence = _evidence(situation)
    known = situation.facts.shown
    parts: list[dict[str, object]] = []
    for counted, practised in zip(credit, practice, strict=True):
        code = counted.standard
        shown = known.get(code) or Shown(title=code, statement="", group="", alignments=())
        parts.append(
            {
                "code": code,
                "title": shown.title,
                "statement": shown.statement,
                "group": shown.group,
                "alignments": shown.alignments,
                "credit": counted,
                "practice": practised,
                "evidence": tuple(evidence.get(code, ())),
            }
        )
    return tuple(StandardProgress.of_many(parts))


def _evidence(situation: Situation) -> dict[str, list[Evidence]]:
    """Answers by standard, newest first; what was never tried or lies on another way bears on nothing."""
    activities, checks = situation.names.activities, situation.names.checks
    found: defaultdict[str, list[Evidence]] = defaultdict(list)
    bearing: list[tuple[str, ...]] = []
    parts: list[dict[str, object]] = []
    for attempt, ref in zip(reversed(situation.history.attempts), reversed(situation.refs), strict=True):
        said = vars(attempt)
        codes = said["standards"]
        if said["verdict"] in _SILENT or not codes:
            continue
        activity, check = said["activity"], said["check"]
        bearing.append(codes)
        parts.append(
            {
                "record": said["id"],
                "unit": said["unit"],
                "activity": activity,
                "activity_title": activities.get(activity, activity),
                "check": check,
                "check_title": checks.get(ref, check),
                "at": said["at"],
                "verdict": said["verdict"],
                "score": said["score"],
                "points": said["points"],
                "max_points": said["max_points"],
                "attempt": said["attempt"],
                "trust": said["trust"],
                "message": said["message"],
                "comment": said["comment"],
            }
        )
    for codes, shown in zip(bearing, Evidence.of_many(parts), strict=True):
        for code in codes if len(codes) == 1 else unique(codes):
            found[code].append(shown)
    return found


def _units(situation: Situation, path: Path) -> tuple[UnitProgress, ...]:
    required: dict[str, list[Step]] = {}
    for step in path.steps:
        if step.required:
            required.setdefault(step.unit, []).append(step)
    points = unit_points(situation)
    return tuple(
        UnitProgress(
            id=unit.id,
            title=unit.title,
            done=sum(step.state is StepState.done for step in required.get(unit.id, ())),
            steps=len(required.get(unit.id, ())),
            points=points[unit.id][0],
            max_points=points[unit.id][1],
        )
        for unit in situation.course.units
    )


def _choices(situation: Situation) -> tuple[Choice, ...]:
    names, said = situation.names, situation.history.choices
    return tuple(
        Choice(
            fork=fork.id,
            prompt=fork.prompt,
            options=tuple(names.options[f"{fork.id}/{option}"] for option in situation.chosen[fork.id]),
            inferred=said[fork.id].inferred,
            at=said[fork.id].at,
        )
        for fork in situation.course.forks()
        if situation.chosen[fork.id]
    )


def _voices(situation: Situation) -> tuple[Voice, ...]:
    """The latest words for each goal and reflection; what was emptied is gone from view."""
    history = situation.history
    prompts = {point.id: point.prompt for activity in situation.course.activities() for point in activity.reflections}
    said = [
        *(Voice(kind="goal", prompt=prompts.get(g.goal, ""), text=g.text, at=g.at, done=g.done) for g in history.goals.values()),
        *(Voice(kind="reflection", prompt=prompts.get(r.prompt, ""), text=r.text, at=r.at) for r in history.reflections.values()),
    ]
    return tuple(sorted((v for v in said if v.text.strip()), key=lambda v: (v.at, v.kind, v.prompt, v.text), reverse=True))


def _notes(situation: Situation) -> tuple[TeacherNote, ...]:
    """Comments come with graded work only: what a student's own file calls a comment is not a teacher's."""
    history, names = situation.history, situation.names
    notes: dict[tuple[str, str], TeacherNote] = {}
    for attempt in situation.commented:
        if attempt.comment.strip() and attempt.trust in (Trust.graded, Trust.teacher):
            about = names.checks.get(f"{attempt.activity}/{attempt.check}", attempt.check)
            # A comment carried along to the next hand-in is still one comment.
            notes.setdefault(
                (about, attempt.comment), TeacherNote(kind="comment", about=about, text=attempt.comment, at=attempt.at)
            )
    said = [
        *notes.values(),
        *(TeacherNote(kind="override", about=names.standard(o.standard), text=o.reason, at=o.at) for o in history.overrides),
        *(
            TeacherNote(kind="intervention", about=", ".join(map(names.standard, i.standards)), text=i.note, at=i.at)
            for i in history.interventions
        ),
        *(
            TeacherNote(kind="direction", about=names.activities.get(d.activity, d.activity), text=d.reason, at=d.at)
            for d in history.directed
        ),
    ]
    return tuple(sorted(said, key=lambda n: (n.at, n.kind, n.about, n.text), reverse=True))
