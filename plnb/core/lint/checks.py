"""Rules on checks: nbgrader's key and ours agree, every check says what it is about, and it can fail."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from plnb.core.cells import Cell, ForkCell, GateCell, GraderMeta, ProseCell, ReflectCell, ResponseCell, VaryCell
from plnb.core.findings import Severity
from plnb.core.lint.registry import Found, rule
from plnb.core.lint.view import CourseView
from plnb.core.lint.words import number, quoted

_GRADE_ID: Final = re.compile(r"[A-Za-z0-9_\-]+")
_ASSERTS: Final = re.compile(r"^\s*assert\b", re.MULTILINE)
_NAME_IT: Final = "Give it a grade_id of letters, digits, `-` and `_` in nbgrader's cell panel, such as slope_check."


def _is_tests(grader: GraderMeta | None) -> bool:
    return grader is not None and grader.grade and not grader.solution


@rule("untagged-check", Severity.warning)
def untagged_check(view: CourseView) -> Iterator[Found]:
    """A cell carries points but names no standard."""
    for _, cell, spot in view.cells:
        if cell.grader and cell.grader.is_check and not (cell.meta and cell.meta.standards):
            yield Found(
                spot,
                f"The check {cell.grader.grade_id} names no standard, so passing it says nothing about what a student can do.",
                "Name the standards it gives evidence for under `standards` in the cell's `plnb` metadata.",
            )


@rule("check-without-hint", Severity.warning)
def check_without_hint(view: CourseView) -> Iterator[Found]:
    """An automatic check offers no hint."""
    for cell, meta, spot in view.checks:
        if meta.role == "check" and not meta.hints and cell.grader and not cell.grader.is_manual:
            yield Found(
                spot,
                f"Whoever fails {cell.name} is left alone with it: the check has no hint.",
                "Add `hints` to the cell's `plnb` metadata: first a nudge, then a step, at last a worked "
                "example with other numbers.",
            )


@rule("empty-hint", Severity.warning)
def empty_hint(view: CourseView) -> Iterator[Found]:
    """A hint or a misconception says nothing."""
    for cell, meta, spot in view.checks:
        for what, text in (*(("hint", h) for h in meta.hints), *(("misconception", m.say) for m in meta.misconceptions)):
            if not text.strip():
                yield Found(
                    spot,
                    f"A {what} of {cell.name} is empty, and a student would ask for it in vain.",
                    f"Write the {what}, or delete it.",
                )


@rule("duplicate-grade-id", Severity.error)
def duplicate_grade_id(view: CourseView) -> Iterator[Found]:
    """Two cells of a notebook share a grade_id."""
    for notebook in view.notebooks:
        first: dict[str, Cell] = {}
        for cell in notebook.cells:
            name = cell.grader.grade_id if cell.grader else ""
            if name and name in first:
                yield Found(
                    view.cell(notebook, cell),
                    f"Two cells of this notebook are called {name} (cell {first[name].index + 1} and cell {cell.index + 1}), "
                    "and nbgrader would keep one score for both.",
                    "Give the second cell another grade_id.",
                )
            first.setdefault(name, cell)


@rule("bad-grade-id", Severity.error)
def bad_grade_id(view: CourseView) -> Iterator[Found]:
    """A grade_id that nbgrader does not take."""
    for _, cell, spot in view.cells:
        if cell.grader is None or _GRADE_ID.fullmatch(cell.grader.grade_id):
            continue
        if cell.grader.grade_id:
            yield Found(spot, f"nbgrader does not take the grade_id {quoted(cell.grader.grade_id)}.", _NAME_IT)
        elif cell.grader.is_check or cell.grader.solution or cell.grader.locked:
            yield Found(spot, "The cell is marked for nbgrader but has no grade_id, so nbgrader refuses the notebook.", _NAME_IT)


@rule("impossible-cell", Severity.error)
def impossible_cell(view: CourseView) -> Iterator[Found]:
    """A cell type that nbgrader cannot grade that way."""
    for _, cell, spot in view.cells:
        grader = cell.grader
        if grader is None:
            continue
        if grader.task and cell.kind != "markdown":
            yield Found(
                spot,
                f"{cell.name} is a manually graded task in a {cell.kind} cell; nbgrader wants markdown.",
                "Make it a markdown cell.",
            )
        elif not grader.task and cell.kind != "code" and grader.grade != grader.solution:
            yield Found(
                spot,
                f"{cell.name} is a {cell.kind} cell with {'tests' if grader.grade else 'an answer'} that "
                f"nbgrader would have to run.",
                "Make it a code cell, or a manually graded answer.",
            )


@rule("negative-points", Severity.error)
def negative_points(view: CourseView) -> Iterator[Found]:
    """A cell is worth less than nothing."""
    for _, cell, spot in view.cells:
        if cell.grader and cell.grader.points < 0:
            yield Found(spot, f"{cell.name} is worth {number(cell.grader.points)} points.", "Give it 0 points or more.")


@rule("editable-test", Severity.advice)
def editable_test(view: CourseView) -> Iterator[Found]:
    """A test cell is not marked as locked."""
    for _, cell, spot in view.cells:
        if cell.grader and _is_tests(cell.grader) and not cell.grader.locked:
            yield Found(
                spot,
                f"The tests {cell.name} are not marked as locked: nbgrader puts them back, but other tools let students edit them.",
                "Set `locked` in nbgrader's metadata of the cell (the type “Autograder tests” does).",
            )


@rule("check-not-graded", Severity.error)
def check_not_graded(view: CourseView) -> Iterator[Found]:
    """A cell says it is a check, but nbgrader does not grade it."""
    for cell, meta, spot in view.checks:
        if not (cell.grader and cell.grader.is_check):
            yield Found(
                spot,
                f"The cell says it is a {meta.role}, but nbgrader does not grade it, so nothing would ever come of it.",
                "Mark the cell as tests or as a manually graded answer in nbgrader's panel, or give it the role `practice`.",
            )


@rule("role-mismatch", Severity.warning)
def role_mismatch(view: CourseView) -> Iterator[Found]:
    """A cell's role does not fit what the cell is."""
    for _, cell, spot in view.cells:
        match cell.meta:
            case ForkCell() | GateCell() if cell.kind != "markdown":
                yield Found(
                    spot,
                    f"A {cell.meta.role} in a {cell.kind} cell has no words for those who open the notebook without plnb.",
                    "Make it a markdown cell that says what there is to choose or what opens here.",
                )
            case ReflectCell() if cell.kind != "markdown":
                yield Found(
                    spot,
                    f"The {cell.meta.role} is in a {cell.kind} cell, where nobody writes in sentences.",
                    "Make it a markdown cell.",
                )
            case ResponseCell() if cell.kind != "code" or not (cell.grader and cell.grader.solution):
                yield Found(
                    spot,
                    f"The answer {cell.meta.name} would be written into a cell that is not the student's to change.",
                    "Make it a code cell of nbgrader's type “Autograded answer”.",
                )
            case VaryCell() if cell.kind != "code" or (cell.grader and (cell.grader.solution or cell.grader.is_check)):
                yield Found(
                    spot,
                    f"{cell.meta.name} would vary in a cell that is an answer, tests or a text, and gives no question anything.",
                    "Make it a code cell of its own above the answer, without a type in nbgrader's panel.",
                )
            case ProseCell() if cell.grader and cell.grader.is_check:
                yield Found(
                    spot,
                    f"{cell.name} carries points but says it is there to {'practise' if cell.meta.role == 'practice' else 'read'}.",
                    "Give the cell the role `check`, `probe` or `challenge`.",
                )


@rule("probe-with-points", Severity.warning)
def probe_with_points(view: CourseView) -> Iterator[Found]:
    """A question that finds out where to start costs points."""
    for cell, meta, spot in view.checks:
        if meta.role == "probe" and cell.grader and cell.grader.points:
            yield Found(
                spot,
                f"The probe {cell.name} is worth {number(cell.grader.points)} points, so not knowing yet would cost marks.",
                "Give it 0 points, or the role `check`.",
            )


@rule("optional-with-points", Severity.error)
def optional_with_points(view: CourseView) -> Iterator[Found]:
    """An activity that nobody has to do carries points."""
    for placed in view.placed:
        points = sum(check.points for check in placed.activity.checks)
        if placed.entry.optional and points:
            yield Found(
                view.step(placed),
                f"The activity {placed.entry.notebook} is optional and worth {number(points)} points: whoever "
                f"leaves it out loses them.",
                "Give its checks 0 points (they still count as evidence), or take `optional` away.",
            )


@rule("check-without-answer", Severity.warning)
def check_without_answer(view: CourseView) -> Iterator[Found]:
    """Tests with no cell for the student to write in above them."""
    for placed in view.placed:
        if placed.notebook is None:
            continue
        cells = {cell.grader.grade_id: cell for cell in placed.notebook.cells if cell.grader}
        for check in placed.activity.checks:
            if not check.manual and not check.answers and check.id in cells:
                yield Found(
                    view.cell(placed.notebook, cells[check.id]),
                    f"The tests {check.id} have no answer cell above them, so a student has nowhere to write.",
                    "Put an “Autograded answer” cell above the tests.",
                )


@rule("test-that-cannot-fail", Severity.error)
def test_that_cannot_fail(view: CourseView) -> Iterator[Found]:
    """Tests that pass whatever the student wrote."""
    for notebook, cell, spot in view.cells:
        if cell.kind == "code" and _is_tests(cell.grader) and notebook.language == "python" and not _can_fail(cell.source):
            yield Found(
                spot,
                f"The tests {cell.name} pass whatever the student wrote: nothing in them is asserted.",
                "Assert what a right answer must satisfy, each with a message that says what was expected.",
            )


def _can_fail(source: str) -> bool:
    if "AUTOTEST" in source or _ASSERTS.search(source):  # nbgrader writes autotests itself
        return True
    try:
        tree = ast.parse(_without_magics(source))
    except (SyntaxError, ValueError, RecursionError):
        return True
    # A last expression is nbgrader's partial credit: its value is the score.
    last = tree.body[-1] if tree.body else None
    scored = isinstance(last, ast.Expr) and not isinstance(last.value, ast.Constant)
    return scored or any(isinstance(node, ast.Call | ast.Raise | ast.Assert) for node in ast.walk(tree))


def _without_magics(source: str) -> str:
    return re.sub(r"^(\s*)[%!].*$", r"\1pass", source, flags=re.MULTILINE)


@rule("misconception-invalid", Severity.error)
def misconception_invalid(view: CourseView) -> Iterator[Found]:
    """A misconception's `when` is not a Python expression."""
    for cell, meta, spot in view.checks:
        for misconception in meta.misconceptions:
            why = _not_an_expression(misconception.when)
            if why:
                yield Found(
                    spot,
                    f"The misconception {quoted(misconception.when)} of {cell.name} is not a Python expression "
                    f"({why}), so nobody would be told.",
                    "Write what is true when the mistake was made, such as `speed == distance * time`.",
                )


def _not_an_expression(text: str) -> str:
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError as error:
        return error.msg or "it cannot be read"
    except (ValueError, RecursionError, MemoryError):
        return "it cannot be read"
    return "it compares nothing" if isinstance(tree.body, ast.Constant) else ""
