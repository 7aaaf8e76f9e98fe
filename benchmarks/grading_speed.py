"""`plnb grade` against `nbgrader autograde`, side by side: wall time, processor time (of the whole machine), scores cell by cell.

    python benchmarks/grading_speed.py                          # everything: two hours
    python benchmarks/grading_speed.py --part example --students 20
    python benchmarks/grading_speed.py --part activity trust growth workers dask one --out build/grading_speed.md

Every number is a whole command from a cold start, the two graders in turns, medians of `--rounds`. The sandbox is proved once
before: that takes seconds, once after each start of the machine, and the report says how many. As root there is no sandbox, and the
report says so; run it as an ordinary user for the numbers that count.

`bare` is plnb with all that makes a grade trustworthy switched off: no sandbox, and every check in the student's own process.
"""

from __future__ import annotations

import argparse
import compileall
import contextlib
import os
import platform
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import nbgrader
from nbgrader.api import Gradebook

import plnb
from plnb.authoring.samples import sample_course
from plnb.grading.manifest import read_manifest, write_manifest
from plnb.grading.plans import NotebookPlan
from plnb.grading.release import release
from plnb.grading.trust import is_root, sandbox_for
from plnb.store.layout import CourseFolder

GUIDE = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide"
PARTS = ("example", "activity", "unit", "trust", "growth", "workers", "dask", "one", "limit")
NO_SANDBOX = "--unsafe-no-sandbox"
SCIENCE = "numpy, pandas, matplotlib"


@dataclass(frozen=True)
class Took:
    wall: float
    cpu: float
    memory: int
    """The most that the first process has used, in bytes."""


def run(command: Sequence[str], cwd: Path, **env: str) -> Took:
    """A command, with all it starts and waits for."""
    if hasattr(os, "sync"):
        os.sync()  # what was laid out for it is on the disk: writing that out is not its work
    before, began = _processor_seconds(), time.monotonic()
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))  # nbgrader calls `alembic`
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            command, cwd=cwd, env={**os.environ, **env, "PATH": path}, stdout=subprocess.DEVNULL, stderr=said
        )
        watch = threading.Thread(target=_watch_memory, args=(process, most := [0]))
        watch.start()
        code = process.wait()
        wall, cpu = time.monotonic() - began, _processor_seconds() - before
        watch.join()
        if code not in (0, 1):
            said.seek(0)
            raise SystemExit(f"{' '.join(command)} ended with {code}:\n{said.read()[-3000:]}")
    return Took(wall, cpu, most[0])


def _watch_memory(process: subprocess.Popen[bytes], most: list[int]) -> None:
    """The most memory that it has used, as its system keeps it (Linux)."""
    while process.poll() is None:
        with contextlib.suppress(OSError, StopIteration), open(f"/proc/{process.pid}/status", encoding="ascii") as file:
            most[0] = 1024 * int(next(line for line in file if line.startswith("VmHWM:")).split()[1])
        time.sleep(0.1)


def _processor_seconds() -> float:
    """What all processors of the machine have worked. So nothing else should run beside a benchmark.

    A process's own account (`getrusage`) would flatter us by half: what dies with its pid namespace is not added to its parent's.
    """
    try:
        with open("/proc/stat", encoding="ascii") as file:
            user, nice, system, _idle, _waiting, hard, soft, *_ = map(int, file.readline().split()[1:])
    except OSError:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime
    return (user + nice + system + hard + soft) / os.sysconf("SC_CLK_TCK")


def ours(course: Path, *options: str) -> Took:
    options = (*options, NO_SANDBOX) if is_root() and NO_SANDBOX not in options else options
    return run([sys.executable, "-m", "plnb.cli.main", "grade", "-C", str(course), *options], course)


def as_ever(course: Path, unit: str) -> Took:
    return ours(course, unit, "--jobs", "2")


def bare(course: Path, unit: str) -> Took:
    """Without a sandbox, and with no check outside the student's process: as in a unit that was never rehearsed."""
    path = CourseFolder(course).manifest(unit)
    manifest = read_manifest(path)
    notebooks = tuple(notebook.model_copy(update={"plan": NotebookPlan()}) for notebook in manifest.notebooks)
    write_manifest(manifest.model_copy(update={"notebooks": notebooks}).sealed(), path)
    return ours(course, unit, "--jobs", "2", NO_SANDBOX)


def theirs(course: Path, unit: str) -> Took:
    return run([sys.executable, "-m", "nbgrader", "autograde", unit, "--course-dir", str(course)], course)


@contextmanager
def copied(course: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="plnb-bench-") as folder:
        shutil.copytree(course, Path(folder) / "course")
        yield Path(folder) / "course"


def example(root: Path, students: int) -> tuple[Path, str]:
    """nbgrader's own example course, its two submissions in turns."""
    shutil.copytree(GUIDE / "source" / "ps1", root / "source" / "ps1")
    release(CourseFolder(root), ["ps1"])
    given = sorted(path / "ps1" for path in (GUIDE / "submitted").iterdir() if (path / "ps1").is_dir())
    for number in range(students):
        shutil.copytree(given[number % len(given)], root / "submitted" / f"s{number:04}" / "ps1")
    return root, "ps1"


def science(root: Path, students: int) -> tuple[Path, str]:
    """The unit of the sample course with an activity in numpy, pandas and matplotlib; answers right and wrong in turns."""
    made = sample_course()
    for name in ("course.yaml", "nbgrader_config.py", "frameworks", "source"):
        place = shutil.copytree if (made / name).is_dir() else shutil.copyfile
        if (made / name).exists():
            place(made / name, root / name)
    folder = CourseFolder(root)
    unit = next(
        path.parent.name for path in sorted(folder.source.glob("*/*.ipynb")) if "import pandas" in path.read_text(encoding="utf-8")
    )
    release(folder, [unit])
    for number in range(students):
        target = root / "submitted" / f"s{number:04}" / unit
        answered = number % 2 == 0  # else as it was released, with something tried out in a scratch cell
        shutil.copytree(folder.unit_release(unit), target)
        for path in target.glob("*.ipynb"):
            _answer(path, folder.notebook(unit, path.stem) if answered else None)
    return root, unit


def activity(root: Path, students: int) -> tuple[Path, str]:
    """The same unit, of which everybody hands in one activity: the first in which answers are drawn."""
    _, unit = science(root, students)
    handed_in = sorted(root.glob(f"submitted/*/{unit}/*.ipynb"))
    drawn = next(path.name for path in handed_in if "matplotlib" in path.read_text(encoding="utf-8"))
    for path in handed_in:
        if path.name != drawn:
            path.unlink()
    return root, unit


def _answer(path: Path, source: Path | None) -> None:
    import nbformat

    nb = nbformat.read(path, as_version=4)
    solved = {}
    if source is not None:
        for cell in nbformat.read(source, as_version=4).cells:
            solved[cell.metadata.get("nbgrader", {}).get("grade_id")] = cell.source
    for cell in nb.cells:
        key = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and key.get("solution") and not key.get("grade"):
            cell.source = solved.get(key["grade_id"], "tried = 1")
    nbformat.write(nb, path)


def scores(course: Path, unit: str) -> dict[tuple[str, str, str], tuple[float | None, bool]]:
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        return {
            (submission.student_id, notebook.name, grade.name): (grade.auto_score, grade.needs_manual_grade)
            for submission in book.assignment_submissions(unit)
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


def against_nbgrader(title: str, make: Callable[[Path, int], tuple[Path, str]], sizes: Sequence[int], rounds: int) -> list[str]:
    lines = [
        f"\n## {title}\n",
        "| students | nbgrader wall | plnb wall | times | nbgrader CPU | plnb CPU | times | plnb bare, wall | times "
        "| cells that differ |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for students in sizes:
        with tempfile.TemporaryDirectory(prefix="plnb-bench-") as folder:
            course, unit = make(_made(Path(folder) / "course"), students)
            their, our, untrusted = [], [], []
            differ: set[tuple[str, str, str]] = set()
            for _ in range(rounds):
                with copied(course) as one, copied(course) as other, copied(course) as third:
                    our.append(as_ever(one, unit))
                    untrusted.append(bare(third, unit))
                    their.append(theirs(other, unit))
                    nbgraders = scores(other, unit)
                    for mine in (scores(one, unit), scores(third, unit)):
                        differ |= {key for key in mine.keys() | nbgraders.keys() if mine.get(key) != nbgraders.get(key)}
        wall = [statistics.median(took.wall for took in each) for each in (their, our, untrusted)]
        cpu = [statistics.median(took.cpu for took in each) for each in (their, our)]
        lines.append(
            f"| {students} | {wall[0]:.1f} s | {wall[1]:.2f} s | **{wall[0] / wall[1]:.1f}** | {cpu[0]:.1f} s | {cpu[1]:.2f} s "
            f"| **{cpu[0] / cpu[1]:.1f}** | {wall[2]:.2f} s | **{wall[0] / wall[2]:.1f}** | {len(differ)} of {len(nbgraders)} |"
        )
        print(lines[-1], flush=True)
    return lines


def trust(sizes: Sequence[int], rounds: int) -> list[str]:
    """What the sandbox and the checks outside cost. As ever, bare, bare, as ever: a machine that gets slower does not count."""
    lines = [
        "\n## What trust costs (2 workers)\n",
        "| what | students | plnb | bare | a submission | an activity |",
        "|---|---|---|---|---|---|",
    ]
    for title, make in (
        ("nbgrader's example", example),
        (f"{SCIENCE}: an activity", activity),
        (f"{SCIENCE}: a unit of four", science),
    ):
        for students in sizes:
            with tempfile.TemporaryDirectory(prefix="plnb-bench-") as folder:
                course, unit = make(_made(Path(folder) / "course"), students)
                both: list[tuple[float, float]] = []
                for _ in range(rounds):
                    took = []
                    for how in (as_ever, bare, bare, as_ever):
                        with copied(course) as one:
                            took.append(how(one, unit).wall)
                    both.append((took[0] + took[3], took[1] + took[2]))
                notebooks = len(list(course.glob(f"submitted/*/{unit}/*.ipynb")))
            wall = [statistics.median(each) / 2 for each in zip(*both, strict=True)]
            costs = 1000 * statistics.median(one - other for one, other in both) / 2
            lines.append(
                f"| {title} | {students} | {wall[0]:.2f} s | {wall[1]:.2f} s "
                f"| **{costs / students:.0f} ms** | {costs / notebooks:.0f} ms |"
            )
            print(lines[-1], flush=True)
    return lines


def growth(sizes: Sequence[int]) -> list[str]:
    """`each further`: from the first submission that is written down to the last, so without what it takes to begin and to end."""
    lines = [
        "\n## Growth (nbgrader's example, 2 workers)\n",
        "| students | wall | a submission | each further | memory of the grader |",
        "|---|---|---|---|---|",
    ]
    for students in sizes:
        with tempfile.TemporaryDirectory(prefix="plnb-bench-") as folder:
            course, unit = example(_made(Path(folder) / "course"), students)
            took = as_ever(course, unit)
            written = sorted(path.stat().st_mtime for path in course.glob(f"autograded/*/{unit}"))
            further = (written[-1] - written[0]) / (students - 1)
        lines.append(
            f"| {students} | {took.wall:.1f} s | {1000 * took.wall / students:.0f} ms | {1000 * further:.1f} ms "
            f"| {took.memory >> 20} MiB |"
        )
        print(lines[-1], flush=True)
    return lines


def workers(students: int, rounds: int) -> list[str]:
    lines = ["\n## Workers\n", "| workers | wall |", "|---|---|"]
    with tempfile.TemporaryDirectory(prefix="plnb-bench-") as folder:
        course, unit = example(_made(Path(folder) / "course"), students)
        for number in (1, 2, 4):
            took = []
            for _ in range(rounds):
                with copied(course) as one:
                    took.append(ours(one, unit, "--jobs", str(number)).wall)
            lines.append(f"| {number} | {statistics.median(took):.2f} s |")
            print(lines[-1], flush=True)
    return lines


def on_dask(students: int, rounds: int) -> list[str]:
    """One worker, two, and two of which one is killed in the middle: each held to a processor, as if it were a machine of one.

    (Else one worker and the processes that it forks would use both of ours, and a second had nothing to add.)
    """
    lines = ["\n## Dask (numpy, pandas, matplotlib; a processor for each worker)\n", "| workers | wall | graded |", "|---|---|---|"]
    with tempfile.TemporaryDirectory(prefix="plnb-bench-") as folder:
        course, unit = science(_made(Path(folder) / "course"), students)
        took: dict[str, list[float]] = {"1": [], "2": [], "2, one killed": []}
        graded = dict.fromkeys(took, students)
        for number in range(rounds):
            for title, each in took.items():
                killed = "killed" in title
                if killed and number:
                    continue
                with copied(course) as one, cluster(int(title[0]), one.parent) as (address, team):
                    each.append(_killing(team[0], one, unit, address) if killed else ours(one, unit, "--on", address).wall)
                    graded[title] = min(graded[title], len({key[0] for key in scores(one, unit)}))
    wall = {title: statistics.median(each) for title, each in took.items()}
    for title in took:
        times = f" (**{wall['1'] / wall[title]:.2f}** times one)" if title == "2" else ""
        lines.append(f"| {title} | {wall[title]:.1f} s{times} | {graded[title]} of {students} |")
        print(lines[-1], flush=True)
    return lines


def _killing(worker: subprocess.Popen[bytes], course: Path, unit: str, address: str) -> float:
    """Grade, and kill a worker when half is done."""
    half = len(list(course.glob(f"submitted/*/{unit}"))) // 2

    def kill() -> None:
        while len(list(course.glob(f"autograded/*/{unit}"))) < half:
            time.sleep(0.02)
        worker.kill()

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    wall = ours(course, unit, "--on", address).wall
    killer.join(timeout=1)
    if worker.poll() is None:
        raise SystemExit("The worker was to be killed when half was done, and is still there.")
    return wall


@contextmanager
def cluster(count: int, folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    from distributed import Client

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    module = [sys.executable, "-m"]
    chief = subprocess.Popen(
        [*module, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"], **quiet
    )
    only = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(folder / "dask"))
    team = [
        subprocess.Popen(
            [*module, "distributed.cli.dask_worker", address, *only],
            preexec_fn=partial(_stay_on, number),
            **quiet,
        )
        for number in range(count)
    ]
    try:
        with Client(address, timeout=60) as client:
            client.wait_for_workers(count, timeout=60)
        yield address, team
    finally:
        for process in (*team, chief):
            process.kill()
            process.wait()


def _stay_on(number: int) -> None:
    """Use one processor only."""
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {processors[number % len(processors)]})


def one_at_once(times: int) -> list[str]:
    """`grade_one`, warm, for each activity of the sample course, solved; then the one in the middle, which is typical."""
    from plnb.grading.service import grade_one, kit_for

    lines = ["\n## One submission at once, warm\n", "| activity | p50 | p95 |", "|---|---|---|"]
    found: list[tuple[float, float, str]] = []
    with tempfile.TemporaryDirectory(prefix="plnb-bench-") as place:
        folder = CourseFolder(_made(Path(place) / "course"))
        for name in ("course.yaml", "nbgrader_config.py", "frameworks", "source"):
            made = sample_course() / name
            if made.exists():
                (shutil.copytree if made.is_dir() else shutil.copyfile)(made, folder.root / name)
        for unit in sorted(path.name for path in folder.source.iterdir() if path.is_dir()):
            release(folder, [unit])
            kit = kit_for(folder, unit, unsafe=is_root())
            for path in sorted(folder.unit_release(unit).glob("*.ipynb")):
                _answer(path, folder.notebook(unit, path.stem))
                given = {path.stem: path.read_bytes()}
                grade_one(kit, unit, given)
                took = sorted(1000 * grade_one(kit, unit, given).seconds for _ in range(times))
                found.append((statistics.median(took), took[int(times * 0.95)], path.stem))
                lines.append(f"| {path.stem} | {found[-1][0]:.0f} ms | {found[-1][1]:.0f} ms |")
                print(lines[-1], flush=True)
    middle, late, name = sorted(found)[len(found) // 2]
    lines.append(f"| **in the middle: {name}** | {middle:.0f} ms (bar 250) | {late:.0f} ms (bar 600) |")
    print(lines[-1], flush=True)
    return lines


BARE = """
import importlib, json, os, sys
from pathlib import Path
how, modules, *names = sys.argv[1:]
os.environ["MPLBACKEND"] = "agg"
for name in modules.split():
    importlib.import_module(name)
if how == "ipython":
    from IPython.core.interactiveshell import InteractiveShell
sources = [["".join(c["source"]) for c in json.loads(Path(n).read_bytes())["cells"] if c["cell_type"] == "code"] for n in names]
for cells in sources:
    if pid := os.fork():
        os.waitpid(pid, 0)
        continue
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    if how == "ipython":
        shell = InteractiveShell.instance()
        shell.history_manager.enabled = False
        for cell in cells:
            shell.run_cell(cell)
    else:
        names = {"__name__": "__main__"}
        for cell in cells:
            try:
                exec(cell, names)
            except BaseException:
                pass
    os._exit(0)
"""


def limit(students: int, rounds: int) -> list[str]:
    """The same cells in a forked child, nothing recorded and nothing checked: what no grader can beat.

    By IPython, which is what a cell means in a notebook (magics, `!`, values shown), and by `exec`, which is less than that.
    """
    lines = []
    for title, make, modules in (
        ("nbgrader's example", example, ""),
        (SCIENCE, science, "numpy pandas matplotlib.pyplot"),
    ):
        lines += [f"\n## Against the limit ({title}, {students} students, one process)\n", "| what | wall | CPU |", "|---|---|---|"]
        with tempfile.TemporaryDirectory(prefix="plnb-bench-") as folder:
            course, unit = make(_made(Path(folder) / "course"), students)
            notebooks = [str(path) for path in sorted(course.glob(f"submitted/*/{unit}/*.ipynb"))]
            took: dict[str, list[Took]] = {"plnb grade, 1 worker": [], "cells by IPython": [], "cells by exec": []}
            for _ in range(rounds):
                with copied(course) as one:
                    took["plnb grade, 1 worker"].append(ours(one, unit, "--jobs", "1"))
                for how in ("ipython", "exec"):
                    command = [sys.executable, "-c", BARE, how, modules, *notebooks]
                    took["cells by IPython" if how == "ipython" else "cells by exec"].append(run(command, course))
        base = statistics.median(each.wall for each in took["cells by IPython"])
        for what, each in took.items():
            wall, cpu = statistics.median(one.wall for one in each), statistics.median(one.cpu for one in each)
            lines.append(f"| {what} | {wall:.2f} s (× {wall / base:.2f}) | {cpu:.2f} s |")
            print(lines[-1], flush=True)
    return lines


def proved() -> str:
    """The sandbox that holds here, and what it took to prove that; next to nothing where that is remembered."""
    began = time.monotonic()
    tier = sandbox_for(unsafe=False)
    return f"{tier} (proved in {time.monotonic() - began:.1f} s)"


def _made(root: Path) -> Path:
    root.mkdir(parents=True)
    return root


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--students", nargs="+", type=int, default=[5, 20, 100])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--growth", nargs="+", type=int, default=[5, 20, 100, 1000])
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    # An installed package is compiled; a checkout need not be, and under PYTHONDONTWRITEBYTECODE it never is.
    compileall.compile_dir(str(Path(plnb.__file__).parent), quiet=2)
    sandbox = "off (root)" if is_root() else proved()
    lines = [
        "# Grading speed\n",
        f"{platform.system()}, Python {platform.python_version()}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f}, sandbox {sandbox}, medians of {given.rounds}.",
    ]
    middle = sorted(given.students)[len(given.students) // 2]
    parts: dict[str, Callable[[], list[str]]] = {
        "example": lambda: against_nbgrader("nbgrader's example course", example, given.students, given.rounds),
        "activity": lambda: against_nbgrader(f"{SCIENCE}: an activity", activity, given.students, given.rounds),
        "unit": lambda: against_nbgrader(f"{SCIENCE}: a unit of four", science, given.students, given.rounds),
        "trust": lambda: trust(given.students, given.rounds),
        "growth": lambda: growth(given.growth),
        "workers": lambda: workers(middle, given.rounds),
        "dask": lambda: on_dask(middle, given.rounds),
        "one": lambda: one_at_once(20),
        "limit": lambda: limit(middle, given.rounds),
    }
    for part in given.part:
        lines += parts[part]()
    report = "\n".join(lines) + "\n"
    print(report)
    if given.out:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(report, encoding="utf-8")


if __name__ == "__main__":
    main()
