"""A real IPython kernel without wires: what it would publish on sockets goes to a callable. Runs in a desk.

Everything that decides what a cell does is ipykernel's and IPython's own: the kernel, the shell, the display hook, the publisher.
Only the session (which would write to ZMQ) and the two output streams are ours. It can be made before a fork: it has no socket, no
thread and no event loop until `start`.
"""

from __future__ import annotations

import asyncio
import base64
import io
import logging
import os
import select
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from plnb.engine.debugger import no_debugger
from plnb.engine.pictures import paint_what_is_seen
from plnb.engine.shell_commands import run_without_terminal
from plnb.engine.shortcuts import take_shortcuts

with no_debugger():
    from ipykernel.ipkernel import IPythonKernel
    from ipykernel.kernelapp import IPKernelApp
    from jupyter_client.session import Session
    from tornado.ioloop import IOLoop
    from tornado.platform import asyncio as _of_asyncio  # noqa: F401 - what a loop loads when it is asked for
    from traitlets.config import Config

_log = logging.getLogger("plnb.desk")
_log.addHandler(logging.NullHandler())

_SHOWN: Final = frozenset(
    (
        "stream",
        "display_data",
        "update_display_data",
        "execute_result",
        "error",
        "clear_output",
        "comm_open",
        "comm_msg",
        "comm_close",
    )
)
_FLUSH_SECONDS: Final = 0.2  # as ipykernel
_FLUSH_CHARACTERS: Final = 1 << 16

_PRACTICE: Final = (*("one = [1]\nfor each in one:\n    each + 1\none",) * 8, "def fails():\n    return 1 / 0\n\n\nfails()")
"""Cells that are run before a fork: often enough for Python to make its own short cuts, and with an error to show."""

INLINE: Final = "module://matplotlib_inline.backend_inline"
"""What draws matplotlib's figures in a kernel."""

Publish = Callable[[str, dict[str, Any], list[str]], None]
"""Called with a message's type, content and binary parts (base64)."""


class _RecordingSession(Session):
    """Stands where messages would be signed and sent."""

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.publish: Publish = lambda *_: None

    def send(
        self,
        stream: Any,  # noqa: ARG002
        msg_or_type: dict[str, Any] | str,
        content: dict[str, Any] | None = None,
        parent: dict[str, Any] | None = None,
        ident: Any = None,  # noqa: ARG002
        buffers: Sequence[Any] | None = None,
        track: bool = False,  # noqa: ARG002
        header: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """As jupyter_client's; what no notebook shows goes nowhere."""
        if isinstance(msg_or_type, dict):
            message = msg_or_type
        else:
            message = self.msg(msg_or_type, content or {}, parent=parent, header=header, metadata=metadata)
        if message["msg_type"] in _SHOWN:
            parts = [base64.b64encode(memoryview(part).cast("B")).decode() for part in buffers or message.get("buffers") or ()]
            self.publish(message["msg_type"], message["content"], parts)
        return message


class _Stream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr`: text is collected and published as ipykernel does, now and then and before anything else."""

    def __init__(self, session: _RecordingSession, name: str) -> None:
        self._session = session
        self._stream_name = name
        self._waiting: list[str] = []
        self._size = 0
        self._lock = threading.RLock()
        self._pid = os.getpid()
        self._oldest = 0.0
        self._fd = -1  # where forked children of the desk write to
        self._elsewhere = -1
        self._pipe = -1

    name = property(lambda self: f"<{self._stream_name}>")
    encoding = "UTF-8"
    errors = None

    def begin(self) -> None:
        """Take over the file descriptor, so that what is written past Python is seen too."""
        self._pid = os.getpid()
        self._fd = 1 if self._stream_name == "stdout" else 2
        self._elsewhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
        self._pipe, write = os.pipe()
        os.set_blocking(self._pipe, False)
        os.dup2(write, self._fd)
        os.close(write)

    @property
    def pipe(self) -> int:
        """The end of the pipe that what is written past Python comes from."""
        return self._pipe

    def fileno(self) -> int:
        """As a kernel's: whoever asks for the descriptor writes to where the kernel was started from, not to the notebook."""
        if self._elsewhere < 0:
            raise io.UnsupportedOperation("fileno")
        return self._elsewhere

    def isatty(self) -> bool:
        """It is not."""
        return False

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, string: str) -> int:
        """Collect text."""
        if not isinstance(string, str):
            raise TypeError(f"write() argument must be str, not {type(string)}")
        if os.getpid() != self._pid:  # a child that student's code forked
            os.write(self._fd, string.encode("utf-8", "replace"))
            return len(string)
        with self._lock:
            if not self._waiting:
                self._oldest = time.monotonic()
            self._waiting.append(string)
            self._size += len(string)
            if self._size > _FLUSH_CHARACTERS or time.monotonic() - self._oldest > _FLUSH_SECONDS:
                self._publish()
        return len(string)

    def writelines(self, lines: Any) -> None:
        """Collect several."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Publish what has been collected."""
        if os.getpid() == self._pid:
            with self._lock:
                self._drain()
                self._publish()

    def flush_old(self) -> None:
        """Publish what has waited long enough."""
        with self._lock:
            self._drain()
            if self._waiting and time.monotonic() - self._oldest > _FLUSH_SECONDS:
                self._publish()

    def set_parent(self, parent: object) -> None:
        """A kernel's streams are told whom they work for; this one works for one cell at a time."""

    def _drain(self) -> None:
        """Take what was written to the descriptor: by subprocesses, by C code."""
        if self._pipe < 0:
            return
        while True:
            try:
                data = os.read(self._pipe, 1 << 16)
            except BlockingIOError:
                return
            if not data:
                return
            self._waiting.append(data.decode(errors="replace"))
            self._size += len(data)
            if self._size > _FLUSH_CHARACTERS:
                self._publish()

    def _publish(self) -> None:
        text, self._waiting, self._size = "".join(self._waiting), [], 0
        if text:
            self._session.send(None, "stream", {"name": self._stream_name, "text": text})


class Wireless:
    """The kernel, its shell and its streams."""

    def __init__(self, ipython_folder: str) -> None:
        config = Config()
        config.HistoryManager.hist_file = ":memory:"
        config.InteractiveShell.ipython_dir = ipython_folder
        self._session = _RecordingSession()
        with no_debugger():
            self.kernel: Any = IPythonKernel.instance(session=self._session, config=config, log=_log, user_ns=None)
        self.shell: Any = self.kernel.shell
        # Never started; libraries (and `%matplotlib`) look here to find the kernel that they are in.
        IPKernelApp.instance(kernel=self.kernel, shell=self.shell)
        self._hide_names()
        take_shortcuts()
        self._warm_up()
        # Cells that await are interrupted only in the thread that the kernel calls its parent.
        self.kernel.shell_channel_thread = _Here()
        self._streams = (_Stream(self._session, "stdout"), _Stream(self._session, "stderr"))
        self._started = False

    @property
    def language_info(self) -> dict[str, Any]:
        """As a kernel tells it."""
        return dict(self.kernel.language_info)

    def pack(self, content: object) -> bytes:
        """JSON, made as Jupyter makes it."""
        packed: bytes = self._session.pack(content)
        return packed

    def start(self, publish: Publish, *, alone: bool = False) -> None:
        """After the fork: take over the streams, and publish there from now on. There is a running event loop.

        `alone`: no thread looks after the streams, for more is forked from here. May be called again in what is.
        """
        self._session.publish = publish
        self.kernel.io_loop = IOLoop.current()
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        for stream in self._streams:
            stream.begin()
        sys.stdout, sys.stderr = self._streams
        self.shell.init_environment()
        os.environ.setdefault("MPLBACKEND", INLINE)
        if not self._started:
            self._started = True
            self._add_folder_to_path()
        run_without_terminal()
        paint_what_is_seen()
        if not alone:
            threading.Thread(target=self._watch, daemon=True, name="streams").start()

    async def execute(self, source: str, count: int, parent: str) -> dict[str, Any]:
        """Run a cell; the reply a kernel would send."""
        self.kernel.set_parent([], self._parent(parent))
        self.shell.execution_count = count
        reply: dict[str, Any] = await self.kernel.do_execute(source, silent=False, store_history=True, allow_stdin=False)
        return reply

    async def ask(self, questions: dict[str, str]) -> dict[str, str]:
        """What expressions come to, as Python writes it; those that raise are left out."""
        asked = {key: f"bool((\n{question}\n))" for key, question in questions.items()}
        reply = await self.kernel.do_execute("", silent=True, store_history=False, user_expressions=asked, allow_stdin=False)
        found = reply.get("user_expressions", {})
        return {key: str(one["data"].get("text/plain", "")) for key, one in found.items() if one.get("status") == "ok"}

    def comm(self, kind: str, content: dict[str, Any]) -> None:
        """A message of the front end to a widget."""
        message = {**self._session.msg(kind, content), "buffers": []}
        self.kernel.set_parent([], message)
        getattr(self.kernel.comm_manager, kind)(None, None, message)

    def _hide_names(self) -> None:
        """As a kernel's application does: what is there at first is not the notebook's."""
        self.shell.user_ns_hidden.update(self.shell.user_ns)

    def _warm_up(self) -> None:
        """Run some cells as a desk will: what is slow at first is done here, once. Afterwards the shell is as it was."""
        shell = self.shell
        before = [(names, dict(names)) for names in (shell.user_ns, shell.user_ns_hidden)]
        self.kernel.shell_channel_thread = _Nobody()
        loop = asyncio.new_event_loop()
        try:
            loop.run_until_complete(self._practise())
        finally:
            loop.close()
            asyncio.set_event_loop(None)
        for names, kept in before:
            for name in names.keys() - kept.keys():
                del names[name]
            names.update(kept)
        shell.user_ns["_oh"].clear()
        for name in ("outputs", "output_hist_reprs"):  # not every version of IPython has both
            getattr(shell.history_manager, name, {}).clear()
        shell.displayhook._ = shell.displayhook.__ = shell.displayhook.___ = ""
        shell.last_execution_result = shell._last_traceback = None
        shell.last_execution_succeeded = True
        for name in ("last_type", "last_value", "last_traceback", "last_exc"):
            vars(sys).pop(name, None)

    async def _practise(self) -> None:
        for cell in _PRACTICE:
            await self.kernel.do_execute(cell, silent=False, store_history=False, allow_stdin=False)

    @staticmethod
    def _add_folder_to_path() -> None:
        """The work folder goes where IPython puts it: behind the standard library, before what is installed."""
        names = [os.path.basename(path) for path in sys.path]
        places = [at for at, name in enumerate(names) if name in ("site-packages", "dist-packages")]
        sys.path.insert(places[0] if places else 0, "")

    def flush(self) -> None:
        """Publish all that has been written."""
        for stream in self._streams:
            stream.flush()

    def _parent(self, name: str) -> dict[str, Any]:
        parent: dict[str, Any] = self._session.msg("execute_request", {})
        parent["header"]["msg_id"] = parent["msg_id"] = name
        return parent

    def _watch(self) -> None:
        """In a thread: publish output that waits, and keep the pipes from filling up."""
        poll = select.poll()
        for stream in self._streams:
            poll.register(stream.pipe, select.POLLIN)
        while True:
            poll.poll(_FLUSH_SECONDS * 1000)
            for stream in self._streams:
                stream.flush_old()


class _Nobody:
    """The same, while cells are run that nobody interrupts."""

    parent_thread = None


class _Here:
    """What the kernel asks of the thread that talks to its socket."""

    parent_thread = threading.main_thread()
