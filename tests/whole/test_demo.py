"""`make demo`: the main job, from nothing to progress notebooks, on a class with the mishaps of a real one."""

from __future__ import annotations

from itertools import groupby

import nbformat
import pytest

from plnb.authoring.demo import Stage
from plnb.authoring.mangle import Mangle
from tests.whole.conftest import Demo

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("whole")]


def test_everybody_is_graded_and_has_a_progress_notebook(demo: Demo) -> None:
    result = demo.result
    everybody = {student.id for student in result.students.students}
    handed_in = {(student.id, unit) for student in result.students.students for unit in student.units}

    assert [stage for stage, _ in groupby(event.stage for event in demo.events)] == list(Stage)
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
