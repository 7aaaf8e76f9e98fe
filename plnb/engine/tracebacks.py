"""Tracebacks sooner: what the colours of a style come to is worked out once, and not twice for each error.

IPython makes a style and a formatter of pygments for every traceback, and two tracebacks of every error: one to show, one to keep.
Each formatter compares every colour of its style with 256 others. What is shown stays the same to the letter.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any


def remember_colours() -> None:
    """From now on, in this process. Where the libraries are cut otherwise, nothing is changed."""
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
