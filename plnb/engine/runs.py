"""What a run may cost, and what came of it. Plain values; knows no kernel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from nbformat import NotebookNode
from pydantic import Field

from plnb.core.base import Model


class Budget(Model):
    """What one run of a notebook may use."""

    cell_seconds: float = Field(default=30, gt=0)
    """Wall time of one cell."""
    total_seconds: float = Field(default=600, gt=0)
    """Wall time of all cells together."""
    start_seconds: float = Field(default=60, gt=0)
    """How long the kernel may take to start."""
    output_bytes: int = Field(default=1_000_000, gt=0)
    """How much output is kept, for the whole notebook. Errors and short results are always kept."""
    memory_bytes: int = Field(default=2 * 2**30, gt=0)
    """Memory of all its processes together."""
    processes: int = Field(default=64, gt=0)
    """Processes and threads."""
    cpu_seconds: int = Field(default=600, gt=0)
    """Processor time of all its processes together."""
    folder_bytes: int = Field(default=200_000_000, gt=0)
    """Size of all the files it may have in its folder."""


class CellStatus(StrEnum):
    """What became of one cell."""

    ok = "ok"
    """It ran (or there was nothing to run)."""
    error = "error"
    """It ended in an error."""
    timed_out = "timed_out"
    """It took longer than it may."""
    not_run = "not_run"
    """The run had ended before its turn."""
    cut = "cut"
    """It ran, and part of its output was not kept."""


class Ended(StrEnum):
    """Why a run stopped before its last cell."""

    crashed = "crashed"
    """The kernel's process went away."""
    stuck = "stuck"
    """A cell could not be interrupted."""
    out_of_time = "out_of_time"
    """The budget for the whole notebook was used up."""


class CellRun(Model):
    """One cell of a run."""

    index: int
    """Position in the notebook, from 0."""
    status: CellStatus
    """What became of it."""
    seconds: float = 0.0
    """Wall time."""
    ename: str = ""
    """Name of the error it ended in."""
    evalue: str = ""
    """Message of that error."""


@dataclass(frozen=True)
class RunResult:
    """A run: the notebook with its outputs, and what became of each cell."""

    notebook: NotebookNode
    """A copy of the notebook that was run; only outputs, execution counts and the kernel's language are new in it."""
    cells: tuple[CellRun, ...]
    """One for each cell, in order."""
    died: Ended | None = None
    """Why the run stopped early; None where every cell had its turn."""
    seconds: float = 0.0
    """Wall time of the whole run, starting the kernel included."""
    answers: Mapping[str, bool] = field(default_factory=dict)
    """For each question that could be answered at the end: whether it was true in the kernel."""
    reason: str = ""
    """What ended the run before its time, for people; empty where nothing more is known than `died` says."""
    malformed: str = ""
    """What was wrong with a message that no kernel sends: somebody may have tried to speak for the kernel. A person should look."""
    cpu_seconds: float = 0.0
    """Processor time of all its processes; 0 where it was not measured."""
    peak_bytes: int = 0
    """The most memory that was seen in use; 0 where it was not measured."""
