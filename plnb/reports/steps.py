"""The student's way through the course, step by step, and what is next."""

from __future__ import annotations

from itertools import groupby

from plnb.core.paths import Step, StepState
from plnb.core.progress import ProgressReport, UnitProgress
from plnb.reports import words
from plnb.reports.markup import Html, Shown, join, sign, tag, text_table


def path(report: ProgressReport) -> Shown:
    """Every step of the student's way with its state and why; then the ways not taken."""
    if not report.path.steps:
        return Shown(tag("p", words.NO_PATH), words.NO_PATH)
    units = {unit.id: unit for unit in report.units}
    parts, texts = [], []
    for unit_id, grouped in groupby(report.path.steps, key=lambda step: step.unit):
        steps = list(grouped)
        unit = units.get(unit_id)
        mine = [step for step in steps if step.on_path]
        others = [step for step in steps if not step.on_path]
        parts.append(tag("h3", unit.title if unit else unit_id))
        parts += [tag("p", _unit_line(unit), class_="quiet")] if unit else []
        parts.append(tag("ul", *(tag("li", _step(step, report), class_=f"step {step.state}") for step in mine), class_="steps"))
        if others:
            names = tag("ul", *(tag("li", step.title) for step in others))
            parts.append(tag("details", tag("summary", words.OTHER_WAYS), names, class_="others"))
        texts.append(
            (unit.title if unit else unit_id)
            + "\n"
            + text_table((str(words.STATES[s.state]), s.title, s.reason.text) for s in mine)
        )
    return Shown(join(parts), "\n\n".join(texts))


def _unit_line(unit: UnitProgress) -> str:
    line = words.UNIT_DONE.format(done=unit.done, steps=unit.steps)
    if unit.points:
        line += " · " + words.UNIT_POINTS.format(points=words.number(unit.points), max_points=words.number(unit.max_points))
    return line


def _step(step: Step, report: ProgressReport) -> Html:
    facts = [words.FORK] if step.kind == "fork" else []
    if step.kind == "activity":
        facts += [words.CHECKS.format(passed=step.passed, checks=step.checks)] if step.passed else []
        undone = step.state is not StepState.done
        facts += [words.MINUTES.format(n=words.number(step.minutes))] if step.minutes and undone else []
    head = [
        sign(*words.STATES[step.state]),
        " ",
        tag("b", step.title),
        *([tag("small", " · " + " · ".join(facts), class_="quiet")] if facts else []),
    ]
    why = [tag("div", step.reason.text, class_="why")]
    if step.kind == "fork" and any(choice.fork == step.id and choice.inferred for choice in report.choices):
        why += [tag("div", words.CHOICE_INFERRED, class_="why")]
    return join([*head, *why])


def next_steps(report: ProgressReport) -> Shown:
    """One to three things to do next, each with its why."""
    if not report.path.next:
        text = words.COURSE_DONE if report.path.complete else words.NOTHING_NEXT
        return Shown(tag("p", text), text)
    items, lines = [], []
    for at, suggestion in enumerate(report.path.next, start=1):
        why = suggestion.reason.text
        items.append(tag("li", tag("b", suggestion.title), tag("div", why, class_="why")))
        lines.append(f"{at}. {suggestion.title}\n   {why}")
    return Shown(tag("ol", *items, class_="next"), "\n".join(lines))
