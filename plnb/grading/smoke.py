"""The smoke test of a course (`plnb lint --run`): every solution passes its checks, and the blank student version fails them.

Runs each notebook on a warm desk, in a copy of its unit's folder: as the teacher left it, with other numbers where there are cells
that vary, and after nbgrader's own `ClearSolutions`, configured as the course configures it. Writes nothing in the course and opens
no gradebook.
"""

from __future__ import annotations

import ast
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions

from plnb.core.authored import CourseSource, NotebookSource
from plnb.core.cells import Cell, CheckCell, VaryCell
from plnb.core.findings import Finding, Rule, Severity
from plnb.core.lint.words import listed
from plnb.core.variants import number_in, with_number
from plnb.engine.execute import run_notebook
from plnb.engine.nursery import Nursery, nursery_for
from plnb.engine.runs import Budget, CellStatus, RunResult
from plnb.engine.sandbox import Tier
from plnb.engine.wanted import modules_of
from plnb.grading.nbgrader_course import NbgraderCourse
from plnb.store.layout import CourseFolder

RULES: Final = {
    rule.code: rule
    for rule in (
        Rule(code="solution-fails-check", severity=Severity.error, about="The teacher's own solution does not pass a check."),
        Rule(
            code="solution-fails-variant",
            severity=Severity.error,
            about="The teacher's own solution does not pass a check with other numbers.",
        ),
        Rule(
            code="solution-cell-fails",
            severity=Severity.error,
            about="A cell that is no check fails although all solutions are in.",
        ),
        Rule(code="blank-passes-check", severity=Severity.error, about="A check passes although nothing has been answered."),
        Rule(
            code="check-writes-stderr", severity=Severity.error, about="A check writes to stderr, which nbgrader scores as failed."
        ),
        Rule(
            code="partial-credit-value",
            severity=Severity.error,
            about="A check ends in a value, which nbgrader takes for the score, and a right answer does not get full points by it.",
        ),
        Rule(code="misconception-fits-solution", severity=Severity.error, about="A right answer would be told it is a mistake."),
        Rule(
            code="misconception-unknown-name",
            severity=Severity.warning,
            about="A misconception asks for a name that the notebook never defines.",
        ),
    )
}
"""What running a course can find; `plnb.core.lint.RULES` are found by reading it."""

Report = Callable[[str], None]


@dataclass(frozen=True)
class _Job:
    """One notebook to run, once."""

    source: NotebookSource
    path: Path
    blank: bool
    variant: int = 0
    """With this number in its cells that vary, or as near as they go; 0: as the teacher left them."""


def smoke_run(
    folder: CourseFolder,
    source: CourseSource,
    units: Sequence[str] | None = None,
    on_event: Report | None = None,
    jobs: int = 2,
) -> tuple[Finding, ...]:
    """Run every notebook of `units` (all without) with its solutions and blank, `jobs` at a time; findings in course order.

    `on_event` is called after each of the `runs`, from the threads that ran it. Notebooks that cannot be read, or whose solution
    regions nbgrader refuses, are left out: lint has a finding for them. Raises `NotReadyError` where a kernel is missing.
    """
    nbgrader = NbgraderCourse(folder)
    wanted = [nb for nb in source.notebooks if nb.cells and (units is None or nb.unit in units)]
    work = [job for nb in wanted for job in _jobs(nb, nbgrader.source(nb.unit) / f"{nb.name}.ipynb")]
    clear = ClearSolutions(parent=nbgrader.app)
    budget = Budget(cell_seconds=nbgrader.cell_seconds)
    nursery = _nursery(wanted)

    def run(job: _Job) -> tuple[Finding, ...]:
        try:
            return tuple(_findings(job, clear, budget, nursery))
        finally:
            if on_event is not None:
                on_event(f"{job.source.place} ({_what(job)})")

    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        return tuple(finding for found in pool.map(run, work) for finding in found)


def runs(source: CourseSource) -> int:
    """How many runs a course takes."""
    return sum(1 for notebook in source.notebooks if notebook.cells for _ in _jobs(notebook, Path()))


def _jobs(source: NotebookSource, path: Path) -> Iterator[_Job]:
    """Solved, then with other numbers where there are any (the second variant and the last), then blank."""
    yield _Job(source, path, blank=False)
    most = max((cell.meta.variants for cell in source.cells if isinstance(cell.meta, VaryCell)), default=1)
    for variant in sorted({2, most} - {1}):
        if most > 1:
            yield _Job(source, path, blank=False, variant=variant)
    yield _Job(source, path, blank=True)


def _what(job: _Job) -> str:
    return "blank" if job.blank else f"solutions, variant {job.variant}" if job.variant else "solutions"


def _nursery(notebooks: Sequence[NotebookSource]) -> Nursery | None:
    """One for the whole course, with all that its notebooks import; none where kernels cannot be forked."""
    if not sys.platform.startswith("linux"):
        return None
    python = (nb for nb in notebooks if nb.language == "python")
    return nursery_for(modules_of(cell.source for nb in python for cell in nb.cells if cell.kind == "code"), Tier.none)


def _findings(job: _Job, clear: ClearSolutions, budget: Budget, nursery: Nursery | None) -> Iterator[Finding]:
    notebook: NotebookNode = nbformat.reads(job.path.read_text("utf-8-sig"), as_version=4)  # type: ignore[no-untyped-call]
    if job.blank and not _cleared(notebook, clear):
        return
    numbers = _vary(job, notebook)
    asked = {} if job.blank or job.variant else _questions(job.source)
    with tempfile.TemporaryDirectory(prefix="plnb-smoke-") as where:
        _copy_data(job.path.parent, Path(where))
        result = run_notebook(
            notebook,
            cwd=Path(where),
            budget=budget,
            env={"NBGRADER_EXECUTION": "autograde"},
            questions={key: asked_.text for key, asked_ in asked.items()},
            nursery=nursery,
            seen=False,
        )
    if job.blank:
        yield from _blank(job.source, result)
    elif job.variant:
        yield from _solved_with(numbers, job.source, result)
    else:
        yield from _solved(job.source, result)
        if result.died is None:
            yield from _misconceptions(job.source, asked, result)


def _cleared(notebook: NotebookNode, clear: ClearSolutions) -> bool:
    """Take the solutions out, as release will; False where nbgrader refuses."""
    resources = {"language": notebook.metadata.get("kernelspec", {}).get("language", "python")}
    if resources["language"] not in clear.code_stub:
        return False
    try:
        for index, cell in enumerate(notebook.cells):
            # Cell by cell: the preprocessor itself holds no state, so threads may share it.
            notebook.cells[index], _ = clear.preprocess_cell(cell, resources, index)
    except RuntimeError:
        return False
    return True


def _copy_data(unit: Path, where: Path) -> None:
    """The unit's other files, for cells that read them."""
    shutil.copytree(unit, where, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.ipynb", ".ipynb_checkpoints", "__pycache__"))


# What a run says.


def _tests(source: NotebookSource) -> Iterator[Cell]:
    """Cells that nbgrader grades by running them."""
    for cell in source.cells:
        if cell.kind == "code" and cell.grader and cell.grader.grade and not cell.grader.solution:
            yield cell


def _finding(code: str, source: NotebookSource, cell: Cell, message: str, mend: str) -> Finding:
    place = f"{source.place}, cell {cell.name.removeprefix('cell ')}"
    return Finding(code=code, severity=RULES[code].severity, message=message, place=place, mend=mend, cell=cell.index)


def _solved(source: NotebookSource, result: RunResult) -> Iterator[Finding]:
    tests = {cell.index for cell in _tests(source)}
    for cell in source.cells:
        if cell.kind != "code":
            continue
        why = _why_failed(cell, result)
        if why and cell.index in tests:
            yield _finding(
                "solution-fails-check",
                source,
                cell,
                f"With the solutions in, the check {cell.name} does not pass: {why}.",
                "Mend the solution or the check, and run the notebook from top to bottom in a new kernel.",
            )
        elif why and "raises-exception" not in cell.tags:
            yield _finding(
                "solution-cell-fails",
                source,
                cell,
                f"With the solutions in, {cell.name} fails: {why}.",
                "Mend the cell, or tag it `raises-exception` if it is meant to fail.",
            )
        elif not why and cell.index in tests:
            yield from _scored(source, cell, result.notebook.cells[cell.index])


def _vary(job: _Job, notebook: NotebookNode) -> dict[str, int]:
    """Put other numbers into the cells that vary; by name, those that are in them now."""
    numbers: dict[str, int] = {}
    for cell in job.source.cells:
        if job.variant and isinstance(cell.meta, VaryCell) and number_in(cell.source, cell.meta.name) is not None:
            numbers[cell.meta.name] = min(job.variant, cell.meta.variants)
            notebook.cells[cell.index].source = with_number(cell.source, cell.meta.name, numbers[cell.meta.name])
    return numbers


def _solved_with(numbers: dict[str, int], source: NotebookSource, result: RunResult) -> Iterator[Finding]:
    """What fails with other numbers. A check that fails with the teacher's own, too, is told of by the first run as well."""
    varied = listed([f"{name} = {number}" for name, number in numbers.items()])
    for cell in _tests(source):
        why = _why_failed(cell, result)
        if numbers and why:
            yield _finding(
                "solution-fails-variant",
                source,
                cell,
                f"With {varied} and the solutions in, the check {cell.name} does not pass: {why}.",
                "Make the solution and the check work out what they expect from the cell's own names, not from its first numbers.",
            )


def _scored(source: NotebookSource, cell: Cell, ran: NotebookNode) -> Iterator[Finding]:
    """What nbgrader would make of a test cell that raised nothing (`nbgrader.utils.determine_grade`)."""
    warning = next((out.text for out in ran.outputs if out.output_type == "stream" and out.name == "stderr"), None)
    if warning is not None:
        said = next((line for line in reversed(warning.splitlines()) if line.strip()), "").strip()
        yield _finding(
            "check-writes-stderr",
            source,
            cell,
            f"The check {cell.name} passes and writes to stderr (“{_short(said)}”), and nbgrader gives 0 for that.",
            "Mend what warns, or silence it in the cell with `warnings.simplefilter('ignore')`.",
        )
    value = _value(ran)
    points = cell.grader.points if cell.grader else 0
    if value is not None and _number(value) != points:
        known = "which nbgrader takes for the score" if _number(value) is not None else "which nbgrader cannot read as a score"
        yield _finding(
            "partial-credit-value",
            source,
            cell,
            f"With the solutions in, the check {cell.name} ends in the value {_short(value, 40)}, {known}, out of {points:g}.",
            f"End the cell with an assertion, or with a value that is {points:g} for a right answer.",
        )


def _blank(source: NotebookSource, result: RunResult) -> Iterator[Finding]:
    for cell in _tests(source):
        if _why_failed(cell, result):
            continue
        ran = result.notebook.cells[cell.index]
        silent = not any(out.output_type == "stream" and out.name == "stderr" for out in ran.outputs)
        value = _value(ran)
        if silent and (value is None or _number(value) != 0):
            yield _finding(
                "blank-passes-check",
                source,
                cell,
                f"The check {cell.name} passes although nothing has been answered.",
                "Assert something that only a real answer can satisfy, first of all that there is one.",
            )


def _why_failed(cell: Cell, result: RunResult) -> str:
    run = result.cells[cell.index]
    match run.status:
        case CellStatus.error:
            return _short(f"{run.ename}: {run.evalue}" if run.evalue else run.ename)
        case CellStatus.timed_out:
            return "it takes longer than a cell may"
        case CellStatus.not_run:
            return f"it was never reached, because the run ended before ({result.died})"
    return ""


def _value(ran: NotebookNode) -> str | None:
    """The value a cell ends in, as text."""
    return next((str(out.data.get("text/plain", "")) for out in ran.outputs if out.output_type == "execute_result"), None)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _short(text: str, most: int = 120) -> str:
    line = " ".join(text.split())
    return (line if len(line) <= most else f"{line[: most - 1]}…").rstrip(".")


# Misconceptions, asked of the right answers.


@dataclass(frozen=True)
class _Question:
    """An expression to ask in the kernel, and what it is about."""

    cell: Cell
    when: str
    name: str
    text: str


def _questions(source: NotebookSource) -> dict[str, _Question]:
    """Each misconception, and for each name it uses whether there is such a name."""
    asked: dict[str, _Question] = {}
    if source.language != "python":
        return asked
    for cell in _tests(source):
        for misconception in cell.meta.misconceptions if isinstance(cell.meta, CheckCell) else ():
            names = _names(misconception.when)
            if names is None:
                continue  # lint says so
            key = f"m{len(asked)}"
            asked[key] = _Question(cell, misconception.when, "", misconception.when)
            for number, name in enumerate(sorted(names)):
                asked[f"{key}.{number}"] = _Question(cell, misconception.when, name, f"({name}, True)[1]")
    return asked


def _names(when: str) -> set[str] | None:
    """Names an expression takes from outside; None where it is no expression."""
    try:
        tree = ast.parse(when.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    own = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    own |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - own


def _misconceptions(source: NotebookSource, asked: dict[str, _Question], result: RunResult) -> Iterator[Finding]:
    if asked and not result.answers:
        return  # the kernel did not answer at all
    for key, question in asked.items():
        if not question.name and result.answers.get(key):
            yield _finding(
                "misconception-fits-solution",
                source,
                question.cell,
                f"The misconception “{_short(question.when)}” of {question.cell.name} is true for the right answer.",
                "Narrow `when` until it is true for the mistake and for nothing else.",
            )
        elif question.name and key not in result.answers:
            yield _finding(
                "misconception-unknown-name",
                source,
                question.cell,
                f"The misconception “{_short(question.when)}” of {question.cell.name} asks for {question.name}, "
                "which no cell defines.",
                "Use the names that the student's cells and the notebook define.",
            )
