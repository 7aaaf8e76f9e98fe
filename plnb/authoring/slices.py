"""Which cells of a notebook a check of one answer needs: what comes before it by name, the answer, and what it leads to.

Only what the text tells. Whoever runs such a part tries it with the right answer first, and takes the whole notebook where that
fails. Pure.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from plnb.core.cells import Cell
from plnb.core.outside import used


@dataclass(frozen=True)
class _Read:
    """A code cell: the names it makes or changes, and those it looks at. None where it cannot be read."""

    binds: frozenset[str]
    uses: frozenset[str]
    imports: bool = False


def part_for(cells: Sequence[Cell], answer: Cell) -> tuple[int, ...]:
    """Indexes of the cells to run for one answer cell, in order: with every automatic check that the answer can reach.

    All later automatic checks are in it where none can be seen to depend on the answer.
    """
    code = [cell for cell in cells if cell.kind == "code"]
    read = {cell.index: _read(cell.source) for cell in code}
    changed = set(_of(read[answer.index]).binds)
    after: list[int] = []
    for cell in code:
        if cell.index <= answer.index:
            continue
        what = read[cell.index]
        if what is None or what.uses & changed:
            after.append(cell.index)
            if not _is_test(cell):
                changed |= _of(what).binds
    tests = [cell.index for cell in code if _is_test(cell) and cell.index > answer.index]
    if not set(tests) & set(after):
        after = [cell.index for cell in code if cell.index > answer.index]
    last = max((index for index in after if index in tests), default=answer.index)
    kept = [answer.index, *(index for index in after if index <= last)]
    wanted = {name for index in kept for name in _of(read[index]).uses}
    for cell in reversed([cell for cell in code if cell.index < last and cell.index not in kept]):
        what = read[cell.index]
        if _is_test(cell):
            continue
        if what is None or what.imports or what.binds & wanted:
            kept.append(cell.index)
            wanted |= _of(what).uses
    return tuple(sorted(kept))


def _is_test(cell: Cell) -> bool:
    return bool(cell.grader and cell.grader.grade and not cell.grader.solution)


def _of(read: _Read | None) -> _Read:
    return read or _Read(frozenset(), frozenset())


def _read(source: str) -> _Read | None:
    plain = "\n".join("" if line.lstrip().startswith(("%", "!", "?")) else line for line in source.split("\n"))
    try:
        tree = ast.parse(plain)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    imports = any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(tree))
    return _Read(frozenset(_touched(tree)), frozenset(used(tree)), imports or plain != source)


def _touched(tree: ast.Module) -> Iterator[str]:
    """Names that a cell binds, and names of things it may change: `rows.append(1)`, `table["x"] = 2`."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.Subscript(ctx=ast.Store() | ast.Del()) | ast.Attribute(ctx=ast.Store() | ast.Del()):
                yield from used(node)
            case ast.Expr(value=ast.Call(func=ast.Attribute() as method)):
                yield from used(method)
            case ast.Expr(value=ast.Call(args=args)):
                yield from (name for arg in args for name in used(arg))
