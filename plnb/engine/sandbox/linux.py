"""The few system calls that Python does not wrap, called through ctypes. Knows nothing of sandboxes."""

from __future__ import annotations

import ctypes
import os
import platform

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
_SIGCHLD = 17

MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_RDONLY = 2, 4, 8, 1
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
_MNT_DETACH = 2
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_ATTR_RDONLY, _ATTR_NOSUID, _ATTR_NODEV = 1, 2, 4

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_CHILD_SUBREAPER = 1, 4, 24, 36
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2

_X86 = platform.machine() in ("x86_64", "AMD64")
_NR_CLONE, _NR_PIVOT_ROOT, _NR_CAPSET = (56, 155, 126) if _X86 else (220, 41, 91)
# From here on numbers are the same everywhere.
_NR_MOUNT_SETATTR, _NR_LANDLOCK_CREATE, _NR_LANDLOCK_ADD, _NR_LANDLOCK_RESTRICT = 442, 444, 445, 446


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]


def syscall(number: int, *arguments: int | bytes | ctypes.Array[ctypes.c_char] | None) -> int:
    """Any system call; a failure raises OSError."""
    given = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return _checked(_libc.syscall(ctypes.c_long(number), *given))


def _checked(result: int, what: str = "") -> int:
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what or None)
    return result


def clone(namespaces: int) -> int:
    """As `os.fork`, but the child is in new namespaces; it must be single-threaded and do little before it forks again."""
    return syscall(_NR_CLONE, namespaces | _SIGCHLD, 0, 0, 0, 0)


def mount(source: str, target: str, kind: str | None = None, flags: int = 0, options: str = "") -> None:
    """Mount a file system, or bind a path, at `target`."""
    encoded = [None if text is None else os.fsencode(text) for text in (source, target, kind)]
    _checked(_libc.mount(*encoded, ctypes.c_ulong(flags), options.encode() or None), f"mount {target}")


def lock_mount(target: str, *, recursive: bool = True) -> None:
    """Make a mount, and those below it, read-only, without devices and setuid programs (Linux 5.12)."""
    attributes = (_ATTR_RDONLY | _ATTR_NOSUID | _ATTR_NODEV).to_bytes(8, "little") + bytes(24)
    flags = _AT_RECURSIVE if recursive else 0
    syscall(_NR_MOUNT_SETATTR, _AT_FDCWD, os.fsencode(target), flags, attributes, len(attributes))


def pivot_root(new: str, old: str) -> None:
    """Make `new` the root; the old one is found at `old`."""
    syscall(_NR_PIVOT_ROOT, os.fsencode(new), os.fsencode(old))


def unmount(target: str) -> None:
    """Let go of a mount and all that is below it."""
    _checked(_libc.umount2(os.fsencode(target), _MNT_DETACH), f"umount {target}")


def set_host_name(name: str) -> None:
    """The name of this (private) host."""
    _checked(_libc.sethostname(name.encode(), ctypes.c_size_t(len(name))), "sethostname")


def _prctl(option: int, *arguments: int) -> int:
    given = [ctypes.c_ulong(a) for a in (*arguments, 0, 0, 0, 0)[:4]]
    return _checked(_libc.prctl(option, *given), f"prctl {option}")


def die_with_parent(signal: int) -> None:
    """Get this signal when the parent dies."""
    _prctl(_PR_SET_PDEATHSIG, signal)


def adopt_orphans() -> None:
    """Descendants whose parent dies become this process's children."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def set_inspectable(yes: bool) -> None:
    """Whether another process of the same user may trace this one and read its memory."""
    _prctl(_PR_SET_DUMPABLE, int(yes))


def gain_no_privileges() -> None:
    """Setuid programs and file capabilities give this process nothing, for ever."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def drop_capabilities() -> None:
    """Give up every capability, and the right to get one."""
    number = 0
    while True:
        try:
            _prctl(_PR_CAPBSET_DROP, number)
        except OSError as error:
            if error.errno == 22:  # EINVAL: past the last one this kernel has
                break
            raise
        number += 1
    header = (0x20080522).to_bytes(4, "little") + bytes(4)
    syscall(_NR_CAPSET, header, bytes(24))


def install_filter(program: bytes) -> None:
    """Filter the system calls of this process and its children by a BPF program."""
    code = ctypes.create_string_buffer(program, len(program))
    prog = _Program(len(program) // 8, ctypes.addressof(code))
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(prog))


def landlock_version() -> int:
    """Which Landlock the kernel has; 0 for none."""
    try:
        return syscall(_NR_LANDLOCK_CREATE, 0, 0, 1)
    except OSError:
        return 0


def landlock_ruleset(attributes: bytes) -> int:
    """A new rule set."""
    return syscall(_NR_LANDLOCK_CREATE, attributes, len(attributes), 0)


def landlock_allow(ruleset: int, rule: bytes) -> None:
    """Allow something beneath a path."""
    syscall(_NR_LANDLOCK_ADD, ruleset, 1, rule, 0)


def landlock_restrict(ruleset: int) -> None:
    """Live by these rules from now on."""
    syscall(_NR_LANDLOCK_RESTRICT, ruleset, 0)


def rewrite_environment(environment: dict[str, str]) -> None:
    """Make `environment` the only one: for C code, for children, and for whoever reads /proc/self/environ.

    What this process was started with stands at the end of its stack, and a fork copies it.
    """
    _libc.clearenv()
    os.environ.clear()
    os.environ.update(environment)
    with open("/proc/self/stat", encoding="ascii", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
    start, end = int(fields[47]), int(fields[48])  # env_start and env_end: fields 50 and 51, two were cut off
    if 0 < start < end:
        ctypes.memset(start, 0, end - start)
