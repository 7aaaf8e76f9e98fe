"""Who rewrites a check is looked at by a person; who tidies it is not."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from plnb.grading.edits import rewritten
from plnb.grading.repairs import Repair, RepairCode
from plnb.grading.sealing import DELIMITERS
from plnb.grading.submission import StudentCell, StudentNotebook

CHECK = "assert mean([1, 2]) == 1.5\nassert mean([4]) == 4\n### BEGIN HIDDEN TESTS\nassert mean([9]) == 9\n### END HIDDEN TESTS"
MASTER = new_notebook(cells=[new_code_cell(CHECK, metadata={"nbgrader": {"grade_id": "check", "grade": True}})])


def flags(source: str, code: RepairCode = RepairCode.edited_test) -> list[str]:
    student = StudentNotebook(cells=(StudentCell("code", source, grade_id="check"),))
    found = rewritten(MASTER, student, [Repair(code=code, cell="check", message="")], DELIMITERS)
    assert all("HIDDEN" not in flag.diff and "mean([9])" not in flag.diff for flag in found)
    return [flag.code for flag in found]


@pytest.mark.parametrize(
    "source",
    ["assert True", "", "assert mean([1, 2]) == 1.5", "assert mean([1, 2]) == 2\nassert mean([4]) == 4", "assert (", "x" * 100_000],
)
def test_a_check_that_asks_less_is_looked_at(source: str) -> None:
    assert flags(source) == ["edited-test"]


@pytest.mark.parametrize(
    "source",
    [
        "# mine\nassert mean( [1,2] )==1.5\n\nassert mean([4]) == 4  # why?",
        "print(mean([1, 2]))\nassert mean([1, 2]) == 1.5\nassert mean([4]) == 4",
    ],
)
def test_a_check_that_was_tidied_or_looked_into_is_not(source: str) -> None:
    assert flags(source) == []


def test_points_do_not_change_by_accident() -> None:
    assert flags(CHECK, RepairCode.edited_points) == ["edited-points"]


def test_the_person_sees_what_differs() -> None:
    student = StudentNotebook(cells=(StudentCell("code", "assert True", grade_id="check"),))
    (flag,) = rewritten(MASTER, student, [Repair(code=RepairCode.edited_test, cell="check", message="")], DELIMITERS)
    assert "-assert mean([4]) == 4" in flag.diff
    assert "+assert True" in flag.diff
