"""The kernel provisioner `plnb-warm`: real kernels over sockets, forked from a warm parent, for programs that start their own.

Unmodified papermill, nbclient, nbgrader and Jupyter servers use it where `JUPYTER_DEFAULT_PROVISIONER_NAME=plnb-warm` is set, or
where a kernel's specification names it. `PLNB_WARM_MODULES=numpy,pandas` (or `modules` in the specification) says what is loaded
before the fork. Kernels that are not this very Python's ipykernel start as they always do, and so does everything off Linux.

It is for speed, not for safety: a kernel that talks over sockets is not confined.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import List, Unicode, default

from plnb.engine.nursery import nursery_for
from plnb.engine.sandbox import Box, Limits, Tier

_UNLIMITED = Limits(
    memory_bytes=2**46,
    processes=100_000,
    cpu_seconds=10**9,
    file_bytes=2**46,
    folder_bytes=2**46,
    files=10**9,
    open_files=65_536,
)


class WarmProvisioner(LocalProvisioner):
    """As jupyter_client's own, but ipykernel is forked and not started."""

    modules = List(Unicode(), help="Modules that are imported before the fork.").tag(config=True)
    """What a kernel finds loaded."""

    @default("modules")
    def _named_in_the_environment(self) -> list[str]:
        return [name for name in os.environ.get("PLNB_WARM_MODULES", "").split(",") if name]

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a kernel, or start one where this is not ours to fork."""
        argv = _arguments(cmd)
        if argv is None:
            return await super().launch_kernel(cmd, **kwargs)
        cwd = Path(kwargs.get("cwd") or Path.cwd())
        forked = _Forked(self.modules, argv, dict(kwargs.get("env") or os.environ), cwd)
        self.process = cast(Any, forked)
        self.pid, self.pgid, self.cwd = forked.pid, None, cwd
        return self.connection_info


class _Forked:
    """A forked kernel as jupyter_client wants to see a process."""

    stdin = stdout = stderr = None

    def __init__(self, modules: Sequence[str], argv: Sequence[str], env: Mapping[str, str], cwd: Path) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="plnb-kernel-", ignore_cleanup_errors=True)
        box = Box(folder=Path(self._home.name), limits=_UNLIMITED)
        self._child = nursery_for(modules, Tier.none).kernel(argv, box, env=env, cwd=cwd)
        self._code: int | None = None
        self.pid = self._child.pid

    def poll(self) -> int | None:
        """Its exit code, once it has ended."""
        return self._end(0)

    def wait(self) -> int | None:
        """The same, after it has ended."""
        return self._end(None)

    def send_signal(self, number: int) -> None:
        """Interrupt it, or end it with all that it has started."""
        if self._code is None:
            if number == signal.SIGINT:
                self._child.interrupt()
            else:
                self._child.stop()

    def _end(self, seconds: float | None) -> int | None:
        if self._code is None and self._child.has_ended(seconds):
            ending = self._child.close()
            self._code = ending.code if ending is not None else -signal.SIGKILL
            self._home.cleanup()
        return self._code


def _arguments(cmd: Sequence[str]) -> list[str] | None:
    """What ipykernel is started with; None where the command is another program, or another Python."""
    if not sys.platform.startswith("linux") or not cmd or cmd[0] != sys.executable or "ipykernel_launcher" not in cmd:
        return None
    at = cmd.index("ipykernel_launcher")
    options = [option for option in cmd[1 : at - 1] if not option.startswith("-X")]
    return list(cmd[at + 1 :]) if cmd[at - 1] == "-m" and not options else None
