"""What a notebook's cells become: checks with the right name and the right answer cells."""

from __future__ import annotations

from plnb.core.cells import CheckCell, GraderMeta, ProseCell
from plnb.core.compiling import compile_course, compile_notebook
from plnb.core.markdown import headings, without_code
from tests.core.lint_course import clean_course, code, edit_step, md, notebook

ANSWER = {"solution": True}
TESTS = {"grade": True, "locked": True, "points": 1.0}


def grader(name: str, **kind: object) -> GraderMeta:
    return GraderMeta.model_validate({"grade_id": name, **kind})


def checks(*cells: object) -> dict[str, tuple[str, tuple[str, ...]]]:
    activity = compile_notebook(notebook("u", "n", cells))  # type: ignore[arg-type]
    return {check.id: (check.title, check.answers) for check in activity.checks}


def test_tests_answer_for_the_answer_cells_above_them_and_tests_in_a_row_share_them() -> None:
    found = checks(
        code("a = 1", None, grader("a", **ANSWER)),
        code("b = 1", None, grader("b", **ANSWER)),
        code("assert a", None, grader("t1", **TESTS)),
        code("assert b", None, grader("t2", **TESTS)),
        code("c = 1", None, grader("c", **ANSWER)),
        code("assert c", None, grader("t3", **TESTS)),
        md("Why?", None, grader("essay", grade=True, solution=True)),
        md("Do it.", None, grader("task", task=True)),
    )

    assert {name: answers for name, (_, answers) in found.items()} == {
        "t1": ("a", "b"),
        "t2": ("a", "b"),
        "t3": ("c",),
        "essay": ("essay",),
        "task": (),
    }


def test_a_check_is_called_by_the_nearest_heading_on_its_own_branch() -> None:
    graph, table = (ProseCell(role="explain", branch=f"rep/{name}") for name in ("graph", "table"))
    found = checks(
        md("## Slope of *this* line"),
        md("### On the graph", graph),
        code("assert 1", CheckCell(role="check", branch="rep/table"), grader("t", **TESTS)),
        code("assert 1", CheckCell(role="check", branch="rep/graph"), grader("g", **TESTS)),
        md("### In the table", table),
        code("assert 1", None, grader("x", **TESTS)),
    )

    assert {name: title for name, (title, _) in found.items()} == {
        "t": "Slope of this line",
        "g": "On the graph",
        "x": "Slope of this line",
    }


def test_a_comment_in_a_code_block_is_no_heading() -> None:
    text = "Look:\n\n```python\n# not a title\n```\n\n## The `m` in [a line](x.html) ##\n\nTwo\n---\n\n<h4 id='x'>Four</h4>"

    assert headings(text) == [(2, "The m in a line"), (2, "Two"), (4, "Four")]
    assert "not a title" not in without_code(text)


def test_a_step_without_title_takes_the_first_heading_and_without_notebook_its_name() -> None:
    course = compile_course(edit_step(clean_course(), "rates", notebook="gone"))

    assert [activity.title for activity in course.activities()][:3] == ["Welcome", "gone", "Running"]
