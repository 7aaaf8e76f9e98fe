"""`plnb new`: start a course."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from plnb.cli.console import err, out


def new(
    target: Annotated[Path, typer.Argument(help="Folder to make. It must not exist, or be empty.")],
    title: Annotated[str, typer.Option("--title", "-t", help="What students will read.")] = "",
    template: Annotated[
        str,
        typer.Option(
            "--template",
            help="What to start from: minimal, mastery-unit, inquiry or diagnostic. Asked for in a terminal, else minimal.",
        ),
    ] = "",
) -> None:
    """Start a course: a small one that lints clean, releases and grades, for you to make your own.

    In a terminal it asks for what the options do not say.
    """
    from plnb.authoring.scaffold import DEFAULT_TEMPLATE, new_course, room_for, title_like

    room_for(target)  # before anybody is asked anything
    asks = sys.stdin.isatty() and sys.stdout.isatty()
    if not template:
        template = _ask_template() if asks else DEFAULT_TEMPLATE
    if not title:
        name = title_like(target.resolve().name)
        title = typer.prompt("What is it called? Students read this", default=name, err=True) if asks else name
    made = new_course(target, title=title, template=template)
    out.print(f"[green]✓[/green] Your course is in [bold]{escape(str(made))}[/bold]. Next:", soft_wrap=True)
    out.print(f"  cd {escape(shlex.quote(str(made)))}", soft_wrap=True)
    out.print("  plnb demo -C . -n 3     try it on three made-up students, in a copy")
    out.print("  jupyter lab             write in it: source/ holds the notebooks")
    out.print("  plnb lint --run         see what is missing, and run every solution")
    out.print("  plnb release            make the version for students")


def _ask_template() -> str:
    from plnb.authoring.samples import course_templates

    known = course_templates()
    err.print("What would you like to start from?")
    for number, template in enumerate(known, start=1):
        err.print(f"  {number}  [bold]{escape(template.title)}[/bold] ({template.name})")
        err.print(f"     {escape(template.about)}")
    while True:
        said = typer.prompt("Number", default="1", err=True).strip()
        if said in (template.name for template in known):
            return str(said)
        if said.isdecimal() and 1 <= int(said) <= len(known):
            return known[int(said) - 1].name
        err.print(f"Please type a number from 1 to {len(known)}.")
