"""A rule of mastery, in words that can be read to a student.

A policy that has no sentence of its own yet is told by its docstring, with its parameters put in: no rule is ever silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import ceil

from plnb.core.base import Reason, Trust
from plnb.core.policy import Policy
from plnb.core.words import Words


def rule_in_words(policy: Policy, least: Trust, words: Words) -> tuple[Reason, ...]:
    """The rule, a sentence each; `least` is the least trust that counts."""
    return tuple(_rule(policy, least, words))


def _rule(policy: Policy, least: Trust, words: Words) -> Iterator[Reason]:
    values = policy.model_dump()
    code = f"explain.rule.{policy.type}"
    shares = {"familiar": _percent(values.get("familiar_at", 0.0)), "proficient": _percent(values.get("proficient_at", 0.0))}
    if code in words.templates:
        yield words.say(code, **{**values, **shares})
    else:
        told = re.sub(r"`(\w+)`", lambda at: str(values.get(at[1], at[1])), (type(policy).__doc__ or "").split("\n\n")[0])
        yield Reason(code=code, text=" ".join(told.split()), values={key: str(value) for key, value in values.items()})
        if "proficient_at" in values:
            yield words.say("explain.rule.thresholds", **shares)
    if "proficient_at" not in values:
        right = policy.correct_at
        yield words.say("explain.rule.correct" if right >= 1 else "explain.rule.correct_at", percent=_percent(right))
    if policy.distinct > 1:
        yield words.say("explain.rule.distinct", checks=policy.distinct)
    yield words.say("explain.rule.assisted" if policy.count_assisted else "explain.rule.unassisted")
    days = ceil(policy.confirm_after_days)
    yield words.say("explain.rule.confirm", days=days) if days else words.say("explain.rule.confirm_soon")
    yield words.say(f"explain.rule.trust.{least}")


def _percent(share: float) -> int:
    return ceil(share * 100 - 1e-9)
