"""The course as rules look at it: entries beside their notebooks, cells beside their places, and names found quickly.

Computed once for all rules. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from plnb.core.authored import ActivityEntry, CourseSource, ForkEntry, NotebookSource, OptionEntry, UnitEntry
from plnb.core.cells import Cell, CheckCell, ForkCell, GateCell
from plnb.core.compiling import compile_course
from plnb.core.conditions import Condition
from plnb.core.course import Activity, ActivityFork, Check, Course, Fork, Gate
from plnb.core.lint.released import Piece, cut
from plnb.core.standards import Framework, Standard

if TYPE_CHECKING:
    from plnb.core.lint.best_student import Journey


class Spot(NamedTuple):
    """A place in the course, for people and for sorting."""

    order: int
    """0 for course.yaml, 1 for frameworks, then the notebooks in the order of the course."""
    cell: int | None
    """The cell's position in its notebook."""
    place: str
    """What a person reads."""


@dataclass(frozen=True)
class Placed:
    """An activity where the course file puts it, beside its notebook."""

    entry: ActivityEntry
    unit: UnitEntry
    notebook: NotebookSource | None
    activity: Activity
    fork: ForkEntry | None = None
    option: OptionEntry | None = None

    @cached_property
    def in_order(self) -> tuple[tuple[str, Check | Gate], ...]:
        """Checks, as `activity/grade_id`, and gates, as they come in the notebook."""
        checks = {check.id: check for check in self.activity.checks}
        gates = {gate.id: gate for gate in self.activity.gates}
        found: list[tuple[str, Check | Gate]] = []
        for cell in self.notebook.cells if self.notebook else ():
            if isinstance(cell.meta, GateCell):
                found.append((cell.meta.id, gates[cell.meta.id]))
            elif cell.grader and cell.grader.grade_id in checks:
                found.append((f"{self.activity.id}/{cell.grader.grade_id}", checks[cell.grader.grade_id]))
        return tuple(found)

    @property
    def probes_only(self) -> bool:
        """A diagnostic: it asks and does not teach."""
        return bool(self.activity.checks) and all(check.role == "probe" for check in self.activity.checks)


@dataclass(frozen=True)
class Asked:
    """A condition and who asks for it."""

    condition: Condition
    spot: Spot
    what: str
    """How to call it in a sentence: `The gate line-gate`."""
    placed: Placed | None
    """The activity it belongs to; None for an option between activities."""
    gate: bool
    """Whether something opens by it; a suggestion does not."""
    required: bool
    """Whether students are stuck when it never holds: not for suggestions, soft gates and optional activities."""


class CourseView:
    """What rules read."""

    def __init__(self, source: CourseSource) -> None:
        self.source = source
        self._pieces: dict[tuple[str, str], list[Piece]] = {}

    @cached_property
    def course(self) -> Course:
        """The course, compiled."""
        return compile_course(self.source)

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """Every activity, branches included, in the order of the course."""
        return tuple(
            Placed(entry, unit, self.source.notebook(unit.id, entry.notebook), activity, fork, option)
            for (unit, entry, fork, option), activity in zip(self._entries(), self.course.activities(), strict=True)
        )

    def _entries(self) -> Iterator[tuple[UnitEntry, ActivityEntry, ForkEntry | None, OptionEntry | None]]:
        for unit in self.source.file.units:
            for step in unit.steps:
                if isinstance(step, ActivityEntry):
                    yield unit, step, None, None
                else:
                    for option in step.options:
                        for entry in option.steps:
                            yield unit, entry, step, option

    @cached_property
    def forks(self) -> tuple[tuple[UnitEntry, ForkEntry, ActivityFork], ...]:
        """Every fork between activities, beside its compiled self."""
        entries = [(unit, step) for unit in self.source.file.units for step in unit.steps if isinstance(step, ForkEntry)]
        nodes = [node for unit in self.course.units for node in unit.nodes if isinstance(node, ActivityFork)]
        return tuple((unit, entry, node) for (unit, entry), node in zip(entries, nodes, strict=True))

    @cached_property
    def notebooks(self) -> tuple[NotebookSource, ...]:
        """Every notebook: first those of the course, in its order, then those that no unit names."""
        named = {(p.notebook.unit, p.notebook.name): p.notebook for p in self.placed if p.notebook}
        rest = {(nb.unit, nb.name): nb for nb in self.source.notebooks}
        return tuple({**named, **rest}.values())

    @cached_property
    def cells(self) -> tuple[tuple[NotebookSource, Cell, Spot], ...]:
        """Every cell of every notebook with its place."""
        return tuple((notebook, cell, self.cell(notebook, cell)) for notebook in self.notebooks for cell in notebook.cells)

    @cached_property
    def checks(self) -> tuple[tuple[Cell, CheckCell, Spot], ...]:
        """Every cell tagged as a check, probe or challenge."""
        return tuple((cell, cell.meta, spot) for _, cell, spot in self.cells if isinstance(cell.meta, CheckCell))

    @cached_property
    def inner_forks(self) -> tuple[tuple[NotebookSource, ForkCell, Spot], ...]:
        """Every fork inside a notebook."""
        return tuple((notebook, cell.meta, spot) for notebook, cell, spot in self.cells if isinstance(cell.meta, ForkCell))

    def pieces(self, notebook: NotebookSource) -> list[Piece]:
        """The notebook's cells, cut into what students receive and what not."""
        key = notebook.unit, notebook.name
        if key not in self._pieces:
            self._pieces[key] = [Piece(cell, cut(cell)) for cell in notebook.cells]
        return self._pieces[key]

    @cached_property
    def standards(self) -> dict[str, Standard]:
        """Standards by code."""
        return self.source.standards.by_code

    @cached_property
    def activities(self) -> dict[str, Placed]:
        """Activities by id; the first where an id is used twice."""
        found: dict[str, Placed] = {}
        for placed in self.placed:
            found.setdefault(placed.activity.id, placed)
        return found

    @cached_property
    def check_refs(self) -> frozenset[str]:
        """`activity/grade_id` of every check of the course."""
        return frozenset(f"{p.activity.id}/{check.id}" for p in self.placed for check in p.activity.checks)

    @cached_property
    def fork_options(self) -> dict[str, tuple[str, ...]]:
        """Option ids of every fork, by the fork's id."""
        forks: list[Fork | ActivityFork] = list(self.course.forks())
        return {fork.id: tuple(option.id for option in fork.options) for fork in forks}

    @cached_property
    def hollow(self) -> frozenset[str]:
        """`fork/option` of options without cells or notebooks; they have rules of their own, and others need not say it again."""
        bare = {placed.activity.branch for placed in self.placed if placed.notebook is None and placed.activity.branch}
        for notebook, fork, _ in self.inner_forks:
            used = {cell.meta.branch for cell in notebook.cells if cell.meta}
            bare |= {ref for ref in (f"{fork.id}/{option.id}" for option in fork.options) if ref not in used}
        return frozenset(bare)

    @cached_property
    def checked(self) -> frozenset[str]:
        """Codes of the standards that some check gives evidence for."""
        return frozenset(code for p in self.placed for check in p.activity.checks for code in check.standards)

    @cached_property
    def asked(self) -> tuple[Asked, ...]:
        """Every condition of the course, fully named, with who asks for it."""
        return (*self._asked_of_activities(), *self._asked_of_options())

    def _asked_of_activities(self) -> Iterator[Asked]:
        for p in self.placed:
            spot = self.step(p)
            if p.activity.opens_when is not None:
                yield Asked(p.activity.opens_when, spot, f"The activity {p.activity.id}", p, True, not p.entry.optional)
            if p.activity.suggest_when is not None:
                yield Asked(p.activity.suggest_when, spot, f"The suggestion of {p.activity.id}", p, False, False)
            if p.notebook is None:
                continue
            gates = {gate.id: gate for gate in p.activity.gates}
            forks = {fork.id: fork for fork in p.activity.forks}
            for cell in p.notebook.cells:
                if isinstance(cell.meta, GateCell):
                    gate = gates[cell.meta.id]
                    if gate.opens_when is not None:
                        required = not gate.soft and not p.entry.optional
                        yield Asked(gate.opens_when, self.cell(p.notebook, cell), f"The gate {gate.id}", p, True, required)
                elif isinstance(cell.meta, ForkCell):
                    for option in forks[cell.meta.id].options:
                        if option.suggest_when is not None:
                            what = f"The suggestion of option {cell.meta.id}/{option.id}"
                            yield Asked(option.suggest_when, self.cell(p.notebook, cell), what, p, False, False)

    def _asked_of_options(self) -> Iterator[Asked]:
        for unit, entry, fork in self.forks:
            for option in fork.options:
                if option.suggest_when is not None:
                    what = f"The suggestion of option {fork.id}/{option.id}"
                    yield Asked(option.suggest_when, self.fork(unit, entry, option.id), what, None, False, False)

    @cached_property
    def journeys(self) -> tuple[Journey, ...]:
        """The best student on every way through the course."""
        from plnb.core.lint.best_student import travel, ways  # it travels through a view

        return tuple(travel(self, way) for way in ways(self))

    # Places.

    @cached_property
    def _orders(self) -> dict[tuple[str, str], int]:
        return {(nb.unit, nb.name): number for number, nb in enumerate(self.notebooks, start=2)}

    def cell(self, notebook: NotebookSource, cell: Cell) -> Spot:
        """A cell's place."""
        return Spot(
            self._orders[notebook.unit, notebook.name], cell.index, f"{notebook.place}, cell {cell.name.removeprefix('cell ')}"
        )

    def file(self, notebook: NotebookSource) -> Spot:
        """A notebook's place."""
        return Spot(self._orders[notebook.unit, notebook.name], None, notebook.place)

    def yaml(self, *parts: str) -> Spot:
        """A place in the course file."""
        return Spot(0, None, ", ".join(("course.yaml", *parts)))

    def step(self, placed: Placed) -> Spot:
        """Where the course file names an activity."""
        return self.yaml(f"unit {placed.unit.id}", f"notebook {placed.entry.notebook}")

    def fork(self, unit: UnitEntry, entry: ForkEntry, option: str = "") -> Spot:
        """Where the course file says a fork, or one of its options."""
        return self.yaml(f"unit {unit.id}", f"fork {entry.fork}", *((f"option {option}",) if option else ()))

    def standard(self, framework: Framework, code: str) -> Spot:
        """A standard's place in its framework's file."""
        frameworks = self.source.standards.frameworks
        files = self.source.file.frameworks
        file = (
            dict(zip((f.id for f in frameworks), files, strict=False)).get(framework.id) if len(files) == len(frameworks) else None
        )
        return Spot(1, None, f"{file or framework.id}, standard {code}")
