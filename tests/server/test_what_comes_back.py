"""A feedback page as the teacher's side writes it, read by the student's side."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import nbformat

from plnb.core.base import Level
from plnb.core.marks import NotebookMarks
from plnb.core.policy import Latest, Mastery
from plnb.core.records import Verdict
from plnb.reports.feedback import feedback_page
from plnb.reports.handed_back import HandedBack
from plnb.store.student_folder import open_course
from tests.server.desk import COURSE, graded, put

NOW = datetime(2026, 9, 3, 12, tzinfo=UTC)


def test_a_feedback_page_as_we_write_it_is_understood(tmp_path: Path) -> None:
    root = put(tmp_path / "lines")
    course = COURSE.model_copy(update={"mastery": Mastery(policy=Latest(proficient_at=0.5, distinct=1))})
    back = HandedBack(
        student="ada",
        unit="one",
        activity="walk",
        notebook=nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("slope = 2")]),
        marks=NotebookMarks(),
        records=(graded(), graded(student="bob")),
        made_at=NOW,
    )
    page = root / "one" / "feedback" / "2026-09-02 10:00:00 UTC" / "walk.html"
    page.parent.mkdir(parents=True)
    page.write_text(feedback_page(course, back), "utf-8")
    seen = open_course(root / "one").view(now=NOW)
    assert seen.problems == ()
    assert seen.student == "ada"
    assert seen.checks[0].graded is Verdict.passed
    assert seen.report.standards[0].credit.level is Level.proficient
