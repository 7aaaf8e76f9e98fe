"""A container of the administrator's: desks and checkers over its standard streams, with the same results as everywhere else."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from plnb.engine.container_pipe import DATA, LARGEST, Taken, piece, pieces
from plnb.engine.execute import Budget, CellStatus, Ended, run_notebook
from plnb.engine.sandbox import Tier, prove
from plnb.errors import OurFaultError
from plnb.grading.grade import grade
from plnb.grading.release import release
from plnb.store.ledger import Ledger
from tests.engine.stand_in import container_command
from tests.grading.builders import RIGHT, grades, hand_in, small_course

ordinary_user = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() == 0, reason="the container that stands in for others is our first tier: not for root"
)


@pytest.fixture
def container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real one where its command is named in PLNB_TEST_CONTAINER (`podman run --rm -i … image`), else one that stands in."""
    monkeypatch.setenv("PLNB_SANDBOX_COMMAND", os.environ.get("PLNB_TEST_CONTAINER") or container_command())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_pieces_come_out_as_they_went_in_however_they_are_cut() -> None:
    sent = piece(b"t", b"line\n") + pieces(DATA, b"x" * (LARGEST + 5)) + piece(b"s", b"")
    taken = Taken()
    came = [found for at in range(0, len(sent), 100_001) for found in taken.add(sent[at : at + 100_001])]
    assert [(kind, len(data)) for kind, data in came] == [(b"t", 5), (DATA, LARGEST), (DATA, 5), (b"s", 0)]
    with pytest.raises(ValueError, match="longer"):
        Taken().add(b"d\xff\xff\xff\xff")


@ordinary_user
@pytest.mark.usefixtures("container")
def test_a_notebook_runs_in_a_container_and_nothing_of_it_stays(tmp_path: Path) -> None:
    work = tmp_path / "work"
    (work / "below").mkdir(parents=True)
    (work / "below" / "data.csv").write_text("1,2\n")
    cells = [
        "open('below/data.csv').read()",
        "print('said'); import os; os.write(1, b'past Jupyter')",
        "while True: pass",
        "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)  # containermark'])\n1 + 1",
        f"import os\nos.path.exists({str(tmp_path / 'outside')!r})",
        "import socket; socket.create_connection(('127.0.0.1', 22), timeout=1)",
    ]
    (tmp_path / "outside").touch()
    notebook = new_notebook(cells=[new_code_cell(source) for source in cells])
    ran = run_notebook(notebook, cwd=work, budget=Budget(cell_seconds=6), tier=Tier.container, questions={"q": "1 + 1 == 2"})
    shown = [cell.outputs for cell in ran.notebook.cells]
    assert "1,2" in shown[0][0].data["text/plain"]
    assert "said" in "".join(out.text for out in shown[1] if out.output_type == "stream")
    assert [cell.status for cell in ran.cells] == [
        CellStatus.ok,
        CellStatus.ok,
        CellStatus.timed_out,
        CellStatus.ok,
        CellStatus.ok,
        CellStatus.error,
    ]
    assert shown[4][0].data["text/plain"] == "False"
    assert ran.answers == {"q": True}
    assert not any(b"containermark" in _command_line(path) for path in Path("/proc").glob("[0-9]*"))


@ordinary_user
@pytest.mark.usefixtures("container")
def test_what_ends_a_container_is_what_ran_in_it_and_not_our_fault(tmp_path: Path) -> None:
    for source in ("import os; os._exit(3)", "import os; os.kill(-1, 9)"):
        ran = run_notebook(new_notebook(cells=[new_code_cell(source), new_code_cell("1")]), cwd=tmp_path, tier=Tier.container)
        assert ran.died is Ended.crashed
    # Where plnb's own process is the container's first, nobody inside can send it a signal: the work goes on.
    ends_parent = new_code_cell("import os, signal; os.kill(os.getppid(), signal.SIGKILL)")
    ran = run_notebook(new_notebook(cells=[ends_parent, new_code_cell("1")]), cwd=tmp_path, tier=Tier.container)
    assert ran.died is Ended.crashed or [cell.status for cell in ran.cells] == [CellStatus.ok, CellStatus.ok]


@ordinary_user
def test_a_command_that_starts_no_container_is_our_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLNB_SANDBOX_COMMAND", "false")
    with pytest.raises(OurFaultError):
        run_notebook(new_notebook(cells=[new_code_cell("1")]), cwd=tmp_path, tier=Tier.container)


@ordinary_user
@pytest.mark.slow
@pytest.mark.usefixtures("container")
def test_a_class_is_graded_in_containers_with_checks_outside(tmp_path: Path) -> None:
    course = small_course(tmp_path / "course")
    release(course)
    forge = "get_ipython().ast_transformers.append(type('T', (), {'visit': lambda s, n: __import__('ast').parse('')})())\nratio = 4"
    hand_in(course, "ada", "u2", RIGHT, without=("in-music",))
    hand_in(course, "bob", "u2", {**RIGHT, "ratio": forge.replace("ratio = 4", "ratio = 1")}, without=("in-music",))
    summary = grade(course, jobs=1, sandbox=Tier.container)
    assert [outcome.state for outcome in summary.outcomes] == ["graded", "graded"]
    assert [grades(course, "u2", student)["in-sport", "ratio_check"][0] for student in ("ada", "bob")] == [2, 0]
    with Ledger.open(course.ledger) as ledger:
        told = {(r.sandbox, r.checked_in) for r in ledger.records() if getattr(r, "check", "") == "ratio_check" and r.checked_in}  # type: ignore[union-attr]
    assert told == {("container", "outside")}


@ordinary_user
@pytest.mark.slow
@pytest.mark.usefixtures("container")
def test_the_attacks_of_doctor_hold_in_a_container() -> None:
    proof = prove(Tier.container)
    assert not proof.failure
    assert [probe.name for probe in proof.broken] == []
    assert len([probe for probe in proof.probes if probe.held]) >= 40


def _command_line(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""
