"""What each call shows, as cards. Draws what `core` computed; decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from plnb.core.base import Level
from plnb.core.course import Activity, Check, Fork
from plnb.core.records import Verdict
from plnb.core.student import CheckStanding, Goal, StudentView
from plnb.notebook import words
from plnb.notebook.display import RESULT_MIME, VIEW_MIME, Card
from plnb.notebook.watching import Ran
from plnb.reports.words import LEVELS, STATES, day

_MOODS: Final = {
    Verdict.passed: ("✓", "good", words.PASSED, words.PASSED_SAYS),
    Verdict.partial: ("◐", "wait", words.PARTLY, words.PARTLY_SAYS),
    Verdict.failed: ("↻", "wait", words.NOT_YET, words.NOT_YET_SAYS),
}
_NO_ANSWER: Final = ("…", "plain", words.NO_ANSWER, words.NO_ANSWER_SAYS)
_BLANK: Final = ("…", "plain", words.NO_ANSWER, words.BLANK_SAYS)


def result_card(
    activity: Activity, check: Check, verdict: Verdict, score: float, what: Ran, standing: CheckStanding | None
) -> Card:
    """How a check went just now."""
    icon, mood, title, says = _MOODS.get(verdict, _BLANK if what.blank else _NO_ANSWER)
    error = f"{what.error}: {what.message}".rstrip(": ")
    lines = [says.format(check=check.title, percent=round(100 * score), error=_sentence(error))]
    if verdict in (Verdict.failed, Verdict.partial):
        if what.message:
            lines.append(words.EXPECTED.format(message=what.message))
        seen = standing.hints if standing else 0
        if seen < len(check.hints):
            lines.append(words.HINTS_LEFT.format(check=check.id))
    tries = standing.tries if standing else 0
    if tries > 1:
        lines.append(words.TRY.format(n=tries))
    data = {
        "schema_version": 1,
        "activity": activity.id,
        "check": check.id,
        "verdict": verdict,
        "score": score,
        "error": what.error,
        "message": what.message,
        "tries": tries,
    }
    return Card(title, icon, mood, lines, data={RESULT_MIME: data})


def standing_card(check: Check, standing: CheckStanding) -> Card:
    """How a check went before this kernel was there."""
    icon, mood, title, says = _MOODS.get(standing.latest or Verdict.not_attempted, _NO_ANSWER)
    lines = [words.NEVER_RAN.format(check=check.title)]
    if standing.latest in _MOODS:
        lines = [says.format(check=check.title, percent="", error="")]
        if standing.message:
            lines.append(words.EXPECTED.format(message=standing.message))
    return Card(title, icon, mood, lines)


def hint_card(check: Check, rung: int) -> Card:
    """The hints up to this one."""
    more = [] if rung < len(check.hints) else [words.ALL_HINTS.format(check=check.title)]
    return Card(words.HINT.format(n=rung, all=len(check.hints)), "◔", lines=[check.hints[rung - 1], *more])


def fork_card(fork: Fork, view: StudentView) -> Card:
    """What there is to choose."""
    chosen = next((choice.options for choice in view.choices if choice.fork == fork.id), ())
    advice = next((advice for advice in view.advice if advice.step == fork.id), None)
    items = []
    for option in fork.options:
        marks = [words.IS_CHOSEN] if option.id in chosen else []
        marks += [words.SUGGESTED] if advice and advice.option == option.id else []
        marks += [words.MINUTES.format(n=round(option.minutes))] if option.minutes else []
        name = f"{option.title} ({', '.join(marks)})" if marks else option.title
        how = words.HOW_TO_CHOOSE.format(fork=fork.id, option=option.id)
        items.append(" – ".join(filter(None, (name, option.about, how))))
    lines = [advice.reason.text] if advice else []
    return Card(fork.prompt, "⑂", lines=lines, lists=[("", items)])


def goals_card(goals: Sequence[Goal]) -> Card:
    """The student's goals."""
    if not goals:
        return Card(words.NO_GOALS)
    items = [f"{'✓ ' if goal.done else ''}{goal.text}{f' ({day(goal.by)})' if goal.by else ''} [{goal.goal}]" for goal in goals]
    return Card(words.GOALS, "⚑", lists=[("", items)])


def progress_card(view: StudentView) -> Card:
    """Where the student stands, and what is next."""
    report = view.report
    minutes = {step.id: step.minutes for step in report.path.steps}
    following = []
    for suggestion in report.path.next:
        about = minutes.get(suggestion.step)
        takes = f" ({words.MINUTES.format(n=round(about))})" if about else ""
        following.append(f"{_sentence(suggestion.title + takes)} {suggestion.reason.text}")
    begun = [s for s in report.standards if s.practice.level is not Level.not_started]
    learning = [f"{LEVELS[s.practice.level]} – {_sentence(s.title)} {s.practice.reason.text}" for s in begun]
    if more := len(report.standards) - len(begun):
        learning.append((words.MORE_TO_LEARN if begun else words.ALL_TO_LEARN).format(n=more))
    units = [words.UNIT_DONE.format(title=unit.title, done=unit.done, steps=unit.steps) for unit in report.units if unit.steps]
    here = [
        f"{STATES[step.state]} – {_sentence(step.title)} {step.reason.text}"
        for step in report.path.steps
        if step.unit == view.unit and step.kind != "fork" and step.on_path
    ]
    lists = [(words.NEXT, following or [words.NOTHING_NEXT]), (words.WHERE, [*units, *here]), (words.LEARNING, learning)]
    problems = [f"{problem.text} {problem.mend}".strip() for problem in view.problems]
    return Card(view.title, "☰", lines=[*problems, view.trust], lists=lists, data={VIEW_MIME: view.model_dump(mode="json")})


def _sentence(text: str) -> str:
    return text if text[-1:] in ".!?…" else f"{text}."
