"""A small clean course in memory, and scissors to spoil it with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from plnb.core.authored import ActivityEntry, CourseFile, CourseSource, ForkEntry, NotebookSource, OptionEntry, UnitEntry
from plnb.core.base import Level
from plnb.core.cells import (
    Cell,
    CheckCell,
    ForkCell,
    GateCell,
    GraderMeta,
    Misconception,
    Option,
    ProseCell,
    ReflectCell,
    ResponseCell,
    Widget,
)
from plnb.core.conditions import ActivityDone, All, CheckPassed, ChoiceIs, StandardAtLeast, StandardBelow
from plnb.core.lint.reading import mirror_tags
from plnb.core.standards import Framework, Standard, StandardSet


def md(text: str, meta: Any = None, grader: GraderMeta | None = None) -> Cell:
    return _tagged(Cell(index=0, kind="markdown", source=text, meta=meta, grader=grader))


def code(text: str, meta: Any = None, grader: GraderMeta | None = None) -> Cell:
    return _tagged(Cell(index=0, kind="code", source=text, meta=meta, grader=grader))


def _tagged(cell: Cell) -> Cell:
    return cell.model_copy(update={"tags": mirror_tags(cell)})


def question(name: str, standard: str, *, points: float = 2, role: str = "check", branch: str | None = None) -> list[Cell]:
    """A question, the cell to answer it in, and its tests."""
    answer = f"# What is {name}?\n### BEGIN SOLUTION\n{name} = given_{name} / 4\n### END SOLUTION"
    tests = f"assert isinstance({name}, float)\n"
    tests += f"### BEGIN HIDDEN TESTS\nassert abs({name} * 4 - given_{name}) < 1e-9\n### END HIDDEN TESTS"
    meta = CheckCell(
        role=role,  # type: ignore[arg-type]
        standards=(standard,),
        hints=("What is asked?", "Share the distance out over the time."),
        misconceptions=(Misconception(when=f"{name} == 4 / given_{name}", say="That is the other way round."),),
        branch=branch,
    )
    prose = ProseCell(role="explain", branch=branch)
    return [
        md(f"## Find {name}", prose),
        code(answer, prose if branch else None, GraderMeta(grade_id=name, solution=True)),
        code(tests, meta, GraderMeta(grade_id=f"{name}_check", grade=True, locked=True, points=points)),
    ]


def notebook(unit: str, name: str, *groups: Iterable[Cell]) -> NotebookSource:
    cells = [md(f"# {name.capitalize()}\n\n![A line that rises](line.png)"), *(cell for group in groups for cell in group)]
    return NotebookSource(unit=unit, name=name, place=f"source/{unit}/{name}.ipynb", cells=numbered(cells))


def numbered(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    return tuple(cell.model_copy(update={"index": index}) for index, cell in enumerate(cells))


def three(prefix: str, standard: str, **how: Any) -> list[Cell]:
    return [cell for number in (1, 2, 3) for cell in question(f"{prefix}_{number}", standard, **how)]


PROFICIENT = Level.proficient


def clean_course() -> CourseSource:
    """Two units, seven activities, a fork of each kind, a gate, a diagnostic, something optional, something manual."""
    rep = ForkCell(
        role="fork",
        id="rep",
        prompt="How would you like to meet it?",
        options=(Option(id="graph", title="A graph"), Option(id="table", title="A table", interests=("music",))),
    )
    gate = GateCell(role="gate", id="halfway", opens_when=StandardAtLeast(standard="A1", at_least=PROFICIENT), soft=False)
    essay = GraderMeta(grade_id="essay", grade=True, solution=True, points=4)
    return CourseSource(
        file=CourseFile(
            schema_version=1,
            id="toy",
            title="Toy",
            frameworks=("frameworks/toy.json",),
            interests=("sport", "music"),
            units=(
                UnitEntry(
                    id="one",
                    title="One",
                    steps=(
                        ActivityEntry(notebook="welcome"),
                        ActivityEntry(notebook="rates", standards=("A1",), interests=("sport",)),
                        ForkEntry(
                            fork="world",
                            prompt="Where?",
                            options=(
                                OptionEntry(
                                    id="sport", title="Sport", interests=("sport",), steps=(ActivityEntry(notebook="running"),)
                                ),
                                OptionEntry(
                                    id="music", title="Music", interests=("music",), steps=(ActivityEntry(notebook="beats"),)
                                ),
                            ),
                        ),
                        ActivityEntry(
                            notebook="refresher", optional=True, suggest_when=StandardBelow(standard="A1", below=Level.familiar)
                        ),
                    ),
                ),
                UnitEntry(
                    id="two",
                    title="Two",
                    steps=(
                        ActivityEntry(notebook="slopes", standards=("B1",)),
                        ActivityEntry(
                            notebook="project",
                            standards=("B1",),
                            opens_when=All(all=(StandardAtLeast(standard="A2", at_least=PROFICIENT), ActivityDone(done="rates"))),
                        ),
                    ),
                ),
            ),
        ),
        standards=StandardSet(
            frameworks=(
                Framework(
                    id="toy",
                    title="Toy standards",
                    standards=(
                        Standard(code="A1", statement="Divide."),
                        Standard(code="A2", statement="Compare.", requires=("A1",)),
                        Standard(code="B1", statement="Draw.", requires=("A2",)),
                    ),
                ),
            )
        ),
        notebooks=(
            notebook("one", "welcome", question("w1", "A1", role="probe", points=0), question("w2", "B1", role="probe", points=0)),
            notebook("one", "rates", three("r", "A1")),
            notebook("one", "running", three("run", "A2")),
            notebook("one", "beats", three("beat", "A2")),
            notebook("one", "refresher", question("again", "A1", points=0)),
            notebook(
                "two",
                "slopes",
                [md("Choose a way.", rep)],
                three("g", "B1", branch="rep/graph"),
                three("t", "B1", branch="rep/table"),
                [
                    md("From here on you need to divide.", gate),
                    md("## Look back\n\nWhat was new?", ReflectCell(role="reflect", id="new")),
                ],
            ),
            notebook("two", "project", [md("## Your essay\n\nWrite.", CheckCell(role="check", standards=("B1",)), essay)]),
        ),
    )


Change = Callable[[Cell], Cell]


def edit_notebook(source: CourseSource, name: str, change: Callable[[NotebookSource], NotebookSource]) -> CourseSource:
    return source.model_copy(update={"notebooks": tuple(change(nb) if nb.name == name else nb for nb in source.notebooks)})


def edit_cells(source: CourseSource, name: str, change: Callable[[list[Cell]], Iterable[Cell]]) -> CourseSource:
    return edit_notebook(source, name, lambda nb: nb.model_copy(update={"cells": numbered(change(list(nb.cells)))}))


def edit_cell(source: CourseSource, name: str, which: str, change: Change) -> CourseSource:
    """Change the cell with this grade_id, or of this role."""

    def is_it(cell: Cell) -> bool:
        return (cell.grader is not None and cell.grader.grade_id == which) or (cell.meta is not None and cell.meta.role == which)

    return edit_cells(source, name, lambda cells: [change(cell) if is_it(cell) else cell for cell in cells])


def with_meta(**changes: Any) -> Change:
    """Change our key; the tags follow."""
    return lambda cell: _tagged(cell.model_copy(update={"meta": cell.meta.model_copy(update=changes)}))  # type: ignore[union-attr]


def with_grader(**changes: Any) -> Change:
    return lambda cell: cell.model_copy(update={"grader": cell.grader.model_copy(update=changes)})  # type: ignore[union-attr]


def with_(**changes: Any) -> Change:
    return lambda cell: cell.model_copy(update=changes)


def edit_file(source: CourseSource, **changes: Any) -> CourseSource:
    return source.model_copy(update={"file": source.file.model_copy(update=changes)})


def edit_unit(source: CourseSource, unit: str, **changes: Any) -> CourseSource:
    return edit_file(source, units=tuple(u.model_copy(update=changes) if u.id == unit else u for u in source.file.units))


def edit_step(source: CourseSource, name: str, **changes: Any) -> CourseSource:
    """Change an activity or a fork of the course file."""

    def changed(step: Any) -> Any:
        return step.model_copy(update=changes) if name in (getattr(step, "notebook", None), getattr(step, "fork", None)) else step

    return edit_file(
        source, units=tuple(u.model_copy(update={"steps": tuple(changed(step) for step in u.steps)}) for u in source.file.units)
    )


def edit_standard(source: CourseSource, code_: str, **changes: Any) -> CourseSource:
    (framework,) = source.standards.frameworks
    standards = tuple(s.model_copy(update=changes) if s.code == code_ else s for s in framework.standards)
    return source.model_copy(update={"standards": StandardSet(frameworks=(framework.model_copy(update={"standards": standards}),))})


def response(**changes: Any) -> Any:
    return ResponseCell(role="response", widget=Widget.choice, name="q", **changes)


__all__ = [
    "CheckPassed",
    "ChoiceIs",
    "clean_course",
    "code",
    "edit_cell",
    "edit_cells",
    "edit_file",
    "edit_notebook",
    "edit_standard",
    "edit_step",
    "edit_unit",
    "md",
    "notebook",
    "numbered",
    "question",
    "response",
    "three",
    "with_",
    "with_grader",
    "with_meta",
]
