"""What arrives damaged or edited is put right, and said."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from plnb.engine.nodes import read_notebook_bytes
from plnb.errors import NotebookError
from plnb.grading.manifest import read_manifest
from plnb.grading.repairs import RepairCode
from plnb.grading.submission import parse_notebook
from plnb.grading.transplant import Transplanted, transplant
from plnb.store.layout import CourseFolder
from tests.grading.builders import RIGHT, cell_of, place_of, read

Change = Callable[[NotebookNode], object]


@pytest.fixture
def put(course: CourseFolder) -> Callable[..., Transplanted]:
    """Answer the released `speed` notebook rightly, do something to it, and transplant it."""

    def put(change: Change = lambda nb: None, *, answers: dict[str, str] = RIGHT) -> Transplanted:
        nb = read(course.release / "u1" / "speed.ipynb")
        for grade_id in ("speed", "why"):
            if grade_id in answers:
                cell_of(nb, grade_id).source = answers[grade_id]
        change(nb)
        raw = json.dumps(nb).encode()
        manifest = read_manifest(course.manifest("u1"))
        released = next(notebook for notebook in manifest.notebooks if notebook.name == "speed")
        master = read_notebook_bytes(course.master("u1", "speed").read_bytes())
        return transplant("speed", master, released.cells, parse_notebook(raw))

    return put


def ids(nb: NotebookNode) -> list[str]:
    return [cell.metadata.get("nbgrader", {}).get("grade_id", "") or cell.source[:12] for cell in nb.cells]


def found(done: Transplanted) -> set[tuple[str, str]]:
    return {(repair.code.value, repair.cell) for repair in done.repairs}


def test_an_honest_notebook_needs_no_repair(put: Callable[..., Transplanted]) -> None:
    done = put()
    assert done.repairs == ()
    assert done.answered == {"speed", "why"}
    assert not done.own_code
    assert cell_of(done.notebook, "speed").source == RIGHT["speed"]
    assert "SECRET-TEST" in cell_of(done.notebook, "speed_hidden").source, "hidden tests are back"
    nbformat.validate(done.notebook)


def test_an_untouched_notebook_is_known_as_such(put: Callable[..., Transplanted]) -> None:
    assert not put(answers={}).touched
    assert not put(lambda nb: nb.cells.append(new_markdown_cell("My notes")), answers={}).touched
    assert put(lambda nb: nb.cells.append(new_code_cell("x = 1")), answers={}).touched
    assert put(lambda nb: setattr(nb.cells[1], "source", "import cmath"), answers={}).touched


def test_of_a_cell_pasted_twice_the_one_with_work_in_it_counts(put: Callable[..., Transplanted], course: CourseFolder) -> None:
    stub = cell_of(read(course.release / "u1" / "speed.ipynb"), "speed")

    def paste_stub_before(nb: NotebookNode) -> None:
        nb.cells.insert(2, copy.deepcopy(stub))

    def paste_stub_after(nb: NotebookNode) -> None:
        nb.cells.append(copy.deepcopy(stub))

    for change in (paste_stub_before, paste_stub_after):
        done = put(change)
        assert found(done) == {("duplicated-cell", "speed")}
        assert [cell.source for cell in done.notebook.cells if "raise" in cell.source] == [], "the empty copy is gone"
        assert cell_of(done.notebook, "speed").source == RIGHT["speed"]


def test_a_split_answer_still_works_as_a_whole(put: Callable[..., Transplanted]) -> None:
    def split(nb: NotebookNode) -> None:
        first = cell_of(nb, "speed")
        second = copy.deepcopy(first)
        second.id = "second"
        first.source, second.source = "def half(d):\n    return d", "def speed(d, t):\n    return half(d) / t"
        nb.cells.insert(place_of(nb, "speed") + 1, second)

    done = put(split)
    place = place_of(done.notebook, "speed")
    assert [cell.source[:9] for cell in done.notebook.cells[place : place + 2]] == ["def half(", "def speed"]
    nbformat.validate(done.notebook)


def test_a_deleted_test_cell_is_put_back_in_its_place(put: Callable[..., Transplanted]) -> None:
    done = put(lambda nb: nb.cells.pop(place_of(nb, "speed_check")))
    assert found(done) == {("deleted-cell", "speed_check")}
    assert ids(done.notebook)[2:7] == ["speed", "# try it her", "speed_check", "speed_hidden", "## Why?"]


def test_a_deleted_answer_comes_back_empty_and_unanswered(put: Callable[..., Transplanted]) -> None:
    done = put(lambda nb: nb.cells.pop(place_of(nb, "speed")))
    assert ("deleted-cell", "speed") in found(done)
    assert done.answered == {"why"}


def test_a_retyped_cell_gets_its_type_back(put: Callable[..., Transplanted]) -> None:
    def retype(nb: NotebookNode) -> None:
        place = place_of(nb, "speed")
        old = nb.cells[place]
        nb.cells[place] = new_markdown_cell(old.source, id=old.id, metadata=old.metadata)

    done = put(retype)
    assert found(done) == {("retyped-cell", "speed")}
    assert cell_of(done.notebook, "speed").cell_type == "code"
    assert cell_of(done.notebook, "speed").source == RIGHT["speed"]


def test_a_moved_answer_runs_in_its_own_place_and_helpers_stay_with_it(put: Callable[..., Transplanted]) -> None:
    def move(nb: NotebookNode) -> None:
        moved = nb.cells.pop(place_of(nb, "speed"))
        nb.cells += [moved, new_code_cell("helper = 1")]

    done = put(move)
    assert found(done) == {("moved-cell", "speed")}
    assert ids(done.notebook)[2:4] == ["speed", "helper = 1"]


def test_own_cells_stay_where_they_were(put: Callable[..., Transplanted]) -> None:
    def add(nb: NotebookNode) -> None:
        nb.cells.insert(0, new_code_cell("first = 1"))
        nb.cells.insert(place_of(nb, "speed_check"), new_code_cell("before_test = 1"))

    done = put(add)
    assert done.repairs == ()
    assert done.own_code
    assert ids(done.notebook)[0] == "first = 1"
    assert ids(done.notebook)[ids(done.notebook).index("speed_check") - 1] == "before_test "


def test_tests_points_tags_and_kernel_are_always_the_instructors(put: Callable[..., Transplanted]) -> None:
    def cheat(nb: NotebookNode) -> None:
        cell = cell_of(nb, "speed_check")
        cell.source = "assert True"
        cell.metadata.nbgrader.update(points=100, grade=False, solution=True, locked=False)
        cell.metadata.plnb = {"schema_version": 1, "role": "check", "standards": ["S.9"], "branch": "any/way"}
        cell.metadata.tags = ["std:S.9", "skip-execution"]
        nb.metadata.kernelspec.name = "mine"

    done = put(cheat)
    assert found(done) == {
        ("edited-test", "speed_check"),
        ("edited-points", "speed_check"),
        ("edited-tags", "speed_check"),
        ("edited-kernel", ""),
    }
    honest = put()
    assert cell_of(done.notebook, "speed_check") == cell_of(honest.notebook, "speed_check")
    assert done.notebook.metadata == honest.notebook.metadata


def test_a_cell_that_lost_its_metadata_is_known_by_its_id(put: Callable[..., Transplanted]) -> None:
    done = put(lambda nb: cell_of(nb, "speed").metadata.clear())
    assert found(done) == {("lost-metadata", "speed")}
    assert cell_of(done.notebook, "speed").source == RIGHT["speed"]


def test_with_every_id_and_all_metadata_lost_answers_are_found_by_their_place(put: Callable[..., Transplanted]) -> None:
    def strip(nb: NotebookNode) -> None:
        for cell in nb.cells:
            del cell["id"]
            cell.metadata.clear()
        nb.metadata.clear()
        nb.nbformat_minor = 4

    done = put(strip)
    assert found(done) == {("found-by-place", name) for name in ("speed", "why", "thought")}
    assert done.answered == {"speed", "why"}
    assert ids(done.notebook) == ids(put().notebook)


def test_pictures_in_a_text_answer_are_kept(put: Callable[..., Transplanted]) -> None:
    picture = {"graph.png": {"image/png": "aGVsbG8="}}
    done = put(lambda nb: cell_of(nb, "why").update(attachments=picture))
    assert cell_of(done.notebook, "why").attachments == picture


def test_students_cell_ids_cannot_take_the_place_of_released_ones(put: Callable[..., Transplanted]) -> None:
    def add(nb: NotebookNode) -> None:
        for cell_id in ("id-speed_check", "not valid!", "own-0", "own-0"):
            nb.cells.insert(0, {**new_code_cell("mine = 1"), "id": cell_id})

    done = put(add)
    nbformat.validate(done.notebook)
    assert cell_of(done.notebook, "speed_check").id == "id-speed_check"
    assert len({cell.id for cell in done.notebook.cells}) == len(done.notebook.cells)


def test_a_byte_order_mark_and_halves_of_characters_do_no_harm() -> None:
    nb = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "source": ["x = '\ud83d'"]}]}
    found = parse_notebook(b"\xef\xbb\xbf" + json.dumps(nb).encode())
    assert found.cells[0].source == "x = '?'"
    assert [code for code, _ in found.repairs] == [RepairCode.byte_order_mark, RepairCode.broken_text]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b'{"cells": [', "not JSON"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"[]", "not a notebook"),
        (b'{"cells": {}}', "not a notebook"),
        (b'{"nbformat": 3, "worksheets": []}', "before version 4"),
        (b'{"nbformat": 3, "cells": []}', "version 4"),
        (b"[" * 100_000, "not JSON"),
        (json.dumps({"nbformat": 4, "cells": [{}] * 2001}).encode(), "more than 2000 cells"),
    ],
)
def test_what_is_no_notebook_is_refused_with_a_reason(raw: bytes, why: str) -> None:
    with pytest.raises(NotebookError, match=why):
        parse_notebook(raw)


def test_nonsense_inside_a_notebook_is_no_reason_to_stop() -> None:
    cells = [
        {},
        {"cell_type": "heading", "source": None, "metadata": 7},
        {"cell_type": "code", "source": ["a", 3], "id": 5, "metadata": {"nbgrader": [], "tags": "x", "plnb": None}},
        "no cell",
    ]
    nb = {"nbformat": 4, "cells": cells, "metadata": {"plnb": {"choices": {"rep": ["a", 1, "a"], "one": "b", "two": 3}}}}
    found = parse_notebook(json.dumps(nb).encode())
    assert [cell.source for cell in found.cells] == ["", "", "a"]
    assert found.choices == {"rep": ("a",), "one": ("b",), "two": ()}
