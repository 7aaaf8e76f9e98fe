"""Inside a container: be a desk or a checker for whoever is at its standard streams. `python3 -m plnb.engine.container_inside`.

The container is thrown away afterwards, so nothing is kept apart in here but what a keeper keeps: the same limits as elsewhere, and
the filter of system calls. What the student's code does to this process, it does to itself.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import select
import signal
import sys
import tarfile
import tempfile
from pathlib import Path

from plnb import __version__
from plnb.engine.container_pipe import BEGIN, DATA, FILES, LARGEST, SIGNAL, TOLD, Begin, Taken, piece, receive
from plnb.engine.nursery import Nursery
from plnb.engine.sandbox import Box, Tier

_CHUNK = 1 << 16
_HELD = 4 << 20  # bytes on their way out before the desk has to wait


def main() -> int:
    """Serve until the desk has ended or nobody is there any more."""
    reading, writing = _standard_streams()
    first = receive(reading)
    if first is None or first[0] != BEGIN:
        return 2
    begin = Begin.model_validate_json(first[1])
    if begin.version != __version__:
        said = f"the container has plnb {__version__}, and this is {begin.version}"
        os.write(writing, piece(TOLD, json.dumps({"failed": said}).encode() + b"\n"))
        return 2
    folder = Path(tempfile.mkdtemp(prefix="plnb-box-"))
    if not _unpack(reading, folder):
        return 2
    nursery = Nursery(modules=begin.modules, tier=Tier.container)
    channel, status = nursery.ends(begin.do, Box(folder=folder, limits=begin.limits), env=begin.env)
    _Relay(nursery, reading, writing, channel.fileno(), status).run()
    nursery.close()
    return 0


def _standard_streams() -> tuple[int, int]:
    """Take them over, so that nothing else in this process reads or writes there."""
    kept = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):
        os.dup2(null, standard)
    return kept


def _unpack(reading: int, folder: Path) -> bool:
    came = io.BytesIO()
    while (part := receive(reading)) is not None and part[0] == FILES:
        if not part[1]:
            came.seek(0)
            with tarfile.open(fileobj=came) as archive:
                for member in archive:  # files and folders, as the driver packs them
                    target = folder / member.name
                    if member.isdir():
                        target.mkdir(parents=True, exist_ok=True)
                    elif (held := archive.extractfile(member)) is not None:
                        target.parent.mkdir(parents=True, exist_ok=True)
                        target.write_bytes(held.read())
            return True
        came.write(part[1])
    return False


class _Relay:
    """Bytes in both directions, never waiting for one end only."""

    def __init__(self, nursery: Nursery, reading: int, writing: int, desk: int, status: int) -> None:
        self._nursery = nursery
        self._reading, self._writing, self._desk, self._status = reading, writing, desk, status
        self._taken = Taken()
        self._to_desk, self._out = bytearray(), bytearray()
        self._desk_open = True
        self._keeper = 0
        for fd in (reading, writing, desk, status):
            os.set_blocking(fd, False)

    def run(self) -> None:
        """Until all has been said of the desk."""
        signal.signal(signal.SIGTERM, lambda *_: self._stop())
        told = True
        while told or self._out:
            reading = [fd for fd in (self._reading, self._status if told else -1) if fd >= 0]
            if self._desk_open and len(self._out) < _HELD:
                reading.append(self._desk)
            writing = ([self._writing] if self._out else []) + ([self._desk] if self._to_desk and self._desk_open else [])
            ready, free, _ = select.select(reading, writing, [])
            if self._writing in free and not self._send_out():
                return self._stop()
            if self._desk in free:
                self._send_to_desk()
            if self._desk in ready:
                self._hear_desk()
            if self._status in ready:
                told = self._hear_status()
            if self._reading in ready and not self._hear_driver():
                return self._stop()
        return None

    def _send_out(self) -> bool:
        try:
            del self._out[: os.write(self._writing, self._out[:_CHUNK])]
        except BlockingIOError:
            pass
        except OSError:
            return False
        return True

    def _send_to_desk(self) -> None:
        try:
            del self._to_desk[: os.write(self._desk, self._to_desk[:_CHUNK])]
        except BlockingIOError:
            pass
        except OSError:
            self._desk_open = False

    def _hear_desk(self) -> None:
        data = _read(self._desk)
        if data:
            self._out += piece(DATA, data)
        elif data == b"":
            self._desk_open = False

    def _hear_status(self) -> bool:
        data = _read(self._status)
        if data:
            self._out += piece(TOLD, data)
            if not self._keeper and data.startswith(b'{"pid"'):
                self._keeper = int(json.loads(data.partition(b"\n")[0])["pid"])
        return data != b""

    def _hear_driver(self) -> bool:
        data = _read(self._reading)
        if data is None:
            return True
        if not data:
            return False
        try:
            came = self._taken.add(data)
        except ValueError:
            return False
        for kind, said in came:
            if kind == DATA:
                self._to_desk += said
            elif kind == SIGNAL:
                pid, number = map(int, said.split())
                self._nursery.signal(pid, number)
        return True

    def _stop(self) -> None:
        """Nobody is there any more: nothing stays."""
        if self._keeper:
            self._nursery.signal(self._keeper, signal.SIGTERM)
            with contextlib.suppress(OSError, ValueError):
                select.select([self._status], [], [], 2)
        os._exit(0)


def _read(fd: int) -> bytes | None:
    """What has come; None where nothing has, empty at the end."""
    try:
        return os.read(fd, min(_CHUNK, LARGEST))
    except BlockingIOError:
        return None
    except OSError:
        return b""


if __name__ == "__main__":
    sys.exit(main())
