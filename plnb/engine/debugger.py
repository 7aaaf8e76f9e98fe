"""Keeps the debugger out of desks. ipykernel loads it for every kernel, and it takes longer than everything else together."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def no_debugger() -> Iterator[None]:
    """While a kernel is made: ipykernel finds no debugger to load. Afterwards it can be imported as ever."""
    modules: dict[str, Any] = sys.modules
    if "debugpy" in modules:
        yield
        return
    modules["debugpy"] = None  # Python's own way to say that an import fails
    try:
        yield
    finally:
        del modules["debugpy"]
