"""nbformat's untyped makers, with types. Nothing else."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import output_from_msg


def node(**fields: Any) -> NotebookNode:
    """A node with these fields."""
    return NotebookNode(**fields)  # type: ignore[no-untyped-call]


def output_from_message(message: dict[str, Any]) -> NotebookNode:
    """The output a kernel's message describes."""
    return output_from_msg(message)  # type: ignore[no-untyped-call, no-any-return]
