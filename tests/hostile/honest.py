# ruff: noqa: E501  (attacks read best as the lines a student would write)
"""Honest work, odd as it may come: graded exactly, and nobody is accused."""

from __future__ import annotations

import copy
import json
from typing import Any

from tests.hostile.courses import FULL, RIGHT
from tests.hostile.entry import Entry, Family, Flag, HandIn, entry_maker

_entry = entry_maker(Family.honest)


def _fine(
    name: str, tries: str, unit: str = "basics", *, scores: dict[str, float] | None = None, edit: Any = None, **answers: str
) -> Entry:
    """Right answers but for those given; `scores` changes what is not earned."""
    return _entry(
        name,
        tries,
        "honest work is graded exactly and never flagged",
        unit=unit,
        answers={**RIGHT, **answers},
        scores={**FULL[unit], **(scores or {})},
        edit=edit,
        flag=Flag.no,
    )


def duplicated(hand: HandIn) -> None:
    for name in ("mean", "mean_seen"):
        twin = copy.deepcopy(hand.cell(name))
        twin["id"] = f"{name}-copy"
        hand.cells.insert(hand.cells.index(hand.cell(name)) + 1, twin)


def tidied_check(hand: HandIn) -> None:
    """Formatted, commented, and looked into."""
    check = hand.cell("mean_seen")
    check["source"] = "# why?\nprint(mean([1, 2, 3]))\nassert mean( [1,2,3] ) == 2, 'the mean of 1, 2 and 3'"


def deleted_check(hand: HandIn) -> None:
    hand.cells.remove(hand.cell("evens_check"))


def split(hand: HandIn) -> None:
    """A helper and the answer, cut apart in the middle: the second half kept the metadata too."""
    first = hand.cell("mean")
    second = copy.deepcopy(first)
    second["id"] = "second-half"
    first["source"], second["source"] = "def mean(xs):\n    return sum(xs) / len(xs)", "# tried it\nmean([1, 2])"
    hand.cells.insert(hand.cells.index(first) + 1, second)


def moved(hand: HandIn) -> None:
    cell = hand.cell("best")
    hand.cells.remove(cell)
    hand.cells.insert(1, cell)


def own_helpers(hand: HandIn) -> None:
    hand.insert("mean", "import statistics\n\ndef add(xs):\n    return sum(xs)")
    hand.insert("mean", "## My plan\n\nFirst add, then divide.", "markdown")
    hand.insert("evens", "print([add([n]) for n in range(3)])\nadd([1, 2])")


def other_editor(hand: HandIn) -> None:
    """Saved by another program: kernel, language, trusted, collapsed, executed outputs, an older minor version."""
    hand.book["nbformat_minor"] = 4
    hand.book["metadata"] |= {
        "kernelspec": {"name": "python3", "display_name": ".venv (3.12.1)", "language": "python"},
        "language_info": {"name": "python", "version": "3.12.1"},
        "colab": {"provenance": []},
        "vscode": {"interpreter": {"hash": "0"}},
    }
    for number, cell in enumerate(hand.cells):
        cell.pop("id", None)
        cell["metadata"] |= {"collapsed": False, "jupyter": {"outputs_hidden": False}, "id": f"colab{number}", "tags": []}
        if cell["cell_type"] == "code":
            cell["execution_count"] = 40 - number
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["old\n"]}]


def own_module(hand: HandIn) -> None:
    hand.file("my_tools.py", "def add(xs):\n    return sum(xs)\n")


def picture(hand: HandIn) -> None:
    cell = hand.cell("why")
    png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    cell["source"] = "See ![my drawing](attachment:image.png): a < b and $x^2$, <b>bold</b>, [a page](https://docs.python.org/3/)."
    cell["attachments"] = {"image.png": {"image/png": png}}


def saved_plots(hand: HandIn) -> None:
    shown = {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgoA" + "AAAA" * 100_000}, "metadata": {}}
    for name in ("mean", "evens", "best"):
        hand.cell(name)["outputs"] = [shown] * 7


def blank(hand: HandIn) -> None:
    """As it was released."""


def windows_lines(hand: HandIn) -> None:
    hand.raw = json.dumps(hand.book, indent=1).replace("\n", "\r\n").encode()
    for cell in hand.cells:
        cell["source"] = cell["source"].replace("\n", "\r\n")


ENTRIES = (
    _fine("plain", "right answers"),
    _fine("tables", "right answers with numpy and pandas", "tables"),
    _fine("things", "right answers with classes and partial credit", "things"),
    _entry("blank", "hands in what was released", "nothing is nothing, and no offence", flag=Flag.no, edit=blank),
    _fine(
        "warning",
        "a warning on stderr inside an answer",
        mean="import warnings\ndef mean(xs):\n    warnings.warn('I still have to tidy this up')\n    return sum(xs) / len(xs)",
    ),
    _fine(
        "deprecation",
        "uses something deprecated, and writes to stderr",
        mean="import sys, ast\ndef mean(xs):\n    print('debug', xs, file=sys.stderr)\n    return eval('sum(xs) / len(xs)')",
    ),
    _fine(
        "prints",
        "prints while it works",
        mean="def mean(xs):\n    print('mean of', xs)\n    return sum(xs) / len(xs)",
        evens="def evens(n):\n    for k in range(n): print(k, end=' ')\n    return [k for k in range(n) if not k % 2]",
    ),
    _fine(
        "late-fix",
        "defines wrongly, then again, in the same cell",
        mean="def mean(xs):\n    return 0\n\n# no!\ndef mean(xs):\n    return sum(xs) / len(xs)",
    ),
    _fine(
        "late-fix-below",
        "corrects an answer below its check: the check has run by then",
        edit=lambda hand: hand.insert("evens", RIGHT["mean"]),
        mean="def mean(xs):\n    return sum(xs)",
        scores={"mean_seen": 0, "mean_hidden": 0},
    ),
    _fine(
        "own-large-data",
        "reads a table of six megabytes of its own",
        edit=lambda hand: hand.file("measured.csv", "1,2,3\n" * 1_000_000),
        mean="rows = open('measured.csv').read().count('\\n')\nassert rows == 1_000_000\n" + RIGHT["mean"],
    ),
    _fine("saved-plots", "saved with eight megabytes of plots in it", edit=saved_plots),
    _fine("odd-save", "saved by another editor", edit=other_editor),
    _fine("duplicated-cells", "pasted an answer and its check twice", edit=duplicated),
    _fine("tidied-check", "formatted a check and printed in it", edit=tidied_check),
    _fine("deleted-check", "deleted a check by mistake", edit=deleted_check),
    _fine("split-cell", "split an answer in two", edit=split),
    _fine("moved-answer", "moved an answer to another place", edit=moved),
    _fine(
        "own-cells",
        "helper cells and text of its own",
        edit=own_helpers,
        mean="def mean(xs):\n    return add(xs) / statistics.fmean([len(xs)])",
    ),
    _fine(
        "own-module",
        "imports a module it handed in",
        edit=own_module,
        mean="from my_tools import add\ndef mean(xs):\n    return add(xs) / len(xs)",
    ),
    _fine(
        "numpy-scalars",
        "answers with numpy numbers where plain ones are asked",
        mean="import numpy as np\ndef mean(xs):\n    return np.mean(xs)",
        evens="import numpy as np\ndef evens(n):\n    return np.arange(0, n, 2)",
    ),
    _fine(
        "generator",
        "answers with a generator where list() is called",
        evens="def evens(n):\n    for k in range(n):\n        if k % 2 == 0:\n            yield k",
    ),
    _fine(
        "dict-view",
        "answers with a view of a dictionary",
        evens="def evens(n):\n    return {k: None for k in range(0, n, 2)}.keys()",
    ),
    _fine("range-and-lambda", "answers with a range, by a lambda", evens="evens = lambda n: range(0, n, 2)"),
    _fine(
        "fraction",
        "answers with a Fraction",
        mean="from fractions import Fraction\ndef mean(xs):\n    return Fraction(sum(Fraction(x) for x in xs), len(xs))",
    ),
    _fine(
        "own-iterator",
        "answers with an object of a class of its own that can be iterated",
        evens="class Evens:\n    def __init__(self, n): self.n = n\n    def __iter__(self): return iter(range(0, self.n, 2))\n\ndef evens(n):\n    return Evens(n)",
    ),
    _fine(
        "decorated",
        "decorates and memoises",
        mean="import functools\n@functools.cache\ndef _mean(xs):\n    return sum(xs) / len(xs)\n\ndef mean(xs):\n    return _mean(tuple(xs))",
    ),
    _fine(
        "callable-object",
        "a callable object instead of a function",
        mean="class Mean:\n    def __call__(self, xs):\n        return sum(xs) / len(xs)\nmean = Mean()",
    ),
    _fine(
        "slow",
        "slow, but in time",
        mean="import time\ntime.sleep(1)\ndef mean(xs):\n    time.sleep(0.3)\n    return sum(xs) / len(xs)",
    ),
    _fine("crash-after", "takes Python down after most is earned", best="import os\nos.abort()", scores={"best_check": 0}),
    _fine(
        "one-recursion-error",
        "recurses without end in one answer",
        evens="def evens(n):\n    return evens(n)",
        scores={"evens_check": 0},
    ),
    _fine(
        "one-error",
        "one answer stops with an error",
        evens="def evens(n):\n    return [k for k in rang(n)]",
        scores={"evens_check": 0},
    ),
    _fine(
        "wrong",
        "wrong answers, honestly",
        mean="def mean(xs):\n    return max(xs)",
        best="best = 'set'",
        scores={"mean_seen": 0, "mean_hidden": 0, "best_check": 0},
    ),
    _fine(
        "plot",
        "draws a figure",
        "tables",
        top="import matplotlib.pyplot as plt\nplt.plot(data['seconds'], data['metres'])\nplt.title('metres')\nplt.show()\ntop = 'Ana'",
    ),
    _fine(
        "reads-data",
        "reads the course's data file its own way",
        "tables",
        top="import csv\nwith open('data.csv') as file:\n    rows = list(csv.DictReader(file))\ntop = max(rows, key=lambda row: float(row['metres']) / float(row['seconds']))['name']",
    ),
    _fine(
        "writes-files",
        "writes and reads files of its own",
        best="import tempfile, pathlib\npathlib.Path('notes.txt').write_text('list')\nwith tempfile.TemporaryDirectory() as folder:\n    pathlib.Path(folder, 'x').write_text('y')\nbest = pathlib.Path('notes.txt').read_text()",
    ),
    _fine(
        "subprocess",
        "starts a program",
        best="import subprocess, sys\nbest = subprocess.run([sys.executable, '-c', 'print(\"list\")'], capture_output=True, text=True, check=True).stdout.strip()",
    ),
    _fine(
        "shell",
        "uses the shell and magics",
        best="!echo list > out.txt\n%time best = open('out.txt').read().strip()\nwords = !cat out.txt\nbest = words[0]",
    ),
    _fine(
        "pool",
        "uses a pool of processes and one of threads",
        mean="from concurrent.futures import ThreadPoolExecutor\nimport multiprocessing\ndef one(x):\n    return x\ndef mean(xs):\n    with ThreadPoolExecutor(2) as pool:\n        xs = list(pool.map(one, xs))\n    return sum(xs) / len(xs)\nwith multiprocessing.get_context('fork').Pool(2) as pool:\n    print(pool.map(one, [1, 2, 3]))",
    ),
    _fine(
        "long-output", "prints a lot, but within reason", best="for i in range(900):\n    print(i, 'still counting')\nbest = 'list'"
    ),
    _fine(
        "table-shown",
        "shows a table, formatted",
        "tables",
        matrix="from IPython.display import display\ndisplay(data.style.format(precision=1))\ndisplay(data.describe())\nm = np.arange(6).reshape(2, 3)",
    ),
    _fine(
        "adds-a-column",
        "adds a column to the teacher's table",
        "tables",
        speeds="def speeds(frame):\n    return frame['metres'] / frame['seconds']\n\ndata['speed'] = speeds(data)",
        top="top = data.sort_values('speed').iloc[-1]['name']",
    ),
    _fine(
        "integers-for-floats",
        "lists and integers where the solution has arrays",
        "tables",
        speeds="def speeds(frame):\n    return np.array([m / s for m, s in zip(frame['metres'], frame['seconds'])])",
        top="top = data['name'][int(np.argmax(speeds(data)))]",
    ),
    _fine(
        "dataclass",
        "solves it with a dataclass and properties",
        "things",
        account="from dataclasses import dataclass\n\n@dataclass\nclass Account:\n    _x: float\n    @property\n    def balance(self): return self._x\n    def deposit(self, x): self._x += x\n    def withdraw(self, x):\n        if x > self._x: raise ValueError\n        self._x -= x",
    ),
    _fine(
        "part-of-it",
        "earns a part of a partial credit",
        "things",
        roots="def roots(n):\n    return {4: 2, 9: 3}.get(n, 0)",
        scores={"roots_part": 2},
    ),
    _fine(
        "own-random",
        "uses random numbers of its own",
        "things",
        double="import random\nrandom.seed(7)\ndef double(x):\n    return x + x + random.choice([0])",
    ),
    _fine("picture", "a drawing and formulas in a text answer", edit=picture),
    _fine("windows", "line ends of Windows", edit=windows_lines),
    _fine(
        "unicode",
        "names and texts of other languages",
        mean="def mean(числа):\n    сумма = sum(числа)\n    return сумма / len(числа)  # 平均 ☃",
        why="因為 🙂 مرحبا",
    ),
    _fine("input", "asks for input in a cell of its own", edit=lambda hand: hand.insert("evens", "name = input('Your name? ')")),
    _fine(
        "asynchronous",
        "awaits at the top of a cell",
        best="import asyncio\n\nasync def choose():\n    await asyncio.sleep(0.01)\n    return 'list'\n\nbest = await choose()",
    ),
    _fine(
        "logging",
        "configures logging and stdout",
        best="import logging, sys\nlogging.basicConfig(level=logging.DEBUG)\nlogging.warning('still wrong?')\nsys.stdout.write('x')\nsys.stdout.flush()\nbest = 'list'",
    ),
    _fine(
        "locale-and-cwd",
        "changes its folder and goes on",
        best="import os\nos.makedirs('sub', exist_ok=True)\nos.chdir('sub')\nbest = 'list'",
    ),
    _fine(
        "fork-both",
        "does both ways of a fork of one",
        "ways",
    ),
    _entry(
        "fork-one",
        "takes one way",
        "honest work is graded exactly",
        unit="ways",
        answers={"table": RIGHT["table"]},
        scores={"table_check": 2},
        mirrored={"graph_check": 2},
        flag=Flag.no,
    ),
)
