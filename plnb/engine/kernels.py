"""Ordinary kernels for one run: started and taken away again. For languages and systems that have no desks.

Knows nothing of cells.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager

# Unix sockets have names of at most 104 bytes on macOS (108 on Linux), the longest of ours ends in `/kernel-ipc-5`.
_LONGEST_FOLDER = 104 - len("/kernel-ipc-5") - 1


class _PromptClient(AsyncKernelClient):
    """A client that starts to talk as soon as the kernel listens.

    jupyter_client's own waiting ends with 0.2 s of silence, to throw away stray messages; nbclient reads only the answers to its
    own requests, so nothing needs to be thrown away.
    """

    language_info: Mapping[str, Any] = {}

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        deadline = time.monotonic() + (timeout or float("inf"))
        while time.monotonic() < deadline:
            self.kernel_info()
            with contextlib.suppress(Empty):
                reply = await self.shell_channel.get_msg(timeout=1)
                if reply["msg_type"] == "kernel_info_reply":
                    self._handle_kernel_info_reply(reply)
                    self.language_info = reply["content"].get("language_info", {})
                    # A message here says that outputs will arrive too.
                    await self.iopub_channel.get_msg(timeout=0.2)
                    return
            if not await self.is_alive():
                raise RuntimeError("The kernel died before it was ready.")
        raise RuntimeError(f"The kernel did not answer within {timeout:g} seconds.")

    wait_for_ready = _async_wait_for_ready


class _OneRunKernelManager(AsyncKernelManager):
    """A kernel that lives for one run, in a folder only its owner can enter, and leaves nothing behind: no process, no socket."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(client_factory=_PromptClient, **kwargs)
        self._folder = Path(tempfile.mkdtemp(prefix="plnb-"))  # mkdtemp makes it 0700
        self.connection_file = str(self._folder / "kernel.json")
        if sys.platform != "win32" and len(os.fsencode(self._folder)) <= _LONGEST_FOLDER:
            # Sockets in a private folder: no other user of this machine can listen in, as they could on TCP.
            self.transport = "ipc"
            self.ip = str(self._folder / "kernel-ipc")

    async def _async_wait(self, pollinterval: float = 0.005) -> None:
        # A killed process is gone in a millisecond; do not wait 0.1 s for it.
        await super()._async_wait(pollinterval)

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        # A kernel that died by itself may have left children; they share its process group.
        group = getattr(self.provisioner, "pgid", None)
        if group and sys.platform != "win32":
            with contextlib.suppress(OSError):
                os.killpg(group, signal.SIGKILL)
        await super()._async_cleanup_resources(restart)
        shutil.rmtree(self._folder, ignore_errors=True)

    cleanup_resources = _async_cleanup_resources


def kernel_manager(kernel_name: str) -> AsyncKernelManager:
    """A manager for a new kernel; nothing is started yet."""
    return _OneRunKernelManager(kernel_name=kernel_name)
