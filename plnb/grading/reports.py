"""What is known of a check besides its outputs: where it ran, with which fresh number, and what the checker said. Values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from plnb.engine.checker import Checked


@dataclass(frozen=True)
class Report:
    """What is known of a check besides its outputs."""

    where: Literal["outside", "kernel"]
    """`outside` or `kernel`."""
    seed: int | None = None
    """The fresh number it was given."""
    checked: Checked | None = None
    """What the checker said, where it ran there."""
