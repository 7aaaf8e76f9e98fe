"""What only the instructor may know stays out of what students get: of releases, of the graded notebooks that feedback is made of,
and of what students are told.

nbgrader takes hidden tests out of what it releases, and then shows them in feedback: their text, the lines around a failure, and
messages that may hold the expected value. Pure.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Set
from typing import Final

from nbformat import NotebookNode

from plnb.engine.nodes import as_node
from plnb.errors import InputError
from plnb.store.bundle import strip_cell_meta
from plnb.store.metadata import read_cell_meta, write_cell_meta

# nbgrader's own, asserted by a test: importing its preprocessors takes longer than grading a submission.
DELIMITERS: Final = ("BEGIN HIDDEN TESTS", "END HIDDEN TESTS")
"""What begins and ends a region of hidden tests, where the course's configuration does not say otherwise."""

STAND_IN: Final = "# Tests that stay hidden ran here."
"""Stands where hidden tests were."""

UNSEEN: Final = "A test that you cannot see did not pass. Try your answer on an example of your own."
"""What is said of a failure in a hidden test."""

_FRAME = re.compile(r"Cell In\s*\[\d+\], line (\d+)")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def hidden_lines(source: str, delimiters: tuple[str, str] = DELIMITERS) -> Set[int]:
    """Numbers, from 1, of the lines students may not see; a region that is not closed hides everything below it."""
    begin, end = delimiters
    hidden: set[int] = set()
    inside = False
    for number, line in enumerate(source.split("\n"), 1):
        inside = inside or begin in line
        if inside:
            hidden.add(number)
        inside = inside and end not in line
    return hidden


def failed_unseen(cell: NotebookNode, delimiters: tuple[str, str] = DELIMITERS) -> bool:
    """Whether a test cell failed in a line that students may not see. Where the traceback does not say, it did."""
    hidden = hidden_lines(cell.source, delimiters)
    errors = [output for output in cell.get("outputs", []) if output.output_type == "error"]
    return bool(hidden) and any(_line(error) is None or _line(error) in hidden for error in errors)


def strip_metadata(notebook: NotebookNode) -> None:
    """Take out of our metadata, in place, what only the instructor may know. A key nobody can read goes out whole."""
    notebook.metadata.pop("plnb", None)
    for cell in notebook.cells:
        if "plnb" in cell.metadata:
            raw = cell.metadata.pop("plnb")
            with contextlib.suppress(InputError):
                cell.metadata["plnb"] = as_node(write_cell_meta(strip_cell_meta(read_cell_meta(raw))))


def seal(notebook: NotebookNode, delimiters: tuple[str, str] = DELIMITERS) -> None:
    """Take hidden tests out of an executed notebook, in place: their text, what they printed, and what their failures quote."""
    strip_metadata(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code" and (hidden := hidden_lines(cell.source, delimiters)):
            unseen = failed_unseen(cell, delimiters)
            lines = cell.source.split("\n")
            cell.outputs = [_sealed(output, lines, unseen=unseen) for output in cell.outputs if output.output_type != "stream"]
            cell.source = "\n".join(_visible(lines, hidden))


def _visible(lines: list[str], hidden: Set[int]) -> list[str]:
    """The lines students may see, with the stand-in once for each region."""
    kept: list[str] = []
    for number, line in enumerate(lines, 1):
        if number not in hidden:
            kept.append(line)
        elif number - 1 not in hidden:
            kept.append(STAND_IN)
    return kept


def _sealed(output: NotebookNode, lines: list[str], *, unseen: bool) -> NotebookNode:
    """An output without the lines around a failure, and without its message where the failure itself is hidden."""
    if output.output_type != "error":
        return output
    at = _line(output)
    if unseen:
        output.ename, output.evalue = "HiddenTest", UNSEEN
    quoted = [f"----> {lines[at - 1].strip()}", ""] if at and not unseen and at <= len(lines) else []
    output.traceback = [*quoted, f"{output.ename}: {output.evalue}"]
    return output


def _line(error: NotebookNode) -> int | None:
    """The line of the cell in which an error came up: its outermost frame."""
    found = _FRAME.search(_ANSI.sub("", "\n".join(error.get("traceback", []))))
    return int(found[1]) if found else None
