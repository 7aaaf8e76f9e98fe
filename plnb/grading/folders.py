"""Putting a finished folder in the place of an old one, so that nobody ever sees half of it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(old: Path) -> Iterator[Path]:
    """A new folder to fill, beside `old`, which then takes its place. If anything fails, `old` is as it was.

    What a process that was killed has left of it is cleared by whoever does the same again. One at a time.
    """
    new = old.parent / f".plnb-part-{old.name}"
    if new.exists():
        shutil.rmtree(new)
    new.mkdir(parents=True)
    try:
        yield new
        swap(new, old)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise


def swap(new: Path, old: Path) -> None:
    """Put `new` where `old` is (or will be). If that fails, `old` is as it was."""
    old.parent.mkdir(parents=True, exist_ok=True)
    if not old.exists():
        shutil.move(new, old)
        return
    with tempfile.TemporaryDirectory(prefix=".plnb-old-", dir=old.parent, ignore_cleanup_errors=True) as away:
        aside = Path(away) / "old"
        old.rename(aside)
        try:
            shutil.move(new, old)
        except BaseException:
            if aside.exists():
                aside.rename(old)
            raise
