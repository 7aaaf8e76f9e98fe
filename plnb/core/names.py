"""Names that nobody has yet."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

_ODD: Final = re.compile(r"[^A-Za-z0-9_\-]+")
_NUMBER: Final = re.compile(r"[-_]?\d+$")
_LONGEST: Final = 60  # An id has 64 letters at most; a number has to fit behind it.


def free_name(wish: str, taken: Collection[str]) -> str:
    """An id like `wish` that is not `taken`: letters, digits, `_` and `-`, with a number behind where the plain one is taken."""
    plain = _ODD.sub("_", wish).strip("_")[:_LONGEST] or "cell"
    if plain not in taken:
        return plain
    stem = _NUMBER.sub("", plain) or plain
    number = 2
    while (name := f"{stem}_{number}") in taken:
        number += 1
    return name
