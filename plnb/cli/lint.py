"""`plnb lint`: what is wrong with a course, before a student meets it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from plnb.cli.console import CourseOption, JsonOption, count, err, out, print_findings, print_json, progress_bar
from plnb.core.findings import Finding, Severity


def lint(
    course: CourseOption = Path(),
    run: Annotated[
        bool, typer.Option("--run", help="Also execute: every solution must pass its checks, the blank version must fail them.")
    ] = False,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Notebooks to run at the same time.")] = 2,
    json: JsonOption = False,
) -> None:
    """Find faults in a course: place, what is wrong, and the mend.

    Exit code 1 when there is an error or a warning; advice alone is 0.
    """
    from plnb.core.lint import lint as find
    from plnb.store.layout import find_course
    from plnb.store.sources import load_course

    folder = find_course(course)
    source = load_course(folder.root)
    findings: tuple[Finding, ...] = find(source)
    if run:
        from plnb.grading.smoke import runs, smoke_run

        with progress_bar(runs(source), "Running solutions and blanks") as bar:
            task = bar.task_ids[0]
            findings += smoke_run(folder, source, jobs=jobs, on_event=lambda _: bar.advance(task))
    serious = [finding for finding in findings if finding.severity is not Severity.advice]
    if json:
        print_json(findings)
    elif not findings:
        out.print(f"[green]✓[/green] {count(len(source.notebooks), 'notebook')}, nothing to mend.")
    else:
        print_findings(findings)
        counts = {severity: sum(f.severity is severity for f in findings) for severity in Severity}
        err.print(
            "\n"
            + ", ".join(
                count(n, str(severity), "advice" if severity is Severity.advice else "") for severity, n in counts.items() if n
            )
            + "."
        )
    if serious:
        raise typer.Exit(1)
