"""Hidden tests stay hidden in everything that is made of graded work."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from plnb.core.records import Attempt, Verdict
from plnb.grading.grade import grade
from plnb.grading.sealing import STAND_IN, UNSEEN, failed_unseen, hidden_lines, seal
from plnb.store.layout import CourseFolder
from plnb.store.ledger import Ledger
from tests.grading.builders import RIGHT, grades, hand_in

# Right where students can see the test, wrong where they cannot.
ONLY_THE_VISIBLE = "def speed(d, t):\n    return 3 if (d, t) == (9, 3) else 5 if (d, t) == (10, 2) else -1"


def test_feedback_and_records_say_nothing_of_a_hidden_test_that_failed(course: CourseFolder) -> None:
    hand_in(course, "ada", "u1", RIGHT | {"speed": ONLY_THE_VISIBLE})
    grade(course, units=["u1"], jobs=0)
    assert grades(course, "u1", "ada")["speed", "speed_hidden"][0] == 0, "it did fail"

    bin_ = Path(sys.executable).parent
    env = {**os.environ, "PATH": os.pathsep.join((str(bin_), os.environ["PATH"]))}
    subprocess.run([str(bin_ / "nbgrader"), "generate_feedback", "u1"], cwd=course.root, env=env, check=True, capture_output=True)
    pages = [*course.feedback.rglob("*.html"), *course.autograded.rglob("*.ipynb")]
    assert len(pages) == 4
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "SECRET" not in text
        assert "(8, 4)" not in text, "what the hidden test asks"
    with Ledger.open(course.ledger) as ledger:
        (attempt,) = (r for r in ledger.records("ada") if isinstance(r, Attempt) and r.check == "speed_hidden")
    assert (attempt.verdict, attempt.message) == (Verdict.failed, UNSEEN)


SOURCE = "assert seen\n### BEGIN HIDDEN TESTS\nassert secret == 42, 'it is 42'\n### END HIDDEN TESTS\nassert also_seen"


def executed(line: int | None) -> nbformat.NotebookNode:
    frame = (
        [f"\x1b[36mCell \x1b[39m\x1b[32mIn[3]\x1b[39m\x1b[32m, line {line}\x1b[39m\n 3 assert secret == 42, 'it is 42'"]
        if line
        else []
    )
    error = nbformat.v4.new_output(
        "error", ename="AssertionError", evalue="it is 42", traceback=["---", *frame, "AssertionError: it is 42"]
    )
    printed = nbformat.v4.new_output("stream", name="stdout", text="42")
    cell = nbformat.v4.new_code_cell(SOURCE, outputs=[printed, error], id="check")  # an id made up by chance may have a 42 in it
    return nbformat.v4.new_notebook(cells=[cell])


@pytest.mark.parametrize("line", [3, None])
def test_a_failure_that_is_hidden_or_says_not_where_loses_its_message(line: int | None) -> None:
    notebook = executed(line)
    assert failed_unseen(notebook.cells[0])
    seal(notebook)
    assert "42" not in nbformat.writes(notebook)
    assert UNSEEN in notebook.cells[0].outputs[0].traceback[-1]
    assert notebook.cells[0].source == f"assert seen\n{STAND_IN}\nassert also_seen"


def test_a_failure_that_students_can_see_keeps_its_message_and_its_line_and_no_more() -> None:
    notebook = executed(5)
    assert not failed_unseen(notebook.cells[0])
    notebook.cells[0].outputs[1].evalue = "look again"
    seal(notebook)
    assert notebook.cells[0].outputs[0].traceback == ["----> assert also_seen", "", "AssertionError: look again"]
    assert "42" not in nbformat.writes(notebook)


def test_a_region_that_is_never_closed_hides_everything_below() -> None:
    assert hidden_lines("a\n# BEGIN HIDDEN TESTS\nb\nc") == {2, 3, 4}
    assert hidden_lines("a\nb") == set()
