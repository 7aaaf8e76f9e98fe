"""What came back to a student: nbgrader's feedback pages in `<unit>/feedback/`, and the graded records that ours carry.

A page is read as text, never run: one JSON element is looked for, and what it holds is validated. A student who writes such a page
fools nobody else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from plnb.core.base import Trust
from plnb.core.course import Course
from plnb.core.records import Attempt, Directed, Intervened, Overridden, Record, RecordAdapter, merge
from plnb.core.student import Feedback, GradedLevel
from plnb.core.student_words import words_of_students

FOLDER: Final = "feedback"

_PAGES: Final = 500
_BYTES: Final = 20_000_000  # a page with pictures; more is no page
_STAMP: Final = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?")
_RECORDS: Final = re.compile(
    r"<script\b(?=[^>]*\bid=[\"']plnb-records[\"'])(?=[^>]*\btype=[\"']application/json[\"'])[^>]*>(.*?)</script", re.S | re.I
)
_OURS: Final = (Attempt, Overridden, Intervened, Directed)
_TRUSTED: Final = frozenset({Trust.graded, Trust.teacher})


@dataclass(frozen=True, slots=True)
class Returned:
    """What came back for one unit."""

    pages: tuple[Feedback, ...]
    """The newest page of each notebook; their paths are on the disk."""
    records: tuple[Record, ...]
    """Graded records of all pages, also older ones: what happened stays."""
    levels: tuple[tuple[datetime, GradedLevel], ...] = ()
    """Levels as they were graded, each with when."""
    unread: int = 0
    """Pages whose records cannot be read."""


@dataclass(frozen=True, slots=True)
class _Held:
    """What a page carries."""

    records: tuple[Record, ...] = ()
    levels: tuple[GradedLevel, ...] = ()


def returned(folder: Path, unit: str, course: Course) -> Returned:
    """What came back for the unit in `folder`."""
    pages: dict[str, Feedback] = {}
    records: list[tuple[Record, ...]] = []
    levels: list[tuple[datetime, GradedLevel]] = []
    unread = 0
    for path in _files(folder / FOLDER):
        page = _page(path, unit, course)
        older = pages.get(path.stem)
        if older is None or page.at >= older.at:
            pages[path.stem] = page
        found = _held(path)
        if found is None:
            unread += 1
            continue
        mine = tuple(record for record in found.records if record.course == course.id)
        records.append(mine)
        if mine:  # levels of another course would lie in a page of its records
            levels += [(page.at, level) for level in found.levels]
    return Returned(tuple(pages.values()), merge(*records), tuple(levels), unread)


def _files(folder: Path) -> Iterator[Path]:
    """Pages of one folder and of those in it: nbgrader makes one for each time feedback was fetched."""
    found = 0
    for level in (folder, *_folders(folder)):
        for path in sorted(level.glob("*.html")) if level.is_dir() else ():
            if path.is_file() and not path.is_symlink() and found < _PAGES:
                found += 1
                yield path


def _folders(folder: Path) -> Iterator[Path]:
    if folder.is_dir() and not folder.is_symlink():
        yield from (path for path in sorted(folder.iterdir()) if path.is_dir() and not path.is_symlink())


def _page(path: Path, unit: str, course: Course) -> Feedback:
    words = words_of_students(course.language)
    activity = course.activity(path.stem)
    known = course.unit(unit)
    progress = activity is None and path.stem.startswith("progress")
    return Feedback(
        unit=unit,
        unit_title=known.title if known else unit,
        kind="progress" if progress else "feedback",
        activity=activity.id if activity else "",
        title=words.phrase("feedback.progress") if progress else words.phrase("feedback.page", activity=_title(activity, path)),
        path=str(path),
        at=_when(path),
    )


def _title(activity: Any, path: Path) -> str:
    return activity.title if activity else path.stem


def _when(path: Path) -> datetime:
    """The time nbgrader put into the folder's name, else the file's."""
    if found := _STAMP.match(path.parent.name):
        try:
            return datetime.fromisoformat(found.group()).replace(tzinfo=UTC)
        except ValueError:
            pass
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _held(path: Path) -> _Held | None:
    now = path.stat()
    return _held_once(path, now.st_ino, now.st_mtime_ns, now.st_size)


@lru_cache(maxsize=512)
def _held_once(path: Path, _ino: int, _mtime: int, size: int) -> _Held | None:
    """The graded records in a page, and levels: nothing where it carries none, None where they cannot be read."""
    if size > _BYTES:
        return None
    try:
        found = _RECORDS.search(path.read_bytes().decode("utf-8", "replace"))
    except OSError:
        return None
    if found is None:
        return _Held()
    try:
        held = json.loads(found.group(1))
        records = tuple(RecordAdapter.validate_python(each) for each in held["records"])
        levels = tuple(GradedLevel.model_validate(each) for each in held.get("levels", ()))
    except (ValueError, TypeError, KeyError, ValidationError, RecursionError):
        return None
    return _Held(tuple(r for r in records if isinstance(r, _OURS) and r.trust in _TRUSTED), levels)
