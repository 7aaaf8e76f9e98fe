"""`course.yaml`: text in, a `CourseFile` out, or one sentence that says which line to mend.

Every version of the format is known here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from plnb.core.authored import COURSE_SCHEMA_VERSION, CourseFile
from plnb.errors import CourseFileError
from plnb.store.versions import Upgrade
from plnb.store.yaml_model import typed
from plnb.store.yaml_text import Yaml, read_yaml

_UPGRADES: Final[Mapping[int, Upgrade]] = {}
"""Version n -> what turns a course file of version n into one of version n + 1."""


def read_course_file(path: Path, place: str) -> tuple[CourseFile, Yaml]:
    """The course file at `path`, and the text it came from, for whoever must name a line of it.

    `place` is what to call the file in messages. Raises CourseFileError or FormatTooNewError.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise CourseFileError(
            f"There is no {path.name} here.",
            place=str(path.parent),
            mend="Go to your course's folder, or start a course with: plnb new",
        ) from None
    except IsADirectoryError:
        raise CourseFileError(
            f"{path.name} is a folder, not a file.", place=place, mend="Rename the folder and write the course file."
        ) from None
    except OSError as error:
        raise CourseFileError(f"The file cannot be read ({error.strerror}).", place=place, mend="Check who may read it.") from None
    return parse_course_file(raw, place)


def parse_course_file(raw: bytes, place: str) -> tuple[CourseFile, Yaml]:
    """As `read_course_file`, from the bytes of the file."""
    text = read_yaml(raw, place)
    file = typed(text, CourseFile, COURSE_SCHEMA_VERSION, _UPGRADES, raised=CourseFileError, place=place)
    return file, text
