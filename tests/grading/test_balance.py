"""Totals are right whichever way a student takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plnb.core.cells import Option
from plnb.core.course import Activity, ActivityFork, ActivityOption, Check, Fork, Unit
from plnb.grading.balance import Balanced, Scored, balance


def inner_fork(options: int, points: tuple[float, ...], pick: int) -> Unit:
    checks = tuple(Check(id=f"o{o}c{c}", points=p, branch=f"f/o{o}") for o in range(options) for c, p in enumerate(points))
    fork = Fork(id="f", prompt="?", pick=pick, options=tuple(Option(id=f"o{o}", title="o") for o in range(options)))
    return Unit(id="u", title="u", nodes=(Activity(id="a", unit="u", title="a", checks=checks, forks=(fork,)),))


def outer_fork(options: int, points: tuple[float, ...], pick: int) -> Unit:
    return Unit(
        id="u",
        title="u",
        nodes=(
            ActivityFork(
                id="f",
                prompt="?",
                pick=pick,
                options=tuple(
                    ActivityOption(
                        id=f"o{o}",
                        title="o",
                        activities=(
                            Activity(
                                id=f"n{o}",
                                unit="u",
                                title="n",
                                branch=f"f/o{o}",
                                checks=tuple(Check(id=f"o{o}c{c}", points=p) for c, p in enumerate(points)),
                            ),
                        ),
                    )
                    for o in range(options)
                ),
            ),
        ),
    )


def run(unit: Unit, earned: dict[str, float], claims: dict[str, tuple[str, ...]] | None = None) -> tuple[Balanced, float, float]:
    """Balance, and the total nbgrader would show, and the most."""
    scored = [
        Scored(activity=a.id, check=c.id, max_points=c.points, points=earned.get(c.id, 0.0), attempted=c.id in earned)
        for a in unit.activities()
        for c in a.checks
    ]
    done = balance(unit, scored, claims or {})
    total = sum(done.mirrored.get(each.key, each.points) for each in scored)
    return done, total, sum(each.max_points for each in scored)


Case = tuple[Unit, int, int, tuple[float, ...], list[int], list[float]]
"""A unit, its options, how many to pick, points of each check, options worked on, share earned on each."""


@st.composite
def classes(draw: st.DrawFn) -> Case:
    options = draw(st.integers(2, 5))
    pick = draw(st.integers(1, options))
    points = tuple(draw(st.lists(st.sampled_from([0.5, 1.0, 2.0, 3.0]), min_size=1, max_size=4)))
    taken = draw(st.lists(st.integers(0, options - 1), unique=True, max_size=options))
    shares = draw(st.lists(st.floats(0, 1), min_size=options, max_size=options))
    unit = draw(st.sampled_from([inner_fork, outer_fork]))(options, points, pick)
    return unit, options, pick, points, taken, shares


@given(classes())
def test_a_total_is_the_share_earned_on_the_ways_that_count(
    case: Case,
) -> None:
    unit, _, pick, points, taken, shares = case
    earned = {f"o{o}c{c}": shares[o] * p for o in taken for c, p in enumerate(points)}
    done, total, most = run(unit, earned)
    counted = sorted((shares[o] for o in taken), reverse=True)[:pick]
    assert total / most == pytest.approx(sum(counted) / pick, abs=1e-7), "the same as if only `pick` options existed"
    assert len(done.forks[0].options) <= pick
    assert 0 <= total <= most + 1e-7


@given(classes())
def test_everybody_can_reach_everything_and_nobody_more(
    case: Case,
) -> None:
    unit, options, pick, points, _, _ = case
    for first in range(options):
        ways = [(first + k) % options for k in range(pick)]
        _, total, most = run(unit, {f"o{o}c{c}": p for o in ways for c, p in enumerate(points)})
        assert total == pytest.approx(most)


@given(classes(), st.lists(st.sampled_from(["o0", "o1", "o9", "x"]), max_size=6))
def test_a_claim_earns_nothing(case: Case, claim: list[str]) -> None:
    unit, _, _, points, taken, shares = case
    earned = {f"o{o}c{c}": shares[o] * p for o in taken for c, p in enumerate(points)}
    done, total, most = run(unit, earned, {"f": tuple(claim), "nothing": ("o0",)})
    assert total <= run(unit, earned)[1] + 1e-7
    assert set(done.forks[0].options) <= {"o0", "o1", "o2", "o3", "o4"}
    assert total <= most + 1e-7


def test_a_claim_decides_between_two_ways_that_were_both_walked() -> None:
    unit = inner_fork(2, (1.0, 1.0), 1)
    earned = {"o0c0": 1.0, "o0c1": 1.0, "o1c0": 0.0, "o1c1": 1.0}
    best, total, _ = run(unit, earned)
    assert (best.forks[0].options, best.forks[0].inferred, total) == (("o0",), True, 4.0)
    said, total, _ = run(unit, earned, {"f": ("o1",)})
    assert (said.forks[0].options, said.forks[0].inferred, total) == (("o1",), False, 2.0)


def test_a_claim_for_a_way_nobody_walked_gives_way_to_the_work() -> None:
    done, total, _ = run(inner_fork(2, (1.0,), 1), {"o0c0": 1.0}, {"f": ("o1",)})
    assert (done.forks[0].options, done.forks[0].inferred, total) == (("o0",), True, 2.0)


def test_a_fork_inside_a_notebook_of_a_fork_counts_once() -> None:
    inner = inner_fork(2, (2.0,), 1).nodes[0]
    assert isinstance(inner, Activity)
    other = Activity(id="b", unit="u", title="b", checks=(Check(id="b1", points=4.0),))
    options = (ActivityOption(id="x", title="x", activities=(inner,)), ActivityOption(id="y", title="y", activities=(other,)))
    unit = Unit(id="u", title="u", nodes=(ActivityFork(id="outer", prompt="?", options=options),))
    _, total, most = run(unit, {"o0c0": 1.0})
    assert (total, most) == (4.0, 8.0)
