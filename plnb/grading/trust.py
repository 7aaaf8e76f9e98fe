"""Which sandbox students' code runs in: one that was seen to hold on this machine, or none where somebody asked for it by name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from plnb.engine.sandbox import Tier

UNSAFE: Final = "PLNB_UNSAFE_NO_SANDBOX"
"""Set to 1 it says the same as `--unsafe-no-sandbox`."""


def sandbox_for(prefer: Tier | None = None, *, unsafe: bool = False) -> str:
    """The name of the tier to use. Raises NotReadyError with the mend where none holds and nobody asked to do without."""
    if unsafe or os.environ.get(UNSAFE) == "1":
        return "none"
    from plnb.engine.sandbox import choose

    return str(choose(prefer))


def is_root() -> bool:
    """Whether this process may do anything, so that no sandbox holds."""
    return hasattr(os, "geteuid") and os.geteuid() == 0
