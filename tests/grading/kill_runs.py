"""Kill graders at random moments, as `test_resume` asks for.

Each grader is a process group of its own (workers included) and is killed whole, as a power cut would do it; every third one alone,
so that its workers have to find out by themselves.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

GRADE = """
import sys
from pathlib import Path
from plnb.grading.grade import grade
from plnb.store.layout import CourseFolder
print("ready", flush=True)
grade(CourseFolder(Path(sys.argv[1])), jobs=2, force=False)
"""


def kill_runs(root: Path, kills: int, seed: int, longest: float) -> int:
    """Start a grader and kill it, `kills` times. Returns how many had ended before they were killed."""
    chance = random.Random(seed)
    ended = 0
    for number in range(kills):
        grader = subprocess.Popen(
            [sys.executable, "-c", GRADE, str(root)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert grader.stdout is not None
        grader.stdout.readline()
        time.sleep(chance.uniform(0, longest))
        ended += grader.poll() is not None
        if number % 3 or grader.poll() is not None:
            _kill_all(grader.pid)
        else:
            grader.kill()
        grader.wait()
        grader.stdout.close()
    return ended


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
