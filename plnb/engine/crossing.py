"""What crosses between a student's process and a checker, and how: plain data by value and with its exact type, all else by name.

A message is JSON. Numbers, texts, `None`, `True` and `False` stand for themselves; everything else is a list that begins with a
tag. Nothing here runs code that a message brings along, and there is no pickle. A container that appears twice is sent once and
named the second time, so two names for one list are still two names for one list on the other side; the same holds from a call's
arguments to its answer (see `Heap`). Limits on size, depth and digits hold when writing and when reading.

Types of numpy and pandas are in `crossing_science`, which is looked at only where those are loaded.
"""

from __future__ import annotations

import base64
import builtins
import json
import re
import sys
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any, Final, TypeVar

LARGEST_MESSAGE: Final = 8 << 20  # bytes
_DEPTH: Final = 60
_ITEMS: Final = 500_000
_BITS: Final = 400_000  # of one whole number

Json = Any
"""What `json` makes of a message."""

SCALARS: Final = frozenset({type(None), bool, int, float, str})
_SMALL: Final = 1 << 63
_T = TypeVar("_T")


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


# --- writing ---------------------------------------------------------------------------------------------------------------------


class Writer:
    """Turns values into messages. Looks at exact types only, so it calls nothing that belongs to the values."""

    def __init__(self, export: Export, heap: Heap | None = None, classes: Mapping[type, str] = {}) -> None:
        self.export = export
        self.heap = heap if heap is not None else Heap()
        self.classes = classes
        self._left = _ITEMS

    def write(self, value: Any, depth: int = 0) -> Json:
        """One value. Raises CannotCrossError."""
        kind = type(value)
        if kind in SCALARS:
            return value if kind is not int or -_SMALL < value < _SMALL else _big(value)
        if depth > _DEPTH:
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
    if value.bit_length() > _BITS:
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
    return ["ty", value.__name__] if _BUILT_IN_TYPES.get(value.__name__) is value else writer.export(value)


def _function(writer: Writer, value: Any, _depth: int) -> Json:
    name = str(value.__name__)
    return ["bi", name] if _BUILT_IN_FUNCTIONS.get(name) is value else writer.export(value)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


_BUILT_IN_TYPES: Final[dict[str, type]] = {
    name: thing for name, thing in vars(builtins).items() if isinstance(thing, type) and not name.startswith("_")
}
_BUILT_IN_FUNCTIONS: Final[dict[str, Any]] = {
    name: thing
    for name, thing in vars(builtins).items()
    if type(thing) is type(len)
    and name not in ("__import__", "breakpoint", "compile", "eval", "exec", "exit", "input", "open", "quit")
}

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


# --- reading ---------------------------------------------------------------------------------------------------------------------


class Reader:
    """Turns messages into values. `unfamiliar` makes what stands behind tags that are no plain data."""

    def __init__(self, unfamiliar: Import, heap: Heap | None = None, classes: Mapping[str, type] = {}) -> None:
        self.unfamiliar = unfamiliar
        self.heap = heap if heap is not None else Heap()
        self.classes = classes

    def read(self, message: Json) -> Any:
        """One value. Raises BrokenMessageError, and nothing else, for a message from anybody."""
        try:
            return self._read(message, 0)
        except BrokenMessageError:
            raise
        except Exception as error:  # whatever it trips over, it is the message's fault
            raise BrokenMessageError(f"{type(error).__name__}: {error}"[:200]) from None

    def fill(self, number: int, message: Json) -> None:
        """Put new contents into a container that has crossed before."""
        try:
            thing = self.heap.things[number]
            _refill(thing, _Fresh(self)._read(message, 0))
        except BrokenMessageError:
            raise
        except Exception as error:  # whatever it trips over, it is the message's fault
            raise BrokenMessageError(f"{type(error).__name__}: {error}"[:200]) from None

    def add(self, thing: _T) -> _T:
        """Give a container that has just come its number."""
        self.heap.add(thing)
        return thing

    def _read(self, message: Json, depth: int) -> Any:
        kind = type(message)
        if kind is not list:
            if kind not in SCALARS:
                raise BrokenMessageError("an object where a value was due")
            return message
        if depth > _DEPTH + 2 or not message:
            raise BrokenMessageError("nested too deeply")
        read = _READERS.get(message[0])
        if read is not None:
            return read(self, message, depth + 1)
        if str(message[0]).startswith(("np", "pd")):
            from plnb.engine import crossing_science

            return crossing_science.READERS[message[0]](self, message, depth + 1)
        return self.unfamiliar(message[0], message[1:])

    def many(self, messages: list[Json], depth: int) -> list[Any]:
        """Several values."""
        if SCALARS.issuperset(map(type, messages)):
            return messages
        return [self._read(each, depth) for each in messages]


class _Fresh(Reader):
    """A reader that gives the first container it makes no number: it is there only to be poured into another."""

    def __init__(self, other: Reader) -> None:
        super().__init__(other.unfamiliar, other.heap, other.classes)
        self._first = True

    def add(self, thing: _T) -> _T:
        if self._first:
            self._first = False
            return thing
        return super().add(thing)


def _refill(thing: Any, new: Any) -> None:
    if type(thing) is not type(new):
        raise BrokenMessageError("a container became another kind of thing")
    if isinstance(thing, (list, bytearray)):
        thing[:] = new
    elif isinstance(thing, (dict, set)):
        thing.clear()
        thing.update(new)
    elif isinstance(thing, deque):
        thing.clear()
        thing.extend(new)
    elif type(thing).__module__.partition(".")[0] in ("numpy", "pandas"):
        from plnb.engine import crossing_science

        crossing_science.refill(thing, new)
    else:
        vars(thing).clear()
        vars(thing).update(vars(new))


_Read = Callable[[Reader, list[Json], int], Any]
_HEX: Final = re.compile(r"-?0x[0-9a-f]+")


def _read_big(_reader: Reader, message: list[Json], _depth: int) -> int:
    if not _HEX.fullmatch(message[1]) or len(message[1]) > _BITS // 4 + 4:
        raise BrokenMessageError("not a whole number")
    return int(message[1], 16)


def _read_list(reader: Reader, message: list[Json], depth: int) -> list[Any]:
    made: list[Any] = reader.add([])
    made.extend(reader.many(message[1:], depth))
    return made


def _read_set(reader: Reader, message: list[Json], depth: int) -> set[Any]:
    made: set[Any] = reader.add(set())
    made.update(reader.many(message[1:], depth))
    return made


def _read_mapping(make: Callable[[], dict[Any, Any]]) -> _Read:
    def read(reader: Reader, message: list[Json], depth: int) -> dict[Any, Any]:
        made = reader.add(make())
        keys, values = reader.many(message[1], depth), reader.many(message[2], depth)
        for key, value in zip(keys, values, strict=True):
            made[key] = value
        return made

    return read


def _read_defaults(reader: Reader, message: list[Json], depth: int) -> defaultdict[Any, Any]:
    made: defaultdict[Any, Any] = reader.add(defaultdict())
    made.default_factory = reader._read(message[3], depth)
    made.update(zip(reader.many(message[1], depth), reader.many(message[2], depth), strict=True))
    return made


def _read_deque(reader: Reader, message: list[Json], depth: int) -> deque[Any]:
    made: deque[Any] = reader.add(deque(maxlen=message[1]))
    made.extend(reader.many(message[2:], depth))
    return made


def _read_own(reader: Reader, message: list[Json], depth: int) -> Any:
    kind = reader.classes[message[1]]
    made: Any = reader.add(object.__new__(kind))
    keys, values = reader.many(message[2], depth), reader.many(message[3], depth)
    if any(type(key) is not str or callable(getattr(kind, key, None)) for key in keys):
        raise BrokenMessageError("an attribute in a method's place")
    vars(made).update(zip(keys, values, strict=True))
    return made


def _read_member(reader: Reader, message: list[Json], _depth: int) -> Any:
    kind = reader.classes[message[1]]
    if not issubclass(kind, Enum):
        raise BrokenMessageError("not an enumeration")
    return kind[message[2]]


def _read_named_tuple(reader: Reader, message: list[Json], depth: int) -> Any:
    kind = reader.classes[message[1]]
    if not issubclass(kind, tuple):
        raise BrokenMessageError("not a named tuple")
    return tuple.__new__(kind, reader.many(message[2:], depth))


def _read_zone(message: Json) -> timezone | None:
    if message is None:
        return None
    days, seconds, microseconds = message
    return timezone(timedelta(days=days, seconds=seconds, microseconds=microseconds))


def _read_datetime(_reader: Reader, message: list[Json], _depth: int) -> datetime:
    *parts, fold, zone = message[1:]
    year, month, day, hour, minute, second, microsecond = parts
    return datetime(year, month, day, hour, minute, second, microsecond, tzinfo=_read_zone(zone), fold=fold)


def _read_time(_reader: Reader, message: list[Json], _depth: int) -> time:
    *parts, fold, zone = message[1:]
    hour, minute, second, microsecond = parts
    return time(hour, minute, second, microsecond, tzinfo=_read_zone(zone), fold=fold)


def _read_range(reader: Reader, message: list[Json], depth: int) -> range:
    return range(*reader.many(message[1:], depth))


_DECIMAL: Final = re.compile(r"-?(\d{1,4000}(\.\d{1,4000})?(E[+-]?\d{1,10})?|Infinity|s?NaN\d{0,100})")


def _read_decimal(_reader: Reader, message: list[Json], _depth: int) -> Decimal:
    if not _DECIMAL.fullmatch(message[1]):
        raise BrokenMessageError("not a decimal number")
    return Decimal(message[1])


def _raw(text: Json) -> bytes:
    return base64.b64decode(text, validate=True)


_READERS: Final[dict[Json, _Read]] = {
    "@": lambda reader, message, _d: reader.heap.things[_index(message[1])],
    "i": _read_big,
    "l": _read_list,
    "t": lambda reader, message, depth: tuple(reader.many(message[1:], depth)),
    "f": lambda reader, message, depth: frozenset(reader.many(message[1:], depth)),
    "s": _read_set,
    "d": _read_mapping(dict),
    "do": _read_mapping(OrderedDict),
    "dc": _read_mapping(Counter),
    "dd": _read_defaults,
    "dq": _read_deque,
    "vk": lambda reader, message, depth: dict.fromkeys(reader.many(message[1:], depth)).keys(),
    "vv": lambda reader, message, depth: dict(enumerate(reader.many(message[1:], depth))).values(),
    "vi": lambda reader, message, depth: dict(reader.many(message[1:], depth)).items(),
    "b": lambda _r, message, _d: _raw(message[1]),
    "B": lambda reader, message, _d: reader.add(bytearray(_raw(message[1]))),
    "c": lambda _r, message, _d: complex(float(message[1]), float(message[2])),
    "r": _read_range,
    "sl": lambda reader, message, depth: slice(*reader.many(message[1:], depth)),
    "...": lambda _r, _m, _d: ...,
    "ni": lambda _r, _m, _d: NotImplemented,
    "fr": lambda reader, message, depth: Fraction(*reader.many(message[1:], depth)),
    "de": _read_decimal,
    "dt": _read_datetime,
    "da": lambda _r, message, _d: date(*message[1:]),
    "ti": _read_time,
    "td": lambda _r, message, _d: timedelta(days=message[1], seconds=message[2], microseconds=message[3]),
    "oo": _read_own,
    "oe": _read_member,
    "ot": _read_named_tuple,
    "ty": lambda _r, message, _d: _BUILT_IN_TYPES[message[1]],
    "bi": lambda _r, message, _d: _BUILT_IN_FUNCTIONS[message[1]],
}


def _index(number: Json) -> int:
    if type(number) is not int or number < 0:
        raise BrokenMessageError("not a container's number")
    return number
