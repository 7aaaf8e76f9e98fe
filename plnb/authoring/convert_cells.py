"""Which cells of an nbgrader notebook are what to plnb: graded cells are checks, locked text is something to read.

Changes nothing but metadata: tests are marked as locked, nbgrader's key is brought to its present version by nbgrader itself, ours
is added where there is none.
"""

from __future__ import annotations

from typing import Any, Final

from nbgrader.nbgraderformat.v3 import MetadataValidatorV3

from plnb.core.base import Model
from plnb.core.cells import CheckCell, ProseCell
from plnb.errors import NotebookError
from plnb.store.metadata import write_cell_meta

NEWEST: Final = MetadataValidatorV3.schema_version
"""The version of nbgrader's key that nbgrader releases."""


class Tagged(Model):
    """What was found in a notebook."""

    checks: int = 0
    """Graded cells."""
    points: float = 0
    """Points on them."""
    upgraded: bool = False
    """Whether the notebook was in an older format."""


def tag_cells(book: Any, place: str) -> Tagged:
    """Suggest a role for every cell that nbgrader knows, in place. Roles that are there already stay."""
    keys = [key for cell in book["cells"] if (key := _key(cell))]
    old = any(key.get("schema_version", 0) != NEWEST for key in keys)
    if old:
        try:
            MetadataValidatorV3().upgrade_notebook_metadata(book)
        except Exception as error:  # what a hand-made key can break is nbgrader's affair
            raise NotebookError(
                f"nbgrader's marks in this notebook are of an old version, and nbgrader cannot renew them ({error}).",
                place=place,
                mend="Run `nbgrader update` on it and see what it says; then convert again. Nothing was written.",
            ) from None
    checks, points = 0, 0.0
    for cell in book["cells"]:
        key = _key(cell)
        if not key:
            continue
        graded = bool(key.get("grade") or key.get("task"))
        if graded:
            checks += 1
            points += _points(key.get("points"))
        if key.get("grade") and not key.get("solution"):
            key["locked"] = True  # nbgrader treats tests so, whatever this says
        if "plnb" in cell["metadata"]:
            continue
        if graded:
            cell["metadata"]["plnb"] = write_cell_meta(CheckCell(role="check"))
        elif cell["cell_type"] == "markdown" and key.get("locked") and not key.get("solution"):
            cell["metadata"]["plnb"] = write_cell_meta(ProseCell(role="explain"))
    return Tagged(checks=checks, points=points, upgraded=old)


def _key(cell: Any) -> Any:
    key = cell["metadata"].get("nbgrader")
    return key if isinstance(key, dict) else None


def _points(said: object) -> float:
    return float(said) if isinstance(said, int | float) else 0.0
