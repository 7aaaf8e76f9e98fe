"""Desks and checkers in containers, each in one of its own: the driver's side of the tier that an administrator's command makes.

The command (`PLNB_SANDBOX_COMMAND`) gets `python3 -m plnb.engine.container_inside` put after it, and everything goes over its
standard input and output. There is no warm parent: each container imports for itself, which takes a second or two.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import socket
import subprocess
import tarfile
import tempfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from plnb import __version__
from plnb.engine.channel import pair
from plnb.engine.container_pipe import BEGIN, DATA, FILES, SIGNAL, TOLD, Begin, piece, pieces, receive
from plnb.engine.nursery import Child, Nursery, small_environment
from plnb.engine.sandbox import Box, Ending, Reason, Tier
from plnb.engine.sandbox.containers import INSIDE, checked_command
from plnb.errors import OurFaultError

_LEAVE_SECONDS: Final = 3.0
_CHUNK: Final = 1 << 16


class Containers(Nursery):
    """Where desks in containers come from; stands where a nursery does."""

    def __init__(self, *, modules: Sequence[str] = ()) -> None:
        """`modules` are imported in each container before the notebook begins."""
        self.modules = tuple(modules)
        self.tier = Tier.container
        self.owner = os.getpid()

    @property
    def alive(self) -> bool:
        """Always: each container is started anew."""
        return True

    def load(self, modules: Iterable[str]) -> None:
        """Import these too, in the next containers."""
        self.modules = tuple(sorted({*self.modules, *modules}))

    def close(self) -> None:
        """Nothing is kept running between notebooks."""

    def _open(self, what: str, box: Box, env: Mapping[str, str], cwd: Path | None, argv: Sequence[str] = ()) -> Child:  # noqa: ARG002
        begin = Begin(version=__version__, do=what, modules=self.modules, env=dict(env), limits=box.limits)
        return _Contained.start(begin, box.folder)


class _Contained(Child):
    """A process in a container, as the driver sees it."""

    def __init__(self, container: _Container) -> None:
        super().__init__(container, container.channel, container.status)
        self._container = container
        self._ended = False

    @classmethod
    def start(cls, begin: Begin, folder: Path) -> _Contained:
        """Start one. Raises `OurFaultError` where the command cannot be started."""
        return cls(_Container(begin, folder))

    @property
    def lost_by_us(self) -> bool:
        """Whether it never came to be; what ends a container later is what ran in it. Waits for its end, to know."""
        self.ending()
        return not self._container.spoke

    def ending(self, seconds: float = 5.0) -> Ending | None:
        """How it ended. A container that was ended from outside, for its memory perhaps, has nobody in it to say so."""
        ending = super().ending(seconds)
        if ending is None and self._container.spoke and (self._silent or not self._container.alive):
            return Ending(reason=Reason.signalled, code=128 + signal.SIGKILL)
        if ending is None and not self._container.spoke:
            return Ending(reason=Reason.not_confined, said=self._container.last_words())
        return ending

    def close(self) -> Ending | None:
        """End it, and the container with it."""
        ending = super().close()
        if not self._ended:
            self._ended = True
            self._container.end()
        return ending


class _Container:
    """The command, running, and two threads that carry bytes. For its `Child` it is what a nursery is: it passes signals on."""

    def __init__(self, begin: Begin, folder: Path) -> None:
        self.spoke = False
        """Whether a frame of the desk has come."""
        self._writing = threading.Lock()
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`
        self.channel, theirs = pair()
        self.status, self._told = os.pipe()
        try:
            self._command = subprocess.Popen(  # noqa: S603 - the administrator's own command
                [*checked_command(), *INSIDE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._said,
                env=small_environment({name: os.environ[name] for name in _FOR_THE_COMMAND if name in os.environ}),
                start_new_session=True,
            )
        except OSError as error:
            raise OurFaultError("The container's command cannot be started.", place=str(error)) from None
        first = piece(BEGIN, begin.model_dump_json().encode()) + pieces(FILES, _packed(folder)) + piece(FILES, b"")
        self._carriers = (
            threading.Thread(target=self._carry_in, args=(theirs, first), daemon=True),
            threading.Thread(target=self._carry_out, args=(theirs,), daemon=True),
        )
        for carrier in self._carriers:
            carrier.start()

    @property
    def alive(self) -> bool:
        """Whether the command runs."""
        return self._command.poll() is None

    def signal(self, pid: int, number: int) -> None:
        """Have a signal sent to the keeper inside; the command itself is ended where it does not listen."""
        if not self._send(piece(SIGNAL, f"{pid} {number}".encode()), wait=1) and number in (signal.SIGTERM, signal.SIGKILL):
            self._command.terminate()

    def last_words(self) -> str:
        """The last line that the command wrote to stderr: why there is no desk, where there is none."""
        self._said.seek(max(0, self._said.seek(0, os.SEEK_END) - 2_000))
        return self._said.read().decode(errors="replace").strip().rpartition("\n")[2]

    def end(self) -> None:
        """Leave nothing running: first by closing its input, then by asking, then by force."""
        for way in (self._hang_up, self._command.terminate, self._kill):
            way()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._command.wait(_LEAVE_SECONDS)
                break
        self._kill()  # what the command has started beside itself
        for carrier in self._carriers:
            carrier.join(1)
        for stream in (self._command.stdin, self._command.stdout, self._said):
            with contextlib.suppress(OSError, ValueError):
                stream.close()  # type: ignore[union-attr]

    def _hang_up(self) -> None:
        if self._command.stdin and self._writing.acquire(timeout=1):
            try:
                self._command.stdin.close()
            except OSError:
                pass
            finally:
                self._writing.release()

    def _kill(self) -> None:
        with contextlib.suppress(OSError):
            os.killpg(self._command.pid, signal.SIGKILL)

    def _send(self, data: bytes, *, wait: float = -1) -> bool:
        assert self._command.stdin is not None
        if not self._writing.acquire(timeout=wait):
            return False
        try:
            self._command.stdin.write(data)
            self._command.stdin.flush()
        except (OSError, ValueError):  # it has gone, or was hung up
            return False
        finally:
            self._writing.release()
        return True

    def _carry_in(self, desk: socket.socket, first: bytes) -> None:
        with desk:
            good = self._send(first)
            while good:
                try:
                    data = desk.recv(_CHUNK)
                except OSError:
                    return
                good = bool(data) and self._send(piece(DATA, data))

    def _carry_out(self, desk: socket.socket) -> None:
        assert self._command.stdout is not None
        with contextlib.suppress(OSError):
            while (came := receive(self._command.stdout.fileno())) is not None:
                kind, data = came
                if kind == DATA:
                    self.spoke = True
                    desk.sendall(data)
                elif kind == TOLD and not (self.spoke and b"not_confined" in data):
                    os.write(self._told, data)
        with contextlib.suppress(OSError):
            desk.shutdown(socket.SHUT_RDWR)  # so that the other thread looks up
        os.close(self._told)


_FOR_THE_COMMAND: Final = ("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "DOCKER_HOST", "CONTAINER_HOST")
"""What container programs need to find their daemon and their images."""


def _packed(folder: Path) -> bytes:
    """The work folder as a tar file: regular files and folders only."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                continue
            archive.add(path, str(path.relative_to(folder)), recursive=False, filter=_anybodys)
    return made.getvalue()


def _anybodys(found: tarfile.TarInfo) -> tarfile.TarInfo:
    found.uid = found.gid = 0
    found.uname = found.gname = ""
    return found
