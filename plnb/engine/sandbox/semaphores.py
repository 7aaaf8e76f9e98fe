"""Locks between processes where /dev/shm is closed: `multiprocessing` makes each of its locks as a file there.

These live in shared memory that a fork inherits, so they work for pools and queues that are started by a fork. For tier landlock,
where /dev/shm is everybody's: a way from one student to the next.
"""

from __future__ import annotations

import ctypes
import errno
import importlib
import mmap
import multiprocessing.heap
import os
import threading
import time

_libc = ctypes.CDLL(None, use_errno=True)
_RECURSIVE = 0


class _Time(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


class SemLock:
    """What `_multiprocessing.SemLock` is to `multiprocessing.synchronize`."""

    SEM_VALUE_MAX = 2**31 - 1

    def __init__(self, kind: int, value: int, maxvalue: int, name: str, unlink: bool) -> None:  # noqa: ARG002 (its signature)
        self.kind, self.maxvalue, self.name = kind, maxvalue, None
        self._room = mmap.mmap(-1, mmap.PAGESIZE)
        self._sem = ctypes.c_char.from_buffer(self._room)
        self._count_here, self._owner = 0, 0
        if _libc.sem_init(ctypes.byref(self._sem), 1, ctypes.c_uint(value)):
            raise OSError(ctypes.get_errno(), "sem_init")

    @property
    def handle(self) -> int:
        """Where it is."""
        return ctypes.addressof(self._sem)

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        """Take it; False where that took too long."""
        if self.kind == _RECURSIVE and self._is_mine():
            self._count_here += 1
            return True
        until = None if timeout is None else time.time() + max(timeout, 0)
        while self._try(block, until):
            number = ctypes.get_errno()
            if number in (errno.EAGAIN, errno.ETIMEDOUT):
                return False
            if number != errno.EINTR:
                raise OSError(number, os.strerror(number))
        self._count_here += 1
        self._owner = threading.get_ident()
        return True

    def _try(self, block: bool, until: float | None) -> int:
        if not block:
            return int(_libc.sem_trywait(ctypes.byref(self._sem)))
        if until is None:
            return int(_libc.sem_wait(ctypes.byref(self._sem)))
        when = _Time(int(until), int(until % 1 * 1e9))
        return int(_libc.sem_timedwait(ctypes.byref(self._sem), ctypes.byref(when)))

    def release(self) -> None:
        """Give it back."""
        if self.kind == _RECURSIVE:
            if not self._is_mine():
                raise AssertionError("attempt to release recursive lock not owned by thread")
            if self._count_here > 1:
                self._count_here -= 1
                return
        elif self._get_value() >= self.maxvalue:
            raise ValueError("semaphore or lock released too many times")
        # Before the other may take it, or the counts of two threads mix.
        self._count_here -= 1
        _libc.sem_post(ctypes.byref(self._sem))

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    def _count(self) -> int:
        return self._count_here

    def _is_mine(self) -> bool:
        return self._count_here > 0 and self._owner == threading.get_ident()

    def _get_value(self) -> int:
        value = ctypes.c_int()
        _libc.sem_getvalue(ctypes.byref(self._sem), ctypes.byref(value))
        return value.value

    def _is_zero(self) -> bool:
        return self._get_value() == 0

    def _after_fork(self) -> None:
        self._count_here = 0


def use_for_multiprocessing() -> None:
    """From now on `multiprocessing` makes these, and keeps shared values in a temporary file."""
    made_in_c = importlib.import_module("_multiprocessing")
    made_in_c.SemLock = SemLock  # type: ignore[attr-defined]
    made_in_c.sem_unlink = lambda _name: None  # type: ignore[attr-defined]
    multiprocessing.heap.Arena._dir_candidates = []  # type: ignore[attr-defined]
