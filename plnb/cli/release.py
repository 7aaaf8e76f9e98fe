"""`plnb release`: make the version students get."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from plnb.cli.console import CourseOption, JsonOption, count, out, print_findings, print_json
from plnb.core.findings import Severity


def release(
    units: Annotated[list[str] | None, typer.Argument(help="Units to release; all of them without.", show_default=False)] = None,
    course: CourseOption = Path(),
    json: JsonOption = False,
) -> None:
    """Make the student version of units: no solutions, no hidden tests, nothing that gives an answer away.

    Uses nbgrader's own generate step, so everything nbgrader does afterwards works. Refuses while lint finds errors (exit code 1).
    """
    from plnb.core.lint import lint as find
    from plnb.grading.release import release as make
    from plnb.store.layout import find_course
    from plnb.store.sources import load_course

    folder = find_course(course)
    errors = [f for f in find(load_course(folder.root)) if f.severity is Severity.error]
    if errors:
        print_findings(errors)
        out.print(f"\n[red]✗[/red] Nothing was released: {count(len(errors), 'error')} to mend first.")
        raise typer.Exit(1)
    results = make(folder, units or None)
    if json:
        print_json(results)
        return
    for result in results:
        checked = f", {count(result.outside, 'check')} outside the student's process" if result.outside else ""
        out.print(f"[green]✓[/green] {result.unit}: {count(len(result.notebooks), 'notebook')} in {result.folder}{checked}")
        waits = " The course is strict, so it will wait for you in every hand-in." if result.strict else ""
        for check, why in result.in_kernel.items():
            out.print(f"  {escape(check)} has to run in the student's process: {escape(why)}.{waits}", soft_wrap=True)
