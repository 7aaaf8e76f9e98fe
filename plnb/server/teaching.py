"""The teacher's routes on a whole course: look at it, change it, see it as a student would.

    GET    teaching/overview?path=     -> Overview        POST teaching/edit       Editing -> Overview
    GET    teaching/findings?path=     -> Remarks         POST teaching/preview    Previewing -> Preview
    GET    teaching/preview?path=      -> Preview

`path` is the course's folder or anything in it, inside what the server serves. Nothing here is more than who owns the files can do.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

from jupyter_server.auth.decorator import authorized
from tornado import web

from plnb.core.course_edits import Editing
from plnb.core.lint import lint
from plnb.core.overview import Overview, Remarks, overview, remarks
from plnb.core.preview import Preview, Previewing
from plnb.errors import CourseFileError, InputError, NotFoundError, OurFaultError
from plnb.server.answering import Handler, as_json
from plnb.server.places import Places
from plnb.store.course_edits import edit_course, file_digest
from plnb.store.layout import COURSE_FILE, CourseFolder
from plnb.store.previews import read_preview
from plnb.store.sources import load_course

_SECONDS: Final = 300
_LARGEST: Final = 4_000_000  # undo sends a whole course file


def course_of(places: Places, path: str) -> CourseFolder:
    """The course that a contents path lies in, looked for from there up to what is served and no further."""
    here = places.find(path)
    for folder in (here, *here.parents):
        file = folder / COURSE_FILE
        if file.is_file() and file.resolve().is_relative_to(places.root.resolve()):
            return CourseFolder(folder)
        if folder == places.root:
            break
    raise NotFoundError(
        "There is no course in this folder.", mend="Go to the folder that holds your course.yaml, or start a course with: plnb new"
    )


def _contents_path(places: Places, place: Path) -> str:
    found = place.relative_to(places.root).as_posix()
    return "" if found == "." else found


def _look(places: Places, folder: CourseFolder) -> Overview:
    raw = _raw(folder)
    source = load_course(folder.root)
    path = _contents_path(places, folder.root)
    return overview(source, path=path, digest=file_digest(raw), text=raw.decode("utf-8", "replace"))


def _raw(folder: CourseFolder) -> bytes:
    try:
        return folder.course_file.read_bytes()
    except OSError as error:
        raise CourseFileError(
            f"course.yaml cannot be read ({error.strerror}).", place="course.yaml", mend="Check who may read it."
        ) from None


class OverviewHandler(Handler):
    """The course at a glance."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """The overview of the course of `path`."""
        path = self.query("path")
        await self.answer(lambda: _look(self.places, course_of(self.places, path)), as_json)


class FindingsHandler(Handler):
    """What lint says."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """The findings of the course of `path`, each with where to go and what mends it."""
        path = self.query("path")

        def work() -> Remarks:
            folder = course_of(self.places, path)
            digest = file_digest(_raw(folder))
            source = load_course(folder.root)
            return remarks(source, lint(source), path=_contents_path(self.places, folder.root), digest=digest)

        await self.answer(work, as_json)


class EditHandler(Handler):
    """Changes to the course file."""

    largest = _LARGEST

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Carry out one edit; the overview is as it is afterwards."""
        asked = self.body(Editing)

        def work() -> Overview:
            folder = course_of(self.places, asked.path)
            edit_course(load_course(folder.root), folder, asked.digest, asked.edit)
            return _look(self.places, folder)

        await self.answer(work, as_json)


class PreviewHandler(Handler):
    """The course as a student would meet it."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """The preview that the notebook or folder at `path` is part of."""
        path = self.query("path")

        def work() -> Preview:
            here = self.places.find(path)
            for home in (here, *here.parents):
                if (found := read_preview(home)) is not None:
                    return _relative(self.places, found)
                if home == self.places.root:
                    break
            raise NotFoundError("This is no preview.", mend="Start one from the overview of your course.")

        await self.answer(work, as_json)

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Make a preview, in the place of the one before."""
        asked = self.body(Previewing)

        def work() -> Preview:
            return _relative(self.places, _make(course_of(self.places, asked.path), asked))

        await self.answer(work, as_json)


def _make(folder: CourseFolder, asked: Previewing) -> Preview:
    """Run `plnb preview`: it starts nbgrader, which looks at the working directory and remembers what it saw."""
    command = [sys.executable, "-m", "plnb.cli.main", "preview", "--json", "--course", str(folder.root)]
    command += [f"--as={code}={level}" for code, level in asked.levels.items()]
    command += [f"--done={activity}" for activity in asked.done]
    command += [*(f"--choose={option}" for option in asked.choices), "--", asked.unit]
    try:
        ran = subprocess.run(  # noqa: S603 - our own command, and no shell
            command,
            cwd=folder.root,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise OurFaultError("The preview took too long to make.", mend="Try again, or try: plnb preview") from None
    if ran.returncode == 0:
        return Preview.model_validate_json(ran.stdout)
    said = ran.stderr.decode("utf-8", "replace").strip()
    try:
        error = json.loads(said.splitlines()[-1])["error"]
        message, mend = str(error["message"]), str(error["mend"])
    except (ValueError, LookupError, TypeError):
        raise OurFaultError("The preview could not be made.", place=said[-1000:], mend="Try: plnb preview") from None
    raise InputError(message, place=str(error.get("place", "")), mend=mend)


def _relative(places: Places, made: Preview) -> Preview:
    """The same with contents paths."""

    def told(place: str) -> str:
        try:
            return _contents_path(places, Path(place))
        except ValueError:
            raise NotFoundError("The course of this preview is not here any more.", mend="Start another preview.") from None

    return made.model_copy(update={"course": told(made.course), "folder": told(made.folder), "open": told(made.open)})


ROUTES: Final = (
    ("teaching/overview", OverviewHandler),
    ("teaching/findings", FindingsHandler),
    ("teaching/edit", EditHandler),
    ("teaching/preview", PreviewHandler),
)
"""Route below `plnb/api/`, and who answers there."""
