"""Figures that nobody will look at: laid out, with all that this does to them and to their axes, and not painted.

Painting is most of what a figure costs. A run whose outputs are thrown away (a check's answer for a student who waits, a rehearsal)
has no use for it; a drawing that fails still fails.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from typing import Any, Final

_ASKED: Final = "PLNB_UNSEEN"


def unseen(env: Mapping[str, str]) -> dict[str, str]:
    """The environment of a desk whose figures nobody will look at."""
    return {**env, _ASKED: "1"}


def paint_what_is_seen() -> None:
    """In a desk, before its first cell: do as its environment asks, and leave no trace of that there."""
    if not os.environ.pop(_ASKED, ""):
        return
    tools: Any = importlib.import_module("IPython.core.pylabtools")
    paint = tools.print_figure

    def lay_out(fig: Any, fmt: str = "png", *args: Any, **kwargs: Any) -> Any:
        if fmt not in ("png", "retina") or not hasattr(fig, "draw_without_rendering"):
            return paint(fig, fmt, *args, **kwargs)
        if fig.axes or fig.lines:
            fig.draw_without_rendering()
        return None  # as for a figure with nothing in it

    tools.print_figure = lay_out
