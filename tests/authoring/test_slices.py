"""Of a notebook, only what an answer needs and what it leads to is run."""

from __future__ import annotations

from plnb.authoring.slices import part_for
from plnb.core.cells import Cell, GraderMeta


def cells(*texts: str) -> list[Cell]:
    """`?` begins an answer, `!` a check, anything else is a cell of the teacher's."""
    made = []
    for index, text in enumerate(texts):
        kind = text[0]
        grader = GraderMeta(grade_id=f"c{index}", solution=kind == "?", grade=kind == "!", points=1) if kind in "?!" else None
        made.append(Cell(index=index, kind="code", source=text.lstrip("?!"), grader=grader))
    return made


def test_an_answer_runs_with_what_it_uses_and_the_checks_that_use_it() -> None:
    book = cells("import math", "table = [1]", "?a = table[0]", "!assert a", "?b = 2", "!assert b == 2")
    assert part_for(book, book[2]) == (0, 1, 2, 3)
    assert part_for(book, book[4]) == (0, 4, 5)


def test_a_check_further_down_that_builds_on_the_answer_is_run_too() -> None:
    book = cells("?def f(x): return x", "!assert f(1) == 1", "?y = f(2)", "!assert y == 2")
    assert part_for(book, book[0]) == (0, 1, 2, 3)


def test_what_changes_a_thing_counts_as_making_it() -> None:
    book = cells("rows = []", "rows.append(1)", "print(3)", "?n = len(rows)", "!assert n == 1")
    assert part_for(book, book[3]) == (0, 1, 3, 4)


def test_where_nothing_is_seen_to_depend_on_the_answer_everything_below_is_run() -> None:
    book = cells("?open('x', 'w').close()", "import os", "!assert os.path.exists('x')")
    assert part_for(book, book[0]) == (0, 1, 2)
