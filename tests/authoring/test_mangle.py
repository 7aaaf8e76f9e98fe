from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from plnb.authoring.mangle import HUGE_LINES, Mangle, mangle
from plnb.errors import NotebookError
from plnb.store.layout import CourseFolder


@pytest.fixture
def notebook(folder: CourseFolder) -> Path:
    """A released notebook with two answers, two checks and an essay."""
    return folder.unit_release("first") / "sums.ipynb"


def read(path: Path) -> Any:
    return nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)


def ids(path: Path) -> list[str]:
    return [cell.metadata.get("nbgrader", {}).get("grade_id", "-") for cell in read(path).cells]


CELLS = ["-", "add_answer", "add_check", "slope_answer", "slope_check", "essay", "poster", "-", "-"]


def named(path: Path, grade_id: str) -> Any:
    return next(cell for cell in read(path).cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def test_the_notebook_to_mangle_is_as_these_tests_expect(notebook: Path) -> None:
    assert ids(notebook) == CELLS


def test_duplicated_cells_keep_their_grade_ids_and_get_new_cell_ids(notebook: Path) -> None:
    mangle(Mangle.duplicated_cell, notebook)
    assert ids(notebook) == ["-", "add_answer", "add_answer", "add_check", "add_check", *CELLS[3:]]
    cell_ids = [cell["id"] for cell in read(notebook).cells]
    assert len(set(cell_ids)) == len(cell_ids)


def test_a_deleted_check_is_gone(notebook: Path) -> None:
    said = mangle(Mangle.deleted_check, notebook)
    assert ids(notebook) == [cell for cell in CELLS if cell != "add_check"]
    assert said == "deleted the check add_check"


def test_a_split_cell_is_two_cells_with_one_grade_id_and_the_same_text(notebook: Path) -> None:
    before = named(notebook, "slope_answer").source
    mangle(Mangle.split_cell, notebook, answered=["slope_answer"])
    assert ids(notebook).count("slope_answer") == 2
    halves = [cell.source for cell in read(notebook).cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "slope_answer"]
    assert "\n".join(half for half in halves).replace("\n\n", "\n") == before.replace("\n\n", "\n")
    assert all(halves)


def test_a_retyped_answer_is_text(notebook: Path) -> None:
    mangle(Mangle.retyped_cell, notebook)
    cell = named(notebook, "add_answer")
    assert cell.cell_type == "markdown"
    nbformat.validate(read(notebook))


def test_a_reordered_answer_stands_below_the_check_that_needs_it(notebook: Path) -> None:
    mangle(Mangle.reordered_cells, notebook)
    assert ids(notebook) == [*(cell for cell in CELLS if cell != "add_answer"), "add_answer"]


def test_edited_tests_ask_nothing(notebook: Path) -> None:
    mangle(Mangle.edited_tests, notebook)
    assert {named(notebook, check).source for check in ("add_check", "slope_check")} == {"assert True"}
    assert named(notebook, "add_check").metadata.nbgrader.points == 2


def test_edited_points_are_a_hundred_each(notebook: Path) -> None:
    mangle(Mangle.edited_points, notebook)
    assert {named(notebook, check).metadata.nbgrader.points for check in ("add_check", "slope_check")} == {100}
    assert named(notebook, "add_check").source == "assert difference(5, 3) == 2"


def test_edited_tags_claim_other_standards(notebook: Path) -> None:
    mangle(Mangle.edited_tags, notebook)
    assert named(notebook, "add_check").metadata.plnb.standards == ["MINE.1"]
    assert named(notebook, "add_check").metadata.tags == ["std:MINE.1", "plnb-branch:any-any"]


def test_a_byte_order_mark_stands_in_front_of_an_unchanged_notebook(notebook: Path) -> None:
    before = notebook.read_bytes()
    mangle(Mangle.byte_order_mark, notebook)
    assert notebook.read_bytes() == b"\xef\xbb\xbf" + before


def test_a_torn_file_is_not_json(notebook: Path) -> None:
    mangle(Mangle.torn_file, notebook)
    with pytest.raises(json.JSONDecodeError):
        json.loads(notebook.read_bytes())


def test_an_empty_file_has_no_bytes(notebook: Path) -> None:
    mangle(Mangle.empty_file, notebook)
    assert notebook.read_bytes() == b""


def test_a_wrong_name_is_the_same_notebook_under_another_name(notebook: Path) -> None:
    before = notebook.read_bytes()
    mangle(Mangle.wrong_name, notebook)
    assert not notebook.exists()
    assert notebook.with_name("sums (1).ipynb").read_bytes() == before


def test_a_missing_notebook_is_missing_and_its_neighbours_are_not(notebook: Path) -> None:
    mangle(Mangle.missing_notebook, notebook)
    assert sorted(path.name for path in notebook.parent.glob("*.ipynb")) == ["hard-sums.ipynb", "more-sums.ipynb"]


def test_a_huge_output_is_some_megabytes_and_its_loop_prints_as_much(notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mangle(Mangle.huge_output, notebook)
    assert notebook.stat().st_size > 3_000_000
    stray = next(cell for cell in read(notebook).cells if cell.cell_type == "code" and cell.outputs)
    exec(stray.source)
    assert capsys.readouterr().out == stray.outputs[0].text
    assert stray.outputs[0].text.count("\n") == HUGE_LINES


def test_a_cell_that_never_ends_is_the_last_answer(notebook: Path) -> None:
    mangle(Mangle.never_ends, notebook)
    assert named(notebook, "slope_answer").source.endswith("tries = 0\nwhile tries < 10:\n    tries - 1")
    compile(named(notebook, "slope_answer").source, "cell", "exec")


def test_a_warning_is_raised_by_the_function_that_the_check_calls(notebook: Path) -> None:
    mangle(Mangle.warning, notebook)
    source = named(notebook, "add_answer").source.replace("raise NotImplementedError()", "return a - b")
    names: dict[str, Callable[[int, int], int]] = {}
    exec(source, names)
    with pytest.warns(UserWarning, match="tidy"):
        assert names["difference"](5, 3) == 2


def test_a_warning_comes_from_the_cell_where_there_is_no_function(notebook: Path) -> None:
    mangle(Mangle.warning, notebook, answered=["slope_answer"])
    with pytest.warns(UserWarning, match="tidy"), pytest.raises(NotImplementedError):
        exec(named(notebook, "slope_answer").source, {})


def test_stripped_ids_leave_the_text_and_nothing_else(notebook: Path) -> None:
    before = [cell.source for cell in read(notebook).cells]
    mangle(Mangle.stripped_ids, notebook)
    raw = json.loads(notebook.read_text(encoding="utf-8"))
    assert raw["metadata"] == {}
    assert all("id" not in cell and cell["metadata"] == {} for cell in raw["cells"])
    assert ["".join(cell["source"]) for cell in raw["cells"]] == before


@pytest.mark.parametrize("kind", Mangle)
def test_every_kind_says_what_it_did_and_does_it(kind: Mangle, notebook: Path) -> None:
    before = notebook.read_bytes()
    said = mangle(kind, notebook)
    assert said
    assert not notebook.exists() or notebook.read_bytes() != before


@pytest.mark.parametrize("kind", [Mangle.deleted_check, Mangle.retyped_cell, Mangle.edited_points])
def test_a_notebook_with_nothing_to_mangle_is_refused_and_left_alone(kind: Mangle, tmp_path: Path) -> None:
    notebook = tmp_path / "prose.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("Only words.")]), notebook)
    before = notebook.read_bytes()
    with pytest.raises(NotebookError, match="no "):
        mangle(kind, notebook)
    assert notebook.read_bytes() == before
