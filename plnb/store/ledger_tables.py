"""The ledger's tables, and how a database is made ready for them. Knows nothing of what is in a row."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

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
    event,
    insert,
    select,
    update,
)
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError

from plnb.errors import FormatTooNewError, RecordError

LEDGER_SCHEMA_VERSION: Final = 2
"""1 had no `event` and no `job`; both only add to it."""

SMALL_CACHE: Final = "cache_size=-512"
"""SQLite keeps 2 MB of pages for each connection otherwise, and a grader's memory grew until they were full. The machine has the
file in memory anyway.
"""

_TRIES: Final = 5

tables = MetaData()

meta = Table("meta", tables, Column("key", String(40), primary_key=True), Column("value", String(200), nullable=False))

submission = Table(
    "submission",
    tables,
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

record = Table(
    "record",
    tables,
    Column("id", String(64), primary_key=True),
    Column("course", String(64), nullable=False),
    Column("student", String(64), nullable=False, index=True),
    Column("kind", String(40), nullable=False),
    Column("at", DateTime, nullable=False),
    Column("trust", String(20), nullable=False),
    Column("submission", Integer, ForeignKey("submission.id", ondelete="CASCADE"), nullable=True, index=True),
    Column("body", Text, nullable=False),
)

audit = Table(
    "event",
    tables,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("course", String(64), nullable=False),
    Column("student", String(64), nullable=False),
    Column("unit", String(100), nullable=False),
    Column("body", Text, nullable=False),
    Column("digest", String(64), nullable=False),
)

job = Table(
    "job",
    tables,
    Column("course", String(64), primary_key=True),
    Column("unit", String(100), primary_key=True),
    Column("student", String(64), primary_key=True),
    Column("owner", String(200), nullable=False, index=True),
    Column("expires", DateTime, nullable=False),
    Column("tries", Integer, nullable=False),
)


def utc(moment: datetime) -> datetime:
    """SQLite keeps no time zones: every time in the ledger is UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def open_database(where: Path | str) -> Engine:
    """Open the database at a path or a URL, making what is missing.

    Raises FormatTooNewError for one a newer plnb has written, RecordError for a file that is no ledger or cannot be written.
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
    return engine


def _prepare(engine: Engine, place: str) -> None:
    """Make what is missing. Two who open a new ledger in the same moment make the same tables: who comes second looks again."""
    for tries_left in reversed(range(_TRIES)):
        try:
            with engine.connect() as db:
                there = engine.dialect.has_table(db, "meta")
                found = db.scalar(select(meta.c.value).where(meta.c.key == "schema_version")) if there else None
            if found == str(LEDGER_SCHEMA_VERSION):
                return
            if found is not None:
                _check_version(found, place)
            tables.create_all(engine)
            with engine.begin() as db:
                _note_version(db)
            return
        except (OperationalError, IntegrityError):
            if not tries_left:
                raise
            time.sleep(0.05)


def _check_version(found: str, place: str) -> None:
    if not found.isdigit() or int(found) > LEDGER_SCHEMA_VERSION:
        raise FormatTooNewError(
            f"This ledger was written by a newer plnb (format {found}; this one knows up to {LEDGER_SCHEMA_VERSION}).",
            place=place,
            mend="Upgrade plnb: pip install --upgrade plnb",
        )


def _note_version(db: Connection) -> None:
    value = str(LEDGER_SCHEMA_VERSION)
    if db.scalar(select(meta.c.value).where(meta.c.key == "schema_version")) is None:
        db.execute(insert(meta).values(key="schema_version", value=value))
    else:
        db.execute(update(meta).where(meta.c.key == "schema_version").values(value=value))


def _safe_sqlite(connection: Any, _: Any) -> None:
    """Readers beside one writer (WAL), what was acknowledged survives a power cut (FULL), and nobody gives up at once."""
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON", SMALL_CACHE):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
