"""The ledger: the instructor's records and the history of submissions, in one SQL database.

SQLite beside the course by default, PostgreSQL by URL. Records are replaced only together with the submission they came from, in
one transaction; everything else is append-only. Knows how to keep records, not what they mean.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self

from pydantic import AwareDatetime, ValidationError
from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    delete,
    event,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.engine import Connection, RowMapping
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError

from plnb.core.base import Id, Model, StudentId, UnitId
from plnb.core.records import Record, RecordAdapter, merge
from plnb.errors import FormatTooNewError, RecordError

LEDGER_SCHEMA_VERSION: Final = 1

_AT_ONCE: Final = 500  # records in one statement; databases limit its parameters

_tables = MetaData()

_meta = Table("meta", _tables, Column("key", String(40), primary_key=True), Column("value", String(200), nullable=False))

_submission = Table(
    "submission",
    _tables,
    Column("id", Integer, primary_key=True),
    Column("course", String(64), nullable=False),
    Column("student", String(64), nullable=False),
    Column("unit", String(100), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("manifest", String(64), nullable=False),
    Column("grader", String(64), nullable=False),
    Column("submitted_at", DateTime, nullable=False),
    Column("graded_at", DateTime, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("course", "student", "unit", "digest"),
)

_record = Table(
    "record",
    _tables,
    Column("id", String(64), primary_key=True),
    Column("course", String(64), nullable=False),
    Column("student", String(64), nullable=False, index=True),
    Column("kind", String(40), nullable=False),
    Column("at", DateTime, nullable=False),
    Column("trust", String(20), nullable=False),
    Column("submission", Integer, ForeignKey("submission.id", ondelete="CASCADE"), nullable=True, index=True),
    Column("body", Text, nullable=False),
)


_TRIES: Final = 5


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
        place = str(where)
        url = place if "://" in place else f"sqlite:///{Path(place).absolute()}"
        engine = create_engine(url)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _safe_sqlite)
        try:
            _prepare(engine, place)
        except (OperationalError, IntegrityError) as error:
            engine.dispose()
            mend = "Check who may write there; if another program has it open, try again."
            raise RecordError("The ledger cannot be opened.", place=place, mend=mend) from error
        except DatabaseError as error:
            engine.dispose()
            raise RecordError("This is not a ledger that can be used.", place=place, mend="Move the file away.") from error
        except FormatTooNewError:
            engine.dispose()
            raise
        return cls(engine)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()

    # --- records ---------------------------------------------------------------------------------------------------------------

    def add(self, records: Iterable[Record]) -> int:
        """Add records that belong to no submission, and say how many were new. Told twice, the one with more trust stays."""
        new = tuple(records)
        with self._engine.begin() as db:
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
        mine = (_submission.c.course == course, _submission.c.student == student, _submission.c.unit == unit)
        with self._engine.connect() as db:
            known = db.scalar(select(_submission.c.attempt).where(*mine, _submission.c.digest == digest))
            return known or (db.scalar(select(func.max(_submission.c.attempt)).where(*mine)) or 0) + 1

    def keep(self, submission: LedgerSubmission, records: Iterable[Record] | None) -> None:
        """Write a submission and all records that come from it, in place of what was there for the same files: all or nothing.

        Without `records` those that are there stay.
        """
        new = tuple(records) if records is not None else None
        row = {**submission.model_dump(), "submitted_at": _utc(submission.submitted_at), "graded_at": _utc(submission.graded_at)}
        key = [_submission.c[name] == row[name] for name in ("course", "student", "unit", "digest")]
        with self._engine.begin() as db:
            known = db.scalar(select(_submission.c.id).where(*key))
            if known is None:
                known = db.execute(insert(_submission).values(row).returning(_submission.c.id)).scalar_one()
            else:
                db.execute(update(_submission).where(_submission.c.id == known).values(row))
            if new is not None:
                db.execute(delete(_record).where(_record.c.submission == known))
                _add(db, new, known)


def _add(db: Connection, records: Sequence[Record], submission: int | None) -> int:
    rows = {record.id: record for record in merge(records)}
    old = {row.id: _read(row.body) for row in db.execute(select(_record.c.id, _record.c.body).where(_record.c.id.in_(list(rows))))}
    for known in old.values():
        (stays,) = merge((known,), (rows[known.id],))
        if stays == known:
            del rows[known.id]
        else:
            db.execute(delete(_record).where(_record.c.id == known.id))
    if rows:
        db.execute(insert(_record), [_row(record, submission) for record in rows.values()])
    return sum(record_id not in old for record_id in rows)


def _row(record: Record, submission: int | None) -> dict[str, Any]:
    return {
        "id": record.id,
        "course": record.course,
        "student": record.student,
        "kind": record.kind,
        "at": _utc(record.at),
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


def _utc(moment: datetime) -> datetime:
    """SQLite keeps no time zones: every time in the ledger is UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def _prepare(engine: Engine, place: str) -> None:
    """Make what is missing. Two who open a new ledger in the same moment make the same tables: who comes second looks again."""
    for tries_left in reversed(range(_TRIES)):
        try:
            _tables.create_all(engine)
            with engine.begin() as db:
                _check_version(db, place)
            return
        except (OperationalError, IntegrityError):
            if not tries_left:
                raise
            time.sleep(0.05)


def _check_version(db: Connection, place: str) -> None:
    found = db.scalar(select(_meta.c.value).where(_meta.c.key == "schema_version"))
    if found is None:
        db.execute(insert(_meta).values(key="schema_version", value=str(LEDGER_SCHEMA_VERSION)))
    elif not found.isdigit() or int(found) > LEDGER_SCHEMA_VERSION:
        raise FormatTooNewError(
            f"This ledger was written by a newer plnb (format {found}; this one knows up to {LEDGER_SCHEMA_VERSION}).",
            place=place,
            mend="Upgrade plnb: pip install --upgrade plnb",
        )


def _safe_sqlite(connection: Any, _: Any) -> None:
    """Readers beside one writer (WAL), what was acknowledged survives a power cut (FULL), and nobody gives up at once."""
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
