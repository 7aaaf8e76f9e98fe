"""Importing nbgrader without its Jupyter server extensions, which a grader never serves: half a second less at every start.

`import nbgrader` loads formgrader, the assignment list and the others, with tornado, requests and all of jupyter_server. While
that import runs, stand-ins take their places; afterwards they are gone, and whoever wants an extension gets the real one.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

_EXTENSIONS = ("assignment_list", "course_list", "validate_assignment", "formgrader")


def import_nbgrader() -> None:
    """Import `nbgrader` itself, where nobody has yet."""
    if "nbgrader" in sys.modules:
        return
    names = [f"nbgrader.server_extensions.{name}" for name in _EXTENSIONS]
    for name in names:
        sys.modules[name] = _stand_in(name)
    try:
        import nbgrader  # noqa: F401
    finally:
        for name in names:
            sys.modules.pop(name, None)


def _stand_in(name: str) -> ModuleType:
    def load(app: Any) -> Any:
        return importlib.import_module(name).load_jupyter_server_extension(app)

    made = ModuleType(name)
    made.load_jupyter_server_extension = load  # type: ignore[attr-defined]
    return made
