"""Branch balance: totals that are right whichever way a student took. Pure.

nbgrader adds up every grade cell. Checks on an option that was not taken therefore mirror the share that was earned on the options
taken, so that every way can reach 100 % in nbgrader's own gradebook and exports.

With N options, `pick` to take, t taken and f_i the share of the points earned on each taken option, F = (f_1 + … + f_t) / pick.
Every check on an option not taken gets F · (N - pick) / (N - t) of its points. Where t = pick that is F; where a student took fewer
options than asked for, what is missing stays missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from plnb.core.base import Model
from plnb.core.course import ActivityFork, Unit

CheckKey = tuple[str, str]
"""An activity's id and a check's id."""

_DIGITS = 9  # thirds add up to whole points again, and a gradebook shows 4 and not 4.000000000000001


class Scored(Model):
    """What is known of a check before balancing."""

    activity: str
    """The notebook."""
    check: str
    """The grade_id."""
    max_points: float
    """Points it can earn."""
    points: float = 0.0
    """Points earned so far: a person's where there are any, else the grader's, 0 while it waits for a person."""
    attempted: bool = False
    """Whether there is work of the student's in it."""

    @property
    def key(self) -> CheckKey:
        """What tells checks apart."""
        return self.activity, self.check


class ForkTaken(Model):
    """What a student took at a fork."""

    fork: str
    """The fork's id."""
    options: tuple[str, ...]
    """Options taken, in the fork's order; empty where nothing was done yet."""
    inferred: bool
    """Whether the work alone tells so, or at least one option was said."""


class Balanced(Model):
    """The outcome: which ways were taken, and the points that checks off those ways mirror."""

    forks: tuple[ForkTaken, ...] = ()
    """Every fork of the unit."""
    mirrored: Mapping[CheckKey, float] = {}
    """Points for each check on an option that was not taken."""


def balance(unit: Unit, scored: Iterable[Scored], claims: Mapping[str, tuple[str, ...]]) -> Balanced:
    """Balance one student's unit.

    `claims` are the options the student says were chosen, by fork. A claim decides between options; it never earns anything: only
    an option with work in it counts as taken where there is any work at all.
    """
    checks = {each.key: each for each in scored}
    points = {key: each.points for key, each in checks.items()}
    mirrored: dict[CheckKey, float] = {}
    forks: list[ForkTaken] = []

    def settle(fork: str, pick: int, options: Mapping[str, list[CheckKey]]) -> None:
        taken = _taken(options, checks, points, claims.get(fork, ()), pick)
        said = [option for option in taken if option in claims.get(fork, ())]
        forks.append(ForkTaken(fork=fork, options=taken, inferred=not said))
        share = _mirrored_share(options, checks, points, taken, pick)
        for option, keys in options.items():
            for key in keys if option not in taken else ():
                points[key] = mirrored[key] = round(share * checks[key].max_points, _DIGITS)

    # Forks inside notebooks first: an option between activities earns what its balanced notebooks earn.
    for activity in unit.activities():
        for fork in activity.forks:
            branch = {option.id: f"{fork.id}/{option.id}" for option in fork.options}
            settle(
                fork.id,
                fork.pick,
                {
                    option: [(activity.id, c.id) for c in activity.checks if c.branch == ref and (activity.id, c.id) in checks]
                    for option, ref in branch.items()
                },
            )
    for node in unit.nodes:
        if isinstance(node, ActivityFork):
            settle(
                node.id,
                node.pick,
                {
                    option.id: [(a.id, c.id) for a in option.activities for c in a.checks if (a.id, c.id) in checks]
                    for option in node.options
                },
            )
    return Balanced(forks=tuple(forks), mirrored=mirrored)


def _taken(
    options: Mapping[str, list[CheckKey]],
    checks: Mapping[CheckKey, Scored],
    points: Mapping[CheckKey, float],
    claimed: tuple[str, ...],
    pick: int,
) -> tuple[str, ...]:
    """At most `pick` options: those with work in them, claimed ones first, then the best; with no work anywhere, the claimed."""
    worked = [option for option, keys in options.items() if any(checks[key].attempted for key in keys)]
    if not worked:
        chosen = [option for option in options if option in claimed][:pick]
    else:
        rank = {option: (option not in claimed, -_share(options[option], checks, points)) for option in worked}
        chosen = sorted(worked, key=lambda option: rank[option])[:pick]
    return tuple(option for option in options if option in chosen)


def _mirrored_share(
    options: Mapping[str, list[CheckKey]],
    checks: Mapping[CheckKey, Scored],
    points: Mapping[CheckKey, float],
    taken: tuple[str, ...],
    pick: int,
) -> float:
    left = len(options) - len(taken)
    if left <= 0:
        return 0.0
    whole = sum(_share(options[option], checks, points) for option in taken) / pick
    return whole * max(len(options) - pick, 0) / left


def _share(keys: list[CheckKey], checks: Mapping[CheckKey, Scored], points: Mapping[CheckKey, float]) -> float:
    most = sum(checks[key].max_points for key in keys)
    return min(1.0, sum(points[key] for key in keys) / most) if most > 0 else 0.0
