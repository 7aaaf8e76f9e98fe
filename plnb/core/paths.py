"""The way through a course for one student: each step's state with its reason, and what to do next.

The types are in `steps`, the facts in `situation`, the choice of what is next in `suggesting`; here each step gets its state.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from plnb.core.base import Reason
from plnb.core.course import Activity, ActivityFork, ActivityOption, Course
from plnb.core.history import History
from plnb.core.mastery import Estimate
from plnb.core.profile import Profile
from plnb.core.records import Record
from plnb.core.sayings import sentence
from plnb.core.situation import Situation
from plnb.core.steps import Path, Step, StepState, Suggestion
from plnb.core.suggesting import suggest
from plnb.core.truth import truth

__all__ = ["Path", "Step", "StepState", "Suggestion", "plan", "plan_from"]


def plan(
    course: Course,
    estimates: Sequence[Estimate],
    records: Iterable[Record],
    *,
    profile: Profile = Profile(),
    now: datetime,
) -> Path:
    """The path for one student. Pure: same inputs, same path. Never leaves a student without a next step on a clean course.

    Give estimates of one basis: gates open, and checks count as passed, on that basis. `credit` is what a student's way stands on.
    """
    return plan_from(Situation(course, estimates, History.of(course, records, now)), profile)


def plan_from(situation: Situation, profile: Profile) -> Path:
    """The same from a situation already known."""
    steps = tuple(_steps(situation))
    complete = all(step.state is StepState.done for step in steps if step.required)
    following = suggest(situation, steps, profile, complete=complete)
    best = {suggestion.step: suggestion for suggestion in following}

    def marked(step: Step) -> Step:
        """What is done stays done and what is locked stays locked, also where `next` sends the student there again."""
        if step.state not in (StepState.ready, StepState.optional):
            return step
        if step.kind == "fork" and step.activity:
            if step.state is StepState.ready and step.activity in best:
                return step.model_copy(update={"state": StepState.recommended})
        elif step.kind != "gate" and step.on_path and step.id in best:
            return step.model_copy(update={"state": StepState.recommended, "reason": best[step.id].reason})
        return step

    return Path(steps=tuple(marked(step) for step in steps), next=following, complete=complete)


def _steps(situation: Situation) -> Iterator[Step]:
    for unit in situation.course.units:
        for node in unit.nodes:
            if isinstance(node, Activity):
                yield from _activity_steps(situation, node)
                continue
            inside = [
                step
                for option in node.options
                for activity in option.activities
                for step in _activity_steps(situation, activity, node, option)
            ]
            yield _fork_step(situation, unit.id, node, inside)
            yield from inside


def _activity_steps(
    situation: Situation, activity: Activity, fork: ActivityFork | None = None, option: ActivityOption | None = None
) -> Iterator[Step]:
    """The activity, then the choices and gates inside it."""
    taken = fork is None or option is None or option.id in situation.chosen[fork.id]
    other = fork if fork and not taken and situation.decided(fork) else None
    branch = f"{fork.id}/{option.id}" if fork and option else None
    state, reason = _activity_state(situation, activity, other, pending=not taken and not other)
    needed = situation.needed(activity)
    step = Step.of_valid(
        kind="activity",
        id=activity.id,
        unit=activity.unit,
        activity=activity.id,
        title=activity.title,
        state=state,
        reason=reason,
        branch=branch,
        on_path=other is None,
        standards=activity.standards,
        minutes=activity.minutes,
        passed=sum([ref in situation.passed for _, ref in needed]),
        checks=len(needed),
        chosen=(),
        required=taken and situation.demands(activity),
    )
    yield step
    if activity.forks:
        yield from _inner_forks(situation, activity, step)
    if activity.gates:
        yield from _gates(situation, activity, step)


def _activity_state(
    situation: Situation, activity: Activity, other: ActivityFork | None, *, pending: bool
) -> tuple[StepState, Reason]:
    """State and reason; `other` is the fork at which another way was chosen, `pending` that no way was chosen yet."""
    say = situation.words.say
    why = situation.done.get(activity.id)
    if why and not (other and why == "activity.tested_out"):
        if why == "directed.excused":
            return StepState.done, say(why, said=sentence(situation.duties[activity.id].reason))
        standards = situation.labels(activity.standards)
        return StepState.done, say(why, checks=len(situation.needed(activity)), standards=standards)
    if other:
        return StepState.optional, say("activity.other_way", options=situation.titles(other))
    if activity.opens_when and not (opens := truth(activity.opens_when, situation.state)).holds:
        return StepState.locked, say("activity.locked", clause=opens.clause)
    if pending:
        return StepState.ready, say("activity.one_of")
    if not situation.demands(activity):
        if suggested := situation.suggested(activity):
            return StepState.recommended, say("activity.suggested", clause=suggested.clause)
        return StepState.optional, say("activity.optional" if activity.checks else "activity.no_checks")
    if situation.awaits(activity):
        return StepState.ready, say("activity.waiting")
    if activity.id in situation.started:
        needed = situation.needed(activity)
        settled = len(needed) - len(situation.unsettled(activity))
        return StepState.ready, say("activity.started", passed=settled, checks=len(needed))
    if required := situation.required(activity):
        return StepState.ready, say("directed.required", said=sentence(required.reason))
    if shaky := situation.shaky(activity):
        return StepState.ready, say("activity.shaky", standards=situation.labels(shaky))
    return StepState.ready, say("activity.ready")


def _fork_step(situation: Situation, unit: str, fork: ActivityFork, inside: Sequence[Step]) -> Step:
    """A choice between activities: done when the activities of what was picked are done."""
    state, reason = _fork_state(situation, fork, {step.id: step for step in inside if step.kind == "activity"})
    return Step(
        kind="fork",
        id=fork.id,
        unit=unit,
        title=fork.prompt,
        state=state,
        reason=reason,
        chosen=situation.chosen[fork.id],
        required=not situation.decided(fork),
    )


def _fork_state(situation: Situation, fork: ActivityFork, inside: dict[str, Step]) -> tuple[StepState, Reason]:
    say = situation.words.say
    chosen = situation.chosen[fork.id]
    picks = min(fork.pick, len(fork.options))

    def required(option: ActivityOption) -> list[Activity]:
        return [activity for activity in option.activities if situation.demands(activity)]

    def finished(option: ActivityOption) -> bool:
        return all(activity.id in situation.done for activity in required(option))

    if situation.decided(fork):
        taken = [option for option in fork.options if option.id in chosen]
        if all(finished(option) for option in taken):
            return StepState.done, say("fork.done", options=situation.titles(fork))
        todo = [activity.id for option in taken for activity in required(option)]
        done = sum(activity in situation.done for activity in todo)
        reason = say("fork.under_way", options=situation.titles(fork), done=done, activities=len(todo))
        return StepState.ready, reason
    # Nothing said, but all the work of enough options is there (or tested out): the choice has lost its point.
    if sum(bool(required(option)) and finished(option) for option in fork.options) >= picks:
        return StepState.done, say("fork.not_needed")
    first = next(iter(inside.values()), None)
    if first and all(step.state is StepState.locked for step in inside.values()):
        return StepState.locked, say("fork.locked", clause=first.reason.values["clause"])
    if chosen:
        return StepState.ready, say("fork.choose_more", options=situation.titles(fork), more=picks - len(chosen))
    return StepState.ready, say("fork.choose", pick=picks, ways=len(fork.options))


def _inner_forks(situation: Situation, activity: Activity, step: Step) -> Iterator[Step]:
    """Choices inside a notebook: done when made."""
    say = situation.words.say
    for fork in activity.forks:
        state, reason = StepState.ready, say("fork.choose", pick=min(fork.pick, len(fork.options)), ways=len(fork.options))
        if not step.on_path or step.state is StepState.locked:
            state, reason = step.state, step.reason
        elif situation.decided(fork):
            state, reason = StepState.done, say("fork.chosen", options=situation.titles(fork))
        elif step.state is StepState.done:
            state, reason = StepState.done, say("fork.not_needed")
        elif step.state is StepState.optional:
            state, reason = StepState.optional, say("fork.part_of_optional")
        yield Step(
            kind="fork",
            id=fork.id,
            unit=step.unit,
            activity=activity.id,
            title=fork.prompt,
            state=state,
            reason=reason,
            branch=step.branch,
            on_path=step.on_path,
            chosen=situation.chosen[fork.id],
            required=False,
        )


def _gates(situation: Situation, activity: Activity, step: Step) -> Iterator[Step]:
    """Gates inside a notebook. A soft one is locked too: it says so, and lets go."""
    say = situation.words.say
    for gate in activity.gates:
        opens = truth(gate.opens_when, situation.state) if gate.opens_when else None
        if not step.on_path:
            state, reason = step.state, step.reason
        elif step.state is StepState.done:
            state, reason = StepState.done, say("gate.passed_by", activity=activity.title)
        elif opens is None or opens.holds:
            clause = opens.clause if opens else situation.words.phrase("if.always")
            state, reason = StepState.done, say("gate.open", clause=clause)
        else:
            state, reason = StepState.locked, say("gate.advises" if gate.soft else "gate.closed", clause=opens.clause)
        yield Step(
            kind="gate",
            id=gate.id,
            unit=step.unit,
            activity=activity.id,
            title=situation.words.phrase("gate.title", activity=activity.title),
            state=state,
            reason=reason,
            branch=step.branch,
            on_path=step.on_path,
            required=False,
        )
