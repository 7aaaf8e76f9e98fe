"""The ledger keeps what it has acknowledged, and every hand-in its own records."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from plnb.core.base import Trust
from plnb.core.records import Attempt, GoalSet, Verdict, record_id
from plnb.errors import FormatTooNewError, RecordError
from plnb.store.ledger import Ledger, LedgerSubmission

NOON = datetime(2025, 9, 1, 12, tzinfo=UTC)


def attempt(
    check: str = "c", *, digest: str = "d1", student: str = "ada", trust: Trust = Trust.graded, score: float = 0.0
) -> Attempt:
    return Attempt(
        id=record_id("course", student, check, digest),
        course="course",
        student=student,
        at=NOON,
        trust=trust,
        unit="u1",
        activity="a",
        check=check,
        verdict=Verdict.passed if score else Verdict.failed,
        score=score,
        submission=digest,
    )


def submission(digest: str = "d1", *, attempt: int = 1, student: str = "ada", minutes: int = 0) -> LedgerSubmission:
    return LedgerSubmission(
        course="course",
        student=student,
        unit="u1",
        digest=digest,
        manifest="m",
        grader="g",
        submitted_at=NOON,
        graded_at=NOON + timedelta(minutes=minutes),
        attempt=attempt,
        state="graded",
    )


def test_grading_the_same_again_replaces_and_history_stays(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        ledger.keep(submission("d1"), [attempt("x"), attempt("y")])
        ledger.keep(submission("d2", attempt=2, minutes=1), [attempt("x", digest="d2", score=1)])
        ledger.keep(submission("d1", minutes=2), [attempt("x", score=1)])
        kept = ledger.records("ada")
        assert {(r.check, r.submission, r.score) for r in kept if isinstance(r, Attempt)} == {("x", "d1", 1.0), ("x", "d2", 1.0)}
        assert [(s.digest, s.attempt) for s in ledger.submissions("ada")] == [("d1", 1), ("d2", 2)]
        assert ledger.latest("course", "u1")["ada"].digest == "d1"


def test_hand_ins_are_numbered_by_what_is_in_them(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        assert ledger.attempt("course", "ada", "u1", "d1") == 1
        ledger.keep(submission("d1"), [])
        assert ledger.attempt("course", "ada", "u1", "d1") == 1
        assert ledger.attempt("course", "ada", "u1", "d2") == 2
        assert ledger.attempt("course", "bob", "u1", "d2") == 1


def test_what_is_kept_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        ledger.keep(submission(), [attempt()])
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        assert ledger.records() == (attempt(),)
        assert ledger.submissions() == (submission(),)
        assert ledger.students() == ("ada",)


def test_a_record_told_twice_is_one_and_the_more_trusted_stays(tmp_path: Path) -> None:
    goal = GoalSet(id=record_id("g"), course="course", student="bob", at=NOON, trust=Trust.self_, goal="g", text="Pass.")
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        assert ledger.add([goal, goal]) == 1
        assert ledger.add([goal]) == 0
        teacher = attempt(trust=Trust.teacher, score=1)
        ledger.add([attempt()])
        assert ledger.add([teacher]) == 0
        ledger.add([attempt()])
        assert ledger.records("ada") == (teacher,)
        assert ledger.students() == ("ada", "bob")
        assert ledger.records("bob", course="other") == ()


def test_a_submission_is_kept_with_all_its_records_or_not_at_all(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        ledger.keep(submission(), [attempt("x")])

        def breaking() -> object:
            yield attempt("y")
            raise OSError("the disk is full")

        with pytest.raises(OSError, match="full"):
            ledger.keep(submission(), breaking())  # type: ignore[arg-type]
        assert ledger.records() == (attempt("x"),)


def test_a_ledger_from_the_future_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    Ledger.open(path).close()
    db = sqlite3.connect(path)
    db.execute("UPDATE meta SET value = '2' WHERE key = 'schema_version'")
    db.commit()
    db.close()
    before = path.read_bytes()
    with pytest.raises(FormatTooNewError, match="newer plnb"):
        Ledger.open(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_text("my shopping list, which is quite long so that it cannot be an empty database " * 20)
    with pytest.raises(RecordError, match="not a ledger"):
        Ledger.open(path)


def test_sqlite_is_set_up_so_that_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.db") as ledger, ledger._engine.connect() as db:
        pragmas = {
            name: db.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 30000, "foreign_keys": 1}
