"""Which faults a course's checks notice, tried on real desks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook
from typer.testing import CliRunner

from plnb.authoring.strength import CourseStrength, strength
from plnb.cli.main import app
from plnb.errors import NotFoundError
from plnb.store.layout import CourseFolder
from plnb.store.sources import load_course
from tests.authoring.tiny import answer, check, make_tiny_course, sums


def course(root: Path, *cells: Any) -> CourseFolder:
    """The tiny course with these cells in `first/sums`."""
    folder = make_tiny_course(root, release=False)
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Sums"), *cells]), folder.notebook("first", "sums"))
    return folder


def measure(folder: CourseFolder, **asked: Any) -> CourseStrength:
    return strength(folder, load_course(folder.root), ["first/sums"], **asked)


WEAK = answer("mean_answer", "def mean(xs):\n    ### BEGIN SOLUTION\n    return sum(xs) / len(xs)\n    ### END SOLUTION")


def test_a_weak_check_lets_faults_through_and_they_are_shown_with_advice(tmp_path: Path) -> None:
    found = measure(course(tmp_path / "c", WEAK, check("mean_check", "assert mean([2]) == 2", ["T.1"])))
    (activity,) = found.activities
    lost = {each.mutant.what: each for each in activity.unnoticed}
    assert "`mean` knows the visible tests by heart" in lost
    assert "`mean` does nothing" not in lost
    by_heart = lost["`mean` knows the visible tests by heart"]
    assert by_heart.mutant.diff[0] == "-    return sum(xs) / len(xs)"
    assert "hidden test" in by_heart.advice
    assert found.share == found.noticed / found.tried < 1


def test_a_strong_check_notices_all(tmp_path: Path) -> None:
    tests = "assert mean([2]) == 2\n### BEGIN HIDDEN TESTS\nassert mean([1, 2, 6]) == 3\n### END HIDDEN TESTS"
    found = measure(course(tmp_path / "c", WEAK, check("mean_check", tests, ["T.1"])))
    assert (found.share, found.activities[0].unnoticed) == (1.0, ())
    assert [(each.check, each.share) for each in found.activities[0].checks] == [("mean_check", 1.0)]


def test_a_fault_that_never_ends_is_stopped_and_counts_as_noticed(tmp_path: Path) -> None:
    count_down = answer("down_answer", "### BEGIN SOLUTION\nn = 9\nwhile n > 0:\n    n = n - 1\n### END SOLUTION")
    (activity,) = measure(course(tmp_path / "c", count_down, check("down_check", "assert n == 0", ["T.1"]))).activities
    assert not any("`-` became `+`" in each.mutant.what for each in activity.unnoticed)
    assert activity.tried > 3


def test_what_the_author_says_is_no_fault_is_listed_apart_and_a_mark_that_fits_nothing_is_told(tmp_path: Path) -> None:
    cells = [WEAK, check("mean_check", "assert mean([2]) == 2", ["T.1"])]
    before = measure(course(tmp_path / "one", *cells))
    name = before.activities[0].unnoticed[0].mutant.id
    source = WEAK.source.replace("len(xs)\n", f"len(xs)  # same {name}: lists are never longer here\n    # same 00000000: old\n")
    after = measure(course(tmp_path / "two", answer("mean_answer", source), cells[1]))
    (activity,) = after.activities
    assert [(each.mutant.id, each.same) for each in activity.same] == [(name, "lists are never longer here")]
    assert (after.tried, after.noticed) == (before.tried - 1, before.noticed)
    assert ["00000000" in trouble for trouble in activity.troubles] == [True]
    said = CliRunner().invoke(app, ["strength", "-C", str(tmp_path / "two"), "--unsafe-no-sandbox", "--at-least", "0"]).stdout
    assert "1 more makes no difference, its author says." in " ".join(said.split())


def test_a_solution_that_fails_its_own_check_is_not_tried_and_told(tmp_path: Path) -> None:
    (activity,) = measure(course(tmp_path / "c", WEAK, check("mean_check", "assert mean([2]) == 3", ["T.1"]))).activities
    assert activity.tried == 0
    assert "mean_check does not pass with the right solution" in activity.troubles[0]


def test_units_and_activities_can_be_chosen_and_what_is_not_there_is_refused(tmp_path: Path) -> None:
    folder = make_tiny_course(tmp_path / "c", release=False)
    with pytest.raises(NotFoundError, match="no unit or activity 'sumz'"):
        strength(folder, load_course(folder.root), ["sumz"])


def test_the_command_shows_the_change_says_the_share_and_ends_by_what_was_asked(tmp_path: Path) -> None:
    folder = course(tmp_path / "c", *sums()[1:3])
    asked = ["strength", "first/sums", "-C", str(folder.root), "--unsafe-no-sandbox"]
    fine = CliRunner().invoke(app, [*asked, "--at-least", "50"])
    assert fine.exit_code == 0, fine.output
    assert "first/sums" in fine.stdout
    asked_too_much = CliRunner().invoke(app, [*asked, "--json", "--at-least", "100"])
    found = CourseStrength.model_validate_json(asked_too_much.stdout)
    assert asked_too_much.exit_code == (0 if found.share == 1 else 1)
