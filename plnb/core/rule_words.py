"""A rule of mastery, in words that can be read to a student.

A policy that has no sentence of its own yet is told by its docstring, with its parameters put in: no rule is ever silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import ceil

from plnb.core.base import Reason, Trust
from plnb.core.policy import CanvasPolicy, Highest, Latest, Policy, Rubric, ScorePolicy
from plnb.core.words import Words


def rule_in_words(policy: Policy, least: Trust, words: Words) -> tuple[Reason, ...]:
    """The rule, a sentence each; `least` is the least trust that counts."""
    return tuple(_rule(policy, least, words))


def _rule(policy: Policy, least: Trust, words: Words) -> Iterator[Reason]:
    values = {key: f"{value:g}" if isinstance(value, float) else value for key, value in policy.model_dump().items()}
    if isinstance(policy, ScorePolicy):
        shares = {"familiar": _percent(policy.familiar_at), "proficient": _percent(policy.proficient_at)}
        values |= shares
    code = f"explain.rule.{policy.type}"
    yield words.say(code, **values) if code in words.templates else _documented(policy, code, values)
    if isinstance(policy, ScorePolicy):
        yield words.say("explain.rule.thresholds", **shares)
    if not policy.over_children:
        yield from _answers(policy, words)
    yield words.say(f"explain.rule.trust.{least}")


def _documented(policy: Policy, code: str, values: dict[str, object]) -> Reason:
    told = re.split(r"\bSource:|\n\n", policy.__doc__ or "")[0]
    text = re.sub(r"`(\w+)`", lambda at: str(values.get(at[1], at[1])), told)
    return Reason(code=code, text=" ".join(text.split()), values={key: str(value) for key, value in values.items()})


def _answers(policy: Policy, words: Words) -> Iterator[Reason]:
    """Which answers count, and what comes after proficient."""
    if not isinstance(policy, Latest | Highest | CanvasPolicy | Rubric):
        right = policy.correct_at
        yield words.say("explain.rule.correct" if right >= 1 else "explain.rule.correct_at", percent=_percent(right))
    if policy.distinct > 1:
        yield words.say("explain.rule.distinct", checks=policy.distinct)
    yield words.say("explain.rule.assisted" if policy.count_assisted else "explain.rule.unassisted")
    if not policy.decides_all:
        days = ceil(policy.confirm_after_days)
        mixed = "explain.rule.confirm_mixed" if policy.confirm_mixed else "explain.rule.confirm"
        yield words.say(mixed, days=days) if days or policy.confirm_mixed else words.say("explain.rule.confirm_soon")
        yield words.say("explain.rule.lapse")


def _percent(share: float) -> int:
    return ceil(share * 100 - 1e-9)
