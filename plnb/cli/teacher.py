"""`plnb teacher`: a teacher's word on a standard or an activity, with its reason, and the way back."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from plnb.cli.console import CourseOption, count, nothing_graded, out
from plnb.core.base import Level, Trust
from plnb.core.records import Directed, Directive, Intervened, Overridden, Record, record_id
from plnb.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from plnb.core.course import Course
    from plnb.store.layout import CourseFolder

app = typer.Typer(
    help="Say your word: set a level, put an activity first, require it or excuse from it, note what you did.",
    no_args_is_help=True,
)

_Student = Annotated[str, typer.Argument(help="nbgrader's student id.")]
_Standard = Annotated[str, typer.Argument(help="Code of the standard.")]
_Level = Annotated[Level, typer.Argument(help="The level that holds.")]
_Activity = Annotated[str, typer.Argument(help="The activity: its notebook's name.")]
_Reason = Annotated[str, typer.Option("--reason", "-r", help="Why, for the student to read.")]
_Until = Annotated[
    datetime | None,
    typer.Option("--until", formats=["%Y-%m-%d"], help="Last day on which it holds; without, it stands.", show_default=False),
]


@app.command()
def override(
    student: _Student, standard: _Standard, level: _Level, reason: _Reason, until: _Until = None, course: CourseOption = Path()
) -> None:
    """Set a student's level in a standard. It holds instead of the rule until it ends or is taken back."""
    told = _Telling(course, student)
    _known_standard(told.course, standard)
    ends = _end(until, told.now)
    told.tell(
        Overridden(**told.head("overridden", standard), standard=standard, level=level, reason=_said(reason), until=ends),
        f"{standard} is “{level}” for {student}{_until(until)}.",
    )


@app.command("take-back")
def take_back(
    student: _Student,
    about: Annotated[str, typer.Argument(help="Code of a standard, or an activity.")],
    reason: _Reason = "Taken back.",
    course: CourseOption = Path(),
) -> None:
    """Take back what you said of a standard or an activity; the rule and the course's own order hold again."""
    told = _Telling(course, student)
    if told.course.activity(about):
        record: Record = Directed(**told.head("directed", about), activity=about, what=Directive.clear, reason=_said(reason))
        standing = about in {**told.history.pins(), **told.history.duties()}
    else:
        _known_standard(told.course, about, or_activity=True)
        record = Overridden(**told.head("overridden", about), standard=about, level=None, reason=_said(reason))
        standing = about in told.history.in_force()
    if not standing:
        raise NotFoundError(f"No word of yours on '{about}' holds for {student}.", mend="See what holds: plnb explain STUDENT")
    told.tell(record, f"Taken back: {about} follows the rule again for {student}.")


@app.command()
def pin(student: _Student, activity: _Activity, reason: _Reason, until: _Until = None, course: CourseOption = Path()) -> None:
    """Put an activity first among what a student is told to do next, as soon as it is open."""
    _direct(course, student, activity, Directive.pin, reason, until, "comes first")


@app.command()
def require(student: _Student, activity: _Activity, reason: _Reason, until: _Until = None, course: CourseOption = Path()) -> None:
    """Require an activity that is optional, or that the student could test out of."""
    _direct(course, student, activity, Directive.require, reason, until, "is required")


@app.command()
def excuse(student: _Student, activity: _Activity, reason: _Reason, until: _Until = None, course: CourseOption = Path()) -> None:
    """Excuse a student from an activity: it counts as done. Levels and points stay as they are."""
    _direct(course, student, activity, Directive.excuse, reason, until, "counts as done")


@app.command()
def note(
    student: _Student,
    text: Annotated[str, typer.Argument(help="What you did or saw.")],
    standard: Annotated[
        list[str] | None, typer.Option("--standard", help="What it was about; may be repeated.", show_default=False)
    ] = None,
    course: CourseOption = Path(),
) -> None:
    """Note something you did for a student; it stands in their progress notebook."""
    told = _Telling(course, student)
    for code in standard or ():
        _known_standard(told.course, code)
    record = Intervened(
        **told.head("intervened", text),
        note=_said(text, f"plnb teacher note {shlex.quote(student)}"),
        standards=tuple(standard or ()),
    )
    told.tell(record, f"Noted for {student}.")


def _direct(course: Path, student: str, activity: str, what: Directive, reason: str, until: datetime | None, done: str) -> None:
    told = _Telling(course, student)
    found = told.course.activity(activity)
    if found is None:
        known = ", ".join(a.id for a in told.course.activities())
        raise NotFoundError(f"The course has no activity '{activity}'.", mend=f"Its activities: {known or 'none'}.")
    if what is Directive.require and not found.checks:
        raise InputError(
            f"Nothing in '{activity}' is checked, so nobody could ever be seen to have done it.",
            mend="Pin it instead: plnb teacher pin",
        )
    ends = _end(until, told.now)
    told.tell(
        Directed(**told.head("directed", activity, what), activity=activity, what=what, reason=_said(reason), until=ends),
        f"{activity} {done} for {student}{_until(until)}.",
    )


class _Telling:
    """The course, and what is known of a student, before a word is added."""

    def __init__(self, course: Path, student: str) -> None:
        from plnb.core.compiling import compile_course
        from plnb.core.history import History
        from plnb.store.layout import find_course
        from plnb.store.sources import load_course

        self.folder = find_course(course)
        self.course = compile_course(load_course(self.folder.root))
        self.student = student
        self.now = datetime.now(UTC)
        self.history = History.of(self.course, known_student(self.folder, student), self.now)

    def head(self, kind: str, *parts: str) -> dict[str, object]:
        """What every record of a teacher says. The time is part of its id: the same word said again is a new one."""
        return {
            "id": record_id(self.course.id, self.student, kind, *parts, self.now.isoformat()),
            "course": self.course.id,
            "student": self.student,
            "at": self.now,
            "trust": Trust.teacher,
        }

    def tell(self, record: Record, said: str) -> None:
        """Write the word down, and say what holds now."""
        from plnb.store.ledger import Ledger

        with Ledger.open(self.folder.ledger) as ledger:
            ledger.add([record])
        out.print(f"[green]✓[/green] {escape(said)}")


def known_student(folder: CourseFolder, student: str) -> tuple[Record, ...]:
    """Every record of a student of the ledger.

    Raises NotReadyError where nothing has been graded, NotFoundError for somebody of whom nothing is known.
    """
    from plnb.store.ledger import Ledger

    if not folder.ledger.exists():
        raise nothing_graded(folder)
    with Ledger.open(folder.ledger) as ledger:
        known = ledger.students()
        if student not in known:
            raise NotFoundError(
                f"Nothing of {student} has been graded.", place=str(folder.root), mend=f"Students with graded work: {_few(known)}."
            )
        return ledger.records(student)


def _few(names: Iterable[str], most: int = 5) -> str:
    every = list(names)
    rest = len(every) - most
    return ", ".join(every[:most]) + (f" and {count(rest, 'other')}" if rest > 0 else "") or "none"


def _known_standard(course: Course, code: str, *, or_activity: bool = False) -> None:
    if code not in course.assessed():
        said = f"has no standard or activity '{code}'" if or_activity else f"checks no standard '{code}'"
        raise NotFoundError(f"The course {said}.", mend=f"Its standards: {', '.join(course.assessed()) or 'none'}.")


def _said(text: str, before: str = "--reason") -> str:
    """The words, on one line. Raises InputError where there are none; `before` is what to write before them."""
    said = " ".join(text.split())
    if not said:
        raise InputError("The student would read an empty reason.", mend=f"Say it in a sentence: {before} '…'")
    return said


def _end(day: datetime | None, now: datetime) -> datetime | None:
    """The end of the last day, where the teacher is."""
    if day is None:
        return None
    ends = (datetime.combine(day.date(), time.min) + timedelta(days=1)).astimezone().astimezone(UTC)
    if ends <= now:
        raise InputError(f"{day:%Y-%m-%d} is over.", mend="Name a day from today on, or leave --until out.")
    return ends


def _until(day: datetime | None) -> str:
    return f" until {day:%Y-%m-%d}" if day else ""
