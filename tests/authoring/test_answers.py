from __future__ import annotations

from plnb.authoring.answers import Answer, answers
from plnb.core.authored import NotebookSource
from plnb.core.cells import Cell, GraderMeta, ProseCell, ReflectCell, ResponseCell, Widget
from plnb.core.compiling import compile_notebook
from plnb.core.course import Activity, Check


def cell(source: str, grade_id: str = "a", **changes: object) -> Cell:
    fields = {"index": 0, "kind": "code", "source": source, "grader": GraderMeta(grade_id=grade_id, solution=True), **changes}
    return Cell.model_validate(fields)


def notebook(*cells: Cell) -> NotebookSource:
    return NotebookSource(unit="u", name="n", place="n.ipynb", cells=cells)


def compared(released: str, source: str) -> Answer:
    theirs = notebook(cell(source))
    (found,) = answers(notebook(cell(released)), theirs, compile_notebook(theirs))
    return found


STUB = "# YOUR CODE HERE\nraise NotImplementedError()"


def test_a_marked_region_is_the_answer_and_the_rest_was_given() -> None:
    found = compared(f"x = None\n{STUB}\nprint(x)", "x = None\n### BEGIN SOLUTION\nx = 1\nx += 1\n### END SOLUTION\nprint(x)")
    assert found.solved == "x = None\nx = 1\nx += 1\nprint(x)"
    assert found.lines == (2, 3)


def test_two_regions_are_both_the_answer() -> None:
    source = "### BEGIN SOLUTION\na = 1\n### END SOLUTION\nprint(a)\n### BEGIN SOLUTION\nb = 2\n### END SOLUTION"
    found = compared(f"{STUB}\nprint(a)\n{STUB}", source)
    assert found.solved == "a = 1\nprint(a)\nb = 2"
    assert found.lines == (1, 3)


def test_without_regions_the_whole_cell_is_the_answer() -> None:
    found = compared(STUB, "a = 1\nb = 2")
    assert (found.solved, found.lines) == ("a = 1\nb = 2", (1, 2))


def test_a_stub_of_ones_own_is_as_good_as_nbgraders() -> None:
    found = compared("a = ...  # your turn", "### BEGIN SOLUTION\na = 1\n### END SOLUTION")
    assert (found.solved, found.lines) == ("a = 1", (1,))


def test_hidden_tests_and_mark_schemes_are_no_part_of_an_answer() -> None:
    source = "### BEGIN SOLUTION\na = 1\n### END SOLUTION\n### BEGIN HIDDEN TESTS\nassert a\n### END HIDDEN TESTS"
    assert compared(STUB, source).solved == "a = 1"
    assert (
        compared("YOUR ANSWER HERE", "Because.\n=== BEGIN MARK SCHEME ===\n2 points\n=== END MARK SCHEME ===").solved == "Because."
    )


def test_cells_that_nobody_writes_in_are_left_out() -> None:
    tests = cell("assert a", "t", grader=GraderMeta(grade_id="t", grade=True, locked=True))
    prose = Cell(index=0, kind="markdown", source="# Words", cell_id="w")
    theirs = notebook(prose, cell("a = 1"), tests)
    assert [found.cell for found in answers(theirs, theirs, compile_notebook(theirs))] == ["a"]


def test_a_cell_that_the_source_no_longer_has_is_left_out() -> None:
    theirs = notebook(cell("a = 1"))
    released = notebook(cell(STUB), cell(STUB, "gone"))
    assert [found.cell for found in answers(released, theirs, compile_notebook(theirs))] == ["a"]


def test_an_answer_is_on_the_branch_of_its_cell_or_else_of_its_check() -> None:
    said = cell("a = 1", "said", meta=ProseCell(role="practice", branch="way/left"))
    checked = cell("b = 1", "checked")
    activity = Activity(id="n", unit="u", title="N", checks=(Check(id="t", branch="way/right", answers=("checked",)),))
    branches = {found.cell: found.branch for found in answers(notebook(said, checked), notebook(said, checked), activity)}
    assert branches == {"said": "way/left", "checked": "way/right"}


def test_voices_and_choices_are_known_by_what_the_cell_is_for() -> None:
    goal = Cell(index=0, kind="markdown", source="*Write.*", cell_id="g", meta=ReflectCell(role="goal", id="mine"))
    choice = cell('q = "A"', "q", meta=ResponseCell(role="response", widget=Widget.choice, name="q", options=("A", "B")))
    theirs = notebook(goal, choice)
    first, second = answers(theirs, theirs, compile_notebook(theirs))
    assert (first.cell, first.voice, first.code) == ("g", "goal", False)
    assert second.options == ("A", "B")


def test_a_cell_without_any_name_cannot_be_written_in() -> None:
    goal = Cell(index=0, kind="markdown", source="*Write.*", meta=ReflectCell(role="goal", id="mine"))
    assert answers(notebook(goal), notebook(goal), compile_notebook(notebook(goal))) == ()
