"""From messages to values (see `plnb.engine.crossing`). A message may come from anybody."""

from __future__ import annotations

import base64
import re
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any, Final, TypeVar

from plnb.engine.crossing import (
    BITS,
    BUILT_IN_FUNCTIONS,
    BUILT_IN_TYPES,
    DEPTH,
    SCALARS,
    BrokenMessageError,
    Heap,
    Import,
    Json,
)

_T = TypeVar("_T")


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
        if depth > DEPTH + 2 or not message:
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
    if not _HEX.fullmatch(message[1]) or len(message[1]) > BITS // 4 + 4:
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
    "ty": lambda _r, message, _d: BUILT_IN_TYPES[message[1]],
    "bi": lambda _r, message, _d: BUILT_IN_FUNCTIONS[message[1]],
}


def _index(number: Json) -> int:
    if type(number) is not int or number < 0:
        raise BrokenMessageError("not a container's number")
    return number
