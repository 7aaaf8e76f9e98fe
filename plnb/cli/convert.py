"""`plnb convert`: an nbgrader course, or notebooks, as a plnb course."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from plnb.cli.console import JsonOption, count, out, print_json
from plnb.core.findings import Severity


def convert(
    origin: Annotated[
        Path, typer.Argument(metavar="FROM", help="An nbgrader course, a folder of notebooks, or one notebook.", show_default=False)
    ],
    target: Annotated[Path, typer.Argument(help="Folder to make. It must not exist, or be empty.", show_default=False)],
    title: Annotated[str, typer.Option("--title", "-t", help="What students will read; made from the name without.")] = "",
    json: JsonOption = False,
) -> None:
    """Make a plnb course from an nbgrader course or from notebooks, in a copy: what you name is only read.

    Says what is left for a person: which standards the checks are about, and what lint finds.
    """
    from plnb.authoring.convert import convert as make
    from plnb.core.lint import lint as find
    from plnb.store.sources import load_course

    made = make(origin, target, title=title)
    findings = find(load_course(made.folder))
    if json:
        print_json({**made.model_dump(mode="json"), "findings": [finding.model_dump(mode="json") for finding in findings]})
        return
    out.print(
        f"[green]✓[/green] Your course is in [bold]{escape(str(made.folder))}[/bold]: {count(len(made.units), 'unit')}, "
        f"{count(made.notebooks, 'notebook')}, {count(made.checks, 'check')} worth {made.points:g} points.",
        soft_wrap=True,
    )
    for renamed in made.renamed:
        out.print(f"  {escape(renamed.unit)}: {escape(renamed.old)} is called {escape(renamed.new)} now.", soft_wrap=True)
    if made.renamed:
        out.print("  (Every notebook of a plnb course has a name of its own, so that its work is never taken for another's.)")
    if made.upgraded:
        out.print(f"  {count(made.upgraded, 'notebook')} of an older format brought up to date.")
    if findings:
        out.print("What is left for you:")
    errors = sum(finding.severity is Severity.error for finding in findings)
    if errors:
        out.print(f"  [red]{count(errors, 'error')}[/red] to mend before it can be released: plnb lint says where and how")
    untagged = sum(finding.code == "untagged-check" for finding in findings)
    if untagged:
        out.print(f"  say which standards they are about: {count(untagged, 'check')}")
    out.print("Next:")
    out.print(f"  cd {escape(shlex.quote(str(made.folder)))}", soft_wrap=True)
    out.print("  plnb lint                       what could be better, with its place")
    out.print("  plnb standards import FILE      bring a list of standards in")
    out.print("  jupyter lab                     tag the checks in source/: select many at once")
