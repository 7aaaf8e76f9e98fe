"""The teacher's routes: the course around an open notebook, standards to tag with, and lint while typing.

    GET    author?path=             -> AuthorView
    GET    standards?path=&query=   -> StandardsFound
    POST   lint                     LintAsked -> LiveFindings

They answer only for a notebook of a course's `source` folder, and they write nothing.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jupyter_server.auth.decorator import authorized
from tornado import web

from plnb.core.author import AuthorView, LintAsked, LiveFindings, StandardsFound
from plnb.core.authored import CourseSource
from plnb.core.live import author_view, find_standards, lean, live_findings
from plnb.errors import CourseFileError, FrameworkError, NotFoundError
from plnb.server.answering import Handler, as_json
from plnb.server.places import Places
from plnb.store.layout import CourseFolder
from plnb.store.notebooks import parse_notebook
from plnb.store.remembering import RememberedFiles
from plnb.store.sources import load_course

_COURSES: Final = 8
"""Courses remembered at once."""

_LARGEST: Final = 8_000_000
"""Bytes of a notebook without its outputs; pictures pasted into the text are the large part."""


@dataclass(frozen=True, slots=True)
class SourceNotebook:
    """A notebook where its teacher keeps it."""

    folder: CourseFolder
    unit: str
    name: str

    @property
    def place(self) -> str:
        """What messages call it."""
        return self.folder.relative(self.folder.notebook(self.unit, self.name))


class AuthoredCourses:
    """The courses somebody is writing at, read again only where a file changed."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._files: OrderedDict[Path, RememberedFiles] = OrderedDict()

    def find(self, path: str) -> SourceNotebook:
        """The notebook at a contents path: `…/source/<unit>/<name>.ipynb` below a `course.yaml`.

        Raises NotFoundError for everything else, a student's copy included.
        """
        place = self._places.find(path)
        root = self._places.root
        try:
            folder = CourseFolder(place.parents[2])
            if (
                place.suffix == ".ipynb"
                and place.parent.parent == folder.source
                and not place.parent.name.startswith(".")
                and folder.root.resolve().is_relative_to(root.resolve())
                and folder.course_file.is_file()
                and place.is_file()
            ):
                return SourceNotebook(folder, place.parent.name, place.stem)
        except (IndexError, OSError, ValueError):
            pass
        raise NotFoundError(
            "This notebook is not one of a course you write.",
            mend="Open a notebook in the source folder of a course, or start a course with: plnb new",
        )

    def course(self, notebook: SourceNotebook) -> CourseSource:
        """Its course; of the notebooks in it what `lean` keeps. Raises as `load_course`, with the place in the sentence."""
        root = notebook.folder.root
        files = self._files.get(root) or RememberedFiles(self._places.root, cut=lean)
        self._files[root] = files
        self._files.move_to_end(root)
        while len(self._files) > _COURSES:
            self._files.popitem(last=False)
        try:
            return load_course(root, files)
        except (CourseFileError, FrameworkError) as error:
            raise type(error)(f"{error.place}: {error.message}", place=error.place, mend=error.mend) from None

    def lint(self, asked: LintAsked) -> LiveFindings:
        """What lint says of a notebook as it stands in the browser."""
        at = self.find(asked.path)
        raw = asked.notebook.encode("utf-8", "replace")
        notebook, faults = parse_notebook(raw, at.unit, at.name, at.place)
        return LiveFindings(findings=live_findings(self.course(at), notebook, faults, cell_ids=_cell_ids(raw)))


def _cell_ids(raw: bytes) -> tuple[str, ...]:
    try:
        cells: Any = json.loads(raw)["cells"]
        return tuple(cell["id"] if isinstance(cell, dict) and isinstance(cell.get("id"), str) else "" for cell in cells)
    except (ValueError, KeyError, TypeError, RecursionError):
        return ()


class _AuthorHandler(Handler):
    """What the teacher's routes share."""

    @property
    def courses(self) -> AuthoredCourses:
        """One for the whole server: it remembers."""
        settings: dict[str, Any] = self.settings
        found: AuthoredCourses = settings.setdefault("plnb_authored_courses", AuthoredCourses(self.places))
        return found


class AuthorHandler(_AuthorHandler):
    """The course around a notebook."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """The course of the notebook at `path`."""
        path = self.query("path")

        def work() -> AuthorView:
            at = self.courses.find(path)
            return author_view(self.courses.course(at), at.unit, at.name)

        await self.answer(work, as_json)


class StandardsHandler(_AuthorHandler):
    """Searching."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Standards of the course of `path` that answer to `query`."""
        path, query = self.query("path"), self.query("query")[:200]

        def work() -> StandardsFound:
            total, found = find_standards(self.courses.course(self.courses.find(path)), query)
            return StandardsFound(query=query, total=total, standards=found)

        await self.answer(work, as_json)


class LintHandler(_AuthorHandler):
    """Lint while typing."""

    largest = _LARGEST

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """What lint says of the notebook as it was sent."""
        asked = self.body(LintAsked)
        await self.answer(lambda: self.courses.lint(asked), as_json)


ROUTES: Final = (("author", AuthorHandler), ("standards", StandardsHandler), ("lint", LintHandler))
"""Route below `plnb/api/`, and who answers there."""
