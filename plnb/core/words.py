"""Every sentence the core says to a student, as templates by code. Replace the catalogue and the core speaks another language.

A template names its values in braces. `{n:# check|# checks}` picks the form for the count `n` and puts the number in place of `#`.
Knows nothing of courses or records: it is handed numbers and names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from plnb.core.base import Reason

_KEPT: Final = 4096
_PLURAL = re.compile(r"\{(\w+):([^{}]*\|[^{}]*)\}")


@cache
def _pieces(template: str) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """A template taken apart, once: text as it is, then the name of a count with its forms."""
    parts = _PLURAL.split(template)
    ends = [(name, tuple(forms.split("|"))) for name, forms in zip(parts[1::3], parts[2::3], strict=True)]
    return tuple((text, name, forms) for text, (name, forms) in zip(parts[::3], [*ends, ("", ())], strict=True))


@dataclass(frozen=True, slots=True)
class Words:
    """One language."""

    language: str
    """BCP 47 tag."""
    templates: Mapping[str, str]
    """Sentences and phrases by code."""
    form: Callable[[int], int] = lambda n: 0 if n == 1 else 1
    """Which of the forms between the bars a count takes, from 0."""
    _said: dict[tuple[str, ...], Reason] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Sentences said before, at most `_KEPT` of them."""

    def say(self, code: str, /, **values: object) -> Reason:
        """The sentence `code` with `values` put in."""
        # A report says the same few sentences of hundreds of standards.
        key = (code, *values, *map(str, values.values()))
        said = self._said.get(key)
        if said is None:
            if len(self._said) >= _KEPT:
                self._said.clear()
            said = self._said[key] = self._make(code, values)
        return said

    def _make(self, code: str, values: Mapping[str, object]) -> Reason:
        template = self.templates[code]
        pieces = _pieces(template)
        if len(pieces) > 1:
            template = ""
            for text, name, forms in pieces:
                template += text
                if name:
                    count = values[name]
                    assert isinstance(count, int), (code, name)
                    template += forms[self.form(count)].replace("#", str(count))
        return Reason.of(code, template, **values)

    def phrase(self, code: str, /, **values: object) -> str:
        """The text of a phrase that goes into a sentence."""
        return self.say(code, **values).text

    def quote(self, names: Sequence[str]) -> str:
        """Names in quotation marks, as a list: “a”, “b” and “c”."""
        return self.join([self.phrase("quoted", name=name) for name in names])

    def join(self, parts: Sequence[str], how: str = "and") -> str:
        """Parts as a list; `how` is `and` or `or`."""
        if len(parts) < 2:
            return "".join(parts)
        return self.phrase(f"list.{how}", first=", ".join(parts[:-1]), last=parts[-1])


ENGLISH: Final = Words(
    language="en",
    templates={
        # Pieces.
        "quoted": "“{name}”",
        "list.and": "{first} and {last}",
        "list.or": "either {first} or {last}",
        "level.not_started": "not started",
        "level.attempted": "started",
        "level.familiar": "familiar",
        "level.proficient": "proficient",
        "level.mastered": "mastered",
        "format.text": "reading",
        "format.visual": "pictures",
        "format.data": "data",
        "format.story": "stories",
        "format.code": "code",
        "format.hands_on": "trying things out",
        "check_in": "“{check}” in “{activity}”",
        "part_of": "the next part of “{activity}”",
        "gate.title": "The next part of “{activity}”",
        # Mastery.
        "mastery.not_started": "You have not tried this yet.",
        "mastery.not_graded": "Nothing of yours on this has been graded yet.",
        "mastery.attempted": "{answers:# answer|# answers} so far, none right yet.",
        "mastery.helped": "You got it right with a hint; now try one without.",
        "mastery.confirmed": "You had it, and {days:a day|# days} later you got it right again.",
        "mastery.confirmed_soon": "You had it, and later you got it right again.",
        "mastery.lapsed": "You had it, and then missed it in a later check. Since then: {said}",
        "mastery.lapsed_now": "You had it, and then missed it in a later check; practise it again to get it back.",
        "mastery.fallen": "You had mastered it, and then missed it in a later check; get it right once more to master it again.",
        "mastery.override": "Your teacher set this to “{level}”: {said}",
        "streak.building": "{run} right in a row so far; {more} more {more:shows|show} you have it.",
        "streak.elsewhere": (
            "{run} right in a row so far; {more} more on {more:a different check|different checks} {more:shows|show} you have it."
        ),
        "streak.broken": "Your latest answer was not right; {n} right in a row {n:shows|show} you have it.",
        "streak.reached": "Your last {run:answer was|# answers were} right, on {checks:one check|# different checks}.",
        "streak.kept": "You once got {run} right in a row, on {checks:one check|# different checks}, and you keep that.",
        "m_of_n.building": "{right} right in your {window:first answer|last # answers}; {more} more {more:shows|show} you have it.",
        "m_of_n.reached": "{right} right in your {window:last answer|last # answers}, on {checks:one check|# different checks}.",
        "m_of_n.kept": (
            "You once got {right} right in {window:# answer|# answers}, "
            "on {checks:one check|# different checks}, and you keep that."
        ),
        "latest.below": "Your latest answer earned {percent} %; {need} % shows you have it.",
        "latest.reached": "Your latest answer earned {percent} %, and {need} % shows you have it.",
        "latest.elsewhere": (
            "Your latest answer earned {percent} %; {more:one more check|# more checks} to answer before it shows you have it."
        ),
        "highest.below": "Your best answer earned {percent} %; {need} % shows you have it.",
        "highest.reached": "Your best answer earned {percent} %, and {need} % shows you have it.",
        "highest.elsewhere": (
            "Your best answer earned {percent} %; {more:one more check|# more checks} to answer before it shows you have it."
        ),
        "average.below": "Your answers average {value} of {out_of}; {need} shows you have it.",
        "average.reached": "Your answers average {value} of {out_of}, and {need} shows you have it.",
        "average.elsewhere": (
            "Your answers average {value} of {out_of}; {more:one more check|# more checks} to answer before it shows you have it."
        ),
        "weighted_average.below": "Your answers average {value} of {out_of}, the latest counting most; {need} shows you have it.",
        "weighted_average.reached": (
            "Your answers average {value} of {out_of}, the latest counting most, and {need} shows you have it."
        ),
        "decaying_average.below": "Your answers average {value} of {out_of}, newer ones counting more; {need} shows you have it.",
        "decaying_average.reached": (
            "Your answers average {value} of {out_of}, newer ones counting more, and {need} shows you have it."
        ),
        "n_times.below": (
            "{reached:# answer|# answers} of {need} or more out of {out_of} so far; {more} more {more:shows|show} you have it."
        ),
        "n_times.reached": "{reached:# answer|# answers} of {need} or more out of {out_of}: that shows you have it.",
        "rubric.below": "Your latest work earned {value} of {out_of}; {need} shows you have it.",
        "rubric.reached": "Your latest work earned {value} of {out_of}, and {need} shows you have it.",
        "rubric.mastered": "Your latest work earned {value} of {out_of}, and {need} shows you have mastered it.",
        "rubric.elsewhere": (
            "Your latest work earned {value} of {out_of}; {more:one more piece|# more pieces} of work to show you have it."
        ),
        "ema.below": "Your answers, the newer ones counting more, stand at {percent} %; {need} % shows you have it.",
        "ema.reached": "Your answers, the newer ones counting more, stand at {percent} %, and {need} % shows you have it.",
        "ema.elsewhere": (
            "Your answers, the newer ones counting more, stand at {percent} %; "
            "{more:one more check|# more checks} to get right before it shows you have it."
        ),
        "bkt.below": "Going by your answers, the chance that you have it is {percent} %; {need} % shows you have it.",
        "bkt.reached": "Going by your answers, the chance that you have it is {percent} %, and {need} % shows you have it.",
        "bkt.elsewhere": (
            "Going by your answers, the chance that you have it is {percent} %; "
            "{more:one more check|# more checks} to get right before it shows you have it."
        ),
        "points.below": "{points} of {most} points so far; each right answer in a row earns more.",
        "points.reached": "You have earned all {most} points, and you keep them.",
        "points.elsewhere": (
            "You have earned all {most} points; {more:one more check|# more checks} to get right before it shows you have it."
        ),
        "khan.below": (
            "{right} right of {questions:# question|# questions} in your latest exercise; "
            "all right, on {more:one check|# different checks} or more, shows you have it."
        ),
        "khan.reached": "All {questions:# question|# questions} right in an exercise; a mixed check can show mastery.",
        "khan.up": "You got it right in a mixed check; that lifts you to “{level}”.",
        "khan.down": "You missed it in a mixed check; that takes you to “{level}”.",
        "children.reached": "You have what this is made of: {standards}.",
        "children.missing": "It is made of several parts; still to get: {standards}.",
        "children.points": "Its parts give you {points} of the {need} points that show you have it.",
        "children.none": "Nothing in this course is part of it.",
        # Conditions: clauses that follow “when” and “because”.
        "if.at_least.not_started": "“{standard}” is part of the course",
        "if.at_least.attempted": "you have tried “{standard}”",
        "if.at_least.familiar": "you are familiar with “{standard}”",
        "if.at_least.proficient": "you are proficient in “{standard}”",
        "if.at_least.mastered": "you have mastered “{standard}”",
        "if.below.not_started": "“{standard}” is not part of the course",
        "if.below.attempted": "you have not tried “{standard}” yet",
        "if.below.familiar": "you are not yet familiar with “{standard}”",
        "if.below.proficient": "you are not yet proficient in “{standard}”",
        "if.below.mastered": "you have not mastered “{standard}” yet",
        "if.now": "{clause} (now: {level})",
        "if.passed": "{check} is passed",
        "if.not_passed": "{check} is not passed",
        "if.done": "“{activity}” is done",
        "if.not_done": "“{activity}” is not done",
        "if.chosen": "you have chosen “{option}”",
        "if.not_chosen": "you have not chosen “{option}”",
        "if.always": "nothing more is needed",
        "if.never": "your teacher opens it",
        "condition.holds": "This holds because {clause}.",
        "condition.fails": "This holds when {clause}.",
        # Steps.
        "activity.passed": "{checks:Its check is|All its # checks are} passed.",
        "activity.answered": "{checks:Its question is|All its # questions are} answered.",
        "activity.tested_out": "You already have what this teaches: {standards}.",
        "activity.reflected": "You have written down what you think.",
        "activity.locked": "Opens when {clause}.",
        "activity.other_way": "You chose {options} instead; you can still change your mind.",
        "activity.one_of": "One of the ways you can choose here.",
        "activity.optional": "Nobody has to do this; it is here if you like.",
        "activity.no_checks": "Nothing to hand in here; read it whenever you like.",
        "activity.suggested": "Suggested because {clause}.",
        "activity.waiting": "You have handed this in; your teacher has yet to look at it.",
        "activity.started": "You have begun: {passed} of {checks:# check|# checks} passed.",
        "activity.shaky": "It builds on {standards}; get that steady first, or come back to it if you get stuck.",
        "activity.ready": "You can start this now.",
        "fork.choose": "Choose {pick:one way|# ways} to go; {ways:there is one|there are #} to choose from.",
        "fork.choose_more": "You chose {options}; choose {more:one more way|# more ways}.",
        "fork.chosen": "You chose {options}; you can still change your mind.",
        "fork.under_way": "You chose {options}; {done} of {activities:# activity|# activities} done.",
        "fork.done": "You chose {options}, and it is done.",
        "fork.not_needed": "You have already done what this choice is for.",
        "fork.locked": "Opens when {clause}.",
        "fork.part_of_optional": "A choice in an activity that nobody has to do.",
        "gate.open": "Open, because {clause}.",
        "gate.passed_by": "“{activity}” is done, so this is behind you.",
        "gate.closed": "Opens when {clause}.",
        "gate.advises": "Best when {clause}; you may also go on and come back.",
        # What is next.
        "next.begin": "A good place to begin.",
        "next.in_order": "Next in “{unit}”.",
        "next.prepared": "You are ready for this, because you know {standards}.",
        "next.likes": "Next in “{unit}”, and it goes with what you like: {likes}.",
        "next.lapsed": "You had “{standard}” and then missed it in a later check; get it back here.",
        "next.review_due": "It is time to look at “{standard}” again, so that it stays with you.",
        "next.continue": "You have begun this; {left:# check|# checks} to go.",
        "next.continue_choice": "You have begun this; there is a choice for you inside.",
        "next.builds": "It makes {standards} steady, which “{activity}” builds on.",
        "next.choose": "Here you choose {pick:your own way|# ways of your own}.",
        "next.choose_fits": "Here you choose your own way; “{option}” goes with what you like: {likes}.",
        "next.choose_begun": "Here you choose your own way; you have already begun “{option}”.",
        "next.choose_suggested": "Here you choose your own way; “{option}” is suggested because {clause}.",
        "next.try": "Try “{activity}”: right answers on “{standard}” open {what}.",
        "next.try_again": "Try “{activity}” again: right answers on “{standard}” open {what}.",
        "next.pass": "Pass {check}: that opens {what}.",
        "next.finish": "Finish “{activity}”: that opens {what}.",
        "next.pick": "There is a choice to make: “{option}” opens {what}.",
        "next.rethink": "Think again about this choice: “{option}” opens {what}.",
        "next.extra": "You have done everything required; this is extra, if you like.",
        "next.review": "You have done everything; look at this again to keep “{standard}” fresh.",
        "next.closed": "Ask your teacher about this: it opens when {clause}.",
    },
)

CATALOGUES: Final[dict[str, Words]] = {"en": ENGLISH}


def words_for(language: str) -> Words:
    """The catalogue for a BCP 47 tag: the exact one, else the language without its region, else English."""
    return CATALOGUES.get(language) or CATALOGUES.get(language.split("-")[0]) or ENGLISH
