"""Reading a test cell: what keeps it from being run outside the student's process, and which names its statements bind and use.

Only what the text tells; the rehearsal (`plnb.grading.rehearsal`) finds out the rest by running. Pure.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

_KERNELS_OWN: Final = frozenset({"get_ipython", "display", "In", "Out", "_", "__"})
_COMMAND: Final = re.compile(r"^\s*(%|!|\?)|\?\s*$", re.MULTILINE)
_SINGLE: Final = ("None", "True", "False", "Ellipsis", "NotImplemented")


def why_in_kernel(source: str) -> str:
    """Why a test cell can run only in a kernel, as the end of a sentence (`it …`); empty where the text has no reason."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "it uses commands of IPython's (lines with % or !)" if _COMMAND.search(source) else "it is not plain Python"
    for node in ast.walk(tree):
        match node:
            case ast.AsyncFunctionDef() | ast.Await() | ast.AsyncFor() | ast.AsyncWith():
                return "it waits with `await`"
            case ast.Name(id=name) if name in _KERNELS_OWN:
                return f"it uses `{name}`, which only a notebook's kernel has"
            case ast.Compare() if _asks_for_identity(node):
                return "it asks with `is` whether two things are one and the same"
            case ast.Call(func=ast.Name(id="id")):
                return "it asks with `id` whether two things are one and the same"
    return ""


def _asks_for_identity(node: ast.Compare) -> bool:
    sides = [node.left, *node.comparators]
    for place, sign in enumerate(node.ops):
        if isinstance(sign, ast.Is | ast.IsNot) and not any(_is_single(side) for side in sides[place : place + 2]):
            return True
    return False


def _is_single(node: ast.expr) -> bool:
    """Whether there is only one thing of that value: None, True, a type."""
    match node:
        case ast.Constant(value=value):
            return value is None or value is ... or isinstance(value, bool)
        case ast.Name(id=name):
            return name in _SINGLE or name in ("int", "float", "str", "bool", "list", "dict", "tuple", "set", "type")
        case ast.Call(func=ast.Name(id="type")):
            return True
        case ast.Attribute(attr="NA" | "NaT"):
            return True
    return False


def fresh_number(source: str, name: str) -> ast.Constant | None:
    """The whole number that a cell sets `name` to, once and at its top level; None where it does not."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found = [
        statement.value
        for statement in tree.body
        if isinstance(statement, ast.Assign) and [isinstance(t, ast.Name) and t.id == name for t in statement.targets] == [True]
    ]
    one = found[0] if len(found) == 1 else None
    return one if isinstance(one, ast.Constant) and type(one.value) is int else None


def with_fresh_number(source: str, name: str, number: int) -> str:
    """The cell with another number in that place; as it is where there is no such place."""
    at = fresh_number(source, name)
    if at is None:
        return source
    lines = source.split("\n")
    line = lines[at.lineno - 1].encode()
    lines[at.lineno - 1] = (line[: at.col_offset] + str(number).encode() + line[at.end_col_offset :]).decode()
    return "\n".join(lines)


class Statement:
    """One statement of a cell's top level."""

    def __init__(self, node: ast.stmt) -> None:
        self.text: Final = ast.unparse(node)
        self.binds: Final = frozenset(_bound(node))
        self.uses: Final = frozenset(used(node))
        self.imports: Final = isinstance(node, ast.Import | ast.ImportFrom)
        self.defines: Final = self.imports or isinstance(node, ast.FunctionDef | ast.ClassDef)
        """Whether it makes a tool (a module, a function, a class) and not data."""


@lru_cache(maxsize=2048)
def statements(source: str) -> tuple[Statement, ...]:
    """The statements of a cell; lines that are IPython's are passed over, and a cell that is no Python has none.

    Remembered: lint asks again with every pause of somebody who types in one of a hundred cells.
    """
    plain = "\n".join("" if line.lstrip().startswith(("%", "!", "?")) else line for line in source.split("\n"))
    try:
        return tuple(Statement(node) for node in ast.parse(plain).body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()


def used(node: ast.AST) -> Iterator[str]:
    """Names that a piece of code reads, also inside its functions."""
    return (each.id for each in ast.walk(node) if isinstance(each, ast.Name))


def names_in(source: str) -> frozenset[str]:
    """Names that a cell or an expression mentions."""
    try:
        return frozenset(used(ast.parse(source.strip())))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()


def globals_used(source: str) -> frozenset[str]:
    """Names that a cell's code looks up in the notebook, also inside its functions: parameters and local names are none."""
    plain = "\n".join("" if line.lstrip().startswith(("%", "!", "?")) else line for line in source.split("\n"))
    try:
        tables = [symtable.symtable(plain, "<cell>", "exec")]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    found: set[str] = set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        found |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced() and symbol.is_global()}
    return frozenset(found)


def _bound(node: ast.stmt) -> Iterator[str]:
    """Names that a statement binds at the top level."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name
        case ast.Import() | ast.ImportFrom():
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0]
        case _:
            for child in ast.walk(node):
                if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store | ast.Del):
                    yield child.id
                elif isinstance(child, ast.FunctionDef | ast.ClassDef) and child is not node:
                    yield child.name
