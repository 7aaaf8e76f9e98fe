"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import threading
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write `text` as UTF-8 to `path`, so that a reader sees the old file or the new one and never a torn one.

    Folders on the way are made. Raises OSError, and leaves the old file as it was, when the disk says no.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not `tempfile`: its files are closed to the group, and course folders are often shared by one.
    part = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
