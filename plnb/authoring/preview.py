"""`plnb preview`: a unit as a student would receive and meet it, in a folder of its own beside nothing that is real.

`preview/<unit>/` holds the student's version and the state asked for (a journal, and a page that came back), and nothing of any
student. The folder is made anew each time, and git leaves it alone.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from plnb.core.compiling import compile_course
from plnb.core.course import Course
from plnb.core.preview import Preview, PreviewState, state_records
from plnb.core.records import Record
from plnb.core.student_view import graded_levels
from plnb.errors import NotFoundError, OutputExistsError
from plnb.grading.folders import swap
from plnb.grading.nbgrader_course import NbgraderCourse
from plnb.grading.release import make_preview
from plnb.store.bundle import student_bundle, write_bundle
from plnb.store.files import write_whole
from plnb.store.journal import append, journal_file
from plnb.store.layout import CourseFolder
from plnb.store.previews import MARK, preview_folder, write_preview
from plnb.store.sources import load_course

BACK = "preview.html"


def preview(folder: CourseFolder, state: PreviewState, *, now: datetime | None = None) -> Preview:
    """Make a preview, in the place of the one before. Raises as `grading.release`, and OutputExistsError for a folder not ours."""
    now = now or datetime.now(UTC)
    course = compile_course(load_course(folder.root))
    unit = course.unit(state.unit)
    if unit is None:
        raise NotFoundError(f"The course has no unit “{state.unit}”.", mend=f"Its units: {', '.join(u.id for u in course.units)}.")
    said, graded = state_records(course, state, now)
    home = preview_folder(folder)
    if home.exists() and not (home / MARK).is_file():
        raise OutputExistsError(
            f"There is already a folder “{home.name}” in the course, and plnb did not make it.", place=str(home), mend="Rename it."
        )
    with tempfile.TemporaryDirectory(prefix=".plnb-preview-", dir=folder.root, ignore_cleanup_errors=True) as part:
        new = Path(part) / home.name
        new.mkdir()
        make_preview(NbgraderCourse(folder), state.unit, new / state.unit)
        for other in course.units:
            if other.id != state.unit:
                write_bundle(student_bundle(course, other.id), new / other.id / "course.json")
        if said:
            append(journal_file(new / state.unit), said)
        if graded:
            write_whole(new / state.unit / "feedback" / BACK, _page(course, graded, now))
        write_whole(new / ".gitignore", "*\n")
        first = next((a.id for a in unit.activities() if (new / state.unit / f"{a.id}.ipynb").is_file()), "")
        here = home / state.unit
        made = Preview(
            course=str(folder.root), folder=str(here), open=str(here / f"{first}.ipynb") if first else str(here), state=state
        )
        write_preview(new, made)
        swap(new, home)
    return made


def drop_preview(folder: CourseFolder) -> None:
    """Take the preview away; nothing where there is none."""
    home = preview_folder(folder)
    if (home / MARK).is_file():
        shutil.rmtree(home)


def _page(course: Course, records: Sequence[Record], now: datetime) -> str:
    """What came back, as a page: a person reads that it is a preview, and the records in it make the state."""
    held = {
        "records": [record.model_dump(mode="json") for record in records],
        "levels": [level.model_dump(mode="json") for level in graded_levels(course, records, now=now)],
    }
    text = json.dumps(held).replace("<", "\\u003c")
    title = escape(course.title)
    return (
        f'<!doctype html><html lang="{escape(course.language)}"><meta charset="utf-8"><title>Preview: {title}</title>'
        f"<h1>{title}</h1><p>This page stands for graded work in a preview of the course. It is of no student.</p>"
        f'<script id="plnb-records" type="application/json">{text}</script></html>\n'
    )
