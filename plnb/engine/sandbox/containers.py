"""Tier container: a command of the administrator's, such as `podman run --rm -i --network none … image`.

plnb puts the command that is to be confined after it (`plnb.engine.containers`). What hides and limits is the container's own
affair, so it is attacked like every other tier; inside, plnb's keeper and filter of system calls come on top.
"""

from __future__ import annotations

import os
import shlex
import shutil

from plnb.errors import NotReadyError

VARIABLE = "PLNB_SANDBOX_COMMAND"
INSIDE = ("python3", "-m", "plnb.engine.container_inside")
"""What is run in it."""


def container_command() -> tuple[str, ...]:
    """The configured command; empty where there is none."""
    return tuple(shlex.split(os.environ.get(VARIABLE, "")))


def checked_command() -> tuple[str, ...]:
    """The configured command. Raises NotReadyError where there is none, or it is not installed."""
    command = container_command()
    if not command:
        raise NotReadyError("No container command is configured.", mend=f"Set {VARIABLE}, for example to: podman run --rm -i IMAGE")
    if shutil.which(command[0]) is None:
        raise NotReadyError(
            f"The container command “{command[0]}” is not on this machine.", mend=f"Install it, or change {VARIABLE}."
        )
    return command
