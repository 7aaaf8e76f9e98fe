"""nbformat's untyped makers, with types. Nothing else."""

from __future__ import annotations

from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import output_from_msg

from plnb.engine.notebook_text import notebook_text


def node(**fields: Any) -> NotebookNode:
    """A node with these fields."""
    return NotebookNode(**fields)  # type: ignore[no-untyped-call]


def output_from_message(message: dict[str, Any]) -> NotebookNode:
    """The output a kernel's message describes."""
    return output_from_msg(message)  # type: ignore[no-untyped-call, no-any-return]


def as_node(data: Any) -> NotebookNode:
    """A deep copy of plain data (or of a node) as nodes."""
    return nbformat.from_dict(data)  # type: ignore[no-untyped-call, no-any-return]


def notebook_bytes(notebook: NotebookNode) -> bytes:
    """A notebook as the bytes of its file."""
    return notebook_text(notebook).encode("utf-8", "surrogatepass")


def read_notebook_bytes(raw: bytes) -> NotebookNode:
    """A notebook of ours from the bytes of its file: of format 4, and not validated again, which takes longer than all the rest."""
    return nbformat.v4.reads(raw.decode("utf-8"))  # type: ignore[no-untyped-call, no-any-return]
