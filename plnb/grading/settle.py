"""Settling a submission: balance, gradebook, `autograded` files, ledger. In this order: what the ledger calls graded is graded.

Everything here can be done again without harm. Runs in the one process that writes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from pydantic import ValidationError

from plnb import __version__
from plnb.core.base import Model
from plnb.core.records import Verdict
from plnb.engine.runs import Ended
from plnb.errors import OurFaultError, RecordError
from plnb.grading.balance import Balanced, CheckKey, balance
from plnb.grading.changes import changes
from plnb.grading.evidence import HandIn, claims, records_of, scored
from plnb.grading.folders import replacing
from plnb.grading.manifest import Manifest
from plnb.grading.nbgrader_course import NbgraderCourse
from plnb.grading.outcomes import RefusedFile, State, SubmissionOutcome
from plnb.grading.repairs import Repair
from plnb.grading.results import NotebookOutcome, Worked
from plnb.grading.stored import FOLDER, fit_files
from plnb.grading.submission import Submission, not_copied
from plnb.store.audit import Note
from plnb.store.ledger import Ledger, LedgerSubmission

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from plnb.grading.grade_rows import GradeWriter, LatePenalty, NotebookGrades
    from plnb.grading.gradebook import Mark

GRADER: Final = f"plnb {__version__} grading 1"
"""What graded; submissions graded by another are graded again."""


class Kept(Model):
    """What the ledger keeps of a graded submission, so that a person's points can be worked in without running it again."""

    outcomes: tuple[NotebookOutcome, ...] = ()
    """What came of each notebook."""
    repairs: tuple[Repair, ...] = ()
    """What was put right."""
    marks: str = ""
    """Hash of what people had given for it when it was settled."""
    earlier: Mapping[str, str] = {}
    """What people had given for an earlier hand-in, by cell, as hashes: it says nothing about this one."""
    score: tuple[float, float] = (0.0, 0.0)
    """Points in nbgrader's gradebook, and the most there are."""
    timestamp: bool = False
    """Whether the time of handing in is the submission's own word (`timestamp.txt`) or that of its newest file."""
    sandbox: str = ""
    """The sandbox its code ran in."""


class Settler:
    """Settles submissions of one course; holds the ledger open, and the gradebook from its first use on."""

    def __init__(self, course: NbgraderCourse, ledger: Ledger, owner: str, stack: ExitStack) -> None:
        self.course, self.ledger, self._owner, self._stack = course, ledger, owner, stack
        self._writers: dict[str, GradeWriter] = {}
        self._data_files: dict[str, tuple[Path, ...]] = {}

    @classmethod
    @contextmanager
    def open(cls, course: NbgraderCourse, *, owner: str = "") -> Iterator[Self]:
        """A settler with the course's ledger open. With `owner` every write needs that owner's lease."""
        with ExitStack() as stack:
            yield cls(course, stack.enter_context(Ledger.open(course.folder.ledger)), owner, stack)

    def get_ready(self) -> None:
        """Open what grades are written to: the time for it is while submissions run."""
        _ = self.gradebook, self._penalty

    @cached_property
    def gradebook(self) -> Engine:
        """The course's gradebook."""
        from plnb.grading.gradebook import open_gradebook

        return self._stack.enter_context(open_gradebook(self.course))

    @cached_property
    def _penalty(self) -> LatePenalty:
        from plnb.grading.gradebook import late_penalty

        return late_penalty(self.course)

    def claim(self, manifest: Manifest, students: Sequence[str]) -> Mapping[str, int]:
        """Lease submissions; how often each was begun, for those that were got."""
        return self.ledger.claim(manifest.course, manifest.unit.id, students, owner=self._owner)

    def renew(self) -> None:
        """Keep what is leased."""
        self.ledger.renew(self._owner)

    def let_go(self) -> None:
        """Give back what is leased and not done, for the next run to take."""
        with contextlib.suppress(RecordError):  # it runs out by itself
            self.ledger.give_back(self._owner)

    def graded(
        self,
        manifest: Manifest,
        student: str,
        submission: Submission,
        worked: Worked,
        *,
        timestamp: datetime | None,
        marks: Mapping[CheckKey, Mark],
        sandbox: str,
        tries: int = 1,
        why: str = "",
        began: float,
        now: float,
    ) -> SubmissionOutcome:
        """Write down a submission that has just been graded."""
        unit = manifest.unit.id
        known = self.ledger.newest(manifest.course, unit, student)
        again = known is not None and known.digest == submission.digest and known.state == "graded"
        hand_in = HandIn(
            student=student,
            digest=submission.digest,
            at=timestamp or submission.newest,
            attempt=self._attempt(manifest, student, submission, known),
            sandbox=sandbox,
        )
        files, said = self._files(unit, submission, worked)
        kept = Kept(
            outcomes=worked.outcomes,
            repairs=(*submission.repairs, *worked.repairs, *said),
            earlier=kept_of(known).earlier if again and known else {_cell(key): _hash(mark) for key, mark in marks.items()},
            timestamp=timestamp is not None,
            sandbox=sandbox,
        )
        balanced, total = self._grades(manifest, hand_in, kept, marks, review=not again)
        marks = {} if not again else _given(kept, marks)
        kept = kept.model_copy(update={"marks": _fingerprint(marks), "score": total})
        self._autograded(student, unit, files)
        changed = changes(kept_of(known).outcomes, kept.outcomes) if again and known else ()
        note = Note(
            kind="regraded" if again else "graded",
            sandbox=sandbox,
            tries=tries,
            why=why,
            before=tuple(change.said_before for change in changed),
            after=tuple(change.says_now for change in changed),
        )
        self._remember(manifest, hand_in, kept, balanced, marks, note)
        return _outcome("graded", manifest, hand_in, kept, balanced, now - began)

    def known(self, manifest: Manifest, known: LedgerSubmission, marks: Mapping[CheckKey, Mark]) -> SubmissionOutcome:
        """A submission graded before: work in what a person has given since, where there is anything."""
        kept = kept_of(known)
        own = _given(kept, marks)
        hand_in = HandIn(
            student=known.student, digest=known.digest, at=known.submitted_at, attempt=known.attempt, sandbox=kept.sandbox
        )
        if kept.marks == _fingerprint(own):
            return _outcome("unchanged", manifest, hand_in, kept, _balanced(manifest, kept, marks), 0.0)
        balanced, total = self._grades(manifest, hand_in, kept, marks, review=False)
        kept = kept.model_copy(update={"marks": _fingerprint(own), "score": total})
        note = Note(kind="updated", sandbox=kept.sandbox, why="A person has given points.")
        self._remember(manifest, hand_in, kept, balanced, own, note, leased=False)
        return _outcome("updated", manifest, hand_in, kept, balanced, 0.0)

    def our_fault(
        self, manifest: Manifest, student: str, submission: Submission, *, at: datetime, why: str = "", sandbox: str = ""
    ) -> None:
        """Note that a submission could not be graded, through no fault of the student's. Grades and records stay as they were."""
        attempt = self.ledger.attempt(manifest.course, student, manifest.unit.id, submission.digest)
        row = _row(manifest, student, submission.digest, at, attempt, "our_fault", Kept())
        self.ledger.keep(row, None, note=Note(kind="our_fault", why=why, sandbox=sandbox), owner=self._owner)

    def _attempt(self, manifest: Manifest, student: str, submission: Submission, newest: LedgerSubmission | None) -> int:
        """Which hand-in of the student's this is. Most are the first, or what came last: the ledger need not be asked again."""
        if newest is None:
            return 1
        if newest.digest == submission.digest:
            return newest.attempt
        return self.ledger.attempt(manifest.course, student, manifest.unit.id, submission.digest)

    # --- the four places -------------------------------------------------------------------------------------------------------

    def _grades(
        self,
        manifest: Manifest,
        hand_in: HandIn,
        kept: Kept,
        marks: Mapping[CheckKey, Mark],
        *,
        review: bool,
    ) -> tuple[Balanced, tuple[float, float]]:
        balanced = _balanced(manifest, kept, marks)
        unit = manifest.unit.id
        if unit not in self._writers:
            from plnb.grading.grade_rows import GradeWriter

            self._writers[unit] = GradeWriter(self.gradebook, unit, self._penalty)
        total = self._writers[unit].write(
            student=hand_in.student,
            submitted_at=hand_in.at if kept.timestamp else None,
            notebooks={outcome.name: _notebook_grades(outcome, balanced) for outcome in kept.outcomes},
            review=review,
        )
        return balanced, total

    def _files(self, unit: str, submission: Submission, worked: Worked) -> tuple[dict[str, bytes], tuple[Repair, ...]]:
        """What goes into nbgrader's folder of graded work, and what is said of files of the student's that are too large for it."""
        notebooks = {f"{name}.ipynb": raw for name, raw in worked.executed.items()}
        if unit not in self._data_files:
            self._data_files[unit] = self.course.data_files(unit)
        source = self.course.source(unit)
        data = {path.as_posix(): (source / path).read_bytes() for path in self._data_files[unit]}
        kept, left_out = fit_files({**submission.others, **data}, FOLDER - sum(map(len, notebooks.values())))
        theirs = [name for name in left_out if name not in data]
        # Where two want the same place the first one gets it.
        files = {**notebooks, **{name: kept[name] for name in data if name in kept}, **kept}
        return files, (not_copied(theirs),) if theirs else ()

    def _autograded(self, student: str, unit: str, files: Mapping[str, bytes]) -> None:
        """Nbgrader's folder of graded work, for formgrader and for feedback."""
        permissions = self.course.permissions
        with replacing(self.course.autograded(student, unit)) as folder:
            for name, raw in files.items():
                path = folder / name
                inside = path.parents[: name.count("/")]  # the folders between this one and the file
                if any(parent.is_file() for parent in inside) or path.is_dir():
                    continue
                if inside:
                    path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(raw)
                path.chmod(permissions)

    def _remember(
        self,
        manifest: Manifest,
        hand_in: HandIn,
        kept: Kept,
        balanced: Balanced,
        marks: Mapping[CheckKey, Mark],
        note: Note,
        *,
        leased: bool = True,
    ) -> None:
        row = _row(manifest, hand_in.student, hand_in.digest, hand_in.at, hand_in.attempt, "graded", kept)
        records = records_of(manifest, hand_in, kept.outcomes, balanced, marks)
        self.ledger.keep(row, records, note=note, owner=self._owner if leased else "")


def _balanced(manifest: Manifest, kept: Kept, marks: Mapping[CheckKey, Mark]) -> Balanced:
    return balance(manifest.unit, scored(manifest, kept.outcomes, marks), claims(kept.outcomes))


def _given(kept: Kept, marks: Mapping[CheckKey, Mark]) -> dict[CheckKey, Mark]:
    """What people gave for this hand-in: not what is left from an earlier one and has not been confirmed."""
    return {
        key: mark
        for key, mark in marks.items()
        if not mark.review and (mark.points is not None or kept.earlier.get(_cell(key)) != _hash(mark))
    }


def _fingerprint(marks: Mapping[CheckKey, Mark]) -> str:
    """What tells whether people have given something else since."""
    return sha256("".join(f"{_cell(key)}={_hash(marks[key])};" for key in sorted(marks)).encode()).hexdigest()


def _cell(key: CheckKey) -> str:
    return f"{key[0]}/{key[1]}"


def _hash(mark: Mark) -> str:
    return sha256(f"{mark.points}|{mark.comment}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _notebook_grades(outcome: NotebookOutcome, balanced: Balanced) -> NotebookGrades:
    from plnb.grading.grade_rows import CellGrade, NotebookGrades

    cells = {score.check: CellGrade(points=score.points) for score in outcome.scores}
    for (activity, check), points in balanced.mirrored.items():
        if activity == outcome.name:
            cells[check] = CellGrade(points=points, mirrored=True)
    return NotebookGrades(
        present=outcome.state == "graded",
        flagged=outcome.state == "refused",
        cells=cells,
        unanswered=frozenset(outcome.unanswered),
    )


def _row(manifest: Manifest, student: str, digest: str, at: datetime, attempt: int, state: str, kept: Kept) -> LedgerSubmission:
    return LedgerSubmission.model_validate(
        {
            "course": manifest.course,
            "student": student,
            "unit": manifest.unit.id,
            "digest": digest,
            "manifest": manifest.digest,
            "grader": GRADER,
            "submitted_at": at,
            "graded_at": datetime.now(UTC),
            "attempt": attempt,
            "state": state,
            "body": kept.model_dump_json(),
        }
    )


def kept_of(known: LedgerSubmission) -> Kept:
    """What the ledger keeps of a submission. Raises OurFaultError where it cannot be read."""
    try:
        return Kept.model_validate_json(known.body)
    except ValidationError as error:
        raise OurFaultError(
            "The ledger's notes on a submission cannot be read.", mend="Grade it again: plnb grade --force"
        ) from error


_ENDED: Final = {
    Ended.crashed: "Python stopped altogether; what was earned before counts.",
    Ended.stuck: "A cell could not be stopped; what was earned before counts.",
    Ended.out_of_time: "The time for the whole notebook ran out; what was earned before counts.",
}
"""Why a run stopped early, for whoever grades."""


def _outcome(
    state: State,
    manifest: Manifest,
    hand_in: HandIn,
    kept: Kept,
    balanced: Balanced,
    seconds: float,
) -> SubmissionOutcome:
    scores = [score for outcome in kept.outcomes for score in outcome.scores]
    off_path = {activity.id for activity in manifest.unit.activities() if activity.branch and _off_path(activity.branch, balanced)}
    return SubmissionOutcome(
        student=hand_in.student,
        unit=manifest.unit.id,
        state=state,
        score=kept.score[0],
        max_score=kept.score[1],
        attempt=hand_in.attempt,
        repairs=kept.repairs,
        refused=tuple(RefusedFile(notebook=o.name, reason=o.reason) for o in kept.outcomes if o.state == "refused"),
        missing=tuple(o.name for o in kept.outcomes if o.state == "missing" and o.name not in off_path),
        differences=tuple(sorted({code for score in scores for code in score.differences})),
        waiting=sum(score.verdict is Verdict.waiting for score in scores),
        ended=tuple(f"{o.name}: {_ENDED[o.ended]}" for o in kept.outcomes if o.ended),
        flags=tuple(flag for outcome in kept.outcomes for flag in outcome.flags),
        moved=_moved(manifest, kept),
        seconds=seconds,
        timings=_timings(kept) if state == "graded" else (),
    )


def _moved(manifest: Manifest, kept: Kept) -> int:
    """How many checks ran in the student's process although they were to run outside."""
    outside = {(book.name, plan.check) for book in manifest.notebooks for plan in book.plan.checks if plan.where == "outside"}
    return sum(
        (outcome.name, score.check) in outside and score.checked_in == "kernel"
        for outcome in kept.outcomes
        for score in outcome.scores
    )


def _off_path(branch: str, balanced: Balanced) -> bool:
    fork, option = branch.split("/")
    return any(taken.fork == fork and taken.options and option not in taken.options for taken in balanced.forks)


def _timings(kept: Kept) -> tuple[tuple[str, float], ...]:
    return tuple((f"{outcome.name}/{score.check}", score.seconds) for outcome in kept.outcomes for score in outcome.scores)
