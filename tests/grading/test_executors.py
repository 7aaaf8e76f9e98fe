"""Whoever runs the notebooks: every job comes back exactly once, whatever becomes of the workers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from plnb.errors import NotReadyError, OurFaultError
from plnb.grading.executors import Done, Executor, Here, LocalWorkers, workers_for
from plnb.grading.grade import grade
from plnb.grading.jobs import Job, UnitKit
from plnb.grading.on_dask import DaskCluster
from plnb.grading.outcomes import GradeEvent, Settled
from plnb.grading.results import Worked
from plnb.grading.service import kit_for
from plnb.store.layout import CourseFolder
from plnb.store.ledger import Ledger
from tests.grading.builders import BLOCKER, RIGHT, hand_in

SPORT = {"ratio": RIGHT["ratio"], "explain": RIGHT["explain"]}

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


def job(course: CourseFolder, student: str, answer: str = "ratio = 4") -> Job:
    folder = hand_in(course, student, "u2", {**SPORT, "ratio": answer}, without=("in-music",))
    return Job(student=student, notebooks={path.stem: path.read_bytes() for path in folder.glob("*.ipynb")}, others={})


def run(executor: Executor, kit: UnitKit, jobs: list[Job], while_at_it: Callable[[int], None] = lambda _: None) -> dict[int, Done]:
    """Run all of them; fails where one comes back twice."""
    came: dict[int, Done] = {}
    waiting = list(enumerate(jobs))
    out = 0
    deadline = time.monotonic() + 120
    while len(came) < len(jobs):
        assert time.monotonic() < deadline, f"{len(came)} of {len(jobs)} came back"
        while waiting and out < executor.slots:
            executor.submit(waiting[0][0], kit, waiting.pop(0)[1])
            out += 1
        for done in executor.wait(0.5):
            assert done.ticket not in came
            came[done.ticket] = done
            out -= 1
            while_at_it(len(came))
    assert list(executor.wait(0.1)) == []
    return came


def points(done: Done) -> float:
    assert isinstance(done.found, Worked), done.found
    return sum(score.points or 0.0 for outcome in done.found.outcomes for score in outcome.scores)


def workers_of(foreman: int) -> list[int]:
    return [pid for pid in children_of(foreman) if not is_nursery(pid)]


def is_nursery(pid: int) -> bool:
    return b"nursery_main" in Path(f"/proc/{pid}/cmdline").read_bytes()


def children_of(pid: int) -> list[int]:
    return [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]


@pytest.mark.parametrize("make", [Here, lambda: LocalWorkers(2)], ids=["here", "workers"])
def test_every_job_comes_back_with_its_own_result(make: Callable[[], Executor], course: CourseFolder) -> None:
    jobs = [job(course, f"s{n}", "ratio = 4" if n % 2 else "ratio = 0") for n in range(8)]
    executor = make()
    try:
        came = run(executor, kit_for(course, "u2"), jobs)
    finally:
        executor.close()
    assert {ticket: points(done) for ticket, done in came.items()} == {n: 2.0 * (n % 2) for n in range(8)}


def test_workers_and_nurseries_that_are_killed_are_replaced_and_nothing_is_lost_or_doubled(course: CourseFolder) -> None:
    jobs = [job(course, f"s{n}") for n in range(10)]
    executor = LocalWorkers(2)
    foreman = executor.foreman

    def kill_one(done: int) -> None:
        if done in (2, 5):
            os.kill(workers_of(foreman)[0], signal.SIGKILL)
        if done == 3:
            os.kill(next(pid for pid in children_of(foreman) if is_nursery(pid)), signal.SIGKILL)

    try:
        came = run(executor, kit_for(course, "u2"), jobs, kill_one)
    finally:
        executor.close()
    assert [points(came[n]) for n in range(10)] == [2.0] * 10
    assert not Path(f"/proc/{foreman}").exists()


def a_team(how: str) -> tuple[subprocess.Popen[str], int, list[int]]:
    """A main process with two workers, started in one way or the other: main, the foreman, and everybody else there is."""
    code = (
        "import time\nfrom plnb.grading.executors import LocalWorkers\n"
        f"team = LocalWorkers(2{how})\nprint(team.foreman, flush=True)\n"
        "team._team = [team._hire(), team._hire()]\ntime.sleep(60)\n"
    )
    main = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert main.stdout is not None
    foreman = int(main.stdout.readline())
    deadline = time.monotonic() + 30
    while len(workers_of(foreman)) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    return main, foreman, [pid for pid in (*children_of(main.pid), *children_of(foreman)) if pid != foreman]


@pytest.mark.parametrize("how", ["", ", fork_here=True"], ids=["of its own", "forked"])
def test_nobody_stays_when_main_is_killed(how: str) -> None:
    main, foreman, others = a_team(how)
    assert len(others) == 3, "two workers, and what their kernels come from"
    main.kill()
    main.wait()
    deadline = time.monotonic() + 5
    while (alive := [pid for pid in (foreman, *others) if _runs(pid)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert alive == []


def test_a_foreman_that_is_forked_needs_no_python_of_its_own() -> None:
    commands = []
    for how in ("", ", fork_here=True"):
        main, foreman, _ = a_team(how)
        commands.append(Path(f"/proc/{foreman}/cmdline").read_bytes() == Path(f"/proc/{main.pid}/cmdline").read_bytes())
        main.kill()
        main.wait()
    assert commands == [False, True]


def test_a_process_with_threads_is_not_forked() -> None:
    code = (
        "import os, threading, time\nfrom plnb.grading.executors import LocalWorkers\n"
        "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
        "team = LocalWorkers(1, fork_here=True)\n"
        "of = open(f'/proc/{team.foreman}/cmdline', 'rb', buffering=0)\n"
        # For a moment, while it becomes a program of its own, it has no words at all.
        "while not (words := os.pread(of.fileno(), 4096, 0)): time.sleep(.01)\n"
        "print(words.split(bytes(1))[1:3])\nteam.close()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "[b'-m', b'plnb.grading.worker']\n", done.stderr


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_job_that_cannot_be_done_comes_back_with_why(course: CourseFolder) -> None:
    kit = kit_for(course, "u2")
    broken = UnitKit(**{**kit.__dict__, "digest": "broken", "masters": {}})
    executor = LocalWorkers(1)
    try:
        executor.submit(0, broken, job(course, "ada"))
        executor.submit(1, kit, job(course, "bob"))
        came: dict[int, Done] = {}
        while len(came) < 2:
            came |= {done.ticket: done for done in executor.wait(5)}
    finally:
        executor.close()
    assert isinstance(came[0].found, KeyError)
    assert points(came[1]) == 2


def test_workers_are_no_more_than_there_is_memory_for(monkeypatch: pytest.MonkeyPatch) -> None:
    import plnb.grading.executors as module

    monkeypatch.setattr(module.os, "sched_getaffinity", lambda _: set(range(16)))
    monkeypatch.setattr(module, "_free_memory", lambda: 3 << 30)
    assert (workers_for(None), workers_for(7), workers_for(0)) == (3, 7, 0)
    monkeypatch.setattr(module, "_free_memory", lambda: 1 << 20)
    assert workers_for(None) == 1


# --- Dask ------------------------------------------------------------------------------------------------------------------------

_ = pytest.importorskip("distributed", reason="needs plnb[dask]")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def dask(what: str, *arguments: str, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "distributed.cli.dask_" + what, *arguments, "--no-dashboard"]
    return subprocess.Popen(command, env={**os.environ, **(env or {})}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def dask_worker(scheduler: str, folder: Path, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    only = ("--nthreads", "1", "--no-nanny", "--host", "127.0.0.1", "--local-directory", str(folder))
    return dask("worker", scheduler, *only, env=env)


@pytest.fixture
def scheduler() -> Iterator[str]:
    port = free_port()
    process = dask("scheduler", "--host", "127.0.0.1", "--port", str(port))
    yield f"tcp://127.0.0.1:{port}"
    process.terminate()
    process.wait()


@pytest.fixture
def team(scheduler: str, tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers, in folders of their own."""
    workers = [dask_worker(scheduler, tmp_path / f"w{n}") for n in range(2)]
    from distributed import Client

    connect: Any = Client
    with connect(scheduler, timeout=60) as client:
        client.wait_for_workers(2, timeout=60)
    yield scheduler, workers
    for worker in workers:
        worker.kill()
        worker.wait()


def test_a_class_on_a_cluster_with_a_worker_killed_in_the_middle_is_graded_exactly_once(
    course: CourseFolder, team: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    address, workers = team
    for number in range(16):
        job(course, f"s{number:02}", "ratio = 4" if number % 2 else "ratio = 0")
    done: list[str] = []

    def kill_one(event: GradeEvent) -> None:
        if isinstance(event, Settled):
            done.append(event.outcome.student)
            if len(done) == 4:
                workers[0].kill()

    summary = grade(course, on=address, unsafe=True, on_event=kill_one)
    assert [(o.state, o.score) for o in sorted(summary.outcomes, key=lambda o: o.student)] == [
        ("graded", n % 2 * 4.0) for n in range(16)
    ]
    assert workers[0].poll() is not None
    with Ledger.open(course.ledger) as ledger:
        assert sorted(event.student for event in ledger.events()) == sorted(done)
        assert {event.body["sandbox"] for event in ledger.events()} == {"none"}
        assert ledger.verify_audit().whole


def test_a_scheduler_that_does_not_answer_is_one_sentence(course: CourseFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plnb.grading.on_dask.CONNECT_SECONDS", 1)
    with pytest.raises(NotReadyError, match="no Dask scheduler that answers") as caught:
        DaskCluster(f"tcp://127.0.0.1:{free_port()}")
    assert "tcp://" in caught.value.place
    assert caught.value.mend
    for address in ("nonsense://nowhere", "tcp://localhost", "tcp://localhost:http", "localhost", ""):
        with pytest.raises(NotReadyError, match="no Dask scheduler that answers"):
            DaskCluster(address)


def test_a_worker_without_plnb_is_named_before_anything_runs(scheduler: str, tmp_path: Path, course: CourseFolder) -> None:
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "sitecustomize.py").write_text(BLOCKER)
    worker = dask_worker(scheduler, tmp_path / "w", {"PYTHONPATH": str(tmp_path / "bare")})
    from distributed import Client

    connect: Any = Client
    try:
        with connect(scheduler, timeout=60) as client:
            client.wait_for_workers(1, timeout=60)
        job(course, "ada")
        with pytest.raises(NotReadyError, match="has no plnb") as caught:
            grade(course, on=scheduler, unsafe=True)
        assert caught.value.place.startswith("tcp://")
        assert not course.ledger.exists()
    finally:
        worker.kill()
        worker.wait()


def test_a_scheduler_that_goes_away_ends_the_run_and_what_was_graded_is_kept(course: CourseFolder, tmp_path: Path) -> None:
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    chief = dask("scheduler", "--host", "127.0.0.1", "--port", str(port))
    worker = dask_worker(address, tmp_path / "w")
    for number in range(12):
        job(course, f"s{number:02}")
    done: list[str] = []

    def kill_it(event: GradeEvent) -> None:
        if isinstance(event, Settled):
            done.append(event.outcome.student)
            if len(done) == 2:
                chief.kill()
                worker.kill()

    try:
        with pytest.raises(OurFaultError, match="scheduler has gone away"):
            grade(course, on=address, unsafe=True, on_event=kill_it)
    finally:
        for process in (chief, worker):
            process.kill()
            process.wait()
    after = grade(course, jobs=2)
    assert (len(after.of("unchanged")), len(after.of("graded"))) == (len(done), 12 - len(done))
