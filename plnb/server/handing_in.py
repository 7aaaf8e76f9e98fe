"""Handing in a unit by nbgrader's exchange, and what was handed in so far."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from plnb.core.student import Submission
from plnb.errors import NotReadyError
from plnb.server.exchange import Reason, ask, cache_folder

_STAMP: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?")

_REASONS: Final[tuple[Reason, ...]] = (
    (
        r"Inbound directory doesn't exist|Unwritable directory",
        "There is no place here to hand in to.",
        "If your class hands in by another way, use that; otherwise tell your teacher.",
    ),
    (r"write permissions", "You may not hand in to this course.", "Tell your teacher; your work is still here."),
    (r"do not have access", "You are not in this course.", "Tell your teacher; your work is still here."),
    (
        r"Assignment not found",
        "Your teacher has not opened this unit for handing in.",
        "Tell your teacher; your work is still here.",
    ),
    (
        r"missing notebooks",
        "A notebook of this unit is missing, so it was not handed in.",
        "Give the notebooks their old names again, or fetch the unit again into another folder.",
    ),
    (r"[Dd]irectory size is too big", "This folder is too big to be handed in.", "Take large files out of it and try again."),
    (r"nbgrader is not", "nbgrader is not installed here.", "Install it: pip install nbgrader"),
)


def hand_in(course: str, unit: str, folder: Path) -> Submission:
    """Hand in. Raises NotReadyError with the reason where it does not work, OurFaultError where nbgrader fails otherwise."""
    if folder.name != unit:
        raise NotReadyError(
            f"This unit's folder must be called “{unit}” to be handed in.",
            mend=f"Change its name from “{folder.name}” and try again.",
        )
    return Submission(unit=unit, at=_moment(ask("submit", course, [unit], folder.parent, reasons=_REASONS)["at"]))


def handed_in(course: str) -> tuple[Submission, ...]:
    """What was handed in from this machine, as nbgrader's own cache has it; newest first."""
    found = []
    try:
        names = [path.name for path in (cache_folder() / course).iterdir()]
    except OSError:
        return ()
    for name in names:
        _, _, rest = name.partition("+")
        unit, _, stamp = rest.partition("+")
        if unit and _STAMP.match(stamp):
            found.append(Submission(unit=unit, at=_moment(stamp)))
    return tuple(sorted(found, key=lambda one: one.at, reverse=True))


def _moment(stamp: str) -> datetime:
    """A timestamp of nbgrader's, in any of the forms a site may have chosen."""
    from dateutil.parser import parse  # type: ignore[import-untyped]

    when: datetime = parse(stamp)
    return when if when.tzinfo else when.replace(tzinfo=UTC)
