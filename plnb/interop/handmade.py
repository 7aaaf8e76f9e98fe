"""What is asked of lists that people write by hand, be it a table or YAML: every code there, once, and none in a circle.

Published frameworks are forgiven such things (`case_read`); who writes a list can mend it, and is told the line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter
from typing import Final

from plnb.core.standards import Standard
from plnb.errors import FrameworkError
from plnb.interop.case_text import MAX_CODE

_MARKS: Final = ";"


def checked(placed: Iterable[tuple[Standard, int]], place: str) -> tuple[Standard, ...]:
    """The standards, each given with its line. Raises FrameworkError with the line that cannot be used."""
    standards: dict[str, Standard] = {}
    lines: dict[str, int] = {}
    for standard, line in placed:
        refuse_odd_code(standard.code, f"{place}:{line}")
        if standard.code in lines:
            raise FrameworkError(
                f"The code {standard.code} stands twice, also in line {lines[standard.code]}.",
                place=f"{place}:{line}",
                mend="Give each standard a code of its own.",
            )
        standards[standard.code], lines[standard.code] = standard, line
    _refuse_unknown(standards, place, lines)
    _refuse_circle({code: each.requires for code, each in standards.items()}, "Prerequisites run in a circle", place, lines)
    groups = {code: (each.parent,) if each.parent else () for code, each in standards.items()}
    _refuse_circle(groups, "Groups are parts of each other", place, lines)
    return tuple(standards.values())


def refuse_odd_code(code: str, place: str) -> None:
    """Raises FrameworkError for a code that could not stand in a list of codes."""
    if len(code) > MAX_CODE or len(code.split()) != 1 or _MARKS in code:
        mend = f"Use at most {MAX_CODE} signs, without blanks and semicolons."
        raise FrameworkError(f"“{code[:40]}” cannot be a code.", place=place, mend=mend)


def _refuse_unknown(standards: Mapping[str, Standard], place: str, lines: Mapping[str, int]) -> None:
    for code, standard in standards.items():
        named = [("parent", standard.parent), *(("requires", other) for other in standard.requires)]
        for key, other in named:
            if other is not None and other not in standards:
                close = get_close_matches(other, standards, n=1)
                guess = f"Did you mean {close[0]}? If not, correct" if close else "Correct"
                raise FrameworkError(
                    f"{code} names {other} under `{key}`, and nothing in this list has that code.",
                    place=f"{place}:{lines[code]}",
                    mend=f"{guess} the code, or add it to the list.",
                )


def _refuse_circle(edges: Mapping[str, tuple[str, ...]], said: str, place: str, lines: Mapping[str, int]) -> None:
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        circle = list(error.args[1])
        where = f"{place}:{min(lines[code] for code in circle)}"
        raise FrameworkError(f"{said}: {_shown(circle)}.", place=where, mend="Take one of them out.") from None


def _shown(circle: list[str], most: int = 8) -> str:
    shown = circle if len(circle) <= most else [*circle[: most - 1], "…", circle[-1]]
    return " → ".join(shown)
