"""Edits of a course file: carried out in its text, checked by reading it again, written whole or not at all.

Comments and layout stay (`yaml_edit`). Refused, with nothing written: an edit of an older version of the file, one that leaves the
file invalid or saying something else than was meant, and one that leaves a name behind that leads nowhere.
"""

from __future__ import annotations

import copy
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from plnb.core.authored import ActivityEntry, CourseFile, CourseSource, NotebookSource
from plnb.core.course_edits import Edit, Restore
from plnb.core.findings import Finding
from plnb.core.lint import lint
from plnb.errors import CourseFileError, InputError, ReadOnlyError, StaleError
from plnb.store.course_edit import Work, number_of, steps
from plnb.store.course_file import parse_course_file
from plnb.store.files import write_whole
from plnb.store.layout import CourseFolder
from plnb.store.yaml_edit import Unspliceable
from plnb.store.yaml_text import read_yaml

NAMES: Final = frozenset(
    {
        "unknown-activity",
        "unknown-check",
        "unknown-option",
        "unknown-standard",
        "duplicate-unit",
        "duplicate-activity",
        "duplicate-id",
        "duplicate-option",
    }
)
"""Findings that an edit may not bring: a name that leads nowhere, or to two places. All else is said, and left to the teacher."""

_ONE_AT_A_TIME: Final = threading.Lock()
"""Two tabs of one server."""


@dataclass
class Edited:
    """A course file after an edit, not yet written."""

    text: str
    """The new text."""
    file: CourseFile
    """What it says."""
    new: dict[Path, str] = field(default_factory=dict)
    """Notebooks to make, with their title."""
    moved: dict[Path, Path] = field(default_factory=dict)
    """Notebooks to move."""


def file_digest(raw: bytes) -> str:
    """What tells one version of a course file from another."""
    return hashlib.sha256(raw).hexdigest()[:32]


def edit_course(source: CourseSource, folder: CourseFolder, digest: str, edit: Edit) -> CourseSource:
    """Carry out an edit of the course in `folder`, which is `source` as it was read; gives the course as it is then.

    Raises StaleError where the file is no longer the one of `digest`, InputError where the edit cannot be, NotFoundError for
    names that are not there, ReadOnlyError where nothing can be written. Then nothing has changed.
    """
    with _ONE_AT_A_TIME:
        raw = _read(folder)
        if file_digest(raw) != digest:
            raise StaleError(
                "The course file has changed since this page read it, so nothing was changed.",
                mend="Look at the course as it is now, and do it again if it is still wanted.",
            )
        edited = changed(raw, folder, edit)
        after = _after(source, edited, folder)
        _refuse_broken(source, after)
        _write(folder, edited, raw)
    return after


def changed(raw: bytes, folder: CourseFolder, edit: Edit) -> Edited:
    """A course file with an edit carried out. Looks at the folder, writes nothing. Raises as `edit_course`."""
    place = folder.relative(folder.course_file)
    before, yaml = parse_course_file(raw, place)
    text = raw.decode("utf-8-sig")
    if isinstance(edit, Restore):
        new = edit.text
    else:
        work = Work(before, copy.deepcopy(yaml.data), text)
        try:
            work.do(edit)
        except (Unspliceable, LookupError, ValueError, StopIteration):
            raise _by_hand() from None
        new = work.text
        if _meaning(new, place) != work.data:
            raise _by_hand()
    head = "\ufeff" if raw.startswith(b"\xef\xbb\xbf") and not new.startswith("\ufeff") else ""
    after, _ = parse_course_file((head + new).encode(), place)
    made = Edited(head + new, after)
    _follow(folder, before, after, made, edit)
    return made


def _by_hand() -> InputError:
    return InputError(
        "This part of course.yaml is written in a way that cannot be changed from here without writing it anew.",
        mend="Open course.yaml and change it there.",
    )


def _meaning(text: str, place: str) -> object:
    try:
        return read_yaml(text.encode(), place).data
    except CourseFileError:
        raise _by_hand() from None


# --- what follows from it ---------------------------------------------------------------------------------------------------------


def _follow(folder: CourseFolder, before: CourseFile, after: CourseFile, made: Edited, edit: Edit) -> None:
    """Which notebooks move with their activities, and which are to be made."""
    was = {name: unit for unit, name, _ in _activities(before)}
    for unit, name, title in _activities(after):
        new = folder.notebook(unit, name)
        if name in was and was[name] != unit:
            old = folder.notebook(was[name], name)
            if old.exists():
                _may_move(folder, was[name], unit, name, new)
                made.moved[old] = new
        elif name not in was and not isinstance(edit, Restore) and not new.exists():
            made.new[new] = title


def _activities(file: CourseFile) -> Iterator[tuple[str, str, str]]:
    for path, entry in steps(file):
        if isinstance(entry, ActivityEntry):
            yield file.units[number_of(path[1])].id, entry.notebook, entry.title


def _may_move(folder: CourseFolder, was: str, unit: str, name: str, new: Path) -> None:
    if new.exists():
        raise InputError(
            f"There is already another notebook {name} in source/{unit}/.", mend="Rename one of the two, then move the activity."
        )
    if any(folder.submitted.glob(f"*/{was}/{name}.ipynb")):
        raise InputError(
            f"Students have handed in “{name}” as part of the unit {was}, so it stays there.",
            mend=f"Copy the notebook under another name and add it to the unit {unit}.",
        )


def _after(source: CourseSource, edited: Edited, folder: CourseFolder) -> CourseSource:
    """The course as it will be, without reading it all again."""
    units = {(old.parent.name, old.stem): new.parent.name for old, new in edited.moved.items()}

    def moved(notebook: NotebookSource) -> NotebookSource:
        unit = units.get((notebook.unit, notebook.name))
        if unit is None:
            return notebook
        return notebook.model_copy(update={"unit": unit, "place": folder.relative(folder.notebook(unit, notebook.name))})

    new = tuple(NotebookSource(unit=path.parent.name, name=path.stem, place=folder.relative(path)) for path in edited.new)
    notebooks = sorted((*map(moved, source.notebooks), *new), key=lambda each: each.place)
    return source.model_copy(update={"file": edited.file, "notebooks": tuple(notebooks)})


def _refuse_broken(before: CourseSource, after: CourseSource) -> None:
    """Refuse what leaves a name that leads nowhere, or to two places."""

    def broken(source: CourseSource) -> dict[tuple[str, str], Finding]:
        return {(f.code, f.message): f for f in lint(source, NAMES)}

    known = broken(before)
    for key, finding in broken(after).items():
        if key not in known:
            raise InputError(f"This would break the course. {finding.message}", place=finding.place, mend=finding.mend)


# --- the disk ---------------------------------------------------------------------------------------------------------------------


def _read(folder: CourseFolder) -> bytes:
    try:
        return folder.course_file.read_bytes()
    except OSError as error:
        raise CourseFileError(
            f"The course file cannot be read ({error.strerror}).", place="course.yaml", mend="Check who may read it."
        ) from None


def _write(folder: CourseFolder, edited: Edited, before: bytes) -> None:
    """Notebooks first, the course file last; what went wrong on the way is taken back."""
    try:
        with _undone_on_failure() as done:
            for path, title in edited.new.items():
                write_whole(path, empty_notebook(title or path.stem))
                done.append((path, None))
            for old, new in edited.moved.items():
                new.parent.mkdir(parents=True, exist_ok=True)
                old.rename(new)
                done.append((new, old))
            if folder.course_file.read_bytes() != before:
                raise StaleError(
                    "The course file was changed by somebody else just now, so nothing was changed here.",
                    mend="Look at the course as it is now, and do it again if it is still wanted.",
                )
            write_whole(folder.course_file, edited.text)
    except OSError as error:
        raise ReadOnlyError(
            f"The course cannot be written here ({error.strerror}).", place="course.yaml", mend="Check who may write in its folder."
        ) from None


@contextmanager
def _undone_on_failure() -> Iterator[list[tuple[Path, Path | None]]]:
    done: list[tuple[Path, Path | None]] = []
    try:
        yield done
    except BaseException:
        for here, there in reversed(done):
            if there is None:
                here.unlink(missing_ok=True)
            else:
                here.rename(there)
        raise


def empty_notebook(title: str) -> str:
    """A notebook to begin with: a heading and one empty cell."""
    notebook = {
        "cells": [
            {"cell_type": "markdown", "id": "title", "metadata": {}, "source": [f"# {title}"]},
            {"cell_type": "code", "execution_count": None, "id": "begin", "metadata": {}, "outputs": [], "source": []},
        ],
        "metadata": {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
