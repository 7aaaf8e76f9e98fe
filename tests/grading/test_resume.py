"""Whatever ends a grader, and when: nothing is lost, doubled, half-written or silently skipped, and the next run goes on."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from plnb.core.records import Attempt
from plnb.grading.grade import grade
from plnb.grading.outcomes import GradeEvent, Settled
from plnb.store.layout import CourseFolder
from plnb.store.ledger import Ledger
from tests.grading.builders import RIGHT, grades, hand_in
from tests.grading.kill_runs import kill_runs

SPORT = {"ratio": RIGHT["ratio"], "explain": RIGHT["explain"]}
KILLS = int(os.environ.get("PLNB_KILLS", "12"))

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills with a signal")


def fill(course: CourseFolder, students: int) -> dict[str, float]:
    """A class; the points each should have for `ratio_check`."""
    chance = random.Random(7)
    earned = {}
    for number in range(students):
        name = f"s{number:03}"
        earned[name] = chance.choice((0.0, 2.0))
        answer = {**SPORT, "ratio": "ratio = 4" if earned[name] else "ratio = 1"}
        hand_in(course, name, "u2", answer, without=("in-music",))
    return earned


def truth(course: CourseFolder) -> dict[str, object]:
    """What grading has written, times left out."""
    with Ledger.open(course.ledger) as ledger:
        records = {r.id: r.model_dump(exclude={"at"}) for r in ledger.records()}
        rows = {(s.student, s.unit): (s.state, s.attempt, s.digest) for s in ledger.submissions()}
        assert ledger.verify_audit().problems == ()
    book = {student: grades(course, "u2", student) for student, _ in rows}
    executed = sorted(str(path.relative_to(course.autograded)) for path in course.autograded.rglob("*") if path.is_file())
    return {"records": records, "rows": rows, "book": book, "executed": executed}


def left_over(course: CourseFolder) -> list[str]:
    """Half-made folders and leases."""
    with Ledger.open(course.ledger) as ledger:
        leases = [lease.student for lease in ledger.leases()]
    return [str(path) for path in course.root.rglob(".plnb-part-*")] + leases


def test_killed_at_random_moments_a_class_is_graded_as_if_nothing_had_happened(course: CourseFolder, tmp_path: Path) -> None:
    students = max(12, KILLS // 4)
    earned = fill(course, students)
    undisturbed = CourseFolder(tmp_path / "undisturbed")
    shutil.copytree(course.root, undisturbed.root)
    began = time.monotonic()
    grade(undisturbed, jobs=2)
    whole = time.monotonic() - began

    began = time.monotonic()
    ended = kill_runs(course.root, KILLS, seed=20261122, longest=min(whole, 3.0))
    print(f"{KILLS} kills in {time.monotonic() - began:.0f} s, {ended} graders had ended before; {students} submissions")  # noqa: T201
    assert ended < KILLS
    summary = grade(course, jobs=2)

    assert {o.student for o in summary.outcomes} == earned.keys()
    assert {o.state for o in summary.outcomes} <= {"graded", "unchanged"}
    assert truth(course) == truth(undisturbed)
    assert {s: grades(course, "u2", s)["in-sport", "ratio_check"][0] for s in earned} == earned
    assert left_over(course) == []
    with Ledger.open(course.ledger) as ledger:
        graded = [event.student for event in ledger.events() if event.kind == "graded"]
    assert sorted(graded) == sorted(earned), "each is graded once, however often it was begun"


def test_what_a_killed_grader_leaves_of_a_folder_is_cleared_by_the_next(
    course: CourseFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(course, 1)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("plnb.grading.folders.swap", killed)
        patched.setattr("plnb.grading.folders.shutil.rmtree", lambda *_, **__: None)  # whoever is killed clears nothing
        with pytest.raises(KeyboardInterrupt):
            grade(course, jobs=0)
    assert left_over(course)
    assert [outcome.state for outcome in grade(course, jobs=0).outcomes] == ["graded"]
    assert left_over(course) == []


def test_ctrl_c_keeps_what_is_done_and_the_next_run_goes_on(course: CourseFolder) -> None:
    fill(course, 8)
    seen: list[str] = []
    before = signal.getsignal(signal.SIGINT)  # ignored, where the suite itself was started in the background of a script

    def stop(event: GradeEvent) -> None:
        if isinstance(event, Settled):
            seen.append(event.outcome.student)
            if len(seen) == 3:
                os.kill(os.getpid(), signal.SIGINT)

    first = grade(course, jobs=2, on_event=stop)
    assert (first.interrupted, len(first.outcomes), first.left) == (True, 3, 5)
    assert left_over(course) == []
    second = grade(course, jobs=2)
    assert (len(second.of("unchanged")), len(second.of("graded")), second.interrupted) == (3, 5, False)
    assert signal.getsignal(signal.SIGINT) is before


def test_the_command_ends_with_130_when_it_is_stopped(course: CourseFolder) -> None:
    fill(course, 30)
    command = [sys.executable, "-m", "plnb.cli.main", "grade", "--course", str(course.root), "--unsafe-no-sandbox"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not list(course.root.glob("autograded/*/u2/in-sport.ipynb")):
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    said, errors = running.communicate(timeout=60)
    assert running.returncode == 130, errors
    assert "Stopped. What is graded is kept" in said
    assert "Traceback" not in errors
    assert len(grade(course, jobs=2).of("unchanged")) > 0


def test_a_crash_between_gradebook_and_ledger_is_harmless(course: CourseFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(course, 2)
    real = Ledger.keep
    monkeypatch.setattr(Ledger, "keep", lambda *_, **__: (_ for _ in ()).throw(MemoryError("as if the power had gone")))
    grade_failed = False
    try:
        grade(course, jobs=0)
    except MemoryError:
        grade_failed = True
    monkeypatch.setattr(Ledger, "keep", real)
    assert grade_failed
    assert grades(course, "u2", "s000")["in-sport", "ratio_check"][0] is not None, "the gradebook was written"
    with Ledger.open(course.ledger) as ledger:
        assert ledger.submissions() == ()
    assert {o.state for o in grade(course, jobs=0).outcomes} == {"graded"}
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        assert len(gradebook.assignment_submissions("u2")) == 2, "and once for each student"
    with Ledger.open(course.ledger) as ledger:
        checks = [(r.student, r.check) for r in ledger.records() if isinstance(r, Attempt)]
        assert len(checks) == len(set(checks))


def in_own_mounts(script: str) -> subprocess.CompletedProcess[str]:
    """Run a shell script where it may mount things that nobody else sees."""
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script]
    if not shutil.which("unshare") or subprocess.run([*command[:-1], "mount -t tmpfs none /mnt"], capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    return subprocess.run(command, capture_output=True, text=True)


def test_a_full_disk_stops_the_run_with_one_sentence_and_loses_nothing(course: CourseFolder, tmp_path: Path) -> None:
    fill(course, 30)
    out, disk = tmp_path / "out", tmp_path / "disk"
    disk.mkdir()
    needed = sum((path.stat().st_size + 4095) // 4096 + 1 for path in course.root.rglob("*")) * 4  # KiB, and a little more
    done = in_own_mounts(
        f"mount -t tmpfs -o size={needed + 500}k none {disk} && cp -r {course.root} {disk}/course && "
        f"{sys.executable} -m plnb.cli.main grade --course {disk}/course --unsafe-no-sandbox; "
        f"code=$?; cp -r {disk}/course {out}; exit $code"
    )
    assert done.returncode == 2, done.stderr
    assert "cannot be written" in done.stderr
    assert "give the same command again" in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr
    after = CourseFolder(out)
    before = len([row for row in truth(after)["rows"] if row]) if after.ledger.exists() else 0  # type: ignore[attr-defined]
    assert 0 < before < 30, "some were graded, and not all had room"
    summary = grade(after, jobs=2, unsafe=True)
    assert (len(summary.of("unchanged")), len(summary.of("graded"))) == (before, 30 - before)
    grade(course, jobs=2, unsafe=True)
    assert truth(after) == truth(course)


def test_a_course_on_a_read_only_disk_is_refused_with_place_and_mend(course: CourseFolder) -> None:
    fill(course, 1)
    done = in_own_mounts(
        f"mount --bind {course.root} {course.root} && mount -o remount,ro,bind {course.root} && "
        f"{sys.executable} -m plnb.cli.main grade --course {course.root} --unsafe-no-sandbox"
    )
    assert done.returncode == 2, done.stderr
    assert "This course folder cannot be written. Check who may write in it." in done.stderr
    assert str(course.root) in done.stderr.replace("\n", "")
    assert "Traceback" not in done.stderr
