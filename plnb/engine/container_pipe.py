"""What goes over a container's standard input and output: pieces with a kind and a length. Knows nothing of desks.

Both ends use it. Whatever comes out of a container is a claim; a piece that is longer than it may be ends the pipe.
"""

from __future__ import annotations

import os
import struct
from typing import Final

from plnb.core.base import Model
from plnb.engine.sandbox import Limits

BEGIN: Final = b"b"
"""In: what to be, as `Begin`."""
FILES: Final = b"f"
"""In: a part of a tar file, the work folder. The one after the last is empty."""
DATA: Final = b"d"
"""Both ways: bytes of the channel between driver and desk."""
SIGNAL: Final = b"s"
"""In: `number of the process` `number of the signal`."""
TOLD: Final = b"t"
"""Out: a line about the desk, as a nursery writes it."""

_HEAD: Final = struct.Struct(">cI")
LARGEST: Final = 1 << 20


class Begin(Model):
    """What a container is asked to be."""

    version: str
    """The driver's version of plnb; the container's must be the same."""
    do: str
    """`desk` or `checker`."""
    modules: tuple[str, ...] = ()
    """What is imported beforehand."""
    env: dict[str, str] = {}
    """Its environment."""
    limits: Limits = Limits()
    """What it may use. The container's own limits come on top."""


def piece(kind: bytes, data: bytes) -> bytes:
    """A piece as it is sent."""
    return _HEAD.pack(kind, len(data)) + data


def pieces(kind: bytes, data: bytes) -> bytes:
    """As many as are needed."""
    return b"".join(piece(kind, data[at : at + LARGEST]) for at in range(0, len(data), LARGEST))


def receive(fd: int) -> tuple[bytes, bytes] | None:
    """The next piece of a blocking descriptor; None where no more will come, or what comes is no piece."""
    head = _read(fd, _HEAD.size)
    if head is None:
        return None
    kind, length = _HEAD.unpack(head)
    data = _read(fd, length) if length <= LARGEST else None
    return None if data is None else (kind, data)


class Taken:
    """Pieces taken out of what has come so far."""

    def __init__(self) -> None:
        self._came = bytearray()

    def add(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """More has come; the pieces that are whole now. Raises ValueError for what is none."""
        self._came += data
        whole: list[tuple[bytes, bytes]] = []
        while len(self._came) >= _HEAD.size:
            kind, length = _HEAD.unpack_from(self._came)
            if length > LARGEST:
                raise ValueError("a piece longer than it may be")
            if len(self._came) < _HEAD.size + length:
                break
            whole.append((kind, bytes(self._came[_HEAD.size : _HEAD.size + length])))
            del self._came[: _HEAD.size + length]
        return whole


def _read(fd: int, size: int) -> bytes | None:
    came = b""
    while len(came) < size:
        try:
            more = os.read(fd, size - len(came))
        except OSError:
            return None
        if not more:
            return None
        came += more
    return came
