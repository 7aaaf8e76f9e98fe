"""How much is stored of a submission that has been graded: never more than 5 MB in all, whatever was handed in and whatever it
printed.

`submitted/` keeps the original. What is stored is shared out here: nbgrader's `autograded` folder, feedback pages, and the rows of
gradebook and ledger, which are small by themselves. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from nbformat import NotebookNode

from plnb.engine.harmless import cut_text, harmless_outputs
from plnb.engine.nodes import notebook_bytes, read_notebook_bytes
from plnb.engine.safe_html import calm_markdown

STORED: Final = 5_000_000
"""Bytes that a graded submission may leave behind."""
FOLDER: Final = 2_400_000
"""Of these, in `autograded/<student>/<unit>`."""
NOTEBOOKS: Final = 2_000_000
"""Of these, its notebooks with their outputs."""
PAGES: Final = 1_900_000
"""In feedback pages. The rest is for rows."""

_BLOCK: Final = 4_096  # what a file takes at least
_PAGE_LEAST: Final = 100_000  # as much of a page as a small notebook needs, beside a large one
_STEPS: Final = (0.9, 0.4, 0.15, 0.05, 0.0)
_KEPT_FIRST: Final = ("timestamp.txt", "submission_secret.txt")


def fit_notebooks(executed: Mapping[str, bytes], room: int = NOTEBOOKS) -> dict[str, bytes]:
    """Executed notebooks in `room` bytes. Only the largest are cut, and only as far as needed: outputs first, then texts."""
    most = _level([len(raw) for raw in executed.values()], room)
    return {name: raw if len(raw) <= most else _fitted(raw, most) for name, raw in executed.items()}


def fit_files(files: Mapping[str, bytes], room: int) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The files that fit into `room` bytes of a disk, small ones first; and the names of those that do not."""
    kept: dict[str, bytes] = {}
    left_out: list[str] = []
    folders: set[str] = set()
    for name in sorted(files, key=lambda name: (name not in _KEPT_FIRST, len(files[name]), name)):
        above = {"/".join(name.split("/")[:depth]) for depth in range(1, name.count("/") + 1)} - folders
        size = -(-len(files[name]) // _BLOCK) * _BLOCK + _BLOCK * len(above)
        if size > room:
            left_out.append(name)
            continue
        room -= size
        folders |= above
        kept[name] = files[name]
    return kept, tuple(sorted(left_out))


def page_rooms(notebooks: Mapping[str, int], room: int = PAGES) -> dict[str, int]:
    """How many bytes the feedback page of each notebook may take, by the notebooks' sizes."""
    weights = {name: size + _PAGE_LEAST for name, size in notebooks.items()}
    whole = sum(weights.values())
    return {name: room * weight // whole for name, weight in weights.items()}


def _level(sizes: Iterable[int], room: int) -> int:
    """The largest size that all may have for the sum to fit into `room`."""
    left = sorted(sizes)
    for place, size in enumerate(left):
        share = room // (len(left) - place)
        if size > share:
            return share
        room -= size
    return max(left, default=0)


def _fitted(raw: bytes, room: int) -> bytes:
    made, notebook = raw, read_notebook_bytes(raw)
    for part in _STEPS:  # a short line takes many times its length in a notebook's file, so it is cut and looked at
        _cut(notebook, outputs=int(part * room), texts=int(part * room))
        made = notebook_bytes(notebook)
        if len(made) <= room:
            break
    return made


def _cut(notebook: NotebookNode, *, outputs: int, texts: int) -> None:
    """Cut outputs and the student's texts to so many characters, in place. The teacher's cells stay."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, outputs = harmless_outputs(cell.outputs, outputs)
        if _teachers(cell.metadata.get("nbgrader", {})):
            continue
        pictures = cell.get("attachments", {})
        size = len(json.dumps(pictures))
        if pictures and size > texts:
            del cell["attachments"]
            cell.source = calm_markdown(cell.source)
        elif pictures:
            texts -= size
        cell.source = cut_text(cell.source, texts)
        texts = max(texts - len(cell.source), 0)


def _teachers(grader: Mapping[str, Any]) -> bool:
    return bool(grader.get("grade") or grader.get("locked") or grader.get("task")) and not grader.get("solution")
