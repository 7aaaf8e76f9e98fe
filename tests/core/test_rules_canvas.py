"""Canvas's calculations against the vectors of Canvas's own tests, and as policies."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plnb.core.base import Level
from plnb.core.policy import Average, DecayingAverage, Latest, NTimes, Policy, WeightedAverage
from plnb.core.rules.canvas import averages, decaying_averages, exact, half_up, n_times, weighted_averages
from tests.core.builders import answers
from tests.core.test_rules import judged

ONE_TO_FIVE = [Decimal(n) for n in (1, 2, 3, 4, 5)]


def test_the_weighted_average_is_canvas_s() -> None:
    assert list(weighted_averages(ONE_TO_FIVE, 65))[-1] == Decimal("4.13")


def test_the_decaying_average_is_canvas_s() -> None:
    assert list(decaying_averages(ONE_TO_FIVE, 65))[-1] == Decimal("4.47")


def test_the_number_of_times_is_canvas_s() -> None:
    assert list(n_times(ONE_TO_FIVE, 3, Decimal(3)))[-1] == Decimal("4.00")
    assert list(n_times(ONE_TO_FIVE, 4, Decimal(3)))[-1] is None


def test_the_average_is_canvas_s() -> None:
    assert list(averages(ONE_TO_FIVE))[-1] == Decimal("3.00")


def test_the_latest_of_1_2_4_5_3_of_5_is_3() -> None:
    found = judged(Latest(), answers([0.2, 0.4, 0.8, 1.0, 0.6]))
    assert found.reason.values["percent"] == "60"


def test_a_score_of_2_of_5_is_1_60_of_4() -> None:
    assert judged(Average(), answers([2 / 5])).reason.values["value"] == "1.60"


@pytest.mark.parametrize(("number", "text"), [("4.125", "4.13"), ("2.675", "2.68"), ("1.005", "1.01"), ("4.1249", "4.12")])
def test_halves_go_up(number: str, text: str) -> None:
    assert half_up(exact(float(number))) == Decimal(text)


FIFTHS = [0.2, 0.4, 0.6, 0.8, 1.0]


@pytest.mark.parametrize(
    ("policy", "scores", "level", "toward", "text"),
    [
        (Average(), [0.5, 0.75, 1], Level.proficient, 1, "Your answers average 3.00 of 4, and 3 shows you have it."),
        (Average(), [0.5, 0.75, 0.5], Level.familiar, 2.33 / 3, "Your answers average 2.33 of 4; 3 shows you have it."),
        (Average(), [0.25], Level.attempted, 1 / 3, "Your answers average 1.00 of 4; 3 shows you have it."),
        (
            Average(distinct=3),
            [1, 1],
            Level.familiar,
            2 / 3,
            "Your answers average 4.00 of 4; one more check to answer before it shows you have it.",
        ),
        (
            WeightedAverage(out_of=5, proficient_at=0.8),
            FIFTHS,
            Level.proficient,
            1,
            "Your answers average 4.13 of 5, the latest counting most, and 4 shows you have it.",
        ),
        (
            DecayingAverage(out_of=5, proficient_at=0.9),
            FIFTHS,
            Level.familiar,
            4.47 / 4.5,
            "Your answers average 4.47 of 5, newer ones counting more; 4.5 shows you have it.",
        ),
        (
            NTimes(out_of=5, proficient_at=0.6),
            FIFTHS,
            Level.proficient,
            1,
            "3 answers of 3 or more out of 5: that shows you have it.",
        ),
        (
            NTimes(out_of=5, proficient_at=0.6, n=4),
            FIFTHS,
            Level.familiar,
            0.75,
            "3 answers of 3 or more out of 5 so far; 1 more shows you have it.",
        ),
    ],
)
def test_canvas_policies_on_worked_examples(policy: Policy, scores: list[float], level: Level, toward: float, text: str) -> None:
    found = judged(policy, answers(scores, checks=2))
    assert (found.level, found.toward, found.reason.text) == (level, pytest.approx(min(toward, 0.99) if toward < 1 else 1), text)


def test_what_was_reached_n_times_stays() -> None:
    assert judged(NTimes(), answers([1, 1, 1, 0, 0, 0])).level is Level.proficient


def test_an_average_can_go_down() -> None:
    assert judged(Average(), answers([1, 0])).level is Level.familiar


@given(st.lists(st.integers(0, 1000).map(lambda n: Decimal(n) / 100), min_size=1, max_size=12), st.integers(50, 99))
def test_an_average_lies_between_the_least_and_the_best(scores: list[Decimal], weight: int) -> None:
    for found in (averages(scores), weighted_averages(scores, weight), decaying_averages(scores, weight)):
        assert all(min(scores) - Decimal("0.005") <= value <= max(scores) + Decimal("0.005") for value in found)
