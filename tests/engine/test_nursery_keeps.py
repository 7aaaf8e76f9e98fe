"""A nursery keeps what it has forked: nothing uses more than it may, nothing outlives it, and nothing of what is gone stays open."""

# ruff: noqa: E501 - cells are written in one line

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from plnb.engine.checker import Checker, Setting
from plnb.engine.execute import Budget, CellStatus, Ended, run_notebook
from plnb.engine.nursery import Nursery
from plnb.engine.sandbox import Box, Tier
from tests.engine.test_desks import gone, notebook, value

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.geteuid() == 0, reason="sandboxes are Linux's, and root is refused"
)

FORKED = "import os, time\nfor _ in range({}):\n    if os.fork() == 0:\n        {}\ntime.sleep(30)"


@pytest.fixture(params=[Tier.namespaces, Tier.landlock])
def nursery(request: pytest.FixtureRequest) -> Iterator[Nursery]:
    made = Nursery(tier=request.param)
    yield made
    made.close()


def number_of(nursery: Nursery) -> int:
    assert nursery._process is not None
    return nursery._process.pid


@pytest.mark.parametrize(
    ("cell", "budget", "said"),
    [
        (FORKED.format(8, "x = b'x' * 90_000_000; time.sleep(30)"), Budget(memory_bytes=400_000_000), "more memory"),
        (FORKED.format(4, "while True: pass"), Budget(cpu_seconds=2), "more processor time"),
    ],
)
def test_all_that_came_of_a_desk_is_counted_together(
    nursery: Nursery, tmp_path: Path, cell: str, budget: Budget, said: str
) -> None:
    done = run_notebook(notebook(cell, "1"), cwd=tmp_path, nursery=nursery, budget=budget)
    assert done.died is Ended.crashed
    assert said in done.reason
    assert value(run_notebook(notebook("2 + 2"), cwd=tmp_path, nursery=nursery).notebook.cells[0]) == 4


def test_it_is_counted_while_the_nursery_imports(tmp_path: Path, nursery: Nursery, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "slow_to_import.py").write_text("import time\nend = time.monotonic() + 12\nwhile time.monotonic() < end: pass\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    mine = Nursery(tier=nursery.tier)
    try:
        cell = "import time; time.sleep(2)\n" + FORKED.format(8, "x = b'x' * 90_000_000; time.sleep(30)")
        run = threading.Timer(1, lambda: mine.load(["slow_to_import"]))
        run.start()
        began = time.monotonic()
        done = run_notebook(notebook(cell), cwd=tmp_path, nursery=mine, budget=Budget(memory_bytes=400_000_000))
        run.join()
    finally:
        mine.close()
    assert "more memory" in done.reason
    assert time.monotonic() - began < 12, "it was ended before the import was"


def test_an_interrupt_reaches_the_cell_and_the_desk_goes_on(nursery: Nursery, tmp_path: Path) -> None:
    done = run_notebook(notebook("while True: pass", "7"), cwd=tmp_path, nursery=nursery, budget=Budget(cell_seconds=1))
    assert [cell.status for cell in done.cells] == [CellStatus.timed_out, CellStatus.ok]
    assert value(done.notebook.cells[1]) == 7


def test_a_checker_has_given_up_what_a_desk_has(nursery: Nursery, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("1")
    lines = ["NoNewPrivs:\t1", "Seccomp:\t2", "CapEff:\t0000000000000000"]
    lines += ["CapBnd:\t0000000000000000"] if nursery.tier is Tier.namespaces else []
    asked = {line: f"{line!r} in open('/proc/self/status').read()" for line in lines}
    asked["its own folder"] = "open('data.csv').read() == '1'"
    held = {"another file": f"open({str(Path(__file__))!r}).read() != ''"}  # what raises has no answer
    box = Box(folder=tmp_path)
    with nursery.desk(box) as desk, nursery.checker(box) as child:
        desk.ready(20)
        assert Checker(child.channel, Setting()).questions(asked | held, desk, 20) == dict.fromkeys(asked, True)


def test_nothing_of_what_is_gone_stays_open(nursery: Nursery, tmp_path: Path) -> None:
    def handles() -> int:
        return len(os.listdir(f"/proc/{number_of(nursery)}/fd"))

    box = Box(folder=tmp_path)
    with nursery.desk(box) as desk:
        desk.ready(60)
    time.sleep(1)
    before = handles()
    for _ in range(10):
        with nursery.desk(box) as desk, nursery.desk(box) as other:
            desk.ready(60)
            other.ready(60)
    deadline = time.monotonic() + 10
    while handles() != before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert handles() == before


def test_a_killed_nursery_takes_everything_with_it(nursery: Nursery, tmp_path: Path) -> None:
    with nursery.desk(Box(folder=tmp_path)) as desk:
        desk.ready(60)
        below = [desk._child.pid, *descendants(desk._child.pid)]
        assert len(below) > 1
        os.kill(number_of(nursery), signal.SIGKILL)
        assert all(gone(pid) for pid in below)


def descendants(pid: int) -> list[int]:
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [found for child in children for found in (child, *descendants(child))]


def test_a_nursery_loads_nothing_that_only_checks_values() -> None:
    """It is forked for every desk, and everybody waits for it."""
    loads = (
        "import plnb.engine.nursery_main, plnb.engine.deskside, plnb.engine.checkerside, plnb.engine.sandbox.confining, sys;"
        "print([name for name in ('pydantic', 'nbformat', 'jsonschema', 'sqlalchemy') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True).stdout == "[]\n"
