"""nbgrader's gradebook, written without nbgrader's own objects: they have the last word on what is right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nbgrader import api
from sqlalchemy import inspect, text

from plnb.grading import gradebook_tables
from plnb.grading.grade_rows import CellGrade, GradeWriter, NotebookGrades
from plnb.grading.gradebook import Mark, open_gradebook, read_marks
from plnb.grading.nbgrader_course import NbgraderCourse
from plnb.store.layout import CourseFolder

THEIRS = api.Base.metadata.tables


@pytest.fixture
def course(tmp_path: Path) -> NbgraderCourse:
    """A course with one unit: two checks, one of them with an answer beside it, and a task."""
    course = NbgraderCourse(CourseFolder(tmp_path))
    with api.Gradebook(course.db_url, course.course_id) as gradebook:
        gradebook.add_assignment("u1", duedate="2025-09-02 00:00:00 UTC")
        gradebook.add_notebook("nb", "u1")
        for name, most in (("first", 3.5), ("second", 0.1)):
            gradebook.add_grade_cell(name, "nb", "u1", max_score=most, cell_type="code")
        gradebook.add_solution_cell("answer", "nb", "u1")
        gradebook.add_task_cell("essay", "nb", "u1", max_score=4, cell_type="markdown")
    return course


def write(course: NbgraderCourse, points: Mapping[str, float], *, day: int = 1, review: bool = False) -> tuple[float, float]:
    cells = {name: CellGrade(points=given) for name, given in points.items()}
    graded = {"nb": NotebookGrades(present=True, cells=cells, unanswered=frozenset({"answer"}))}
    with open_gradebook(course) as gradebook:
        writer = GradeWriter(gradebook, "u1", lambda _student, score, _late: score / 4)
        return writer.write(student="ada", submitted_at=datetime(2025, 9, day, 12, tzinfo=UTC), notebooks=graded, review=review)


@pytest.mark.parametrize("table", gradebook_tables.every.sorted_tables, ids=lambda table: table.name)
def test_a_table_is_as_nbgrader_declares_it(table: gradebook_tables.Table) -> None:
    for column in table.columns:
        theirs = THEIRS[table.name].columns[column.name]
        assert type(column.type) is type(theirs.type)
        assert getattr(column.type, "length", None) == getattr(theirs.type, "length", None)
        assert (column.primary_key, column.nullable) == (theirs.primary_key, theirs.nullable)


@pytest.mark.parametrize("name", ["student", "submitted_assignment", "submitted_notebook", "grade", "comment"])
def test_a_row_can_be_added_without_what_grading_does_not_know(name: str) -> None:
    ours = gradebook_tables.every.tables[name].columns
    assert all(theirs.nullable and theirs.default is None for theirs in THEIRS[name].columns if theirs.name not in ours)


@pytest.mark.parametrize("day", [1, 3], ids=["in time", "late"])
def test_points_add_up_as_nbgrader_adds_them_up(course: NbgraderCourse, day: int) -> None:
    write(course, {"first": 1.2, "second": 0.1}, day=day)
    with api.Gradebook(course.db_url) as gradebook:
        gradebook.find_grade("essay", "nb", "u1", "ada").manual_score = 2.5
        gradebook.find_grade("first", "nb", "u1", "ada").extra_credit = 0.7
        gradebook.db.commit()
    score, most = write(course, {"first": 1.2, "second": 0.1}, day=day)
    with api.Gradebook(course.db_url) as gradebook:
        theirs = gradebook.find_submission("u1", "ada")
        assert (theirs.score - theirs.late_submission_penalty, theirs.max_score) == (score, most)
        assert theirs.late_submission_penalty == (0 if day == 1 else theirs.score / 4)


def test_a_submission_graded_again_says_what_one_graded_once_says(course: NbgraderCourse) -> None:
    def rows() -> list[object]:
        with api.Gradebook(course.db_url) as gradebook:
            (notebook,) = gradebook.find_submission("u1", "ada").notebooks
            kept = ("auto_score", "needs_manual_grade", "max_score")
            return [
                notebook.flagged,
                notebook.late_submission_penalty,
                *sorted((row.name, *(getattr(row, name) for name in kept)) for row in notebook.grades),
                *sorted((row.name, row.auto_comment) for row in notebook.comments),
            ]

    write(course, {"first": 1, "second": 0})
    first = rows()
    assert first[2:5] == [("essay", None, True, 4), ("first", 1, False, 3.5), ("second", 0, False, 0.1)]
    assert first[5:] == [("answer", "No response."), ("essay", None)]
    write(course, {"first": 3, "second": 0.1}, day=3)
    assert rows() != first
    write(course, {"first": 1, "second": 0})
    assert rows() == first


def test_what_a_person_gave_is_found_with_what_was_said(course: NbgraderCourse) -> None:
    write(course, {"first": 1, "second": 0})
    with api.Gradebook(course.db_url) as gradebook:
        task = gradebook.find_grade("essay", "nb", "u1", "ada")
        task.manual_score, task.extra_credit, task.needs_manual_grade = 3, 0.5, False
        gradebook.find_comment("essay", "nb", "u1", "ada").manual_comment = " Well said. "
        gradebook.find_comment("answer", "nb", "u1", "ada").manual_comment = " "
        gradebook.db.commit()
    with open_gradebook(course) as gradebook:
        assert read_marks(gradebook, "u1") == {"ada": {("nb", "essay"): Mark(points=3.5, comment="Well said.")}}
        assert read_marks(gradebook, "u2") == {}


@pytest.mark.parametrize("change", ["", "drop table comment", "delete from course"])
def test_a_gradebook_that_lacks_something_is_made_whole_by_nbgrader(tmp_path: Path, change: str) -> None:
    course = NbgraderCourse(CourseFolder(tmp_path))
    if change:
        with api.Gradebook(course.db_url, course.course_id) as gradebook:
            gradebook.db.execute(text(change))
            gradebook.db.commit()
    with open_gradebook(course) as opened, opened.connect() as db:
        assert {*inspect(opened).get_table_names()} == {*THEIRS, "alembic_version"}
        assert db.scalars(text("select id from course")).all() == [course.course_id]
