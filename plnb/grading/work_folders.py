"""The folders that submissions are run in. Each is empty when a submission gets it, and gone afterwards.

Without a sandbox a notebook sees its folder's real path. There, submissions of a process have one path, in turns: what a notebook's
first cells have found out about it holds for the next student too.
"""

from __future__ import annotations

import os
import secrets
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from plnb.engine.sandbox import Tier, clear_away
from plnb.grading.submission import NOT_WORK

_the_one: dict[int, Path] = {}
"""By process: a fork has another one."""


@contextmanager
def work_folder(tier: Tier) -> Iterator[Path]:
    """A folder for one submission."""
    if tier is Tier.none and sys.platform.startswith("linux"):  # elsewhere there are no openings
        place = _the_one.setdefault(os.getpid(), Path(tempfile.gettempdir(), f"plnb-work-{secrets.token_hex(8)}"))
        if _made(place):
            try:
                yield place
            finally:
                clear_away(place)
            return
    with tempfile.TemporaryDirectory(prefix="plnb-work-", ignore_cleanup_errors=True) as made:
        yield Path(made)


@contextmanager
def another(folder: Path, tier: Tier) -> Iterator[Path]:
    """A second one, beside a submission's. Without a sandbox it has the same path; what is in the first is put aside meanwhile."""
    if tier is not Tier.none:
        with work_folder(tier) as made:
            yield made
        return
    aside = folder.with_name(f"{folder.name}-aside")
    folder.rename(aside)
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        clear_away(folder)
        aside.rename(folder)


def with_folders(names: Iterable[str]) -> set[str]:
    """Relative paths, and the folders that they lie in."""
    return {str(path) for name in names for path in (PurePosixPath(name), *PurePosixPath(name).parents)} - {"."}


def is_the_one(folder: Path, data: Mapping[str, bytes]) -> bool:
    """Whether `folder` is the one of this process for runs without a sandbox, with the teacher's files in it and no other."""
    if folder != _the_one.get(os.getpid()):
        return False
    expected = with_folders(data)
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    if found.keys() - NOT_WORK != expected - NOT_WORK:
        return False
    return all(_holds(found[name], data[name]) for name in data.keys() & found.keys())


def _holds(path: Path, raw: bytes) -> bool:
    """Whether it is a file with just this in it: what an earlier notebook has put there may be anything."""
    status = path.lstat()
    return stat.S_ISREG(status.st_mode) and status.st_size == len(raw) and path.read_bytes() == raw


def _made(place: Path) -> bool:
    """Whether it is there now, and empty; not where it is in use, and where something of the last submission stays."""
    try:
        place.mkdir(mode=0o700)
    except OSError:
        return False
    return True
