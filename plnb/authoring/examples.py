"""What the visible tests of an answer give away: results of calls, and words to choose from.

A student can read them and hand them back instead of an answer. Pure; reads the text of test cells and runs nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

_HIDDEN: Final = re.compile(r"^[^\n]*BEGIN HIDDEN TESTS.*?END HIDDEN TESTS[^\n]*$", re.DOTALL | re.MULTILINE)
_NOTHING: Final = object()


class Examples:
    """The examples in the tests that students see."""

    def __init__(self, tests: Iterable[str] = ()) -> None:
        texts = tuple(tests)
        self._trees = [tree for test in texts if (tree := _visible(test)) is not None]
        whole = [tree for test in texts if (tree := _parsed(test)) is not None]
        self._choices = [choice for tree in whole for choice in _choices(tree)]

    def instead_of(self, word: str) -> Iterator[str]:
        """Other words that some test names beside this one: `unit in ("m", "m/s")`."""
        return (other for choice in self._choices if word in choice for other in choice if other != word)

    def by_heart(self, function: ast.FunctionDef) -> str:
        """A body for a function that knows only the visible examples; empty where there are none."""
        told = function.args
        if told.vararg or told.kwarg or told.kwonlyargs or any(name.arg in ("self", "cls") for name in told.args[:1]):
            return ""
        known: dict[str, object] = {}
        for tree in self._trees:
            for values, result in _results(tree, function.name):
                known.setdefault(repr(values), result)
        if not known:
            return ""
        given = "".join(f"{name.arg}, " for name in (*told.posonlyargs, *told.args))
        first = next(iter(known.values()))
        return f"return {known!r}.get(repr(({given})), {first!r})"


def _visible(test: str) -> ast.Module | None:
    return _parsed(_HIDDEN.sub("", test))


def _parsed(test: str) -> ast.Module | None:
    try:
        return ast.parse(test)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _choices(tree: ast.Module) -> Iterator[tuple[str, ...]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple | ast.List | ast.Set) and len(node.elts) > 1:
            value = _literal(node)
            if isinstance(value, tuple | list | set) and all(isinstance(each, str) for each in value):
                yield tuple(sorted(value) if isinstance(value, set) else value)


def _results(tree: ast.Module, name: str) -> Iterator[tuple[tuple[Any, ...], object]]:
    """Arguments and result of each call whose result a test says: by `==`, a difference, or `isclose(call, result)`."""
    for node in ast.walk(tree):
        match node:
            case ast.Compare(left=left, ops=[ast.Eq() | ast.Is()], comparators=[right]):
                pairs = [(left, right), (right, left)]
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                pairs = [(left, right), (right, left)]
            case ast.Call(args=[left, right, *_]):
                pairs = [(left, right), (right, left)]
            case _:
                continue
        for call, said in pairs:
            values, result = _arguments(call, name), _literal(said)
            if values is not None and result is not _NOTHING:
                yield values, result


def _arguments(call: ast.expr, name: str) -> tuple[Any, ...] | None:
    match call:
        case ast.Call(func=ast.Name(id=called), args=args, keywords=[]) if called == name:
            values = tuple(_literal(arg) for arg in args)
            return None if any(value is _NOTHING for value in values) else values
    return None


def _literal(node: ast.expr) -> Any:
    match node:
        case ast.Call(func=ast.Name(id="approx") | ast.Attribute(attr="approx"), args=[value, *_]):
            return _literal(value)  # pytest.approx(2.5)
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return _NOTHING
