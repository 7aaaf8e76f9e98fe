"""Which parts of the real file system a confined Python needs to read. One list for all tiers."""

from __future__ import annotations

import os
import site
import sys
from collections.abc import Iterable
from pathlib import Path

import plnb

# Inside a sandbox that has a root of its own.
HOME = "/home/student"
TEMPORARY = "/tmp"  # noqa: S108
SHARED_MEMORY = "/dev/shm"  # noqa: S108

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store")
ETC = (
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/locale.alias",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/timezone",
    f"/etc/python{sys.version_info[0]}",
    f"/etc/python{sys.version_info[0]}.{sys.version_info[1]}",
)
DEVICES = ("null", "zero", "full", "random", "urandom")


def python_folders() -> list[str]:
    """Folders of Python itself, its packages and plnb: never a folder of somebody's work that happens to be on `sys.path`."""
    packages = [site.USER_SITE] if site.ENABLE_USER_SITE and site.USER_SITE in sys.path else []
    found = [sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix, *packages, *map(os.path.abspath, plnb.__path__)]
    return [path for path in dict.fromkeys(path for path in found if path) if path != "/"]


def hang_apart(more: Iterable[Path] = ()) -> bool:
    """Whether no folder that is shown lies in one that every confined process has its own of: there it would be missing."""
    own = tuple(f"{place}/" for place in (HOME, TEMPORARY, SHARED_MEMORY))
    shown = [*SYSTEM, *python_folders(), *(str(path.absolute()) for path in more)]
    return not any(path.startswith(own) for path in (*shown, *map(os.path.realpath, shown)))
