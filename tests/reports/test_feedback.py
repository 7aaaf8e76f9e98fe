"""Feedback pages: what they say, what they carry, and what they keep to themselves."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from plnb.core.base import Trust
from plnb.core.marks import CellMark, NotebookMarks
from plnb.core.records import Attempt, RecordAdapter, Verdict
from plnb.reports.feedback import feedback_page, own_records
from plnb.reports.feedback_files import write_feedback
from plnb.reports.handed_back import HandedBack
from plnb.store.returned import returned
from tests.reports.hostile_pages import NOW, PNG, attempt, course, hostile_feedback, key


def plain_notebook() -> NotebookNode:
    return new_notebook(
        cells=[
            new_markdown_cell("# Speed\n\nHow fast is $x / t$?", id="title"),
            new_code_cell("def speed(d, t):\n    return d * t", id="answer", metadata=key("answer", solution=True)),
            new_code_cell("print(speed(1, 2))", id="own", outputs=[new_output("stream", text="2\n")]),
            new_code_cell("plot()", id="plot", outputs=[new_output("display_data", {"image/png": PNG, "text/plain": "<Figure>"})]),
            new_code_cell("assert speed(10, 2) == 5", id="check", metadata=key("speed", grade=True, locked=True, points=2)),
            new_markdown_cell("Because.", id="why", metadata=key("why", grade=True, solution=True, points=3)),
        ]
    )


def back(*records: Attempt, marks: NotebookMarks | None = None, **more: Any) -> HandedBack:
    cells = {"speed": CellMark(points=0, most=2), "why": CellMark(most=3, waits=True)}
    marks = marks or NotebookMarks(points=0, most=5, cells=cells)
    return HandedBack("mallory", "u1", "rates", plain_notebook(), marks, records, NOW, **more)


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.split("<main", 1)[1].split("</main>")[0]))


def carried(page: str) -> list[dict[str, Any]]:
    found = re.search(r'<script type="application/json" id="plnb-records">(.*?)</script>', page, re.S)
    assert found
    records: list[dict[str, Any]] = json.loads(found[1])["records"]
    return records


def test_each_answer_has_a_verdict_a_reason_its_points_and_a_hint() -> None:
    page = feedback_page(
        course(), back(attempt("speed", Verdict.failed, message="You multiplied."), attempt("why", Verdict.waiting))
    )
    said = words_of(page)
    assert "Not yet right" in said
    assert "You multiplied." in said
    assert "0 of 2 points" in said
    assert "A hint for “Speed”: Divide." in said
    assert "The second hint." not in said
    assert "Your teacher will look at it" in said
    assert "1 waits for your teacher." in said


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_is_said_in_words(verdict: Verdict) -> None:
    said = words_of(feedback_page(course(), back(attempt("speed", verdict), attempt("why", Verdict.passed))))
    assert re.search(r"Speed .{10,}", said)


def test_the_newest_hand_in_counts() -> None:
    first = attempt("speed", Verdict.failed, message="First time.")
    second = attempt("speed", Verdict.passed, attempt=2, message="Second time.")
    said = words_of(feedback_page(course(), back(second, first)))
    assert "Second time." in said
    assert "First time." not in said


def test_points_and_what_lateness_took_are_said() -> None:
    marks = NotebookMarks(points=4, most=5, late=1.5, cells={"speed": CellMark(points=2, most=2, comment="Well done.\nReally.")})
    said = words_of(feedback_page(course(), back(attempt("speed", Verdict.passed), attempt("why", Verdict.passed), marks=marks)))
    assert "2.5 of 5 points" in said
    assert "1.5 points were taken off" in said
    assert "Well done. Really." in said
    assert "Everything here is right." in said


def test_a_cell_that_plnb_does_not_know_is_told_by_its_points() -> None:
    marks = NotebookMarks(points=1, most=4, cells={"old_check": CellMark(points=1, most=4)})
    assert "old_check" in words_of(feedback_page(course(), back(marks=marks)))


def test_the_students_own_cells_are_marked_as_theirs() -> None:
    page = feedback_page(course(), back(released=frozenset({"title", "answer", "plot", "check", "why"})))
    assert page.count("Your own cell") == 1
    assert page.count("Your answer<") == 2


def test_pictures_text_and_code_are_shown() -> None:
    page = feedback_page(course(), back())
    assert f"data:image/png;base64,{PNG}" in page
    assert ">2</pre>" in page
    assert "speed" in page


def test_the_page_carries_this_students_graded_records_and_no_others() -> None:
    other_unit = attempt("speed", Verdict.passed, id="other-unit", unit="u2")
    practice = attempt("speed", Verdict.passed, id="practice", trust=Trust.local)
    seeded = attempt("speed", Verdict.failed, seed=99, message="</script><script>pwned()</script>")
    page = feedback_page(course(), back(seeded, attempt("speed", Verdict.passed, student="ada"), other_unit, practice))
    records = carried(page)
    assert [record["id"] for record in records] == [seeded.id]
    assert records[0]["seed"] is None
    assert "ada" not in page
    assert page.count("<script") == 1
    assert RecordAdapter.validate_python(records[0]).student == "mallory"


def test_what_the_page_carries_is_read_by_the_students_server(tmp_path: Path) -> None:
    graded = attempt("speed", Verdict.failed, message="<b>bold</b> & \u2028 \ud7ff")
    folder = tmp_path / "u1"
    write_feedback(course(), back(graded), folder / "feedback" / "2026-03-20 15:30:00 UTC", graded=tmp_path)
    found = returned(folder, "u1", course())
    assert [page.activity for page in found.pages] == ["rates"]
    assert found.records == (graded,)
    assert found.unread == 0


def test_no_threshold_and_no_misconception_is_in_it() -> None:
    known = course()
    assert own_records(known, back(attempt("speed", Verdict.failed))) != ()
    page = feedback_page(known, back(attempt("speed", Verdict.failed)))
    for word in ("misconception", "mastery", "threshold", "suggest_when", "opens_when"):
        assert word not in page


def test_a_page_of_hostile_content_has_one_element_that_is_called_script_and_it_is_data() -> None:
    page = feedback_page(*hostile_feedback())
    assert re.findall(r"<script\b[^>]*>", page) == ['<script type="application/json" id="plnb-records">']
    assert not re.search(r"<(?:object|embed|form|base|link|svg|math)\b", page)
    assert "default-src 'none'" in page


def test_a_page_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    page = write_feedback(course(), back(), tmp_path / "f", graded=tmp_path)
    before = page.read_text()
    broken = back()
    broken.notebook.cells[0].source = None
    with pytest.raises((AttributeError, TypeError)):
        write_feedback(course(), broken, tmp_path / "f", graded=tmp_path)
    assert page.read_text() == before
    assert [path.name for path in (tmp_path / "f").iterdir()] == ["rates.html"]


def test_what_nbgraders_exchange_needs_travels_along(tmp_path: Path) -> None:
    (tmp_path / "timestamp.txt").write_text("2026-03-20 15:30:00 UTC")
    (tmp_path / "submission_secret.txt").write_text("s")
    (tmp_path / "data.csv").write_text("x")
    write_feedback(course(), back(), tmp_path / "f", graded=tmp_path)
    assert sorted(path.name for path in (tmp_path / "f").iterdir()) == ["rates.html", "submission_secret.txt", "timestamp.txt"]
