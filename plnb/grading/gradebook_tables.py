"""nbgrader's tables, as far as grading a class reads and writes them.

nbgrader declares them as objects with a hundred computed attributes: to import those takes longer than to write down ten
submissions. A test sees to it that these are the same.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Float,
    Interval,
    MetaData,
    String,
    Table,
    Text,
    case,
    func,
    literal_column,
)

every = MetaData()


def _key(name: str = "id") -> Column[str]:
    """A row's number, or another row's."""
    return Column(name, String(32), primary_key=name == "id")


def _table(name: str, *columns: Column[Any]) -> Table:
    """A table whose rows nbgrader numbers by itself."""
    return Table(name, every, _key(), *columns)


course: Final = Table("course", every, Column("id", String(128), primary_key=True))

student: Final = Table("student", every, Column("id", String(128), primary_key=True))

assignment: Final = _table("assignment", Column("name", String(128), nullable=False), Column("duedate", DateTime))

notebook: Final = _table("notebook", Column("name", String(128), nullable=False), _key("assignment_id"))

base_cell: Final = _table(
    "base_cell",
    Column("name", String(128), nullable=False),
    Column("notebook_id", String(32), nullable=False),
    Column("type", String(50)),
)

grade_cell, task_cell = (_table(name, Column("max_score", Float, nullable=False)) for name in ("grade_cells", "task_cells"))

submitted_assignment: Final = _table(
    "submitted_assignment",
    _key("assignment_id"),
    Column("student_id", String(128)),
    Column("timestamp", DateTime),
    Column("extension", Interval),
)

submitted_notebook: Final = _table(
    "submitted_notebook",
    _key("assignment_id"),
    _key("notebook_id"),
    Column("flagged", Boolean),
    Column("late_submission_penalty", Float),
)

grade: Final = _table(
    "grade",
    _key("cell_id"),
    _key("notebook_id"),
    Column("auto_score", Float),
    Column("manual_score", Float),
    Column("extra_credit", Float),
    Column("needs_manual_grade", Boolean, nullable=False),
)

comment: Final = _table(
    "comment",
    _key("cell_id"),
    _key("notebook_id"),
    Column("auto_comment", Text),
    Column("manual_comment", Text),
)

_nothing: Final[ColumnElement[float]] = literal_column("0.0")
_extra: Final = func.coalesce(grade.c.extra_credit, _nothing)

score: Final = case(
    (grade.c.manual_score.is_not(None), grade.c.manual_score + _extra),
    (grade.c.auto_score.is_not(None), grade.c.auto_score + _extra),
    else_=_nothing,
)
"""What a grade counts: a person's points before the grader's."""
