"""What real classes do to notebooks, one named function each: pasted twice, deleted, split, retyped, uploaded torn.

`mangle` takes the path of a submitted notebook, changes it in place and says in one sentence what it did. Nothing is validated on
the way out, because that is how such files come into the world. Knows nothing of courses or students.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection
from copy import deepcopy
from enum import StrEnum
from pathlib import Path
from typing import Final

from plnb.authoring.rawbook import RawBook, RawCell, cell_name, grader_key
from plnb.errors import NotebookError


class Mangle(StrEnum):
    """A way in which a submission arrives damaged or edited."""

    duplicated_cell = "duplicated-cell"
    deleted_check = "deleted-check"
    split_cell = "split-cell"
    retyped_cell = "retyped-cell"
    reordered_cells = "reordered-cells"
    edited_tests = "edited-tests"
    edited_points = "edited-points"
    edited_tags = "edited-tags"
    byte_order_mark = "byte-order-mark"
    torn_file = "torn-file"
    empty_file = "empty-file"
    wrong_name = "wrong-name"
    missing_notebook = "missing-notebook"
    huge_output = "huge-output"
    never_ends = "never-ends"
    warning = "warning"
    stripped_ids = "stripped-ids"


def mangle(kind: Mangle, notebook: Path, *, answered: Collection[str] = ()) -> str:
    """Do `kind` to a submitted notebook, in place, and say what was done.

    `answered` names the answer cells (grade_ids) worth hitting; without it, or where none of them is code, any answer will do.
    Raises NotebookError where the notebook has no cell for this kind; nothing is written then.
    """
    if kind in _FILE_WAYS:
        return _FILE_WAYS[kind](notebook)
    book = Submitted(notebook, answered)
    said = _NOTEBOOK_WAYS[kind](book)
    book.write(notebook)
    return said


class Submitted(RawBook):
    """A submitted notebook, with its answers and checks found by what nbgrader's key says."""

    def __init__(self, path: Path, answered: Collection[str] = ()) -> None:
        super().__init__(path.read_text(encoding="utf-8"))
        self._place = path.name
        every = [index for index, cell in enumerate(self.cells) if grader_key(cell).get("solution")]
        code = [index for index in every if self.cells[index]["cell_type"] == "code"]
        self._answers = [index for index in code if cell_name(self.cells[index]) in answered] or code or every
        self._checks = [
            index
            for index, cell in enumerate(self.cells)
            if grader_key(cell).get("grade") and not grader_key(cell).get("solution") and cell["cell_type"] == "code"
        ]

    @property
    def answers(self) -> list[int]:
        """Places of the answers to hit, at least one."""
        if not self._answers:
            raise NotebookError("This notebook has no cell that a student writes in.", place=self._place)
        return self._answers

    @property
    def checks(self) -> list[int]:
        """Places of the automatic checks, at least one; those after the first answer come first."""
        if not self._checks:
            raise NotebookError("This notebook has no automatic check.", place=self._place)
        return sorted(self._checks, key=lambda index: index < min(self._answers, default=0))

    def name(self, index: int) -> str:
        """What a cell is called."""
        return cell_name(self.cells[index])

    def copy(self, index: int) -> RawCell:
        """A cell as Jupyter's clipboard and its split give it: the same metadata, a new id."""
        copied = deepcopy(self.cells[index])
        copied["id"] = f"copy-{copied.get('id', index)}"[:64]
        return copied


def duplicate_cell(book: Submitted) -> str:
    """Paste an answer and its check a second time."""
    answer, check = book.answers[0], book.checks[0]
    said = f"pasted {book.name(answer)} and its check {book.name(check)} a second time"
    for index in sorted((answer, check), reverse=True):
        book.cells.insert(index + 1, book.copy(index))
    return said


def delete_check(book: Submitted) -> str:
    """Delete a check."""
    return f"deleted the check {cell_name(book.cells.pop(book.checks[0]))}"


def split_cell(book: Submitted) -> str:
    """Split an answer in two, between statements where there are several."""
    index = next((place for place in book.answers if len(_starts(book.cells[place])) > 1), book.answers[0])
    first, second = book.cells[index], book.copy(index)
    lines = first["source"].split("\n")
    starts = _starts(first)
    cut = starts[len(starts) // 2] - 1 if len(starts) > 1 else 0
    first["source"] = "\n".join(lines[:cut]).rstrip() or "# my answer is below"
    second["source"] = "\n".join(lines[cut:])
    book.cells.insert(index + 1, second)
    return f"split {book.name(index)} in two"


def retype_cell(book: Submitted) -> str:
    """Turn a code answer into text, as the key M does (or a text answer into code)."""
    index = book.answers[0]
    cell = book.cells[index]
    if cell["cell_type"] == "code":
        del cell["outputs"], cell["execution_count"]
        cell["cell_type"] = "markdown"
    else:
        cell.update(cell_type="code", outputs=[], execution_count=None)
    return f"turned {book.name(index)} into a {cell['cell_type']} cell"


def reorder_cells(book: Submitted) -> str:
    """Move an answer to the end, below the check that needs it."""
    moved = book.cells.pop(book.answers[0])
    book.cells.append(moved)
    return f"moved {cell_name(moved)} to the end"


def edit_tests(book: Submitted) -> str:
    """Rewrite every check so that it asks nothing."""
    for index in book.checks:
        book.cells[index]["source"] = "assert True"
    return f"rewrote {len(book.checks)} checks to `assert True`"


def edit_points(book: Submitted) -> str:
    """Make every check worth a hundred points."""
    for index in book.checks:
        grader_key(book.cells[index])["points"] = 100
    return f"set the points of {len(book.checks)} checks to 100"


def edit_tags(book: Submitted) -> str:
    """Point every check at another standard and another branch, in our metadata and in the tags."""
    for index in book.checks:
        metadata = book.cells[index]["metadata"]
        metadata["plnb"] = {"schema_version": 1, "role": "check", "standards": ["MINE.1"], "branch": "any/any"}
        metadata["tags"] = ["std:MINE.1", "plnb-branch:any-any"]
    return f"aligned {len(book.checks)} checks to a standard of their own"


HUGE_LINES: Final = 50_000
"""Lines that the stray loop prints; about 3 MB."""


def print_too_much(book: Submitted) -> str:
    """Leave a loop that prints some megabytes, with its output."""
    line = "is this right? " * 4
    book.cells.insert(
        book.answers[0] + 1,
        {
            "cell_type": "code",
            "id": "what-is-going-on",
            "metadata": {},
            "execution_count": 7,
            "source": f"for i in range({HUGE_LINES}):\n    print(i, {line!r})",
            "outputs": [{"output_type": "stream", "name": "stdout", "text": [f"{i} {line}\n" for i in range(HUGE_LINES)]}],
        },
    )
    return f"left a loop that prints {HUGE_LINES} lines"


def loop_for_ever(book: Submitted) -> str:
    """End the last answer with a loop that never does."""
    index = book.answers[-1]
    book.cells[index]["source"] += "\n\ntries = 0\nwhile tries < 10:\n    tries - 1"
    return f"ended {book.name(index)} with a loop that never stops"


def warn(book: Submitted) -> str:
    """Warn on stderr from inside an answer: where it is a function, the warning appears under the check that calls it."""
    index = next((place for place in book.answers if _body(book.cells[place])), book.answers[0])
    cell = book.cells[index]
    line, column = _body(cell) or (1, 0)
    lines = cell["source"].split("\n")
    pad = " " * column
    lines[line - 1 : line - 1] = [f"{pad}import warnings", f'{pad}warnings.warn("I still have to tidy this up", stacklevel=1)']
    cell["source"] = "\n".join(lines)
    return f"left a warning in {book.name(index)}"


def strip_ids(book: Submitted) -> str:
    """Lose every cell id and all metadata, as a round trip through another tool does."""
    for cell in book.cells:
        cell.pop("id", None)
        cell["metadata"] = {}
    book.document.update(metadata={}, nbformat_minor=4)
    return "lost all cell ids and metadata in another tool"


def add_byte_order_mark(path: Path) -> str:
    """Put a byte order mark in front, as some Windows editors do."""
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    return "saved the file with a byte order mark"


def tear(path: Path) -> str:
    """Keep the first half of the file: an upload that broke off."""
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return "uploaded only the first half of the file"


def empty(path: Path) -> str:
    """Leave 0 bytes."""
    path.write_bytes(b"")
    return "uploaded an empty file"


def rename(path: Path) -> str:
    """Hand in under the name that a browser gives to a second download."""
    renamed = path.rename(path.with_stem(f"{path.stem} (1)"))
    return f"handed in `{renamed.name}` instead of `{path.name}`"


def leave_out(path: Path) -> str:
    """Leave the notebook out."""
    path.unlink()
    return f"left `{path.name}` out"


def _starts(cell: RawCell) -> list[int]:
    """First lines of the statements at the top level of a code cell, none where it is not Python."""
    return [node.lineno for node in _statements(cell)]


def _body(cell: RawCell) -> tuple[int, int] | None:
    """Line and column of the first statement inside the first function of a cell that has one."""
    for node in _statements(cell):
        if isinstance(node, ast.FunctionDef) and node.body[0].lineno > node.lineno:
            return node.body[0].lineno, node.body[0].col_offset
    return None


def _statements(cell: RawCell) -> list[ast.stmt]:
    source: str = cell["source"]
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError):
        return []


_NOTEBOOK_WAYS: Final[dict[Mangle, Callable[[Submitted], str]]] = {
    Mangle.duplicated_cell: duplicate_cell,
    Mangle.deleted_check: delete_check,
    Mangle.split_cell: split_cell,
    Mangle.retyped_cell: retype_cell,
    Mangle.reordered_cells: reorder_cells,
    Mangle.edited_tests: edit_tests,
    Mangle.edited_points: edit_points,
    Mangle.edited_tags: edit_tags,
    Mangle.huge_output: print_too_much,
    Mangle.never_ends: loop_for_ever,
    Mangle.warning: warn,
    Mangle.stripped_ids: strip_ids,
}
_FILE_WAYS: Final[dict[Mangle, Callable[[Path], str]]] = {
    Mangle.byte_order_mark: add_byte_order_mark,
    Mangle.torn_file: tear,
    Mangle.empty_file: empty,
    Mangle.wrong_name: rename,
    Mangle.missing_notebook: leave_out,
}
