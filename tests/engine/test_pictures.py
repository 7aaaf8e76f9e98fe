"""Figures of a run that nobody will look at are laid out and not painted."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from plnb.engine.execute import RunResult, run_notebook
from plnb.engine.sandbox import Tier

pytest.importorskip("matplotlib")

DRAW = """
import matplotlib.pyplot as plt
figure, axes = plt.subplots(layout="constrained")
axes.plot([0, 40], [3, 90], label="a line")
axes.set_xlabel("seconds")
axes.legend()
plt.show()
"""
LAID_OUT = """
[label.get_text() for label in axes.get_xticklabels()], [round(side, 3) for side in axes.get_position().bounds], axes.get_xlim()
"""


def ran(folder: Path, *sources: str, seen: bool) -> RunResult:
    book = new_notebook(cells=[new_code_cell(source) for source in sources])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return run_notebook(book, cwd=folder, tier=Tier.none, seen=seen)


def pictures(run: RunResult) -> list[str]:
    return [
        kind for cell in run.notebook.cells for out in cell.outputs for kind in out.get("data", {}) if kind.startswith("image/")
    ]


def test_a_figure_that_nobody_looks_at_is_laid_out_as_any_other_and_not_painted(tmp_path: Path) -> None:
    one, other = (ran(tmp_path, DRAW, LAID_OUT, seen=seen) for seen in (True, False))
    assert pictures(one) == ["image/png"]
    assert pictures(other) == []
    assert one.notebook.cells[1].outputs == other.notebook.cells[1].outputs
    assert "'40', '45'" in one.notebook.cells[1].outputs[0].data["text/plain"]


def test_a_drawing_that_fails_still_says_so(tmp_path: Path) -> None:
    fails = DRAW.replace("seconds", r"$\\frac{1}$")
    one, other = (ran(tmp_path, fails, seen=seen) for seen in (True, False))
    assert [cell.ename for cell in one.cells] == [cell.ename for cell in other.cells] == ["ValueError"]


@pytest.mark.parametrize("formats", ["'png', 'retina'", "'retina'", "'svg'"])
def test_other_formats_do_no_harm(tmp_path: Path, formats: str) -> None:
    choose = f"import matplotlib_inline.backend_inline as inline\ninline.set_matplotlib_formats({formats})"
    run = ran(tmp_path, choose, DRAW, LAID_OUT, seen=False)
    assert [cell.ename for cell in run.cells] == ["", "", ""]
    assert pictures(run) == (["image/svg+xml"] if "svg" in formats else [])


def test_a_picture_that_a_cell_saves_is_painted(tmp_path: Path) -> None:
    ran(tmp_path, DRAW, "figure.savefig('mine.png')", seen=False)
    assert (tmp_path / "mine.png").read_bytes().startswith(b"\x89PNG")


def test_nothing_of_it_is_in_the_environment(tmp_path: Path) -> None:
    run = ran(tmp_path, "import os\n[name for name in os.environ if 'PLNB' in name]", seen=False)
    assert run.notebook.cells[0].outputs[0].data["text/plain"] == "[]"
