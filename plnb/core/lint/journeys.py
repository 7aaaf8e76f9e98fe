"""Rules on where the course leads: nobody is stuck, and whoever gets everything right is proficient in the end."""

from __future__ import annotations

from collections.abc import Iterator

from plnb.core.base import Level
from plnb.core.conditions import StandardAtLeast
from plnb.core.findings import Severity
from plnb.core.lint.best_student import Journey, needed
from plnb.core.lint.conditions import atoms
from plnb.core.lint.registry import Found, rule
from plnb.core.lint.view import Asked, CourseView
from plnb.core.lint.words import listed


def _gates(view: CourseView) -> Iterator[tuple[Asked, list[tuple[Journey, list[str]]]]]:
    """Everything that opens, with what it lacks on each way it is met on."""
    for asked in view.asked:
        if asked.gate and asked.placed is not None:
            on = [journey for journey in view.journeys if journey.way.on_path(asked.placed.activity.branch)]
            yield asked, [(journey, journey.lacking(asked.condition, view)) for journey in on]


@rule("gate-nobody-can-pass", Severity.error)
def gate_nobody_can_pass(view: CourseView) -> Iterator[Found]:
    """Something opens for nobody, not even for a student who gets everything right."""
    for asked, tries in _gates(view):
        if tries and all(lacking for _, lacking in tries):
            yield Found(
                asked.spot,
                f"{asked.what} opens for nobody: a student who gets everything right still lacks "
                f"{listed(dict.fromkeys(tries[0][1]))}.",
                "Add checks before it, lower the level it asks for, or move it further on.",
            )


@rule("gate-on-one-option", Severity.error)
def gate_on_one_option(view: CourseView) -> Iterator[Found]:
    """Something that everybody must pass opens only for those who chose one option of a fork."""
    for asked, tries in _gates(view):
        if not asked.required or all(lacking for _, lacking in tries):
            continue
        for journey, lacking in tries:
            if lacking:
                yield Found(
                    asked.spot,
                    f"{asked.what} never opens for whoever chooses {_named(view, journey, tries)}: they lack "
                    f"{listed(dict.fromkeys(lacking))}.",
                    "Put what it asks for on every option of the fork, or before the fork.",
                )


def _named(view: CourseView, journey: Journey, tries: list[tuple[Journey, list[str]]]) -> str:
    """The choice that shuts the way: the one that differs from a way that is open."""
    if journey.way.fork:
        return f"{journey.way.fork}/{journey.way.option}"
    opening = next(other.way for other, lacking in tries if not lacking)
    return f"{opening.fork}/{view.fork_options[opening.fork][0]}"


@rule("too-few-checks", Severity.warning)
def too_few_checks(view: CourseView) -> Iterator[Found]:
    """A student who gets everything right is still not proficient in a standard."""
    stuck = {
        atom.standard
        for asked, tries in _gates(view)
        if any(lacking for _, lacking in tries)
        for atom in atoms(asked.condition)
        if isinstance(atom, StandardAtLeast)
    }
    mastery = view.course.mastery
    for code in view.course.assessed():
        met = [
            (journey.met[code], journey) for journey in view.journeys if journey.met[code] and not journey.way.taken & view.hollow
        ]
        if not met or code in stuck or code not in view.standards or mastery.policy_for(code).over_children:
            continue
        count, journey = min(met, key=lambda pair: pair[0])
        enough = needed(mastery.policy_for(code), Level.proficient)
        if enough is not None and count >= enough:
            continue
        way = f" on the way by {journey.way.fork}/{journey.way.option}" if len({n for n, _ in met}) > 1 and journey.way.fork else ""
        rule_ = mastery.policy_for(code).type
        yield Found(
            view.yaml("mastery", f"standard {code}"),
            f"A student who gets everything right is still not proficient in {code}: there {'is' if count == 1 else 'are'} {count} "
            f"check{'' if count == 1 else 's'} of it{way}, and its rule ({rule_}) needs {enough or 'more than any course has'}.",
            f"Add {enough - count if enough else 'more'} check{'' if enough and enough - count == 1 else 's'} of {code}, "
            "or give it another rule under `mastery: standards:`.",
        )
