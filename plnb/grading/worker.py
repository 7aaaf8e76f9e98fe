"""The other end of an executor: a foreman that has imported what grading needs, and the workers it forks.

    main ──control socket──▶ foreman ──fork──▶ worker 1, worker 2, …        each on a socket of its own with main

A worker costs a fork instead of a second of imports, and one that dies is replaced in milliseconds. The foreman knows no kit and
runs no submission. Everybody leaves when the socket to main closes, so nothing survives a `kill -9` of main. Where no fork can be
trusted (Windows, macOS), each worker is spawned and speaks the same protocol.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import socket
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any, Final

from plnb.grading.jobs import Job, UnitKit
from plnb.grading.results import Worked

KITS: Final = 8
"""Kits a worker keeps; units come one after the other."""


def serve(line: Connection) -> None:
    """Grade what comes over the line, in order, until it closes."""
    todo: queue.SimpleQueue[tuple[Any, ...] | None] = queue.SimpleQueue()
    # Reading goes on while a submission runs, so that neither end ever waits for the other to read.
    threading.Thread(target=_listen, args=(line, todo), daemon=True).start()
    kits: OrderedDict[str, UnitKit] = OrderedDict()
    while (message := todo.get()) is not None:
        if message[0] == "kit":
            kits[message[1].digest] = message[1]
            while len(kits) > KITS:
                kits.popitem(last=False)
            continue
        _, ticket, digest, job = message
        began = time.monotonic()
        found: Worked | BaseException
        try:
            found = grade_job(kits[digest], job)
        except Exception as error:
            found = error
        if not _tell(line, ticket, found, time.monotonic() - began):
            break
    _leave()


def grade_job(kit: UnitKit, job: Job) -> Worked:
    """Grade one submission in this process."""
    from plnb.grading.work import work

    return work(kit, job)


def grade_elsewhere(kit: UnitKit, job: Job) -> tuple[Worked, str]:
    """Grade one submission on whatever machine this is, in the best sandbox that holds here; says which."""
    with _one_at_a_time:
        tier = _proved_here(kit.tier)
        return grade_job(replace(kit, tier=tier), job), tier


def about() -> tuple[str, str]:
    """What whoever sends work here must know: the versions of plnb and of Python."""
    from plnb import __version__

    return __version__, f"{sys.version_info.major}.{sys.version_info.minor}"


def foreman(control: socket.socket, modules: Sequence[str] = ()) -> None:
    """Fork a worker for every socket that comes, until there is nobody to ask for more. `modules` will be wanted."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for main, which says when it is over
    signal.signal(signal.SIGCHLD, _reap)
    from plnb.engine.nursery import share_with_forks

    share_with_forks(modules)  # imports too, at the same time
    import plnb.grading.work  # noqa: F401  the reason for being here

    while True:
        try:
            word, fds, _, _ = socket.recv_fds(control, 1, 1)
        except OSError:
            return
        if not word:
            return
        for fd in fds:
            if os.fork() == 0:
                control.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                try:
                    serve(Connection(fd))
                finally:
                    os._exit(1)  # never back into the foreman's code
            os.close(fd)


# --- in a worker -----------------------------------------------------------------------------------------------------------------

_one_at_a_time = threading.Lock()
_proved: dict[str, str] = {}


def _proved_here(asked: str) -> str:
    from plnb.grading.trust import sandbox_for

    if asked not in _proved:
        _proved[asked] = sandbox_for(unsafe=asked == "none")
    return _proved[asked]


def _listen(line: Connection, todo: queue.SimpleQueue[tuple[Any, ...] | None]) -> None:
    try:
        while True:
            todo.put(pickle.loads(line.recv_bytes()))  # noqa: S301  main's own words
    except (EOFError, OSError):
        todo.put(None)


def _tell(line: Connection, ticket: int, found: Worked | BaseException, seconds: float) -> bool:
    try:
        said = pickle.dumps((ticket, found, seconds, _memory()))
    except Exception:  # an error that cannot travel
        said = pickle.dumps((ticket, RuntimeError(f"{type(found).__name__}: {found}"), seconds, _memory()))
    try:
        line.send_bytes(said)
    except OSError:
        return False
    return True


def _memory() -> int:
    """The most memory this process has used; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _leave() -> None:
    """Away, with what was started on the way, whatever threads are doing."""
    import atexit

    atexit._run_exitfuncs()
    os._exit(0)


def _reap(*_: object) -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


if __name__ == "__main__":
    foreman(socket.socket(fileno=int(sys.argv[1])), sys.argv[2:])
