"""nbgrader's gradebook: opened, and read for people's marks. Units are written by `unit_rows`, grades by `grade_rows`.

Uses nbgrader's own tables and adds nothing to them. Knows nothing of standards or records.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, Select, Table, create_engine, event, inspect, select

from plnb.core.base import Model
from plnb.grading.grade_rows import LatePenalty
from plnb.grading.gradebook_tables import (
    assignment,
    base_cell,
    comment,
    course,
    every,
    grade,
    notebook,
    submitted_assignment,
    submitted_notebook,
)
from plnb.grading.nbgrader_course import NbgraderCourse
from plnb.store.ledger_tables import SMALL_CACHE


class Mark(Model):
    """What a person gave for a grade cell, in formgrader."""

    points: float | None = None
    """Points, extra credit included; None where the person only wrote something."""
    comment: str = ""
    """What the person wrote about the cell."""
    review: bool = False
    """The points were given for an earlier hand-in and wait to be confirmed."""


@contextmanager
def open_gradebook(of: NbgraderCourse) -> Iterator[Engine]:
    """The course's gradebook; made by nbgrader where it is not there yet, or not whole. Waits where formgrader is writing."""
    engine = create_engine(of.db_url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _patient)
    try:
        if not _whole(engine, of.course_id):
            from nbgrader.api import Gradebook

            Gradebook(of.db_url, of.course_id).close()
        yield engine
    finally:
        engine.dispose()


def _patient(connection: Any, _: Any) -> None:
    """Wait where formgrader writes; and keep few pages."""
    for pragma in ("busy_timeout=30000", SMALL_CACHE):
        connection.execute(f"PRAGMA {pragma}").close()


def _whole(engine: Engine, course_id: str) -> bool:
    if not every.tables.keys() <= set(inspect(engine).get_table_names()):
        return False
    with engine.connect() as db:
        return db.scalar(select(course.c.id).where(course.c.id == course_id)) is not None


def late_penalty(of: NbgraderCourse) -> LatePenalty:
    """The course's own rule for late work, from its `AssignLatePenalties` plugin."""
    if not of.configured:
        return lambda *_: 0.0  # nbgrader's own default
    from nbgrader.preprocessors import AssignLatePenalties

    step = AssignLatePenalties(parent=of.app)
    step.init_plugin()

    def penalty(student: str, score: float, seconds_late: float) -> float:
        given = step.plugin_inst.late_submission_penalty(student, score, seconds_late)
        return min(max(float(given or 0.0), 0.0), score)

    return penalty


def read_marks(gradebook: Engine, unit: str) -> dict[str, dict[tuple[str, str], Mark]]:
    """What people gave for a unit, by student and by (notebook, cell)."""
    found: dict[str, dict[tuple[str, str], Mark]] = {}
    with gradebook.connect() as db:
        for row in db.execute(_given(grade, unit).where(grade.c.manual_score.is_not(None))):
            mark = Mark(points=row.manual_score + (row.extra_credit or 0.0), review=row.needs_manual_grade)
            found.setdefault(row.student, {})[row.notebook, row.cell] = mark
        for row in db.execute(_given(comment, unit).where(comment.c.manual_comment.is_not(None))):
            if row.manual_comment.strip():
                marks, key = found.setdefault(row.student, {}), (row.notebook, row.cell)
                marks[key] = marks.get(key, Mark()).model_copy(update={"comment": row.manual_comment.strip()})
    return found


def students_in(gradebook: Engine, unit: str) -> frozenset[str]:
    """Students of whom nbgrader's gradebook has a submission of a unit."""
    whose = select(submitted_assignment.c.student_id).join(assignment, assignment.c.id == submitted_assignment.c.assignment_id)
    with gradebook.connect() as db:
        return frozenset(db.execute(whose.where(assignment.c.name == unit)).scalars())


def _given(kind: Table, unit: str) -> Select[Any]:
    """Rows of `grade` or `comment` for a unit, each with whose and about which cell it is."""
    whose = submitted_assignment.c.student_id.label("student"), notebook.c.name.label("notebook"), base_cell.c.name.label("cell")
    return (
        select(kind, *whose)
        .join(submitted_notebook, submitted_notebook.c.id == kind.c.notebook_id)
        .join(submitted_assignment, submitted_assignment.c.id == submitted_notebook.c.assignment_id)
        .join(assignment, assignment.c.id == submitted_assignment.c.assignment_id)
        .join(notebook, notebook.c.id == submitted_notebook.c.notebook_id)
        .join(base_cell, base_cell.c.id == kind.c.cell_id)
        .where(assignment.c.name == unit)
    )
