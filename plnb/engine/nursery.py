"""The driver's side of a nursery: a process in which everything has been imported, and from which desks and checkers are forked.

`nursery_for` gives the nursery for a list of modules and a tier; it is started on the first call, kept for the life of this process
and ends with it. Knows nothing of cells.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Literal, Protocol, Self

import plnb
from plnb.engine.channel import Channel, pair
from plnb.engine.sandbox import Box, Ending, Limits, Reason, Tier, clear_away
from plnb.errors import NotReadyError, OurFaultError

if TYPE_CHECKING:
    from plnb.engine.desk import Desk  # which knows notebooks: a nursery is started before anybody has imported so much

SMALL: Final = ("PATH", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ", "PYTHONHASHSEED", "PYTHONUTF8")
"""What a confined process gets of this process's environment. Never all of it: there are tokens and passwords in environments."""

_POOLS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "BLIS_NUM_THREADS")
"""Pools of threads are lost at a fork, and a class is graded in many processes at once anyway."""

_NURSERY: Final = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "MPLCONFIGDIR", "VIRTUAL_ENV", "PYTHONPATH", "LD_LIBRARY_PATH")
"""What the nursery needs besides, to find what it imports. Names of folders, no secrets."""

_END_SECONDS: Final = 5.0
_START_SECONDS: Final = 60.0  # a nursery that imports much is slow to answer the first time


def small_environment(env: Mapping[str, str] = {}) -> dict[str, str]:
    """What a confined process is given: the little that programs need, and `env`."""
    return {
        "LANG": "C.UTF-8",
        **{name: os.environ[name] for name in SMALL if name in os.environ},
        **dict.fromkeys(_POOLS, "1"),
        **env,
    }


@contextlib.contextmanager
def world(
    tier: Tier, cwd: Path, env: Mapping[str, str], limits: Limits = Limits(), *, home: Path | None = None
) -> Iterator[tuple[Box, dict[str, str]]]:
    """What a process of a tier that works in `cwd` sees, and the environment it is given: `env` is in it.

    Who is not confined works in `cwd` itself, and has a home elsewhere: `home`, which is made now, or some folder.
    """
    if tier is not Tier.none:
        yield Box(folder=cwd, limits=limits), small_environment(env)
        return
    with contextlib.ExitStack() as stack:
        if home is None:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="plnb-", ignore_cleanup_errors=True)))
        else:
            home.mkdir(mode=0o700)
            stack.callback(clear_away, home)
        yield Box(folder=home, limits=limits), {**os.environ, **env}


class PassesSignals(Protocol):
    """Who knows a child's process: a nursery, or a container."""

    @property
    def alive(self) -> bool:
        """Whether it is there."""

    def signal(self, pid: int, number: int) -> None:
        """Have a signal sent to a keeper."""


class Child:
    """A process that was forked from a nursery, and its keeper."""

    def __init__(self, nursery: PassesSignals, channel: Channel, status: int) -> None:
        self.channel = channel
        self._nursery = nursery
        self._status = status
        self._heard = b""
        self._pid = 0
        self._ending: Ending | None = None
        self._closed = False
        self._silent = False  # nobody is left to say how it ended

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt in it."""
        self._signal(signal.SIGINT)

    @property
    def lost_by_us(self) -> bool:
        """Whether it ended because this machine or its nursery failed, not by what it did. Waits for its end, to know."""
        ending = self.ending()
        return ending is None or ending.reason is Reason.not_confined or not self._nursery.alive

    def ending(self, seconds: float = _END_SECONDS) -> Ending | None:
        """How it ended, waiting for that at most so long; None where nobody is left to say."""
        deadline = time.monotonic() + seconds
        while self._ending is None and self._hear(deadline):
            pass
        return self._ending

    @property
    def pid(self) -> int:
        """By what number its nursery knows it; 0 where it did not come to be."""
        self._hear_pid()
        return self._pid

    def stop(self) -> None:
        """Ask its keeper to end it, with every process in it, and do not wait."""
        self._signal(signal.SIGTERM)

    def has_ended(self, seconds: float | None) -> bool:
        """Whether it has ended, waiting for that at most so long (None: for ever)."""
        deadline = float("inf") if seconds is None else time.monotonic() + seconds
        while self._ending is None and self._hear(deadline):
            pass
        return self._ending is not None or self._silent

    def close(self) -> Ending | None:
        """End it and every process in it. May be called again."""
        if not self._closed:
            self._closed = True
            self.channel.close()
            self._signal(signal.SIGTERM)
            if self.ending() is None:
                self._signal(signal.SIGKILL)
                self.ending(1)
            os.close(self._status)
        return self._ending

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _hear_pid(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not self._pid and self._ending is None and self._hear(deadline):
            pass

    def _signal(self, number: int) -> None:
        self._hear_pid()
        if self._pid:
            self._nursery.signal(self._pid, number)

    def _hear(self, deadline: float) -> bool:
        """Read a line about it; False where no more will come in time."""
        while b"\n" not in self._heard:
            poll = select.poll()
            poll.register(self._status, select.POLLIN)
            left = None if deadline == float("inf") else max(0.0, deadline - time.monotonic()) * 1000
            if not poll.poll(left):
                return False
            data = os.read(self._status, 1 << 16)
            if not data:
                self._silent = True
                return False
            self._heard += data
        line, _, self._heard = self._heard.partition(b"\n")
        if line.startswith(b'{"pid"'):
            self._pid = int(json.loads(line)["pid"])
            return True
        try:
            self._ending = Ending.read(line)
        except ValueError:
            return False
        return True


class Nursery:
    """A warm parent. It is started at once and imports while the caller goes on; it ends with this process, or by `close`."""

    def __init__(self, *, modules: Sequence[str] = (), tier: Tier) -> None:
        """`modules` are imported once and hidden until a notebook imports them."""
        self.modules = tuple(modules)
        self.tier = tier
        self._folder = tempfile.mkdtemp(prefix="plnb-nursery-")
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, open(os.path.join(self._folder, "said"), "wb") as said:
            self._process: subprocess.Popen[bytes] | None = subprocess.Popen(  # noqa: S603 - our own module in our own Python
                [sys.executable, "-P", "-m", "plnb.engine.nursery_main", str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                env=_nursery_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                cwd=self._folder,
            )
        self.owner = os.getpid()
        atexit.register(self.close)
        self._send({"modules": list(modules), "ipython_folder": os.path.join(self._folder, "ipython")})

    def desk(self, box: Box, *, env: Mapping[str, str] = {}, cwd: Path | None = None) -> Desk:
        """A new process for one notebook, which sees `box` and the environment `env` (see `small_environment`).

        `cwd` is where it works if it is not confined; else that is `box.folder`. Raises `OurFaultError` where there is no nursery.
        """
        from plnb.engine.desk import Desk

        return Desk(self._open("desk", box, env, cwd))

    def checker(self, box: Box, *, env: Mapping[str, str] = {}) -> Child:
        """A new process that runs `plnb.engine.checkerside.serve(channel)`, confined as desks are; frames are the checker's own."""
        return self._open("checker", box, env, None)

    def opening(
        self, what: Literal["desk", "checker"], box: Box, control: int, *, env: Mapping[str, str] = {}, cwd: Path | None = None
    ) -> Child:
        """A new process with a student's world around it, for what comes first. Later it takes requests over `control`, as this
        does: for desks that begin where first cells ended, or for checkers.
        """
        return Child(self, *self._ask("opening", box, env, cwd, (what,), handles=(control,)))

    def kernel(self, argv: Sequence[str], box: Box, *, env: Mapping[str, str], cwd: Path) -> Child:
        """A new process that is ipykernel itself, started with `argv`, for those who talk to kernels over sockets. Not confined."""
        return self._open("kernel", box, env, cwd, argv)

    def ends(self, what: str, box: Box, *, env: Mapping[str, str] = {}) -> tuple[Channel, int]:
        """The driver's ends of a new process, for who carries its bytes on: the channel, and the pipe with lines about it."""
        return self._ask(what, box, env, None)

    def lent(self, tier: Tier) -> Nursery:
        """The same process for a fork of this one. Its owner ends it; whoever borrows it may load more, and has desks in `tier`."""
        other = object.__new__(Nursery)
        other.__dict__.update(self.__dict__, tier=tier, owner=os.getpid(), _process=None)
        return other

    def load(self, modules: Iterable[str]) -> None:
        """Import these too, before the next child."""
        more = sorted(set(modules).difference(self.modules))
        if more:
            self._send({"do": "load", "modules": more})
            self.modules += tuple(more)

    @property
    def alive(self) -> bool:
        """Whether it can be asked for more."""
        if self._process is not None:
            return self._process.poll() is None
        poll = select.poll()
        poll.register(self._control, 0)
        return not poll.poll(0)  # it would tell of a hang-up

    def signal(self, pid: int, number: int) -> None:
        """Have a child interrupted (SIGINT) or ended; the nursery knows whether that number is still its child's."""
        with contextlib.suppress(OurFaultError):
            self._send({"do": "signal", "pid": pid, "signal": number})

    def close(self) -> None:
        """End it, with all that came of it."""
        if os.getpid() != self.owner or self._process is None:
            return  # it belongs to another process
        atexit.unregister(self.close)
        self._control.close()  # that is what it waits for,
        self._process.terminate()  # unless it is importing something that nobody needs any more
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _open(self, what: str, box: Box, env: Mapping[str, str], cwd: Path | None, argv: Sequence[str] = ()) -> Child:
        return Child(self, *self._ask(what, box, env, cwd, argv))

    def _ask(
        self,
        what: str,
        box: Box,
        env: Mapping[str, str],
        cwd: Path | None,
        argv: Sequence[str] = (),
        handles: Sequence[int] = (),
    ) -> tuple[Channel, int]:
        channel, theirs = pair()
        status, told = os.pipe()
        request = {
            "do": what,
            "tier": self.tier,
            "box": box.plain(),
            "env": dict(env),
            "cwd": str(cwd or box.folder),
            "argv": list(argv),
        }
        try:
            self._send(request, theirs.fileno(), told, *handles)
        except OurFaultError:
            channel.close()
            os.close(status)
            raise
        finally:
            theirs.close()
            os.close(told)
        return channel, status

    def _send(self, request: Mapping[str, object], *fds: int) -> None:
        raw = json.dumps(request).encode()
        try:
            socket.send_fds(self._control, [raw], list(fds))
        except OSError as error:
            raise OurFaultError("The process that starts kernels is gone.", place=self._last_words() or str(error)) from None

    def _last_words(self) -> str:
        """The last line that it wrote to stderr: why it is gone, where it failed."""
        with contextlib.suppress(OSError), open(os.path.join(self._folder, "said"), errors="replace") as said:
            return said.read().strip().rpartition("\n")[2]
        return ""


def _nursery_environment() -> dict[str, str]:
    env = small_environment({name: os.environ[name] for name in _NURSERY if name in os.environ})
    root = str(Path(plnb.__file__).parent.parent)
    if root not in sysconfig.get_paths().values():  # it must find this very plnb
        env["PYTHONPATH"] = os.pathsep.join(filter(None, (root, env.get("PYTHONPATH"))))
    return env


_nurseries: list[Nursery] = []
_lent: list[Nursery] = []
"""The nursery of the process this one was forked from, and what this process has borrowed of it."""
_lock = threading.Lock()


def share_with_forks(modules: Sequence[str] = ()) -> None:
    """Start a nursery that every fork of this process will use instead of one of its own; later calls have it load `modules`."""
    if not sys.platform.startswith("linux"):
        return
    if not _lent:
        _lent.append(Nursery(modules=modules, tier=Tier.none))
    elif _lent[0].alive:
        _lent[0].load(modules)


def nursery_for(modules: Sequence[str], tier: Tier) -> Nursery:
    """A nursery of this process that has these modules, for this tier; a new one where there is none, or where it is gone."""
    if tier is Tier.container:
        from plnb.engine.containers import Containers  # for those who have one

        return Containers(modules=modules)
    if not sys.platform.startswith("linux"):
        raise NotReadyError("Warm kernels need Linux.", mend="Notebooks run in ordinary kernels here.")
    wanted = set(modules)
    with _lock:
        mine = (found for found in _lent if found.tier is tier and found.owner == os.getpid())
        lent = next(mine, None) or (_lent[0].lent(tier) if _lent else None)
        if lent and lent.alive:
            if lent not in _lent:
                _lent.append(lent)
            lent.load(wanted)
            return lent
        for found in _nurseries:
            if found.tier is tier and wanted.issubset(found.modules) and found.alive and found.owner == os.getpid():
                return found
        _nurseries[:] = [found for found in _nurseries if found.alive]
        _nurseries.append(Nursery(modules=sorted(wanted), tier=tier))
        return _nurseries[-1]
