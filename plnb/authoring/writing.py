"""One hand-in of one unit, written as its student would: answers right, slipped or left blank, and their own words.

Starts from the released files and changes nothing but what a student changes. Nothing is executed: no grader looks at outputs.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from plnb.authoring import voices
from plnb.authoring.answers import Answer
from plnb.authoring.desk import Desk, Page
from plnb.authoring.people import Slipped, SyntheticStudent
from plnb.authoring.planning import on_way, works_on
from plnb.authoring.rawbook import RawBook, cell_name
from plnb.authoring.roster import MANNERS, Manner
from plnb.authoring.slips import slip
from plnb.core.course import Activity

TERM_START: Final = datetime(2025, 9, 1, 15, 0, tzinfo=UTC)
"""First day of the made-up term; a fixed day, so that the same seed makes the same files."""
UNIT_DAYS: Final = 14
"""Days from one unit's hand-in to the next."""
TIMESTAMP: Final = "%Y-%m-%d %H:%M:%S.%f %Z"
"""nbgrader's format of `timestamp.txt`."""

_LEFT_BEHIND = shutil.ignore_patterns(".ipynb_checkpoints", "timestamp.txt")


class Work(NamedTuple):
    """What a student did in one hand-in."""

    slips: list[Slipped]
    """The mistakes in it."""
    answered: dict[str, frozenset[str]]
    """Code cells written in, by notebook."""


class _Written(NamedTuple):
    cell: str
    text: str
    mistake: str = ""


def hand_in(desk: Desk, student: SyntheticStudent, unit: str, target: Path, *, attempt: int) -> Work:
    """Write one hand-in of one unit into `target`, which must not exist."""
    shutil.copytree(desk.folder.unit_release(unit), target, ignore=_LEFT_BEHIND, copy_function=shutil.copyfile)
    work = Work([], {})
    found = desk.course.unit(unit)
    assert found is not None
    for activity in found.activities():
        page = desk.pages.get(activity.id)
        if page is None or not works_on(activity, student):
            continue
        written = list(_write(desk, student, activity, page, attempt))
        book = _fill(page.text, {each.cell: each.text for each in written}, _stated(student, activity))
        if MANNERS[student.kind].voice == "full":
            _do_tasks(book, page.tasks, voices.work(desk.topic(activity)))
        book.write(target / f"{activity.id}.ipynb")
        work.slips.extend(
            Slipped(unit=unit, notebook=activity.id, cell=each.cell, what=each.mistake) for each in written if each.mistake
        )
        work.answered[activity.id] = frozenset({each.cell for each in written} & {each.cell for each in page.answers if each.code})
    (target / "timestamp.txt").write_text(_when(desk, student, unit, attempt).strftime(TIMESTAMP), encoding="utf-8")
    return work


def _write(desk: Desk, student: SyntheticStudent, activity: Activity, page: Page, attempt: int) -> Iterator[_Written]:
    """What a student writes in a notebook. Cells left as they are do not appear.

    The dice of an answer do not know the attempt: who is right once stays right when a second hand-in is better prepared.
    """
    manner = MANNERS[student.kind]
    places = on_way(page, student)
    chance = _chance(desk, manner, activity.unit, attempt)
    for place, answer in enumerate(places):
        dice = desk.dice(student.id, activity.id, answer.cell)
        luck, effort = dice.random(), dice.random()
        if answer.voice or (answer.manual and not answer.code):
            if text := _own_words(desk, student, activity, answer):
                yield _Written(answer.cell, text)
        elif (place + 0.5) / len(places) > manner.reaches:
            continue
        elif luck < chance:
            yield _Written(answer.cell, answer.solved)
        elif effort >= manner.blank and page.python:
            made = slip(answer.solved, answer.lines, dice, options=answer.options)
            if made:
                yield _Written(answer.cell, made.code, made.what)


def _chance(desk: Desk, manner: Manner, unit: str, attempt: int) -> float:
    if attempt > 1:
        return manner.again
    weeks = [each.id for each in desk.course.units].index(unit)
    return min(1.0, manner.right + weeks * manner.growth)


def _own_words(desk: Desk, student: SyntheticStudent, activity: Activity, answer: Answer) -> str:
    """What a student says in a place for words; empty where this one leaves it."""
    manner = MANNERS[student.kind]
    if manner.voice == "none":
        return ""
    full, topic = manner.voice == "full", desk.topic(activity)
    turn = student.number + desk.places[activity.id]
    if not answer.voice:
        lines = answer.solved.split("\n")
        model = "\n".join(lines[line - 1] for line in answer.lines)
        return answer.solved.replace(model, voices.written(model, turn, full=full)) if model.strip() else ""
    if answer.voice == "goal":
        said = voices.goal(topic, turn, full=full)
    elif activity.checks and all(check.role == "probe" for check in activity.checks):
        said = voices.about_me(turn, full=full)  # nothing has been learned yet that one could look back on
    else:
        said = voices.reflection(topic, turn, full=full)
    # A single sentence is a place-holder to write over; anything longer asks something and stays.
    return said if len(answer.released.strip().split("\n")) == 1 else f"{answer.released.rstrip()}\n\n{said}"


def _stated(student: SyntheticStudent, activity: Activity) -> dict[str, list[str]]:
    """The choices a notebook tells of, where its student says them: at its own forks, and at the fork that led to it."""
    if not student.states_choices:
        return {}
    own = {fork.id for fork in activity.forks}
    if activity.branch:
        own.add(activity.branch.split("/")[0])
    return {taken.fork: list(taken.options) for taken in student.choices if taken.fork in own}


def _fill(released: str, texts: dict[str, str], choices: dict[str, list[str]]) -> RawBook:
    """A released notebook with a student's text in its cells, and nothing else changed."""
    book = RawBook(released)
    for cell in book.cells:
        cell["source"] = texts.get(cell_name(cell), cell["source"])
    if choices:
        metadata = book.document["metadata"]
        metadata["plnb"] = {**metadata.get("plnb", {}), "schema_version": 1, "choices": choices}
    return book


def _do_tasks(book: RawBook, tasks: tuple[str, ...], said: str) -> None:
    """Put a cell of the student's own below each task, which is where nbgrader asks for it."""
    for task in tasks:
        place = next(place for place, cell in enumerate(book.cells) if cell_name(cell) == task)
        book.cells.insert(place + 1, {"cell_type": "markdown", "id": f"my-{task}"[:64], "metadata": {}, "source": said})


def _when(desk: Desk, student: SyntheticStudent, unit: str, attempt: int) -> datetime:
    """Weeks apart from unit to unit, some hours apart from student to student; a second hand-in a week later."""
    week = [each.id for each in desk.course.units].index(unit)
    hours = desk.dice(student.id, unit, "hours").uniform(0, 30)
    days = UNIT_DAYS * (week + 0.5) + MANNERS[student.kind].days + (7 if attempt > 1 else 0)
    return TERM_START + timedelta(days=days, hours=hours)
