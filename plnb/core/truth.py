"""Whether a condition holds for a student, and in words why or what is missing.

Knows conditions and names, no course and no records: `situation` fills in the state.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field

from plnb.core.base import Level, Reason
from plnb.core.conditions import ActivityDone, All, AnyOf, CheckPassed, ChoiceIs, Condition, Not, StandardAtLeast, StandardBelow
from plnb.core.course import ActivityFork, Course
from plnb.core.words import ENGLISH, Words

Atom = StandardAtLeast | StandardBelow | CheckPassed | ActivityDone | ChoiceIs
"""A condition without parts."""


@dataclass(frozen=True, slots=True)
class Names:
    """What people call the things that conditions name. What is missing here is a fault of the course, and keeps its id."""

    standards: Mapping[str, str] = field(default_factory=dict)
    """Labels by code."""
    activities: Mapping[str, str] = field(default_factory=dict)
    """Titles by id."""
    checks: Mapping[str, str] = field(default_factory=dict)
    """Titles by `activity/grade_id`."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Titles by `fork/option`."""

    @classmethod
    def of(cls, course: Course) -> Names:
        """Every name of a course."""
        activities: dict[str, str] = {}
        checks: dict[str, str] = {}
        options: dict[str, str] = {}
        for activity in course.activities():
            activities[activity.id] = activity.title
            checks.update((f"{activity.id}/{check.id}", check.title or check.id) for check in activity.checks)
            options.update((f"{fork.id}/{option.id}", option.title) for fork in activity.forks for option in fork.options)
        for unit in course.units:
            for node in unit.nodes:
                if isinstance(node, ActivityFork):
                    options.update((f"{node.id}/{option.id}", option.title) for option in node.options)
        standards = {code: standard.label for code, standard in course.standards.by_code.items()}
        return cls(standards=standards, activities=activities, checks=checks, options=options)

    def standard(self, code: str) -> str:
        """A standard's label."""
        return self.standards.get(code, code)

    def check(self, ref: str, words: Words) -> str:
        """A check's title and its activity's."""
        activity = ref.split("/")[0]
        return words.phrase("check_in", check=self.checks.get(ref, ref), activity=self.activities.get(activity, activity))


@dataclass(frozen=True, slots=True)
class State:
    """What conditions are asked of: where one student stands."""

    levels: Mapping[str, Level] = field(default_factory=dict)
    """Level by standard; not started where there is none."""
    passed: Set[str] = frozenset()
    """Checks passed at least once, as `activity/grade_id`."""
    done: Set[str] = frozenset()
    """Activities done."""
    choices: Set[str] = frozenset()
    """Options taken, as `fork/option`."""
    names: Names = Names()
    """What to call things."""
    words: Words = ENGLISH
    """The language to speak."""


@dataclass(frozen=True, slots=True)
class Truth:
    """The answer."""

    holds: bool
    """Whether the condition holds."""
    clause: str
    """What makes it hold, or what is missing: a clause to follow “because” or “when”."""
    reason: Reason
    """The same as a sentence."""


def truth(condition: Condition, state: State) -> Truth:
    """Whether `condition` holds; where it does not, the reason names what is missing, and only that."""
    holds, clause = _say(condition, True, state)
    return Truth(holds, clause, state.words.say("condition.holds" if holds else "condition.fails", clause=clause))


def missing(condition: Condition, state: State) -> Iterator[Atom]:
    """The parts that do not hold and that a student can bring about by doing more, in the order written."""
    yield from _missing(condition, True, state)


def _missing(condition: Condition, wanted: bool, state: State) -> Iterator[Atom]:
    match condition:
        case Not():
            yield from _missing(condition.not_, not wanted, state)
        case All(all=parts) | AnyOf(any=parts):
            if not _say(condition, wanted, state)[0]:
                for part in parts:
                    yield from _missing(part, wanted, state)
        case StandardBelow():
            if not wanted and _holds(condition, state):
                yield StandardAtLeast(standard=condition.standard, at_least=condition.below)
        case _:
            if wanted and not _holds(condition, state):
                yield condition


def _say(condition: Condition, wanted: bool, state: State) -> tuple[bool, str]:
    """Whether `condition` is as `wanted`, and the clause for it.

    What is wanted false is turned round down to its parts (not both = either not), so every clause is about one plain fact.
    """
    match condition:
        case Not():
            return _say(condition.not_, not wanted, state)
        case All(all=parts):
            return _say_parts(parts, wanted, state, every=wanted)
        case AnyOf(any=parts):
            return _say_parts(parts, wanted, state, every=not wanted)
    return _holds(condition, state) is wanted, _clause(condition, wanted, state)


def _say_parts(parts: tuple[Condition, ...], wanted: bool, state: State, *, every: bool) -> tuple[bool, str]:
    said = [_say(part, wanted, state) for part in parts]
    holds = all(h for h, _ in said) if every else any(h for h, _ in said)
    # Of “all”, what fails is news; of “any”, what holds is: tell only the parts that decide.
    clauses = list(dict.fromkeys(clause for held, clause in said if held is holds))
    if not clauses:
        return holds, state.words.phrase("if.always" if holds else "if.never")
    return holds, state.words.join(clauses, "and" if holds or every else "or")


def _holds(atom: Atom, state: State) -> bool:
    match atom:
        case StandardAtLeast():
            return state.levels.get(atom.standard, Level.not_started) >= atom.at_least
        case StandardBelow():
            return state.levels.get(atom.standard, Level.not_started) < atom.below
        case CheckPassed():
            return atom.check in state.passed
        case ActivityDone():
            return atom.done in state.done
        case ChoiceIs():
            return atom.choice in state.choices


def _clause(atom: Atom, wanted: bool, state: State) -> str:
    names, words = state.names, state.words
    match atom:
        case StandardAtLeast(standard=code, at_least=bar) | StandardBelow(standard=code, below=bar):
            level = state.levels.get(code, Level.not_started)
            kind = "at_least" if isinstance(atom, StandardAtLeast) is wanted else "below"
            clause = words.phrase(f"if.{kind}.{bar}", standard=names.standard(code))
            if _holds(atom, state) is wanted:
                return clause
            return words.phrase("if.now", clause=clause, level=words.phrase(f"level.{level}"))
        case CheckPassed():
            return words.phrase("if.passed" if wanted else "if.not_passed", check=names.check(atom.check, words))
        case ActivityDone():
            return words.phrase("if.done" if wanted else "if.not_done", activity=names.activities.get(atom.done, atom.done))
        case ChoiceIs():
            option = names.options.get(atom.choice, atom.choice)
            return words.phrase("if.chosen" if wanted else "if.not_chosen", option=option)
