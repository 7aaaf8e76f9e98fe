"""What was handed in, unit by unit, on its way from the disk to the workers and from there into the gradebook and the ledger.

A `UnitRun` reads submissions only as they are asked for, so memory does not grow with the class.
"""

from __future__ import annotations

import errno
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from plnb.engine.runs import Budget
from plnb.errors import NotFoundError, OurFaultError, PlnbError, RecordError
from plnb.grading.jobs import Job
from plnb.grading.kits import make_kit
from plnb.grading.manifest import Manifest, read_manifest
from plnb.grading.nbgrader_course import NbgraderCourse
from plnb.grading.outcomes import SubmissionOutcome
from plnb.grading.readiness import why_not_graded_here
from plnb.grading.results import Worked
from plnb.grading.settle import GRADER, Settler
from plnb.grading.submission import STUDENT_ID, Submission, read_submission
from plnb.store.leases import LeaseLostError
from plnb.store.ledger import LedgerSubmission

if TYPE_CHECKING:
    from plnb.grading.balance import CheckKey
    from plnb.grading.gradebook import Mark

_log = logging.getLogger("plnb.grading")
_log.addHandler(logging.NullHandler())

OnOutcome = Callable[[SubmissionOutcome], None]

_CLAIM_AT_ONCE = 8  # submissions leased in one transaction, and read ahead
_NO_ROOM = (errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EIO)


@dataclass(frozen=True)
class HandedIn:
    """A folder of `submitted/`."""

    student: str
    unit: str
    path: Path


@dataclass(frozen=True)
class Task:
    """A submission on its way through a worker."""

    handed_in: HandedIn
    submission: Submission
    timestamp: datetime | None
    job: Job
    began: float
    tries: int = 1
    """How many graders have begun it."""


def handed_in(course: NbgraderCourse, units: Sequence[str] | None, students: Sequence[str] | None) -> tuple[HandedIn, ...]:
    """What there is, by unit and student. Raises NotFoundError for a unit or a student nobody knows."""
    every = [HandedIn(student, unit, path) for student, unit, path in course.submissions()]
    known = {*course.units(), *(path.stem for path in course.folder.manifests.glob("*.json")), *(each.unit for each in every)}
    for unit in units or ():
        if unit not in known:
            raise NotFoundError(f"The course has no unit '{unit}'.", mend=f"Its units: {', '.join(sorted(known)) or 'none'}.")
    for student in students or ():
        if not any(each.student == student for each in every):
            raise NotFoundError(f"Nothing was handed in by '{student}'.", mend="Look into the folder of submissions.")
    chosen = [each for each in every if (units is None or each.unit in units) and (students is None or each.student in students)]
    return tuple(sorted(chosen, key=lambda each: (each.unit, each.student)))


def manifest_for(course: NbgraderCourse, unit: str) -> Manifest:
    """The manifest of a released unit; made now where nbgrader alone released it."""
    path = course.folder.manifest(unit)
    if not path.exists():
        if not course.source(unit).is_dir():
            mend = f"Its units: {', '.join(course.units()) or 'none'}. Hand-ins lie in submitted/<student>/<unit>/."
            raise NotFoundError(f"The course has no unit '{unit}'.", mend=mend)
        from plnb.grading.release import adopt

        adopt(course, unit)
    return read_manifest(path)


class UnitRun:
    """One unit's submissions."""

    def __init__(self, settler: Settler, unit: str, *, force: bool, budget: Budget, tier: str, done: OnOutcome) -> None:
        self.settler, self.unit, self.force, self.tier, self.done = settler, unit, force, tier, done
        self.manifest = manifest_for(settler.course, unit)
        self.kit = make_kit(settler.course, self.manifest, budget=budget, tier=tier)
        if why := why_not_graded_here(self.kit):
            raise why

    @cached_property
    def _marks(self) -> Mapping[str, Mapping[CheckKey, Mark]]:
        """What people gave so far, by student; read when it is first needed."""
        from plnb.grading.gradebook import read_marks

        return read_marks(self.settler.gradebook, self.unit)

    @cached_property
    def _there(self) -> frozenset[str]:
        """Students whose submissions nbgrader's gradebook has. Its own commands can take them out of it again."""
        from plnb.grading.gradebook import students_in

        return students_in(self.settler.gradebook, self.unit)

    def tasks(self, handed_in: Iterable[HandedIn]) -> Iterator[Task]:
        """What has to run, leased to us. Everything else is done with on the way."""
        to_run = self._to_run(handed_in)
        while some := list(islice(to_run, _CLAIM_AT_ONCE)):
            got = self.settler.claim(self.manifest, [task.handed_in.student for task in some])
            for task in some:
                if tries := got.get(task.handed_in.student):
                    yield Task(**{**task.__dict__, "tries": tries})
                else:
                    self.done(_elsewhere(task.handed_in))

    def settle(self, task: Task, worked: Worked, *, sandbox: str = "") -> None:
        """Write down a submission that came back from a worker."""
        each = task.handed_in
        marks = self._marks.get(each.student, {})
        try:
            outcome = self.settler.graded(
                self.manifest,
                each.student,
                task.submission,
                worked,
                timestamp=task.timestamp,
                marks=marks,
                sandbox=sandbox or self.tier,
                tries=task.tries,
                began=task.began,
                now=time.monotonic(),
            )
        except LeaseLostError:
            self.done(_elsewhere(each))
        except RecordError:
            raise  # where nothing can be written there is no use in going on
        except Exception as error:
            _raise_if_no_room(error)
            self.fail(task, error)
        else:
            self.done(outcome)

    def fail(self, task: Task, error: BaseException) -> None:
        """Note a submission that could not be graded; the next run tries again."""
        each = task.handed_in
        at = task.timestamp or task.submission.newest
        try:
            self.settler.our_fault(self.manifest, each.student, task.submission, at=at, why=_sentence(error), sandbox=self.tier)
        except LeaseLostError:
            self.done(_elsewhere(each))
        else:
            self.done(our_fault(each, error))

    def _to_run(self, handed_in: Iterable[HandedIn]) -> Iterator[Task]:
        for each in handed_in:
            if not STUDENT_ID.fullmatch(each.student):
                self.done(
                    refused(each, "The folder's name is no student id: a to z, digits and . _ @ - only, no spaces, 64 at most.")
                )
                continue
            try:
                task = self._task(each)
                known = self.settler.ledger.newest(self.manifest.course, self.unit, each.student)
                if self.force or known is None or not self._same(known, task):
                    yield task
                else:
                    self.done(self.settler.known(self.manifest, known, self._marks.get(each.student, {})))
            except RecordError:
                raise
            except Exception as error:
                self.done(our_fault(each, error))

    def _task(self, each: HandedIn) -> Task:
        course = self.settler.course
        began = time.monotonic()
        submission = read_submission(each.path, ignore=course.dir.ignore)
        job = Job(student=each.student, notebooks=submission.notebooks, others=submission.others)
        return Task(each, submission, course.timestamp(each.path), job, began)

    def _same(self, known: LedgerSubmission, task: Task) -> bool:
        at = task.timestamp or known.submitted_at
        same = (known.state, known.digest, known.manifest, known.grader, known.submitted_at)
        return known.student in self._there and same == (
            "graded",
            task.submission.digest,
            self.manifest.digest,
            GRADER,
            at,
        )


def runs(
    settler: Settler, every: Sequence[HandedIn], *, force: bool, budget: Budget, tier: str, done: OnOutcome
) -> Iterator[tuple[UnitRun, Task]]:
    """Everything that has to run, unit by unit."""
    for unit in dict.fromkeys(each.unit for each in every):
        of_unit = [each for each in every if each.unit == unit]
        try:
            run = UnitRun(settler, unit, force=force, budget=budget, tier=tier, done=done)
        except RecordError:
            raise
        except OurFaultError as error:
            for each in of_unit:
                done(our_fault(each, error))
        except PlnbError as error:
            for each in of_unit:
                done(refused(each, f"{error.message} {error.mend}".strip()))
        else:
            yield from ((run, task) for task in run.tasks(of_unit))


def refused(each: HandedIn, reason: str) -> SubmissionOutcome:
    """A submission that cannot be graded."""
    return SubmissionOutcome(student=each.student, unit=each.unit, state="refused", reason=reason)


def our_fault(each: HandedIn, error: BaseException) -> SubmissionOutcome:
    """A submission that was not graded, and not for anything in it."""
    _log.error("grading %s/%s failed", each.student, each.unit, exc_info=error)
    return SubmissionOutcome(student=each.student, unit=each.unit, state="our_fault", reason=_sentence(error))


def _elsewhere(each: HandedIn) -> SubmissionOutcome:
    return SubmissionOutcome(
        student=each.student, unit=each.unit, state="elsewhere", reason="Another grader is at work on this submission right now."
    )


def _sentence(error: BaseException) -> str:
    return str(error) if isinstance(error, PlnbError) else f"{type(error).__name__}: {error}"


def _raise_if_no_room(error: Exception) -> None:
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        raise RecordError(
            f"The course folder cannot be written ({error.strerror}).",
            place=str(error.filename or ""),
            mend="Make room on the disk, or see who may write there; then give the same command again.",
        ) from error
