"""Tier landlock: the real file system behind rules. What the rules do not name cannot be opened, run, made, moved or removed.

Landlock does not see everything; the strict system-call filter (see `seccomp`) closes the rest. Version 6 is the first that keeps
signals and abstract sockets inside, so nothing older will do.
"""

from __future__ import annotations

import contextlib
import os
import stat
import struct

from plnb.engine.sandbox import linux
from plnb.engine.sandbox.places import DEVICES, ETC, SYSTEM, python_folders
from plnb.engine.sandbox.tiers import Box

NEEDED_VERSION = 6

_EXECUTE, _WRITE, _READ, _LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_DEVICES = 1 << 6 | 1 << 11
_ALL = (1 << 16) - 1
_ON_FILES = _EXECUTE | _WRITE | _READ | 1 << 14 | 1 << 15  # with truncate and ioctl of devices
_LOOK = _EXECUTE | _READ | _LIST
_TCP = 1 << 0 | 1 << 1
_SCOPES = 1 << 0 | 1 << 1
# Facts about the machine that libraries ask for; nothing of other processes.
_FACTS = (
    *(f"/proc/{name}" for name in ("cpuinfo", "meminfo", "stat", "filesystems")),
    *(f"/proc/self/{name}" for name in ("cmdline", "environ", "fd", "limits", "maps", "stat", "statm", "status")),
    "/sys/devices/system/cpu",
)


def enter(box: Box) -> None:
    """Live by the rules of `box` from now on. This process must be the one that is confined: it may read its own /proc."""
    version = linux.landlock_version()
    if version < NEEDED_VERSION:
        raise OSError(f"Landlock {NEEDED_VERSION} is needed (Linux 6.12), and this kernel has {version or 'none'}")
    rules = linux.landlock_ruleset(struct.pack("=QQQ", _ALL, _TCP, _SCOPES))
    try:
        for path in (*SYSTEM, *ETC, *_FACTS, *python_folders(), *map(str, box.readable)):
            _allow(rules, path, _LOOK)
        for name in DEVICES:
            _allow(rules, f"/dev/{name}", _READ | _WRITE)
        _allow(rules, str(box.folder), _ALL & ~_MAKE_DEVICES)
        linux.gain_no_privileges()
        linux.landlock_restrict(rules)
    finally:
        os.close(rules)


def _allow(rules: int, path: str, access: int) -> None:
    with contextlib.suppress(FileNotFoundError):
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            if not stat.S_ISDIR(os.fstat(handle).st_mode):
                access &= _ON_FILES
            linux.landlock_allow(rules, struct.pack("=Qi", access, handle))
        finally:
            os.close(handle)
