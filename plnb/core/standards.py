"""Standards and the frameworks they come from, as a graph of what comes before what.

Mirrors CASE (a framework is a CFDocument, a standard a CFItem) without its plumbing. Knows no files.
"""

from __future__ import annotations

from enum import StrEnum

from plnb.core.base import Model, StandardCode


class Relation(StrEnum):
    """How a standard relates to one of another framework (CASE association types)."""

    exact_match = "exactMatchOf"
    related = "isRelatedTo"
    part_of = "isPartOf"
    peer = "isPeerOf"

    @property
    def words(self) -> str:
        """What one standard is to the other, to be read after “is”."""
        return {"exactMatchOf": "the same as", "isRelatedTo": "related to", "isPartOf": "a part of", "isPeerOf": "a peer of"}[self]


class Alignment(Model):
    """A link from our standard to one that somebody else published."""

    relation: Relation
    """How close the two are."""
    framework: str
    """Short name of the other framework: `ccss`, `ngss`."""
    code: StandardCode
    """The other standard's own code, as published."""
    uri: str = ""
    """Where the other standard is published."""

    def __str__(self) -> str:
        return f"{self.code} of {self.framework}"


class Standard(Model):
    """One thing to learn."""

    code: StandardCode
    """The code people say aloud and tag cells with."""
    statement: str
    """What a student who has it can do, in full."""
    title: str = ""
    """A few words for chips and charts; the start of the statement where it is empty."""
    parent: StandardCode | None = None
    """The group this standard belongs to."""
    requires: tuple[StandardCode, ...] = ()
    """What one should be able to do before (CASE `precedes`, read backwards)."""
    alignments: tuple[Alignment, ...] = ()
    """The same or a related standard elsewhere."""
    identifier: str = ""
    """The CASE GUID, where the framework has been published."""
    uri: str = ""
    """Where this standard is published, on its own."""
    education_level: tuple[str, ...] = ()
    """Grades it is meant for, as CASE codes: `08`, `09`."""
    kind: str = ""
    """CASE item type: `Standard`, `Cluster`, `Domain`."""

    @property
    def label(self) -> str:
        """A short name for a chart: the title, or the first words of the statement."""
        if self.title:
            return self.title
        words = self.statement.split()
        return " ".join(words[:8]) + ("…" if len(words) > 8 else "")


class Framework(Model):
    """A published or home-made list of standards."""

    id: str
    """Short name used in course files."""
    title: str
    """Full title."""
    creator: str = ""
    """Who wrote it."""
    uri: str = ""
    """Where it is published; the namespace of the identifiers we make."""
    identifier: str = ""
    """The CASE GUID of the document."""
    version: str = ""
    """The publisher's own version."""
    language: str = "en"
    """BCP 47 tag of the statements."""
    subject: tuple[str, ...] = ()
    """School subjects it is for."""
    licence: str = ""
    """How the statements may be used."""
    changed: str = ""
    """When the publisher last changed it, ISO 8601; empty if unknown."""
    standards: tuple[Standard, ...] = ()
    """In the publisher's order."""


class StandardSet(Model):
    """All standards of a course, from all its frameworks, found by code."""

    frameworks: tuple[Framework, ...] = ()
    """In the order the course names them; the first to define a code wins (lint reports the rest)."""

    def get(self, code: str) -> Standard | None:
        """The standard with this code, or None."""
        return self.by_code.get(code)

    @property
    def by_code(self) -> dict[str, Standard]:
        """Standards by code, in framework order."""
        found: dict[str, Standard] = {}
        for framework in self.frameworks:
            for standard in framework.standards:
                found.setdefault(standard.code, standard)
        return found
