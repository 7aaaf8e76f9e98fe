"""A student's own screen, computed: from the course as students hold it, their journal, and what came back graded. Pure.

The path stands on practice here, so that what a student just did opens the next thing; what counts is said standard by standard, on
what was graded. The host says what lies where, and which problems it met.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar

from plnb.core.another import another
from plnb.core.base import Basis, Level, Reason, Trust
from plnb.core.course import ActivityFork, Course, Fork
from plnb.core.mastery import Estimate, estimate
from plnb.core.profile import Profile
from plnb.core.progress import ProgressReport, report
from plnb.core.records import (
    Attempt,
    ChoiceMade,
    GoalSet,
    HintShown,
    Record,
    Reflected,
    SelfAssessed,
    Verdict,
    WentOn,
    merge,
)
from plnb.core.steps import Step, Suggestion
from plnb.core.student import (
    Another,
    CheckStanding,
    ChoiceStanding,
    CourseView,
    Feedback,
    Feeling,
    Goal,
    GradedLevel,
    OwnRecord,
    Place,
    Problem,
    Reflection,
    StudentView,
    Submission,
)
from plnb.core.student_words import words_of_students
from plnb.core.truth import Names
from plnb.core.words import Words

LINES: Final = 300
"""Lines of the journal that a screen shows."""

_GRADED: Final = frozenset({Trust.graded, Trust.teacher})
_TRIED: Final = frozenset({Verdict.passed, Verdict.partial, Verdict.failed})
_QUOTED: Final = 120  # characters of somebody's words within a sentence


_Told = TypeVar("_Told", Goal, Reflection, Feeling, Feedback, Submission)


@dataclass(frozen=True, slots=True)
class Desk:
    """What a host knows of a student's machine."""

    unit: str = ""
    """The unit that was asked about."""
    activity: str = ""
    """The notebook that was asked about."""
    notebooks: Mapping[str, str] = field(default_factory=dict)
    """Where each notebook lies, by activity."""
    folders: Mapping[str, str] = field(default_factory=dict)
    """Where each unit lies."""
    feedback: Sequence[Feedback] = ()
    """Pages that came back."""
    submitted: Sequence[Submission] = ()
    """What was handed in."""
    problems: Sequence[Problem] = ()
    """What does not work."""
    writable: bool = True
    """Whether anything can be kept."""


def student_view(
    course: Course,
    own: Iterable[Record],
    graded: Iterable[Record],
    *,
    student: str,
    now: datetime,
    profile: Profile = Profile(),
    desk: Desk = Desk(),
    levels: Iterable[GradedLevel] = (),
) -> StudentView:
    """Everything the screen shows. `own` are the journal's records, `graded` and `levels` what came back."""
    mine, seen = merge(own), merge(graded)
    there = (*mine, *seen)
    known = {level.standard: _estimate(level, course) for level in levels}
    made = report(course, there, student=student, now=now, profile=profile, way=Basis.practice, seen=known)
    words, names = words_of_students(course.language), Names.of(course)
    goals, reflections, feelings, gates = _latest(r for r in mine if r.at <= now)
    checks, choices = tuple(_checks(mine, seen)), tuple(_choices(course, mine))
    prompts = {point.id: point.prompt for activity in course.activities() for point in activity.reflections}
    return StudentView(
        course=course.id,
        title=course.title,
        unit=desk.unit,
        activity=desk.activity,
        student=student,
        report=made,
        places=tuple(_place(step, desk) for step in made.path.steps),
        folders=dict(desk.folders),
        checks=checks,
        another=tuple(_another(course, made, checks, choices, desk)),
        choices=choices,
        advice=tuple(_advice(course, profile, words)),
        gates_passed=tuple(dict.fromkeys(gates)),
        goals=_newest(
            Goal(
                goal=g.goal,
                text=g.text,
                standard=g.standard or "",
                title=names.standard(g.standard) if g.standard else "",
                by=g.by,
                done=g.done,
                at=g.at,
            )
            for g in goals
            if g.text.strip()
        ),
        reflections=_newest(
            Reflection(activity=r.activity, prompt=r.prompt, question=prompts.get(r.prompt, ""), text=r.text, at=r.at)
            for r in reflections
            if r.text.strip()
        ),
        feelings=_newest(Feeling(standard=f.standard, level=f.level, at=f.at) for f in feelings),
        records=tuple(
            OwnRecord(id=r.id, kind=r.kind, at=r.at, text=_line(r, course, names, words), trust=r.trust)
            for r in reversed(mine[-LINES:])
        ),
        profile=profile,
        interests=course.interests,
        feedback=_newest(desk.feedback),
        submitted=_newest(desk.submitted),
        writable=desk.writable,
        trust=words.phrase("trust.graded" if seen else "trust.practice"),
        problems=tuple(desk.problems),
    )


def course_view(course: Course, *, unit: str = "", activity: str = "") -> CourseView:
    """What the course asks and offers."""
    return CourseView(
        id=course.id,
        title=course.title,
        about=course.about,
        language=course.language,
        unit=unit,
        activity=activity,
        standards=tuple(course.standards.by_code.values()),
        interests=course.interests,
        units=course.units,
    )


def graded_levels(course: Course, records: Iterable[Record], *, now: datetime) -> tuple[GradedLevel, ...]:
    """What goes back to a student of the levels that count: where they stand, and nothing of the rule. Records of ONE student."""
    return tuple(
        GradedLevel(standard=e.standard, level=e.level, toward=e.toward, since=e.since, lapsed=e.lapsed, review_due=e.review_due)
        for e in estimate(course, records, basis=Basis.credit, now=now)
        if e.level is not Level.not_started
    )


def _estimate(graded: GradedLevel, course: Course) -> Estimate:
    words = words_of_students(course.language)
    return Estimate(
        **graded.model_dump(),
        basis=Basis.credit,
        reason=words.say("own.graded_level", level=words.phrase(f"level.{graded.level}")),
    )


def _latest(
    records: Iterable[Record],
) -> tuple[Iterable[GoalSet], Iterable[Reflected], Iterable[SelfAssessed], Iterable[str]]:
    """The latest words on each goal, each place to reflect and each standard; and the gates gone past."""
    goals: dict[str, GoalSet] = {}
    reflections: dict[tuple[str, str], Reflected] = {}
    feelings: dict[str, SelfAssessed] = {}
    gates: list[str] = []
    for record in records:
        match record:
            case GoalSet():
                goals[record.goal] = record
            case Reflected():
                reflections[record.activity, record.prompt] = record
            case SelfAssessed():
                feelings[record.standard] = record
            case WentOn():
                gates.append(record.gate)
            case _:
                pass
    return goals.values(), reflections.values(), feelings.values(), gates


def _newest(things: Iterable[_Told]) -> tuple[_Told, ...]:
    return tuple(sorted(things, key=lambda thing: thing.at, reverse=True))


def _place(step: Step, desk: Desk) -> Place:
    inside = step.kind != "activity" and step.activity
    return Place(step=step.id, kind=step.kind, path=desk.notebooks.get(step.activity, ""), cell=step.id if inside else "")


def _checks(mine: Sequence[Record], graded: Sequence[Record]) -> Iterator[CheckStanding]:
    tries: dict[tuple[str, str], list[Attempt]] = {}
    rungs: dict[tuple[str, str], set[int]] = {}
    came_back: dict[tuple[str, str], Verdict] = {}
    for record in mine:
        if isinstance(record, Attempt):
            tries.setdefault((record.activity, record.check), []).append(record)
        elif isinstance(record, HintShown):
            rungs.setdefault((record.activity, record.check), set()).add(record.rung)
    for record in graded:
        if isinstance(record, Attempt) and record.trust in _GRADED:
            came_back[record.activity, record.check] = record.verdict
    for activity, check in sorted({*tries, *rungs, *came_back}):
        attempts = tries.get((activity, check), [])
        latest = attempts[-1] if attempts else None
        yield CheckStanding(
            activity=activity,
            check=check,
            tries=sum(attempt.verdict in _TRIED for attempt in attempts),
            passed=any(attempt.verdict is Verdict.passed for attempt in attempts),
            latest=latest.verdict if latest else None,
            message=latest.message if latest else "",
            at=latest.at if latest else None,
            hints=len(rungs.get((activity, check), ())),
            graded=came_back.get((activity, check)),
        )


def _choices(course: Course, mine: Iterable[Record]) -> Iterator[ChoiceStanding]:
    latest = {record.fork: record for record in mine if isinstance(record, ChoiceMade)}
    for fork in course.forks():
        if said := latest.get(fork.id):
            offered = {option.id for option in fork.options}
            options = tuple(o for o in dict.fromkeys(said.options) if o in offered)[: fork.pick]
            if options:
                yield ChoiceStanding(fork=fork.id, options=options, at=said.at)


def _another(
    course: Course, made: ProgressReport, checks: Iterable[CheckStanding], choices: Iterable[ChoiceStanding], desk: Desk
) -> Iterator[Another]:
    passed = {(c.activity, c.check) for c in checks if c.passed or c.graded is Verdict.passed}
    chosen = {choice.fork: choice.options for choice in choices}
    for found in another(course, desk.activity, made.path, passed=passed, chosen=chosen):
        if path := desk.notebooks.get(found.activity):
            yield found.model_copy(update={"path": path})


def _advice(course: Course, profile: Profile, words: Words) -> Iterator[Suggestion]:
    """For choices inside notebooks: the option that goes with more of what the student likes than every other.

    (`paths` advises on choices between notebooks; what an author would suggest for a weakness is not sent to students.)
    """
    for activity in course.activities():
        for fork in activity.forks:
            liked = {option.id: _liked(option.interests, option.format, profile, words) for option in fork.options}
            ranked = sorted(fork.options, key=lambda option: len(liked[option.id]), reverse=True)
            best = ranked[0]
            if liked[best.id] and (len(ranked) == 1 or len(liked[best.id]) > len(liked[ranked[1].id])):
                reason = words.say("next.choose_fits", option=best.title, likes=words.join(liked[best.id]))
                yield Suggestion(step=fork.id, title=fork.prompt, option=best.id, reason=reason)


def _liked(interests: Iterable[str], form: str | None, profile: Profile, words: Words) -> list[str]:
    found = [interest for interest in dict.fromkeys(profile.interests) if interest in interests]
    return [*found, *(words.phrase(f"format.{f}") for f in dict.fromkeys(profile.formats) if f == form)]


# --- the journal, in words --------------------------------------------------------------------------------------------------------


def _line(record: Record, course: Course, names: Names, words: Words) -> str:
    said = _sentence(record, course, names, words)
    return said.text if said else words.phrase("own.other")


def _sentence(record: Record, course: Course, names: Names, words: Words) -> Reason | None:
    match record:
        case Attempt():
            kind = record.verdict if record.verdict in _TRIED else "other"
            check = names.check(f"{record.activity}/{record.check}", words)
            return words.say(f"own.attempt.{kind}", check=check, percent=round(100 * record.score))
        case HintShown():
            return words.say("own.hint", rung=record.rung, check=names.check(f"{record.activity}/{record.check}", words))
        case ChoiceMade():
            fork = next((fork for fork in course.forks() if fork.id == record.fork), None)
            return _chosen(record, fork, names, words) if fork else None
        case GoalSet():
            code = "own.goal_back" if not record.text.strip() else "own.goal_done" if record.done else "own.goal"
            return words.say(code, text=_short(record.text))
        case Reflected():
            code = "own.reflected" if record.text.strip() else "own.reflected_back"
            return words.say(code, activity=names.activities.get(record.activity, record.activity), text=_short(record.text))
        case SelfAssessed():
            return words.say("own.felt", standard=names.standard(record.standard), level=words.phrase(f"level.{record.level}"))
        case WentOn():
            code = "own.went_on_note" if record.note.strip() else "own.went_on"
            return words.say(code, activity=names.activities.get(record.activity, record.activity), text=_short(record.note))
        case _:
            return None


def _chosen(record: ChoiceMade, fork: Fork | ActivityFork, names: Names, words: Words) -> Reason:
    if not record.options:
        return words.say("own.choice_back", prompt=fork.prompt)
    return words.say("own.choice", options=words.quote([names.options.get(f"{fork.id}/{o}", o) for o in record.options]))


def _short(text: str) -> str:
    said = " ".join(text.split())
    return said if len(said) <= _QUOTED else said[: _QUOTED - 1].rstrip() + "…"
