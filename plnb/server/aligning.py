"""The teacher's routes on a course's standards: what they are aligned to, what they could be aligned to, and doing it.

    GET    teaching/standards?path=&own=                    -> Alignments
    GET    teaching/standards/like?path=&own=&code=&query=  -> Offers
    POST   teaching/align       Aligning                    -> Alignments

What is written is what `plnb standards align` writes, into the course's own list and nowhere else.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from jupyter_server.auth.decorator import authorized
from tornado import web

from plnb.core.aligning import named, own_and_others
from plnb.core.aligning_view import Aligning, Alignments, Offers, alignments, offers
from plnb.core.likeness import Likeness
from plnb.core.standards import Framework
from plnb.errors import CourseFileError, FormatTooNewError, FrameworkError, ReadOnlyError
from plnb.interop.codes import same_standard
from plnb.server.answering import Handler, as_json
from plnb.server.places import Places
from plnb.server.teaching import course_of
from plnb.store.aligning import align, only, take_away
from plnb.store.frameworks import Listed, of_course
from plnb.store.layout import CourseFolder
from plnb.store.remembering import RememberedFiles

_COURSES: Final = 4
"""Courses whose lists are remembered."""

_LOOK: Final = "search for it by its words."


@dataclass
class _Shelf:
    """The lists of one course, read again only where a file changed; nothing outside of what is served is read."""

    files: RememberedFiles
    compared: tuple[Framework, ...] = ()
    like: Likeness = field(default_factory=lambda: Likeness(()))

    def likeness(self, others: tuple[Framework, ...]) -> Likeness:
        """For the same lists, the same: thousands of standards take a while to be weighed."""
        if [*map(id, others)] != [*map(id, self.compared)]:
            self.like = Likeness([each.standards for each in others])
            self.compared = others
        return self.like


@dataclass(frozen=True)
class _Lists:
    """The lists of a course, seen from one of its own."""

    folder: CourseFolder
    here: Listed
    named: tuple[Framework, ...]
    others: tuple[Framework, ...]

    def view(self) -> Alignments:
        return alignments(self.here.framework, self.folder.relative(self.here.file), self.named, self.others)


class AlignedCourses:
    """The courses whose standards somebody aligns."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._shelves: OrderedDict[Path, _Shelf] = OrderedDict()
        self._one_at_a_time = threading.Lock()  # two tabs of one server

    def look(self, path: str, own: str) -> Alignments:
        """The list called `own` of the course at `path`."""
        return self._lists(course_of(self._places, path), own).view()

    def offers(self, path: str, own: str, code: str, query: str) -> Offers:
        """What a standard could be aligned to."""
        lists = self._lists(course_of(self._places, path), own)
        standard = named(code, [lists.here.framework], same_standard, _LOOK).standard
        return offers(standard, lists.others, self._shelf(lists.folder).likeness(lists.others), query)

    def align(self, asked: Aligning) -> Alignments:
        """Do it; the list as it is afterwards."""
        folder = course_of(self._places, asked.path)
        with self._one_at_a_time:
            lists = self._lists(folder, asked.own)
            if not lists.here.file.resolve().is_relative_to(folder.root.resolve()):
                raise ReadOnlyError(
                    "This list lies outside of the course, so it is not changed from here.",
                    mend="Put the file itself into the course's folder.",
                )
            if asked.relation is None:
                take_away(lists.here, asked.code, asked.other, asked.framework, _LOOK)
            else:
                align(lists.here, asked.code, asked.other, asked.relation, only(asked.framework, lists.others), _LOOK)
            return self._lists(folder, asked.own).view()

    def _lists(self, folder: CourseFolder, own: str) -> _Lists:
        try:
            known = of_course(folder, self._shelf(folder).files)
        except (CourseFileError, FrameworkError, FormatTooNewError) as error:
            raise type(error)(f"{error.place}: {error.message}", place=error.place, mend=error.mend) from None
        mine = tuple(each.framework for each in known if each.named)
        chosen, _ = own_and_others(mine, own)
        here = next(each for each in known if each.framework is chosen)
        return _Lists(folder, here, mine, tuple(each.framework for each in known if each is not here))

    def _shelf(self, folder: CourseFolder) -> _Shelf:
        shelf = self._shelves.setdefault(folder.root, _Shelf(RememberedFiles(self._places.root)))
        self._shelves.move_to_end(folder.root)
        while len(self._shelves) > _COURSES:
            self._shelves.popitem(last=False)
        return shelf


class _AligningHandler(Handler):
    """What these routes share."""

    @property
    def courses(self) -> AlignedCourses:
        """One for the whole server: it remembers."""
        settings: dict[str, Any] = self.settings
        found: AlignedCourses = settings.setdefault("plnb_aligned_courses", AlignedCourses(self.places))
        return found


class OwnStandardsHandler(_AligningHandler):
    """The course's own standards."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """A list of the course of `path`, with what it is aligned to."""
        path, own = self.query("path"), self.query("own")
        await self.answer(lambda: self.courses.look(path, own), as_json)


class LikeHandler(_AligningHandler):
    """What they could be aligned to."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Published standards that answer to `query`, or that share the words of the standard `code`."""
        path, own, code, query = self.query("path"), self.query("own"), self.query("code"), self.query("query")[:200]
        await self.answer(lambda: self.courses.offers(path, own, code, query), as_json)


class AlignHandler(_AligningHandler):
    """Aligning."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Align one standard, or take that away; the list is as it is afterwards."""
        asked = self.body(Aligning)
        await self.answer(lambda: self.courses.align(asked), as_json)


ROUTES: Final = (
    ("teaching/standards", OwnStandardsHandler),
    ("teaching/standards/like", LikeHandler),
    ("teaching/align", AlignHandler),
)
"""Route below `plnb/api/`, and who answers there."""
