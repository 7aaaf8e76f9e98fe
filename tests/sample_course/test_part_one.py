"""Units `start-here`, `steady-change` and `slope-and-lines`, tried out: right answers, no answers, and the mistakes people make.

The cells run here, in this process, because that is quick; `plnb lint --run` does the same in real kernels.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import nbformat
import pytest
from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

ROOT = Path(__file__).parents[2] / "sample_course"
UNITS = ("start-here", "steady-change", "slope-and-lines")
NOTEBOOKS = [path for unit in UNITS for path in sorted((ROOT / "source" / unit).glob("*.ipynb"))]
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)

FUNCTIONS = {
    ("number-refresher", "submarine_check", 0): "submarine = at_first - rises + dives",
    ("number-refresher", "submarine_check", 1): "submarine = -(at_first + rises - dives)",
    ("rates-in-sport", "in_step_check", 0): "def in_step(xs, ys): return ys[1] - ys[0] == ys[2] - ys[1]",
    ("rates-in-sport", "in_step_check", 1): "def in_step(xs, ys): return ys[1] - ys[0] == ys[2] - ys[1]",
    ("rates-in-sport", "laps_check", 0): "def seconds(laps): return 88 + laps",
    ("rates-in-music", "in_step_check", 0): "def in_step(xs, ys): return ys[1] - ys[0] == ys[2] - ys[1]",
    ("rates-in-music", "in_step_check", 1): "def in_step(xs, ys): return ys[1] - ys[0] == ys[2] - ys[1]",
    ("rates-in-music", "verses_check", 0): "def seconds(verses): return 24 + verses",
    ("unit-rates", "speed_check", 0): "def speed(distance, hours): return hours / distance",
    ("unit-rates", "speed_check", 1): "def speed(distance, hours): return hours * distance",
    ("unit-rates", "heart_check", 0): "points = [(0, 0), (36, 0.5), (144, 2), (360, 5)]",
    ("meet-slope", "code_slope_check", 0): "def slope_of(x1, y1, x2, y2): return (x2 - x1) / (y2 - y1)",
    ("meet-slope", "code_slope_check", 1): "def slope_of(x1, y1, x2, y2): return abs(y2 - y1) / abs(x2 - x1)",
    ("write-the-line", "climbing_check", 0): "def cost(visits): return 20 * visits + 7.5",
    ("write-the-line", "climbing_check", 1): "def cost(visits): return (20 + 7.5) * visits",
    ("write-the-line", "line_maker_check", 0): "def line_through(x1, y1, x2, y2): return abs((y2 - y1) / (x2 - x1)), y1",
    ("write-the-line", "line_maker_check", 1): "def line_through(x1, y1, x2, y2): return (y2 - y1) / (x2 - x1), y1",
    ("write-the-line", "tables_check", 0): "linear_tables = ['P', 'S']",
    ("write-the-line", "tables_check", 1): "linear_tables = ['P']",
    ("write-the-line", "rules_check", 0): "linear_rules = ['A']",
    ("write-the-line", "rules_check", 1): "linear_rules = ['A', 'C', 'D']",
    ("write-the-line", "rules_check", 2): "linear_rules = ['A', 'B', 'C']",
    ("write-the-line", "is_linear_check", 0): "def is_linear(xs, ys): return len({b - a for a, b in zip(ys, ys[1:])}) == 1",
    ("write-the-line", "is_linear_check", 1): "def is_linear(xs, ys): return ys[1] - ys[0] == ys[2] - ys[1]",
}
"""Mistakes that are more than a wrong number, each as a student might write it."""


def checks(cells: list[Any]) -> list[Any]:
    return [cell for cell in cells if cell.metadata.get("nbgrader", {}).get("grade")]


def read(path: Path) -> list[Any]:
    return nbformat.reads(path.read_text(encoding="utf-8"), as_version=4).cells  # type: ignore[no-untyped-call,no-any-return]


def blank(path: Path, config: Config, *, hidden_tests: bool) -> list[Any]:
    """The notebook of a student who wrote nothing."""
    notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)  # type: ignore[no-untyped-call]
    notebook, _ = ClearSolutions(config=config).preprocess(notebook, {})
    if not hidden_tests:
        notebook, _ = ClearHiddenTests().preprocess(notebook, {})
    return notebook.cells  # type: ignore[no-any-return]


def run(cells: list[Any]) -> tuple[dict[str, Any], dict[str, BaseException | str]]:
    """Run the code cells one after the other, whatever goes wrong; the names they left, and the trouble by cell id."""
    mpl.use("Agg")
    names: dict[str, Any] = {}
    trouble: dict[str, BaseException | str] = {}
    for cell in cells:
        if cell.cell_type == "code":
            quiet = contextlib.redirect_stdout(io.StringIO())
            with quiet, contextlib.redirect_stderr(io.StringIO()) as heard, warnings.catch_warnings():
                warnings.filterwarnings("ignore", "FigureCanvasAgg is non-interactive")
                try:
                    exec(cell.source, names)
                except Exception as wrong:
                    trouble[cell.id] = wrong
            plt.close("all")
            if heard.getvalue():
                trouble[cell.id] = heard.getvalue()
    return names, trouble


@cache
def solved(path: Path) -> tuple[dict[str, Any], dict[str, BaseException | str]]:
    return run(read(path))


@each_notebook
def test_the_authors_answers_pass_every_check_in_silence(path: Path) -> None:
    assert solved(path)[1] == {}


@each_notebook
@pytest.mark.parametrize("hidden_tests", [True, False], ids=["graded", "released"])
def test_a_blank_notebook_fails_every_check_with_a_kind_word_and_nothing_else(path: Path, hidden_tests: bool) -> None:
    ours = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
    cells = blank(path, ours, hidden_tests=hidden_tests)
    _, trouble = run(cells)
    assert trouble.keys() == {cell.id for cell in checks(cells)}
    assert all(isinstance(wrong, AssertionError) and len(str(wrong)) > 20 for wrong in trouble.values()), trouble


@each_notebook
def test_a_blank_notebook_fails_every_check_with_nbgraders_own_stub_too(path: Path) -> None:
    cells = blank(path, Config(), hidden_tests=True)
    _, trouble = run(cells)
    assert {cell.id for cell in checks(cells)} <= trouble.keys()


def mistakes() -> Iterator[Any]:
    for path in NOTEBOOKS:
        for cell in checks(read(path)):
            for place, mistake in enumerate(cell.metadata["plnb"].get("misconceptions", [])):
                yield pytest.param(path, cell, place, mistake, id=f"{path.stem}-{cell.id}-{place}")


@pytest.mark.parametrize(("path", "cell", "place", "mistake"), list(mistakes()))
def test_a_mistake_that_has_its_own_sentence_fails_its_check_and_a_right_answer_never_meets_it(
    path: Path, cell: Any, place: int, mistake: dict[str, str]
) -> None:
    right = solved(path)[0]
    assert not eval(mistake["when"], dict(right))
    made = dict(right)
    if by_hand := FUNCTIONS.get((path.stem, cell.id, place)):
        exec(by_hand, made)
    else:
        made |= _wrong(ast.parse(mistake["when"], mode="eval").body, right)
    assert eval(mistake["when"], made)
    with pytest.raises(AssertionError):
        exec(cell.source, made)


def _wrong(node: ast.expr, names: dict[str, Any]) -> dict[str, Any]:
    """The wrong answers that an expression looks for, read off the expression: `near(speed, 5)`, `letter == "A"`."""
    match node:
        case ast.BoolOp(op=ast.And(), values=parts):
            return {name: value for part in parts for name, value in _wrong(part, names).items()}
        case ast.BoolOp(op=ast.Or(), values=[first, *_]):
            return _wrong(first, names)
        case ast.Call(func=ast.Name(id="near"), args=[ast.Name(id=name), value, *_]):
            return {name: eval(ast.unparse(value), dict(names))}
        case ast.Compare(left=ast.Name(id=name), comparators=[value]):
            return {name: ast.literal_eval(value)}
    raise AssertionError(f"write this mistake into FUNCTIONS: {ast.unparse(node)}")


def test_the_three_points_of_the_steep_graphs_lie_on_their_line() -> None:
    """Figures are data, too: what they draw must be what the checks expect."""
    for name, k in (("rates-in-sport", 8), ("rates-in-music", 6)):
        cells = json.loads((ROOT / "source" / "steady-change" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
        [drawn] = ["".join(cell["source"]) for cell in cells if cell["id"].endswith("_graph")]
        points = next(node for node in ast.walk(ast.parse(drawn)) if isinstance(node, ast.For)).iter
        assert [(x, y) for _, x, y in ast.literal_eval(points)] == [(20, 20 * k), (30, 30 * k), (50, 50 * k)]
