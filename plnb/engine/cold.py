"""A notebook in an ordinary kernel, by nbclient: for languages other than Python, and for systems that cannot fork warm kernels.

The same budget, the same results as on a desk, only slower. There is no confinement here and no asking from aside.
"""

from __future__ import annotations

import copy
import logging
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbclient.util import run_sync
from nbformat import NotebookNode

from plnb.engine.kernels import kernel_manager
from plnb.engine.kernelspecs import find_kernel
from plnb.engine.nodes import node, output_from_message
from plnb.engine.outputs import OUTPUT_CUT
from plnb.engine.runs import Budget, CellRun, CellStatus, Ended, RunResult
from plnb.engine.warm import ASK_SECONDS, HIDDEN_TRACEBACK, STOPPED, TIMED_OUT, Watch
from plnb.errors import OurFaultError, PlnbError

_log = logging.getLogger("plnb.engine")
_log.addHandler(logging.NullHandler())

_PER_OUTPUT = 100  # bytes an output takes besides its text
_KEPT_RESULT = 2_000  # characters of a cell's value that are always kept: nbgrader reads partial points from it
_KEPT_TRACEBACK = 20_000  # characters of a traceback that are always kept
_ERROR_ON_TIMEOUT = dict(zip(("ename", "evalue", "traceback"), TIMED_OUT, strict=True))


def run_in_kernel(
    nb: NotebookNode,
    *,
    cwd: Path,
    budget: Budget,
    env: Mapping[str, str],
    questions: Mapping[str, str],
    watch: Watch,
    stop_on_error: bool,
) -> RunResult:
    """Run a copy of `nb` in a new kernel that is gone afterwards."""
    notes = _Notes()
    client = _Client(
        copy.deepcopy(nb),
        kernel_name=find_kernel(nb),
        resources={"metadata": {"path": str(cwd)}},
        budget=budget,
        notes=notes,
        questions=questions,
        watch=watch,
        stop_on_error=stop_on_error,
    )
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        # What a student's code writes past Jupyter must not reach the grader's terminal.
        ran = client.execute(env={**os.environ, **env}, stdout=null, stderr=null)
    except PlnbError:
        raise
    except Exception as error:
        raise OurFaultError("The notebook could not be run on this machine.", place=type(error).__name__) from error
    finally:
        os.close(null)
    return RunResult(notebook=ran, cells=tuple(notes.cells), died=notes.died, answers=notes.answers)


@dataclass
class _Notes:
    """What is noted down while nbclient holds the notebook."""

    cells: list[CellRun] = field(default_factory=list)
    died: Ended | None = None
    answers: dict[str, bool] = field(default_factory=dict)


_NotebookClient: Any = NotebookClient  # its types know nothing of the clients that managers make


class _Client(_NotebookClient):  # type: ignore[misc]
    """nbclient, with a budget and with a dead kernel as one more way for a cell to end."""

    def __init__(
        self,
        nb: NotebookNode,
        *,
        budget: Budget,
        notes: _Notes,
        questions: Mapping[str, str],
        watch: Watch,
        stop_on_error: bool,
        **kw: Any,
    ) -> None:
        super().__init__(
            nb,
            allow_errors=True,
            interrupt_on_timeout=True,
            error_on_timeout=_ERROR_ON_TIMEOUT,
            # A flood of output can swallow the kernel's last word on a cell. The reply still says how the cell ended.
            raise_on_iopub_timeout=False,
            extra_arguments=["--HistoryManager.hist_file=:memory:"],
            shutdown_kernel="immediate",
            startup_timeout=int(budget.start_seconds),
            on_cell_executed=_write_down_error,
            log=_log,
            **kw,
        )
        self._budget = budget
        self._notes = notes
        self._questions = questions
        self._watch = watch
        self._stop_on_error = stop_on_error
        self._bytes_left = budget.output_bytes
        self._deadline = 0.0
        self._overran = self._was_cut = self._idle = False
        self.timeout_func = self._seconds_for

    def create_kernel_manager(self) -> Any:
        self.km = kernel_manager(self.kernel_name)
        return self.km

    def _seconds_for(self, _cell: NotebookNode | None) -> float:
        return max(0.01, min(self._budget.cell_seconds, self._deadline - time.monotonic()))

    def execute(self, **kwargs: Any) -> NotebookNode:
        """Unlike nbclient's, it does not go on to talk to a kernel that has died or is stuck."""
        self.reset_execution_trackers()
        with self.setup_kernel(**kwargs):
            self.nb.metadata["language_info"] = self.kc.language_info
            self._run_cells()
            if self._questions and self._notes.died is None:
                run_sync(self._answer)()
            self.set_widgets_metadata()
        done: NotebookNode = self.nb
        return done

    def _run_cells(self) -> None:
        self._deadline = time.monotonic() + self._budget.total_seconds
        stopped = False
        for index, cell in enumerate(self.nb.cells):
            if self._notes.died or stopped:
                self._notes.cells.append(CellRun(index=index, status=CellStatus.not_run))
                continue
            self._watch.began(index, cell)
            run = self._run_cell(cell, index)
            self._watch.ended(index, cell)
            self._notes.cells.append(run)
            stopped = self._stop_on_error and run.ename != "" and "raises-exception" not in cell.metadata.get("tags", ())

    def _run_cell(self, cell: NotebookNode, index: int) -> CellRun:
        if cell.cell_type != "code" or not cell.source.strip():
            return CellRun(index=index, status=CellStatus.ok)
        began = time.monotonic()
        self._overran = self._was_cut = self._idle = False
        try:
            self.execute_cell(cell, index)
        except DeadKernelError:
            self._notes.died = Ended.crashed
            _add_error(cell, *STOPPED)
        except CellTimeoutError:  # pragma: no cover - nbclient raises it only where interrupting is off
            self._overran = True
        now = time.monotonic()
        if self._overran and self._notes.died is None:
            if now >= self._deadline:
                self._notes.died = Ended.out_of_time
            elif not self._idle:
                self._notes.died = Ended.stuck
        error = next((out for out in reversed(cell.outputs) if out.output_type == "error"), None)
        if self._overran:
            status = CellStatus.timed_out
        elif error is not None:
            status = CellStatus.error
        elif self._was_cut or not self._idle:
            status = CellStatus.cut
        else:
            status = CellStatus.ok
        return CellRun(
            index=index,
            status=status,
            seconds=now - began,
            ename=error.ename if error else "",
            evalue=error.evalue if error else "",
        )

    async def _async_handle_timeout(self, timeout: int, cell: NotebookNode | None = None) -> dict[str, Any] | None:
        self._overran = True
        reply: dict[str, Any] | None = await super()._async_handle_timeout(timeout, cell)
        return reply

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        if msg["msg_type"] == "status" and msg["content"].get("execution_state") == "idle":
            self._idle = True
        shown: NotebookNode | None = super().process_message(msg, cell, cell_index)
        return shown

    def output(self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str | None, cell_index: int) -> NotebookNode | None:
        size = _PER_OUTPUT + _size(msg["content"])
        if size <= self._bytes_left:
            self._bytes_left -= size
            shown: NotebookNode | None = super().output(outs, msg, display_id, cell_index)
            return shown
        if not self._was_cut:
            self._was_cut = True
            start = msg["content"].get("text", "")[: max(0, self._bytes_left - _PER_OUTPUT)] if msg["msg_type"] == "stream" else ""
            self._bytes_left = 0
            outs.append(node(output_type="stream", name="stdout", text=f"{start}\n{OUTPUT_CUT}" if start else OUTPUT_CUT))
        kept = _shortened(msg)
        if kept is not None:
            outs.append(kept)
        return kept

    async def _answer(self) -> None:
        """Ask the kernel the questions; what cannot be answered stays out."""
        try:
            reply = await self.kc.execute(
                "",
                silent=True,
                store_history=False,
                user_expressions={key: f"bool((\n{question}\n))" for key, question in self._questions.items()},
                allow_stdin=False,
                reply=True,
                timeout=min(ASK_SECONDS, self._budget.cell_seconds),
            )
        except (TimeoutError, RuntimeError):
            return
        for key, found in reply["content"].get("user_expressions", {}).items():
            text = found.get("data", {}).get("text/plain") if found.get("status") == "ok" else None
            if text in ("True", "False"):
                self._notes.answers[key] = text == "True"


def _write_down_error(*, cell: NotebookNode, execute_reply: dict[str, Any], **_: Any) -> None:
    """As nbgrader does: an error that only the kernel's reply tells of, after a timeout or where code switched tracebacks off."""
    content = execute_reply["content"]
    if content["status"] == "error" and not any(o.output_type == "error" and o.ename == content["ename"] for o in cell.outputs):
        trace = content.get("traceback") or [HIDDEN_TRACEBACK]
        _add_error(cell, content["ename"], content["evalue"], trace)


def _add_error(cell: NotebookNode, ename: str, evalue: str, traceback: list[str] | None = None) -> None:
    cell.outputs.append(node(output_type="error", ename=ename, evalue=evalue, traceback=traceback or [f"{ename}: {evalue}"]))


def _size(content: Any) -> int:
    """Roughly how many bytes a message's content will take in the notebook."""
    match content:
        case str():
            return len(content)
        case dict():
            return sum(len(str(key)) + _size(value) for key, value in content.items())
        case list():
            return sum(_size(value) for value in content)
    return 8


def _shortened(msg: dict[str, Any]) -> NotebookNode | None:
    """What stays of an output when there is no room left: errors and short values, which scores are read from."""
    content = msg["content"]
    if msg["msg_type"] == "error":
        out = output_from_message(msg)
        out.evalue = out.evalue[:_KEPT_RESULT]
        out.traceback = ["\n".join(out.traceback)[-_KEPT_TRACEBACK:]]
        return out
    plain = content.get("data", {}).get("text/plain", "") if msg["msg_type"] == "execute_result" else ""
    if plain and len(plain) <= _KEPT_RESULT:
        out = output_from_message(msg)
        out.data = node(**{"text/plain": plain})
        return out
    return None
