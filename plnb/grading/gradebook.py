"""nbgrader's gradebook: opened, told of released units, and read for people's marks. Grades are written by `grade_rows`.

Uses nbgrader's own tables and adds nothing to them. Knows nothing of standards or records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import AssignLatePenalties, SaveCells
from nbgrader.utils import is_grade, is_locked, is_solution, is_task
from sqlalchemy import text as sql

from plnb.core.base import Model
from plnb.errors import NotebookError
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


class _SaveCells(SaveCells):  # type: ignore[misc]
    """nbgrader's own step, into a gradebook that is already open."""

    def into(self, gradebook: Gradebook, unit: str, name: str, master: NotebookNode) -> None:
        self.gradebook, self.assignment_id, self.notebook_id = gradebook, unit, name
        self.new_grade_cells: dict[str, Any] = {}
        self.new_solution_cells: dict[str, Any] = {}
        self.new_task_cells: dict[str, Any] = {}
        self.new_source_cells: dict[str, Any] = {}
        for index, cell in enumerate(master.cells):
            self.preprocess_cell(cell, {}, index)
        self._create_notebook(master)


def save_unit(gradebook: Gradebook, unit: str, masters: Mapping[str, NotebookNode]) -> None:
    """Tell the gradebook of a released unit, as nbgrader's generate step does, in one transaction.

    nbgrader keeps notebooks and cells as they are once there are submissions: NotebookError then, and nothing is changed.
    """
    session = gradebook.db()
    session.commit = session.flush  # nbgrader commits after every cell
    try:
        gradebook.update_or_create_assignment(unit)
        assignment = gradebook.find_assignment(unit)
        if assignment.submissions:
            _refuse_changes(assignment, masters)
        for gone in {notebook.name for notebook in assignment.notebooks} - masters.keys():
            gradebook.remove_notebook(gone, unit)
        for name, master in masters.items():
            _SaveCells().into(gradebook, unit, name, master)
        del session.commit
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.__dict__.pop("commit", None)


def _refuse_changes(assignment: Assignment, masters: Mapping[str, NotebookNode]) -> None:
    mend = "Undo that change, or remove the submissions from the gradebook: nbgrader db assignment remove"
    before = {notebook.name: notebook for notebook in assignment.notebooks}
    for name in sorted(before.keys() ^ masters.keys()):
        what = "taken out" if name in before else "added"
        message = f"The notebook '{name}' was {what}, and students have already handed in this unit."
        raise NotebookError(message, place=assignment.name, mend=mend)
    for name, master in masters.items():
        now = {cell.metadata.nbgrader["grade_id"] for cell in master.cells if _known(cell)}
        changed = sorted(now ^ {cell.name for cell in before[name].source_cells})
        if changed and before[name].submissions:
            message = f"Cells were added or taken out ({', '.join(changed)}), and students have already handed in this unit."
            raise NotebookError(message, place=f"{assignment.name}/{name}.ipynb", mend=mend)


def _known(cell: NotebookNode) -> bool:
    return bool(is_grade(cell) or is_solution(cell) or is_locked(cell) or is_task(cell))


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
