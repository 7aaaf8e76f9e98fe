"""How every route answers: JSON in and out by a type, one way to say no, and the work done in threads.

Everything that goes wrong is a `Refusal` with a status of 4xx, or 500 for what is our fault. A refused request has written nothing.
Knows no route.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http.client import responses
from typing import Any, Final, TypeVar

from jupyter_server.base.handlers import APIHandler
from pydantic import BaseModel, ValidationError
from tornado import web

from plnb.core.student import Refusal
from plnb.errors import PlnbError
from plnb.server.places import Places

LARGEST: Final = 1_000_000
"""Bytes of a body; a whole day of work is a hundredth of it."""

STATUS: Final = {
    "not-found": 404,
    "read-only": 409,
    "stale": 409,
    "format-too-new": 409,
    "course-file": 422,
    "not-ready": 409,
    "our-fault": 500,
}
"""Everything else that is wrong with a request is 400."""

_Answer = TypeVar("_Answer")
_Body = TypeVar("_Body", bound=BaseModel)


class Handler(APIHandler):
    """What all routes share."""

    auth_resource = "plnb"
    largest = LARGEST

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
        if len(self.request.body) > self.largest:
            raise web.HTTPError(413)
        return kind.model_validate_json(self.request.body)

    async def answer(self, work: Callable[[], _Answer], shown: Callable[[_Answer], str | bytes]) -> None:
        """Do the work where it holds up nobody, and send what comes of it."""
        self.set_header("Cache-Control", "no-store")
        self.finish(await asyncio.to_thread(lambda: shown(work())))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say no, in the one shape there is for it."""
        _, error, _ = kwargs.get("exc_info", (None, None, None))
        status, refusal = refused(status_code, error)
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(refusal.model_dump_json())

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """What is not our fault is no news to whoever reads the log."""
        if not isinstance(value, PlnbError | ValidationError) or refused(500, value)[0] >= 500:
            super().log_exception(typ, value, tb)


def refused(status: int, error: BaseException | None) -> tuple[int, Refusal]:
    """The status and the words for what went wrong; `status` holds where the error says nothing better."""
    match error:
        case PlnbError():
            status = STATUS.get(error.code, 400)
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


def as_json(model: BaseModel) -> str:
    """A model as it is sent."""
    return model.model_dump_json()
