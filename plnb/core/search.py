"""Finding standards by code or by words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from plnb.core.standards import Standard

_WORD: Final = re.compile(r"[^\W_]+")


def search(standards: Iterable[Standard], query: str) -> tuple[Standard, ...]:
    """Standards that match, best first; those that match equally well stay in their order.

    A query that is a code, or the beginning or end of one, finds it whatever its case, and finds standards aligned to it; otherwise
    every word of the query must begin a word of the code, title or statement.
    """
    wanted = query.casefold().strip()
    # "lines" should find "line"; words are matched by their beginnings anyway.
    words = [word.removesuffix("s") if len(word) > 3 else word for word in _WORD.findall(wanted)]
    if not words:
        return ()
    ranked = [(_rank(standard, wanted, words), place, standard) for place, standard in enumerate(standards)]
    return tuple(standard for rank, _, standard in sorted(ranked, key=lambda r: r[:2]) if rank < _NOT_FOUND)


_NOT_FOUND: Final = 99


def _rank(standard: Standard, wanted: str, words: list[str]) -> int:
    """How well a standard answers, 0 best; what it is aligned to counts one less than its own code."""
    own = _code_rank(standard.code.casefold(), wanted)
    others = [_code_rank(alignment.code.casefold(), wanted) for alignment in standard.alignments]
    return min(own, *(rank + 1 for rank in others), _word_rank(standard, words))


def _code_rank(code: str, wanted: str) -> int:
    """0 the code itself, 2 its beginning or end up to a mark (`8.F` of `8.F.B.4`), 4 any beginning or end."""
    if code == wanted:
        return 0
    size = len(wanted)
    edges = (
        (code.startswith(wanted), code[size : size + 1]),
        (code.endswith(wanted), code[-size - 1 : -size]),
    )
    if any(fits and not next_to.isalnum() for fits, next_to in edges):
        return 2
    # The other way round: somebody pasted the code with its publisher's prefix.
    if wanted.endswith(code) and not wanted[-len(code) - 1].isalnum():
        return 2
    return 4 if len(wanted) > 2 and any(fits for fits, _ in edges) else _NOT_FOUND


def _word_rank(standard: Standard, words: list[str]) -> int:
    """6 all words in the title, 7 in code, title and statement together."""
    title = _WORD.findall(standard.title.casefold())
    if all(any(known.startswith(word) for known in title) for word in words):
        return 6
    whole = title + _WORD.findall(f"{standard.statement} {standard.code}".casefold())
    return 7 if all(any(known.startswith(word) for known in whole) for word in words) else _NOT_FOUND
