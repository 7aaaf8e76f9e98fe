"""Confining student code: the tiers, and one call that steps into them. See docs/decisions/0009-sandbox.md."""

from __future__ import annotations

from collections.abc import Sequence

from plnb.engine.sandbox.choosing import choose
from plnb.engine.sandbox.clearing import clear_away
from plnb.engine.sandbox.tiers import Box, Ending, Limits, Probe, Proof, Reason, Tier

__all__ = ["Box", "Ending", "Limits", "Probe", "Proof", "Reason", "Tier", "choose", "clear_away", "confine", "prove"]


def confine(tier: Tier, box: Box, *, keep_fds: Sequence[int] = (), report_fd: int | None = None, within: bool = False) -> None:
    """Call in a freshly forked, single-threaded child. Returns only inside the confined process, in its work folder.

    The calling process becomes the keeper and leaves by `os._exit`; stop it with SIGTERM, interrupt with SIGINT. `keep_fds` stay
    open in the confined process and nothing else does: 0, 1 and 2 lead nowhere unless they are kept. `report_fd` gets an `Ending`
    in one line. `within`: from an opening, as desks are that begin there (tier namespaces).
    """
    # What it stands on is Linux's alone; the words above import anywhere.
    from plnb.engine.sandbox.confining import enter_sandbox

    enter_sandbox(tier, box, keep_fds=keep_fds, report_fd=report_fd, within=within)


def prove(tier: Tier) -> Proof:
    """Attack a tier on this machine, in a process of its own. Takes some seconds; `choose` remembers what held."""
    from plnb.engine.sandbox.proof import prove_apart

    return prove_apart(tier)
