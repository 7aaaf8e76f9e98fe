"""What a confined process can still do, what ends it, and what is left of it. The attacks are in test_sandbox_holds."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from plnb.engine.sandbox import Box, Ending, Limits, Tier, confine

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="plnb's own sandboxes are for Linux"),
    pytest.mark.skipif(
        sys.platform == "linux" and os.geteuid() == 0, reason="run as an ordinary user: root is not limited, so it is refused"
    ),
]
TIERS = [Tier.namespaces, Tier.landlock]
every_tier = pytest.mark.parametrize("tier", TIERS)


@dataclass
class Confined:
    """A confined process that is running."""

    keeper: int
    heard: int
    report: int

    def says(self, seconds: float = 20) -> str:
        """The next piece it writes; nothing where it and all that could write are gone."""
        with deadline(seconds):
            return os.read(self.heard, 65536).decode()

    def end(self, seconds: float = 20) -> tuple[int, Ending]:
        """Wait for the keeper: its exit code and report."""
        with deadline(seconds):
            code = os.waitstatus_to_exitcode(os.waitpid(self.keeper, 0)[1])
            with open(self.report, encoding="utf-8") as report:
                return code, Ending.read(report.read())

    def all_gone(self, seconds: float = 2) -> bool:
        """Nobody holds the other end of the pipe any more."""
        try:
            while self.says(seconds):
                pass
        except TimeoutError:
            return False
        return True


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    def late(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def start(
    tier: Tier,
    folder: Path,
    act: Callable[[int], object],
    limits: Limits = Limits(),
    *,
    readable: Sequence[Path] = (),
    also: int | None = None,
) -> Confined:
    """Run `act` in a sandbox; it is given the handle it may write to."""
    heard, say = os.pipe()
    report, report_to = os.pipe()
    keeper = os.fork()
    if keeper == 0:
        try:
            confine(tier, Box(folder=folder, limits=limits, readable=tuple(readable)), keep_fds=[say], report_fd=report_to)
            act(say)
        except BaseException as error:
            with contextlib.suppress(OSError):
                os.write(say, f"{type(error).__name__}: {error}".encode())
            os._exit(1)
        os._exit(0)
    os.close(say)
    os.close(report_to)
    return Confined(keeper, heard, report)


def ask(tier: Tier, folder: Path, question: Callable[[], object], limits: Limits = Limits(), **more: Sequence[Path]) -> object:
    """What a function gives in a sandbox."""
    running = start(tier, folder, lambda say: os.write(say, json.dumps(question()).encode()), limits, **more)
    said = ""
    while piece := running.says(60):
        said += piece
    code, _ = running.end()
    assert code == 0, said
    return json.loads(said)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "box"
    folder.mkdir(mode=0o700)
    return folder


# Honest work


@every_tier
def test_the_files_of_the_box_are_in_the_work_folder(tier: Tier, folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "trees.csv").write_text("height\n3\n")
    (folder / "link").symlink_to("/etc/passwd")

    def look() -> object:
        Path("mine.txt").write_text("x")
        return [Path("data/trees.csv").read_text(), os.getcwd() == os.environ["HOME"], Path.home() == Path.cwd()]

    assert ask(tier, folder, look) == ["height\n3\n", True, True]


def test_in_namespaces_the_box_itself_stays_as_it_was(folder: Path) -> None:
    (folder / "a.txt").write_text("before")

    def overwrite() -> object:
        Path("a.txt").write_text("after")
        Path("b.txt").write_text("new")
        return Path("a.txt").read_text()

    assert ask(Tier.namespaces, folder, overwrite) == "after"
    assert {file.name: file.read_text() for file in folder.iterdir()} == {"a.txt": "before"}


@every_tier
def test_science_works_inside(tier: Tier, folder: Path) -> None:
    def work() -> object:
        import matplotlib as mpl
        import matplotlib.pyplot as plt
        import numpy as np
        import pandas as pd

        mpl.use("agg")
        solved = np.linalg.solve(np.array([[2.0, 0], [0, 4]]), np.array([2.0, 4]))
        frame = pd.DataFrame({"a": [1, 2, 3]})
        frame.to_csv("frame.csv")
        plt.plot(frame["a"])
        plt.title("é")
        plt.savefig("figure.png")
        return [solved.tolist(), float(pd.read_csv("frame.csv")["a"].sum()), Path("figure.png").read_bytes()[1:4].decode()]

    assert ask(tier, folder, work) == [[1.0, 1.0], 6.0, "PNG"]


def _square(number: int) -> int:
    return number * number


@every_tier
def test_helpers_of_the_standard_library_work_inside(tier: Tier, folder: Path) -> None:
    def work() -> object:
        import locale
        import multiprocessing
        import shutil
        import subprocess
        import tempfile
        import threading
        import zoneinfo
        from concurrent.futures import ThreadPoolExecutor
        from datetime import datetime

        context = multiprocessing.get_context("fork")
        with context.Pool(3) as pool:
            squares = pool.map(_square, range(5))
        queue = context.Queue()
        child = context.Process(target=queue.put, args=("from a child",))
        child.start()
        came = queue.get(timeout=10)
        child.join()
        with ThreadPoolExecutor(4) as threads:
            doubled = list(threads.map(lambda n: 2 * n, range(3)))
        with tempfile.NamedTemporaryFile("w+") as file:
            file.write("x")
            named = file.name.startswith(tempfile.gettempdir())
        Path("made").touch()
        Path("one").write_text("x")
        shutil.copy2("one", "two")
        os.rename("two", "three")
        shell = subprocess.run(
            "echo $((6 * 7)) && touch four && cat three made four", shell=True, capture_output=True, text=True, check=True
        ).stdout
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(["sleep", "20"], timeout=0.1, check=False)
        locale.setlocale(locale.LC_ALL, "C.UTF-8")
        hour = datetime(2025, 7, 1, 12, tzinfo=zoneinfo.ZoneInfo("Europe/Paris")).utcoffset()
        return [squares, came, doubled, named, shell, str(hour), threading.active_count()]

    assert ask(tier, folder, work) == [[0, 1, 4, 9, 16], "from a child", [0, 2, 4], True, "42\nx", "2:00:00", 1]


@every_tier
def test_locks_between_processes_exclude_one_another(tier: Tier, folder: Path) -> None:
    def work() -> object:
        import multiprocessing

        context = multiprocessing.get_context("fork")
        total = context.Value("i", 0)
        lock = context.RLock()

        def add() -> None:
            for _ in range(300):
                with lock, lock:
                    total.value += 1

        children = [context.Process(target=add) for _ in range(4)]
        for child in children:
            child.start()
        for child in children:
            child.join()
        single = context.BoundedSemaphore(1)
        taken = [single.acquire(), single.acquire(timeout=0.05)]
        single.release()
        with pytest.raises(ValueError, match="too many"):
            single.release()
        return [total.value, taken]

    assert ask(tier, folder, work) == [1200, [True, False]]


@every_tier
def test_more_may_be_made_readable_but_not_writable(tier: Tier, folder: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "table.csv").write_text("1")

    def work() -> object:
        try:
            (shared / "table.csv").write_text("2")
        except OSError:
            return (shared / "table.csv").read_text()
        return "written"

    assert ask(tier, folder, work, readable=[shared]) == "1"


@every_tier
def test_too_big_an_array_is_a_memory_error_that_a_cell_survives(tier: Tier, folder: Path) -> None:
    def work() -> object:
        try:
            bytes(3 * 10**9)
        except MemoryError:
            return "MemoryError"
        return "made"

    assert ask(tier, folder, work) == "MemoryError"


@every_tier
def test_the_network_is_unreachable_and_says_so(tier: Tier, folder: Path) -> None:
    def work() -> object:
        import urllib.request

        try:
            urllib.request.urlopen("http://192.0.2.1/", timeout=5)
        except OSError as error:
            return str(error)
        return "reached"

    assert "Network is unreachable" in str(ask(tier, folder, work))


@every_tier
def test_what_the_caller_has_open_does_not_count(tier: Tier, folder: Path) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(200):
            stack.enter_context(open(__file__, "rb"))
        assert ask(tier, folder, lambda: Path("/dev/null").read_text(), Limits(open_files=32)) == ""


# What crosses the border


@every_tier
def test_only_the_kept_handles_are_open(tier: Tier, folder: Path) -> None:
    with open(__file__, "rb") as leak:
        os.set_inheritable(leak.fileno(), True)
        running = start(tier, folder, lambda say: os.write(say, json.dumps(sorted(_open_handles()) == [0, 1, 2, say]).encode()))
        assert running.says() == "true"
        running.end()


def _open_handles() -> Iterator[int]:
    for handle in range(256):
        with contextlib.suppress(OSError):
            os.fstat(handle)
            yield handle


@every_tier
def test_the_driver_sees_the_end_of_the_channel_when_the_process_ends(tier: Tier, folder: Path) -> None:
    running = start(tier, folder, lambda say: os.write(say, b"bye"))
    assert running.says() == "bye"
    assert running.says(5) == ""
    running.end()


@every_tier
def test_what_the_process_was_started_with_is_wiped(tier: Tier, folder: Path) -> None:
    # The environment of the process that runs the tests is this test's secret: PATH is in it.
    assert b"PATH=" in Path("/proc/self/environ").read_bytes()

    def work() -> object:
        return [
            Path("/proc/self/environ").read_bytes().strip(b"\0").decode(),
            bool(os.environ["PATH"]),
            os.popen("echo $HOME").read().strip() == os.environ["HOME"],
        ]

    assert ask(tier, folder, work) == ["", True, True]


@every_tier
def test_it_cannot_see_the_course(tier: Tier, folder: Path, tmp_path: Path) -> None:
    for name in ("source", "gradebook.db", ".plnb"):
        (tmp_path / name).mkdir()

    def work() -> object:
        seen = []
        for path in (tmp_path, tmp_path / "source", tmp_path / "gradebook.db", Path("/home"), Path("/root"), Path("/proc/1/root")):
            with contextlib.suppress(OSError):
                seen += [name for name in os.listdir(path) if name not in ("student", ".tmp", ".shm")]
        return seen

    # In tier namespaces what is above a path that can be read exists, and holds nothing else.
    allowed = {Path(part).parts[2] for part in (sys.prefix, sys.base_prefix, __file__) if part.startswith("/home/")}
    assert set(ask(tier, folder, work)) <= allowed  # type: ignore[call-overload]
