"""`plnb explain`: why a student stands where they stand, to be read aloud."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from plnb.cli.console import CourseOption, JsonOption, out, print_json, table
from plnb.core.base import Basis
from plnb.core.records import Verdict

if TYPE_CHECKING:
    from plnb.core.explanation import Considered, Explanation, StandardExplanation

_SIGNS = {"right": "✓ right", "wrong": "✗ wrong", "neutral": "~ neither", "left_out": "– left out"}
_VERDICT_SIGNS = {("wrong", Verdict.partial): "◐ partly right", ("left_out", Verdict.waiting): "… waiting"}
"""Where what became of an answer says more than how it counted, in the words that a student reads elsewhere."""


def explain(
    student: Annotated[str, typer.Argument(help="nbgrader's student id.")],
    standard: Annotated[
        str | None, typer.Argument(help="Code of a standard; without, a line for each.", show_default=False)
    ] = None,
    course: CourseOption = Path(),
    basis: Annotated[Basis, typer.Option("--basis", help="Which records may count.")] = Basis.credit,
    json: JsonOption = False,
) -> None:
    """Say why a student stands where they stand: every answer and how it counted, the rule, and what would change it.

    The sentences speak to the student: read them aloud.
    """
    from plnb.cli.teacher import known_student
    from plnb.core.compiling import compile_course
    from plnb.core.explaining import explain as derive
    from plnb.store.layout import find_course
    from plnb.store.sources import load_course

    folder = find_course(course)
    compiled = compile_course(load_course(folder.root))
    records = known_student(folder, student)
    found = derive(compiled, records, student=student, standard=standard, now=datetime.now(UTC), basis=basis)
    if json:
        print_json(found)
    elif standard:
        _print_one(found, found.standards[0])
    else:
        _print_all(found)


def _print_all(found: Explanation) -> None:
    shown = table("Standard", "", "Level", "Why", title=f"{escape(found.student)} in {escape(found.course_title)}")
    for told in found.standards:
        shown.add_row(told.code, escape(told.title), _level(told.estimate.level), escape(str(told.estimate.reason)))
    out.print(shown)
    _print_next(found)
    if found.standards:
        out.print(f"\n[dim]The whole story of one: plnb explain {escape(found.student)} {escape(found.standards[0].code)}[/dim]")


def _print_one(found: Explanation, told: StandardExplanation) -> None:
    out.print(f"[bold]{escape(told.title)}[/bold] ({escape(told.code)}), {escape(found.student)}")
    if told.statement and told.statement != told.title:
        out.print(escape(told.statement))
    out.print(f"\nWhere you are: [bold]{_level(told.estimate.level)}[/bold]. {escape(str(told.estimate.reason))}")
    for note in told.notes:
        out.print(escape(str(note)))
    out.print(f"\n[bold]The rule.[/bold] {escape(' '.join(map(str, told.rule)))}")
    if told.considered:
        shown = table("When", "What", "", "", title="\nYour answers, oldest first")
        for record in told.considered:
            shown.add_row(f"{record.at:%Y-%m-%d %H:%M}", escape(record.what), _sign(record), escape(str(record.why)))
        out.print(shown)
    for word in told.words:
        out.print(f"{word.at:%Y-%m-%d}: {escape(str(word.why))}")
    if told.reached:
        out.print("\n[bold]How it went[/bold]")
    for step in told.reached:
        out.print(f"  {step.at:%Y-%m-%d %H:%M}  {_level(step.level)}. {escape(str(step.by))} {escape(str(step.why))}")
    if told.ahead:
        out.print(f"\n[bold]What would change it.[/bold] {escape(' '.join(map(str, told.ahead)))}")
    if told.steps:
        shown = table("Step", "", "", title="\nWhere it is on your path")
        for place in told.steps:
            shown.add_row(escape(place.title), place.state.value, escape(str(place.reason)))
        out.print(shown)
    _print_next(found)


def _print_next(found: Explanation) -> None:
    for number, suggestion in enumerate(found.next):
        if number == 0:
            out.print("\n[bold]What is next[/bold]")
        out.print(f"  {escape(suggestion.title)}: {escape(str(suggestion.reason))}")
    for note in found.notes:
        out.print(f"[dim]{escape(str(note))}[/dim]")


def _sign(record: Considered) -> str:
    counted = record.counted.value
    return _VERDICT_SIGNS.get((counted, record.verdict), _SIGNS[counted]) if record.verdict else _SIGNS[counted]


def _level(level: str) -> str:
    from plnb.core.words import ENGLISH

    return ENGLISH.phrase(f"level.{level}")
