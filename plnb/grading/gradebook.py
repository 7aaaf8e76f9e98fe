"""nbgrader's gradebook, filled as `nbgrader autograde` fills it but in one transaction a submission, and read for people's marks.

Uses nbgrader's own tables and adds nothing to them. Knows nothing of standards or records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from nbgrader.preprocessors import AssignLatePenalties, SaveCells
from nbgrader.utils import is_grade, is_locked, is_solution, is_task

from plnb.core.base import Model
from plnb.errors import NotebookError, NotReadyError
from plnb.grading.nbgrader_course import NbgraderCourse

NO_RESPONSE: Final = "No response."
"""What nbgrader notes on an answer that is as it was released."""

LatePenalty = Callable[[str, float, float], float]
"""Penalty for a student's notebook: student, score of the notebook, seconds late."""


class CellGrade(Model):
    """What the grader gives for a grade cell."""

    points: float | None
    """Points; None where a person has to decide."""
    mirrored: bool = False
    """It stands for work on another branch: nobody has to look at it."""


class NotebookGrades(Model):
    """What the grader gives for a notebook."""

    present: bool
    """Whether it was handed in and could be read."""
    flagged: bool = False
    """Whether a person should look at it."""
    cells: Mapping[str, CellGrade] = {}
    """By grade_id."""
    unanswered: frozenset[str] = frozenset()
    """Answer cells that are as they were released."""


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


def late_penalty(course: NbgraderCourse) -> LatePenalty:
    """The course's own rule for late work, from its `AssignLatePenalties` plugin."""
    step = AssignLatePenalties(parent=course.app)
    step.init_plugin()

    def penalty(student: str, score: float, seconds_late: float) -> float:
        given = step.plugin_inst.late_submission_penalty(student, score, seconds_late)
        return min(max(float(given or 0.0), 0.0), score)

    return penalty


def write_grades(
    gradebook: Gradebook,
    *,
    unit: str,
    student: str,
    submitted_at: datetime | None,
    notebooks: Mapping[str, NotebookGrades],
    penalty: LatePenalty,
    review: bool,
) -> tuple[float, float]:
    """Write a submission's grades in one transaction. Returns its score (late penalties taken off) and the most it can be.

    With `review`, points a person gave before have to be confirmed, as nbgrader wants it for a new hand-in.
    """
    db = gradebook.db
    try:
        submission = _submission(db, unit, student, submitted_at)
        for notebook in submission.notebooks:
            _fill(notebook, notebooks.get(notebook.notebook.name, NotebookGrades(present=False)), review)
        db.flush()
        late = _seconds_late(submission)
        for notebook in submission.notebooks:
            notebook.late_submission_penalty = None
            if late > 0:
                db.refresh(notebook, ["score"])
                notebook.late_submission_penalty = penalty(student, notebook.score, late) or None
        db.flush()
        total = _total(db, submission)
        db.commit()
    except BaseException:
        db.rollback()
        raise
    return total


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


def _submission(db: Any, unit: str, student: str, submitted_at: datetime | None) -> Any:
    """The submission with a grade and a comment for every cell that has one, as nbgrader makes it."""
    assignment = db.query(Assignment).filter(Assignment.name == unit).one_or_none()
    if assignment is None:
        raise NotReadyError(f"The gradebook does not know the unit '{unit}'.", mend=f"Release it: plnb release {unit}")
    person = db.get(Student, student)
    if person is None:
        person = Student(id=student)
        db.add(person)
    submission = (
        db.query(SubmittedAssignment)
        .filter(SubmittedAssignment.assignment_id == assignment.id, SubmittedAssignment.student_id == student)
        .one_or_none()
    )
    if submission is None:
        submission = SubmittedAssignment(assignment=assignment, student=person)
        db.add(submission)
    there = {notebook.notebook_id for notebook in submission.notebooks}
    for notebook in assignment.notebooks:
        if notebook.id not in there:
            _mirror(db, notebook, submission)
    if submitted_at is not None:
        submission.timestamp = submitted_at.astimezone(UTC).replace(tzinfo=None)
    return submission


def _mirror(db: Any, notebook: Notebook, submission: SubmittedAssignment) -> None:
    made = SubmittedNotebook(notebook=notebook, assignment=submission)
    db.add(made)
    db.add_all(Grade(cell=cell, notebook=made) for cell in (*notebook.grade_cells, *notebook.task_cells))
    db.add_all(Comment(cell=cell, notebook=made) for cell in (*notebook.solution_cells, *notebook.task_cells))


def _fill(notebook: Any, given: NotebookGrades, review: bool) -> None:
    notebook.flagged = bool(notebook.flagged) or given.flagged
    for grade in notebook.grades:
        cell = given.cells.get(grade.cell.name)
        task = isinstance(grade.cell, TaskCell)
        if cell is not None and cell.mirrored:
            grade.auto_score, grade.needs_manual_grade = cell.points, False
        elif not given.present:
            grade.auto_score, grade.needs_manual_grade = 0.0, False
        elif task or cell is not None:
            grade.auto_score = None if task or cell is None else cell.points
            if grade.manual_score is None:
                grade.needs_manual_grade = grade.auto_score is None
            elif review:
                grade.needs_manual_grade = True
    if given.present:
        for comment in notebook.comments:
            comment.auto_comment = NO_RESPONSE if comment.cell.name in given.unanswered else None


def _seconds_late(submission: Any) -> float:
    return float(submission.total_seconds_late) if submission.assignment.duedate is not None else 0.0


def _total(db: Any, submission: Any) -> tuple[float, float]:
    db.refresh(submission, ["score", "max_score", "late_submission_penalty"])
    return max(0.0, submission.score - (submission.late_submission_penalty or 0.0)), submission.max_score
