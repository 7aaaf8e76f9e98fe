"""What an attack is, what it is after, and the list of all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from plnb.engine.sandbox.tiers import Limits

LIMITS = Limits(
    memory_bytes=200_000_000,
    processes=24,
    cpu_seconds=20,
    file_bytes=10_000_000,
    folder_bytes=20_000_000,
    files=500,
    open_files=64,
)
"""Small ones, so that bombs are small."""


@dataclass(frozen=True)
class Prey:
    """What was planted outside, and where."""

    token: str
    file: Path
    """A file of the same user that holds the token."""
    handle: int
    """That file, open in the grader."""
    address: int
    """Where the token is in the grader's memory."""
    grader: int
    """The grader's process."""
    started: str
    """When that process was started: tells it from others whatever its number is in here."""
    tcp: int
    udp: int
    """Ports somebody listens on."""
    abstract: str
    path_socket: str
    """Unix sockets somebody listens on."""
    shared: Path
    """A name in the machine's shared memory."""
    hold_seconds: float = 0.0
    """How long a bomb waits to be noticed before it says that it went off."""


@dataclass(frozen=True)
class Attack:
    """One attack."""

    family: str
    name: str
    act: Callable[[Prey], str]
    """Gives what it got; nothing, or an error, where it was stopped."""
    seen: Callable[[Prey], bool] | None = None
    """Where success shows outside, and the attacker may only believe in it."""
    stubborn: bool = False
    """It does not end by itself, and counts as held when stopping it leaves nothing alive."""

    @property
    def said(self) -> str:
        """What it does, in words."""
        text = (self.act.__doc__ or "").rstrip(".")
        return text[:1].lower() + text[1:]


ATTACKS: list[Attack] = []


def attack(
    family: str, *, seen: Callable[[Prey], bool] | None = None, stubborn: bool = False
) -> Callable[[Callable[[Prey], str]], Callable[[Prey], str]]:
    """Take a function among the attacks; its docstring says what it does."""

    def add(act: Callable[[Prey], str]) -> Callable[[Prey], str]:
        ATTACKS.append(Attack(family, act.__name__, act, seen, stubborn))
        return act

    return add
