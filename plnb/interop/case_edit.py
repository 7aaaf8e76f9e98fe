"""One alignment put into a CASE package, or taken out: everything else in the text stays, keys of other tools too. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from plnb.core.standards import Alignment, Relation, Standard
from plnb.errors import FrameworkError
from plnb.interop.case_end import End
from plnb.interop.case_text import line
from plnb.interop.case_write import alignment_link

_KEY: Final = "CFAssociations"
_RELATIONS: Final = {relation.value.casefold(): relation for relation in Relation}


def put_alignment(text: str, standard: Standard, alignment: Alignment, now: datetime) -> str:
    """The package with an alignment of a standard of it, which stands among the standard's other associations.

    `standard` is as it was read from this text. Raises FrameworkError where it has no identifier to name it by.
    """
    if not (standard.identifier or standard.uri):
        raise FrameworkError(
            f"{standard.code} has no identifier in this package, so nothing can be said of it.",
            mend="Bring the package in again with plnb standards import, which gives every standard one.",
        )

    def put(entries: list[Any]) -> list[Any]:
        mine = [place for place, entry in enumerate(entries) if _is(standard, _ends(entry)[0])]
        at = mine[-1] + 1 if mine else len(entries)
        return [*entries[:at], alignment_link(standard, alignment, now.astimezone(UTC)), *entries[at:]]

    return _changed(text, put)


def take_alignment(text: str, standard: Standard, alignment: Alignment) -> str:
    """The package without an alignment of a standard of it, however its tool wrote it."""
    return _changed(text, lambda entries: [entry for entry in entries if not _says(entry, standard, alignment)])


def _changed(text: str, change: Callable[[list[Any]], list[Any]]) -> str:
    whole = json.loads(text)
    package = whole["CFPackage"] if isinstance(whole.get("CFPackage"), dict) else whole
    entries = package.get(_KEY)
    package[_KEY] = change(entries if isinstance(entries, list) else [])
    return _as_written(whole, text)


def _as_written(whole: object, text: str) -> str:
    """JSON with the indentation, line ends and escapes that the text has."""
    indent = re.match(r"\s*\{\r?\n([ \t]+)", text)
    spaces = None if indent is None else indent[1]
    marks = (",", ": ") if spaces else (",", ":") if '":"' in text else (", ", ": ")
    escaped = text.isascii() and "\\u" in text
    made = json.dumps(whole, indent=spaces, separators=marks, ensure_ascii=escaped)
    try:
        made.encode()
    except UnicodeEncodeError:  # half a character, as some tools leave them
        made = json.dumps(whole, indent=spaces, separators=marks)
    made += "\n" if text.endswith("\n") else ""
    return made.replace("\n", "\r\n") if "\r\n" in text else made


def _ends(entry: object) -> tuple[End, End]:
    raw = _inner(entry)
    return End.of(raw, "origin"), End.of(raw, "destination")


def _inner(entry: object) -> dict[str, Any]:
    if not isinstance(entry, dict):
        return {}
    inner = entry.get("CFAssociation")
    return inner if isinstance(inner, dict) else entry


def _is(standard: Standard, end: End) -> bool:
    keys = {key.casefold() for key in (standard.identifier, standard.uri) if key}
    return not end.foreign and end.key.casefold() in keys


def _says(entry: object, standard: Standard, alignment: Alignment) -> bool:
    kind = line(_inner(entry).get("associationType")).replace(" ", "").casefold()
    if _RELATIONS.get(kind) is not alignment.relation:
        return False
    here, there = _ends(entry)
    return any(
        _is(standard, one) and alignment in other.alignment(alignment.relation) for one, other in ((here, there), (there, here))
    )
