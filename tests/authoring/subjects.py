"""nbgrader notebooks as teachers of five subjects write them: older and newer marks, tests and text, numpy and plain Python."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SOLVE, END = "### BEGIN SOLUTION", "### END SOLUTION"
HIDE, SHOW = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"

_Cell = dict[str, Any]


def text(source: str, **key: Any) -> _Cell:
    return {"cell_type": "markdown", "metadata": _marks(key), "source": _lines(source)}


def code(source: str, **key: Any) -> _Cell:
    return {"cell_type": "code", "execution_count": None, "metadata": _marks(key), "outputs": [], "source": _lines(source)}


def _marks(key: dict[str, Any]) -> _Cell:
    flags = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False}
    return {"nbgrader": {**flags, **key}} if key else {}


def _lines(source: str) -> list[str]:
    return source.splitlines(keepends=True)


def answer(grade_id: str, solution: str) -> _Cell:
    return code(f"{SOLVE}\n{solution}\n{END}", grade_id=grade_id, solution=True)


def graded(grade_id: str, points: float, shown: str, hidden: str = "") -> _Cell:
    source = f"{shown}\n{HIDE}\n{hidden}\n{SHOW}" if hidden else shown
    return code(source, grade_id=grade_id, grade=True, locked=True, points=points)


MATHS = [
    text("# Straight lines\n\nA line goes through two points $(x_1, y_1)$ and $(x_2, y_2)$."),
    text("Vertical lines have no slope.", grade_id="note", locked=True),
    answer("slope", "def slope(x1, y1, x2, y2):\n    return (y2 - y1) / (x2 - x1)"),
    graded("slope_check", 2, "assert slope(0, 0, 2, 6) == 3", "assert slope(1, 5, 3, 1) == -2"),
    text("### BEGIN MARK SCHEME\nBecause it divides by zero.\n### END MARK SCHEME\nWhy has a vertical line no slope? (write below)")
    | {"metadata": _marks({"grade_id": "why", "task": True, "points": 2, "locked": True})},
]

PHYSICS = [
    text("# Falling\n\nMeasure how long a ball falls."),
    code("import numpy as np\n\ng = 9.81"),
    answer("fall", "def fall_time(height):\n    return np.sqrt(2 * height / g)"),
    graded("fall_check", 3, "assert fall_time(0) == 0", "assert np.allclose(fall_time(np.array([4.905, 19.62])), (1, 2))"),
    text("It grows with the root of the height.", grade_id="explain", grade=True, solution=True, points=2),
]

CHEMISTRY = [
    text("# Moles\n\n| element | g/mol |\n|---|---|\n| H | 1.008 |\n| O | 15.999 |"),
    code("mass = {'H': 1.008, 'O': 15.999}", grade_id="given", locked=True),
    answer("molar", "def molar_mass(formula):\n    return sum(mass[element] * n for element, n in formula.items())"),
    graded("water", 1, "assert round(molar_mass({'H': 2, 'O': 1}), 3) == 18.015"),
    graded("peroxide", 1, "assert round(molar_mass({'H': 2, 'O': 2}), 3) == 34.014"),
]

BIOLOGY = [
    text("# From DNA to RNA\n\nThe letters are read by an enzyme."),
    answer("transcribe", "def transcribe(dna):\n    return dna.upper().replace('T', 'U')"),
    graded("transcribe_check", 2, "assert transcribe('GATTACA') == 'GAUUACA'", "assert transcribe('ttt') == 'UUU'"),
    answer("gc", "def gc_content(dna):\n    return sum(base in 'GC' for base in dna) / len(dna)"),
    graded("gc_check", 2, "assert gc_content('GGCC') == 1", "assert gc_content('GATC') == 0.5"),
]

COMPUTING = [
    text("# Searching\n\nFind a number in a sorted list."),
    answer(
        "search",
        "def search(numbers, wanted):\n    low, high = 0, len(numbers)\n    while low < high:\n        middle = (low + high) // 2\n"
        "        if numbers[middle] < wanted:\n            low = middle + 1\n        else:\n            high = middle\n"
        "    return low if low < len(numbers) and numbers[low] == wanted else None",
    ),
    graded(
        "search_check", 4, "assert search([1, 3, 5], 3) == 1", "assert search([1, 3, 5], 4) is None\nassert search([], 1) is None"
    ),
]

SUBJECTS = {
    ("maths", "lines"): MATHS,
    ("physics", "week 1"): PHYSICS,
    ("chemistry", "week1"): CHEMISTRY,
    ("biology", "problem"): BIOLOGY,
    ("computing", "problem"): COMPUTING,
}
"""By unit and notebook; two have the same name, one a space in it, as happens."""


def book(cells: list[_Cell], **more: Any) -> _Cell:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel, **more}, "nbformat": 4, "nbformat_minor": 4}


def five_subjects(root: Path) -> Path:
    """An nbgrader course of five subjects. That of biology carries nbgrader's marks of 2016, as many kept notebooks do."""
    for (unit, name), cells in SUBJECTS.items():
        folder = root / "source" / unit
        folder.mkdir(parents=True)
        (folder / f"{name}.ipynb").write_text(json.dumps(_older(book(cells)) if unit == "biology" else book(cells), indent=1))
    (root / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'stem-101'\n")
    (root / "gradebook.db").write_bytes(b"of last year")
    return root


def _older(notebook: _Cell) -> _Cell:
    old: _Cell = json.loads(json.dumps(notebook))
    for cell in old["cells"]:
        if key := cell["metadata"].get("nbgrader"):
            key["schema_version"] = 1
            del key["task"]
    return old
