"""Leases: who is grading which submission right now, in a row that runs out by itself when its owner is gone.

A lease is asked for before work begins, renewed while it goes on and given back in the transaction that keeps the result, so nobody
writes a result for something that another grader has taken over. Whoever dies blocks nobody: on the same machine that is seen at
once, from elsewhere when the lease has run out.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import AwareDatetime
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.engine import Connection, CursorResult

from plnb.core.base import Model
from plnb.store.ledger_tables import job, utc

LEASE_SECONDS: Final = 120.0

# Said for every submission, and made once: making a statement takes longer than to execute it.
_this: Final = (job.c.course == bindparam("of"), job.c.unit == bindparam("in_unit"), job.c.student == bindparam("by"))
_FIND: Final = select(job).where(*_this)
_ADD: Final = insert(job)
_TAKE: Final = update(job).where(*_this)
_GIVE_BACK: Final = delete(job).where(job.c.owner == bindparam("owner"), *_this)
_GIVE_ALL_BACK: Final = delete(job).where(job.c.owner == bindparam("owner"))


class Lease(Model):
    """A submission that somebody is grading, or was when they ended."""

    course: str
    """The course."""
    unit: str
    """The unit."""
    student: str
    """The student."""
    owner: str
    """Who: see `owner_token`."""
    expires: AwareDatetime
    """When it runs out."""
    tries: int
    """How many graders have begun it since it was last finished."""


class LeaseLostError(Exception):
    """Another grader has taken the submission over; nothing was written."""


def owner_token() -> str:
    """A name for this process that no other has: host, process, when it began, and a random part."""
    pid = os.getpid()
    return f"{socket.gethostname()}|{pid}|{_born(pid)}|{secrets.token_hex(4)}"


def claim(db: Connection, course: str, unit: str, students: Iterable[str], owner: str, seconds: float) -> dict[str, int]:
    """Take what is free or was left behind. Returns how often each was begun, for those that were got."""
    now = datetime.now(UTC)
    row = {"owner": owner, "expires": utc(now + timedelta(seconds=seconds))}
    got: dict[str, int] = {}
    for student in students:
        key = {"of": course, "in_unit": unit, "by": student}
        known = db.execute(_FIND, key).mappings().first()
        if known is None:
            db.execute(_ADD, {"course": course, "unit": unit, "student": student, "tries": 1, **row})
            got[student] = 1
        elif known["owner"] == owner or known["expires"] < utc(now) or gone(known["owner"]):
            tries = known["tries"] + (known["owner"] != owner)
            db.execute(_TAKE, {**key, **row, "tries": tries})
            got[student] = tries
    return got


def renew(db: Connection, owner: str, seconds: float) -> None:
    """Make all leases of an owner last from now."""
    db.execute(update(job).where(job.c.owner == owner).values(expires=utc(datetime.now(UTC) + timedelta(seconds=seconds))))


def give_back(db: Connection, owner: str, course: str = "", unit: str = "", student: str = "") -> int:
    """Let go of one lease, or of all an owner has. Returns how many there were."""
    done: CursorResult[tuple[()]]
    if student:
        done = db.execute(_GIVE_BACK, {"owner": owner, "of": course, "in_unit": unit, "by": student})
    else:
        done = db.execute(_GIVE_ALL_BACK, {"owner": owner})
    return done.rowcount


def leases(db: Connection) -> tuple[Lease, ...]:
    """Every lease there is, of the living and of the dead."""
    rows = db.execute(select(job).order_by(job.c.course, job.c.unit, job.c.student)).mappings()
    return tuple(Lease.model_validate({**row, "expires": row["expires"].replace(tzinfo=UTC)}) for row in rows)


def gone(owner: str) -> bool:
    """Whether an owner is known to have ended: a process of this machine that is not there any more."""
    host, _, rest = owner.partition("|")
    pid, _, rest = rest.partition("|")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    return _born(int(pid)) != rest.partition("|")[0]


def _born(pid: int) -> str:
    """What tells a process from a later one with the same number; empty where there is none."""
    try:
        # After the name, which may hold anything, the 20th field: ticks since the machine started.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        pass
    if Path("/proc/self/stat").exists():
        return ""
    try:
        os.kill(pid, 0) if os.name == "posix" else None
    except ProcessLookupError:
        return ""
    except OSError:
        pass
    return "?"
