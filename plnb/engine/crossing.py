"""What crosses between a student's process and a checker, and how: plain data by value and with its exact type, all else by name.

A message is JSON. Numbers, texts, `None`, `True` and `False` stand for themselves; everything else is a list that begins with a
tag. Nothing here runs code that a message brings along, and there is no pickle. A container that appears twice is sent once and
named the second time, so two names for one list are still two names for one list on the other side; the same holds from a call's
arguments to its answer (see `Heap`). Limits on size, depth and digits hold when writing and when reading.

Here is what both directions share; `crossing_writing` and `crossing_reading` are the directions. Types of numpy and pandas are in
`crossing_science`, which is looked at only where those are loaded.
"""

from __future__ import annotations

import builtins
import json
from collections.abc import Callable
from typing import Any, Final

LARGEST_MESSAGE: Final = 8 << 20  # bytes
DEPTH: Final = 60  # of lists in lists
ITEMS: Final = 500_000  # of one message
BITS: Final = 400_000  # of one whole number

Json = Any
"""What `json` makes of a message."""

SCALARS: Final = frozenset({type(None), bool, int, float, str})


class CannotCrossError(Exception):
    """There is no way over for this value; the message says in a few words what it is."""


class BrokenMessageError(Exception):
    """A message that is none: whoever sent it does not keep to the rules."""


class Heap:
    """Containers both sides know, in the order in which they crossed: during a call its arguments, then what it answers.

    A container is a thing that can be changed. Each gets the next number when it first crosses, on either side.
    """

    def __init__(self) -> None:
        self.things: list[Any] = []
        self._number: dict[int, int] = {}

    def add(self, thing: Any) -> int:
        """Give a container its number."""
        self._number[id(thing)] = len(self.things)
        self.things.append(thing)
        return len(self.things) - 1

    def number(self, thing: Any) -> int | None:
        """A container's number, if it has crossed."""
        return self._number.get(id(thing))

    def replace(self, number: int, thing: Any) -> None:
        """Put a container into the place that was kept for it."""
        del self._number[id(self.things[number])]
        self.things[number] = thing
        self._number[id(thing)] = number

    def back_to(self, length: int) -> None:
        """Forget what was added since there were `length` containers: the message they were for is not sent."""
        for thing in self.things[length:]:
            del self._number[id(thing)]
        del self.things[length:]


Export = Callable[[Any], Json]
"""What to send instead of a value that is no plain data. Raises CannotCrossError."""
Import = Callable[[str, list[Json]], Any]
"""What a tag stands for that is no plain data, from the tag and what follows it. Raises BrokenMessageError."""


def pack(message: Json) -> bytes:
    """A message as bytes."""
    raw = _dumps(message).encode("ascii")
    if len(raw) > LARGEST_MESSAGE:
        raise CannotCrossError("more than fits into a message")
    return raw


def unpack(raw: bytes) -> Json:
    """A message from bytes. Raises BrokenMessageError, and nothing else, for bytes from anybody."""
    try:
        return _loads(raw.decode("ascii"))
    except (ValueError, RecursionError, MemoryError) as error:
        raise BrokenMessageError(type(error).__name__) from None


_dumps = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_loads = json.JSONDecoder().decode

BUILT_IN_TYPES: Final[dict[str, type]] = {
    name: thing for name, thing in vars(builtins).items() if isinstance(thing, type) and not name.startswith("_")
}
BUILT_IN_FUNCTIONS: Final[dict[str, Any]] = {
    name: thing
    for name, thing in vars(builtins).items()
    if type(thing) is type(len)
    and name not in ("__import__", "breakpoint", "compile", "eval", "exec", "exit", "input", "open", "quit")
}
