"""Standards that say nearly the same in other words: what to offer to somebody who aligns two lists.

`search` wants every word; this weighs the words that two statements share, rare ones more (cosine of tf-idf: Salton & Buckley 1988,
doi:10.1016/0306-4573(88)90021-0, with each word counted once). It knows words and no meaning: a person decides.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import log, sqrt
from typing import Final

from plnb.core.standards import Standard

_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_LEAST: Final = 0.1
"""Cosine below which two statements share no more than any two do."""


class Likeness:
    """Lists of standards, ready to be asked again and again; each standard is known by its place in all lists together."""

    def __init__(self, lists: Sequence[tuple[Standard, ...]]) -> None:
        self._standards = [standard for standards in lists for standard in standards]
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, standard in enumerate(self._standards):
            for word in _words(standard):
                self._places[word].append(place)
        lengths = [0.0] * len(self._standards)
        for word, places in self._places.items():
            weight = self._weight(word) ** 2
            for place in places:
                lengths[place] += weight
        self._lengths = [sqrt(length) for length in lengths]

    def nearest(self, standard: Standard, most: int = 3) -> tuple[Standard, ...]:
        """The standards that are most like this one, best first; none where no two words are shared."""
        words = [word for word in _words(standard) if word in self._places]
        length = sqrt(sum(self._weight(word) ** 2 for word in words))
        shared: dict[int, tuple[int, float]] = {}
        for word in words:
            weight = self._weight(word) ** 2
            for place in self._places[word]:
                count, sum_ = shared.get(place, (0, 0.0))
                shared[place] = count + 1, sum_ + weight
        scores = {
            place: sum_ / (length * self._lengths[place])
            for place, (count, sum_) in shared.items()
            if count > 1 and length and self._lengths[place]
        }
        best = sorted((place for place in scores if scores[place] >= _LEAST), key=lambda place: (-scores[place], place))
        return tuple(self._standards[place] for place in best[:most])

    def _weight(self, word: str) -> float:
        return log((1 + len(self._standards)) / len(self._places[word]))


def _words(standard: Standard) -> Iterable[str]:
    """Each word once, folded, and in the singular as far as an `s` makes it."""
    text = f"{standard.title} {standard.statement}".casefold()
    return dict.fromkeys(word.removesuffix("s") if len(word) > 3 else word for word in _WORD.findall(text))
