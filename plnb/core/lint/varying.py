"""Rules on cells whose numbers vary: there is one number, in one place, and a question that it is for."""

from __future__ import annotations

from collections.abc import Iterator

from plnb.core.authored import NotebookSource
from plnb.core.cells import Cell, VaryCell
from plnb.core.compiling import compile_notebook
from plnb.core.findings import Severity
from plnb.core.lint.registry import Found, rule
from plnb.core.lint.view import CourseView, Spot
from plnb.core.outside import fresh_number, statements
from plnb.core.variants import number_in


def _varying(view: CourseView) -> Iterator[tuple[NotebookSource, Cell, VaryCell, Spot]]:
    for notebook, cell, spot in view.cells:
        if isinstance(cell.meta, VaryCell) and cell.kind == "code":
            yield notebook, cell, cell.meta, spot


@rule("vary-not-set", Severity.error)
def vary_not_set(view: CourseView) -> Iterator[Found]:
    """A cell whose numbers vary does not set its number on a line of its own, or sets one that is no variant."""
    for _, cell, meta, spot in _varying(view):
        number, found = number_in(cell.source, meta.name), fresh_number(cell.source, meta.name)
        if number is None or found is None or number != found.value:
            yield Found(
                spot,
                f"The numbers here vary with {meta.name}, which the cell does not set to a whole number on one line of its own.",
                f"Begin the cell with the line `{meta.name} = 1`, and make the other numbers from it.",
            )
        elif number > meta.variants:
            yield Found(
                spot,
                f"{meta.name} is {number}, and there are only the variants 1 to {meta.variants}.",
                f"Write `{meta.name} = 1`, or allow more variants.",
            )


@rule("vary-set-twice", Severity.error)
def vary_set_twice(view: CourseView) -> Iterator[Found]:
    """The number that a cell varies with is set in another cell of the notebook, too."""
    for notebook, cell, meta, spot in _varying(view):
        others = (each for each in notebook.cells if each is not cell and each.kind == "code")
        if any(meta.name in statement.binds for each in others for statement in statements(each.source)):
            yield Found(
                spot,
                f"The number {meta.name} is set in another cell of this notebook, too, so one would hide the other.",
                "Give each cell whose numbers vary a name of its own, such as `variant_2`.",
            )


@rule("vary-without-check", Severity.warning)
def vary_without_check(view: CourseView) -> Iterator[Found]:
    """No check goes with a cell whose numbers vary, so nobody is offered other numbers."""
    for notebook, _, meta, spot in _varying(view):
        if meta.name not in {check.varies for check in compile_notebook(notebook).checks}:
            yield Found(
                spot,
                f"No check goes with {meta.name}: other numbers are offered at the tests of the question that begins here.",
                "Put it above the answer of its question, with the tests after that and no other such cell between.",
            )


@rule("vary-locked", Severity.warning)
def vary_locked(view: CourseView) -> Iterator[Found]:
    """A cell whose numbers vary is read-only for nbgrader, which would mark every answer by the numbers as they were released."""
    for _, cell, meta, spot in _varying(view):
        if cell.grader and cell.grader.locked:
            yield Found(
                spot,
                f"nbgrader alone puts {meta.name} back as it was released, and would mark the answer to any variant by that one.",
                "Take the type “Read-only” away in nbgrader's panel; grading with plnb keeps all of the cell but its number.",
            )
