"""`plnb new`: a small, honest course to start from, copied from a template.

Files ending in `.jinja` have their placeholders filled, the others are copied as they are. Two placeholders are known,
`{{ name }}` and `{{ name | tojson }}`: the part of jinja's language that needs no engine and cannot run anything.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import unicodedata
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from plnb.authoring.samples import ABOUT, course_template, shared_by_templates
from plnb.authoring.template_mark import Mark, write_mark
from plnb.core.base import Id
from plnb.errors import InputError, OurFaultError, OutputExistsError
from plnb.store.layout import COURSE_FILE

DEFAULT_TEMPLATE: Final = "minimal"
_SUFFIX: Final = ".jinja"
_PLACEHOLDER = re.compile(r"\{\{ *(\w+)(?: *\| *(tojson))? *\}\}")
_LONGEST_TITLE: Final = 200
_GUIDS: Final = 30
"""Identifiers that a template may use."""


def new_course(
    target: Path, *, title: str, course_id: str | None = None, author: str = "", template: str = DEFAULT_TEMPLATE
) -> Path:
    """Make a course in `target`, which must not exist or be empty, and return its full path. All of it appears, or nothing.

    `course_id` is made from the title where it is not given; `author` is named as the creator of the course's standards.
    Raises OutputExistsError, NotFoundError (no such template), InputError (a title or id that cannot be used, a course around it).
    """
    course_template(template)  # an unknown one is refused before anything else
    said = one_line(title)
    words = _words(title=said, course_id=_checked_id(course_id) if course_id is not None else id_from(said), author=_author(author))
    with appearing(target) as made:
        fill(template, made, words)
        write_mark(made, Mark(template=template, words=words))
    return target.resolve()


@contextmanager
def appearing(target: Path) -> Iterator[Path]:
    """A folder to make and fill, which becomes `target` at the end: all of it appears, or nothing. Raises as `room_for`."""
    room_for(target)
    target = target.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as scratch:
        made = Path(scratch) / "course"
        yield made
        if target.exists():
            _move_into(target, made)
        else:
            made.rename(target)


def title_like(name: str) -> str:
    """What a course is called whose folder has this name, where nobody says otherwise."""
    words = name.replace("-", " ").replace("_", " ")
    return words[:1].upper() + words[1:]


def room_for(target: Path) -> None:
    """Raise OutputExistsError unless `target` is new or an empty folder, InputError where it would lie inside a course."""
    # What runs there would be taken for the inner course's, and its notebooks for the outer one's.
    outer = next((folder for folder in target.resolve().parents if (folder / COURSE_FILE).is_file()), None)
    if outer:
        place = str(target.resolve())
        raise InputError("This course would lie inside another one.", place=place, mend=f"Name a folder outside {outer}.")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        place = str(target.resolve())
        raise OutputExistsError("There is something here already.", place=place, mend="Name a folder that is empty or new.")


def _move_into(target: Path, made: Path) -> None:
    """Fill an empty folder that already exists: the teacher's terminal may stand in it, so it must stay the same folder."""
    moved: list[Path] = []
    try:
        for child in sorted(made.iterdir()):
            moved.append(child.rename(target / child.name))
    except OSError:
        for path in moved:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        raise


def fill(template: str, made: Path, words: Mapping[str, str]) -> None:
    """Write what a template makes of these words into the folder `made`, which is made."""
    left_behind = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__", ".DS_Store", ABOUT)
    for folder in (shared_by_templates(), course_template(template)):
        # Without the modes of an installed package.
        shutil.copytree(folder, made, ignore=left_behind, copy_function=shutil.copyfile, dirs_exist_ok=True)
    for path in sorted(made.rglob(f"*{_SUFFIX}")):
        path.with_suffix("").write_text(_filled(path.read_text(encoding="utf-8"), words, path.name), encoding="utf-8")
        path.unlink()


def _filled(text: str, words: Mapping[str, str], place: str) -> str:
    """Fill every placeholder in one pass, so that a title full of braces stays a title."""

    def word(match: re.Match[str]) -> str:
        name, as_json = match.groups()
        if name not in words:
            raise OurFaultError(f"The template has a placeholder that nobody fills: {name}.", place=place)
        # JSON strings are also YAML and Python strings, whatever the title holds.
        return json.dumps(words[name], ensure_ascii=False) if as_json else words[name]

    return _PLACEHOLDER.sub(word, text)


def _words(*, title: str, course_id: str, author: str) -> dict[str, str]:
    return {"title": title, "course_id": course_id, "author": author, **new_words()}


def new_words() -> dict[str, str]:
    """The words that nobody is asked for: the time, and identifiers."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    # A framework that is changed must not share its identifiers with another course made from the same template.
    guids = {f"guid_{part}": str(uuid.uuid4()) for part in ("document", *range(1, _GUIDS + 1))}
    return {"now": now, **guids}


def _author(author: str) -> str:
    return " ".join(author.split()) or "The author of this course"


def one_line(title: str) -> str:
    """A title without line breaks, control characters or the halves of broken characters."""
    kept = "".join(" " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} or sign in "\ufffe\uffff" else sign for sign in title)
    said = " ".join(kept.encode("utf-8", "ignore").decode().split())
    if not said:
        raise InputError("A course needs a title.", mend="Say what students will read, for example: --title 'Straight lines'.")
    if len(said) > _LONGEST_TITLE:
        raise InputError(f"This title has {len(said)} characters.", mend=f"Use at most {_LONGEST_TITLE}.")
    return said


def id_from(title: str) -> str:
    """A short name from the title; where no letter survives, a plain one that the teacher can change."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64].rstrip("-") or "my-course"


def _checked_id(course_id: str) -> str:
    try:
        return TypeAdapter[str](Id).validate_python(course_id)
    except ValidationError:
        raise InputError(
            f"{course_id!r} cannot be a course id.", mend="Use letters, digits, `-` and `_`, at most 64 of them."
        ) from None
