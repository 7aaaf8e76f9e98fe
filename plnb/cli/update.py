"""`plnb update`: bring what is new in a template into a course made from it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from plnb.cli.console import CourseOption, JsonOption, err, out, print_json

_SAID = {
    "added": ("[green]+[/green]", "new in the template"),
    "renewed": ("[green]✓[/green]", "as the template has it now; you had not changed it"),
    "merged": ("[green]✓[/green]", "your changes and the template's, both in it"),
    "removed": ("[green]-[/green]", "gone from the template; you had not changed it"),
    "aside": ("[yellow]![/yellow]", "left as yours"),
}


def update(
    course: CourseOption = Path(),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    json: JsonOption = False,
) -> None:
    """Bring what is new in the template into your course. What you wrote stays.

    Files you did not change are renewed. Text that both sides changed is merged (this needs git).

    Where that is not possible, and for notebooks, yours stays, and the new one is laid into .plnb-template/new: exit code 1 then.
    """
    from plnb.authoring.template_update import update_course
    from plnb.store.layout import find_course

    folder = find_course(course)
    if shutil.which("git") is None:
        err.print("[yellow]![/yellow] git is not installed: text that you and the template both changed stays as yours.")
    done = update_course(folder, dry=dry_run)
    aside = [each for each in done.files if each.change == "aside"]
    if json:
        print_json(done)
    elif not done.files:
        out.print(f"[green]✓[/green] Nothing is new in the template {escape(done.template)}.")
    else:
        for each in done.files:
            mark, said = _SAID[each.change]
            out.print(f"{mark} [bold]{escape(each.path)}[/bold]: {said}{f' ({escape(each.why)})' if each.why else ''}")
        if aside and not dry_run:
            out.print("Look at the template's versions in .plnb-template/new, and take over by hand what you like.")
        out.print("Nothing was written." if dry_run else "Now look at it: plnb lint --run")
    if aside:
        raise typer.Exit(1)
