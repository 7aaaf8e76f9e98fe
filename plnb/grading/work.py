"""Grading one submission's notebooks: bytes in, result by value out. Runs in worker processes; touches no database.

The only files it writes are in a folder of its own that is gone afterwards.
"""

from __future__ import annotations

import tempfile
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath

from nbformat import NotebookNode
from nbgrader.utils import compute_checksum, is_solution

from plnb.core.course import Activity, ActivityFork, Fork, Unit
from plnb.engine.execute import CellRun, CellStatus, RunResult, run_notebook, runs_on_a_desk
from plnb.engine.harmless import make_harmless
from plnb.engine.nodes import as_node, notebook_bytes, read_notebook_bytes
from plnb.engine.nursery import Nursery, nursery_for, small_environment
from plnb.engine.opening import HAVE_OPENINGS, Opening, runs
from plnb.engine.sandbox import Box, Tier
from plnb.engine.wanted import wanted_modules
from plnb.errors import NotebookError, OurFaultError
from plnb.grading.checks import Apart, Checks, fresh_seed
from plnb.grading.edits import rewritten
from plnb.grading.jobs import Job, UnitKit
from plnb.grading.manifest import ReleasedNotebook, source_digest
from plnb.grading.numbers import planned_with, told_numbers
from plnb.grading.openings import Openings
from plnb.grading.readiness import why_not_graded_here
from plnb.grading.rehearsal import lay_out
from plnb.grading.repairs import Repair, RepairCode
from plnb.grading.reports import Report
from plnb.grading.results import IntegrityFlag, NotebookOutcome, Worked
from plnb.grading.score import questions, score_notebook
from plnb.grading.sealing import seal
from plnb.grading.stored import fit_notebooks
from plnb.grading.submission import NOT_WORK, StudentNotebook, match_notebooks, parse_notebook
from plnb.grading.transplant import Transplanted, transplant
from plnb.grading.work_folders import with_folders, work_folder

ENVIRONMENT = {"NBGRADER_EXECUTION": "autograde"}
_NO_FOLDER = Path("/nonexistent")
_LONGEST_REFLECTION = 10_000  # characters


def work(kit: UnitKit, job: Job) -> Worked:
    """Grade a submission. Raises nothing for what is in it; what it raises is our fault or this machine's."""
    matched, repairs = match_notebooks(kit.manifest.notebooks, job.notebooks)
    outcomes: list[NotebookOutcome] = []
    every = list(repairs)
    executed: dict[str, bytes] = {}
    with work_folder(Tier(kit.tier)) as folder:
        _lay_out(kit, job.others, folder)
        for released in kit.manifest.notebooks:
            if released.name not in matched:
                outcomes.append(NotebookOutcome(name=released.name, state="missing"))
                continue
            try:
                student = parse_notebook(job.notebooks[matched[released.name]])
            except NotebookError as error:
                outcomes.append(NotebookOutcome(name=released.name, state="refused", reason=error.message))
                continue
            outcome, notebook, found = _grade(kit, job, released, matched[released.name], student, folder)
            outcomes.append(outcome)
            every += found
            executed[released.name] = notebook
    return Worked(tuple(outcomes), tuple(every), fit_notebooks(executed))


def _grade(
    kit: UnitKit, job: Job, released: ReleasedNotebook, matched: str, student: StudentNotebook, folder: Path
) -> tuple[NotebookOutcome, bytes, tuple[Repair, ...]]:
    activity = kit.manifest.activity(released.name)
    master = read_notebook_bytes(kit.masters[released.name])
    put = transplant(released.name, master, released.cells, student)
    own_files = _own_files(kit, job)
    if put.touched or own_files:
        own = sha256(job.notebooks[matched]).hexdigest()
        planned = released.model_copy(update={"plan": planned_with(released.plan, put.numbers)})
        ran = _run(
            kit,
            planned,
            put.notebook,
            folder,
            seeds=(job.student, own),
            questions=questions(activity),
            seen=job.seen,
            master=master,
            alike=not own_files,
        )
    else:
        blank = _blank(kit, released, master, seen=job.seen)
        ran = _Ran(_as_blank(put.notebook, blank.run), blank.reports)
    run = ran.run
    put_back = {repair.cell for repair in put.repairs if repair.code is RepairCode.deleted_cell}
    scores = score_notebook(
        run,
        activity,
        answered=put.answered,
        touched=put.touched,
        put_back=put_back,
        budget=kit.budget,
        hidden=kit.hidden,
        reports=ran.reports,
        strict=kit.manifest.strict,
    )
    scores = told_numbers(scores, activity, put.numbers)
    # From here on the notebook is what formgrader shows and feedback is made of.
    make_harmless(run.notebook, master)
    seal(run.notebook, kit.hidden)
    _limit(kit, run.notebook)
    outcome = NotebookOutcome(
        name=released.name,
        state="graded",
        scores=scores,
        unanswered=_unanswered(put.notebook),
        written=_written(activity, released, put),
        choices=_choices(kit.manifest.unit, student),
        ended=run.died,
        seconds=run.seconds,
        flags=(*rewritten(master, student, put.repairs, kit.hidden), *ran.flags),
    )
    return outcome, notebook_bytes(run.notebook), put.repairs


# --- running ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Ran:
    """A run of a notebook, and what is known of its checks besides."""

    run: RunResult
    reports: Mapping[str, Report]
    flags: tuple[IntegrityFlag, ...] = ()


def _run(
    kit: UnitKit,
    released: ReleasedNotebook,
    notebook: NotebookNode,
    folder: Path,
    *,
    seeds: tuple[str, ...],
    questions: Mapping[str, str],
    seen: bool,
    master: NotebookNode,
    alike: bool,
) -> _Ran:
    """Run a notebook as its plan says. `alike`: what its first cells of the teacher's come to depends on nothing of the student's.
    The checker sees the teacher's files and none of the student's.
    """
    tier = Tier(kit.tier)
    if not runs_on_a_desk(notebook, tier):  # a kernel that nobody can ask
        if why := why_not_graded_here(kit):
            raise why
        run = run_notebook(notebook, cwd=folder, budget=kit.budget, env=ENVIRONMENT, questions=questions, tier=tier, seen=seen)
        return _Ran(run, {check.check: Report("kernel") for check in released.plan.checks}, _malformed(run))
    nursery = nursery_for(wanted_modules(notebook), tier)
    alike = alike and tier in HAVE_OPENINGS
    opening = _openings.find(kit, released.name, notebook, folder, nursery, ENVIRONMENT, seen=seen) if alike else None
    try:
        ran = _checked(kit, released, notebook, folder, nursery, opening, seeds=seeds, questions=questions, seen=seen)
    except OurFaultError:
        if not _openings.give_up(kit, released.name) and nursery.alive:
            raise
        # What kernels come from has died: once more, from another one.
        nursery = nursery_for(wanted_modules(notebook), tier)
        return _checked(kit, released, notebook, folder, nursery, None, seeds=seeds, questions=questions, seen=seen)
    if alike and opening is None:
        _openings.learn(kit, released.name, master, ran.run, seen=seen)
    return ran


def _checked(
    kit: UnitKit,
    released: ReleasedNotebook,
    notebook: NotebookNode,
    folder: Path,
    nursery: Nursery,
    opening: Opening | None,
    *,
    seeds: tuple[str, ...],
    questions: Mapping[str, str],
    seen: bool,
) -> _Ran:
    plan = released.plan
    with ExitStack() as stack:

        def open_checker() -> Apart:
            ready = _openings.checkers(kit, released, nursery, ENVIRONMENT)
            if ready is not None:
                # (It has a copy of what is there, and no folder is laid out for it.)
                return Apart(ready.checker(Box(folder=_NO_FOLDER), env=small_environment(ENVIRONMENT)), begun=True)
            apart = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="plnb-check-", ignore_cleanup_errors=True)))
            lay_out(kit.data, apart)
            return Apart(nursery.checker(Box(folder=apart), env=small_environment(ENVIRONMENT)))

        checks = Checks(
            plan,
            open_checker,
            seed=lambda check: fresh_seed(kit.manifest.digest, released.name, check, *seeds),
            questions=questions if plan.outside else {},
        )
        if plan.checks:  # else there is nothing to check, or it was never rehearsed
            stack.enter_context(checks)
        run = run_notebook(
            notebook,
            cwd=folder,
            budget=kit.budget,
            env=ENVIRONMENT,
            questions={} if plan.outside else questions,
            aside=checks if plan.checks else None,
            tier=nursery.tier,
            nursery=nursery,
            seen=seen,
            opening=opening,
        )
    return _Ran(run, checks.reports, (*checks.flags, *_malformed(run)))


def _malformed(run: RunResult) -> tuple[IntegrityFlag, ...]:
    if not run.malformed:
        return ()
    return (
        IntegrityFlag(
            code="malformed-message",
            message=f"The notebook's process sent a message that no kernel sends ({run.malformed}); look at how it does that.",
        ),
    )


# --- files -----------------------------------------------------------------------------------------------------------------------


def _lay_out(kit: UnitKit, others: Mapping[str, bytes], folder: Path) -> None:
    """The student's other files, and the teacher's over them."""
    theirs = with_folders(kit.data)
    for name, raw in others.items():
        if name in theirs or any(str(path) in kit.data for path in PurePosixPath(name).parents):
            continue  # the teacher's file or folder has this place
        _put(folder / name, raw)
    for name, raw in kit.data.items():
        _put(folder / name, raw)


def _put(target: Path, raw: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(raw)


def _own_files(kit: UnitKit, job: Job) -> bool:
    """Whether the student handed in files that the teacher did not give, so that even the released code might run otherwise."""
    return bool(job.others.keys() - kit.data.keys() - NOT_WORK)


# --- notebooks that nobody has touched -------------------------------------------------------------------------------------------

_openings = Openings()
"""What begins alike for many students, in this process."""

_blanks: OrderedDict[tuple[str, str, bool], _Ran] = OrderedDict()
"""Runs of notebooks as they were released, in this process."""


def _blank(kit: UnitKit, released: ReleasedNotebook, master: NotebookNode, *, seen: bool) -> _Ran:
    """The run of the notebook as it was released. Every student who did nothing gets this one."""
    key = (kit.digest, released.name, seen)
    if key not in _blanks:
        with work_folder(Tier(kit.tier)) as folder:
            _lay_out(kit, {}, folder)
            _blanks[key] = _run(kit, released, master, folder, seeds=(), questions={}, seen=seen, master=master, alike=True)
        while len(_blanks) > 32:
            _blanks.popitem(last=False)
    return _blanks[key]


def _as_blank(notebook: NotebookNode, blank: RunResult) -> RunResult:
    """The outcome of `blank` for a notebook with the same code (texts around it may differ)."""
    result = as_node(notebook)
    result.metadata = as_node(blank.notebook.metadata)
    ran = iter([(cell, how) for cell, how in zip(blank.notebook.cells, blank.cells, strict=True) if runs(cell)])
    cells: list[CellRun] = []
    for index, cell in enumerate(result.cells):
        if runs(cell):
            done, how = next(ran)
            cell.outputs, cell.execution_count = as_node(done.outputs), done.execution_count
            cells.append(how.model_copy(update={"index": index}))
        else:
            cells.append(CellRun(index=index, status=CellStatus.ok))
    return RunResult(notebook=result, cells=tuple(cells), died=blank.died)


# --- what the student wrote ------------------------------------------------------------------------------------------------------


def _unanswered(notebook: NotebookNode) -> tuple[str, ...]:
    """Answer cells in which nbgrader sees no response."""
    return tuple(
        cell.metadata.nbgrader.grade_id
        for cell in notebook.cells
        if is_solution(cell) and cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
    )


def _choices(unit: Unit, student: StudentNotebook) -> dict[str, tuple[str, ...]]:
    """What the student says was chosen, as far as there is such a choice."""
    forks: list[Fork | ActivityFork] = [fork for activity in unit.activities() for fork in activity.forks]
    forks += [fork for fork in unit.nodes if isinstance(fork, ActivityFork)]
    return {
        fork.id: tuple(option.id for option in fork.options if option.id in student.choices[fork.id])
        for fork in forks
        if fork.id in student.choices
    }


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


def _limit(kit: UnitKit, notebook: NotebookNode) -> None:
    """As nbgrader does after scoring: limit how much output is kept."""
    if not _is_long(kit, notebook):
        return
    # Only here: importing it takes longer than grading a submission.
    from nbgrader.preprocessors import LimitOutput

    step = LimitOutput(max_lines=kit.max_lines, max_traceback=kit.max_traceback)
    for index, cell in enumerate(notebook.cells):
        step.preprocess_cell(cell, {}, index)


def _is_long(kit: UnitKit, notebook: NotebookNode) -> bool:
    """Whether some cell has more output than is kept."""
    return any(
        sum(out.text.count("\n") + 1 for out in cell.outputs if out.output_type == "stream") > kit.max_lines >= 0
        or any(len(out.traceback) > kit.max_traceback >= 0 for out in cell.outputs if out.output_type == "error")
        for cell in notebook.cells
        if cell.cell_type == "code"
    )
