"""One question with other numbers: reading and writing the whole number that a cell makes its question's givens from. Pure.

By the line and not by Python's grammar, so that the screen reads the same (`cells/variants.ts`), and so that nothing of what a
student put into the cell is ever parsed.
"""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=256)
def _lines(name: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Lines that set the name to anything, and those that set it to a whole number."""
    start = rf"^{re.escape(name)}[ \t]*=(?!=)"
    return re.compile(start, re.MULTILINE), re.compile(rf"({start}[ \t]*)([1-9][0-9]{{0,3}})(?=[ \t]*(?:#.*)?\r?$)", re.MULTILINE)


def number_in(source: str, name: str) -> int | None:
    """The whole number, 1 to 9999, that one line of a cell sets `name` to; None where there is no such line or more than one."""
    any_line, number_line = _lines(name)
    found = number_line.findall(source)
    return int(found[0][1]) if len(found) == 1 and len(any_line.findall(source)) == 1 else None


def with_number(source: str, name: str, number: int) -> str:
    """The cell with another number on that line, and every other character as it was; unchanged where there is no such line."""
    return _lines(name)[1].sub(rf"\g<1>{number}", source) if number_in(source, name) is not None else source
