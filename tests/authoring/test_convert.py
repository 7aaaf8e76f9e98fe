"""What teachers have already becomes a plnb course, and a class can work in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbgrader
import pytest

from plnb.authoring.convert import Converted, convert
from plnb.authoring.demo import run_demo
from plnb.core.findings import Severity
from plnb.core.lint import lint
from plnb.errors import InputError, NotebookError, NotFoundError, OutputExistsError
from plnb.grading.nbgrader_course import NbgraderCourse
from plnb.store.layout import CourseFolder
from plnb.store.sources import load_course
from tests.authoring.subjects import COMPUTING, SUBJECTS, book, five_subjects

DOCUMENTATION = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide"


def files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def cells(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return found


@pytest.fixture(scope="module")
def stem(tmp_path_factory: pytest.TempPathFactory) -> Converted:
    origin = five_subjects(tmp_path_factory.mktemp("old") / "stem")
    before = files(origin)
    made = convert(origin, tmp_path_factory.mktemp("new") / "stem", title='STEM: "first" year')
    assert files(origin) == before, "what is converted is only read"
    return made


def test_five_subjects_become_a_course_with_every_cell_id_and_point_in_its_place(stem: Converted) -> None:
    source = load_course(stem.folder)
    assert (source.file.id, source.file.title) == ("stem-101", 'STEM: "first" year')
    assert stem.units == ("biology", "chemistry", "computing", "maths", "physics")
    assert (stem.notebooks, stem.checks, stem.points, stem.upgraded) == (5, 9, 19, 1)
    assert [(each.old, each.new) for each in stem.renamed] == [("problem", "biology-problem"), ("problem", "computing-problem")]
    names = {each.unit: each.new for each in stem.renamed}
    for (unit, name), old in SUBJECTS.items():
        new = cells(stem.folder / "source" / unit / f"{names.get(unit, name)}.ipynb")
        assert [(cell["source"], cell["cell_type"]) for cell in new] == [(cell["source"], cell["cell_type"]) for cell in old]
        for one, other in zip(new, old, strict=True):
            key, before = (each["metadata"].get("nbgrader", {}) for each in (one, other))
            assert {name: value for name, value in key.items() if value} == {name: value for name, value in before.items() if value}
    assert not (stem.folder / "gradebook.db").exists()


def test_graded_cells_are_checks_and_locked_text_is_to_be_read(stem: Converted) -> None:
    roles = {cell.name: cell.meta.role for each in load_course(stem.folder).notebooks for cell in each.cells if cell.meta}
    graded = {"slope_check", "why", "fall_check", "explain", "water", "peroxide", "transcribe_check", "gc_check", "search_check"}
    assert roles == {"note": "explain", **dict.fromkeys(graded, "check")}


def test_what_is_left_is_what_only_a_person_can_say(stem: Converted) -> None:
    assert {finding.code for finding in lint(load_course(stem.folder))} == {"untagged-check", "check-without-hint"}


def test_the_five_subjects_are_released_and_graded(stem: Converted, tmp_path: Path) -> None:
    made = run_demo(tmp_path / "class", stem.folder, n=1)
    assert {(each.unit, each.state) for each in made.first.outcomes} == {(unit, "graded") for unit in stem.units}
    assert sum(each.max_score for each in made.first.outcomes) == stem.points
    assert all(each.score > 0 for each in made.first.outcomes)


def test_the_course_of_nbgraders_documentation_is_released_and_graded(tmp_path: Path) -> None:
    made = convert(DOCUMENTATION, tmp_path / "new")
    assert (made.units, made.notebooks, made.points) == (("ps1", "ps1_autotest"), 4, 26)
    errors = [finding for finding in lint(load_course(made.folder)) if finding.severity is Severity.error]
    assert [finding.code for finding in errors] == ["missing-alt-text"] * 2
    for path in made.folder.glob("source/*/*problem1.ipynb"):
        # What a teacher types in the text: what the picture shows.
        said = path.read_text(encoding="utf-8").replace("![](jupyter.png)", "![The sign of Jupyter](jupyter.png)")
        path.write_text(said, encoding="utf-8")
    graded = run_demo(tmp_path / "class", made.folder, n=1)
    assert [each.state for each in graded.first.outcomes] == ["graded"] * 2
    assert sum(each.max_score for each in graded.first.outcomes) == made.points


def test_one_notebook_or_a_folder_of_them_is_a_course_of_one_unit(tmp_path: Path) -> None:
    lone = tmp_path / "my sorting+searching.ipynb"
    lone.write_text(json.dumps(book(COMPUTING)))
    assert convert(lone, tmp_path / "one").units == ("my sorting-searching",)
    (tmp_path / "loose").mkdir()
    for number in (10, 2):
        (tmp_path / "loose" / f"week{number}.ipynb").write_text(json.dumps(book(COMPUTING)))
    (tmp_path / "loose" / "data.csv").write_text("1,2")
    (tmp_path / "two").mkdir()
    same = (tmp_path / "two").stat().st_ino
    made = convert(tmp_path / "loose", tmp_path / "two")
    assert made.folder.stat().st_ino == same, "a terminal may stand in it"
    (unit,) = load_course(made.folder).file.units
    assert [getattr(step, "notebook", "") for step in unit.steps] == ["week2", "week10"]
    assert (made.folder / "source" / "loose" / "data.csv").read_text() == "1,2"
    for folder in ("one", "two"):
        assert not [each for each in lint(load_course(tmp_path / folder)) if each.severity is Severity.error]


def test_where_nbgrader_is_told_of_another_folder_for_what_the_teacher_writes_that_is_read(tmp_path: Path) -> None:
    old = tmp_path / "old"
    (old / "teaching" / "ps1").mkdir(parents=True)
    (old / "teaching" / "ps1" / "walk.ipynb").write_text(json.dumps(book(COMPUTING)), encoding="utf-8")
    (old / "nbgrader_config.py").write_text('c = get_config()\nc.CourseDirectory.source_directory = "teaching"\n', encoding="utf-8")

    made = convert(old, tmp_path / "new")

    assert (made.units, made.notebooks) == (("ps1",), 1)
    # nbgrader finds it, too, where it lies now.
    assert Path(NbgraderCourse(CourseFolder(made.folder)).source("ps1")) == made.folder / "source" / "ps1"


def test_a_notebook_of_format_3_is_brought_up_to_date(tmp_path: Path) -> None:
    heading = {"cell_type": "heading", "level": 1, "metadata": {}, "source": "Long ago"}
    printing = {"cell_type": "code", "collapsed": False, "input": "print(1)", "language": "python", "metadata": {}, "outputs": []}
    sheet = {"metadata": {}, "cells": [heading, printing]}
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [sheet]}
    (tmp_path / "old.ipynb").write_text(json.dumps(old))
    made = convert(tmp_path / "old.ipynb", tmp_path / "new")
    assert made.upgraded == 1
    assert lint(load_course(made.folder)) == ()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "not JSON"),
        ("[]", "a list"),
        ('{"nbformat": 4}', "no cells"),
        ('{"nbformat": 4, "cells": [3]}', "no cell"),
        ("\udcff", ""),
    ],
)
def test_a_broken_notebook_is_named_and_nothing_is_made(tmp_path: Path, content: str, why: str) -> None:
    folder = tmp_path / "old" / "source" / "u1"
    folder.mkdir(parents=True)
    (folder / "good.ipynb").write_text(json.dumps(book(COMPUTING)))
    (folder / "torn.ipynb").write_text(content, errors="surrogateescape")
    with pytest.raises(NotebookError) as raised:
        convert(tmp_path / "old", tmp_path / "new")
    assert raised.value.place == "source/u1/torn.ipynb"
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


def test_a_folder_of_folders_of_notebooks_says_where_they_lie(tmp_path: Path) -> None:
    for name in ("first-steps", "second-steps", ".ipynb_checkpoints"):
        (tmp_path / "old" / name).mkdir(parents=True)
        (tmp_path / "old" / name / "one.ipynb").write_text("{}")
    with pytest.raises(NotFoundError) as caught:
        convert(tmp_path / "old", tmp_path / "new")
    assert caught.value.message == "No notebooks lie directly in this folder; some lie in first-steps/, second-steps/."
    assert caught.value.mend == "Name one of those, or put the folders under source/."
    assert not (tmp_path / "new").exists()


def test_what_cannot_be_converted_is_refused_and_left_alone(tmp_path: Path, stem: Converted) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    before = files(tmp_path)
    with pytest.raises(OutputExistsError):
        convert(DOCUMENTATION, tmp_path)
    with pytest.raises(OutputExistsError, match="already"):
        convert(stem.folder, tmp_path / "again")
    with pytest.raises(NotFoundError, match="no notebooks"):
        convert(tmp_path, tmp_path.parent / f"{tmp_path.name}-new")
    with pytest.raises(NotFoundError):
        convert(tmp_path / "nowhere", tmp_path / "new")
    with pytest.raises(InputError, match="not a notebook"):
        convert(tmp_path / "thesis.txt", tmp_path / "new")
    with pytest.raises(InputError, match="inside the old"):
        convert(tmp_path, tmp_path / "new")
    assert files(tmp_path) == before
