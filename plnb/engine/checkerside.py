"""What runs in the checker: a process of the teacher's in which test cells run unchanged, while the student's names are in another.

Teacher's statements (imports, helpers, data) are played again here, so they are the teacher's own whatever a student did with those
names; every other name is asked for over the line (`plnb.engine.proxies`). `plnb.engine.checker` is the driver's side.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import linecache
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from plnb.engine import crossing
from plnb.engine.channel import Channel, ChannelError
from plnb.engine.checker import ASK, DONE, REPLY, Checked
from plnb.engine.checker_outputs import CellOutputs, named, shown_traceback, silence
from plnb.engine.crossing import Json
from plnb.engine.crossing_writing import Writer
from plnb.engine.forkable import Before
from plnb.engine.line import Hung, Line, Refused


def serve(channel: Channel, server: Server | None = None) -> None:
    """Serve requests until the driver is gone. `server` has got ready before this process was forked."""
    server = server or Server()
    server.channel = channel
    with contextlib.suppress(ChannelError):
        while True:
            server.serve(crossing.unpack(channel.receive()[1:]))


def get_ready(channel: Channel) -> Server | None:
    """What any notebook's checks begin with, for checkers that are forked afterwards; None where that is not the same for all."""
    server = Server()
    before = Before()
    before.look()
    with contextlib.suppress(ChannelError):
        for _ in range(2):
            request = crossing.unpack(channel.receive()[1:])
            with contextlib.suppress(Hung, Refused):
                server.serve(request)
        if not server.asked_too_early and not before.why_not_forked():
            channel.send(DONE)
            return server
    return None


class Server:
    """Answers the driver. Without a `channel` there is no student's process to ask."""

    def __init__(self) -> None:
        self.channel: Channel | None = None
        self.asked_too_early = False
        self._unshared: list[str] = []
        self._line = Line(self._exchange)
        self._names = Names(self._line)
        builtins.input = self._line.input = _no_input
        sys.modules["__main__"] = _Main("__main__", self._names)

    def serve(self, request: dict[str, Any]) -> None:
        """Do what is asked."""
        what = request.pop("do")
        if what == "begin":
            self._line.start(None)
            self._play(request["before"])
            return
        if what == "setting":
            imports = request.pop("imports")
            self._names.set_up(**request)
            for statement in imports:
                with silence(), self._names.to_itself(), contextlib.suppress(Exception):
                    exec(compile(statement, "<teacher>", "exec"), self._names)  # noqa: S102 - the teacher's own
            return
        answers: dict[str, Callable[..., Json]] = {"check": self._check, "questions": self._questions, "same": self._same}
        answer = answers[what](**request)
        assert self.channel is not None
        self.channel.send(DONE + crossing.pack(answer))

    def _exchange(self, frame: bytes) -> bytes:
        if self.channel is None:
            self.asked_too_early = True  # whatever becomes of the error
            raise Hung("there is no student's process yet")
        self.channel.send(ASK + frame)
        answer = self.channel.receive()
        if answer[:1] != REPLY:
            raise Hung("the student's process does not answer")
        return answer[1:]

    def _check(self, source: str, count: int, before: list[str], known: list[str] | None) -> Json:
        self._line.start(None if known is None else frozenset(known))
        self._names.start()
        file = f"<cell {count}>"
        outputs = CellOutputs()
        error: BaseException | None = None
        try:
            with outputs.kept():
                self._play(before)
                self._share()
                tree = _parse(source, file)
                self._names.expect({node.id for node in ast.walk(tree) if isinstance(node, ast.Name)})
                value = _run(tree, file, self._names)
                if value is not None and not _is_quiet(source):
                    outputs.result(value, count)
        except BaseException as raised:
            error = raised
        line = self._line
        if line.refused and not isinstance(error, Refused):
            error = Refused(line.refused)
        told = Checked(
            outputs=outputs.taken(), met=sorted(line.met), leaned=line.leaned, refused=line.refused, overruled=line.overruled
        )
        if error is None:
            return asdict(told)
        ename, evalue = named(error)
        made = shown_traceback(error, ename, evalue, source, file, count)
        outputs_ = [*told.outputs, {"output_type": "error", "ename": ename, "evalue": evalue, "traceback": made}]
        return {**asdict(told), "failed": True, "ename": ename, "evalue": evalue, "outputs": outputs_}

    def _play(self, statements: Iterable[str]) -> None:
        """Run statements of the teacher's; those that do not run here leave their names to the student's process."""
        known = set(dict.keys(self._names))
        with silence(), self._names.to_itself():
            for statement in statements:
                try:
                    exec(compile(statement, "<teacher>", "exec"), self._names)  # noqa: S102 - the teacher's own
                except (Refused, Hung):
                    raise
                except Exception:  # noqa: S112 - its names are asked for over there, as if it stood nowhere
                    continue
        classes = {
            name: kind
            for name, kind in dict.items(self._names)
            if name not in known and isinstance(kind, type) and kind.__module__ == "__main__"
        }
        self._line.classes.update(classes)
        self._unshared += classes

    def _share(self) -> None:
        """Tell the student's process of the teacher's classes that have come."""
        if self._unshared:
            names, self._unshared = self._unshared, []
            self._line.ask("share", names)

    def _questions(self, questions: dict[str, str]) -> dict[str, bool]:
        found: dict[str, bool] = {}
        for key, question in questions.items():
            self._line.start(None)  # an answer chooses a sentence, never points
            self._names.start()
            try:
                with silence():
                    answer = bool(eval(compile(f"(\n{question}\n)", "<question>", "eval"), self._names))  # noqa: S307 - the teacher's
            except Hung:
                raise
            except BaseException:  # noqa: S112 - a question without an answer is none
                continue
            if not self._line.leaned and not self._line.refused:
                found[key] = answer
        return found

    def _same(self, names: list[str]) -> list[str]:
        return [name for name in names if self._names.is_same(name)]


class Names(dict[str, Any]):
    """The namespace of the checks: the teacher's names are in it, the student's are asked for."""

    def __init__(self, line: Line) -> None:
        super().__init__({"__name__": "__main__", "__builtins__": builtins})
        self._line = line
        self._theirs: frozenset[str] = frozenset()
        self._shared: frozenset[str] = frozenset()
        self._read: set[str] = set()
        line.stale = self._forget

    def set_up(self, theirs: Iterable[str], shared: Iterable[str]) -> None:
        """Say whose names are whose."""
        self._theirs, self._shared = frozenset(theirs), frozenset(shared)

    @contextmanager
    def to_itself(self) -> Iterator[None]:
        """What is set meanwhile is set here only: the student's process has run those cells, and may have made more of them."""
        shared, self._shared = self._shared, frozenset()
        try:
            yield
        finally:
            self._shared = shared

    def start(self) -> None:
        """Begin another check: what was read may have changed."""
        self._forget(list(self._read))

    def expect(self, names: Iterable[str]) -> None:
        """Read at once what a check is about to ask for."""
        wanted = [name for name in names if name in self._theirs and name not in self._read]
        if wanted:
            self._fetch(wanted)

    def _fetch(self, names: list[str]) -> None:
        found = self._line.ask("names", names, path="=")
        if type(found) is not list or any(type(pair) is not tuple or len(pair) != 2 or pair[0] not in names for pair in found):
            raise self._line.refuse("names that are none")
        for name, value in found:
            self._line.call_it(value, name)
            dict.__setitem__(self, name, value)
            self._read.add(name)

    def _forget(self, names: list[str]) -> None:
        for name in names:
            if name in self._read:
                self._read.discard(name)
                dict.pop(self, name, None)

    def _is_theirs(self, name: str) -> bool:
        if name in self._theirs:
            return True
        return not dict.__contains__(self, name) and not hasattr(builtins, name)

    def __getitem__(self, name: str) -> Any:
        if dict.__contains__(self, name):
            return dict.__getitem__(self, name)
        if not self._is_theirs(name):
            raise KeyError(name)
        self._fetch([name])
        if name not in self._read:
            raise KeyError(name)
        return dict.__getitem__(self, name)

    def get(self, name: str, default: Any = None) -> Any:
        """A name's value, or `default`."""
        try:
            return self[name]
        except KeyError:
            return default

    def __contains__(self, name: object) -> bool:
        try:
            self[str(name)]
        except KeyError:
            return False
        return True

    def __setitem__(self, name: str, value: Any) -> None:
        if name in self._theirs:
            self._forget([name])
            self._line.ask("set", name, value)
            return
        dict.__setitem__(self, name, value)
        if name in self._shared:
            self._line.ask("set", name, value)

    def __delitem__(self, name: str) -> None:
        if self._is_theirs(name):
            self._forget([name])
            self._line.ask("del", name)
            return
        dict.__delitem__(self, name)
        if name in self._shared:
            self._line.ask("del", name)

    def is_same(self, name: str) -> bool:
        """Whether a name of ours is worth the same over there. Rehearsals ask this."""
        if not dict.__contains__(self, name):
            return False
        try:
            theirs = dict(self._line.ask("names", [name], path="="))
            return name in theirs and _written(dict.__getitem__(self, name)) == _written(theirs[name])
        except (Refused, crossing.CannotCrossError):
            return False


class _Main(types.ModuleType):
    """What `__main__` is to code that looks for its names there, such as unittest."""

    def __init__(self, name: str, names: Names) -> None:
        super().__init__(name)
        self.__dict__["_names"] = names

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["_names"][name]
        except KeyError:
            raise AttributeError(name) from None

    def __dir__(self) -> list[str]:
        return list(dict.keys(self.__dict__["_names"]))


def _written(value: Any) -> Json:
    def no(value: Any) -> Json:
        raise crossing.CannotCrossError(type(value).__name__)

    return Writer(no).write(value)


# --- running ---------------------------------------------------------------------------------------------------------------------


def _parse(source: str, file: str) -> ast.Module:
    lines = source.splitlines(keepends=True)
    linecache.cache[file] = (len(source), None, lines, file)
    return ast.parse(source, file)


def _run(tree: ast.Module, file: str, names: Names) -> Any:
    """Run a cell; the value of its last expression."""
    last = tree.body[-1] if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    body = tree.body[:-1] if last else tree.body
    exec(compile(ast.Module(body, []), file, "exec"), names)  # noqa: S102 - the teacher's own cell
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), file, "eval"), names)  # noqa: S307 - likewise


def _is_quiet(source: str) -> bool:
    """Whether a cell ends in a semicolon, which hides its value."""
    lines = [line for line in source.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return bool(lines) and lines[-1].split("#")[0].rstrip().endswith(";")


def _no_input(_prompt: object = "") -> str:
    raise EOFError("a check cannot ask anybody for input")
