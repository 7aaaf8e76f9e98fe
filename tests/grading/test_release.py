"""What students get, what the grader keeps, and what happens when a release goes wrong."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from plnb.errors import FormatTooNewError, NotebookError, NotFoundError, NotReadyError
from plnb.grading.grade import grade
from plnb.grading.manifest import read_manifest
from plnb.grading.release import release
from plnb.store.bundle import read_bundle
from plnb.store.layout import CourseFolder
from tests.grading.builders import BLOCKER, RIGHT, autotest, cell_of, grades, hand_in, notebook, read, speed_cells, write

SECRETS = re.compile(r'SECRET|HIDDEN TESTS|"misconceptions"\s*:\s*\[\s*\{|"suggest_when"\s*:\s*\{')


def test_nothing_students_get_holds_an_answer_a_hidden_test_or_a_misconception(course: CourseFolder) -> None:
    for path in course.release.rglob("*"):
        if path.is_file():
            assert not SECRETS.findall(path.read_text(encoding="utf-8")), path
    speed = read(course.release / "u1" / "speed.ipynb")
    assert cell_of(speed, "speed_check").metadata.plnb == {"schema_version": 1, "role": "check", "standards": ["S.1"]}


def test_the_grader_keeps_hidden_tests_and_misconceptions_but_no_solutions(course: CourseFolder) -> None:
    assert SECRETS.search(course.notebook("u1", "slope").read_text()), "they are planted"
    master = (course.manifests / "u1" / "speed.ipynb").read_text()
    assert "SECRET-TEST" in master
    assert "SECRET-SOLUTION" not in master
    manifest = read_manifest(course.manifest("u1"))
    checks = {check.id: check for check in manifest.activity("speed").checks}
    assert checks["speed_check"].misconceptions[0].say.startswith("SECRET-SAY")
    assert checks["speed_hidden"].answers == ("speed",)
    assert [notebook.name for notebook in manifest.notebooks] == ["slope", "speed"]
    assert course.manifests.stat().st_mode & 0o077 == 0, "only the instructor may look"


def test_data_files_and_the_bundle_travel_with_the_unit(course: CourseFolder) -> None:
    assert (course.release / "u1" / "data.csv").read_text() == "t,x\n1,2\n"
    bundle = read_bundle(course.bundle("u1"))
    assert [unit.id for unit in bundle.units] == ["u1"]


def test_releasing_again_changes_nothing(course: CourseFolder) -> None:
    before = read_manifest(course.manifest("u1"))
    (result,) = release(course, ["u1"])
    assert not result.changed
    assert read_manifest(course.manifest("u1")).digest == before.digest
    assert not list(course.root.glob(".plnb-release-*"))


def test_a_release_that_fails_leaves_the_earlier_one(course: CourseFolder) -> None:
    before = {path: path.read_bytes() for path in course.release.rglob("*") if path.is_file()}
    broken = notebook(*speed_cells(), autotest("speed_check", 1, "assert True"))
    write(course.notebook("u1", "speed"), broken)
    with pytest.raises(NotebookError, match="speed_check") as told:
        release(course, ["u1"])
    assert told.value.place == "u1/speed.ipynb"
    assert {path: path.read_bytes() for path in course.release.rglob("*") if path.is_file()} == before
    assert not list(course.root.glob(".plnb-release-*"))


def test_cells_may_not_change_once_there_are_submissions(course: CourseFolder) -> None:
    hand_in(course, "ada", "u2", RIGHT)
    grade(course, units=["u2"], jobs=0)
    before = grades(course, "u2", "ada")
    sport = read(course.notebook("u2", "in-sport"))
    sport.cells.append(autotest("one_more", 5, "assert True"))
    write(course.notebook("u2", "in-sport"), sport)
    with pytest.raises(NotebookError, match=r"one_more.*already handed in"):
        release(course, ["u2"])
    assert grades(course, "u2", "ada") == before
    cell_of(sport, "ratio_check").source = "assert ratio in (4, 4.0)"
    sport.cells.pop()
    write(course.notebook("u2", "in-sport"), sport)
    assert release(course, ["u2"])[0].changed, "a corrected test may be released"


def test_folder_names_of_the_courses_own_configuration_hold(tmp_path: Path, course: CourseFolder) -> None:
    course.nbgrader_config.write_text("c = get_config()\nc.CourseDirectory.release_directory = 'handout'\n")
    (result,) = release(course, ["u2"])
    assert result.folder == "handout/u2"
    assert (course.root / "handout" / "u2" / "in-sport.ipynb").exists()


def test_an_unknown_unit_and_a_manifest_of_the_future_are_refused(course: CourseFolder) -> None:
    with pytest.raises(NotFoundError, match="nowhere"):
        release(course, ["nowhere"])
    with pytest.raises(NotReadyError, match="not been released"):
        read_manifest(course.manifests / "nowhere.json")
    path = course.manifest("u1")
    path.write_text(path.read_text().replace('"schema_version": 1', '"schema_version": 2', 1))
    with pytest.raises(FormatTooNewError):
        read_manifest(path)


def test_with_plnb_absent_nbgrader_alone_goes_the_whole_way(course: CourseFolder, tmp_path: Path) -> None:
    hand_in(course, "ada", "u2", RIGHT)
    hand_in(course, "bob", "u2", RIGHT)
    grade(course, units=["u2"], students=["bob"], jobs=0)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(BLOCKER)
    bin_ = Path(sys.executable).parent
    path = os.pathsep.join((str(bin_), os.environ["PATH"]))
    env = {**os.environ, "PYTHONPATH": str(tmp_path / "site"), "PATH": path}

    def nbgrader(*args: str) -> str:
        done = subprocess.run([str(bin_ / "nbgrader"), *args], cwd=course.root, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    blocked = subprocess.run([sys.executable, "-c", "import plnb"], env=env, capture_output=True)
    assert blocked.returncode != 0, "the blocker blocks"
    assert "Success" in nbgrader("validate", "submitted/ada/u2/in-sport.ipynb")
    nbgrader("generate_assignment", "u2", "--force")
    nbgrader("autograde", "u2", "--student=ada")
    nbgrader("generate_feedback", "u2")
    nbgrader("export")
    assert grades(course, "u2", "ada")["in-sport", "ratio_check"] == (2, 2, False)
    for student in ("ada", "bob"):
        assert (course.feedback / student / "u2" / "in-sport.html").exists(), "feedback on either's grading"
    assert "bob" in (course.root / "grades.csv").read_text()
