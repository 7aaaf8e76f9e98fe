"""What `plnb doctor` says of a course. (The machine's part is attacked in tests/engine.)"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import pytest

from plnb.authoring.samples import sample_course
from plnb.cli.doctor import Probe, look_at_course
from plnb.core.base import Trust
from plnb.store.audit import Note
from plnb.store.ledger import Ledger
from tests.grading.test_ledger import attempt, submission


@pytest.fixture
def course(tmp_path: Path) -> Path:
    (tmp_path / "course.yaml").write_bytes((sample_course() / "course.yaml").read_bytes())
    tmp_path.chmod(0o700)
    return tmp_path


def probes(course: Path) -> dict[str, Probe]:
    return {probe.name: probe for probe in look_at_course(course)}


def graded(course: Path) -> Path:
    with Ledger.open(course / "ledger.db") as ledger:
        ledger.keep(submission("d1"), [attempt("x", trust=Trust.graded)], note=Note(kind="graded"))
    return course / "ledger.db"


def test_a_course_that_nobody_has_graded_has_no_records_to_look_at(course: Path) -> None:
    assert {name: probe.result for name, probe in probes(course).items()} == {"Course folder": "held"}


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are told otherwise there")
def test_a_folder_that_others_can_open_is_said_with_its_mend(course: Path) -> None:
    course.chmod(0o755)
    probe = probes(course)["Course folder"]
    assert (probe.result, probe.mend) == ("note", f"Close it to them: chmod 700 {course}")
    spaced = course / "my course"
    spaced.mkdir(mode=0o755)
    (spaced / "course.yaml").write_bytes((course / "course.yaml").read_bytes())
    assert probes(spaced)["Course folder"].mend == f"Close it to them: chmod 700 '{spaced}'"


def test_a_folder_that_was_named_and_is_not_there_is_a_fault(course: Path) -> None:
    probe = probes(course / "typo")["Course folder"]
    assert (probe.result, probe.said) == ("failed", f"{course / 'typo'}: There is no such folder.")


def test_records_as_they_were_written_hold(course: Path) -> None:
    graded(course)
    probe = probes(course)["Records"]
    assert (probe.result, probe.said) == ("held", "as grading wrote them, by 1 entry of the audit log")


def test_a_record_that_was_changed_by_hand_is_found(course: Path) -> None:
    db = sqlite3.connect(graded(course))
    assert db.execute("DELETE FROM record").rowcount == 1
    db.commit()
    db.close()
    probe = probes(course)["Records"]
    assert probe.result == "failed"
    assert "Records of a submission (ada, u1)" in probe.said
    assert "plnb grade --force" in probe.mend


def test_a_file_that_is_no_ledger_is_said(course: Path) -> None:
    (course / "ledger.db").write_text("no database")
    assert probes(course)["Records"].result == "failed"
