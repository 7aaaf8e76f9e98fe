"""The ledger: the instructor's records and the history of submissions, in one SQL database.

SQLite beside the course by default, PostgreSQL by URL. Records are replaced only together with the submission they came from, in
one transaction; everything else is append-only. Knows how to keep records, not what they mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self

from pydantic import AwareDatetime, ValidationError
from sqlalchemy import Engine, bindparam, delete, func, insert, select, update
from sqlalchemy.engine import Connection, RowMapping
from sqlalchemy.exc import OperationalError

from plnb.core.base import Id, Model, StudentId, UnitId
from plnb.core.records import Record, RecordAdapter, merge
from plnb.errors import RecordError
from plnb.store import audit, leases
from plnb.store.audit import AuditEvent, AuditReport, Note
from plnb.store.leases import LEASE_SECONDS, Lease, LeaseLostError
from plnb.store.ledger_tables import open_database, utc
from plnb.store.ledger_tables import record as _record
from plnb.store.ledger_tables import submission as _submission

_AT_ONCE: Final = 500  # records in one statement; databases limit its parameters

# What is said for every submission is made once: making a statement takes longer than to execute it.
_of_student: Final = (
    _submission.c.course == bindparam("course"),
    _submission.c.student == bindparam("student"),
    _submission.c.unit == bindparam("unit"),
)
_same_files: Final = (*_of_student, _submission.c.digest == bindparam("digest"))
_FIND_NEWEST: Final = (
    select(_submission).where(*_of_student).order_by(_submission.c.graded_at.desc(), _submission.c.id.desc()).limit(1)
)
_FIND_ATTEMPT: Final = select(_submission.c.attempt).where(*_same_files)
_FIND_LAST_ATTEMPT: Final = select(func.max(_submission.c.attempt)).where(*_of_student)
_FIND_SUBMISSION: Final = select(_submission.c.id).where(*_same_files)
_READ_SUBMISSION: Final = select(_submission).where(_submission.c.id == bindparam("of"))
_ADD_SUBMISSION: Final = insert(_submission).returning(_submission.c.id)
_SET_SUBMISSION: Final = update(_submission).where(_submission.c.id == bindparam("of"))
_FIND_RECORDS: Final = select(_record.c.id, _record.c.body, _record.c.submission).where(
    _record.c.id.in_(bindparam("ids", expanding=True))
)
_ADD_RECORDS: Final = insert(_record)
_DROP_RECORDS: Final = delete(_record).where(_record.c.submission == bindparam("of"))


class LedgerSubmission(Model):
    """A submission, as the ledger remembers it: one for each different set of files a student handed in for a unit."""

    course: Id
    """The course."""
    student: StudentId
    """nbgrader's student id."""
    unit: UnitId
    """The unit."""
    digest: str
    """Hash of the files."""
    manifest: str
    """Digest of the manifest it was graded by."""
    grader: str
    """Version of what graded it."""
    submitted_at: AwareDatetime
    """When it was handed in."""
    graded_at: AwareDatetime
    """When it was graded."""
    attempt: int = 1
    """Which different hand-in of this student for this unit it is, from 1."""
    state: Literal["graded", "our_fault"]
    """`our_fault` is tried again by the next run."""
    body: str = "{}"
    """What grading needs to look at it again without running it, as JSON of grading's own."""


class Ledger(AbstractContextManager["Ledger"]):
    """An open ledger. One writer at a time; readers are never in the way."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, where: Path | str) -> Self:
        """Open the ledger at a path or a database URL, making it where there is none.

        Raises FormatTooNewError for one a newer plnb has written, RecordError for a file that is no ledger.
        """
        return cls(open_database(where))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()

    # --- records ---------------------------------------------------------------------------------------------------------------

    def add(self, records: Iterable[Record]) -> int:
        """Add records that belong to no submission, and say how many were new. Told twice, the one with more trust stays."""
        new = tuple(records)
        with self._writing() as db:
            return sum(_add(db, new[start : start + _AT_ONCE], None) for start in range(0, len(new), _AT_ONCE))

    def records(self, student: str | None = None, *, course: str | None = None) -> tuple[Record, ...]:
        """Records in the order of the work, of one student or of all."""
        query = select(_record.c.body)
        if student is not None:
            query = query.where(_record.c.student == student)
        if course is not None:
            query = query.where(_record.c.course == course)
        with self._engine.connect() as db:
            return merge(_read(body) for body in db.scalars(query))

    def students(self) -> tuple[str, ...]:
        """Everybody of whom there is a record or a submission, in order."""
        with self._engine.connect() as db:
            found = {*db.scalars(select(_record.c.student).distinct()), *db.scalars(select(_submission.c.student).distinct())}
        return tuple(sorted(found))

    # --- submissions -----------------------------------------------------------------------------------------------------------

    def submissions(self, student: str | None = None, unit: str | None = None) -> tuple[LedgerSubmission, ...]:
        """Submissions, each student's and unit's in the order they were first seen."""
        query = select(_submission).order_by(_submission.c.student, _submission.c.unit, _submission.c.attempt)
        if student is not None:
            query = query.where(_submission.c.student == student)
        if unit is not None:
            query = query.where(_submission.c.unit == unit)
        with self._engine.connect() as db:
            return tuple(_submission_of(row) for row in db.execute(query).mappings())

    def latest(self, course: str, unit: str) -> dict[str, LedgerSubmission]:
        """For each student the submission of a unit that was graded last: the one nbgrader's gradebook shows."""
        query = (
            select(_submission)
            .where(_submission.c.course == course, _submission.c.unit == unit)
            .order_by(_submission.c.graded_at, _submission.c.id)
        )
        with self._engine.connect() as db:
            return {row["student"]: _submission_of(row) for row in db.execute(query).mappings()}

    def attempt(self, course: str, student: str, unit: str, digest: str) -> int:
        """Which hand-in these files are: the number they were given, or the next."""
        mine = {"course": course, "student": student, "unit": unit}
        with self._engine.connect() as db:
            known: int | None = db.scalar(_FIND_ATTEMPT, {**mine, "digest": digest})
            return known or (db.scalar(_FIND_LAST_ATTEMPT, mine) or 0) + 1

    def newest(self, course: str, unit: str, student: str) -> LedgerSubmission | None:
        """The submission of a student's unit that was graded last; None where there is none."""
        with self._engine.connect() as db:
            row = db.execute(_FIND_NEWEST, {"course": course, "student": student, "unit": unit}).mappings().first()
            return _submission_of(row) if row else None

    def keep(
        self, submission: LedgerSubmission, records: Iterable[Record] | None, *, note: Note | None = None, owner: str = ""
    ) -> None:
        """Write a submission and all records that come from it, in place of what was there for the same files: all or nothing.

        Without `records` those that are there stay. With `owner` its lease on the submission is given back in the same transaction;
        raises LeaseLostError, and writes nothing, where it has no lease any more.
        """
        new = tuple(records) if records is not None else None
        row = {**submission.model_dump(), "submitted_at": utc(submission.submitted_at), "graded_at": utc(submission.graded_at)}
        key = {name: row[name] for name in ("course", "student", "unit", "digest")}
        with self._writing() as db:
            if owner and not leases.give_back(db, owner, submission.course, submission.unit, submission.student):
                raise LeaseLostError(f"{submission.student}, {submission.unit}")
            known = db.scalar(_FIND_SUBMISSION, key)
            if known is None:
                known = db.execute(_ADD_SUBMISSION, row).scalar_one()
            else:
                db.execute(_SET_SUBMISSION, {**row, "of": known})
                if new is not None:
                    db.execute(_DROP_RECORDS, {"of": known})
            if new is not None:
                _add(db, new, known)
            audit.append(db, {**row, "id": known}, note or Note())

    # --- who grades what -------------------------------------------------------------------------------------------------------

    def claim(
        self, course: str, unit: str, students: Iterable[str], *, owner: str, seconds: float = LEASE_SECONDS
    ) -> Mapping[str, int]:
        """Lease submissions; see `leases.claim`."""
        with self._writing() as db:
            return leases.claim(db, course, unit, students, owner, seconds)

    def renew(self, owner: str, seconds: float = LEASE_SECONDS) -> None:
        """Make an owner's leases last from now."""
        with self._writing() as db:
            leases.renew(db, owner, seconds)

    def give_back(self, owner: str) -> None:
        """Let go of all leases an owner has."""
        with self._writing() as db:
            leases.give_back(db, owner)

    def leases(self) -> tuple[Lease, ...]:
        """Every lease, of the living and of the dead."""
        with self._engine.connect() as db:
            return leases.leases(db)

    # --- the audit log ---------------------------------------------------------------------------------------------------------

    def events(self, student: str | None = None, unit: str | None = None) -> tuple[AuditEvent, ...]:
        """Events of the audit log, oldest first."""
        with self._engine.connect() as db:
            return audit.events(db, student, unit)

    def verify_audit(self) -> AuditReport:
        """Whether the audit log is unbroken, and the ledger as it says."""
        with self._engine.connect() as db:
            return audit.verify(db)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """One transaction. Raises RecordError where the database cannot be written; nothing of it is there then."""
        try:
            with self._engine.begin() as db:
                yield db
        except OperationalError as error:
            place = str(self._engine.url.database or self._engine.url.host)
            mend = "Look for room on the disk and for who may write there; then give the same command again."
            raise RecordError(f"The ledger cannot be written ({error.orig}).", place=place, mend=mend) from error


def _add(db: Connection, records: Sequence[Record], submission: int | None) -> int:
    rows = {record.id: record for record in merge(records)}
    old = {row.id: (_read(row.body), row.submission) for row in db.execute(_FIND_RECORDS, {"ids": list(rows)})}
    touched: set[int] = set()
    for known, of in old.values():
        (stays,) = merge((known,), (rows[known.id],))
        if stays == known:
            del rows[known.id]
        else:
            db.execute(delete(_record).where(_record.c.id == known.id))
            touched |= {of} - {None, submission}
    if rows:
        db.execute(_ADD_RECORDS, [_row(record, submission) for record in rows.values()])
    for of in touched:
        row = db.execute(_READ_SUBMISSION, {"of": of}).mappings().one()
        audit.append(db, dict(row), Note(kind="superseded", why="Records of it gave way to more trusted ones."))
    return sum(record_id not in old for record_id in rows)


def _row(record: Record, submission: int | None) -> dict[str, Any]:
    return {
        "id": record.id,
        "course": record.course,
        "student": record.student,
        "kind": record.kind,
        "at": utc(record.at),
        "trust": record.trust.value,
        "submission": submission,
        "body": record.model_dump_json(),
    }


def _read(body: str) -> Record:
    try:
        return RecordAdapter.validate_json(body)
    except ValidationError as error:
        raise RecordError("A record of the ledger cannot be read.", mend="Bring the ledger back from a backup.") from error


def _submission_of(row: RowMapping) -> LedgerSubmission:
    values = {key: value for key, value in row.items() if key != "id"}
    for key in ("submitted_at", "graded_at"):
        values[key] = values[key].replace(tzinfo=UTC)
    return LedgerSubmission.model_validate(values)
