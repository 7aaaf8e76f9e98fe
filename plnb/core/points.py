"""Points on a student's way: the best of each check's graded attempts, without what lies on options not taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from plnb.core.course import Activity, ActivityFork, Fork, Unit
from plnb.core.records import Attempt
from plnb.core.situation import Situation


def unit_points(situation: Situation) -> dict[str, tuple[float, float]]:
    """Points earned and points to earn, by unit.

    Where a choice is still open, the way with the most points so far stands for it (the first of them, among equals), so the sum to
    earn does not jump when the choice is made.
    """
    best, facts = situation.best, situation.facts
    taken: set[str] = set()
    for fork, outline in facts.inside:
        branches = [f"{fork.id}/{option.id}" for option in fork.options]
        earned = {b: _sum(best, ((ref, points) for ref, points, on in outline.worth if on == b)) for b in branches}
        taken.update(_taken(situation, fork, earned))
    for between in facts.between.values():
        ways = {f"{between.id}/{o.id}": _sum(best, _worth(situation, o.activities, taken)) for o in between.options}
        taken.update(_taken(situation, between, ways))
    found = {}
    for unit in situation.course.units:
        worth = list(_worth(situation, _on_way(unit, taken), taken))
        found[unit.id] = _sum(best, worth), float(sum(points for _, points in worth))
    return found


def _taken(situation: Situation, fork: Fork | ActivityFork, earned: dict[str, float]) -> list[str]:
    """The branches that count for a fork: those chosen, filled up with the best of the rest."""
    chosen = [f"{fork.id}/{option}" for option in situation.chosen[fork.id]]
    rest = sorted((branch for branch in earned if branch not in chosen), key=lambda branch: -earned[branch])
    return [*chosen, *rest][: max(fork.pick, len(chosen))]


def _on_way(unit: Unit, taken: set[str]) -> Iterator[Activity]:
    for node in unit.nodes:
        if isinstance(node, ActivityFork):
            for option in node.options:
                if f"{node.id}/{option.id}" in taken:
                    yield from option.activities
        else:
            yield node


def _worth(situation: Situation, activities: Iterable[Activity], taken: set[str]) -> Iterator[tuple[str, float]]:
    """Checks of activities with their points, without those on branches that do not count."""
    outlines = situation.facts.outlines
    for activity in activities:
        for ref, points, branch in outlines[activity.id].worth:
            if branch is None or branch in taken:
                yield ref, points


def _sum(best: Mapping[str, Attempt], worth: Iterable[tuple[str, float]]) -> float:
    total = 0.0
    for ref, points in worth:
        if attempt := best.get(ref):
            said = vars(attempt)
            # Points as graded, unless the check has been worth something else since.
            total += said["points"] if said["max_points"] == points else said["score"] * points
    return total
