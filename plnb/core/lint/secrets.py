"""Rules on what students must not receive: solutions, their values, and hidden tests.

They look for what the solution says, line by line, in everything that is handed out: other cells, visible tests, hints.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Final

from plnb.core.authored import NotebookSource
from plnb.core.cells import Cell, CheckCell
from plnb.core.findings import Severity
from plnb.core.lint.registry import Found, rule
from plnb.core.lint.released import Piece, plain
from plnb.core.lint.view import CourseView
from plnb.core.lint.words import quoted

_ANSWER: Final = re.compile(r"^(?:[A-Za-z_][\w.\[\]'\", ]*\s*[-+*/]?=(?!=)\s*|return\s+)(?P<value>.+)$")
_CONSTANT: Final = re.compile(r"[A-Za-z_]\w*\s*=\s*[-+(\d.\"']")
_EMPTY: Final = re.compile(r"^(?:None|\.\.\.|True|False|0|0\.0|1|\[\]|\{\}|\(\)|''|\"\"|[A-Za-z_]\w*|set\(\)|list\(\)|dict\(\))$")


def _answers(lines: Iterable[str]) -> dict[str, str]:
    """Lines that give an answer away, spaces taken out -> as written. Starting values such as `total = 0` are no answer."""
    found = {}
    for line in lines:
        said = _ANSWER.match(line.split("#", 1)[0].strip())
        if said and not _EMPTY.match(said["value"].strip()):
            found[plain(line)] = line.strip()
    return found


def _solutions(pieces: list[Piece]) -> list[tuple[Cell, dict[str, str]]]:
    """Cells whose solution has answer lines, and those lines."""
    return [(piece.cell, answers) for piece in pieces if piece.cell.kind == "code" and (answers := _answers(piece.cut.solution))]


@rule("leaked-solution", Severity.error)
def leaked_solution(view: CourseView) -> Iterator[Found]:
    """A solution, or its value, stands where students can read it."""
    for notebook in view.notebooks:
        pieces = view.pieces(notebook)
        yield from _misplaced(view, notebook, pieces, "solution")
        yield from _repeated(view, notebook, pieces)
        yield from _asserted(view, notebook, pieces)


@rule("leaked-hidden-test", Severity.error)
def leaked_hidden_test(view: CourseView) -> Iterator[Found]:
    """A hidden test, or a mark scheme, stands where students can read it."""
    for notebook in view.notebooks:
        pieces = view.pieces(notebook)
        yield from _misplaced(view, notebook, pieces, "hidden tests")
        yield from _misplaced(view, notebook, pieces, "mark scheme")
        hidden = {
            plain(line): (piece.cell, line)
            for piece in pieces
            for line in piece.cut.hidden
            if line.strip().startswith("assert ") and len(line) > 12
        }
        for piece in pieces:
            for line in hidden.keys() & piece.said:
                owner, written = hidden[line]
                yield Found(
                    view.cell(notebook, piece.cell),
                    f"A hidden test of {owner.name} can be read here: {quoted(written)}.",
                    f"Take the line out, or test something else in {owner.name}.",
                )


_HOMES: Final = {
    "solution": ("SOLUTION", "a cell of the type “Autograded answer” or “Manually graded answer”"),
    "hidden tests": ("HIDDEN TESTS", "a cell of the type “Autograder tests”"),
    "mark scheme": ("MARK SCHEME", "a cell of the type “Manually graded task”"),
}


def _misplaced(view: CourseView, notebook: NotebookSource, pieces: list[Piece], kind: str) -> Iterator[Found]:
    word, home = _HOMES[kind]
    for piece in pieces:
        cell, grader = piece.cell, piece.cell.grader
        for why in [why for broken, why in piece.cut.broken if broken == kind]:
            yield Found(
                view.cell(notebook, cell),
                f"In {cell.name} {why}, so what should be taken out may stay in, and nbgrader stops.",
                f"Put one line `### BEGIN {word}` before and one line `### END {word}` after what students must not see.",
            )
        at_home = (
            grader is not None
            and {
                "solution": grader.solution,
                "hidden tests": grader.grade and not grader.solution,
                "mark scheme": grader.task,
            }[kind]
        )
        if kind in piece.cut.kinds and not at_home:
            yield Found(
                view.cell(notebook, cell),
                f"{cell.name} has a {kind} region but is not a cell that nbgrader takes it out of.",
                f"Make it {home}, or move the region into one.",
            )


def _repeated(view: CourseView, notebook: NotebookSource, pieces: list[Piece]) -> Iterator[Found]:
    """Every answer line of a solution, all in one released cell: a whole answer, and not a line that two cells happen to share."""
    for owner, answers in _solutions(pieces):
        for piece in pieces:
            if answers.keys() <= piece.said:
                yield Found(
                    view.cell(notebook, piece.cell),
                    f"The solution of {owner.name} can be read here: {quoted(next(iter(answers.values())))}.",
                    "Take it out, use other names and numbers, or move it between BEGIN SOLUTION and END SOLUTION.",
                )


Value = int | float | str | bool


def _asserted(view: CourseView, notebook: NotebookSource, pieces: list[Piece]) -> Iterator[Found]:
    """A visible test that compares the student's name with the value the solution gives it."""
    if notebook.language != "python":
        return
    values: dict[str, tuple[Value, Cell]] = {}
    for piece in pieces:
        if piece.cell.kind != "code":
            continue
        for name, value in _constants(piece.cut.solution):
            values[name] = (value, piece.cell)
        text = "\n".join(piece.cut.released)
        if "assert" not in text or not any(name in text for name in values):
            continue
        for name, value in _compared(text):
            known = values.get(name)
            if known and _same(known[0], value):
                yield Found(
                    view.cell(notebook, piece.cell),
                    f"The answer to {known[1].name} can be read in a visible test: {name} is compared with {value!r}.",
                    "Move the comparison between BEGIN HIDDEN TESTS and END HIDDEN TESTS, or compute the value "
                    "from the question's data.",
                )


def _constants(lines: Iterable[str]) -> Iterator[tuple[str, Value]]:
    """`name = value` for values that can be worked out on paper."""
    for line in lines:
        if not _CONSTANT.match(line):
            continue
        for node in _parsed(line):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                value = _value(node.value)
                if value is not None:
                    yield node.targets[0].id, value


def _compared(text: str) -> Iterator[tuple[str, Value]]:
    """Names that must equal a constant: `assert m == 3`, `assert abs(m - 3) < 1e-6`, `assert near(m, 3)`, `assert_equal(m, 3)`.

    A comparison inside another, such as `(m < 0) == (way == "down")`, gives nothing away.
    """
    for node in (inner for statement in _parsed(text) for inner in ast.walk(statement)):
        match node:
            case ast.Assert(test=ast.BoolOp(op=ast.And(), values=parts)):
                for part in parts:
                    yield from _equal(part)
            case ast.Assert(test=test):
                yield from _equal(test)
            case ast.Expr(value=ast.Call() as call):
                yield from _equal(call)


def _equal(test: ast.expr) -> Iterator[tuple[str, Value]]:
    match test:
        case ast.Compare(left=left, ops=[ast.Eq() | ast.Is()], comparators=[right]):
            yield from _pair(left, right)
        case ast.Compare(left=ast.Call(args=[ast.BinOp(op=ast.Sub(), left=left, right=right)]), ops=[ast.Lt() | ast.LtE()]):
            yield from _pair(left, right)
        case ast.Call(args=[first, second, *_]):
            yield from _pair(first, second)


def _pair(one: ast.expr, other: ast.expr) -> Iterator[tuple[str, Value]]:
    for name, value in ((one, _value(other)), (other, _value(one))):
        match name:
            case (
                ast.Name(id=said)
                | ast.Call(func=ast.Name(id="round" | "float" | "int" | "abs" | "str"), args=[ast.Name(id=said), *_])
            ):
                if value is not None:
                    yield said, value


def _parsed(text: str) -> list[ast.stmt]:
    try:
        return ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _value(node: ast.expr) -> Value | None:
    match node:
        case ast.Constant(value=int() | float() | str() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _value(operand)
            return -inner if isinstance(inner, int | float) else None
        case ast.BinOp(left=left, op=op, right=right):
            one, other = _value(left), _value(right)
            if isinstance(one, int | float) and isinstance(other, int | float):
                return _reckon(op, one, other)
    return None


def _reckon(op: ast.operator, one: float, other: float) -> float | None:
    match op:
        case ast.Add():
            return one + other
        case ast.Sub():
            return one - other
        case ast.Mult():
            return one * other
        case ast.Div() if other:
            return one / other
    return None


def _same(one: Value, other: Value) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return abs(one - other) <= 1e-9 * max(abs(one), abs(other), 1e-300)


@rule("secret-in-hint", Severity.error)
def secret_in_hint(view: CourseView) -> Iterator[Found]:
    """A hint, or what is said of a misconception, is the solution itself."""
    for notebook in view.notebooks:
        pieces = view.pieces(notebook)
        solutions = _solutions(pieces)
        for piece in pieces:
            if not isinstance(piece.cell.meta, CheckCell):
                continue
            for what, text in _said(piece.cell.meta):
                if "=" not in text and "return" not in text:
                    continue  # every answer line has one of them
                squeezed = "".join(text.split())
                for owner, answers in solutions:
                    # A hint may say one line of several; all of them are the answer.
                    if all(line in squeezed and _stands_in(written, text) for line, written in answers.items()):
                        yield Found(
                            view.cell(notebook, piece.cell),
                            f"A {what} of {piece.cell.name} is the solution of {owner.name}: {quoted(text)}.",
                            "Say what to think about next, or work an example with other names and numbers.",
                        )


def _said(meta: CheckCell) -> Iterator[tuple[str, str]]:
    for hint in meta.hints:
        yield "hint", hint
    for misconception in meta.misconceptions:
        yield "misconception's sentence", misconception.say


def _stands_in(line: str, text: str) -> bool:
    """`m = 3` stands in `Write m=3.` but not in `sum = 30`."""
    parts = r"\s*".join(re.escape(part) for part in re.findall(r"\w+|\S", line.split("#", 1)[0]))
    return re.search(rf"(?<!\w){parts}(?!\w|\.\d)", text) is not None
