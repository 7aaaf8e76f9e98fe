"""The words of the sandbox: tiers, what a confined process may use and see, what proves it. Plain values, for any system.

Plain to the letter: a nursery knows these words and is forked for every desk, so it does not load pydantic for them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Self


class Tier(StrEnum):
    """How student code is confined, best first."""

    namespaces = "namespaces"
    """Linux namespaces, a system-call filter and limits: its own files, network, processes."""
    landlock = "landlock"
    """Landlock, a stricter system-call filter and limits: needs no namespaces, works in most containers."""
    container = "container"
    """A command the administrator configured."""
    none = "none"
    """Not at all. Only for who asks for it by name; written into every record."""


@dataclass(frozen=True)
class Limits:
    """What one confined process and all its descendants may use together."""

    memory_bytes: int = 2 * 2**30
    """Memory."""
    processes: int = 64
    """Processes; each thread counts as one."""
    cpu_seconds: int = 600
    """Processor time."""
    file_bytes: int = 100_000_000
    """Size of one file."""
    folder_bytes: int = 200_000_000
    """Size of all files together."""
    files: int = 20_000
    """Number of files and folders."""
    open_files: int = 256
    """Files open at a time, per process."""

    def __post_init__(self) -> None:
        if min(asdict(self).values()) <= 0 or self.open_files <= 16:
            raise ValueError(f"a limit that leaves nothing: {self}")


@dataclass(frozen=True)
class Box:
    """What a confined process sees."""

    folder: Path
    """Its work folder as the driver laid it out, private (0700). Tier landlock works in it; tier namespaces works in a copy."""
    readable: tuple[Path, ...] = ()
    """More paths that may be read, beside the system's, Python's and plnb's own."""
    matplotlib: Path | None = None
    """A folder that is copied to MPLCONFIGDIR, so that the list of fonts need not be made again."""
    limits: Limits = Limits()
    """What it may use."""

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "folder": str(self.folder),
            "readable": [*map(str, self.readable)],
            "matplotlib": None if self.matplotlib is None else str(self.matplotlib),
            "limits": asdict(self.limits),
        }

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Self:
        """The box of what `plain` gave."""
        shown = plain["matplotlib"]
        return cls(
            folder=Path(plain["folder"]),
            readable=tuple(map(Path, plain["readable"])),
            matplotlib=None if shown is None else Path(shown),
            limits=Limits(**plain["limits"]),
        )


class Reason(StrEnum):
    """Why a confined process ended, as its keeper saw it. The word of the process itself counts for nothing here."""

    exited = "exited"
    """By itself."""
    signalled = "signalled"
    """By a signal: a crash, or a stop that the driver asked for."""
    memory = "memory"
    processes = "processes"
    disk = "disk"
    cpu = "cpu"
    not_confined = "not_confined"
    """It could not be confined, so nothing was run."""

    @property
    def exit_code(self) -> int:
        """The keeper's exit code where it ended the process; 0 where the process ended by itself."""
        return _EXIT_CODES.get(self, 0)


_EXIT_CODES = {Reason.memory: 40, Reason.processes: 41, Reason.disk: 42, Reason.cpu: 43, Reason.not_confined: 44}


@dataclass(frozen=True)
class Ending:
    """How a confined process ended: one line of JSON on the keeper's report pipe."""

    reason: Reason
    """Why."""
    code: int = 0
    """Exit code of the process; 128 + n for signal n."""
    said: str = ""
    """What failed, where it could not be confined. For whoever runs the machine, not for students."""
    cpu_seconds: float = 0.0
    """Processor time of all its processes."""
    peak_bytes: int = 0
    """The most memory that was seen in use."""

    def line(self) -> str:
        """As a keeper reports it."""
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def read(cls, line: str | bytes) -> Self:
        """The ending that a line tells of. Raises ValueError where it tells of none: it may come out of a container."""
        match json.loads(line):
            case {
                "reason": str(reason),
                "code": int(code),
                "said": str(said),
                "cpu_seconds": int() | float() as cpu,
                "peak_bytes": int(peak),
            }:
                return cls(Reason(reason), code, said, cpu, peak)
        raise ValueError("no ending")


@dataclass(frozen=True)
class Probe:
    """One attack and what came of it."""

    family: str
    """What it is after."""
    name: str
    """Its name."""
    said: str
    """What it does, in words: goes after “tried to”."""
    held: bool | None
    """Whether it was stopped; None where it does not work here even without a sandbox, and so proves nothing."""
    got: str = ""
    """What it got."""


@dataclass(frozen=True)
class Proof:
    """Whether a tier holds on this machine."""

    tier: Tier
    """Which."""
    probes: tuple[Probe, ...] = ()
    """What was tried; empty where nothing could be confined."""
    failure: str = ""
    """Why nothing could be confined."""

    @property
    def holds(self) -> bool:
        """Grading may rely on it: it could be entered, and no attack that works here got through."""
        tried = [probe for probe in self.probes if probe.held is not None]
        return not self.failure and bool(tried) and all(probe.held for probe in tried)

    @property
    def broken(self) -> tuple[Probe, ...]:
        """The attacks that got through."""
        return tuple(probe for probe in self.probes if probe.held is False)
