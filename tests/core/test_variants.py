"""The number that a question's givens are made from: read from its line, written to its line, known to the question's checks."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plnb.core.authored import NotebookSource
from plnb.core.cells import Cell, CheckCell, GraderMeta, VaryCell
from plnb.core.compiling import compile_notebook
from plnb.core.variants import number_in, with_number

NUMBERS = st.integers(1, 9999)
OTHER_LINES = st.lists(
    st.sampled_from(["", "import random", "# variant = 3", "  variant = 4", "variants = 5", "variant == 6", "é = 'ü'"])
)


@given(OTHER_LINES, OTHER_LINES, NUMBERS, NUMBERS, st.sampled_from(["variant = {}", "variant={}  # yours", "variant\t=  {}"]))
def test_a_number_that_is_written_is_read_and_nothing_else_changes(
    before: list[str], after: list[str], old: int, new: int, line: str
) -> None:
    def cell(number: int) -> str:
        return "\n".join([*before, line.format(number), *after])

    assert number_in(cell(old), "variant") == old
    assert with_number(cell(old), "variant", new) == cell(new)
    assert number_in(cell(new), "variant") == new


@given(st.text(st.sampled_from("variant =\n#1234567890x-.'\"()")))
def test_what_is_read_of_a_cell_that_is_python_is_what_python_sets(source: str) -> None:
    number = number_in(source, "v")
    if number is None:
        assert with_number(source, "v", 7) == source
        return
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    values = [
        node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and ast.unparse(node.targets[0]) == "v"
    ]
    assert number in values or "'''" in source or '"""' in source


@pytest.mark.parametrize(
    "source",
    [
        "",
        "variant = -1",
        "variant = 0",
        "variant = 07",
        "variant = 1.5",
        "variant = 12345",
        "variant = x",
        "variant = 1; x = 2",
        "variant = 1\nvariant = 2",
        "variant = 1\nvariant = x",
        " variant = 1",
        "variant = True",
        "variant: int = 1",
        "variant = ١",
    ],
)
def test_what_is_no_whole_number_on_one_line_of_its_own_is_none(source: str) -> None:
    assert number_in(source, "variant") is None
    assert with_number(source, "variant", 3) == source


def numbers(name: str, branch: str | None = None) -> Cell:
    return Cell(index=0, kind="code", source=f"{name} = 1", meta=VaryCell(role="vary", name=name, branch=branch))


def answer(name: str) -> Cell:
    return Cell(index=0, kind="code", source="", grader=GraderMeta(grade_id=name, solution=True))


def check(name: str, branch: str | None = None) -> Cell:
    grader = GraderMeta(grade_id=name, grade=True, points=1)
    return Cell(index=0, kind="code", source="", meta=CheckCell(role="check", branch=branch), grader=grader)


def varies(*cells: Cell) -> dict[str, str]:
    made = compile_notebook(NotebookSource(unit="u", name="n", place="n", cells=cells))
    return {check.id: check.varies for check in made.checks}


def test_numbers_belong_to_the_question_that_they_begin() -> None:
    assert varies(numbers("n"), answer("a"), check("t1"), check("t2"), answer("b"), check("t3")) == {"t1": "n", "t2": "n", "t3": ""}
    assert varies(answer("a"), check("t1"), numbers("n"), answer("b"), check("t2")) == {"t1": "", "t2": "n"}
    assert varies(answer("a"), numbers("n"), check("t1"), numbers("m"), check("t2")) == {"t1": "n", "t2": "m"}


def test_the_nearest_numbers_on_the_checks_own_way_count() -> None:
    assert varies(numbers("n"), numbers("m"), answer("a"), check("t")) == {"t": "m"}
    cells = (
        numbers("left", "way/l"),
        numbers("right", "way/r"),
        answer("a"),
        check("l", "way/l"),
        check("r", "way/r"),
        check("both"),
    )
    assert varies(*cells) == {"l": "left", "r": "right", "both": ""}
