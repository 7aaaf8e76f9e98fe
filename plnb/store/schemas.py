"""JSON Schemas of our formats, made from the types and committed to `plnb/schemas/`: the treaty with editors and browsers.

    python -m plnb.store.schemas            write them
    python -m plnb.store.schemas --check    say which are stale (exit code 1)

What an author writes is described as it may be written; what we write ourselves as it always is, with every key there.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import TypeAdapter

import plnb
from plnb.core.authored import CourseFile
from plnb.core.cells import CellMeta
from plnb.core.course import Course
from plnb.core.news import NewRecords
from plnb.core.progress import ProgressReport
from plnb.core.records import Record
from plnb.core.standards_file import StandardsFile
from plnb.core.student import StudentView
from plnb.store.describing import DescribedSchema
from plnb.store.files import write_whole

FOLDER: Final = Path(plnb.__file__).parent / "schemas"

_FORMATS: Final[dict[str, tuple[str, Any, Literal["validation", "serialization"]]]] = {
    "cell.v1": ("CellMeta", CellMeta, "validation"),
    "course-file.v1": ("CourseFile", CourseFile, "validation"),
    "standards.v1": ("StandardsFile", StandardsFile, "validation"),
    "course-bundle.v1": ("Course", Course, "serialization"),
    "report.v1": ("ProgressReport", ProgressReport, "serialization"),
    "record.v1": ("Record", Record, "serialization"),
    "student-view.v1": ("StudentView", StudentView, "serialization"),
    "new-records.v1": ("NewRecords", NewRecords, "validation"),
}
"""Each format, with the name tools should give its type, and whether it is described as authors write it or as we do."""


def schema(name: str) -> str:
    """The JSON Schema of a format, as it is committed."""
    title, kind, mode = _FORMATS[name]
    made = TypeAdapter(kind).json_schema(mode=mode, schema_generator=DescribedSchema)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:plnb:schema:{name}"}
    return json.dumps({**head, **made, "title": title}, ensure_ascii=False, indent=2) + "\n"


def stale(folder: Path = FOLDER) -> tuple[str, ...]:
    """Names of the schemas that are missing from `folder` or differ from the types."""
    files = {name: folder / f"{name}.json" for name in _FORMATS}
    return tuple(name for name, file in files.items() if not file.is_file() or file.read_text("utf-8") != schema(name))


def write_schemas(folder: Path = FOLDER) -> tuple[Path, ...]:
    """Write every schema into `folder`."""
    files = tuple(folder / f"{name}.json" for name in _FORMATS)
    for name, file in zip(_FORMATS, files, strict=True):
        write_whole(file, schema(name))
    return files


def main(arguments: Sequence[str]) -> int:
    """The command; returns its exit code."""
    if "--check" in arguments:
        old = stale()
        sys.stdout.write(f"Stale: {', '.join(old)}. Write them with: make schemas\n" if old else "Every schema is fresh.\n")
        return 1 if old else 0
    for file in write_schemas():
        sys.stdout.write(f"{file}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
