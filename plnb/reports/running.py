"""A template, run for one student after the other on one warm desk.

papermill puts each student's parameters into the template; the cells of several students then run as one notebook by papermill's
engine `plnb`, with the namespace swept and the working folder changed between students. The desk is forked with Altair loaded, but
what draws a chart cannot be forked (it has threads) and takes longer to start than a page takes: so students share a desk, and a
thousand pages are a matter of minutes. Knows nothing of reports.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from nbformat import NotebookNode
from papermill.engines import papermill_engines
from papermill.execute import prepare_notebook_metadata
from papermill.parameterize import parameterize_notebook

from plnb.core.base import Model
from plnb.engine.nodes import node
from plnb.engine.papermill_engine import PlnbEngine
from plnb.engine.runs import Budget, CellRun, CellStatus, RunResult
from plnb.errors import NotebookError, NotFoundError
from plnb.reports.keeping import is_place
from plnb.reports.notebooks import UNREADABLE, read_notebook

FOR_TEACHERS: Final = "for-teachers"
"""Tag of notes to whoever edits the template; they are left out."""

_HIDE: Final = ("hide-input", "remove_input")  # what Jupyter Book and nbconvert call it
_CELL_SECONDS: Final = 60.0
_PAGE_BYTES: Final = 20_000_000  # output of one page
_ADDRESSES: Final = 2**46  # bytes; what draws charts reserves far more addresses than it uses memory
_MODULES: Final = ("altair", "plnb.reports.charts", "plnb.reports.show", "vl_convert")


class Failed(Model):
    """Why a page was not made."""

    cell: str
    """The cell of the template, for people."""
    why: str
    """What happened, in one line."""


def load_template(path: Path) -> NotebookNode:
    """A template, ready to be run: notes to teachers taken out, every cell with an id and a name, code hidden.

    Raises `NotFoundError` or `NotebookError` where there is no notebook to read.
    """
    try:
        nb = read_notebook(path)
    except FileNotFoundError as error:
        raise NotFoundError("There is no template here.", place=str(path), mend="Check the name of the file.") from error
    except UNREADABLE as error:
        raise NotebookError(
            "This template cannot be read as a notebook.", place=str(path), mend="Open it in Jupyter and save it again."
        ) from error
    nb.nbformat_minor = 5
    nb.metadata.setdefault("kernelspec", node(name="python3", language="python", display_name="Python 3"))
    heading, ids = "", set[str]()
    for number, cell in enumerate(nb.cells, start=1):
        if cell.cell_type == "markdown" and cell.source.startswith("#"):
            heading = cell.source.splitlines()[0].lstrip("# ").strip()
        cell.metadata["name_for_people"] = f"cell {number}" + (f" (under “{heading}”)" if heading else "")
        if not cell.get("id") or cell.id in ids:
            cell.id = f"cell-{number}"
        ids.add(cell.id)
        _dress(cell)
    nb.cells = [cell for cell in nb.cells if FOR_TEACHERS not in cell.metadata.get("tags", [])]
    return nb


def run_template(template: NotebookNode, folders: Sequence[Path], parameters: Mapping[str, str]) -> list[NotebookNode | Failed]:
    """One finished notebook for each folder, run there; or why there is none. A page that fails does not touch the others."""
    page = _parameterized(template, parameters)
    done: list[NotebookNode | Failed] = []
    while len(done) < len(folders):
        done += _run_together(page, folders[len(done) :])
    return done


def _dress(cell: NotebookNode) -> None:
    """Hide code, and protect what comes from the template: only places to write can be edited."""
    cell.metadata.setdefault("tags", [])  # papermill looks for it
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
        cell.metadata["jupyter"] = node(**{**cell.metadata.get("jupyter", {}), "source_hidden": True})
        cell.metadata["tags"] = list(dict.fromkeys([*cell.metadata.tags, *_HIDE]))
    cell.metadata["deletable"] = False
    cell.metadata["editable"] = is_place(cell)


def _parameterized(template: NotebookNode, parameters: Mapping[str, str]) -> NotebookNode:
    page = copy.deepcopy(template)
    page.metadata["papermill"] = node()
    page = parameterize_notebook(page, dict(parameters))
    assert isinstance(page, NotebookNode)
    for cell in page.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "injected-parameters"
            cell.metadata["name_for_people"] = "the parameters"
            _dress(cell)
    return page


def _run_together(page: NotebookNode, folders: Sequence[Path]) -> list[NotebookNode | Failed]:
    """The pages of the first folders: all of them, or as many as were begun before the kernel went away (at least one)."""
    code = [cell for cell in page.cells if cell.cell_type == "code"]
    together = copy.deepcopy(page)
    together.cells = [
        node(cell_type="code", id=f"s{at}c{number}", metadata=node(), source=source, outputs=[], execution_count=None)
        for at, folder in enumerate(folders)
        for number, source in enumerate((_sweep(folder), *(cell.source for cell in code)))
    ]
    budget = Budget(
        cell_seconds=_CELL_SECONDS,
        total_seconds=_CELL_SECONDS * (1 + len(folders)),
        output_bytes=_PAGE_BYTES * len(folders),
        memory_bytes=_ADDRESSES,
    )
    result = _run(together, folders[0], budget)
    done: list[NotebookNode | Failed] = []
    for at in range(len(folders)):
        first, end = at * (len(code) + 1), (at + 1) * (len(code) + 1)
        runs = result.cells[first:end]
        if done and all(run.status is CellStatus.not_run for run in runs):
            break
        done.append(_finished(page, result.notebook.cells[first + 1 : end], runs))
        if isinstance(done[-1], NotebookNode) and "language_info" in result.notebook.metadata:
            done[-1].metadata["language_info"] = result.notebook.metadata.language_info
    return done


def _run(notebook: NotebookNode, folder: Path, budget: Budget) -> RunResult:
    """By papermill, on a desk that is forked with everything loaded that pages use."""
    notebook = prepare_notebook_metadata(notebook, None, None)
    results: list[RunResult] = []
    papermill_engines.register("plnb", PlnbEngine)  # also where plnb is used without being installed
    # Not `papermill.execute_notebook`: it makes the text of the whole notebook twice, even where it writes it nowhere.
    papermill_engines.execute_notebook_with_engine(
        "plnb",
        notebook,
        "python3",
        progress_bar=False,
        budget=budget,
        folder=str(folder),
        modules=_MODULES,
        stop_on_error=False,
        on_result=results.append,
    )
    return results[0]


def _sweep(folder: Path) -> str:
    """Code that leaves nothing of the student before: no names, no outputs, no folder."""
    return f"get_ipython().reset(new_session=True)\n__import__('os').chdir({str(folder)!r})"


def _finished(page: NotebookNode, ran: Sequence[NotebookNode], runs: Sequence[CellRun]) -> NotebookNode | Failed:
    finished = copy.deepcopy(page)
    code = [cell for cell in finished.cells if cell.cell_type == "code"]
    for run, name in zip(runs, ("the start of the page", *(cell.metadata.name_for_people for cell in code)), strict=True):
        if run.status is not CellStatus.ok:
            return Failed(cell=name, why=_why(run))
    for count, (cell, done) in enumerate(zip(code, ran, strict=True), start=1):
        # A library's warning is for whoever edits the template, not for the student who reads the page.
        cell.outputs = [output for output in done.outputs if output.get("name") != "stderr"]
        cell.execution_count = count
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
    for cell in finished.cells:
        cell.metadata.pop("name_for_people", None)
    return finished


def _why(run: CellRun) -> str:
    match run.status:
        case CellStatus.error if run.ename == "DeadKernelError":
            return "it ended the kernel"
        case CellStatus.error:
            return " ".join(f"{run.ename}: {run.evalue}".split())[:300]
        case CellStatus.timed_out:
            return f"it took more than {_CELL_SECONDS:.0f} seconds"
        case CellStatus.cut:
            return "it shows more than a page can hold"
    return "it was not run"
