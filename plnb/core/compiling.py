"""Compiling: what the author wrote -> a `Course` with every check, fork and gate in its place. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from plnb.core.authored import ActivityEntry, CourseSource, ForkEntry, NotebookSource
from plnb.core.cells import Cell, CheckCell, ForkCell, GateCell, ReflectCell, VaryCell
from plnb.core.conditions import All, AnyOf, CheckPassed, Condition, Not
from plnb.core.course import Activity, ActivityFork, ActivityOption, Check, Course, Fork, Gate, Node, ReflectionPoint, Unit
from plnb.core.markdown import headings


def compile_course(source: CourseSource) -> Course:
    """Compile a course. A step whose notebook is missing becomes an activity without checks; `lint` says so."""
    file = source.file
    units = tuple(
        Unit(
            id=unit.id,
            title=unit.title,
            about=unit.about,
            place=place,
            nodes=tuple(_node(entry, unit.id, source) for entry in unit.steps),
        )
        for place, unit in enumerate(file.units)
    )
    return Course(
        id=file.id,
        title=file.title,
        about=file.about,
        language=file.language,
        standards=source.standards,
        mastery=file.mastery,
        interests=file.interests,
        units=units,
    )


def _node(entry: ActivityEntry | ForkEntry, unit: str, source: CourseSource) -> Node:
    if isinstance(entry, ActivityEntry):
        return _activity(entry, unit, source, branch=None)
    return ActivityFork(
        id=entry.fork,
        prompt=entry.prompt,
        pick=entry.pick,
        options=tuple(
            ActivityOption(
                **option.model_dump(exclude={"steps", "suggest_when"}),
                suggest_when=option.suggest_when,
                activities=tuple(_activity(step, unit, source, branch=f"{entry.fork}/{option.id}") for step in option.steps),
            )
            for option in entry.options
        ),
    )


def _activity(entry: ActivityEntry, unit: str, source: CourseSource, *, branch: str | None) -> Activity:
    notebook = source.notebook(unit, entry.notebook)
    cells = notebook.cells if notebook else ()
    checks = tuple(_checks(cells))
    taught = entry.standards or tuple(dict.fromkeys(code for check in checks for code in check.standards))
    return Activity(
        id=entry.notebook,
        unit=unit,
        title=entry.title or _first_heading(cells) or entry.notebook,
        about=entry.about,
        standards=taught,
        minutes=entry.minutes,
        format=entry.format,
        interests=entry.interests,
        opens_when=_anchored(entry.opens_when, entry.notebook),
        optional=entry.optional,
        suggest_when=_anchored(entry.suggest_when, entry.notebook),
        branch=branch,
        checks=checks,
        forks=tuple(_forks(cells, entry.notebook)),
        gates=tuple(
            Gate(id=cell.meta.id, opens_when=_anchored(cell.meta.opens_when, entry.notebook), soft=cell.meta.soft)
            for cell in cells
            if isinstance(cell.meta, GateCell)
        ),
        reflections=tuple(_reflections(cells)),
    )


def compile_notebook(notebook: NotebookSource, *, title: str = "") -> Activity:
    """One notebook on its own, for hosts that know no course file (nbgrader courses that are not plnb's)."""
    checks = tuple(_checks(notebook.cells))
    return Activity(
        id=notebook.name,
        unit=notebook.unit,
        title=title or _first_heading(notebook.cells) or notebook.name,
        standards=tuple(dict.fromkeys(code for check in checks for code in check.standards)),
        checks=checks,
        forks=tuple(_forks(notebook.cells, notebook.name)),
        reflections=tuple(_reflections(notebook.cells)),
    )


def _checks(cells: Iterable[Cell]) -> Iterator[Check]:
    """Every nbgrader grade cell, with or without our key: an untagged check still carries points.

    It is called by the nearest heading above it that is on its branch. An automatic check answers for the solution cells above it,
    back to the previous group of tests; tests in a row share them. A cell whose number varies belongs to the question that it
    begins: the nearest one among those cells counts.
    """
    heading: dict[str | None, tuple[int, str]] = {}
    answers: list[tuple[str | None, str]] = []
    numbers: list[tuple[str | None, str]] = []
    tested = False
    for number, cell in enumerate(cells):
        branch = cell.meta.branch if cell.meta else None
        if cell.kind == "markdown" and (found := headings(cell.source)):
            heading[branch] = (number, found[-1][1])
        grader = cell.grader
        begins = isinstance(cell.meta, VaryCell) or (grader and grader.solution and not grader.is_check)
        if begins and tested:
            answers, numbers, tested = [], [], False
        if isinstance(cell.meta, VaryCell):
            numbers.append((branch, cell.meta.name))
        if grader is None:
            continue
        if grader.is_check:
            _, title = max((heading[b] for b in {None, branch} & heading.keys()), default=(0, ""))
            own: tuple[str, ...]
            if grader.is_manual:
                own = (grader.grade_id,) if grader.solution else ()
            else:
                own = tuple(name for b, name in answers if b is None or branch is None or b == branch)
                tested = True
            varies = "" if grader.is_manual else next((name for b, name in reversed(numbers) if b in (None, branch)), "")
            yield _check(cell, title, own, varies)
        elif grader.solution:
            answers.append((branch, grader.grade_id))


def _check(cell: Cell, heading: str, answers: tuple[str, ...], varies: str) -> Check:
    grader, meta = cell.grader, cell.meta
    assert grader is not None
    tagged = meta if isinstance(meta, CheckCell) else None
    return Check(
        id=grader.grade_id,
        title=heading or grader.grade_id,
        role=tagged.role if tagged else "check",
        standards=meta.standards if meta else (),
        points=grader.points,
        manual=grader.is_manual,
        branch=meta.branch if meta else None,
        hints=tagged.hints if tagged else (),
        misconceptions=tagged.misconceptions if tagged else (),
        minutes=meta.minutes if meta else None,
        answers=answers,
        mixed=tagged.mixed if tagged else False,
        varies=varies,
    )


def _forks(cells: Iterable[Cell], activity: str) -> Iterator[Fork]:
    for cell in cells:
        if isinstance(cell.meta, ForkCell):
            options = (
                option.model_copy(update={"suggest_when": _anchored(option.suggest_when, activity)}) for option in cell.meta.options
            )
            yield Fork(id=cell.meta.id, prompt=cell.meta.prompt, pick=cell.meta.pick, options=tuple(options))


def _reflections(cells: Iterable[Cell]) -> Iterator[ReflectionPoint]:
    for cell in cells:
        if isinstance(cell.meta, ReflectCell):
            name = cell.grader.grade_id if cell.grader else cell.cell_id
            yield ReflectionPoint(id=cell.meta.id, role=cell.meta.role, prompt=cell.meta.prompt, cell=name)


def _anchored(condition: Condition | None, activity: str) -> Condition | None:
    """Inside a notebook a check may be named without its activity; give it one, so every reader sees the full name."""
    match condition:
        case CheckPassed(check=check) if check.startswith("./"):
            return CheckPassed(check=f"{activity}/{check[2:]}")
        case All():
            return All(all=tuple(_sure(_anchored(c, activity)) for c in condition.all))
        case AnyOf():
            return AnyOf(any=tuple(_sure(_anchored(c, activity)) for c in condition.any))
        case Not():
            return Not(not_=_sure(_anchored(condition.not_, activity)))
    return condition


def _sure(condition: Condition | None) -> Condition:
    assert condition is not None
    return condition


def _first_heading(cells: Iterable[Cell]) -> str:
    return next((title for cell in cells if cell.kind == "markdown" for _, title in headings(cell.source) if title), "")
