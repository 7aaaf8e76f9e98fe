"""Lists of standards on disk: our own YAML as teachers write it, or a CASE package, told apart by their names.

Every version of the YAML format is known here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Final

from plnb.core.standards import Alignment, Framework, Standard
from plnb.core.standards_file import STANDARDS_SCHEMA_VERSION, AlignedEntry, StandardEntry, StandardsFile
from plnb.errors import CourseFileError, FrameworkError
from plnb.interop.case import read_package
from plnb.interop.case_text import address, guess_framework, short_name
from plnb.interop.handmade import checked
from plnb.store.versions import Upgrade
from plnb.store.yaml_model import typed
from plnb.store.yaml_text import Limits, Yaml, read_yaml

SUFFIXES: Final = (".yaml", ".yml")

_UPGRADES: Final[Mapping[int, Upgrade]] = {}
"""Version n -> what turns a list of version n into one of version n + 1."""

_LIMITS: Final = Limits("a list of standards", bytes=20_000_000, values=1_000_000)


def is_yaml(name: str) -> bool:
    """Whether a file of this name is a list in our own YAML."""
    return PurePath(name).suffix.casefold() in SUFFIXES


def read_framework(raw: bytes, name: str) -> Framework:
    """The framework in the file `name` of a course. Raises FrameworkError or FormatTooNewError."""
    return read_standards_file(raw, name) if is_yaml(name) else read_package(raw, name)


def read_standards_file(raw: bytes, place: str) -> Framework:
    """The framework in a list written in YAML; it is called like its file where it has no `id`. Raises as `read_framework`."""
    text = read_standards_yaml(raw, place)
    file = typed(text, StandardsFile, STANDARDS_SCHEMA_VERSION, _UPGRADES, raised=FrameworkError, place=place)
    if not file.standards:
        mend = "Write them under `standards:`, each with its `code` and `statement`."
        raise FrameworkError("This list has no standards in it.", place=place, mend=mend)
    placed = ((_standard(each, file), text.line(("standards", number))) for number, each in enumerate(file.standards))
    return Framework(
        id=short_name(file.id or PurePath(place).stem),
        title=file.title,
        creator=file.creator,
        uri=address(file.uri),
        version=file.version,
        language=file.language or "en",
        subject=file.subject,
        licence=file.licence,
        standards=checked(placed, place),
    )


def read_standards_yaml(raw: bytes, place: str) -> Yaml:
    """What a list says and where; raises FrameworkError where it is not YAML."""
    try:
        return read_yaml(raw, place, _LIMITS)
    except CourseFileError as error:
        raise FrameworkError(error.message, place=error.place, mend=error.mend) from None


def _standard(entry: StandardEntry, file: StandardsFile) -> Standard:
    return Standard(
        code=entry.code,
        statement=entry.statement,
        title=entry.title,
        parent=entry.parent,
        requires=tuple(dict.fromkeys(entry.requires)),
        alignments=tuple(dict.fromkeys(map(alignment_of, entry.aligned))),
        education_level=entry.grades or file.grades,
        kind=entry.kind,
    )


def alignment_of(entry: AlignedEntry) -> Alignment:
    """What an entry under `aligned` means."""
    uri = address(entry.uri)
    name = short_name(entry.framework) if entry.framework.strip() else guess_framework(entry.code, uri)
    return Alignment(relation=entry.relation, framework=name, code=entry.code, uri=uri)
