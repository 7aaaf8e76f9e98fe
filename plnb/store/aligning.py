"""A standard of a course's own aligned to a published one: both are found by their codes, and one small edit is written.

What the command line and the screen do is the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from plnb.core.aligning import LOOK, named, with_code
from plnb.core.standards import Alignment, Framework, Relation, Standard
from plnb.errors import NotFoundError
from plnb.interop.case_text import guess_framework
from plnb.interop.codes import same_standard
from plnb.store.alignments import change_alignments
from plnb.store.frameworks import Listed


def align(
    here: Listed, own: str, other: str, relation: Relation, others: Sequence[Framework], look: str = LOOK
) -> tuple[Standard, Alignment]:
    """Align a standard of the list `here` to one of the `others`; said again it replaces what was said before.

    Raises NotFoundError or InputError for codes as `core.aligning.named`, and as `change_alignments`.
    """
    standard = named(own, [here.framework], same_standard, look).standard
    framework, theirs = named(other, others, same_standard, look)
    wanted = Alignment(relation=relation, framework=framework.id, code=theirs.code, uri=theirs.uri)
    # What a table or an author wrote of the same standard, without knowing its framework's name here.
    before = tuple(
        each
        for each in with_code(standard.alignments, theirs.code, same_standard)
        if each.framework in (framework.id, guess_framework(each.code, each.uri))
    )
    if before != (wanted,):
        change_alignments(here.file, standard, take=before, put=wanted)
    return standard, wanted


def take_away(here: Listed, own: str, other: str, of: str = "", look: str = LOOK) -> tuple[Standard, tuple[Alignment, ...]]:
    """Take away what a standard of the list `here` is to another, in any list or the one called `of`. Raises as `align`."""
    standard = named(own, [here.framework], same_standard, look).standard
    found = with_code(standard.alignments, other, same_standard, of)
    if not found:
        there = ", ".join(map(str, standard.alignments)) or "nothing"
        raise NotFoundError(f"{standard.code} is not aligned to {other}.", mend=f"It is aligned to: {there}.")
    change_alignments(here.file, standard, take=found)
    return standard, found


def only(name: str, frameworks: Sequence[Framework]) -> Sequence[Framework]:
    """The frameworks of that name; all of them where it is empty. Raises NotFoundError where there are none."""
    found = [each for each in frameworks if name in ("", each.id)]
    if not found:
        there = ", ".join(each.id for each in frameworks)
        mend = f"Use one of: {there}." if there else "Bring one in with: plnb standards import"
        raise NotFoundError(f"There is no other framework {name}".rstrip() + " in this course.", mend=mend)
    return found
