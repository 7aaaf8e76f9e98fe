"""Grading again by what `source/` says now: first a table of who changes and why, and only then, when asked to, the writing.

Every submission that was graded runs by the new version of its unit, which is made aside and not released. What comes of it is kept
in a folder of its own until somebody says yes; then the new version is released and exactly that is written down. Records keep
their ids and are replaced; the audit log keeps what they said before. A run that ends half way through the writing has released the
new version: the next `plnb grade` goes on with it.
"""

from __future__ import annotations

import itertools
import pickle
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from plnb.core.base import Model
from plnb.engine.nodes import read_notebook_bytes
from plnb.engine.runs import Budget
from plnb.errors import NotReadyError
from plnb.grading.balance import CheckKey
from plnb.grading.changes import ScoreChange, changes
from plnb.grading.grade import asked_to_stop, preparing, tier_for
from plnb.grading.gradebook import Mark, read_marks
from plnb.grading.handed_in import HandedIn, handed_in
from plnb.grading.jobs import Job
from plnb.grading.kits import kit_of
from plnb.grading.manifest import read_manifest, source_digest
from plnb.grading.nbgrader_course import NbgraderCourse
from plnb.grading.outcomes import OnEvent, Settled, Started, SubmissionOutcome
from plnb.grading.release import Made, can_be_put_out, made_aside, put_out
from plnb.grading.results import Worked
from plnb.grading.settle import GRADER, Settler, kept_of
from plnb.grading.submission import STUDENT_ID, Submission, read_submission
from plnb.grading.totals import totals
from plnb.store.layout import CourseFolder
from plnb.store.leases import owner_token
from plnb.store.ledger import LedgerSubmission
from plnb.store.lock import course_lock

if TYPE_CHECKING:
    from plnb.engine.sandbox import Tier
    from plnb.grading.executors import Executor

_PULSE = 0.5


class StudentChange(Model):
    """A submission that comes out otherwise."""

    student: str
    """The student."""
    unit: str
    """The unit."""
    before: float
    """Points before, branch balance included and late penalties not."""
    after: float
    """Points now."""
    before_max: float
    """The most there was."""
    after_max: float
    """The most there is."""
    checks: tuple[ScoreChange, ...] = ()
    """Check by check, each with why."""


class Regraded(Model):
    """What grading again comes to."""

    changes: tuple[StudentChange, ...] = ()
    """Who changes."""
    looked_at: int = 0
    """Submissions that were run."""
    unchanged: tuple[str, ...] = ()
    """Units for which neither `source/` nor plnb has changed since everybody was graded: nothing was run."""
    failed: tuple[SubmissionOutcome, ...] = ()
    """Submissions that could not be graded again; they stay as they are."""
    written: bool = False
    """Whether it was written down."""
    interrupted: bool = False
    """Whether somebody stopped it; nothing was written then."""


def regrade(
    folder: CourseFolder,
    *,
    units: Sequence[str] | None = None,
    students: Sequence[str] | None = None,
    write: bool = False,
    jobs: int | None = None,
    on: str = "",
    executor: Executor | None = None,
    sandbox: Tier | None = None,
    unsafe: bool = False,
    budget: Budget | None = None,
    on_event: OnEvent | None = None,
) -> Regraded:
    """Run what was graded by what `source/` says now; with `write`, put that in the place of what was there.

    Without `write` nothing changes, anywhere. Raises NotReadyError where `write` would release a unit for some students only, and
    what `release` raises for a unit that cannot be released, also where nothing is to be written.
    """
    if write and students is not None:
        raise NotReadyError(
            "A changed unit is graded again for everybody.", mend="Leave --student out; without --yes it may be there."
        )
    course = NbgraderCourse(folder)
    every = [each for each in handed_in(course, units, students) if STUDENT_ID.fullmatch(each.student)]
    tell = on_event or (lambda _: None)
    with ExitStack() as stack:
        team = executor or stack.enter_context(preparing(jobs, on))
        tier = tier_for(team, sandbox, unsafe=unsafe)
        stack.enter_context(course_lock(folder))
        settler = stack.enter_context(Settler.open(course, owner=owner_token()))
        stop = stack.enter_context(asked_to_stop())
        stack.callback(settler.let_go)
        tell(Started(total=len(every), jobs=min(team.workers, len(every)), sandbox=tier))
        budget = budget or Budget(cell_seconds=course.cell_seconds)
        found = Regraded()
        for unit in dict.fromkeys(each.unit for each in every):
            with made_aside(course, unit) as made, tempfile.TemporaryDirectory(prefix="plnb-regrade-") as spool:
                can_be_put_out(course, made)
                one = _UnitAgain(settler, made, Path(spool), tier)
                part = one.run([each for each in every if each.unit == unit], team, budget, stop, tell)
                found = _joined(found, part)
                if stop.is_set():
                    return found.model_copy(update={"interrupted": True})
                if write:
                    one.write()
    return found.model_copy(update={"written": write})


@dataclass(frozen=True)
class _Again:
    """A submission on its way."""

    handed_in: HandedIn
    submission: Submission
    known: LedgerSubmission


class _UnitAgain:
    """One unit, graded again."""

    def __init__(self, settler: Settler, made: Made, spool: Path, tier: str) -> None:
        self.settler, self.made, self.spool, self.tier = settler, made, spool, tier
        folder = settler.course.folder
        self.before = read_manifest(folder.manifest(made.unit))
        self.old = {nb.name: _bytes(folder.master(made.unit, nb.name)) for nb in self.before.notebooks}
        self.marks: Mapping[str, Mapping[CheckKey, Mark]] = read_marks(settler.gradebook, made.unit)
        self.spooled: list[_Again] = []

    def run(self, every: Sequence[HandedIn], team: Executor, budget: Budget, stop: Event, tell: OnEvent) -> Regraded:
        """Run everything that could come out otherwise, and say what does."""
        kit = kit_of(self.settler.course, self.made.manifest, self.made.masters, budget=budget, tier=self.tier)
        todo = self._todo(every)
        tickets = itertools.count()
        flying: dict[int, _Again] = {}
        rows: list[StudentChange] = []
        failed: list[SubmissionOutcome] = []
        while not stop.is_set():
            while len(flying) < team.slots and (again := next(todo, None)) is not None:
                ticket = next(tickets)
                flying[ticket] = again
                submission = again.submission
                team.submit(ticket, kit, Job(again.handed_in.student, submission.notebooks, submission.others))
            if not flying:
                break
            for came in team.wait(_PULSE):
                again = flying.pop(came.ticket)
                outcome = SubmissionOutcome(student=again.handed_in.student, unit=self.made.unit, state="graded")
                if isinstance(came.found, BaseException):
                    outcome = replace(outcome, state="our_fault", reason=str(came.found))
                    failed.append(outcome)
                else:
                    self._keep(again, came.found, came.sandbox)
                    rows += self._row(again, came.found)
                tell(Settled(outcome=outcome, done=len(self.spooled) + len(failed), total=len(every)))
        ran = len(self.spooled) + len(failed)
        return Regraded(
            changes=tuple(sorted(rows, key=lambda row: row.student)),
            looked_at=ran,
            unchanged=() if ran else (self.made.unit,),
            failed=tuple(failed),
        )

    def write(self) -> None:
        """Release the new version, then write down what was run by it."""
        if self.made.manifest.digest != self.before.digest:
            put_out(self.settler.course, self.made)
        for number, again in enumerate(self.spooled):
            worked, sandbox = pickle.loads((self.spool / str(number)).read_bytes())  # noqa: S301  written by this process
            self.settler.claim(self.made.manifest, [again.handed_in.student])
            now = time.monotonic()
            self.settler.graded(
                self.made.manifest,
                again.handed_in.student,
                again.submission,
                worked,
                timestamp=self.settler.course.timestamp(again.handed_in.path),
                marks=self.marks.get(again.handed_in.student, {}),
                sandbox=sandbox,
                why=self._whole_reason(again),
                began=now,
                now=now,
            )

    def _todo(self, every: Sequence[HandedIn]) -> Iterator[_Again]:
        """What was graded, by another version of the unit or another plnb, and lies there as it was graded."""
        for each in every:
            known = self.settler.ledger.newest(self.made.manifest.course, self.made.unit, each.student)
            if known is None or known.state != "graded":
                continue  # plain grading does that
            if (known.manifest, known.grader) == (self.made.manifest.digest, GRADER):
                continue
            submission = read_submission(each.path, ignore=self.settler.course.dir.ignore)
            if submission.digest == known.digest:
                yield _Again(each, submission, known)

    def _keep(self, again: _Again, worked: Worked, sandbox: str) -> None:
        (self.spool / str(len(self.spooled))).write_bytes(pickle.dumps((worked, sandbox or self.tier)))
        self.spooled.append(again)

    def _row(self, again: _Again, worked: Worked) -> list[StudentChange]:
        was = kept_of(again.known).outcomes
        found = changes(was, worked.outcomes)
        marks = self.marks.get(again.handed_in.student, {})
        before, before_max = totals(self.before, was, marks)
        after, after_max = totals(self.made.manifest, worked.outcomes, marks)
        if not found and (before, before_max) == (after, after_max):
            return []
        return [
            StudentChange(
                student=again.handed_in.student,
                unit=self.made.unit,
                before=before,
                after=after,
                before_max=before_max,
                after_max=after_max,
                checks=tuple(change.model_copy(update={"why": self._why(change, again)}) for change in found),
            )
        ]

    # --- why -------------------------------------------------------------------------------------------------------------------

    def _why(self, change: ScoreChange, again: _Again) -> str:
        old, new = _cells(self.old.get(change.activity)), _cells(self.made.masters.get(change.activity))
        if old.get(change.check) != new.get(change.check):
            return "the test was changed" if change.check in old and change.check in new else "the check is new or gone"
        if change.before_max != change.after_max:
            return "the points were changed"
        if old != new:
            return "the notebook around it was changed"
        return self._whole_reason(again)

    def _whole_reason(self, again: _Again) -> str:
        if again.known.manifest != self.made.manifest.digest:
            return "the unit was changed"
        if again.known.grader != GRADER:
            return "plnb was changed"
        return "the answer came out otherwise this time"


def _cells(raw: bytes | None) -> dict[str, str]:
    """Digest of each cell's text, by grade_id or id."""
    if raw is None:
        return {}
    cells = read_notebook_bytes(raw).cells
    return {cell.metadata.get("nbgrader", {}).get("grade_id") or cell.get("id", ""): source_digest(cell.source) for cell in cells}


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _joined(one: Regraded, other: Regraded) -> Regraded:
    return Regraded(
        changes=(*one.changes, *other.changes),
        looked_at=one.looked_at + other.looked_at,
        unchanged=(*one.unchanged, *other.unchanged),
        failed=(*one.failed, *other.failed),
    )
