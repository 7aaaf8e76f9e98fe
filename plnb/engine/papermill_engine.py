"""The papermill engine `plnb`: `papermill --engine plnb in.ipynb out.ipynb`, on the same warm desks as everything else.

papermill loads its engines while it is itself being imported, so nothing of papermill is imported here before it is called.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from plnb.engine.execute import run_notebook
from plnb.engine.nursery import nursery_for
from plnb.engine.runs import Budget, RunResult
from plnb.engine.sandbox import Tier
from plnb.engine.warm import Watch


class PlnbEngine:
    """As papermill's own engine: stops at the first error, keeps the time of every cell, and saves as it goes."""

    @classmethod
    def execute_notebook(
        cls,
        nb: NotebookNode,
        kernel_name: str,  # noqa: ARG003 - papermill's parameter; the notebook says it too
        output_path: str | None = None,
        progress_bar: bool = True,
        log_output: bool = False,
        autosave_cell_every: int = 30,
        *,
        budget: Budget | None = None,
        execution_timeout: int | None = None,
        start_timeout: int = 60,
        folder: str = "",
        modules: Sequence[str] = (),
        stop_on_error: bool = True,
        on_result: Callable[[RunResult], object] | None = None,
        **_: Any,
    ) -> NotebookNode:
        """Run every cell. Ours are `budget`, `folder` (where to run), `modules` (loaded before the fork), `stop_on_error`, and
        `on_result`, which hears what papermill has no place for; the rest papermill gives.
        """
        from papermill.engines import NotebookExecutionManager

        day = 24 * 3600.0
        budget = budget or Budget(
            cell_seconds=execution_timeout or day,
            total_seconds=day,
            start_seconds=start_timeout,
            output_bytes=1_000_000_000,
            memory_bytes=2**46,
            cpu_seconds=24 * 3600,
            folder_bytes=2**46,
            processes=10_000,
        )
        manager = NotebookExecutionManager(
            nb,
            output_path=output_path,
            progress_bar=progress_bar,
            log_output=log_output,
            autosave_cell_every=autosave_cell_every,
        )
        manager.notebook_start()
        try:
            ran = run_notebook(
                manager.nb,
                cwd=Path(folder or "."),
                budget=budget,
                nursery=nursery_for(modules, Tier.none) if modules and sys.platform.startswith("linux") else None,
                watch=_Told(manager),
                stop_on_error=stop_on_error,
            )
            if on_result is not None:
                on_result(ran)
        finally:
            manager.cleanup_pbar()
        for cell, done in zip(manager.nb.cells, ran.notebook.cells, strict=True):
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = done.outputs, done.execution_count
        for key in ("language_info", "widgets"):
            if key in ran.notebook.metadata:
                manager.nb.metadata[key] = ran.notebook.metadata[key]
        manager.notebook_complete()
        finished: NotebookNode = manager.nb
        return finished

    @classmethod
    def nb_kernel_name(cls, nb: NotebookNode, name: str | None = None) -> str:
        """The kernel, as papermill finds it."""
        from papermill.utils import nb_kernel_name

        return str(nb_kernel_name(nb, name))

    @classmethod
    def nb_language(cls, nb: NotebookNode, language: str | None = None) -> str:
        """The language, as papermill finds it."""
        from papermill.utils import nb_language

        return str(nb_language(nb, language))


class _Told(Watch):
    """Passes on to papermill what happens to cells."""

    def __init__(self, manager: Any) -> None:
        self._manager = manager

    def began(self, index: int, cell: NotebookNode) -> None:  # noqa: ARG002
        self._manager.cell_start(self._manager.nb.cells[index], index)

    def ended(self, index: int, cell: NotebookNode) -> None:
        shown = self._manager.nb.cells[index]
        if cell.cell_type == "code":
            shown.outputs, shown.execution_count = cell.outputs, cell.execution_count
            if any(output.output_type == "error" for output in cell.outputs):
                self._manager.cell_exception(shown, cell_index=index)
        self._manager.cell_complete(shown, cell_index=index)
