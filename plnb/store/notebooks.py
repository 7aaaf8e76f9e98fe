"""Notebooks as the core sees them: text, tags and the two metadata keys. Tolerant: what cannot be read becomes a finding.

Read as plain JSON, not through nbformat: no cell needs validating to be understood, and a course opens in a fraction of the time.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal

from plnb.core.authored import NotebookSource
from plnb.core.cells import Cell, CellMeta, GraderMeta
from plnb.core.findings import Finding, Severity
from plnb.errors import InputError
from plnb.store.metadata import read_cell_meta

_KINDS: Final[dict[str, Literal["code", "markdown", "raw"]]] = {"code": "code", "markdown": "markdown", "raw": "raw"}


def read_notebook(path: Path, unit: str, place: str) -> tuple[NotebookSource, tuple[Finding, ...]]:
    """The notebook at `path`, and what is wrong with it; `place` is what to call it in messages.

    Never raises for what the file holds: a notebook that cannot be read has no cells.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        unread = NotebookSource(unit=unit, name=path.stem, place=place)
        return unread, (
            _fault("notebook-json", f"This notebook cannot be read ({error.strerror}).", place, "Check who may read it."),
        )
    return parse_notebook(raw, unit, path.stem, place)


def parse_notebook(raw: bytes, unit: str, name: str, place: str) -> tuple[NotebookSource, tuple[Finding, ...]]:
    """As `read_notebook`, from the bytes of the file."""
    empty = NotebookSource(unit=unit, name=name, place=place)
    document = _document(raw, place)
    if isinstance(document, Finding):
        return empty, (document,)
    faults: list[Finding] = []
    cells = tuple(_cells(document.get("cells"), place, faults))
    return empty.model_copy(update={"cells": cells, "language": _language(document)}), tuple(faults)


def _document(raw: bytes, place: str) -> dict[str, Any] | Finding:
    if not raw.strip():
        return _fault("notebook-json", "This notebook is an empty file.", place, "Bring it back from a backup, or delete it.")
    try:
        document = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _fault("notebook-json", "This notebook is not UTF-8 text.", place, "Open it in JupyterLab and save it again.")
    except json.JSONDecodeError as error:
        broken = f"This notebook is not valid JSON (line {error.lineno})."
        return _fault(
            "notebook-json", broken, place, "Bring it back from a backup or a checkpoint; look for marks of a merge conflict."
        )
    except (ValueError, RecursionError):
        return _fault("notebook-json", "This notebook is not valid JSON.", place, "Bring it back from a backup or a checkpoint.")
    version = document.get("nbformat") if isinstance(document, dict) else None
    if version is None or not isinstance(document, dict):
        return _fault("notebook-format", "This file is JSON, but not a notebook.", place, "Bring the notebook back from a backup.")
    if version != 4:
        mend = "Open it in JupyterLab and save it again; that turns it into format 4."
        return _fault("notebook-format", f"This notebook has format {version}; plnb reads format 4.", place, mend)
    if not isinstance(document.get("cells"), list):
        return _fault("notebook-format", "This notebook has no list of cells.", place, "Bring the notebook back from a backup.")
    return document


def _cells(raw: Any, place: str, faults: list[Finding]) -> Iterator[Cell]:
    for index, cell in enumerate(raw):
        kind = _KINDS.get(_text(cell.get("cell_type"))) if isinstance(cell, dict) else None
        if kind is None:
            mend = "Delete the cell, or copy its text into a new one."
            faults.append(
                _fault("notebook-format", "This cell is not one that Jupyter knows.", f"{place}, cell {index + 1}", mend, index)
            )
            continue
        metadata = cell.get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        tags = metadata.get("tags")
        bare = Cell(
            index=index,
            cell_id=_text(cell.get("id")),
            kind=kind,
            source=_text(cell.get("source")),
            tags=tuple(_text(tag) for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
            grader=_grader(metadata.get("nbgrader")),
        )
        yield bare.model_copy(update={"meta": _meta(metadata["plnb"], bare, place, faults)}) if "plnb" in metadata else bare


def _meta(raw: object, cell: Cell, place: str, faults: list[Finding]) -> CellMeta | None:
    try:
        return read_cell_meta(raw)
    except InputError as error:
        faults.append(_fault(error.code, error.message, f"{place}, {cell.name}", error.mend, cell.index))
        return None


def _grader(raw: object) -> GraderMeta | None:
    """The key of nbgrader, schema 1 to 3, as it stands. What it gets wrong is nbgrader's to say, and it will."""
    if not isinstance(raw, dict) or not raw:
        return None
    return GraderMeta(
        grade_id=_text(raw.get("grade_id")),
        grade=raw.get("grade") is True,
        solution=raw.get("solution") is True,
        locked=raw.get("locked") is True,
        task=raw.get("task") is True,
        points=_points(raw.get("points")),
    )


def _points(raw: object) -> float:
    try:
        points = float(raw) if isinstance(raw, (int, float, str)) else 0.0
    except (ValueError, OverflowError):
        return 0.0
    return points if math.isfinite(points) and points > 0 else 0.0


def _language(document: dict[str, Any]) -> str:
    metadata = document.get("metadata")
    for key, name in (("language_info", "name"), ("kernelspec", "language")):
        entry = metadata.get(key) if isinstance(metadata, dict) else None
        if isinstance(entry, dict) and isinstance(entry.get(name), str) and entry[name]:
            return _text(entry[name])
    return "python"


def _text(raw: object) -> str:
    """A text of nbformat: a string or a list of lines. Halves of characters, which no file could hold, become `?`."""
    text = "".join(line for line in raw if isinstance(line, str)) if isinstance(raw, list) else raw
    return text.encode("utf-8", "replace").decode() if isinstance(text, str) else ""


def _fault(code: str, message: str, place: str, mend: str, cell: int | None = None) -> Finding:
    return Finding(code=code, severity=Severity.error, message=message, place=place, mend=mend, cell=cell)
