"""Notebooks as raw JSON, read and written without a look at what is in them: students' files need not be valid.

The text of a cell is one string here; on disk it is a list of lines, as Jupyter writes it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RawCell = dict[str, Any]
"""A cell as it stands in the file."""


class RawBook:
    """A notebook as it stands in a file."""

    def __init__(self, text: str) -> None:
        self.document: dict[str, Any] = json.loads(text)
        self.cells: list[RawCell] = self.document["cells"]
        for cell in self.cells:
            cell["source"] = "".join(cell["source"])

    @classmethod
    def read(cls, path: Path) -> RawBook:
        """Read a notebook."""
        return cls(path.read_text(encoding="utf-8"))

    def write(self, path: Path) -> None:
        """Write the notebook, keys sorted and indented as Jupyter does."""
        cells = [{**cell, "source": cell["source"].splitlines(keepends=True)} for cell in self.cells]
        text = json.dumps({**self.document, "cells": cells}, indent=1, sort_keys=True, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")


def grader_key(cell: RawCell) -> dict[str, Any]:
    """The cell's key for nbgrader; empty where there is none."""
    key = cell.get("metadata", {}).get("nbgrader", {})
    return key if isinstance(key, dict) else {}


def cell_name(cell: RawCell) -> str:
    """The cell's grade_id, or else nbformat's id."""
    return str(grader_key(cell).get("grade_id") or cell.get("id", ""))
