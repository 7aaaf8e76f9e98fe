"""Real kernels: a run ends in time, says what happened, and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from plnb.engine.execute import OUTPUT_CUT, Budget, CellStatus, Ended, run_notebook
from plnb.errors import NotReadyError


def notebook(*sources: str) -> NotebookNode:
    cells = [new_markdown_cell(s[1:]) if s.startswith("#!") else new_code_cell(s) for s in sources]
    return new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}})


def text_of(cell: NotebookNode) -> str:
    return "".join(out.text for out in cell.outputs if out.output_type == "stream")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/status")
    return not (status.exists() and "State:\tZ" in status.read_text())


def gone(pid: int) -> bool:
    """Whether a process that was killed is gone, or is within a moment: signals take their time on a busy machine."""
    deadline = time.monotonic() + 5
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(pid)


def test_a_run_goes_on_after_an_error_in_its_folder_with_its_environment(tmp_path: Path) -> None:
    nb = notebook("#!Hello", "print(open('data.txt').read())", "1/0", "import os; os.environ['WHO']", "")
    (tmp_path / "data.txt").write_text("seven")
    before = nbformat.writes(nb)
    here = Path.cwd()

    result = run_notebook(nb, cwd=tmp_path, env={"WHO": "grader"})

    assert nbformat.writes(nb) == before, "the notebook that went in is left alone"
    assert Path.cwd() == here
    assert [cell.status for cell in result.cells] == ["ok", "ok", "error", "ok", "ok"]
    assert (result.cells[2].ename, result.cells[2].evalue) == ("ZeroDivisionError", "division by zero")
    assert text_of(result.notebook.cells[1]) == "seven\n"
    assert result.notebook.cells[3].outputs[0].data["text/plain"] == "'grader'"
    assert result.died is None
    assert "papermill" not in nbformat.writes(result.notebook), "papermill's notes stay with papermill"


def test_an_error_hidden_by_the_code_is_still_an_error(tmp_path: Path) -> None:
    result = run_notebook(notebook("get_ipython().showtraceback = lambda *a, **k: None", "assert False"), cwd=tmp_path)
    assert result.cells[1].status is CellStatus.error
    assert result.notebook.cells[1].outputs[0].ename == "AssertionError"


def test_a_kernel_that_dies_ends_the_run_and_keeps_what_came_before(tmp_path: Path) -> None:
    result = run_notebook(notebook("1 + 1", "import os; os._exit(1)", "2 + 2"), cwd=tmp_path)
    assert result.died is Ended.crashed
    assert [cell.status for cell in result.cells] == ["ok", "error", "not_run"]
    assert result.cells[1].ename == "DeadKernelError"
    assert result.notebook.cells[0].outputs[0].data["text/plain"] == "2"
    assert result.notebook.cells[2].outputs == []


def test_a_cell_that_never_ends_is_interrupted_and_the_next_ones_run(tmp_path: Path) -> None:
    result = run_notebook(notebook("while True: pass", "7"), cwd=tmp_path, budget=Budget(cell_seconds=1))
    assert [cell.status for cell in result.cells] == ["timed_out", "ok"]
    assert "CellTimeoutError" in [out.ename for out in result.notebook.cells[0].outputs]
    assert result.notebook.cells[1].outputs[0].data["text/plain"] == "7"
    assert result.died is None


def test_a_cell_that_cannot_be_interrupted_ends_the_run(tmp_path: Path) -> None:
    stubborn = "import time\nwhile True:\n    try:\n        time.sleep(60)\n    except KeyboardInterrupt:\n        pass"
    result = run_notebook(notebook("import os; os.getpid()", stubborn, "7"), cwd=tmp_path, budget=Budget(cell_seconds=1))
    assert result.died is Ended.stuck
    assert [cell.status for cell in result.cells] == ["ok", "timed_out", "not_run"]
    assert gone(int(result.notebook.cells[0].outputs[0].data["text/plain"]))


def test_the_whole_run_has_a_budget_too(tmp_path: Path) -> None:
    nap = "import time; time.sleep(0.8)"
    result = run_notebook(notebook(nap, nap, nap, nap), cwd=tmp_path, budget=Budget(cell_seconds=5, total_seconds=1.2))
    assert result.died is Ended.out_of_time
    assert [cell.status for cell in result.cells] == ["ok", "timed_out", "not_run", "not_run"]


def test_a_flood_of_output_is_cut_and_says_so_but_errors_and_values_stay(tmp_path: Path) -> None:
    flood = "for i in range(200_000): print('x' * 50)"
    nb = notebook(
        flood, "0.5", "assert 1 == 2, 'the reason'", "from IPython.display import display\nfor i in range(4_000): display(i)"
    )
    result = run_notebook(nb, cwd=tmp_path, budget=Budget(output_bytes=100_000))
    assert len(nbformat.writes(result.notebook)) < 150_000
    assert text_of(result.notebook.cells[0]).startswith("xxxx")
    assert text_of(result.notebook.cells[0]).endswith(OUTPUT_CUT)
    assert result.cells[0].status is CellStatus.cut
    assert result.notebook.cells[1].outputs[-1].data["text/plain"] == "0.5"
    assert result.cells[2].evalue == "the reason"
    assert result.died is None


@pytest.mark.skipif(sys.platform == "win32", reason="process groups are POSIX's")
def test_nothing_outlives_the_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = "import os, subprocess\nprint(os.getpid(), subprocess.Popen(['sleep', '300']).pid)"
    with tempfile.TemporaryDirectory() as temp:  # a folder of our own: other kernels of this machine come and go in the common one
        monkeypatch.setattr(tempfile, "tempdir", temp)
        for end in ("", "os._exit(1)"):
            result = run_notebook(notebook(child, end), cwd=tmp_path)
            for pid in text_of(result.notebook.cells[0]).split():
                assert gone(int(pid))
        assert [path.name for path in Path(temp).iterdir() if not path.name.startswith("plnb-nursery-")] == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="desks are Linux's")
def test_no_port_is_opened_and_nothing_of_the_driver_is_open(tmp_path: Path) -> None:
    nb = notebook("import os\n[os.readlink(f'/proc/self/fd/{fd}') for fd in os.listdir('/proc/self/fd') if fd not in '012']")
    (tmp_path / "secret").write_text("")
    with (tmp_path / "secret").open() as secret:
        os.set_inheritable(secret.fileno(), True)
        shown = run_notebook(nb, cwd=tmp_path).notebook.cells[0]
    opened = eval(shown.outputs[0].data["text/plain"]) if shown.outputs[0].output_type == "execute_result" else []
    assert sum(name.startswith("socket:") for name in opened) <= 3, "its channel, and what asyncio wakes itself up with"
    assert not any("secret" in name for name in opened)


def test_questions_are_answered_in_the_kernel_at_the_end(tmp_path: Path) -> None:
    questions = {"late": "speed == 5", "wrong": "speed == 4", "unknown": "no_such_name", "odd": "speed +"}
    result = run_notebook(notebook("speed = 4", "speed += 1"), cwd=tmp_path, questions=questions)
    assert result.answers == {"late": True, "wrong": False}


def test_a_python_notebook_of_an_unknown_kernel_runs_in_python3(tmp_path: Path) -> None:
    nb = notebook("6 * 7")
    nb.metadata.kernelspec.name = "conda-env-of-the-author"
    assert run_notebook(nb, cwd=tmp_path).notebook.cells[0].outputs[0].data["text/plain"] == "42"
    nb.metadata.kernelspec.language = "cobol"
    with pytest.raises(NotReadyError, match="conda-env-of-the-author"):
        run_notebook(nb, cwd=tmp_path)


def test_what_code_writes_past_jupyter_stays_out_of_our_terminal(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from nbformat.v4 import new_notebook, new_code_cell\n"
        "from plnb.engine.execute import run_notebook\n"
        'nb = new_notebook(cells=[new_code_cell(\'import os; os.write(2, b"raw"); os.system("echo raw")\')])\n'
        "run_notebook(nb, cwd=Path(sys.argv[1]))"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.parametrize("first", ["import plnb.engine.execute", "import papermill"])
def test_papermill_knows_the_engine_whoever_is_imported_first(first: str, tmp_path: Path) -> None:
    nbformat.write(notebook("40 + 2"), tmp_path / "in.ipynb")
    script = (
        f"{first}\nimport papermill; papermill.execute_notebook('in.ipynb', 'out.ipynb', engine_name='plnb', progress_bar=False)"
    )
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, capture_output=True)
    done = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert done.cells[0].outputs[0].data["text/plain"] == "42"
    assert done.metadata.papermill.exception is None
