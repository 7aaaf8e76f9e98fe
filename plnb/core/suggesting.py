"""What to do next, and why: one to three suggestions, best first. Nobody is left without one.

What a teacher put first comes first. Then, in this order: what mends a shaky prerequisite, what is begun, what the student is ready
for (the outer fringe of what they have), what goes with their interests and preferred formats, the order of the course. Interests
only reorder within a unit: the order of the units is the teacher's. Where nothing required is open, what would open it is
suggested, also again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from plnb.core.base import Level, Reason
from plnb.core.course import Activity, ActivityFork, ActivityOption
from plnb.core.mastery import Estimate
from plnb.core.profile import Profile
from plnb.core.rescue import Rescue
from plnb.core.sayings import sentence
from plnb.core.situation import LOW, Situation
from plnb.core.steps import Step, StepState, Suggestion
from plnb.core.truth import truth

AT_MOST: Final = 3
"""Suggestions at a time: a choice, not a list."""

NAMED: Final = 3
"""Standards named in one sentence: more would not be read."""

MEND, GO_ON, EXTRA, WAIT = range(4)
"""What a suggestion is for, in order of need."""

READY, BUILDS, SHAKY = range(3)
"""How ready the student is: nothing shaky below; shaky, but others build on it; shaky."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Something that could be next."""

    need: int
    required: bool
    begun: bool
    readiness: int
    unit: int
    likes: int
    place: int
    suggest: Callable[[], Suggestion]
    """The suggestion with its sentence, made only where it is among the few that are shown."""

    @property
    def rank(self) -> tuple[int, bool, int, int, int, int]:
        """Best first."""
        return self.need, not self.begun, self.readiness, self.unit, -self.likes, self.place


def suggest(situation: Situation, steps: Sequence[Step], profile: Profile, *, complete: bool) -> tuple[Suggestion, ...]:
    """What to do next."""
    suggesting = _Suggesting(situation, steps, profile)
    return _few(chain(suggesting.pinned(), suggesting.answer(complete=complete)))


class _Suggesting:
    def __init__(self, situation: Situation, steps: Sequence[Step], profile: Profile) -> None:
        self.situation = situation
        self.steps = steps
        self.profile = profile
        self.activities = situation.facts.activities
        self.forks = situation.facts.between
        self.units = {unit.id: place for place, unit in enumerate(situation.course.units)}
        self.rescue = Rescue(situation, steps)
        # What open activities build on and the student does not have yet: standard -> the activity that needs it.
        self.wanted: dict[str, Activity] = {}
        self.wanted_now: dict[str, Activity] = {}
        for step in steps:
            if step.kind == "activity" and self._open(step):
                activity = self.activities[step.id]
                for code in situation.shaky(activity):
                    self.wanted.setdefault(code, activity)
                    if activity.id in situation.started:
                        self.wanted_now.setdefault(code, activity)

    def answer(self, *, complete: bool) -> tuple[Suggestion, ...]:
        candidates = sorted(self._candidates(), key=lambda c: c.rank)
        lapsed, due = self._lapsed(), self._due()
        if complete:
            extra = chain(lapsed, due, (c.suggest() for c in candidates), self._extras())
            return _few(extra) or _few(self.rescue.review())
        of = {need: [c for c in candidates if c.need == need] for need in (MEND, GO_ON, EXTRA, WAIT)}
        helpful = [*of[MEND], *of[GO_ON]]
        known: Iterator[Suggestion] = (c.suggest() for c in helpful if c is helpful[0] or c.readiness == READY)
        if not any(c.required for c in helpful):
            known = chain(islice(known, AT_MOST - 1), self.rescue.locked())
        # What was lost comes before what is new; what is due for a look comes after the first thing to do, and crowds nothing out.
        following = _few(chain(lapsed, islice(known, 1), due, known))
        if of[EXTRA]:
            # Somebody ahead must see it before everything else is done.
            following = _few([*following[: AT_MOST - 1], of[EXTRA][0].suggest()])
        return following or _few(c.suggest() for c in of[WAIT]) or _few(self.rescue.closed())

    def pinned(self) -> Iterable[Suggestion]:
        """What a teacher put first, where the student can go now: to the activity, or to the choice that leads there."""
        steps = {step.id: step for step in self.steps if step.kind == "activity"}
        for name, word in self.situation.history.pins().items():
            step = steps.get(name)
            if step is None or not step.on_path or step.state in (StepState.done, StepState.locked):
                continue
            if self.situation.awaits(self.activities[name]):
                continue
            reason = self.situation.words.say("directed.pinned", said=sentence(word.reason))
            if step.branch is None or step.branch in self.situation.branches:
                yield Suggestion(step=name, title=step.title, reason=reason)
            else:
                fork, option = step.branch.split("/")
                yield Suggestion(step=fork, title=self.forks[fork].prompt, option=option, reason=reason)

    def _lapsed(self) -> list[Suggestion]:
        """Where to get back what was lost, the longest ago first; one at a time."""
        lost = [e for e in self.situation.estimates.values() if e.lapsed and e.level < Level.proficient and e.since]
        return self._revisit("next.lapsed", sorted(lost, key=lambda e: (e.since, e.standard)))

    def _due(self) -> list[Suggestion]:
        """Where to look again at what is due, the longest ago first; one at a time."""
        due = [e for e in self.situation.estimates.values() if e.review_due]
        return self._revisit("next.review_due", sorted(due, key=lambda e: (e.review_on, e.standard)))

    def _revisit(self, code: str, estimates: Iterable[Estimate]) -> list[Suggestion]:
        for estimate in estimates:
            for activity in self.rescue.where(estimate.standard):
                reason = self.situation.words.say(code, standard=self.situation.names.standard(estimate.standard))
                return [Suggestion(step=activity.id, title=activity.title, reason=reason)]
        return []

    def _open(self, step: Step) -> bool:
        """Whether a step can be worked on now, on this student's way and not by way of a choice still to be made."""
        if not step.on_path or step.state not in (StepState.ready, StepState.recommended):
            return False
        return step.branch is None or step.branch in self.situation.branches

    def _candidates(self) -> Iterable[_Candidate]:
        fresh = not self.situation.started
        for place, step in enumerate(self.steps):
            if not self._open(step):
                continue
            if step.kind == "activity":
                candidate = self._activity(self.activities[step.id], step, place, first=fresh)
                fresh = False
                yield candidate
            elif step.id in self.forks and step.required:
                yield self._fork(self.forks[step.id], step, place)

    def _activity(self, activity: Activity, step: Step, place: int, *, first: bool) -> _Candidate:
        situation = self.situation
        shaky = situation.shaky(activity)
        builds = [code for code in activity.standards if code in self.wanted]
        mends = [code for code in activity.standards if code in self.wanted_now]
        liked = self._liked([activity])
        begun = activity.id in situation.started
        suggested = step.state is StepState.recommended
        if situation.awaits(activity):
            need = WAIT
        elif wish := situation.suggested(activity) if suggested else None:
            # Something to read is never done, so it must not stand before what can be.
            need = MEND if wish.mends and activity.checks else EXTRA
        else:
            need = MEND if mends and not shaky else GO_ON

        def suggestion() -> Suggestion:
            if need is WAIT or suggested:
                reason = step.reason
            elif begun and (found := self.rescue.gate(activity)):
                return found
            elif begun:
                reason = self._go_on(activity)
            elif mends and not shaky:
                builder = self.wanted_now[mends[0]]
                reason = situation.words.say("next.builds", standards=situation.labels(mends), activity=builder.title)
            elif situation.required(activity):
                reason = step.reason
            elif first:
                reason = situation.words.say("next.begin")
            elif shaky:
                reason = step.reason
            else:
                reason = self._ready_for(activity, liked)
            return Suggestion(step=activity.id, title=activity.title, reason=reason)

        return _Candidate(
            need=need,
            required=step.required,
            begun=begun,
            readiness=READY if not shaky else BUILDS if builds else SHAKY,
            unit=self.units[activity.unit],
            likes=len(liked),
            place=place,
            suggest=suggestion,
        )

    def _go_on(self, activity: Activity) -> Reason:
        left = len(self.situation.unsettled(activity))
        if self.situation.open_choices(activity) or not left:
            return self.situation.words.say("next.continue_choice")
        return self.situation.words.say("next.continue", left=left)

    def _ready_for(self, activity: Activity, liked: list[str]) -> Reason:
        situation, words = self.situation, self.situation.words
        unit = situation.course.units[self.units[activity.unit]].title
        if liked:
            return words.say("next.likes", unit=unit, likes=words.join(liked))
        before = (code for taught in activity.standards for code in situation.requires.get(taught, ()))
        known = [c for c in dict.fromkeys(before) if c in situation.levels and situation.levels[c] not in LOW]
        if known:
            return words.say("next.prepared", standards=situation.labels(known[:NAMED]))
        return words.say("next.in_order", unit=unit)

    def _fork(self, fork: ActivityFork, step: Step, place: int) -> _Candidate:
        situation, words = self.situation, self.situation.words
        open_ways = [option for option in fork.options if option.id not in step.chosen and self._passable(option)]
        best, reason = self._best(open_ways)
        shaky = min((self._shaky_in(option) for option in open_ways), key=len, default=[])
        return _Candidate(
            need=GO_ON,
            required=True,
            begun=any(a.id in situation.started for option in open_ways for a in option.activities),
            readiness=SHAKY if shaky else READY,
            unit=self.units[step.unit],
            likes=len(self._liked_way(best)) if best else 0,
            place=place,
            suggest=lambda: Suggestion(
                step=fork.id,
                title=fork.prompt,
                option=best.id if best else "",
                reason=reason or words.say("next.choose", pick=min(fork.pick, len(fork.options)) - len(step.chosen)),
            ),
        )

    def _best(self, ways: Sequence[ActivityOption]) -> tuple[ActivityOption | None, Reason | None]:
        """The way that fits better than every other, and why: begun already, suggested by the author, or liked."""
        situation, words = self.situation, self.situation.words
        begun = {o.id for o in ways if any(a.id in situation.started for a in o.activities)}
        wanted = {o.id: truth(o.suggest_when, situation.state) for o in ways if o.suggest_when}
        suggested = {key for key, answer in wanted.items() if answer.holds}

        def fit(option: ActivityOption) -> tuple[bool, bool, int]:
            return option.id in begun, option.id in suggested, len(self._liked_way(option))

        ranked = sorted(ways, key=fit, reverse=True)
        if not ranked or fit(ranked[0]) == (False, False, 0) or (len(ranked) > 1 and fit(ranked[0]) == fit(ranked[1])):
            return None, None
        best = ranked[0]
        if best.id in begun:
            return best, words.say("next.choose_begun", option=best.title)
        if best.id in suggested:
            return best, words.say("next.choose_suggested", option=best.title, clause=wanted[best.id].clause)
        return best, words.say("next.choose_fits", option=best.title, likes=words.join(self._liked_way(best)))

    def _passable(self, option: ActivityOption) -> bool:
        return any(
            not activity.opens_when or truth(activity.opens_when, self.situation.state).holds for activity in option.activities
        )

    def _shaky_in(self, option: ActivityOption) -> list[str]:
        return [code for activity in option.activities for code in self.situation.shaky(activity)]

    def _liked_way(self, option: ActivityOption) -> list[str]:
        return self._liked([option, *option.activities])

    def _liked(self, things: Iterable[Activity | ActivityOption]) -> list[str]:
        """Interests and formats of the student's that these go with, in the student's order, as words."""
        interests = {interest for thing in things for interest in thing.interests}
        formats = {thing.format for thing in things}
        words = self.situation.words
        return [i for i in dict.fromkeys(self.profile.interests) if i in interests] + [
            words.phrase(f"format.{f}") for f in dict.fromkeys(self.profile.formats) if f in formats
        ]

    def _extras(self) -> Iterable[Suggestion]:
        """What is left when everything required is done, except what its author would not suggest to this student now."""
        for step in self.steps:
            if step.kind == "activity" and step.state is StepState.optional and step.on_path and step.checks:
                activity = self.activities[step.id]
                if activity.suggest_when is None:
                    reason = self.situation.words.say("next.extra")
                    yield Suggestion(step=activity.id, title=activity.title, reason=reason)


def _few(suggestions: Iterable[Suggestion]) -> tuple[Suggestion, ...]:
    """The first of them, each step once."""
    found: dict[str, Suggestion] = {}
    for suggestion in suggestions:
        found.setdefault(suggestion.step, suggestion)
        if len(found) == AT_MOST:
            break
    return tuple(found.values())
