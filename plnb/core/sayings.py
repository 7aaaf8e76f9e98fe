"""Sentences about a teacher's word on an activity, beside the catalogue in `words`, which they join.

Kept apart from it because they follow another hand: what a teacher said is quoted as it was said.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Final

from plnb.core.words import Words, words_for

_ENGLISH: Final = {
    "directed.excused": "Your teacher excused you from this: {said}",
    "directed.required": "Your teacher asks you to do this: {said}",
    "directed.pinned": "Your teacher put this first: {said}",
}

_SENTENCES: Final = {"en": _ENGLISH}


@cache
def words_of_teachers(language: str) -> Words:
    """The catalogue for a language, with these sentences in it."""
    words = words_for(language)
    return replace(words, templates={**_SENTENCES.get(words.language, _ENGLISH), **words.templates})


def sentence(said: str) -> str:
    """A person's words, with a stop at their end."""
    said = said.strip()
    return said if said[-1:] in ".!?…" else f"{said}."
