"""The ledger keeps what it has acknowledged, and every hand-in its own records."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from plnb.core.base import Trust
from plnb.core.records import Attempt, GoalSet, Verdict, record_id
from plnb.errors import FormatTooNewError, RecordError
from plnb.store.audit import Note
from plnb.store.leases import LeaseLostError, owner_token
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
    db.execute("UPDATE meta SET value = '3' WHERE key = 'schema_version'")
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


# --- the audit log ---------------------------------------------------------------------------------------------------------------


def filled(path: Path) -> Path:
    """A ledger with three events: two students, one of them graded twice."""
    with Ledger.open(path) as ledger:
        ledger.keep(submission("d1"), [attempt("x")], note=Note(kind="graded", sandbox="namespaces"))
        ledger.keep(submission("d2", student="bob"), [attempt("x", digest="d2", student="bob")], note=Note(kind="graded"))
        ledger.keep(submission("d1", minutes=2), [attempt("x", score=1)], note=Note(kind="regraded", why="the test was wrong"))
    return path


def test_every_write_is_an_event_and_the_chain_is_whole(tmp_path: Path) -> None:
    with Ledger.open(filled(tmp_path / "ledger.db")) as ledger:
        events = ledger.events()
        assert [(e.seq, e.kind, e.student) for e in events] == [(1, "graded", "ada"), (2, "graded", "bob"), (3, "regraded", "ada")]
        assert (events[0].body["sandbox"], events[2].body["why"]) == ("namespaces", "the test was wrong")
        report = ledger.verify_audit()
        assert (report.whole, report.events, report.head) == (True, 3, events[-1].digest)
        assert [e.seq for e in ledger.events("bob")] == [2]


TAMPERED = {
    "an event's text": ("UPDATE event SET body = replace(body, 'd2', 'd9') WHERE seq = 2", "Event 2 of the audit log"),
    "an event's time": ("UPDATE event SET at = '2020-01-01T00:00:00+00:00' WHERE seq = 1", "Event 1 of the audit log"),
    "an event taken out": ("DELETE FROM event WHERE seq = 2", "Event 2 of the audit log is missing"),
    "the last event cut off": ("DELETE FROM event WHERE seq = 3", "was changed past the audit log"),
    "a record's points": (
        "UPDATE record SET body = replace(body, '\"score\":0.0', '\"score\":1.0') WHERE student = 'bob'",
        "Records of",
    ),
    "a record taken out": ("DELETE FROM record WHERE student = 'ada'", "Records of a submission (ada, u1)"),
    "a submission's state": (
        "UPDATE submission SET state = 'our_fault' WHERE student = 'bob'",
        "A submission (bob, u1) was changed",
    ),
    "a submission taken out": ("DELETE FROM submission WHERE student = 'bob'", "that the audit log tells of is gone"),
    "a submission smuggled in": (
        "INSERT INTO submission SELECT 99, course, 'eve', unit, digest, manifest, grader, submitted_at, "
        "'2999-01-01 00:00:00.000000', attempt, state, body FROM submission WHERE student = 'bob'",
        "knows nothing of a submission (eve, u1)",
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_is_changed_past_the_audit_log_is_seen(what: str, tmp_path: Path) -> None:
    path = filled(tmp_path / "ledger.db")
    change, said = TAMPERED[what]
    db = sqlite3.connect(path)
    assert db.execute(change).rowcount == 1
    db.commit()
    db.close()
    with Ledger.open(path) as ledger:
        report = ledger.verify_audit()
    assert not report.whole
    assert any(said in problem for problem in report.problems), report.problems


def test_a_transaction_that_fails_leaves_no_event(tmp_path: Path) -> None:
    with Ledger.open(filled(tmp_path / "ledger.db")) as ledger:
        with pytest.raises(LeaseLostError):
            ledger.keep(submission("d3"), [attempt("z", digest="d3")], owner="nobody")
        assert len(ledger.events()) == 3
        assert ledger.verify_audit().whole


def test_a_record_that_gives_way_to_a_more_trusted_one_is_an_event_too(tmp_path: Path) -> None:
    with Ledger.open(filled(tmp_path / "ledger.db")) as ledger:
        ledger.add([attempt("x", trust=Trust.teacher, score=1)])
        assert [e.kind for e in ledger.events("ada")] == ["graded", "regraded", "superseded"]
        assert ledger.verify_audit().whole


def test_a_ledger_of_the_first_version_is_brought_up_and_its_submissions_are_believed(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger.open(path) as ledger:
        ledger.keep(submission("d1"), [attempt("x")])
    db = sqlite3.connect(path)
    db.executescript("DROP TABLE event; DROP TABLE job; UPDATE meta SET value = '1' WHERE key = 'schema_version'")
    db.close()
    with Ledger.open(path) as ledger:
        assert ledger.records("ada") == (attempt("x"),)
        ledger.keep(submission("d2", attempt=2, minutes=1), [attempt("x", digest="d2")])
        assert ledger.verify_audit().whole


# --- leases ----------------------------------------------------------------------------------------------------------------------


def test_a_lease_keeps_others_away_until_it_is_given_back_or_runs_out(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        here, elsewhere = owner_token(), "another-host|1|1|x"
        assert ledger.claim("course", "u1", ["ada", "bob"], owner=here) == {"ada": 1, "bob": 1}
        assert ledger.claim("course", "u1", ["ada", "cleo"], owner=elsewhere) == {"cleo": 1}
        ledger.keep(submission("d1"), [attempt("x")], owner=here)
        assert [(each.student, each.owner == here) for each in ledger.leases()] == [("bob", True), ("cleo", False)]
        assert ledger.claim("course", "u1", ["ada"], owner=elsewhere, seconds=-1) == {"ada": 1}
        assert ledger.claim("course", "u1", ["ada", "cleo"], owner=here) == {"ada": 2}, "one has run out, one has not"
        ledger.give_back(here)
        assert [each.student for each in ledger.leases()] == ["cleo"]


def test_a_dead_owner_blocks_nobody(tmp_path: Path) -> None:
    name = subprocess.run(
        [sys.executable, "-c", "from plnb.store.leases import owner_token; print(owner_token())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        assert ledger.claim("course", "u1", ["ada"], owner=name) == {"ada": 1}
        assert ledger.claim("course", "u1", ["ada"], owner=owner_token()) == {"ada": 2}


def test_who_has_lost_the_lease_writes_nothing(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        slow, quick = "slow-host|1|1|x", "quick-host|1|1|x"
        ledger.claim("course", "u1", ["ada"], owner=slow, seconds=-1)
        ledger.claim("course", "u1", ["ada"], owner=quick)
        ledger.keep(submission("d1"), [attempt("x", score=1)], owner=quick)
        with pytest.raises(LeaseLostError):
            ledger.keep(submission("d1"), [attempt("x")], owner=slow)
        assert ledger.records("ada") == (attempt("x", score=1),)
