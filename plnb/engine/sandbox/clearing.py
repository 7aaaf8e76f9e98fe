"""Removing a folder that a student's code has written in: whatever its modes, however deep it is. Follows no link."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def clear_away(folder: Path) -> bool:
    """Remove it and all that is in it; False where something of it stayed.

    (`shutil.rmtree` calls itself for each level, and gives up at folders that may not be listed.)
    """
    try:
        parent = os.open(folder.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            _clear(parent, folder.name)
        finally:
            os.close(parent)
    except OSError:
        pass  # it was not there, or something of it stays: that is looked at next
    return not os.path.lexists(folder)


def _clear(parent: int, name: str) -> None:
    # Deep trees are made flat: each folder found is moved up beside the first, so that paths stay short and nothing calls itself.
    ahead = [name]
    number = 0
    while ahead:
        name = ahead.pop()
        os.chmod(name, stat.S_IRWXU, dir_fd=parent)
        here = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=parent)
        try:
            for inside in os.listdir(here):
                if stat.S_ISDIR(os.stat(inside, dir_fd=here, follow_symlinks=False).st_mode):
                    number += 1
                    moved = f".plnb-clear-{os.getpid()}-{number}"
                    os.chmod(inside, stat.S_IRWXU, dir_fd=here)  # a folder that is moved is written to
                    os.rename(inside, moved, src_dir_fd=here, dst_dir_fd=parent)
                    ahead.append(moved)
                else:
                    os.unlink(inside, dir_fd=here)
        finally:
            os.close(here)
        os.rmdir(name, dir_fd=parent)
