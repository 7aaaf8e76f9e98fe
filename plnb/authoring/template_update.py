"""`plnb update`: what has changed in the template since a course was made from it, brought in without losing the teacher's work.

Three sides are compared, file by file: what the template made then, what it makes now, and what the teacher has made of it. What
only one side changed is clear. Text that both changed is merged line by line by git; where that fails, and for notebooks, the
teacher's file stays and the template's new one is laid aside to look at.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Final

import yaml

from plnb.authoring.scaffold import fill, new_words
from plnb.authoring.template_mark import ASIDE, FOLDER, MADE, Mark, read_mark, write_mark
from plnb.core.base import Model
from plnb.store.layout import CourseFolder

_MERGED: Final = frozenset({".yaml", ".md", ".py", ".json", ".csv", ".txt", ".gitignore"})


class Change(StrEnum):
    """What an update does with a file."""

    added = "added"
    """New in the template."""
    renewed = "renewed"
    """Changed in the template only."""
    merged = "merged"
    """Changed on both sides, in different lines."""
    aside = "aside"
    """Changed on both sides: the teacher's stays, the template's is laid aside."""
    removed = "removed"
    """Gone from the template, and never changed by the teacher."""


class Updated(Model):
    """One file of an update."""

    path: str
    """From the course folder."""
    change: Change
    """What was, or would be, done."""
    why: str = ""
    """Why it was laid aside."""


class Update(Model):
    """What an update comes to."""

    template: str
    """The template's name."""
    files: tuple[Updated, ...]
    """What changes; the others stay as they are."""


def update_course(folder: CourseFolder, *, dry: bool = False) -> Update:
    """Bring in what changed in the course's template; only say so with `dry`.

    Raises NotReadyError for a course without a note of its template, NotFoundError where this plnb has no such template.
    """
    root = folder.root
    mark = read_mark(root)
    words = {**new_words(), **mark.words}
    with tempfile.TemporaryDirectory(prefix=".plnb-update-", dir=root) as part:
        now, then = Path(part) / "now", root / FOLDER / MADE
        fill(mark.template, now, words)
        found: list[Updated] = []
        ready: dict[str, bytes] = {}
        for path in sorted(_files(now) | _files(then)):
            old, new, theirs = (_bytes(side / path) for side in (then, now, root))
            change, text, why = _decide(path, old, new, theirs, Path(part))
            if change is not None:
                found.append(Updated(path=path, change=change, why=why))
                if text is not None:
                    ready[path] = text
        if not dry:
            shutil.rmtree(root / FOLDER / ASIDE, ignore_errors=True)
            for each in found:
                _put(root, each, ready)
            write_mark(root, Mark(template=mark.template, words=words), now)
    return Update(template=mark.template, files=tuple(found))


def _decide(
    path: str, old: bytes | None, new: bytes | None, theirs: bytes | None, scratch: Path
) -> tuple[Change | None, bytes | None, str]:
    """What to do with a file, the bytes to write, and why it goes aside."""
    if old == new or theirs == new or (theirs is None and old is not None):
        return None, None, ""  # nothing new, or there already, or taken out by the teacher
    if theirs is None:
        return Change.added, new, ""
    if theirs == old:
        return (Change.removed, None, "") if new is None else (Change.renewed, new, "")
    if new is None:
        return None, None, ""  # the teacher goes on with it
    if not old or (Path(path).suffix not in _MERGED and Path(path).name not in _MERGED):
        return Change.aside, new, "you and the template both changed it"
    git = shutil.which("git")
    if git is None:
        return Change.aside, new, "you and the template both changed it, and merging needs git, which is not installed"
    merged = _merged(git, old, new, theirs, scratch)
    if merged is None or not _readable(path, merged):
        return Change.aside, new, "you and the template changed the same lines"
    return Change.merged, merged, ""


def _merged(git: str, old: bytes, new: bytes, theirs: bytes, scratch: Path) -> bytes | None:
    """Both changes in one text; None where they meet in the same lines."""
    names = []
    for name, text in (("theirs", theirs), ("old", old), ("new", new)):
        (scratch / name).write_bytes(text)
        names.append(str(scratch / name))
    done = subprocess.run([git, "merge-file", "--stdout", *names], capture_output=True, check=False)  # noqa: S603 - files of our own
    return done.stdout if done.returncode == 0 else None


def _readable(path: str, text: bytes) -> bool:
    """Whether a merged file is still a file of its kind."""
    try:
        match Path(path).suffix:
            case ".yaml":
                yaml.safe_load(text)
            case ".json":
                json.loads(text)
    except (ValueError, yaml.YAMLError):
        return False
    return True


def _put(root: Path, each: Updated, ready: dict[str, bytes]) -> None:
    if each.change is Change.removed:
        (root / each.path).unlink()
        return
    target = root / FOLDER / ASIDE / each.path if each.change is Change.aside else root / each.path
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    part.write_bytes(ready[each.path])
    part.replace(target)


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
