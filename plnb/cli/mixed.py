"""`plnb mixed`: a delayed mixed check of several standards, from the course's own questions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from plnb.cli.console import CourseOption, JsonOption, count, err, out, print_json, table


def mixed(
    student: Annotated[str, typer.Argument(help="nbgrader's student id: whose check it is.")],
    standards: Annotated[list[str], typer.Argument(help="Codes of the standards to mix; three or more mix well.")],
    course: CourseOption = Path(),
    into: Annotated[
        Path | None, typer.Option("--out", help="The notebook to write.", show_default="source/mixed-1/mixed-1.ipynb")
    ] = None,
    each: Annotated[int, typer.Option("--each", min=1, max=20, help="Questions for each standard.")] = 2,
    json: JsonOption = False,
) -> None:
    """Make a mixed check of several standards from questions the student has not seen, or saw longest ago.

    Writes a notebook with its answers beside the others of the course; nothing is released.

    With as many questions for each standard as the rule asks for, who knows it all tests out of the activities that teach it.
    """
    from plnb.authoring.mixed import make_mixed
    from plnb.cli.teacher import known_student
    from plnb.core.compiling import compile_course
    from plnb.store.layout import find_course
    from plnb.store.sources import load_course

    folder = find_course(course)
    source = load_course(folder.root)
    compiled = compile_course(source)
    records = known_student(folder, student)
    made = make_mixed(folder, source, compiled, records, standards, out=into, each=each)
    if json:
        print_json(made)
        return
    shown = table(">Question", "Taken from", "About", "")
    for q in made.questions:
        note = "another question builds on it" if q.along else "seen before" if q.seen else ""
        shown.add_row(str(q.number), f"{escape(q.activity)}, {escape(q.check)}", ", ".join(q.standards), note)
    out.print(shown)
    if made.short:
        err.print(f"[yellow]![/yellow] The course has fewer questions that can stand together on: {', '.join(made.short)}")
    data = f", with {', '.join(made.files)} beside it" if made.files else ""
    out.print(f"\n[green]✓[/green] {count(len(made.questions), 'question')} in [bold]{escape(made.place)}[/bold]{escape(data)}")
    if not made.lines:
        out.print("To release it, put it into a folder of its own under source/ and name it in course.yaml.")
        return
    out.print("\nRead it through. Then add this to course.yaml under [bold]units:[/bold]\n")
    typer.echo(made.lines)
    out.print("and release it, and say whom it is for:\n")
    typer.echo(f"  plnb lint --run\n  plnb release {made.unit}\n  plnb teacher pin {student} {made.notebook} --reason '…'")
