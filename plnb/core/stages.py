"""The stages that all policies share: proficient by practice, mastered by a delayed check, down by one when it is lost again.

A rule says after each answer how far its row of answers goes. Here that becomes a level that can be confirmed and can lapse. An
answer in a later check is one in a mixed check, or one given when a review is due to a check that was not wrong already (the same
wrong answer handed in twice is no news). What is missed there lowers a level by one: mastered is then to be confirmed anew, and
proficient is to be earned anew from the answers since. A right answer never lowers anything, and it confirms where it is news too:
given in a mixed check, or to a check that was not answered before or not right when it was answered last. Only such an answer
moves a review on, too: work handed in again for another task's sake is no look back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from plnb.core.base import Level, Reason
from plnb.core.policy import Policy
from plnb.core.review import Ladder, Rating, Review, Schedule, after, begin, days, lapsed
from plnb.core.rules import Answer, Ruling, judge
from plnb.core.words import Words

HAVE: Final = frozenset({Level.proficient, Level.mastered})
"""Levels at which a standard is had."""


class Stage(NamedTuple):
    """Where a row of answers leads."""

    level: Level
    """The level that holds after the last of them."""
    toward: float
    """Share of the way to proficient."""
    since: datetime
    """When the level was reached."""
    reason: Reason
    """Why."""
    lapsed: bool = False
    """Whether it was lost in a later check and has not come back."""
    review_on: datetime | None = None
    """When to look at it again; None where nothing is to be reviewed."""


def follow(policy: Policy, review: Review, answers: Sequence[Answer], words: Words) -> Stage:
    """The stage after answers, oldest first; at least one of them is not neutral."""
    seen = [answer for answer in answers if not answer.neutral]
    ruling = judge(policy, seen, words)
    levels = ruling.levels
    first = 0
    for level in levels:
        if level in HAVE:
            break
        first += 1
    else:
        # Nothing to confirm, to review or to lose: the rule's word is all.
        start = len(levels) - 1
        while start and levels[start - 1] is levels[-1]:
            start -= 1
        return Stage(levels[-1], ruling.toward, seen[start].at, ruling.reason)
    walk = _Walk(policy, review, seen, ruling, first, words)
    begin_at = first
    if len(seen) < len(answers):
        begin_at = [place for place, answer in enumerate(answers) if not answer.neutral][first]
    for answer in answers[begin_at:]:
        walk.take(answer)
    return walk.stage()


class _Walk:
    """One student's way with one standard, answer by answer, from the one that makes proficient."""

    def __init__(self, policy: Policy, review: Review, seen: Sequence[Answer], ruling: Ruling, first: int, words: Words) -> None:
        self.policy, self.review, self.seen, self.ruling, self.words = policy, review, seen, ruling, words
        self.wait = days(policy.confirm_after_days)
        self.decides_all, self.missed_below = policy.decides_all, policy.missed_below
        self.place = first - 1
        self.level = ruling.levels[first - 1] if first else Level.not_started
        self.since = self.learned = seen[first].at
        self.gap = days(0)
        """From becoming proficient to showing it again."""
        self.schedule: Schedule | None = None
        self.lost: int | None = None
        """Place of the answer with which proficient was lost, until it is earned anew."""
        self.anew: Ruling | None = None
        """What the rule says of the answers after that."""
        self.fallen = False
        """Whether mastered was lost and is not confirmed anew."""

    def take(self, answer: Answer) -> None:
        """One more answer."""
        if answer.neutral:
            if self.schedule:
                self.schedule = after(self.schedule, answer.at, Rating.hard)
            return
        self.place += 1
        before, missed = self.level, answer.score < self.missed_below
        ruled = self.ruling.levels[self.place]
        lapse = missed and not self.decides_all and before in HAVE and self._is_later(answer)
        if self.decides_all:
            self.level = ruled
        elif lapse:
            self.level = self._lapsed(answer, ruled)
        else:
            self.level = self._earned(answer, ruled)
        self._plan_review(before, answer, missed, lapse)
        if self.level is not before:
            self.since = answer.at

    def _is_later(self, answer: Answer) -> bool:
        if answer.mixed:
            return True
        if self.schedule is None or not self.schedule.is_due(answer.at):
            return False
        before = self._before(answer)
        return before is None or before.score >= self.missed_below

    def _confirms(self, answer: Answer) -> bool:
        """Whether a right answer shows that it is still had."""
        return answer.mixed if self.policy.confirm_mixed else self._is_news(answer)

    def _is_news(self, answer: Answer) -> bool:
        """What was right already when it was answered last, handed in again, shows nothing."""
        if answer.mixed:
            return True
        before = self._before(answer)
        return before is None or not before.right

    def _before(self, answer: Answer) -> Answer | None:
        """The last earlier answer to the same check that is not neutral."""
        return next((a for a in reversed(self.seen[: self.place]) if a.item == answer.item), None)

    def _lapsed(self, answer: Answer, ruled: Level) -> Level:
        if self.level is Level.mastered and ruled in HAVE:
            self.fallen, self.learned = True, answer.at
            return Level.proficient
        rest = self.seen[self.place + 1 :]
        self.lost, self.anew = self.place, judge(self.policy, rest, self.words) if rest else None
        return min(ruled, Level.familiar)

    def _earned(self, answer: Answer, ruled: Level) -> Level:
        if self.lost is not None and self.anew:
            if self.anew.levels[self.place - self.lost - 1] in HAVE:
                self.lost = None
            else:
                ruled = min(ruled, Level.familiar)
        if ruled not in HAVE:
            return ruled
        if self.level not in HAVE:
            self.learned = answer.at
            return ruled
        late = self.level is Level.proficient and answer.right and answer.at >= self.learned + self.wait
        if late and self._confirms(answer):
            self.gap, self.fallen = answer.at - self.learned, False
            return Level.mastered
        return self.level

    def _plan_review(self, before: Level, answer: Answer, missed: bool, lapse: bool) -> None:
        if self.level not in HAVE:
            self.schedule, self.fallen = None, False
        elif before not in HAVE:
            self.schedule = begin(self.review, answer.at)
        elif lapse:
            self.schedule = lapsed(self.review, self.schedule, answer.at)
        elif self.schedule:
            if isinstance(self.schedule.review, Ladder) and not self.schedule.is_due(answer.at):
                return  # by far the most answers: nothing moves before it is time
            if missed or self._is_news(answer):
                self.schedule = after(self.schedule, answer.at, Rating.again if missed else Rating.good)

    def stage(self) -> Stage:
        """Where it has led."""
        toward = 1.0 if self.level in HAVE else self.ruling.toward
        if self.lost is not None:
            toward = min(toward, self.anew.toward if self.anew else 0.0)
        return Stage(
            level=self.level,
            toward=toward,
            since=self.since,
            reason=self._reason(),
            lapsed=self.fallen or self.lost is not None,
            review_on=self.schedule.due if self.schedule else None,
        )

    def _reason(self) -> Reason:
        say = self.words.say
        if self.lost is not None:
            return say("mastery.lapsed", said=self.anew.reason.text) if self.anew else say("mastery.lapsed_now")
        if self.fallen:
            return say("mastery.fallen")
        if self.level is Level.mastered and not self.policy.decides_all:
            return say("mastery.confirmed", days=self.gap.days) if self.gap.days else say("mastery.confirmed_soon")
        return self.ruling.reason
