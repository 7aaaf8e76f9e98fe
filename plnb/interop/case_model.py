# ruff: noqa: N815  (field names are CASE's own)
"""CASE 1.1 as its official schema has it: every class of a CFPackage, to the letter.

What we write is built from these, and `validate_package(strict=True)` reads with them, so no copy of the official schema is needed
at run time. Field names are CASE's own. Knows nothing of our types.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

UUID_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
_URI_CHARACTER = r"(?:[A-Za-z0-9\-._~:/?@!$&'()*+,;=]|%[0-9A-Fa-f]{2})"
URI_PATTERN = rf"^[A-Za-z][A-Za-z0-9+.\-]*:{_URI_CHARACTER}+(?:#{_URI_CHARACTER}*)?$"
TARGET_PATTERN = r"^(CASE|ext:[A-Za-z0-9.\-_]+)$"
ASSOCIATION_PATTERN = (
    r"^(isChildOf|isPeerOf|isPartOf|exactMatchOf|precedes|isRelatedTo|replacedBy|exemplar|hasSkillLevel|isTranslationOf"
    r"|ext:[A-Za-z0-9.\-_]+)$"
)


def _moment(value: str) -> str:
    """An ISO 8601 date and time with its offset, kept as it is written."""
    if "T" not in value or datetime.fromisoformat(value).tzinfo is None:
        raise ValueError("not a date and time with an offset, such as 2026-09-01T00:00:00Z")
    return value


def _day(value: str) -> str:
    if len(value) != len("2026-09-01"):
        raise ValueError("not a date, such as 2026-09-01")
    datetime.fromisoformat(value)
    return value


Guid = Annotated[str, StringConstraints(pattern=UUID_PATTERN)]
Uri = Annotated[str, StringConstraints(pattern=URI_PATTERN)]
Moment = Annotated[str, AfterValidator(_moment)]
Day = Annotated[str, AfterValidator(_day)]
Target = Annotated[str, StringConstraints(pattern=TARGET_PATTERN)]
AssociationType = Annotated[str, StringConstraints(pattern=ASSOCIATION_PATTERN)]
Extensions = dict[str, Any]
"""Open by the standard's own word: whoever writes it knows what is in it."""


class _Case(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _no_nulls(cls, raw: Any) -> Any:
        """CASE leaves a key out; it never writes null."""
        if isinstance(raw, dict) and (empty := [key for key, value in raw.items() if value is None]):
            raise PydanticCustomError("null", "{keys} must be left out where there is no value", {"keys": ", ".join(empty)})
        return raw


class Link(_Case):
    """LinkURI."""

    title: str
    identifier: Guid
    uri: Uri


class NodeLink(_Case):
    """LinkGenURI: an end of an association, perhaps outside CASE."""

    title: str
    identifier: str
    uri: Uri
    targetType: Target | None = None


class _Thing(_Case):
    identifier: Guid
    uri: Uri
    lastChangeDateTime: Moment
    extensions: Extensions | None = None


class Document(_Thing):
    """CFPckgDocument."""

    frameworkType: str | None = None
    caseVersion: Literal["1.1"] | None = None
    creator: str
    title: str
    officialSourceURL: Uri | None = None
    publisher: str | None = None
    description: str | None = None
    subject: list[str] | None = None
    subjectURI: list[Link] | None = None
    language: str | None = None
    version: str | None = None
    adoptionStatus: str | None = None
    statusStartDate: Day | None = None
    statusEndDate: Day | None = None
    licenseURI: Link | None = None
    notes: str | None = None


class Item(_Thing):
    """CFPckgItem."""

    fullStatement: str
    alternativeLabel: str | None = None
    CFItemType: str | None = None
    humanCodingScheme: str | None = None
    listEnumeration: str | None = None
    abbreviatedStatement: str | None = None
    conceptKeywords: list[str] | None = None
    conceptKeywordsURI: Link | None = None
    notes: str | None = None
    subject: list[str] | None = None
    subjectURI: list[Link] | None = None
    language: str | None = None
    educationLevel: list[str] | None = None
    CFItemTypeURI: Link | None = None
    licenseURI: Link | None = None
    statusStartDate: Day | None = None
    statusEndDate: Day | None = None


class Association(_Thing):
    """CFPckgAssociation."""

    associationType: AssociationType
    sequenceNumber: int | None = None
    originNodeURI: NodeLink
    destinationNodeURI: NodeLink
    CFAssociationGroupingURI: Link | None = None
    notes: str | None = None


class Concept(_Thing):
    """CFConcept."""

    title: str
    keywords: str | None = None
    hierarchyCode: str
    description: str | None = None


class Subject(_Thing):
    """CFSubject."""

    title: str
    hierarchyCode: str
    description: str | None = None


class ItemType(_Thing):
    """CFItemType."""

    title: str
    description: str
    hierarchyCode: str
    typeCode: str | None = None


class License(_Thing):
    """CFLicense."""

    title: str
    description: str | None = None
    licenseText: str


class Grouping(_Thing):
    """CFAssociationGrouping."""

    title: str
    description: str | None = None


class Definitions(_Case):
    """CFDefinition."""

    CFConcepts: list[Concept] | None = None
    CFSubjects: list[Subject] | None = None
    CFLicenses: list[License] | None = None
    CFItemTypes: list[ItemType] | None = None
    CFAssociationGroupings: list[Grouping] | None = None
    extensions: Extensions | None = None


class RubricLevel(_Case):
    """CFRubricCriterionLevel."""

    identifier: Guid
    uri: Uri
    lastChangeDateTime: Moment
    description: str | None = None
    quality: str | None = None
    score: float | None = None
    feedback: str | None = None
    position: int | None = None
    rubricCriterionId: Guid | None = None
    extensions: list[Extensions] | None = None


class RubricCriterion(_Thing):
    """CFRubricCriterion."""

    category: str | None = None
    description: str | None = None
    CFItemURI: Link | None = None
    weight: float | None = None
    position: int | None = None
    rubricId: Guid | None = None
    CFRubricCriterionLevels: list[RubricLevel] | None = None


class Rubric(_Thing):
    """CFRubric."""

    title: str | None = None
    description: str | None = None
    CFRubricCriteria: list[RubricCriterion] | None = None


class Package(_Case):
    """CFPackage."""

    CFDocument: Document
    CFItems: list[Item] | None = None
    CFAssociations: list[Association] | None = None
    CFDefinitions: Definitions | None = None
    CFRubrics: list[Rubric] | None = None
    extensions: Extensions | None = None
