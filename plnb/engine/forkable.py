"""Whether a process in which the teacher's code has run can be forked for students: a fork must have all of it, for itself."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from typing import Any


class Before:
    """How things stand before the first cell, to say afterwards whether a fork has all that the cells have made, for itself."""

    def look(self) -> None:
        """Now."""
        self._handles = set(os.listdir("/proc/self/fd"))
        self._shared = _shared_memory()
        self._folder = os.getcwd()

    def why_not_forked(self) -> str:
        """What the cells have left behind that a fork would not have, or not for itself; empty where nothing."""
        if len(os.listdir("/proc/self/task")) > 1:
            return "there are threads"
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            return "there are processes"
        if self._tasks() > 1:
            return "something is to go on later"
        # matplotlib keeps fonts open, and lets go of them at a fork: then they have been closed already, and it complains of that.
        fonts: Any = getattr(sys.modules.get("matplotlib.font_manager"), "_get_font", None)
        if hasattr(fonts, "cache_clear"):
            fonts.cache_clear()
        if set(os.listdir("/proc/self/fd")) != self._handles:
            return "files are open"
        if _shared_memory() != self._shared:
            return "there is memory that forks would share"
        return "" if os.getcwd() == self._folder else "it works in another folder"

    def _tasks(self) -> int:
        try:
            return len(asyncio.all_tasks())
        except RuntimeError:  # there is no loop
            return 0


def _shared_memory() -> set[str]:
    """Where there is memory that is written to by more than one: mapped files, arrays of multiprocessing."""
    with open("/proc/self/maps") as maps:
        return {place for place, kind, *_ in map(str.split, maps) if kind[1] == "w" and kind[3] == "s"}
