"""The same hand-ins graded by plnb and by nbgrader alone: the same scores, cell by cell, except where we differ on purpose."""

from __future__ import annotations

import csv
import io

import pytest

from plnb.authoring.mangle import Mangle
from plnb.core.compiling import compile_course
from plnb.core.course import ActivityFork, Course
from plnb.grading.outcomes import SubmissionOutcome
from plnb.store.sources import load_course
from tests.grading.builders import grades
from tests.whole.conftest import Alone, Demo

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("whole")]

# What nbgrader cannot grade at all, of what was done to these hand-ins.
STOPS_NBGRADER = {Mangle.duplicated_cell, Mangle.split_cell, Mangle.torn_file, Mangle.empty_file, Mangle.byte_order_mark}

# Where plnb's score of a cell differs on purpose, of what was done to these hand-ins; docs/reference/scores.md says why.
DIFFERS = {
    Mangle.warning: "stderr",
    Mangle.deleted_check: "put-back",
    Mangle.wrong_name: "repair",
    Mangle.stripped_ids: "repair",
    Mangle.reordered_cells: "repair",
    Mangle.retyped_cell: "repair",
    Mangle.never_ends: "not-run",
    Mangle.huge_output: "repair",
}


def outcomes(demo: Demo) -> dict[tuple[str, str], SubmissionOutcome]:
    """What became of each student's last hand-in."""
    found = {(o.student, o.unit): o for o in demo.result.first.outcomes}
    found.update({(o.student, o.unit): o for o in demo.result.second.outcomes if o.state != "unchanged"})
    return found


def mirrored(course: Course) -> dict[str, set[tuple[str, str]]]:
    """By unit, the grade cells that lie on an option: (notebook, grade_id). Branch balance decides what those not taken say."""
    found: dict[str, set[tuple[str, str]]] = {}
    for unit in course.units:
        cells = found.setdefault(unit.id, set())
        for node in unit.nodes:
            activities = [a for option in node.options for a in option.activities] if isinstance(node, ActivityFork) else []
            cells.update((a.id, check.id) for a in activities for check in a.checks)
        cells.update((a.id, check.id) for a in unit.activities() for check in a.checks if check.branch)
    return found


def test_every_score_is_nbgraders_except_where_we_differ_on_purpose(demo: Demo, alone: Alone) -> None:
    on_options = mirrored(compile_course(load_course(demo.folder.root)))
    mangled = {(s.id, m.unit): m.mangle for s in demo.result.students.students for m in s.mangles}
    became = outcomes(demo)
    compared = 0
    unexplained: list[str] = []
    for student, unit in sorted(alone.graded):
        theirs, ours = grades(alone.folder, unit, student), grades(demo.folder, unit, student)
        assert ours.keys() == theirs.keys(), (student, unit)
        for cell, score in ours.items():
            compared += 1
            if score == theirs[cell]:
                continue
            if cell in on_options[unit] and theirs[cell][0] in (0, None):
                continue  # an option not taken, balanced
            why = DIFFERS.get(mangled.get((student, unit)))
            if why == "repair" and became[student, unit].repairs:
                continue
            if why in became[student, unit].differences:
                continue
            unexplained.append(f"{student} {unit} {cell}: ours {score}, theirs {theirs[cell]} ({mangled.get((student, unit))})")
    assert unexplained == []
    assert compared > 1500


def test_only_mangled_hand_ins_differ_or_stop_nbgrader(demo: Demo, alone: Alone) -> None:
    mangled = {(s.id, m.unit): m.mangle for s in demo.result.students.students for m in s.mangles}
    assert {mangled[key] for key in alone.stopped} <= STOPS_NBGRADER, alone.stopped
    assert len(alone.graded) > 100


def test_nbgrader_alone_goes_the_whole_way_with_the_course(demo: Demo, alone: Alone) -> None:
    said = alone.run("validate", "submitted/demo-04-everything/steady-change/unit-rates.ipynb")
    assert "Success" in said
    alone.run("generate_feedback", "steady-change", "--student=demo-04-everything")
    assert (alone.folder.feedback / "demo-04-everything" / "steady-change" / "unit-rates.html").exists()
    alone.run("export", "--to=grades.csv")
    rows = list(csv.DictReader(io.StringIO((alone.folder.root / "grades.csv").read_text())))
    assert {row["student_id"] for row in rows} >= {"demo-04-everything"}
