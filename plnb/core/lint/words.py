"""Small words that findings share: lists, counts and guesses at what was meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def listed(names: Iterable[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    *head, tail = list(names) or [""]
    return f"{', '.join(head)} {last} {tail}" if head else tail


def meant(name: str, known: Iterable[str], otherwise: str) -> str:
    """A guess at what was meant, and what to do where the guess is wrong."""
    by_fold = {word.casefold(): word for word in known}
    close = get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.6)
    return f"Did you mean {by_fold[close[0]]}? If not, {otherwise}" if close else otherwise[:1].upper() + otherwise[1:]


def number(value: float) -> str:
    """A number as people write it: 3, not 3.0."""
    return f"{value:g}"


def quoted(text: str, most: int = 50) -> str:
    """A piece of text in quotation marks, cut where it is long."""
    line = " ".join(text.split())
    return f"“{line if len(line) <= most else line[: most - 1] + '…'}”"
