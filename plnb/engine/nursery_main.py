"""The warm parent itself: imports, waits, and forks a child for whoever asks. `python -m plnb.engine.nursery_main FD`.

It runs no student's code and holds nothing worth stealing: its environment is a short list, it has no file of a course open, and it
stays single-threaded, because only such a process can be forked safely. It ends when the driver's end of its socket is gone.

A notebook's opening (the teacher's first cells, before any of the student's) may be run once, in a child that has a student's world
around it; so may what its checks begin with. That child then serves as this process does: what it forks begins where it ended.

In tier namespaces it keeps its children itself: the kernel ends everything with the first process of a namespace, and that one with
its parent. In the other tiers a keeper has to find what a child left behind among its own descendants, so each has a process.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import pickle
import random
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import plnb
from plnb.engine import sandbox
from plnb.engine.channel import Channel
from plnb.engine.warming import Wardrobe
from plnb.engine.wireless import INLINE, Wireless

if TYPE_CHECKING:
    from plnb.engine.checkerside import Server
    from plnb.engine.sandbox.keeper import Keeper

LARGEST_REQUEST: Final = 1 << 17
"""Bytes of one request."""
_PARENT_LOOK_SECONDS: Final = 1.0
_LOOK_SECONDS: Final = 0.1


class _Nursery:
    def __init__(self, control: socket.socket) -> None:
        self._begin(control)
        self._wardrobe = Wardrobe()
        self._loaded: set[str] = set()
        self._ready = False
        self._wireless: Wireless | None = None
        self._within = False  # whether this is an opening
        self._checker: Server | None = None  # of one for checkers
        self._set: dict[str, str] = {}  # what the cells of one have done to the environment
        self._unset: frozenset[str] = frozenset()
        self._chance: object = None  # Python's random numbers where an opening has begun to draw them; numpy's stay by themselves
        self._numpy_drawn = False

    def _begin(self, control: socket.socket) -> None:
        """With no child yet."""
        self._control = control
        self._children: set[int] = set()  # keepers (and openings) that have not been reaped
        self._kept: dict[int, Keeper] = {}  # those of this process, by the child they keep
        self._setups: dict[int, Keeper] = {}  # by the handle on which their child says that it is confined
        self._poll = select.poll()
        self._wake, self._wakes = os.pipe()
        for fd in (self._wake, self._wakes):
            os.set_blocking(fd, False)

    def prepare(self, modules: list[str], ipython_folder: str) -> None:
        """Import all there is to import."""
        import plnb.engine.deskside
        import plnb.engine.sandbox.confining
        from plnb.engine.sandbox import seccomp

        with contextlib.suppress(ImportError):
            import plnb.engine.checkerside  # noqa: F401
        with contextlib.suppress(OSError):  # an unknown processor: only who needs a filter must know
            seccomp.filter_program(strict=False)  # made here once, and not in every child
        os.environ.setdefault("MPLBACKEND", INLINE)
        self._wireless = Wireless(ipython_folder)
        self._load(modules)

    def _load(self, modules: list[str]) -> None:
        new = [name for name in modules if name not in self._loaded]
        self._loaded.update(new)
        if new or not self._ready:
            with self._looking():
                self._wardrobe.load(new, prime)
            gc.collect()
            gc.freeze()  # what is here now is not looked at again in every child
            self._ready = True

    @contextlib.contextmanager
    def _looking(self) -> Iterator[None]:
        """Importing takes seconds, and what is running must not go uncounted so long."""
        if not self._kept:
            yield
            return
        before = signal.signal(signal.SIGALRM, lambda *_: self._see_to_children(0))
        signal.siginterrupt(signal.SIGALRM, False)  # not every library reads on after an interruption
        signal.setitimer(signal.ITIMER_REAL, _LOOK_SECONDS, _LOOK_SECONDS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def serve(self) -> None:
        """Take requests until the driver is gone."""
        signal.set_wakeup_fd(self._wakes)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        parent = os.getppid()
        self._control.setblocking(False)  # `recv_fds` of Python 3.11 forgets its flags: MSG_DONTWAIT alone would wait
        self._poll.register(self._control, select.POLLIN)
        self._poll.register(self._wake, select.POLLIN)
        while True:
            due = min((keeper.look_at - time.monotonic() for keeper in self._kept.values()), default=_PARENT_LOOK_SECONDS)
            self._see_to_children(min(max(due, 0.0), _PARENT_LOOK_SECONDS))
            if os.getppid() != parent or not self._take():
                return

    def _see_to_children(self, seconds: float) -> None:
        """Wait at most so long for something to happen; hear those who are being confined, bury the dead, count what is due."""
        for handle, _ in self._poll.poll(seconds * 1000):
            keeper = self._setups.get(handle)
            if keeper is not None and not keeper.hear():
                del self._setups[handle]
                self._poll.unregister(handle)
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake, 4096)
        self._reap()
        now = time.monotonic()
        for keeper in self._kept.values():
            if keeper.look_at <= now:
                keeper.look()

    def _take(self) -> bool:
        """Do what is asked; False where nobody will ask any more."""
        while True:
            try:
                raw, fds, _, _ = socket.recv_fds(self._control, LARGEST_REQUEST, 3)
            except BlockingIOError:
                return True
            except OSError:
                return False
            if not raw:
                return False
            request = json.loads(raw)
            if request["do"] == "load":
                self._load(request["modules"])
            elif request["do"] == "signal":
                self._signal(request["pid"], request["signal"])
            elif request["do"] == "opening":
                self._open(request, *fds)
            elif request["tier"] == sandbox.Tier.namespaces:
                self._keep(request, *fds)
            else:
                self._fork(request, *fds)

    def _signal(self, pid: int, number: int) -> None:
        """To a keeper: an interrupt to pass on, or a stop."""
        if pid in self._children:  # not reaped: the number is still this child's
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        elif (keeper := self._kept.get(pid)) is not None:
            keeper.interrupt() if number == signal.SIGINT else keeper.stop()

    def _keep(self, request: dict[str, Any], channel: int, status: int) -> None:
        """A child in namespaces of its own, kept from here."""
        from plnb.engine.sandbox.confining import fork_confined

        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        try:
            box = sandbox.Box.of(request["box"])
            keeper = fork_confined(
                sandbox.Tier.namespaces,
                box,
                keep_fds=(channel,),
                report_fd=status,
                environment=self._environment(request),
                within=self._within,
                first=request["do"] == "checker",
            )
        except OSError as error:
            _tell(status, {"failed": error.strerror})
            os.close(status)
        else:
            if keeper is None:
                self._leave(lambda: self._be(request, channel))
            self._kept[keeper.leader] = keeper
            self._setups[keeper.setup.fileno()] = keeper
            self._poll.register(keeper.setup, select.POLLIN)
            _tell(status, {"pid": keeper.leader})
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        os.close(channel)

    def _open(self, request: dict[str, Any], channel: int, status: int, control: int) -> None:
        """A child for what the teacher has in front of students' code, which serves on `control` afterwards."""
        from plnb.engine.sandbox.confining import fork_opening

        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        try:
            tier, box = sandbox.Tier(request["tier"]), sandbox.Box.of(request["box"])
            pid = fork_opening(tier, box, keep_fds=(channel, control), environment=request["env"])
        except OSError as error:
            _tell(status, {"failed": error.strerror})
        else:
            if pid == 0:
                self._leave(lambda: self._be_opening(request, channel, control))
            self._children.add(pid)
            _tell(status, {"pid": pid})
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        for handle in (channel, status, control):
            os.close(handle)

    def _be_opening(self, request: dict[str, Any], channel: int, control: int) -> None:
        from plnb.engine import checkerside, deskside

        assert self._wireless is not None
        if sandbox.Tier(request["tier"]) is sandbox.Tier.none:
            self._be_at_callers(request)
        self._reseed()
        before, environment = self._drawn(), dict(os.environ)
        if request["argv"] == ["checker"]:
            self._checker = checkerside.get_ready(Channel(channel, channel))
            ready = self._checker is not None
        else:
            ready = deskside.open_notebook(Channel(channel, channel), self._wireless)
        if not ready:
            return
        after = self._drawn()
        self._chance = after[0] if after[0] != before[0] else None
        self._numpy_drawn = after[1] != before[1]
        self._set = {name: value for name, value in os.environ.items() if environment.get(name) != value}
        self._unset = frozenset(environment.keys() - os.environ.keys())
        os.close(channel)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._begin(socket.socket(fileno=control))
        self._within = True
        gc.collect()
        gc.freeze()
        self.serve()

    def _fork(self, request: dict[str, Any], channel: int, status: int) -> None:
        try:
            pid = os.fork()
        except OSError as error:
            _tell(status, {"failed": error.strerror})
        else:
            if pid == 0:
                self._leave(lambda: self._become(request, channel, status))
            self._children.add(pid)
            _tell(status, {"pid": pid})
        os.close(channel)
        os.close(status)

    def _leave(self, be: Callable[[], None]) -> NoReturn:
        """In a child: be something else, and never come back into the nursery's code."""
        code = 70
        try:
            be()
            code = 0
        except SystemExit:
            code = 0
        finally:
            os._exit(code)

    def _become(self, request: dict[str, Any], fd: int, status: int) -> None:
        """In the child: what was asked for, below a keeper. `confine` closes what the nursery had open."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.environ.clear()
        os.environ.update(self._environment(request))
        tier = sandbox.Tier(request["tier"])
        sandbox.confine(tier, sandbox.Box.of(request["box"]), keep_fds=(fd,), report_fd=status)
        if tier is sandbox.Tier.none:
            self._be_at_callers(request)
        self._be(request, fd)

    def _be_at_callers(self, request: dict[str, Any]) -> None:
        """Who is not confined has the caller's own places."""
        os.environ.update(self._environment(request))
        os.chdir(request["cwd"])

    def _environment(self, request: dict[str, Any]) -> dict[str, str]:
        """What a child is given, and what the cells of an opening have made of that."""
        given = {name: value for name, value in request["env"].items() if name not in self._unset}
        return given | self._set

    def _be(self, request: dict[str, Any], fd: int) -> None:
        """In the confined process: what was asked for."""
        self._reseed()
        if request["do"] == "kernel":
            os.close(fd)  # it talks over sockets of its own
            run_ipykernel(request["argv"])
            return
        channel = Channel(fd, fd)
        if request["do"] == "checker":
            from plnb.engine import checkerside

            checkerside.serve(channel, self._checker)
            return
        from plnb.engine import deskside

        assert self._wireless is not None
        deskside.serve(channel, self._wireless)

    def _reseed(self) -> None:
        """Every desk its own chance: numpy's old generator would be the same in all (Python reseeds its own).

        But numbers that an opening has drawn, or begun with a seed, go on as they would in one kernel.
        """
        if self._chance is not None:
            random.setstate(self._chance)  # type: ignore[arg-type]
        legacy = self._wardrobe.hidden("numpy.random")
        if legacy is not None and not self._numpy_drawn:
            legacy.seed()

    def _drawn(self) -> tuple[object, bytes]:
        """How far random numbers have been drawn: Python's own, and numpy's old ones."""
        legacy = self._wardrobe.hidden("numpy.random")
        return random.getstate(), b"" if legacy is None else pickle.dumps(legacy.get_state())

    def _reap(self) -> None:
        """Keepers tell of their end themselves; here the dead are buried."""
        while self._children or self._kept:
            pid, status, used = os.wait4(-1, os.WNOHANG)
            if pid == 0:
                return
            self._children.discard(pid)
            keeper = self._kept.pop(pid, None)
            if keeper is not None:
                if self._setups.pop(keeper.setup.fileno(), None):
                    self._poll.unregister(keeper.setup)
                keeper.ended(status, used)


def run_ipykernel(argv: list[str]) -> None:
    """Be an ordinary kernel: what was made for desks makes room for it."""
    from ipykernel.ipkernel import IPythonKernel
    from ipykernel.kernelapp import IPKernelApp
    from IPython.core.interactiveshell import InteractiveShell

    for made in (InteractiveShell, IPythonKernel, IPKernelApp):
        if made.initialized():
            type(made.instance()).clear_instance()
    IPKernelApp.launch_instance(argv=argv)


def prime() -> None:
    """Fill the caches that libraries fill on first use, and our own about them."""
    if "numpy" in sys.modules:
        from plnb.engine import crossing_science

        crossing_science.get_ready()
    figures = sys.modules.get("matplotlib.figure")
    if figures is not None:
        import io

        figure = figures.Figure(figsize=(1, 1))
        figure.add_subplot().set_title("a")
        figure.savefig(io.BytesIO(), format="png")


def _tell(status: int, said: dict[str, Any]) -> None:
    """Write a line about a child to the driver that asked for it."""
    with contextlib.suppress(OSError):  # it has lost interest
        os.write(status, json.dumps(said).encode() + b"\n")


def main() -> None:
    """Serve on the socket whose descriptor is the first argument."""
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the driver's terminal is the driver's to handle
    root = str(Path(plnb.__file__).parent.parent)
    if sys.path[:1] == [root]:
        sys.path.append(sys.path.pop(0))  # it came first to be found; it must not hide what a notebook imports
    raw = control.recv(LARGEST_REQUEST)
    if not raw:
        return
    start = json.loads(raw)
    nursery = _Nursery(control)
    nursery.prepare(start["modules"], start["ipython_folder"])
    nursery.serve()
    os._exit(0)


if __name__ == "__main__":
    main()
