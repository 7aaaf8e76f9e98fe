"""A course as large as a year: ten units, sixty activities, a choice in each unit, six hundred checks."""

from __future__ import annotations

from pathlib import Path

from plnb.core.standards import Framework, Standard
from plnb.interop.case import write_package
from tests.store.courses import NOW, cell, graded_cell, notebook

UNITS, CHECKS = 10, 10
ACTIVITIES = UNITS * 6
TITLE = "A whole year"


def write_big_course(root: Path) -> None:
    """Write it into `root`."""
    standards = tuple(
        Standard(code=f"S.{number}", statement=f"Do the thing {number}.", requires=(f"S.{number - 1}",) if number else ())
        for number in range(ACTIVITIES)
    )
    (root / "frameworks").mkdir(parents=True)
    framework = Framework(id="year", title="A year", creator="A teacher", standards=standards)
    (root / "frameworks" / "year.case.json").write_text(write_package(framework, NOW), "utf-8")
    lines = ["schema_version: 1", "id: year", f"title: {TITLE}", "frameworks: [frameworks/year.case.json]", "units:"]
    code = 0
    for unit in range(UNITS):
        lines += [f"  - id: unit-{unit}", f"    title: Unit {unit}", "    steps:"]
        for number in range(4):
            _notebook(root / "source" / f"unit-{unit}" / f"act-{unit}-{number}.ipynb", code)
            lines += [f"      - notebook: act-{unit}-{number}", f"        title: Activity {unit}.{number}", "        minutes: 30"]
            lines += [f"        standards: [S.{code}]"]
            if number == 3:
                lines += [f"        opens_when: {{standard: S.{code - 1}, at_least: familiar}}"]
            code += 1
        lines += [f"      - fork: way-{unit}", "        prompt: Which way?", "        options:"]
        for option in "ab":
            _notebook(root / "source" / f"unit-{unit}" / f"opt-{unit}-{option}.ipynb", code)
            lines += [f"          - id: {option}", f"            title: Way {option}", "            steps:"]
            lines += [f"              - notebook: opt-{unit}-{option}", f"                title: Option {unit}{option}"]
            lines += [f"                standards: [S.{code}]", "                minutes: 20"]
            code += 1
    (root / "course.yaml").write_text("\n".join(lines) + "\n", "utf-8")


def _notebook(path: Path, code: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    answer = {"schema_version": 3, "grade": False, "solution": True, "locked": False, "task": False}
    tag = {"schema_version": 1, "role": "check", "standards": [f"S.{code}"], "hints": ["Divide."]}
    cells: list[object] = [cell(f"# Activity {code}", "markdown")]
    for number in range(CHECKS):
        solution = f"### BEGIN SOLUTION\nspeed = 5 + {number}\n### END SOLUTION"
        cells.append(cell(f"## Part {number}\nHow fast is it?", "markdown"))
        cells.append(cell(solution, nbgrader={**answer, "grade_id": f"a{number}"}))
        cells.append(graded_cell(f"c{number}", 1, plnb=tag))
    path.write_text(notebook(*cells), "utf-8")
