"""Grading: every submission that is new or has changed, student by student, never stopping for one.

Submissions are read and written down in this process and run by an executor. A submission that fails through our fault is noted as
such and tried again by the next run; the others go on. Whatever ends this process, what was finished stays and the rest is taken up
by the next run.
"""

from __future__ import annotations

import itertools
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar, cast

from plnb.core.base import Model
from plnb.engine.runs import Budget
from plnb.grading.executors import Executor, Here, LocalWorkers, workers_for
from plnb.grading.foresight import likely_modules
from plnb.grading.trust import sandbox_for
from plnb.store.layout import CourseFolder
from plnb.store.lock import course_lock

if TYPE_CHECKING:
    from plnb.engine.sandbox import Tier
    from plnb.grading.handed_in import Task, UnitRun
    from plnb.grading.nbgrader_course import NbgraderCourse
    from plnb.grading.outcomes import GradeSummary, OnEvent, SubmissionOutcome
    from plnb.grading.settle import Settler

_Value = TypeVar("_Value", bound=Model)

_PULSE = 0.5  # seconds between looks at the clock and at Ctrl-C while nothing comes back


def grade(
    folder: CourseFolder,
    *,
    units: Sequence[str] | None = None,
    students: Sequence[str] | None = None,
    force: bool = False,
    jobs: int | None = None,
    on: str = "",
    executor: Executor | None = None,
    sandbox: Tier | None = None,
    unsafe: bool = False,
    budget: Budget | None = None,
    on_event: OnEvent | None = None,
) -> GradeSummary:
    """Grade what was handed in for `units` by `students` (all without), into nbgrader's gradebook and our ledger.

    What has not changed since it was graded is skipped without `force`; points people gave in formgrader since are worked in.
    `jobs` is how many worker processes run notebooks (as many as this machine has room for, without; 0 runs them in this process);
    `on` is the address of a Dask scheduler that runs them instead; `executor` is one from `preparing`, in place of both.
    `sandbox` asks for a tier, `unsafe` for none.
    Ctrl-C stops it after the submission in hand; the summary says so.
    Raises NotFoundError for a unit nobody knows, NotReadyError while somebody else is grading and where no sandbox holds; anything
    about a single submission is an outcome.
    """
    began = time.monotonic()
    with ExitStack() as stack:
        team = executor or stack.enter_context(preparing(jobs, on, course=folder, units=units))
        batch = _Batch(folder, team, tier_for(team, sandbox, unsafe=unsafe), on_event)
        return batch.run(units, students, force=force, budget=budget, began=began)


def sync_manual(folder: CourseFolder, *, units: Sequence[str] | None = None) -> tuple[SubmissionOutcome, ...]:
    """Work what people gave in formgrader into records and branch balance, for submissions graded before. Runs nothing."""
    from plnb.grading.gradebook import read_marks
    from plnb.grading.handed_in import manifest_for
    from plnb.grading.nbgrader_course import NbgraderCourse
    from plnb.grading.settle import Settler

    course = NbgraderCourse(folder)
    found: list[SubmissionOutcome] = []
    with course_lock(folder), Settler.open(course) as settler:
        graded = {submission.unit for submission in settler.ledger.submissions()}
        for unit in sorted(graded.intersection(units) if units is not None else graded):
            manifest = manifest_for(course, unit)
            marks = read_marks(settler.gradebook, unit)
            for known in settler.ledger.latest(manifest.course, unit).values():
                if known.state == "graded" and known.manifest == manifest.digest:
                    outcome = settler.known(manifest, known, marks.get(known.student, {}))
                    found += [outcome] if outcome.state == "updated" else []
    return tuple(found)


@contextmanager
def preparing(
    jobs: int | None = None,
    on: str = "",
    *,
    fork_here: bool = False,
    course: CourseFolder | None = None,
    units: Sequence[str] | None = None,
) -> Iterator[Executor]:
    """Whoever will run the notebooks, getting ready while this process goes on importing.

    See `grade` for the arguments, and `LocalWorkers` for `fork_here`. With a `course`, what its new hand-ins import is loaded, too.
    """
    executor: Executor
    if on:
        from plnb.grading.on_dask import DaskCluster

        executor = DaskCluster(on)
    else:
        wanted = workers_for(jobs)
        modules = likely_modules(course, units) if course is not None and wanted else ()
        executor = LocalWorkers(wanted, fork_here=fork_here, modules=modules) if wanted else Here()
    try:
        yield executor
    finally:
        executor.close()


def tier_for(executor: Executor, sandbox: Tier | None = None, *, unsafe: bool = False) -> str:
    """The sandbox that an executor's kits ask for; empty where each worker finds out what holds on its own machine."""
    if executor.remote:
        return "none" if unsafe else ""
    return sandbox_for(sandbox, unsafe=unsafe)


class _Batch:
    """One run over what was handed in."""

    def __init__(self, folder: CourseFolder, executor: Executor, tier: str, on_event: OnEvent | None) -> None:
        self.folder, self.executor, self.tier = folder, executor, tier
        self.tell = on_event or (lambda _: None)

    def run(
        self, units: Sequence[str] | None, students: Sequence[str] | None, *, force: bool, budget: Budget | None, began: float
    ) -> GradeSummary:
        from plnb.grading.handed_in import handed_in, runs
        from plnb.grading.nbgrader_course import NbgraderCourse
        from plnb.grading.outcomes import Finished, GradeSummary, Settled, SlowChecks, Started
        from plnb.grading.settle import Settler
        from plnb.store.leases import owner_token

        course = NbgraderCourse(self.folder)
        every = handed_in(course, units, students)
        self.tell(Started(total=len(every), jobs=min(self.executor.workers, len(every)), sandbox=self.tier))
        outcomes: list[SubmissionOutcome] = []
        slow = SlowChecks()
        same = _Same()

        def done(outcome: SubmissionOutcome) -> None:
            slow.add(outcome)
            # Memory does not grow with the class: timings are kept as a digest, and what many students did alike is one object.
            outcome = replace(outcome, timings=(), repairs=same.of(outcome.repairs), flags=same.of(outcome.flags))
            outcomes.append(outcome)
            self.tell(Settled(outcome=outcome, done=len(outcomes), total=len(every)))

        with course_lock(self.folder), Settler.open(course, owner=owner_token()) as settler, asked_to_stop() as stop:
            tasks = runs(settler, every, force=force, budget=_budget(course, budget), tier=self.tier, done=done)
            try:
                self._go(tasks, settler, stop)
            finally:
                settler.let_go()
        summary = GradeSummary(
            outcomes=tuple(outcomes),
            seconds=time.monotonic() - began,
            left=len(every) - len(outcomes),
            interrupted=stop.is_set(),
            slowest=slow.slowest(),
        )
        self.tell(Finished(summary=summary))
        return summary

    def _go(self, tasks: Iterator[tuple[UnitRun, Task]], settler: Settler, stop: threading.Event) -> None:
        """Keep the executor busy, and no more in memory than that needs."""
        from plnb.store.leases import LEASE_SECONDS

        tickets = itertools.count()
        flying: dict[int, tuple[UnitRun, Task]] = {}
        renewed = time.monotonic()
        while not stop.is_set():
            while len(flying) < self.executor.slots and not stop.is_set() and (pair := next(tasks, None)) is not None:
                run, task = pair
                ticket = next(tickets)
                flying[ticket] = pair
                self.executor.submit(ticket, run.kit, task.job)
            if not flying:
                return
            settler.get_ready()
            for came in self.executor.wait(_PULSE):
                run, task = flying.pop(came.ticket)
                if isinstance(came.found, BaseException):
                    run.fail(task, came.found)
                else:
                    run.settle(task, came.found, sandbox=came.sandbox)
                if stop.is_set():
                    return
            if time.monotonic() - renewed > LEASE_SECONDS / 4:
                renewed = time.monotonic()
                settler.renew()


class _Same:
    """One object for all values that are equal."""

    def __init__(self) -> None:
        self._known: dict[Model, Model] = {}

    def of(self, values: tuple[_Value, ...]) -> tuple[_Value, ...]:
        """The same values, each the object it was when first met."""
        return tuple(cast("_Value", self._known.setdefault(value, value)) for value in values)


def _budget(course: NbgraderCourse, budget: Budget | None) -> Budget:
    """Without a word from the caller, a cell may take as long as the course's configuration of nbgrader says."""
    return budget if budget is not None else Budget(cell_seconds=course.cell_seconds)


@contextmanager
def asked_to_stop() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets, so that what is being written is written; the second one is KeyboardInterrupt again."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return

    def handle(number: int, frame: object) -> None:  # noqa: ARG001
        asked.set()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)
