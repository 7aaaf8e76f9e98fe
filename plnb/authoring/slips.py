"""Slips: the small mistakes of a careless student, made in correct Python: a sign, an off-by-one, operands swapped.

The mistake is made on the syntax tree and written back into the text, so comments and layout stay. Whether it makes the answer
wrong is for the check to say: what is promised is that the code still parses and computes something else.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from random import Random
from typing import NamedTuple


class Slip(NamedTuple):
    """Code with one mistake in it, and what the mistake is."""

    code: str
    """The code."""
    what: str
    """The mistake in a few words."""


class _Change(NamedTuple):
    node: ast.expr
    new: ast.expr
    what: str
    weight: int
    """Slips in operators look like thinking errors and come first; slips in numbers look like typing errors."""


_LETTERS = "ABCDE"


def slip(code: str, lines: Collection[int], dice: Random, *, options: Sequence[str] = ()) -> Slip | None:
    """Make one mistake in `code`, on one of its `lines` (counted from 1).

    `options` are the answers a question offers, for answers that are text. Returns None where the code is not Python or leaves
    nothing to get wrong.
    """
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return None
    changes = [change for change in _changes(tree, options) if change.node.lineno in lines and change.node.end_lineno in lines]
    while changes:
        chosen = dice.choices(changes, [change.weight for change in changes])[0]
        changed = _put(code, chosen)
        if changed is not None:
            return Slip(changed, chosen.what)
        changes.remove(chosen)
    return None


def _changes(node: ast.AST, options: Sequence[str]) -> Iterator[_Change]:
    """Every mistake that could be made below `node`. Statements that are only an expression draw or print; they are left alone."""
    if isinstance(node, (ast.Expr, ast.JoinedStr, ast.Import, ast.ImportFrom, ast.Assert, ast.Raise)):
        return
    if isinstance(node, ast.expr):
        yield from _here(node, options)
    for child in ast.iter_child_nodes(node):
        if isinstance(node, ast.Call) and isinstance(child, ast.keyword):
            continue  # keywords set options, seldom values
        if isinstance(node, ast.Call) and _name(node) == "round" and child in node.args[1:]:
            continue
        if isinstance(node, (ast.FunctionDef, ast.AnnAssign)) and child in (
            getattr(node, "returns", None),
            getattr(node, "annotation", None),
        ):
            continue
        yield from _changes(child, options)


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _here(node: ast.expr, options: Sequence[str]) -> Iterator[_Change]:
    match node:
        case ast.BinOp(left, ast.Sub() | ast.Div() as op, right):
            if ast.dump(left) != ast.dump(right):
                yield _Change(node, ast.BinOp(right, op, left), "operands swapped", 6)
            if isinstance(op, ast.Sub):
                yield _Change(node, ast.BinOp(left, ast.Add(), right), "added instead of subtracted", 4)
            else:
                yield _Change(node, ast.BinOp(left, ast.Mult(), right), "multiplied instead of divided", 4)
        case ast.BinOp(left, ast.Add(), right):
            yield _Change(node, ast.BinOp(left, ast.Sub(), right), "subtracted instead of added", 5)
        case ast.BinOp(left, ast.Mult(), right):
            yield _Change(node, ast.BinOp(left, ast.Add(), right), "added instead of multiplied", 2)
        case ast.UnaryOp(ast.USub(), operand):
            yield _Change(node, operand, "lost a minus sign", 6)
        case ast.Call(func, [ast.Name() as first, ast.Name() as second, *rest], keywords) if first.id != second.id:
            yield _Change(node, ast.Call(func, [second, first, *rest], keywords), "arguments swapped", 3)
        case ast.Compare(left, [ast.Lt() | ast.Gt() as op], right):
            turned = ast.Gt() if isinstance(op, ast.Lt) else ast.Lt()
            yield _Change(node, ast.Compare(left, [turned], right), "comparison turned round", 2)
        case ast.Constant(bool() as value):
            yield _Change(node, ast.Constant(not value), "true and false mixed up", 4)
        case ast.Constant(int() as value):
            yield _Change(node, ast.Constant(value + 1 if value < 2 else value - 1), "off by one", 1)
        case ast.Constant(float() as value) if value:
            yield _Change(node, ast.Constant(round(value * 10, 12)), "decimal point one place off", 2)
        case ast.Constant(str() as value):
            others = [text for text in (options or _letters(value)) if text != value]
            for other in others:
                yield _Change(node, ast.Constant(other), f"chose {other!r}", 4)


def _letters(value: str) -> str:
    """Multiple choice without a widget: a single capital letter has neighbours."""
    return _LETTERS if len(value) == 1 and value in _LETTERS else ""


def _put(code: str, change: _Change) -> str | None:
    """Write the new expression where the old one stood. Columns of syntax trees count bytes."""
    node = change.node
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    lines = code.encode().split(b"\n")
    before = b"\n".join([*lines[: node.lineno - 1], lines[node.lineno - 1][: node.col_offset]])
    after = b"\n".join([lines[node.end_lineno - 1][node.end_col_offset :], *lines[node.end_lineno :]])
    new = ast.unparse(ast.fix_missing_locations(change.new)).encode()
    text = (before + new + after).decode()
    try:
        same = ast.dump(ast.parse(text)) == ast.dump(ast.parse(code))
    except SyntaxError:
        return None
    return None if same else text
