"""Every sentence of the progress pages, in one place, so that they can be translated. Headings stand in the template notebook.

Written for a 14-year-old: plain, short, and never a label on the person. A level is about what has been shown so far.
"""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

from plnb.core.base import Level
from plnb.core.paths import StepState
from plnb.core.records import Verdict


class Sign(NamedTuple):
    """A word with its icon. The icon repeats the word and never stands alone."""

    icon: str
    """One character, hidden from screen readers."""
    word: str
    """What it means."""

    def __str__(self) -> str:
        return f"{self.icon} {self.word}"


LEVELS: Final[dict[Level, Sign]] = {
    Level.not_started: Sign("○", "Not started"),
    Level.attempted: Sign("◔", "Started"),
    Level.familiar: Sign("◑", "Familiar"),
    Level.proficient: Sign("●", "Proficient"),
    Level.mastered: Sign("★", "Mastered"),
}
LEVEL_MEANINGS: Final[dict[Level, str]] = {
    Level.not_started: "There is no answer to look at yet.",
    Level.attempted: "You have begun. Each right answer takes you further.",
    Level.familiar: "Some of it works already. A few more right answers and you are there.",
    Level.proficient: "You have shown that you can do it. You can build on it.",
    Level.mastered: "You could still do it some time later. It stays with you.",
}
STATES: Final[dict[StepState, Sign]] = {
    StepState.done: Sign("✓", "Done"),
    StepState.ready: Sign("▷", "Open"),
    StepState.recommended: Sign("➤", "Good to do now"),
    StepState.optional: Sign("◇", "If you like"),
    StepState.locked: Sign("⊘", "Opens later"),
}
VERDICTS: Final[dict[Verdict, Sign]] = {
    Verdict.passed: Sign("✓", "Right"),
    Verdict.partial: Sign("◐", "Partly right"),
    Verdict.failed: Sign("↻", "Not yet right"),
    Verdict.not_attempted: Sign("–", "Left open"),
    Verdict.not_on_path: Sign("–", "Not on the way you chose"),
    Verdict.waiting: Sign("…", "Your teacher will look at it"),
    Verdict.timed_out: Sign("↻", "Took too long to run"),
    Verdict.crashed: Sign("↻", "Stopped while running"),
    Verdict.our_fault: Sign("!", "Could not be checked, which is not your fault"),
}
VOICES: Final = {"goal": "A goal", "reflection": "A thought"}
NOTES: Final = {
    "comment": "A comment",
    "override": "Your level",
    "intervention": "What was done to help",
    "direction": "About your way",
}

PAGE_TITLE: Final = "My progress in {course} ({student})"
SKIP: Final = "Skip to the page"
ON_THIS_PAGE: Final = "On this page"
FOOTER: Final = "Made on {date} for {student}. This page is one file; it loads nothing from the internet."
PICTURE: Final = "Picture without a description"
NOTHING_WRITTEN: Final = "Nothing written yet."

COURSE: Final = "Course"
STUDENT: Final = "Student"
AS_OF: Final = "As of"
SUMMARY: Final = "You have reached proficient or more in {reached} of {all} things to learn here."
SUMMARY_ALL: Final = "You have reached proficient or more in all {all} things to learn here."
SUMMARY_MOVING: Final = "You have begun {moving} of the {all} things to learn here. Each right answer takes you further."
SUMMARY_EMPTY: Final = "Everything is still in front of you: no answer has been looked at yet."
ALSO_MOVING: Final = "You are on the way in {moving} more."
A_GOOD_NEXT_STEP: Final = "A good next step: “{step}”."
COURSE_DONE: Final = "You have done everything that this course asks of you."

CHART_TITLE: Final = "The way to proficient"
CHART_GOAL: Final = "proficient"
CHART_ALT: Final = (
    "Bar chart, one bar for each thing to learn: how far on the way to proficient. {summary} The table below says it all in words."
)
CHART_PRACTICE: Final = "Thin line: in practice you are further on; it counts once it has been handed in and graded."
NO_STANDARDS: Final = "This course does not say yet what it teaches."
MORE: Final = "More to learn"
LEARNING: Final = "What there is to learn"
LEVEL: Final = "Level"
WHY: Final = "Why"
IN_PRACTICE: Final = "In practice: {level}. It counts once it has been handed in and graded."
REVIEW_DUE: Final = "Time to look at it again."
BY_TEACHER: Final = "Your teacher set this level."
SEE_EVIDENCE: Final = "see the answers behind it"

NO_EVIDENCE: Final = "There is no answer to show yet. As soon as your work has been graded, each answer is listed here."
NO_EVIDENCE_FOR_THIS: Final = "No answer yet."
ANSWERS: Final = "{right} of {n} answers right"
ALSO_CALLED: Final = "In published standards: {codes}"
WHEN: Final = "Date"
WHERE: Final = "Activity"
CHECK: Final = "Check"
HOW_IT_WENT: Final = "How it went"
WHAT_WAS_SAID: Final = "What was said"
POINTS: Final = "{points} of {max_points} points"
ATTEMPT: Final = "hand-in {n}"
PRACTICE_ONLY: Final = "practice"
TEACHER_SAID: Final = "Your teacher: {text}"
OPEN_FEEDBACK: Final = "Open the feedback"
OPEN_NOTEBOOK: Final = "Open the notebook"

NO_PATH: Final = "This course has no steps yet."
UNIT_DONE: Final = "{done} of {steps} steps done"
UNIT_POINTS: Final = "{points} of {max_points} points"
MINUTES: Final = "about {n} minutes"
CHECKS: Final = "{passed} of {checks} checks passed"
FORK: Final = "Your choice"
CHOICE_INFERRED: Final = "You did not say so; your work shows it."
OTHER_WAYS: Final = "Ways you did not take (you need not do them)"

NOTHING_NEXT: Final = "There is nothing you still have to do. Well done!"

NO_VOICES: Final = "What you write about your goals and your thoughts in the course is kept here. There is nothing yet."
GOAL_REACHED: Final = "reached"
WRITTEN_ON: Final = "{kind}, {date}"
NO_NOTES: Final = "Your teacher has not written anything here yet."
ABOUT: Final = "About “{about}”"

ICON: Final = "Sign and word"
MEANING: Final = "What it means"
READ_LEVELS: Final = (
    "The levels say what your answers have shown so far. They say nothing about how clever you are, and they change as you work."
)
READ_CREDIT: Final = (
    "A level counts only what you handed in and what was graded, or what your teacher saw. “In practice” also counts what you "
    "tried on your own. Practising is for learning: a wrong answer there costs nothing."
)
READ_PATH: Final = "On your path, each step has one of these signs:"
READ_VERDICTS: Final = (
    "An answer that is “not yet right” can be tried again. An answer left open, or one that could not be checked, never counts "
    "against your level."
)

_MONTHS: Final = ("Jan", "Feb", "March", "April", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")


def day(when: date) -> str:
    """A date as people say it: `3 March 2026`."""
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def number(value: float) -> str:
    """A number without needless zeros: `3`, `2.5`, `0.33`."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
