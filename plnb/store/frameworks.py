"""Lists of standards on their way into a course and out of it: all are read and checked before any is written.

CASE packages and tables are kept as CASE packages; a list in our YAML is kept as its author wrote it, with its comments.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from plnb.core.findings import Severity
from plnb.core.standards import Framework
from plnb.errors import FrameworkError, InputError, NotFoundError, OutputExistsError, ReadOnlyError
from plnb.interop.case import keep_rest, read_package, validate_package, write_package
from plnb.interop.case_text import short_name
from plnb.interop.table import read_table
from plnb.store.files import write_whole
from plnb.store.layout import CourseFolder
from plnb.store.sources import Files, load_standards
from plnb.store.standards_file import SUFFIXES, is_yaml, read_standards_file, read_standards_yaml
from plnb.store.yaml_edit import Unspliceable, set_value

_TABLES: Final = (".csv", ".tsv")
_ENDINGS: Final = (".case.json", *SUFFIXES)
"""How the files in `frameworks/` may end; a framework has one of them."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A framework, and the file it is in."""

    framework: Framework
    file: Path
    named: bool = False
    """`course.yaml` names it."""
    left_out: tuple[str, ...] = ()
    """What of the package it was read from could not be written again."""


def of_course(folder: CourseFolder, files: Files = Files()) -> tuple[Listed, ...]:
    """The frameworks that a course names, in its order, then those that only lie in `frameworks/`. Raises as `load_course`."""
    named = named_by(folder, files)
    known = {each.file.resolve() for each in named}
    there = sorted(folder.frameworks.iterdir()) if folder.frameworks.is_dir() else []
    rest = [
        each for each in there if each.suffix.casefold() in (".json", *SUFFIXES) and each.is_file() and each.resolve() not in known
    ]
    return (*named, *(Listed(_beside(each, folder, files), each) for each in rest))


def named_by(folder: CourseFolder, files: Files = Files()) -> tuple[Listed, ...]:
    """The frameworks that a course names, in its order. Raises as `load_course`."""
    file, _ = files.course_file(folder.course_file, folder.relative(folder.course_file))
    standards = load_standards(folder.root, files).frameworks
    return tuple(Listed(each, folder.root / name, named=True) for each, name in zip(standards, file.frameworks, strict=True))


def _beside(file: Path, folder: CourseFolder, files: Files) -> Framework:
    try:
        return files.framework(file, folder.relative(file))
    except OSError as error:
        raise FrameworkError(
            f"This file cannot be read ({error.strerror}).", place=folder.relative(file), mend="Check who may read it."
        ) from error


def read_list(file: Path) -> Framework:
    """The framework in a CASE package, a table or a list in YAML. Raises FrameworkError, FormatTooNewError or NotFoundError."""
    raw = read_bytes(file)
    if is_yaml(file.name):
        return read_standards_file(raw, str(file))
    if file.suffix.casefold() in _TABLES:
        return read_table(raw, file.stem, str(file))
    return read_package(raw, str(file))


def read_bytes(file: Path) -> bytes:
    """What is in a file. Raises NotFoundError or FrameworkError."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise NotFoundError("There is no such file.", place=str(file), mend="Check the name.") from None
    except OSError as error:
        mend = "Name a CASE package (.json), a table (.csv) or a list in YAML."
        raise FrameworkError(f"This file cannot be read ({error.strerror}).", place=str(file), mend=mend) from error


def bring_in(path: Path, folder: CourseFolder, name: str = "") -> tuple[Listed, ...]:
    """Bring the lists of a file, or of a folder of them, into a course; `name` is what to call it instead.

    Raises as `read_list`, OutputExistsError or ReadOnlyError; then nothing is written.
    """
    made: dict[Path, str | None] = {}
    found: list[Listed] = []
    for file in _lists(path):
        framework = read_list(file)
        if name:
            framework = framework.model_copy(update={"id": short_name(name)})
        target = folder.frameworks / f"{framework.id}{'.yaml' if is_yaml(file.name) else '.case.json'}"
        here = file.resolve().parent == folder.frameworks.resolve() and is_yaml(file.name) and not name
        if here:  # written in its place already: it only had to be read
            target = folder.frameworks / file.name
        elif taken := _taken(framework.id, folder, made):
            raise OutputExistsError(
                f"There is a framework called {framework.id} already.",
                place=str(taken),
                mend="Give the new one another name with --name, or remove the old file first.",
            )
        left_out: tuple[str, ...] = ()
        if is_yaml(file.name):
            made[target] = None if here else _yaml_text(file, name)
        else:
            made[target], left_out = _package(framework, file)
        found.append(Listed(framework, target, left_out=left_out))
    _write({target: text for target, text in made.items() if text is not None})
    return tuple(found)


def _package(framework: Framework, file: Path) -> tuple[str, tuple[str, ...]]:
    """A framework as a package, with the rest of what the package says that it was read from, and what could not be kept."""
    text = write_package(framework, datetime.now(UTC))
    return keep_rest(text, framework, read_bytes(file)) if file.suffix.casefold() == ".json" else (text, ())


def export(lists: Sequence[Listed], target: Path, *, force: bool = False) -> tuple[Listed, ...]:
    """Write lists as CASE 1.1 packages: one into the file `target` (`.json`), any number into the folder.

    What their own packages say besides goes with them. Raises OutputExistsError for files that are there (unless `force`),
    FrameworkError for what may not be published (a circle), InputError or ReadOnlyError; then nothing is written.
    """
    alone = target.suffix.casefold() == ".json"
    if alone and len(lists) > 1:
        raise InputError(
            f"One file holds one framework, and there are {len(lists)}.",
            place=str(target),
            mend=f"Choose one with --framework ({', '.join(each.framework.id for each in lists)}), or name a folder.",
        )
    texts: dict[Path, str] = {}
    written: list[Listed] = []
    for each in lists:
        file = target if alone else target / f"{short_name(each.framework.id)}.case.json"
        if (file.exists() and not force) or file in texts:
            raise OutputExistsError("There is such a file already.", place=str(file), mend="Write over it with --force.")
        texts[file], left_out = _package(each.framework, each.file)
        _check_publishable(texts[file], each.framework.id)
        written.append(Listed(each.framework, file, left_out=left_out))
    _write(texts)
    return tuple(written)


def _check_publishable(text: str, place: str) -> None:
    """Nothing is published that a strict check finds an error in."""
    for finding in validate_package(text, strict=True, place=place):
        if finding.severity is Severity.error:
            raise FrameworkError(finding.message, place=finding.place, mend=finding.mend)


def _lists(path: Path) -> list[Path]:
    """A file, or the files of a folder that lists come in."""
    if not path.is_dir():
        return [path]
    known = (".json", *_TABLES, *SUFFIXES)
    files = sorted(each for each in path.iterdir() if each.suffix.casefold() in known and each.is_file())
    if not files:
        mend = "Name a folder with .json, .csv or .yaml files."
        raise NotFoundError("There are no lists of standards here.", place=str(path), mend=mend)
    return files


def _taken(name: str, folder: CourseFolder, made: Iterable[Path]) -> Path | None:
    """The file that has a framework of this name, here or among those about to be made."""
    files = [folder.frameworks / f"{name}{ending}" for ending in _ENDINGS]
    return next((file for file in files if file.exists() or file in set(made)), None)


def _yaml_text(file: Path, name: str) -> str:
    """The list as it is written; under another name where it says its own."""
    raw = read_bytes(file)
    text = raw.decode("utf-8-sig")
    if name and ("id",) in read_standards_yaml(raw, file.name).lines:
        try:
            return set_value(text, ("id",), short_name(name))
        except Unspliceable:
            raise FrameworkError(
                "The `id` of this list cannot be changed from here.", place=str(file), mend="Change it there."
            ) from None
    return text


def _write(texts: Mapping[Path, str]) -> None:
    new: list[Path] = []
    try:
        for file, text in texts.items():
            there = file.exists()
            write_whole(file, text)
            if not there:
                new.append(file)
    except OSError as error:
        for done in new:
            done.unlink(missing_ok=True)
        raise ReadOnlyError(
            f"The file cannot be written ({error.strerror}).",
            place=str(file),
            mend="Check who may write there, and the room on the disk.",
        ) from None
