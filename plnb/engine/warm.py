"""One notebook on one desk: cell after cell, within its budget, until the end or until the desk is gone."""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping, Sequence

from nbformat import NotebookNode

from plnb.engine.aside import Aside, CellTaken
from plnb.engine.desk import CellEnd, Desk, DeskLostError
from plnb.engine.nodes import as_node
from plnb.engine.opening import Played
from plnb.engine.outputs import Outputs
from plnb.engine.runs import Budget, CellRun, CellStatus, Ended, RunResult
from plnb.errors import OurFaultError

TIMED_OUT = ("CellTimeoutError", "", ["\x1b[0;31mCellTimeoutError\x1b[0m: No reply from kernel before timeout"])
"""What nbgrader puts into a cell that took too long."""
STOPPED = ("DeadKernelError", "The kernel stopped while this cell ran.")
"""What stands in a cell that the kernel did not survive."""
HIDDEN_TRACEBACK = "ERROR: An error occurred while showtraceback was disabled"
"""As nbgrader says it."""
ASK_SECONDS = 5.0
"""For all questions at the end."""


class Watch:
    """Told of each cell as it begins and ends; does nothing by itself."""

    def began(self, index: int, cell: NotebookNode) -> None:
        """A cell begins."""

    def ended(self, index: int, cell: NotebookNode) -> None:
        """It has ended, and has its outputs."""


class WarmRun:
    """One run of a copy of a notebook."""

    def __init__(
        self,
        nb: NotebookNode,
        *,
        budget: Budget,
        questions: Mapping[str, str],
        aside: Aside | None,
        watch: Watch,
        stop_on_error: bool,
        played: Sequence[Played] = (),
    ) -> None:
        """`played`: what the first cells came to in the process that the desk is forked from."""
        self._nb = copy.deepcopy(nb)
        self._played = played
        self._budget = budget
        self._questions = questions
        self._aside = aside
        self._watch = watch
        self._stop_on_error = stop_on_error
        self._outputs = Outputs(self._nb.cells, budget_bytes=budget.output_bytes)
        self._count = 0
        self._deadline = 0.0
        self._lost: DeskLostError | None = None
        self._ended: Ended | None = None
        self.begun = False
        """Whether a cell has begun."""

    def on(self, desk: Desk) -> RunResult:
        """Run on a desk, and close it. Raises `OurFaultError` where the desk was lost by this machine's fault."""
        answers: dict[str, bool] = {}
        cells: tuple[CellRun, ...] = ()
        with desk:
            try:
                self._nb.metadata["language_info"] = as_node(desk.ready(self._budget.start_seconds))
                self._deadline = time.monotonic() + self._budget.total_seconds
                cells = tuple(self._run_cells(desk))
                if self._ended is None:
                    answers |= self._ask(desk)
            except DeskLostError as error:
                self._lost = self._lost or error
            leftover = desk.close()
        if self._lost is not None and self._lost.ours:
            raise OurFaultError("The kernel ended, and not because of the notebook.", place=self._lost.reason)
        widgets = self._outputs.widgets()
        if widgets is not None:
            self._nb.metadata["widgets"] = widgets
        return RunResult(
            notebook=self._nb,
            cells=cells,
            died=self._ended,
            answers=answers,
            reason=leftover.reason or (self._lost.reason if self._lost else ""),
            malformed=self._lost.malformed if self._lost else "",
            cpu_seconds=leftover.cpu_seconds,
            peak_bytes=leftover.peak_bytes,
        )

    def _run_cells(self, desk: Desk) -> list[CellRun]:
        runs: list[CellRun] = []
        stopped = False
        for index, cell in enumerate(self._nb.cells):
            if self._ended is not None or stopped:
                runs.append(CellRun(index=index, status=CellStatus.not_run))
                continue
            self._watch.began(index, cell)
            run = self._run_cell(index, cell, desk)
            self._watch.ended(index, cell)
            runs.append(run)
            stopped = self._stop_on_error and run.ename != "" and "raises-exception" not in cell.metadata.get("tags", ())
        return runs

    def _run_cell(self, index: int, cell: NotebookNode, desk: Desk) -> CellRun:
        if cell.cell_type != "code" or not cell.source.strip():
            return CellRun(index=index, status=CellStatus.ok)
        began = time.monotonic()
        self.begun = True
        self._outputs.begin(index)
        cell.execution_count = None
        seconds = max(0.01, min(self._budget.cell_seconds, self._deadline - began))
        try:
            taken = self._aside.cell(index, cell, desk, seconds) if self._aside is not None else None
            if taken is not None:
                return self._as_taken(index, cell, taken, time.monotonic() - began)
            self._count += 1
            cell.execution_count = self._count
            if self._count <= len(self._played):
                end = self._show(self._played[self._count - 1])
            else:
                end = desk.run(cell.source, seconds=seconds, outputs=self._outputs, count=self._count)
            self._write_down(end)
            late = end.status is CellStatus.timed_out
        except DeskLostError as error:
            self._lost, self._ended = error, error.why
            late = error.why is Ended.stuck
            self._outputs.add_error(*(TIMED_OUT if late else STOPPED))
        now = time.monotonic()
        if late and now >= self._deadline:
            self._ended = Ended.out_of_time
        error_shown = self._outputs.last_error
        if late:
            status = CellStatus.timed_out
        elif error_shown is not None:
            status = CellStatus.error
        else:
            status = CellStatus.cut if self._outputs.was_cut else CellStatus.ok
        return CellRun(
            index=index,
            status=status,
            seconds=now - began,
            ename=error_shown.ename if error_shown else "",
            evalue=error_shown.evalue if error_shown else "",
        )

    def _show(self, played: Played) -> CellEnd:
        for message in played.messages:
            self._outputs.take(message)
        return played.end

    def _as_taken(self, index: int, cell: NotebookNode, taken: CellTaken, seconds: float) -> CellRun:
        cell.outputs = list(taken.outputs)
        if taken.status is not CellStatus.not_run:
            self._count += 1
            cell.execution_count = self._count
        return CellRun(index=index, status=taken.status, seconds=seconds, ename=taken.ename, evalue=taken.evalue)

    def _write_down(self, end: CellEnd) -> None:
        """As nbgrader does: a timeout, or an error that only the kernel's reply tells of, where code switched tracebacks off."""
        if end.status is CellStatus.timed_out:
            self._outputs.add_error(*TIMED_OUT)
        elif end.status is CellStatus.error and not self._outputs.has_error(end.ename):
            self._outputs.add_error(end.ename, end.evalue, end.traceback or (HIDDEN_TRACEBACK,))

    def _ask(self, desk: Desk) -> dict[str, bool]:
        answers = desk.questions(self._questions, seconds=min(ASK_SECONDS, self._budget.cell_seconds))
        if self._aside is not None:
            answers |= self._aside.end(desk)
        return answers
