"""`plnb map`: the course as a picture, and what is checked where."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from plnb.cli.console import CourseOption, JsonOption, count, out, print_json, table
from plnb.core.course import Course
from plnb.errors import InputError


def map_(
    course: CourseOption = Path(),
    svg: Annotated[
        Path | None, typer.Option("--svg", help="Write the course as a picture to this file.", show_default=False)
    ] = None,
    mermaid: Annotated[
        Path | None,
        typer.Option("--mermaid", help="Write the course as a Mermaid diagram to this file; `-` prints it.", show_default=False),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Draw the course, and show which standards are checked where.

    Without a file name: the table of standards and activities, with gaps marked.
    """
    from plnb.core.compiling import compile_course
    from plnb.core.coverage import coverage
    from plnb.reports.course_map import map_mermaid
    from plnb.reports.course_map_svg import map_svg
    from plnb.store.layout import find_course
    from plnb.store.sources import load_course

    compiled = compile_course(load_course(find_course(course).root))
    if svg:
        _write(svg, map_svg(compiled))
    if mermaid:
        _write(mermaid, map_mermaid(compiled))
    if json:
        print_json(coverage(compiled))
    elif not svg and not mermaid:
        _print_coverage(compiled)


def _print_coverage(course: Course) -> None:
    from plnb.core.coverage import coverage

    found = coverage(course)
    shown = table("Standard", "", ">Checks", ">Points", "Where", "Missing", title=found.course)
    for row in found.standards:
        where = ", ".join(f"{at.activity} {at.checks}" if at.checks else at.activity for at in row.activities)
        shown.add_row(row.code, escape(row.label), str(row.checks), f"{row.points:g}", where, escape(row.gap))
    out.print(shown)
    if found.untouched:
        out.print(f"Neither taught nor checked: {', '.join(found.untouched)}")
    if found.untagged:
        out.print(f"{count(len(found.untagged), 'check')} without a standard: {', '.join(found.untagged)}")


def _write(file: Path, text: str) -> None:
    if str(file) == "-":
        typer.echo(text)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"This file cannot be written ({error.strerror}).", place=str(file), mend="Name another place.") from error
    out.print(f"[green]✓[/green] {file}")
