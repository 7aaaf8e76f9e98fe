"""What is slow to import is imported when it is needed: until the first submission is out, all workers wait for imports."""

from __future__ import annotations

import subprocess
import sys


def imported_with(*modules: str) -> set[str]:
    """Everything that a fresh Python has imported with these."""
    program = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split())


def test_workers_are_started_before_anything_of_a_database_is_imported() -> None:
    assert "sqlalchemy" not in imported_with("plnb.grading.grade", "plnb.grading.worker", "plnb.grading.work")


def test_submissions_are_handed_out_before_nbgraders_tables_are_imported() -> None:
    assert not {"nbgrader.api", "sqlalchemy.orm"} & imported_with("plnb.grading.handed_in", "plnb.grading.settle")


def test_a_class_is_graded_without_nbgraders_tables() -> None:
    assert "nbgrader.api" not in imported_with("plnb.grading.gradebook", "plnb.grading.grade_rows")


def test_one_submission_is_graded_without_nbgraders_tables() -> None:
    assert "nbgrader.api" not in imported_with("plnb.grading.service", "plnb.grading.totals", "plnb.grading.work")
