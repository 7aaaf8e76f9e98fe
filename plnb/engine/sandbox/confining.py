"""From a process to a confined one below it, with a keeper that stays outside. Linux only."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from plnb.engine.sandbox import landlock, limits, linux, namespaces, seccomp, semaphores
from plnb.engine.sandbox.keeper import Keeper
from plnb.engine.sandbox.places import HOME, TEMPORARY
from plnb.engine.sandbox.tiers import Box, Tier


def enter_sandbox(tier: Tier, box: Box, *, keep_fds: Sequence[int], report_fd: int | None, within: bool = False) -> None:
    """See `plnb.engine.sandbox.confine`. Tier container is entered inside one, which shares its files and its user with nobody."""
    # Neither an interrupt meant for the student's cell nor a stop may end who comes between, before each knows what to do with it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    if within:
        _go_into_opening(box, [*keep_fds, *([] if report_fd is None else [report_fd])])
    if tier is not Tier.namespaces:
        linux.adopt_orphans()
    environment = dict(os.environ)
    keeper = fork_confined(tier, box, keep_fds=keep_fds, report_fd=report_fd, environment=environment, within=within)
    if keeper is not None:
        _close_all_but([keeper.setup.fileno(), *([] if report_fd is None else [report_fd])])
        keeper.watch()


def _go_into_opening(box: Box, handles: Sequence[int]) -> None:
    """Returns in an opening. The caller stays outside, where a nursery would be, and whoever stops it stops the opening."""
    opening = fork_opening(Tier.namespaces, box, keep_fds=handles, environment=dict(os.environ))
    if not opening:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        return
    for handle in handles:
        os.close(handle)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(opening, signal.SIGKILL))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    _, status = os.waitpid(opening, 0)
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 128 - code)


def fork_opening(tier: Tier, box: Box, *, keep_fds: Sequence[int], environment: Mapping[str, str]) -> int:
    """Fork a process that has the world of `box` around it, as the tier makes it (namespaces, or none), and may make others
    inside: for code of the teacher's. Gives its number, and 0 in that process. The caller has SIGTERM blocked.
    """
    user, group = os.getuid(), os.getgid()
    parent = os.getpid()
    child = linux.clone(namespaces.SPACES) if tier is Tier.namespaces else os.fork()
    if child:
        return child
    try:
        _forget_signals()
        _close_all_but(keep_fds)
        linux.die_with_parent(signal.SIGKILL)
        if tier is Tier.namespaces:
            namespaces.build(box, user, group)
            home, temporary = Path(HOME), Path(TEMPORARY)
            os.chdir(home)
            _fork_from_first()
        else:
            if os.getppid() != parent:
                os._exit(1)  # it was gone before the kernel knew to tell us
            home, temporary = _lay_out(box)
            linux.adopt_orphans()
            os.setsid()
            os.chdir(home)
        linux.rewrite_environment(_environment(environment, home, temporary))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    except BaseException:
        os._exit(44)
    return 0


def fork_confined(
    tier: Tier,
    box: Box,
    *,
    keep_fds: Sequence[int],
    report_fd: int | None,
    environment: Mapping[str, str],
    within: bool = False,
    first: bool = False,
) -> Keeper | None:
    """Fork a confined process: in this process gives its keeper, in that one None.

    For a caller that ignores SIGINT and has SIGTERM blocked, and that dies with all its children but in tier namespaces. `within`:
    the caller is what `fork_opening` forked, and what has become of its world is what the confined process gets a copy of. `first`:
    in tier namespaces it may be the first process of its own, for which signals of its own are no end. That saves a fork.
    """
    ours, theirs = socket.socketpair()
    user, group = os.getuid(), os.getgid()
    parent = os.getpid()
    try:
        child = linux.clone(namespaces.SPACES) if tier is Tier.namespaces else os.fork()
    except OSError:
        ours.close()
        theirs.close()
        raise
    if child:
        theirs.close()
        return Keeper(
            leader=child,
            limits=box.limits,
            setup=ours,
            folder=None if tier is Tier.namespaces else box.folder,
            inside=tier is Tier.namespaces,
            report=report_fd,
        )
    try:
        _forget_signals()
        ours.detach()  # or it would close, some day, what has its number then
        # At once: what is open here counts against the limit that comes.
        _close_all_but([*keep_fds, theirs.fileno()])
        linux.die_with_parent(signal.SIGKILL)
        if tier is not Tier.namespaces and os.getppid() != parent:
            os._exit(1)  # the keeper was gone before the kernel knew to tell us (in namespaces `send_fds` will fail)
        if tier is Tier.namespaces:
            enter = namespaces.enter_again if within else namespaces.enter
            processes = enter(box, user, group)
            socket.send_fds(theirs, [b"."], [processes])
            os.close(processes)
            if first:
                os.setsid()
            else:
                _fork_from_first()
            linux.set_inspectable(True)
            home, temporary = Path(HOME), Path(TEMPORARY)
            _limit_and_filter(box, processes=box.limits.processes + 1, strict=False)
        else:
            home, temporary = _lay_out(box)
            tasks = limits.tasks_now()
            if tier is Tier.landlock:
                landlock.enter(box)
                semaphores.use_for_multiprocessing()
            os.setsid()
            _limit_and_filter(box, processes=tasks + box.limits.processes, strict=True, filtered=tier is not Tier.none)
        os.chdir(home)
        linux.rewrite_environment(_environment(environment, home, temporary))
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    except BaseException as error:
        _say_and_leave(theirs, error)
    theirs.close()
    return None


def _forget_signals() -> None:
    """What the caller does about the ends of its children is its own affair."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def _fork_from_first() -> None:
    """Returns in another process. The first one of the namespaces stays behind to reap and to pass interrupts on."""
    # One that comes before it can be passed on waits until it can.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    second = os.fork()
    if second == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        os.setsid()
        return
    _close_all_but([])
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD}:
        # What has no handler cannot be sent to a first process from inside.
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_DFL)

    def pass_on(*_: object) -> None:
        with contextlib.suppress(OSError):
            os.killpg(second, signal.SIGINT)

    signal.signal(signal.SIGINT, pass_on)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == second:
            code = os.waitstatus_to_exitcode(status)
            os._exit(code if code >= 0 else 128 - code)


def _limit_and_filter(box: Box, *, processes: int, strict: bool, filtered: bool = True) -> None:
    limits.apply_limits(box.limits, processes=processes)
    if filtered:
        linux.gain_no_privileges()
        linux.install_filter(seccomp.filter_program(strict=strict))


def _lay_out(box: Box) -> tuple[Path, Path]:
    """Where there is no private disk: temporary files go into a hidden folder of the work folder."""
    temporary = box.folder / ".tmp"
    temporary.mkdir(mode=0o700, exist_ok=True)
    if box.matplotlib is not None:
        namespaces.copy_files(box.matplotlib, temporary / ".matplotlib")
    return box.folder, temporary


def _environment(given: Mapping[str, str], home: Path, temporary: Path) -> dict[str, str]:
    """What was given, with the places and names that are of the sandbox."""
    if "tempfile" in sys.modules:
        sys.modules["tempfile"].tempdir = None  # type: ignore[attr-defined]  # it remembers the grader's
    return {
        **given,
        "HOME": str(home),
        "PWD": str(home),
        "TMPDIR": str(temporary),
        "MPLCONFIGDIR": str(temporary / ".matplotlib"),
        "USER": "student",
        "LOGNAME": "student",
    }


def _say_and_leave(setup: socket.socket, error: BaseException) -> NoReturn:
    with contextlib.suppress(OSError):
        setup.send(b"!" + f"{type(error).__name__}: {error}".encode(errors="replace")[:1000])
    os._exit(44)


def _close_all_but(kept: Iterable[int]) -> None:
    keep = sorted({fd for fd in kept if fd >= 0})
    null = None
    for standard in (0, 1, 2):
        if standard not in keep:
            null = os.open(os.devnull, os.O_RDWR) if null is None else null
            if null != standard:
                os.dup2(null, standard)
    last = 3
    for fd in keep:
        if fd >= 3:
            os.closerange(last, fd)
            last = fd + 1
    os.closerange(last, _highest_open() + 1)


def _highest_open() -> int:
    with contextlib.suppress(OSError):
        return max(map(int, os.listdir("/proc/self/fd")))
    return 1 << 16
