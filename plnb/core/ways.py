"""What the ways through a course take and bring: minutes, points, checks; and conditions in a few words for teachers. Pure."""

from __future__ import annotations

from plnb.core.conditions import ActivityDone, All, AnyOf, CheckPassed, ChoiceIs, Condition, Not, StandardAtLeast, StandardBelow
from plnb.core.course import Activity, ActivityOption, Check, Course, Unit


def way_points(activity: Activity) -> float:
    """Points a student can earn in an activity: all of the way, and of each fork as many options as are picked.

    Options of a fork are worth the same (lint asks for it); where they are not, the mean is said.
    """
    share = {
        f"{fork.id}/{option.id}": min(1.0, fork.pick / len(fork.options)) for fork in activity.forks for option in fork.options
    }
    return sum(check.points * share.get(check.branch or "", 1.0) for check in activity.checks)


def unit_points(unit: Unit) -> float:
    """Points a student can earn in a unit, whichever options are taken."""
    total = 0.0
    for node in unit.nodes:
        if isinstance(node, Activity):
            total += way_points(node)
        else:
            options = [sum(way_points(activity) for activity in option.activities) for option in node.options]
            total += sum(options) / len(options) * min(node.pick, len(options))
    return total


def activity_minutes(activity: Activity) -> float:
    """Minutes it takes everybody: none where it is optional."""
    return 0.0 if activity.optional else activity.minutes or 0.0


def option_minutes(option: ActivityOption) -> float:
    """Minutes an option takes: those of its activities, or its own where they say nothing."""
    return sum(activity.minutes or 0.0 for activity in option.activities) or option.minutes or 0.0


def unit_minutes(unit: Unit) -> float:
    """Minutes a unit usually takes without what is optional: of each fork the longest options."""
    total = 0.0
    for node in unit.nodes:
        if isinstance(node, Activity):
            total += activity_minutes(node)
        else:
            total += sum(sorted(map(option_minutes, node.options), reverse=True)[: node.pick])
    return total


def facts(activity: Activity) -> list[str]:
    """What to say of an activity in a few words: time, points, checks."""
    checks = [*activity.checks]
    inside = _checks_on_a_way(activity, checks)
    points = way_points(activity)
    said = [f"{activity.minutes:g} min"] if activity.minutes else []
    if points:
        said.append(count(points, "point"))
    if checks and all(check.role == "probe" for check in checks):
        said.append(count(inside, "question"))
    elif checks:
        said.append(count(inside, "check"))
    return said


def _checks_on_a_way(activity: Activity, checks: list[Check]) -> float:
    share = {
        f"{fork.id}/{option.id}": min(1.0, fork.pick / len(fork.options)) for fork in activity.forks for option in fork.options
    }
    return round(sum(share.get(check.branch or "", 1.0) for check in checks))


def count(number: float, noun: str) -> str:
    """`1 point`, `2 points`."""
    return f"{number:g} {noun}{'' if number == 1 else 's'}"


def opens(condition: Condition, course: Course) -> str:
    """A condition in a few words, for teachers: standards by code, activities and options by title."""
    titles = {activity.id: activity.title for activity in course.activities()}
    options = {f"{fork.id}/{option.id}": option.title for fork in course.forks() for option in fork.options}
    return _words(condition, titles, options)


def _words(condition: Condition, titles: dict[str, str], options: dict[str, str]) -> str:
    match condition:
        case All(all=parts):
            return " and ".join(_inner(part, titles, options) for part in parts) or "always"
        case AnyOf(any=parts):
            return " or ".join(_inner(part, titles, options) for part in parts)
        case Not():
            return f"not ({_words(condition.not_, titles, options)})"
        case StandardAtLeast():
            return f"{condition.standard} is {condition.at_least}"
        case StandardBelow():
            return f"{condition.standard} is below {condition.below}"
        case CheckPassed():
            return f"{condition.check} is passed"
        case ActivityDone():
            return f"“{titles.get(condition.done, condition.done)}” is done"
        case ChoiceIs():
            return f"“{options.get(condition.choice, condition.choice)}” is chosen"


def _inner(condition: Condition, titles: dict[str, str], options: dict[str, str]) -> str:
    said = _words(condition, titles, options)
    return f"({said})" if isinstance(condition, All | AnyOf) else said
