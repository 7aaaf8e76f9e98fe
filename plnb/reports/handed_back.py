"""What a feedback page is made of: one student's notebook as it was graded, its points, and what was said."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from nbformat import NotebookNode

from plnb.core.marks import NotebookMarks
from plnb.core.records import Record


@dataclass(frozen=True)
class HandedBack:
    """One notebook on its way back to its student."""

    student: str
    unit: str
    activity: str
    """The notebook's name."""
    notebook: NotebookNode
    """As it was graded: hidden tests are out of it."""
    marks: NotebookMarks
    records: tuple[Record, ...]
    """Every record of this student; others' are left out if there are any."""
    made_at: datetime
    room: int = 1_900_000
    """How many characters of the page the notebook may take; what does not fit is left out, and the page says so."""
    released: frozenset[str] = field(default_factory=frozenset)
    """Cell ids of the notebook as it was released; others are the student's own. Empty where that is not known."""
