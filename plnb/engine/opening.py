"""A notebook's opening: its first cells, run once, and desks that begin where they ended.

The first cells of a notebook are often the teacher's own: imports, data, a figure. Until the first cell of a student's has run,
what they come to is the same for a whole class, so a process is kept in which they have run, and desks are forked from it as they
are from a nursery. It has a student's world around it (tier namespaces), and nothing of any student is ever in it.

Whoever opens a notebook says which cells those are, and whether what came of them may be used.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from plnb.engine.desk import CellEnd, Desk, DeskLostError
from plnb.engine.frames import Message
from plnb.engine.nursery import Child, Nursery
from plnb.engine.outputs import Outputs
from plnb.engine.runs import Budget, CellStatus
from plnb.engine.sandbox import Box, Tier
from plnb.engine.sandbox.places import hang_apart
from plnb.errors import OurFaultError

_SETTLE_SECONDS: Final = 10.0


@dataclass(frozen=True)
class Played:
    """A cell that has run, to be shown in any number of notebooks."""

    source: str
    messages: tuple[Message, ...]
    """What it showed."""
    end: CellEnd


class Opening(Nursery):
    """A process in which a notebook's first cells have run. It ends with its nursery, with this process, or by `close`."""

    def __init__(self, nursery: Nursery, played: Sequence[Played], child: Child, control: socket.socket) -> None:
        """See `open_notebook`."""
        self.modules = nursery.modules
        self.tier = Tier.namespaces
        self.owner = os.getpid()
        self.played = tuple(played)
        self._child = child
        self._control = control
        self._process = None
        self._folder = nursery._folder

    def begins(self, nb: NotebookNode) -> bool:
        """Whether a notebook's first cells are these."""
        return begins_with(nb, [cell.source for cell in self.played])

    def close(self) -> None:
        """End it, and what came of it."""
        if self.owner == os.getpid():
            self._control.close()
            self._child.close()


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
    nursery: Nursery, sources: Sequence[str], *, box: Box, env: Mapping[str, str], budget: Budget
) -> tuple[Opening, list[NotebookNode]] | None:
    """Run cells in a child of a nursery, and keep it. Gives it, and the cells with their outputs.

    None where a fork would not have all that the cells have made: threads, processes, open files, something that goes on later; or
    where they drew widgets, moved to another folder, took too long or ended the process; where the nursery is gone; and
    where Python itself lies in a folder that each desk has its own of (a virtual environment below /tmp).
    """
    if not hang_apart(box.readable):
        return None
    control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with contextlib.ExitStack() as undo:
        undo.callback(control.close)
        cells = [new_code_cell(source) for source in sources]  # type: ignore[no-untyped-call]
        try:
            with theirs:
                child = nursery.opening(box, theirs.fileno(), env=env)
            undo.callback(child.close)
            played = _play(Desk(child), cells, budget)
        except (DeskLostError, OurFaultError):
            return None
        if played is None:
            return None
        undo.pop_all()
    child.channel.close()
    return Opening(nursery, played, child, control), cells


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
