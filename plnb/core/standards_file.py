"""A list of standards as a teacher writes it by hand, in YAML: the author's view of a `Framework`.

Only what is said, in the order it is said; whether the codes fit each other is for `interop.handmade` to see. Knows no files.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, ConfigDict, StringConstraints, model_validator

from plnb.core.base import Model, StandardCode
from plnb.core.standards import Relation

STANDARDS_SCHEMA_VERSION: Final = 1

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _grade(value: object) -> object:
    """`8` is grade 08: CASE writes grades with two digits, and people do not."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return value
    return f"0{value}" if str(value) in set("123456789") else str(value)


Grade = Annotated[
    str, BeforeValidator(_grade, json_schema_input_type=int | str), StringConstraints(strip_whitespace=True, min_length=1)
]
"""A grade; `8` and `08` are one."""


class AlignedEntry(Model):
    """A standard that somebody else published and that is the same or related; a code alone is one that is related."""

    model_config = ConfigDict(json_schema_extra={"type": ["object", "string"]})

    code: StandardCode
    """The other standard's own code, as published."""
    relation: Relation = Relation.related
    """How close the two are."""
    framework: str = ""
    """Short name of the other framework: `ccss`, `ngss`. Known codes need none."""
    uri: str = ""
    """Where the other standard is published."""

    @model_validator(mode="before")
    @classmethod
    def _code_alone(cls, raw: Any) -> Any:
        return {"code": raw} if isinstance(raw, str) else raw


class StandardEntry(Model):
    """One thing to learn."""

    code: StandardCode
    """The code people say aloud and tag cells with; without blanks."""
    statement: Text
    """What a student who has it can do, in full."""
    title: str = ""
    """A few words for chips and charts; the start of the statement where it is empty."""
    parent: StandardCode | None = None
    """Code of the group this standard belongs to; a group is a standard that others name as their parent."""
    requires: tuple[StandardCode, ...] = ()
    """Codes of what one should be able to do before."""
    grades: tuple[Grade, ...] = ()
    """Grades it is meant for; those of the list where there are none."""
    kind: str = ""
    """What it is called where it is published: `Standard`, `Cluster`, `Domain`."""
    aligned: tuple[AlignedEntry, ...] = ()
    """The same or a related standard elsewhere; `plnb standards align` writes them."""


class StandardsFile(Model):
    """A list of standards in YAML (`frameworks/*.yaml`)."""

    schema_version: Literal[1]
    """Version of this format."""
    title: Text
    """Full title of the list."""
    id: str = ""
    """Short name used in course files; the file's own name without."""
    creator: str = ""
    """Who wrote it."""
    subject: tuple[Text, ...] = ()
    """School subjects it is for."""
    grades: tuple[Grade, ...] = ()
    """Grades its standards are meant for, where they do not say so themselves."""
    language: str = "en"
    """BCP 47 tag of the statements."""
    licence: str = ""
    """How the statements may be used."""
    uri: str = ""
    """Where it is published; the namespace of the identifiers we make."""
    version: str = ""
    """Your own version of it."""
    standards: tuple[StandardEntry, ...] = ()
    """The standards, in their order; groups before what is in them."""
