"""Where a notebook's kernel cannot be confined or asked from aside: refused, or said, and never passed over in silence."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from plnb.cli.grade import print_summary
from plnb.core.records import Attempt, Verdict
from plnb.engine import kernelspecs
from plnb.engine.execute import run_notebook
from plnb.engine.runs import Budget
from plnb.engine.sandbox import Tier
from plnb.errors import NotReadyError
from plnb.grading.grade import grade
from plnb.grading.handed_in import manifest_for
from plnb.grading.jobs import Job
from plnb.grading.kits import make_kit
from plnb.grading.nbgrader_course import NbgraderCourse
from plnb.grading.release import release
from plnb.grading.work import work
from plnb.store.layout import CourseFolder
from plnb.store.ledger import Ledger
from tests.grading.builders import RIGHT, code, hand_in, notebook


@pytest.fixture
def another_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel `python3` with settings of its own: what runs in it cannot be forked from plnb's own process."""
    folder = tmp_path / "jupyter" / "kernels" / "python3"
    folder.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "Another", "language": "python", "env": {"SOMETHING": "else"}}
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    kernelspecs._installed.cache_clear()
    yield
    kernelspecs._installed.cache_clear()


def test_a_check_that_could_not_run_outside_is_recorded_as_such_and_said_once(
    course: CourseFolder, another_kernel: None, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_in(course, "ada", "u2", RIGHT, without=("in-music",))
    hand_in(course, "bob", "u2", RIGHT, without=("in-music",))
    summary = grade(course, jobs=0, unsafe=True)
    assert [(outcome.state, outcome.moved, outcome.score) for outcome in summary.outcomes] == [("graded", 1, 4.0)] * 2
    with Ledger.open(course.ledger) as ledger:
        attempts = [r for r in ledger.records() if isinstance(r, Attempt) and r.check == "ratio_check" and r.activity == "in-sport"]
    assert [attempt.checked_in for attempt in attempts] == ["kernel", "kernel"]
    print_summary(summary)
    assert capsys.readouterr().out.count("ran in the students' own process") == 1


def test_a_strict_course_is_not_graded_where_its_checks_cannot_run_outside(course: CourseFolder, another_kernel: None) -> None:
    kernelspecs._installed.cache_clear()
    course.course_file.write_text(course.course_file.read_text() + "grading: {strict: true}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("JUPYTER_PATH")
        kernelspecs._installed.cache_clear()
        release(course)
    kernelspecs._installed.cache_clear()
    target = hand_in(course, "ada", "u2", RIGHT, without=("in-music",))
    (outcome,) = grade(course, jobs=0, unsafe=True).outcomes
    assert (outcome.state, outcome.score, outcome.needs_person) == ("refused", None, True)
    assert "strictly" in outcome.reason
    assert "Grade on Linux" in outcome.reason
    with Ledger.open(course.ledger) as ledger:
        assert ledger.records() == (), "nothing is written, and the next run on a better machine grades it"
    # A worker elsewhere finds out for itself.
    nbgrader = NbgraderCourse(course)
    kit = make_kit(nbgrader, manifest_for(nbgrader, "u2"), budget=Budget(), tier="none")
    with pytest.raises(NotReadyError, match="strictly"):
        work(kit, Job("ada", {"in-sport": (target / "in-sport.ipynb").read_bytes()}, {}))


def test_a_kernel_that_cannot_be_confined_is_never_run_in_the_name_of_a_sandbox(
    course: CourseFolder, another_kernel: None, tmp_path: Path
) -> None:
    with pytest.raises(NotReadyError, match="cannot be confined"):
        run_notebook(notebook(code("open('ran', 'w')", "a")), cwd=tmp_path, tier=Tier.landlock)
    assert not (tmp_path / "ran").exists()
    nbgrader = NbgraderCourse(course)
    kit = make_kit(nbgrader, manifest_for(nbgrader, "u2"), budget=Budget(), tier="namespaces")
    target = hand_in(course, "ada", "u2", RIGHT, without=("in-music",))
    with pytest.raises(NotReadyError, match="cannot be confined"):
        work(kit, Job("ada", {"in-sport": (target / "in-sport.ipynb").read_bytes()}, {}))


def test_a_check_that_only_the_kernel_can_run_waits_in_a_strict_course_in_any_kernel(
    course: CourseFolder, another_kernel: None
) -> None:
    course.course_file.write_text(course.course_file.read_text() + "grading: {strict: true}\n")
    release(course)  # rehearsed with this kernel: nothing can run outside
    hand_in(course, "ada", "u2", RIGHT, without=("in-music",))
    (outcome,) = grade(course, jobs=0, unsafe=True).outcomes
    assert (outcome.state, outcome.moved) == ("graded", 0)
    with Ledger.open(course.ledger) as ledger:
        (attempt,) = [
            r for r in ledger.records() if isinstance(r, Attempt) and (r.activity, r.check) == ("in-sport", "ratio_check")
        ]
    assert attempt.verdict is Verdict.waiting
