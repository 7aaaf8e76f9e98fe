"""TypeScript made from the types that the browser shares with us, committed as `extensions/plnb-lab/src/schema.ts`.

    python -m plnb.server.typescript            write it
    python -m plnb.server.typescript --check    say whether it is stale (exit code 1)

The string under a field becomes its TSDoc. What we send has every key; what the browser sends may leave out what has a default.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import TypeAdapter

import plnb
from plnb.core.aligning_view import Aligning, Alignments, Offers
from plnb.core.author import AUTHOR_SCHEMA_VERSION, AuthorView, LintAsked, LiveFindings, StandardsFound
from plnb.core.cells import CELL_SCHEMA_VERSION, CellMeta, VaryCell
from plnb.core.course_edits import Edit, Editing
from plnb.core.news import NewRecord, NewRecords, Submitting
from plnb.core.overview import OVERVIEW_SCHEMA_VERSION, Overview, Remarks
from plnb.core.preview import Preview, Previewing
from plnb.core.profile import Profile
from plnb.core.student import VIEW_SCHEMA_VERSION, CourseView, Fetched, Refusal, StudentView, Submission
from plnb.core.telling import NOT_RUN
from plnb.store.describing import DescribedSchema
from plnb.store.files import write_whole

FILE: Final = Path(plnb.__file__).parents[1] / "extensions" / "plnb-lab" / "src" / "schema.ts"

_WIDTH: Final = 110

Mode = Literal["validation", "serialization"]

_SHARED: Final[tuple[tuple[str, Any, Mode], ...]] = (
    ("StudentView", StudentView, "serialization"),
    ("CourseView", CourseView, "serialization"),
    ("Profile", Profile, "serialization"),
    ("Submission", Submission, "serialization"),
    ("Fetched", Fetched, "serialization"),
    ("Refusal", Refusal, "serialization"),
    ("NewRecord", NewRecord, "validation"),
    ("NewRecords", NewRecords, "validation"),
    ("Submitting", Submitting, "validation"),
    ("CellMeta", CellMeta, "validation"),
    ("Overview", Overview, "serialization"),
    ("Remarks", Remarks, "serialization"),
    ("Preview", Preview, "serialization"),
    ("Edit", Edit, "serialization"),
    ("Editing", Editing, "serialization"),
    ("Previewing", Previewing, "serialization"),
    ("Alignments", Alignments, "serialization"),
    ("Offers", Offers, "serialization"),
    ("Aligning", Aligning, "validation"),
    ("AuthorView", AuthorView, "serialization"),
    ("StandardsFound", StandardsFound, "serialization"),
    ("LiveFindings", LiveFindings, "serialization"),
    ("LintAsked", LintAsked, "validation"),
)
"""Name, type, and whether it is described as we write it or as we read it."""

_HEAD: Final = """\
// Made from the Python types by `python -m plnb.server.typescript`. Do not edit: a test compares it with them.
"""

_PLAIN: Final = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def typescript() -> str:
    """The file, as it is committed."""
    found: dict[str, str] = {}
    for name, kind, mode in _SHARED:
        made = TypeAdapter(kind).json_schema(mode=mode, schema_generator=DescribedSchema)
        definitions: dict[str, Any] = {**made.pop("$defs", {}), name: made}
        declared = {each: _declaration(each, one, mode) for each, one in definitions.items() if one.get("$ref") is None}
        # A type that differs as an author may write it (keys left out) from what we make of it has two names.
        twice = [each for each, text in declared.items() if found.get(each, text) != text]
        for each, text in declared.items():
            for other in twice:
                text = re.sub(rf"\b{other}\b(?!')", f"{other}AsWritten", text)
            found[f"{each}AsWritten" if each in twice else each] = text
    values: dict[str, object] = {
        "VIEW_SCHEMA_VERSION": VIEW_SCHEMA_VERSION,
        "CELL_SCHEMA_VERSION": CELL_SCHEMA_VERSION,
        "OVERVIEW_SCHEMA_VERSION": OVERVIEW_SCHEMA_VERSION,
        "AUTHOR_SCHEMA_VERSION": AUTHOR_SCHEMA_VERSION,
        "NOT_RUN": sorted(NOT_RUN),
        "VARIANTS": VaryCell.model_fields["variants"].default,
    }
    constants = [f"export const {name} = {json.dumps(value)};\n".replace('"', "'") for name, value in values.items()]
    return "\n".join([_HEAD, *constants, *(found[name] for name in sorted(found))])


def _declaration(name: str, schema: dict[str, Any], mode: Mode) -> str:
    lines = list(_comment(schema.get("description", ""), ""))
    if "properties" not in schema:
        return "\n".join([*lines, f"export type {name} = {_type(schema)};", ""])
    required = set(schema.get("required", ()))
    # A tag must be there for a union to be told apart, whatever its default.
    lines.append(f"export interface {name} {{")
    for key, field in schema["properties"].items():
        lines.extend(_comment(field.get("description", ""), "  "))
        optional = "" if key in required or (mode == "validation" and key == "kind") else "?"
        lines.append(f"  {key}{optional}: {_type(field)};")
    return "\n".join([*lines, "}", ""])


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "const" in schema:
        return json.dumps(schema["const"]).replace('"', "'")
    if "enum" in schema:
        return " | ".join(json.dumps(value).replace('"', "'") for value in schema["enum"])
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return " | ".join(dict.fromkeys(_type(part) for part in schema[union]))
    match schema.get("type"):
        case "array":
            inner = _type(schema["items"]) if "items" in schema else "unknown"
            return f"({inner})[]" if " " in inner else f"{inner}[]"
        case "object":
            values = schema.get("additionalProperties")
            return f"{{ [key: string]: {_type(values) if isinstance(values, dict) else 'unknown'} }}"
        case str(plain) if plain in _PLAIN:
            return _PLAIN[plain]
    raise ValueError(f"No TypeScript is known for: {schema}")


def _comment(text: str, indent: str) -> Iterator[str]:
    said = re.sub(r"`{2,}", "`", " ".join(text.split())).replace("*/", "* /")
    if not said:
        return
    lines = [""]
    for word in said.split(" "):
        if lines[-1] and len(indent) + len(lines[-1]) + len(word) > _WIDTH:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    if len(lines) == 1:
        yield f"{indent}/** {lines[0]} */"
        return
    yield f"{indent}/**"
    yield from (f"{indent} * {line}" for line in lines)
    yield f"{indent} */"


def main(arguments: Sequence[str]) -> int:
    """The command; returns its exit code."""
    if "--check" in arguments:
        fresh = FILE.is_file() and FILE.read_text("utf-8") == typescript()
        sys.stdout.write("schema.ts is fresh.\n" if fresh else "schema.ts is stale. Write it with: make schemas\n")
        return 0 if fresh else 1
    write_whole(FILE, typescript())
    sys.stdout.write(f"{FILE}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
