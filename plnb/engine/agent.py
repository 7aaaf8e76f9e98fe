"""The checker's agent in a student's process: reads and changes names, calls what is called, and says what came of it.

It runs where a student's code runs, so nothing it says is worth more than that code's word; what it must do is serve honest work
faithfully. What is no plain data stays here: it gets a number, and the other side holds a proxy (`plnb.engine.proxies`). It never
compares or judges anything: there is no request for that.

A request is a list, `[what, …]`. Its answer is `{"v": value}` or `{"x": error}`, besides what was printed (`o`), what became of
containers among the arguments (`u`) and which names may have changed since they were read (`z`). `{"c": …}` is no answer but calls
one of the checker's functions; `{"v": …}` or `{"x": …}` comes back, after further requests perhaps.
"""

from __future__ import annotations

import builtins
import importlib
import inspect
import io
import operator
import sys
import traceback
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, Final

from plnb.engine import crossing, operations
from plnb.engine.crossing import BrokenMessageError, CannotCrossError, Heap, Json
from plnb.engine.crossing_reading import Reader
from plnb.engine.crossing_writing import PLAIN_BASES, Writer

_MOST_PRINTED: Final = 100_000  # characters that one request may print
_MOST_TRACE: Final = 4_000  # characters of where an error came up


class Abandoned(BaseException):
    """Raised by `exchange`: whoever asked will not go on with it. Passes through `Agent.answer`."""


class Agent:
    """One for each process. `names` is the student's namespace; `exchange` sends a frame and waits for the one that follows."""

    def __init__(self, names: dict[str, Any], exchange: Callable[[bytes], bytes]) -> None:
        self._names = names
        self._exchange = exchange
        self._held: list[Any] = []
        self._number: dict[int, int] = {}
        self._told: dict[str, Any] = {}
        self._classes: dict[type, str] = {}
        self._printed = _Printed()

    def answer(self, frame: bytes) -> bytes:
        """Answer one request. Raises nothing but `Abandoned`."""
        outer, self._printed = self._printed, _Printed()
        try:
            with self._printed.kept():
                return self._answer(*crossing.unpack(frame))
        except Abandoned:
            raise
        except BaseException as error:
            return crossing.pack({"x": self._error(error), **self._besides()})
        finally:
            self._printed = outer

    def _answer(self, what: str, *rest: Json) -> bytes:
        heap = Heap()
        reader = self._reader(heap)
        arguments = [reader.read(each) for each in rest]
        before = [_snapshot(thing) for thing in heap.things]
        said: dict[str, Json] = {}
        try:
            value = _REQUESTS[what](self, *arguments)
        except Abandoned:
            raise
        except BaseException as error:
            said["x"] = self._error(error)
        writer = self._writer(heap)
        changed = [number for number, was in enumerate(before) if _has_changed(heap.things[number], was)]
        if changed:
            said["u"] = [[number, writer.contents(heap.things[number])] for number in changed]
        said.update(self._besides())
        if "x" in said:
            return crossing.pack(said)
        known = len(heap.things)
        try:
            return crossing.pack({"v": writer.write(value), **said})
        except (CannotCrossError, RecursionError):
            heap.back_to(known)
            return crossing.pack({"v": self._hold(value), **said})

    def _besides(self) -> dict[str, Json]:
        """What is said with every answer: printed text, and names that may have changed."""
        printed, stale = self._printed.taken(), self._stale()
        return {**({"o": printed} if printed else {}), **({"z": stale} if stale else {})}

    # --- requests ----------------------------------------------------------------------------------------------------------------

    def names(self, names: list[str]) -> list[tuple[str, Any]]:
        """Those of the names that there are, with their values."""
        # A check begins with reading names, and Python says a warning once a line: each cell says it anew, as in Jupyter.
        self._names.pop("__warningregistry__", None)
        found = [(name, self._names[name]) for name in names if name in self._names]
        self._told.update(found)
        return found

    def set_name(self, name: str, value: Any) -> None:
        """`name = value`."""
        self._names[name] = value

    def delete_name(self, name: str) -> None:
        """`del name`."""
        try:
            del self._names[name]
        except KeyError:
            raise NameError(f"name {name!r} is not defined") from None

    def call(
        self, target: Callable[..., Any], arguments: list[Any], keywords: dict[str, Any], asks: Callable[..., Any] | None
    ) -> Any:
        """`target(*arguments, **keywords)`; `asks` stands for `input` meanwhile."""
        with nullcontext() if asks is None else _input(asks):
            return target(*arguments, **keywords)

    def do(self, what: str, *arguments: Any) -> Any:
        """One of Python's own operations."""
        return operations.DO[what](*arguments)

    def take(self, iterator: Iterator[Any], most: int) -> tuple[list[Any], bool]:
        """The next items, and whether there are no more."""
        found: list[Any] = []
        for _ in range(most):
            try:
                found.append(next(iterator))
            except StopIteration:
                return found, True
        return found, False

    def about(self, thing: Any) -> dict[str, Any]:
        """What kind of thing it is: as much as a proxy needs to behave like it."""
        kind = type(thing)
        described: dict[str, Any] = {"kind": "object", "name": kind.__name__}
        if isinstance(thing, type):
            return {
                "kind": "class",
                "name": thing.__name__,
                "module": thing.__module__,
                "raises": _built_in_error(thing) if issubclass(thing, BaseException) else "",
            }
        for name, sort in (("function", types.FunctionType), ("method", types.MethodType), ("module", types.ModuleType)):
            if isinstance(thing, sort):
                described["kind"] = name
        members = {name for each in type.mro(kind)[:-1] for name, member in vars(each).items() if member is not None}
        described["can"] = sorted(operations.ABILITIES & members)
        described["judges"] = sorted(operations.JUDGEMENTS & members)
        described["plain"] = next((base.__name__ for base in PLAIN_BASES if issubclass(kind, base)), "")
        return described

    def signature(self, thing: Any) -> list[tuple[Any, ...]]:
        """A function's parameters: name, kind, and default in a list of its own."""
        parameters = inspect.signature(thing).parameters.values()
        return [(p.name, p.kind.name, [] if p.default is p.empty else [p.default]) for p in parameters]

    def share(self, names: list[str]) -> None:
        """Classes that the checker has too, by name: their objects cross with all that is in them."""
        self._classes.update((kind, name) for name in names if isinstance(kind := self._names.get(name), type))

    # --- what crosses ------------------------------------------------------------------------------------------------------------

    def _writer(self, heap: Heap | None = None) -> Writer:
        return Writer(self._export, heap, self._classes)

    def _reader(self, heap: Heap | None = None) -> Reader:
        return Reader(self._unfamiliar, heap, {name: kind for kind, name in self._classes.items()})

    def _export(self, value: Any) -> Json:
        if isinstance(value, _Remote):
            return ["own", value.plnb_number]
        if isinstance(value, type) and value in self._classes:
            return ["oc", self._classes[value]]
        return self._hold(value)

    def _hold(self, value: Any) -> Json:
        number = self._number.get(id(value))
        if number is None:
            number = self._number[id(value)] = len(self._held)
            self._held.append(value)
        return ["h", number]

    def _unfamiliar(self, tag: str, rest: list[Json]) -> Any:
        match tag:
            case "h":
                return self._held[rest[0]]
            case "own":
                return _Remote(self, rest[0])
            case "each":
                return _items(_Remote(self, rest[0]))
            case "m":
                return importlib.import_module(rest[0])
            case "g":
                return operator.attrgetter(rest[1])(importlib.import_module(rest[0]))
            case "oc":
                return next(kind for kind, name in self._classes.items() if name == rest[0])
        raise BrokenMessageError(tag)

    def call_back(self, number: int, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Call the checker's function of that number, and serve its requests until it is done."""
        writer = self._writer()
        said = {
            "c": number,
            "a": [writer.write(each) for each in arguments],
            "k": {key: writer.write(each) for key, each in keywords.items()},
            **self._besides(),
        }
        back = self._exchange(crossing.pack(said))
        while isinstance(outcome := crossing.unpack(back), list):
            back = self._exchange(self.answer(back))
        if "x" in outcome:
            raise _raised(*outcome["x"])
        return self._reader().read(outcome["v"])

    def _error(self, error: BaseException) -> Json:
        """An error: its class, what it says, where it came up; and the checker's own number for it, if it came from there."""
        arguments = []
        for each in error.args[:20]:
            try:
                arguments.append(self._writer().write(each))
            except CannotCrossError:
                arguments.append(_said(each))
        return {
            "class": self._writer().write(type(error)),
            "args": arguments,
            "says": _said(error),
            "trace": _where(error),
            "origin": error.__dict__.get("plnb_origin"),
        }

    def _stale(self) -> list[str]:
        gone = [
            name
            for name, told in self._told.items()
            if self._names.get(name, self) is not told or not (type(told) in _UNCHANGING or callable(told))
        ]
        for name in gone:
            del self._told[name]
        return gone


# --- pieces ----------------------------------------------------------------------------------------------------------------------

_UNCHANGING: Final = crossing.SCALARS | {tuple, bytes, complex, range, types.ModuleType}


class _Remote:
    """A function of the checker's, here."""

    def __init__(self, agent: Agent, number: int) -> None:
        self._agent = agent
        self.plnb_number = number

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return self._agent.call_back(self.plnb_number, arguments, keywords)


def _items(more: Callable[[], list[Any]]) -> Iterator[Any]:
    """An iterator of the checker's, here."""
    while item := more():
        yield item[0]


class _Printed:
    """What is printed while a request is served."""

    def __init__(self) -> None:
        self._streams = io.StringIO(), io.StringIO()
        self._left = _MOST_PRINTED

    @contextmanager
    def kept(self) -> Iterator[None]:
        before = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = self._streams
        try:
            yield
        finally:
            sys.stdout, sys.stderr = before

    def taken(self) -> list[str] | None:
        """What was printed since this was last asked, to stdout and to stderr; None if nothing was."""
        texts = []
        for stream in self._streams:
            text = io.StringIO.getvalue(stream)[: self._left]
            self._left -= len(text)
            texts.append(text)
            stream.seek(0)
            stream.truncate()
        return texts if any(texts) else None


@contextmanager
def _input(answer: Callable[..., Any]) -> Iterator[None]:
    before = builtins.input
    builtins.input = answer
    try:
        yield
    finally:
        builtins.input = before


def _built_in_error(kind: type) -> str:
    """The nearest built-in error a class is made of; empty for what is no error."""
    return next((each.__name__ for each in type.mro(kind) if getattr(builtins, each.__name__, None) is each is not object), "")


def _said(thing: Any) -> str:
    try:
        return str(thing)[: operations.MOST_TEXT]
    except Exception:
        return f"<{type(thing).__name__}>"


def _where(error: BaseException) -> str:
    """The student's own lines in an error's traceback, innermost last."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename not in (__file__, operations.__file__)]
    return "".join(traceback.format_list(frames[-12:]))[-_MOST_TRACE:]


def _raised(name: str, arguments: list[Json], origin: int) -> BaseException:
    """An error that a function of the checker's raised, here."""
    kind = getattr(builtins, name)
    try:
        error: BaseException = kind(*arguments)
    except TypeError:  # one of the few that want more than a text
        error = Exception(*arguments)
    error.__dict__["plnb_origin"] = origin
    return error


def _snapshot(thing: Any) -> Any:
    """Enough of a container to tell later whether it has changed."""
    if isinstance(thing, dict):
        return [part for item in thing.items() for part in item]
    if isinstance(thing, Sequence | set | bytearray):
        return list(thing)
    if type(thing).__module__.partition(".")[0] in ("numpy", "pandas"):
        return thing.copy()
    return [part for item in vars(thing).items() for part in item]


def _has_changed(thing: Any, was: Any) -> bool:
    now = _snapshot(thing)
    if type(now) is list:
        return len(now) != len(was) or not all(map(operator.is_, now, was))
    from plnb.engine import crossing_science

    return crossing_science.differ(now, was)


_REQUESTS: Final[dict[str, Callable[..., Any]]] = {
    "names": Agent.names,
    "set": Agent.set_name,
    "del": Agent.delete_name,
    "call": Agent.call,
    "do": Agent.do,
    "take": Agent.take,
    "about": Agent.about,
    "signature": Agent.signature,
    "share": Agent.share,
}
