"""The best student there could be, sent through the course once for every option: what opens, and what can be shown.

Everything reachable is done, and every check passed at the first try, on another day each. What stays shut for this student stays
shut for everybody. Only the first time through is tried: a course that needs its best student to hand in the same answers twice has
too little in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

from plnb.core.base import Basis, Level, Trust
from plnb.core.conditions import ActivityDone, All, AnyOf, CheckPassed, ChoiceIs, Condition, StandardAtLeast
from plnb.core.course import Activity, Check, Course, Gate, Unit
from plnb.core.lint.view import CourseView, Placed
from plnb.core.mastery import estimate
from plnb.core.policy import Mastery, Policy
from plnb.core.policy_children import CompetencyAll, CompetencyPoints
from plnb.core.records import Attempt, Verdict
from plnb.core.rules.children import over_children, parts_of
from plnb.core.words import ENGLISH

_START: Final = datetime(2000, 1, 3, 8, tzinfo=UTC)
MOST_CHECKS: Final = 60
"""More right answers than any rule should ask for."""


@cache
def level_after(policy: Policy, answers: int) -> Level:
    """The level after so many right answers, each to another check and on another day, as `estimate` sees it."""
    if answers == 0:
        return Level.not_started
    checks = tuple(Check(id=f"c{number}", standards=("S",), points=1) for number in range(min(answers, MOST_CHECKS)))
    activity = Activity(id="a", unit="u", title="a", checks=checks)
    course = Course(id="c", title="c", mastery=Mastery(policy=policy), units=(Unit(id="u", title="u", nodes=(activity,)),))
    apart = timedelta(days=policy.confirm_after_days + 1)
    records = [
        Attempt(
            id=check.id,
            course="c",
            student="best",
            at=_START + number * apart,
            trust=Trust.teacher,
            unit="u",
            activity="a",
            check=check.id,
            standards=check.standards,
            verdict=Verdict.passed,
            score=1.0,
            points=1.0,
            max_points=1.0,
            # A mixed check can be made at any time: where the top asks for one, the last answer is given in one.
            mixed=number == len(checks) - 1 and (policy.confirm_mixed or policy.decides_all),
        )
        for number, check in enumerate(checks)
    ]
    # Looked at the moment the last answer is in, so that no rule has time to forget.
    (found,) = estimate(course, records, basis=Basis.credit, now=records[-1].at)
    return found.level


def needed(policy: Policy, level: Level) -> int | None:
    """How many right answers the level takes; None where no number of them is enough."""
    return next((n for n in range(1, MOST_CHECKS + 1) if level_after(policy, n) >= level), None)


@dataclass(frozen=True)
class Way:
    """One way through the course: which options are taken."""

    taken: frozenset[str]
    """`fork/option` of every option taken."""
    fork: str = ""
    """The fork at which it leaves the first way; empty for the first way itself."""
    option: str = ""
    """The option taken there."""

    def on_path(self, branch: str | None) -> bool:
        """Whether a branch is on this way."""
        return branch is None or branch in self.taken


def ways(view: CourseView) -> Iterator[Way]:
    """The first options everywhere, then every other option one at a time."""
    picks = {fork.id: fork.pick for fork in view.course.forks()}

    def take(fork: str, first: int) -> frozenset[str]:
        options = view.fork_options[fork]
        turned = (*options[first:], *options[:first])
        return frozenset(f"{fork}/{option}" for option in turned[: picks[fork]])

    plain = {fork: take(fork, 0) for fork in view.fork_options}
    yield Way(frozenset().union(*plain.values()))
    for fork, options in view.fork_options.items():
        for number, option in enumerate(options[1:], start=1):
            if f"{fork}/{option}" in plain[fork]:
                continue
            yield Way(frozenset().union(*(plain | {fork: take(fork, number)}).values()), fork, option)


@dataclass
class Journey:
    """What the best student meets on one way."""

    way: Way
    mastery: Mastery
    met: Counter[str] = field(default_factory=Counter)
    """Checks on this way by standard, also behind what stays shut."""
    shown: Counter[str] = field(default_factory=Counter)
    """Checks passed by standard."""
    passed: set[str] = field(default_factory=set)
    """`activity/grade_id` of checks passed."""
    done: set[str] = field(default_factory=set)
    """Activities done."""

    def level(self, standard: str, view: CourseView, above: frozenset[str] = frozenset()) -> Level:
        """The level reached; of a standard that is made of others, by theirs."""
        policy = self.mastery.policy_for(standard)
        if not isinstance(policy, CompetencyAll | CompetencyPoints):
            return level_after(policy, self.shown[standard])
        above |= {standard}
        parts = parts_of(standard, policy, view.standards)
        levels = {code: Level.not_started if code in above else self.level(code, view, above) for code in parts}
        return over_children(policy, levels, ", ".join, ENGLISH).level

    def lacking(self, condition: Condition, view: CourseView) -> list[str]:
        """What keeps the condition from holding, in words; nothing where it holds.

        `below` and `not` are taken to hold: they can before anything is learned. Names that lead nowhere have their own rules.
        """
        match condition:
            case All():
                return [what for part in condition.all for what in self.lacking(part, view)]
            case AnyOf():
                each = [self.lacking(part, view) for part in condition.any]
                return [] if not all(each) else [what for part in each for what in part]
            case StandardAtLeast(standard=code, at_least=level):
                if code in view.standards and self.level(code, view) < level:
                    count = self.shown[code]
                    return [f"{code} at {level} ({count or 'no'} check{'' if count == 1 else 's'} of it can be passed before)"]
            case CheckPassed(check=ref):
                if ref in view.check_refs and ref not in self.passed:
                    return [f"the check {ref}"]
            case ActivityDone(done=name):
                if name in view.activities and name not in self.done:
                    return [f"{name} done"]
            case ChoiceIs(choice=choice):
                fork, _, option = choice.partition("/")
                if option in view.fork_options.get(fork, ()) and choice not in self.way.taken:
                    return [f"the choice {choice}"]
        return []


def travel(view: CourseView, way: Way) -> Journey:
    """Go one way through the course until nothing more opens."""
    journey = Journey(way, view.course.mastery)
    waiting = [placed for placed in view.placed if way.on_path(placed.activity.branch)]
    for placed in waiting:
        for check in placed.activity.checks:
            if way.on_path(check.branch):
                for code in check.standards:
                    journey.met[code] += 1
    moved = True
    while moved:
        before = len(journey.passed), len(journey.done)
        waiting = [placed for placed in waiting if not _visit(view, journey, placed)]
        moved = (len(journey.passed), len(journey.done)) != before
    return journey


def _visit(view: CourseView, journey: Journey, placed: Placed) -> bool:
    """Do what can be done of an activity; True once it is done."""
    activity = placed.activity
    if activity.opens_when is not None and journey.lacking(activity.opens_when, view):
        return False
    for ref, item in placed.in_order:
        if isinstance(item, Gate):
            if not item.soft and item.opens_when is not None and journey.lacking(item.opens_when, view):
                return False
        elif ref not in journey.passed and journey.way.on_path(item.branch):
            journey.passed.add(ref)
            for code in item.standards:
                journey.shown[code] += 1
    journey.done.add(activity.id)
    return True
