"""Another question about the same: where a student who has done a check can try once more, on one that is news. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from plnb.core.course import Activity, Check, Course
from plnb.core.steps import Path, StepState
from plnb.core.student import Another


def another(
    course: Course, activity_id: str, path: Path, *, passed: Collection[tuple[str, str]], chosen: Mapping[str, Collection[str]]
) -> Iterator[Another]:
    """For each check of a notebook the nearest one that shares a standard, is open to the student and was never passed.

    The same answer twice is no news; another question is. Nearest: the same notebook, then the same unit, then the course in order.
    Diagnostics and questions that a person grades are left out. `passed` holds pairs of activity and check.
    """
    here = course.activity(activity_id)
    if here is None:
        return
    shut = {step.id for step in path.steps if step.kind == "activity" and (step.state is StepState.locked or not step.on_path)}
    open_ones = [
        (activity, check)
        for activity in sorted(
            (activity for activity in course.activities() if activity.id not in shut),
            key=lambda activity: (activity.id != here.id, activity.unit != here.unit),
        )
        for check in activity.checks
        if _can_be_tried(check, chosen) and (activity.id, check.id) not in passed
    ]
    for check in here.checks:
        found = next((pair for pair in open_ones if _is_like(*pair, here, check)), None)
        if found and not check.manual:
            yield Another(check=check.id, activity=found[0].id, to=found[1].id, title=found[1].title or found[0].title)


def _can_be_tried(check: Check, chosen: Mapping[str, Collection[str]]) -> bool:
    if check.manual or check.role == "probe":
        return False
    fork, _, option = (check.branch or "").partition("/")
    return not fork or option in chosen.get(fork, ())


def _is_like(activity: Activity, check: Check, here: Activity, done: Check) -> bool:
    same = activity.id == here.id and check.id == done.id
    return not same and not set(check.standards).isdisjoint(done.standards)
