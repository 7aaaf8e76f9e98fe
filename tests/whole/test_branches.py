"""Whichever way a student takes, 100 % can be reached, in nbgrader's own export."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from plnb.authoring.samples import sample_course
from plnb.core.compiling import compile_course
from plnb.core.course import ActivityFork
from plnb.grading.grade import grade
from plnb.grading.release import release
from plnb.store.layout import CourseFolder
from plnb.store.sources import load_course

pytestmark = pytest.mark.slow

_MARKS = re.compile(r"^\s*### (BEGIN|END) SOLUTION.*\n?", re.MULTILINE)


def _answer_everything_on(folder: CourseFolder, unit: str, option: str) -> None:
    """Hand in the teacher's own solutions, on one option of the unit's fork and on none of the others."""
    course = compile_course(load_course(folder.root))
    target = folder.submission(option.replace("/", "-"), unit)
    shutil.copytree(folder.unit_release(unit), target)
    for activity in (unit_ for u in course.units if u.id == unit for unit_ in u.activities()):
        if activity.branch not in (None, option):
            continue
        path = target / f"{activity.id}.ipynb"
        handed_in = nbformat.read(path, 4)
        solved = {
            c.metadata.nbgrader.grade_id: c
            for c in nbformat.read(folder.notebook(unit, activity.id), 4).cells
            if "nbgrader" in c.metadata
        }
        for cell in handed_in.cells:
            if not cell.metadata.get("nbgrader", {}).get("solution"):
                continue
            branch = cell.metadata.get("plnb", {}).get("branch")
            if branch in (None, option) or not branch.startswith(option.split("/")[0]):
                source = _MARKS.sub("", solved[cell.metadata.nbgrader.grade_id].source)
                cell.source = source if source != cell.source else source + "\n\nMy own words."
        nbformat.write(handed_in, path)


def _options(folder: CourseFolder) -> list[tuple[str, str]]:
    course = compile_course(load_course(folder.root))
    found = []
    for unit in course.units:
        forks = [node for node in unit.nodes if isinstance(node, ActivityFork)] + [f for a in unit.activities() for f in a.forks]
        found += [(unit.id, f"{fork.id}/{option.id}") for fork in forks for option in fork.options]
    return found


def _exported(folder: CourseFolder) -> dict[tuple[str, str], tuple[float, float]]:
    nbgrader = str(Path(sys.executable).parent / "nbgrader")
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    subprocess.run(
        [nbgrader, "export", "--to=all.csv"], cwd=folder.root, env={**os.environ, "PATH": path}, check=True, capture_output=True
    )
    with (folder.root / "all.csv").open(newline="") as file:
        return {
            (row["assignment"], row["student_id"]): (float(row["score"]), float(row["max_score"])) for row in csv.DictReader(file)
        }


def test_every_option_of_every_fork_reaches_all_points(tmp_path: Path) -> None:
    folder = CourseFolder(tmp_path / "course")
    shutil.copytree(sample_course(), folder.root, ignore=shutil.ignore_patterns("release", "submitted", "manifests", "*.db"))
    release(folder)
    options = _options(folder)
    assert len(options) == 2 + 4 + 3 + 2
    for unit, option in options:
        _answer_everything_on(folder, unit, option)
    grade(folder, jobs=2)

    # Written work waits for a person, who gives all its points.
    with Gradebook(f"sqlite:///{folder.gradebook}", "straight-lines") as gradebook:
        for unit, option in options:
            for notebook in gradebook.find_submission(unit, option.replace("/", "-")).notebooks:
                for given in notebook.grades:
                    if given.needs_manual_grade:
                        given.manual_score = given.max_score
                        given.needs_manual_grade = False
        gradebook.db.commit()
    again = grade(folder, jobs=2)
    assert not again.of("graded"), "nothing is run again for points given by hand"

    exported = _exported(folder)
    reached = {(unit, option): exported[unit, option.replace("/", "-")] for unit, option in options}
    assert {key: got for key, (got, most) in reached.items() if got != pytest.approx(most)} == {}
