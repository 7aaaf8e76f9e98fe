from __future__ import annotations

from itertools import groupby
from pathlib import Path

import nbformat
import pytest

from plnb.authoring.demo import MARKER, DemoEvent, Stage, run_demo
from plnb.authoring.mangle import Mangle
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


@pytest.mark.slow
def test_the_demo_grades_everybody_and_ends_with_a_progress_notebook_for_each(tmp_path: Path) -> None:
    events: list[DemoEvent] = []
    result = run_demo(tmp_path / "demo", on_event=events.append)
    everybody = {student.id for student in result.students.students}
    handed_in = {(student.id, unit) for student in result.students.students for unit in student.units}

    assert [stage for stage, _ in groupby(event.stage for event in events)] == list(Stage)
    assert len(everybody) == 24

    # Nobody is lost: each submission has an outcome in both runs, and none is our fault.
    for summary in (result.first, result.second):
        assert {(outcome.student, outcome.unit) for outcome in summary.outcomes} == handed_in
        assert summary.of("our_fault") == ()

    # The second run looks only at what is new.
    first = {(outcome.student, outcome.unit): outcome for outcome in result.first.outcomes}
    second = {(outcome.student, outcome.unit): outcome for outcome in result.second.outcomes}
    again = {(student.id, unit) for student in result.students.students for unit in student.again}
    assert len(again) == result.again > 0
    assert {key for key, outcome in second.items() if outcome.state == "graded"} <= again | {
        key for key, outcome in first.items() if outcome.state != "graded"
    }
    assert all(second[key].attempt == 2 for key in again)
    assert all((second[key].score or 0) >= (first[key].score or 0) for key in again)

    # Every notebook that arrived mangled is graded, repaired or refused with a reason.
    for student in result.students.students:
        for mangled in student.mangles:
            outcome = first[student.id, mangled.unit]
            refused = {file.notebook for file in outcome.refused}
            if mangled.mangle in {Mangle.torn_file, Mangle.empty_file}:
                assert mangled.notebook in refused
                assert all(file.reason for file in outcome.refused)
            elif mangled.mangle is Mangle.missing_notebook:
                assert mangled.notebook in outcome.missing
            else:
                assert refused == set()
                assert outcome.score is not None

    # Everybody has a page, as a notebook and for the browser.
    assert {path.parent.name for path in result.notebooks} == everybody
    for path in result.notebooks:
        nbformat.validate(nbformat.read(path, as_version=4))
        assert path.with_suffix(".html").stat().st_size > 10_000
