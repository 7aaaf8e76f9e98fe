"""What a student receives of a cell, as nbgrader's own preprocessors leave it, and what stays behind.

A pure copy of how `ClearSolutions`, `ClearHiddenTests` and `ClearMarkScheme` cut a cell by its delimiters.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from plnb.core.cells import Cell

Kind = Literal["solution", "hidden tests", "mark scheme"]

_KINDS: Final[dict[Kind, str]] = {"solution": "SOLUTION", "hidden tests": "HIDDEN TESTS", "mark scheme": "MARK SCHEME"}


@dataclass(frozen=True)
class Cut:
    """A cell, cut in two."""

    released: tuple[str, ...]
    """Lines that students receive."""
    solution: tuple[str, ...]
    """Lines of the solution."""
    hidden: tuple[str, ...]
    """Lines of hidden tests and mark schemes."""
    broken: tuple[tuple[Kind, str], ...]
    """Regions that nbgrader would refuse, and why."""
    kinds: frozenset[Kind]
    """Kinds of regions the cell has."""


@dataclass(frozen=True)
class Piece:
    """A cell and its two parts."""

    cell: Cell
    cut: Cut

    @cached_property
    def said(self) -> frozenset[str]:
        """What students receive, line by line, made `plain`."""
        return frozenset(plain(line) for line in self.cut.released if line and not line.isspace())


def plain(line: str) -> str:
    """A line without spaces, the comment behind it or the mark before it: `# m = 3  # slope` is `m=3`."""
    return "".join(line.lstrip("# \t").split("#", 1)[0].split())


def cut(cell: Cell) -> Cut:
    """Cut a cell as nbgrader's release does. A solution cell without a region is a solution from end to end."""
    lines = cell.source.split("\n")
    if "BEGIN " not in cell.source and "END " not in cell.source:
        whole = bool(cell.grader and cell.grader.solution)
        return Cut(() if whole else tuple(lines), tuple(lines) if whole else (), (), (), frozenset())
    released: list[str] = []
    taken: dict[Kind, list[str]] = {kind: [] for kind in _KINDS}
    broken: list[tuple[Kind, str]] = []
    kinds: set[Kind] = set()
    inside: Kind | None = None
    for line in lines:
        begins = next((kind for kind, word in _KINDS.items() if f"BEGIN {word}" in line), None)
        ends = next((kind for kind, word in _KINDS.items() if f"END {word}" in line), None)
        if begins:
            if inside:
                broken.append((begins, f"a region begins inside another ({inside})"))
            inside = begins
            kinds.add(begins)
        elif ends:
            if inside != ends:
                broken.append((ends, "a region ends that was never begun"))
            inside = None
        elif inside:
            taken[inside].append(line)
        else:
            released.append(line)
    if inside:
        broken.append((inside, "a region is never ended"))
    if cell.grader and cell.grader.solution and "solution" not in kinds:
        taken["solution"] += released
        released = []
    return Cut(
        tuple(released),
        tuple(taken["solution"]),
        (*taken["hidden tests"], *taken["mark scheme"]),
        tuple(broken),
        frozenset(kinds),
    )
