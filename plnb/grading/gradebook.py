"""nbgrader's gradebook: opened, and read for people's marks. Units are written by `unit_rows`, grades by `grade_rows`.

Uses nbgrader's own tables and adds nothing to them. Knows nothing of standards or records.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import text as sql

from plnb.core.base import Model
from plnb.grading.grade_rows import LatePenalty
from plnb.grading.nbgrader_course import NbgraderCourse


class Mark(Model):
    """What a person gave for a grade cell, in formgrader."""

    points: float | None = None
    """Points, extra credit included; None where the person only wrote something."""
    comment: str = ""
    """What the person wrote about the cell."""
    review: bool = False
    """The points were given for an earlier hand-in and wait to be confirmed."""


@contextmanager
def open_gradebook(course: NbgraderCourse) -> Iterator[Gradebook]:
    """The course's gradebook, on one session that waits where formgrader is writing."""
    with Gradebook(course.db_url, course.course_id) as gradebook:
        if gradebook.engine.dialect.name == "sqlite":
            gradebook.db.execute(sql("PRAGMA busy_timeout=30000"))
            gradebook.db.commit()
        yield gradebook


def late_penalty(course: NbgraderCourse) -> LatePenalty:
    """The course's own rule for late work, from its `AssignLatePenalties` plugin."""
    if not course.configured:
        return lambda *_: 0.0  # nbgrader's own default
    from nbgrader.preprocessors import AssignLatePenalties

    step = AssignLatePenalties(parent=course.app)
    step.init_plugin()

    def penalty(student: str, score: float, seconds_late: float) -> float:
        given = step.plugin_inst.late_submission_penalty(student, score, seconds_late)
        return min(max(float(given or 0.0), 0.0), score)

    return penalty


def read_marks(gradebook: Gradebook, unit: str, student: str | None = None) -> dict[str, dict[tuple[str, str], Mark]]:
    """What people gave for a unit, by student and by (notebook, cell)."""
    found: dict[str, dict[tuple[str, str], Mark]] = {}
    for row in _joined(gradebook.db.query(Grade), Grade, unit, student).filter(Grade.manual_score.is_not(None)):
        mark = Mark(points=row.manual_score + (row.extra_credit or 0.0), review=row.needs_manual_grade)
        found.setdefault(row.notebook.assignment.student_id, {})[row.notebook.notebook.name, row.cell.name] = mark
    for row in _joined(gradebook.db.query(Comment), Comment, unit, student).filter(Comment.manual_comment.is_not(None)):
        if row.manual_comment.strip():
            marks = found.setdefault(row.notebook.assignment.student_id, {})
            key = row.notebook.notebook.name, row.cell.name
            marks[key] = marks.get(key, Mark()).model_copy(update={"comment": row.manual_comment.strip()})
    return found


def _joined(query: Any, kind: Any, unit: str, student: str | None) -> Any:
    query = (
        query.join(SubmittedNotebook, SubmittedNotebook.id == kind.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .filter(Assignment.name == unit)
    )
    return query if student is None else query.filter(SubmittedAssignment.student_id == student)
