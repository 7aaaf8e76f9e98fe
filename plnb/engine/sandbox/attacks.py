"""Attacks on a sandbox, tried for real: each does harm where nothing stops it, and gives back what it got.

They are run twice: confined, where they must get nothing, and free, where they must succeed, for an attack that does not work
proves nothing. None of them can hurt the machine when it succeeds: bombs are counted, what is signalled gets signal 0.
"""

# ruff: noqa: ARG001 (every attack is called alike)

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
from pathlib import Path

from plnb.engine.sandbox import bombs as _bombs  # noqa: F401 (they join the list)
from plnb.engine.sandbox.prey import ATTACKS, LIMITS, Attack, Prey, attack

__all__ = ["ATTACKS", "LIMITS", "Attack", "Prey"]

_libc = ctypes.CDLL(None, use_errno=True)


# Reading


@attack("reading")
def read_file(prey: Prey) -> str:
    """Read a file of the grader."""
    return prey.file.read_text()


@attack("reading")
def read_by_link(prey: Prey) -> str:
    """Read it through a symbolic link."""
    os.symlink(prey.file, "soft")
    return Path("soft").read_text()


@attack("reading")
def read_by_hard_link(prey: Prey) -> str:
    """Read it through a hard link."""
    os.link(prey.file, "hard")
    return Path("hard").read_text()


@attack("reading")
def read_by_root_of_others(prey: Prey) -> str:
    """Read it through the root folder of another process."""
    for pid in (1, prey.grader, os.getppid()):
        try:
            return Path(f"/proc/{pid}/root{prey.file}").read_text()
        except OSError:
            continue
    return ""


@attack("reading")
def read_by_handle(prey: Prey) -> str:
    """Read a file the grader has open."""
    return os.pread(prey.handle, 100, 0).decode()


@attack("reading")
def read_environment(prey: Prey) -> str:
    """Find a secret in an environment, the own, the first process's or the grader's."""
    places = [f"/proc/{pid}/environ" for pid in ("self", 1, os.getppid(), prey.grader)]
    for place in places:
        try:
            if prey.token.encode() in Path(place).read_bytes():
                return place
        except OSError:
            continue
    return "os.environ" if prey.token in os.environ.values() else ""


@attack("reading")
def read_memory_file(prey: Prey) -> str:
    """Read the grader's memory by /proc."""
    with open(f"/proc/{prey.grader}/mem", "rb", buffering=0) as file:
        return os.pread(file.fileno(), len(prey.token), prey.address).decode(errors="replace")


@attack("reading")
def read_memory_call(prey: Prey) -> str:
    """Read the grader's memory by a system call."""
    size = len(prey.token)
    into = ctypes.create_string_buffer(size)
    pair = ctypes.c_size_t * 2
    local, remote = pair(ctypes.addressof(into), size), pair(prey.address, size)
    if _libc.process_vm_readv(prey.grader, local, ctypes.c_ulong(1), remote, ctypes.c_ulong(1), ctypes.c_ulong(0)) == size:
        return into.raw.decode(errors="replace")
    return ""


@attack("reading")
def list_processes(prey: Prey) -> str:
    """Find the grader among the processes."""
    for name in os.listdir("/proc"):
        if name.isdigit() and _started(f"/proc/{name}/stat") == prey.started:
            return name
    return ""


def _started(path: str) -> str:
    try:
        return Path(path).read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


# Other processes


@attack("processes")
def signal_grader(prey: Prey) -> str:
    """Send the grader a signal."""
    os.kill(prey.grader, 0)
    return "delivered"


@attack("processes")
def signal_by_handle(prey: Prey) -> str:
    """Send the grader a signal by a handle on its process."""
    signal.pidfd_send_signal(os.pidfd_open(prey.grader), 0)
    return "delivered"


@attack("processes")
def signal_parent(prey: Prey) -> str:
    """Send the parent a signal (in a world of its own the parent is no grader's)."""
    if os.getpid() == 2:
        return ""
    os.kill(os.getppid(), 0)
    return "delivered"


@attack("processes")
def trace_grader(prey: Prey) -> str:
    """Trace the grader as a debugger does."""
    seize = 0x4206
    return "attached" if _libc.ptrace(seize, prey.grader, None, None) == 0 else ""


@attack("processes")
def limit_grader(prey: Prey) -> str:
    """Change what the grader may use."""
    resource.prlimit(prey.grader, resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE))
    return "limited"


@attack("processes")
def slow_grader(prey: Prey) -> str:
    """Change how much of the processor the grader gets."""
    os.setpriority(os.PRIO_PROCESS, prey.grader, os.getpriority(os.PRIO_PROCESS, prey.grader))
    return "slowed"


@attack("processes")
def pin_grader(prey: Prey) -> str:
    """Change which processors the grader runs on."""
    os.sched_setaffinity(prey.grader, os.sched_getaffinity(prey.grader))
    return "pinned"


# Network


@attack("network")
def contact_tcp(prey: Prey) -> str:
    """Connect to a port."""
    with socket.create_connection(("127.0.0.1", prey.tcp), timeout=2) as made:
        made.sendall(b"x")
    return "connected"


@attack("network")
def contact_fast_open(prey: Prey) -> str:
    """Send on a connection that is not open yet."""
    with socket.socket() as made:
        made.sendto(b"x", 0x20000000, ("127.0.0.1", prey.tcp))
    return "sent"


@attack("network")
def contact_udp(prey: Prey) -> str:
    """Send a datagram."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.connect(("127.0.0.1", prey.udp))
        made.send(b"x")
    return "sent"


@attack("network")
def contact_abstract(prey: Prey) -> str:
    """Connect to a Unix socket without a file."""
    with socket.socket(socket.AF_UNIX) as made:
        made.connect("\0" + prey.abstract)
    return "connected"


@attack("network")
def contact_path_socket(prey: Prey) -> str:
    """Connect to a Unix socket that is a file."""
    with socket.socket(socket.AF_UNIX) as made:
        made.connect(prey.path_socket)
    return "connected"


@attack("network")
def contact_by_pair(prey: Prey) -> str:
    """Turn half of a socket pair towards somebody else."""
    mine, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    mine.connect(prey.path_socket + ".d")
    mine.send(b"x")
    return "sent"


@attack("network")
def ask_kernel_about_network(prey: Prey) -> str:
    """Talk to the kernel about networks."""
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).close()
    return "opened"


# Writing


@attack("writing", seen=lambda prey: prey.file.read_text() != prey.token)
def write_outside(prey: Prey) -> str:
    """Write to a file of the grader."""
    with prey.file.open("a") as file:
        file.write("x")
    return "written"


@attack("writing", seen=lambda prey: prey.file.with_name("new").exists())
def make_outside(prey: Prey) -> str:
    """Make a file beside the grader's."""
    prey.file.with_name("new").touch()
    return "made"


@attack("writing", seen=lambda prey: not prey.file.exists())
def remove_outside(prey: Prey) -> str:
    """Remove a file of the grader."""
    prey.file.unlink()
    return "removed"


@attack("writing", seen=lambda prey: prey.file.stat().st_mode & 0o777 != 0o600)
def open_up_outside(prey: Prey) -> str:
    """Let everybody read a file of the grader."""
    prey.file.chmod(0o644)
    return "changed"


@attack("writing", seen=lambda prey: prey.file.stat().st_mtime == 1)
def date_outside(prey: Prey) -> str:
    """Change when a file of the grader was written."""
    os.utime(prey.file, (1, 1))
    return "changed"


@attack("writing", seen=lambda prey: prey.shared.exists())
def leave_in_shared_memory(prey: Prey) -> str:
    """Leave something for the next student in shared memory."""
    prey.shared.write_text("x")
    return "left"


@attack("writing")
def leave_in_system_v(prey: Prey) -> str:
    """Leave something in memory that has a number for a name."""
    number = _libc.shmget(0x706C6E62, ctypes.c_size_t(4096), 0o1600)
    if number >= 0:
        _libc.shmctl(number, 0, None)
    return "left" if number >= 0 else ""


@attack("writing")
def leave_in_named_queue(prey: Prey) -> str:
    """Leave something in a message queue that has a name."""
    name = f"/{prey.abstract}".encode()
    queue = _libc.mq_open(name, os.O_CREAT | os.O_RDWR, 0o600, None)
    if queue >= 0:
        _libc.mq_unlink(name)
    return "left" if queue >= 0 else ""


@attack("writing")
def leave_in_queue(prey: Prey) -> str:
    """Leave something in a message queue."""
    queue = _libc.msgget(0x706C6E62, 0o1600)
    if queue >= 0:
        _libc.msgctl(queue, 0, None)
    return "left" if queue >= 0 else ""


# Rights


@attack("rights")
def gain_by_setuid(prey: Prey) -> str:
    """Gain rights from a program of root's."""
    return "" if _libc.prctl(39, 0, 0, 0, 0) == 1 else "would gain"


@attack("rights")
def gain_by_namespace(prey: Prey) -> str:
    """Become root in a new namespace."""
    return "became" if _libc.unshare(0x10000000) == 0 else ""


@attack("rights")
def gain_by_fork_into_namespace(prey: Prey) -> str:
    """Become root in a new namespace by a fork."""
    pid = _libc.syscall(ctypes.c_long(56 if os.uname().machine == "x86_64" else 220), ctypes.c_long(0x10000000 | 17), 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    if pid > 0:
        os.waitpid(pid, 0)
    return "became" if pid > 0 else ""


@attack("rights")
def keep_keys(prey: Prey) -> str:
    """Use the kernel's store of keys."""
    number = ctypes.c_long(250 if os.uname().machine == "x86_64" else 219)
    return "reached" if _libc.syscall(number, 0, ctypes.c_long(-3), 1) >= 0 else ""


@attack("rights")
def ring(prey: Prey) -> str:
    """Go round the filter of system calls by io_uring."""
    room = ctypes.create_string_buffer(256)
    return "opened" if _libc.syscall(ctypes.c_long(425), 4, room) >= 0 else ""
