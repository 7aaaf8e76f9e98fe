"""Finding standards by code or by words, also while somebody types, also among tens of thousands."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Final, NamedTuple

from plnb.core.standards import Standard

_WORD: Final = re.compile(r"[^\W_]+")
_INDEXES: Final = 4
"""Lists of standards whose index is kept: those of the course somebody is writing in."""


def search(standards: Iterable[Standard], query: str) -> tuple[Standard, ...]:
    """Standards that match, best first; those that match equally well stay in their order.

    A query that is a code, or the beginning or end of one, finds it whatever its case, and finds standards aligned to it; otherwise
    every word of the query must begin a word of the code, title or statement.
    """
    return search_lists((tuple(standards),), query)


def search_lists(lists: Sequence[tuple[Standard, ...]], query: str) -> tuple[Standard, ...]:
    """As `search`, over several lists in their order. A list that is asked again, the same object, is not read again."""
    wanted = query.casefold().strip()
    # "lines" should find "line"; words are matched by their beginnings anyway.
    words = [f" {word.removesuffix('s') if len(word) > 3 else word}" for word in _WORD.findall(wanted)]
    if not words:
        return ()
    ranked: list[tuple[int, int, Standard]] = []
    place = 0
    for standards in lists:
        for entry in _index(standards):
            place += 1
            # Most are neither: ranking only the others makes the answer come while one types.
            if words[0] in entry.whole or wanted in entry.code or entry.aligned or wanted.endswith(entry.code):
                rank = _rank(entry, wanted, words)
                if rank < _NOT_FOUND:
                    ranked.append((rank, place, entry.standard))
    return tuple(standard for _, _, standard in sorted(ranked, key=itemgetter(0, 1)))


class _Entry(NamedTuple):
    """What of a standard is compared, folded; words with a blank before each, so that ` lin` finds where one begins."""

    standard: Standard
    code: str
    aligned: tuple[str, ...]
    title: str
    whole: str


_kept: Final[deque[tuple[tuple[Standard, ...], tuple[_Entry, ...]]]] = deque(maxlen=_INDEXES)


def _index(standards: tuple[Standard, ...]) -> tuple[_Entry, ...]:
    for known, index in tuple(_kept):
        if known is standards:  # comparing would take longer than reading them again
            return index
    index = tuple(_entry(standard) for standard in standards)
    _kept.append((standards, index))
    return index


def _entry(standard: Standard) -> _Entry:
    title = _words(standard.title)
    aligned = tuple(alignment.code.casefold() for alignment in standard.alignments)
    return _Entry(standard, standard.code.casefold(), aligned, title, title + _words(f"{standard.statement} {standard.code}"))


def _words(text: str) -> str:
    return "".join(f" {word}" for word in _WORD.findall(text.casefold()))


_NOT_FOUND: Final = 99


def _rank(entry: _Entry, wanted: str, words: list[str]) -> int:
    """How well a standard answers, 0 best; what it is aligned to counts one less than its own code."""
    own = _code_rank(entry.code, wanted)
    others = [_code_rank(code, wanted) for code in entry.aligned]
    return min(own, *(rank + 1 for rank in others), _word_rank(entry, words))


def _code_rank(code: str, wanted: str) -> int:
    """0 the code itself, 2 its beginning or end up to a mark (`8.F` of `8.F.B.4`), 4 any beginning or end."""
    if wanted not in code and not wanted.endswith(code):
        return _NOT_FOUND
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


def _word_rank(entry: _Entry, words: list[str]) -> int:
    """6 all words in the title, 7 in code, title and statement together."""
    if not all(word in entry.whole for word in words):
        return _NOT_FOUND
    return 6 if all(word in entry.title for word in words) else 7
