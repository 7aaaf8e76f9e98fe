"""Which folder is a preview of a course: the mark in it says so, and who it is looked at as. Kept light, for kernels load it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pydantic import ValidationError

from plnb.core.preview import Preview
from plnb.store.files import write_whole
from plnb.store.layout import CourseFolder

FOLDER: Final = "preview"
"""The folder of a course that holds its preview."""

MARK: Final = "preview.json"
"""What tells a preview from anything else that is called so."""


def preview_folder(folder: CourseFolder) -> Path:
    """Where the preview of a course is, or would be."""
    return folder.root / FOLDER


def write_preview(home: Path, preview: Preview) -> None:
    """Mark a folder as a preview."""
    write_whole(home / MARK, preview.model_dump_json() + "\n")


def read_preview(home: Path) -> Preview | None:
    """The preview in a folder; None where it is none."""
    try:
        return Preview.model_validate_json((home / MARK).read_bytes())
    except (OSError, ValidationError):
        return None
