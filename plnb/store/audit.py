"""The audit log: what was written about whom, when and why, each event sealed with the digest of the one before.

Events are never changed or taken away, also where the records they speak of are replaced. `verify_audit` reads the whole chain and
compares its last word on every submission with what the ledger holds now. A chain tells that something was changed, not who did it,
and whoever can write the database can write a new chain: keep its newest digest elsewhere where that matters.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from pydantic import AwareDatetime
from sqlalchemy import bindparam, insert, select
from sqlalchemy.engine import Connection, RowMapping

from plnb.core.base import Model
from plnb.store.ledger_tables import audit, record, submission

# Said for every submission, and made once: making a statement takes longer than to execute it.
_FIND_NEWEST: Final = select(audit.c.seq, audit.c.digest).order_by(audit.c.seq.desc()).limit(1)
_READ_RECORDS: Final = select(record.c.body).where(record.c.submission == bindparam("of")).order_by(record.c.id)
_ADD: Final = insert(audit)


class Note(Model):
    """What whoever writes says of it, for the audit log."""

    kind: str = "kept"
    """What was done: `graded`, `updated`, `regraded`, `our_fault`."""
    sandbox: str = ""
    """The sandbox the student's code ran in; `none` where it ran without, as was asked for."""
    tries: int = 1
    """How many graders had begun it: more than 1 where one ended before it was done."""
    why: str = ""
    """Why, in a sentence, where that is not plain."""
    before: tuple[str, ...] = ()
    """Where records were replaced: what the old ones said, a line for each that says something else now."""
    after: tuple[str, ...] = ()
    """What those say now."""


class AuditEvent(Model):
    """An event of the audit log."""

    seq: int
    """Place in the chain, from 1."""
    at: AwareDatetime
    """When it was written."""
    kind: str
    """What was done."""
    course: str
    """The course."""
    student: str
    """nbgrader's student id."""
    unit: str
    """The unit."""
    body: Mapping[str, Any]
    """What was said and written, with the digests of the rows."""
    digest: str
    """Digest of this event and of the one before."""


class AuditReport(Model):
    """What reading the whole audit log has shown."""

    events: int
    """How many events there are."""
    head: str = ""
    """Digest of the newest."""
    problems: tuple[str, ...] = ()
    """What is not as it was written, a sentence each; empty where all is well."""

    @property
    def whole(self) -> bool:
        """Whether the chain is unbroken and the ledger says what the chain says."""
        return not self.problems


def append(db: Connection, row: Mapping[str, Any], note: Note) -> None:
    """Add an event about a submission's row as it is now, in the transaction that wrote it (and has begun to write)."""
    newest = db.execute(_FIND_NEWEST).first()
    seq, before = (newest.seq + 1, newest.digest) if newest else (1, "")
    said = {
        "submission": row["digest"],
        "manifest": row["manifest"],
        "grader": row["grader"],
        "state": row["state"],
        "attempt": row["attempt"],
        "row": _row_digest(row),
        "records": _records_digest(db, row["id"]),
        **note.model_dump(exclude={"kind"}, exclude_defaults=True),
    }
    event = {
        "seq": seq,
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "kind": note.kind,
        **{key: row[key] for key in ("course", "student", "unit")},
        "body": json.dumps(said, sort_keys=True, ensure_ascii=False),
    }
    db.execute(_ADD, {**event, "digest": _digest(before, event)})


def events(db: Connection, student: str | None = None, unit: str | None = None) -> tuple[AuditEvent, ...]:
    """Events, oldest first, of one student or unit or of all."""
    query = select(audit).order_by(audit.c.seq)
    if student is not None:
        query = query.where(audit.c.student == student)
    if unit is not None:
        query = query.where(audit.c.unit == unit)
    return tuple(_event(row) for row in db.execute(query).mappings())


def verify(db: Connection) -> AuditReport:
    """Read the chain from its beginning, then look whether every submission is as the chain last said."""
    problems: list[str] = []
    last: dict[tuple[str, str, str, str], tuple[str, str]] = {}
    before, expected = "", 1
    for row in db.execute(select(audit).order_by(audit.c.seq)).mappings():
        if row["seq"] != expected:
            gone = f"{expected}" if row["seq"] == expected + 1 else f"{expected} to {row['seq'] - 1}"
            problems.append(f"Event {gone} of the audit log is missing.")
        elif _digest(before, dict(row)) != row["digest"]:
            problems.append(f"Event {row['seq']} of the audit log ({row['kind']}, {row['student']}, {row['unit']}) was changed.")
        before, expected = row["digest"], row["seq"] + 1
        try:
            said = json.loads(row["body"])
            last[row["course"], row["student"], row["unit"], said["submission"]] = said["row"], said["records"]
        except (ValueError, KeyError, TypeError):
            pass  # said above: a body that cannot be read does not fit its digest
    for row in db.execute(select(submission)).mappings():
        who = f"{row['student']}, {row['unit']}"
        told = last.pop((row["course"], row["student"], row["unit"], row["digest"]), None)
        if told is None:
            if row["graded_at"] is not None and expected > 1 and not _from_before(db, row):
                problems.append(f"The audit log knows nothing of a submission ({who}).")
        elif told[0] != _row_digest(dict(row)):
            problems.append(f"A submission ({who}) was changed past the audit log.")
        elif told[1] != _records_digest(db, row["id"]):
            problems.append(f"Records of a submission ({who}) were changed past the audit log.")
    problems += [f"A submission ({student}, {unit}) that the audit log tells of is gone." for _, student, unit, _ in last]
    return AuditReport(events=expected - 1, head=before, problems=tuple(problems))


def _from_before(db: Connection, row: RowMapping) -> bool:
    """Whether a submission was graded before there was an audit log."""
    first = db.scalar(select(audit.c.at).order_by(audit.c.seq).limit(1))
    return first is not None and bool(row["graded_at"].replace(tzinfo=UTC) < datetime.fromisoformat(first))


def _event(row: RowMapping) -> AuditEvent:
    return AuditEvent.model_validate({**row, "body": json.loads(row["body"])})


def _digest(before: str, event: Mapping[str, Any]) -> str:
    """The seal: over the seal before and every column, each with its length, so that nothing can move from one to the next."""
    whole = sha256()
    for part in (before, *(str(event[key]) for key in ("seq", "at", "kind", "course", "student", "unit", "body"))):
        data = part.encode("utf-8", "surrogatepass")
        whole.update(f"{len(data)}:".encode() + data)
    return whole.hexdigest()


def _row_digest(row: Mapping[str, Any]) -> str:
    kept = {key: str(value) for key, value in row.items() if key != "id"}
    return sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def _records_digest(db: Connection, submission_id: int) -> str:
    whole = sha256()
    for body in db.scalars(_READ_RECORDS, {"of": submission_id}):
        whole.update(sha256(body.encode("utf-8", "surrogatepass")).digest())
    return whole.hexdigest()
