"""Attacks on what a machine has: they use too much of it, or stay when they should be gone. Small ones, that end by themselves."""

# ruff: noqa: ARG001 (every attack is called alike)

from __future__ import annotations

import mmap
import os
import signal
import threading
import time

from plnb.engine.sandbox.prey import LIMITS, Prey, attack

# Resources


@attack("resources")
def bomb_of_processes(prey: Prey) -> str:
    """Start more processes than allowed."""
    for _ in range(LIMITS.processes + 10):
        if os.fork() == 0:
            time.sleep(prey.hold_seconds + 2)
            os._exit(0)
    time.sleep(prey.hold_seconds)
    return "started"


@attack("resources")
def bomb_of_threads(prey: Prey) -> str:
    """Start more threads than allowed."""
    for _ in range(LIMITS.processes + 10):
        threading.Thread(target=time.sleep, args=(prey.hold_seconds + 2,), daemon=True).start()
    time.sleep(prey.hold_seconds)
    return "started"


@attack("resources")
def bomb_of_memory(prey: Prey) -> str:
    """Use more memory than allowed."""
    return f"used {len(b'x' * (2 * LIMITS.memory_bytes))}"


@attack("resources")
def bomb_of_shared_memory(prey: Prey) -> str:
    """Use more memory than allowed, a little in each of many processes."""
    hear, say = os.pipe()
    for _ in range(4):
        if os.fork() == 0:
            room = mmap.mmap(-1, LIMITS.memory_bytes * 2 // 5)
            for at in range(0, len(room), mmap.PAGESIZE):
                room[at] = 1
            os.write(say, b"x")
            time.sleep(prey.hold_seconds + 1)
            os._exit(0)
    used = 0
    while used < 4:
        used += len(os.read(hear, 1))
    time.sleep(prey.hold_seconds)
    return "used"


@attack("resources")
def bomb_of_memory_files(prey: Prey) -> str:
    """Use memory that no process holds."""
    handle = os.memfd_create("x")
    for _ in range(4):
        os.write(handle, bytes(1_000_000))
    return "used"


@attack("resources")
def bomb_of_file(prey: Prey) -> str:
    """Write a file that is too big."""
    with open("big", "wb", buffering=0) as file:
        while file.tell() < 2 * LIMITS.file_bytes:
            file.write(bytes(1_000_000))
    return "written"


@attack("resources")
def bomb_of_files(prey: Prey) -> str:
    """Fill the disk with files that are not too big."""
    for number in range(2 * LIMITS.folder_bytes // 5_000_000):
        with open(f"part{number}", "wb", buffering=0) as file:
            file.write(bytes(5_000_000))
    time.sleep(prey.hold_seconds)
    return "written"


@attack("resources")
def bomb_of_nameless_files(prey: Prey) -> str:
    """Fill the disk with files that have no name any more."""
    held = []
    for number in range(2 * LIMITS.folder_bytes // 5_000_000):
        file = open(f"part{number}", "wb", buffering=0)  # noqa: SIM115
        os.unlink(f"part{number}")
        file.write(bytes(5_000_000))
        held.append(file)
    time.sleep(prey.hold_seconds)
    return "written"


@attack("resources")
def bomb_of_empty_files(prey: Prey) -> str:
    """Fill a folder with empty files."""
    for number in range(2 * LIMITS.files):
        os.close(os.open(f"empty{number}", os.O_CREAT | os.O_WRONLY))
    time.sleep(prey.hold_seconds)
    return "made"


# Leaving


@attack("leaving", stubborn=True)
def stay_as_daemon(prey: Prey) -> str:
    """Stay behind as a process of nobody's."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            time.sleep(4)
        os._exit(0)
    return ""


@attack("leaving", stubborn=True)
def stay_by_ignoring(prey: Prey) -> str:
    """Ignore every signal that can be ignored."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    time.sleep(4)
    return ""


@attack("leaving", stubborn=True)
def stay_stopped(prey: Prey) -> str:
    """Stop itself, and so never end."""
    if os.fork() == 0:
        time.sleep(4)
        os._exit(0)
    os.kill(os.getpid(), signal.SIGSTOP)
    return ""
