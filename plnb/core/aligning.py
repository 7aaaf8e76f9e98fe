"""Which standards an alignment is between: found by code, in any spelling, or refused with the nearest there are. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from typing import Final, NamedTuple

from plnb.core.standards import Alignment, Framework, Standard
from plnb.errors import InputError, NotFoundError

Same = Callable[[str, str], bool]
"""Whether two spellings are one code (`interop.codes.same_standard`)."""


LOOK: Final = "see what is like your own with: plnb standards align"
"""What else to do where a code is not there."""


class Placed(NamedTuple):
    """A standard, and the framework it is in."""

    framework: Framework
    standard: Standard


def named(code: str, frameworks: Sequence[Framework], same: Same, look: str = LOOK) -> Placed:
    """The standard that `code` names in one of the frameworks; the code as it is written wins over other spellings of it.

    Raises NotFoundError with the nearest codes (`look` is what else to do), and InputError where two frameworks have it.
    """
    known = [Placed(framework, standard) for framework in frameworks for standard in framework.standards]
    found = [each for each in known if each.standard.code == code] or [each for each in known if same(each.standard.code, code)]
    if not found:
        raise NotFoundError(f"There is no standard {code} in {_listed(frameworks)}.", mend=_nearest(code, known, look))
    homes = {each.framework.id for each in found}
    if len(homes) > 1:
        raise InputError(f"The code {code} is in {' and '.join(sorted(homes))}.", mend="Say which one you mean, with --of.")
    return found[0]


def with_code(alignments: Iterable[Alignment], code: str, same: Same, of: str = "") -> tuple[Alignment, ...]:
    """The alignments to a code, in any framework or in that `of` one."""
    return tuple(each for each in alignments if same(each.code, code) and of in ("", each.framework))


def own_and_others(frameworks: Sequence[Framework], own: str = "") -> tuple[Framework, tuple[Framework, ...]]:
    """The course's own framework (the first, or the one called `own`), and all others. Raises NotFoundError."""
    for each in frameworks:
        if own in ("", each.id):
            return each, tuple(other for other in frameworks if other is not each)
    if not frameworks:
        raise NotFoundError("This course has no standards yet.", mend="Bring a list in with: plnb standards import")
    raise NotFoundError(f"No framework of this course is called {own}.", mend=f"Use one of: {_listed(frameworks)}.")


def not_aligned(framework: Framework) -> tuple[Standard, ...]:
    """The standards of a framework that are aligned to nothing; groups of standards left out."""
    groups = {standard.parent for standard in framework.standards}
    return tuple(each for each in framework.standards if not each.alignments and each.code not in groups)


def _listed(frameworks: Sequence[Framework]) -> str:
    return ", ".join(each.id for each in frameworks) or "any other framework of this course"


def _nearest(code: str, known: Sequence[Placed], look: str) -> str:
    if not known:
        return "Bring the framework in with: plnb standards import"
    folded = {each.standard.code.casefold(): each.standard.code for each in reversed(known)}
    close = [folded[each] for each in get_close_matches(code.casefold(), folded, n=3, cutoff=0.5)]
    return f"Did you mean {' or '.join(close)}? If not, {look}" if close else f"{look[0].upper()}{look[1:]}"
