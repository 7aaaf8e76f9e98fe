"""What people wrote in an earlier page, carried over into the new one.

Two things are theirs: the text in the places to write (cells tagged `write-here`, found again by cell id), and cells they added.
The page remembers, under `metadata.plnb.made`, which cells it was made with and what stood in the places to write, so that both can
be told. Nothing that is carried over is ever run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from nbformat import NotebookNode
from pydantic import ValidationError

from plnb.core.base import Model
from plnb.engine.nodes import node
from plnb.reports.notebooks import UNREADABLE, read_notebook

WRITE: Final = "write-here"
"""Tag of a place to write."""


class Made(Model):
    """How a page was made: what the next one needs to know to keep what was written since."""

    cells: tuple[str, ...] = ()
    """Ids of the cells the page came with."""
    blank: dict[str, str] = {}
    """What stood in each place to write before anybody wrote, in order."""


def made_of(nb: NotebookNode) -> Made:
    """What to remember of a page that has just been made."""
    return Made(cells=tuple(cell.id for cell in nb.cells), blank={cell.id: cell.source for cell in nb.cells if is_place(cell)})


def is_place(cell: NotebookNode) -> bool:
    """Whether this is a place to write."""
    return cell.cell_type == "markdown" and WRITE in cell.metadata.get("tags", [])


def read_earlier(path: Path) -> NotebookNode | None:
    """An earlier page; None where it is no longer a notebook."""
    try:
        return read_notebook(path)
    except UNREADABLE:
        return None


def keep_words(new: NotebookNode, earlier: NotebookNode) -> None:
    """Put into `new` what people wrote in `earlier`."""
    made = _made(earlier)
    places = {cell.id: cell for cell in new.cells if is_place(cell)}
    ours = {cell.id for cell in new.cells}
    unnamed = iter(made.blank)
    before = ""
    for old in earlier.cells:
        # Some editors drop the ids of cells; the places to write are then known by their order.
        key = old.get("id") or (next(unnamed, "") if is_place(old) else "")
        if key and (key in made.blank or is_place(old)):
            if old.source.strip() and old.source.strip() != made.blank.get(key, "").strip():
                if key in places:
                    for name, value in _words(old).items():
                        places[key][name] = value
                else:
                    _insert(new, old, key, before)
        elif key and made.cells and key not in made.cells and key not in ours and old.source.strip():
            _insert(new, old, key, before)
        before = key or before


def _made(earlier: NotebookNode) -> Made:
    try:
        return Made.model_validate(earlier.metadata["plnb"]["made"])
    except (ValidationError, KeyError, TypeError):
        return Made()


def _words(old: NotebookNode) -> dict[str, object]:
    return {"source": old.source} | ({"attachments": old.attachments} if old.get("attachments") else {})


def _insert(new: NotebookNode, old: NotebookNode, key: str, after: str) -> None:
    """A cell without a place of its own goes behind the cell it stood behind, else to the end."""
    ids = [cell.id for cell in new.cells]
    cell = node(cell_type=old.cell_type, id=key, metadata=node(), **_words(old))
    if old.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    elif old.cell_type == "markdown" and is_place(old):
        cell.metadata["tags"] = [WRITE]
    new.cells.insert(ids.index(after) + 1 if after in ids else len(ids), cell)
