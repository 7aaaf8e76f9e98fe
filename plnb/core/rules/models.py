"""Models that keep one number of right and wrong: a moving average, and Bayesian knowledge tracing."""

from __future__ import annotations

from collections.abc import Sequence

from plnb.core.policy import Bkt, Ema
from plnb.core.rules.answers import Answer, Ruling, rule
from plnb.core.rules.scores import by_number
from plnb.core.words import Words


@rule(Ema)
def ema(policy: Ema, answers: Sequence[Answer], words: Words) -> Ruling:
    """The average m ← α·m + (1−α)·c, from 0. With α = 0.75, six right answers in a row make 0.822, the first above 0.80."""
    average, numbers = 0.0, list[float]()
    for answer in answers:
        average = policy.alpha * average + (1 - policy.alpha) * answer.right
        numbers.append(average)
    return by_number(policy, answers, numbers, words, items=[a.right for a in answers])


@rule(Bkt)
def bkt(policy: Bkt, answers: Sequence[Answer], words: Words) -> Ruling:
    """What Bayes says after each answer. With 0.4/0.1/0.1/0.2 three right answers make 0.775, 0.945 and 0.989: proficient."""
    known, numbers = policy.init, list[float]()
    for answer in answers:
        known = policy.after(known, answer.right)
        numbers.append(known)
    return by_number(policy, answers, numbers, words, items=[a.right for a in answers])
