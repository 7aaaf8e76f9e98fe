"""How values of numpy and pandas cross: numbers as their bytes, the rest as typed columns. Looked at only where these are loaded.

What comes is checked before it is used: a type must be one of the plain ones, and there must be as many bytes as its shape says.
"""

from __future__ import annotations

import base64
import re
import sys
from collections.abc import Callable
from functools import cache
from math import prod
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from plnb.engine.crossing import BrokenMessageError, CannotCrossError, Json
from plnb.engine.crossing_reading import Reader
from plnb.engine.crossing_writing import Writer

if TYPE_CHECKING:
    import pandas as pd

_PLAIN_TYPE: Final = re.compile(r"[<>|=]?(?:[biuf?][1248]?|f16|[SUV]\d{1,6}|[mM]8(?:\[\d*[a-zA-Zμ]{1,3}\])?|c8|c16|c32|b1)")
_DIMENSIONS: Final = 32
_Write = Callable[[Writer, Any, int], Json]
_Read = Callable[[Reader, list[Json], int], Any]


def get_ready() -> None:
    """Do now what is done once: for a process that others are forked from."""
    _numpy_writers()
    if "pandas" in sys.modules:
        _pandas_writers()


def writer_for(kind: type, *, inside: bool) -> _Write | None:
    """What writes values of a type, if they cross; `inside`: of classes that somebody made of it."""
    if inside:
        return _INSIDE.get(f"{kind.__module__.partition('.')[0]}.{kind.__name__}")
    return (_pandas_writers() if kind.__module__.startswith("pandas") else _numpy_writers()).get(kind)


def _plain_array(writer: Writer, value: Any, depth: int) -> Json:
    return _array(writer, np.ndarray.view(value, np.ndarray), depth)


def _plain_series(writer: Writer, value: Any, depth: int) -> Json:
    import pandas as pd

    inside = object.__getattribute__(value, "_mgr")
    plain = getattr(pd.Series, "_from_mgr")(inside, inside.axes)  # noqa: B009 - not in pandas' published types
    plain._name = object.__getattribute__(value, "_name")
    return _series(writer, plain, depth)


def _plain_frame(writer: Writer, value: Any, depth: int) -> Json:
    import pandas as pd

    inside = object.__getattribute__(value, "_mgr")
    return _frame(writer, getattr(pd.DataFrame, "_from_mgr")(inside, inside.axes), depth)  # noqa: B009 - likewise


_INSIDE: Final = {"numpy.ndarray": _plain_array, "pandas.Series": _plain_series, "pandas.DataFrame": _plain_frame}


@cache
def _numpy_writers() -> dict[type, _Write]:
    known: dict[type, _Write] = {np.ndarray: _array, np.bool_: _number}
    known.update(dict.fromkeys({kind for kind in np.sctypeDict.values() if kind is not np.object_}, _number))
    known[np.str_] = lambda _w, value, _d: ["npu", str.__str__(value)]
    known[np.bytes_] = lambda writer, value, depth: ["npb", writer.write(bytes.__getitem__(value, slice(None)), depth)]
    known.update(dict.fromkeys({type(np.dtype(code)) for code in "?bhilqBHILQefdgFDGSUmMO"}, _dtype))
    return known


# --- numpy -----------------------------------------------------------------------------------------------------------------------


def _array(writer: Writer, value: Any, depth: int) -> Json:
    known = writer.shared(value)
    if known:
        return known
    if value.dtype.kind == "O":
        return ["npo", list(value.shape), writer.many(value.ravel().tolist(), depth)]
    return ["np", _type_name(value.dtype), list(value.shape), base64.b64encode(value.tobytes()).decode("ascii")]


def _number(_writer: Writer, value: Any, _depth: int) -> Json:
    return ["npn", _type_name(value.dtype), base64.b64encode(value.tobytes()).decode("ascii")]


def _dtype(_writer: Writer, value: Any, _depth: int) -> Json:
    return ["npt", "O" if value.kind == "O" else _type_name(value)]


def _type_name(dtype: Any) -> str:
    if dtype.names is not None or not _PLAIN_TYPE.fullmatch(dtype.str):
        raise CannotCrossError(f"an array of {dtype}")
    return str(dtype.str)


def _read_type(name: Json) -> Any:
    if type(name) is not str or not (name == "O" or _PLAIN_TYPE.fullmatch(name)):
        raise BrokenMessageError("not a type of numpy's")
    return np.dtype(name)


def _shape(shape: Json) -> tuple[int, ...]:
    if len(shape) > _DIMENSIONS or not all(type(size) is int and size >= 0 for size in shape):
        raise BrokenMessageError("not a shape")
    return tuple(shape)


def _read_array(reader: Reader, message: list[Json], _depth: int) -> Any:
    dtype, shape, raw = _read_type(message[1]), _shape(message[2]), base64.b64decode(message[3], validate=True)
    if dtype.kind == "O" or len(raw) != prod(shape) * dtype.itemsize:
        raise BrokenMessageError("not an array")
    return reader.add(np.frombuffer(raw, dtype).reshape(shape).copy() if raw else np.empty(shape, dtype))


def _read_objects(reader: Reader, message: list[Json], depth: int) -> Any:
    shape = _shape(message[1])
    if prod(shape) != len(message[2]):
        raise BrokenMessageError("not an array")
    made = reader.add(np.empty(shape, dtype=object))
    made.reshape(-1)[:] = _objects(reader, message[2], depth)
    return made


def _read_number(_reader: Reader, message: list[Json], _depth: int) -> Any:
    dtype, raw = _read_type(message[1]), base64.b64decode(message[2], validate=True)
    if dtype.kind == "O" or len(raw) != dtype.itemsize:
        raise BrokenMessageError("not a number")
    return np.frombuffer(raw, dtype)[0]


# --- pandas ----------------------------------------------------------------------------------------------------------------------


@cache
def _pandas_writers() -> dict[type, _Write]:
    import pandas as pd

    return {
        pd.Series: _series,
        pd.DataFrame: _frame,
        pd.Index: _index,
        pd.RangeIndex: _index,
        pd.MultiIndex: _index,
        pd.DatetimeIndex: _index,
        pd.TimedeltaIndex: _index,
        pd.CategoricalIndex: _index,
        pd.Timestamp: _timestamp,
        pd.Timedelta: lambda _w, value, _d: ["pdd", value.value, value.unit],
        type(pd.NaT): lambda _w, _v, _d: ["pdnat"],
        type(pd.NA): lambda _w, _v, _d: ["pdna"],
    }


def _timestamp(_writer: Writer, value: Any, _depth: int) -> Json:
    return ["pdt", value.value if value.tz is None else value.tz_convert("UTC").value, value.unit, value.tz and _zone(value.tz)]


def _zone(zone: Any) -> str:
    name = str(zone)
    if name.startswith(("<", "tzlocal", "tzfile")):
        raise CannotCrossError("a time of an unusual time zone")
    return name


def _series(writer: Writer, value: pd.Series, depth: int) -> Json:
    return writer.shared(value) or [
        "pds", _column(writer, value.array, depth), _index(writer, value.index, depth), writer.write(value.name, depth)
    ]  # fmt: skip


def _frame(writer: Writer, value: pd.DataFrame, depth: int) -> Json:
    known = writer.shared(value)
    columns = range(value.shape[1])
    return known or [
        "pdf",
        _index(writer, value.index, depth),
        _index(writer, value.columns, depth),
        [_column(writer, value.iloc[:, place].array, depth) for place in columns],
    ]


def _index(writer: Writer, value: pd.Index, depth: int) -> Json:
    import pandas as pd

    names = writer.many(value.names, depth)
    if type(value) is pd.RangeIndex:
        return ["pdi", "range", names, [value.start, value.stop, value.step]]
    if isinstance(value, pd.MultiIndex):
        levels = [_index(writer, level, depth) for level in value.levels]
        return ["pdi", "multi", names, [levels, [[int(code) for code in codes] for codes in value.codes]]]
    often = getattr(value, "freqstr", None)
    return ["pdi", "plain", names, [_column(writer, value.array, depth), often]]


def _column(writer: Writer, value: Any, depth: int) -> Json:
    """An array of pandas': numbers as their bytes, the rest with its type's name."""
    import pandas as pd

    if isinstance(value, pd.Categorical):
        codes = [int(code) for code in value.codes]
        return ["cat", codes, _column(writer, value.categories.array, depth), bool(value.ordered)]
    if isinstance(value.dtype, pd.DatetimeTZDtype):
        return ["tz", value.asi8.tolist(), value.dtype.unit, _zone(value.dtype.tz)]
    if isinstance(value.dtype, np.dtype) or type(value) is pd.arrays.NumpyExtensionArray:
        plain = np.asarray(value)
        if plain.dtype.kind == "O":
            return ["obj", writer.many(plain.tolist(), depth)]
        return ["num", _type_name(plain.dtype), base64.b64encode(plain.tobytes()).decode("ascii")]
    name = str(value.dtype)
    if name not in _EXTENSIONS:
        raise CannotCrossError(f"a column of {name}")
    return ["ext", name, writer.many([_bare(item) for item in value.tolist()], depth)]


def _bare(item: Any) -> Any:
    return item.item() if isinstance(item, np.generic) else item


_EXTENSIONS: Final = frozenset(
    ["boolean", "string", "str", "Float32", "Float64", *(f"{sign}Int{size}" for sign in ("", "U") for size in (8, 16, 32, 64))]
)


def _read_series(reader: Reader, message: list[Json], depth: int) -> Any:
    import pandas as pd

    place = _reserve(reader)
    values, index, name = (
        _read_column(reader, message[1], depth),
        reader.many([message[2]], depth)[0],
        reader.many([message[3]], depth)[0],
    )
    return _keep(reader, place, pd.Series(values, index=index, name=name, copy=True))


def _read_frame(reader: Reader, message: list[Json], depth: int) -> Any:
    import pandas as pd

    place = _reserve(reader)
    index, columns = reader.many(message[1:3], depth)
    values = [_read_column(reader, each, depth) for each in message[3]]
    frame = pd.DataFrame(dict(enumerate(values)), index=index, columns=range(len(values)))
    frame.columns = columns
    return _keep(reader, place, frame)


def _reserve(reader: Reader) -> int | None:
    """A number for something that is made only once its parts are there."""
    before = len(reader.heap.things)
    reader.add(object())
    return before if len(reader.heap.things) > before else None


def _keep(reader: Reader, place: int | None, made: Any) -> Any:
    if place is not None:
        reader.heap.replace(place, made)
    return made


def _read_index(reader: Reader, message: list[Json], depth: int) -> Any:
    import pandas as pd

    _, kind, names, parts = message
    known = reader.many(names, depth)
    if kind == "range":
        start, stop, step = parts
        return pd.RangeIndex(start, stop, step, name=known[0])
    if kind == "multi":
        levels, codes = parts
        return pd.MultiIndex(levels=[_read_index(reader, level, depth) for level in levels], codes=codes, names=known)
    column, often = parts
    index = pd.Index(_read_column(reader, column, depth), name=known[0])
    if often is not None:
        index = type(index)(index, freq=often)
    return index


def _read_column(reader: Reader, message: list[Json], depth: int) -> Any:
    import pandas as pd

    kind, *rest = message
    if kind == "cat":
        codes, categories, ordered = rest
        return pd.Categorical.from_codes(codes, categories=pd.Index(_read_column(reader, categories, depth)), ordered=ordered)
    if kind == "tz":
        moments, unit, zone = rest
        return pd.array(np.array(moments, dtype="i8").view(f"M8[{_unit(unit)}]")).tz_localize("UTC").tz_convert(zone)
    if kind == "obj":
        return _objects(reader, rest[0], depth)
    if kind == "num":
        dtype, raw = _read_type(rest[0]), base64.b64decode(rest[1], validate=True)
        if dtype.kind == "O":
            raise BrokenMessageError("not a column")
        return np.frombuffer(raw, dtype).copy()
    if kind == "ext" and rest[0] in _EXTENSIONS:
        return pd.array(reader.many(rest[1], depth), dtype=rest[0])
    raise BrokenMessageError("not a column")


def _objects(reader: Reader, items: list[Json], depth: int) -> Any:
    made = np.empty(len(items), dtype=object)
    for place, item in enumerate(reader.many(items, depth)):
        made[place] = item
    return made


def _unit(unit: Json) -> Any:
    if unit not in ("s", "ms", "us", "ns"):
        raise BrokenMessageError("not a unit of time")
    return unit


def _read_timestamp(_reader: Reader, message: list[Json], _depth: int) -> Any:
    import pandas as pd

    moment = pd.Timestamp(message[1], unit="ns").as_unit(_unit(message[2]))
    return moment if message[3] is None else moment.tz_localize("UTC").tz_convert(message[3])


def _read_duration(_reader: Reader, message: list[Json], _depth: int) -> Any:
    import pandas as pd

    return pd.Timedelta(message[1], unit="ns").as_unit(_unit(message[2]))


def _read_absent(name: str) -> _Read:
    def read(_reader: Reader, _message: list[Json], _depth: int) -> Any:
        import pandas as pd

        return getattr(pd, name)

    return read


READERS: Final[dict[str, _Read]] = {
    "np": _read_array,
    "npo": _read_objects,
    "npn": _read_number,
    "npu": lambda _r, message, _d: np.str_(message[1]),
    "npb": lambda reader, message, depth: np.bytes_(reader.many([message[1]], depth)[0]),
    "npt": lambda _r, message, _d: _read_type(message[1]),
    "pds": _read_series,
    "pdf": _read_frame,
    "pdi": _read_index,
    "pdt": _read_timestamp,
    "pdd": _read_duration,
    "pdnat": _read_absent("NaT"),
    "pdna": _read_absent("NA"),
}


# --- changed in place ------------------------------------------------------------------------------------------------------------


def differ(a: Any, b: Any) -> bool:
    """Whether two values of one of these types differ at all."""
    if isinstance(a, np.ndarray):
        return bool(a.dtype != b.dtype or a.shape != b.shape or a.tobytes() != b.tobytes())
    return not (a.equals(b) and _labels(a) == _labels(b))


def _labels(value: Any) -> list[Any]:
    return [value.name] if value.ndim == 1 else list(value.columns)


def refill(thing: Any, new: Any) -> None:
    """Put what is in `new` into `thing`, which others know too."""
    if isinstance(thing, np.ndarray):
        if thing.dtype != new.dtype or thing.shape != new.shape:
            raise BrokenMessageError("an array became another kind of array")
        thing[...] = new
    else:
        thing._update_inplace(new)
