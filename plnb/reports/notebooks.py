"""Notebooks read and written, with types. Nothing else."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from plnb.engine.notebook_text import notebook_text as file_text

UNREADABLE = (OSError, ValueError, KeyError, AttributeError, TypeError, RecursionError, nbformat.ValidationError)
"""What nbformat raises over files that are not valid notebooks."""


def read_notebook(path: Path) -> NotebookNode:
    """A valid notebook; one of `UNREADABLE` where it is not one."""
    return parse_notebook(path.read_text(encoding="utf-8-sig"))


def parse_notebook(text: str) -> NotebookNode:
    """A valid notebook from its JSON."""
    nb: NotebookNode = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(nb)
    return nb


def notebook_text(nb: NotebookNode) -> str:
    """A notebook as it is written to a file. An invalid one is refused: students would not be able to open it."""
    nbformat.validate(nb)
    return file_text(nb)
