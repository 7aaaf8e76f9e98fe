"""The course at a glance: what is checked where as a page, and the way through it as a Mermaid diagram.

Reads a compiled course and gives back text. The drawn map is in `course_map_svg`; where a student stands is in the
progress report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from plnb.core.course import Activity, ActivityFork, Course
from plnb.core.coverage import Coverage
from plnb.core.ways import count, facts, opens


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
