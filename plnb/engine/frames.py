"""What the driver and a desk say to each other: one byte for the kind, then JSON or bytes that nobody on the way reads.

Both ends use these types. What comes from a desk is a claim: `parse` checks the form of all of it and raises `MalformedError` for
the rest. Imports nothing heavy, because every desk has it loaded.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import NoReturn


class Kind(bytes, Enum):
    """The first byte of a frame."""

    run = b"r"
    """To the desk: run a cell (`Run`)."""
    comm = b"c"
    """To the desk: a widget's message (`Message`)."""
    ask = b"a"
    """To the desk: a question for the agent; unread."""
    settle = b"s"
    """To the desk: that was the last cell of an opening; desks will be forked from it. Answered by an `End`."""
    abandon = b"x"
    """To the desk: nobody will answer the call back."""
    ready = b"R"
    """From the desk: it listens (`Ready`)."""
    message = b"m"
    """From the desk: something to show (`Message`)."""
    end = b"e"
    """From the desk: the cell has ended (`End`)."""
    answer = b"A"
    """From the desk: the agent's answer; unread."""
    back = b"b"
    """From the desk: the agent calls back (unread), and to the desk: what came of it."""


class MalformedError(ValueError):
    """A frame is not what a frame must be."""


@dataclass(frozen=True)
class Run:
    """A cell to run."""

    cell: int
    """Number of the run in this desk; messages that belong to it carry it."""
    source: str
    count: int
    """What `In [ ]` shows."""
    largest: int
    """Messages longer than this are shortened before they are sent."""
    questions: dict[str, str] = field(default_factory=dict)
    """Expressions to ask instead of running a cell; `source` is empty then."""


@dataclass(frozen=True)
class Ready:
    """The desk listens."""

    language_info: dict[str, object]
    """As a kernel tells it, for the notebook's metadata."""


@dataclass(frozen=True)
class Message:
    """A message as Jupyter has them, without what only a connection needs."""

    cell: int
    """The run that it belongs to."""
    type: str
    """Jupyter's `msg_type`."""
    content: dict[str, object]
    buffers: list[str] = field(default_factory=list)
    """Binary parts, base64."""
    cut: bool = False
    """Whether it was shortened because it was too long."""


@dataclass(frozen=True)
class End:
    """How a cell ended."""

    cell: int
    failed: bool
    ename: str = ""
    evalue: str = ""
    traceback: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    """What the questions came to, as Python writes it."""


Said = Run | Ready | Message | End

_TYPES: dict[Kind, type[Said]] = {
    Kind.run: Run,
    Kind.comm: Message,
    Kind.ready: Ready,
    Kind.message: Message,
    Kind.end: End,
}


def frame(kind: Kind, said: Said) -> bytes:
    """The frame that says it."""
    return kind.value + json.dumps(asdict(said)).encode()


def parse(raw: bytes) -> tuple[Kind, Said | bytes]:
    """What a frame says; its bytes where they are for somebody else. Raises `MalformedError`."""
    try:
        kind = Kind(raw[:1])
    except ValueError:
        raise MalformedError("no such kind of frame") from None
    made = _TYPES.get(kind)
    if made is None:
        return kind, raw[1:]
    try:
        fields = json.loads(raw[1:].decode("utf-8", "replace"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise MalformedError(f"not JSON ({type(error).__name__})") from None
    if not isinstance(fields, dict):
        raise MalformedError("not an object")
    try:
        said = made(**fields)
    except TypeError:
        raise MalformedError("other fields than it must have") from None
    _check(said)
    return kind, said


def _no_constant(name: str) -> NoReturn:
    raise MalformedError(f"{name} is no JSON")


def _check(said: object) -> None:
    """That the fields of what came are of the types they must be."""
    match said:
        case Message(cell=int(), type=str(), content=dict(), buffers=list() as buffers, cut=bool()):
            good = all(isinstance(buffer, str) for buffer in buffers)
        case End(cell=int(), failed=bool(), ename=str(), evalue=str(), traceback=list() as lines, values=dict() as values):
            good = all(isinstance(text, str) for text in (*lines, *values.values()))
        case Ready(language_info=dict()):
            good = True
        case Run(cell=int(), source=str(), count=int(), largest=int(), questions=dict()):
            good = True
        case _:
            good = False
    if not good:
        raise MalformedError("a field of another type than it must have")
