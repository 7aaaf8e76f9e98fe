"""Grading one submission's notebooks: bytes in, result by value out. Runs in worker processes; touches no database.

The only files it writes are in a folder of its own that is gone afterwards.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from nbformat import NotebookNode
from nbgrader.preprocessors import LimitOutput
from nbgrader.utils import compute_checksum, is_solution

from plnb.core.base import Model
from plnb.core.course import Activity
from plnb.engine.execute import Budget, CellRun, CellStatus, Ended, RunResult, run_notebook
from plnb.engine.nodes import as_node, notebook_bytes, read_notebook_bytes
from plnb.errors import NotebookError
from plnb.grading.manifest import Manifest, ReleasedNotebook, source_digest
from plnb.grading.repairs import Repair, RepairCode
from plnb.grading.score import CellScore, questions, score_notebook
from plnb.grading.sealing import DELIMITERS, seal
from plnb.grading.submission import TIMESTAMP_FILE, StudentNotebook, match_notebooks, parse_notebook
from plnb.grading.transplant import Transplanted, transplant

ENVIRONMENT = {"NBGRADER_EXECUTION": "autograde"}
_LONGEST_REFLECTION = 10_000  # characters


@dataclass(frozen=True)
class Job:
    """One submission to grade."""

    student: str
    manifest: Manifest
    masters: Path
    """Folder of the master notebooks."""
    data: Path
    """The teacher's folder, for `data_files`."""
    data_files: tuple[str, ...]
    notebooks: Mapping[str, bytes]
    others: Mapping[str, bytes]
    budget: Budget
    max_lines: int = 1000
    """nbgrader's limits on what is kept of outputs."""
    max_traceback: int = 100
    hidden: tuple[str, str] = DELIMITERS
    """What begins and ends hidden tests."""


class NotebookOutcome(Model):
    """What came of one notebook."""

    name: str
    """The notebook."""
    state: Literal["graded", "missing", "refused"]
    """Whether there was something to grade."""
    reason: str = ""
    """Why it was refused."""
    scores: tuple[CellScore, ...] = ()
    """What each check earned by itself."""
    unanswered: tuple[str, ...] = ()
    """Answer cells that are as they were released."""
    written: Mapping[str, str] = {}
    """What the student wrote at reflection points, by the point's id."""
    choices: Mapping[str, tuple[str, ...]] = {}
    """Options the student says were chosen, by fork."""
    ended: Ended | None = None
    """Why the run stopped early, where it did."""
    seconds: float = 0.0
    """How long running it took."""


@dataclass(frozen=True)
class Worked:
    """A submission, graded notebook by notebook."""

    outcomes: tuple[NotebookOutcome, ...]
    repairs: tuple[Repair, ...]
    executed: Mapping[str, bytes]
    """Notebooks with their outputs, for nbgrader's `autograded` folder."""


def work(job: Job) -> Worked:
    """Grade a submission. Raises nothing for what is in it; what it raises is our fault or this machine's."""
    matched, repairs = match_notebooks(job.manifest.notebooks, job.notebooks)
    outcomes: list[NotebookOutcome] = []
    every = list(repairs)
    executed: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory(prefix="plnb-work-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        _lay_out(job, folder)
        for released in job.manifest.notebooks:
            if released.name not in matched:
                outcomes.append(NotebookOutcome(name=released.name, state="missing"))
                continue
            try:
                student = parse_notebook(job.notebooks[matched[released.name]])
            except NotebookError as error:
                outcomes.append(NotebookOutcome(name=released.name, state="refused", reason=error.message))
                continue
            outcome, notebook, found = _grade(job, released, student, folder)
            outcomes.append(outcome)
            every += found
            executed[released.name] = notebook
    return Worked(tuple(outcomes), tuple(every), executed)


def _grade(
    job: Job, released: ReleasedNotebook, student: StudentNotebook, folder: Path
) -> tuple[NotebookOutcome, bytes, tuple[Repair, ...]]:
    activity = job.manifest.activity(released.name)
    master = read_notebook_bytes((job.masters / f"{released.name}.ipynb").read_bytes())
    put = transplant(released.name, master, released.cells, student)
    if put.touched or _own_files(job):
        run = run_notebook(put.notebook, cwd=folder, budget=job.budget, env=ENVIRONMENT, questions=questions(activity))
    else:
        run = _as_blank(put.notebook, _blank(job, released, master))
    put_back = {repair.cell for repair in put.repairs if repair.code is RepairCode.deleted_cell}
    scores = score_notebook(
        run, activity, answered=put.answered, touched=put.touched, put_back=put_back, budget=job.budget, hidden=job.hidden
    )
    # From here on the notebook is what feedback is made of.
    seal(run.notebook, job.hidden)
    _limit(job, run.notebook)
    outcome = NotebookOutcome(
        name=released.name,
        state="graded",
        scores=scores,
        unanswered=_unanswered(put.notebook),
        written=_written(activity, released, put),
        choices=student.choices,
        ended=run.died,
        seconds=run.seconds,
    )
    return outcome, notebook_bytes(run.notebook), put.repairs


# --- files -----------------------------------------------------------------------------------------------------------------------


def _lay_out(job: Job, folder: Path) -> None:
    """The student's other files, and the teacher's over them."""
    theirs = {str(path) for name in job.data_files for path in (PurePosixPath(name), *PurePosixPath(name).parents)}
    for name, raw in job.others.items():
        if name in theirs or any(str(path) in job.data_files for path in PurePosixPath(name).parents):
            continue  # the teacher's file or folder has this place
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(raw)
    for name in job.data_files:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(job.data / name, target)


def _own_files(job: Job) -> bool:
    """Whether the student handed in files that the teacher did not give, so that even the released code might run otherwise."""
    return bool(job.others.keys() - set(job.data_files) - {TIMESTAMP_FILE, "course.json"})


# --- notebooks that nobody has touched -------------------------------------------------------------------------------------------

_blanks: OrderedDict[tuple[str, str], RunResult] = OrderedDict()
"""Runs of notebooks as they were released, in this process."""


def _blank(job: Job, released: ReleasedNotebook, master: NotebookNode) -> RunResult:
    """The run of the notebook as it was released. Every student who did nothing gets this one."""
    key = (job.manifest.digest, released.name)
    if key not in _blanks:
        with tempfile.TemporaryDirectory(prefix="plnb-work-", ignore_cleanup_errors=True) as folder:
            _lay_out(Job(**{**job.__dict__, "others": {}}), Path(folder))
            _blanks[key] = run_notebook(master, cwd=Path(folder), budget=job.budget, env=ENVIRONMENT)
        while len(_blanks) > 32:
            _blanks.popitem(last=False)
    return _blanks[key]


def _as_blank(notebook: NotebookNode, blank: RunResult) -> RunResult:
    """The outcome of `blank` for a notebook with the same code (texts around it may differ)."""
    result = as_node(notebook)
    result.metadata = as_node(blank.notebook.metadata)
    ran = iter([(cell, how) for cell, how in zip(blank.notebook.cells, blank.cells, strict=True) if _runs(cell)])
    cells: list[CellRun] = []
    for index, cell in enumerate(result.cells):
        if _runs(cell):
            done, how = next(ran)
            cell.outputs, cell.execution_count = as_node(done.outputs), done.execution_count
            cells.append(how.model_copy(update={"index": index}))
        else:
            cells.append(CellRun(index=index, status=CellStatus.ok))
    return RunResult(notebook=result, cells=tuple(cells), died=blank.died)


def _runs(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(cell.source.strip())


# --- what the student wrote ------------------------------------------------------------------------------------------------------


def _unanswered(notebook: NotebookNode) -> tuple[str, ...]:
    """Answer cells in which nbgrader sees no response."""
    return tuple(
        cell.metadata.nbgrader.grade_id
        for cell in notebook.cells
        if is_solution(cell) and cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
    )


def _written(activity: Activity, released: ReleasedNotebook, put: Transplanted) -> dict[str, str]:
    """Texts at reflection points, where they are not as they were released."""
    before = {name: cell.digest for cell in released.cells for name in (cell.cell_id, cell.grade_id) if name}
    now: dict[str, str] = {}
    for cell in put.notebook.cells:
        for name in (cell.get("id", ""), cell.metadata.get("nbgrader", {}).get("grade_id", "")):
            now[name] = cell.source
    return {
        point.id: now[point.cell].strip()[:_LONGEST_REFLECTION]
        for point in activity.reflections
        if point.cell in now and now[point.cell].strip() and source_digest(now[point.cell]) != before.get(point.cell)
    }


def _limit(job: Job, notebook: NotebookNode) -> None:
    """As nbgrader does after scoring: limit how much output is kept."""
    step = LimitOutput(max_lines=job.max_lines, max_traceback=job.max_traceback)
    for index, cell in enumerate(notebook.cells):
        step.preprocess_cell(cell, {}, index)
