"""What the overview's tab *Standards* asks and is told: the course's own standards, what they are aligned to, and what could be.

Pure: made from the lists as they were read. They travel to the browser as they stand (`plnb.server.typescript`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import StringConstraints

from plnb.core.base import Model, StandardCode
from plnb.core.likeness import Likeness
from plnb.core.search import search_lists
from plnb.core.standards import Framework, Relation, Standard

LIKE: Final = 5
"""Standards that are offered without being asked for."""

FOUND: Final = 30
"""Standards that one search shows."""

FrameworkName = Annotated[str, StringConstraints(max_length=200)]


class StandardsList(Model):
    """A list of standards, by its name."""

    id: str
    """Short name."""
    title: str
    """Full title."""
    standards: int
    """How many it holds."""


class Kinship(Model):
    """What one standard can be to another."""

    relation: Relation
    """How it is written."""
    words: str
    """How it is said, after “is”."""


class AlignedTo(Kinship):
    """What a standard is aligned to."""

    framework: str
    """Short name of the published list."""
    title: str
    """Its full title, or the short name where the list is not here."""
    code: str
    """The published code."""
    statement: str = ""
    """What the published standard says; empty where the list is not here."""


class OwnStandard(Model):
    """A standard of the course's own list."""

    code: str
    """The code people say aloud."""
    title: str
    """A few words; empty where its author gave none."""
    statement: str
    """What a student who has it can do, in full."""
    group: bool = False
    """Whether other standards belong to it, so that nobody expects it to be aligned."""
    aligned: tuple[AlignedTo, ...] = ()
    """What it is aligned to."""


class Alignments(Model):
    """The course's own list, and what can be done with it."""

    own: str
    """Short name of the list that is shown."""
    file: str
    """The file it is in, from the course's folder."""
    lists: tuple[StandardsList, ...] = ()
    """The lists that `course.yaml` names: any of them can be shown."""
    published: tuple[StandardsList, ...] = ()
    """The other lists that are here, to align to."""
    kinds: tuple[Kinship, ...] = ()
    """What one standard can be to another."""
    standards: tuple[OwnStandard, ...] = ()
    """In the list's order."""


class Offer(Model):
    """A published standard that one could align to."""

    framework: str
    """Short name of its list."""
    title: str
    """Its list's full title."""
    code: str
    """Its code."""
    statement: str
    """What it says."""


class Offers(Model):
    """What was found, or what shares the words of a standard where nothing was asked."""

    total: int
    """How many there are."""
    offers: tuple[Offer, ...] = ()
    """The best of them, best first."""


class Aligning(Model):
    """Align one standard to another, or take that away."""

    path: str
    """The course's folder, or anything in it."""
    own: FrameworkName = ""
    """The course's list; the first one without."""
    code: StandardCode
    """The course's standard."""
    framework: FrameworkName
    """The published list."""
    other: StandardCode
    """The published standard."""
    relation: Relation | None
    """What the first is to the second; null takes away what was said before."""


def alignments(own: Framework, file: str, named: Sequence[Framework], others: Sequence[Framework]) -> Alignments:
    """The own list as it is now; `named` are the lists the course names, `others` all but the own one."""
    there = {(each.id, standard.code): standard.statement for each in others for standard in each.standards}
    titles = {each.id: each.title for each in others}
    groups = {standard.parent for standard in own.standards}

    def shown(standard: Standard) -> OwnStandard:
        aligned = tuple(
            AlignedTo(
                relation=each.relation,
                words=each.relation.words,
                framework=each.framework,
                title=titles.get(each.framework, each.framework),
                code=each.code,
                statement=there.get((each.framework, each.code), ""),
            )
            for each in standard.alignments
        )
        return OwnStandard(
            code=standard.code,
            title=standard.title,
            statement=standard.statement,
            group=standard.code in groups,
            aligned=aligned,
        )

    return Alignments(
        own=own.id,
        file=file,
        lists=tuple(map(_listed, named)),
        published=tuple(map(_listed, others)),
        kinds=tuple(Kinship(relation=each, words=each.words) for each in Relation),
        standards=tuple(map(shown, own.standards)),
    )


def offers(standard: Standard, others: Sequence[Framework], like: Likeness, query: str = "") -> Offers:
    """The published standards that answer to `query`; without one, those that are `like` the standard."""
    if query.strip():
        found = search_lists([each.standards for each in others], query)
        best, total = found[:FOUND], len(found)
    else:
        best = like.nearest(standard, LIKE)
        total = len(best)
    # By the very objects: two lists may hold equal standards.
    homes = {id(each): framework for framework in others for each in framework.standards}
    return Offers(
        total=total,
        offers=tuple(
            Offer(framework=homes[id(each)].id, title=homes[id(each)].title, code=each.code, statement=each.statement)
            for each in best
        ),
    )


def _listed(framework: Framework) -> StandardsList:
    return StandardsList(id=framework.id, title=framework.title, standards=len(framework.standards))
