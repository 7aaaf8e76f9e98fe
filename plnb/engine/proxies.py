"""What stands in a checker for things that stay in the student's process.

What comes over the line are claims, and a claim may be about a value but never about a verdict. So a proxy forwards what tells
nothing of what is expected (its length, its items, its text, its number, a call that the check makes) and decides for itself
whatever a check could turn on: it compares by plain values, here. What only the student's own code could decide is `leaned` on:
the rehearsal of the teacher's solution finds that out, and such a check is not checked outside.
"""

from __future__ import annotations

import builtins
import inspect
import operator
import sys
import types
from collections.abc import Callable, Iterator
from numbers import Number
from typing import TYPE_CHECKING, Any, Final

from plnb.engine.crossing_writing import PLAIN_BASES
from plnb.engine.operations import ARITHMETIC

if TYPE_CHECKING:
    from plnb.engine.line import Line

_MOST_AT_ONCE: Final = 64  # items of an iterator


class _Inside:
    """What a proxy knows."""

    __slots__ = ("about", "ahead", "line", "number", "path", "worth")

    def __init__(self, line: Line, number: int, path: str, about: dict[str, Any]) -> None:
        self.line, self.number, self.path, self.about = line, number, path, about
        self.worth: Any = None
        self.ahead: list[Any] = []


def inside_of(proxy: Any) -> _Inside:
    """What a proxy knows."""
    inside: _Inside = object.__getattribute__(proxy, "_plnb")
    return inside


def number_of(proxy: Any) -> int:
    """The number of the thing it stands for."""
    return inside_of(proxy).number


def _do(proxy: Any, what: str, *arguments: Any, step: str) -> Any:
    inside = inside_of(proxy)
    return inside.line.ask("do", what, proxy, *arguments, path=inside.path + step)


def make_proxy(line: Line, number: int, path: str, about: dict[str, Any], kinds: dict[tuple[Any, ...], type]) -> Any:
    """A proxy for the thing with that number; `kinds` are the classes made so far."""
    can, judges = (tuple(each for each in about.get(key) or () if type(each) is str) for key in ("can", "judges"))
    sort = about.get("kind")
    key = (about["name"], sort, about.get("plain"), can, judges)
    if key not in kinds:
        base = ClassProxy if sort == "class" else Proxy
        members = {name: _CAN[name] for name in can if name in _CAN}
        if "__iter__" in can or "__contains__" in judges:
            members["__contains__"] = _contains
        if sort == "class":
            members["__call__"] = _call
        kinds[key] = type(about["name"], (base,), {"__slots__": (), **members})
    made: Any = object.__new__(kinds[key])
    object.__setattr__(made, "_plnb", _Inside(line, number, path, about))
    return made


# --- proxies ---------------------------------------------------------------------------------------------------------------------


class Proxy:
    """Stands for a thing in a student's process. Subclasses can what their thing can."""

    __slots__ = ("_plnb",)

    def __getattribute__(self, name: str) -> Any:
        inside = inside_of(self)
        if name == "__class__":
            return _class_shown(inside.about) or type(self)
        if name == "__signature__" and "__call__" in dir(type(self)):
            return _signature(self)
        if name in _NOT_FORWARDED:
            return object.__getattribute__(self, name)
        return _do(self, "getattr", name, step=f".{name}")

    def __setattr__(self, name: str, value: Any) -> None:
        _do(self, "setattr", name, value, step="")

    def __delattr__(self, name: str) -> None:
        _do(self, "delattr", name, step="")

    def __dir__(self) -> Any:
        return _do(self, "dir", step="?")

    def __str__(self) -> str:
        text: str = _do(self, "str", step="?")
        return text

    def __repr__(self) -> str:
        text: str = _do(self, "repr", step="?")
        return text

    def __format__(self, spec: str) -> str:
        text: str = _do(self, "format", spec, step="?")
        return text

    def __hash__(self) -> int:
        return hash(_worth(self)) if inside_of(self).about.get("plain") else number_of(self)

    def __bool__(self) -> bool:
        inside = inside_of(self)
        if inside.about.get("plain"):
            return bool(_worth(self))
        if "__bool__" in inside.about.get("judges", ()):
            return inside.line.ask("do", "truth", self) is True
        return len(self) > 0 if "__len__" in inside.about.get("can", ()) else True

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise inside_of(self).line.lean(f"copies an object of the student's class {inside_of(self).about['name']}")

    def __eq__(self, other: object) -> Any:
        return _compared(self, other, operator.eq)

    def __ne__(self, other: object) -> Any:
        return _compared(self, other, operator.ne)

    def __lt__(self, other: object) -> Any:
        return _compared(self, other, operator.lt)

    def __le__(self, other: object) -> Any:
        return _compared(self, other, operator.le)

    def __gt__(self, other: object) -> Any:
        return _compared(self, other, operator.gt)

    def __ge__(self, other: object) -> Any:
        return _compared(self, other, operator.ge)


class ClassProxy(Proxy):
    """Stands for a class of the student's."""

    __slots__ = ()

    def __instancecheck__(self, thing: object) -> bool:
        raise inside_of(self).line.lean(f"asks whether something is a {inside_of(self).about['name']}")

    def __subclasscheck__(self, kind: type) -> bool:
        raise inside_of(self).line.lean(f"asks whether something is a {inside_of(self).about['name']}")


_NOT_FORWARDED: Final = frozenset(
    {"__slots__", "_plnb", "__reduce_ex__", "__reduce__", "__getstate__", "__instancecheck__", "__subclasscheck__"}
)


def _class_shown(about: dict[str, Any]) -> type | None:
    shown: dict[Any, type] = {"function": types.FunctionType, "method": types.MethodType, "module": types.ModuleType, "class": type}
    return shown.get(about.get("kind")) or next((base for base in PLAIN_BASES if base.__name__ == about.get("plain")), None)


def _signature(proxy: Any) -> inspect.Signature:
    parameters = inside_of(proxy).line.ask("signature", proxy)
    empty = inspect.Parameter.empty
    return inspect.Signature(
        [
            inspect.Parameter(name, inspect._ParameterKind[kind], default=default[0] if default else empty)
            for name, kind, default in parameters
        ]
    )


def shown(value: Any) -> str:
    """A value as a notebook shows it. What a thing of the student's says of itself is no number a score could be read from."""
    if issubclass(type(value), Proxy):
        worth = _plain(value)
        if issubclass(type(worth), Proxy):
            return f"<{inside_of(value).about['name']}>"
        value = worth
    if "IPython.lib.pretty" in sys.modules:
        text: str = sys.modules["IPython.lib.pretty"].pretty(value)
        return text
    return repr(value)


# --- comparing, here -------------------------------------------------------------------------------------------------------------


def _worth(proxy: Any) -> Any:
    """The plain value a thing is made of, or its number. Asked once for what cannot change."""
    inside = inside_of(proxy)
    if inside.worth is None:
        plain = inside.about.get("plain")
        value = inside.line.ask("do", "plain" if plain else "float", proxy, path=inside.path)
        if issubclass(type(value), Proxy):
            raise inside.line.refuse("something that is no plain value")
        if plain in ("list", "dict", "set", "bytearray"):
            return value
        inside.worth = value
    return inside.worth


def _plain(thing: Any) -> Any:
    """What a thing is worth where that can be said."""
    if not issubclass(type(thing), Proxy):
        return thing
    about = inside_of(thing).about
    return _worth(thing) if about.get("plain") or "__float__" in about.get("can", ()) else thing


def _compared(proxy: Any, other: Any, compare: Callable[[Any, Any], Any]) -> Any:
    inside = inside_of(proxy)
    both = _plain(other) if issubclass(type(other), Proxy) else other
    if inside.about.get("plain") or ("__float__" in inside.about.get("can", ()) and _is_number(both)):
        inside.line.overruled |= bool(inside.about.get("judges"))
        return compare(_worth(proxy), both)
    name = f"__{compare.__name__}__"
    same = issubclass(type(other), Proxy) and number_of(other) == inside.number
    if name in inside.about.get("judges", ()) or (
        issubclass(type(other), Proxy) and name in inside_of(other).about.get("judges", ())
    ):
        inside.line.leaned.append(f"compares objects of the student's class {inside.about['name']}")
    if compare is operator.eq:
        return same
    if compare is operator.ne:
        return not same
    return NotImplemented


def _is_number(value: Any) -> bool:
    return isinstance(value, Number) or type(value).__module__ == "numpy"


# --- what things can -------------------------------------------------------------------------------------------------------------


def _call(proxy: Any, /, *arguments: Any, **keywords: Any) -> Any:
    inside = inside_of(proxy)
    if (arguments or keywords) and not inside.line.may_hand_over(inside.path):
        raise inside.line.refuse(f"an object of type {inside.about['name']}")
    asked = inside.line.own(builtins.input) if builtins.input is not inside.line.input else None
    return inside.line.ask("call", proxy, arguments, keywords, asked, path=f"{inside.path}()")


def _arithmetic(name: str, *, reflected: bool) -> Callable[[Any, Any], Any]:
    here = getattr(operator, f"{name}_" if name in ("and", "or") else name)

    def do(proxy: Any, other: Any) -> Any:
        inside = inside_of(proxy)
        mine, theirs = _plain(proxy), _plain(other)
        if not issubclass(type(mine), Proxy) and not issubclass(type(theirs), Proxy):
            return here(theirs, mine) if reflected else here(mine, theirs)
        outside = not issubclass(type(other), Proxy)
        if outside and not inside.line.may_hand_over(inside.path):
            raise inside.line.refuse(f"an object of type {inside.about['name']}")
        pair = (other, proxy) if reflected else (proxy, other)
        value = inside.line.ask("do", name, *pair, path=f"{inside.path}+")
        if outside and not issubclass(type(value), Proxy):
            inside.line.leaned.append(f"lets the student's class {inside.about['name']} calculate with a value of the check's")
        return value

    return do


def _forward(what: str, step: str = "?") -> Callable[..., Any]:
    return lambda proxy, *arguments: _do(proxy, what, *arguments, step=step)


def _number(what: str, make: Callable[[Any], Any]) -> Callable[..., Any]:
    """A conversion: of the plain value, where there is one."""

    def convert(proxy: Any, *arguments: Any) -> Any:
        return make(_worth(proxy), *arguments) if inside_of(proxy).about.get("plain") else _do(proxy, what, *arguments, step="?")

    return convert


def _item(proxy: Any, key: Any) -> Any:
    """An item; of the plain value inside, where the solution had no object that might see the key."""
    inside = inside_of(proxy)
    if inside.about.get("plain") and not inside.line.may_hand_over(inside.path):
        return _worth(proxy)[key]
    return _do(proxy, "getitem", key, step="[]")


def _unary(what: str, here: Callable[..., Any]) -> Callable[..., Any]:
    """A sign before a thing: on what it is worth, where that can be said."""

    def do(proxy: Any, *digits: Any) -> Any:
        value = _plain(proxy)
        return _do(proxy, what, *digits, step="+") if issubclass(type(value), Proxy) else here(value, *digits)

    return do


def _each(proxy: Any) -> Iterator[Any]:
    """Iterate over a thing."""
    inside = inside_of(proxy)
    if inside.about.get("plain"):
        return iter(_worth(proxy))
    iterator = proxy if "__next__" in inside.about.get("can", ()) else _do(proxy, "iter", step="*")
    return _Items(iterator) if issubclass(type(iterator), Proxy) else iter(iterator)


class _Items:
    """The items of an iterator over there, fetched several at a time. What was not used waits for whoever goes on with it here."""

    def __init__(self, iterator: Any) -> None:
        self._iterator = iterator
        self._most = 1

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        inside = inside_of(self._iterator)
        if not inside.ahead:
            inside.ahead = _take(self._iterator, self._most)
            self._most = min(2 * self._most, _MOST_AT_ONCE)
        return inside.ahead.pop()


def _next(proxy: Any) -> Any:
    inside = inside_of(proxy)
    if not inside.ahead:
        inside.ahead = _take(proxy, 1)
    return inside.ahead.pop()


def _take(proxy: Any, most: int) -> list[Any]:
    """The next items, last first. Raises StopIteration where there are none."""
    inside = inside_of(proxy)
    answer = inside.line.ask("take", proxy, most, path=f"{inside.path}*")
    if type(answer) is not tuple or len(answer) != 2 or type(answer[0]) is not list or not (answer[0] or answer[1] is True):
        raise inside.line.refuse("items that are none")
    if not answer[0]:
        raise StopIteration
    return answer[0][::-1]


def _contains(proxy: Any, item: Any) -> bool:
    inside = inside_of(proxy)
    if inside.about.get("plain"):
        return item in _worth(proxy)
    if "__contains__" in inside.about.get("judges", ()):
        inside.line.leaned.append(f"asks an object of the student's class {inside.about['name']} what is in it")
    return any(each is item or each == item for each in _each(proxy))


_CAN: Final[dict[str, Any]] = {
    "__call__": _call,
    "__len__": _number("len", len),
    "__iter__": _each,
    "__next__": _next,
    "__reversed__": _forward("reversed", "*"),
    "__getitem__": _item,
    "__setitem__": _forward("setitem"),
    "__delitem__": _forward("delitem"),
    "__enter__": _forward("enter", "^"),
    "__exit__": lambda proxy, *error: _do(proxy, "exit", *[None] * 3, step="?") if error[0] is None else False,
    "__float__": _number("float", float),
    "__int__": _number("int", int),
    "__complex__": _number("complex", complex),
    "__index__": _number("index", operator.index),
    "__bytes__": _number("bytes", bytes),
    "__round__": _unary("round", round),
    "__abs__": _unary("abs", abs),
    "__neg__": _unary("neg", operator.neg),
    "__pos__": _unary("pos", operator.pos),
    "__invert__": _unary("invert", operator.invert),
    **{f"__{name}__": _arithmetic(name, reflected=False) for name in ARITHMETIC},
    **{f"__r{name}__": _arithmetic(name, reflected=True) for name in ARITHMETIC},
}
