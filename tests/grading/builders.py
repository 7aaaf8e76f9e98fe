"""Small courses and submissions, made with nbformat; and what the gradebook says."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

from plnb.store.layout import CourseFolder

KERNEL = {"name": "python3", "language": "python", "display_name": "Python 3"}


def nbgrader_key(grade_id: str, *, points: float | None = None, **flags: bool) -> dict[str, Any]:
    key = {"schema_version": 3, "grade_id": grade_id, "grade": False, "solution": False, "locked": False, "task": False, **flags}
    return key if points is None else {**key, "points": points}


def text(source: str, cell_id: str, **metadata: Any) -> NotebookNode:
    return new_markdown_cell(source, id=cell_id, metadata=metadata)


def code(source: str, cell_id: str, **metadata: Any) -> NotebookNode:
    return new_code_cell(source, id=cell_id, metadata=metadata)


def answer(grade_id: str, solution: str, stub: str = "", **metadata: Any) -> NotebookNode:
    """A code cell that students write in."""
    source = f"{stub}### BEGIN SOLUTION\n{solution}\n### END SOLUTION"
    return code(source, f"id-{grade_id}", nbgrader=nbgrader_key(grade_id, solution=True), **metadata)


def essay(grade_id: str, points: float, **metadata: Any) -> NotebookNode:
    """A text answer that a person grades."""
    key = nbgrader_key(grade_id, points=points, grade=True, solution=True)
    return text("Because of this and that.", f"id-{grade_id}", nbgrader=key, **metadata)


def autotest(grade_id: str, points: float, source: str, hidden: str = "", **metadata: Any) -> NotebookNode:
    """An automatic check."""
    if hidden:
        source += f"\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS"
    key = nbgrader_key(grade_id, points=points, grade=True, locked=True)
    return code(source, f"id-{grade_id}", nbgrader=key, **metadata)


def check_meta(*standards: str, branch: str | None = None, **more: Any) -> dict[str, Any]:
    meta: dict[str, Any] = {"schema_version": 1, "role": "check", "standards": list(standards), **more}
    return {**meta, "branch": branch} if branch else meta


def notebook(*cells: NotebookNode) -> NotebookNode:
    return new_notebook(cells=list(cells), metadata={"kernelspec": KERNEL})


def speed_cells() -> list[NotebookNode]:
    """An activity with two automatic checks, a hidden test, a misconception, an essay and a reflection."""
    slow = {"when": "speed(10, 2) == 20", "say": "SECRET-SAY You multiplied: speed is distance divided by time."}
    return [
        text("# Speed", "title"),
        code("import math", "imports"),
        answer("speed", "def speed(d, t):\n    return d / t  # SECRET-SOLUTION", stub="# your function\n"),
        code("# try it here", "try-it"),
        autotest(
            "speed_check", 2, "assert speed(10, 2) == 5, 'ten metres in two seconds'", plnb=check_meta("S.1", misconceptions=[slow])
        ),
        autotest(
            "speed_hidden", 1, "assert speed(9, 3) == 3", hidden="assert speed(8, 4) == 2  # SECRET-TEST", plnb=check_meta("S.1")
        ),
        text("## Why?", "why"),
        essay("why", 3, plnb=check_meta("S.2")),
        text(
            "",
            "id-thought",
            nbgrader=nbgrader_key("thought", solution=True, grade=True, locked=False) | {"points": 0},
            plnb={"schema_version": 1, "role": "reflect", "id": "thought", "prompt": "What was hard?"},
        ),
    ]


def branched_cells() -> list[NotebookNode]:
    """An activity with a fork inside: two ways to the same standard, two points each."""
    option = [
        {"id": "graph", "title": "Graph", "suggest_when": {"standard": "S.1", "below": "familiar"}},
        {"id": "table", "title": "Table"},
    ]
    fork = {"schema_version": 1, "role": "fork", "id": "rep", "prompt": "How?", "options": option}
    cells = [text("# Slope", "title"), text("Choose.", "fork", plnb=fork)]
    for way, value in (("graph", 2), ("table", 3)):
        branch = {"schema_version": 1, "role": "practice", "branch": f"rep/{way}"}
        cells.append(answer(f"{way}_answer", f"{way} = {value}", plnb=branch))
        cells.append(autotest(f"{way}_one", 1, f"assert {way} == {value}", plnb=check_meta("S.1", branch=f"rep/{way}")))
        cells.append(autotest(f"{way}_two", 1, f"assert {way} > 0", plnb=check_meta("S.1", branch=f"rep/{way}")))
    return cells


FRAMEWORK = {
    "CFDocument": {
        "identifier": "9f3fd7f0-3f2f-4a9e-8f37-1a0b5a0f1c00",
        "uri": "https://example.org/s",
        "creator": "tests",
        "title": "S",
        "lastChangeDateTime": "2025-01-01T00:00:00+00:00",
    },
    "CFItems": [
        {
            "identifier": f"9f3fd7f0-3f2f-4a9e-8f37-1a0b5a0f1c0{i}",
            "uri": f"https://example.org/s/{i}",
            "humanCodingScheme": code_,
            "fullStatement": f"Statement {code_}",
            "lastChangeDateTime": "2025-01-01T00:00:00+00:00",
        }
        for i, code_ in enumerate(("S.1", "S.2"), start=1)
    ],
    "CFAssociations": [],
}

COURSE = """\
schema_version: 1
id: small
title: A small course
frameworks: [frameworks/s.json]
units:
  - id: u1
    title: Unit one
    steps:
      - {notebook: speed, standards: [S.1]}
      - {notebook: slope, standards: [S.1]}
  - id: u2
    title: Unit two
    steps:
      - fork: world
        prompt: Where?
        options:
          - {id: sport, title: Sport, steps: [{notebook: in-sport, standards: [S.1]}]}
          - {id: music, title: Music, steps: [{notebook: in-music, standards: [S.1]}]}
"""


def world_cells(name: str) -> list[NotebookNode]:
    return [
        text(f"# In {name}", "title"),
        answer("ratio", "ratio = 4"),
        autotest("ratio_check", 2, "assert ratio == 4", plnb=check_meta("S.1")),
        essay("explain", 2, plnb=check_meta("S.2")),
    ]


def small_course(root: Path) -> CourseFolder:
    """A course with two units: one with a fork inside a notebook, one with a fork between notebooks."""
    folder = CourseFolder(root)
    (root / "frameworks").mkdir(parents=True)
    (root / "frameworks" / "s.json").write_text(json.dumps(FRAMEWORK))
    folder.course_file.write_text(COURSE)
    write(folder.notebook("u1", "speed"), notebook(*speed_cells()))
    write(folder.notebook("u1", "slope"), notebook(*branched_cells()))
    (folder.unit_source("u1") / "data.csv").write_text("t,x\n1,2\n")
    for world in ("sport", "music"):
        write(folder.notebook("u2", f"in-{world}"), notebook(*world_cells(world)))
    return folder


def write(path: Path, nb: NotebookNode) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nb, path)


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


BLOCKER = """
import sys
class _NoPlnb:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "plnb":
            raise ImportError("plnb is not here")
sys.meta_path.insert(0, _NoPlnb())
"""
"""A `sitecustomize` that makes plnb unimportable, as where it was never installed."""

RIGHT = {
    "speed": "def speed(d, t):\n    return d / t",
    "why": "Because distance grows with time.",
    "thought": "Units were hard.",
    "graph_answer": "graph = 2",
    "table_answer": "table = 3",
    "ratio": "ratio = 4",
    "explain": "It is four to one.",
}


def hand_in(
    folder: CourseFolder,
    student: str,
    unit: str,
    answers: dict[str, str] | None = None,
    *,
    change: dict[str, Callable[[NotebookNode], object]] | None = None,
    choices: dict[str, object] | None = None,
    without: tuple[str, ...] = (),
    at: str = "2025-09-01 10:00:00 UTC",
) -> Path:
    """Fill in the released notebooks of a unit and put them under `submitted/`. `change` edits a notebook by name, last."""
    target = folder.submission(student, unit)
    target.mkdir(parents=True, exist_ok=True)
    for path in folder.unit_release(unit).iterdir():
        if path.suffix != ".ipynb":
            (target / path.name).write_bytes(path.read_bytes())
        elif path.stem not in without:
            nb = copy.deepcopy(read(path))
            for cell in nb.cells:
                grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
                if grade_id in (answers or {}):
                    cell.source = (answers or {})[grade_id]
            if choices is not None:
                nb.metadata["plnb"] = {"schema_version": 1, "choices": choices}
            if change and path.stem in change:
                change[path.stem](nb)
            write(target / path.name, nb)
    (target / "timestamp.txt").write_text(at)
    return target


def cell_of(nb: NotebookNode, grade_id: str) -> NotebookNode:
    return next(cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def place_of(nb: NotebookNode, grade_id: str) -> int:
    return nb.cells.index(cell_of(nb, grade_id))


def grades(folder: CourseFolder, unit: str, student: str) -> dict[tuple[str, str], tuple[float | None, float, bool]]:
    """Every grade cell: (auto score, most, waits for a person)."""
    with Gradebook(f"sqlite:///{folder.gradebook}") as gradebook:
        submission = gradebook.find_submission(unit, student)
        return {
            (nb.name, grade.name): (grade.auto_score, grade.max_score, grade.needs_manual_grade)
            for nb in submission.notebooks
            for grade in nb.grades
        }


def comments(folder: CourseFolder, unit: str, student: str) -> dict[tuple[str, str], str | None]:
    with Gradebook(f"sqlite:///{folder.gradebook}") as gradebook:
        submission = gradebook.find_submission(unit, student)
        return {(nb.name, comment.name): comment.auto_comment for nb in submission.notebooks for comment in nb.comments}
