"""Which first cells of a notebook are run once for many students, in this process: those that are the teacher's and stay so.

A notebook's opening is what comes before the first cell that is a student's or a check. It is run as ever for the first student;
when a second one begins alike, it is run in a process of its own (`plnb.engine.opening`), and if that shows the same to the letter,
the next ones are forked from there. Where it shows something else (the time, a random number, what the network said), each student
has a run of their own.

Without a sandbox a path means the same in the opening and in the runs only if they have one work folder (`work_folders`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nbformat import NotebookNode

from plnb.engine.nodes import as_node
from plnb.engine.nursery import Nursery
from plnb.engine.opening import Opening, begins_with, open_notebook, runs
from plnb.engine.pictures import unseen
from plnb.engine.runs import CellStatus, RunResult
from plnb.engine.sandbox import Tier
from plnb.grading import work_folders
from plnb.grading.jobs import UnitKit
from plnb.grading.rehearsal import lay_out

MOST: Final = 8
"""Openings that a process keeps. Each is a process with what its cells have loaded and drawn."""
_MOST_KNOWN: Final = 64
"""Notebooks of which the opening's outputs are remembered."""
_WORTH_SECONDS: Final = 0.03
"""What takes less than this is not worth a process."""


@dataclass
class _Known:
    """An opening, by what an ordinary run showed of it."""

    sources: list[str]
    shown: list[list[NotebookNode]]
    opening: Opening | None = None
    given_up: bool = False


class Openings:
    """Those of this process, for the kits that it works with."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, bool], _Known] = {}

    def find(
        self,
        kit: UnitKit,
        name: str,
        notebook: NotebookNode,
        folder: Path,
        nursery: Nursery,
        env: Mapping[str, str],
        *,
        seen: bool,
    ) -> Opening | None:
        """The opening that a run of `notebook` in `folder` can begin from; it is made where that is worth it."""
        known = self._known.get((kit.digest, name, seen))
        if known is None or known.given_up or not begins_with(notebook, known.sources):
            return None
        if nursery.tier is Tier.none and not work_folders.is_the_one(folder, kit.data):
            return None
        if known.opening is None and self._has_room(kit):
            known.opening = _opened(kit, known, folder, nursery, env if seen else unseen(env))
            known.given_up = known.opening is None
        if known.opening is not None and not known.opening.alive:
            self.forget(known.opening)
        return known.opening

    def learn(self, kit: UnitKit, name: str, master: NotebookNode, run: RunResult, *, seen: bool) -> None:
        """Take from an ordinary run of a notebook what its opening shows. `master` says which cells that is, never the student."""
        key = (kit.digest, name, seen)
        if key in self._known:
            return
        sources = _opening_of(master)
        if not sources or not begins_with(run.notebook, sources):
            return
        while len(self._known) >= _MOST_KNOWN:
            self._drop(next(iter(self._known)))
        code = [both for both in zip(run.notebook.cells, run.cells, strict=True) if runs(both[0])][: len(sources)]
        worth = sum(how.seconds for _, how in code) >= _WORTH_SECONDS and all(how.status is CellStatus.ok for _, how in code)
        self._known[key] = _Known(sources, [[as_node(out) for out in cell.outputs] for cell, _ in code], given_up=not worth)

    def forget(self, opening: Opening) -> None:
        """It failed, by no fault of what ran: no more of it."""
        opening.close()
        for known in self._known.values():
            if known.opening is opening:
                known.opening, known.given_up = None, True

    def _has_room(self, kit: UnitKit) -> bool:
        """Whether there may be one more process; the oldest of another unit makes room."""
        made = [key for key, known in self._known.items() if known.opening is not None]
        others = [key for key in made if key[0] != kit.digest]
        if len(made) >= MOST and others:
            self._drop(others[0])
        return len(made) < MOST or bool(others)

    def _drop(self, key: tuple[str, str, bool]) -> None:
        known = self._known.pop(key)
        if known.opening is not None:
            known.opening.close()


def _opened(kit: UnitKit, known: _Known, folder: Path, nursery: Nursery, env: Mapping[str, str]) -> Opening | None:
    with work_folders.another(folder, nursery.tier) as made:
        lay_out(kit.data, made)
        got = open_notebook(nursery, known.sources, cwd=made, env=env, budget=kit.budget)
    if got is None:
        return None
    opening, cells = got
    if [cell.outputs for cell in cells] == known.shown:
        return opening
    opening.close()
    return None


def _opening_of(master: NotebookNode) -> list[str]:
    """The sources of the code cells before the first that is a student's or a check's."""
    sources: list[str] = []
    for cell in master.cells:
        if not runs(cell):
            continue
        grader = cell.metadata.get("nbgrader", {})
        if not grader.get("locked") or grader.get("solution") or grader.get("grade"):
            break
        sources.append(cell.source)
    return sources
