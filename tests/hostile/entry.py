"""What an entry of the corpus is: a hand-in, made by a small function, and what must come of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


class Family(StrEnum):
    """What an entry is after."""

    forging = "forging"
    structure = "structure"
    reading = "reading"
    writing = "writing"
    persisting = "persisting"
    network = "network"
    resources = "resources"
    malformed = "malformed"
    content = "content"
    honest = "honest"


class Flag(StrEnum):
    """Whether a person must be told."""

    yes = "yes"
    no = "no"
    may = "may"


@dataclass
class HandIn:
    """A submission on its way into its folder. `book` is the notebook as JSON; `raw`, where set, is what the file holds instead."""

    folder: Path
    path: Path
    book: dict[str, Any]
    raw: bytes | None = None
    written: bool = True

    def cell(self, grade_id: str) -> dict[str, Any]:
        return next(cell for cell in self.cells if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)

    @property
    def cells(self) -> list[dict[str, Any]]:
        cells: list[dict[str, Any]] = self.book["cells"]
        return cells

    def insert(self, before: str, source: str, kind: str = "code") -> None:
        """A cell of the student's own."""
        made: dict[str, Any] = {"cell_type": kind, "id": f"own-{len(self.cells)}", "metadata": {}, "source": source}
        if kind == "code":
            made |= {"outputs": [], "execution_count": None}
        self.cells.insert(self.cells.index(self.cell(before)), made)

    def file(self, name: str, text: str | bytes) -> Path:
        """Another file of the hand-in."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def text(self) -> bytes:
        return json.dumps(self.book, ensure_ascii=False).encode()


@dataclass(frozen=True)
class Entry:
    """One hand-in."""

    name: str
    """The student's id."""
    family: Family
    tries: str
    """What it tries, in a sentence."""
    defence: str
    """What has to hold."""
    unit: str = "basics"
    answers: Mapping[str, str] = field(default_factory=dict)
    """Answers by grade_id. `@TCP@` and the like stand for what the stage has planted."""
    edit: Callable[[HandIn], object] | None = None
    """Changes the hand-in after the answers are in."""
    scores: Mapping[str, float] = field(default_factory=dict)
    """Points of the automatic checks; those not named earn nothing."""
    flag: Flag = Flag.may
    graded: bool = True
    """Whether there is anything that can be graded."""
    mirrored: Mapping[str, float] = field(default_factory=dict)
    """Points that checks off the student's way mirror."""


def entry_maker(family: Family) -> Callable[..., Entry]:
    """`make(name, tries, defence, …)` for one family."""

    def make(name: str, tries: str, defence: str, **more: Any) -> Entry:
        return Entry(name=f"{family}-{name}", family=family, tries=tries, defence=defence, **more)

    return make
