"""What libraries work out again for every cell and every error, worked out once. What is shown stays the same to the letter.

IPython makes two tracebacks of every error: one to show, one to keep. For each it makes a style and a formatter of pygments, which
compares every colour of its style with 256 others; and for every line of a cell Python looks for the module whose file that might
be, through all that are loaded. For every cell ipykernel looks at the signature of what runs it. Where the libraries are cut
otherwise, nothing is changed.
"""

from __future__ import annotations

import importlib
import inspect
from functools import cache, wraps
from types import CodeType, FrameType, ModuleType, TracebackType
from typing import Any


def take_shortcuts() -> None:
    """From now on, in this process."""
    _remember_colours()
    _know_cells()
    _remember_signatures()


def _remember_colours() -> None:
    """A style's colours, in tracebacks."""
    formatter: Any = importlib.import_module("pygments.formatters.terminal256").Terminal256Formatter
    stack_data: Any = importlib.import_module("stack_data")
    work_out = getattr(formatter, "_setup_styles", None)
    if work_out is None or not hasattr(stack_data, "style_with_executing_node"):
        return
    stack_data.style_with_executing_node = cache(stack_data.style_with_executing_node)
    known: dict[tuple[object, ...], tuple[dict[str, Any], dict[str, Any]]] = {}

    def set_up(self: Any) -> None:
        key = (self.style, self.usebold, self.useunderline, self.useitalic)
        if key not in known:
            work_out(self)
            known[key] = self.style_string, self.best_match
        self.style_string, self.best_match = (dict(each) for each in known[key])

    formatter._setup_styles = set_up


def _know_cells() -> None:
    """No module is looked for whose file a cell might be. There is none."""
    compiler: Any = importlib.import_module("ipykernel.compiler")
    get_module = inspect.getmodule
    if not hasattr(compiler, "get_tmp_directory"):
        return

    def cells() -> str:
        """What files of cells are called, those of another process in this one's place too."""
        return str(compiler.get_tmp_directory()).rstrip("0123456789")

    @wraps(get_module)
    def getmodule(object: Any, _filename: str | None = None) -> ModuleType | None:  # noqa: A002 - Python's own name for it
        frame = object.tb_frame if isinstance(object, TracebackType) else object
        code = frame.f_code if isinstance(frame, FrameType) else frame
        if isinstance(code, CodeType) and code.co_filename.startswith(cells()):
            return None
        return get_module(object, _filename)

    inspect.getmodule = getmodule


def _remember_signatures() -> None:
    """Which parameters a function has: ipykernel asks for the same one at every cell."""
    kernel: Any = importlib.import_module("ipykernel.ipkernel")
    look = getattr(kernel, "_accepts_parameters", None)
    if look is None:
        return
    known: dict[tuple[object, ...], dict[str, bool]] = {}

    def accepts(method: Any, names: list[str]) -> dict[str, bool]:
        key = (getattr(method, "__func__", None), *names)
        if key[0] is None:
            return dict(look(method, names))
        if key not in known:
            known[key] = look(method, names)
        return dict(known[key])

    kernel._accepts_parameters = accepts
