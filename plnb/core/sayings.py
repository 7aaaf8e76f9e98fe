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
    "explain.rule.latest": "Your latest answer decides.",
    "explain.rule.highest": "Your best answer decides.",
    "explain.rule.average": "The average of all your answers decides.",
    "explain.rule.weighted_average": "Your latest answer counts {weight} %, the average of those before it the rest.",
    "explain.rule.decaying_average": "Each new answer counts {weight} %, what was there before it the rest.",
    "explain.rule.n_times": "You are proficient once {n:one answer has|# answers have} earned {proficient} % or more.",
    "explain.rule.rubric": "Your latest work decides: from {familiar} of {out_of} you are familiar, from {proficient} proficient.",
    "explain.rule.ema": "Your answers make a running average in which the older ones fade.",
    "explain.rule.bkt": "From your answers we work out how likely it is that you have it.",
    "explain.rule.points": "Right answers in a row earn more and more points, up to {max_points}, and points are never lost.",
    "explain.rule.khan": (
        "When everything in one hand-in is right, you are proficient; mixed checks take you up and down by one level, "
        "and only they lead to the top."
    ),
    "explain.rule.competency_all": "You are proficient in this when you are in all its parts.",
    "explain.rule.competency_points": "The parts of this that you have give points; {points} make you proficient.",
    "explain.rule.thresholds": "From {familiar} % you are familiar, from {proficient} % proficient.",
    "explain.rule.correct_at": "An answer is right from {percent} % of its points.",
    "explain.rule.correct": "An answer is right when it earns all its points.",
    "explain.rule.distinct": "The answers must come from at least {checks} different checks.",
    "explain.rule.assisted": "A right answer after a hint counts like any other.",
    "explain.rule.unassisted": "A right answer after a hint counts neither for you nor against you.",
    "explain.rule.confirm": "A new right answer, {days:a day|# days} later at least, shows you mastered it; the same one does not.",
    "explain.rule.confirm_soon": "A new right answer shows you mastered it; the same one does not.",
    "explain.rule.confirm_mixed": "A right answer in a mixed check, {days:a day|# days} later at least, shows you mastered it.",
    "explain.rule.lapse": "What you miss in a later check takes you down by one level.",
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
    "explain.ahead.mixed": "A right answer in a mixed check on {day} or later would make it “{level}”.",
    "explain.ahead.parts": "It follows its parts: what changes them changes it.",
    "explain.ahead.top": "There is no level above this one.",
    "explain.ahead.nothing": "No answer that this course asks for would raise it now; ask your teacher.",
    "explain.ahead.down": "A wrong answer now would bring it down to “{level}”.",
    "explain.ahead.stays": "A wrong answer now would leave it at “{level}”.",
    "explain.ahead.row": "A wrong answer now would leave it at “{level}”, and then: {then}",
    # What lies beside it.
    "explain.note.part": "“{title}”: {level}. {why}",
    "explain.note.review": "It is planned to look at it again on {day}.",
    "explain.note.review_due": "It has been time to look at it again since {day}.",
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
