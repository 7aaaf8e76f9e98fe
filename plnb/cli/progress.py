"""`plnb progress`: a progress notebook, and a page, for each student."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from plnb.cli.console import CourseOption, JsonOption, count, nothing_graded, out, print_json, progress_bar
from plnb.errors import NotFoundError


def progress(
    students: Annotated[list[str] | None, typer.Argument(help="Students; everybody without.", show_default=False)] = None,
    course: CourseOption = Path(),
    template: Annotated[
        Path | None, typer.Option("--template", help="Your own template notebook instead of plnb's.", show_default=False)
    ] = None,
    into: Annotated[
        Path | None, typer.Option("--out", help="Another folder than the course's progress/.", show_default=False)
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Processes to work with.", show_default="cores")] = os.cpu_count()
    or 1,
    json: JsonOption = False,
) -> None:
    """Write each student's progress notebook: where they stand and why, what is next, their goals, your comments.

    With --json the reports themselves are printed and nothing is written.
    """
    from plnb.core.compiling import compile_course
    from plnb.reports.progress import make_reports, write_progress
    from plnb.store.layout import find_course
    from plnb.store.ledger import Ledger
    from plnb.store.sources import load_course

    folder = find_course(course)
    compiled = compile_course(load_course(folder.root))
    if not folder.ledger.exists():
        raise nothing_graded(folder)
    with Ledger.open(folder.ledger) as ledger:
        known = ledger.students()
        if not known:
            raise nothing_graded(folder)
        if unknown := [student for student in students or () if student not in known]:
            raise NotFoundError(
                f"Nothing of {', '.join(unknown)} has been graded.",
                place=str(folder.root),
                mend=f"Students with graded work: {', '.join(known)}.",
            )
        records = {student: ledger.records(student) for student in students or known}
    reports = make_reports(compiled, records, datetime.now(UTC))
    if json:
        print_json(list(reports))
        return
    target = into or folder.progress
    with progress_bar(len(records), "Writing progress notebooks") as bar:
        task = bar.task_ids[0]
        written = write_progress(
            reports, target, template=template, jobs=jobs, work=folder.root, on_done=lambda _: bar.advance(task)
        )
    out.print(f"[green]✓[/green] {count(len(written), 'progress notebook')} in {target}")
