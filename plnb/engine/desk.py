"""The driver's side of one student's process: cells go in, what became of them comes out. Everything the desk says is a claim.

A desk is opened by a `Nursery` for one notebook and closed for good (`with` does it). Frames that are not what they must be end it
as `crashed`; they never raise anything but `DeskLostError`. Knows nothing of checks.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from plnb.engine.channel import ChannelClosedError, ChannelError, DeadlineMissedError
from plnb.engine.frames import End, Kind, MalformedError, Message, Ready, Run, Said, frame, parse
from plnb.engine.runs import CellStatus, Ended
from plnb.engine.sandbox import Ending, Reason

if TYPE_CHECKING:
    from plnb.engine.nursery import Child
    from plnb.engine.outputs import Outputs

_GRACE_SECONDS: Final = 3.0
"""How long an interrupted cell may take to end."""
_FRAME_BYTES: Final = 4 << 20

_REASONS: Final = {
    Reason.memory: "it used more memory than it may",
    Reason.processes: "it started more processes than it may",
    Reason.disk: "it wrote more to files than it may",
    Reason.cpu: "it used more processor time than it may",
}


class DeskLostError(Exception):
    """The desk is gone for good, in the middle of something."""

    def __init__(self, why: Ended, reason: str = "", *, ours: bool = False, malformed: str = "") -> None:
        super().__init__(reason or why)
        self.why = why
        self.reason = reason
        """What happened, for people: `it used more memory than it may`."""
        self.ours = ours
        """Whether plnb or this machine failed, not what ran in the desk."""
        self.malformed = malformed
        """What was wrong with a frame that no kernel would send; somebody may have written to the channel."""


class AskTimedOutError(Exception):
    """An answer took too long. The desk was interrupted and is there for the next question."""


@dataclass(frozen=True)
class CellEnd:
    """How a cell ended in the desk."""

    status: CellStatus
    """`ok`, `error` or `timed_out`."""
    ename: str = ""
    evalue: str = ""
    traceback: tuple[str, ...] = ()


@dataclass(frozen=True)
class Leftover:
    """What is known of a desk when it is closed."""

    reason: str = ""
    """The limit that it ran into, for people. Empty where it did not."""
    cpu_seconds: float = 0.0
    """Processor time of all its processes."""
    peak_bytes: int = 0
    """The most memory that was seen in use."""


class Desk:
    """One student's process, as the driver sees it."""

    def __init__(self, child: Child) -> None:
        self._child = child
        self._cell = 0
        self._calling_back = False
        self._lost: DeskLostError | None = None

    def ready(self, seconds: float) -> Mapping[str, object]:
        """Wait until it listens; the language it speaks, as a kernel tells it. Before any of the student's code has run."""
        match self._receive(time.monotonic() + seconds, _FRAME_BYTES):
            case _, Ready(language_info=info):
                return info
            case None:
                raise self._lose(Ended.crashed, "it did not start in time", ours=True)
            case _:
                raise self._malformed("another frame than the first one must be")

    def run(self, source: str, *, seconds: float, outputs: Outputs, count: int) -> CellEnd:
        """Run a cell, for at most `seconds`; its outputs go to `outputs` as they come. `count` is what `In [ ]` shows.

        A cell that takes too long is interrupted (`timed_out`); one that goes on all the same ends the desk: `DeskLostError`.
        """
        self.abandon()
        self._cell += 1
        deadline = time.monotonic() + seconds
        for content in outputs.for_widgets():
            self._send(frame(Kind.comm, Message(self._cell, "comm_msg", content)), deadline)
        self._send(frame(Kind.run, Run(self._cell, source, count, outputs.largest)), deadline)
        end, late = self._until_end(deadline, outputs)
        if late:
            return CellEnd(CellStatus.timed_out)
        status = CellStatus.error if end.failed else CellStatus.ok
        return CellEnd(status, end.ename, end.evalue, tuple(end.traceback))

    def questions(self, questions: Mapping[str, str], *, seconds: float) -> dict[str, bool]:
        """Whether expressions are true for the notebook's names; those that raise, or take too long, are left out."""
        if not questions:
            return {}
        self.abandon()
        self._cell += 1
        deadline = time.monotonic() + seconds
        self._send(frame(Kind.run, Run(self._cell, "", 0, 1 << 16, dict(questions))), deadline)
        end, _ = self._until_end(deadline, None)
        return {key: text == "True" for key, text in end.values.items() if key in questions and text in ("True", "False")}

    def settle(self, *, seconds: float) -> str:
        """Let other desks be forked from what has run; why that cannot be, empty where it can. It runs nothing afterwards."""
        deadline = time.monotonic() + seconds
        self._send(Kind.settle.value, deadline)
        end, late = self._until_end(deadline, None)
        return "it took too long" if late else end.evalue

    def ask(self, request: bytes, *, seconds: float, limit: int = 8 << 20) -> bytes:
        """Pass a frame, unread, to the agent in the desk, and its next frame back: an answer, or a call back to whoever asked.

        After a call back, the next `ask` carries what came of it. To give up half way, ask nothing more: the next `run` tells the
        agent, or `abandon`. Raises `AskTimedOutError` (the desk was interrupted, nothing is pending, it can be asked again) and
        `DeskLostError` (it is gone, or its frame was longer than `limit`).
        """
        deadline = time.monotonic() + seconds
        kind = Kind.back if self._calling_back else Kind.ask
        self._send(kind.value + request, deadline)
        while True:
            match self._receive(deadline, limit):
                case None:
                    self._child.interrupt()
                    self._finish_answer()
                    raise AskTimedOutError
                case Kind.answer, bytes() as answer:
                    self._calling_back = False
                    return answer
                case Kind.back, bytes() as call:
                    self._calling_back = True
                    return call
                case Kind.message, _:
                    pass  # shown while a check asked; no cell of the student's to show it in
                case _:
                    raise self._malformed("a frame that answers no question")

    def abandon(self) -> None:
        """Give up a question whose call back nobody will answer. Does nothing where nothing is pending."""
        if self._calling_back:
            self._send(Kind.abandon.value, time.monotonic() + _GRACE_SECONDS)
            self._finish_answer()

    def close(self) -> Leftover:
        """End the desk and every process in it. May be called again."""
        ending = self._child.close()
        if ending is None:
            return Leftover()
        return Leftover(_REASONS.get(ending.reason, ""), ending.cpu_seconds, ending.peak_bytes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _until_end(self, deadline: float, outputs: Outputs | None) -> tuple[End, bool]:
        """Take messages until the cell has ended; whether it had to be interrupted."""
        late = False
        while True:
            match self._receive(deadline, _FRAME_BYTES if outputs is None else outputs.largest_frame):
                case None if late:
                    raise self._lose(Ended.stuck, "it could not be interrupted")
                case None:
                    late, deadline = True, time.monotonic() + _GRACE_SECONDS
                    self._child.interrupt()
                case Kind.message, Message() as message:
                    if outputs is not None and message.cell == self._cell:
                        try:
                            outputs.take(message)
                        except MalformedError as error:
                            raise self._malformed(str(error)) from None
                case Kind.end, End() as end if end.cell == self._cell:
                    return end, late
                case Kind.end, _:
                    pass  # of a cell that was given up
                case _:
                    raise self._malformed("a frame that belongs to no cell")

    def _finish_answer(self) -> None:
        """After an interrupt: take what still comes, until the agent has answered."""
        deadline = time.monotonic() + _GRACE_SECONDS
        while True:
            match self._receive(deadline, _FRAME_BYTES):
                case None:
                    raise self._lose(Ended.stuck, "it could not be interrupted")
                case Kind.answer, _:
                    self._calling_back = False
                    return
                case Kind.back, _:
                    self._send(Kind.abandon.value, deadline)
                case Kind.message, _:
                    pass
                case _:
                    raise self._malformed("a frame that answers no question")

    def _send(self, raw: bytes, deadline: float) -> None:
        if self._lost is not None:
            raise self._lost
        try:
            self._child.channel.send(raw, deadline)
        except ChannelClosedError:
            raise self._gone() from None
        except ChannelError:
            raise self._lose(Ended.stuck, "it does not listen") from None

    def _receive(self, deadline: float, limit: int) -> tuple[Kind, Said | bytes] | None:
        """The next frame, or None where none comes in time."""
        if self._lost is not None:
            raise self._lost
        if time.monotonic() >= deadline:
            return None  # also where there is no end of frames
        try:
            return parse(self._child.channel.receive(deadline, limit))
        except DeadlineMissedError:
            return None
        except ChannelClosedError:
            raise self._gone() from None
        except (ChannelError, MalformedError) as error:
            raise self._malformed(str(error)) from None

    def _gone(self) -> DeskLostError:
        ending = self._child.ending()
        if ending is None or self._child.lost_by_us:
            return self._lose(Ended.crashed, ending.said if ending else "", ours=True)
        return self._lose(Ended.crashed, _why(ending))

    def _malformed(self, what: str) -> DeskLostError:
        return self._lose(Ended.crashed, "it sent what no kernel sends", malformed=what)

    def _lose(self, why: Ended, reason: str, *, ours: bool = False, malformed: str = "") -> DeskLostError:
        self._lost = DeskLostError(why, reason, ours=ours, malformed=malformed)
        return self._lost


def _why(ending: Ending) -> str:
    return _REASONS.get(ending.reason) or (f"signal {ending.code - 128}" if ending.code > 128 else "")
