"""Importing jsonschema and nbgrader without what grading never uses: a second less at every start.

`import nbgrader` loads formgrader, the assignment list and the others, with tornado and all of jupyter_server; its helpers load
setuptools to unpack archives, its Hub authenticator loads requests, and nbformat's schemas load a dozen validators of formats that
no schema of a notebook names. While they are imported, stand-ins take those places; afterwards they are gone, and whoever calls a
stand-in gets the real thing.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_EXTENSIONS = ("assignment_list", "course_list", "validate_assignment", "formgrader")
_ARCHIVES = "setuptools.archive_util"
_FORMATS = ("fqdn", "idna", "isoduration", "jsonpointer", "rfc3339_validator", "rfc3986_validator", "rfc3987", "rfc3987_syntax",
            "uri_template", "webcolors")  # fmt: skip


def import_jsonschema() -> None:
    """Import `jsonschema`, which nbformat does, where nobody has yet."""
    with _in_place(dict.fromkeys(_FORMATS)):  # each is optional
        importlib.import_module("jsonschema")


def import_nbgrader() -> None:
    """Import `nbgrader` and its helpers, where nobody has yet."""
    if "nbgrader" in sys.modules:
        return
    import_jsonschema()
    made = [_stand_in(f"nbgrader.server_extensions.{name}", "load_jupyter_server_extension") for name in _EXTENSIONS]
    with _in_place({module.__name__: module for module in made}):
        import nbgrader
    archives = _stand_in(_ARCHIVES, "unpack_archive", "unpack_tarfile", "unpack_zipfile")
    with _in_place({"setuptools": ModuleType("setuptools"), _ARCHIVES: archives}):
        import nbgrader.utils
    with _in_place({"requests": _OnUse("requests")}):
        import nbgrader.auth  # noqa: F401


def _stand_in(name: str, *functions: str) -> ModuleType:
    made = ModuleType(name)
    for function in functions:
        setattr(made, function, _later(name, function))
    return made


def _later(module: str, function: str) -> Callable[..., Any]:
    def call(*given: Any, **named: Any) -> Any:
        return getattr(importlib.import_module(module), function)(*given, **named)

    return call


class _OnUse(ModuleType):
    """A module that is imported when somebody asks it for something."""

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def _in_place(stand_ins: Mapping[str, ModuleType | None]) -> Iterator[None]:
    put = {name: made for name, made in stand_ins.items() if name not in sys.modules}
    sys.modules.update(put)  # type: ignore[arg-type]  # None is how the import system says: there is no such module
    try:
        yield
    finally:
        for name in put:
            sys.modules.pop(name, None)
