"""What crosses: exact types, names for containers, limits; and nothing but one error for bytes from anybody."""

from __future__ import annotations

import contextlib
import json
import math
from collections import Counter, OrderedDict, defaultdict, deque
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plnb.engine.crossing import BrokenMessageError, CannotCrossError, Heap, Json, pack, unpack
from plnb.engine.crossing_reading import Reader
from plnb.engine.crossing_writing import Writer, plain_inside


def _stays(value: Any) -> Json:
    raise CannotCrossError(type(value).__name__)


def _unknown(tag: str, rest: list[Json]) -> Any:
    raise BrokenMessageError(str(tag))


def over(value: Any, classes: dict[type, str] | None = None) -> Any:
    """There, as bytes, and read."""
    known = classes or {}
    message = unpack(pack(Writer(_stays, None, known).write(value)))
    return Reader(_unknown, None, {name: kind for kind, name in known.items()}).read(message)


def same(a: Any, b: Any) -> bool:
    """Equal, of the same type, all the way down."""
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return (math.isnan(a) and math.isnan(b)) or (a == b and math.copysign(1, a) == math.copysign(1, b))
    if isinstance(a, complex):
        return same(a.real, b.real) and same(a.imag, b.imag)
    if isinstance(a, list | tuple | deque):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return same(list(a), list(b)) and same(list(a.values()), list(b.values()))
    return bool(a == b)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**30, max_value=10**2000)
    | st.floats()
    | st.complex_numbers()
    | st.text()
    | st.binary()
    | st.decimals(allow_nan=False, places=3)
    | st.fractions()
    | st.datetimes()
    | st.dates()
    | st.times()
    | st.timedeltas()
)
KEYS = st.booleans() | st.integers() | st.text() | st.binary() | st.tuples(st.integers(), st.text())
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.sets(KEYS, max_size=4)
        | st.frozensets(KEYS, max_size=4)
    ),
    max_leaves=20,
)


@given(VALUES)
@settings(max_examples=200, deadline=None)
def test_plain_data_arrives_as_it_left_with_its_exact_types(value: Any) -> None:
    assert same(over(value), value)


def test_the_types_of_the_standard_library_arrive() -> None:
    values = [
        range(3, 9, 2), slice(1, None), ..., NotImplemented, bytearray(b"x"), Counter("aab"), OrderedDict(b=1, a=2),
        deque([1, 2], 3), datetime(2025, 1, 1, tzinfo=UTC), date(2025, 1, 1), time(10, 5), timedelta(1), Decimal("1.10"),
        Fraction(1, 3), int, ValueError, len, -0.0, float("-inf"), 2**70, "a\ud800",
    ]  # fmt: skip
    for value in values:
        assert same(over(value), value), value
    nan = over(float("nan"))
    assert nan != nan
    filled = over(defaultdict(list, {"a": [1]}))
    assert filled["new"] == []
    assert type(filled) is defaultdict
    keys = over({"a": 1}.keys())
    assert type(keys) is type({}.keys())
    assert list(keys) == ["a"]


def test_one_list_under_two_names_is_one_list_over_there() -> None:
    row = [0, 0]
    grid = over([row, row, [0, 0]])
    grid[0][0] = 1
    assert grid == [[1, 0], [1, 0], [0, 0]]
    loop: list[Any] = []
    loop.append(loop)
    there = over(loop)
    assert there[0] is there


def test_what_a_call_does_to_its_arguments_comes_back() -> None:
    here, there = Heap(), Heap()
    rows: list[Any] = [[1], {"a": 2}]
    arrived = Reader(_unknown, there).read(unpack(pack(Writer(_stays, here).write(rows))))
    arrived[0].append([5])
    arrived.reverse()
    writer = Writer(_stays, there)
    changes = [(n, writer.contents(there.things[n])) for n in range(2)]
    answer = writer.write(arrived)
    reader, inner = Reader(_unknown, here), rows[0]
    for number, contents in changes:
        reader.fill(number, contents)
    assert rows == [{"a": 2}, [1, [5]]]
    assert rows[1] is inner
    assert reader.read(answer) is rows


class Colour(Enum):
    red = "r"


class Point(NamedTuple):
    x: int
    y: int


class Account:
    def __init__(self, balance: int) -> None:
        self.balance = balance

    def owns(self) -> bool:
        return False


OWN: dict[type, str] = {Colour: "Colour", Point: "Point", Account: "Account"}


def test_objects_of_classes_that_both_sides_have_cross_with_all_that_is_in_them() -> None:
    assert over(Colour.red, OWN) is Colour.red
    assert same(over([Point(1, 2)], OWN), [Point(1, 2)])
    account = over(Account(7), OWN)
    assert type(account) is Account
    assert account.balance == 7
    with pytest.raises(CannotCrossError):
        over(Account(7))


def test_an_attribute_cannot_take_a_methods_place() -> None:
    message = ["oo", "Account", ["balance", "owns"], [1, True]]
    with pytest.raises(BrokenMessageError, match="method"):
        Reader(_unknown, None, {"Account": Account}).read(message)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6).reshape(2, 3), np.array([1.5, np.nan]), np.array(["a", "bb"]), np.zeros((0, 3)), np.array(5), np.array([True]),
        np.array(["2020-01-01"], "M8[D]"), np.array([1 + 2j]), np.arange(4)[::-2],
    ],
)  # fmt: skip
def test_arrays_arrive_byte_by_byte(array: Any) -> None:
    there = over(array)
    assert (there.dtype, there.shape, there.tobytes()) == (array.dtype, array.shape, array.tobytes())


@pytest.mark.parametrize(
    "number",
    [
        np.float64(1.5),
        np.int32(3),
        np.bool_(True),
        np.float32(0.1),
        np.str_(""),
        np.bytes_(b"x"),
        np.datetime64("2020-01-01"),
        np.uint8(7),
    ],
)
def test_numbers_of_numpys_keep_their_types(number: Any) -> None:
    assert type(over(number)) is type(number)
    assert over(number) == number


DAYS = pd.date_range("2020-01-01", periods=3, freq="D")


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [1, 2, 3], "b": ["x", None, "z"], "c": [1.0, np.nan, 3]}),
        pd.DataFrame(),
        pd.DataFrame({"t": DAYS}, index=DAYS),
        pd.DataFrame({"zone": DAYS.tz_localize("Europe/Berlin")}),
        pd.DataFrame({"c": pd.Categorical(["a", "b", "a"])}),
        pd.DataFrame({"i": pd.array([1, None], dtype="Int64"), "s": pd.array(["a", None], dtype="string")}),
        pd.DataFrame({"x": [1, 2, 3, 4], "g": list("abab")}).groupby("g").agg(["sum", "mean"]),
        pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"]),
    ],
)
def test_tables_arrive_column_by_column(frame: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(over(frame), frame)


def test_series_and_moments_arrive() -> None:
    series = pd.Series([1.0, 2.0], index=pd.Index([3, 4], name="k"), name="v")
    pd.testing.assert_series_equal(over(series), series)
    for value in (pd.Timestamp("2020-05-01", tz="Europe/Berlin"), pd.Timedelta("1D"), pd.Timestamp("2020-01-01 10:00")):
        assert over(value) == value
        assert type(over(value)) is type(value)
    assert over(pd.NA) is pd.NA
    assert over(pd.NaT) is pd.NaT


def test_what_is_too_large_or_too_deep_has_no_way_over() -> None:
    deep: list[Any] = []
    for _ in range(100):
        deep = [deep]
    for value in (deep, [0] * 600_000, 1 << 500_000):
        with pytest.raises(CannotCrossError):
            over(value)
    with pytest.raises(CannotCrossError):
        pack("x" * (9 << 20))


class Liar(int):
    def __pos__(self) -> int:
        return 9

    __int__ = __index__ = __add__ = __pos__  # type: ignore[assignment]


class Mumbler(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "lie"

    def __iter__(self) -> Any:
        return iter("lie")


def test_the_plain_value_inside_is_not_asked_of_its_class() -> None:
    assert same(plain_inside(Liar(3)), 3)
    assert same(plain_inside(Mumbler("true")), "true")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=25,
)
TAGS = st.sampled_from(
    [
        "@",
        "i",
        "l",
        "t",
        "f",
        "s",
        "d",
        "do",
        "dc",
        "dd",
        "dq",
        "vk",
        "vi",
        "b",
        "B",
        "c",
        "r",
        "sl",
        "fr",
        "de",
        "dt",
        "da",
        "ti",
        "td",
        "ty",
        "bi",
        "oo",
        "oe",
        "ot",
        "np",
        "npo",
        "npn",
        "npt",
        "npu",
        "npb",
        "pds",
        "pdf",
        "pdi",
        "pdt",
        "pdd",
        "h",
        "own",
        "zz",
    ]
)


@given(st.lists(TAGS.flatmap(lambda tag: st.lists(JSON, max_size=5).map(lambda rest: [tag, *rest])), max_size=4))
@settings(max_examples=400, deadline=None)
def test_a_message_from_anybody_is_read_or_refused_and_nothing_else(parts: list[Json]) -> None:
    for message in (*parts, ["l", *parts], ["d", parts, parts]):
        with contextlib.suppress(BrokenMessageError):
            Reader(_unknown, None, {"Account": Account, "Colour": Colour, "Point": Point}).read(message)


@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
@settings(max_examples=200, deadline=None)
def test_bytes_from_anybody_are_a_message_or_refused(raw: bytes) -> None:
    with contextlib.suppress(BrokenMessageError):
        unpack(raw)


def test_bombs_are_refused() -> None:
    for raw in (b"[" * 100_000, b"9" * 100_000, b'["i","0x' + b"f" * 200_000 + b'"]', b'["np","<f8",[1000000000],""]'):
        with pytest.raises(BrokenMessageError):
            Reader(_unknown).read(unpack(raw))
