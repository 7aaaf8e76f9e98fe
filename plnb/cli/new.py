"""`plnb new`: start a course."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
    out.print(f"Your course is in [bold]{made}[/bold]. Next:")
    out.print(f"  jupyter lab {made}/source      write in it")
    out.print(f"  plnb lint -C {made} --run      see what is missing, and run every solution")
    out.print(f"  plnb release -C {made}         make the version for students")
