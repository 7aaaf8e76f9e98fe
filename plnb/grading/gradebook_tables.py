"""nbgrader's tables, as far as grading a class reads and writes them.

nbgrader declares them as objects with a hundred computed attributes: to import those takes longer than to write down ten
submissions. A test sees to it that these are the same.
"""

from __future__ import annotations

from typing import Final

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

course: Final = Table("course", every, Column("id", String(128), primary_key=True))

assignment: Final = Table(
    "assignment",
    every,
    Column("id", String(32), primary_key=True),
    Column("name", String(128), nullable=False),
    Column("duedate", DateTime),
)

notebook: Final = Table(
    "notebook",
    every,
    Column("id", String(32), primary_key=True),
    Column("name", String(128), nullable=False),
    Column("assignment_id", String(32)),
)

base_cell: Final = Table(
    "base_cell",
    every,
    Column("id", String(32), primary_key=True),
    Column("name", String(128), nullable=False),
    Column("notebook_id", String(32), nullable=False),
    Column("type", String(50)),
)

grade_cell: Final = Table(
    "grade_cells",
    every,
    Column("id", String(32), primary_key=True),
    Column("max_score", Float, nullable=False),
)

task_cell: Final = Table(
    "task_cells",
    every,
    Column("id", String(32), primary_key=True),
    Column("max_score", Float, nullable=False),
)

student: Final = Table("student", every, Column("id", String(128), primary_key=True))

submitted_assignment: Final = Table(
    "submitted_assignment",
    every,
    Column("id", String(32), primary_key=True),
    Column("assignment_id", String(32)),
    Column("student_id", String(128)),
    Column("timestamp", DateTime),
    Column("extension", Interval),
)

submitted_notebook: Final = Table(
    "submitted_notebook",
    every,
    Column("id", String(32), primary_key=True),
    Column("assignment_id", String(32)),
    Column("notebook_id", String(32)),
    Column("flagged", Boolean),
    Column("late_submission_penalty", Float),
)

grade: Final = Table(
    "grade",
    every,
    Column("id", String(32), primary_key=True),
    Column("cell_id", String(32)),
    Column("notebook_id", String(32)),
    Column("auto_score", Float),
    Column("manual_score", Float),
    Column("extra_credit", Float),
    Column("needs_manual_grade", Boolean, nullable=False),
)

comment: Final = Table(
    "comment",
    every,
    Column("id", String(32), primary_key=True),
    Column("cell_id", String(32)),
    Column("notebook_id", String(32)),
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
