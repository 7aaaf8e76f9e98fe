"""What students may hold: nothing that gives an answer away, and everything they need to find their way."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings

from plnb.core.base import Level
from plnb.core.cells import CellMeta, CheckCell, ForkCell, GateCell, Misconception, Option
from plnb.core.conditions import Not, StandardAtLeast, StandardBelow
from plnb.core.course import Activity, ActivityFork, ActivityOption, Check, Course, Fork, Gate, ReflectionPoint, Unit
from plnb.core.policy import Mastery, Streak
from plnb.core.standards import Framework, Standard, StandardSet
from plnb.errors import CourseFileError, FormatTooNewError, NotFoundError
from plnb.store.bundle import read_bundle, strip_cell_meta, student_bundle, write_bundle
from tests.store.test_metadata import CELLS

SECRET = "PLANTED"
LOCK = StandardAtLeast(standard="A.1", at_least=Level.proficient)
HINT_AT = StandardBelow(standard=SECRET, below=Level.familiar)
OPTION = Option(id="graph", title="From a graph", suggest_when=HINT_AT)


def activity(name: str, *standards: str) -> Activity:
    return Activity(
        id=name,
        unit="u",
        title=name,
        opens_when=LOCK,
        suggest_when=HINT_AT,
        checks=(
            Check(
                id="c", standards=standards, hints=("Look at the axis.",), misconceptions=(Misconception(when=SECRET, say=SECRET),)
            ),
        ),
        forks=(Fork(id=f"{name}-rep", prompt="?", options=(OPTION,)),),
        gates=(Gate(id=f"{name}-gate", opens_when=Not(not_=StandardBelow(standard="A.3", below=Level.familiar))),),
        reflections=(ReflectionPoint(id=f"{name}-r", role="reflect", prompt="How was it?"),),
    )


COURSE = Course(
    id="c",
    title="C",
    mastery=Mastery(policy=Streak(n=7, correct_at=0.77)),
    standards=StandardSet(
        frameworks=(
            Framework(
                id="f",
                title="F",
                standards=(
                    Standard(code="A", statement="Group."),
                    Standard(code="A.0", statement="Before."),
                    Standard(code="A.1", statement="One.", parent="A", requires=("A.0",)),
                    Standard(code="A.2", statement="Two.", parent="A", requires=("A.1",)),
                    Standard(code="A.3", statement="Three."),
                    *(Standard(code=f"Z.{n}", statement="Never touched.") for n in range(500)),
                ),
            ),
            Framework(id="g", title="G", standards=(Standard(code="Y", statement="Never touched."),)),
        )
    ),
    units=(
        Unit(
            id="u",
            title="U",
            nodes=(
                activity("first", "A.1"),
                ActivityFork(
                    id="world",
                    prompt="Where?",
                    options=(
                        ActivityOption(id="sport", title="Sport", suggest_when=HINT_AT, activities=(activity("sport", "A.2"),)),
                    ),
                ),
            ),
        ),
        Unit(id="v", title="V", nodes=(activity("last", "A.2"),)),
    ),
)


def test_nothing_planted_in_the_course_reaches_the_bundle():
    assert COURSE.model_dump_json().count(SECRET) > 10
    bundle = student_bundle(COURSE)
    assert SECRET not in bundle.model_dump_json()
    assert "0.77" not in bundle.model_dump_json()
    assert bundle.mastery == Mastery()


def test_hints_reflections_and_what_opens_a_step_stay():
    for found in student_bundle(COURSE).activities():
        assert found.opens_when == LOCK
        assert found.checks[0].hints == ("Look at the axis.",)
        assert found.gates[0].opens_when is not None
        assert found.reflections[0].prompt == "How was it?"


def test_standards_that_the_course_never_touches_stay_at_home():
    bundle = student_bundle(COURSE)
    assert list(bundle.standards.by_code) == ["A", "A.0", "A.1", "A.2", "A.3"]
    assert [framework.id for framework in bundle.standards.frameworks] == ["f"]
    assert bundle.assessed() == COURSE.assessed()


def test_the_bundle_of_one_unit_holds_that_unit():
    assert [unit.id for unit in student_bundle(COURSE, "v").units] == ["v"]
    with pytest.raises(NotFoundError) as caught:
        student_bundle(COURSE, "w")
    assert caught.value.mend == "Its units: u, v."


def test_a_bundle_of_a_bundle_is_the_same():
    bundle = student_bundle(COURSE)
    assert student_bundle(bundle) == bundle


def test_what_is_written_is_read_back_the_same(tmp_path: Path):
    bundle = student_bundle(COURSE)
    path = tmp_path / "release" / "u" / "course.json"
    write_bundle(bundle, path)
    assert read_bundle(path) == bundle
    assert [p.name for p in path.parent.iterdir()] == ["course.json"]


@pytest.mark.parametrize("raw", ["", "{", "[]", "null", "{}", '{"id": 3}', '{"schema_version": "x"}', "[" * 100_000])
def test_a_damaged_bundle_is_refused_with_its_place(tmp_path: Path, raw: str):
    path = tmp_path / "course.json"
    path.write_text(raw, "utf-8")
    with pytest.raises(CourseFileError) as caught:
        read_bundle(path)
    assert (caught.value.place, bool(caught.value.mend)) == (str(path), True)


def test_a_newer_bundle_asks_for_a_newer_plnb_and_a_missing_one_says_so(tmp_path: Path):
    path = tmp_path / "course.json"
    with pytest.raises(NotFoundError):
        read_bundle(path)
    path.write_text(json.dumps({**student_bundle(COURSE).model_dump(mode="json"), "schema_version": 2}), "utf-8")
    with pytest.raises(FormatTooNewError):
        read_bundle(path)


def test_a_failed_writing_leaves_the_old_bundle_as_it_was(tmp_path: Path):
    path = tmp_path / "course.json"
    write_bundle(COURSE, path)
    before = path.read_bytes()
    broken = COURSE.model_copy(update={"title": "half a character: \ud800"})
    with pytest.raises(Exception, match=r"surrogates|utf-8"):
        write_bundle(broken, path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["course.json"]


@settings(deadline=None)
@given(CELLS)
def test_a_released_cell_loses_its_secrets_and_nothing_else(meta: CellMeta):
    released = strip_cell_meta(meta)
    said = released.model_dump_json()
    match released:
        case CheckCell():
            assert released.misconceptions == ()
            assert meta.model_copy(update={"misconceptions": ()}) == released
        case ForkCell():
            assert all(option.suggest_when is None for option in released.options)
            assert [o.title for o in released.options] == [o.title for o in meta.options]
        case GateCell():
            assert released.opens_when is None
            assert (released.id, released.soft) == (meta.id, meta.soft)
        case _:
            assert said == meta.model_dump_json()
    assert strip_cell_meta(released) == released


def test_a_kernel_can_load_the_bundle_without_the_graders_libraries():
    heavy = ["yaml", "nbgrader", "papermill", "sqlalchemy", "tornado", "jupyter_server", "nbformat"]
    code = f"import sys, plnb.store.bundle; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
