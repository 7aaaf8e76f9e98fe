"""A course on a student's own machine: the units' folders side by side, each with its `course.json`, journals and feedback.

Puts the units together, reads what was written and what came back, keeps what happens. Decides nothing: `core` does. Kept light,
for kernels load it; it runs nothing that it reads, and goes nowhere outside `within`.
"""

from __future__ import annotations

import getpass
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final
from uuid import uuid4

from plnb.core.course import Activity, Course, Unit
from plnb.core.news import NewAttempt, NewChoice, NewGoal, NewRecord
from plnb.core.profile import Profile
from plnb.core.records import Record, merge
from plnb.core.standards import Framework, StandardSet
from plnb.core.student import CourseView, GradedLevel, Problem, StudentView, Submission
from plnb.core.student_view import Desk, course_view, student_view
from plnb.core.telling import accept
from plnb.errors import InputError, NotFoundError
from plnb.store.bundle import read_bundle
from plnb.store.journal import FOLDER, MINE, append, delete, journal_file, read_journals
from plnb.store.previews import read_preview
from plnb.store.returned import Returned, returned

BUNDLE: Final = "course.json"

_OPEN: Final = "Open a notebook of a course, or fetch a unit of it first."

_SIBLINGS: Final = 500
"""Folders looked at beside a unit's: a home folder may hold thousands."""


@dataclass(frozen=True, slots=True)
class _UnitFolder:
    path: Path
    course: Course
    made: float


class StudentCourse:
    """One course, as far as it is on this machine. Get it by `open_course`; it is as of that moment."""

    def __init__(
        self, course: Course, units: dict[str, Path], unit: str, activity: str, within: Path, problems: Sequence[Problem]
    ) -> None:
        self.course = course
        """Every unit that is here, put together."""
        self.units = units
        """The folder of each unit."""
        self.unit = unit
        """The unit that was asked about; empty for a folder above the units."""
        self.activity = activity
        """The notebook that was asked about."""
        self._within = within
        self._problems = tuple(problems)
        self._returned = tuple(returned(path, unit_id, course) for unit_id, path in units.items())

    # --- reading ----------------------------------------------------------------------------------------------------------------

    @property
    def home(self) -> str:
        """The unit whose folder keeps what belongs to no unit: the one asked about, else the first."""
        return self.unit or next(iter(self.units))

    @property
    def student(self) -> str:
        """The name on the records: as the grader knows the student where something came back, else as this machine does."""
        names = {record.student for page in self._returned for record in page.records}
        return names.pop() if len(names) == 1 else user_name()

    def own(self) -> tuple[Record, ...]:
        """What the student did here, oldest first. It is all theirs, whatever the machine was called that wrote it."""
        student = self.student
        found = merge(*(read_journals(path).records for path in self.units.values()))
        return tuple(r if r.student == student else r.model_copy(update={"student": student}) for r in found)

    def graded(self) -> tuple[Record, ...]:
        """What came back, oldest first."""
        student = self.student
        return merge(*((r for r in page.records if r.student == student) for page in self._returned))

    def levels(self) -> tuple[GradedLevel, ...]:
        """Levels as they were graded last, one for each standard; nothing where it is not clear whose they are."""
        if len({record.student for back in self._returned for record in back.records}) > 1:
            return ()
        told = sorted((pair for back in self._returned for pair in back.levels), key=lambda pair: pair[0])
        return tuple({level.standard: level for _, level in told}.values())

    def view(self, *, now: datetime, profile: Profile = Profile(), submitted: Sequence[Submission] = ()) -> StudentView:
        """Everything a screen shows."""
        writable = self.writable
        desk = Desk(
            unit=self.unit,
            activity=self.activity,
            notebooks=self._notebooks(),
            folders={unit: self.relative(path) for unit, path in self.units.items()},
            feedback=tuple(
                page.model_copy(update={"path": self.relative(Path(page.path))}) for back in self._returned for page in back.pages
            ),
            submitted=submitted,
            problems=(*self._problems, *self._faults(writable=writable)),
            writable=writable,
        )
        return student_view(
            self.course, self.own(), self.graded(), student=self.student, now=now, profile=profile, desk=desk, levels=self.levels()
        )

    def course_view(self) -> CourseView:
        """What the course asks and offers."""
        return course_view(self.course, unit=self.unit, activity=self.activity)

    @property
    def writable(self) -> bool:
        """Whether anything can be kept in the folder that was asked about."""
        unit = self.units[self.home]
        folder = unit / FOLDER
        return os.access(folder if folder.is_dir() else unit, os.W_OK | os.X_OK)

    def relative(self, path: Path) -> str:
        """A path as the Contents API names it."""
        return path.relative_to(self._within).as_posix()

    def _notebooks(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for activity in self.course.activities():
            path = self.units[activity.unit] / f"{activity.id}.ipynb"
            if path.is_file():
                found[activity.id] = self.relative(path)
        return found

    @property
    def preview(self) -> bool:
        """Whether this is nobody's work but a teacher's look at the course."""
        return read_preview(self.units[self.home].parent) is not None

    def _faults(self, *, writable: bool) -> Iterator[Problem]:
        if self.preview:
            yield Problem(
                code="preview",
                text="This is a preview of the course, as a student would meet it.",
                mend="Try anything: nothing of it is handed in or counted.",
            )
        if not writable:
            yield Problem(
                code="read-only",
                text="Nothing can be kept in this folder: it may only be read.",
                mend="Copy the folder to a place of your own and work there.",
            )
        texts = [read_journals(path) for path in self.units.values()]
        if any(text.unread for text in texts):
            yield Problem(
                code="journal-lines",
                text="Some lines of your journal cannot be read. They are left as they are.",
                mend=f"Look into the folder “{FOLDER}” if you changed something there.",
            )
        if any(text.newer for text in texts):
            yield Problem(
                code="journal-newer",
                text="Some lines of your journal were written by a newer plnb. They are kept, and not shown.",
                mend="Upgrade plnb: pip install --upgrade plnb",
            )
        if len({record.student for back in self._returned for record in back.records}) > 1:
            yield Problem(
                code="feedback-of-others",
                text="Some of the feedback here belongs to somebody else. It is left out.",
                mend="Fetch your feedback again, or tell your teacher.",
            )
        if any(back.unread for back in self._returned):
            yield Problem(
                code="feedback-unread",
                text="Some of the feedback here cannot be read by this program. You can still open it.",
                mend="Fetch your feedback again.",
            )

    # --- writing ----------------------------------------------------------------------------------------------------------------

    def tell(self, news: Iterable[NewRecord], *, now: datetime) -> tuple[Record, ...]:
        """Keep what happened; on the disk when this returns. Returns what was new.

        Nothing is kept where one of them is refused. Raises RecordError, ReadOnlyError or OurFaultError.
        """
        before = list(self.own())
        student = self.student
        files: dict[Path, list[Record]] = {}
        for seq, each in enumerate(news):
            record = accept(each, self.course, before, student=student, now=now, key=each.key or uuid4().hex, seq=seq)
            before.append(record)
            files.setdefault(self._file(each), []).append(record)
        return tuple(record for path, records in files.items() for record in append(path, records))

    def forget(self, record_id: str) -> None:
        """Delete one record of the student's own. Raises NotFoundError where there is none, and as `tell`."""
        gone = sum(delete(path, {record_id}) for unit in self.units.values() for path in sorted((unit / FOLDER).glob("*.jsonl")))
        if not gone:
            raise NotFoundError("Your journal has no such line.", mend="Reload the page; it may be gone already.")

    def _file(self, news: NewRecord) -> Path:
        """The journal of the notebook it happened in; else of the unit it belongs to."""
        place: tuple[str, str] | None
        match news:
            case NewChoice():
                place = self._place_of_fork(news.fork)
            case NewGoal():
                place = self._place_of_goal(news.goal)
            case NewAttempt(activity=name) if (activity := self.course.activity(name)) is not None:
                place = activity.unit, name
            case _:
                found = self.course.activity(getattr(news, "activity", ""))
                place = (found.unit, found.id) if found else None
        unit, name = place or (self.home, MINE)
        return journal_file(self.units[unit], name)

    def _place_of_fork(self, fork: str) -> tuple[str, str] | None:
        for activity in self.course.activities():
            if any(inner.id == fork for inner in activity.forks):
                return activity.unit, activity.id
        for unit in self.course.units:
            if any(node.id == fork for node in unit.nodes if not isinstance(node, Activity)):
                return unit.id, MINE
        return None

    def _place_of_goal(self, goal: str) -> tuple[str, str] | None:
        for activity in self.course.activities():
            if any(point.id == goal for point in activity.reflections):
                return activity.unit, activity.id
        return None


def open_course(place: Path, *, within: Path | None = None) -> StudentCourse:
    """The course that a notebook or folder is part of. With a folder above units, the course of the newest of them.

    `within` is what may be looked at, and what paths are relative to; without, the folder that holds the units.
    Raises NotFoundError, CourseFileError or FormatTooNewError.
    """
    try:
        asked = place if place.is_dir() else place.parent
        alone = (asked / BUNDLE).is_file()
    except (OSError, ValueError):
        raise NotFoundError("There is no course here.", mend=_OPEN) from None  # a name that no disk would take
    if alone:
        # Absolute before its parent is asked for: the parent of `.` is `.`.
        asked = asked.absolute()
        within = within or asked.parent
        first = _UnitFolder(asked, _bundle(asked / BUNDLE), 0.0)
        others, problems = _beside(asked.parent, within, but=asked) if _inside(asked.parent, within) else ([], [])
    else:
        asked = asked.absolute()
        within = within or asked
        others, problems = _beside(asked, within)
        if not others:
            if problems:
                raise NotFoundError(problems[0].text, mend=problems[0].mend)
            raise NotFoundError("There is no course here.", mend=_OPEN)
        first = max(others, key=lambda folder: folder.made)
    folders = [first, *(f for f in others if f.course.id == first.course.id and f.path != first.path)]
    units: dict[str, tuple[Unit, Path]] = {}
    for folder in sorted(folders, key=lambda f: (f is not first, -f.made)):
        for unit in folder.course.units:
            units.setdefault(unit.id, (unit, folder.path))
    if not units:
        raise NotFoundError("This course has no unit yet.", mend="Fetch the unit again.")
    course = _together(_Bundles(tuple(folder.course for folder in folders), tuple(unit for unit, _ in units.values())))
    here = alone and first.course.units
    name = place.stem if here and place.suffix == ".ipynb" else ""
    known = course.activity(name) if name else None
    return StudentCourse(
        course=course,
        units={unit.id: units[unit.id][1] for unit in course.units},
        unit=(known.unit if known else first.course.units[0].id) if here else "",
        activity=name if known else "",
        within=within,
        problems=problems,
    )


def user_name() -> str:
    """Who this machine says the student is, as nbgrader would; `student` where it cannot tell."""
    name = os.environ.get("JUPYTERHUB_USER", "")
    if not name:
        try:
            name = getpass.getuser()
        except (OSError, KeyError, ImportError):
            name = ""
    return re.sub(r"[^A-Za-z0-9._@\-]", "-", name)[:64] or "student"


# --- putting units together ---------------------------------------------------------------------------------------------------


class _Bundles:
    """Bundles to be put together, known again by being the same ones: units of one course, asked after every step."""

    def __init__(self, courses: tuple[Course, ...], units: tuple[Unit, ...]) -> None:
        self.courses, self.units = courses, units
        self._key = tuple(map(id, (*courses, *units)))

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Bundles) and self._key == other._key


@lru_cache(maxsize=16)
def _together(bundles: _Bundles) -> Course:
    """One course of several bundles: what is said of the course comes from the first, and each brings its own standards."""
    first = bundles.courses[0]
    frameworks: dict[str, Framework] = {}
    for course in bundles.courses:
        for framework in course.standards.frameworks:
            known = frameworks.setdefault(framework.id, framework)
            if known is not framework:
                codes = {standard.code for standard in known.standards}
                more = tuple(standard for standard in framework.standards if standard.code not in codes)
                frameworks[framework.id] = known.model_copy(update={"standards": (*known.standards, *more)})
    units = sorted(bundles.units, key=lambda unit: unit.place)
    return first.model_copy(update={"units": tuple(units), "standards": StandardSet(frameworks=tuple(frameworks.values()))})


def _beside(parent: Path, within: Path, but: Path | None = None) -> tuple[list[_UnitFolder], list[Problem]]:
    """Folders of units in `parent`, and those that cannot be read."""
    found: list[_UnitFolder] = []
    problems: list[Problem] = []
    try:
        with os.scandir(parent) as entries:
            names = sorted(
                entry.name for _, entry in zip(range(_SIBLINGS), entries, strict=False) if not entry.name.startswith(".")
            )
    except OSError:
        return found, problems
    for path in (parent / name for name in names):
        file = path / BUNDLE
        try:
            if path == but or not file.is_file() or not _inside(path, within):
                continue
            found.append(_UnitFolder(path, _bundle(file), file.stat().st_mtime))
        except InputError as error:
            problems.append(Problem(code=error.code, text=f"“{path.name}” is left out. {error.message}", mend=error.mend))
        except OSError:
            continue
    return found, problems


def _bundle(file: Path) -> Course:
    try:
        now = file.stat()
    except OSError:
        return read_bundle(file)
    return _bundle_once(file, now.st_ino, now.st_mtime_ns, now.st_size)


@lru_cache(maxsize=128)
def _bundle_once(file: Path, *_stamp: int) -> Course:
    return read_bundle(file)


def _inside(path: Path, within: Path) -> bool:
    """Whether a path, links followed, stays where we may look."""
    try:
        return path.resolve().is_relative_to(within.resolve())
    except OSError:
        return False


def utc_now() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


__all__ = ["BUNDLE", "Returned", "StudentCourse", "open_course", "user_name", "utc_now"]
