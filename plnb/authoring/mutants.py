"""Small faults put into a right solution, one at a time: what a good check should notice (`plnb strength`).

A mutant is the solution cell with one piece of its text replaced; everything else stays as the teacher wrote it, so that the fault
can be shown as a change of a line. Only what stands between the SOLUTION marks is changed, or the whole cell where there are none.
What is only shown (prints, figures), docstrings and messages of errors are left alone: no check could notice them. Pure.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum
from hashlib import sha256
from itertools import pairwise, zip_longest
from typing import Final

from plnb.authoring.examples import Examples
from plnb.core.base import Model


class Kind(StrEnum):
    """What sort of fault it is."""

    operator = "operator"
    constant = "constant"
    branch = "branch"
    returned = "return"
    off_by_one = "off-by-one"
    swapped = "swapped"
    by_heart = "by-heart"
    empty = "empty"
    left_out = "left-out"


class Mutant(Model):
    """One faulty version of an answer cell."""

    id: str
    """Eight signs that stand for this fault in this code; other when the code changes, the same when only comments or blanks do."""
    answer: str
    """grade_id of the answer cell."""
    kind: Kind
    """What sort of fault."""
    line: int
    """Where it begins, counted from 1 in the cell."""
    what: str
    """The fault in a few words."""
    source: str
    """The whole cell with the fault in."""
    diff: tuple[str, ...]
    """Lines that differ: `-` as it should be, `+` with the fault."""


_OPERATORS: Final[dict[type[ast.operator], tuple[str, str]]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "/"),
    ast.Mod: ("%", "*"),
    ast.Pow: ("**", "*"),
}
_BOUNDARIES: Final[dict[type[ast.cmpop], tuple[str, str]]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
}
_TURNED: Final[dict[type[ast.cmpop], tuple[str, str]]] = {
    ast.Lt: ("<", ">"),
    ast.LtE: ("<=", ">="),
    ast.Gt: (">", "<"),
    ast.GtE: (">=", "<="),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
}
_SHOWN: Final = frozenset({"print", "display", "plt", "ax", "axes", "fig", "figure"})
"""Calls that begin with these names and whose value nobody keeps only show something."""
_REGION: Final = re.compile(r"BEGIN SOLUTION(.*?)END SOLUTION", re.DOTALL)
_MARK: Final = re.compile(r"#\s*same\s+([0-9a-f]{8})\b[ \t:,]*(.*)$", re.MULTILINE)


def mutants(
    answer: str, source: str, *, options: Collection[str] = (), examples: Examples = Examples(), most: int | None = None
) -> tuple[Mutant, ...]:
    """Faulty versions of an answer cell, each one once, in the order of their lines; none of a cell that is no plain Python.

    `options` are the choices a form over the cell offers, `examples` what the visible tests give away. `most` keeps that many,
    some of every kind.
    """
    tree = _parsed(source)
    if tree is None:
        return ()
    found: dict[str, Mutant] = {}
    right, code = ast.dump(tree), ast.unparse(tree)
    for start, end, new, kind, what in _Finder(source, tree, options, examples).faults():
        text = source[:start] + new + source[end:]
        faulty = _parsed(text)
        if faulty is None or ast.dump(faulty) == right:
            continue
        name = sha256(f"{answer}\n{code}\n{ast.unparse(faulty)}".encode()).hexdigest()[:8]
        line = source.count("\n", 0, start) + 1
        found.setdefault(
            name, Mutant(id=name, answer=answer, kind=kind, line=line, what=what, source=text, diff=_diff(source, text))
        )
    kept = _some(list(found.values()), most)
    return tuple(sorted(kept, key=lambda mutant: mutant.line))


def said_same(source: str) -> dict[str, str]:
    """Faults that the author says are none, by id, with the reason: comments `# same 3f9a2c1b: why` in the solution."""
    return {name: why.strip() for part in _regions(source) for name, why in _MARK.findall(source[part[0] : part[1]]) if why.strip()}


def is_plain(source: str) -> bool:
    """Whether a cell can be read as Python at all, IPython's own lines aside."""
    return _parsed(source) is not None


def _some(found: Sequence[Mutant], most: int | None) -> list[Mutant]:
    """At most `most`, by turns from every kind, the first of each kind first."""
    if most is None or len(found) <= most:
        return list(found)
    kinds = [[mutant for mutant in found if mutant.kind is kind] for kind in Kind]
    turns = [mutant for turn in zip_longest(*kinds) for mutant in turn if mutant is not None]
    return turns[:most]


def _parsed(source: str) -> ast.Module | None:
    """The cell as Python, IPython's own lines read as comments of the same length."""
    plain = re.sub(r"^(\s*)[%!?]", r"\1#", source, flags=re.MULTILINE)
    try:
        return ast.parse(plain)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _regions(source: str) -> list[tuple[int, int]]:
    return [match.span(1) for match in _REGION.finditer(source)] or [(0, len(source))]


def _diff(right: str, wrong: str) -> tuple[str, ...]:
    lines = list(difflib.unified_diff(right.split("\n"), wrong.split("\n"), n=0, lineterm=""))[2:]
    return tuple(line for line in lines if not line.startswith("@@"))


_Fault = tuple[int, int, str, Kind, str]
"""From, to, the new text in between, and what to call it."""


class _Finder:
    """Finds the places of one cell where a fault can be put in."""

    def __init__(self, source: str, tree: ast.Module, options: Collection[str], examples: Examples) -> None:
        self._source, self._tree, self._options, self._examples = source, tree, options, examples
        self._regions = _regions(source)
        self._lines = source.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def faults(self) -> Iterator[_Fault]:
        """Every fault, those of a statement from the outside in."""
        for statement in self._tree.body:
            yield from self._in(statement, counting=False, inside=False)

    # Places.

    def _at(self, line: int, column: int) -> int:
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:column].decode())

    def _span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._at(node.lineno, node.col_offset), self._at(node.end_lineno, node.end_col_offset)

    def _text(self, node: ast.expr | ast.stmt) -> str:
        start, end = self._span(node)
        return self._source[start:end]

    def _ours(self, node: ast.expr | ast.stmt) -> bool:
        start, end = self._span(node)
        return any(first <= start and end <= last for first, last in self._regions)

    def _sign(self, left: ast.expr, right: ast.expr, old: str, new: str, kind: Kind) -> Iterator[_Fault]:
        """Another sign between two expressions."""
        start, end = self._span(left)[1], self._span(right)[0]
        between = re.sub(r"#.*", lambda match: " " * len(match[0]), self._source[start:end])
        place = between.find(old)
        if place >= 0:
            yield start + place, start + place + len(old), new, kind, f"`{old}` became `{new}`"

    # Walking.

    def _in(self, node: ast.AST, *, counting: bool, inside: bool) -> Iterator[_Fault]:
        """Faults in a node: `counting` where a number counts or is a place, `inside` a function."""
        if isinstance(node, ast.JoinedStr | ast.Raise | ast.Import | ast.ImportFrom) or _only_shows(node) or _is_docstring(node):
            return
        if isinstance(node, ast.expr | ast.stmt) and self._ours(node):
            yield from self._here(node, counting=counting, inside=inside)
        if isinstance(node, ast.FunctionDef):
            yield from self._bodies(node)
        if isinstance(node, ast.Assert):
            yield from self._in(node.test, counting=counting, inside=inside)
            return
        left_alone = _annotations(node)
        inside = inside or isinstance(node, ast.FunctionDef | ast.Lambda)
        for child in ast.iter_child_nodes(node):
            if child not in left_alone:
                yield from self._in(child, counting=_counts(node, child, counting), inside=inside)

    def _here(self, node: ast.expr | ast.stmt, *, counting: bool, inside: bool) -> Iterator[_Fault]:
        match node:
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                if not _changes_nothing(op, right):
                    yield from self._sign(left, right, *_OPERATORS[type(op)], Kind.operator)
                if isinstance(op, ast.Sub | ast.Div | ast.FloorDiv | ast.Pow | ast.Mod):
                    sign = _OPERATORS[type(op)][0]
                    new = f"({self._text(right)}) {sign} ({self._text(left)})"
                    yield *self._span(node), new, Kind.swapped, f"the two sides of `{sign}` changed places"
            case ast.Compare():
                yield from self._compared(node)
            case ast.BoolOp(op=op, values=values):
                old, new = ("and", "or") if isinstance(op, ast.And) else ("or", "and")
                for left, right in pairwise(values):
                    yield from self._sign(left, right, old, new, Kind.operator)
            case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
                gone = "not" if isinstance(node.op, ast.Not) else "-"
                yield *self._span(node), f"({self._text(operand)})", Kind.operator, f"`{gone}` was left out"
            case ast.Constant():
                yield from self._constant(node, counting=counting)
            case ast.If(test=test) | ast.IfExp(test=test):
                yield *self._span(test), f"not ({self._text(test)})", Kind.branch, "the condition was turned round"
            case ast.While(test=test):
                yield *self._span(test), "False", Kind.branch, "the loop never runs"
            case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
                yield *self._span(value), "None", Kind.returned, "it returns None"
            case ast.Call():
                yield from self._called(node)
            case ast.AugAssign() | ast.Expr(value=ast.Call()):
                yield *self._span(node), "pass", Kind.left_out, "the line was left out"
            case ast.Assign(value=value) if not inside and not isinstance(value, ast.Constant):
                yield *self._span(value), "None", Kind.empty, "the name holds None"
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                for test in (test for part in node.generators for test in part.ifs):
                    yield *self._span(test), f"not ({self._text(test)})", Kind.branch, "the condition was turned round"

    def _compared(self, node: ast.Compare) -> Iterator[_Fault]:
        sides = [node.left, *node.comparators]
        for op, left, right in zip(node.ops, sides, sides[1:], strict=False):
            if type(op) in _TURNED:
                yield from self._sign(left, right, *_TURNED[type(op)], Kind.operator)
            # A measured value never lies exactly on a limit like 0.001; a count does.
            if type(op) in _BOUNDARIES and not any(_is_float(side) for side in (left, right)):
                yield from self._sign(left, right, *_BOUNDARIES[type(op)], Kind.off_by_one)

    def _constant(self, node: ast.Constant, *, counting: bool) -> Iterator[_Fault]:
        span, value = self._span(node), node.value
        if isinstance(value, bool):
            yield *span, str(not value), Kind.constant, f"`{value}` became `{not value}`"
        elif isinstance(value, int | float):
            if counting and isinstance(value, int):
                for beside in (value + 1, value - 1):
                    yield *span, f"({beside})" if beside < 0 else str(beside), Kind.off_by_one, f"`{value}` became `{beside}`"
            elif isinstance(value, int) or abs(value) > 1e-3:  # not a tolerance
                new = repr(2 * value) if value else "1"
                yield *span, new, Kind.constant, f"`{self._text(node)}` became `{new}`"
        elif isinstance(value, str):
            others = [option for option in self._options if option != value] if value in self._options else []
            for other in (others or list(self._examples.instead_of(value)) or [""])[:3]:
                yield *span, repr(other), Kind.constant, f"{value!r} became {other!r}"

    def _called(self, node: ast.Call) -> Iterator[_Fault]:
        first, second = (*node.args, None, None)[:2]
        if first and second and not isinstance(first, ast.Starred) and not isinstance(second, ast.Starred):
            start, end = self._span(first)[0], self._span(second)[1]
            between = self._source[self._span(first)[1] : self._span(second)[0]]
            new = f"{self._text(second)}{between}{self._text(first)}"
            yield start, end, new, Kind.swapped, "two arguments changed places"
        if isinstance(node.func, ast.Name) and node.func.id == "range" and node.args and not isinstance(node.args[0], ast.Starred):
            stop = node.args[min(1, len(node.args) - 1)]
            if not isinstance(stop, ast.Constant):
                for more in ("+ 1", "- 1"):
                    yield *self._span(stop), f"({self._text(stop)}) {more}", Kind.off_by_one, f"the range ends {more[0]}1"

    def _bodies(self, node: ast.FunctionDef) -> Iterator[_Fault]:
        """The function without what it does, and with the answers of the visible tests by heart."""
        body = [statement for statement in node.body if self._ours(statement) and not _is_docstring(statement)]
        if not body:
            return
        start, end = self._span(body[0])[0], self._span(body[-1])[1]
        yield start, end, "pass", Kind.empty, f"`{node.name}` does nothing"
        learned = self._examples.by_heart(node)
        if learned:
            yield start, end, learned, Kind.by_heart, f"`{node.name}` knows the visible tests by heart"


def _only_shows(node: ast.AST) -> bool:
    """Whether a statement only shows something."""
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        return False
    named: ast.expr = node.value.func
    while isinstance(named, ast.Attribute | ast.Call | ast.Subscript):
        named = named.func if isinstance(named, ast.Call) else named.value
    return isinstance(named, ast.Name) and named.id in _SHOWN


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _changes_nothing(op: ast.operator, right: ast.expr) -> bool:
    """Whether it is `- 0` or `/ 1`, which come to the same with the other sign."""
    neutral = 0 if isinstance(op, ast.Add | ast.Sub) else 1 if isinstance(op, ast.Mult | ast.Div | ast.Pow) else None
    return isinstance(right, ast.Constant) and neutral is not None and right.value == neutral


def _is_float(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, float)


def _annotations(node: ast.AST) -> list[ast.AST]:
    """What of a node says only what type something has."""
    match node:
        case ast.FunctionDef(returns=returns, decorator_list=decorators):
            return [*decorators, *([returns] if returns else [])]
        case ast.arg(annotation=ast.expr() as annotation) | ast.AnnAssign(annotation=annotation):
            return [annotation]
    return []


def _counts(node: ast.AST, child: ast.AST, before: bool) -> bool:
    """Whether whole numbers in `child` count things or name places."""
    match node:
        case ast.Subscript():
            return child is node.slice
        case ast.Call():
            return isinstance(node.func, ast.Name) and node.func.id == "range" and child in node.args
        case ast.Compare():
            return True
        case ast.stmt() | ast.Lambda():
            return False
    return before
