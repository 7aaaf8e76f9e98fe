# ruff: noqa: E501 - sources of cells, one a line
"""Checking a submission: outside where the plan says so, under canaries where not; and what is told of each check."""

from __future__ import annotations

import os
import sys

import pytest

from plnb.core.outside import fresh_number, with_fresh_number
from plnb.core.records import Verdict
from plnb.engine.nodes import notebook_bytes
from plnb.engine.runs import Budget
from plnb.grading.canaries import negative_twin, nonce_canary
from plnb.grading.checks import fresh_seed
from plnb.grading.jobs import Job, UnitKit
from plnb.grading.kits import make_kit
from plnb.grading.manifest import read_manifest
from plnb.grading.nbgrader_course import NbgraderCourse
from plnb.grading.release import release
from plnb.grading.results import CellScore, NotebookOutcome
from plnb.grading.work import work
from plnb.store.layout import CourseFolder
from tests.grading.builders import answer, autotest, cell_of, check_meta, code, nbgrader_key, notebook, read, write

STACK = "class Stack:\n    def __init__(self): self.n = 0\n    def push(self, x): self.n += 1"

COURSE = "schema_version: 1\nid: small\ntitle: Small\nunits:\n  - {id: u, title: U, steps: [{notebook: n}]}\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> CourseFolder:
    """A course of one notebook: checks outside, one that has to stay in the kernel, one with a fresh number."""
    made = CourseFolder(tmp_path_factory.mktemp("checks"))
    made.course_file.write_text(COURSE)
    seeded = "import random\nseed = 1\nx = random.Random(seed).randrange(10**9)\nassert double(x) == 2 * x"
    slip = {"when": "double(2) == 4.5", "say": "You added a half."}
    cells = [
        code(
            "TOLERANCE = 1e-6\n\ndef near(a, b):\n    return abs(a - b) < TOLERANCE",
            "setup",
            nbgrader=nbgrader_key("setup", locked=True),
        ),
        answer("double", "def double(x):\n    return 2 * x"),
        autotest("shown", 1, "assert near(double(3), 6), 'twice three'", plnb=check_meta("S.1", misconceptions=[slip])),
        autotest("hidden", 1, "assert double(1) is not None", hidden="assert double(21) == 42  # sesame", plnb=check_meta("S.1")),
        autotest("seeded", 2, seeded, plnb=check_meta("S.1", fresh="seed")),
        answer("stack", STACK),
        autotest("kind", 1, "s = Stack()\nassert isinstance(s, Stack)\nassert s.n == 0", plnb=check_meta("S.1")),
    ]
    write(made.notebook("u", "n"), notebook(*cells))
    release(made)
    return made


_where = ["none"]


@pytest.fixture(autouse=True, params=["none", "namespaces"])
def tier(request: pytest.FixtureRequest) -> str:
    """In each tier; in the second, checkers are forked from a process that has begun already (all but the first)."""
    if request.param == "namespaces" and (not sys.platform.startswith("linux") or os.geteuid() == 0):
        pytest.skip("sandboxes are Linux's, and root is refused")
    _where[0] = request.param
    return request.param


def graded(
    folder: CourseFolder, answers: dict[str, str], *, extra: str = "", strict: bool = False, budget: Budget = Budget()
) -> NotebookOutcome:
    """What comes of the answers."""
    manifest = read_manifest(folder.manifest("u"))
    kit: UnitKit = make_kit(NbgraderCourse(folder), manifest.model_copy(update={"strict": strict}), budget=budget, tier=_where[0])
    book = read(folder.unit_release("u") / "n.ipynb")
    for name, source in answers.items():
        cell_of(book, name).source = source
    if extra:
        book.cells.insert(1, code(extra, "extra"))
    return work(kit, Job(student="ann", notebooks={"n": notebook_bytes(book)}, others={})).outcomes[0]


def scores(outcome: NotebookOutcome) -> dict[str, CellScore]:
    return {score.check: score for score in outcome.scores}


def earned(outcome: NotebookOutcome) -> dict[str, float | None]:
    return {score.check: score.points for score in outcome.scores}


RIGHT = {"double": "def double(x):\n    return x + x", "stack": STACK}


def test_right_work_earns_all_and_says_where_each_check_ran(folder: CourseFolder) -> None:
    outcome = graded(folder, RIGHT)
    assert earned(outcome) == {"shown": 1, "hidden": 1, "seeded": 2, "kind": 1}
    found = scores(outcome)
    assert {check: score.checked_in for check, score in found.items()} == {
        "shown": "outside", "hidden": "outside", "seeded": "outside", "kind": "kernel"
    }  # fmt: skip
    assert found["shown"].seconds > 0
    assert outcome.flags == ()


def test_a_fresh_number_is_recorded_and_the_same_work_gets_the_same_one(folder: CourseFolder) -> None:
    first, again = (scores(graded(folder, RIGHT))["seeded"].seed for _ in range(2))
    assert first == again is not None
    assert scores(graded(folder, RIGHT))["shown"].seed is None
    assert fresh_seed("a", "b") != fresh_seed("ab", "")


def test_inputs_learned_by_heart_earn_nothing_where_they_are_fresh(folder: CourseFolder) -> None:
    by_heart = (
        "import random\n_x = random.Random(1).randrange(10**9)\ndef double(x):\n    return {3: 6, 21: 42, _x: 2 * _x}.get(x, 1)"
    )
    assert earned(graded(folder, {**RIGHT, "double": by_heart})) == {"shown": 1, "hidden": 1, "seeded": 0, "kind": 1}


def test_the_teachers_helpers_and_tolerances_are_the_teachers_own(folder: CourseFolder) -> None:
    tampered = "def double(x):\n    return 0\nTOLERANCE = 1e9\nnear = lambda a, b: True"
    assert earned(graded(folder, {**RIGHT, "double": tampered}))["shown"] == 0


def test_an_object_that_agrees_with_everything_earns_nothing_outside(folder: CourseFolder) -> None:
    evil = "class Evil:\n    def __eq__(self, o): return True\n    def __sub__(self, o): return 0.0\n    __rsub__ = __sub__\ndef double(x): return Evil()"
    found = scores(graded(folder, {**RIGHT, "double": evil}))
    assert {check: found[check].points for check in ("shown", "hidden", "seeded")} == {"shown": 0, "hidden": 0, "seeded": 0}
    assert found["hidden"].differences == ("outside",)


def test_a_check_earned_before_a_crash_stays_earned(folder: CourseFolder) -> None:
    found = scores(graded(folder, {**RIGHT, "stack": "import os\nos._exit(1)"}))
    assert (found["shown"].points, found["seeded"].points) == (1, 2)
    assert found["kind"].verdict is Verdict.crashed


def test_an_answer_that_takes_the_process_down_in_a_check_is_a_crash_there_and_the_rest_could_not_run(folder: CourseFolder) -> None:
    found = scores(graded(folder, {**RIGHT, "double": "import os\ndef double(x):\n    os._exit(1)"}))
    assert [found[check].verdict for check in ("shown", "hidden", "kind")] == [Verdict.crashed] * 3
    assert all(score.points == 0 for score in found.values())


def test_a_loop_in_an_answer_times_its_checks_out_and_the_others_run(folder: CourseFolder) -> None:
    budget = Budget(cell_seconds=1)
    found = scores(graded(folder, {**RIGHT, "double": "def double(x):\n    while True: pass"}, budget=budget))
    assert [found[check].verdict for check in ("shown", "hidden", "seeded")] == [Verdict.timed_out] * 3
    assert found["kind"].points == 1


def test_a_known_misconception_is_told_from_outside(folder: CourseFolder) -> None:
    found = scores(graded(folder, {**RIGHT, "double": "def double(x):\n    return 2 * x + 0.5"}))
    assert found["shown"].message == "You added a half."


def test_where_a_check_has_to_run_in_the_kernel_a_canary_tells_of_tampering_and_changes_no_score(folder: CourseFolder) -> None:
    swallow = (
        "import ast\nclass _Quiet(ast.NodeTransformer):\n    def visit_Assert(self, node): return ast.Pass()\n"
        "get_ipython().ast_transformers.append(_Quiet())\n"
    )
    outcome = graded(folder, {**RIGHT, "stack": f"{STACK}\n{swallow}"})
    honest = graded(folder, RIGHT)
    assert [flag.code for flag in outcome.flags] == ["canary-passed"]
    assert outcome.flags[0].check == "kind"
    assert earned(outcome) == earned(honest)
    assert honest.flags == ()


def test_a_strict_course_leaves_what_ran_in_the_kernel_to_a_person(folder: CourseFolder) -> None:
    found = scores(graded(folder, RIGHT, strict=True))
    assert (found["kind"].points, found["kind"].verdict, found["kind"].differences) == (None, Verdict.waiting, ("strict",))
    assert found["shown"].points == 1


def test_hidden_tests_and_expected_values_never_get_into_the_students_process(folder: CourseFolder) -> None:
    spy = (
        "import gc\nWORD = 'ses' + 'ame'\ndef double(x):\n"
        "    seen = [o for e in gc.get_objects() for o in gc.get_referents(e) if isinstance(o, str) and WORD in o and o is not WORD and len(o) < 99]\n"
        "    if seen: raise RuntimeError(repr(seen))\n    return 2 * x"
    )
    assert earned(graded(folder, {**RIGHT, "double": spy}))["hidden"] == 1


def test_nobody_touched_it_and_still_every_check_says_where_it_ran(folder: CourseFolder) -> None:
    found = scores(graded(folder, {}))
    assert {score.checked_in for score in found.values()} == {"outside", "kernel"}
    assert {score.verdict for score in found.values()} == {Verdict.not_attempted}


def test_a_fresh_number_takes_the_place_of_the_one_that_is_written() -> None:
    assert with_fresh_number("é = 1\nseed = 12  # any\nf(seed)", "seed", 7) == "é = 1\nseed = 7  # any\nf(seed)"
    for source in (
        "seed = 1\nseed = 2",
        "seed = -1",
        "seed = True",
        "seed = f()",
        "seed: int = 1",
        "if 1:\n    seed = 1",
        "x = 1",
        "%no",
    ):
        assert fresh_number(source, "seed") is None
        assert with_fresh_number(source, "seed", 7) == source


def test_canaries_must_fail_and_are_never_the_same() -> None:
    assert nonce_canary() != nonce_canary()
    source, word = negative_twin("x = 1\nassert f(2) == [1, 4], 'no'") or ("", "")
    assert source == f"assert (f(2)) == {word!r}, {word!r}"
    assert negative_twin("assert f(2)") is None
    assert negative_twin("%time x") is None
