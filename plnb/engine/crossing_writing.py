"""From values to messages (see `plnb.engine.crossing`)."""

from __future__ import annotations

import base64
import sys
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any, Final

from plnb.engine.crossing import (
    BITS,
    BUILT_IN_FUNCTIONS,
    BUILT_IN_TYPES,
    DEPTH,
    ITEMS,
    SCALARS,
    CannotCrossError,
    Export,
    Heap,
    Json,
)

_SMALL: Final = 1 << 63


class Writer:
    """Turns values into messages. Looks at exact types only, so it calls nothing that belongs to the values."""

    def __init__(self, export: Export, heap: Heap | None = None, classes: Mapping[type, str] = {}) -> None:
        self.export = export
        self.heap = heap if heap is not None else Heap()
        self.classes = classes
        self._left = ITEMS

    def write(self, value: Any, depth: int = 0) -> Json:
        """One value. Raises CannotCrossError."""
        kind = type(value)
        if kind in SCALARS:
            return value if kind is not int or -_SMALL < value < _SMALL else _big(value)
        if depth > DEPTH:
            raise CannotCrossError("something nested too deeply")
        write = _WRITERS.get(kind) or _others(kind) or (_own if kind in self.classes else None)
        return self.export(value) if write is None else write(self, value, depth + 1)

    def shared(self, value: Any) -> Json | None:
        """How to name a container that has crossed before; None (and it has a number from now on) where it has not."""
        number = self.heap.number(value)
        if number is not None:
            return ["@", number]
        self.heap.add(value)
        return None

    def many(self, values: Iterable[Any], depth: int) -> list[Json]:
        """Several values."""
        found = list(values)
        self._left -= len(found)
        if self._left < 0:
            raise CannotCrossError("more items than fit into a message")
        if _PLAIN.issuperset(map(type, found)):
            return found
        return [self.write(value, depth) for value in found]

    def contents(self, thing: Any) -> Json:
        """What is in a container that has crossed: as when it first crosses, without its number being looked at."""
        return _Again(self, thing).write(thing)


class _Again(Writer):
    """A writer for which one container is new although it has a number."""

    def __init__(self, other: Writer, thing: Any) -> None:
        super().__init__(other.export, other.heap, other.classes)
        self._first = thing

    def shared(self, value: Any) -> Json | None:
        if value is self._first:
            self._first = None
            return None
        return super().shared(value)


_PLAIN: Final = frozenset({type(None), bool, float, str})
_Write = Callable[[Writer, Any, int], Json]


def _big(value: int) -> Json:
    if value.bit_length() > BITS:
        raise CannotCrossError("a whole number with too many digits")
    return ["i", hex(value)]


def _items(tag: str) -> _Write:
    return lambda writer, value, depth: [tag, *writer.many(value, depth)]


def _shared(tag: str) -> _Write:
    def write(writer: Writer, value: Any, depth: int) -> Json:
        return writer.shared(value) or [tag, *writer.many(value, depth)]

    return write


def _mapping(tag: str) -> _Write:
    def write(writer: Writer, value: Any, depth: int) -> Json:
        known = writer.shared(value)
        return known or [tag, writer.many(value.keys(), depth), writer.many(value.values(), depth)]

    return write


def _defaults(writer: Writer, value: defaultdict[Any, Any], depth: int) -> Json:
    known = writer.shared(value)
    factory = None if value.default_factory is None else writer.write(value.default_factory, depth)
    return known or ["dd", writer.many(value.keys(), depth), writer.many(value.values(), depth), factory]


def _deque(writer: Writer, value: deque[Any], depth: int) -> Json:
    return writer.shared(value) or ["dq", value.maxlen, *writer.many(value, depth)]


def _bytearray(writer: Writer, value: bytearray, _depth: int) -> Json:
    return writer.shared(value) or ["B", _text(bytes(value))]


def _zone(value: Any) -> Json:
    zone = value.tzinfo
    if zone is None:
        return None
    if type(zone) is not timezone:
        raise CannotCrossError("a time of a named time zone")
    offset = zone.utcoffset(None)
    return [offset.days, offset.seconds, offset.microseconds]


def _datetime(_writer: Writer, v: datetime, _depth: int) -> Json:
    return ["dt", v.year, v.month, v.day, v.hour, v.minute, v.second, v.microsecond, v.fold, _zone(v)]


def _time(_writer: Writer, v: time, _depth: int) -> Json:
    return ["ti", v.hour, v.minute, v.second, v.microsecond, v.fold, _zone(v)]


def _kind(writer: Writer, value: type, _depth: int) -> Json:
    return ["ty", value.__name__] if BUILT_IN_TYPES.get(value.__name__) is value else writer.export(value)


def _function(writer: Writer, value: Any, _depth: int) -> Json:
    name = str(value.__name__)
    return ["bi", name] if BUILT_IN_FUNCTIONS.get(name) is value else writer.export(value)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


_WRITERS: Final[dict[type, _Write]] = {
    tuple: _items("t"),
    frozenset: _items("f"),
    list: _shared("l"),
    set: _shared("s"),
    dict: _mapping("d"),
    OrderedDict: _mapping("do"),
    Counter: _mapping("dc"),
    defaultdict: _defaults,
    deque: _deque,
    type({}.keys()): _items("vk"),
    type({}.values()): _items("vv"),
    type({}.items()): _items("vi"),
    bytes: lambda _w, value, _d: ["b", _text(value)],
    bytearray: _bytearray,
    complex: lambda _w, value, _d: ["c", value.real, value.imag],
    range: lambda writer, value, depth: ["r", *writer.many((value.start, value.stop, value.step), depth)],
    slice: lambda writer, value, depth: ["sl", *writer.many((value.start, value.stop, value.step), depth)],
    type(...): lambda _w, _v, _d: ["..."],
    type(NotImplemented): lambda _w, _v, _d: ["ni"],
    Fraction: lambda writer, value, depth: ["fr", *writer.many((value.numerator, value.denominator), depth)],
    Decimal: lambda _w, value, _d: ["de", str(value)],
    datetime: _datetime,
    date: lambda _w, value, _d: ["da", value.year, value.month, value.day],
    time: _time,
    timedelta: lambda _w, value, _d: ["td", value.days, value.seconds, value.microseconds],
    type: _kind,
    type(len): _function,
}


def _others(kind: type) -> _Write | None:
    """Writers for numpy's and pandas' types; nobody has a value of theirs where they are not loaded.

    An array or a table of a class that somebody made of them crosses as the plain one inside.
    """
    if "numpy" not in sys.modules:
        return None
    for base in kind.__mro__[:-1]:
        if base.__module__.partition(".")[0] in ("numpy", "pandas"):
            from plnb.engine import crossing_science

            return crossing_science.writer_for(base, inside=base is not kind)
    return None


def _own(writer: Writer, value: Any, depth: int) -> Json:
    """An object of a class that both sides have: a member of an enumeration, a named tuple, or whatever has only attributes."""
    kind = type(value)
    name = writer.classes[kind]
    if issubclass(kind, Enum):
        return ["oe", name, value._name_]
    if issubclass(kind, tuple):
        return ["ot", name, *writer.many(tuple.__iter__(value), depth)]
    state = _attributes(value)
    if state is None:
        return writer.export(value)
    return writer.shared(value) or ["oo", name, writer.many(state, depth), writer.many(state.values(), depth)]


def _attributes(value: Any) -> dict[str, Any] | None:
    """An object's attributes; None where that is not all there is to it."""
    kind: Any = type(value)
    if kind.__new__ is not object.__new__ or any("__slots__" in vars(each) for each in kind.__mro__[:-1]):
        return None
    state: dict[str, Any] = object.__getattribute__(value, "__dict__")
    return state


PLAIN_BASES: Final = (bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset)
"""Types whose values have something plain inside, also where somebody made a class of their own of them."""


def plain_inside(value: Any) -> Any:
    """The plain value inside an object whose class was made of a plain one. What its class says about itself is not asked."""
    for base in PLAIN_BASES:
        if issubclass(type(value), base):
            return _EXTRACT[base](value)
    raise CannotCrossError(type(value).__name__)


_EXTRACT: Final[dict[type, Callable[[Any], Any]]] = {
    bool: bool,
    int: int.__pos__,
    float: float.__pos__,
    complex: complex.__pos__,
    str: str.__str__,
    bytes: lambda value: bytes.__getitem__(value, slice(None)),
    bytearray: lambda value: bytearray.__getitem__(value, slice(None)),
    list: lambda value: list.__getitem__(value, slice(None)),
    tuple: lambda value: tuple.__getitem__(value, slice(None)),
    dict: lambda value: dict(dict.items(value)),
    set: lambda value: set(set.__iter__(value)),
    frozenset: lambda value: frozenset(frozenset.__iter__(value)),
}
