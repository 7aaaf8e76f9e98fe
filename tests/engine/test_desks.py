"""Warm desks: what a fork could get wrong, and what a student's process could say to the driver."""

# ruff: noqa: E501, PT012 - cells are written in one line; some errors take several tries

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Thread

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from plnb.engine.aside import CellTaken
from plnb.engine.channel import Channel as End
from plnb.engine.channel import ChannelClosedError, DeadlineMissedError, FrameTooLargeError, pair
from plnb.engine.crossing import pack
from plnb.engine.crossing_writing import Writer
from plnb.engine.desk import AskTimedOutError, Desk, DeskLostError
from plnb.engine.execute import Budget, CellStatus, Ended, run_notebook
from plnb.engine.frames import Kind, MalformedError, parse
from plnb.engine.nursery import Nursery, nursery_for, small_environment
from plnb.engine.sandbox import Box, Tier
from plnb.engine.wanted import wanted_modules
from plnb.errors import OurFaultError

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="desks are Linux's")


def notebook(*sources: str) -> NotebookNode:
    spec = {"name": "python3", "language": "python", "display_name": "Python 3"}
    return new_notebook(cells=[new_code_cell(source) for source in sources], metadata={"kernelspec": spec})


def value(cell: NotebookNode) -> object:
    """What a cell's value is, where it is plain."""
    shown = next(out for out in cell.outputs if out.output_type == "execute_result")
    return eval(shown.data["text/plain"])


def text(cell: NotebookNode) -> str:
    return "".join(out.text for out in cell.outputs if out.output_type == "stream")


def gone(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        status = Path(f"/proc/{pid}/status")
        if not status.exists() or "State:\tZ" in status.read_text():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    made = Nursery(modules=["numpy", "matplotlib.pyplot", "pandas"], tier=Tier.none)
    yield made
    made.close()


# --- what a fork could get wrong -------------------------------------------------------------------------------------------------


def test_the_nursery_stays_single_threaded_and_opens_no_socket_of_its_own(nursery: Nursery, tmp_path: Path) -> None:
    shown = run_notebook(notebook("import os; os.getpid()"), cwd=tmp_path, nursery=nursery).notebook.cells[0]
    assert value(shown)
    parent = nursery._process.pid
    assert len(os.listdir(f"/proc/{parent}/task")) == 1
    opened = [os.readlink(f"/proc/{parent}/fd/{fd}") for fd in os.listdir(f"/proc/{parent}/fd")]
    assert sum(name.startswith("socket:") for name in opened) == 1, "only the one to its driver"


def test_every_desk_has_chances_of_its_own(nursery: Nursery, tmp_path: Path) -> None:
    draw = "import random, numpy as np, uuid, tempfile\n(random.random(), np.random.rand(), str(uuid.uuid4()), tempfile.mktemp())"
    drawn = [value(run_notebook(notebook(draw), cwd=tmp_path, nursery=nursery).notebook.cells[0]) for _ in range(2)]
    assert all(one != other for one, other in zip(*drawn, strict=True))


def test_a_seed_gives_what_it_gives_everywhere(nursery: Nursery, tmp_path: Path) -> None:
    import numpy as np

    np.random.seed(5)
    drawn = run_notebook(notebook("import numpy as np; np.random.seed(5); float(np.random.rand())"), cwd=tmp_path, nursery=nursery)
    assert value(drawn.notebook.cells[0]) == float(np.random.rand())


def test_linear_algebra_works_after_the_fork_and_in_threads(nursery: Nursery, tmp_path: Path) -> None:
    cells = (
        "import numpy as np\na = np.random.rand(300, 300)\nbool(np.allclose(a @ np.linalg.inv(a), np.eye(300), atol=1e-4))",
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(4) as p: r = list(p.map(lambda _: float(np.linalg.norm(a @ a)), range(8)))\nlen(set(r))",
    )
    done = run_notebook(notebook(*cells), cwd=tmp_path, nursery=nursery)
    assert [value(cell) for cell in done.notebook.cells] == [True, 1]


def test_what_the_nursery_loaded_is_not_there_until_it_is_imported(nursery: Nursery, tmp_path: Path) -> None:
    cells = (
        "import sys; [name for name in ('numpy', 'pandas', 'matplotlib', 'matplotlib.pyplot') if name in sys.modules]",
        "import matplotlib; (hasattr(matplotlib, 'pyplot'), 'pandas' in sys.modules)",
        "import pandas as pd\nimport pickle, copy\npd.DataFrame({'a': [1]}).equals(pickle.loads(pickle.dumps(pd.DataFrame({'a': [1]}))))",
        "import numpy, numpy.linalg, importlib\n(pd.Series.__module__ in sys.modules, numpy.__spec__.name, type(numpy.__loader__).__name__)",
        "import sys; run = []; sys.addaudithook(lambda event, said: run.append(said[0].co_filename) if event == 'exec' else None)\n"
        "import matplotlib.pyplot; [name for name in run if 'matplotlib' in name]",  # it was loaded: no module runs again
    )
    done = run_notebook(notebook(*cells), cwd=tmp_path, nursery=nursery)
    seen = [value(cell) for cell in done.notebook.cells]
    assert seen == [[], (False, False), True, (True, "numpy", "SourceFileLoader"), []]


def test_a_module_of_the_students_own_comes_before_a_hidden_one_only_where_python_says_so(nursery: Nursery, tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("word = 'mine'")
    done = run_notebook(notebook("import helper; helper.word"), cwd=tmp_path, nursery=nursery)
    assert value(done.notebook.cells[0]) == "mine"


def test_one_desk_leaves_nothing_for_the_next(nursery: Nursery, tmp_path: Path) -> None:
    spoil = "import os, builtins, numpy as np, sys\nnp.pi = 3\nbuiltins.len = None\nos.environ['LEFT'] = '1'\nsys.path.append('/left')\nx = 1"
    look = (
        "import os, sys, numpy as np\n(np.pi > 3.1, callable(len), os.environ.get('LEFT'), '/left' in sys.path, 'x' in globals())"
    )
    run_notebook(notebook(spoil), cwd=tmp_path, nursery=nursery)
    assert value(run_notebook(notebook(look), cwd=tmp_path, nursery=nursery).notebook.cells[0]) == (True, True, None, False, False)


def test_exit_handlers_and_temporary_folders_of_the_parents_do_not_run_in_a_desk(nursery: Nursery, tmp_path: Path) -> None:
    nb = notebook(f"import atexit, pathlib; atexit.register(lambda: pathlib.Path({str(tmp_path / 'ran')!r}).touch())")
    run_notebook(nb, cwd=tmp_path, nursery=nursery)
    assert not (tmp_path / "ran").exists()
    assert nursery.alive
    assert Path(nursery._folder).is_dir()


def test_history_touches_no_disk(nursery: Nursery, tmp_path: Path) -> None:
    done = run_notebook(notebook("get_ipython().history_manager.hist_file"), cwd=tmp_path, nursery=nursery)
    assert value(done.notebook.cells[0]) == ":memory:"


def test_a_desk_confined_or_not_sees_what_environment_it_is_given(
    nursery: Nursery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_TOKEN", "s3cret")
    assert "GRADER_TOKEN" not in small_environment({"NBGRADER_EXECUTION": "autograde"})
    assert small_environment({"NBGRADER_EXECUTION": "autograde"})["NBGRADER_EXECUTION"] == "autograde"
    fresh = Nursery(tier=Tier.none)
    try:
        with fresh.desk(Box(folder=tmp_path), env=small_environment(), cwd=tmp_path) as desk:
            desk.ready(30)
            environments = [Path(f"/proc/{pid}/environ").read_bytes() for pid in (fresh._process.pid, desk._child.pid)]
    finally:
        fresh.close()
    assert not any(b"s3cret" in environment for environment in environments)


def test_a_nursery_that_dies_is_replaced_and_twice_is_our_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = Nursery(tier=Tier.none)
    os.kill(mine._process.pid, signal.SIGKILL)
    mine._process.wait()
    assert value(run_notebook(notebook("1 + 1"), cwd=tmp_path, nursery=mine).notebook.cells[0]) == 2
    mine.close()
    murder = "import os; os.kill(int(open(f'/proc/{os.getppid()}/status').read().split('PPid:')[1].split()[0]), 9); import time; time.sleep(9)"
    with pytest.raises(OurFaultError):
        run_notebook(notebook(murder), cwd=tmp_path)
    assert value(run_notebook(notebook("2 + 2"), cwd=tmp_path).notebook.cells[0]) == 4, "and the next one has a new one"


def test_nurseries_and_desks_end_with_their_driver(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from plnb.engine.nursery import Nursery; from plnb.engine.sandbox import Box, Tier\n"
        "n = Nursery(tier=Tier.none); d = n.desk(Box(folder=Path(sys.argv[1])), env={'PATH': '/bin:/usr/bin'}); d.ready(30)\n"
        "print(n._process.pid, d._child.pid, flush=True); time.sleep(60)"
    )
    driver = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert driver.stdout is not None
    pids = [int(pid) for pid in driver.stdout.readline().split()]
    driver.kill()
    driver.wait()
    assert len(pids) == 2
    assert all(gone(pid) for pid in pids)


def test_threads_share_a_nursery(nursery: Nursery, tmp_path: Path) -> None:
    seen: list[object] = []

    def run(number: int) -> None:
        done = run_notebook(notebook(f"import time; time.sleep(0.1); {number}"), cwd=tmp_path, nursery=nursery)
        seen.append(value(done.notebook.cells[0]))

    threads = [Thread(target=run, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, seen)) == list("012345")


def test_the_drivers_memory_and_descriptors_do_not_grow_with_the_class(nursery: Nursery, tmp_path: Path) -> None:
    def now() -> tuple[int, int]:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096, len(os.listdir("/proc/self/fd"))

    nb = notebook("print('x' * 100_000)", "1 / 0")
    for _ in range(5):
        run_notebook(nb, cwd=tmp_path, nursery=nursery)
    memory, descriptors = now()
    for _ in range(40):
        run_notebook(nb, cwd=tmp_path, nursery=nursery)
    assert now()[1] == descriptors
    assert now()[0] - memory < 8_000_000


def test_a_students_notebook_does_not_say_what_is_imported_outside_the_sandbox() -> None:
    nb = notebook("import numpy as np, antigravity", "from evil import *", "%load_ext x\nimport pandas.io\nbroken(", "")
    assert wanted_modules(nb) == ("numpy", "pandas")


# --- what a student's process could say ------------------------------------------------------------------------------------------

WRITE = (
    "import os, struct\n"
    "import socket\n"
    "fds = []\n"
    "for fd in range(3, 60):\n"  # asyncio has sockets to itself; the channel is the one that was there first
    "    try: fds += [fd] if os.readlink(f'/proc/self/fd/{fd}').startswith('socket:') else []\n"
    "    except OSError: pass\n"
    "own = {f._ssock.fileno() for f in [__import__('asyncio').get_event_loop()]} | {f._csock.fileno() for f in [__import__('asyncio').get_event_loop()]}\n"
    "fd = next(f for f in fds if f not in own)\n"
    "def say(raw, length=None): os.write(fd, struct.pack('>I', len(raw) if length is None else length) + raw)\n"
)


@pytest.mark.parametrize(
    "said",
    [
        "say(b'')",
        "say(b'zzz')",
        "say(b'm{')",
        "say(b'm' + b'[' * 200_000)",
        "say(b'm{\"cell\": 1}')",
        'say(b\'m{"cell": 2, "type": "stream", "content": {"name": "stdout", "text": 3}, "buffers": [], "cut": false}\')',
        'say(b\'m{"cell": 2, "type": "stream", "content": {"name": "stdout", "text": NaN}, "buffers": [], "cut": false}\')',
        'say(b\'m{"cell": 2, "type": "shutdown", "content": {}, "buffers": [], "cut": false}\')',
        "say(b'Aanswer')",
        "say(b'x', length=2**32 - 1)",
    ],
)
def test_a_frame_that_no_kernel_sends_ends_the_run_and_is_told_of(nursery: Nursery, tmp_path: Path, said: str) -> None:
    done = run_notebook(notebook("1 + 1", f"{WRITE}{said}", "3"), cwd=tmp_path, nursery=nursery)
    assert done.died is Ended.crashed
    assert done.malformed
    assert [cell.status for cell in done.cells] == ["ok", "error", "not_run"]
    assert value(done.notebook.cells[0]) == 2


def test_half_a_frame_and_then_silence_runs_into_the_budget(nursery: Nursery, tmp_path: Path) -> None:
    nb = notebook(f"{WRITE}os.write(fd, b'\\0\\0\\1')\nimport time\nwhile True: time.sleep(9)")
    done = run_notebook(nb, cwd=tmp_path, nursery=nursery, budget=Budget(cell_seconds=1))
    assert done.died is not None


def test_an_endless_flood_runs_into_the_budget_and_the_next_cell_runs(nursery: Nursery, tmp_path: Path) -> None:
    done = run_notebook(
        notebook("while True: print('x' * 1000)", "7"), cwd=tmp_path, nursery=nursery, budget=Budget(cell_seconds=1)
    )
    assert [cell.status for cell in done.cells] == ["timed_out", "cut"], "no room is left, but the value is kept"
    assert value(done.notebook.cells[1]) == 7
    assert len(json.dumps(done.notebook)) < 1_200_000


def test_one_huge_output_is_cut_and_not_a_crash(nursery: Nursery, tmp_path: Path) -> None:
    cells = ("print('x' * 30_000_000)", "'y' * 9_000_000", "from IPython.display import HTML; HTML('z' * 9_000_000)", "5")
    done = run_notebook(notebook(*cells), cwd=tmp_path, nursery=nursery)
    assert done.died is None
    assert done.cells[0].status is CellStatus.cut
    assert value(done.notebook.cells[3]) == 5
    assert len(json.dumps(done.notebook)) < 1_300_000


def test_a_segmentation_fault_keeps_what_was_printed_and_says_so(nursery: Nursery, tmp_path: Path) -> None:
    nb = notebook("import ctypes, sys, time\nprint('before'); sys.stdout.flush()\nctypes.string_at(0)", "2")
    done = run_notebook(nb, cwd=tmp_path, nursery=nursery)
    assert (done.died, done.reason) == (Ended.crashed, "signal 11")
    assert "before" in text(done.notebook.cells[0])


def test_using_too_much_memory_is_said_in_words(nursery: Nursery, tmp_path: Path) -> None:
    nb = notebook(
        "import os\nfor _ in range(8):\n    if os.fork() == 0:\n        x = b'x' * 90_000_000\n        import time; time.sleep(20)\ntime = __import__('time'); time.sleep(20)"
    )
    done = run_notebook(nb, cwd=tmp_path, nursery=nursery, budget=Budget(memory_bytes=400_000_000, cell_seconds=15))
    assert (done.died, done.reason) == (Ended.crashed, "it used more memory than it may")


def test_quitting_ends_the_kernel_as_it_does_in_jupyter(nursery: Nursery, tmp_path: Path) -> None:
    done = run_notebook(notebook("exit()", "1"), cwd=tmp_path, nursery=nursery)
    assert done.died is Ended.crashed


# --- asking from aside -----------------------------------------------------------------------------------------------------------


HELD = object()
"""What the agent was the first to name."""


def asking(what: str, *arguments: object) -> bytes:
    """A question as a checker writes it."""
    writer = Writer(lambda _: ["h", 0])
    return pack([what, *(["h", 0] if one is HELD else writer.write(one) for one in arguments)])


class Aside:
    """Takes the second cell over, and asks how long the first one's list is."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []

    def cell(self, index: int, cell: NotebookNode, desk: Desk, seconds: float) -> CellTaken | None:
        if index != 1:
            return None
        self.answers.append(desk.ask(asking("names", ["work"]), seconds=seconds))
        return CellTaken(CellStatus.error, "AssertionError", "from aside")

    def end(self, desk: Desk) -> Mapping[str, bool]:
        return {"asked": bool(desk.ask(asking("names", ["work"]), seconds=5))}


def test_an_aside_takes_cells_over_and_the_counts_go_on(nursery: Nursery, tmp_path: Path) -> None:
    aside = Aside()
    done = run_notebook(notebook("work = [1, 2]", "never run here", "len(work)"), cwd=tmp_path, nursery=nursery, aside=aside)
    assert [cell.status for cell in done.cells] == ["ok", "error", "ok"]
    assert done.cells[1].evalue == "from aside"
    assert [cell.execution_count for cell in done.notebook.cells] == [1, 2, 3]
    assert done.notebook.cells[2].outputs[0].execution_count == 3
    assert len(aside.answers) == 1
    assert json.loads(aside.answers[0])
    assert done.answers == {"asked": True}


def test_a_question_that_takes_too_long_is_interrupted_and_the_desk_goes_on(nursery: Nursery, tmp_path: Path) -> None:
    class Asking(Aside):
        def cell(self, index: int, cell: NotebookNode, desk: Desk, seconds: float) -> CellTaken | None:
            if index != 1:
                return None
            assert b"slow" in desk.ask(asking("names", ["slow"]), seconds=5)
            with pytest.raises(AskTimedOutError):
                desk.ask(asking("call", HELD, [], {}, None), seconds=0.5)
            return CellTaken()

    nb = notebook("def slow():\n    while True: pass\nimport time", "", "5")
    nb.cells[1].source = "slow()"
    done = run_notebook(nb, cwd=tmp_path, nursery=nursery, aside=Asking())
    assert done.died is None
    assert value(done.notebook.cells[2]) == 5


def test_a_desk_that_is_gone_says_so_to_whoever_asks(nursery: Nursery, tmp_path: Path) -> None:
    with nursery.desk(Box(folder=tmp_path), env=small_environment(), cwd=tmp_path) as desk:
        desk.ready(30)
        desk._child.stop()
        with pytest.raises(DeskLostError):
            for _ in range(50):
                desk.ask(asking("names", ["x"]), seconds=1)
        with pytest.raises(DeskLostError):
            desk.ask(asking("names", ["x"]), seconds=1)


# --- frames ----------------------------------------------------------------------------------------------------------------------


def test_frames_keep_their_borders_deadlines_and_limits() -> None:
    ours, end = pair()
    theirs = End.over(end)
    theirs.send(b"one")
    theirs.send(b"")
    theirs.send(b"x" * 100_000)
    assert [ours.receive(), ours.receive(), len(ours.receive())] == [b"one", b"", 100_000]
    with pytest.raises(DeadlineMissedError):
        ours.receive(time.monotonic() + 0.05)
    theirs.send(b"too long")
    with pytest.raises(FrameTooLargeError):
        ours.receive(limit=3)
    with pytest.raises(DeadlineMissedError):
        ours.send(b"y" * 50_000_000, time.monotonic() + 0.05)
    ours.close()
    with pytest.raises(ChannelClosedError):
        while True:
            theirs.receive()
    theirs.close()


@pytest.mark.parametrize("raw", [b"", b"?", b"e{}", b'e{"cell": "1", "failed": false}', b"R[]", b'm"text"', b"r\xff"])
def test_what_is_no_frame_is_refused(raw: bytes) -> None:
    with pytest.raises(MalformedError):
        parse(raw)


def test_bytes_for_others_are_passed_on_unread() -> None:
    assert parse(b"A\xff\x00{") == (Kind.answer, b"\xff\x00{")


# --- for programs that start kernels themselves ----------------------------------------------------------------------------------


def test_unmodified_nbclient_gets_its_kernel_forked(tmp_path: Path) -> None:
    script = (
        "import sys, nbformat; from nbformat.v4 import new_notebook, new_code_cell; from nbclient import NotebookClient\n"
        "from jupyter_client.provisioning import KernelProvisionerFactory as F\n"
        "from importlib.metadata import EntryPoint\n"
        "F.instance().provisioners['plnb-warm'] = EntryPoint('plnb-warm', 'plnb.engine.provisioner:WarmProvisioner', F.GROUP_NAME)\n"
        'cells = [\'import os; print(open(f"/proc/{os.getppid()}/cmdline").read())\', \'import subprocess; subprocess.Popen(["sleep", "99"]).pid\',\n'
        "  'import time; time.sleep(30)', '6 * 7']\n"
        "nb = new_notebook(cells=[new_code_cell(c) for c in cells])\n"
        "NotebookClient(nb, kernel_name='python3', timeout=3, interrupt_on_timeout=True, allow_errors=True, shutdown_kernel='immediate').execute()\n"
        "nbformat.write(nb, 'done.ipynb')"
    )
    env = {**os.environ, "JUPYTER_DEFAULT_PROVISIONER_NAME": "plnb-warm", "PLNB_WARM_MODULES": "json.tool"}
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, capture_output=True, env=env, timeout=120)
    cells = json.loads((tmp_path / "done.ipynb").read_text())["cells"]
    assert "nursery_main" in "".join(cells[0]["outputs"][0]["text"])
    assert cells[2]["outputs"][0]["ename"] == "KeyboardInterrupt"
    assert cells[3]["outputs"][0]["data"]["text/plain"] == ["42"]
    assert gone(int(cells[1]["outputs"][0]["data"]["text/plain"][0])), "what the notebook started is gone with its kernel"


def test_the_nursery_is_kept_for_the_next_notebook_and_made_anew_where_it_is_gone() -> None:
    first = nursery_for(["json.tool"], Tier.none)
    assert nursery_for(["json.tool"], Tier.none) is first
    first.close()
    assert nursery_for(["json.tool"], Tier.none) is not first


def test_a_nursery_with_nothing_to_do_buries_its_dead(tmp_path: Path) -> None:
    nursery = Nursery(tier=Tier.none)
    with nursery.desk(Box(folder=tmp_path)) as desk:
        desk.ready(60)
    assert nursery._process is not None
    children = Path(f"/proc/{nursery._process.pid}/task/{nursery._process.pid}/children")
    deadline = time.monotonic() + 20
    while children.read_text().strip() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not children.read_text().strip()
    nursery.close()
