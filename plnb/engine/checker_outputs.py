"""What a check's cell puts out in the checker: what it prints, its value, and its error as a kernel shows it."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from plnb.engine.line import Hung, Refused
from plnb.engine.proxies import shown

_LONGEST: Final = 20_000  # characters of a message or a printed text in what is told
_AROUND: Final = 2  # lines shown around the one that failed


class CellOutputs:
    """What a cell puts out."""

    def __init__(self) -> None:
        self._outputs: list[dict[str, Any]] = []

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Take what is printed meanwhile."""
        before = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = _Stream(self._outputs, "stdout"), _Stream(self._outputs, "stderr")
        try:
            yield
        finally:
            sys.stdout, sys.stderr = before

    def result(self, value: Any, count: int) -> None:
        """Add a cell's value."""
        text = shown(value)[:_LONGEST]
        self._outputs.append(
            {"output_type": "execute_result", "data": {"text/plain": text}, "metadata": {}, "execution_count": count}
        )

    def taken(self) -> list[dict[str, Any]]:
        """All of it, as nbformat has it."""
        return self._outputs


class _Stream:
    """A text stream that writes into a cell's outputs."""

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, outputs: list[dict[str, Any]], name: str) -> None:
        self._outputs, self._name, self._left = outputs, name, _LONGEST

    def write(self, text: str) -> int:
        kept = str(text)[: self._left]
        self._left -= len(kept)
        last = self._outputs[-1] if self._outputs else {}
        if last.get("output_type") == "stream" and last["name"] == self._name:
            last["text"] += kept
        elif kept:
            self._outputs.append({"output_type": "stream", "name": self._name, "text": kept})
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """There is nothing to flush."""

    def isatty(self) -> bool:
        return False


@contextmanager
def silence() -> Iterator[None]:
    """What is printed meanwhile is nobody's."""
    with CellOutputs().kept():
        yield


# --- errors ----------------------------------------------------------------------------------------------------------------------


def named(error: BaseException) -> tuple[str, str]:
    """An error's name and message."""
    if isinstance(error, Refused):
        return "AssertionError", f"The check was offered {error}, and it looks at plain values only."
    if isinstance(error, Hung):
        return "TimeoutError", "The answer took too long."
    try:
        text = str(error)
    except Exception:
        text = ""
    return type(error).__name__[:200], text[:_LONGEST]


def shown_traceback(error: BaseException, ename: str, evalue: str, source: str, file: str, count: int) -> list[str]:
    """As a kernel shows it: the cell's own lines first, then where it came up in the student's."""
    at = next((frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file), None)
    if isinstance(error, SyntaxError) and error.filename == file:
        at = error.lineno
    head = f"{'-' * 75}\n{ename}{'Traceback (most recent call last)':>{max(35, 75 - len(ename))}}"
    shown_lines = [head]
    if at:
        lines = source.split("\n")
        around = range(max(1, at - _AROUND), min(len(lines), at + _AROUND) + 1)
        quoted = [f"{'---->' if number == at else '     '} {number} {lines[number - 1]}" for number in around]
        shown_lines.append("\n".join([f"Cell In[{count}], line {at}", *quoted]))
    theirs = error.__dict__.get("plnb_trace", "")
    if theirs:
        shown_lines.append(f"In the student's code:\n{theirs.rstrip()}")
    return [*shown_lines, f"{ename}: {evalue}"]
