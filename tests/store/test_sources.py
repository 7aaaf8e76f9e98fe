"""A whole course folder, read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from plnb.core.authored import ActivityEntry
from plnb.errors import CourseFileError, FrameworkError, InputError, NotFoundError
from plnb.store.layout import CourseFolder, find_course
from plnb.store.sources import load_course
from tests.store.courses import CHECK, COURSE_YAML, FRAMEWORK, cell, everything, graded_cell, make_course, notebook


def test_a_course_is_read_with_its_standards_and_every_notebook(tmp_path: Path):
    source = load_course(make_course(tmp_path / "course"))
    assert source.file.title == "Straight lines in the world"
    assert list(source.standards.by_code) == [standard.code for standard in FRAMEWORK.standards]
    assert [(n.unit, n.name, n.place) for n in source.notebooks] == [
        ("steady-change", "rates-in-sport", "source/steady-change/rates-in-sport.ipynb"),
        ("steady-change", "unit-rates", "source/steady-change/unit-rates.ipynb"),
    ]
    assert source.faults == ()


def test_reading_writes_nothing(tmp_path: Path):
    root = make_course(tmp_path / "course")
    before = everything(root)
    load_course(root)
    assert everything(root) == before


def test_notebooks_that_no_unit_names_are_read_too_and_hidden_ones_are_not(tmp_path: Path):
    root = make_course(tmp_path / "course")
    for place in ("source/spare/extra.ipynb", "source/.ipynb_checkpoints/old.ipynb", "source/steady-change/.hidden.ipynb"):
        (root / place).parent.mkdir(exist_ok=True)
        (root / place).write_text(notebook(), "utf-8")
    assert [n.name for n in load_course(root).notebooks] == ["extra", "rates-in-sport", "unit-rates"]


def test_one_bad_notebook_does_not_hide_the_others(tmp_path: Path):
    root = make_course(tmp_path / "course")
    (root / "source/steady-change/unit-rates.ipynb").write_text("{", "utf-8")
    (root / "source/steady-change/a+b.ipynb").write_text(notebook(), "utf-8")
    source = load_course(root)
    assert [(n.name, len(n.cells)) for n in source.notebooks] == [("rates-in-sport", 2), ("unit-rates", 0)]
    assert [(f.code, f.place) for f in source.faults] == [
        ("notebook-name", "source/steady-change/a+b.ipynb"),
        ("notebook-json", "source/steady-change/unit-rates.ipynb"),
    ]


def missing(root: Path) -> None:
    (root / "course.yaml").unlink()


def folder(root: Path) -> None:
    missing(root)
    (root / "course.yaml").mkdir()


def empty(root: Path) -> None:
    (root / "course.yaml").write_text("", "utf-8")


def no_framework(root: Path) -> None:
    (root / "frameworks/straight-lines.case.json").unlink()


def torn_framework(root: Path) -> None:
    (root / "frameworks/straight-lines.case.json").write_text('{"CFDocument": {\n"title": ', "utf-8")


def framework_is_a_folder(root: Path) -> None:
    no_framework(root)
    (root / "frameworks/straight-lines.case.json").mkdir()


@pytest.mark.parametrize(
    ("harm", "kind", "place", "message"),
    [
        (missing, CourseFileError, None, "There is no course.yaml here."),
        (folder, CourseFileError, "course.yaml", "is a folder"),
        (empty, CourseFileError, "course.yaml", "The file is empty."),
        (no_framework, CourseFileError, "course.yaml:5", "There is no file 'frameworks/straight-lines.case.json'."),
        (torn_framework, FrameworkError, "frameworks/straight-lines.case.json:2", "not valid JSON"),
        (framework_is_a_folder, FrameworkError, "frameworks/straight-lines.case.json", "cannot be read"),
    ],
)
def test_a_course_that_cannot_be_read_is_refused_in_one_sentence(
    tmp_path: Path, harm, kind: type[InputError], place: str | None, message: str
):
    root = make_course(tmp_path / "course")
    harm(root)
    before = everything(root)
    with pytest.raises(kind) as caught:
        load_course(root)
    assert message in caught.value.message
    assert caught.value.place == (place or str(root))
    assert caught.value.mend
    assert everything(root) == before


def test_a_course_is_found_from_any_folder_inside_it(tmp_path: Path):
    root = make_course(tmp_path / "course")
    for start in (root, root / "source" / "steady-change", root / "course.yaml"):
        assert find_course(start) == CourseFolder(root)


def test_outside_a_course_the_mend_is_to_go_to_one_or_to_start_one(tmp_path: Path):
    with pytest.raises(CourseFileError) as caught:
        find_course(tmp_path)
    assert "plnb new" in caught.value.mend
    assert caught.value.place == str(tmp_path)


def test_a_folder_that_is_not_there_is_no_folder_of_the_course_above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    root = make_course(tmp_path / "course")
    monkeypatch.chdir(root)
    for start in (root / "typo", Path("typo")):
        with pytest.raises(NotFoundError, match="no such folder") as caught:
            find_course(start)
        assert caught.value.place == str(root / "typo")
        assert caught.value.mend


def test_the_layout_is_that_of_an_nbgrader_course():
    course = CourseFolder(Path("/c"))
    assert course.notebook("u", "n") == Path("/c/source/u/n.ipynb")
    assert course.master("u", "n") == Path("/c/manifests/u/n.ipynb")
    assert course.manifest("u") == Path("/c/manifests/u.json")
    assert course.relative(Path("/c/source/u/n.ipynb")) == "source/u/n.ipynb"


def test_a_course_of_sixty_activities_opens_whole(tmp_path: Path):
    root = make_course(tmp_path / "course")
    shutil.rmtree(root / "source")
    cells = [
        part
        for n in range(12)
        for part in (cell("# Part\n" + "Text. " * 60, "markdown"), cell("x = 1\n" * 15), graded_cell(f"check_{n}", plnb=CHECK))
    ]
    text, units = notebook(*cells), []
    for unit in range(6):
        (root / "source" / f"u{unit}").mkdir(parents=True)
        for n in range(10):
            (root / "source" / f"u{unit}" / f"a{unit}{n}.ipynb").write_text(text, "utf-8")
        units.append(
            {
                "id": f"u{unit}",
                "title": "Unit",
                "steps": [{"notebook": f"a{unit}{n}", "standards": ["SL.RATE.1"]} for n in range(10)],
            }
        )
    (root / "course.yaml").write_text(COURSE_YAML.partition("units:")[0] + "units: " + json.dumps(units), "utf-8")
    source = load_course(root)
    assert len(source.notebooks) == 60
    assert all(isinstance(step, ActivityEntry) for unit in source.file.units for step in unit.steps)
