"""What a gradebook says of a notebook that was handed in, as plain values."""

from __future__ import annotations

from collections.abc import Mapping

from plnb.core.base import Model


class CellMark(Model):
    """What the gradebook says of a cell."""

    points: float | None = None
    """Points given; None where a person has to decide, or where the cell has none."""
    most: float = 0.0
    """The most it can have."""
    waits: bool = False
    """Whether a person has still to look at it."""
    comment: str = ""
    """What a person wrote about it."""


class NotebookMarks(Model):
    """What the gradebook says of a notebook."""

    points: float = 0.0
    """Points of all cells, before anything is taken off."""
    most: float = 0.0
    """The most there is."""
    late: float = 0.0
    """What is taken off because it came late."""
    cells: Mapping[str, CellMark] = {}
    """By grade_id."""
