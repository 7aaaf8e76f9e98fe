"""Checking a CASE package: what a reader has to forgive, and on request every departure from the letter of CASE 1.1."""

from __future__ import annotations

from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from plnb.core.findings import Finding, Severity
from plnb.errors import FrameworkError
from plnb.interop.case_model import ASSOCIATION_PATTERN, TARGET_PATTERN, URI_PATTERN, UUID_PATTERN, Package
from plnb.interop.case_read import parse, read_with_findings

_PATTERNS: Final = {
    UUID_PATTERN: "is not a UUID in lower case",
    URI_PATTERN: "is not a full address such as https://…",
    TARGET_PATTERN: "is neither CASE nor of the form ext:…",
    ASSOCIATION_PATTERN: "is not one of the associations CASE knows, nor of the form ext:…",
}


def validate_package(text: str | bytes, strict: bool = False, place: str = "") -> tuple[Finding, ...]:
    """What is wrong with a package. Never raises: a text that is no package is a finding too.

    `strict` holds it to the letter of CASE 1.1, as for publishing; each kind of departure is told once, with its count.
    """
    try:
        findings = read_with_findings(text, place)[1]
        return findings + _departures(parse(text, place), place) if strict else findings
    except FrameworkError as error:
        found = Finding(code=error.code, severity=Severity.error, message=error.message, place=error.place, mend=error.mend)
        return (found,)


def _departures(raw: dict[str, Any], place: str) -> tuple[Finding, ...]:
    try:
        Package.model_validate(raw)
    except ValidationError as error:
        kinds: dict[tuple[object, ...], list[ErrorDetails]] = {}
        for detail in error.errors(include_url=False, include_input=False):
            keys = tuple(part for part in detail["loc"] if isinstance(part, str))
            kinds.setdefault((keys, detail["type"], detail["msg"] if detail["type"] == "null" else ""), []).append(detail)
        return tuple(_departure(details, place) for details in kinds.values())
    return ()


def _departure(details: list[ErrorDetails], place: str) -> Finding:
    first = details[0]
    where = ".".join(str(part) if isinstance(part, str) else str(part + 1) for part in first["loc"])
    key = next((part for part in reversed(first["loc"]) if isinstance(part, str)), "")
    often = f" ({len(details)} times, first at {where})" if len(details) > 1 else f" (at {where})"
    match first["type"]:
        case "missing":
            what, mend = f"'{key}' is missing", "Add it; CASE 1.1 requires it."
        case "extra_forbidden":
            what, mend = f"'{key}' may not stand here", "Take it out, or move it into `extensions`."
        case "null":
            what, mend = first["msg"], "Take the key out instead of writing null."
        case "string_pattern_mismatch":
            what, mend = f"'{key}' {_PATTERNS[first['ctx']['pattern']]}", "`plnb standards import` writes it the way CASE wants it."
        case _:
            said = first["msg"].removeprefix("Value error, ")
            what, mend = f"'{key}': {said[0].lower()}{said[1:]}", "`plnb standards import` writes it the way CASE wants it."
    return Finding(code="case-strict", severity=Severity.error, message=f"{what}{often}.", place=place, mend=mend)
