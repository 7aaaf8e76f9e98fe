"""Checks that were rewritten in a submission: what a person should look at, with what differs. It changes no score. Pure.

Whoever tidies a check, comments it or prints in it has not rewritten it: only a statement that is gone is worth a look.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable
from difflib import unified_diff
from typing import Final

from nbformat import NotebookNode

from plnb.grading.repairs import Repair, RepairCode
from plnb.grading.results import IntegrityFlag
from plnb.grading.sealing import hidden_lines
from plnb.grading.submission import StudentNotebook

_LONGEST: Final = 4_000  # characters of a difference


def rewritten(
    master: NotebookNode, student: StudentNotebook, repairs: Iterable[Repair], hidden: tuple[str, str]
) -> tuple[IntegrityFlag, ...]:
    """A flag for each check whose statements or points a submission changed; `hidden` is what begins and ends hidden tests."""
    released = {cell.metadata.get("nbgrader", {}).get("grade_id", ""): cell.source for cell in master.cells}
    handed_in: dict[str, str] = {}
    for cell in student.cells:
        handed_in.setdefault(cell.grade_id, cell.source)
    flags = []
    for repair in repairs:
        if repair.code is RepairCode.edited_points:
            message = f"The points of {repair.cell} were changed; the released ones were used."
            flags.append(IntegrityFlag(code="edited-points", message=message, check=repair.cell))
        elif repair.code is RepairCode.edited_test and repair.cell in released:
            ours, theirs = _seen(released[repair.cell], hidden), handed_in.get(repair.cell, "")
            if _lost(ours, theirs):
                message = f"Statements of the check {repair.cell} were taken out; the released check was used."
                flags.append(IntegrityFlag(code="edited-test", message=message, check=repair.cell, diff=_difference(ours, theirs)))
    return tuple(flags)


def _seen(source: str, hidden: tuple[str, str]) -> str:
    """What the student was given."""
    unseen = hidden_lines(source, hidden)
    return "\n".join(line for number, line in enumerate(source.split("\n"), 1) if number not in unseen)


def _lost(ours: str, theirs: str) -> bool:
    """Whether a statement of ours is no longer there."""
    try:
        before, after = (Counter(map(ast.dump, ast.parse(text).body)) for text in (ours, theirs))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ours.split() != theirs.split()
    return bool(before - after)


def _difference(ours: str, theirs: str) -> str:
    lines = unified_diff(ours.splitlines(), theirs[:_LONGEST].splitlines(), "released", "handed in", lineterm="")
    return "\n".join(lines)[:_LONGEST]
