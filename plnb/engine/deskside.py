"""What runs in a desk: frames come in, cells run in the kernel there, messages go out. The process is the student's from here on.

Nothing here can be trusted by the driver, and nothing here needs to be: the student's code may do what it likes with this module.
It knows no secret, and no check.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from types import FrameType
from typing import Any

from plnb.engine.agent import Abandoned, Agent
from plnb.engine.channel import Channel, ChannelError
from plnb.engine.forkable import Before
from plnb.engine.frames import End, Kind, Message, Ready, Run, frame, parse
from plnb.engine.wireless import Wireless

_LONGEST_TEXT = 20_000  # characters of a traceback, a result or an error's message that are kept in any case


def serve(channel: Channel, wireless: Wireless) -> None:
    """Serve frames until the other end is gone or a cell ends the process."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    with contextlib.suppress(ChannelError, RuntimeError):  # RuntimeError: `exit()` in a cell stops the loop
        loop.run_until_complete(_Desk(channel, wireless).serve())


def open_notebook(channel: Channel, wireless: Wireless) -> bool:
    """Run the first cells of a notebook, as a desk does; True where desks can be forked afterwards. They are the teacher's."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    desk = _Desk(channel, wireless)
    before = Before()
    with contextlib.suppress(ChannelError, RuntimeError):
        loop.run_until_complete(desk.serve(before))
    loop.close()
    asyncio.set_event_loop(None)
    return desk.settled


class _Desk:
    def __init__(self, channel: Channel, wireless: Wireless) -> None:
        self._channel = channel
        self._wireless = wireless
        self._agent: Agent | None = None
        self._pid = os.getpid()
        self._lock = threading.RLock()
        self._cell = 0
        self._largest = 1 << 20
        self._open_to_interrupts = False
        self._sending = False
        self._interrupted = False
        self.settled = False

    async def serve(self, before: Before | None = None) -> None:
        """`before`: how things stand in a process that will be forked. It has no thread beside it."""
        self._wireless.start(self._publish, alone=before is not None)
        if before is not None:
            before.look()
        signal.signal(signal.SIGINT, self._on_interrupt)
        self._send(frame(Kind.ready, Ready(self._wireless.language_info)))
        while not self._wireless.shell.exit_now:
            kind, said = parse(await self._next())
            match kind, said:
                case Kind.run, Run() as run:
                    await self._run(run)
                case Kind.ask, bytes() as request:
                    self._answer(request)
                case Kind.comm, Message() as message:
                    with contextlib.suppress(Exception):  # a widget's own handlers
                        self._wireless.comm(message.type, message.content)
                case Kind.abandon, _:
                    pass  # the question that was given up has been answered all the same
                case Kind.settle, _ if before is not None:
                    why = before.why_not_forked()
                    self.settled = not why
                    self._send(frame(Kind.end, End(self._cell, failed=bool(why), evalue=why)))
                    return
                case _:
                    return

    async def _next(self) -> bytes:
        """The next frame; until it comes, what the cells have left running goes on, as in a kernel."""
        if not self._channel.has_frame():
            loop = asyncio.get_running_loop()
            came = loop.create_future()
            loop.add_reader(self._channel.fileno(), _set, came)
            try:
                await came
            finally:
                loop.remove_reader(self._channel.fileno())
        return self._channel.receive()

    async def _run(self, run: Run) -> None:
        self._cell, self._largest = run.cell, run.largest
        end = End(run.cell, failed=True, ename="KeyboardInterrupt")
        signal.signal(signal.SIGINT, self._on_interrupt)
        try:
            self._open_to_interrupts = True
            if run.questions:
                values = await self._wireless.ask(run.questions)
                end = End(run.cell, failed=False, values=values)
            else:
                end = _end(run.cell, await self._wireless.execute(run.source, run.count, f"cell-{run.cell}"))
        except KeyboardInterrupt:
            pass  # between two steps of the kernel's own
        except Exception as error:
            end = End(run.cell, failed=True, ename=type(error).__name__, evalue=str(error)[:_LONGEST_TEXT])
        finally:
            self._open_to_interrupts = False
        self._wireless.flush()
        self._send(frame(Kind.end, end))

    def _answer(self, request: bytes) -> None:
        """Ask the agent. Whatever the student's code does meanwhile, one answer goes out."""
        answer = b""
        signal.signal(signal.SIGINT, self._on_interrupt)
        try:
            self._open_to_interrupts = True
            if self._agent is None:
                self._agent = Agent(self._wireless.shell.user_ns, self._call_back)
            answer = self._agent.answer(request)
        except BaseException:  # an interrupt between two steps, or a question that was given up: there is no answer
            answer = b""
        finally:
            self._open_to_interrupts = False
        self._send(Kind.answer.value + answer)

    def _call_back(self, request: bytes) -> bytes:
        """From inside an answer: ask whoever asked, and wait."""
        self._send(Kind.back.value + request)
        raw = self._channel.receive()
        if raw[:1] != Kind.back.value:
            raise Abandoned
        return raw[1:]

    def _publish(self, kind: str, content: dict[str, Any], buffers: list[str]) -> None:
        if os.getpid() != self._pid:
            return  # a child that student's code forked; its text comes through the pipe
        fields = {"cell": self._cell, "type": kind, "content": content, "buffers": buffers, "cut": False}
        packed = self._wireless.pack(fields)
        if len(packed) > self._largest:
            fields |= {"content": _shortened(kind, content, self._largest), "buffers": [], "cut": True}
            packed = self._wireless.pack(fields)
        self._send(Kind.message.value + packed)

    def _send(self, raw: bytes) -> None:
        """Send a frame whole: an interrupt waits until it is out."""
        with self._lock:
            self._sending = True
            try:
                self._channel.send(raw)
            finally:
                self._sending = False
        if self._interrupted and threading.current_thread() is threading.main_thread():
            self._interrupted = False
            if self._open_to_interrupts:
                raise KeyboardInterrupt

    def _on_interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        if self._sending:
            self._interrupted = True
        elif self._open_to_interrupts:
            raise KeyboardInterrupt


def _set(came: asyncio.Future[None]) -> None:
    if not came.done():
        came.set_result(None)


def _end(cell: int, reply: dict[str, Any]) -> End:
    if reply["status"] != "error":
        return End(cell, failed=False)
    return End(
        cell,
        failed=True,
        ename=str(reply["ename"])[:200],
        evalue=str(reply["evalue"])[:_LONGEST_TEXT],
        traceback=_kept(reply["traceback"]),
    )


def _kept(lines: list[str]) -> list[str]:
    """A traceback, or its end where it is very long."""
    return lines if sum(map(len, lines)) <= _LONGEST_TEXT else ["\n".join(lines)[-_LONGEST_TEXT:]]


def _shortened(kind: str, content: dict[str, Any], largest: int) -> dict[str, Any]:
    """What is left of a message that is too long to send."""
    match kind:
        case "stream":
            return {**content, "text": content["text"][: largest // 8]}
        case "error":
            shown = {"ename": content["ename"][:200], "evalue": content["evalue"][:_LONGEST_TEXT]}
            return {**shown, "traceback": _kept(content["traceback"])}
        case "execute_result":
            plain = content["data"].get("text/plain", "")
            return {**content, "data": {"text/plain": plain[:_LONGEST_TEXT]}, "metadata": {}}
        case "display_data" | "update_display_data":
            return {"data": {"text/plain": ""}, "metadata": {}, "transient": content.get("transient") or {}}
        case "comm_open" | "comm_msg" | "comm_close":
            return {"comm_id": content["comm_id"], "data": {}}
    return content
