"""Rules on checks that could be forged: those that must run in the student's own process, and those whose inputs can be learned."""

from __future__ import annotations

from collections.abc import Iterator

from plnb.core.authored import NotebookSource
from plnb.core.cells import Cell, VaryCell
from plnb.core.findings import Severity
from plnb.core.lint.registry import Found, rule
from plnb.core.lint.view import CourseView, Spot
from plnb.core.lint.words import listed
from plnb.core.outside import fresh_number, names_in, statements, why_in_kernel


def _tests(view: CourseView) -> Iterator[tuple[NotebookSource, Cell, Spot]]:
    """Cells that nbgrader grades by running them, in Python."""
    for notebook, cell, spot in view.cells:
        if notebook.language == "python" and cell.kind == "code" and cell.grader and cell.grader.grade and not cell.grader.solution:
            yield notebook, cell, spot


def _in_kernel(view: CourseView) -> Iterator[Found]:
    for _, cell, spot in _tests(view):
        why = why_in_kernel(cell.source)
        # A cell that is no Python at all is another rule's.
        if why and why != "it is not plain Python":
            yield Found(
                spot,
                f"The check {cell.name} has to run in the student's own process, where its outcome could be forged: {why}.",
                "Compare plain values in it (numbers, texts, lists, tables), and it runs outside.",
            )


@rule("check-in-kernel", Severity.advice)
def check_in_kernel(view: CourseView) -> Iterator[Found]:
    """A check can run only in the student's own process."""
    if not view.source.file.grading.strict:
        yield from _in_kernel(view)


@rule("check-not-strict", Severity.error)
def check_not_strict(view: CourseView) -> Iterator[Found]:
    """The course is graded strictly, and a check can run only in the student's own process: a person would have to grade it."""
    if view.source.file.grading.strict:
        yield from _in_kernel(view)


@rule("fresh-not-set", Severity.error)
def fresh_not_set(view: CourseView) -> Iterator[Found]:
    """A check names a fresh number that its cell does not set."""
    for cell, meta, spot in view.checks:
        if meta.fresh and fresh_number(cell.source, meta.fresh) is None:
            yield Found(
                spot,
                f"The check {cell.name} asks for a fresh number in {meta.fresh}, which its cell does not set to a whole number.",
                f"Begin the cell with a line such as `{meta.fresh} = 1`, and make the inputs from it.",
            )


@rule("check-reads-editable", Severity.warning)
def check_reads_editable(view: CourseView) -> Iterator[Found]:
    """A check compares with a value that students can change, in a cell that is neither locked nor an answer."""
    # Every cell of a notebook is read for this, so each notebook once: a course is linted while its author types.
    loose_in: dict[tuple[str, str], set[str]] = {}
    for notebook, cell, spot in _tests(view):
        key = notebook.unit, notebook.name
        if key not in loose_in:
            editable, fixed = _named(notebook)
            loose_in[key] = editable - fixed
        loose = sorted(loose_in[key] & names_in(cell.source)) if loose_in[key] else []
        if loose:
            yield Found(
                spot,
                f"The check {cell.name} reads {listed(loose)} from a cell that students may change.",
                "Lock that cell in nbgrader's panel (Read-only), or set the value in the check itself.",
            )


def _named(notebook: NotebookSource) -> tuple[set[str], set[str]]:
    """Data that is set in cells anybody may edit, and every name that is set in others."""
    editable: set[str] = set()
    fixed: set[str] = set()
    for cell in notebook.cells:
        if cell.kind == "code":
            for statement in statements(cell.source):
                # Of a cell whose numbers vary, grading takes the number and nothing else from a student.
                ours = cell.grader and (cell.grader.solution or cell.grader.locked or cell.grader.grade)
                free = not (ours or isinstance(cell.meta, VaryCell))
                (editable if free and not statement.defines else fixed).update(statement.binds)
    return editable, fixed
