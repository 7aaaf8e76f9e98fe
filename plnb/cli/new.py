"""`plnb new`: start a course."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from plnb.cli.console import out


def new(
    target: Annotated[Path, typer.Argument(help="Folder to make. It must not exist, or be empty.")],
    title: Annotated[str, typer.Option("--title", "-t", help="What students will read.")] = "",
    template: Annotated[str, typer.Option("--template", help="Which template to start from.")] = "minimal",
) -> None:
    """Start a course: a small one that lints clean, releases and grades, for you to make your own."""
    from plnb.authoring.scaffold import new_course

    made = new_course(
        target, title=title or target.resolve().name.replace("-", " ").replace("_", " ").capitalize(), template=template
    )
    out.print(f"[green]✓[/green] Your course is in [bold]{escape(str(made))}[/bold]. Next:", soft_wrap=True)
    out.print(f"  cd {escape(shlex.quote(str(made)))}", soft_wrap=True)
    out.print("  jupyter lab source      write in it")
    out.print("  plnb lint --run         see what is missing, and run every solution")
    out.print("  plnb release            make the version for students")
