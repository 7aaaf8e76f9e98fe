"""Where students write in a notebook, and what the teacher would write there.

Found by comparing a released cell with the teacher's cell of the same grade_id, so it works for any nbgrader course, whatever its
stubs look like. Knows cells, not files.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from plnb.core.authored import NotebookSource
from plnb.core.base import BranchRef, Model
from plnb.core.cells import Cell, ReflectCell, ResponseCell
from plnb.core.course import Activity


class Answer(Model):
    """One place where a student writes."""

    cell: str
    """The cell's grade_id, or nbformat's id where nbgrader does not know the cell."""
    code: bool
    """Whether the answer is code."""
    released: str
    """What stands there when the student receives it."""
    solved: str
    """What stands there when the teacher has answered it, without the teacher's markers."""
    lines: tuple[int, ...] = ()
    """Lines of `solved` that are the answer, counted from 1; the others were given."""
    manual: bool = False
    """Whether a person gives the points."""
    voice: str = ""
    """For a place where students speak for themselves: `goal` or `reflect`; empty otherwise."""
    branch: BranchRef | None = None
    """Only on this branch of a fork in the notebook."""
    options: tuple[str, ...] = ()
    """Answers to choose from, where the cell offers some."""

    @property
    def is_function(self) -> bool:
        """Whether the answer completes a function."""
        return self.code and re.search(r"^def \w", self.solved, re.MULTILINE) is not None


def answers(released: NotebookSource, source: NotebookSource, activity: Activity) -> tuple[Answer, ...]:
    """Every place where a student writes in the released notebook, in order.

    A cell that the release has and the source lacks is left out: nothing is known about it.
    """
    solved = {_name(cell): cell for cell in source.cells}
    branches = {answer: check.branch for check in activity.checks if check.branch for answer in check.answers}
    return tuple(_answers(released.cells, solved, branches))


def _answers(released: tuple[Cell, ...], solved: dict[str, Cell], branches: dict[str, BranchRef]) -> Iterator[Answer]:
    for cell in released:
        name = _name(cell)
        theirs = solved.get(name)
        if not name or theirs is None or not _writable(theirs):
            continue
        meta, grader = theirs.meta, theirs.grader
        text = _without(theirs.source, "HIDDEN TESTS", "MARK SCHEME")
        text, lines = _solved(cell.source, text)
        yield Answer(
            cell=name,
            code=cell.kind == "code",
            released=cell.source,
            solved=text,
            lines=lines,
            manual=bool(grader and grader.is_manual),
            voice=meta.role if isinstance(meta, ReflectCell) else "",
            branch=(meta.branch if meta else None) or branches.get(name),
            options=meta.options if isinstance(meta, ResponseCell) else (),
        )


def _name(cell: Cell) -> str:
    return cell.grader.grade_id if cell.grader and cell.grader.grade_id else cell.cell_id


def _writable(cell: Cell) -> bool:
    return isinstance(cell.meta, ReflectCell) or bool(cell.grader and cell.grader.solution)


def _solved(released: str, source: str) -> tuple[str, tuple[int, ...]]:
    """The teacher's text without the SOLUTION markers, and the numbers of its lines that the release does not have."""
    kept = [line for line in source.split("\n") if not re.search(r"\b(BEGIN|END) SOLUTION\b", line)]
    matcher = difflib.SequenceMatcher(None, released.split("\n"), kept, autojunk=False)
    lines = [
        line + 1 for tag, _, _, first, last in matcher.get_opcodes() if tag in {"replace", "insert"} for line in range(first, last)
    ]
    return "\n".join(kept), tuple(lines)


def _without(source: str, *marks: str) -> str:
    """Text without the regions that nbgrader takes out of what students receive."""
    for mark in marks:
        source = re.sub(rf"^.*BEGIN {mark}.*\n(?:.*\n)*?.*END {mark}.*(?:\n|\Z)", "", source, flags=re.MULTILINE)
    return source.rstrip("\n")
