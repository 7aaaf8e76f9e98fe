"""The rule behind each policy: answers in, a level after each of them out.

A new policy drops in as a data class in `policy.Policy` and one function here under `@rule`. A rule decides up to `proficient`
(unless its policy says that it decides every level); `stages` adds what all share: that a delayed right answer shows mastery, and
that what is missed in a later check is lost again.
"""

from plnb.core.rules import levels, models, points, rows, scores
from plnb.core.rules.answers import Answer, Ruling, judge, rule

__all__ = ["Answer", "Ruling", "judge", "levels", "models", "points", "rows", "rule", "scores"]
