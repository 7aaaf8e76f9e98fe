"""Kill graders at random moments, as `test_resume` asks for.

Each grader is a process group of its own (workers included) and is killed whole, as a power cut would do it; every third one alone,
so that its workers have to find out by themselves. All are forked from one process that has imported what they need, or most of the
time would go into imports; it grades nothing and has no thread, no lock and no file of a course.
"""

from __future__ import annotations

import contextlib
import os
import random
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STABLE = """
import os, sys
from pathlib import Path
import plnb.grading.handed_in, plnb.grading.settle
from plnb.grading.grade import grade
from plnb.store.layout import CourseFolder
for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        os.setsid()
        grade(CourseFolder(Path(sys.argv[1])), jobs=2, force=False)
        os._exit(0)
    print(pid, flush=True)
    sys.stdin.readline()
    os.waitpid(pid, 0)
    print(flush=True)
"""


def kill_runs(root: Path, kills: int, seed: int, longest: float) -> int:
    """Start a grader and kill it, `kills` times. Returns how many had ended before they were killed."""
    chance = random.Random(seed)
    ended = 0
    with _stable(root) as stable:
        assert stable.stdin is not None
        assert stable.stdout is not None

        def say() -> str:
            print(file=stable.stdin, flush=True)
            return stable.stdout.readline() if stable.stdout else ""

        for number in range(kills):
            grader = int(say())
            handle = os.pidfd_open(grader)
            gone = bool(select.select([handle], [], [], chance.uniform(0, longest))[0])
            os.close(handle)
            ended += gone
            if number % 3 or gone:
                _kill_all(grader)
            else:
                os.kill(grader, signal.SIGKILL)  # nobody has reaped it yet: the number is its own
            say()
    return ended


@contextmanager
def _stable(root: Path) -> Iterator[subprocess.Popen[str]]:
    """What graders are forked from."""
    command = [sys.executable, "-c", STABLE, str(root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as stable:
        yield stable
        assert stable.stdin is not None
        stable.stdin.close()
        stable.wait(60)


def _kill_all(leader: int) -> None:
    """The process, and everything that came of it, in whatever session."""
    for pid in (*_descendants(leader), leader):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _descendants(leader: int) -> list[int]:
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
    found = [leader]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found[1:]
