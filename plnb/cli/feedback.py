"""`plnb feedback`: a page for each graded notebook, safe to open, in nbgrader's place for it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from plnb.cli.console import CourseOption, JsonOption, count, nothing_graded, out, print_json, progress_bar
from plnb.errors import NotFoundError


def feedback(
    units: Annotated[list[str] | None, typer.Argument(help="Units to hand back; all of them without.", show_default=False)] = None,
    course: CourseOption = Path(),
    student: Annotated[
        list[str] | None, typer.Option("--student", "-s", help="Only this student; may be repeated.", show_default=False)
    ] = None,
    json: JsonOption = False,
) -> None:
    """Write a feedback page for each graded notebook: what became of every answer and why, what your comments say, what to do next.

    The pages lie where nbgrader keeps its own, so `nbgrader release_feedback` hands them to students. Points and comments that you
    gave in formgrader since are in them.
    """
    from plnb.core.compiling import compile_course
    from plnb.grading.grade import sync_manual
    from plnb.grading.handing_back import graded
    from plnb.grading.nbgrader_course import NbgraderCourse
    from plnb.grading.stored import page_rooms
    from plnb.reports.feedback_files import write_feedback
    from plnb.reports.handed_back import HandedBack
    from plnb.reports.notebooks import UNREADABLE, read_notebook
    from plnb.store.layout import find_course
    from plnb.store.ledger import Ledger
    from plnb.store.sources import load_course

    folder = find_course(course)
    if not folder.ledger.exists():
        raise nothing_graded(folder)
    compiled = compile_course(load_course(folder.root))
    known = [unit.id for unit in compiled.units]
    for unit in units or ():
        if unit not in known:
            raise NotFoundError(f"The course has no unit '{unit}'.", mend=f"Its units: {', '.join(known) or 'none'}.")
    sync_manual(folder, units=units)
    found = list(graded(NbgraderCourse(folder), units or None, student or None))
    if student and (missing := sorted(set(student) - {each.student for each in found})):
        raise NotFoundError(f"Nothing of {', '.join(missing)} has been graded.", mend="Look at what came in: plnb grade")
    if not found:
        raise nothing_graded(folder, units or ())
    written: list[Path] = []
    unread: list[Path] = []
    now = datetime.now(UTC)
    with Ledger.open(folder.ledger) as ledger, progress_bar(len(found), "Writing feedback") as bar:
        for each in found:
            records = ledger.records(each.student)
            rooms = page_rooms({name: (each.folder / f"{name}.ipynb").stat().st_size for name in each.notebooks})
            for name, marks in each.notebooks.items():
                path = each.folder / f"{name}.ipynb"
                try:
                    notebook = read_notebook(path)
                except UNREADABLE:
                    unread.append(path)
                    continue
                released = _released(folder.master(each.unit, name))
                back = HandedBack(each.student, each.unit, name, notebook, marks, records, now, rooms[name], released)
                written.append(write_feedback(compiled, back, each.into, graded=each.folder))
            bar.advance(bar.task_ids[0])
    if json:
        print_json({"written": [str(path) for path in written], "unreadable": [str(path) for path in unread]})
    else:
        out.print(f"[green]✓[/green] {count(len(written), 'feedback page')} in {folder.feedback}")
        for path in unread:
            out.print(f"[yellow]![/yellow] {folder.relative(path)} cannot be read. Grade it again: plnb grade --force")
    if unread:
        raise typer.Exit(1)


def _released(master: Path) -> frozenset[str]:
    """Ids of the cells that a notebook was released with; none where it is not known."""
    from plnb.reports.notebooks import UNREADABLE, read_notebook

    try:
        return frozenset(cell.id for cell in read_notebook(master).cells if cell.get("id"))
    except (*UNREADABLE, OSError):
        return frozenset()
