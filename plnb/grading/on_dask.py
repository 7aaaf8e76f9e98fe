"""Grading on a Dask cluster: the same jobs, the same function, results by value. Needs the extra `plnb[dask]`.

A unit's kit is a task of its own that only hands it on, so the cluster sends it to each worker once, and makes it again where every
worker that had it is lost; jobs of a lost worker are run again by the scheduler. Workers need plnb, and no disk in common.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import pickle
import queue
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from plnb.errors import NotReadyError, OurFaultError
from plnb.grading.executors import Done
from plnb.grading.worker import about, grade_elsewhere

if TYPE_CHECKING:
    from plnb.grading.jobs import Job, UnitKit

CONNECT_SECONDS: Final = 10
_COUNT_SECONDS = 2.0  # how long a count of the workers is good for
_LOST = 3  # how often a job whose result was lost is sent again


class DaskCluster:
    """Runs jobs on the workers of a Dask scheduler."""

    remote = True

    def __init__(self, address: str) -> None:
        """Connect. Raises NotReadyError where nobody answers at the address, or where workers cannot grade."""
        try:
            from distributed import Client
        except ImportError:
            raise NotReadyError("Grading on a cluster needs Dask.", mend="Install it: pip install 'plnb[dask]'") from None
        self._address = address
        gone = NotReadyError(
            "There is no Dask scheduler that answers.",
            place=address,
            mend="Is it running, and reachable from here? An address looks like tcp://10.0.0.5:8786.",
        )
        if not _is_whole(address):
            raise gone
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # it narrates what is raised here in one sentence
        try:
            connect: Any = Client
            self._client = connect(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise gone from error
        self._workers, self._counted = 1, float("-inf")
        self._came: queue.SimpleQueue[tuple[int, Any]] = queue.SimpleQueue()
        self._kits: dict[str, Any] = {}
        self._flying: dict[int, tuple[UnitKit, Job, int, float]] = {}
        try:
            self._look()
        except BaseException:
            self.close()
            raise

    @property
    def workers(self) -> int:
        """Workers there are now; a cluster may grow and shrink."""
        if time.monotonic() - self._counted > _COUNT_SECONDS:
            self._counted = time.monotonic()
            with contextlib.suppress(OSError):  # nobody answers; `wait` says so
                self._workers = max(1, len(self._client.nthreads()))
        return self._workers

    @property
    def slots(self) -> int:
        """Enough for everybody to have the next job there already."""
        return 2 * self.workers + 2

    def submit(self, ticket: int, kit: UnitKit, job: Job) -> None:
        """Send a job, with a reference to the kit."""
        try:
            self._send(ticket, kit, job, 0)
        except Exception as error:
            raise self._gone() from error

    def wait(self, seconds: float) -> Iterator[Done]:
        """What the scheduler says is done."""
        try:
            first = self._came.get(timeout=seconds)
        except queue.Empty:
            if not self._there():
                raise self._gone() from None
            return
        came = [first]
        while not self._came.empty():
            came.append(self._came.get())
        for ticket, future in came:
            kit, job, sent, began = self._flying.pop(ticket)
            done = self._fetch(ticket, future, time.monotonic() - began)
            if done is not None:
                yield done
            elif not self._there():
                raise self._gone()
            elif sent < _LOST:
                self._send(ticket, kit, job, sent + 1)
            else:
                yield Done(ticket, OurFaultError("The result was lost on the cluster, again and again."))

    def close(self) -> None:
        """Take back what has not come."""
        for digest in list(self._kits):
            del self._kits[digest]
        self._flying.clear()
        self._client.close()

    def _there(self) -> bool:
        """Whether the scheduler is. What is lost is often lost a moment before that is known."""
        for _ in range(10):
            comm = self._client.scheduler_comm
            if self._client.status != "running" or comm is None or comm.comm.closed():
                return False
            try:
                self._client.sync(self._client.scheduler.identity)
            except (OSError, RuntimeError, TimeoutError):
                time.sleep(0.05)
            else:
                return True
        return False

    def _gone(self) -> OurFaultError:
        mend = "Start it again and give the same command: what was graded is kept."
        return OurFaultError("The Dask scheduler has gone away.", place=self._address, mend=mend)

    def _send(self, ticket: int, kit: UnitKit, job: Job, sent: int) -> None:
        shared = self._kits.get(kit.digest)
        if shared is None or shared.status in ("cancelled", "lost", "error"):
            self._kits.clear()  # units come one after the other
            shared = self._client.submit(pickle.loads, pickle.dumps(kit), key=f"plnb-kit-{kit.digest}", pure=False)
            self._kits[kit.digest] = shared
        self._flying[ticket] = (kit, job, sent, time.monotonic())
        future = self._client.submit(grade_elsewhere, shared, job, pure=False, retries=0)
        future.add_done_callback(lambda done: self._came.put((ticket, done)))

    def _fetch(self, ticket: int, future: Any, seconds: float) -> Done | None:
        """What a job came to; None where that was lost on its way here."""
        if future.status in ("cancelled", "lost"):
            return None
        try:
            worked, sandbox = future.result()
        except (asyncio.CancelledError, concurrent.futures.CancelledError):
            return None
        except Exception as error:
            if type(error).__name__ in ("FutureCancelledError", "CommClosedError"):
                return None
            if type(error).__name__ == "KilledWorker":
                error = OurFaultError("Worker after worker died with this submission.")
            return Done(ticket, error, seconds=seconds)
        return Done(ticket, worked, sandbox=sandbox, seconds=seconds)

    def _look(self) -> None:
        """Whether the workers there are have this plnb. Those that come later are asked by their first job."""
        ours = about()
        for worker, said in self._client.run(about, on_error="return").items():
            if isinstance(said, BaseException):
                # A worker that cannot even read what was sent puts the reason into an Exception.
                missing = isinstance(said, ImportError) or "ImportError" in str(said) or "ModuleNotFoundError" in str(said)
                why = "has no plnb" if missing else f"cannot grade ({said})"
                raise NotReadyError(f"A Dask worker {why}.", place=worker, mend="Install on every worker what is installed here.")
            if tuple(said) != ours:
                raise NotReadyError(
                    f"A Dask worker has plnb {said[0]} on Python {said[1]}; here it is plnb {ours[0]} on Python {ours[1]}.",
                    place=worker,
                    mend="Install on every worker what is installed here.",
                )


def _is_whole(address: str) -> bool:
    """Whether it has a host and a port: Dask tries one that has not, for a long time."""
    try:
        parts = urlsplit(address)
        return bool(parts.hostname and parts.port)
    except ValueError:
        return False
