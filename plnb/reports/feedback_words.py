"""Every sentence of the feedback pages, in one place, so that they can be translated. Signs and verdicts stand in `words`."""

from __future__ import annotations

from typing import Final

TITLE: Final = "Feedback on {activity} ({student})"
HEADING: Final = "Feedback on “{activity}”"
SKIP: Final = "Skip to the page"
ON_THIS_PAGE: Final = "On this page"
COURSE: Final = "Course"
UNIT: Final = "Unit"
STUDENT: Final = "Student"
HANDED_IN: Final = "Handed in"
FOOTER: Final = "Made on {date} for {student}. This page is one file; it loads nothing from the internet and runs no programs."

SCORE: Final = "{points} of {most} points"
LATE: Final = "{penalty} points were taken off because it came late."
STILL_OPEN: Final = "Points for what your teacher has still to look at are not in it yet."

ALL_RIGHT: Final = "Everything here is right."
SOME_RIGHT: Final = "{right} of {all} answers are right."
ONE_RIGHT: Final = "1 of {all} answers is right."
NOTHING_DONE: Final = "Nothing has been answered here yet."
NOTHING_CHECKED: Final = "There is nothing in this notebook that is checked."
OTHER_WAY: Final = "This is on a way you did not take. You need not do it, and it costs nothing."
WAITING: Final = "{n} wait for your teacher."
WAITS: Final = "1 waits for your teacher."
TRY_AGAIN: Final = "What is not yet right can be mended, and handed in again."

AT_A_GLANCE: Final = "Your answers"
CHECK: Final = "Question"
HOW_IT_WENT: Final = "How it went"
WHAT_TO_KNOW: Final = "What there is to know"
ABOUT: Final = "About: {standards}"
TO_THE_CELL: Final = "See it in your notebook"
TEACHER: Final = "Your teacher says"

SAID: Final = {
    "passed": "This is right.",
    "partial": "A part of this is right.",
    "failed": "This is not yet what was asked for.",
    "not_attempted": "There is no answer here yet.",
    "not_on_path": "This belongs to a way you did not take. It costs nothing.",
    "waiting": "Your teacher will look at this answer.",
    "timed_out": "This took too long to run.",
    "crashed": "Python stopped altogether while this ran.",
    "our_fault": "This could not be checked, and that is not your fault. It will be checked again.",
}

WHAT_NEXT: Final = "What next"
HINT: Final = "A hint for “{check}”: {hint}"
LOOK_AT: Final = "Look once more at “{check}”. {idea}"
LEFT_OPEN: Final = "“{check}” is still open. Try it: a wrong answer costs nothing."
NOTHING_NEXT: Final = "There is nothing left to do here. Well done!"

NOTEBOOK: Final = "Your notebook"
NOTEBOOK_ABOUT: Final = "As you handed it in, and what came out when it ran here."
TOO_LONG: Final = "The rest of the notebook is too long for this page. You have it in the notebook you handed in."
YOUR_ANSWER: Final = "Your answer"
YOUR_CELL: Final = "Your own cell"
QUESTION: Final = "Question"
OUTPUT: Final = "Output"
CODE: Final = "Code"
PICTURE: Final = "Picture that your code drew"
FRAME: Final = "Table or text that your code showed"
ERROR: Final = "Python stopped here"
