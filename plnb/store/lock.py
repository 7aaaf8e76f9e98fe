"""One grader at a time: a lock on a course that is let go by itself when its holder dies, on every system.

nbgrader's gradebook is not made for two writers. SQLite's own lock, on a file of its own, does what a lock file cannot: nothing is
left behind by `kill -9` or a power cut.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Final

from plnb.errors import InputError, NotReadyError
from plnb.store.layout import CourseFolder

LOCK_FILE: Final = ".plnb-lock"


@contextmanager
def course_lock(folder: CourseFolder) -> Iterator[None]:
    """Hold the course. Raises NotReadyError where somebody else holds it, InputError where the folder cannot be written."""
    refused = InputError("This course folder cannot be written.", place=str(folder.root), mend="Check who may write in it.")
    if not os.access(folder.root, os.W_OK):
        raise refused  # SQLite locks what it cannot write, and says nothing
    try:
        held = sqlite3.connect(folder.root / LOCK_FILE, timeout=0, isolation_level=None)
    except sqlite3.OperationalError as error:
        raise refused from error
    with closing(held):
        try:
            held.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise refused from error
            raise NotReadyError(
                "This course is being graded or released right now.",
                place=str(folder.root),
                mend="Try again when that is finished.",
            ) from None
        yield
