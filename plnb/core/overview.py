"""A course as its teacher looks at it: the way through it, what each way takes and brings, what is checked where, what to mend.

Pure: made from what was read of the course. The screen draws it and sends `course_edits`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product
from math import comb
from typing import Final, Literal

from plnb.core.authored import CourseSource
from plnb.core.base import BranchRef, Id, Model, StandardCode, UnitId
from plnb.core.compiling import compile_course
from plnb.core.conditions import Condition
from plnb.core.course import Activity, ActivityFork, ActivityOption, Course, Unit
from plnb.core.coverage import Coverage, coverage
from plnb.core.findings import Finding
from plnb.core.mending import Fix, fixes
from plnb.core.ways import activity_minutes, opens, option_minutes, way_points

OVERVIEW_SCHEMA_VERSION: Final = 1

WAYS: Final = 24
"""Ways through a unit that are listed one by one; more are said as a span."""


class Span(Model):
    """From the least to the most, whatever is chosen."""

    least: float
    """The way with the least."""
    most: float
    """The way with the most."""


class Inside(Model):
    """A choice or gate inside a notebook."""

    kind: Literal["fork", "gate"]
    """Which of the two."""
    id: Id
    """Its id."""
    text: str
    """What it asks, or what opens it, in words."""


class Stop(Model):
    """An activity on the map."""

    kind: Literal["activity"] = "activity"
    id: UnitId
    """The notebook's name."""
    title: str
    """What students read."""
    about: str = ""
    """One sentence on what happens here."""
    path: str = ""
    """Contents path of the notebook; empty where there is none."""
    minutes: float | None
    """How long it takes."""
    points: float
    """Points on a way through it."""
    checks: int
    """Checks in it, on every branch."""
    optional: bool
    """Nobody has to do it."""
    standards: tuple[StandardCode, ...]
    """What it teaches."""
    builds_on: tuple[str, ...]
    """Activities that teach what this one requires, by title, where they come before it."""
    opens_when: Condition | None
    """What must hold before it opens."""
    opens: str = ""
    """The same in words."""
    suggest_when: Condition | None
    """When it is suggested."""
    suggested: str = ""
    """The same in words."""
    inside: tuple[Inside, ...]
    """Choices and gates in the notebook."""


class Way(Model):
    """An option of a choice between activities."""

    ref: BranchRef
    """`fork/option`."""
    title: str
    """What the student reads on the card."""
    about: str = ""
    """A sentence more."""
    minutes: float
    """How long it takes."""
    points: float
    """What it is worth."""
    stops: tuple[Stop, ...]
    """Its activities."""


class Split(Model):
    """A choice between activities on the map."""

    kind: Literal["fork"] = "fork"
    id: Id
    """Its id."""
    prompt: str
    """The question put to the student."""
    pick: int
    """How many options to take."""
    ways: tuple[Way, ...]
    """The options."""


class Through(Model):
    """One way through a unit."""

    options: tuple[str, ...]
    """Titles of the options taken; none where there is nothing to choose."""
    minutes: float
    """How long it takes, without what is optional."""
    points: float
    """What it is worth."""
    checks: int
    """Checks on it."""


class Leg(Model):
    """A unit on the map."""

    id: UnitId
    """Its id."""
    title: str
    """What students read."""
    about: str = ""
    """Why it is worth doing."""
    nodes: tuple[Stop | Split, ...]
    """Activities and choices, in order."""
    minutes: Span
    """How long it takes, without what is optional."""
    points: Span
    """What it is worth."""
    ways: tuple[Through, ...]
    """Each way through it; none where they are too many to list."""


class Remark(Model):
    """A finding, with where to go and what mends it."""

    finding: Finding
    """What was found."""
    path: str = ""
    """Contents path of the file; empty where it is not one of the course's."""
    step: str = ""
    """The unit, activity, choice or option on the map that it is about."""
    fix: Fix | None = None
    """An edit that mends it, where that needs no thought."""


class Known(Model):
    """Something that can be named in a condition."""

    ref: str
    """How a condition names it."""
    title: str
    """What people call it."""


class Overview(Model):
    """A course as its teacher looks at it."""

    schema_version: Literal[1] = 1
    """Version of this format."""
    course: Id
    """The course's id."""
    title: str
    """Its title."""
    path: str
    """Contents path of its folder."""
    digest: str
    """Digest of the course file: an edit names the one it was made against."""
    text: str
    """The course file, for undo."""
    units: tuple[Leg, ...]
    """Units, in order."""
    minutes: Span
    """How long the course takes, without what is optional."""
    points: Span
    """What it is worth."""
    coverage: Coverage
    """What is taught and checked where."""
    standards: tuple[Known, ...]
    """Every standard of the frameworks."""
    checks: tuple[Known, ...]
    """Every check."""
    options: tuple[Known, ...]
    """Every option, between activities and inside notebooks."""


class Remarks(Model):
    """What lint says of a course."""

    digest: str
    """Digest of the course file that was looked at."""
    remarks: tuple[Remark, ...]
    """Every finding, in the order of the course."""


def overview(source: CourseSource, *, path: str, digest: str, text: str) -> Overview:
    """The overview of a course. `path` is where its folder is, `digest` and `text` are those of its course file."""
    course = compile_course(source)
    units = tuple(_leg(unit, source, course, path) for unit in course.units)
    return Overview(
        course=course.id,
        title=course.title,
        path=path,
        digest=digest,
        text=text,
        units=units,
        minutes=_sum(unit.minutes for unit in units),
        points=_sum(unit.points for unit in units),
        coverage=coverage(course),
        standards=tuple(Known(ref=code, title=each.label) for code, each in course.standards.by_code.items()),
        checks=tuple(Known(ref=f"{a.id}/{check.id}", title=check.title) for a in course.activities() for check in a.checks),
        options=tuple(Known(ref=f"{fork.id}/{o.id}", title=o.title) for fork in course.forks() for o in fork.options),
    )


def remarks(source: CourseSource, findings: Sequence[Finding], *, path: str, digest: str) -> Remarks:
    """Findings with where they are and what mends them."""
    mends = list(fixes(source, compile_course(source)))
    return Remarks(digest=digest, remarks=tuple(_remark(finding, path, mends) for finding in findings))


# --- the map ----------------------------------------------------------------------------------------------------------------------


def _leg(unit: Unit, source: CourseSource, course: Course, path: str) -> Leg:
    found = list(_ways(unit))
    return Leg(
        id=unit.id,
        title=unit.title,
        about=unit.about,
        nodes=tuple(
            _stop(node, source, course, path) if isinstance(node, Activity) else _split(node, source, course, path)
            for node in unit.nodes
        ),
        minutes=_span(unit, found, "minutes"),
        points=_span(unit, found, "points"),
        ways=tuple(found),
    )


def _stop(activity: Activity, source: CourseSource, course: Course, path: str) -> Stop:
    there = source.notebook(activity.unit, activity.id)
    return Stop(
        id=activity.id,
        title=activity.title,
        about=activity.about,
        path=_joined(path, there.place) if there else "",
        minutes=activity.minutes,
        points=way_points(activity),
        checks=len(activity.checks),
        optional=activity.optional,
        standards=activity.standards,
        builds_on=tuple(_before(activity, course)),
        opens_when=activity.opens_when,
        opens=opens(activity.opens_when, course) if activity.opens_when else "",
        suggest_when=activity.suggest_when,
        suggested=opens(activity.suggest_when, course) if activity.suggest_when else "",
        inside=tuple(_inside(activity, course)),
    )


def _inside(activity: Activity, course: Course) -> Iterator[Inside]:
    for fork in activity.forks:
        yield Inside(kind="fork", id=fork.id, text=fork.prompt)
    for gate in activity.gates:
        yield Inside(kind="gate", id=gate.id, text=opens(gate.opens_when, course) if gate.opens_when else "")


def _before(activity: Activity, course: Course) -> Iterator[str]:
    """Titles of the activities before this one that first teach what its standards require."""
    known = course.standards.by_code
    wanted = {code for own in activity.standards if own in known for code in known[own].requires} - set(activity.standards)
    for other in course.activities():
        if other.id == activity.id or not wanted:
            return
        if taught := wanted.intersection(other.standards):
            wanted -= taught
            yield other.title


def _split(fork: ActivityFork, source: CourseSource, course: Course, path: str) -> Split:
    return Split(
        id=fork.id,
        prompt=fork.prompt,
        pick=fork.pick,
        ways=tuple(
            Way(
                ref=f"{fork.id}/{option.id}",
                title=option.title,
                about=option.about,
                minutes=option_minutes(option),
                points=_option_points(option),
                stops=tuple(_stop(activity, source, course, path) for activity in option.activities),
            )
            for option in fork.options
        ),
    )


# --- ways -------------------------------------------------------------------------------------------------------------------------


def _ways(unit: Unit) -> Iterator[Through]:
    """Every way through a unit, as long as they are few enough to be read."""
    forks = [node for node in unit.nodes if isinstance(node, ActivityFork)]
    always = [node for node in unit.nodes if isinstance(node, Activity)]
    count = 1
    for fork in forks:
        count *= comb(len(fork.options), _pick(fork))
    if count > WAYS:
        return
    for taken in product(*(combinations(fork.options, _pick(fork)) for fork in forks)):
        options = [option for each in taken for option in each]
        yield Through(
            options=tuple(option.title for option in options),
            minutes=sum(map(activity_minutes, always)) + sum(map(option_minutes, options)),
            points=sum(map(way_points, always)) + sum(map(_option_points, options)),
            checks=sum(len(a.checks) for a in always) + sum(len(a.checks) for o in options for a in o.activities),
        )


def _pick(fork: ActivityFork) -> int:
    return min(fork.pick, len(fork.options))


def _option_points(option: ActivityOption) -> float:
    return sum(map(way_points, option.activities))


def _span(unit: Unit, ways: Sequence[Through], what: Literal["minutes", "points"]) -> Span:
    if ways:
        each = [float(getattr(way, what)) for way in ways]
        return Span(least=min(each), most=max(each))
    of_activity = activity_minutes if what == "minutes" else way_points
    of_option = option_minutes if what == "minutes" else _option_points
    least = most = sum(of_activity(node) for node in unit.nodes if isinstance(node, Activity))
    for node in unit.nodes:
        if isinstance(node, ActivityFork):
            options = sorted(map(of_option, node.options))
            least += sum(options[: _pick(node)])
            most += sum(options[-_pick(node) :])
    return Span(least=least, most=most)


def _sum(spans: Iterator[Span]) -> Span:
    found = list(spans)
    return Span(least=sum(span.least for span in found), most=sum(span.most for span in found))


# --- findings ---------------------------------------------------------------------------------------------------------------------


def _remark(finding: Finding, path: str, mends: Sequence[Fix]) -> Remark:
    file, *parts = finding.place.split(", ")
    step = ""
    for part in parts if file == "course.yaml" else ():
        kind, _, name = part.partition(" ")
        step = f"{step}/{name}" if kind == "option" else name
    fix = next((fix for fix in mends if fix.mends(finding)), None)
    inside = file == "course.yaml" or file.startswith("source/")
    return Remark(finding=finding, path=_joined(path, file) if inside else "", step=step, fix=fix)


def _joined(path: str, place: str) -> str:
    return f"{path}/{place}" if path else place
