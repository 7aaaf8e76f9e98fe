"""What a rule reads and what it says, and the list of rules by policy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from plnb.core.base import Level, Reason
from plnb.core.policy import Policy
from plnb.core.words import Words

Item = tuple[str, str]
"""Which check: activity and grade_id."""


class Answer(NamedTuple):
    """One answer."""

    item: Item
    """Which check: activity and grade_id."""
    score: float
    """Share of the points, 0 to 1."""
    right: bool
    """Whether it reached the policy's `correct_at`."""
    at: datetime
    """When the work was done."""
    mixed: bool = False
    """Whether it was asked in a mixed check."""
    submission: str = ""
    """The hand-in it came from; empty for work in the student's own kernel."""
    neutral: bool = False
    """Right with help: no rule sees it."""


class Ruling(NamedTuple):
    """What a rule says of a row of answers."""

    levels: list[Level]
    """The level after each answer."""
    toward: float
    """Share of the way to proficient; 1.0 exactly when the last level is proficient or more."""
    reason: Reason
    """Why the last level."""


P = TypeVar("P")
Rule = Callable[[P, Sequence[Answer], Words], Ruling]

_RULES: dict[type, Rule[Any]] = {}


def rule(kind: type[P]) -> Callable[[Rule[P]], Rule[P]]:
    """Register the rule for a policy class."""

    def register(function: Rule[P]) -> Rule[P]:
        _RULES[kind] = function
        return function

    return register


def judge(policy: Policy, answers: Sequence[Answer], words: Words) -> Ruling:
    """Apply the policy's rule to answers, oldest first; there must be at least one."""
    return _RULES[type(policy)](policy, answers, words)
