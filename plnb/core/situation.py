"""Where one student stands in a course: choices, checks passed, activities done. Computed once, read by every step.

It states facts; `paths` makes steps of them and `suggesting` decides what is best next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from plnb.core.base import Basis, Level
from plnb.core.course import Activity, ActivityFork, Check, Course, Fork
from plnb.core.facts import Outline, facts_of
from plnb.core.history import History
from plnb.core.mastery import Estimate, trusted_for
from plnb.core.records import COUNTED, Attempt, Directed, Directive, Verdict
from plnb.core.sayings import words_of_teachers
from plnb.core.stages import HAVE
from plnb.core.truth import State, truth

MANUAL_PASS: Final = 0.5
"""Share of the points from which work judged by a person counts as passed: a project need not be perfect to let a student go on."""

LOW: Final = frozenset({Level.not_started, Level.attempted})
"""Levels at which a prerequisite is shaky."""


class Suggested(NamedTuple):
    """Why an optional activity is suggested."""

    mends: bool
    """It is there for a lack, not for those who are ahead."""
    clause: str
    """What makes the suggestion hold."""


class Situation:
    """One student, one course, one moment.

    Checks count as passed on the same records as the estimates: where those are for credit, only what the grader or a teacher saw.
    """

    def __init__(self, course: Course, estimates: Sequence[Estimate], history: History) -> None:
        self.course = course
        self.history = history
        self.words = words_of_teachers(course.language)
        self.duties = history.duties()
        """What a teacher requires or excuses, by activity."""
        self.facts = facts_of(course)
        self.names = self.facts.names
        self.estimates = {e.standard: e for e in estimates}
        self.levels = {e.standard: e.level for e in estimates}
        self.requires = self.facts.requires
        self._read_attempts({e.basis for e in estimates} or {Basis.credit})
        self.chosen = {fork.id: self._chosen(fork) for fork in self.facts.forks}
        self._needed: dict[str, Sequence[tuple[Check, str]]] = {}
        self._unsettled: dict[str, list[str]] = {}
        self._shaky: dict[str, list[str]] = {}
        self._labels: dict[tuple[str, ...], str] = {}
        self.branches = frozenset(f"{fork}/{option}" for fork, options in self.chosen.items() for option in options)
        self.done = {a.id: why for a in self.facts.activities.values() if (why := self._why_done(a))}
        self.state = State(
            levels=self.levels,
            passed=self.passed,
            done=self.done.keys(),
            choices=self.branches,
            names=self.names,
            words=self.words,
        )
        self.in_need = frozenset(
            code for a in self.facts.activities.values() if a.id in self.started and a.id not in self.done for code in self.shaky(a)
        )
        """Shaky standards that something begun builds on."""
        best = dict.fromkeys((*self.names.standards, *self.levels), Level.mastered)
        self._if_had_all = replace(self.state, levels=best)
        untried = {c for c, level in self.levels.items() if level is Level.not_started and c not in self.in_need}
        self._if_untried_had = replace(self.state, levels={**self.levels, **{c: best[c] for c in untried}})

    def _read_attempts(self, bases: set[Basis]) -> None:
        trusted = frozenset[str]().union(*(trusted_for(self.course, basis) for basis in bases))
        for_credit = trusted_for(self.course, Basis.credit)
        manual = self.facts.manual
        passed, answered, started = set[str](), set[str](), set[str](self.history.hinted)
        latest: dict[str, Verdict] = {}
        best: dict[str, Attempt] = {}
        most: dict[str, tuple[float, float]] = {}
        commented: list[Attempt] = []
        refs: list[str] = []
        for attempt in self.history.attempts:
            said = vars(attempt)
            if said["comment"]:
                commented.append(attempt)
            activity, verdict, trust = said["activity"], said["verdict"], said["trust"]
            ref = f"{activity}/{said['check']}"
            refs.append(ref)
            if verdict not in COUNTED:
                if trust in trusted:
                    latest[ref] = verdict
                continue
            started.add(activity)
            if trust in for_credit:
                earned = said["score"], said["points"]
                if ref not in best or earned > most[ref]:
                    best[ref], most[ref] = attempt, earned
            if trust in trusted:
                latest[ref] = verdict
                answered.add(ref)
                if verdict is Verdict.passed or (ref in manual and said["score"] >= MANUAL_PASS):
                    passed.add(ref)
        self.refs: Sequence[str] = refs
        """Of each attempt of the history the check, as `activity/grade_id`."""
        self.commented: Sequence[Attempt] = commented
        """Attempts with a comment, oldest first."""
        self.best: Mapping[str, Attempt] = best
        """The first best attempt for credit at each check, by `activity/grade_id`."""
        self.passed = frozenset(passed)
        """Checks passed at least once, as `activity/grade_id`."""
        self.answered = frozenset(answered)
        """Checks answered at least once."""
        self.waiting = frozenset(ref for ref, verdict in latest.items() if verdict is Verdict.waiting)
        """Checks whose latest answer a person has yet to look at."""
        self.started = frozenset(started)
        """Activities with any work in them."""

    def _chosen(self, fork: Fork | ActivityFork) -> tuple[str, ...]:
        """The options taken: the latest choice, without what the fork does not offer, at most as many as may be picked."""
        said = self.history.choices.get(fork.id)
        offered = {option.id for option in fork.options}
        return tuple(o for o in dict.fromkeys(said.options) if o in offered)[: fork.pick] if said else ()

    def decided(self, fork: Fork | ActivityFork) -> bool:
        """Whether as many options are taken as are to be picked."""
        return len(self.chosen[fork.id]) >= min(fork.pick, len(fork.options))

    def titles(self, fork: Fork | ActivityFork) -> str:
        """Titles of the options taken, quoted."""
        return self.words.quote([self.names.options[f"{fork.id}/{option}"] for option in self.chosen[fork.id]])

    def outline(self, activity: Activity) -> Outline:
        """What the activity asks of anybody."""
        return self.facts.outlines[activity.id]

    def on_way(self, activity: Activity) -> Sequence[tuple[Check, str]]:
        """Checks on this student's way, each with its `activity/grade_id`: all but those on options that were not taken."""
        outline = self.outline(activity)
        if not outline.branched:
            return outline.checks
        return [(check, ref) for check, ref in outline.checks if check.branch is None or check.branch in self.branches]

    def needed(self, activity: Activity) -> Sequence[tuple[Check, str]]:
        """Checks on the way that must be settled before the activity is done; challenges only where there is nothing else."""
        if activity.id not in self._needed:
            checks = self.on_way(activity)
            self._needed[activity.id] = [each for each in checks if each[0].role != "challenge"] or checks
        return self._needed[activity.id]

    def open_choices(self, activity: Activity) -> list[Fork]:
        """Choices inside the notebook that decide about checks and are still to be made."""
        return [fork for fork in self.outline(activity).deciding if not self.decided(fork)]

    def unsettled(self, activity: Activity) -> list[str]:
        """Needed checks that are still to do, as `activity/grade_id`.

        A check is settled when it is passed; a probe when it is answered: it asks what is known, it does not demand it.
        """
        if activity.id not in self._unsettled:
            self._unsettled[activity.id] = [
                ref
                for check, ref in self.needed(activity)
                if ref not in self.passed and (check.role != "probe" or ref not in self.answered)
            ]
        return self._unsettled[activity.id]

    def awaits(self, activity: Activity) -> bool:
        """Whether nothing is left to do in it but for a person to look at what was handed in."""
        left = self.unsettled(activity)
        return bool(left) and not self.open_choices(activity) and all(ref in self.waiting for ref in left)

    def demands(self, activity: Activity) -> bool:
        """Whether a student on this way must do it: it is not extra, and there is something in it to be checked."""
        return bool(activity.checks) and (not activity.optional or self.required(activity) is not None)

    def required(self, activity: Activity) -> Directed | None:
        """The word of a teacher who asks for this activity. Where nothing is checked, nothing could ever be done."""
        word = self.duties.get(activity.id)
        return word if word and word.what is Directive.require and activity.checks else None

    def excused(self, activity: Activity) -> bool:
        """Whether a teacher excuses the student from this activity."""
        word = self.duties.get(activity.id)
        return word is not None and word.what is Directive.excuse

    def _why_done(self, activity: Activity) -> str:
        """Why an activity is done, as a code of `words`; empty where it is not.

        It is done when its checks on this student's way are settled, when a teacher excuses from it, or tested out: everything it
        teaches is had already. Testing out never skips what a person judges or asks for, nor what is extra (an extension is for
        those who have it all).
        """
        needed = self.needed(activity)
        if needed and not self.open_choices(activity) and not self.unsettled(activity):
            return "activity.answered" if all(check.role == "probe" for check, _ in needed) else "activity.passed"
        if self.excused(activity):
            return "directed.excused"
        if (
            not activity.optional
            and not self.required(activity)
            and activity.checks
            and activity.standards
            and not self.outline(activity).judged
            and all(self.levels.get(code) in HAVE for code in activity.standards)
        ):
            return "activity.tested_out"
        written = [point.id for point in activity.reflections if point.role == "reflect"]
        if written and not activity.checks and all(point in self.history.reflections for point in written):
            return "activity.reflected"
        return ""

    def shaky(self, activity: Activity) -> list[str]:
        """Standards that what it teaches builds on, assessed in this course and not yet familiar. Probes build on nothing."""
        if activity.id not in self._shaky:
            self._shaky[activity.id] = [code for code in self.outline(activity).builds_on if self.levels.get(code) in LOW]
        return self._shaky[activity.id]

    def suggested(self, activity: Activity) -> Suggested | None:
        """Why an optional activity is suggested, if it is.

        It mends where a student who had every standard would not be sent there, else it is for those who are ahead. What nobody has
        looked at yet is no weakness: a lack counts once it was tried, or something begun builds on it.
        """
        wish = activity.suggest_when
        if wish is None or not (found := truth(wish, self.state)).holds:
            return None
        mends = not truth(wish, self._if_had_all).holds
        if mends and not truth(wish, self._if_untried_had).holds:
            return None
        return Suggested(mends, found.clause)

    def labels(self, codes: Iterable[str]) -> str:
        """Labels of standards, quoted."""
        key = tuple(codes)
        if key not in self._labels:
            self._labels[key] = self.words.quote([self.names.standard(code) for code in key])
        return self._labels[key]
