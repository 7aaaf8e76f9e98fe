"""The teacher's first cells are run once for a class, where that makes no difference to anybody."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from plnb.engine import opening as engine
from plnb.engine.opening import Opened, Opening
from plnb.engine.sandbox import Tier
from plnb.grading import work as working
from plnb.grading.jobs import Job, UnitKit
from plnb.grading.openings import Openings
from plnb.grading.plans import NotebookPlan
from plnb.grading.rehearsal import lay_out
from plnb.grading.release import release
from plnb.grading.results import Worked
from plnb.grading.service import kit_for
from plnb.grading.work import work
from plnb.grading.work_folders import another, is_the_one, work_folder
from plnb.store.layout import CourseFolder
from tests.grading.builders import answer, autotest, check_meta, code, hand_in, nbgrader_key, notebook, small_course, write

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.geteuid() == 0, reason="sandboxes are Linux's, and root is refused"
)

SLOW = "import time\ntime.sleep(0.05)\n"
FIRST = SLOW + "import math\nrows = open('data.csv').read().split()\nrows"


CHECKS = (("area_check", "assert round(area, 2) == 12.57", 2), ("rows_check", "assert len(rows) == 3", 1))


def released(
    folder: Path,
    first: str,
    second: str = "print(len(rows))",
    *,
    checks: Sequence[tuple[str, str, int]] = CHECKS,
    solution: str = "area = math.pi * 4\nrows.append('mine')",
    unsafe: bool = False,
) -> UnitKit:
    """The kit of a course whose activity begins with two cells of the teacher's."""
    course = small_course(folder)
    (course.unit_source("u1") / "slope.ipynb").unlink()
    course.course_file.write_text(course.course_file.read_text().replace("      - {notebook: slope, standards: [S.1]}\n", ""))
    cells = [
        code(first, "first", nbgrader=nbgrader_key("first", locked=True)),
        code(second, "second", nbgrader=nbgrader_key("second", locked=True)),
        answer("area", solution),
        *(autotest(name, points, source, plnb=check_meta("S.1")) for name, source, points in checks),
    ]
    write(course.notebook("u1", "speed"), notebook(*cells))
    release(course, ["u1"])
    return kit_for(course, "u1", unsafe=unsafe)


@pytest.fixture(autouse=True)
def openings(monkeypatch: pytest.MonkeyPatch) -> Iterator[Openings]:
    made = Openings()
    monkeypatch.setattr(working, "_openings", made)
    yield made
    made.close()


def noted(monkeypatch: pytest.MonkeyPatch, kind: type[Opened], what: str) -> list[Any]:
    """Which processes of a kind were asked for a desk or a checker, one after the other."""
    found: list[Any] = []
    plain = getattr(kind, what)

    def asked(self: Opened, *args: object, **how: object) -> object:
        found.append(self)
        return plain(self, *args, **how)

    monkeypatch.setattr(kind, what, asked, raising=False)
    return found


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Opening]:
    """The openings that desks were forked from."""
    return noted(monkeypatch, Opening, "desk")


RIGHT = "area = math.pi * 4\nrows.append('mine')"


def submission(kit: UnitKit, folder: Path, student: str, solution: str, change: object = None, **others: bytes) -> Job:
    course = CourseFolder(folder)
    changes = {"speed": change} if change else None
    target = hand_in(course, student, "u1", {"area": solution}, change=changes)  # type: ignore[arg-type]
    files = {"data.csv": kit.data["data.csv"]} | {name.replace("__", "."): raw for name, raw in others.items()}
    return Job(student, {"speed": (target / "speed.ipynb").read_bytes()}, files)


def points(worked: Worked) -> list[float | None]:
    return [score.points for outcome in worked.outcomes for score in outcome.scores]


@pytest.mark.parametrize("unsafe", [False, True])
def test_from_the_second_student_on_runs_begin_where_the_first_cells_ended(
    tmp_path: Path, begun: list[Opening], unsafe: bool
) -> None:
    kit = released(tmp_path, FIRST, unsafe=unsafe)
    solutions = [RIGHT, "area = 1", RIGHT, "area = math.pi * 4", "rows = []", "1 / 0"]
    jobs = [submission(kit, tmp_path, f"s{number}", solution) for number, solution in enumerate(solutions)]
    found = [work(kit, job) for job in jobs]
    assert [points(each) for each in found] == [[2, 1], [0, 0], [2, 1], [2, 0], [0, 0], [0, 0]]
    assert len(begun) == 5
    assert len(set(begun)) == 1
    for job, each in zip(jobs, found, strict=True):  # and as if each had been the first
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(working, "_openings", Openings())
            alone = work(kit, job)
        assert alone.executed == each.executed
        assert points(alone) == points(each)


def test_what_shows_something_else_each_time_is_run_for_everybody(tmp_path: Path, begun: list[Opening]) -> None:
    kit = released(tmp_path, FIRST + "\nprint(time.time())")
    assert [points(work(kit, submission(kit, tmp_path, f"s{n}", RIGHT))) for n in range(4)] == [[2, 1]] * 4
    assert begun == []


def test_no_cell_of_a_student_is_ever_in_it(tmp_path: Path, begun: list[Opening], openings: Openings) -> None:
    kit = released(tmp_path, FIRST)

    def mine(nb: NotebookNode) -> None:
        key = nbgrader_key("mine", locked=True)
        nb.cells.insert(0, new_code_cell(SLOW + "import math\nmath.pi = 3", metadata={"nbgrader": key}))

    for number in range(3):
        work(kit, submission(kit, tmp_path, f"bad{number}", RIGHT, mine))
    assert openings._known == {}
    for number in range(3):
        assert points(work(kit, submission(kit, tmp_path, f"s{number}", RIGHT))) == [2, 1]
    assert [cell.source for cell in begun[0].played] == [FIRST, "print(len(rows))"]
    work(kit, submission(kit, tmp_path, "bad", RIGHT, mine))
    assert len(begun) == 2  # who begins otherwise does not begin there


def test_who_hands_in_files_of_their_own_has_a_run_of_their_own(tmp_path: Path, begun: list[Opening]) -> None:
    kit = released(
        tmp_path, SLOW + "import math\ntry:\n    import helper\nexcept ImportError:\n    helper = None\nrows = ['a', 'b']"
    )
    for number in range(3):
        work(kit, submission(kit, tmp_path, f"s{number}", RIGHT))
    before = len(begun)
    helped = submission(kit, tmp_path, "helped", "area = helper.area\nrows.append(1)", helper__py=b"area = 12.566")
    assert points(work(kit, helped)) == [2, 1]
    assert len(begun) == before


def test_an_opening_that_was_killed_costs_nobody_points(tmp_path: Path, begun: list[Opening]) -> None:
    kit = released(tmp_path, FIRST)
    for number in range(3):
        work(kit, submission(kit, tmp_path, f"s{number}", RIGHT))
    os.kill(begun[-1]._child.pid, signal.SIGKILL)
    assert [points(work(kit, submission(kit, tmp_path, f"t{n}", RIGHT))) for n in range(3)] == [[2, 1]] * 3


def test_and_neither_does_one_that_is_killed_while_a_desk_of_it_runs(tmp_path: Path, begun: list[Opening]) -> None:
    kit = released(tmp_path, FIRST)
    for number in range(2):
        work(kit, submission(kit, tmp_path, f"s{number}", RIGHT))
    plain = engine.Opening.begins

    def begins(self: Opening, nb: NotebookNode) -> bool:
        os.kill(self._child.pid, signal.SIGKILL)
        return plain(self, nb)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine.Opening, "begins", begins)
        assert points(work(kit, submission(kit, tmp_path, "t", RIGHT))) == [2, 1]
    assert points(work(kit, submission(kit, tmp_path, "u", RIGHT))) == [2, 1]


def test_the_oldest_of_another_release_makes_room(tmp_path: Path, begun: list[Opening], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plnb.grading.openings.MOST", 2)
    kit = released(tmp_path, FIRST)
    for digest in ("one", "two", "one", "three"):
        for number in range(3):
            work(replace(kit, digest=digest), submission(kit, tmp_path, f"s{number}", RIGHT))
    one, two, three = dict.fromkeys(begun)
    assert two.alive
    assert three.alive
    with pytest.raises(OSError, match=r"[Bb]ad file"):
        one._control.getpeername()


def test_what_was_seen_of_old_releases_is_forgotten(tmp_path: Path, openings: Openings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plnb.grading.openings._MOST_KNOWN", 2)
    kit = released(tmp_path, FIRST)
    job = submission(kit, tmp_path, "s", RIGHT)
    for digest in ("one", "two", "three"):
        work(replace(kit, digest=digest), job)
    assert [key[0] for key in openings._known] == ["two", "three"]


def test_who_waits_for_points_waits_for_no_pictures_and_who_looks_gets_them(tmp_path: Path, begun: list[Opening]) -> None:
    pytest.importorskip("matplotlib")
    draw = "import matplotlib.pyplot as plt, math\nplt.plot([1, 2])\nplt.show()\nrows = ['a', 'b']"
    kit = released(tmp_path, draw)
    jobs = [submission(kit, tmp_path, f"s{number}", RIGHT) for number in range(3)]
    for seen in (False, True):
        for job in jobs:
            worked = work(kit, replace(job, seen=seen))
            assert (b"image/png" in worked.executed["speed"]) is seen
            assert points(worked) == [2, 1]
    assert len(set(begun)) == 2


def test_and_so_do_those_whose_checks_were_never_rehearsed(tmp_path: Path, begun: list[Opening]) -> None:
    kit = released(tmp_path, FIRST, unsafe=True)
    notebooks = tuple(notebook.model_copy(update={"plan": NotebookPlan()}) for notebook in kit.manifest.notebooks)
    kit = replace(kit, digest="bare", manifest=kit.manifest.model_copy(update={"notebooks": notebooks}))
    solutions = [RIGHT, "area = 1", RIGHT]
    jobs = [submission(kit, tmp_path, f"s{number}", solution) for number, solution in enumerate(solutions)]
    assert [points(work(kit, job)) for job in jobs] == [[2, 1], [0, 0], [2, 1]]
    assert len(begun) == 2


# --- what checks begin with ------------------------------------------------------------------------------------------------------


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> list[Opened]:
    """Where checkers were forked from that had begun already."""
    return noted(monkeypatch, Opened, "checker")


GOOD = "area = 7"


def helped(folder: Path, *more: tuple[str, str, int]) -> UnitKit:
    """The kit of a course whose checks use what its locked cells define."""
    checks = (*more, ("near_check", "assert near(area, GOOD)", 2), ("same_check", "assert area == GOOD", 1))
    return released(folder, "GOOD = 7", "def near(a, b): return abs(a - b) < 2", checks=checks, solution=GOOD)


def test_from_the_second_student_on_checkers_have_begun_already(tmp_path: Path, apart: list[Opened]) -> None:
    kit = helped(tmp_path)
    assert [points(work(kit, submission(kit, tmp_path, f"s{n}", GOOD))) for n in range(3)] == [[2, 1]] * 3
    assert len(apart) == 2
    assert len(set(apart)) == 1


def test_a_check_that_takes_its_checker_down_is_followed_by_one_that_knows_all_that_came_before(
    tmp_path: Path, apart: list[Opened]
) -> None:
    # Python's own end, a signal of its own, and a crash: a checker may be the first process of its namespaces, which signals spare.
    dies = "import os, ctypes\nif area == 8: os._exit(3)\nif area == 9: os.abort()\nif area == 6: ctypes.string_at(0)"
    kit = helped(tmp_path, ("dies", dies, 1))
    for number, (given, earned) in enumerate([(7, [1, 2, 1]), (8, [0, 2, 0]), (9, [0, 0, 0]), (6, [0, 2, 0])]):
        assert points(work(kit, submission(kit, tmp_path, f"s{number}", f"area = {given}"))) == earned
    assert len(apart) == 6  # each of three needed another one


def test_where_checkers_come_from_may_be_killed_at_any_time(tmp_path: Path, apart: list[Opened]) -> None:
    kit = helped(tmp_path)
    for number in range(2):
        work(kit, submission(kit, tmp_path, f"s{number}", GOOD))
    os.kill(apart[-1]._child.pid, signal.SIGKILL)
    assert [points(work(kit, submission(kit, tmp_path, f"t{n}", GOOD))) for n in range(2)] == [[2, 1]] * 2
    assert len(apart) == 1


def test_even_while_a_checker_of_it_runs(tmp_path: Path, apart: list[Opened], monkeypatch: pytest.MonkeyPatch) -> None:
    kit = helped(tmp_path)
    for number in range(2):
        work(kit, submission(kit, tmp_path, f"s{number}", GOOD))
    plain = Opened.checker

    def checker(self: Opened, *args: object, **how: object) -> object:
        child = plain(self, *args, **how)  # type: ignore[arg-type]
        assert child.pid
        os.kill(self._child.pid, signal.SIGKILL)
        return child

    monkeypatch.setattr(Opened, "checker", checker)
    assert points(work(kit, submission(kit, tmp_path, "t", GOOD))) == [2, 1]
    assert points(work(kit, submission(kit, tmp_path, "u", GOOD))) == [2, 1]
    assert len(apart) == 2


# --- without a sandbox: one folder, in turns -------------------------------------------------------------------------------------


def test_without_a_sandbox_what_a_student_writes_beside_the_notebook_is_gone_for_the_next(
    tmp_path: Path, begun: list[Opening]
) -> None:
    kit = released(tmp_path, FIRST, "import os\nprint(len(rows))", unsafe=True)
    writes = RIGHT + "\nopen('left.txt', 'w').write('x'); open('data.csv', 'a').write('9')\nos.mkdir('deep'); os.chmod('deep', 0)"
    looks = "area = math.pi * 4\nrows += os.listdir()\nassert open('data.csv').read().split() == rows[:2]"
    assert points(work(kit, submission(kit, tmp_path, "s0", RIGHT))) == [2, 1]
    for number in range(2):
        assert points(work(kit, submission(kit, tmp_path, f"w{number}", writes))) == [2, 1]
        worked = work(kit, submission(kit, tmp_path, f"l{number}", looks))
        assert points(worked) == [2, 1], worked.executed["speed"]
    assert len(begun) == 4


def test_a_folder_that_an_earlier_notebook_has_changed_has_an_ordinary_run(tmp_path: Path) -> None:
    data = {"data.csv": b"1 2", "deep/er.txt": b"x"}
    with work_folder(Tier.none) as folder:
        lay_out(data, folder)
        assert is_the_one(folder, data)
        (folder / "data.csv").write_text("9")
        assert not is_the_one(folder, data)
        (folder / "data.csv").write_bytes(data["data.csv"])
        (folder / "timestamp.txt").write_text("2026-01-01")
        assert is_the_one(folder, data)
        (folder / "more").mkdir()
        assert not is_the_one(folder, data)
        (folder / "more").rmdir()
        assert is_the_one(folder, data)
        (folder / "data.csv").unlink()
        assert not is_the_one(folder, data)
        os.mkfifo(folder / "data.csv")  # nobody would ever write what was read from it
        assert not is_the_one(folder, data)
        assert not is_the_one(tmp_path, {})


def test_the_folder_has_one_path_and_whoever_finds_it_in_use_gets_another() -> None:
    with work_folder(Tier.none) as one, work_folder(Tier.none) as meanwhile:
        assert meanwhile != one
    with work_folder(Tier.none) as next_one:
        assert next_one == one
        (one / "mine.txt").write_text("x")
        with another(one, Tier.none) as beside:
            assert beside == one
            assert [*beside.iterdir()] == []
            (beside / "made.txt").write_text("y")
        assert [path.name for path in one.iterdir()] == ["mine.txt"]
    assert not one.exists()
    with work_folder(Tier.namespaces) as confined, work_folder(Tier.namespaces) as other:
        assert confined != other


def test_each_process_has_its_own() -> None:
    with work_folder(Tier.none) as here:
        read, write = os.pipe()
        if (child := os.fork()) == 0:
            try:
                with work_folder(Tier.none) as there:
                    os.write(write, str(there).encode())
            finally:
                os._exit(0)
        os.close(write)
        os.waitpid(child, 0)
        assert os.read(read, 1000).decode() not in ("", str(here))
        os.close(read)
