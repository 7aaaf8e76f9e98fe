"""The small conventions that reading and writing CASE share: what is a line, an address, a short name."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from plnb.interop.case_model import URI_PATTERN
from plnb.interop.codes import parse_code

CODE_URN: Final = "urn:plnb:code:"
"""Address of a standard that is known by its code alone."""

OURS: Final = "plnb"
"""Our key in the document's `extensions`: the framework's short name. Where it stands, items are in reading order."""

MAX_CODE: Final = 120
"""Letters a code may have with us; CASE sets no limit."""


def line(value: object) -> str:
    """A value as one line of text (CASE's NormalizedString); empty where it is none."""
    return " ".join(words(value).split())


def words(value: object) -> str:
    """A value as text, without the space around it; empty where it is none."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    return value.encode("utf-8", "replace").decode().strip() if isinstance(value, str) else ""


def short_name(text: str) -> str:
    """A text as a short name that can stand in a file name."""
    return re.sub(r"[^A-Za-z0-9_.]+", "-", text).strip("-.")[:64].strip("-.") or "framework"


def guess_framework(code: str, uri: str) -> str:
    """Short name of the framework that a foreign standard belongs to."""
    if known := parse_code(code):
        return known.system
    try:
        host = urlsplit(uri).hostname or ""
    except ValueError:
        host = ""
    return short_name(host.removeprefix("www.")) if host else "other"


def address(value: object) -> str:
    """A value as a full address; empty where it is none."""
    uri = words(value)
    return uri if re.match(URI_PATTERN, uri) else ""
