"""First cells that are run once, and desks that begin where they ended."""

# ruff: noqa: E501 - cells are written in one line

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from nbformat import NotebookNode

from plnb.engine.checker import Checked, Checker, Setting, Task
from plnb.engine.execute import Budget, CellStatus, RunResult, run_notebook
from plnb.engine.nodes import node
from plnb.engine.nursery import Nursery, small_environment
from plnb.engine.opening import Opened, Opening, open_checkers, open_notebook
from plnb.engine.outputs import Outputs
from plnb.engine.sandbox import Box, Tier, confining, namespaces, places
from plnb.engine.sandbox.attacks import ATTACKS
from plnb.engine.sandbox.proof import attack_once, planted, probe
from plnb.errors import OurFaultError
from tests.engine.test_desks import gone, notebook, value

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.geteuid() == 0, reason="sandboxes are Linux's, and root is refused"
)

FIRST = (
    "import math, os\nimport matplotlib.pyplot as plt\nnames = ['ada']\ndef fails(): return 1 / 0",
    "rows = open('rows.csv').read().split()\nrows",
    "plt.plot([1, 2]); plt.title('a'); plt.show(); print('drawn')",
)


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    made = Nursery(tier=Tier.namespaces, modules=("numpy", "matplotlib.pyplot"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def bare() -> Iterator[Nursery]:
    made = Nursery(tier=Tier.none, modules=("numpy", "matplotlib.pyplot"))
    yield made
    made.close()


def opened(nursery: Nursery, folder: Path, *cells: str, seconds: float = 30) -> Opening | None:
    got = open_notebook(nursery, cells, cwd=folder, env={"WHO": "x"}, budget=Budget(cell_seconds=seconds))
    return got[0] if got else None


def ran(nursery: Nursery, folder: Path, opening: Opening | None, *cells: str) -> RunResult:
    return run_notebook(notebook(*cells), cwd=folder, nursery=nursery, tier=nursery.tier, opening=opening, env={"WHO": "x"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rows.csv").write_text("1\n2\n")
    return tmp_path


@pytest.fixture
def opening(nursery: Nursery, folder: Path) -> Iterator[Opening]:
    made = opened(nursery, folder, *FIRST)
    assert made is not None
    yield made
    made.close()


AFTER = (
    "fails()",
    "rows.append('3'); len(rows), len(In), _i1[:11], math.pi, plt.get_backend()",
    "print(sorted(os.listdir('.')), os.getcwd(), os.environ['HOME'], os.environ['WHO'], os.environ['USER'])",
    "import tempfile; tempfile.gettempdir(), open(tempfile.mkstemp()[1], 'w').write('x'), os.getpid()",
    "plt.bar([1], [2]); plt.show()",
    "!echo from a shell",
    "import multiprocessing as mp\nwith mp.get_context('fork').Pool(2) as pool: print(pool.map(abs, [-1, -2]))",
    "import asyncio; await asyncio.sleep(0); 'awaited'",
    "%history -n 1-2",
    "__file__",
)


def test_a_notebook_looks_the_same_as_after_an_ordinary_run(nursery: Nursery, folder: Path, opening: Opening) -> None:
    plain, from_there = (ran(nursery, folder, start, *FIRST, *AFTER) for start in (None, opening))
    for one, other in zip(plain.notebook.cells, from_there.notebook.cells, strict=True):
        assert one.outputs == other.outputs, one.source
        assert one.execution_count == other.execution_count
    assert plain.notebook.metadata == from_there.notebook.metadata
    assert [(cell.status, cell.ename) for cell in plain.cells] == [(cell.status, cell.ename) for cell in from_there.cells]


def test_nothing_of_one_student_is_met_by_the_next(nursery: Nursery, folder: Path, opening: Opening) -> None:
    leaves = "names.append('bob'); os.environ['LEFT'] = '1'; math.pi = 3; open('left.txt', 'w').write('x'); open('rows.csv', 'a').write('9'); open('/tmp/left', 'w').write('x')"
    looks = "names, 'LEFT' in os.environ, math.pi > 3, os.listdir('.'), open('rows.csv').read(), os.listdir('/tmp'), os.listdir('/dev/shm')"
    assert ran(nursery, folder, opening, *FIRST, leaves).cells[-1].status is CellStatus.ok
    found = value(ran(nursery, folder, opening, *FIRST, looks).notebook.cells[-1])
    assert found == (["ada"], False, True, ["rows.csv"], "1\n2\n", [], [])


def test_what_the_cells_wrote_is_there_and_belongs_to_the_desk(nursery: Nursery, folder: Path) -> None:
    writes = "import os\nos.mkdir('made'); open('made/a.txt', 'w').write('first'); open('/tmp/b', 'w').write('second')"
    opening = opened(nursery, folder, writes)
    assert opening is not None
    reads = "text = open('made/a.txt').read() + open('/tmp/b').read(); open('made/a.txt', 'a').write('more'); text"
    for _ in range(2):
        assert value(ran(nursery, folder, opening, writes, reads).notebook.cells[-1]) == "firstsecond"
    opening.close()


SEEDED = "import random, numpy\nrandom.seed(1); numpy.random.seed(2); x = random.random(), numpy.random.rand()"
DRAWS = "random.random(), float(numpy.random.rand())"


@pytest.mark.parametrize(
    "cell",
    [
        "while True: pass",
        "import time; time.sleep(60)",
        "os._exit(3)",
        "os.kill(os.getpid(), 9)",
        "x = [b'x' * 10_000_000 for _ in range(100)]",
        "import time\nfor _ in range(60):\n    if os.fork() == 0: time.sleep(20)",
        "import time\nfor _ in range(8):\n    if os.fork() == 0:\n        x = b'x' * 90_000_000; time.sleep(20)\ntime.sleep(20)",
    ],
)
def test_what_goes_wrong_in_a_desk_ends_that_one_only_and_as_ever(
    nursery: Nursery, folder: Path, opening: Opening, cell: str
) -> None:
    budget = Budget(cell_seconds=3, memory_bytes=500_000_000, processes=40)
    book = notebook(*FIRST, cell, "names")
    plain, from_there = (
        run_notebook(book, cwd=folder, nursery=nursery, tier=Tier.namespaces, opening=start, budget=budget)
        for start in (None, opening)
    )
    assert (from_there.died, from_there.reason) == (plain.died, plain.reason)
    assert [(each.status, each.ename) for each in from_there.cells] == [(each.status, each.ename) for each in plain.cells]
    assert from_there.cells[3].status in (CellStatus.timed_out, CellStatus.error)
    assert opening.alive
    assert value(ran(nursery, folder, opening, *FIRST, "names").notebook.cells[-1]) == ["ada"]


def test_random_numbers_go_on_where_the_cells_seeded_them(nursery: Nursery, folder: Path) -> None:
    opening = opened(nursery, folder, SEEDED)
    assert opening is not None
    plain, one, other = (value(ran(nursery, folder, at, SEEDED, DRAWS).notebook.cells[-1]) for at in (None, opening, opening))
    opening.close()
    assert plain == one == other


def test_and_are_everybodys_own_where_not(nursery: Nursery, folder: Path) -> None:
    imports = "import random, numpy"
    opening = opened(nursery, folder, imports)
    assert opening is not None
    one, other = (value(ran(nursery, folder, opening, imports, DRAWS).notebook.cells[-1]) for _ in range(2))
    opening.close()
    assert one[0] != other[0]
    assert one[1] != other[1]


@pytest.mark.parametrize(
    "cell",
    [
        "import threading, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
        "import subprocess; subprocess.Popen(['sleep', '60'])",
        "import os\nif os.fork() == 0: os._exit(0)",
        "import asyncio; asyncio.create_task(asyncio.sleep(60))",
        "log = open('log.txt', 'w')",
        "import socket; line = socket.socket()",
        "import mmap; shared = mmap.mmap(-1, 100)",
        "import multiprocessing; shared = multiprocessing.Array('i', 3)",
        "import numpy; shared = numpy.memmap('m.bin', mode='w+', shape=(5,))",
        "import os; os.mkdir('x'); os.chdir('x')",
        "import ipywidgets; ipywidgets.IntSlider()",
        "1 / 0",
        "while True: pass",
        "import os; os._exit(3)",
        "exit()",
    ],
)
def test_what_a_fork_would_not_have_is_not_kept(nursery: Nursery, folder: Path, cell: str) -> None:
    assert opened(nursery, folder, "import math", cell, seconds=2) is None


def test_another_notebook_does_not_begin_there(nursery: Nursery, folder: Path, opening: Opening) -> None:
    run = ran(nursery, folder, opening, FIRST[0], "names = 'mine'", "names")
    assert value(run.notebook.cells[-1]) == "mine"
    assert not opening.begins(notebook(*FIRST[:2]))


def test_it_ends_with_what_came_of_it(nursery: Nursery, folder: Path) -> None:
    opening = opened(nursery, folder, "import os")
    assert opening is not None
    desk = opening.desk(Box(folder=folder), env=small_environment())
    desk.ready(30)
    opening.close()
    assert not desk._child.channel.has_frame()
    assert desk._child.ending() is None  # nobody is left to say how
    desk.close()


def test_it_ends_with_its_nursery(folder: Path) -> None:
    mine = Nursery(tier=Tier.namespaces)
    opening = opened(mine, folder, "import os")
    assert opening is not None
    assert opening.alive
    number = opening._child.pid
    mine.close()
    assert gone(number)
    assert not opening.alive
    opening.close()


READS = "import os, importlib\nseen = os.listdir({folder!r}), open({file!r}).read()\nseen, importlib.import_module('nbgrader.utils').__name__"


def test_what_lies_below_home_is_seen_from_there_too(nursery: Nursery, folder: Path) -> None:
    """As Python itself does on most people's machines."""
    with tempfile.TemporaryDirectory(dir=Path.home()) as place:
        kept = Path(place, "deep", "er")
        kept.mkdir(parents=True)
        (kept / "a.txt").write_text("there")
        (Path(place) / "link").symlink_to(kept)
        box = Box(folder=folder, readable=(kept, Path(place) / "link"))
        got = open_notebook(nursery, FIRST, cwd=folder, box=box, env={}, budget=Budget())
        assert got is not None
        for shown in (kept, Path(place) / "link"):
            cell = READS.format(folder=str(shown), file=str(shown / "a.txt"))
            for opening in (None, got[0]):
                nb = notebook(*FIRST, cell)
                run = run_notebook(nb, cwd=folder, nursery=nursery, tier=Tier.namespaces, opening=opening, box=box)
                assert value(run.notebook.cells[-1]) == ((["a.txt"], "there"), "nbgrader.utils")
        got[0].close()


def test_nobody_writes_where_the_next_one_would_look(nursery: Nursery, folder: Path, opening: Opening) -> None:
    """The disk that the cells wrote to can be read from a desk, and no more."""
    tries = (
        "import glob\nwrote = []\nfor place in ['/home', '/home/.tmp', '/home/.shm', '/home/student', '/', '/dev', *glob.glob('/home/.*/*'), *glob.glob('/home/*')]:\n"
        "    try:\n        open(place + '/left', 'w').write('x'); wrote.append(place)\n    except OSError: pass\n"
        "    try: os.rename('/home/.shm', '/home/other'); wrote.append('renamed')\n    except OSError: pass\nlen(wrote) > 0"
    )
    finds = "[os.path.join(at, name) for at, _, names in os.walk('/home') for name in names if name == 'left']"
    assert value(ran(nursery, folder, opening, *FIRST, tries).notebook.cells[-1]) is True
    assert value(ran(nursery, folder, opening, *FIRST, finds).notebook.cells[-1]) == []


def test_where_python_lies_in_a_folder_of_each_desks_own_nothing_is_opened(
    nursery: Nursery, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "python_folders", lambda: ["/tmp/venv"])
    assert opened(nursery, folder, "import os") is None


def test_a_nursery_that_is_gone_opens_nothing(folder: Path) -> None:
    mine = Nursery(tier=Tier.namespaces)
    assert mine._process is not None
    mine._process.kill()
    mine._process.wait()
    assert opened(mine, folder, "import os") is None
    mine.close()


def test_a_run_whose_opening_was_lost_is_nobodys_fault_but_ours(nursery: Nursery, folder: Path, opening: Opening) -> None:
    os.kill(opening._child.pid, signal.SIGKILL)
    assert gone(opening._child.pid)
    done = ran(nursery, folder, opening, *FIRST, "len(names)")
    assert value(done.notebook.cells[-1]) == 1
    with pytest.raises(OurFaultError):
        opening.desk(Box(folder=folder)).run("1", seconds=1, outputs=None, count=1)  # type: ignore[arg-type]


# --- it holds as the other world does --------------------------------------------------------------------------------------------


def test_the_proof_attacks_from_there_too(monkeypatch: pytest.MonkeyPatch) -> None:
    attack = next(each for each in ATTACKS if each.name == "gain_by_namespace")
    enter_again, limit_and_filter = namespaces.enter_again, confining._limit_and_filter
    here = []

    def enter(*args: object) -> int:
        here.append("an opening")
        return enter_again(*args)  # type: ignore[arg-type]

    def limit(*args: object, **how: object) -> None:
        if not here:
            limit_and_filter(*args, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(namespaces, "enter_again", enter)
    with planted() as prey:
        assert probe(Tier.namespaces, attack, prey).held is True
        monkeypatch.setattr(confining, "_limit_and_filter", limit)
        assert not attack_once(Tier.namespaces, attack, prey)
        assert probe(Tier.namespaces, attack, prey).held is False


def test_the_world_of_a_desk_is_the_same_from_there(nursery: Nursery, folder: Path, opening: Opening) -> None:
    looks = (
        "def read(path): return open(path).read()\n"
        "status = dict(line.split(':\\t') for line in read('/proc/self/status').splitlines() if ':\\t' in line)\n"
        "mounts = {line.split()[1]: ' '.join(sorted(line.split()[3].split(','))) for line in read('/proc/mounts').splitlines()}\n"
        "{name: status[name] for name in status if name.startswith(('Cap', 'NoNewPrivs', 'Seccomp'))}, "
        "{at: how for at, how in mounts.items() if not (at + '/').startswith('/home/')}, sorted(os.listdir('/')), sorted(os.listdir('/dev')), "
        "[name for name in os.listdir('/proc') if name.isdigit()], os.getuid(), os.getgid(), __import__('socket').gethostname(), __import__('resource').getrlimit(7)"
    )
    plain, from_there = (value(ran(nursery, folder, start, *FIRST, looks).notebook.cells[-1]) for start in (None, opening))
    assert plain == from_there


def test_cells_are_known_by_their_source_alone(opening: Opening) -> None:
    tagged: NotebookNode = notebook("", *FIRST, "1")
    assert opening.begins(tagged)  # an empty cell never runs
    assert not opening.begins(notebook("1", *FIRST))


# --- what checks begin with ------------------------------------------------------------------------------------------------------

HELPERS = (
    "import math",
    "DATA = [int(word) for word in open('rows.csv').read().split()]",
    "class Point:\n    def __init__(self, x): self.x = x",
    "1 / 0",
)
SETTING = Setting(theirs=("double", "mine"), shared=("DATA",), imports=("import math",))


def begun(nursery: Nursery, folder: Path, *before: str, seconds: float = 20) -> Opened | None:
    return open_checkers(nursery, SETTING, before, folder=folder, env={}, seconds=seconds)


def checked(nursery: Nursery, folder: Path, process: Opened | None, source: str) -> Checked:
    """What comes of a check, by a checker of `process` or an ordinary one."""
    nowhere = Box(folder=Path("/nonexistent"))
    with ExitStack() as stack:
        desk = stack.enter_context(nursery.desk(Box(folder=folder), env=small_environment()))
        desk.ready(30)
        outputs = Outputs([node(cell_type="code", outputs=[])], budget_bytes=100_000)
        outputs.begin(0)
        desk.run(f"{HELPERS[2]}\ndef double(p): return Point(p.x * 2)\nmine = 3", seconds=20, outputs=outputs, count=1)
        child = stack.enter_context(process.checker(nowhere) if process else nursery.checker(Box(folder=folder)))
        checker = Checker(child.channel, None if process else SETTING)
        return checker.check(Task(source, 1, () if process else HELPERS), desk, 20)


def test_checkers_begin_where_the_teachers_statements_ended_and_leave_nothing(nursery: Nursery, folder: Path) -> None:
    process = begun(nursery, folder, *HELPERS)
    assert process is not None
    check = (
        "import os\nassert DATA == [1, 2] and math.pi > 3 and mine == 3\nassert double(Point(2)).x == 4\n"
        "DATA.append(9); math.pi = 3; open('left.txt', 'w').write('x')\nsorted(os.listdir('.')), os.getcwd(), len(DATA)"
    )
    plain, *others = (checked(nursery, folder, start, check) for start in (None, process, process))
    assert not plain.failed, plain.evalue
    assert plain.outputs[0]["data"]["text/plain"] == "(['left.txt', 'rows.csv'], '/home/student', 3)"
    assert others == [plain, plain]
    process.close()


@pytest.mark.parametrize(
    "statement",
    [
        "four = double(2)",
        "from os import path; del mine",
        "try: four = double(2)\nexcept BaseException: four = 4",
        "import threading, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
        "import subprocess; subprocess.Popen(['sleep', '60'])",
        "log = open('log.txt', 'w')",
        "import mmap; shared = mmap.mmap(-1, 100)",
        "import os; os.chdir('/')",
        "while True: pass",
        "import os; os._exit(3)",
    ],
)
def test_what_asks_a_student_or_would_be_shared_gets_no_checkers_ready(nursery: Nursery, folder: Path, statement: str) -> None:
    assert begun(nursery, folder, "import math", statement, seconds=2) is None


def test_checkers_are_ready_in_namespaces_only(bare: Nursery, folder: Path) -> None:
    assert begun(bare, folder, *HELPERS) is None


# --- without a sandbox -----------------------------------------------------------------------------------------------------------


def test_unconfined_a_notebook_looks_the_same_too(bare: Nursery, folder: Path) -> None:
    opening = opened(bare, folder, *FIRST)
    assert opening is not None
    cells = [*FIRST, *(cell for cell in AFTER if "getpid" not in cell)]
    plain, from_there, once_more = (ran(bare, folder, start, *cells) for start in (None, opening, opening))
    for one, *others in zip(plain.notebook.cells, from_there.notebook.cells, once_more.notebook.cells, strict=True):
        assert [one.outputs] * 2 == [other.outputs for other in others], one.source
    assert [(cell.status, cell.ename) for cell in plain.cells] == [(cell.status, cell.ename) for cell in from_there.cells]
    opening.close()


def test_and_nothing_of_one_is_met_by_the_next(bare: Nursery, folder: Path) -> None:
    first = (*FIRST, "import tempfile; place = tempfile.gettempdir()")
    opening = opened(bare, folder, *first)
    assert opening is not None
    leaves = "names.append('bob'); os.environ['LEFT'] = '1'; math.pi = 3; open(place + '/left', 'w').write('x')"
    looks = "names, 'LEFT' in os.environ, math.pi > 3, os.listdir(place), os.path.dirname(tempfile.mkstemp()[1]) == place"
    assert ran(bare, folder, opening, *first, leaves).cells[-1].status is CellStatus.ok
    assert value(ran(bare, folder, opening, *first, looks).notebook.cells[-1]) == (["ada"], False, True, [], True)
    opening.close()


@pytest.mark.parametrize(
    "cell",
    [
        "open('made.txt', 'w').close()",
        "open('rows.csv', 'a').write('9')",
        "import os; os.mkdir('made')",
        "import os; os.remove('rows.csv')",
        "import os; open(os.environ['TMPDIR'] + '/made.txt', 'w').close()",
        "import subprocess; subprocess.Popen(['sleep', '60'])",
        "import subprocess; subprocess.run('sleep 60 &', shell=True)",
        "import mmap; shared = mmap.mmap(-1, 100)",
        "import os; os.chdir('/')",
    ],
)
def test_unconfined_what_runs_would_share_is_not_kept(
    bare: Nursery, folder: Path, cell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TMPDIR", raising=False)
    assert opened(bare, folder, "import math", cell) is None


def test_unconfined_another_folder_has_an_ordinary_run(
    bare: Nursery, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    opening = opened(bare, folder, "import os")
    assert opening is not None
    other = tmp_path_factory.mktemp("other")
    assert value(ran(bare, other, opening, "import os", "os.getcwd()").notebook.cells[-1]) == str(other)
    opening.close()


def test_unconfined_it_ends_with_its_nursery_and_so_does_what_runs_there(folder: Path) -> None:
    mine = Nursery(tier=Tier.none)
    opening = opened(mine, folder, "import os")
    assert opening is not None
    desk = opening.desk(Box(folder=folder), env=small_environment(), cwd=folder)
    desk.ready(30)
    opened_by, worked_by = opening._child.pid, desk._child.pid
    mine.close()
    assert gone(opened_by)
    assert gone(worked_by)
    desk.close()
    opening.close()


@pytest.mark.parametrize("tier", [Tier.namespaces, Tier.none])
def test_what_the_cells_did_to_the_environment_goes_on(nursery: Nursery, bare: Nursery, folder: Path, tier: Tier) -> None:
    changes = "import os\nos.environ['ADDED'] = '1'; os.environ['LANG'] = 'C'; del os.environ['WHO']"
    mine = nursery if tier is Tier.namespaces else bare
    opening = opened(mine, folder, changes)
    assert opening is not None
    looks = "[os.environ.get(name) for name in ('ADDED', 'LANG', 'WHO', 'PLNB_UNSEEN')], __import__('subprocess').getoutput('echo $ADDED$LANG$WHO')"
    plain, from_there = (value(ran(mine, folder, start, changes, looks).notebook.cells[-1]) for start in (None, opening))
    assert from_there == plain == (["1", "C", None, None], "1C")
    opening.close()


def test_tiers_that_have_none_have_none(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Nursery, "opening", lambda *_, **__: pytest.fail("it was asked"))
        mine = Nursery(tier=Tier.landlock)
        assert opened(mine, folder, "import os") is None
        mine.close()
