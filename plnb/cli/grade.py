"""`plnb grade`: what came in, into nbgrader's gradebook and plnb's records."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from plnb.cli.console import CourseOption, JsonOption, count, err, out, print_json, progress_bar, table

if TYPE_CHECKING:
    from plnb.grading.outcomes import GradeEvent, GradeSummary, State, SubmissionOutcome


_MOST_DIFFERENCES = 5
_MOST_LINES = 12


def grade(
    units: Annotated[list[str] | None, typer.Argument(help="Units to grade; all of them without.", show_default=False)] = None,
    course: CourseOption = Path(),
    student: Annotated[
        list[str] | None, typer.Option("--student", "-s", help="Only this student; may be repeated.", show_default=False)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Grade again what has not changed.")] = False,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help="Submissions to run at the same time.", show_default="one a processor")
    ] = None,
    cell_seconds: Annotated[
        float | None, typer.Option("--cell-seconds", min=0.1, help="Time for one cell.", show_default="nbgrader's, 30")
    ] = None,
    on: Annotated[
        str, typer.Option("--on", metavar="ADDRESS", help="Run on a Dask cluster: tcp://host:8786.", show_default=False)
    ] = "",
    regrade: Annotated[
        bool, typer.Option("--regrade", help="Grade by what source/ says now, and show who changes and why; writes nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --regrade: then write it.")] = False,
    unsafe: Annotated[
        bool, typer.Option("--unsafe-no-sandbox", help="Run students' code with your own rights. Written into every record.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Grade what was handed in, student by student; one student's trouble never stops the others.

    Work that has not changed is skipped, and a run that was stopped or killed is taken up where it was. Students' code runs in a
    sandbox that was seen to hold on this machine. Exit code 1 when something needs a person: a file that could not be read, a guess
    to confirm, a test that came back changed; 130 when it was stopped by Ctrl-C.
    """
    from plnb.grading.grade import grade as run
    from plnb.grading.grade import preparing
    from plnb.store.layout import CourseFolder, find_course

    if yes and not regrade:
        raise typer.BadParameter("It belongs to --regrade.", param_hint="--yes")
    folder = CourseFolder(course) if _plain(course) else find_course(course)
    if not folder.course_file.exists() and not json:
        err.print("There is no course.yaml here: graded as a course of nbgrader's alone.")
    with preparing(jobs, on, fork_here=True, course=folder, units=units or None) as executor:
        from plnb.engine.runs import Budget

        budget = Budget(cell_seconds=cell_seconds) if cell_seconds else None
        if regrade:
            from plnb.cli.regrade import print_changes
            from plnb.grading.regrade import regrade as redo

            with grading_bar() as show:
                changed = redo(
                    folder,
                    units=units or None,
                    students=student or None,
                    write=yes,
                    executor=executor,
                    unsafe=unsafe,
                    budget=budget,
                    on_event=show,
                )
            print_json(changed) if json else print_changes(changed)
            raise typer.Exit(130 if changed.interrupted else 0)
        with grading_bar() as show:
            summary = run(
                folder,
                units=units or None,
                students=student or None,
                force=force,
                executor=executor,
                unsafe=unsafe,
                budget=budget,
                on_event=show,
            )
    if json:
        print_json(summary)
    else:
        print_summary(summary)
    if summary.interrupted:
        raise typer.Exit(130)
    if any(outcome.needs_person for outcome in summary.outcomes):
        raise typer.Exit(1)


def _plain(course: Path) -> bool:
    """Whether this is a course of nbgrader's alone: that can be graded as it is."""
    return not (course / "course.yaml").exists() and (course / "source").is_dir() and (course / "gradebook.db").exists()


@contextmanager
def grading_bar() -> Iterator[Callable[[GradeEvent], None]]:
    """What moves the bar: count, time left, and how many submissions a minute. Silent where stderr is not a terminal."""
    if not err.is_terminal:
        yield lambda _: None
        return
    from plnb.grading.outcomes import Settled, Started

    with progress_bar(None, "Looking at what came in") as bar:
        task = bar.task_ids[0]
        began = time.monotonic()
        ran = 0

        def show(event: GradeEvent) -> None:
            nonlocal began, ran
            if isinstance(event, Started):
                began = time.monotonic()
                bar.update(task, total=event.total, description="Grading")
            elif isinstance(event, Settled):
                ran += event.outcome.state != "unchanged"
                pace = f", {60 * ran / max(time.monotonic() - began, 0.1):.0f} a minute" if ran > 1 else ""
                bar.update(task, completed=event.done, description=f"Grading {escape(event.outcome.unit)}{pace}")

        yield show


def print_summary(summary: GradeSummary, *, title: str = "") -> None:
    """What happened, then what was put right and why, then what needs a person."""
    if not summary.outcomes:
        out.print("Nothing has been handed in yet. Hand-ins lie in submitted/<student>/<unit>/.")
        return
    states = Counter(outcome.state for outcome in summary.outcomes)
    said: dict[State, str] = {
        "graded": "graded",
        "updated": "updated with points given by hand",
        "unchanged": "unchanged",
        "refused": "refused",
        "our_fault": "failed through our fault, to be tried again",
        "elsewhere": "with another grader",
    }
    parts = ", ".join(f"{states[state]} {words}" for state, words in said.items() if states[state])
    heading = f"{escape(title)}: " if title else ""
    out.print(f"[bold]{heading}{count(len(summary.outcomes), 'submission')}[/bold]: {parts} ({summary.seconds:.0f} s)")
    repaired = [outcome for outcome in summary.outcomes if outcome.repairs]
    if repaired:
        shown = table("Student", "Unit", "What was put right", title="\nPut right, and graded")
        for outcome in repaired:
            for line, sentence in enumerate(put_right(outcome)):
                shown.add_row(*(("", "") if line else (outcome.student, outcome.unit)), escape(sentence))
        out.print(shown)
    trouble = [(outcome, sentence) for outcome in summary.outcomes for sentence in troubles(outcome)]
    if trouble:
        shown = table("Student", "Unit", "Why", title="\nNeeds your eyes")
        for outcome, sentence in trouble:
            shown.add_row(outcome.student, outcome.unit, escape(sentence))
        out.print(shown)
    _print_differences(summary)
    _print_slowest(summary)
    moved = sum(outcome.moved for outcome in summary.outcomes)
    if moved:
        out.print(
            f"\n{count(moved, 'check')} ran in the students' own process, where a check can be forged: its kernel is not "
            "the Python that plnb runs in. The records say so."
        )
    _print_waiting(summary)
    if summary.interrupted:
        left = count(summary.left, "submission is", "submissions are")
        out.print(f"\nStopped. What is graded is kept; {left} left. Go on with the same command.")


def _print_differences(summary: GradeSummary) -> None:
    """What was changed in the tests that were handed in, for a person to judge. It changed no score."""
    from plnb.reports.markup import plain

    changed = [(outcome, flag) for outcome in summary.outcomes for flag in outcome.flags if flag.diff]
    for outcome, flag in changed[:_MOST_DIFFERENCES]:
        out.print(f"\n[bold]{escape(f'{outcome.student}, {outcome.unit}, {flag.check}')}[/bold]: what was handed in")
        lines = [line for line in plain(flag.diff).splitlines() if not line.startswith(("---", "+++", "@@"))]
        for line in lines[:_MOST_LINES]:
            out.print(f"  {escape(line)}")
        if len(lines) > _MOST_LINES:
            out.print("  …")
    if changed:
        more = len(changed) - _MOST_DIFFERENCES
        out.print(f"\nNo score was changed by this.{f' {more} more: plnb grade --json' if more > 0 else ''}")


def _print_waiting(summary: GradeSummary) -> None:
    """How many answers want points by hand, and where they are given."""
    waiting = Counter[str]()
    for outcome in summary.outcomes:
        waiting[outcome.unit] += outcome.waiting
    if total := waiting.total():
        where = f" ({', '.join(f'{unit}: {number}' for unit, number in waiting.items() if number)})" if len(waiting) > 1 else ""
        answers = f"{count(total, 'answer waits', 'answers wait')} for your points{escape(where)}"
        out.print(
            f"\n{answers}. Give them in JupyterLab, started in the course folder: Nbgrader → Formgrader. Then plnb grade again.",
            soft_wrap=True,
        )
        if any("strict" in outcome.differences for outcome in summary.outcomes):
            out.print(
                "Some wait because the course is strict, and their check can only run in the student's process.", soft_wrap=True
            )


def _print_slowest(summary: GradeSummary) -> None:
    """Where the time went, once that is worth knowing."""
    slow = [check for check in summary.slowest if check.longest >= 1.0]
    if slow:
        shown = table("Unit", "Check", ">Mean", ">Longest", "With", title="\nSlowest checks")
        for check in slow:
            shown.add_row(check.unit, escape(check.check), f"{check.mean:.1f} s", f"{check.longest:.1f} s", check.student)
        out.print(shown)


def put_right(outcome: SubmissionOutcome) -> list[str]:
    """What was put right in a submission: a sentence for each kind, with the cells it happened to."""
    cells: dict[tuple[str, str], list[str]] = {}
    for repair in outcome.repairs:
        cells.setdefault((repair.notebook, repair.message), []).extend([repair.cell] if repair.cell else [])
    said = []
    for (notebook, message), names in cells.items():
        some = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        said.append(": ".join(part for part in (", ".join(filter(None, (notebook, some))), message) if part))
    return said


def troubles(outcome: SubmissionOutcome) -> list[str]:
    """What a person should know of a submission, a sentence each."""
    from plnb.grading.repairs import NEEDS_A_LOOK

    said = [outcome.reason] if outcome.reason else []
    said += [f"{file.notebook}: {file.reason}" for file in outcome.refused]
    said += list(outcome.ended)
    said += dict.fromkeys(flag.message for flag in outcome.flags)
    said += dict.fromkeys(f"{repair.notebook}: {repair.message}" for repair in outcome.repairs if repair.code in NEEDS_A_LOOK)
    return said
