"""A made-up class: students who never lived, handing in work on a released course, for demos and tests.

From the released notebooks (what students start from) and the teacher's solutions it writes `submitted/<student>/<unit>/…` as
`nbgrader collect` would. The same seed makes the same bytes. Nothing is executed: students' outputs are of no use to a grader.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Final

from plnb.authoring import voices
from plnb.authoring.answers import Answer, answers
from plnb.authoring.mangle import Mangle, mangle
from plnb.authoring.rawbook import RawBook, cell_name
from plnb.authoring.roster import MANNERS, Kind, Manner, Seat, seats
from plnb.authoring.slips import slip
from plnb.core.base import Model
from plnb.core.compiling import compile_course
from plnb.core.conditions import All, AnyOf, Condition, StandardBelow
from plnb.core.course import Activity, Course
from plnb.errors import NotReadyError, OutputExistsError
from plnb.store.layout import CourseFolder
from plnb.store.sources import load_course, read_notebook

DEFAULT_SEED: Final = 2025
TERM_START: Final = datetime(2025, 9, 1, 15, 0, tzinfo=UTC)
"""First day of the made-up term; a fixed day, so that the same seed makes the same files."""
UNIT_DAYS: Final = 14
"""Days from one unit's hand-in to the next."""
TIMESTAMP: Final = "%Y-%m-%d %H:%M:%S.%f %Z"
"""nbgrader's format of `timestamp.txt`."""

_LEFT_BEHIND = shutil.ignore_patterns(".ipynb_checkpoints", "timestamp.txt")

README: Final = """# These students are made up

Every folder here that begins with `demo-` was written by `plnb.authoring.synthetic` (seed {seed}): no such student exists, and
nobody wrote this work. It is here to try out grading and progress reports on a class with all the mishaps of a real one.
"""


class Taken(Model):
    """A way a student took at a fork."""

    fork: str
    """The fork's id."""
    options: tuple[str, ...]
    """The options taken."""


class Slipped(Model):
    """A mistake put into an answer."""

    unit: str
    """The unit."""
    notebook: str
    """The notebook."""
    cell: str
    """The answer cell."""
    what: str
    """The mistake."""


class Mangled(Model):
    """What happened to a file."""

    mangle: Mangle
    """Which of the ways."""
    unit: str
    """The unit."""
    notebook: str
    """The notebook."""
    what: str
    """In one sentence."""


class SyntheticStudent(Model):
    """A made-up student, and everything a test or a demo may want to expect of them."""

    id: str
    """nbgrader's student id; begins with `demo-`."""
    kind: Kind
    """How they work."""
    number: int
    """Seat in the class, from 1."""
    units: tuple[str, ...]
    """Units handed in."""
    choices: tuple[Taken, ...] = ()
    """Ways taken at the forks of those units."""
    states_choices: bool = True
    """Whether the choices are said in the notebooks, or only to be read from the work."""
    slips: tuple[Slipped, ...] = ()
    """Mistakes in the first hand-in."""
    mangles: tuple[Mangled, ...] = ()
    """What happened to their files in the first hand-in."""
    again: tuple[str, ...] = ()
    """Units that `hand_in_again` will bring a second hand-in for."""
    note: str = ""
    """The student in one sentence."""


class SyntheticClass(Model):
    """A made-up class."""

    seed: int
    """What it was made from, with the course."""
    course: str
    """The course's id."""
    students: tuple[SyntheticStudent, ...]
    """In the order of their seats."""

    def student(self, student_id: str) -> SyntheticStudent:
        """The student with this id; KeyError where there is none."""
        return {student.id: student for student in self.students}[student_id]


class HandIn(Model):
    """One unit, handed in once."""

    student: str
    """The student."""
    unit: str
    """The unit."""


def make_class(folder: CourseFolder, *, n: int = 24, seed: int = DEFAULT_SEED) -> SyntheticClass:
    """Make a class of `n` students for every released unit of a course, and their first hand-ins.

    Raises NotReadyError where nothing has been released, OutputExistsError where a student of the class has handed in before;
    nothing is written then.
    """
    desk = _Desk(folder, seed)
    plans = [_plan(desk, number, seat) for number, seat in enumerate(seats(n), start=1)]
    for plan in plans:
        if (folder.submitted / plan.id).exists():
            raise OutputExistsError(
                f"{plan.id} has handed in work already.",
                place=str(folder.submitted / plan.id),
                mend="Remove the folders that begin with `demo-` to make the class anew.",
            )
    folder.submitted.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".class-", dir=folder.root) as scratch:
        students = tuple(_first_hand_in(desk, plan, Path(scratch)) for plan in plans)
        for student in students:
            (Path(scratch) / student.id).rename(folder.submitted / student.id)
    (folder.submitted / "README.md").write_text(README.format(seed=seed), encoding="utf-8")
    return SyntheticClass(seed=seed, course=desk.course.id, students=students)


def hand_in_again(folder: CourseFolder, made: SyntheticClass, *, student: str | None = None) -> tuple[HandIn, ...]:
    """Bring the second, better hand-in of those who try twice (or of one of them), later than the first. It replaces the first."""
    desk = _Desk(folder, made.seed)
    handed_in = []
    for one in made.students:
        if student not in {None, one.id}:
            continue
        for unit in one.again:
            target = folder.submission(one.id, unit)
            with tempfile.TemporaryDirectory(prefix=".again-", dir=folder.root) as scratch:
                _hand_in(desk, one, unit, Path(scratch) / unit, attempt=2)
                shutil.rmtree(target, ignore_errors=True)
                (Path(scratch) / unit).rename(target)
            handed_in.append(HandIn(student=one.id, unit=unit))
    return tuple(handed_in)


class _Page:
    """A released notebook of an activity: its raw JSON and where students write in it."""

    def __init__(self, folder: CourseFolder, activity: Activity) -> None:
        path = folder.unit_release(activity.unit) / f"{activity.id}.ipynb"
        released, _ = read_notebook(path, activity.unit, folder.relative(path))
        solution = folder.notebook(activity.unit, activity.id)
        source, _ = read_notebook(solution, activity.unit, folder.relative(solution))
        self.text = path.read_text(encoding="utf-8")
        self.python = released.language.lower() in {"python", "python3", "ipython"}
        self.answers: tuple[Answer, ...] = answers(released, source, activity)
        self.tasks = tuple(cell.grader.grade_id for cell in source.cells if cell.grader and cell.grader.task)


class _Desk:
    """The released course, read once for the whole class."""

    def __init__(self, folder: CourseFolder, seed: int) -> None:
        self.folder = folder
        self.seed = seed
        self.course: Course = compile_course(load_course(folder.root))
        self.units = tuple(unit for unit in self.course.units if any(folder.unit_release(unit.id).glob("*.ipynb")))
        if not self.units:
            raise NotReadyError(
                "No unit of this course has been released.", place=str(folder.release), mend="Release it first: plnb release"
            )
        self.pages = {
            activity.id: _Page(folder, activity)
            for unit in self.units
            for activity in unit.activities()
            if (folder.unit_release(unit.id) / f"{activity.id}.ipynb").exists()
        }

    def dice(self, *about: object) -> Random:
        """Chance that depends on nothing but the seed and what it is about, so that no draw disturbs another."""
        text = "\x1f".join(map(str, (self.seed, self.course.id, *about)))
        return Random(sha256(text.encode()).digest())  # noqa: S311 - made-up students need no secrets

    def topic(self, activity: Activity) -> str:
        """What an activity is about, in a few words."""
        known = [standard.label for code in activity.standards if (standard := self.course.standards.get(code))]
        return known[0] if known else activity.title


def _plan(desk: _Desk, number: int, seat: Seat) -> SyntheticStudent:
    """Who sits on a seat in this course, before any work is written."""
    manner = MANNERS[seat.kind]
    handed_in = desk.units[: max(1, len(desk.units) - manner.skips_last)]
    name = "-".join((f"demo-{number:02d}", seat.kind, *(kind for kind in seat.mangles[:1])))
    student = SyntheticStudent(
        id=name,
        kind=seat.kind,
        number=number,
        units=tuple(unit.id for unit in handed_in),
        choices=tuple(_choices(desk.course, number)),
        states_choices=seat.states_choices,
        note=_note(seat),
    )
    mangles: tuple[Mangled, ...] = ()
    if seat.mangles and (place := _place_to_mangle(desk, student, seat.mangles)):
        mangles = tuple(Mangled(mangle=kind, unit=place.unit, notebook=place.id, what="") for kind in seat.mangles)
    first_units = student.units[:2] if manner.again else ()
    again = [unit for unit in student.units if unit in first_units or (manner.again and unit in {each.unit for each in mangles})]
    return student.model_copy(update={"mangles": mangles, "again": tuple(again)})


def _note(seat: Seat) -> str:
    says = "says" if seat.states_choices else "does not say"
    mishaps = f"; one notebook arrives mangled ({', '.join(seat.mangles)})" if seat.mangles else ""
    return f"A made-up {seat.kind.replace('-', ' ')} student who {says} which way was taken{mishaps}."


def _choices(course: Course, number: int) -> Iterator[Taken]:
    """Neighbours take different ways, at each fork in another order."""
    for place, fork in enumerate(course.forks()):
        ids = [option.id for option in fork.options]
        yield Taken(
            fork=fork.id, options=tuple(ids[(number + place + step) % len(ids)] for step in range(min(fork.pick, len(ids))))
        )


def _place_to_mangle(desk: _Desk, student: SyntheticStudent, mangles: tuple[Mangle, ...]) -> Activity | None:
    """A notebook that this student works in and where something can go wrong; another unit from seat to seat."""
    turn = student.number % len(student.units)
    units = [desk.course.unit(unit) for unit in student.units[turn:] + student.units[:turn]]
    places = [activity for unit in units if unit for activity in unit.activities() if _can_be_mangled(desk, activity, student)]
    if Mangle.warning in mangles:  # a warning costs points only under a check, so it has to sit in a function that one calls
        places.sort(key=lambda place: not any(answer.is_function for answer in _on_way(desk.pages[place.id], student)))
    return next(iter(places), None)


def _can_be_mangled(desk: _Desk, activity: Activity, student: SyntheticStudent) -> bool:
    counts = any(check.points > 0 and not check.manual for check in activity.checks)
    written = activity.id in desk.pages and any(answer.code for answer in _on_way(desk.pages[activity.id], student))
    return counts and written and not activity.optional and _works_on(activity, student)


def _works_on(activity: Activity, student: SyntheticStudent) -> bool:
    """Whether a student opens a notebook at all: on the way taken, and not an extra that this kind leaves out."""
    if activity.branch and not _took(student, activity.branch):
        return False
    wants = MANNERS[student.kind].optional
    if not activity.optional or wants == "all":
        return True
    return wants == ("behind" if _asks_below(activity.suggest_when) else "ahead")


def _took(student: SyntheticStudent, branch: str) -> bool:
    fork, option = branch.split("/")
    return any(taken.fork == fork and option in taken.options for taken in student.choices)


def _asks_below(condition: Condition | None) -> bool:
    """Whether an extra is suggested to those who are not there yet."""
    match condition:
        case StandardBelow():
            return True
        case All():
            return any(map(_asks_below, condition.all))
        case AnyOf():
            return any(map(_asks_below, condition.any))
    return False


def _on_way(page: _Page, student: SyntheticStudent) -> list[Answer]:
    return [answer for answer in page.answers if not answer.branch or _took(student, answer.branch)]


def _first_hand_in(desk: _Desk, plan: SyntheticStudent, into: Path) -> SyntheticStudent:
    slips: list[Slipped] = []
    written: dict[str, set[str]] = {}
    for unit in plan.units:
        slips += _hand_in(desk, plan, unit, into / plan.id / unit, attempt=1, written=written)
    mangled = []
    for each in plan.mangles:
        notebook = into / plan.id / each.unit / f"{each.notebook}.ipynb"
        what = mangle(each.mangle, notebook, answered=written.get(each.notebook, ()))
        mangled.append(each.model_copy(update={"what": what}))
    return plan.model_copy(update={"slips": tuple(slips), "mangles": tuple(mangled)})


def _hand_in(
    desk: _Desk, student: SyntheticStudent, unit: str, target: Path, *, attempt: int, written: dict[str, set[str]] | None = None
) -> list[Slipped]:
    """Write one hand-in of one unit. Returns the slips in it; adds the cells written in to `written`, by notebook."""
    shutil.copytree(desk.folder.unit_release(unit), target, ignore=_LEFT_BEHIND, copy_function=shutil.copyfile)
    slips: list[Slipped] = []
    found = desk.course.unit(unit)
    assert found is not None
    for activity in found.activities():
        page = desk.pages.get(activity.id)
        if page is None or not _works_on(activity, student):
            continue
        texts: dict[str, str] = {}
        for cell, text, mistake in _write(desk, student, activity, page, attempt):
            texts[cell] = text
            if mistake:
                slips.append(Slipped(unit=unit, notebook=activity.id, cell=cell, what=mistake))
        choices = _stated(student, activity) if student.states_choices else {}
        book = _fill(page.text, texts, choices)
        if MANNERS[student.kind].voice == "full":
            _do_tasks(book, page.tasks, voices.work(desk.topic(activity)))
        book.write(target / f"{activity.id}.ipynb")
        if written is not None:
            code = {answer.cell for answer in page.answers if answer.code}
            written[activity.id] = set(texts) & code
    (target / "timestamp.txt").write_text(_when(desk, student, unit, attempt).strftime(TIMESTAMP), encoding="utf-8")
    return slips


def _write(desk: _Desk, student: SyntheticStudent, activity: Activity, page: _Page, attempt: int) -> Iterator[tuple[str, str, str]]:
    """What a student writes in a notebook: cell, text, and the mistake in it. Cells left as they are do not appear.

    The dice of an answer do not know the attempt: who is right once stays right when a second hand-in is better prepared.
    """
    manner = MANNERS[student.kind]
    on_way = _on_way(page, student)
    chance = _chance(desk, manner, activity.unit, attempt)
    for place, answer in enumerate(on_way):
        dice = desk.dice(student.id, activity.id, answer.cell)
        luck, leaves_blank = dice.random(), dice.random()
        if answer.voice or (answer.manual and not answer.code):
            if text := _own_words(desk, manner, activity, answer, dice):
                yield answer.cell, text, ""
        elif (place + 0.5) / len(on_way) > manner.reaches:
            continue
        elif luck < chance:
            yield answer.cell, answer.solved, ""
        elif leaves_blank >= manner.blank and page.python:
            made = slip(answer.solved, answer.lines, dice, options=answer.options)
            if made:
                yield answer.cell, made.code, made.what


def _chance(desk: _Desk, manner: Manner, unit: str, attempt: int) -> float:
    if attempt > 1:
        return manner.again
    weeks = [each.id for each in desk.course.units].index(unit)
    return min(1.0, manner.right + weeks * manner.growth)


def _own_words(desk: _Desk, manner: Manner, activity: Activity, answer: Answer, dice: Random) -> str:
    full, topic = manner.voice == "full", desk.topic(activity)
    if manner.voice == "none":
        return ""
    match answer.voice:
        case "goal":
            said = voices.goal(topic, dice, full=full)
        case "reflect":
            said = voices.reflection(topic, dice, full=full)
        case _:
            lines = answer.solved.split("\n")
            model = "\n".join(lines[line - 1] for line in answer.lines)
            return "" if not model.strip() else answer.solved.replace(model, voices.written(model, dice, full=full))
    # A single sentence is a place-holder to write over; anything longer asks something and stays.
    return said if len(answer.released.strip().split("\n")) == 1 else f"{answer.released.rstrip()}\n\n{said}"


def _stated(student: SyntheticStudent, activity: Activity) -> dict[str, list[str]]:
    """The choices a notebook tells of: at its own forks, and at the fork that led to it."""
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


def _when(desk: _Desk, student: SyntheticStudent, unit: str, attempt: int) -> datetime:
    """Weeks apart from unit to unit, some hours apart from student to student; a second hand-in a week later."""
    week = [each.id for each in desk.course.units].index(unit)
    hours = desk.dice(student.id, unit, "hours").uniform(0, 30)
    days = UNIT_DAYS * (week + 0.5) + MANNERS[student.kind].days + (7 if attempt > 1 else 0)
    return TERM_START + timedelta(days=days, hours=hours)
