"""The keeper: the trusted one between the grader and a confined process.

It lives outside the sandbox, as the parent of the confined process: in a process of its own (`watch`), or as one of several in a
process that goes on with other things and calls `hear`, `look` and `ended` (a nursery does). It passes interrupts on, counts what
the confined process and all its descendants use together, and when that process ends, for whatever reason, leaves none of them
alive. It holds no channel to the confined process: what that one says is the driver's to read.
"""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import select
import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from plnb.engine.sandbox import linux
from plnb.engine.sandbox.tiers import Ending, Limits, Reason

_IDLE_SECONDS, _BUSY_SECONDS = 0.2, 0.02
_ROUND_SECONDS = 0.001
_PAGE = os.sysconf("SC_PAGESIZE")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Use:
    """What a set of processes uses."""

    tasks: int = 0
    memory_bytes: int = 0
    cpu_seconds: float = 0.0


@dataclass
class Keeper:
    """Watches one child, `leader`, and its descendants until the child ends."""

    leader: int
    limits: Limits
    setup: socket.socket
    """The child says here that it is confined, or why it could not be; end of file means confined."""
    folder: Path | None
    """The work folder, where the kernel does not limit its size."""
    inside: bool
    """The child is the first process of a pid namespace: the kernel ends everything with it, and its own /proc lists everything."""
    report: int | None = None
    """Where the ending is written."""

    def __post_init__(self) -> None:
        self.look_at = time.monotonic() + _IDLE_SECONDS
        """When `look` is due, on the clock of `time.monotonic`."""
        self._reason: Reason | None = None
        self._said = ""
        self._peak = 0
        self._times_over = 0
        self._cpu = 0.0
        self._stop = False
        self._proc: int | None = None
        self._next_walk = 0.0
        self._gone_seconds = 0.0

    # --- in a process of its own -------------------------------------------------------------------------------------------------

    def watch(self) -> NoReturn:
        """Stay until the child has ended; then leave this process."""
        code = 1
        gc.disable()  # it would look at, and so copy, all that was imported before the fork
        try:
            signal.signal(signal.SIGINT, lambda *_: self.interrupt())
            signal.signal(signal.SIGTERM, lambda *_: self.stop())
            linux.die_with_parent(signal.SIGTERM)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
            code = self.ended(*self._wait())
        finally:
            os._exit(code)

    def _wait(self) -> tuple[int, resource.struct_rusage]:
        poll = select.poll()
        pidfd = os.pidfd_open(self.leader)
        poll.register(pidfd, select.POLLIN)
        poll.register(self.setup, select.POLLIN)
        while True:
            ready = dict(poll.poll(max(0.0, self.look_at - time.monotonic()) * 1000))
            if self.setup.fileno() in ready and not self.hear():
                poll.unregister(self.setup)
            if pidfd in ready:
                return self._reap_leader()
            if time.monotonic() >= self.look_at:
                self.look()

    def _reap_leader(self) -> tuple[int, resource.struct_rusage]:
        while True:
            pid, status, used = os.wait4(-1, 0)
            if pid == self.leader:
                return status, used
            self._note(used)

    # --- wherever it lives -------------------------------------------------------------------------------------------------------

    def interrupt(self) -> None:
        """Pass an interrupt on."""
        with contextlib.suppress(OSError):
            # In a namespace the first process passes it on again; else the confined process leads its own group.
            if self.inside:
                os.kill(self.leader, signal.SIGINT)
            else:
                os.killpg(self.leader, signal.SIGINT)

    def stop(self) -> None:
        """End the confined process; `ended` sees to the rest."""
        self._stop = True
        self._kill_leader()

    def _kill_leader(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.leader, signal.SIGKILL)

    def hear(self) -> bool:
        """Read what the child says of its setup; False at the end."""
        try:
            said, handles, _, _ = socket.recv_fds(self.setup, 4096, 1)
        except OSError:
            return False
        if handles:
            self._proc = handles[0]
            os.set_inheritable(self._proc, False)
        if said.startswith(b"!"):
            self._reason, self._said = Reason.not_confined, said[1:].decode(errors="replace")
        return bool(said)

    def look(self) -> None:
        """Count, and stop what is over a limit."""
        if not self.inside:
            self._reap_orphans()
        use = self._use()
        self._peak = max(self._peak, use.memory_bytes)
        self._cpu = max(self._cpu, use.cpu_seconds)
        if self._reason is None and (reason := self._excess(use)) is not None:
            self._reason = reason
            self._kill_leader()
        busy = use.tasks > 8 or use.memory_bytes > self.limits.memory_bytes // 2
        self.look_at = time.monotonic() + (_BUSY_SECONDS if busy else _IDLE_SECONDS)

    def _excess(self, use: Use) -> Reason | None:
        # Twice in a row: while processes start and end, their shares are of different moments.
        over = use.memory_bytes > self.limits.memory_bytes and self._really_over()
        self._times_over = self._times_over + 1 if over else 0
        if self._times_over >= 2:
            return Reason.memory
        # The first process of a namespace is ours.
        if use.tasks > self.limits.processes + self.inside:
            return Reason.processes
        if use.cpu_seconds > self.limits.cpu_seconds:
            return Reason.cpu
        return Reason.disk if self._disk_full() else None

    def _reap_orphans(self) -> None:
        # WNOWAIT first: the leader's own status must be left for `_reap_leader`.
        with contextlib.suppress(ChildProcessError):
            while (found := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) and found.si_pid != self.leader:
                self._note(os.wait4(found.si_pid, 0)[2])

    def _note(self, used: resource.struct_rusage) -> None:
        """What a process has used that is gone now."""
        self._gone_seconds += used.ru_utime + used.ru_stime
        self._peak = max(self._peak, used.ru_maxrss * 1024)

    def _close(self) -> None:
        self.setup.close()
        for handle in (self._proc, self.report):
            if handle is not None:
                os.close(handle)
        self._proc = self.report = None

    def _processes(self) -> tuple[int | None, list[int]]:
        """All that must be counted, as numbers in the /proc that the handle is for (None: the machine's)."""
        if not self.inside:
            return None, list(_descendants(os.getpid()))
        if self._proc is None:
            return None, []
        try:
            return self._proc, [int(name) for name in os.listdir(self._proc) if name.isdigit()]
        except OSError:  # all of them are gone
            return self._proc, []

    def _use(self) -> Use:
        proc, processes = self._processes()
        tasks, memory = 0, 0
        cpu = self._gone_seconds
        for pid in processes:
            with contextlib.suppress(OSError, ValueError, IndexError):
                fields = _read(proc, f"{pid}/stat").rpartition(")")[2].split()
                tasks += int(fields[17])
                memory += int(fields[21]) * _PAGE
                cpu += sum(map(int, fields[11:15])) / _TICKS
        return Use(tasks, memory, cpu)

    def _really_over(self) -> bool:
        """Count again by shares: pages that processes have in common are counted once. Slower, so only when it matters."""
        proc, processes = self._processes()
        total = 0
        for pid in processes:
            with contextlib.suppress(OSError):
                for line in _read(proc, f"{pid}/smaps_rollup").splitlines():
                    if line.startswith("Pss:"):
                        total += int(line.split()[1]) * 1024
        return total > self.limits.memory_bytes

    def _disk_full(self) -> bool:
        now = time.monotonic()
        if self.folder is None or now < self._next_walk:
            return False
        size, files = _measure(self.folder, self.limits.files)
        size += _unlinked_bytes(self._processes()[1])
        self._next_walk = time.monotonic() + 5 * (time.monotonic() - now)
        return size > self.limits.folder_bytes or files > self.limits.files

    def _end_everything(self) -> None:
        if self.inside:
            return  # the kernel did, before it let us reap the first process
        while left := list(_descendants(os.getpid())):
            for pid in left:
                with contextlib.suppress(OSError):
                    resource.prlimit(pid, resource.RLIMIT_NPROC, (0, 0))  # it cannot fork while we come round again
            for pid in left:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            # Never a wait for all there are: one that was forked since we looked has not been killed, and may stay for ever.
            with contextlib.suppress(ChildProcessError):
                while (gone := os.wait4(-1, os.WNOHANG))[0]:
                    self._note(gone[2])
            time.sleep(_ROUND_SECONDS)

    def ended(self, status: int, used: resource.struct_rusage) -> int:
        """The child has: leave nothing alive, and report. `status` and `used` are as `os.wait4` gave them; gives the exit code."""
        self._note(used)
        self._end_everything()
        code = os.waitstatus_to_exitcode(status)
        code = 128 - code if code < 0 else code
        if self.inside and code > 128 + 64:
            code = 1
        reason = self._reason
        if reason is None:
            reason = Reason.signalled if code > 128 or self._stop else Reason.exited
            if code == 128 + signal.SIGXCPU:
                reason = Reason.cpu
        if self.report is not None:
            ending = Ending(
                reason=reason,
                code=code,
                said=self._said,
                cpu_seconds=round(max(self._cpu, self._gone_seconds), 3),
                peak_bytes=self._peak,
            )
            with contextlib.suppress(OSError):
                os.write(self.report, ending.line().encode())
        self._close()
        if reason.exit_code:
            return reason.exit_code
        # The numbers that mean something here are not the student's to say.
        return 1 if code in range(40, 48) else code


def _read(proc: int | None, path: str) -> str:
    handle = os.open(path if proc is not None else f"/proc/{path}", os.O_RDONLY, dir_fd=proc)
    try:
        return os.read(handle, 8192).decode(errors="replace")
    finally:
        os.close(handle)


def _descendants(pid: int) -> set[int]:
    """All processes below `pid`, by /proc."""
    found: set[int] = set()
    ahead = [pid]
    while ahead:
        parent = ahead.pop()
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{parent}/task"):
                with contextlib.suppress(OSError), open(f"/proc/{parent}/task/{thread}/children") as file:
                    fresh = set(map(int, file.read().split())) - found
                    found |= fresh
                    ahead += fresh
    return found


def _measure(folder: Path, most: int) -> tuple[int, int]:
    """Bytes on disk and number of entries below a folder; stops counting where there are too many."""
    size = files = 0
    ahead = [str(folder)]
    while ahead and files <= most:
        with contextlib.suppress(OSError):
            for entry in os.scandir(ahead.pop()):
                files += 1
                with contextlib.suppress(OSError):
                    size += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        ahead.append(entry.path)
                if files > most:
                    break
    return size, files


def _unlinked_bytes(processes: list[int]) -> int:
    """What is held by files that are open but have no name any more."""
    seen: dict[tuple[int, int], int] = {}
    for pid in processes:
        with contextlib.suppress(OSError):
            for name in os.listdir(f"/proc/{pid}/fd"):
                with contextlib.suppress(OSError):
                    found = os.stat(f"/proc/{pid}/fd/{name}")
                    if found.st_nlink == 0:
                        seen[found.st_dev, found.st_ino] = found.st_blocks * 512
    return sum(seen.values())
