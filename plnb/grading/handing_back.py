"""What can be handed back: graded notebooks in nbgrader's folders, with what its gradebook says of them. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, SubmittedAssignment, SubmittedNotebook

from plnb.core.marks import CellMark, NotebookMarks
from plnb.grading.nbgrader_course import NbgraderCourse
from plnb.grading.submission import STUDENT_ID


@dataclass(frozen=True)
class Graded:
    """A graded submission, ready to be handed back."""

    student: str
    unit: str
    folder: Path
    """Where its notebooks lie."""
    into: Path
    """nbgrader's folder for the feedback on it."""
    notebooks: dict[str, NotebookMarks]
    """The notebooks that are there, and their marks."""


def graded(course: NbgraderCourse, units: Sequence[str] | None = None, students: Sequence[str] | None = None) -> Iterator[Graded]:
    """Every graded submission of `units` by `students` (all without), by unit and student."""
    with Gradebook(course.db_url, course.course_id) as gradebook:
        for submission in sorted(gradebook.db.query(SubmittedAssignment), key=lambda each: (each.name, each.student_id)):
            unit, student = str(submission.name), str(submission.student_id)
            if (units is not None and unit not in units) or (students is not None and student not in students):
                continue
            if not STUDENT_ID.fullmatch(student):
                continue
            folder = course.autograded(student, unit)
            marks = {book.name: _marks(book) for book in submission.notebooks if (folder / f"{book.name}.ipynb").is_file()}
            if marks:
                yield Graded(student, unit, folder, course.feedback(student, unit), dict(sorted(marks.items())))


def _marks(book: SubmittedNotebook) -> NotebookMarks:
    said = {comment.name: comment.manual_comment or "" for comment in book.comments}
    cells = {grade.name: _mark(grade, said.pop(grade.name, "")) for grade in book.grades}
    cells |= {name: CellMark(comment=text.strip()) for name, text in said.items() if text.strip()}
    return NotebookMarks(points=book.score, most=book.max_score, late=book.late_submission_penalty or 0.0, cells=cells)


def _mark(grade: Any, comment: str) -> CellMark:
    waits = bool(grade.needs_manual_grade)
    points = None if grade.manual_score is None and grade.auto_score is None else float(grade.score)
    return CellMark(points=points, most=float(grade.max_score or 0.0), waits=waits, comment=comment.strip())
