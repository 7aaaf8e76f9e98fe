"""The way out where the way on is closed: what would open a locked step, followed down to something that can be done now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from plnb.core.conditions import ActivityDone, CheckPassed, ChoiceIs, Condition, StandardAtLeast
from plnb.core.course import Activity, ActivityFork, Fork
from plnb.core.situation import Situation
from plnb.core.steps import Step, StepState, Suggestion
from plnb.core.truth import missing, truth


class Rescue:
    """Finds what opens locked steps."""

    def __init__(self, situation: Situation, steps: Sequence[Step]) -> None:
        self.situation = situation
        self.locked_steps = [s for s in steps if s.state is StepState.locked and s.required]
        self.activities = situation.facts.activities
        self.step_of = {step.id: step for step in steps if step.kind == "activity"}
        self.forks: dict[str, tuple[Fork | ActivityFork, str]] = {}
        """Each fork with the step a student goes to for it."""
        for fork in situation.facts.forks:
            self.forks[fork.id] = fork, fork.id
        for activity in self.activities.values():
            self.forks.update((fork.id, (fork, activity.id)) for fork in activity.forks)

    def locked(self) -> Iterator[Suggestion]:
        """What opens the required steps that are locked, in course order."""
        for step in self.locked_steps:
            what = self.situation.words.quote([step.title])
            for condition in self._conditions(step):
                yield from self._openers(condition, what, frozenset({step.id}))

    def gate(self, activity: Activity) -> Suggestion | None:
        """What opens a hard gate that holds a student up in an activity."""
        for gate in activity.gates:
            if gate.opens_when and not gate.soft and not truth(gate.opens_when, self.situation.state).holds:
                what = self.situation.words.phrase("part_of", activity=activity.title)
                found = list(self._openers(gate.opens_when, what, frozenset()))
                # First what can still be done right here.
                left = self.situation.unsettled(activity)
                here = [s for s in found if s.step == activity.id and left]
                return next(iter([*here, *found]), None)
        return None

    def closed(self) -> Iterator[Suggestion]:
        """For a course with a fault: the first step that nothing opens, and the advice to ask."""
        for step in self.locked_steps:
            clause = step.reason.values["clause"]
            yield Suggestion(step=step.id, title=step.title, reason=self.situation.words.say("next.closed", clause=clause))
            return

    def review(self) -> Iterator[Suggestion]:
        """What to look at again when nothing is left: the weakest standard, the one reached longest ago first."""
        known = [e for e in self.situation.estimates.values() if self.where(e.standard)]
        for estimate in sorted(known, key=lambda e: (e.level.rank, e.since or self.situation.history.now, e.standard))[:1]:
            activity = self.where(estimate.standard)[0]
            label = self.situation.names.standard(estimate.standard)
            reason = self.situation.words.say("next.review", standard=label)
            yield Suggestion(step=activity.id, title=activity.title, reason=reason)

    def _conditions(self, step: Step) -> Iterator[Condition]:
        """What keeps a step locked: its own condition, or for a choice those of the activities behind it."""
        if step.kind == "activity":
            behind = [self.activities[step.id]]
        else:
            fork = self.forks[step.id][0]
            behind = [a for option in fork.options for a in option.activities] if isinstance(fork, ActivityFork) else []
        yield from (activity.opens_when for activity in behind if activity.opens_when)

    def _openers(self, condition: Condition, what: str, seen: frozenset[str]) -> Iterator[Suggestion]:
        words, names = self.situation.words, self.situation.names
        for atom in missing(condition, self.situation.state):
            match atom:
                case StandardAtLeast(standard=code):
                    open_ones = self.where(code)
                    for activity in open_ones:
                        again = "next.try_again" if activity.id in self.situation.done else "next.try"
                        reason = words.say(again, activity=activity.title, standard=names.standard(code), what=what)
                        yield Suggestion(step=activity.id, title=activity.title, reason=reason)
                    if not open_ones:
                        for activity in self.situation.facts.checking.get(code, ()):
                            yield from self._unlock(activity, seen)
                case CheckPassed(check=ref):
                    name, check_id = ref.split("/")
                    activity_of = self.activities.get(name)
                    check = next((c for c in activity_of.checks if c.id == check_id), None) if activity_of else None
                    if activity_of is None or check is None:
                        continue
                    if check.branch and check.branch not in self.situation.branches:
                        yield from self._rethink(check.branch, what)
                    elif self._is_open(activity_of):
                        reason = words.say("next.pass", check=names.check(ref, words), what=what)
                        yield Suggestion(step=name, title=activity_of.title, reason=reason)
                    else:
                        yield from self._unlock(activity_of, seen)
                case ActivityDone(done=name) if name in self.activities:
                    activity = self.activities[name]
                    if self._is_open(activity):
                        reason = words.say("next.finish", activity=activity.title, what=what)
                        yield Suggestion(step=name, title=activity.title, reason=reason)
                    else:
                        yield from self._unlock(activity, seen)
                case ChoiceIs(choice=branch):
                    yield from self._rethink(branch, what)
                case _:
                    pass

    def _unlock(self, activity: Activity, seen: frozenset[str]) -> Iterator[Suggestion]:
        """What opens a locked activity on which another locked one depends."""
        if activity.id not in seen and activity.opens_when:
            what = self.situation.words.quote([activity.title])
            yield from self._openers(activity.opens_when, what, seen | {activity.id})

    def _rethink(self, branch: str, what: str) -> Iterator[Suggestion]:
        fork_id, option = branch.split("/")
        if branch in self.situation.names.options and fork_id in self.forks:
            fork, step = self.forks[fork_id]
            title = self.activities[step].title if step in self.activities else fork.prompt
            code = "next.rethink" if self.situation.chosen[fork_id] else "next.pick"
            reason = self.situation.words.say(code, option=self.situation.names.options[branch], what=what)
            yield Suggestion(step=step, title=title, option=option, reason=reason)

    def _is_open(self, activity: Activity) -> bool:
        return self.step_of[activity.id].state is not StepState.locked

    def where(self, code: str) -> list[Activity]:
        """Open activities that check a standard: on the student's way first, more than probing, not done yet; in course order."""

        def rank(activity: Activity) -> tuple[bool, bool, bool]:
            here = any(code in check.standards and check.role != "probe" for check, _ in self.situation.on_way(activity))
            return not self.step_of[activity.id].on_path, not here, activity.id in self.situation.done

        return sorted((a for a in self.situation.facts.checking.get(code, ()) if self._is_open(a)), key=rank)
