"""The warm parent itself: imports, waits, and forks a child for whoever asks. `python -m plnb.engine.nursery_main FD`.

It runs no student's code and holds nothing worth stealing: its environment is a short list, it has no file of a course open, and it
stays single-threaded, because only such a process can be forked safely. It ends when the driver's end of its socket is gone.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Any, Final, NoReturn

import plnb
from plnb.engine.channel import Channel
from plnb.engine.warming import Wardrobe
from plnb.engine.wireless import INLINE, Wireless

LARGEST_REQUEST: Final = 1 << 17
"""Bytes of one request."""
_PARENT_LOOK_SECONDS: Final = 1.0


class _Nursery:
    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._children: set[int] = set()  # keepers that have not been reaped
        self._wardrobe = Wardrobe()
        self._loaded: set[str] = set()
        self._ready = False
        self._wireless: Wireless | None = None
        self._wake, self._wakes = os.pipe()
        for fd in (self._wake, self._wakes):
            os.set_blocking(fd, False)

    def prepare(self, modules: list[str], ipython_folder: str) -> None:
        """Import all there is to import."""
        import plnb.engine.deskside
        import plnb.engine.sandbox.confining

        with contextlib.suppress(ImportError):
            import plnb.engine.checkerside  # noqa: F401
        os.environ.setdefault("MPLBACKEND", INLINE)
        self._wireless = Wireless(ipython_folder)
        self._load(modules)

    def _load(self, modules: list[str]) -> None:
        new = [name for name in modules if name not in self._loaded]
        self._loaded.update(new)
        if new or not self._ready:
            self._wardrobe.load(new, prime)
            gc.collect()
            gc.freeze()  # what is here now is not looked at again in every child
            self._ready = True

    def serve(self) -> None:
        """Take requests until the driver is gone."""
        signal.set_wakeup_fd(self._wakes)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        parent = os.getppid()
        self._control.setblocking(False)  # `recv_fds` of Python 3.11 forgets its flags: MSG_DONTWAIT alone would wait
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(self._wake, select.POLLIN)
        while True:
            poll.poll(_PARENT_LOOK_SECONDS * 1000)
            with contextlib.suppress(BlockingIOError):
                os.read(self._wake, 4096)
            self._reap()
            if os.getppid() != parent or not self._take():
                return

    def _take(self) -> bool:
        """Do what is asked; False where nobody will ask any more."""
        while True:
            try:
                raw, fds, _, _ = socket.recv_fds(self._control, LARGEST_REQUEST, 2)
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
                if request["pid"] in self._children:  # not reaped: the number is still this child's
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(request["pid"], request["signal"])
            else:
                self._fork(request, *fds)

    def _fork(self, request: dict[str, Any], channel: int, status: int) -> None:
        try:
            pid = os.fork()
        except OSError as error:
            _tell(status, {"failed": error.strerror})
        else:
            if pid == 0:
                self._child(request, channel, status)
            self._children.add(pid)
            _tell(status, {"pid": pid})
        os.close(channel)
        os.close(status)

    def _child(self, request: dict[str, Any], channel: int, status: int) -> NoReturn:
        code = 70
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            gc.enable()
            self._become(request, channel, status)
            code = 0
        except SystemExit:
            code = 0
        finally:
            os._exit(code)

    def _become(self, request: dict[str, Any], fd: int, status: int) -> None:
        """In the child: what was asked for. `confine` closes what the nursery had open."""
        from plnb.engine import sandbox

        os.environ.clear()
        os.environ.update(request["env"])
        tier = sandbox.Tier(request["tier"])
        sandbox.confine(tier, sandbox.Box.model_validate(request["box"]), keep_fds=(fd,), report_fd=status)
        if tier is sandbox.Tier.none:  # not confined: the caller's own places
            os.environ.update(request["env"])
            os.chdir(request["cwd"])
        self._reseed()
        if request["do"] == "kernel":
            os.close(fd)  # it talks over sockets of its own
            run_ipykernel(request["argv"])
            return
        channel = Channel(fd, fd)
        if request["do"] == "checker":
            from plnb.engine import checkerside

            checkerside.serve(channel)
            return
        from plnb.engine import deskside

        assert self._wireless is not None
        deskside.serve(channel, self._wireless)

    def _reseed(self) -> None:
        """Every desk its own chance: numpy's old generator would be the same in all (Python reseeds its own)."""
        legacy = self._wardrobe.hidden("numpy.random")
        if legacy is not None:
            legacy.seed()

    def _reap(self) -> None:
        """Keepers tell of their end themselves; here only the dead are buried."""
        while self._children:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            self._children.discard(pid)


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
    """Fill the caches that libraries fill on first use."""
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
