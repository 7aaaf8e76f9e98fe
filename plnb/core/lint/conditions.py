"""Rules on conditions: names that lead nowhere, and conditions that cannot hold or that shut out those who do well."""

from __future__ import annotations

from collections.abc import Iterator

from plnb.core.base import Level
from plnb.core.cells import GateCell
from plnb.core.conditions import ActivityDone, All, AnyOf, CheckPassed, ChoiceIs, Condition, Not, StandardAtLeast, StandardBelow
from plnb.core.findings import Severity
from plnb.core.lint.registry import Found, rule
from plnb.core.lint.view import CourseView
from plnb.core.lint.words import listed, meant

Atom = StandardAtLeast | StandardBelow | CheckPassed | ActivityDone | ChoiceIs


def atoms(condition: Condition) -> Iterator[Atom]:
    """The single statements a condition is made of."""
    match condition:
        case All():
            for part in condition.all:
                yield from atoms(part)
        case AnyOf():
            for part in condition.any:
                yield from atoms(part)
        case Not():
            yield from atoms(condition.not_)
        case _:
            yield condition


@rule("unknown-check", Severity.error)
def unknown_check(view: CourseView) -> Iterator[Found]:
    """A condition names a check that is not there."""
    for asked in view.asked:
        for atom in atoms(asked.condition):
            if isinstance(atom, CheckPassed) and atom.check not in view.check_refs:
                activity = atom.check.partition("/")[0]
                near = [ref for ref in view.check_refs if ref.startswith(f"{activity}/")] or view.check_refs
                yield Found(
                    asked.spot,
                    f"{asked.what} waits for the check {atom.check}, which is not in the course.",
                    meant(atom.check, sorted(near), "name a check as `activity/grade_id`."),
                )


@rule("unknown-activity", Severity.error)
def unknown_activity(view: CourseView) -> Iterator[Found]:
    """A condition names an activity that is not there."""
    for asked in view.asked:
        for atom in atoms(asked.condition):
            if isinstance(atom, ActivityDone) and atom.done not in view.activities:
                yield Found(
                    asked.spot,
                    f"{asked.what} waits for the activity {atom.done}, which is not in the course.",
                    meant(atom.done, view.activities, "name an activity by its notebook, without `.ipynb`."),
                )


@rule("unknown-option", Severity.error)
def unknown_option(view: CourseView) -> Iterator[Found]:
    """A condition names a fork or an option that is not there."""
    known = [f"{fork}/{option}" for fork, options in view.fork_options.items() for option in options]
    for asked in view.asked:
        for atom in atoms(asked.condition):
            if isinstance(atom, ChoiceIs) and atom.choice not in known:
                yield Found(
                    asked.spot,
                    f"{asked.what} waits for the choice {atom.choice}, which no fork offers.",
                    meant(atom.choice, known, "name a choice as `fork/option`."),
                )


@rule("gate-without-condition", Severity.error)
def gate_without_condition(view: CourseView) -> Iterator[Found]:
    """A gate does not say what opens it."""
    for _, cell, spot in view.cells:
        if isinstance(cell.meta, GateCell) and cell.meta.opens_when is None:
            yield Found(
                spot,
                f"The gate {cell.meta.id} does not say what opens it.",
                "Add `opens_when` to the cell, for example a standard and the level to reach, or take the gate away.",
            )


@rule("closes-when-better", Severity.error)
def closes_when_better(view: CourseView) -> Iterator[Found]:
    """A step that everybody must do shuts when a student gets better."""
    for asked in view.asked:
        if not asked.required:
            continue
        closing = list(dict.fromkeys(_closing(asked.condition, True)))
        if closing:
            yield Found(
                asked.spot,
                f"{asked.what} is for everybody, but it closes once a student has {listed(closing, 'or')}.",
                "Turn the condition round, or make the step optional with `optional: true` and use `suggest_when`.",
            )


def _closing(condition: Condition, positive: bool) -> Iterator[str]:
    """What stops the condition from holding when a student does well."""
    match condition:
        case All() | AnyOf():
            parts = condition.all if isinstance(condition, All) else condition.any
            each = [list(_closing(part, positive)) for part in parts]
            # Where one part is enough, one part that stays open is enough. (`not all` is such a place, `not any` is none.)
            if isinstance(condition, All) is positive or all(each):
                for found in each:
                    yield from found
        case Not():
            yield from _closing(condition.not_, not positive)
        case StandardBelow() if positive:
            yield f"{condition.standard} at {condition.below}"
        case StandardAtLeast() if not positive:
            yield f"{condition.standard} at {condition.at_least}"
        case CheckPassed() if not positive:
            yield f"passed {condition.check}"
        case ActivityDone() if not positive:
            yield f"done {condition.done}"


@rule("impossible-condition", Severity.error)
def impossible_condition(view: CourseView) -> Iterator[Found]:
    """A condition contradicts itself."""
    for asked in view.asked:
        for why in _contradictions(asked.condition):
            yield Found(
                asked.spot,
                f"{asked.what} waits for something that can never hold: {why}.",
                "Change one of the two levels, or use `any` instead of `all`.",
            )


def _contradictions(condition: Condition) -> Iterator[str]:
    match condition:
        case StandardBelow(standard=code, below=Level.not_started):
            yield f"nobody is below not_started in {code}"
        case All():
            floors = [part for part in condition.all if isinstance(part, StandardAtLeast)]
            ceilings = [part for part in condition.all if isinstance(part, StandardBelow)]
            for floor in floors:
                for ceiling in ceilings:
                    if floor.standard == ceiling.standard and floor.at_least >= ceiling.below:
                        yield f"{floor.standard} would have to be at least {floor.at_least} and below {ceiling.below}"
            for part in condition.all:
                yield from _contradictions(part)
        case AnyOf():
            for part in condition.any:
                yield from _contradictions(part)
