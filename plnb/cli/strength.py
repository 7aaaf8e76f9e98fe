"""`plnb strength`: which mistakes the checks of a course would notice."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from plnb.cli.console import CourseOption, JsonOption, count, err, out, print_json, progress_bar, table

if TYPE_CHECKING:
    from plnb.authoring.strength import ActivityStrength, Unnoticed


def strength(
    which: Annotated[
        list[str] | None, typer.Argument(metavar="[UNIT|UNIT/ACTIVITY]...", help="Units or activities; all of them without.")
    ] = None,
    course: CourseOption = Path(),
    at_least: Annotated[
        int, typer.Option("--at-least", min=0, max=100, help="Percent of the faults that must be noticed; less is exit code 1.")
    ] = 90,
    most: Annotated[int, typer.Option("--most", min=1, help="Faults to try in one answer cell, some of every kind.")] = 40,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=1, help="Notebooks to run at the same time.", show_default="cores")
    ] = os.cpu_count() or 1,
    unsafe: Annotated[
        bool, typer.Option("--unsafe-no-sandbox", help="Run with your own rights. A fault may delete what a solution only reads.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Put small faults into your solutions, one at a time, and see whether the checks notice.

    A fault that nothing notices is shown with advice. Nothing is written.

    Where it is none (both versions are right), say so in the solution with a comment: # same 3f9a2c1b: why.

    Exit code 1 when fewer faults are noticed than asked for, or something could not be tried.
    """
    from plnb.authoring.strength import strength as measure
    from plnb.engine.sandbox import Tier
    from plnb.grading.trust import sandbox_for
    from plnb.store.layout import find_course
    from plnb.store.sources import load_course

    folder = find_course(course)
    tier = Tier(sandbox_for(unsafe=unsafe))
    with progress_bar(None, "Trying faults") as bar:
        task = bar.task_ids[0]
        found = measure(
            folder,
            load_course(folder.root),
            which or (),
            jobs=jobs,
            most=most,
            tier=tier,
            on_event=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if json:
        print_json(found)
    else:
        for activity in found.activities:
            _print(activity)
        shown = table("Activity", ">Noticed", ">Of", ">Share", title="\nFaults noticed")
        for activity in found.activities:
            shown.add_row(f"{activity.unit}/{activity.activity}", str(activity.noticed), str(activity.tried), _share(activity))
        out.print(shown)
        same = sum(len(activity.same) for activity in found.activities)
        enough = "[green]✓[/green]" if 100 * found.share >= at_least else "[yellow]![/yellow]"
        out.print(
            f"\n{enough} {found.noticed} of {count(found.tried, 'fault')} noticed ({_percent(found.share)})"
            + (f"; {_harmless(same)}." if same else ".")
        )
    if 100 * found.share < at_least:
        err.print(f"Fewer than the {at_least} % asked for (--at-least).")
        raise typer.Exit(1)
    if any(activity.troubles for activity in found.activities):
        raise typer.Exit(1)


def _print(activity: ActivityStrength) -> None:
    if not (activity.unnoticed or activity.same or activity.troubles):
        return
    out.print(f"\n[bold]{escape(activity.place)}[/bold]")
    weak = [check for check in activity.checks if check.noticed < check.tried]
    for check in weak:
        out.print(f"  {escape(check.check)}: notices {check.noticed} of {count(check.tried, 'fault')} ({_percent(check.share)})")
    for trouble in activity.troubles:
        out.print(f"  [yellow]![/yellow] {escape(trouble)}")
    for lost in activity.unnoticed:
        out.print(f"  [yellow]✗ not noticed[/yellow] {_where(lost)}")
        _print_change(lost)
        out.print(f"      {escape(lost.advice)}")
    for same in activity.same:
        out.print(f"  [cyan]· makes no difference[/cyan] {_where(same)}")
        _print_change(same)
        out.print(f"      Its author says: {escape(same.same)}")


def _where(lost: Unnoticed) -> str:
    mutant = lost.mutant
    return f"[bold]{escape(mutant.answer)}[/bold], line {mutant.line}: {escape(mutant.what)} [dim](same {mutant.id})[/dim]"


def _print_change(lost: Unnoticed) -> None:
    for line in lost.mutant.diff:
        colour = "green" if line.startswith("-") else "red"
        out.print(f"      [{colour}]{escape(line)}[/{colour}]")


def _harmless(number: int) -> str:
    return "1 more makes no difference, its author says" if number == 1 else f"{number} more make no difference, their author says"


def _share(activity: ActivityStrength) -> str:
    return _percent(activity.noticed / activity.tried) if activity.tried else "–"


def _percent(share: float) -> str:
    """A share in words; never rounded up to all."""
    return f"{int(100 * share)} %"
