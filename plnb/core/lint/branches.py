"""Rules on forks: every option leads somewhere, and no option costs more or teaches less than another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from plnb.core.cells import ForkCell
from plnb.core.course import Check
from plnb.core.findings import Severity
from plnb.core.lint.registry import Found, rule
from plnb.core.lint.view import CourseView, Spot
from plnb.core.lint.words import listed, meant, number


@dataclass(frozen=True)
class _Options:
    """A fork of either kind, and the checks on each of its options."""

    id: str
    spot: Spot
    pick: int
    offered: int
    """How many options there are."""
    checks: dict[str, tuple[Check, ...]]
    """Checks by option, for the options that have something behind them."""
    variants: bool
    """Every option is told for an interest: the same objective, in other words."""


def _forks(view: CourseView) -> Iterator[_Options]:
    for unit, entry, fork in view.forks:
        yield _Options(
            fork.id,
            view.fork(unit, entry),
            fork.pick,
            len(fork.options),
            {
                option.id: tuple(check for activity in option.activities for check in activity.checks)
                for option in fork.options
                if f"{fork.id}/{option.id}" not in view.hollow
            },
            all(option.interests for option in fork.options),
        )
    spots = {(notebook.unit, notebook.name, fork.id): spot for notebook, fork, spot in view.inner_forks}
    for placed in view.placed:
        for inner in placed.activity.forks:
            spot = spots.get((placed.unit.id, placed.entry.notebook, inner.id))
            if spot:
                checks = placed.activity.checks
                refs = {option.id: f"{inner.id}/{option.id}" for option in inner.options}
                yield _Options(
                    inner.id,
                    spot,
                    inner.pick,
                    len(inner.options),
                    {
                        option: tuple(check for check in checks if check.branch == ref)
                        for option, ref in refs.items()
                        if ref not in view.hollow
                    },
                    all(option.interests for option in inner.options),
                )


@rule("unknown-branch", Severity.error)
def unknown_branch(view: CourseView) -> Iterator[Found]:
    """A cell belongs to a branch that no fork of its notebook offers."""
    offered: dict[tuple[str, str], list[str]] = {}
    for notebook, fork, _ in view.inner_forks:
        offered.setdefault((notebook.unit, notebook.name), []).extend(f"{fork.id}/{option.id}" for option in fork.options)
    for notebook, cell, spot in view.cells:
        branch = cell.meta.branch if cell.meta else None
        known = offered.get((notebook.unit, notebook.name), [])
        if branch and branch not in known:
            yield Found(
                spot,
                f"The cell belongs to the branch {branch}, which no fork in this notebook offers, so no student would see it.",
                meant(branch, known, "add a fork cell with this option to the notebook, or take `branch` away from the cell."),
            )


@rule("branch-before-fork", Severity.error)
def branch_before_fork(view: CourseView) -> Iterator[Found]:
    """A cell of a branch stands above the fork where the branch is chosen."""
    for notebook in view.notebooks:
        last = {cell.meta.id: cell.index for cell in notebook.cells if isinstance(cell.meta, ForkCell)}
        for cell in notebook.cells:
            fork = cell.meta.branch.partition("/")[0] if cell.meta and cell.meta.branch else ""
            if last.get(fork, -1) > cell.index:
                yield Found(
                    view.cell(notebook, cell),
                    f"The cell is part of a branch of {fork}, but stands above the place where {fork} is chosen.",
                    f"Move the cell below the fork {fork}.",
                )


@rule("empty-option", Severity.error)
def empty_option(view: CourseView) -> Iterator[Found]:
    """An option of a fork has no cells behind it."""
    for _, fork, spot in view.inner_forks:
        for option in fork.options:
            if f"{fork.id}/{option.id}" in view.hollow:
                yield Found(
                    spot,
                    f"Whoever chooses {fork.id}/{option.id} finds nothing: no cell of the notebook belongs to it.",
                    f'Set `"branch": "{fork.id}/{option.id}"` on the cells of this option, or take the option away.',
                )


@rule("pick-too-many", Severity.error)
def pick_too_many(view: CourseView) -> Iterator[Found]:
    """A fork asks for more options than it has."""
    for fork in _forks(view):
        if fork.pick > fork.offered:
            yield Found(
                fork.spot,
                f"The fork {fork.id} asks for {fork.pick} options and offers {fork.offered}.",
                f"Lower `pick` to {max(1, fork.offered - 1)}, or add options.",
            )


@rule("no-choice", Severity.warning)
def no_choice(view: CourseView) -> Iterator[Found]:
    """A fork whose every option has to be taken."""
    for fork in _forks(view):
        if fork.pick == fork.offered:
            yield Found(
                fork.spot,
                f"The fork {fork.id} leaves no choice: {'its only option' if fork.pick == 1 else 'every option'} has to be taken.",
                "Add another option, or make the fork's steps ordinary steps.",
            )


@rule("unequal-points", Severity.error)
def unequal_points(view: CourseView) -> Iterator[Found]:
    """Options of a fork are worth different points."""
    for fork in _forks(view):
        points = {option: sum(check.points for check in checks) for option, checks in fork.checks.items()}
        if len(set(points.values())) > 1:
            said = listed(f"{option} {number(value)}" for option, value in points.items())
            yield Found(
                fork.spot,
                f"The options of {fork.id} are worth different points ({said}), so the choice would decide the mark.",
                f"Change points in the options until each is worth {number(max(points.values()))}.",
            )


@rule("unequal-standards", Severity.warning)
def unequal_standards(view: CourseView) -> Iterator[Found]:
    """Options of a fork check different standards."""
    for fork in _forks(view):
        checked = {option: _codes(checks) for option, checks in fork.checks.items()}
        every = dict.fromkeys(code for codes in checked.values() for code in codes)
        lacking = {option: [code for code in every if code not in codes] for option, codes in checked.items()}
        for option, codes in lacking.items():
            if codes:
                yield Found(
                    fork.spot,
                    f"Whoever chooses {fork.id}/{option} gets no check of {listed(codes)}, which another option has.",
                    f"Add a check of {listed(codes)} to the option {option}, or take it out of the others.",
                )


@rule("unequal-variants", Severity.warning)
def unequal_variants(view: CourseView) -> Iterator[Found]:
    """Options told for different interests ask about a standard a different number of times."""
    for fork in _forks(view):
        asked = {option: Counter(code for check in checks for code in check.standards) for option, checks in fork.checks.items()}
        shared = frozenset.intersection(*map(frozenset, asked.values())) if asked and fork.variants else frozenset()
        for code in sorted(shared):
            times = {option: counts[code] for option, counts in asked.items()}
            if len(set(times.values())) > 1:
                said = listed(f"{option} {count}" for option, count in times.items())
                yield Found(
                    fork.spot,
                    f"The options of {fork.id} are one lesson for several interests, but check {code} differently often ({said}), "
                    "so what a student likes decides how soon they are proficient.",
                    f"Ask about {code} {max(times.values())} times in each, or split a check in the others.",
                )


def _codes(checks: Iterable[Check]) -> frozenset[str]:
    return frozenset(code for check in checks for code in check.standards)
