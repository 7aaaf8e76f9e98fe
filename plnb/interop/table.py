"""Lists of standards as tables (CSV, as spreadsheets write them), read into a Framework. Pure.

One row a standard. `code` and `statement` are needed; `title`, `parent`, `requires` and `aligned` may be there, in any order.
Several codes in one field are separated by semicolons or blanks. What could mean two things is refused with its line, not guessed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Final

from plnb.core.standards import Alignment, Framework, Relation, Standard
from plnb.errors import FrameworkError
from plnb.interop.case_text import MAX_CODE, guess_framework, line, short_name, words

COLUMNS: Final = ("code", "statement", "title", "parent", "requires", "aligned")
_NEEDED: Final = ("code", "statement")
_MARKS: Final = ",;\t"


def read_table(text: str | bytes, name: str, place: str = "") -> Framework:
    """The framework called `name` in a table. Raises FrameworkError with the line that cannot be used."""
    rows = list(_rows(_decoded(text, place), place))
    standards: dict[str, Standard] = {}
    lines: dict[str, int] = {}
    for number, row in rows:
        standard = _standard(row, f"{place}:{number}")
        if standard.code in lines:
            first = lines[standard.code]
            raise FrameworkError(
                f"The code {standard.code} stands twice, also in line {first}.",
                place=f"{place}:{number}",
                mend="Give each standard a code of its own.",
            )
        standards[standard.code], lines[standard.code] = standard, number
    if not standards:
        raise FrameworkError("This table has no standards in it.", place=place, mend="Write one row for each standard.")
    for code, standard in standards.items():
        for what, named in (("parent", (standard.parent,) if standard.parent else ()), ("requires", standard.requires)):
            for other in named:
                if other not in standards:
                    raise FrameworkError(
                        f"{code} names {other} under `{what}`, and no row has that code.",
                        place=f"{place}:{lines[code]}",
                        mend="Correct the code, or add a row for it.",
                    )
    _no_circle({code: each.requires for code, each in standards.items()}, "Prerequisites run in a circle", place, lines)
    groups = {code: (each.parent,) if each.parent else () for code, each in standards.items()}
    _no_circle(groups, "Groups are parts of each other", place, lines)
    return Framework(id=short_name(name), title=line(name) or "Standards", standards=tuple(standards.values()))


def _decoded(text: str | bytes, place: str) -> str:
    try:
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
    except UnicodeDecodeError:
        mend = "Save it from the spreadsheet as “CSV UTF-8”."
        raise FrameworkError("This table is not UTF-8 text.", place=place, mend=mend) from None
    if not decoded.strip():
        raise FrameworkError("This table is an empty file.", place=place, mend="Save it from the spreadsheet again.")
    return decoded


def _rows(text: str, place: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and fields by column, for each row that says anything."""
    head = text.lstrip().partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(_MARKS, key=head.count), strict=True)
    columns: list[str] = []
    try:
        for fields in reader:
            if not any(field.strip() for field in fields):
                continue
            if not columns:
                columns = _columns(fields, f"{place}:{reader.line_num}")
            elif len(fields) > len(columns) and any(field.strip() for field in fields[len(columns) :]):
                mend = "Put quotation marks around fields with commas in them, as spreadsheets do."
                said = f"This row has {len(fields)} fields, and the table {len(columns)} columns."
                raise FrameworkError(said, place=f"{place}:{reader.line_num}", mend=mend)
            else:
                yield reader.line_num, dict(zip(columns, fields, strict=False))
    except csv.Error as error:
        mend = "Save it from the spreadsheet again."
        raise FrameworkError(f"This is not a table: {error}.", place=f"{place}:{reader.line_num}", mend=mend) from None


def _columns(fields: list[str], place: str) -> list[str]:
    columns = [field.strip().casefold() for field in fields]
    for needed in _NEEDED:
        if columns.count(needed) != 1:
            said = "twice" if needed in columns else "nowhere"
            mend = f"Name the columns in the first line: {', '.join(COLUMNS)}. The first two are needed."
            raise FrameworkError(f"The table needs a column `{needed}`; it is there {said}.", place=place, mend=mend)
    return columns


def _standard(row: Mapping[str, str], place: str) -> Standard:
    code, statement = line(row.get("code")), words(row.get("statement"))
    for name, said in (("code", code), ("statement", statement)):
        if not said:
            raise FrameworkError(f"This row has no {name}.", place=place, mend=f"Write its {name}, or take the row out.")
    if len(code) > MAX_CODE or " " in code or ";" in code:
        mend = f"Use at most {MAX_CODE} signs, without blanks and semicolons."
        raise FrameworkError(f"“{code[:40]}” cannot be a code.", place=place, mend=mend)
    parent = line(row.get("parent"))
    return Standard(
        code=code,
        statement=statement,
        title=line(row.get("title")),
        parent=parent or None,
        requires=_codes(row.get("requires")),
        alignments=tuple(_aligned(other) for other in _codes(row.get("aligned"))),
    )


def _aligned(code: str) -> Alignment:
    return Alignment(relation=Relation.related, framework=guess_framework(code, ""), code=code)


def _codes(field: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys((field or "").replace(";", " ").split()))


def _no_circle(edges: Mapping[str, tuple[str, ...]], said: str, place: str, lines: Mapping[str, int]) -> None:
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        circle = list(error.args[1])
        where = f"{place}:{min(lines[code] for code in circle)}"
        raise FrameworkError(f"{said}: {' → '.join(circle)}.", place=where, mend="Take one of them out.") from None
