"""A notebook's opening: its first cells, run once, and desks that begin where they ended.

The first cells of a notebook are often the teacher's own: imports, data, a figure. Until the first cell of a student's has run,
what they come to is the same for a whole class, so a process is kept in which they have run, and desks are forked from it as they
are from a nursery. It has a student's world around it, and nothing of any student is ever in it. In tier namespaces that world goes
on in each desk: a copy of its disk, at the same paths. In tier none, desks work in the very folders that the cells ran in (laid out
anew for each), so nothing is kept of cells that wrote there. Other tiers have none.

Whoever opens a notebook says which cells those are, and whether what came of them may be used.

What its checks begin with (the teacher's imports, data and helpers, played again in a process of the checks' own) is the same for a
class too, and is kept likewise for checkers.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from plnb.engine.checker import Checker, CheckerLostError, Setting
from plnb.engine.desk import CellEnd, Desk, DeskLostError
from plnb.engine.frames import Message
from plnb.engine.nursery import Child, Nursery, small_environment, world
from plnb.engine.outputs import Outputs
from plnb.engine.runs import Budget, CellStatus
from plnb.engine.sandbox import Box, Tier
from plnb.engine.sandbox.places import hang_apart
from plnb.errors import OurFaultError

HAVE_OPENINGS: Final = (Tier.namespaces, Tier.none)
"""Tiers in which a process that is forked later can be confined as one that is forked now."""
_SETTLE_SECONDS: Final = 10.0


@dataclass(frozen=True)
class Played:
    """A cell that has run, to be shown in any number of notebooks."""

    source: str
    messages: tuple[Message, ...]
    """What it showed."""
    end: CellEnd


class Opened(Nursery):
    """A process in which code of the teacher's has run. It ends with its nursery, with this process, or by `close`."""

    def __init__(self, nursery: Nursery, child: Child, control: socket.socket) -> None:
        self.modules = nursery.modules
        self.tier = nursery.tier
        self.owner = os.getpid()
        self._child = child
        self._control = control
        self._process = None
        self._folder = nursery._folder

    def close(self) -> None:
        """End it, and what came of it."""
        if self.owner == os.getpid():
            self._control.close()
            self._child.close()


class Opening(Opened):
    """A process in which a notebook's first cells have run: desks are forked from it."""

    def __init__(
        self, nursery: Nursery, child: Child, control: socket.socket, played: Sequence[Played], cwd: Path, home: Path | None
    ) -> None:
        """See `open_notebook`."""
        super().__init__(nursery, child, control)
        self.played = tuple(played)
        self._cwd = cwd
        self.home = home
        """Where its desks are not confined: their home, made for each as `plnb.engine.nursery.world` does."""

    def begins(self, nb: NotebookNode) -> bool:
        """Whether a notebook's first cells are these."""
        return begins_with(nb, [cell.source for cell in self.played])

    def can_work_in(self, cwd: Path) -> bool:
        """Whether desks of it can: to a confined one each folder looks the same."""
        return self.home is None or (cwd == self._cwd and not self.home.exists())


class _Kept(Outputs):
    """Outputs whose messages are kept as they came."""

    def __init__(self, cells: Sequence[NotebookNode], *, budget_bytes: int) -> None:
        super().__init__(cells, budget_bytes=budget_bytes)
        self.messages: list[Message] = []

    def take(self, message: Message) -> None:
        super().take(message)
        self.messages.append(message)


def runs(cell: NotebookNode) -> bool:
    """Whether a cell is code, and not empty."""
    return bool(cell.cell_type == "code" and cell.source.strip())


def begins_with(nb: NotebookNode, sources: Sequence[str]) -> bool:
    """Whether the first cells of a notebook that run are these."""
    return [cell.source for cell in nb.cells if runs(cell)][: len(sources)] == list(sources)


def open_notebook(
    nursery: Nursery,
    sources: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    budget: Budget,
    box: Box | None = None,
) -> tuple[Opening, list[NotebookNode]] | None:
    """Run cells in a child of a nursery, and keep it. Gives it, and the cells with their outputs.

    `cwd`, `env` and `box` are as for `run_notebook`. In tier none the runs that begin there need the same `cwd`, laid out alike.

    None where a fork would not have all that the cells have made, for itself: threads, processes, open files, shared memory,
    something that goes on later; or where they drew widgets, moved to another folder, took too long or ended the process; where the
    nursery is gone; where Python itself lies in a folder that each desk has its own of (a virtual environment below /tmp); in
    tier none where they wrote a file, and in tiers that have no openings.
    """
    if nursery.tier not in HAVE_OPENINGS:
        return None
    with contextlib.ExitStack() as around, contextlib.ExitStack() as undo:
        own, given = around.enter_context(world(nursery.tier, cwd, env))
        if nursery.tier is Tier.namespaces:
            own = box or own
            if not hang_apart(own.readable):
                return None
        cells = [new_code_cell(source) for source in sources]  # type: ignore[no-untyped-call]
        before = _files(cwd)
        try:
            child, control = _begun(nursery, "desk", own, given, cwd, undo)
            played = _play(Desk(child), cells, budget)
        except (DeskLostError, OurFaultError):
            return None
        if played is None or (nursery.tier is Tier.none and (_files(cwd) != before or _files(own.folder).keys() - {".tmp"})):
            return None
        undo.pop_all()
    child.channel.close()
    return Opening(nursery, child, control, played, cwd, own.folder if nursery.tier is Tier.none else None), cells


def open_checkers(
    nursery: Nursery, setting: Setting, before: Sequence[str], *, folder: Path, env: Mapping[str, str], seconds: float
) -> Opened | None:
    """A process for checkers of a notebook, in which statements of the teacher's have been played: those before its first check.

    `folder` has the teacher's files. None where the statements would ask for something of a student's, or leave behind what a fork
    would not have; where they take too long, where the nursery is gone, and in tiers other than namespaces.
    """
    box = Box(folder=folder)
    if nursery.tier is not Tier.namespaces or not hang_apart(box.readable):
        return None
    with contextlib.ExitStack() as undo:
        try:
            child, control = _begun(nursery, "checker", box, small_environment(env), folder, undo)
            Checker(child.channel, setting).begin(before, seconds)
        except (CheckerLostError, OurFaultError):
            return None
        undo.pop_all()
    child.channel.close()
    return Opened(nursery, child, control)


def _begun(
    nursery: Nursery,
    what: Literal["desk", "checker"],
    box: Box,
    env: Mapping[str, str],
    cwd: Path,
    undo: contextlib.ExitStack,
) -> tuple[Child, socket.socket]:
    """A child to keep, and the line on which it will be asked for others; `undo` ends it."""
    control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    undo.callback(control.close)
    with theirs:
        child = nursery.opening(what, box, theirs.fileno(), env=env, cwd=cwd)
    undo.callback(child.close)
    return child, control


def _files(folder: Path) -> dict[str, tuple[int, ...]]:
    """What is below a folder, and of files how old it is."""
    found: dict[str, tuple[int, ...]] = {}
    for at, folders, names in os.walk(folder):
        for name in (*folders, *names):
            place = os.path.join(at, name)
            status = os.lstat(place)
            found[os.path.relpath(place, folder)] = (status.st_ino, status.st_size, status.st_mtime_ns) if name in names else ()
    return found


def _play(desk: Desk, cells: Sequence[NotebookNode], budget: Budget) -> list[Played] | None:
    desk.ready(budget.start_seconds)
    outputs = _Kept(cells, budget_bytes=budget.output_bytes)
    played = []
    for index, cell in enumerate(cells):
        outputs.begin(index)
        outputs.messages = []
        cell.execution_count = index + 1
        end = desk.run(cell.source, seconds=budget.cell_seconds, outputs=outputs, count=index + 1)
        if end.status is not CellStatus.ok or any(message.type.startswith("comm_") or message.cut for message in outputs.messages):
            return None
        played.append(Played(cell.source, tuple(outputs.messages), end))
    return None if desk.settle(seconds=_SETTLE_SECONDS) else played
