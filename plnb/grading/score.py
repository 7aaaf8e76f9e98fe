"""Scores, cell by cell: exactly what nbgrader gives, except for the differences listed here; and in words what became of a check.

It reads an executed notebook and how its cells ran. Pure. Knows nothing of branches (see `balance`) and of no database.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from nbformat import NotebookNode
from nbgrader.utils import determine_grade

from plnb.core.base import Model
from plnb.core.course import Activity, Check
from plnb.core.records import Verdict
from plnb.engine.execute import Budget, CellRun, CellStatus, Ended, RunResult
from plnb.engine.nodes import as_node
from plnb.grading.reports import Report
from plnb.grading.results import CellScore
from plnb.grading.sealing import DELIMITERS, UNSEEN, failed_unseen


class Difference(Model):
    """A place where plnb gives another score than `nbgrader autograde`, on purpose."""

    code: str
    """Stable name."""
    why: str
    """What differs, and why."""


DIFFERENCES: Final = (
    Difference(
        code="stderr",
        why="A warning on stderr does not make a check fail; nbgrader gives 0 for any text on stderr.",
    ),
    Difference(
        code="not-run",
        why="A check that did not run earns nothing and says so; nbgrader gives full points to a cell without output, or drops "
        "the student's whole submission.",
    ),
    Difference(
        code="put-back",
        why="A check that the student deleted is put back and scored; nbgrader gives it no score and leaves it for a person.",
    ),
    Difference(
        code="outside",
        why="A check runs outside the student's process and compares plain values: what an object of the student's own "
        "claims when it is compared does not count there; nbgrader takes its word.",
    ),
    Difference(
        code="strict",
        why="Where a course is graded strictly, a check that can only run in the student's process waits for a person; nbgrader "
        "gives the points at once.",
    ),
    Difference(
        code="numbers",
        why="Of a cell whose numbers vary, only the number is the student's: what else was changed there is put back; nbgrader "
        "runs the cell as the student left it.",
    ),
    Difference(
        code="above-max",
        why="A check whose value is more than its points earns its points; nbgrader stops grading the submission.",
    ),
)
"""Every difference to nbgrader's scores, branch balance aside."""

_LONGEST: Final = 500  # characters of a message that came out of a student's kernel


def questions(activity: Activity) -> dict[str, str]:
    """What to ask a student's kernel at the end, to tell known misconceptions apart."""
    return {_question(check, i): found.when for check in activity.checks for i, found in enumerate(check.misconceptions)}


def score_notebook(
    run: RunResult,
    activity: Activity,
    *,
    answered: Collection[str],
    touched: bool,
    put_back: Collection[str] = (),
    budget: Budget = Budget(),
    hidden: tuple[str, str] = DELIMITERS,
    reports: Mapping[str, Report] = {},
    strict: bool = False,
) -> tuple[CellScore, ...]:
    """Score every check of a notebook that ran.

    `reports` say where checks ran and with which fresh numbers; `strict` leaves those that ran in the kernel to a person.
    `answered` names the answer cells that differ from the release, `put_back` the checks the student had deleted, `hidden` what
    begins and ends hidden tests.
    """
    cells = {
        cell.metadata["nbgrader"]["grade_id"]: (cell, how)
        for cell, how in zip(run.notebook.cells, run.cells, strict=True)
        if cell.metadata.get("nbgrader", {}).get("grade_id")
    }
    scores = []
    for check in activity.checks:
        cell, how = cells[check.id]
        attempted = any(answer in answered for answer in check.answers) if check.answers else touched
        score = _score(check, cell, how, run.died, attempted)
        if check.id in put_back:
            score = score.model_copy(update={"differences": (*score.differences, "put-back")})
        score = _where(score, how, reports.get(check.id), strict=strict)
        message = _message(check, score, how, run, budget, unseen=failed_unseen(cell, hidden))
        scores.append(score.model_copy(update={"message": message}))
    return tuple(scores)


def _score(check: Check, cell: NotebookNode, how: CellRun, died: Ended | None, attempted: bool) -> CellScore:
    def made(points: float | None, verdict: Verdict, *differences: str) -> CellScore:
        return CellScore(
            check=check.id,
            points=points,
            max_points=check.points,
            verdict=verdict,
            attempted=attempted,
            differences=differences,
        )

    if check.manual:
        if cell.metadata["nbgrader"].get("task"):
            return made(None, Verdict.waiting)  # nbgrader leaves tasks to a person, answered or not
        points, _ = determine_grade(cell)
        return made(points, Verdict.waiting if points is None else Verdict.not_attempted)
    if cell.cell_type != "code":
        return made(None, Verdict.waiting)
    if how.status is CellStatus.not_run:
        return made(0.0, Verdict.crashed if died is Ended.crashed else Verdict.timed_out, "not-run")
    if how.ename == "DeadKernelError":
        return made(0.0, Verdict.crashed, "not-run")
    points, differences = auto_points(cell, check.points)
    if how.status is CellStatus.timed_out:
        return made(0.0, Verdict.timed_out, *differences)
    failed = any(output.output_type == "error" for output in cell.outputs)
    if failed or (points == 0 and check.points > 0):
        return made(points, Verdict.failed if attempted else Verdict.not_attempted, *differences)
    return made(points, Verdict.passed if points >= check.points else Verdict.partial, *differences)


def _where(score: CellScore, how: CellRun, report: Report | None, *, strict: bool) -> CellScore:
    """The score with what is known of where it was reached."""
    if report is None:
        return score
    told = score.model_copy(update={"checked_in": report.where, "seed": report.seed, "seconds": how.seconds})
    checked = report.checked
    if checked and (checked.leaned or checked.refused or checked.overruled):
        return told.model_copy(update={"differences": (*score.differences, "outside")})
    if strict and report.where == "kernel" and score.verdict in (Verdict.passed, Verdict.partial):
        return told.model_copy(update={"points": None, "verdict": Verdict.waiting, "differences": (*score.differences, "strict")})
    return told


def auto_points(cell: NotebookNode, most: float) -> tuple[float, tuple[str, ...]]:
    """The score of an executed test cell by nbgrader's own rule, and the differences that applied."""
    quiet = as_node(cell)
    quiet.outputs = [out for out in cell.outputs if not (out.output_type == "stream" and out.name == "stderr")]
    try:
        points, _ = determine_grade(quiet)
    except ValueError:
        return most, ("above-max",)
    except KeyError:  # a value without plain text; like any value that is no number
        points = most
    differed = len(quiet.outputs) < len(cell.outputs) and points > 0
    return points, ("stderr",) if differed else ()


# --- words -----------------------------------------------------------------------------------------------------------------------


def _message(check: Check, score: CellScore, how: CellRun, run: RunResult, budget: Budget, *, unseen: bool) -> str:
    match score.verdict:
        case Verdict.waiting:
            return "A person will look at this answer."
        case Verdict.not_attempted:
            return ""
        case Verdict.timed_out if how.status is CellStatus.timed_out:
            return f"This took longer than {_seconds(budget, run.died)}, so it was stopped. Look for a loop that never ends."
        case Verdict.timed_out:
            return "A cell above took so long that this check could not run. Look for a loop that never ends."
        case Verdict.crashed if how.status is CellStatus.not_run:
            return "A cell above stopped Python altogether, so this check could not run."
        case Verdict.crashed:
            return "Python stopped altogether while this ran."
        case Verdict.passed:
            return "Python printed a warning here. It cost no points." if "stderr" in score.differences else ""
    known = _misconception(check, run.answers)
    if known:
        return known
    if score.verdict is Verdict.partial:
        return "A part of this is right."
    if unseen:
        return UNSEEN
    if how.ename == "AssertionError":
        return _short(how.evalue) or "The answer is not what was asked for yet. Try it on an example of your own."
    if how.ename:
        return _short(f"Python stopped with {how.ename}: {how.evalue}" if how.evalue else f"Python stopped with {how.ename}.")
    return "The answer is not what was asked for yet."


def _seconds(budget: Budget, died: Ended | None) -> str:
    return f"{budget.total_seconds if died is Ended.out_of_time else budget.cell_seconds:g} seconds"


def _misconception(check: Check, answers: Mapping[str, bool]) -> str:
    return next((found.say for i, found in enumerate(check.misconceptions) if answers.get(_question(check, i))), "")


def _question(check: Check, number: int) -> str:
    return f"{check.id}/{number}"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
