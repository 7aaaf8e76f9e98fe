"""Fetching what came back: feedback pages by nbgrader's exchange, and with them the graded records that ours carry."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from plnb.core.student import Fetched
from plnb.errors import NotReadyError
from plnb.server.exchange import Reason, ask
from plnb.server.handing_in import handed_in
from plnb.store.returned import FOLDER

_REASONS: Final[tuple[Reason, ...]] = (
    (
        r"Unwritable directory",
        "There is no place here to fetch from.",
        "If your class hands work back by another way, use that; otherwise tell your teacher.",
    ),
    (r"Permission denied|Read-only", "Nothing can be kept in this folder.", "Copy it to a place of your own, and fetch there."),
    (r"execute permissions", "You may not fetch from this course.", "Tell your teacher."),
    (r"nbgrader is not", "nbgrader is not installed here.", "Install it: pip install nbgrader"),
)


def fetch(course: str, units: Mapping[str, Path]) -> Fetched:
    """Fetch for all units that were handed in from here. `units` are their folders.

    Raises NotReadyError with the reason where it does not work, OurFaultError where nbgrader fails otherwise.
    """
    sent = {one.unit for one in handed_in(course)}
    waiting = {unit: folder for unit, folder in units.items() if unit in sent and folder.name == unit}
    if not waiting:
        raise NotReadyError(
            "Nothing was handed in from here yet, so nothing can come back.", mend="Hand in a unit first; then look again later."
        )
    before = _pages(waiting)
    for parent in sorted({folder.parent for folder in waiting.values()}):
        ask("fetch", course, [unit for unit, folder in waiting.items() if folder.parent == parent], parent, reasons=_REASONS)
    after = _pages(waiting)
    return Fetched(new=sum(before.get(page) != held for page, held in after.items()))


def _pages(units: Mapping[str, Path]) -> dict[Path, str]:
    """Pages that are here, and what is in them: graded again, a page comes back under its old name."""
    return {
        page: hashlib.sha256(page.read_bytes()).hexdigest()
        for folder in units.values()
        for page in folder.glob(f"{FOLDER}/*/*.html")
        if page.is_file()
    }
