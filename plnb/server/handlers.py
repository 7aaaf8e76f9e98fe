"""The routes: JSON in and out by the types of `core.student`. One way in, one way to say no; the work is done in threads.

    GET    course?path=         -> CourseView            GET    profile?path=        -> Profile
    GET    progress?path=       -> StudentView           PUT    profile?path=        Profile -> Profile
    POST   records              NewRecords -> StudentView
    DELETE records?path=&id=    -> StudentView           POST   submit               Submitting -> Submission
    GET    feedback?path=       -> Feedback[]            POST   feedback             Submitting -> Fetched

Everything else is a `Refusal` with a status of 4xx, or 500 for what is our fault. A refused request has written nothing.
"""

from __future__ import annotations

from typing import Final

from jupyter_server.auth.decorator import authorized
from pydantic import TypeAdapter
from tornado import web

from plnb.core.news import NewRecords, Submitting
from plnb.core.profile import Profile
from plnb.core.student import CourseView, Feedback, Fetched, StudentView, Submission
from plnb.errors import NotReadyError
from plnb.server.answering import Handler, as_json
from plnb.server.fetching import fetch
from plnb.server.handing_in import hand_in, handed_in
from plnb.store.profiles import read_profile, write_profile
from plnb.store.student_folder import StudentCourse, utc_now

_Feedbacks: Final = TypeAdapter(tuple[Feedback, ...])


class CourseHandler(Handler):
    """What the course asks and offers."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """The course of `path`."""
        path = self.query("path")

        def work() -> CourseView:
            return self.places.course(path).course_view()

        await self.answer(work, as_json)


class ProgressHandler(Handler):
    """Where the student stands."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Everything the screen shows for `path`."""
        path = self.query("path")
        await self.answer(lambda: _view(self.places.course(path)), as_json)


class RecordsHandler(Handler):
    """What happened."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Keep it; on the disk when this answers."""
        told = self.body(NewRecords)

        def work() -> StudentView:
            course = self.places.course(told.path)
            course.tell(told.records, now=utc_now())
            return _view(course)

        await self.answer(work, as_json)

    @web.authenticated
    @authorized
    async def delete(self) -> None:
        """Delete one record of the student's own."""
        path, record = self.query("path"), self.query("id")

        def work() -> StudentView:
            course = self.places.course(path)
            course.forget(record)
            return _view(course)

        await self.answer(work, as_json)


class ProfileHandler(Handler):
    """What students say about themselves."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """The profile for the course of `path`."""
        path = self.query("path")
        await self.answer(lambda: read_profile(self.places.course(path).course.id), as_json)

    @web.authenticated
    @authorized
    async def put(self) -> None:
        """Keep another one."""
        path, profile = self.query("path"), self.body(Profile)

        def work() -> Profile:
            write_profile(self.places.course(path).course.id, profile)
            return profile

        await self.answer(work, as_json)


class FeedbackHandler(Handler):
    """What came back."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Pages that came back for the course of `path`, newest first."""
        path = self.query("path")
        await self.answer(lambda: _view(self.places.course(path)).feedback, _Feedbacks.dump_json)

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Fetch what came back for the course of `path`, by nbgrader's exchange."""
        asked = self.body(Submitting)

        def work() -> Fetched:
            course = self.places.course(asked.path)
            return fetch(course.course.id, course.units)

        await self.answer(work, as_json)


class SubmitHandler(Handler):
    """Handing in."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Hand in the unit of `path` by nbgrader's exchange."""
        asked = self.body(Submitting)

        def work() -> Submission:
            course = self.places.course(asked.path)
            if course.preview:
                raise NotReadyError("This is a preview, so nothing is handed in from it.", mend="Go back to the course.")
            if not course.unit:
                raise NotReadyError("This is not the folder of a unit.", mend="Open a notebook of the unit you want to hand in.")
            return hand_in(course.course.id, course.unit, course.units[course.unit])

        await self.answer(work, as_json)


def _view(course: StudentCourse) -> StudentView:
    name = course.course.id
    return course.view(now=utc_now(), profile=read_profile(name), submitted=handed_in(name))


ROUTES: Final = (
    ("course", CourseHandler),
    ("progress", ProgressHandler),
    ("records", RecordsHandler),
    ("profile", ProfileHandler),
    ("feedback", FeedbackHandler),
    ("submit", SubmitHandler),
)
"""Route below `plnb/api/`, and who answers there."""
