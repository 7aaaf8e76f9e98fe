"""The small course that every entry is a hand-in of: plain functions, numpy and pandas, classes and partial credit, a fork."""

from __future__ import annotations

import json
from pathlib import Path

from nbformat import NotebookNode

from plnb.store.layout import CourseFolder
from tests.grading.builders import FRAMEWORK, answer, autotest, check_meta, code, essay, notebook, text, write

COURSE = """\
schema_version: 1
id: besieged
title: A course under siege
frameworks: [frameworks/s.json]
units:
  - {id: basics, title: Basics, steps: [{notebook: basics, standards: [S.1]}]}
  - {id: tables, title: Tables, steps: [{notebook: tables, standards: [S.1]}]}
  - {id: things, title: Things, steps: [{notebook: things, standards: [S.1]}]}
  - {id: ways, title: Ways, steps: [{notebook: ways, standards: [S.1]}]}
"""

POINTS = {
    "basics": {"mean_seen": 2.0, "mean_hidden": 3.0, "evens_check": 2.0, "best_check": 1.0},
    "tables": {"speeds_check": 2.0, "speeds_hidden": 2.0, "top_check": 1.0, "matrix_check": 1.0},
    "things": {"account_check": 3.0, "double_check": 2.0, "roots_part": 4.0},
    "ways": {"graph_check": 2.0, "table_check": 2.0},
}
"""Every automatic check and its points."""

HIDDEN_TOKEN = "hidden-test-7d1f0c"
SOURCE_TOKEN = "source-answer-91be44"

RIGHT = {
    "mean": "def mean(xs):\n    return sum(xs) / len(xs)",
    "evens": "def evens(n):\n    return [k for k in range(n) if k % 2 == 0]",
    "best": "best = 'list'",
    "why": "Because a list keeps its order.",
    "speeds": "def speeds(frame):\n    return frame['metres'] / frame['seconds']",
    "top": "top = data.loc[speeds(data).idxmax(), 'name']",
    "matrix": "m = np.arange(6).reshape(2, 3)",
    "account": (
        "class Account:\n    def __init__(self, balance):\n        self.balance = balance\n"
        "    def deposit(self, x):\n        self.balance += x\n"
        "    def withdraw(self, x):\n        if x > self.balance:\n            raise ValueError('too much')\n"
        "        self.balance -= x"
    ),
    "double": "def double(x):\n    return x + x",
    "roots": "def roots(n):\n    return n ** 0.5",
    "graph": "graph = 2",
    "table": "table = 3",
}
"""A right answer to everything."""

FULL = {unit: dict(checks) for unit, checks in POINTS.items()}


def basics() -> list[NotebookNode]:
    return [
        text("# Basics", "title"),
        code("import math", "imports"),
        answer("mean", f"{RIGHT['mean']}  # {SOURCE_TOKEN}"),
        autotest("mean_seen", 2, "assert mean([1, 2, 3]) == 2, 'the mean of 1, 2 and 3'", plnb=check_meta("S.1")),
        autotest(
            "mean_hidden",
            3,
            "assert mean([4]) == 4",
            hidden=f"assert mean([2, 4, 9]) == 5  # {HIDDEN_TOKEN}\nassert abs(mean([0.1, 0.2]) - 0.15) < 1e-9",
            plnb=check_meta("S.1"),
        ),
        answer("evens", RIGHT["evens"]),
        autotest("evens_check", 2, "assert list(evens(5)) == [0, 2, 4]\nassert list(evens(0)) == []", plnb=check_meta("S.1")),
        answer("best", RIGHT["best"]),
        autotest("best_check", 1, "assert best == 'list'", plnb=check_meta("S.1")),
        essay("why", 2, plnb=check_meta("S.2")),
    ]


def tables() -> list[NotebookNode]:
    other = "other = pd.DataFrame({'name': ['x', 'y'], 'metres': [9.0, 8.0], 'seconds': [3.0, 4.0]})"
    return [
        text("# Tables", "title"),
        code(
            "import numpy as np\nimport pandas as pd\n\ndata = pd.read_csv('data.csv')",
            "imports",
            nbgrader={
                "schema_version": 3,
                "grade_id": "setup",
                "grade": False,
                "solution": False,
                "locked": True,
                "task": False,
            },
        ),
        answer("speeds", RIGHT["speeds"]),
        autotest("speeds_check", 2, "assert np.allclose(speeds(data), [5.0, 4.0, 2.5])", plnb=check_meta("S.1")),
        autotest(
            "speeds_hidden",
            2,
            "assert len(speeds(data)) == 3",
            hidden=f"{other}\nassert list(speeds(other)) == [3.0, 2.0]",
            plnb=check_meta("S.1"),
        ),
        answer("top", RIGHT["top"]),
        autotest("top_check", 1, "assert top == 'Ana'", plnb=check_meta("S.1")),
        answer("matrix", RIGHT["matrix"]),
        autotest("matrix_check", 1, "assert m.shape == (2, 3)\nassert m.sum() == 15", plnb=check_meta("S.1")),
    ]


def things() -> list[NotebookNode]:
    refuses = "try:\n    a.withdraw(100)\nexcept ValueError:\n    pass\nelse:\n    raise AssertionError('it lets too much go')"
    shares = (
        "earned = 0\nif roots(4) == 2:\n    earned += 1\nif roots(9) == 3:\n    earned += 1\n"
        "if abs(roots(2) - 1.41421356) < 1e-6:\n    earned += 2\nearned"
    )
    fresh = "import random\nseed = 1\nx = random.Random(seed).randrange(10 ** 6)\nassert double(x) == 2 * x"
    return [
        text("# Things", "title"),
        answer("account", RIGHT["account"]),
        autotest("account_check", 3, f"a = Account(10)\na.deposit(5)\nassert a.balance == 15\n{refuses}", plnb=check_meta("S.1")),
        answer("double", RIGHT["double"]),
        autotest("double_check", 2, fresh, plnb=check_meta("S.1", fresh="seed")),
        answer("roots", RIGHT["roots"]),
        autotest("roots_part", 4, shares, plnb=check_meta("S.1")),
    ]


def ways() -> list[NotebookNode]:
    options = [{"id": "graph", "title": "Graph"}, {"id": "table", "title": "Table"}]
    fork = {"schema_version": 1, "role": "fork", "id": "rep", "prompt": "How?", "options": options}
    cells = [text("# Ways", "title"), text("Choose.", "fork", plnb=fork)]
    for way, value in (("graph", 2), ("table", 3)):
        cells.append(answer(way, f"{way} = {value}", plnb={"schema_version": 1, "role": "practice", "branch": f"rep/{way}"}))
        cells.append(autotest(f"{way}_check", 2, f"assert {way} == {value}", plnb=check_meta("S.1", branch=f"rep/{way}")))
    return cells


def besieged_course(root: Path) -> CourseFolder:
    """The course, as its teacher keeps it."""
    folder = CourseFolder(root)
    (root / "frameworks").mkdir(parents=True)
    (root / "frameworks" / "s.json").write_text(json.dumps(FRAMEWORK))
    folder.course_file.write_text(COURSE)
    for name, cells in {"basics": basics(), "tables": tables(), "things": things(), "ways": ways()}.items():
        write(folder.notebook(name, name), notebook(*cells))
    (folder.unit_source("tables") / "data.csv").write_text("name,metres,seconds\nAna,10,2\nBo,12,3\nCy,10,4\n")
    return folder
