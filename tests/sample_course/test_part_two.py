"""Units `motion` and `real-data`: the data are what they are said to be, and every notebook keeps its promises.

The notebooks are run here in this process, cell by cell, because that is quick; a slow test runs them in real kernels.
"""

from __future__ import annotations

import copy
import csv
import io
import traceback
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions
from pydantic import TypeAdapter
from traitlets.config.loader import PyFileConfigLoader

from plnb.core.cells import CellMeta, CheckCell, ForkCell, GraderMeta, ReflectCell

SOURCE = Path(__file__).parents[2] / "sample_course" / "source"
DATA = SOURCE / "real-data" / "data"
NOTEBOOKS = (*sorted((SOURCE / "motion").glob("*.ipynb")), *sorted((SOURCE / "real-data").glob("*.ipynb")))
META: TypeAdapter[Any] = TypeAdapter(CellMeta)

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> NotebookNode:
    """The notebook as it lies on disk."""
    notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return notebook


def read_named(name: str) -> NotebookNode:
    """The notebook with this name."""
    return read(next(path for path in NOTEBOOKS if path.stem == name))


def meta(cell: NotebookNode) -> Any:
    """Our key of a cell, validated, or None."""
    return META.validate_python(cell.metadata["plnb"]) if "plnb" in cell.metadata else None


def grader(cell: NotebookNode) -> GraderMeta | None:
    """nbgrader's key of a cell, or None."""
    known = GraderMeta.model_fields
    raw = cell.metadata.get("nbgrader")
    return GraderMeta.model_validate({key: value for key, value in raw.items() if key in known}) if raw else None


def graded_cells(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """Cells that are graded by running them."""
    for cell in notebook.cells:
        key = grader(cell)
        if key and key.is_check and not key.is_manual:
            yield cell


def checks_of(cells: Iterable[NotebookNode]) -> tuple[float, Counter[str], int]:
    """Points, how often each standard is checked, and the number of checks."""
    points, standards, count = 0.0, Counter[str](), 0
    for cell in cells:
        key = grader(cell)
        if key and key.is_check:
            points, count = points + key.points, count + 1
            standards.update(meta(cell).standards)
    return points, standards, count


def cleared(path: Path, *, hidden_tests: bool, own_stub: bool = True) -> NotebookNode:
    """What a student who writes nothing hands in: with the hidden tests put back, or as it was released.

    Where a solution was stands the stub that this course configures, or else nbgrader's, which raises an error.
    """
    config = PyFileConfigLoader("nbgrader_config.py", path=str(SOURCE.parent)).load_config() if own_stub else None
    blank: NotebookNode
    blank, _ = ClearSolutions(config=config).preprocess(copy.deepcopy(read(path)), {})
    if not hidden_tests:
        blank, _ = ClearHiddenTests().preprocess(blank, {})
        blank, _ = ClearMarkScheme().preprocess(blank, {})
    return blank


def run(notebook: NotebookNode, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, object], dict[str, str]]:
    """Run the code cells here, going on after errors; the names they left, and what went wrong by cell id (stderr counts)."""
    monkeypatch.chdir(folder)
    mpl.use("Agg")
    names: dict[str, object] = {"__name__": "__main__"}
    wrong: dict[str, str] = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        heard = io.StringIO()
        with redirect_stdout(io.StringIO()), redirect_stderr(heard), warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.filterwarnings("ignore", "FigureCanvasAgg is non-interactive")
            try:
                exec(compile(cell.source, f"<{cell.id}>", "exec"), names)
            except Exception:
                heard.write(traceback.format_exc())
        plt.close("all")
        if heard.getvalue():
            wrong[cell.id] = heard.getvalue()
    return names, wrong


def test_the_notebooks_of_both_units_are_there() -> None:
    assert [path.stem for path in NOTEBOOKS] == [
        "walking-graphs",
        "where-lines-meet",
        "beyond-lines",
        "co2-record",
        "line-project",
        "spring-stretch",
    ]


@each_notebook
def test_a_notebook_is_stored_as_jupyter_would_and_without_outputs(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    assert path.read_text(encoding="utf-8") == nbformat.writes(notebook) + "\n"  # type: ignore[no-untyped-call]
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert all(not cell.outputs and cell.execution_count is None for cell in notebook.cells if cell.cell_type == "code")


@each_notebook
def test_metadata_is_valid_for_nbgrader_and_for_us_and_tags_mirror_it(path: Path) -> None:
    notebook = read(path)
    MetadataValidator().validate_nb(notebook)
    ids = [key.grade_id for cell in notebook.cells if (key := grader(cell))]
    assert len(ids) == len(set(ids))
    for cell in notebook.cells:
        ours = meta(cell)
        mirrored = [f"std:{code}" for code in ours.standards] if isinstance(ours, CheckCell) else []
        if ours and ours.branch:
            mirrored.append("plnb-branch:" + ours.branch.replace("/", "-"))
        assert list(cell.metadata.get("tags", [])) == mirrored, cell.id


@each_notebook
def test_every_check_names_standards_and_offers_a_ladder_of_hints(path: Path) -> None:
    for cell in read(path).cells:
        key = grader(cell)
        if key and key.is_check:
            ours = meta(cell)
            assert isinstance(ours, CheckCell), cell.id
            assert ours.standards, cell.id
            assert len(ours.hints) >= 2, cell.id
            assert key.is_manual or (len(ours.hints) == 3 and ours.misconceptions), cell.id


@each_notebook
def test_cells_that_bring_tools_and_data_are_locked_so_that_they_come_back(path: Path) -> None:
    for cell in read(path).cells:
        if cell.cell_type == "code" and ("import " in cell.source or "read_csv" in cell.source):
            key = grader(cell)
            assert key is not None, cell.id
            assert (key.locked, key.solution) == (True, False), cell.id


@each_notebook
def test_every_figure_that_the_course_draws_is_told_in_words_below_it(path: Path) -> None:
    notebook = read(path)
    for cell, after in pairwise([*notebook.cells, None]):
        key = grader(cell)
        lines = cell.source.splitlines() if key and key.locked and not key.grade else []
        if any(line.startswith(("plt.show()", "draw_")) for line in lines):
            assert after is not None, cell.id
            assert after.source.startswith("**What the picture shows.**"), cell.id


@each_notebook
def test_the_authors_answers_pass_every_check_in_silence(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, wrong = run(read(path), path.parent, monkeypatch)
    assert wrong == {}


@each_notebook
@pytest.mark.parametrize(
    ("hidden_tests", "own_stub"), [(True, True), (False, True), (True, False)], ids=["graded", "released", "nbgraders-stub"]
)
def test_a_blank_notebook_fails_every_check_and_breaks_nothing_else(
    path: Path, hidden_tests: bool, own_stub: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    blank = cleared(path, hidden_tests=hidden_tests, own_stub=own_stub)
    _, wrong = run(blank, path.parent, monkeypatch)
    stopped = set() if own_stub else {cell.id for cell in blank.cells if (key := grader(cell)) and key.solution}
    assert set(wrong) - stopped == {cell.id for cell in graded_cells(blank)}


@each_notebook
def test_a_blank_notebook_is_told_kindly_what_is_missing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, wrong = run(cleared(path, hidden_tests=False), path.parent, monkeypatch)
    for check, message in wrong.items():
        assert message.splitlines()[-1].startswith("AssertionError: "), check


@each_notebook
def test_no_misconception_is_seen_in_a_right_answer_or_in_an_empty_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right, _ = run(read(path), path.parent, monkeypatch)
    empty, _ = run(cleared(path, hidden_tests=True), path.parent, monkeypatch)
    for cell in graded_cells(read(path)):
        for mistake in meta(cell).misconceptions:
            assert not eval(mistake.when, dict(right)), f"{cell.id}: {mistake.when}"
            try:
                seen = bool(eval(mistake.when, dict(empty)))
            except Exception:  # an expression over an answer that is not there yet may fail; it must not come true
                seen = False
            assert not seen, f"{cell.id}: {mistake.when}"


@pytest.mark.parametrize(
    ("notebook", "answer", "wrong_answer", "check", "said"),
    [
        ("walking-graphs", "corner_answer", "corner_position, waiting_minutes = 400, 8", "corner_check", "walks on"),
        ("walking-graphs", "ben_answer", "turn_minute, metres_walked = 4, 1000", "ben_check", "how far from home"),
        ("walking-graphs", "sam_answer", "def sam_position(t):\n    return 75 + 250 * t", "sam_check", "changed places"),
        ("where-lines-meet", "phones_solve_answer", "equal_gb, equal_price = 2, 12", "phones_solve_check", "added"),
        ("where-lines-meet", "head_on_answer", "hello_minute, hello_metre = 25, 2000", "head_on_check", "towards each other"),
        ("co2-record", "co2_best_answer", "best_slope, best_start = np.polyfit(year, ppm, 1)", "co2_best_check", "the year itself"),
        (
            "spring-stretch",
            "spring_residual_answer",
            "residuals = best_start + best_slope * steps - marks",
            "spring_residual_check",
            "turned round",
        ),
        (
            "line-project",
            "warmup_constant_answer",
            "k, k_unit = 4, 'cm/N'\nforce_for_9_cm = 36",
            "warmup_constant_check",
            "other way round",
        ),
        (
            "beyond-lines",
            "times_answer",
            "factors = [co2_in(y + 10) / co2_in(y) for y in (1960, 1970, 1980, 1990)]; multiplying_makes_a_line = False",
            "times_check",
            "excess",
        ),
    ],
)
def test_a_typical_mistake_fails_its_check_and_meets_its_own_sentence(
    notebook: str, answer: str, wrong_answer: str, check: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = read_named(notebook)
    next(cell for cell in tried.cells if cell.id == answer).source = wrong_answer
    folder = next(path.parent for path in NOTEBOOKS if path.stem == notebook)
    names, wrong = run(tried, folder, monkeypatch)
    assert check in wrong
    asked = meta(next(cell for cell in tried.cells if cell.id == check))
    sentences = [mistake.say for mistake in asked.misconceptions if eval(mistake.when, dict(names))]
    assert any(said in sentence for sentence in sentences), sentences


def test_the_three_stories_of_crossing_lines_ask_the_same_for_the_same_points() -> None:
    notebook = read_named("where-lines-meet")
    [fork] = [meta(cell) for cell in notebook.cells if isinstance(meta(cell), ForkCell)]
    assert fork.id == "meet-world"
    assert len(fork.options) == 3
    branches = {
        option.id: checks_of(cell for cell in notebook.cells if (ours := meta(cell)) and ours.branch == f"meet-world/{option.id}")
        for option in fork.options
    }
    assert set(map(repr, branches.values())) == {repr((4.0, Counter({"SL.SYS.1": 2}), 2))}


def test_both_data_stories_ask_the_same_for_the_same_points_in_the_same_order() -> None:
    climate, machines = read_named("co2-record"), read_named("spring-stretch")
    assert checks_of(climate.cells) == checks_of(machines.cells)
    assert checks_of(climate.cells)[1] == {"SL.DATA.1": 3, "SL.DATA.2": 3, "SL.DATA.3": 1, "SL.LINE.2": 1, "SL.FORCE.1": 1}
    assert [meta(cell).standards for cell in graded_cells(climate)] == [meta(cell).standards for cell in graded_cells(machines)]


def test_the_project_has_answers_for_a_teacher_and_room_for_the_students_voice() -> None:
    notebook = read_named("line-project")
    manual = [key for cell in notebook.cells if (key := grader(cell)) and key.is_manual]
    assert {key.task for key in manual} == {True, False}
    assert sum(key.points for key in manual) == 16
    assert len([cell for cell in notebook.cells if isinstance(meta(cell), ReflectCell)]) == 2
    released = cleared(next(path for path in NOTEBOOKS if path.stem == "line-project"), hidden_tests=False)
    text = "\n".join(cell.source for cell in released.cells)
    assert "An answer with full points" not in text
    assert "MARK SCHEME" not in text


def test_going_beyond_lines_costs_nobody_a_point() -> None:
    notebook = read_named("beyond-lines")
    points, _, count = checks_of(notebook.cells)
    assert points == 0
    assert count == 5
    assert {meta(cell).role for cell in graded_cells(notebook)} == {"challenge"}


# The data.


def rows(name: str) -> list[dict[str, float]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


def test_every_data_file_has_its_source_and_licence_written_down() -> None:
    note = (DATA / "SOURCE.md").read_text(encoding="utf-8")
    assert all(f"`{path.name}`" in note for path in DATA.glob("*.csv"))
    assert note.count("**Licence**") == 2
    assert "public domain" in note


def test_the_yearly_means_follow_from_the_monthly_ones_and_years_with_gaps_are_left_out() -> None:
    months: dict[int, list[float]] = {}
    for row in rows("co2-monthly.csv"):
        months.setdefault(int(row["year"]), []).append(row["ppm"])
    annual = {int(row["year"]): row["ppm"] for row in rows("co2-annual.csv")}
    assert set(months) - set(annual) == {1958, 1964}
    assert all(len(months[year]) == 12 for year in annual)
    for year, mean in annual.items():
        assert mean == pytest.approx(np.mean(months[year]), abs=0.011)


@pytest.mark.parametrize(
    ("year", "published"), [(1959, 315.98), (1970, 325.68), (1980, 338.76), (1990, 354.45), (2000, 369.71), (2001, 371.32)]
)
def test_yearly_means_agree_with_those_that_noaa_publishes(year: int, published: float) -> None:
    annual = {int(row["year"]): row["ppm"] for row in rows("co2-annual.csv")}
    assert annual[year] == pytest.approx(published, abs=0.5)  # ours are on the 1999 scale, theirs on a newer one


def test_the_load_cell_file_gives_the_coefficients_that_nist_certifies() -> None:
    data = rows("load-cell.csv")
    load, deflection = (np.array([row[key] for row in data]) for key in ("load", "deflection"))
    scaled = load / 1e6  # keeps the least squares problem well conditioned
    square, linear, constant = np.polyfit(scaled, deflection, 2)
    left = deflection - np.polyval((square, linear, constant), scaled)
    assert len(data) == 40
    assert constant == pytest.approx(0.673565789473684e-3, rel=1e-9)
    assert linear / 1e6 == pytest.approx(0.732059160401003e-6, rel=1e-9)
    assert square / 1e12 == pytest.approx(-0.316081871345029e-14, rel=1e-9)
    assert np.sqrt(np.sum(left**2) / (40 - 3)) == pytest.approx(0.205177424076185e-3, rel=1e-9)


def test_what_the_notebooks_say_about_their_data_is_so() -> None:
    annual = rows("co2-annual.csv")
    year, ppm = (np.array([row[key] for row in annual]) for key in ("year", "ppm"))
    t = year - 1959
    line, bent = np.polyfit(t, ppm, 1), np.polyfit(t, ppm, 2)
    left = ppm - np.polyval(line, t)
    assert line[0] == pytest.approx(1.35, abs=0.005)
    assert all(left[year <= 1966] > 0)
    assert left[0] > 4
    assert all(left[(year >= 1967) & (year <= 1987)] < 0)
    assert left.min() == pytest.approx(-2.6, abs=0.05)
    assert int(np.sum(left[year >= 1988] < 0)) == 2
    assert float(np.polyval(line, 64)) == pytest.approx(398, abs=0.5)
    assert float(np.polyval(bent, 64)) == pytest.approx(418, abs=0.5)
    factor = ((ppm[year == 2000][0] - 280) / (ppm[year == 1960][0] - 280)) ** (1 / 40)
    assert round(280 + (ppm[year == 1960][0] - 280) * factor**63) == 429

    cell = rows("load-cell.csv")
    steps, marks = np.array([row["load"] / 150_000 for row in cell]), np.array([row["deflection"] * 1000 for row in cell])
    slope, start = np.polyfit(steps, marks, 1)
    left = marks - (start + slope * steps)
    assert slope == pytest.approx(108.3, abs=0.05)
    assert all(left[steps <= 4] < 0)
    assert all(left[(steps >= 5) & (steps <= 16)] > 0)
    assert all(left[steps >= 17] < 0)
    assert (left.min(), left.max()) == (pytest.approx(-4.3, abs=0.05), pytest.approx(2.4, abs=0.05))
    assert np.mean(np.abs(marks[:20] - marks[20:])) == pytest.approx(0.24, abs=0.005)


@pytest.mark.slow
@each_notebook
@pytest.mark.parametrize("blank", [False, True], ids=["answers", "blank"])
def test_in_a_real_kernel_answers_pass_and_blanks_fail(path: Path, blank: bool) -> None:
    notebook = cleared(path, hidden_tests=True) if blank else read(path)
    client = NotebookClient(
        notebook, allow_errors=True, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    )
    client.execute()
    for cell in graded_cells(notebook):
        broken = [
            out for out in cell.outputs if out.output_type == "error" or (out.output_type == "stream" and out.name == "stderr")
        ]
        assert bool(broken) is blank, cell.id
        assert not any(out.output_type == "execute_result" for out in cell.outputs), (
            f"{cell.id} ends with a value, which nbgrader would take as points"
        )
