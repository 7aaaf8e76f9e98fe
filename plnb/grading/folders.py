"""Putting a finished folder in the place of an old one, so that nobody ever sees half of it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path


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
