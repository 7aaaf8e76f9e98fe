"""The checker's end of the line to a student's process: one conversation, in which all that comes is a claim (see `proxies`).

A thing's path says how the check came by it: `f()` is what calling `f` gave, `Stack().push` a method. In a student's run a proxy
takes arguments only where the solution, in the rehearsal, was met by a proxy too (`known`): where the solution gave a number,
nothing is handed to an object that stands there instead, for it would learn what it is measured by.
"""

from __future__ import annotations

import builtins
import importlib
import operator
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any, Final

from plnb.engine import crossing
from plnb.engine.crossing import BrokenMessageError, CannotCrossError, Heap, Json
from plnb.engine.crossing_reading import Reader
from plnb.engine.crossing_writing import Writer
from plnb.engine.proxies import Proxy, inside_of, make_proxy, number_of

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
            raise self.lean(f"hands {error} over") from None
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
            raise self.lean(f"hands {error} over") from None
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

    def lean(self, what: str) -> BaseException:
        """Only the student's process could go on with this. In a student's run the check ends here."""
        self.leaned.append(what)
        return self.refuse(what)

    # --- what crosses ------------------------------------------------------------------------------------------------------------

    def _export(self, value: Any) -> Json:
        kind = type(value)
        if issubclass(kind, Proxy):
            if inside_of(value).ahead:
                raise CannotCrossError("an iterator that was partly used")
            return ["h", number_of(value)]
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
            inside_of(value).path = name

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
        return make_proxy(self, number, path, about, self._kinds)

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
