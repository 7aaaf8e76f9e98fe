"""Every sentence that the kernel's side says itself, in one place. What courses, levels and paths say comes from `core`."""

from __future__ import annotations

from typing import Final

NO_COURSE: Final = "There is no course beside this notebook (course.json). It runs as it is; nothing is kept."
STARTED: Final = "“{title}” is ready. Run a check, and you will see here how it went."
STARTED_COURSE: Final = "“{course}” is ready. Run a check, and you will see here how it went."
WHICH_NOTEBOOK: Final = 'Which notebook is this? Say so: me.start(activity="…"), one of: {names}.'
NO_SUCH_NOTEBOOK: Final = "There is no notebook “{name}” here. There are: {names}."
GRADING: Final = "Nothing is kept while this is being graded."

PASSED: Final = "Passed"
PARTLY: Final = "Partly right"
NOT_YET: Final = "Not yet"
NO_ANSWER: Final = "Not checked yet"
PASSED_SAYS: Final = "“{check}” is right."
PARTLY_SAYS: Final = "“{check}”: {percent} % of it is right."
NOT_YET_SAYS: Final = "“{check}” is not right yet. You can try as often as you like."
NO_ANSWER_SAYS: Final = "“{check}” could not run yet. Is there an answer above, and did its cell run? (Python says: {error})"
BLANK_SAYS: Final = "“{check}” has no answer yet: its cell is as it was given to you."
EXPECTED: Final = "What was looked for: {message}"
TRY: Final = "Try {n}"
HINTS_LEFT: Final = 'There is a hint: plnb.notebook.hint("{check}")'
NEVER_RAN: Final = "“{check}” has not run yet. Run its cell, and ask again."
NOTHING_RAN: Final = "No check has run yet. Run one, and ask again."
NO_SUCH_CHECK: Final = "There is no check “{name}” here. There are: {names}."
NO_CHECKS: Final = "This notebook has no checks."

HINT: Final = "Hint {n} of {all}"
NO_HINTS: Final = "“{check}” has no hints. Your teacher can help."
ALL_HINTS: Final = "These are all the hints for “{check}”."

CHOSEN: Final = "You chose {options}. You can change your mind at any time."
CHOICES: Final = "There is no choice to make in this notebook."
PICK: Final = "Choose {n}"
HOW_TO_CHOOSE: Final = 'plnb.notebook.choose("{fork}", "{option}")'
NO_SUCH_FORK: Final = "There is no choice “{name}” here. There are: {names}."
NO_SUCH_WAY: Final = "“{name}” is not one of the ways here. There are: {names}."
IS_CHOSEN: Final = "chosen"
SUGGESTED: Final = "suggested"

GOAL_KEPT: Final = "Your goal is written down: {text}"
GOAL_DONE: Final = "You reached your goal: {text}"
GOALS: Final = "Your goals"
NO_GOALS: Final = 'You have no goal yet. Make one: plnb.notebook.goal("…")'
NOT_A_DAY: Final = "“{by}” is not a day. Write it like this: 2026-12-24"

THOUGHT_KEPT: Final = "Your thought is written down."
WHICH_PLACE: Final = 'Say where this belongs: plnb.notebook.reflect("place", "…"). There are: {names}.'
NO_PLACE: Final = "This notebook has no place to write a thought."

NEXT: Final = "Next for you"
LEARNING: Final = "What there is to learn"
MORE_TO_LEARN: Final = "And {n} more that you have not started yet."
ALL_TO_LEARN: Final = "{n} things, and every right answer takes you further."
WHERE: Final = "Where you are"
UNIT_DONE: Final = "{title}: {done} of {steps} steps done"
NOTHING_NEXT: Final = "There is nothing you still have to do. Well done!"
MINUTES: Final = "about {n} minutes"

NOT_KEPT: Final = "This could not be kept. {problem}"
OURS: Final = "Something in plnb went wrong and is left out; your own work is not to blame. ({problem})"
