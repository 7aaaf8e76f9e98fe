"""Writing a submission's grades into nbgrader's own tables: the rows that `nbgrader autograde` makes, by a few statements.

The same could be said with nbgrader's objects, and is ten times slower: each of their attributes is a query of its own. The
statements are made once: making one takes longer than to execute it. What a unit has (notebooks, cells) is read once; what a person
gave is never touched. Knows nothing of standards or records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import OperationalError

from plnb.core.base import Model
from plnb.errors import NotReadyError, RecordError

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


_ABSENT: Final = NotebookGrades(present=False)

_submissions: Final = SubmittedAssignment.__table__
_notebooks: Final = SubmittedNotebook.__table__
_grades: Final = Grade.__table__
_comments: Final = Comment.__table__

_FIND_STUDENT: Final = select(Student.__table__.c.id).where(Student.__table__.c.id == bindparam("student"))
_FIND_SUBMISSION: Final = select(_submissions.c.id, _submissions.c.timestamp, _submissions.c.extension).where(
    _submissions.c.assignment_id == bindparam("unit"), _submissions.c.student_id == bindparam("student")
)
_FIND_NOTEBOOKS: Final = select(_notebooks).where(_notebooks.c.assignment_id == bindparam("submission"))
_FIND_GRADES: Final = select(_grades).where(_grades.c.notebook_id.in_(bindparam("notebooks", expanding=True)))
_FIND_COMMENTS: Final = select(_comments).where(_comments.c.notebook_id.in_(bindparam("notebooks", expanding=True)))
_FIND_SCORE: Final = select(SubmittedNotebook.score).where(SubmittedNotebook.id == bindparam("notebook"))
_FIND_TOTAL: Final = select(
    SubmittedAssignment.score, SubmittedAssignment.late_submission_penalty, SubmittedAssignment.max_score
).where(SubmittedAssignment.id == bindparam("submission"))
_ADD_STUDENT: Final = insert(Student.__table__)
_ADD_SUBMISSION: Final = insert(_submissions)
_ADD_NOTEBOOKS: Final = insert(_notebooks)
_ADD_GRADES: Final = insert(_grades)
_ADD_COMMENTS: Final = insert(_comments)
_SET_TIME: Final = update(_submissions).where(_submissions.c.id == bindparam("of")).values(timestamp=bindparam("at"))
_SET_GRADE: Final = (
    update(_grades)
    .where(_grades.c.id == bindparam("of"))
    .values(auto_score=bindparam("auto"), needs_manual_grade=bindparam("waits"))
)
_SET_COMMENT: Final = update(_comments).where(_comments.c.id == bindparam("of")).values(auto_comment=bindparam("said"))
_SET_FLAG: Final = (
    update(_notebooks)
    .where(_notebooks.c.id == bindparam("of"))
    .values(flagged=bindparam("flag"), late_submission_penalty=bindparam("penalty"))
)


@dataclass
class _Notebook:
    """A notebook of the unit, as the gradebook knows it: cells by id, each with its name and whether a task."""

    id: str
    name: str
    graded: dict[str, tuple[str, bool]] = field(default_factory=dict)
    commented: dict[str, str] = field(default_factory=dict)


class GradeWriter:
    """Writes submissions of one unit, each in one transaction."""

    def __init__(self, gradebook: Gradebook, unit: str, penalty: LatePenalty) -> None:
        """Raises NotReadyError for a unit that the gradebook does not know."""
        self._db: Any = gradebook.db
        self._penalty = penalty
        found = self._db.execute(select(Assignment.id, Assignment.duedate).where(Assignment.name == unit)).first()
        if found is None:
            raise NotReadyError(f"The gradebook does not know the unit '{unit}'.", mend=f"Release it: plnb release {unit}")
        self._unit, self._due = found
        rows = self._db.execute(
            select(Notebook.id, Notebook.name).where(Notebook.assignment_id == self._unit).order_by(Notebook.name)
        )
        self._notebooks = {row.id: _Notebook(row.id, row.name) for row in rows}
        cells = BaseCell.__table__
        for cell in self._db.execute(select(cells).where(cells.c.notebook_id.in_(list(self._notebooks)))):
            notebook = self._notebooks[cell.notebook_id]
            if cell.type in ("GradeCell", "TaskCell"):
                notebook.graded[cell.id] = cell.name, cell.type == "TaskCell"
            if cell.type in ("SolutionCell", "TaskCell"):
                notebook.commented[cell.id] = cell.name

    def write(
        self, *, student: str, submitted_at: datetime | None, notebooks: Mapping[str, NotebookGrades], review: bool
    ) -> tuple[float, float]:
        """Write one submission. Returns its score (late penalties taken off) and the most it can be.

        With `review`, points a person gave before have to be confirmed, as nbgrader wants it for a new hand-in. Raises RecordError
        where the gradebook cannot be written.
        """
        try:
            submission, late = self._submission(student, submitted_at)
            there = self._submitted_notebooks(submission)
            self._grades(there, notebooks, review)
            self._comments(there, notebooks)
            self._flags(student, there, notebooks, late)
            total = self._total(submission)
            self._db.commit()
        except OperationalError as error:
            self._db.rollback()
            mend = "Look for room on the disk and for who may write there; then give the same command again."
            place = str(self._db.get_bind().url.database or "")
            raise RecordError(f"nbgrader's gradebook cannot be written ({error.orig}).", place=place, mend=mend) from error
        except BaseException:
            self._db.rollback()
            raise
        return total

    def _submission(self, student: str, submitted_at: datetime | None) -> tuple[str, float]:
        """The submission's id, made where there is none, and how many seconds late it is."""
        at = submitted_at.astimezone(UTC).replace(tzinfo=None) if submitted_at is not None else None
        mine = {"unit": self._unit, "student": student}
        known = self._execute(_FIND_SUBMISSION, mine).first()
        if known is None:
            if self._execute(_FIND_STUDENT, {"student": student}).first() is None:
                self._execute(_ADD_STUDENT, {"id": student})
            self._execute(_ADD_SUBMISSION, {"assignment_id": self._unit, "student_id": student, "timestamp": at})
            known = self._execute(_FIND_SUBMISSION, mine).one()
        elif at is not None and known.timestamp != at:
            self._execute(_SET_TIME, {"of": known.id, "at": at})
        handed_in = at or known.timestamp
        due = self._due + known.extension if self._due is not None and known.extension is not None else self._due
        late = (handed_in - due).total_seconds() if handed_in is not None and due is not None else 0.0
        return known.id, max(0.0, late)

    def _submitted_notebooks(self, submission: str) -> dict[str, Any]:
        """Rows of the submission's notebooks by the notebook's id, with a grade and a comment for every cell that has one."""
        there = {row.notebook_id: row for row in self._execute(_FIND_NOTEBOOKS, {"submission": submission})}
        missing = [notebook for notebook in self._notebooks.values() if notebook.id not in there]
        if missing:
            self._execute(_ADD_NOTEBOOKS, [{"notebook_id": nb.id, "assignment_id": submission} for nb in missing])
            there = {row.notebook_id: row for row in self._execute(_FIND_NOTEBOOKS, {"submission": submission})}
            grades = [{"notebook_id": there[nb.id].id, "cell_id": cell} for nb in missing for cell in nb.graded]
            comments = [{"notebook_id": there[nb.id].id, "cell_id": cell} for nb in missing for cell in nb.commented]
            if grades:
                self._execute(_ADD_GRADES, grades)
            if comments:
                self._execute(_ADD_COMMENTS, comments)
        return there

    def _grades(self, there: Mapping[str, Any], given: Mapping[str, NotebookGrades], review: bool) -> None:
        of = {row.id: self._notebooks[notebook] for notebook, row in there.items()}
        changed = []
        for grade in self._execute(_FIND_GRADES, {"notebooks": list(of)}):
            notebook = of[grade.notebook_id]
            name, task = notebook.graded[grade.cell_id]
            auto, waits = _graded(grade, given.get(notebook.name, _ABSENT), name, task, review)
            if (auto, waits) != (grade.auto_score, grade.needs_manual_grade):
                changed.append({"of": grade.id, "auto": auto, "waits": waits})
        if changed:
            self._execute(_SET_GRADE, changed)

    def _comments(self, there: Mapping[str, Any], given: Mapping[str, NotebookGrades]) -> None:
        of = {row.id: self._notebooks[notebook] for notebook, row in there.items()}
        changed = []
        for comment in self._execute(_FIND_COMMENTS, {"notebooks": list(of)}):
            notebook = of[comment.notebook_id]
            grades = given.get(notebook.name, _ABSENT)
            said = NO_RESPONSE if notebook.commented[comment.cell_id] in grades.unanswered else None
            if grades.present and said != comment.auto_comment:
                changed.append({"of": comment.id, "said": said})
        if changed:
            self._execute(_SET_COMMENT, changed)

    def _flags(self, student: str, there: Mapping[str, Any], given: Mapping[str, NotebookGrades], late: float) -> None:
        for notebook, row in there.items():
            flagged = bool(row.flagged) or given.get(self._notebooks[notebook].name, _ABSENT).flagged
            penalty = None
            if late > 0:
                score = self._execute(_FIND_SCORE, {"notebook": row.id}).scalar_one()
                penalty = self._penalty(student, score, late) or None
            if (flagged, penalty) != (row.flagged, row.late_submission_penalty):
                self._execute(_SET_FLAG, {"of": row.id, "flag": flagged, "penalty": penalty})

    def _total(self, submission: str) -> tuple[float, float]:
        """As nbgrader adds it up."""
        score, penalty, most = self._execute(_FIND_TOTAL, {"submission": submission}).one()
        return max(0.0, score - (penalty or 0.0)), most

    def _execute(self, statement: Any, values: dict[str, Any] | list[dict[str, Any]]) -> Any:
        # On the session's connection, in its transaction: the session itself would look for objects in what comes.
        return self._db.connection().execute(statement, values)


def _graded(grade: Any, given: NotebookGrades, name: str, task: bool, review: bool) -> tuple[float | None, bool]:
    """What the grader gives, and whether a person has to look."""
    cell = given.cells.get(name)
    if cell is not None and cell.mirrored:
        return cell.points, False
    if not given.present:
        return 0.0, False
    if not task and cell is None:
        return grade.auto_score, grade.needs_manual_grade
    auto = None if task or cell is None else cell.points
    if grade.manual_score is None:
        return auto, auto is None
    return auto, True if review else grade.needs_manual_grade
