"""The made-up class as data: who sits in it, which ways they took, and everything that was done to their work.

What a test or a demo may want to expect of a student stands here, typed. Makes nothing.
"""

from __future__ import annotations

from plnb.authoring.mangle import Mangle
from plnb.authoring.roster import Kind
from plnb.core.base import Model


class Taken(Model):
    """A way a student took at a fork."""

    fork: str
    """The fork's id."""
    options: tuple[str, ...]
    """The options taken."""


class Slipped(Model):
    """A mistake put into an answer."""

    unit: str
    """The unit."""
    notebook: str
    """The notebook."""
    cell: str
    """The answer cell."""
    what: str
    """The mistake."""


class Mangled(Model):
    """What happened to a file."""

    mangle: Mangle
    """Which of the ways."""
    unit: str
    """The unit."""
    notebook: str
    """The notebook."""
    what: str
    """In one sentence."""


class SyntheticStudent(Model):
    """A made-up student, and everything a test or a demo may want to expect of them."""

    id: str
    """nbgrader's student id; begins with `demo-`."""
    kind: Kind
    """How they work."""
    number: int
    """Seat in the class, from 1."""
    units: tuple[str, ...]
    """Units handed in."""
    choices: tuple[Taken, ...] = ()
    """Ways taken at the forks of those units."""
    states_choices: bool = True
    """Whether the choices are said in the notebooks, or only to be read from the work."""
    slips: tuple[Slipped, ...] = ()
    """Mistakes in the first hand-in."""
    mangles: tuple[Mangled, ...] = ()
    """What happened to their files in the first hand-in."""
    again: tuple[str, ...] = ()
    """Units that `hand_in_again` will bring a second hand-in for."""
    note: str = ""
    """The student in one sentence."""


class SyntheticClass(Model):
    """A made-up class."""

    seed: int
    """What it was made from, with the course."""
    course: str
    """The course's id."""
    students: tuple[SyntheticStudent, ...]
    """In the order of their seats."""

    def student(self, student_id: str) -> SyntheticStudent:
        """The student with this id; KeyError where there is none."""
        return {student.id: student for student in self.students}[student_id]


class HandIn(Model):
    """One unit, handed in once."""

    student: str
    """The student."""
    unit: str
    """The unit."""
