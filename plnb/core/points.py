"""Points on a student's way: the best of each check's graded attempts, without what lies on options not taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from plnb.core.base import Basis
from plnb.core.course import Activity, ActivityFork, Check, Fork, Unit
from plnb.core.mastery import trusted_for
from plnb.core.records import COUNTED, Attempt
from plnb.core.situation import Situation


def unit_points(situation: Situation) -> dict[str, tuple[float, float]]:
    """Points earned and points to earn, by unit.

    Where a choice is still open, the way with the most points so far stands for it (the first of them, among equals), so the sum to
    earn does not jump when the choice is made.
    """
    best = _best(situation)
    course = situation.course
    taken: set[str] = set()
    for activity in course.activities():
        for fork in activity.forks:
            branches: dict[str, list[tuple[Activity, Check]]] = {f"{fork.id}/{option.id}": [] for option in fork.options}
            for check in activity.checks:
                if check.branch in branches:
                    branches[check.branch].append((activity, check))
            taken.update(_taken(situation, fork, {branch: _sum(best, checks) for branch, checks in branches.items()}))
    for unit in course.units:
        for node in unit.nodes:
            if isinstance(node, ActivityFork):
                earned = {f"{node.id}/{o.id}": _sum(best, _checks(o.activities, taken)) for o in node.options}
                taken.update(_taken(situation, node, earned))
    found = {}
    for unit in course.units:
        checks = list(_checks(_on_way(unit, taken), taken))
        found[unit.id] = _sum(best, checks), float(sum(check.points for _, check in checks))
    return found


def _best(situation: Situation) -> dict[tuple[str, str], Attempt]:
    trusted = trusted_for(situation.course, Basis.credit)
    best: dict[tuple[str, str], Attempt] = {}
    for attempt in situation.history.attempts:
        if attempt.verdict in COUNTED and attempt.trust in trusted:
            key = attempt.activity, attempt.check
            if key not in best or (attempt.score, attempt.points) > (best[key].score, best[key].points):
                best[key] = attempt
    return best


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


def _checks(activities: Iterable[Activity], taken: set[str]) -> Iterator[tuple[Activity, Check]]:
    return ((a, check) for a in activities for check in a.checks if check.branch is None or check.branch in taken)


def _sum(best: dict[tuple[str, str], Attempt], checks: Iterable[tuple[Activity, Check]]) -> float:
    total = 0.0
    for activity, check in checks:
        if attempt := best.get((activity.id, check.id)):
            # Points as graded, unless the check has been worth something else since.
            total += attempt.points if attempt.max_points == check.points else attempt.score * check.points
    return total
