"""Writing a submission's grades into nbgrader's own tables: the rows that `nbgrader autograde` makes, by a few statements.

The same could be said with nbgrader's objects, and is ten times slower: each of their attributes is a query of its own. The
statements are made once: making one takes longer than to execute it. What a unit has (notebooks, cells) is read once, and what is
handed in for the first time is written without being looked for, a statement a table. What a person gave is never touched. Knows
nothing of standards or records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from uuid import uuid4

from sqlalchemy import BindParameter, Engine, and_, bindparam, func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from plnb.core.base import Model
from plnb.errors import NotReadyError, RecordError
from plnb.grading import gradebook_tables as tables

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

_submissions: Final = tables.submitted_assignment
_notebooks: Final = tables.submitted_notebook
_grades: Final = tables.grade
_comments: Final = tables.comment


def _any(name: str) -> BindParameter[Sequence[str]]:
    """Any of the values that are given under a name."""
    return bindparam(name, expanding=True)


_of_unit: Final = and_(_submissions.c.student_id == tables.student.c.id, _submissions.c.assignment_id == bindparam("unit"))
_FIND_SUBMISSION: Final = (
    select(_submissions.c.id, _submissions.c.timestamp, _submissions.c.extension)
    .select_from(tables.student.outerjoin(_submissions, _of_unit))
    .where(tables.student.c.id == bindparam("student"))
)
"""No row where the student is not known; an empty one where there is no submission."""
_FIND_NOTEBOOKS: Final = select(
    _notebooks.c.notebook_id,
    _notebooks.c.id,
    _notebooks.c.flagged,
    _notebooks.c.late_submission_penalty,
).where(_notebooks.c.assignment_id == bindparam("submission"), _notebooks.c.notebook_id.in_(_any("of_unit")))
# nbgrader's indexes begin with the cell, and with the unit's notebook: without these the whole class's rows are looked through.
_FIND_GRADES: Final = select(_grades).where(_grades.c.notebook_id.in_(_any("notebooks")), _grades.c.cell_id.in_(_any("cells")))
_FIND_COMMENTS: Final = select(_comments).where(
    _comments.c.notebook_id.in_(_any("notebooks")), _comments.c.cell_id.in_(_any("cells"))
)
_FIND_SCORE: Final = select(func.coalesce(func.sum(tables.score), 0.0)).where(
    _grades.c.notebook_id.in_(_any("notebooks")), _grades.c.cell_id.in_(_any("cells"))
)
_FIND_PENALTY: Final = select(func.coalesce(func.sum(_notebooks.c.late_submission_penalty), 0.0)).where(
    _notebooks.c.id.in_(_any("notebooks"))
)
_ADD_STUDENT: Final = insert(tables.student)
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


class _Submitted(NamedTuple):
    """A notebook of a submission."""

    id: str
    flagged: bool | None = False
    penalty: float | None = None


class GradeWriter:
    """Writes submissions of one unit, each in one transaction."""

    def __init__(self, gradebook: Engine, unit: str, penalty: LatePenalty) -> None:
        """Raises NotReadyError for a unit that the gradebook does not know."""
        self._gradebook, self._penalty = gradebook, penalty
        with gradebook.connect() as db:
            found = db.execute(
                select(tables.assignment.c.id, tables.assignment.c.duedate).where(tables.assignment.c.name == unit)
            ).first()
            if found is None:
                raise NotReadyError(f"The gradebook does not know the unit '{unit}'.", mend=f"Release it: plnb release {unit}")
            self._unit, self._due = found
            of_unit = tables.notebook.c.assignment_id == self._unit
            rows = db.execute(select(tables.notebook.c.id, tables.notebook.c.name).where(of_unit).order_by(tables.notebook.c.name))
            self._notebooks = {row.id: _Notebook(row.id, row.name) for row in rows}
            in_unit = tables.base_cell.c.notebook_id.in_(list(self._notebooks))
            for cell in db.execute(select(tables.base_cell).where(in_unit)):
                book = self._notebooks[cell.notebook_id]
                if cell.type in ("GradeCell", "TaskCell"):
                    book.graded[cell.id] = cell.name, cell.type == "TaskCell"
                if cell.type in ("SolutionCell", "TaskCell"):
                    book.commented[cell.id] = cell.name
            self._graded_cells = [cell for book in self._notebooks.values() for cell in book.graded]
            self._commented_cells = [cell for book in self._notebooks.values() for cell in book.commented]
            self._most = 0.0
            for kind in (tables.grade_cell, tables.task_cell):
                most = select(func.coalesce(func.sum(kind.c.max_score), 0.0)).join(
                    tables.base_cell, tables.base_cell.c.id == kind.c.id
                )
                self._most += db.execute(most.where(in_unit)).scalar_one()

    def write(
        self, *, student: str, submitted_at: datetime | None, notebooks: Mapping[str, NotebookGrades], review: bool
    ) -> tuple[float, float]:
        """Write one submission. Returns its score (late penalties taken off) and the most it can be.

        With `review`, points a person gave before have to be confirmed, as nbgrader wants it for a new hand-in. Raises RecordError
        where the gradebook cannot be written.
        """
        try:
            with self._gradebook.begin() as db:
                submission, late = self._submission(db, student, submitted_at)
                sought = {"submission": submission, "of_unit": list(self._notebooks)}
                there = {notebook: _Submitted(*row) for notebook, *row in db.execute(_FIND_NOTEBOOKS, sought)}
                if there:
                    self._set_grades(db, there, notebooks, review)
                    self._set_comments(db, there, notebooks)
                there |= self._add(db, submission, [each for each in self._notebooks.values() if each.id not in there], notebooks)
                self._flags(db, student, there, notebooks, late)
                return self._total(db, there)
        except OperationalError as error:
            mend = "Look for room on the disk and for who may write there; then give the same command again."
            place = str(self._gradebook.url.database or "")
            raise RecordError(f"nbgrader's gradebook cannot be written ({error.orig}).", place=place, mend=mend) from error

    def _submission(self, db: Connection, student: str, submitted_at: datetime | None) -> tuple[str, float]:
        """The submission's id, made where there is none, and how many seconds late it is."""
        at = submitted_at.astimezone(UTC).replace(tzinfo=None) if submitted_at is not None else None
        known = db.execute(_FIND_SUBMISSION, {"unit": self._unit, "student": student}).first()
        if known is None:
            db.execute(_ADD_STUDENT, {"id": student})
        submission, before, extension = known or (None, None, None)
        if submission is None:
            submission = _new_id()
            row = {"id": submission, "assignment_id": self._unit, "student_id": student, "timestamp": at}
            db.execute(_ADD_SUBMISSION, row)
        elif at is not None and before != at:
            db.execute(_SET_TIME, {"of": submission, "at": at})
        handed_in = at or before
        due = self._due + extension if self._due is not None and extension is not None else self._due
        late = (handed_in - due).total_seconds() if handed_in is not None and due is not None else 0.0
        return submission, max(0.0, late)

    def _add(
        self, db: Connection, submission: str, new: Sequence[_Notebook], given: Mapping[str, NotebookGrades]
    ) -> dict[str, _Submitted]:
        """Add rows of a submission's notebooks, with a grade and a comment for every cell that has one."""
        made = {each.id: _Submitted(_new_id()) for each in new}
        grades, comments = [], []
        for each in new:
            come, of = given.get(each.name, _ABSENT), made[each.id].id
            for cell, (name, task) in each.graded.items():
                auto, waits = _graded(_UNGRADED, come, name, task, review=False)
                grades.append(
                    {"id": _new_id(), "notebook_id": of, "cell_id": cell, "auto_score": auto, "needs_manual_grade": waits}
                )
            for cell, name in each.commented.items():
                comments.append({"id": _new_id(), "notebook_id": of, "cell_id": cell, "auto_comment": _said(come, name)})
        books = [{"id": row.id, "notebook_id": of, "assignment_id": submission, "flagged": row.flagged} for of, row in made.items()]
        for add, rows in ((_ADD_NOTEBOOKS, books), (_ADD_GRADES, grades), (_ADD_COMMENTS, comments)):
            if rows:
                db.execute(add, rows)
        return made

    def _set_grades(
        self, db: Connection, there: Mapping[str, _Submitted], given: Mapping[str, NotebookGrades], review: bool
    ) -> None:
        of = {row.id: self._notebooks[notebook] for notebook, row in there.items()}
        changed = []
        for before in db.execute(_FIND_GRADES, {"notebooks": list(of), "cells": self._graded_cells}):
            notebook = of[before.notebook_id]
            name, task = notebook.graded[before.cell_id]
            auto, waits = _graded(before, given.get(notebook.name, _ABSENT), name, task, review)
            if (auto, waits) != (before.auto_score, before.needs_manual_grade):
                changed.append({"of": before.id, "auto": auto, "waits": waits})
        if changed:
            db.execute(_SET_GRADE, changed)

    def _set_comments(self, db: Connection, there: Mapping[str, _Submitted], given: Mapping[str, NotebookGrades]) -> None:
        of = {row.id: self._notebooks[notebook] for notebook, row in there.items()}
        changed = []
        for before in db.execute(_FIND_COMMENTS, {"notebooks": list(of), "cells": self._commented_cells}):
            notebook = of[before.notebook_id]
            grades = given.get(notebook.name, _ABSENT)
            said = _said(grades, notebook.commented[before.cell_id])
            if grades.present and said != before.auto_comment:
                changed.append({"of": before.id, "said": said})
        if changed:
            db.execute(_SET_COMMENT, changed)

    def _flags(
        self, db: Connection, student: str, there: Mapping[str, _Submitted], given: Mapping[str, NotebookGrades], late: float
    ) -> None:
        for notebook, row in there.items():
            flagged = bool(row.flagged) or given.get(self._notebooks[notebook].name, _ABSENT).flagged
            penalty = None
            if late > 0:
                score = db.execute(_FIND_SCORE, {"notebooks": [row.id], "cells": self._graded_cells}).scalar_one()
                penalty = self._penalty(student, score, late) or None
            if (flagged, penalty) != (row.flagged, row.penalty):
                db.execute(_SET_FLAG, {"of": row.id, "flag": flagged, "penalty": penalty})

    def _total(self, db: Connection, there: Mapping[str, _Submitted]) -> tuple[float, float]:
        """As nbgrader adds it up."""
        notebooks = [row.id for row in there.values()]
        score = db.execute(_FIND_SCORE, {"notebooks": notebooks, "cells": self._graded_cells}).scalar_one()
        penalty = db.execute(_FIND_PENALTY, {"notebooks": notebooks}).scalar_one()
        return max(0.0, score - penalty), self._most


def _new_id() -> str:
    """As nbgrader makes one."""
    return uuid4().hex


def _said(given: NotebookGrades, name: str) -> str | None:
    """What is noted on an answer."""
    return NO_RESPONSE if given.present and name in given.unanswered else None


class _Grade(NamedTuple):
    """What a row of a grade that was just made would say."""

    auto_score: float | None = None
    manual_score: float | None = None
    needs_manual_grade: bool = True


_UNGRADED: Final = _Grade()


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
