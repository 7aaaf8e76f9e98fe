"""`plnb demo`: the main job on the sample course (or any other), from nothing to progress
notebooks for made-up students.

It calls the same functions as the commands do, in the order in which a teacher would. What it makes is an ordinary course folder.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from plnb.authoring.samples import sample_course
from plnb.authoring.synthetic import DEFAULT_SEED, SyntheticClass, hand_in_again, make_class
from plnb.core.base import Model
from plnb.core.compiling import compile_course
from plnb.core.findings import Finding, Severity
from plnb.core.lint import lint
from plnb.core.records import Record
from plnb.engine.runs import Budget
from plnb.errors import NotReadyError, OutputExistsError
from plnb.grading.grade import grade
from plnb.grading.outcomes import GradeEvent, GradeSummary, OnEvent, Settled, Started
from plnb.grading.release import release
from plnb.grading.trust import is_root
from plnb.reports.progress import make_reports, write_progress
from plnb.store.layout import CourseFolder
from plnb.store.ledger import Ledger
from plnb.store.sources import load_course

MARKER: Final = ".plnb-demo"
"""File that says that a folder was made by the demo, and may be made anew."""
_MARKER_TEXT: Final = "Made by `plnb demo`, which makes this whole folder anew each time. Keep nothing of yours in it.\n"

BUDGET: Final = Budget(cell_seconds=10, total_seconds=120)
"""One made-up student has a loop that never ends; nobody needs to wait long for it."""


class Stage(StrEnum):
    """What the demo is doing, in this order."""

    course = "course"
    lint = "lint"
    release = "release"
    students = "students"
    grade = "grade"
    again = "again"
    grade_again = "grade_again"
    progress = "progress"


class DemoEvent(Model):
    """Something the demo has done."""

    stage: Stage
    """Where it is."""
    done: int = 0
    """How many of this stage's pieces are done."""
    total: int = 0
    """How many there are; 0 where a stage has no pieces."""
    what: str = ""
    """The piece just done, in a few words."""


OnDemoEvent = Callable[[DemoEvent], None]


class DemoResult(Model):
    """What the demo made."""

    folder: Path
    """The course folder."""
    title: str
    """The course's title."""
    units: tuple[str, ...]
    """Units released."""
    findings: tuple[Finding, ...]
    """What lint says of the course."""
    students: SyntheticClass
    """The made-up class, and what happened to whose files."""
    first: GradeSummary
    """Grading all first hand-ins."""
    again: int
    """Second hand-ins."""
    second: GradeSummary
    """Grading once more: what is unchanged is skipped."""
    notebooks: tuple[Path, ...]
    """The progress notebooks."""
    seconds: float
    """How long all of it took."""


def run_demo(
    target: Path,
    course: Path | None = None,
    *,
    on_event: OnDemoEvent = lambda _: None,
    n: int = 24,
    seed: int = DEFAULT_SEED,
    jobs: int = 2,
) -> DemoResult:
    """Make a copy of a course (the sample course without) with a class in `target`, grade it twice, and write everybody's progress
    notebook. The course itself is only read.

    A folder that an earlier demo made is made anew; raises OutputExistsError for any other that is not empty, and NotReadyError for
    a course with faults.
    """
    started = time.monotonic()
    made = course or sample_course()
    source = load_course(made)
    compiled = compile_course(source)
    findings = lint(source)
    faults = [finding for finding in findings if finding.severity is Severity.error]
    if faults:
        raise NotReadyError(faults[0].message, place=faults[0].place, mend=f"{faults[0].mend} See them all: plnb lint")
    folder = CourseFolder(_fresh(target, made))
    on_event(DemoEvent(stage=Stage.course, what=compiled.title))
    on_event(DemoEvent(stage=Stage.lint, done=len(source.notebooks), total=len(source.notebooks)))

    released = release(folder)
    on_event(DemoEvent(stage=Stage.release, done=len(released), total=len(compiled.units)))

    students = make_class(folder, n=n, seed=seed)
    on_event(DemoEvent(stage=Stage.students, done=n, total=n))

    # Root has no sandbox, and these students are made up: nothing they wrote is a stranger's.
    first = grade(folder, budget=BUDGET, jobs=jobs, unsafe=is_root(), on_event=_told(on_event, Stage.grade))
    again = hand_in_again(folder, students)
    on_event(DemoEvent(stage=Stage.again, done=len(again), total=len(again)))
    second = grade(folder, budget=BUDGET, jobs=jobs, unsafe=is_root(), on_event=_told(on_event, Stage.grade_again))

    with Ledger.open(folder.ledger) as ledger:
        # Everybody has a page, also somebody of whom nothing could be graded.
        records = {student.id: ledger.records(student.id) for student in students.students}
    written: list[Path] = []

    def wrote(path: Path) -> None:
        written.append(path)
        on_event(DemoEvent(stage=Stage.progress, done=len(written), total=len(records), what=path.parent.name))

    notebooks = write_progress(make_reports(compiled, records, _day_after(records)), folder.progress, jobs=jobs, on_done=wrote)
    return DemoResult(
        folder=folder.root,
        title=compiled.title,
        units=tuple(unit.id for unit in compiled.units),
        findings=findings,
        students=students,
        first=first,
        again=len(again),
        second=second,
        notebooks=notebooks,
        seconds=time.monotonic() - started,
    )


def _told(on_event: OnDemoEvent, stage: Stage) -> OnEvent:
    """Pass on what grading tells."""

    def tell(event: GradeEvent) -> None:
        match event:
            case Started():
                on_event(DemoEvent(stage=stage, total=event.total))
            case Settled():
                what = f"{event.outcome.student}, {event.outcome.unit}"
                on_event(DemoEvent(stage=stage, done=event.done, total=event.total, what=what))

    return tell


def _day_after(records: Mapping[str, Sequence[Record]]) -> datetime:
    """The day after the last hand-in: the class lives in a term of its own, and its pages are of that time."""
    return max((record.at for of_one in records.values() for record in of_one), default=datetime.now(UTC)) + timedelta(days=1)


def _fresh(target: Path, made: Path) -> Path:
    """A copy of a course in `target`, marked as the demo's before anything else is written."""
    target = target.resolve()
    if target.is_dir() and any(target.iterdir()):
        if not (target / MARKER).is_file():
            raise OutputExistsError(
                "There is something here already, and no demo made it.", place=str(target), mend="Name another folder."
            )
        shutil.rmtree(target)
    elif target.exists() and not target.is_dir():
        raise OutputExistsError("There is a file of this name.", place=str(target), mend="Name another folder.")
    target.mkdir(parents=True, exist_ok=True)
    (target / MARKER).write_text(_MARKER_TEXT, encoding="utf-8")
    pieces = ("course.yaml", "nbgrader_config.py", "autotests.yml", "frameworks", "source", *load_course(made).file.frameworks)
    for name in pieces:
        # Only what the course is: somebody may have released and graded beside it.
        piece = made / name
        if (target / name).exists() or not piece.exists():
            continue
        if piece.is_dir():
            shutil.copytree(piece, target / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__"))
        else:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(piece, target / name)
    return target
