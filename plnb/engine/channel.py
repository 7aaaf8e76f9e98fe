"""Frames over a pair of file descriptors: four bytes of length, then the bytes. Knows nothing of what is in a frame.

Both ends use the same class. The driver's end gives every wait a deadline and every frame a limit, because the other end may be in
the hands of a student's code: it can be late, silent, endless or gone, and each of these is one error below.
"""

from __future__ import annotations

import os
import select
import socket
import struct
import time
from typing import Final

_LENGTH: Final = struct.Struct(">I")
_CHUNK: Final = 1 << 20
LARGEST_FRAME: Final = 64 << 20
"""More than this is never taken, whoever sends it."""


class ChannelError(Exception):
    """The other end did not keep to the rules; never an error of the driver's."""


class ChannelClosedError(ChannelError):
    """There is nobody at the other end any more, or only half a frame came."""


class FrameTooLargeError(ChannelError):
    """A frame is longer than its receiver takes. The channel is of no use afterwards."""


class DeadlineMissedError(ChannelError):
    """Nothing (or not all) came in time. What has come of a frame is kept, and the next `receive` goes on with it."""


class Channel:
    """One end. Not for two threads at once in the same direction; sending and receiving may be two threads."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading = reading
        self._writing = writing
        self._came = bytearray()
        os.set_blocking(reading, False)
        os.set_blocking(writing, False)

    @classmethod
    def over(cls, end: socket.socket) -> Channel:
        """A channel over a socket, which it takes over."""
        fd = end.detach()
        return cls(fd, fd)

    def fileno(self) -> int:
        """The descriptor frames come from, to wait on it together with others."""
        return self._reading

    def has_frame(self) -> bool:
        """Whether a whole frame has come already, so that `receive` will not wait."""
        return len(self._came) >= _LENGTH.size and len(self._came) - _LENGTH.size >= _LENGTH.unpack_from(self._came)[0]

    def send(self, frame: bytes, deadline: float | None = None) -> None:
        """Send a frame whole, by `deadline` (`time.monotonic`; None waits for ever)."""
        if len(frame) > LARGEST_FRAME:
            raise FrameTooLargeError(f"{len(frame)} bytes")
        view = memoryview(_LENGTH.pack(len(frame)) + frame)
        while view:
            try:
                view = view[os.write(self._writing, view[:_CHUNK]) :]
            except BlockingIOError:
                self._wait(self._writing, select.POLLOUT, deadline)
            except OSError as error:
                raise ChannelClosedError(error.strerror) from None

    def receive(self, deadline: float | None = None, limit: int = LARGEST_FRAME) -> bytes:
        """The next frame, by `deadline`."""
        self._fill(_LENGTH.size, deadline)
        (length,) = _LENGTH.unpack_from(self._came)
        if length > min(limit, LARGEST_FRAME):
            raise FrameTooLargeError(f"{length} bytes")
        self._fill(_LENGTH.size + length, deadline)
        frame = bytes(self._came[_LENGTH.size : _LENGTH.size + length])
        del self._came[: _LENGTH.size + length]
        return frame

    def close(self) -> None:
        """Let go of it; the other end sees that."""
        for fd in {self._reading, self._writing} - {-1}:
            os.close(fd)
        self._reading = self._writing = -1

    def _fill(self, size: int, deadline: float | None) -> None:
        while len(self._came) < size:
            try:
                data = os.read(self._reading, _CHUNK)
            except BlockingIOError:
                self._wait(self._reading, select.POLLIN, deadline)
                continue
            except OSError as error:
                raise ChannelClosedError(error.strerror) from None
            if not data:
                raise ChannelClosedError("the other end is gone")
            self._came += data
            if deadline is not None and time.monotonic() > deadline and len(self._came) < size:
                raise DeadlineMissedError  # a trickle of bytes is late too

    @staticmethod
    def _wait(fd: int, event: int, deadline: float | None) -> None:
        poll = select.poll()
        poll.register(fd, event)
        left = None if deadline is None else max(0.0, deadline - time.monotonic()) * 1000
        if not poll.poll(left):
            raise DeadlineMissedError


def pair() -> tuple[Channel, socket.socket]:
    """A channel for this process, and the other end to hand to a child."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    return Channel.over(ours), theirs
