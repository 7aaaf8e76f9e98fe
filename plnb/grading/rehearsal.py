"""The rehearsal: which checks can run outside is settled on the teacher's own solution, and never by what a student hands in.

The solved notebook and the released one are run twice: with every check in the kernel, as nbgrader runs them, and with the
checks outside. A check runs outside from then on if it came to the same points both ways in both, and nothing leaned on the other
process's word. The others are told why, for their author.
"""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from nbformat import NotebookNode

from plnb import __version__
from plnb.core.cells import CheckCell
from plnb.core.outside import statements
from plnb.engine.execute import RunResult, run_notebook, runs_on_a_desk
from plnb.engine.nursery import nursery_for, small_environment
from plnb.engine.runs import Budget, CellStatus
from plnb.engine.sandbox import Box, Tier
from plnb.engine.wanted import wanted_modules
from plnb.errors import InputError, PlnbError
from plnb.grading.checks import Apart, Checks
from plnb.grading.plans import CheckPlan, NotebookPlan, draft
from plnb.grading.reports import Report
from plnb.grading.score import auto_points
from plnb.store.metadata import read_cell_meta

_ROUNDS = 4
_SEEDS = (1, 48_271)
_ENVIRONMENT = {"NBGRADER_EXECUTION": "autograde"}


@dataclass(frozen=True)
class _Outcome:
    """What a check came to, one way."""

    points: float | None
    """None where it raised or was never reached."""


@dataclass(frozen=True)
class _Played:
    """One run with the checks outside."""

    outcomes: dict[str, _Outcome]
    reports: dict[str, Report]
    same: frozenset[str]


def rehearse(
    solved: NotebookNode,
    released: NotebookNode,
    data: Mapping[str, bytes],
    *,
    budget: Budget = Budget(),
    tier: Tier = Tier.none,
    before: NotebookPlan = NotebookPlan(),
) -> NotebookPlan:
    """A plan for a notebook's checks, from its solved version and its master (solutions out, hidden tests in).

    `data` are the unit's other files, `before` the plan of the last time, which holds if nothing has changed since. The teacher's
    own code runs here. Raises nothing for what is in the notebooks: where a rehearsal is not possible at all, every check stays in
    the kernel.
    """
    digest = _digest(solved, released, data)
    if before.digest == digest:
        return before
    return _rehearsed(solved, released, data, budget, tier).model_copy(update={"digest": digest})


def _digest(solved: NotebookNode, released: NotebookNode, data: Mapping[str, bytes]) -> str:
    """Of everything that a rehearsal depends on: the cells, the files, this version of plnb and of Python."""
    made = sha256(f"{__version__} {sys.version} {_can_ask(solved)}".encode())
    for book in (solved, released):
        for cell in book.cells:
            made.update(json.dumps([cell.cell_type, cell.source, cell.metadata], sort_keys=True).encode())
    for name, raw in sorted(data.items()):
        made.update(f"{name} {sha256(raw).hexdigest()}".encode())
    return made.hexdigest()


def _rehearsed(solved: NotebookNode, released: NotebookNode, data: Mapping[str, bytes], budget: Budget, tier: Tier) -> NotebookPlan:
    fresh, questions = _asked(solved)
    plan = draft(solved, in_kernel={}, questions=questions, fresh=fresh)
    if not plan.checks:
        return plan
    if not _can_ask(solved):
        return _all_in_kernel(plan, "it does not run in the Python that plnb runs in, on Linux")
    stage = _Stage(solved, released, data, budget, tier)
    reasons: dict[str, str] = {}
    not_ours: set[str] = set()
    for _ in range(_ROUNDS):
        plan = draft(solved, in_kernel=reasons, not_ours=not_ours, questions=questions, fresh=fresh)
        if not plan.outside:
            return plan
        seen = stage.play(plan)
        found = {check: why for check, why in seen.reasons.items() if why}
        more = seen.not_ours - not_ours
        if not found and not more:
            return plan.model_copy(update={"checks": tuple(_known(check, seen.met) for check in plan.checks)})
        reasons.update(found if not more else {})
        not_ours |= more
    return _all_in_kernel(plan, "its rehearsals came out differently each time")


def _can_ask(solved: NotebookNode) -> bool:
    """Whether its kernel can be asked from aside, on this machine."""
    try:
        return runs_on_a_desk(solved)
    except PlnbError:
        return False


def _asked(solved: NotebookNode) -> tuple[dict[str, str], list[str]]:
    """The names of fresh numbers by check, and what is asked to tell misconceptions apart."""
    fresh: dict[str, str] = {}
    questions: list[str] = []
    for cell in solved.cells:
        with contextlib.suppress(InputError):
            meta = read_cell_meta(cell.metadata["plnb"]) if "plnb" in cell.metadata else None
            if isinstance(meta, CheckCell):
                questions += [misconception.when for misconception in meta.misconceptions]
                if meta.fresh:
                    fresh[cell.metadata.get("nbgrader", {}).get("grade_id", "")] = meta.fresh
    return fresh, questions


def _all_in_kernel(plan: NotebookPlan, reason: str) -> NotebookPlan:
    checks = (
        CheckPlan(check=check.check, reason=check.reason if check.where == "kernel" else reason, fresh=check.fresh)
        for check in plan.checks
    )
    return plan.model_copy(update={"checks": tuple(checks)})


def _known(check: CheckPlan, met: Mapping[str, set[str]]) -> CheckPlan:
    return check.model_copy(update={"known": tuple(sorted(met.get(check.check, ())))}) if check.where == "outside" else check


@dataclass(frozen=True)
class _Seen:
    """What a round of rehearsals showed."""

    reasons: dict[str, str]
    met: dict[str, set[str]]
    not_ours: set[str]


class _Stage:
    """Where one notebook is rehearsed."""

    def __init__(self, solved: NotebookNode, released: NotebookNode, data: Mapping[str, bytes], budget: Budget, tier: Tier) -> None:
        self._books = {"solved": solved, "released": released}
        self._data, self._budget, self._tier = data, budget, tier
        self._modules = wanted_modules(solved)
        self._straight: dict[tuple[str, int], dict[str, _Outcome]] = {}

    def play(self, plan: NotebookPlan) -> _Seen:
        """Run everything both ways."""
        seeds = _SEEDS if any(check.fresh for check in plan.checks) else _SEEDS[:1]
        runs = [("solved", seed) for seed in seeds] + [("released", _SEEDS[0])]
        reasons: dict[str, str] = {}
        met: dict[str, set[str]] = {}
        data = _data_names(plan)
        not_ours: set[str] = set()
        for book, seed in runs:
            straight = self._in_kernel(plan, book, seed)
            played = self._run(plan, book, seed, data)
            if book == "solved":
                not_ours |= data - played.same
            for check in plan.checks:
                if check.where == "outside":
                    why = _why(check.check, straight, played, solved=book == "solved")
                    reasons[check.check] = reasons.get(check.check) or why
                    report = played.reports.get(check.check)
                    met.setdefault(check.check, set()).update(report.checked.met if report and report.checked else ())
        return _Seen(reasons, met, not_ours)

    def _in_kernel(self, plan: NotebookPlan, book: str, seed: int) -> dict[str, _Outcome]:
        if (book, seed) not in self._straight:
            checks = (check.model_copy(update={"where": "kernel"}) for check in plan.checks)
            self._straight[book, seed] = self._run(plan.model_copy(update={"checks": tuple(checks)}), book, seed, set()).outcomes
        return self._straight[book, seed]

    def _run(self, plan: NotebookPlan, book: str, seed: int, compare: set[str]) -> _Played:
        nursery = nursery_for(self._modules, self._tier)
        with tempfile.TemporaryDirectory(prefix="plnb-rehearsal-", ignore_cleanup_errors=True) as made:
            folder, apart = Path(made) / "work", Path(made) / "check"
            for place in (folder, apart):
                lay_out(self._data, place)
            checks = Checks(
                plan,
                lambda: Apart(nursery.checker(Box(folder=apart), env=small_environment(_ENVIRONMENT))),
                seed=lambda _: seed,
                compare=compare,
                rehearsing=True,
            )
            with checks:
                run = run_notebook(
                    self._books[book],
                    cwd=folder,
                    budget=self._budget,
                    env=_ENVIRONMENT,
                    aside=checks,
                    tier=self._tier,
                    nursery=nursery,
                    seen=False,
                )
        return _Played(_outcomes(run), checks.reports, frozenset(checks.same))


def lay_out(data: Mapping[str, bytes], folder: Path) -> None:
    """The teacher's files, for code that reads them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, raw in data.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(raw)


def _data_names(plan: NotebookPlan) -> set[str]:
    """Data of the teacher's that outside checks play again."""
    return {
        name
        for check in plan.checks
        for text in check.before
        for statement in statements(text)
        if not statement.defines
        for name in statement.binds
    }


def _outcomes(run: RunResult) -> dict[str, _Outcome]:
    found = {}
    for cell, how in zip(run.notebook.cells, run.cells, strict=True):
        grader = cell.metadata.get("nbgrader", {})
        if grader.get("grade") and not grader.get("solution") and cell.cell_type == "code":
            failed = how.status in (CellStatus.not_run, CellStatus.timed_out) or any(o.output_type == "error" for o in cell.outputs)
            found[grader["grade_id"]] = _Outcome(None if failed else auto_points(cell, float(grader.get("points", 0)))[0])
    return found


def _why(check: str, straight: Mapping[str, _Outcome], played: _Played, *, solved: bool) -> str:
    """Why a check has to stay in the kernel, by one pair of runs; empty where they give no reason."""
    there, here = straight[check], played.outcomes[check]
    report = played.reports.get(check)
    checked = report.checked if report else None
    if checked and checked.leaned:
        return f"it {checked.leaned[0]}, which only the student's own process can say"
    if solved and there.points is None:
        return "it does not pass with the solution in, so nobody can tell whether it would outside"
    if there != here:
        said = f" ({checked.ename}: {checked.evalue})"[:200] if checked and checked.failed else ""
        return f"it comes out otherwise there{said}"
    return ""
