from __future__ import annotations

from pathlib import Path

import pytest

from plnb.authoring.demo import MARKER, run_demo
from plnb.errors import OutputExistsError


def test_a_folder_that_no_demo_made_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(OutputExistsError, match="no demo made it"):
        run_demo(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_in_the_way_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("mine")
    with pytest.raises(OutputExistsError):
        run_demo(tmp_path / "demo")
    assert (tmp_path / "demo").read_text() == "mine"


@pytest.mark.slow
def test_a_demo_is_made_anew_where_an_earlier_one_was(tmp_path: Path) -> None:
    target = tmp_path / "demo"
    target.mkdir()
    (target / MARKER).write_text("")
    (target / "left-over.txt").write_text("")
    result = run_demo(target, n=1, jobs=1)
    assert not (target / "left-over.txt").exists()
    assert (target / MARKER).read_text().startswith("Made by")
    assert [path.parent.name for path in result.notebooks] == ["demo-01-strong"]
