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
    for fork in situation.facts.forks:
        if branches := situation.facts.branched.get(fork.id):
            taken.update(_taken(situation, fork, {branch: _sum(best, checks) for branch, checks in branches.items()}))
    for between in situation.facts.between.values():
        earned = {f"{between.id}/{o.id}": _sum(best, _checks(o.activities, taken)) for o in between.options}
        taken.update(_taken(situation, between, earned))
    found = {}
    for unit in course.units:
        checks = list(_checks(_on_way(unit, taken), taken))
        found[unit.id] = _sum(best, checks), float(sum(check.points for _, check in checks))
    return found


def _best(situation: Situation) -> dict[tuple[str, str], Attempt]:
    trusted = trusted_for(situation.course, Basis.credit)
    best: dict[tuple[str, str], Attempt] = {}
    for attempt in situation.history.attempts:
        said = vars(attempt)
        if said["verdict"] in COUNTED and said["trust"] in trusted:
            key = said["activity"], said["check"]
            other = best.get(key)
            if other is None or (said["score"], said["points"]) > (other.score, other.points):
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
    if not best:
        return total
    for activity, check in checks:
        if attempt := best.get((activity.id, check.id)):
            # Points as graded, unless the check has been worth something else since.
            total += attempt.points if attempt.max_points == check.points else attempt.score * check.points
    return total
