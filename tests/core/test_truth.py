"""Whether a condition holds, and what is missing, in words."""

from __future__ import annotations

import pytest

from plnb.core.base import Level
from plnb.core.conditions import ActivityDone, All, AnyOf, CheckPassed, ChoiceIs, Condition, Not, StandardAtLeast, StandardBelow
from plnb.core.truth import Names, State, missing, truth

NAMES = Names(
    standards={"SL.1": "Slope", "SL.2": "Intercept"},
    activities={"meet-slope": "Meet the slope", "x": "X"},
    checks={"meet-slope/s1": "Steeper or not", "x/y": "Y"},
    options={"rep/graph": "From a graph"},
)
STATE = State(levels={"SL.1": Level.familiar}, names=NAMES)
ALL_DONE = State(
    levels={"SL.1": Level.mastered, "SL.2": Level.mastered},
    passed={"meet-slope/s1"},
    done={"meet-slope"},
    choices={"rep/graph"},
    names=NAMES,
)

proficient = StandardAtLeast(standard="SL.1", at_least=Level.proficient)
familiar = StandardAtLeast(standard="SL.1", at_least=Level.familiar)
familiar_2 = StandardAtLeast(standard="SL.2", at_least=Level.familiar)
below = StandardBelow(standard="SL.2", below=Level.familiar)
passed_2 = CheckPassed(check="x/y")
passed = CheckPassed(check="meet-slope/s1")
done = ActivityDone(done="meet-slope")
chosen = ChoiceIs(choice="rep/graph")


@pytest.mark.parametrize(
    ("condition", "holds", "clause"),
    [
        (familiar, True, "you are familiar with “Slope”"),
        (proficient, False, "you are proficient in “Slope” (now: familiar)"),
        (StandardAtLeast(standard="SL.2", at_least=Level.mastered), False, "you have mastered “Intercept” (now: not started)"),
        (below, True, "you are not yet familiar with “Intercept”"),
        (StandardBelow(standard="SL.1", below=Level.familiar), False, "you are not yet familiar with “Slope” (now: familiar)"),
        (passed, False, "“Steeper or not” in “Meet the slope” is passed"),
        (done, False, "“Meet the slope” is done"),
        (chosen, False, "you have chosen “From a graph”"),
        (Not(not_=done), True, "“Meet the slope” is not done"),
        (Not(not_=familiar), False, "you are not yet familiar with “Slope” (now: familiar)"),
        (All(all=(familiar, done, chosen)), False, "“Meet the slope” is done and you have chosen “From a graph”"),
        (All(all=(familiar, below)), True, "you are familiar with “Slope” and you are not yet familiar with “Intercept”"),
        (
            AnyOf(any=(familiar_2, passed_2, chosen)),
            False,
            "either you are familiar with “Intercept” (now: not started), “Y” in “X” is passed or you have chosen “From a graph”",
        ),
        (AnyOf(any=(done, familiar)), True, "you are familiar with “Slope”"),
        (Not(not_=AnyOf(any=(familiar, done))), False, "you are not yet familiar with “Slope” (now: familiar)"),
        (Not(not_=All(all=(familiar, done))), True, "“Meet the slope” is not done"),
        (All(all=()), True, "nothing more is needed"),
        (Not(not_=All(all=())), False, "your teacher opens it"),
    ],
)
def test_truth_says_what_decides(condition: Condition, holds: bool, clause: str) -> None:
    found = truth(condition, STATE)
    assert (found.holds, found.clause) == (holds, clause)
    assert found.reason.text == (f"This holds because {clause}." if holds else f"This holds when {clause}.")


@pytest.mark.parametrize("condition", [proficient, familiar, passed, done, chosen, All(all=(proficient, passed, done, chosen))])
def test_everything_holds_for_a_student_who_has_done_it_all(condition: Condition) -> None:
    assert truth(condition, ALL_DONE).holds
    assert not truth(Not(not_=condition), ALL_DONE).holds


def test_missing_names_only_what_a_student_can_bring_about() -> None:
    condition = All(all=(familiar, proficient, Not(not_=done), AnyOf(any=(passed, chosen)), Not(not_=below)))
    assert list(missing(condition, STATE)) == [
        proficient,
        passed,
        chosen,
        StandardAtLeast(standard="SL.2", at_least=Level.familiar),
    ]


def test_nothing_is_missing_where_one_of_several_holds() -> None:
    assert list(missing(AnyOf(any=(familiar, done)), STATE)) == []


def test_a_name_that_is_missing_keeps_its_id() -> None:
    found = truth(All(all=(done, passed, chosen, proficient)), State())
    assert "“meet-slope”" in found.clause
    assert "“rep/graph”" in found.clause
