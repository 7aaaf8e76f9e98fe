"""The checker's end of the line to a student's process: asking, and what stands for things that stay over there.

What comes over the line are claims, and a claim may be about a value but never about a verdict. So a proxy forwards what tells
nothing of what is expected (its length, its items, its text, its number, a call that the check makes) and decides for itself
whatever a check could turn on: it compares by plain values, here. What only the student's own code could decide is `leaned` on:
the rehearsal of the teacher's solution finds that out, and such a check is not checked outside.

A thing's path says how the check came by it: `f()` is what calling `f` gave, `Stack().push` a method. In a student's run a proxy
takes arguments only where the solution, in the rehearsal, was met by a proxy too (`known`): where the solution gave a number,
nothing is handed to an object that stands there instead, for it would learn what it is measured by.
"""

from __future__ import annotations

import builtins
import importlib
import inspect
import operator
import sys
import types
from collections.abc import Callable, Iterator
from numbers import Number
from typing import Any, Final

from plnb.engine import crossing
from plnb.engine.agent import ARITHMETIC
from plnb.engine.crossing import BrokenMessageError, CannotCrossError, Heap, Json
from plnb.engine.crossing_reading import Reader
from plnb.engine.crossing_writing import PLAIN_BASES, Writer

_MOST_AT_ONCE: Final = 64  # items of an iterator
_LONGEST_PATH: Final = 200
_MOST_HANDLES: Final = 200_000


class Refused(BaseException):
    """The check cannot go on with what the student's process offers; the message says with what."""


class Hung(BaseException):
    """Raised by `exchange`: nobody answers any more."""


class Line:
    """One conversation. `exchange` sends a frame to the student's process and waits for the one that follows."""

    def __init__(self, exchange: Callable[[bytes], bytes], known: frozenset[str] | None = None) -> None:
        self._exchange = exchange
        self._known = known
        self._proxies: dict[int, Any] = {}
        self._kinds: dict[tuple[Any, ...], type] = {}
        self._own: list[Any] = []
        self._raised: list[BaseException] = []
        self.classes: dict[str, type] = {}
        """The teacher's classes by name: objects of theirs cross with all that is in them."""
        self.met: set[str] = set()
        """Paths of the things that were met as proxies."""
        self.leaned: list[str] = []
        """What only the student's process could have decided."""
        self.refused: str = ""
        """What the check could not go on with."""
        self.overruled = False
        """Whether an object that would have compared itself was compared here, by its plain value."""
        self.stale: Callable[[list[str]], None] = lambda _names: None
        """Called with names that may have changed."""
        self.input: Callable[..., Any] = builtins.input

    def start(self, known: frozenset[str] | None) -> None:
        """Begin another check. Without `known` it is a rehearsal: everything may be handed over, and is noted."""
        # Each check meets things anew, so that their paths do not depend on the checks before it.
        self._known, self._proxies, self.met, self.leaned, self.refused = known, {}, set(), [], ""
        self.overruled = False

    # --- asking ------------------------------------------------------------------------------------------------------------------

    def ask(self, what: str, *arguments: Any, path: str = "") -> Any:
        """One request and its answer. Raises what the student's code raised, or Refused for an answer that is none."""
        heap = Heap()
        writer = Writer(self._export, heap, {kind: name for name, kind in self.classes.items()})
        try:
            frame = crossing.pack([what, *[writer.write(each) for each in arguments]])
        except CannotCrossError as error:
            raise self._lean(f"hands {error} over") from None
        try:
            said = self._converse(frame)
            return self._heard(said, heap, path)
        except BrokenMessageError as error:
            raise self.refuse(f"an answer that is none ({error})") from None

    def _converse(self, frame: bytes) -> dict[str, Json]:
        said = self._besides(frame)
        while "c" in said:
            said = self._besides(crossing.pack(self._called(said)))
        return said

    def _besides(self, frame: bytes) -> dict[str, Json]:
        """Send a frame; print what was printed over there; the rest of what came."""
        said = crossing.unpack(self._exchange(frame))
        if type(said) is not dict:
            raise BrokenMessageError("no answer")
        printed = said.get("o")
        if printed is not None:
            if type(printed) is not list or [type(text) for text in printed] != [str, str]:
                raise BrokenMessageError("printed what is no text")
            for stream, text in zip((sys.stdout, sys.stderr), printed, strict=True):
                if text:
                    stream.write(text)
        names = said.get("z")
        if names is not None:
            if type(names) is not list or any(type(name) is not str for name in names):
                raise BrokenMessageError("names that are none")
            self.stale(names)
        return said

    def _heard(self, said: dict[str, Json], heap: Heap, path: str) -> Any:
        reader = Reader(lambda tag, rest: self._unfamiliar(tag, rest, path), heap, self.classes)
        sent = len(heap.things)
        for change in said.get("u", ()):
            number, contents = change
            if type(number) is not int or not 0 <= number < sent:
                raise BrokenMessageError("changed what was not there")
            reader.fill(number, contents)
        if "x" in said:
            raise self._error(said["x"])
        if "v" not in said:
            raise BrokenMessageError("no answer")
        return reader.read(said["v"])

    def _called(self, said: dict[str, Json]) -> dict[str, Json]:
        """Call a function of the check's that was handed over; what came of it."""
        number, arguments, keywords = said["c"], said.get("a"), said.get("k")
        if type(number) is not int or not 0 <= number < len(self._own):
            raise BrokenMessageError("calls what was never handed over")
        if type(arguments) is not list or type(keywords) is not dict:
            raise BrokenMessageError("calls with what are no arguments")
        reader = Reader(lambda tag, rest: self._unfamiliar(tag, rest, "~"), None, self.classes)
        positional = [reader.read(each) for each in arguments]
        named = {name: reader.read(each) for name, each in keywords.items()}
        try:
            value = self._own[number](*positional, **named)
            return {"v": Writer(self._export, None, {kind: name for name, kind in self.classes.items()}).write(value)}
        except (Refused, Hung):
            raise
        except CannotCrossError as error:
            raise self._lean(f"hands {error} over") from None
        except BaseException as error:
            self._raised.append(error)
            kind = next(each for each in type(error).__mro__ if each.__module__ == "builtins")
            return {"x": [kind.__name__, [str(error)], len(self._raised) - 1]}

    def _error(self, said: Json) -> BaseException:
        if type(said) is not dict:
            raise BrokenMessageError("an error that is none")
        origin = said.get("origin")
        if type(origin) is int and 0 <= origin < len(self._raised):
            return self._raised[origin]
        read = Reader(lambda tag, rest: self._unfamiliar(tag, rest, "!"), None, self.classes).read
        kind = read(said.get("class"))
        if not (issubclass(type(kind), type) and issubclass(kind, BaseException)):
            raise BrokenMessageError("an error of no class")
        error = _made(kind, [read(each) for each in said.get("args") or []], str(said.get("says", "")))
        error.__dict__["plnb_trace"] = str(said.get("trace", ""))
        return error

    # --- giving up ---------------------------------------------------------------------------------------------------------------

    def refuse(self, what: str) -> Refused:
        """The check cannot go on with this."""
        self.refused = self.refused or what
        return Refused(what)

    def _lean(self, what: str) -> BaseException:
        """Only the student's process could go on with this. In a student's run the check ends here."""
        self.leaned.append(what)
        return self.refuse(what)

    # --- what crosses ------------------------------------------------------------------------------------------------------------

    def _export(self, value: Any) -> Json:
        kind = type(value)
        if issubclass(kind, Proxy):
            if _inside(value).ahead:
                raise CannotCrossError("an iterator that was partly used")
            return ["h", _number_of(value)]
        if kind is _Held:
            return ["h", value.number]
        if isinstance(value, type):
            if "plnb_number" in vars(value):
                return ["h", vars(value)["plnb_number"]]
            return ["oc", value.__name__] if self.classes.get(value.__name__) is value else _by_name(value)
        if kind is types.ModuleType:
            return ["m", value.__name__]
        if kind in (types.BuiltinFunctionType, types.FunctionType) or kind.__name__ == "ufunc":
            try:
                return _by_name(value)
            except CannotCrossError:
                return ["own", self._keep(value)]
        if isinstance(value, Iterator) and kind.__module__ in ("builtins", "itertools"):
            return ["each", self._keep(lambda: [item for _, item in zip(range(1), value, strict=False)])]
        if callable(value):
            return ["own", self._keep(value)]
        raise CannotCrossError(f"an object of type {kind.__name__}")

    def _keep(self, value: Any) -> int:
        self._own.append(value)
        return len(self._own) - 1

    def call_it(self, value: Any, name: str) -> None:
        """A thing that was read under a name is on the path of that name."""
        if issubclass(type(value), Proxy):
            self.met.discard("=")
            self.met.add(name)
            _inside(value).path = name

    def own(self, value: Callable[..., Any]) -> Any:
        """Something that crosses as a function of the check's."""
        return _Function(value)

    def _unfamiliar(self, tag: str, rest: list[Json], path: str) -> Any:
        (number,) = rest
        if tag == "h" and type(number) is int and 0 <= number < _MOST_HANDLES:
            if number not in self._proxies:
                self._proxies[number] = self._proxy(number, path[:_LONGEST_PATH])
            return self._proxies[number]
        if tag == "own" and type(number) is int and 0 <= number < len(self._own):
            return self._own[number]
        if tag == "oc" and type(number) is str:
            return self.classes[number]
        raise BrokenMessageError("a tag that is none")

    def _proxy(self, number: int, path: str) -> Any:
        about = self.ask("about", _Held(number))
        if type(about) is not dict or type(about.get("name")) is not str:
            raise BrokenMessageError("a description that is none")
        if about.get("kind") == "class":
            base = getattr(builtins, str(about.get("raises")), None) if about.get("raises") else None
            if isinstance(base, type) and issubclass(base, BaseException):
                return type(about["name"], (base,), {"plnb_number": number, "__module__": "__main__"})
        self.met.add(path)
        made: Any = object.__new__(self._kind(about))
        object.__setattr__(made, "_plnb", _Inside(self, number, path, about))
        return made

    def _kind(self, about: dict[str, Any]) -> type:
        can, judges = (tuple(each for each in about.get(key) or () if type(each) is str) for key in ("can", "judges"))
        sort = about.get("kind")
        key = (about["name"], sort, about.get("plain"), can, judges)
        if key not in self._kinds:
            base = ClassProxy if sort == "class" else Proxy
            members = {name: _CAN[name] for name in can if name in _CAN}
            if "__iter__" in can or "__contains__" in judges:
                members["__contains__"] = _contains
            if sort == "class":
                members["__call__"] = _call
            self._kinds[key] = type(about["name"], (base,), {"__slots__": (), **members})
        return self._kinds[key]

    def may_hand_over(self, path: str) -> bool:
        """Whether something at `path` may be given arguments."""
        return self._known is None or path in self._known or (path.rpartition(".")[0] or "~") in self._known


class _Held:
    """Names a thing over there before there is a proxy for it."""

    def __init__(self, number: int) -> None:
        self.number = number


class _Function:
    """A function of the check's, to be handed over as one whatever else it is."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return self._call(*arguments, **keywords)


class _Inside:
    """What a proxy knows."""

    __slots__ = ("about", "ahead", "line", "number", "path", "worth")

    def __init__(self, line: Line, number: int, path: str, about: dict[str, Any]) -> None:
        self.line, self.number, self.path, self.about = line, number, path, about
        self.worth: Any = None
        self.ahead: list[Any] = []


def _inside(proxy: Any) -> _Inside:
    inside: _Inside = object.__getattribute__(proxy, "_plnb")
    return inside


def _number_of(proxy: Any) -> int:
    return _inside(proxy).number


def _do(proxy: Any, what: str, *arguments: Any, step: str) -> Any:
    inside = _inside(proxy)
    return inside.line.ask("do", what, proxy, *arguments, path=inside.path + step)


def _made(kind: type[BaseException], arguments: list[Any], says: str) -> BaseException:
    """An error as it was raised over there, as near as can be."""
    try:
        return kind(*arguments)
    except Exception:
        try:
            return kind(says)
        except Exception:
            return Exception(says)


def _by_name(value: Any) -> Json:
    """How to name a library's own class or function. Raises CannotCrossError for those of the check."""
    module, name = getattr(value, "__module__", None) or "", getattr(value, "__qualname__", None) or value.__name__
    if type(value).__name__ == "ufunc":
        module = "numpy"
    if module != "__main__" and "<" not in name:
        try:
            if operator.attrgetter(name)(importlib.import_module(module)) is value:
                return ["g", module, name]
        except (ImportError, AttributeError, ValueError):
            pass
    raise CannotCrossError(f"the check's own {name}")


# --- proxies ---------------------------------------------------------------------------------------------------------------------


class Proxy:
    """Stands for a thing in a student's process. Subclasses can what their thing can."""

    __slots__ = ("_plnb",)

    def __getattribute__(self, name: str) -> Any:
        inside = _inside(self)
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
        return hash(_worth(self)) if _inside(self).about.get("plain") else _number_of(self)

    def __bool__(self) -> bool:
        inside = _inside(self)
        if inside.about.get("plain"):
            return bool(_worth(self))
        if "__bool__" in inside.about.get("judges", ()):
            return inside.line.ask("do", "truth", self) is True
        return len(self) > 0 if "__len__" in inside.about.get("can", ()) else True

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise _inside(self).line._lean(f"copies an object of the student's class {_inside(self).about['name']}")

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
        raise _inside(self).line._lean(f"asks whether something is a {_inside(self).about['name']}")

    def __subclasscheck__(self, kind: type) -> bool:
        raise _inside(self).line._lean(f"asks whether something is a {_inside(self).about['name']}")


_NOT_FORWARDED: Final = frozenset(
    {"__slots__", "_plnb", "__reduce_ex__", "__reduce__", "__getstate__", "__instancecheck__", "__subclasscheck__"}
)


def _class_shown(about: dict[str, Any]) -> type | None:
    shown: dict[Any, type] = {"function": types.FunctionType, "method": types.MethodType, "module": types.ModuleType, "class": type}
    return shown.get(about.get("kind")) or next((base for base in PLAIN_BASES if base.__name__ == about.get("plain")), None)


def _signature(proxy: Any) -> inspect.Signature:
    parameters = _inside(proxy).line.ask("signature", proxy)
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
            return f"<{_inside(value).about['name']}>"
        value = worth
    if "IPython.lib.pretty" in sys.modules:
        text: str = sys.modules["IPython.lib.pretty"].pretty(value)
        return text
    return repr(value)


# --- comparing, here -------------------------------------------------------------------------------------------------------------


def _worth(proxy: Any) -> Any:
    """The plain value a thing is made of, or its number. Asked once for what cannot change."""
    inside = _inside(proxy)
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
    about = _inside(thing).about
    return _worth(thing) if about.get("plain") or "__float__" in about.get("can", ()) else thing


def _compared(proxy: Any, other: Any, compare: Callable[[Any, Any], Any]) -> Any:
    inside = _inside(proxy)
    both = _plain(other) if issubclass(type(other), Proxy) else other
    if inside.about.get("plain") or ("__float__" in inside.about.get("can", ()) and _is_number(both)):
        inside.line.overruled |= bool(inside.about.get("judges"))
        return compare(_worth(proxy), both)
    name = f"__{compare.__name__}__"
    same = issubclass(type(other), Proxy) and _number_of(other) == inside.number
    if name in inside.about.get("judges", ()) or (
        issubclass(type(other), Proxy) and name in _inside(other).about.get("judges", ())
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
    inside = _inside(proxy)
    if (arguments or keywords) and not inside.line.may_hand_over(inside.path):
        raise inside.line.refuse(f"an object of type {inside.about['name']}")
    asked = inside.line.own(builtins.input) if builtins.input is not inside.line.input else None
    return inside.line.ask("call", proxy, arguments, keywords, asked, path=f"{inside.path}()")


def _arithmetic(name: str, *, reflected: bool) -> Callable[[Any, Any], Any]:
    here = getattr(operator, f"{name}_" if name in ("and", "or") else name)

    def do(proxy: Any, other: Any) -> Any:
        inside = _inside(proxy)
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
        return make(_worth(proxy), *arguments) if _inside(proxy).about.get("plain") else _do(proxy, what, *arguments, step="?")

    return convert


def _item(proxy: Any, key: Any) -> Any:
    """An item; of the plain value inside, where the solution had no object that might see the key."""
    inside = _inside(proxy)
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
    inside = _inside(proxy)
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
        inside = _inside(self._iterator)
        if not inside.ahead:
            inside.ahead = _take(self._iterator, self._most)
            self._most = min(2 * self._most, _MOST_AT_ONCE)
        return inside.ahead.pop()


def _next(proxy: Any) -> Any:
    inside = _inside(proxy)
    if not inside.ahead:
        inside.ahead = _take(proxy, 1)
    return inside.ahead.pop()


def _take(proxy: Any, most: int) -> list[Any]:
    """The next items, last first. Raises StopIteration where there are none."""
    inside = _inside(proxy)
    answer = inside.line.ask("take", proxy, most, path=f"{inside.path}*")
    if type(answer) is not tuple or len(answer) != 2 or type(answer[0]) is not list or not (answer[0] or answer[1] is True):
        raise inside.line.refuse("items that are none")
    if not answer[0]:
        raise StopIteration
    return answer[0][::-1]


def _contains(proxy: Any, item: Any) -> bool:
    inside = _inside(proxy)
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
