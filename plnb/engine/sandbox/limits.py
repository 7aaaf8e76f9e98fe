"""Limits that the kernel itself keeps: one call, in the process that will be confined. Totals are the keeper's."""

from __future__ import annotations

import contextlib
import resource

from plnb.engine.sandbox.tiers import Limits

_PAGE = resource.getpagesize()


def apply_limits(limits: Limits, *, processes: int) -> None:
    """Set them for good. `processes` is what RLIMIT_NPROC is compared with where this process lives."""
    for kind, value in (
        # What was there before the fork is not the student's: shared pages of imported modules.
        (resource.RLIMIT_AS, _address_space() + limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_NPROC, processes),
        # 1 and not 0: a program that collects cores is not started for 1.
        (resource.RLIMIT_CORE, 1),
        (resource.RLIMIT_MEMLOCK, 65536),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_NICE, 0),
        (resource.RLIMIT_RTPRIO, 0),
        (resource.RLIMIT_SIGPENDING, 1024),
    ):
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        # Where memory runs out all the same, the kernel takes this one and not the grader.
        file.write("1000")


def _address_space() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * _PAGE


def tasks_now() -> int:
    """How many processes and threads the machine has now: no user has more.

    RLIMIT_NPROC counts all of a user's, so this is where a sandbox that shares the user must start to count. To look for the user's
    own alone takes longer than everything else here; the keeper counts exactly.
    """
    with open("/proc/loadavg") as file:
        return int(file.read().split()[3].partition("/")[2])
