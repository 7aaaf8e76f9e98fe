"""How strong a course's checks are (`plnb strength`): small faults are put into the solutions, and it is seen who notices.

Each faulty solution runs on a warm desk, in the grader's sandbox, with the checks that depend on it; a check notices when it
would not give its full points. Writes nothing. What the faults are is in `mutants`.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import nbformat
from nbformat import NotebookNode

from plnb.authoring.advice import advice_for
from plnb.authoring.examples import Examples
from plnb.authoring.mutants import Mutant, is_plain, mutants, said_same
from plnb.authoring.slices import part_for
from plnb.core.authored import CourseSource, NotebookSource
from plnb.core.base import Model
from plnb.core.cells import Cell, ResponseCell
from plnb.core.compiling import compile_notebook
from plnb.engine.execute import run_notebook
from plnb.engine.nodes import as_node
from plnb.engine.nursery import Nursery, nursery_for
from plnb.engine.runs import Budget, CellStatus, RunResult
from plnb.engine.sandbox import Tier
from plnb.engine.wanted import modules_of
from plnb.errors import NotFoundError
from plnb.grading.nbgrader_course import NbgraderCourse
from plnb.grading.score import auto_points
from plnb.store.layout import CourseFolder

MOST: Final = 40
"""Faults tried in one answer cell, unless somebody asks for more."""
_SHORTEST_SECONDS: Final = 2.0
_PATIENCE: Final = 10
"""How much longer than the right solution a faulty one may take before it is stopped."""


class Unnoticed(Model):
    """A fault that no check noticed."""

    mutant: Mutant
    """The fault."""
    advice: str
    """What could be done about it."""
    same: str = ""
    """Why its author says that it is no fault; empty where nobody said so."""


class CheckStrength(Model):
    """One check, and the faults in the answers it stands for."""

    check: str
    """grade_id."""
    noticed: int
    """Faults that this check noticed."""
    tried: int
    """Faults in its answers, those aside that their author says are none."""

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.noticed / self.tried if self.tried else 1.0


class ActivityStrength(Model):
    """One notebook."""

    unit: str
    """Its unit."""
    activity: str
    """Its name."""
    place: str
    """Where it is."""
    checks: tuple[CheckStrength, ...] = ()
    """Its automatic checks."""
    tried: int = 0
    """Faults tried, those aside that their author says are none."""
    noticed: int = 0
    """Faults that some check noticed."""
    unnoticed: tuple[Unnoticed, ...] = ()
    """The others."""
    same: tuple[Unnoticed, ...] = ()
    """Faults that their author says are none, and that indeed nothing noticed."""
    troubles: tuple[str, ...] = ()
    """What could not be tried, and marks that mean nothing any more. A sentence each."""


class CourseStrength(Model):
    """What was tried, and what it came to."""

    activities: tuple[ActivityStrength, ...]
    """In the order of the course."""
    tried: int
    """Faults tried in all of them."""
    noticed: int
    """Faults noticed."""
    share: float
    """From 0 to 1; 1 where there was nothing to try."""


OnTried = Callable[[int, int], None]
"""Told after each run: how many are done, and how many there are (more may turn up)."""


@dataclass(frozen=True)
class _Trial:
    """One answer cell with what to try in it."""

    source: NotebookSource
    cell: Cell
    mutants: tuple[Mutant, ...]


@dataclass(frozen=True)
class _Ready:
    """A trial whose part of the notebook runs well with the right solution."""

    trial: _Trial
    part: tuple[int, ...]
    budget: Budget


def strength(
    folder: CourseFolder,
    source: CourseSource,
    only: Sequence[str] = (),
    *,
    jobs: int = 2,
    most: int | None = MOST,
    tier: Tier = Tier.none,
    on_event: OnTried = lambda _done, _total: None,
) -> CourseStrength:
    """Try the checks of the activities in `only` (`unit`, `unit/activity` or the activity's name; all without), `jobs` at once.

    `most` faults are tried in one answer cell, all of them with None. Raises NotFoundError for what the course does not have, and
    NotReadyError where no kernel starts.
    """
    chosen = _chosen(source, only)
    stage = _Stage(folder, chosen, tier)
    # `ast.parse` in two threads at once raises SystemError now and then before 3.11.5: everything is read before anything runs.
    trials = {book.place: tuple(_trials(book, most)) for book in chosen}
    total = sum(1 + len(trial.mutants) for each in trials.values() for trial in each)
    done = 0

    def tell() -> None:
        nonlocal done
        done += 1
        on_event(done, total)

    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:

        def each(work: Callable[[_Trial], _Ready | str], these: Sequence[_Trial]) -> Iterator[_Ready | str]:
            for ready in pool.map(work, these):
                tell()
                yield ready

        every = [trial for these in trials.values() for trial in these]
        ready = dict(zip([id(trial) for trial in every], each(stage.ready, every), strict=True))
        runs = [(found, mutant) for found in ready.values() if isinstance(found, _Ready) for mutant in found.trial.mutants]

        def run(one: tuple[_Ready, Mutant]) -> frozenset[str]:
            try:
                return stage.failing(one[0].trial, one[0].part, one[0].budget, one[1].source)[0]
            finally:
                tell()

        noticed = {(id(found.trial), mutant.id): seen for (found, mutant), seen in zip(runs, pool.map(run, runs), strict=True)}
    activities = tuple(_activity(book, trials[book.place], ready, noticed) for book in chosen)
    tried, seen = sum(each.tried for each in activities), sum(each.noticed for each in activities)
    return CourseStrength(activities=activities, tried=tried, noticed=seen, share=seen / tried if tried else 1.0)


def _chosen(source: CourseSource, only: Sequence[str]) -> tuple[NotebookSource, ...]:
    units = [unit.id for unit in source.file.units]
    books = sorted(
        (book for book in source.notebooks if book.cells and book.unit in units),
        key=lambda book: (units.index(book.unit), book.name),
    )
    names = {book.place: {book.unit, book.name, f"{book.unit}/{book.name}"} for book in books}
    for name in only:
        if not any(name.removesuffix(".ipynb") in known for known in names.values()):
            known = ", ".join(f"{book.unit}/{book.name}" for book in books)
            raise NotFoundError(f"The course has no unit or activity '{name}'.", mend=f"It has: {known or 'none'}.")
    wanted = {name.removesuffix(".ipynb") for name in only}
    return tuple(book for book in books if not wanted or names[book.place] & wanted)


def _trials(book: NotebookSource, most: int | None) -> Iterator[_Trial]:
    """The answer cells of a notebook that some automatic check stands for."""
    if book.language != "python":
        return
    looked_at = {answer for check in compile_notebook(book).checks if not check.manual for answer in check.answers}
    tests = {cell.grader.grade_id: cell.source for cell in book.cells if cell.grader and _is_test(cell)}
    for cell in book.cells:
        if cell.kind == "code" and cell.grader and cell.grader.solution and cell.grader.grade_id in looked_at:
            checks = [check.id for check in compile_notebook(book).checks if cell.grader.grade_id in check.answers]
            options = cell.meta.options if isinstance(cell.meta, ResponseCell) else ()
            examples = Examples(tests[check] for check in checks if check in tests)
            yield _Trial(book, cell, mutants(cell.grader.grade_id, cell.source, options=options, examples=examples, most=most))


def _is_test(cell: Cell) -> bool:
    return bool(cell.kind == "code" and cell.grader and cell.grader.grade and not cell.grader.solution)


class _Stage:
    """Where solutions run."""

    def __init__(self, folder: CourseFolder, books: Sequence[NotebookSource], tier: Tier) -> None:
        self._tier = tier
        nbgrader = NbgraderCourse(folder)
        self._seconds = nbgrader.cell_seconds
        self._folders = {book.unit: nbgrader.source(book.unit) for book in books}
        self._books = {book.place: _notebook(self._folders[book.unit] / f"{book.name}.ipynb") for book in books}
        python = (book for book in books if book.language == "python")
        self._modules = modules_of(cell.source for book in python for cell in book.cells if cell.kind == "code")

    def _nursery(self) -> Nursery | None:
        """One for the whole course; none where kernels cannot be forked."""
        return nursery_for(self._modules, self._tier) if sys.platform.startswith("linux") else None

    def ready(self, trial: _Trial) -> _Ready | str:
        """The smallest part of the notebook that passes with the right solution in; a sentence where not even all of it does."""
        whole = tuple(cell.index for cell in trial.source.cells if cell.kind == "code")
        budget = Budget(cell_seconds=self._seconds)
        failing: frozenset[str] = frozenset()
        for part in dict.fromkeys((part_for(trial.source.cells, trial.cell), whole)):
            failing, run = self.failing(trial, part, budget, trial.cell.source)
            if not failing and run.died is None:
                slowest = max((cell.seconds for cell in run.cells), default=0)
                cell = min(self._seconds, max(_SHORTEST_SECONDS, _PATIENCE * slowest))
                # One loop that never ends is waited for, not each call of it again.
                total = 1.5 * cell + 3 * sum(cell.seconds for cell in run.cells)
                return _Ready(trial, part, Budget(cell_seconds=cell, total_seconds=total))
        names = ", ".join(sorted(failing)) or "the notebook"
        return (
            f"{trial.cell.name} was not tried: {names} does not pass with the right solution in. See what is wrong: plnb lint --run"
        )

    def failing(self, trial: _Trial, part: tuple[int, ...], budget: Budget, source: str) -> tuple[frozenset[str], RunResult]:
        """Checks of a part that do not give all their points when the answer cell holds `source`, and how it ran."""
        book = self._books[trial.source.place]
        cells = []
        for index in part:
            cell = book.cells[index]
            if index == trial.cell.index:
                cell = as_node({**cell, "source": source})
            cells.append(cell)
        notebook = as_node({**book, "cells": cells})
        with tempfile.TemporaryDirectory(prefix="plnb-strength-", ignore_cleanup_errors=True) as made:
            where = Path(made) / "work"
            leave = shutil.ignore_patterns("*.ipynb", ".ipynb_checkpoints", "__pycache__")
            shutil.copytree(self._folders[trial.source.unit], where, ignore=leave)
            run = run_notebook(
                notebook,
                cwd=where,
                budget=budget,
                env={"NBGRADER_EXECUTION": "autograde"},
                tier=self._tier,
                nursery=self._nursery(),
                seen=False,
            )
        return frozenset(_failing(run)), run


def _notebook(path: Path) -> NotebookNode:
    notebook: NotebookNode = nbformat.reads(path.read_text("utf-8-sig"), as_version=4)  # type: ignore[no-untyped-call]
    return notebook


def _failing(run: RunResult) -> Iterator[str]:
    for cell, how in zip(run.notebook.cells, run.cells, strict=True):
        grader = cell.metadata.get("nbgrader", {})
        if not grader.get("grade") or grader.get("solution"):
            continue
        points = float(grader.get("points", 0))
        wrong = how.status in (CellStatus.error, CellStatus.timed_out, CellStatus.not_run)
        if wrong or (points and auto_points(cell, points)[0] < points):
            yield grader["grade_id"]


# What it came to.


def _activity(
    book: NotebookSource,
    trials: Sequence[_Trial],
    ready: Mapping[int, _Ready | str],
    noticed: Mapping[tuple[int, str], frozenset[str]],
) -> ActivityStrength:
    troubles: list[str] = []
    lost: list[Unnoticed] = []
    same: list[Unnoticed] = []
    seen: dict[str, list[frozenset[str]]] = {}
    for trial in trials:
        found = ready[id(trial)]
        if isinstance(found, str):
            troubles.append(found)
            continue
        excused = said_same(trial.cell.source)
        if not is_plain(trial.cell.source):
            troubles.append(f"{trial.cell.name} was not tried: it is not plain Python.")
        for mutant in trial.mutants:
            by = noticed[id(trial), mutant.id]
            left = Unnoticed(mutant=mutant, advice=advice_for(mutant), same=excused.get(mutant.id, ""))
            if not by and left.same:
                same.append(left)
                continue
            if not by:
                lost.append(left)
            seen.setdefault(mutant.answer, []).append(by)
        known = {mutant.id for mutant in trial.mutants if not noticed[id(trial), mutant.id]}
        troubles += [
            f"{trial.cell.name} says `same {name}`, and there is no such unnoticed fault. Take the comment out, or mend its number."
            for name in excused
            if name not in known
        ]
    if book.language != "python":
        troubles.append(f"Not tried: its language is {book.language}, and faults are known for Python only.")
    every = [by for of_one in seen.values() for by in of_one]
    checks = (
        (check.id, [by for answer in check.answers for by in seen.get(answer, ())])
        for check in compile_notebook(book).checks
        if not check.manual
    )
    return ActivityStrength(
        unit=book.unit,
        activity=book.name,
        place=book.place,
        checks=tuple(
            CheckStrength(check=name, noticed=sum(name in by for by in theirs), tried=len(theirs))
            for name, theirs in checks
            if theirs
        ),
        tried=len(every),
        noticed=sum(bool(by) for by in every),
        unnoticed=tuple(lost),
        same=tuple(same),
        troubles=tuple(troubles),
    )
