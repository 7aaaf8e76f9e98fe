"""A student's journal: JSON Lines that only grow, one record a line, theirs to read and to delete.

`journal/<activity>.jsonl` and `journal/me.jsonl` lie in the unit's folder and are handed in with it. What was acknowledged is on
the disk; a line torn by a crash is put aside and never in the way; two machines' files are merged by putting their lines together,
in any order (git: `*.jsonl merge=union`). Nothing in a journal is believed beyond `local`: students may write what they like here.

Kept light, for kernels load it. Knows no course.
"""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from plnb.core.base import Trust
from plnb.core.records import RECORD_SCHEMA_VERSION, Attempt, Record, RecordAdapter, merge
from plnb.errors import OurFaultError, ReadOnlyError

try:
    import fcntl
except ImportError:  # Windows: `_alone` does what it can do there
    fcntl = None  # type: ignore[assignment]

FOLDER: Final = "journal"
"""The folder of a unit that holds its journals."""

MINE: Final = "me"
"""The journal for what belongs to no notebook."""

TWICE: Final = timedelta(seconds=5)
"""A try of one check with one outcome within this time is told by the screen and by the kernel, and is one try."""

# Names that one system has and another has not. O_BINARY: Windows would write two bytes for each end of a line.
_CAREFUL: Final = sum(getattr(os, name, 0) for name in ("O_CLOEXEC", "O_NOFOLLOW", "O_BINARY", "O_NOINHERIT"))
_APPEND: Final = os.O_RDWR | os.O_CREAT | os.O_APPEND | _CAREFUL
_WAIT: Final = 10.0  # seconds for somebody else to finish: they write a few lines


@dataclass(frozen=True, slots=True)
class JournalText:
    """What a journal holds."""

    records: tuple[Record, ...]
    """Each once, oldest first."""
    unread: int = 0
    """Lines that are no records; they are left as they are."""
    newer: int = 0
    """Lines that a newer plnb wrote; they are left as they are."""


def journal_file(unit: Path, activity: str = MINE) -> Path:
    """Where the journal of an activity lies."""
    return unit / FOLDER / f"{activity}.jsonl"


def read_journals(unit: Path) -> JournalText:
    """Everything in a unit's journals, also in copies from other machines (`me (1).jsonl`). A missing folder holds nothing."""
    folder = unit / FOLDER
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix == ".jsonl" and path.is_file())
    except OSError:
        return JournalText(())
    texts = [read_journal(path) for path in files]
    return JournalText(
        merge(*(text.records for text in texts)), sum(text.unread for text in texts), sum(text.newer for text in texts)
    )


def read_journal(path: Path) -> JournalText:
    """Everything in one journal; a missing one holds nothing. What cannot be read is counted, and a torn last line is nothing."""
    try:
        now = path.stat()
        return _read_once(path, now.st_ino, now.st_mtime_ns, now.st_size)
    except FileNotFoundError:
        return JournalText(())
    except OSError:
        return JournalText((), unread=1)


@lru_cache(maxsize=128)
def _read_once(path: Path, *_stamp: int) -> JournalText:
    """A screen asks after every step, and most journals are as they were."""
    return _read(path.read_bytes())


def append(path: Path, records: Sequence[Record]) -> tuple[Record, ...]:
    """Put records at the end of a journal, on the disk when this returns: all of them or none.

    Returns those that are new: what is there already is not written again. Raises ReadOnlyError where nothing can be written here,
    and OurFaultError where the disk is full or fails.
    """
    with _open(path) as journal:
        fd = journal.fd
        data = _all(fd)
        there = _read(data)
        whole = data.rfind(b"\n") + 1
        tail = data[whole:]
        if tail.strip() and not _whole(tail):
            _put_aside(path, tail)
            os.ftruncate(fd, whole)
            tail = b""
        new = tuple(_new(records, there.records))
        if new:
            _write(fd, (b"\n" if tail else b"") + b"".join(map(_line, new)))
    return new


def delete(path: Path, ids: Collection[str]) -> int:
    """Take records out of a journal: it is written anew without their lines. Returns how many lines went. Raises as `append`."""
    if not path.is_file():
        return 0
    with _open(path) as journal:
        lines = _all(journal.fd).splitlines(keepends=True)
        kept = [line for line in lines if _id(line) not in ids]
        if len(kept) == len(lines):
            return 0
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            new = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _CAREFUL, 0o666)
            try:
                _write(new, b"".join(kept))
            finally:
                os.close(new)
            journal.give_way_to(part, path)
            _sync_folder(path.parent)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    return len(lines) - len(kept)


# --- lines ------------------------------------------------------------------------------------------------------------------------


def _line(record: Record) -> bytes:
    """A record as a person may want to read it: when and what first; without what goes without saying."""
    said = record.model_dump(mode="json", exclude_defaults=True)
    first = {"at": said.pop("at"), "kind": record.kind}
    last = {key: said.pop(key) for key in ("trust", "course", "student", "id")}
    return (
        json.dumps({**first, **said, **last, "schema_version": record.schema_version}, ensure_ascii=False).encode(
            "utf-8", "replace"
        )
        + b"\n"
    )


def _read(data: bytes) -> JournalText:
    records: list[Record] = []
    unread = newer = 0
    *lines, tail = data.split(b"\n")
    for line in lines:
        if not line.strip():
            continue
        raw = _json(line)
        version = raw.get("schema_version") if raw else None
        if isinstance(version, int) and version > RECORD_SCHEMA_VERSION:
            newer += 1
        elif record := _record(raw):
            records.append(record)
        else:
            unread += 1
    if record := _record(_json(tail)):
        records.append(record)
    return JournalText(merge(records), unread, newer)


def _json(line: bytes) -> dict[str, Any] | None:
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return raw if isinstance(raw, dict) else None


def _record(raw: dict[str, Any] | None) -> Record | None:
    """A record of a student's own. It can say what it likes of itself: nothing here is believed beyond `local`."""
    if raw is None:
        return None
    try:
        record = RecordAdapter.validate_python(raw)
    except (ValidationError, RecursionError):
        return None
    return record.model_copy(update={"trust": min(record.trust, Trust.local)})


def _whole(line: bytes) -> bool:
    """Whether a last line without its end is all there: somebody's editor took the end away, no crash."""
    return _json(line) is not None


def _id(line: bytes) -> object:
    raw = _json(line)
    return raw.get("id") if raw else None


def _new(records: Iterable[Record], there: Iterable[Record]) -> Iterator[Record]:
    known = {record.id for record in there}
    tries = [record for record in there if isinstance(record, Attempt)]
    for record in records:
        if record.id in known:
            continue
        if isinstance(record, Attempt):
            if any(_same_try(record, other) for other in tries):
                continue
            tries.append(record)
        known.add(record.id)
        yield record


def _same_try(one: Attempt, other: Attempt) -> bool:
    same = (one.activity, one.check, one.verdict) == (other.activity, other.check, other.verdict)
    numbers = one.seed is None or other.seed is None or one.seed == other.seed
    return same and numbers and abs(one.at - other.at) <= TWICE


# --- the disk ---------------------------------------------------------------------------------------------------------------------


class _Journal:
    """An open journal that nobody else writes in."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._open = True

    def close(self) -> None:
        """Let go of the file, and of the lock on it."""
        if self._open:
            self._open = False
            os.close(self.fd)

    def give_way_to(self, part: Path, path: Path) -> None:
        """Put another file in its place."""
        if fcntl:
            part.replace(path)
            return
        self.close()  # Windows replaces no open file; `_alone` still holds the folder
        end = time.monotonic() + _WAIT
        while True:
            try:
                part.replace(path)
                return
            except PermissionError:  # somebody reads it just now
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)


@contextmanager
def _open(path: Path) -> Iterator[_Journal]:
    """The journal, held: nobody else writes in it meanwhile. Turns what the disk says into our errors."""
    place = path.name
    try:
        path.parent.mkdir(exist_ok=True)
        if path.parent.is_symlink():
            raise PermissionError
        with nullcontext() if fcntl else _alone(path.parent):
            fresh = not path.exists()
            journal = _Journal(_held(path))
            try:
                if fresh:
                    _sync_folder(path.parent)
                yield journal
            finally:
                journal.close()
    except OSError as error:
        if isinstance(error, PermissionError | FileExistsError | NotADirectoryError) or error.errno in _READ_ONLY:
            raise ReadOnlyError(
                "Nothing can be kept in this folder: it may only be read.",
                place=place,
                mend="Copy the folder to a place of your own and work there.",
            ) from None
        raise OurFaultError(
            f"This could not be kept ({error.strerror or type(error).__name__}).",
            place=place,
            mend="Make room on the disk and try again.",
        ) from error


def _held(path: Path) -> int:
    """An open and locked file that still is the one at `path`: `delete` may have put another in its place while we waited."""
    while True:
        fd = os.open(path, _APPEND, 0o666)
        try:
            _lock(fd)
            mine = os.fstat(fd)
            try:
                there = os.stat(path)
            except FileNotFoundError:
                there = None
            if there and (mine.st_ino, mine.st_dev) == (there.st_ino, there.st_dev):
                return fd
        except BaseException:
            os.close(fd)
            raise
        os.close(fd)


def _lock(fd: int) -> None:
    if fcntl:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise  # some network disks know no locks; appending in one write is then what keeps lines whole


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One writer at a time in a folder, where there is no `flock`: by SQLite's lock, which a crash lets go, as in `store.lock`."""
    import sqlite3

    try:
        with closing(sqlite3.connect(folder / ".lock", timeout=_WAIT, isolation_level=None)) as held:
            held.execute("BEGIN EXCLUSIVE")
            yield
    except sqlite3.OperationalError as error:
        busy = "locked" in str(error)
        raise OSError(errno.EAGAIN if busy else errno.EROFS, "somebody else is writing" if busy else "read-only") from None


def _all(fd: int) -> bytes:
    size = os.fstat(fd).st_size
    os.lseek(fd, 0, os.SEEK_SET)
    parts: list[bytes] = []
    while size > 0 and (part := os.read(fd, size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _write(fd: int, data: bytes) -> None:
    """All of it, on the disk; or none of it, and OSError."""
    before = os.fstat(fd).st_size
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(fd, rest) :]
        os.fsync(fd)
    except OSError:
        os.ftruncate(fd, before)
        raise


def _put_aside(path: Path, tail: bytes) -> None:
    """Keep a torn line where it harms nobody: `<name>.torn` beside the journal."""
    fd = os.open(path.with_suffix(".torn"), _APPEND, 0o666)
    try:
        _write(fd, tail + b"\n")
    finally:
        os.close(fd)


def _sync_folder(folder: Path) -> None:
    """A new name in a folder is on the disk only when the folder is."""
    if os.name == "nt":
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


_READ_ONLY: Final = frozenset({errno.EROFS, errno.ELOOP})  # ELOOP: a link where a file should be
_NO_LOCKS: Final = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS})
