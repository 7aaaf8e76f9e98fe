"""What is said on a student's own screen: sentences that join the catalogue in `words`."""

from __future__ import annotations

from functools import cache
from typing import Final

from plnb.core.sayings import words_of_teachers
from plnb.core.words import Words

_ENGLISH: Final = {
    "trust.practice": "This is your own practice. It counts once you have handed it in and it has been graded.",
    "trust.graded": "This is your own practice together with what came back graded. Only what was graded counts.",
    # The journal, line by line.
    "own.attempt.passed": "You passed {check}.",
    "own.attempt.partial": "You tried {check}: {percent} % of the points.",
    "own.attempt.failed": "You tried {check}: not yet right.",
    "own.attempt.other": "You ran {check}, before there was an answer to look at.",
    "own.hint": "You looked at hint {rung} of {check}.",
    "own.choice": "You chose {options}.",
    "own.choice_back": "You took back a choice: “{prompt}”",
    "own.goal": "Your goal: {text}",
    "own.goal_done": "You reached your goal: {text}",
    "own.goal_back": "You took back a goal.",
    "own.reflected": "You wrote in “{activity}”: {text}",
    "own.reflected_back": "You took back what you wrote in “{activity}”.",
    "own.felt": "You said how you feel about “{standard}”: {level}.",
    "own.went_on": "You went on in “{activity}” before it was advised.",
    "own.went_on_note": "You went on in “{activity}” before it was advised: {text}",
    "own.other": "Something that this course no longer has.",
    # What came back.
    "own.graded_level": "When this was last graded you were at “{level}”.",
    "feedback.page": "Feedback on “{activity}”",
    "feedback.progress": "My progress, as graded",
}

_SENTENCES: Final = {"en": _ENGLISH}


@cache
def words_of_students(language: str) -> Words:
    """The catalogue for a language, with these sentences in it."""
    words = words_of_teachers(language)
    return Words(words.language, {**_SENTENCES.get(words.language, _ENGLISH), **words.templates}, words.form)
