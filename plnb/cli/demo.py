"""`plnb demo`: the main job on the sample course, from nothing to progress notebooks."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.progress import Progress

from plnb.cli.console import count, err, out, progress_bar, table
from plnb.cli.grade import print_summary, put_right, troubles

if TYPE_CHECKING:
    from plnb.authoring.demo import DemoEvent, DemoResult


def demo(
    target: Annotated[Path, typer.Argument(help="Folder to make; one that an earlier demo made is made anew.")] = Path("plnb-demo"),
    course: Annotated[
        Path | None,
        typer.Option("--course", "-C", help="Try this course (any folder inside it) and not the sample course. It is only read."),
    ] = None,
    students: Annotated[int, typer.Option("--students", "-n", min=1, max=24, help="How many made-up students.")] = 24,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=1, help="Notebooks to run at the same time.", show_default="cores")
    ] = os.cpu_count() or 1,
) -> None:
    """Copy the sample course or your own, release it, make a class of made-up students with the mishaps of a real one, grade it,
    and write everybody's progress notebook.
    """
    from plnb.authoring.demo import run_demo
    from plnb.grading.trust import is_root
    from plnb.store.layout import find_course

    if is_root():
        err.print(
            "[yellow]![/yellow] No sandbox, because you are root. These students are made up; grade real ones as another user."
        )
    with progress_bar(None, "Getting ready") as bar:
        result = run_demo(target, find_course(course).root if course else None, n=students, jobs=jobs, on_event=_Teller(bar))
    print_outcome(result)


class _Teller:
    """Says each stage once it is done, and moves the bar within it."""

    def __init__(self, bar: Progress) -> None:
        self.bar = bar
        self.task = bar.task_ids[0]

    def __call__(self, event: DemoEvent) -> None:
        doing, done = _SAID[event.stage.value]
        self.bar.update(self.task, description=doing, completed=event.done, total=event.total or None)
        if event.done >= event.total:
            err.print(f"[green]✓[/green] {_done(done, event)}")
            self.bar.reset(self.task, description="Working", total=None)


_SAID = {
    "course": ("Copying the course", "The course “{what}” is there"),
    "lint": ("Looking for faults", "{notebook} read, nothing to mend"),
    "release": ("Releasing", "{unit} released through nbgrader"),
    "students": ("Making up students", "Handed in by {made-up student}"),
    "grade": ("Grading", "{submission} graded"),
    "again": ("Handing in again", "{submission} handed in a second time"),
    "grade_again": ("Grading again", "{n} looked at again: only what changed was run"),
    "progress": ("Writing progress notebooks", "{progress notebook} written"),
}
"""What is said of each stage: while it goes on, and when it is done. `{unit}` stands for “1 unit” or “3 units”."""


def _done(said: str, event: DemoEvent) -> str:
    def filled(match: re.Match[str]) -> str:
        match match[1]:
            case "what":
                return escape(event.what)
            case "n":
                return str(event.done)
            case noun:
                return count(event.done, noun)

    return re.sub(r"\{(.*?)\}", filled, said)


def print_outcome(result: DemoResult) -> None:
    """What happened to whom, and where to look now."""
    shown = table("Student", "Works like", "Their files", "What became of them", title="\nThe class. These students are made up.")
    for student in result.students.students:
        files = "; ".join(f"{mangled.notebook}: {mangled.what}" for mangled in student.mangles) or "as they should be"
        shown.add_row(f"demo-{student.number:02}", str(student.kind), escape(files), escape(_fate(result, student.id)))
    out.print(shown)
    out.print()
    print_summary(result.second, title="After everybody's last hand-in")
    out.print(
        f"\n[green]✓[/green] {count(len(result.notebooks), 'progress notebook')} in [bold]{result.folder / 'progress'}[/bold] "
        f"({result.seconds:.0f} s). Open one:"
    )
    if result.notebooks:
        first = result.notebooks[0].parent
        out.print(f"  {first / 'progress.html'}    in a browser")
        out.print(f"  jupyter lab {escape(shlex.quote(str(first / 'progress.ipynb')))}")


def _fate(result: DemoResult, student: str) -> str:
    """What became of one student's work, in a few words."""
    outcomes = [*result.first.outcomes, *result.second.outcomes]
    mine = [outcome for outcome in outcomes if outcome.student == student and outcome.state != "unchanged"]
    graded = sum(outcome.state == "graded" for outcome in mine)
    said = [f"{count(graded, 'hand-in')} graded"]
    said += dict.fromkeys(sentence for outcome in mine for sentence in put_right(outcome))
    said += dict.fromkeys(sentence for outcome in mine for sentence in troubles(outcome))
    return "; ".join(said)
