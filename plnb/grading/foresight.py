"""What a run is about to need, guessed from the names and dates of folders, before anything is imported that would know.

Loading pandas takes longer than grading a notebook, so it begins while everything else still gets ready. A wrong guess costs a
moment of a processor, and nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from plnb.engine.wanted import mentioned_modules
from plnb.store.layout import CourseFolder

_MOST_LOOKS: Final = 2_000
"""Folders whose dates are compared; a class that has all been graded is known by then."""


def likely_modules(folder: CourseFolder, units: Sequence[str] | None) -> tuple[str, ...]:
    """The well-known modules that released notebooks of `units` (all without) import, as far as new work was handed in for them.

    Empty where nothing can be read: this raises nothing.
    """
    try:
        students = _folders(folder.submitted)
        looks = iter(range(_MOST_LOOKS))
        texts: list[bytes] = []
        for unit in units if units is not None else _folders(folder.release):
            if any(_is_new(folder, student, unit) for student, _ in zip(students, looks, strict=False)):
                texts += [path.read_bytes() for path in sorted(folder.unit_release(unit).glob("*.ipynb"))]
    except (OSError, ValueError):
        return ()
    return mentioned_modules(texts)


def _folders(parent: Path) -> list[str]:
    with os.scandir(parent) as entries:
        return sorted(entry.name for entry in entries if entry.is_dir())


def _is_new(folder: CourseFolder, student: str, unit: str) -> bool:
    """Whether something lies there that is newer than what was graded."""
    try:
        handed_in = (folder.submitted / student / unit).stat().st_mtime
    except OSError:
        return False
    try:
        return (folder.autograded / student / unit).stat().st_mtime < handed_in
    except OSError:
        return True
