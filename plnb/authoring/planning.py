"""Who sits on which seat, which ways they take, what they open, and where something will go wrong. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from plnb.authoring.answers import Answer
from plnb.authoring.desk import Desk, Page
from plnb.authoring.mangle import Mangle
from plnb.authoring.people import Mangled, SyntheticStudent, Taken
from plnb.authoring.roster import MANNERS, Seat
from plnb.core.conditions import All, AnyOf, Condition, StandardBelow
from plnb.core.course import Activity, Course


def plan(desk: Desk, number: int, seat: Seat) -> SyntheticStudent:
    """Who sits on a seat (counted from 1) in this course, before any work is written."""
    manner = MANNERS[seat.kind]
    handed_in = desk.units[: max(1, len(desk.units) - manner.skips_last)]
    name = "-".join((f"demo-{number:02d}", seat.kind, *(kind for kind in seat.mangles[:1])))
    student = SyntheticStudent(
        id=name,
        kind=seat.kind,
        number=number,
        units=tuple(unit.id for unit in handed_in),
        choices=tuple(_choices(desk.course, number)),
        states_choices=seat.states_choices,
        note=_note(seat),
    )
    mangles: tuple[Mangled, ...] = ()
    if seat.mangles and (place := _place_to_mangle(desk, student, seat.mangles)):
        mangles = tuple(Mangled(mangle=kind, unit=place.unit, notebook=place.id, what="") for kind in seat.mangles)
    first_units = student.units[:2] if manner.again else ()
    again = [unit for unit in student.units if unit in first_units or (manner.again and unit in {each.unit for each in mangles})]
    return student.model_copy(update={"mangles": mangles, "again": tuple(again)})


def _note(seat: Seat) -> str:
    says = "says" if seat.states_choices else "does not say"
    mishaps = f"; one notebook arrives mangled ({', '.join(seat.mangles)})" if seat.mangles else ""
    return f"A made-up {seat.kind.replace('-', ' ')} student who {says} which way was taken{mishaps}."


def _choices(course: Course, number: int) -> Iterator[Taken]:
    """Neighbours take different ways, at each fork in another order."""
    for place, fork in enumerate(course.forks()):
        ids = [option.id for option in fork.options]
        yield Taken(
            fork=fork.id, options=tuple(ids[(number + place + step) % len(ids)] for step in range(min(fork.pick, len(ids))))
        )


def _place_to_mangle(desk: Desk, student: SyntheticStudent, mangles: tuple[Mangle, ...]) -> Activity | None:
    """A notebook that this student works in and where something can go wrong; another unit from seat to seat."""
    turn = student.number % len(student.units)
    units = [desk.course.unit(unit) for unit in student.units[turn:] + student.units[:turn]]
    places = [activity for unit in units if unit for activity in unit.activities() if _can_be_mangled(desk, activity, student)]
    if Mangle.warning in mangles:  # a warning costs points only under a check, so it has to sit in a function that one calls
        places.sort(key=lambda place: not any(answer.is_function for answer in on_way(desk.pages[place.id], student)))
    return next(iter(places), None)


def _can_be_mangled(desk: Desk, activity: Activity, student: SyntheticStudent) -> bool:
    counts = any(check.points > 0 and not check.manual for check in activity.checks)
    written = activity.id in desk.pages and any(answer.code for answer in on_way(desk.pages[activity.id], student))
    return counts and written and not activity.optional and works_on(activity, student)


def works_on(activity: Activity, student: SyntheticStudent) -> bool:
    """Whether a student opens a notebook at all: on the way taken, and not an extra that this kind leaves out."""
    if activity.branch and not took(student, activity.branch):
        return False
    wants = MANNERS[student.kind].optional
    if not activity.optional or wants == "all":
        return True
    return wants == ("behind" if _asks_below(activity.suggest_when) else "ahead")


def took(student: SyntheticStudent, branch: str) -> bool:
    """Whether a student took a branch, `fork/option`."""
    fork, option = branch.split("/")
    return any(taken.fork == fork and option in taken.options for taken in student.choices)


def _asks_below(condition: Condition | None) -> bool:
    """Whether an extra is suggested to those who are not there yet."""
    match condition:
        case StandardBelow():
            return True
        case All():
            return any(map(_asks_below, condition.all))
        case AnyOf():
            return any(map(_asks_below, condition.any))
    return False


def on_way(page: Page, student: SyntheticStudent) -> list[Answer]:
    """The places to write in on the ways a student took."""
    return [answer for answer in page.answers if not answer.branch or took(student, answer.branch)]
