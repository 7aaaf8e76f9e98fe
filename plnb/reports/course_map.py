"""The course at a glance: which activity checks which standard, and the way through it as a Mermaid diagram.

Reads a compiled course and gives back values and text. The drawn map is in `course_map_svg`; where a student stands is in the
progress report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from plnb.core.base import Model, StandardCode
from plnb.core.conditions import ActivityDone, All, AnyOf, CheckPassed, ChoiceIs, Condition, Not, StandardAtLeast, StandardBelow
from plnb.core.course import Activity, ActivityFork, Check, Course, Unit


class Covered(Model):
    """What one activity does for one standard."""

    activity: str
    """The notebook's name."""
    unit: str
    """Its unit."""
    teaches: bool
    """The activity says that it teaches the standard."""
    checks: int
    """Checks that give evidence for it, on every branch."""
    points: float
    """What those checks are worth together."""


class StandardCoverage(Model):
    """One standard across the course."""

    code: StandardCode
    """The standard's code."""
    label: str
    """A short name."""
    activities: tuple[Covered, ...]
    """Activities that teach or check it, in course order."""
    checks: int
    """Checks of it in the whole course."""
    points: float
    """What they are worth together."""
    gap: str = ""
    """What is missing, in a few words; empty where nothing is."""


class Coverage(Model):
    """What a course teaches and checks."""

    course: str
    """The course's title."""
    activities: tuple[str, ...]
    """Every activity, in course order: the columns of a table."""
    standards: tuple[StandardCoverage, ...]
    """Every standard that is taught or checked, in framework order; codes that no framework defines come last."""
    untouched: tuple[StandardCode, ...]
    """Standards of the frameworks that the course neither teaches nor checks (groups of standards left out)."""
    untagged: tuple[str, ...]
    """Checks that name no standard, as `activity/grade_id`."""


def coverage(course: Course) -> Coverage:
    """Which standard is taught and checked where, and what is missing."""
    activities = tuple(course.activities())
    known = course.standards.by_code
    groups = {standard.parent for standard in known.values()}
    used = {code for a in activities for code in (*a.standards, *(code for check in a.checks for code in check.standards))}
    codes = [*(code for code in known if code in used), *sorted(used.difference(known))]
    return Coverage(
        course=course.title,
        activities=tuple(activity.id for activity in activities),
        standards=tuple(_standard(code, activities, course) for code in codes),
        untouched=tuple(code for code in known if code not in used and code not in groups),
        untagged=tuple(f"{a.id}/{check.id}" for a in activities for check in a.checks if not check.standards),
    )


def _standard(code: str, activities: Iterable[Activity], course: Course) -> StandardCoverage:
    rows = []
    for activity in activities:
        checks = [check for check in activity.checks if code in check.standards]
        if checks or code in activity.standards:
            rows.append(
                Covered(
                    activity=activity.id,
                    unit=activity.unit,
                    teaches=code in activity.standards,
                    checks=len(checks),
                    points=sum(check.points for check in checks),
                )
            )
    standard = course.standards.get(code)
    count = sum(row.checks for row in rows)
    if standard is None:
        gap = "in no framework"
    elif not count:
        gap = "taught, never checked"
    else:
        gap = "" if any(row.teaches for row in rows) else "checked, never taught"
    return StandardCoverage(
        code=code,
        label=standard.label if standard else code,
        activities=tuple(rows),
        checks=count,
        points=sum(row.points for row in rows),
        gap=gap,
    )


def coverage_markdown(found: Coverage) -> str:
    """The coverage as a Markdown page: a row for each standard, and what is missing below."""
    lines = [
        f"# {_cell(found.course)}: what is taught and checked",
        "",
        "| Standard | | Checks | Points | Where (checks in each) | Missing |",
        "|---|---|---:|---:|---|---|",
    ]
    for row in found.standards:
        where = ", ".join(f"{_cell(at.activity)} ({at.checks if at.checks else 'taught'})" for at in row.activities)
        lines.append(f"| {_cell(row.code)} | {_cell(row.label)} | {row.checks} | {row.points:g} | {where} | {_cell(row.gap)} |")
    if found.untouched:
        lines += ["", f"Neither taught nor checked: {', '.join(_cell(code) for code in found.untouched)}."]
    if found.untagged:
        lines += ["", f"Checks that name no standard: {', '.join(_cell(ref) for ref in found.untagged)}."]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """Text that stays text in a Markdown table."""
    return re.sub(r"([\\|`*_\[\]<>&#~])", r"\\\1", " ".join(text.split()))


# What both pictures say.


def way_points(activity: Activity) -> float:
    """Points a student can earn in an activity: all of the way, and of each fork as many options as are picked.

    Options of a fork are worth the same (lint asks for it); where they are not, the mean is said.
    """
    share = {
        f"{fork.id}/{option.id}": min(1.0, fork.pick / len(fork.options)) for fork in activity.forks for option in fork.options
    }
    return sum(check.points * share.get(check.branch or "", 1.0) for check in activity.checks)


def unit_points(unit: Unit) -> float:
    """Points a student can earn in a unit, whichever options are taken."""
    total = 0.0
    for node in unit.nodes:
        if isinstance(node, Activity):
            total += way_points(node)
        else:
            options = [sum(way_points(activity) for activity in option.activities) for option in node.options]
            total += sum(options) / len(options) * min(node.pick, len(options))
    return total


def unit_minutes(unit: Unit) -> float:
    """Minutes a unit usually takes without what is optional: of each fork the longest options."""
    total = 0.0
    for node in unit.nodes:
        if isinstance(node, Activity):
            total += 0 if node.optional else node.minutes or 0
        else:
            each = sorted(
                (sum(a.minutes or 0 for a in option.activities) or option.minutes or 0 for option in node.options), reverse=True
            )
            total += sum(each[: node.pick])
    return total


def facts(activity: Activity) -> list[str]:
    """What to say of an activity in a few words: time, points, checks."""
    checks = [*activity.checks]
    inside = _checks_on_a_way(activity, checks)
    points = way_points(activity)
    said = [f"{activity.minutes:g} min"] if activity.minutes else []
    if points:
        said.append(count(points, "point"))
    if checks and all(check.role == "probe" for check in checks):
        said.append(count(inside, "question"))
    elif checks:
        said.append(count(inside, "check"))
    return said


def _checks_on_a_way(activity: Activity, checks: list[Check]) -> float:
    share = {
        f"{fork.id}/{option.id}": min(1.0, fork.pick / len(fork.options)) for fork in activity.forks for option in fork.options
    }
    return round(sum(share.get(check.branch or "", 1.0) for check in checks))


def count(number: float, noun: str) -> str:
    """`1 point`, `2 points`."""
    return f"{number:g} {noun}{'' if number == 1 else 's'}"


def opens(condition: Condition, course: Course) -> str:
    """A condition in a few words, for teachers: standards by code, activities and options by title."""
    titles = {activity.id: activity.title for activity in course.activities()}
    options = {f"{fork.id}/{option.id}": option.title for fork in course.forks() for option in fork.options}
    return _words(condition, titles, options)


def _words(condition: Condition, titles: dict[str, str], options: dict[str, str]) -> str:
    match condition:
        case All(all=parts):
            return " and ".join(_inner(part, titles, options) for part in parts) or "always"
        case AnyOf(any=parts):
            return " or ".join(_inner(part, titles, options) for part in parts)
        case Not():
            return f"not ({_words(condition.not_, titles, options)})"
        case StandardAtLeast():
            return f"{condition.standard} is {condition.at_least}"
        case StandardBelow():
            return f"{condition.standard} is below {condition.below}"
        case CheckPassed():
            return f"{condition.check} is passed"
        case ActivityDone():
            return f"“{titles.get(condition.done, condition.done)}” is done"
        case ChoiceIs():
            return f"“{options.get(condition.choice, condition.choice)}” is chosen"


def _inner(condition: Condition, titles: dict[str, str], options: dict[str, str]) -> str:
    said = _words(condition, titles, options)
    return f"({said})" if isinstance(condition, All | AnyOf) else said


def map_text(course: Course) -> Iterator[str]:
    """The map in words, line by line: what the drawing says to those who do not see it."""
    for number, unit in enumerate(course.units, start=1):
        yield f"Unit {number}: {unit.title}."
        for node in unit.nodes:
            if isinstance(node, Activity):
                yield _line(node, course)
            else:
                yield f"Choice: {node.prompt} Pick {node.pick} of {len(node.options)}."
                for option in node.options:
                    yield f"Option {option.title}: " + " ".join(_line(activity, course) for activity in option.activities)


def _line(activity: Activity, course: Course) -> str:
    said = [activity.title]
    if activity.optional:
        said.append("optional")
    said += facts(activity)
    if activity.standards:
        said.append(f"teaches {', '.join(activity.standards)}")
    if activity.opens_when is not None:
        said.append(f"opens when {opens(activity.opens_when, course)}")
    said += [f"inside a choice of {count(len(fork.options), 'option')}" for fork in activity.forks]
    said += [
        f"inside a gate that opens when {opens(gate.opens_when, course)}" for gate in activity.gates if gate.opens_when is not None
    ]
    return "; ".join(said) + "."


# Mermaid.


def map_mermaid(course: Course) -> str:
    """The course as a Mermaid flowchart: units are boxes, forks diamonds, optional activities dashed, gates hexagons on the way."""
    return "\n".join(_Mermaid(course).lines()) + "\n"


class _Mermaid:
    """Writes nodes with numbers for ids, so that no title can break the diagram."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.made = 0

    def lines(self) -> Iterator[str]:
        yield "flowchart TD"
        yield f"  accTitle: {_one_line(self.course.title)}"
        yield f"  accDescr: The way through the course, {count(len(self.course.units), 'unit')} from top to bottom."
        yield "  classDef optional stroke-dasharray: 6 4"
        ends: list[str] = []
        for number, unit in enumerate(self.course.units, start=1):
            links: list[str] = []
            yield f"  subgraph u{number}[{_quote(f'{number}. {unit.title}')}]"
            for node in unit.nodes:
                made, first, ends = self._fork(node, ends) if isinstance(node, ActivityFork) else self._activity(node, ends)
                yield from (f"    {line}" for line in made)
                links += first
            yield "  end"
            yield from (f"  {link}" for link in links)

    def _new(self) -> str:
        self.made += 1
        return f"n{self.made}"

    def _activity(self, activity: Activity, before: list[str], label: str = "") -> tuple[list[str], list[str], list[str]]:
        name = self._new()
        text = "<br/>".join(
            _escape(line) for line in (activity.title, " · ".join(facts(activity)), ", ".join(activity.standards)) if line
        )
        made = [f'{name}["{text}"]{":::optional" if activity.optional else ""}']
        links = [f"{end} -->{f'|{_quote(label)}|' if label else ''} {name}" for end in before]
        if activity.opens_when is not None:
            gate = self._new()
            made.insert(0, f"{gate}{{{{{_quote(f'opens when {opens(activity.opens_when, self.course)}')}}}}}")
            links = [f"{end} -->{f'|{_quote(label)}|' if label else ''} {gate}" for end in before] + [f"{gate} --> {name}"]
        return made, links, [name]

    def _fork(self, fork: ActivityFork, before: list[str]) -> tuple[list[str], list[str], list[str]]:
        name = self._new()
        made = [f"{name}{{{_quote(f'{fork.prompt} (choose {fork.pick})')}}}"]
        links = [f"{end} --> {name}" for end in before]
        ends: list[str] = []
        for option in fork.options:
            last, label = [name], option.title
            for activity in option.activities:
                lines, first, last = self._activity(activity, last, label)
                made += lines
                links += first
                label = ""
            ends += last
        return made, links, ends


def _quote(text: str) -> str:
    return f'"{_escape(text)}"'


def _escape(text: str) -> str:
    """Text inside quotation marks, in Mermaid's own entities, so that it is neither syntax nor HTML."""
    marks = {'"': "#quot;", "#": "#35;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;", ";": "#59;", "\\": "#92;"}
    return "".join(marks.get(letter, letter) for letter in " ".join(text.split()))


def _one_line(text: str) -> str:
    return " ".join(re.sub(r"[#;{}<>%]", " ", text).split())
