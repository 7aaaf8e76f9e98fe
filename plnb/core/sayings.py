"""What is said of a teacher's word on an activity, and in an explanation: sentences that join the catalogue in `words`."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Final

from plnb.core.words import Words, words_for

_ENGLISH: Final = {
    "directed.excused": "Your teacher excused you from this: {said}",
    "directed.required": "Your teacher asks you to do this: {said}",
    "directed.pinned": "Your teacher put this first: {said}",
    # The rule, in words.
    "explain.rule.streak": "You are proficient after {n:one right answer|# right answers in a row}.",
    "explain.rule.m_of_n": "You are proficient when {m} of any {n} answers in a row are right.",
    "explain.rule.latest": "Your latest answer decides: from {familiar} % you are familiar, from {proficient} % proficient.",
    "explain.rule.highest": "Your best answer decides: from {familiar} % you are familiar, from {proficient} % proficient.",
    "explain.rule.thresholds": "From {familiar} % you are familiar, from {proficient} % proficient.",
    "explain.rule.correct_at": "An answer is right from {percent} % of its points.",
    "explain.rule.correct": "An answer is right when it earns all its points.",
    "explain.rule.distinct": "The answers must come from at least {checks} different checks.",
    "explain.rule.assisted": "A right answer after a hint counts like any other.",
    "explain.rule.unassisted": "A right answer after a hint counts neither for you nor against you.",
    "explain.rule.confirm": "One right answer more, at least {days:a day|# days} later, shows that you have mastered it.",
    "explain.rule.confirm_soon": "One right answer more shows that you have mastered it.",
    "explain.rule.trust.self": "Everything counts, also what you say of yourself.",
    "explain.rule.trust.local": "What ran in your own notebook counts, too.",
    "explain.rule.trust.graded": "Only what was handed in and graded counts.",
    "explain.rule.trust.teacher": "Only what a teacher judged counts.",
    # How a record counted.
    "explain.right": "Right.",
    "explain.right_assisted": "Right, after {hints:a hint|# hints}; that counts here.",
    "explain.wrong": "Not right.",
    "explain.wrong_part": "Not right yet: {percent} % of the points.",
    "explain.score": "{percent} % of the points.",
    "explain.neutral": "After {hints:a hint|# hints}, so it counts neither for you nor against you.",
    "explain.unused": "The rule does not look at this one.",
    "explain.future": "Not counted: it is dated after the moment this looks at.",
    "explain.other_standard": "Not counted: when it was graded, this check was about something else.",
    "explain.not_trusted.self": "Not counted: you said so, and nobody has seen it yet.",
    "explain.not_trusted.local": "Not counted here: it ran in your own notebook; hand it in and it counts.",
    "explain.not_trusted.graded": "Not counted here: only what a teacher judged counts.",
    "explain.verdict.not_attempted": "Not counted: it was not answered.",
    "explain.verdict.not_on_path": "Not counted: it lies on a way you did not choose.",
    "explain.verdict.waiting": "Not counted yet: your teacher has yet to look at it.",
    "explain.verdict.our_fault": "Not counted: something failed that was not your doing.",
    "explain.felt": "How you feel about it is yours to know; it is never an answer.",
    "explain.not_teacher": "Not counted: it does not come from a teacher.",
    # A teacher's word.
    "explain.word.holds": "Your teacher set this to “{level}”: {said}",
    "explain.word.until": "Your teacher set this to “{level}” until {until}: {said}",
    "explain.word.ended": "Your teacher had set this to “{level}” until {until}: {said}",
    "explain.word.replaced": "Your teacher had set this to “{level}”, and has changed it since: {said}",
    "explain.word.back": "Your teacher took an earlier word back: {said}",
    # When a level was reached.
    "explain.reached.work": "After your work in {what}.",
    "explain.reached.word": "By your teacher's word.",
    "explain.reached.ended": "Because your teacher's word ended.",
    "explain.reached.time": "Because time went by.",
    # What would change it.
    "explain.ahead.word": "While your teacher's word holds, answers change nothing.",
    "explain.ahead.right": "{answers:One more right answer|# more right answers}, without a hint, would make it “{level}”.",
    "explain.ahead.later": "{answers:One more right answer|# more right answers} on {day} or later would make it “{level}”.",
    "explain.ahead.top": "There is no level above this one.",
    "explain.ahead.nothing": "No answer that this course asks for would raise it now; ask your teacher.",
    "explain.ahead.down": "A wrong answer now would bring it down to “{level}”.",
    "explain.ahead.stays": "A wrong answer now would leave it at “{level}”.",
    "explain.ahead.row": "A wrong answer now would leave it at “{level}”, and then: {then}",
    # What lies beside it.
    "explain.note.unassessed": "No check of this course is about this.",
    "explain.note.removed": (
        "{records:One answer is|# answers are} about {standards}, which this course no longer checks; nothing of it is lost."
    ),
    "explain.note.future": "{records:One record is|# records are} dated after this moment and left out until then.",
    "explain.note.elsewhere": ("{records:One record belongs|# records belong} to another course or student and say nothing here."),
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
