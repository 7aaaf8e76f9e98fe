"""The ground every type of the core stands on: the frozen model, ids, and the words for levels and trust.

Knows nothing of courses, records or files.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from itertools import repeat
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_\-]+$", max_length=64)]
"""Letters, digits, `_` and `-`: what nbgrader allows for a grade_id, so ids can travel through it."""

UnitId = Annotated[str, StringConstraints(pattern=r"^[^/\\+\s.][^/\\+]*$", max_length=100)]
"""A unit is an nbgrader assignment, and a notebook one of its files: a plain file name, without `/`, `\\` or `+`."""

StandardCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
"""The human coding scheme of a standard, as published: `8.F.B.4`, `HSF-LE.A.2`, `MS-PS2-2`."""

StudentId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._@\-]{1,64}$")]
"""nbgrader's student id. Records hold this and nothing more of a person."""

BranchRef = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_\-]+/[A-Za-z0-9_\-]+$")]
"""A fork and one of its options: `rep/graph`."""

CheckRef = Annotated[str, StringConstraints(pattern=r"^[^/]+/[A-Za-z0-9_\-]+$")]
"""An activity and one of its checks: `steady-walk/slope_check`. (grade_ids are unique only inside a notebook.)"""


class Model(BaseModel):
    """A value: frozen, exact about its keys, and described by the strings under its fields (see `store.describing`)."""

    # Checkers are made when a kind of value is first checked: most runs of plnb meet a few of its hundred kinds.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    @classmethod
    def of_valid(cls, **fields: object) -> Self:
        """A value from parts that are valid already, all of them given: what a report makes thousands of.

        (pydantic's own `model_construct` looks at every field again and takes longer than to validate.)
        """
        return cls.of_parts(fields)

    @classmethod
    def of_parts(cls, fields: dict[str, object]) -> Self:
        """The same from a dict, which from then on is the value's own."""
        # One set for all: nobody can add to a frozen value's.
        every = _all_fields(cls)
        assert len(fields) == len(every), fields.keys() ^ every
        made: Self = _new(cls)
        _put_values(made, fields)
        _put_fields(made, every)
        _put_extra(made, None)
        _put_private(made, None)
        return made

    @classmethod
    def of_many(cls, parts: Sequence[dict[str, object]]) -> list[Self]:
        """Many values from dicts, in their order: each step for all of them before the next, without a call in Python for each."""
        every = _all_fields(cls)
        assert set(map(len, parts)) <= {len(every)}
        made: list[Self] = list(map(_new, repeat(cls, len(parts))))
        # A deque that keeps nothing runs an iterator to its end.
        deque(map(_put_values, made, parts), 0)
        deque(map(_put_fields, made, repeat(every)), 0)
        deque(map(_put_extra, made, repeat(None)), 0)
        deque(map(_put_private, made, repeat(None)), 0)
        return made


_new: Final = object.__new__
_put_values, _put_fields, _put_extra, _put_private = (
    BaseModel.__dict__[slot].__set__
    for slot in ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__")
)


@cache
def _all_fields(kind: type[Model]) -> set[str]:
    return set(kind.__pydantic_fields__)


class _Ordered(StrEnum):
    """A scale whose members compare by their place in it, not by their spelling."""

    # Enum's own hash is a call into Python; levels are looked up thousands of times in a report.
    __hash__ = str.__hash__

    def __init__(self, *_: object) -> None:
        self._rank = len(type(self).__members__)

    @property
    def rank(self) -> int:
        """Place on the scale; 0 is the lowest."""
        return self._rank

    def __lt__(self, other: str) -> bool:
        return self._rank < self._other(other)

    def __le__(self, other: str) -> bool:
        return self._rank <= self._other(other)

    def __gt__(self, other: str) -> bool:
        return self._rank > self._other(other)

    def __ge__(self, other: str) -> bool:
        return self._rank >= self._other(other)

    def _other(self, other: str) -> int:
        return other._rank if type(other) is type(self) else type(self)(other)._rank


class Level(_Ordered):
    """How far a student is with a standard."""

    not_started = "not_started"
    attempted = "attempted"
    familiar = "familiar"
    proficient = "proficient"
    mastered = "mastered"


class Trust(_Ordered):
    """How far a record can be believed: by whom it was seen."""

    self_ = "self"
    """The student said so."""
    local = "local"
    """It ran in the student's own kernel."""
    graded = "graded"
    """It ran in the grader."""
    teacher = "teacher"
    """A person judged it."""


class Basis(StrEnum):
    """Which records an estimate may use."""

    practice = "practice"
    """Every record: for helping."""
    credit = "credit"
    """Only what the grader or a teacher saw: for gates that count, and for marks."""


class Format(StrEnum):
    """The form an explanation or option takes. A preference, never a diagnosis (no 'learning styles')."""

    text = "text"
    visual = "visual"
    data = "data"
    story = "story"
    code = "code"
    hands_on = "hands_on"


class Reason(Model):
    """Why: a sentence a 14-year-old can read, and the code and values it was made from, so it can be translated."""

    code: str
    """Stable name of the sentence, the key for a translator."""
    text: str
    """The sentence, in the course's language."""
    values: dict[str, str] = {}
    """What was put into the sentence."""

    @classmethod
    def of(cls, code: str, template: str, **values: object) -> Self:
        """Fill `template` with `values` (turned into text)."""
        said = {key: str(value) for key, value in values.items()}
        return cls.of_valid(code=code, text=template.format_map(said), values=said)

    def __str__(self) -> str:
        return self.text
