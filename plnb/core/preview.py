"""A preview: the course as a student would meet it in some state, and the records that make that state. Pure.

The records are of nobody: they live in the preview's own folder, and what is read from there is never handed in or counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from plnb.core.base import BranchRef, Level, Model, StandardCode, Trust, UnitId
from plnb.core.course import Activity, Course
from plnb.core.records import Attempt, ChoiceMade, Overridden, Record, Verdict, record_id
from plnb.errors import NotFoundError

SOMEBODY: Final = "preview"
"""The name on a preview's records."""


class PreviewState(Model):
    """Who to look at the course as."""

    unit: UnitId
    """The unit to open; the others are on the map, without their notebooks."""
    levels: Mapping[StandardCode, Level] = {}
    """As if at these levels."""
    done: tuple[UnitId, ...] = ()
    """As if these activities were done."""
    choices: tuple[BranchRef, ...] = ()
    """As if these options were chosen."""


class Previewing(PreviewState):
    """A preview, as a screen asks for it."""

    path: str
    """Contents path of the course's folder, or of anything in it."""


class Preview(Model):
    """A preview that is there."""

    course: str
    """Where the course it was made of is: a contents path, or a path on the disk."""
    folder: str
    """Where the unit to look at is."""
    open: str
    """Its first notebook."""
    state: PreviewState
    """Who it is looked at as."""


def state_records(course: Course, state: PreviewState, now: datetime) -> tuple[tuple[Record, ...], tuple[Record, ...]]:
    """What the student of a preview has said, and what has come back graded.

    Raises NotFoundError for a standard, activity or option that the course has not.
    """
    return tuple(_said(course, state, now)), tuple(_graded(course, state, now))


def _said(course: Course, state: PreviewState, now: datetime) -> Iterator[Record]:
    known = {fork.id: {option.id for option in fork.options} for fork in course.forks()}
    chosen: dict[str, list[str]] = {}
    for ref in state.choices:
        fork, _, option = ref.partition("/")
        if option not in known.get(fork, ()):
            raise _unknown("option", ref)
        chosen.setdefault(fork, []).append(option)
    for fork, options in chosen.items():
        made = record_id(course.id, SOMEBODY, "choice_made", fork)
        yield ChoiceMade(
            id=made, course=course.id, student=SOMEBODY, at=now, trust=Trust.self_, fork=fork, options=tuple(dict.fromkeys(options))
        )


def _graded(course: Course, state: PreviewState, now: datetime) -> Iterator[Record]:
    for name in state.done:
        activity = course.activity(name)
        if activity is None:
            raise _unknown("activity", name)
        yield from _passed(course, activity, state, now)
    for code, level in state.levels.items():
        if course.standards.get(code) is None:
            raise _unknown("standard", code)
        yield Overridden(
            id=record_id(course.id, SOMEBODY, "overridden", code),
            course=course.id,
            student=SOMEBODY,
            at=now,
            trust=Trust.teacher,
            standard=code,
            level=level,
            reason="For this preview.",
        )


def _passed(course: Course, activity: Activity, state: PreviewState, now: datetime) -> Iterator[Record]:
    """Every check of an activity passed, on the branches chosen; where none is, on the first of each fork."""
    taken = set(state.choices)
    for fork in activity.forks:
        refs = [f"{fork.id}/{option.id}" for option in fork.options]
        if not taken.intersection(refs):
            taken.update(refs[: fork.pick])
    for number, check in enumerate(activity.checks):
        if check.branch is None or check.branch in taken:
            yield Attempt(
                id=record_id(course.id, SOMEBODY, "attempt", activity.id, check.id),
                course=course.id,
                student=SOMEBODY,
                at=now,
                seq=number,
                trust=Trust.teacher if check.manual else Trust.graded,
                unit=activity.unit,
                activity=activity.id,
                check=check.id,
                standards=check.standards,
                verdict=Verdict.passed,
                score=1.0,
                points=check.points,
                max_points=check.points,
            )


def _unknown(what: str, name: str) -> NotFoundError:
    return NotFoundError(f"The course has no {what} “{name}”.", mend="See what there is with: plnb map")
