"""Lists of standards as tables (CSV, as spreadsheets write them), read into a Framework. Pure.

One row a standard. `code` and `statement` are needed; `title`, `parent`, `requires` and `aligned` may be there, in any order.
Several codes in one field are separated by semicolons or blanks. What could mean two things is refused with its line, not guessed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Final

from plnb.core.standards import Alignment, Framework, Relation, Standard
from plnb.errors import FrameworkError
from plnb.interop.case_text import guess_framework, line, short_name, words
from plnb.interop.handmade import checked, refuse_odd_code

COLUMNS: Final = ("code", "statement", "title", "parent", "requires", "aligned")
_NEEDED: Final = ("code", "statement")
_MARKS: Final = ",;\t"


def read_table(text: str | bytes, name: str, place: str = "") -> Framework:
    """The framework called `name` in a table. Raises FrameworkError with the line that cannot be used."""
    rows = _rows(_decoded(text, place), place)
    standards = checked(((_standard(row, f"{place}:{number}"), number) for number, row in rows), place)
    if not standards:
        raise FrameworkError("This table has no standards in it.", place=place, mend="Write one row for each standard.")
    return Framework(id=short_name(name), title=line(name) or "Standards", standards=standards)


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
    refuse_odd_code(code, place)
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
