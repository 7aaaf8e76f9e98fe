"""What ends a confined process, what is said of it, and that nothing of it stays."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from plnb.engine.sandbox import Ending, Limits, Reason, Tier, confining, keeper
from tests.engine.test_sandbox import ask, deadline, every_tier, pytestmark, start  # noqa: F401


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "box"
    folder.mkdir(mode=0o700)
    return folder


@every_tier
def test_an_exit_code_is_passed_on(tier: Tier, folder: Path) -> None:
    code, ending = start(tier, folder, lambda _: os._exit(3)).end()
    assert (code, ending.reason, ending.code) == (3, Reason.exited, 3)


@every_tier
@pytest.mark.parametrize("claimed", [40, 41, 42, 43, 44])
def test_a_process_cannot_claim_what_only_its_keeper_may_say(tier: Tier, folder: Path, claimed: int) -> None:
    code, ending = start(tier, folder, lambda _: os._exit(claimed)).end()
    assert (code, ending.reason) == (1, Reason.exited)


@every_tier
def test_a_crash_is_told_by_its_signal(tier: Tier, folder: Path) -> None:
    code, ending = start(tier, folder, lambda _: os.kill(os.getpid(), signal.SIGSEGV)).end()
    assert (code, ending.reason) == (128 + signal.SIGSEGV, Reason.signalled)


@every_tier
def test_an_interrupt_reaches_the_cell_and_what_it_started(tier: Tier, folder: Path) -> None:
    def act(say: int) -> None:
        import subprocess

        try:
            with subprocess.Popen(["sleep", "30"]) as sleeper:
                os.write(say, b"ready")
                sleeper.wait()
        except KeyboardInterrupt:
            sleeper.wait(5)
            os.write(say, b"both interrupted")

    running = start(tier, folder, act)
    assert running.says() == "ready"
    os.kill(running.keeper, signal.SIGINT)
    assert running.says(10) == "both interrupted"
    assert running.end()[0] == 0


@every_tier
def test_the_keeper_ends_everything_when_it_is_asked_to(tier: Tier, folder: Path) -> None:
    running = start(tier, folder, _daemonise)
    assert running.says() == "ready"
    os.kill(running.keeper, signal.SIGTERM)
    code, ending = running.end(5)
    assert (code, ending.reason) == (128 + signal.SIGKILL, Reason.signalled)
    assert running.all_gone()


def _daemonise(say: int) -> None:
    """Leave a daemon behind that ignores what can be ignored, then wait."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            os.write(say, b"ready")
            time.sleep(30)
        os._exit(0)
    time.sleep(30)


def test_in_namespaces_nothing_outlives_even_a_killed_keeper(folder: Path) -> None:
    running = start(Tier.namespaces, folder, _daemonise)
    assert running.says() == "ready"
    os.kill(running.keeper, signal.SIGKILL)
    assert running.all_gone()
    os.waitpid(running.keeper, 0)


def test_a_process_that_is_forked_while_the_keeper_counts_does_not_keep_it_waiting(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear, go = os.pipe()

    def act(say: int) -> None:
        if os.fork() == 0:
            os.read(hear, 1)  # until the keeper has counted
            if os.fork() == 0:
                time.sleep(30)
            os._exit(0)
        os.write(say, b"gone")

    real = keeper._descendants

    def late(pid: int) -> set[int]:
        found = real(pid)
        if found and os.write(go, b".") and not late.__dict__.setdefault("again", False):
            late.__dict__["again"] = True
            while real(pid) <= found:
                time.sleep(0.01)
        return found

    monkeypatch.setattr(keeper, "_descendants", late)
    monkeypatch.setattr(keeper.Keeper, "look", lambda self: setattr(self, "look_at", time.monotonic() + 60))
    monkeypatch.setattr(confining, "_close_all_but", lambda kept: None)
    running = start(Tier.landlock, folder, act)
    assert running.says() == "gone"
    running.end(seconds=5)


def test_under_landlock_the_process_dies_with_its_keeper_and_cannot_refuse_to(folder: Path) -> None:
    import ctypes

    def act(say: int) -> None:
        refused = ctypes.CDLL(None).prctl(1, 0, 0, 0, 0) == -1
        os.write(say, f"{refused}".encode())
        time.sleep(30)

    running = start(Tier.landlock, folder, act)
    assert running.says() == "True"
    os.kill(running.keeper, signal.SIGKILL)
    assert running.all_gone()
    os.waitpid(running.keeper, 0)


@every_tier
def test_nothing_outlives_the_process_that_asked_for_it(tier: Tier, folder: Path) -> None:
    """A grader that is killed leaves neither keepers nor students' daemons behind."""
    hear, say = os.pipe()
    grader = os.fork()
    if grader == 0:
        running = start(tier, folder, _daemonise)
        os.write(say, running.says().encode())
        os.dup2(say, 2)
        time.sleep(30)
        os._exit(0)
    os.close(say)
    with deadline(20):
        assert os.read(hear, 10) == b"ready"
    alive = _all_below(grader)
    assert len(alive) >= 3
    os.kill(grader, signal.SIGKILL)
    os.waitpid(grader, 0)
    until = time.monotonic() + 2
    while time.monotonic() < until and any(map(_is_alive, alive)):
        time.sleep(0.02)
    assert not any(map(_is_alive, alive))


def _all_below(pid: int) -> list[int]:
    below = list(keeper._descendants(pid))
    assert pid not in below
    return below


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def small() -> Limits:
    """Little to use up. What is forked has this process's memory too, and that grows with the tests that ran before."""
    own = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    memory = 200_000_000 + own
    return Limits(memory_bytes=memory, processes=16, cpu_seconds=1, file_bytes=5_000_000, folder_bytes=10_000_000, files=100)


def _burn(say: int) -> None:
    for _ in range(4):
        if os.fork() == 0:
            break
    until = time.monotonic() + 20
    while time.monotonic() < until:
        pass


def _grow(_: int) -> None:
    for _ in range(5):
        if os.fork() == 0:
            kept = b"x" * 100_000_000
            time.sleep(20)
            os._exit(len(kept) == 0)
    time.sleep(20)


def _multiply(_: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError):
            if os.fork() == 0:
                time.sleep(20)
                os._exit(0)
    time.sleep(20)


def _fill(_: int) -> None:
    for number in range(20):
        Path(str(number)).write_bytes(bytes(2_000_000))
    time.sleep(20)


@every_tier
@pytest.mark.parametrize(("act", "reason"), [(_burn, Reason.cpu), (_grow, Reason.memory)])
def test_the_keeper_ends_what_is_over_a_total_and_says_why(
    tier: Tier, folder: Path, act: Callable[[int], None], reason: Reason
) -> None:
    limits = small()
    running = start(tier, folder, act, limits)
    code, ending = running.end(15)
    assert (ending.reason, code) == (reason, reason.exit_code)
    assert running.all_gone()
    if reason is Reason.memory:
        assert ending.peak_bytes > limits.memory_bytes
    else:
        assert ending.cpu_seconds >= limits.cpu_seconds


def test_under_landlock_the_keeper_counts_processes_and_files(folder: Path) -> None:
    for act, reason in ((_multiply, Reason.processes), (_fill, Reason.disk)):
        code, ending = start(Tier.landlock, folder, act, replace(small(), cpu_seconds=20)).end(15)
        assert (ending.reason, code) == (reason, reason.exit_code)


def test_in_namespaces_the_kernel_refuses_processes_and_files_and_the_cell_goes_on(folder: Path) -> None:
    def work() -> object:
        refused = []
        for name, act in (("processes", _forks), ("one file", _big), ("files", _files)):
            try:
                act()
            except OSError as error:
                refused.append([name, error.strerror])
        return refused

    def _forks() -> None:
        for _ in range(100):
            if os.fork() == 0:
                time.sleep(5)
                os._exit(0)

    def _big() -> None:
        Path("big").write_bytes(bytes(6_000_000))

    def _files() -> None:
        for number in range(200):
            Path(str(number)).touch()

    assert ask(Tier.namespaces, folder, work, small()) == [
        ["processes", "Resource temporarily unavailable"],
        ["one file", "File too large"],
        ["files", "No space left on device"],
    ]


@every_tier
def test_what_cannot_be_confined_is_not_run(tier: Tier, folder: Path, tmp_path: Path) -> None:
    running = start(tier, tmp_path / "missing", lambda say: os.write(say, b"ran"))
    assert running.says() == ""
    code, ending = running.end()
    assert (code, ending.reason) == (44, Reason.not_confined)
    assert "missing" in ending.said


@every_tier
def test_shared_pages_are_counted_once(tier: Tier, folder: Path) -> None:
    """Ten children of a process with 100 MB use 100 MB, not a thousand."""

    def act(say: int) -> None:
        kept = b"x" * 100_000_000
        children = []
        for _ in range(10):
            if (child := os.fork()) == 0:
                time.sleep(1)
                os._exit(0)
            children.append(child)
        for child in children:
            os.waitpid(child, 0)
        os.write(say, str(len(kept)).encode())

    running = start(tier, folder, act, replace(small(), cpu_seconds=20))
    assert running.says() == "100000000"
    assert running.end()[0] == 0


WITHOUT_REASON = '"code": 0, "said": "", "cpu_seconds": 0, "peak_bytes": 0}'


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]",
        "null",
        '{"pid": 3}',
        '{"reason": "exited"}',
        '{"reason": "gone", ' + WITHOUT_REASON,
        '{"reason": "exited", ' + WITHOUT_REASON.replace("0", '"0"', 1),
    ],
)
def test_a_line_that_tells_of_no_ending_is_refused(line: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - from json or from us
        Ending.read(line)


def test_an_ending_is_read_as_it_was_told() -> None:
    told = Ending(Reason.memory, 137, "too much", 1.5, 2**31)
    assert Ending.read(told.line()) == told


def test_a_limit_that_leaves_nothing_is_none() -> None:
    with pytest.raises(ValueError, match="leaves nothing"):
        Limits(memory_bytes=0)
