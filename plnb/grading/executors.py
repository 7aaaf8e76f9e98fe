"""Who runs submissions: one face for this process, for worker processes of this machine and for a Dask cluster.

Executors know kits and jobs, and nothing of courses, databases or what a result means. Whatever happens to a worker, every job that
was submitted comes back exactly once: with what came of it, or with the error that is nobody's fault but ours.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import multiprocessing
import os
import pickle
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Final, Protocol

from plnb.errors import OurFaultError

if TYPE_CHECKING:
    from plnb.grading.jobs import Job, UnitKit
    from plnb.grading.results import Worked

MEMORY_EACH: Final = 1 << 30
"""Memory that a worker and the student's processes it runs should find free."""
MEMORY_MOST: Final = 1 << 30
"""A worker that has used more than this is replaced by a new one."""
_PREFETCH: Final = 2  # a worker runs one job while the next is there already


@dataclass(frozen=True)
class Done:
    """A job that came back."""

    ticket: int
    """Which job."""
    found: Worked | BaseException
    """What came of it."""
    sandbox: str = ""
    """The sandbox it ran in; empty where that is the kit's."""
    seconds: float = 0.0
    """How long it took, in its worker."""


class Executor(Protocol):
    """Runs jobs, wherever."""

    remote: bool
    """Whether it does so on other machines, which have sandboxes of their own."""

    @property
    def workers(self) -> int:
        """How many jobs it runs at the same time."""

    @property
    def slots(self) -> int:
        """How many it should hold, so that nobody waits."""

    def submit(self, ticket: int, kit: UnitKit, job: Job) -> None:
        """Take a job. The kit goes to each worker once."""

    def wait(self, seconds: float) -> Iterator[Done]:
        """What has come back; waits at most `seconds` for the first."""

    def close(self) -> None:
        """Stop, at once; jobs that have not come back never will."""


class Here:
    """Runs jobs in this process, one after the other."""

    remote = False
    workers = 1
    slots = 1

    def __init__(self) -> None:
        self._todo: deque[tuple[int, UnitKit, Job]] = deque()

    def submit(self, ticket: int, kit: UnitKit, job: Job) -> None:
        """Keep it for `wait`."""
        self._todo.append((ticket, kit, job))

    def wait(self, seconds: float) -> Iterator[Done]:  # noqa: ARG002
        """Run what there is."""
        from plnb.grading.worker import grade_job

        while self._todo:
            ticket, kit, job = self._todo.popleft()
            began = time.monotonic()
            try:
                yield Done(ticket, grade_job(kit, job), seconds=time.monotonic() - began)
            except Exception as error:
                yield Done(ticket, error, seconds=time.monotonic() - began)

    def close(self) -> None:
        """Nothing to stop."""
        self._todo.clear()


@dataclass
class _Worker:
    line: Connection
    process: BaseProcess | None = None
    """Where there is no foreman."""
    kits: set[str] = field(default_factory=set)
    jobs: deque[tuple[int, UnitKit, Job]] = field(default_factory=deque)
    tired: bool = False
    """It has grown too large: it gets no more."""
    alone: bool = False
    """It was made for one job that took another worker down."""


class LocalWorkers:
    """Worker processes on this machine. Starting it costs nothing here: everything is imported over there, while main goes on."""

    remote = False

    def __init__(self, workers: int, *, fork_here: bool = False, modules: Sequence[str] = ()) -> None:
        """`fork_here`: fork them from this very process, which saves importing everything twice. It must have no other thread.
        `modules` are what notebooks will want, as far as that is known.
        """
        self.workers = workers
        self.slots = workers * _PREFETCH
        self._team: list[_Worker] = []
        self._again: deque[tuple[int, UnitKit, Job]] = deque()
        self._suspects: set[int] = set()
        self._lost: deque[Done] = deque()
        self.foreman = 0
        """The process that workers are forked from."""
        self._control: socket.socket | None = None
        if _can_fork():
            start = _fork_foreman if fork_here and _has_one_thread() else _start_foreman
            self.foreman, self._control = start(modules)

    def submit(self, ticket: int, kit: UnitKit, job: Job) -> None:
        """Give it to the worker with the least to do."""
        if len(self._able()) < self.workers:
            self._team.append(self._hire())
        self._give(min(self._able(), key=lambda worker: len(worker.jobs)), (ticket, kit, job))

    def wait(self, seconds: float) -> Iterator[Done]:
        """Take what the workers have sent, and see to those that have died."""
        yield from self._take_lost()
        lines = {worker.line: worker for worker in self._team}
        for line in wait_for(list(lines), timeout=seconds):
            worker = lines[line]  # type: ignore[index]
            try:
                ticket, found, took, memory = pickle.loads(worker.line.recv_bytes())  # noqa: S301  our own worker's words
            except (EOFError, OSError):
                self._bury(worker)
                continue
            worker.jobs.popleft()
            worker.tired = worker.tired or memory > MEMORY_MOST
            if (worker.tired or worker.alone) and not worker.jobs:
                self._dismiss(worker)
            yield Done(ticket, found, seconds=took)
        yield from self._take_lost()

    def close(self) -> None:
        """End everybody. Workers notice that their line is closed; the foreman goes with its last word."""
        for worker in list(self._team):
            self._dismiss(worker)
        if self._control is not None:
            self._control.close()
            os.waitpid(self.foreman, 0)

    # --- workers come and go ---------------------------------------------------------------------------------------------------

    def _able(self) -> list[_Worker]:
        return [worker for worker in self._team if not worker.tired and not worker.alone]

    def _hire(self, *, alone: bool = False) -> _Worker:
        if self._control is None:
            return self._hire_spawned(alone=alone)
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._control, [b"w"], [theirs.fileno()])
            except OSError:
                ours.close()
                raise OurFaultError("The process that starts the workers has died.", mend="Try again.") from None
        return _Worker(Connection(ours.detach()), alone=alone)

    def _hire_spawned(self, *, alone: bool) -> _Worker:
        from plnb.grading.worker import serve

        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs,), daemon=True)
        process.start()
        theirs.close()
        return _Worker(ours, process, alone=alone)

    def _give(self, worker: _Worker, task: tuple[int, UnitKit, Job]) -> None:
        ticket, kit, job = task
        worker.jobs.append(task)
        with contextlib.suppress(OSError):  # a worker that is gone is buried by `wait`
            if kit.digest not in worker.kits:
                worker.line.send_bytes(pickle.dumps(("kit", kit)))
                worker.kits.add(kit.digest)
            worker.line.send_bytes(pickle.dumps(("job", ticket, kit.digest, job)))

    def _dismiss(self, worker: _Worker) -> None:
        self._team.remove(worker)
        worker.line.close()
        if worker.process is not None:
            worker.process.join()

    def _bury(self, worker: _Worker) -> None:
        """A worker has died: of its first job, as far as one can tell. That one gets a worker of its own; the others go on."""
        self._dismiss(worker)
        if worker.jobs:
            suspect = worker.jobs.popleft()
            if worker.alone or suspect[0] in self._suspects:
                self._lost.append(Done(suspect[0], OurFaultError("The worker process died, twice, with this submission.")))
            else:
                self._suspects.add(suspect[0])
                self._team.append(self._hire(alone=True))
                self._give(self._team[-1], suspect)
        for task in worker.jobs:
            self.submit(*task)

    def _take_lost(self) -> Iterator[Done]:
        while self._lost:
            yield self._lost.popleft()


def workers_for(jobs: int | None) -> int:
    """How many workers this machine has room for; `jobs` is what was asked for, if anything."""
    if jobs is not None:
        return jobs
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, _free_memory() // MEMORY_EACH))


def _free_memory() -> int:
    """What is free now, as far as the system tells."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            line = next(line for line in file if line.startswith("MemAvailable:"))
        return int(line.split()[1]) * 1024
    except (OSError, StopIteration):
        return 1 << 62


def _can_fork() -> bool:
    # macOS has fork, and system libraries that do not survive it.
    return hasattr(os, "fork") and sys.platform != "darwin" and hasattr(socket, "send_fds")


def _has_one_thread() -> bool:
    """Whether this process can be forked: what other threads hold would be held for ever in the child."""
    with contextlib.suppress(OSError):
        return len(os.listdir("/proc/self/task")) == 1
    return False


def _start_foreman(modules: Sequence[str]) -> tuple[int, socket.socket]:
    """A foreman in a Python of its own, with the line to it."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(  # noqa: S603  our own module, by our own Python
            [sys.executable, "-m", "plnb.grading.worker", str(theirs.fileno()), *modules],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C in a terminal is for main alone
        )
    process.returncode = 0  # `close` waits for it
    return process.pid, ours


def _fork_foreman(modules: Sequence[str]) -> tuple[int, socket.socket]:
    """A foreman that has imported already what this process has."""
    from plnb.engine.nursery import share_with_forks
    from plnb.grading.worker import foreman

    share_with_forks(modules)  # `plnb grade` has started it long ago
    ours, theirs = socket.socketpair()
    gc.freeze()  # pages that nobody writes to stay shared
    if pid := os.fork():
        theirs.close()
        return pid, ours
    try:
        atexit._clear()  # what this process has to do at its end is not the child's
        ours.close()
        os.setsid()
        with open(os.devnull) as nothing:
            os.dup2(nothing.fileno(), 0)
        foreman(theirs)
    finally:
        os._exit(0)
