"""Reading notebooks: what is there is read, what is wrong is a finding, nothing raises."""

from __future__ import annotations

import json
import os
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plnb.core.authored import NotebookSource
from plnb.core.cells import CheckCell, GraderMeta
from plnb.core.findings import Finding, Severity
from plnb.store.notebooks import parse_notebook, read_notebook
from tests.store.courses import CHECK, cell, graded_cell, notebook


def parse(raw: str | bytes) -> tuple[NotebookSource, tuple[Finding, ...]]:
    return parse_notebook(raw.encode() if isinstance(raw, str) else raw, "unit", "name", "source/unit/name.ipynb")


def test_a_cell_is_read_with_its_text_tags_and_both_keys():
    source, faults = parse(
        notebook(cell("# Title\nMore", "markdown"), graded_cell("speed_check", plnb=CHECK, tags=["std:SL.RATE.1"]))
    )
    assert faults == ()
    title, check = source.cells
    assert (title.kind, title.source, title.meta, title.grader) == ("markdown", "# Title\nMore", None, None)
    assert (check.index, check.cell_id, check.tags, check.name) == (1, "a1", ("std:SL.RATE.1",), "speed_check")
    assert isinstance(check.meta, CheckCell)
    assert check.meta.misconceptions[0].say == "That is time for each metre."
    assert check.grader == GraderMeta(grade_id="speed_check", grade=True, locked=True, points=2)
    assert source.language == "python"


@pytest.mark.parametrize("minor", [0, 2, 4, 5, 99])
def test_any_minor_version_of_format_4_is_read_as_jupyter_wrote_it(minor: int, tmp_path: Path):
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1"), nbformat.v4.new_markdown_cell("# Über")])
    book.nbformat_minor = minor
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps(book), "utf-8")
    source, faults = read_notebook(path, "unit", "n.ipynb")
    assert faults == ()
    assert [c.source for c in source.cells] == ["x = 1", "# Über"]


def test_a_byte_order_mark_is_no_fault():
    assert parse(b"\xef\xbb\xbf" + notebook(cell("x")).encode())[0].cells[0].source == "x"


@pytest.mark.parametrize(
    ("raw", "code", "message"),
    [
        (b"", "notebook-json", "empty file"),
        (b" \n", "notebook-json", "empty file"),
        (b"{", "notebook-json", "not valid JSON (line 1)"),
        (notebook(cell("x")).replace('"cells"', '<<<<<<< HEAD\n"cells"'), "notebook-json", "not valid JSON"),
        (b"\xff\xfe\x00", "notebook-json", "not UTF-8"),
        (b"[" * 100_000, "notebook-json", "not valid JSON"),
        (b"[]", "notebook-format", "not a notebook"),
        (b"{}", "notebook-format", "not a notebook"),
        (b"null", "notebook-format", "not a notebook"),
        (b'{"nbformat": 4}', "notebook-format", "no list of cells"),
        (b'{"nbformat": 4, "cells": {}}', "notebook-format", "no list of cells"),
        (b'{"nbformat": 3, "worksheets": []}', "notebook-format", "format 3; plnb reads format 4"),
        (b'{"nbformat": 5, "cells": []}', "notebook-format", "format 5; plnb reads format 4"),
    ],
)
def test_what_is_no_notebook_is_one_finding_with_a_mend(raw: str | bytes, code: str, message: str):
    source, (fault,) = parse(raw)
    assert source.cells == ()
    assert (fault.code, fault.severity, fault.place) == (code, Severity.error, "source/unit/name.ipynb")
    assert message in fault.message
    assert fault.mend


def test_a_cell_with_a_bad_key_is_kept_and_told_with_its_name():
    source, faults = parse(
        notebook(graded_cell("speed_check", plnb={"role": "chek"}), cell("y", plnb={"schema_version": 9, "role": "x"}))
    )
    assert [c.meta for c in source.cells] == [None, None]
    assert source.cells[0].grader is not None
    assert [(f.code, f.place, f.cell) for f in faults] == [
        ("cell-metadata", "source/unit/name.ipynb, speed_check", 0),
        ("format-too-new", "source/unit/name.ipynb, cell 2", 1),
    ]
    assert faults[0].mend == "Did you mean 'check'?"


def test_a_cell_that_jupyter_does_not_know_is_told_and_the_others_keep_their_places():
    source, (fault,) = parse(notebook(cell("a"), {"cell_type": "heading"}, cell("b")))
    assert [c.index for c in source.cells] == [0, 2]
    assert (fault.code, fault.cell) == ("notebook-format", 1)


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (
            {"schema_version": 1, "grade_id": "a", "grade": True, "solution": False, "points": 3, "locked": False},
            GraderMeta(grade_id="a", grade=True, points=3),
        ),
        (
            {"schema_version": 2, "grade_id": "a", "grade": False, "solution": True, "locked": False},
            GraderMeta(grade_id="a", solution=True),
        ),
        (
            {"schema_version": 3, "grade_id": "a", "task": True, "locked": True, "points": 1.5},
            GraderMeta(grade_id="a", task=True, locked=True, points=1.5),
        ),
        ({"grade_id": "a", "grade": True, "points": "2"}, GraderMeta(grade_id="a", grade=True, points=2)),
        ({"grade_id": "a", "grade": True, "points": -1}, GraderMeta(grade_id="a", grade=True)),
        ({"grade_id": "a", "grade": True, "points": "lots"}, GraderMeta(grade_id="a", grade=True)),
        ({"grade_id": "a", "grade": "yes"}, GraderMeta(grade_id="a")),
        ({"grade": True}, GraderMeta(grade_id="", grade=True)),
        ({}, None),
        (None, None),
        ("x", None),
    ],
)
def test_nbgraders_key_is_read_in_every_version_and_as_it_stands(raw: object, read: GraderMeta | None):
    assert parse(notebook(cell("x", nbgrader=raw)))[0].cells[0].grader == read


def test_a_notebook_that_may_not_be_read_is_a_finding(tmp_path: Path):
    (tmp_path / "folder.ipynb").mkdir()
    source, (fault,) = read_notebook(tmp_path / "folder.ipynb", "unit", "source/unit/folder.ipynb")
    assert (source.name, source.cells, fault.code) == ("folder", (), "notebook-json")
    assert os.fspath(tmp_path) not in fault.message


def test_half_a_character_does_not_stop_the_reading():
    source, faults = parse(b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "s = \'\\ud800\'", "metadata": {}}]}')
    assert source.cells[0].source == "s = '?'"
    assert faults == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["code", "check", 4]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["nbformat", "cells", "cell_type", "source", "metadata", "plnb", "nbgrader", "tags", "points", "role"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=10,
)


@settings(deadline=None)
@given(JSON, JSON)
def test_whatever_a_notebook_holds_is_read_or_told(cells: object, metadata: object):
    strange = {"nbformat": 4, "metadata": metadata, "cells": [cells, {"cell_type": "code", "source": cells, "metadata": metadata}]}
    for document in (strange, cells):
        source, faults = parse(json.dumps(document))
        assert all(fault.mend for fault in faults)
        assert source.cells or faults


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_whatever_bytes_a_file_has_are_read_or_told(raw: bytes):
    source, faults = parse(raw)
    assert source.cells or faults
