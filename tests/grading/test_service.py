"""One submission at once: the same answer as the whole pipeline gives, warm in a fraction of a second, and nothing written."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from plnb.core.records import Verdict
from plnb.errors import NotFoundError
from plnb.grading import Graded, grade_one
from plnb.grading.grade import grade
from plnb.grading.release import release
from plnb.grading.service import kit_for
from plnb.store.layout import CourseFolder
from tests.grading.builders import RIGHT, cell_of, grades, hand_in, read, write

GRAPH = {key: RIGHT[key] for key in ("speed", "why", "thought", "graph_answer")}


def files(folder: Path) -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in folder.glob("*.ipynb")}


def points(graded: Graded) -> dict[tuple[str, str], float | None]:
    return {(outcome.name, score.check): score.points for outcome in graded.outcomes for score in outcome.scores}


def test_it_gives_what_the_whole_pipeline_gives_and_writes_nothing(course: CourseFolder) -> None:
    target = hand_in(course, "ada", "u1", GRAPH, choices={"rep": ["graph"]})
    before = sorted(course.root.rglob("*"))
    found = grade_one(course, "u1", files(target))
    assert sorted(course.root.rglob("*")) == before
    (outcome,) = grade(course, jobs=0).outcomes
    assert (found.score, found.max_score) == (outcome.score, outcome.max_score) == (7, 10)
    assert [(fork.fork, fork.options) for fork in found.forks] == [("rep", ("graph",))]
    book = grades(course, "u1", "ada")
    assert {key: value for key, value in points(found).items() if key[1] in ("speed_check", "graph_one")} == {
        key: book[key][0] for key in (("speed", "speed_check"), ("slope", "graph_one"))
    }


def test_a_wrong_answer_comes_back_with_what_to_say(course: CourseFolder) -> None:
    target = hand_in(course, "ada", "u1", {**GRAPH, "speed": "def speed(d, t):\n    return d * t"})
    found = grade_one(course, "u1", files(target))
    score = next(score for outcome in found.outcomes for score in outcome.scores if score.check == "speed_check")
    assert score.verdict is Verdict.failed
    assert "You multiplied" in score.message


def test_one_notebook_of_a_unit_is_enough(course: CourseFolder) -> None:
    target = hand_in(course, "ada", "u1", GRAPH)
    found = grade_one(course, "u1", {"speed": files(target)["speed"]})
    assert {outcome.name: outcome.state for outcome in found.outcomes} == {"speed": "graded", "slope": "missing"}


def test_a_file_that_is_no_notebook_is_an_outcome(course: CourseFolder) -> None:
    found = grade_one(course, "u1", {"speed": b"\xff\x00not json", "slope": b""})
    assert [outcome.state for outcome in found.outcomes] == ["refused", "refused"]
    assert found.score == 0


def test_a_new_release_is_used_at_once(course: CourseFolder) -> None:
    raw = files(hand_in(course, "ada", "u2", {"ratio": "ratio = 5", "explain": ""}))
    assert grade_one(course, "u2", raw).score == 0
    for world in ("in-sport", "in-music"):
        nb = read(course.notebook("u2", world))
        cell_of(nb, "ratio_check").source = "assert ratio == 5"
        write(course.notebook("u2", world), nb)
    release(course, ["u2"])
    assert grade_one(course, "u2", raw).score == 4


def test_a_unit_nobody_released_is_refused_with_the_mend(course: CourseFolder) -> None:
    with pytest.raises(NotFoundError, match="plnb release u9"):
        grade_one(course, "u9", {})
    with pytest.raises(NotFoundError, match="kit of 'u2'"):
        grade_one(kit_for(course, "u2"), "u1", {})


def test_threads_take_turns_and_get_their_own_answers(course: CourseFolder) -> None:
    right = files(hand_in(course, "ada", "u1", GRAPH))
    wrong = files(hand_in(course, "bob", "u1", {**GRAPH, "speed": "def speed(d, t):\n    return 0"}))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda raw: grade_one(course, "u1", raw).score, [right, wrong] * 4))
    assert found == [7, 4] * 4
