"""The system-call filter: a BPF program, made once, that refuses what honest notebooks never ask for.

Two strengths. Tier namespaces needs the short list: there the kernel already gives a process its own files, network and processes.
Tier landlock shares those with the rest of the machine, so its filter closes what Landlock does not see: sockets of every family,
limits and priorities of other processes, modes and times of files (Landlock lets `chmod` pass), and watching folders.

The numbers are the kernel's and never change; columns are x86_64 and aarch64.
"""

from __future__ import annotations

import errno
import platform
import struct
from functools import cache

# Refused with EPERM in both tiers.
_NEVER = """
    ptrace 101 117; process_vm_readv 310 270; process_vm_writev 311 271; process_madvise 440 440; process_mrelease 448 448
    kcmp 312 272; pidfd_getfd 438 438; mount 165 40; umount2 166 39; pivot_root 155 41
    move_mount 429 429; open_tree 428 428; fsopen 430 430; fsconfig 431 431; fsmount 432 432
    fspick 433 433; mount_setattr 442 442; chroot 161 51; swapon 167 224; swapoff 168 225
    reboot 169 142; kexec_load 246 104; kexec_file_load 320 294; init_module 175 105; finit_module 313 273
    delete_module 176 106; bpf 321 280; perf_event_open 298 241; userfaultfd 323 282; unshare 272 97
    setns 308 268; keyctl 250 219; add_key 248 217; request_key 249 218; acct 163 89
    quotactl 179 60; quotactl_fd 443 443; lookup_dcookie 212 18; open_by_handle_at 304 265; name_to_handle_at 303 264
    iopl 172 -; ioperm 173 -; modify_ldt 154 -; uselib 134 -; ustat 136 -
    sysfs 139 -; settimeofday 164 170; clock_settime 227 112; adjtimex 159 171; clock_adjtime 305 266
    sethostname 170 161; setdomainname 171 162; syslog 103 116; vhangup 153 58; fanotify_init 300 262
    fanotify_mark 301 263; shmget 29 194; shmat 30 196; shmctl 31 195; shmdt 67 197
    semget 64 190; semop 65 193; semctl 66 191; semtimedop 220 192; msgget 68 186
    msgsnd 69 189; msgrcv 70 188; msgctl 71 187; mq_open 240 180; mq_unlink 241 181
    mq_timedsend 242 182; mq_timedreceive 243 183; mq_notify 244 184; mq_getsetattr 245 185; migrate_pages 256 238
    move_pages 279 239; capset 126 91
"""
# Answered as by a kernel that has no such call, so that libraries take the older way. Memory files and io_uring would escape the
# accounts; clone3 hides its flags from a filter.
_ABSENT = """
    io_uring_setup 425 425; io_uring_enter 426 426; io_uring_register 427 427; clone3 435 435; memfd_create 319 279
    memfd_secret 447 447
"""
# Tier landlock: answered with success and not done, for `shutil.copy` and `tarfile` call them on honest files too.
_IDLE = """
    chmod 90 -; fchmod 91 52; fchmodat 268 53; fchmodat2 452 452; chown 92 -
    fchown 93 55; lchown 94 -; fchownat 260 54; utime 132 -; utimes 235 -
    futimesat 261 -; setxattr 188 5; lsetxattr 189 6; fsetxattr 190 7
    setxattrat 463 463; removexattr 197 14; lremovexattr 198 15; fremovexattr 199 16; removexattrat 466 466
"""
# Decided by their arguments.
_ARGUED = """
    clone 56 220; ioctl 16 29; personality 135 92; prctl 157 167; socket 41 198
    socketpair 53 199; prlimit64 302 261; setpriority 141 140; sched_setaffinity 203 122; sched_setscheduler 144 119
    sched_setparam 142 118; sched_setattr 314 274; ioprio_set 251 30; inotify_add_watch 254 27
    utimensat 280 88
"""
_LAST = 472
"""The last number we have thought about; what came later does not exist for student code."""

_MACHINES = {"x86_64": (0xC000003E, 0), "AMD64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}

_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NEW_NAMESPACES = 0x7E020000
_AF_UNIX, _AF_INET, _AF_INET6 = 1, 2, 10
_SOCK_STREAM = 1
_PR_SET_PDEATHSIG = 1
# Typing on a terminal, its clipboard, attributes of files.
_IOCTLS = (0x5412, 0x541C, 0x40086602, 0x401C5820, 0x40806685, 0x800C6613)

_Instruction = tuple[int, int, int, int]


@cache
def filter_program(*, strict: bool) -> bytes:
    """The program for this machine, ready for the kernel. `strict` is tier landlock's. Raises OSError on an unknown processor."""
    try:
        architecture, column = _MACHINES[platform.machine()]
    except KeyError:
        raise OSError(errno.ENOSYS, f"no system-call filter for {platform.machine()} yet") from None
    program = [_load(4), _if_equal(architecture, 1, 0), _return(_KILL), _load(0)]
    if column == 0:
        program += [(0x35, 0, 1, 0x40000000), _refuse(errno.ENOSYS)]  # x32: the same calls under other numbers
    program += [(0x25, 0, 1, _LAST), _refuse(errno.ENOSYS)]
    for number, rule in _argued(strict, column):
        program += [_if_equal(number, 0, len(rule)), *rule]
    refusals = [(_ABSENT, errno.ENOSYS), (_NEVER, errno.EPERM)] + ([(_IDLE, 0)] if strict else [])
    for table, code in refusals:
        for number in _numbers(table, column).values():
            program += [_if_equal(number, 0, 1), _refuse(code)]
    program.append(_return(_ALLOW))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def _argued(strict: bool, column: int) -> list[tuple[int, list[_Instruction]]]:
    number = _numbers(_ARGUED, column)
    refuse, allow = _refuse(errno.EPERM), _return(_ALLOW)
    rules: dict[str, list[_Instruction]] = {
        "clone": [_argument(0), (0x45, 0, 1, _NEW_NAMESPACES), refuse, allow],
        "ioctl": [_argument(1), *(step for code in _IOCTLS for step in (_if_equal(code, 0, 1), refuse)), allow],
        # 0 and 0xffffffff ask; anything else changes how memory is laid out.
        "personality": [_argument(0), _if_equal(0, 2, 0), _if_equal(0xFFFFFFFF, 1, 0), refuse, allow],
    }
    if not strict:
        families = [step for family in (_AF_UNIX, _AF_INET, _AF_INET6) for step in (_if_equal(family, 0, 1), allow)]
        rules["socket"] = [_argument(0), *families, _refuse(errno.EAFNOSUPPORT)]
    else:
        for_itself = [(0x15, 0, 1, 0), allow, refuse]
        rules |= {
            # Landlock does not see UDP, nor sockets that are files. A pair that is connected already can reach nobody else.
            "socket": [_argument(0), _if_equal(_AF_UNIX, 1, 0), _refuse(errno.ENETUNREACH), refuse],
            "socketpair": [_argument(1), (0x54, 0, 0, 0xF), _if_equal(_SOCK_STREAM, 0, 1), allow, refuse],
            # These take the number of another process, and the user's own are the grader's too.
            "prlimit64": [_argument(0), *for_itself],
            "sched_setaffinity": [_argument(0), *for_itself],
            "sched_setscheduler": [_argument(0), *for_itself],
            "sched_setparam": [_argument(0), *for_itself],
            "sched_setattr": [_argument(0), *for_itself],
            "setpriority": [_argument(0), _if_equal(0, 1, 0), refuse, _argument(1), *for_itself],
            "ioprio_set": [refuse],
            # As the idle ones; but `Path.touch` sets the time to now first, and would believe that the file is there.
            "utimensat": [_argument(1), _if_equal(0, 3, 0), _argument(2), _if_equal(0, 0, 1), refuse, _refuse(0)],
            # The names of other students' files would be told.
            "inotify_add_watch": [_refuse(errno.ENOSYS)],
            # A confined process must not outlive its keeper.
            "prctl": [_argument(0), _if_equal(_PR_SET_PDEATHSIG, 0, 1), refuse, allow],
        }
    return [(number[name], rule) for name, rule in rules.items()]


def _numbers(table: str, column: int) -> dict[str, int]:
    rows = (entry.split() for entry in table.replace("\n", ";").split(";") if entry.strip())
    return {row[0]: int(row[1 + column]) for row in rows if row[1 + column] != "-"}


def _load(offset: int) -> _Instruction:
    return 0x20, 0, 0, offset


def _argument(index: int) -> _Instruction:
    # The lower half: every argument looked at here is an int or fits one.
    return _load(16 + 8 * index)


def _if_equal(value: int, yes: int, no: int) -> _Instruction:
    return 0x15, yes, no, value


def _return(value: int) -> _Instruction:
    return 0x06, 0, 0, value


def _refuse(code: int) -> _Instruction:
    return _return(_ERRNO | code)
