"""A course read again and again, as an editor beside it does: each file only where it changed since the last time.

What has changed is told by a file's time, size and inode. Nothing outside `within` is read, wherever a name or a link leads.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from plnb.core.authored import CourseFile, NotebookSource
from plnb.core.findings import Finding
from plnb.core.standards import Framework
from plnb.errors import NotFoundError
from plnb.store.sources import Files
from plnb.store.yaml_text import Yaml

_Kept = TypeVar("_Kept")

Cut = Callable[[NotebookSource], NotebookSource]


class RememberedFiles(Files):
    """The files of one course. `cut` is what to keep of a notebook; all of it without."""

    def __init__(self, within: Path, *, cut: Cut | None = None) -> None:
        self._within = within.resolve()
        self._cut = cut
        self._kept: dict[Path, tuple[tuple[int, int, int], object]] = {}

    def course_file(self, path: Path, place: str) -> tuple[CourseFile, Yaml]:
        """As `Files`."""
        return self._remembered(path, lambda: super(RememberedFiles, self).course_file(path, place))

    def framework(self, path: Path, name: str) -> Framework:
        """As `Files`."""
        return self._remembered(path, lambda: super(RememberedFiles, self).framework(path, name))

    def notebook(self, path: Path, unit: str, place: str) -> tuple[NotebookSource, tuple[Finding, ...]]:
        """As `Files`; what is wrong with the notebook is not kept where only a part of it is."""
        return self._remembered(path, lambda: self._cut_notebook(path, unit, place))

    def _cut_notebook(self, path: Path, unit: str, place: str) -> tuple[NotebookSource, tuple[Finding, ...]]:
        notebook, found = super().notebook(path, unit, place)
        return (self._cut(notebook), ()) if self._cut else (notebook, found)

    def _remembered(self, path: Path, read: Callable[[], _Kept]) -> _Kept:
        try:
            inside = path.resolve().is_relative_to(self._within)
            told = path.stat()
        except (OSError, ValueError, RuntimeError):
            return read()  # which says what is wrong with it
        if not inside:
            raise NotFoundError(
                f"{path.name} lies outside of what this server serves.", mend="Put the file itself into the course folder."
            )
        stamp = (told.st_mtime_ns, told.st_size, told.st_ino)
        kept = self._kept.get(path)
        if kept is None or kept[0] != stamp:
            kept = (stamp, read())
            self._kept[path] = kept
        value: _Kept = kept[1]  # type: ignore[assignment]
        return value
