"""What is run once for many students, in this process: first cells of a notebook that are the teacher's and stay so, and what its
checks begin with.

A notebook's opening is what comes before the first cell that is a student's or a check. It is run as ever for the first student;
when a second one begins alike, it is run in a process of its own (`plnb.engine.opening`), and if that shows the same to the letter,
the next ones are forked from there. Where it shows something else (the time, a random number, what the network said), each student
has a run of their own.

Without a sandbox a path means the same in the opening and in the runs only if they have one work folder (`work_folders`).

What checks begin with (imports, data and helpers of the teacher's) depends on no student at all; it gets ready from the second
student on.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from nbformat import NotebookNode

from plnb.engine.nodes import as_node
from plnb.engine.nursery import Nursery
from plnb.engine.opening import Opened, Opening, begins_with, open_checkers, open_notebook, runs
from plnb.engine.pictures import unseen
from plnb.engine.runs import CellStatus, RunResult
from plnb.engine.sandbox import Tier
from plnb.grading import work_folders
from plnb.grading.checks import beginning_of, setting_of
from plnb.grading.jobs import UnitKit
from plnb.grading.manifest import ReleasedNotebook
from plnb.grading.rehearsal import lay_out

MOST: Final = 8
"""Processes of each kind that this one keeps. Each has what its cells have loaded and drawn."""
_MOST_KNOWN: Final = 64
"""Notebooks of which it is remembered what their openings show."""
_WORTH_SECONDS: Final = 0.03
"""What takes less than this is not worth a process."""

_Key = tuple[str, ...]
"""The digest of a kit, and what tells one process of it from others."""
_Kind = TypeVar("_Kind", bound=Opened)


@dataclass(frozen=True)
class _Known:
    """What an ordinary run showed of an opening."""

    sources: list[str]
    shown: list[list[NotebookNode]]


class Openings:
    """Those of this process, for the kits that it works with."""

    def __init__(self) -> None:
        self._known: dict[_Key, _Known | None] = {}  # None: not worth a process
        self._openings = _Shelf[Opening]()
        self._met: dict[_Key, None] = {}
        self._checkers = _Shelf[Opened]()

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
        key = _key(kit, name, seen=seen)
        known = self._known.get(key)
        if known is None or not begins_with(notebook, known.sources):
            return None
        if nursery.tier is Tier.none and not work_folders.is_the_one(folder, kit.data):
            return None
        return self._openings.get(key, lambda: _opened(kit, known, folder, nursery, env if seen else unseen(env)))

    def learn(self, kit: UnitKit, name: str, master: NotebookNode, run: RunResult, *, seen: bool) -> None:
        """Take from an ordinary run of a notebook what its opening shows. `master` says which cells that is, never the student."""
        key = _key(kit, name, seen=seen)
        if key in self._known:
            return
        sources = _opening_of(master)
        if not sources or not begins_with(run.notebook, sources):
            return
        code = [both for both in zip(run.notebook.cells, run.cells, strict=True) if runs(both[0])][: len(sources)]
        worth = sum(how.seconds for _, how in code) >= _WORTH_SECONDS and all(how.status is CellStatus.ok for _, how in code)
        shown = [[as_node(out) for out in cell.outputs] for cell, _ in code]
        self._known[key] = _Known(sources, shown) if worth else None
        _keep_newest(self._known)

    def checkers(self, kit: UnitKit, released: ReleasedNotebook, nursery: Nursery, env: Mapping[str, str]) -> Opened | None:
        """Where checkers of a notebook come from that have begun already; it is made for the second student."""
        key = (kit.digest, released.name)
        if not beginning_of(released.plan) or nursery.tier is not Tier.namespaces:
            return None
        if key not in self._met:
            self._met[key] = None
            _keep_newest(self._met)
            return None
        return self._checkers.get(key, lambda: _ready(kit, released, nursery, env))

    def give_up(self, kit: UnitKit, name: str) -> bool:
        """Whether a run of this notebook had anything of this: that failed, by no fault of what ran, and there is no more of it."""
        had = [self._openings.give_up(_key(kit, name, seen=seen)) for seen in (False, True)]
        return any([*had, self._checkers.give_up((kit.digest, name))])

    def close(self) -> None:
        """End them all."""
        self._openings.close()
        self._checkers.close()


class _Shelf(Generic[_Kind]):
    """Processes that are kept."""

    def __init__(self) -> None:
        self._kept: dict[_Key, _Kind | None] = {}  # None: it cannot be, or has failed

    def get(self, key: _Key, make: Callable[[], _Kind | None]) -> _Kind | None:
        """The one of this key; it is made where there is room."""
        if key not in self._kept:
            if not self._has_room(key):
                return None
            self._kept[key] = make()
        found = self._kept[key]
        if found is not None and not found.alive:
            self.give_up(key)
        return self._kept[key]

    def give_up(self, key: _Key) -> bool:
        """Whether there was one; there will be none."""
        found = self._kept.get(key)
        if found is None:
            return False
        found.close()
        self._kept[key] = None
        return True

    def close(self) -> None:
        """End them all."""
        for key in self._kept:
            self.give_up(key)

    def _has_room(self, key: _Key) -> bool:
        """Whether there may be one more process; the oldest of another unit makes room."""
        made = [other for other, process in self._kept.items() if process is not None]
        others = [other for other in made if other[0] != key[0]]
        if len(made) >= MOST and others:
            self.give_up(others[0])
            del self._kept[others[0]]
        for other in [other for other in self._kept if other not in made][:-_MOST_KNOWN]:
            del self._kept[other]
        return len(made) < MOST or bool(others)


def _key(kit: UnitKit, name: str, *, seen: bool) -> _Key:
    return (kit.digest, name, "seen" if seen else "unseen")


def _keep_newest(known: dict[_Key, Any]) -> None:
    while len(known) > _MOST_KNOWN:
        del known[next(iter(known))]


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


def _ready(kit: UnitKit, released: ReleasedNotebook, nursery: Nursery, env: Mapping[str, str]) -> Opened | None:
    with tempfile.TemporaryDirectory(prefix="plnb-check-", ignore_cleanup_errors=True) as made:
        lay_out(kit.data, Path(made))
        plan = released.plan
        seconds = kit.budget.cell_seconds
        return open_checkers(nursery, setting_of(plan), beginning_of(plan), folder=Path(made), env=env, seconds=seconds)


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
