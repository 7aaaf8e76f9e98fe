"""`plnb preview`: look at a unit as a student."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from plnb.cli.console import CourseOption, JsonOption, out, print_json
from plnb.core.base import Level
from plnb.errors import InputError


def preview(
    unit: Annotated[str, typer.Argument(help="The unit to look at.")],
    course: CourseOption = Path(),
    level: Annotated[
        list[str] | None,
        typer.Option("--as", help="As if at a level: `SL.RATE.1=proficient`. Can be given several times.", show_default=False),
    ] = None,
    done: Annotated[
        list[str] | None,
        typer.Option("--done", help="As if this activity were done. Can be given several times.", show_default=False),
    ] = None,
    choose: Annotated[
        list[str] | None,
        typer.Option("--choose", help="As if this option were chosen: `fork/option`. Several times.", show_default=False),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Make a unit as a student would receive and meet it, in the folder `preview/`. Nothing of it is ever handed in or counted."""
    from pydantic import ValidationError

    from plnb.authoring.preview import preview as make
    from plnb.core.preview import PreviewState
    from plnb.store.layout import find_course

    folder = find_course(course)
    try:
        state = PreviewState(unit=unit, levels=dict(map(_level, level or ())), done=tuple(done or ()), choices=tuple(choose or ()))
    except ValidationError:
        raise InputError("A unit, activity or option is not named as the course names it.", mend="See: plnb map") from None
    made = make(folder, state)
    if json:
        print_json(made)
    else:
        out.print(f"[green]✓[/green] {escape(made.folder)}: open it in JupyterLab.", soft_wrap=True)


def _level(said: str) -> tuple[str, Level]:
    code, _, level = said.rpartition("=")
    if not code or level not in list(Level):
        raise InputError(
            f"'{said}' does not name a standard and a level.", mend=f"Write it as CODE=LEVEL; levels: {', '.join(Level)}."
        )
    return code, Level(level)
