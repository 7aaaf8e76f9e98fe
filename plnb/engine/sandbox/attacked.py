"""Inside a container: try one attack as a student's code could, under the same keeper. `python3 -m plnb.engine.sandbox.attacked`.

What to try comes on standard input, what it got goes to standard output.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from plnb.core.base import Model
from plnb.engine.sandbox import Box, Tier, attacks, confine
from plnb.engine.sandbox.attacks import Prey
from plnb.engine.sandbox.tiers import Limits

INSIDE = ("python3", "-m", "plnb.engine.sandbox.attacked")
"""What is run in the container."""


class Task(Model):
    """One attack, and what it is after."""

    attack: str
    """Its name."""
    limits: Limits
    """What it may use."""
    world: str
    """The grader's world of processes, as the kernel names it."""
    prey: dict[str, str | int | float]
    """What was planted, and where."""


def world() -> str:
    """The world of processes that this process lives in."""
    return os.readlink("/proc/self/ns/pid")


def main() -> None:
    """Try it."""
    task = Task.model_validate_json(sys.stdin.buffer.read())
    prey = Prey(**{name: Path(str(value)) if name in ("file", "shared") else value for name, value in task.prey.items()})  # type: ignore[arg-type]
    attack = next(each for each in attacks.ATTACKS if each.name == task.attack)
    apart = world() != task.world
    folder = Path(tempfile.mkdtemp(prefix="plnb-box-"))
    confine(Tier.container, Box(folder=folder, limits=task.limits), keep_fds=[1])
    got = ""
    try:
        os.write(1, b".")
        # Its parent in here is a keeper of its own, which is no grader's.
        got = "" if apart and attack.name == "signal_parent" else attack.act(prey)
        os.write(1, got.encode()[:1000])
    except BaseException:  # stopped: what it got has been said, or it got nothing
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()
