"""Grading: every submission that is new or has changed, student by student, never stopping for one.

Submissions are read and written down in this process and run in workers. A submission that fails through our fault is noted as such
and tried again by the next run; the others go on.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.preprocessors import ClearHiddenTests, LimitOutput

from plnb.engine.execute import Budget
from plnb.errors import NotFoundError, OurFaultError, PlnbError
from plnb.grading.gradebook import late_penalty, read_marks
from plnb.grading.nbgrader_course import NbgraderCourse
from plnb.grading.outcomes import Finished, GradeSummary, OnEvent, Settled, Started, SubmissionOutcome
from plnb.grading.release import manifest_for
from plnb.grading.settle import GRADER, Settler
from plnb.grading.submission import STUDENT_ID, Submission, read_submission
from plnb.grading.work import Job, Worked, work
from plnb.store.layout import CourseFolder
from plnb.store.ledger import Ledger, LedgerSubmission
from plnb.store.lock import course_lock

_log = logging.getLogger("plnb.grading")
_log.addHandler(logging.NullHandler())


def grade(
    folder: CourseFolder,
    *,
    units: Sequence[str] | None = None,
    students: Sequence[str] | None = None,
    force: bool = False,
    jobs: int | None = None,
    budget: Budget | None = None,
    on_event: OnEvent | None = None,
) -> GradeSummary:
    """Grade what was handed in for `units` by `students` (all without), into nbgrader's gradebook and our ledger.

    What has not changed since it was graded is skipped without `force`; points people gave in formgrader since are worked in.
    `jobs` is how many worker processes run notebooks (one a processor, at most 8, without; 0 runs them in this process).
    Raises NotFoundError for a unit nobody knows, NotReadyError while somebody else is grading; anything about a single submission
    is an outcome.
    """
    began = time.monotonic()
    course = NbgraderCourse(folder)
    tell = on_event or (lambda _: None)
    handed_in = _handed_in(course, units, students)
    workers = _workers(jobs, len(handed_in))
    tell(Started(total=len(handed_in), jobs=workers))
    outcomes: list[SubmissionOutcome] = []

    def done(outcome: SubmissionOutcome) -> None:
        outcomes.append(outcome)
        tell(Settled(outcome=outcome, done=len(outcomes), total=len(handed_in)))

    with ExitStack() as stack:
        stack.enter_context(course_lock(folder))
        gradebook = stack.enter_context(Gradebook(course.db_url, course.course_id))
        ledger = stack.enter_context(Ledger.open(folder.ledger))
        settler = Settler(course, gradebook, ledger, late_penalty(course))
        tasks = _tasks(settler, handed_in, force=force, budget=_budget(course, budget), done=done)
        if workers:
            _in_workers(tasks, workers)
        else:
            _here(tasks)
    summary = GradeSummary(outcomes=tuple(outcomes), seconds=time.monotonic() - began)
    tell(Finished(summary=summary))
    return summary


def sync_manual(folder: CourseFolder, *, units: Sequence[str] | None = None) -> tuple[SubmissionOutcome, ...]:
    """Work what people gave in formgrader into records and branch balance, for submissions graded before. Runs nothing."""
    course = NbgraderCourse(folder)
    found: list[SubmissionOutcome] = []
    with course_lock(folder), Gradebook(course.db_url, course.course_id) as gradebook, Ledger.open(folder.ledger) as ledger:
        settler = Settler(course, gradebook, ledger, late_penalty(course))
        graded = {submission.unit for submission in ledger.submissions()}
        for unit in sorted(graded.intersection(units) if units is not None else graded):
            manifest = manifest_for(course, unit)
            marks = read_marks(gradebook, unit)
            for known in ledger.latest(manifest.course, unit).values():
                if known.state == "graded" and known.manifest == manifest.digest:
                    outcome = settler.known(manifest, known, marks.get(known.student, {}))
                    found += [outcome] if outcome.state == "updated" else []
    return tuple(found)


# --- what there is to do ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _HandedIn:
    """A folder of `submitted/`."""

    student: str
    unit: str
    path: Path


@dataclass(frozen=True)
class _Task:
    """A submission on its way through a worker."""

    handed_in: _HandedIn
    submission: Submission
    timestamp: datetime | None
    job: Job
    began: float


def _handed_in(course: NbgraderCourse, units: Sequence[str] | None, students: Sequence[str] | None) -> tuple[_HandedIn, ...]:
    every = [_HandedIn(student, unit, path) for student, unit, path in course.submissions()]
    known = {*course.units(), *(path.stem for path in course.folder.manifests.glob("*.json")), *(each.unit for each in every)}
    for unit in units or ():
        if unit not in known:
            raise NotFoundError(f"The course has no unit '{unit}'.", mend=f"Its units: {', '.join(sorted(known)) or 'none'}.")
    for student in students or ():
        if not any(each.student == student for each in every):
            raise NotFoundError(f"Nothing was handed in by '{student}'.", mend="Look into the folder of submissions.")
    chosen = [each for each in every if (units is None or each.unit in units) and (students is None or each.student in students)]
    return tuple(sorted(chosen, key=lambda each: (each.unit, each.student)))


def _workers(jobs: int | None, submissions: int) -> int:
    # A worker sleeps while its kernel works, so one a processor keeps them busy; beyond eight the one that writes is the limit.
    wanted = jobs if jobs is not None else min(8, os.cpu_count() or 1)
    return min(wanted, submissions)


def _budget(course: NbgraderCourse, budget: Budget | None) -> Budget:
    """Without a word from the caller, a cell may take as long as the course's configuration of nbgrader says."""
    return budget if budget is not None else Budget(cell_seconds=course.cell_seconds)


# --- one unit --------------------------------------------------------------------------------------------------------------------

_OnOutcome = Callable[[SubmissionOutcome], None]


class _UnitRun:
    """One unit's submissions, on their way from disk through workers into the gradebook and the ledger."""

    def __init__(self, settler: Settler, unit: str, *, force: bool, budget: Budget, done: _OnOutcome) -> None:
        self.settler, self.unit, self.force, self.budget, self.done = settler, unit, force, budget, done
        course = settler.course
        self.manifest = manifest_for(course, unit)
        self.marks = read_marks(settler.gradebook, unit)
        self.latest = settler.ledger.latest(self.manifest.course, unit)
        self.data_files = tuple(path.as_posix() for path in course.data_files(unit))
        self.limits = LimitOutput(parent=course.app)
        self.hidden = ClearHiddenTests(parent=course.app)

    def tasks(self, handed_in: Iterable[_HandedIn]) -> Iterator[_Task]:
        """What has to run. Everything else is done with on the way."""
        for each in handed_in:
            if not STUDENT_ID.fullmatch(each.student):
                self.done(_refused(each, "The folder's name is no student id: letters, digits and . _ @ - only, 64 at most."))
                continue
            try:
                task = self._task(each)
                known = self.latest.get(each.student)
                if self.force or known is None or not self._same(known, task):
                    yield task
                else:
                    self.done(self.settler.known(self.manifest, known, self.marks.get(each.student, {})))
            except Exception as error:
                self.done(_our_fault(each, error))

    def settle(self, task: _Task, worked: Worked) -> None:
        """Write down a submission that came back from a worker."""
        each = task.handed_in
        try:
            outcome = self.settler.graded(
                self.manifest,
                each.student,
                task.submission,
                worked,
                timestamp=task.timestamp,
                marks=self.marks.get(each.student, {}),
                began=task.began,
                now=time.monotonic(),
            )
        except Exception as error:
            self.fail(task, error)
        else:
            self.done(outcome)

    def fail(self, task: _Task, error: BaseException) -> None:
        """Note a submission that could not be graded; the next run tries again."""
        each = task.handed_in
        at = task.timestamp or task.submission.newest
        try:
            self.settler.our_fault(self.manifest, each.student, task.submission, at=at)
        except Exception as worse:  # without a note the next run tries again all the same
            _log.error("the ledger could not be written", exc_info=worse)
        self.done(_our_fault(each, error))

    def _task(self, each: _HandedIn) -> _Task:
        course = self.settler.course
        began = time.monotonic()
        submission = read_submission(each.path, ignore=course.dir.ignore)
        job = Job(
            student=each.student,
            manifest=self.manifest,
            masters=course.folder.manifests / self.unit,
            data=course.source(self.unit),
            data_files=self.data_files,
            notebooks=submission.notebooks,
            others=submission.others,
            budget=self.budget,
            max_lines=self.limits.max_lines,
            max_traceback=self.limits.max_traceback,
            hidden=(self.hidden.begin_test_delimeter, self.hidden.end_test_delimeter),
        )
        return _Task(each, submission, course.timestamp(each.path), job, began)

    def _same(self, known: LedgerSubmission, task: _Task) -> bool:
        at = task.timestamp or known.submitted_at
        return (known.state, known.digest, known.manifest, known.grader, known.submitted_at) == (
            "graded",
            task.submission.digest,
            self.manifest.digest,
            GRADER,
            at,
        )


def _tasks(
    settler: Settler, handed_in: Sequence[_HandedIn], *, force: bool, budget: Budget, done: _OnOutcome
) -> Iterator[tuple[_UnitRun, _Task]]:
    """Everything that has to run, unit by unit."""
    for unit in dict.fromkeys(each.unit for each in handed_in):
        of_unit = [each for each in handed_in if each.unit == unit]
        try:
            run = _UnitRun(settler, unit, force=force, budget=budget, done=done)
        except PlnbError as error:
            for each in of_unit:
                done(_refused(each, f"{error.message} {error.mend}".strip()))
        else:
            yield from ((run, task) for task in run.tasks(of_unit))


def _here(tasks: Iterator[tuple[_UnitRun, _Task]]) -> None:
    """Run everything in this process."""
    for run, task in tasks:
        try:
            worked = work(task.job)
        except Exception as error:
            run.fail(task, error)
        else:
            run.settle(task, worked)


def _in_workers(tasks: Iterator[tuple[_UnitRun, _Task]], workers: int) -> None:
    """Keep every worker busy, and no more in memory than that needs.

    When a worker dies, everything that was in flight fails together and nobody can say whose fault it was: so each of those runs
    once more in a pool of its own, and what takes that down as well is our fault.
    """
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context)
    flying: dict[Future[Worked], tuple[_UnitRun, _Task]] = {}
    try:
        while True:
            while len(flying) < 2 * workers and (pair := next(tasks, None)) is not None:
                flying[pool.submit(work, pair[1].job)] = pair
            if not flying:
                return
            landed, _ = wait(flying, return_when=FIRST_COMPLETED)
            broken = [pair for future in landed if (pair := flying.pop(future)) and not _land(future, *pair)]
            if broken:
                broken += flying.values()
                flying.clear()
                pool.shutdown(wait=False, cancel_futures=True)
                for run, task in broken:
                    _alone(run, task)
                pool = ProcessPoolExecutor(workers, mp_context=context)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _land(future: Future[Worked], run: _UnitRun, task: _Task) -> bool:
    """Settle what came back; False where its worker died."""
    try:
        worked = future.result()
    except BrokenProcessPool:
        return False
    except Exception as error:
        run.fail(task, error)
    else:
        run.settle(task, worked)
    return True


def _alone(run: _UnitRun, task: _Task) -> None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        future = pool.submit(work, task.job)
        if not _land(future, run, task):
            run.fail(task, OurFaultError("The worker process died."))


def _refused(each: _HandedIn, reason: str) -> SubmissionOutcome:
    return SubmissionOutcome(student=each.student, unit=each.unit, state="refused", reason=reason)


def _our_fault(each: _HandedIn, error: BaseException) -> SubmissionOutcome:
    _log.error("grading %s/%s failed", each.student, each.unit, exc_info=error)
    reason = str(error) if isinstance(error, PlnbError) else f"{type(error).__name__}: {error}"
    return SubmissionOutcome(student=each.student, unit=each.unit, state="our_fault", reason=reason)
