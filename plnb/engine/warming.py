"""Importing early without anybody noticing: modules are loaded once, hidden, and appear when a notebook imports them.

A desk that is forked from here finds `import pandas` done, and yet `pandas` is not in `sys.modules` and `matplotlib` has no
`pyplot` until the notebook says so, as in a fresh kernel. To bring a module back together with just what importing it would have
loaded, the imports are watched while they are done. Knows nothing of notebooks and kernels.
"""

from __future__ import annotations

import builtins
import importlib
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


class Wardrobe(MetaPathFinder):
    """Loaded modules that are out of sight, and the finder that brings them back."""

    def __init__(self) -> None:
        self._hidden: dict[str, ModuleType] = {}
        self._needs: defaultdict[str, set[str]] = defaultdict(set)  # module -> what it imported while it was loaded
        self._attached: set[str] = set()  # modules that are attributes of their packages, as nearly all are

    def load(self, names: Sequence[str], prime: Callable[[], None] = lambda: None) -> tuple[str, ...]:
        """Import and hide; the names of what could not be imported come back. What was there before stays in sight.

        `prime` is called in between: it uses what has been imported, so that libraries do now what they do on first use.
        """
        before = set(sys.modules)
        failed: list[str] = []
        with self._watched():
            for name in names:
                try:
                    importlib.import_module(name)
                except Exception:  # whatever a module does while it is imported; the notebook will see it for itself
                    failed.append(name)
        prime()
        self._hide([name for name in sys.modules if name not in before])
        return tuple(failed)

    def has(self, name: str) -> bool:
        """Whether a module is loaded and out of sight."""
        return name in self._hidden

    def hidden(self, name: str) -> ModuleType | None:
        """A module that is loaded, in sight or not."""
        return self._hidden.get(name) or sys.modules.get(name)

    def find_spec(self, fullname: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        """Python's question whether this finder knows a module."""
        module = self._hidden.get(fullname)
        if module is None:
            return None
        # Not shown yet: Python would take the module that it finds in `sys.modules` now for one to be executed.
        return ModuleSpec(fullname, _Returned(self, fullname, module))

    def _hide(self, names: Sequence[str]) -> None:
        for name in names:
            self._hidden[name] = module = sys.modules.pop(name)
            parent, _, child = name.rpartition(".")
            holder = self.hidden(parent)
            if child and holder is not None and holder.__dict__.get(child) is module:
                del holder.__dict__[child]
                self._attached.add(name)
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def show(self, name: str) -> None:
        """Put a module back, with all that would be there after importing it."""
        waiting, shown = [name], set[str]()
        while waiting:
            one = waiting.pop()
            if one not in shown:
                shown.add(one)
                waiting += self._needs[one]
                waiting += [parent] if (parent := one.rpartition(".")[0]) else []
        back = [one for one in shown if one in self._hidden]
        for one in back:
            sys.modules[one] = self._hidden.pop(one)
        for one in back:
            parent, _, child = one.rpartition(".")
            holder = sys.modules.get(parent)
            if one in self._attached and holder is not None:
                holder.__dict__[child] = sys.modules[one]

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Note down who imports what."""
        plain_import, plain_import_module = builtins.__import__, importlib.import_module

        def watched_import(
            name: str,
            globals: Mapping[str, object] | None = None,  # noqa: A002 - Python's own name for it
            locals: Mapping[str, object] | None = None,  # noqa: A002
            fromlist: Sequence[str] | None = (),
            level: int = 0,
        ) -> ModuleType:
            got = plain_import(name, globals, locals, fromlist, level)
            importer = str((globals or {}).get("__name__", ""))
            whole = _absolute(name, globals, level)
            if importer and whole:
                self._needs[importer].add(whole)
                self._needs[importer].update(sub for one in fromlist or () if (sub := f"{whole}.{one}") in sys.modules)
            return got

        def watched_import_module(name: str, package: str | None = None) -> ModuleType:
            got = plain_import_module(name, package)
            importer = sys._getframe(1).f_globals.get("__name__", "")
            self._needs[importer].add(got.__name__)
            return got

        builtins.__import__ = watched_import
        importlib.import_module = watched_import_module
        try:
            yield
        finally:
            builtins.__import__, importlib.import_module = plain_import, plain_import_module


class _Returned(Loader):
    """Hands Python a module that is loaded already, and leaves it as it was."""

    def __init__(self, wardrobe: Wardrobe, name: str, module: ModuleType) -> None:
        self._wardrobe = wardrobe
        self._name = name
        self._module = module
        self._spec = module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:  # noqa: ARG002
        """No new one."""
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        """It has been executed."""
        module.__spec__ = self._spec
        self._wardrobe.show(self._name)


def _absolute(name: str, globals: Mapping[str, object] | None, level: int) -> str:  # noqa: A002
    """The whole name of what an import statement names."""
    if not level:
        return name
    package = str((globals or {}).get("__package__") or "")
    base = package.rsplit(".", level - 1)[0] if level > 1 else package
    return f"{base}.{name}" if name else base
