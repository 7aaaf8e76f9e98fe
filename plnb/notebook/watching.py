"""Seeing checks run: after each cell IPython says what ran and what came of it; a check is known by its text.

Knows no course; what it sees, it hands on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

_LONGEST = 4000  # characters of an error's message


@dataclass(frozen=True, slots=True)
class Ran:
    """A cell that ran."""

    source: str
    """Its text."""
    error: str = ""
    """Name of the error it ended with; empty where it ran through."""
    message: str = ""
    """What the error said."""
    value: float | None = None
    """The number its last line stood for, where it did: points, as nbgrader has it."""
    cell: str = ""
    """Which cell, where the notebook says so."""
    blank: bool = False
    """For a check: the cells for its answer are as they were given out."""


class Watcher:
    """Tells of every cell that runs in a shell, until it is told to stop."""

    def __init__(self, shell: Any, tell: Callable[[Ran], None]) -> None:
        self._shell = shell
        self._tell = tell
        shell.events.register("post_run_cell", self._after)

    def stop(self) -> None:
        """Tell no more."""
        self._shell.events.unregister("post_run_cell", self._after)

    def _after(self, result: Any) -> None:
        if result.info is not None and result.info.raw_cell and not result.info.silent:
            what = ran(str(result.info.raw_cell), result.error_before_exec or result.error_in_exec, result.result)
            self._tell(replace(what, cell=str(getattr(result.info, "cell_id", None) or "")))


def ran(source: str, error: BaseException | None, value: object = None) -> Ran:
    """What came of a cell."""
    number = None if isinstance(value, bool) or not isinstance(value, Real) else float(value)
    if error is None:
        return Ran(source, value=number)
    return Ran(source, type(error).__name__, _message(error), number)


def _message(error: BaseException) -> str:
    """What an error says. A student's own class may say anything, or fail to."""
    try:
        text = str(error)
    except Exception:
        return ""
    return text.encode("utf-8", "replace").decode()[:_LONGEST]
