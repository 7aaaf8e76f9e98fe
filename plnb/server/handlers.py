"""The routes: JSON in and out by the types of `core.student`. One way in, one way to say no; the work is done in threads.

    GET    course?path=         -> CourseView            GET    profile?path=        -> Profile
    GET    progress?path=       -> StudentView           PUT    profile?path=        Profile -> Profile
    POST   records              NewRecords -> StudentView
    DELETE records?path=&id=    -> StudentView           POST   submit               Submitting -> Submission
    GET    feedback?path=       -> Feedback[]

Everything else is a `Refusal` with a status of 4xx, or 500 for what is our fault. A refused request has written nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http.client import responses
from typing import Any, Final, TypeVar

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from pydantic import BaseModel, TypeAdapter, ValidationError
from tornado import web

from plnb.core.news import NewRecords, Submitting
from plnb.core.profile import Profile
from plnb.core.student import CourseView, Feedback, Refusal, StudentView, Submission
from plnb.errors import NotReadyError, PlnbError
from plnb.server.handing_in import hand_in, handed_in
from plnb.server.places import Places
from plnb.store.profiles import read_profile, write_profile
from plnb.store.student_folder import StudentCourse, utc_now

LARGEST: Final = 1_000_000
"""Bytes of a body; a whole day of work is a hundredth of it."""

_STATUS: Final = {
    "not-found": 404,
    "read-only": 409,
    "format-too-new": 409,
    "course-file": 422,
    "not-ready": 409,
    "our-fault": 500,
}
"""Everything else that is wrong with a request is 400."""

_Answer = TypeVar("_Answer")
_Body = TypeVar("_Body", bound=BaseModel)
_Feedbacks: Final = TypeAdapter(tuple[Feedback, ...])


class _Handler(APIHandler):
    """What all routes share."""

    auth_resource = "plnb"

    def initialize(self, places: Places) -> None:
        """What the route brings."""
        self.places = places

    def query(self, name: str) -> str:
        """An argument of the query, as it came; empty where it is not given (tornado's own would mend what should be refused)."""
        try:
            return self.request.query_arguments.get(name, [b""])[-1].decode()
        except UnicodeDecodeError:
            raise web.HTTPError(400) from None

    def body(self, kind: type[_Body]) -> _Body:
        """The body, typed."""
        if len(self.request.body) > LARGEST:
            raise web.HTTPError(413)
        return kind.model_validate_json(self.request.body)

    async def answer(self, work: Callable[[], _Answer], shown: Callable[[_Answer], str | bytes]) -> None:
        """Do the work where it holds up nobody, and send what comes of it."""
        self.set_header("Cache-Control", "no-store")
        self.finish(await asyncio.to_thread(lambda: shown(work())))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say no, in the one shape there is for it."""
        _, error, _ = kwargs.get("exc_info", (None, None, None))
        status, refusal = _refused(status_code, error)
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(refusal.model_dump_json())

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """What is not our fault is no news to whoever reads the log."""
        if not isinstance(value, PlnbError | ValidationError) or _refused(500, value)[0] >= 500:
            super().log_exception(typ, value, tb)


def _refused(status: int, error: BaseException | None) -> tuple[int, Refusal]:
    match error:
        case PlnbError():
            status = _STATUS.get(error.code, 400)
            return status, Refusal(code=error.code, message=error.message, hint=error.mend)
        case ValidationError():
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"]))
            said = f"This request is not one we know ({where}: {first['msg']})." if where else "This request is not valid JSON."
            return 400, Refusal(code="request", message=said, hint="Reload the page; if that does not help, upgrade plnb.")
    code, message, hint = _HTTP.get(status, ("request", f"{responses.get(status, 'Refused')}.", "Reload the page."))
    return status, Refusal(code=code, message=message, hint=hint)


_HTTP: Final = {
    401: ("not-allowed", "You are not signed in here.", "Open JupyterLab again by the address it was started with."),
    403: ("not-allowed", "You are not signed in here.", "Open JupyterLab again by the address it was started with."),
    404: ("not-found", "There is no such thing here.", "Reload the page."),
    413: ("too-large", "This is more than can be kept at once.", "Write less in one go."),
    500: ("our-fault", "Something went wrong in plnb. What you did before is kept.", "Try again; if it stays, tell your teacher."),
}


def _json(model: BaseModel) -> str:
    return model.model_dump_json()


class CourseHandler(_Handler):
    """What the course asks and offers."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """The course of `path`."""
        path = self.query("path")

        def work() -> CourseView:
            return self.places.course(path).course_view()

        await self.answer(work, _json)


class ProgressHandler(_Handler):
    """Where the student stands."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Everything the screen shows for `path`."""
        path = self.query("path")
        await self.answer(lambda: _view(self.places.course(path)), _json)


class RecordsHandler(_Handler):
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

        await self.answer(work, _json)

    @web.authenticated
    @authorized
    async def delete(self) -> None:
        """Delete one record of the student's own."""
        path, record = self.query("path"), self.query("id")

        def work() -> StudentView:
            course = self.places.course(path)
            course.forget(record)
            return _view(course)

        await self.answer(work, _json)


class ProfileHandler(_Handler):
    """What students say about themselves."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """The profile for the course of `path`."""
        path = self.query("path")
        await self.answer(lambda: read_profile(self.places.course(path).course.id), _json)

    @web.authenticated
    @authorized
    async def put(self) -> None:
        """Keep another one."""
        path, profile = self.query("path"), self.body(Profile)

        def work() -> Profile:
            write_profile(self.places.course(path).course.id, profile)
            return profile

        await self.answer(work, _json)


class FeedbackHandler(_Handler):
    """What came back."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Pages that came back for the course of `path`, newest first."""
        path = self.query("path")
        await self.answer(lambda: _view(self.places.course(path)).feedback, _Feedbacks.dump_json)


class SubmitHandler(_Handler):
    """Handing in."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Hand in the unit of `path` by nbgrader's exchange."""
        asked = self.body(Submitting)

        def work() -> Submission:
            course = self.places.course(asked.path)
            if not course.unit:
                raise NotReadyError("This is not the folder of a unit.", mend="Open a notebook of the unit you want to hand in.")
            return hand_in(course.course.id, course.unit, course.units[course.unit])

        await self.answer(work, _json)


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
