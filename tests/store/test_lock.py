"""One grader at a time, and nobody locked out by one who died."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from plnb.errors import NotReadyError
from plnb.store.layout import CourseFolder
from plnb.store.ledger import Ledger
from plnb.store.lock import course_lock

HOLD = """
import sys, time
from pathlib import Path
from plnb.store.layout import CourseFolder
from plnb.store.lock import course_lock
with course_lock(CourseFolder(Path(sys.argv[1]))):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_grader_is_told_and_the_first_goes_on(tmp_path: Path) -> None:
    folder = CourseFolder(tmp_path)
    with course_lock(folder), pytest.raises(NotReadyError, match="right now"), course_lock(folder):
        pass
    with course_lock(folder):
        pass


def test_a_grader_that_was_killed_locks_nobody_out(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(NotReadyError), course_lock(CourseFolder(tmp_path)):
        pass
    holder.kill()
    holder.wait()
    with course_lock(CourseFolder(tmp_path)):
        pass


def test_many_may_open_a_new_ledger_in_the_same_moment(tmp_path: Path) -> None:
    def look(_: int) -> tuple[str, ...]:
        with Ledger.open(tmp_path / "ledger.db") as ledger:
            return ledger.students()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(look, range(16))) == [()] * 16
