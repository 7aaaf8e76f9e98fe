"""`plnb whatif`: a class under another rule of mastery; nothing is changed."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError
from rich.markup import escape

from plnb.cli.console import CourseOption, JsonOption, count, err, nothing_graded, out, print_json, table
from plnb.core.base import Model
from plnb.core.policy import Mastery
from plnb.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from plnb.core.course import Course
    from plnb.core.whatif import WhatIf
    from plnb.store.layout import CourseFolder

_MEND = "Write it as type:key=value,key=value, for example: --policy 'streak:n=5,distinct=2'"


def whatif(
    policy: Annotated[list[str], typer.Option("--policy", "-p", help="The other rule: `type:key=value,…`, as in course.yaml.")],
    standard: Annotated[
        list[str] | None,
        typer.Option(
            "--standard",
            help="Only this standard; may be repeated. Without: all that have no rule of their own.",
            show_default=False,
        ),
    ] = None,
    course: CourseOption = Path(),
    svg: Annotated[Path | None, typer.Option("--svg", help="Draw it, into this file.", show_default=False)] = None,
    json: JsonOption = False,
) -> None:
    """Replay a class's records under another rule: who would stand elsewhere and why, what practice it asks for, what it buys.

    Nothing is changed. To change the rule, write it into course.yaml; all levels follow from the records.
    """
    from plnb.core.compiling import compile_course
    from plnb.core.whatif import whatif as replay
    from plnb.store.layout import find_course
    from plnb.store.ledger import Ledger
    from plnb.store.sources import load_course

    folder = find_course(course)
    compiled = compile_course(load_course(folder.root))
    other = other_mastery(compiled, policy, standard or ())
    _must_be_graded(folder)
    with Ledger.open(folder.ledger) as ledger:
        records = {student: ledger.records(student) for student in ledger.students()}
    found = replay(compiled, records, other, now=datetime.now(UTC))
    if svg:
        _draw(found, svg)
    if json:
        print_json(found)
    else:
        _print(found)


class _Asked(Model):
    """A rule as course.yaml would hold it, so that what is wrong with it is said in the same words."""

    mastery: Mastery


def other_mastery(course: Course, policies: list[str], standards: tuple[str, ...] | list[str]) -> Mastery:
    """The course's rules with one in place of the course's own, or in place of those of some standards."""
    if len(policies) != 1:
        raise InputError("Two rules at once cannot be told apart afterwards.", mend="Ask for one --policy at a time.")
    asked = read_policy(policies[0])
    unknown = [code for code in standards if code not in course.assessed()]
    if unknown:
        raise NotFoundError(
            f"The course has no standard '{unknown[0]}' that it checks.",
            mend=f"Its standards: {', '.join(course.assessed()) or 'none'}.",
        )
    if standards:
        return course.mastery.model_copy(
            update={"standards": {**course.mastery.standards, **dict.fromkeys(standards, asked.policy)}}
        )
    return course.mastery.model_copy(update={"policy": asked.policy})


def read_policy(text: str) -> Mastery:
    """A rule written as `type:key=value,…`, read by the same model as course.yaml."""
    from plnb.store.explain import explain

    kind, _, rest = text.strip().partition(":")
    data: dict[str, object] = {"type": kind.strip()}
    for part in filter(None, (part.strip() for part in rest.split(","))):
        key, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not key or not value or re.search(r"[:;|=]", value):
            raise InputError(f"'{part}' is not a key with a value.", place="--policy", mend=_MEND)
        if key in data:
            raise InputError(f"'{key}' stands there twice.", place="--policy", mend="Say it once.")
        data[key] = _value(key, value)
    if not data["type"]:
        raise InputError("There is no rule here.", place="--policy", mend=_MEND)
    asked = {"mastery": {"policy": data}}
    try:
        return _Asked.model_validate(asked).mastery
    except ValidationError as error:
        first, *_ = explain(error, _Asked, asked)
        raise InputError(first.message, place="--policy", mend=first.mend or _MEND) from None


def _value(key: str, text: str) -> object:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for number in (int, float):
        try:
            value = number(text)
        except ValueError:
            continue
        if not math.isfinite(value):
            raise InputError(f"'{key}' is not a number.", place="--policy", mend="Write digits only, such as 3 or 0.8.")
        return value
    return text


def _must_be_graded(folder: CourseFolder) -> None:
    if not folder.ledger.exists():
        raise nothing_graded(folder)


def _draw(found: WhatIf, file: Path) -> None:
    from plnb.reports.whatif_chart import whatif_svg

    try:
        file.write_text(whatif_svg(found), encoding="utf-8")
    except OSError as error:
        raise InputError(f"This file cannot be written ({error.strerror}).", place=str(file), mend="Name another place.") from error
    err.print(f"[green]✓[/green] {file}")


def _print(found: WhatIf) -> None:
    now = dict.fromkeys(str(said) for row in found.standards for said in row.before.rule)
    then = dict.fromkeys(str(said) for row in found.standards for said in row.after.rule)
    out.print(
        f"[bold]Now:[/bold]  {escape(' '.join(said for said in now if said not in then) or 'The same, for fewer standards.')}"
    )
    out.print(f"[bold]Then:[/bold] {escape(' '.join(said for said in then if said not in now) or 'The same, for more standards.')}")
    if both := [said for said in now if said in then]:
        out.print(f"[dim]Both: {escape(' '.join(both))}[/dim]")
    shown = table("Standard", "", ">Students", ">Proficient", ">Answers until then", ">Right after", ">Answers more")
    for row in found.standards:
        a, b = row.before, row.after
        shown.add_row(
            row.code,
            escape(row.title),
            str(row.students),
            f"{a.proficient} → {b.proficient}",
            f"{_number(a.answers)} → {_number(b.answers)}",
            f"{_percent(a.accuracy)} → {_percent(b.accuracy)}",
            f"{row.practice:+d}",
        )
    out.print(shown)
    if found.kept:
        out.print(f"[dim]With a rule of their own, and unchanged: {', '.join(found.kept)}[/dim]")
    if not found.changes:
        out.print("\nNobody would stand elsewhere.")
        return
    people = len({change.student for change in found.changes})
    changes = table("Student", "Standard", "Now", "Then", "Why", title=f"\n{count(people, 'student')} would stand elsewhere")
    for change in found.changes:
        changes.add_row(change.student, change.standard, _level(change.before), _level(change.after), escape(str(change.why_after)))
    out.print(changes)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def _level(level: str) -> str:
    from plnb.core.words import ENGLISH

    return ENGLISH.phrase(f"level.{level}")
