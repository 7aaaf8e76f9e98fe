"""How the floor above takes part in a run: an `Aside` is asked before every cell and may take the cell over. Types only.

The grading floor checks outside the student's process this way: for a check that can be checked outside, its `cell` talks to a
checker child of its own and asks the desk through `Desk.ask`. The engine does not know what is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from nbformat import NotebookNode

from plnb.engine.desk import Desk
from plnb.engine.runs import CellStatus


@dataclass(frozen=True)
class CellTaken:
    """A cell that ran somewhere else than in the desk."""

    status: CellStatus = CellStatus.ok
    """What became of it. `not_run` leaves the cell without outputs and without a count."""
    ename: str = ""
    """Name of the error it ended in."""
    evalue: str = ""
    """Message of that error."""
    outputs: Sequence[NotebookNode] = ()
    """Its outputs, as nbformat has them; the error's own output is among them."""


class Aside(Protocol):
    """Whoever wants a say in how the cells of one run are run. Its methods are called in order, from the thread of the run."""

    def cell(self, index: int, cell: NotebookNode, desk: Desk, seconds: float) -> CellTaken | None:
        """Take the code cell at `index` over, for at most `seconds`; None lets it run in the desk.

        `desk` may be asked (`Desk.ask`). `DeskLostError` may pass through: the run ends there, with the reason in its result, and
        this cell is what the run ended in.
        """

    def end(self, desk: Desk) -> Mapping[str, bool]:
        """After the last cell, where the desk is still there: the answers for `RunResult.answers`, besides those to `questions`."""
