"""`.plnb-template/` in a course: which template it came from, with which words, and what the template made then.

`plnb update` compares with it. It belongs to the teacher's side and into version control; release never looks at it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from pydantic import ValidationError

from plnb.core.base import Model
from plnb.errors import InputError, NotReadyError
from plnb.store.files import write_whole

FOLDER: Final = ".plnb-template"
MADE: Final = "made"
"""What the template made, file by file."""
ASIDE: Final = "new"
"""What an update could not put in place by itself."""
_MARK: Final = "template.json"


class Mark(Model):
    """Where a course came from."""

    schema_version: Literal[1] = 1
    """Version of this format."""
    template: str
    """Name of the template."""
    words: Mapping[str, str]
    """What its placeholders were filled with."""


def write_mark(course: Path, mark: Mark, made: Path | None = None) -> None:
    """Note the template, and a copy of what it made: the folder `made`, or the whole course while it is still as it was made."""
    source = made or course
    with tempfile.TemporaryDirectory(prefix=f".{FOLDER}-", dir=course) as part:
        copy = Path(part) / MADE
        shutil.copytree(source, copy, ignore=lambda _, names: [n for n in names if n.startswith(f".{FOLDER}") or n == FOLDER])
        kept = course / FOLDER / MADE
        kept.parent.mkdir(exist_ok=True)
        if kept.exists():
            kept.rename(Path(part) / "before")
        copy.rename(kept)
    write_whole(course / FOLDER / _MARK, mark.model_dump_json(indent=2) + "\n")


def read_mark(course: Path) -> Mark:
    """The note in a course. Raises NotReadyError where there is none, InputError where it cannot be read."""
    path = course / FOLDER / _MARK
    try:
        return Mark.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise NotReadyError(
            "This course does not say which template it was made from, so there is nothing to update.",
            place=str(course),
            mend=f"Courses made with `plnb new` keep it in the folder {FOLDER}; bring that back from version control.",
        ) from None
    except (ValidationError, OSError) as error:
        why = "it is not what plnb wrote" if isinstance(error, ValidationError) else str(error.strerror)
        raise InputError(
            f"The note of the template cannot be read: {why}.", place=str(path), mend="Bring it back from version control."
        ) from None
