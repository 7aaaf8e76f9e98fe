"""Every error plnb raises on purpose, in one tree.

    PlnbError
    ├── InputError            what we were given cannot be used (exit code 2)
    │   ├── CourseFileError       course.yaml is missing, torn, or says something impossible
    │   ├── CellMetadataError     the `plnb` key of a cell is not what its role needs
    │   ├── FrameworkError        a standards file cannot be read
    │   ├── NotebookError         a notebook of the course cannot be read
    │   ├── RecordError           a record, journal or ledger row is not one
    │   ├── FormatTooNewError     the file was written by a newer plnb
    │   ├── NotFoundError         no such course, unit, student or standard
    │   ├── ReadOnlyError         nothing can be kept in this folder
    │   ├── StaleError            it was changed by somebody else in the meantime
    │   └── OutputExistsError     we would overwrite what somebody made
    ├── NotReadyError         a step is missing before this one (release before grade)
    └── OurFaultError         plnb or this machine failed; nobody's work is to blame (exit code 1)

Content faults (an untagged check, a dead end) are not errors: they are `Finding`s, which are data.
This module knows nobody; everybody knows it.
"""

from __future__ import annotations

from typing import ClassVar


class PlnbError(Exception):
    """One clear sentence, where it happened, and what to do about it.

    `message` and `mend` are safe to show to a student: no paths of the grader, no answers, no traceback.
    `place` is for whoever owns the file: a path, with a line or a cell where there is one.
    """

    code: ClassVar[str] = "plnb"
    exit_code: ClassVar[int] = 2

    def __init__(self, message: str, *, place: str = "", mend: str = "") -> None:
        self.message = message
        self.place = place
        self.mend = mend
        super().__init__(message)

    def __str__(self) -> str:
        place = f"{self.place}: " if self.place else ""
        mend = f" {self.mend}" if self.mend else ""
        return f"{place}{self.message}{mend}"

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments do not survive the default pickling, and workers send errors home.
        return _rebuild, (type(self), self.message, self.place, self.mend)


def _rebuild(kind: type[PlnbError], message: str, place: str, mend: str) -> PlnbError:
    return kind(message, place=place, mend=mend)


class InputError(PlnbError):
    """What we were given cannot be used."""

    code = "input"


class CourseFileError(InputError):
    """course.yaml is missing, torn, or says something impossible."""

    code = "course-file"


class CellMetadataError(InputError):
    """The `plnb` key of a cell is not what its role needs."""

    code = "cell-metadata"


class FrameworkError(InputError):
    """A standards file cannot be read."""

    code = "framework"


class NotebookError(InputError):
    """A notebook of the course cannot be read."""

    code = "notebook"


class RecordError(InputError):
    """A record, a journal line or a ledger row is not one."""

    code = "record"


class FormatTooNewError(InputError):
    """The file was written by a newer plnb than this one."""

    code = "format-too-new"


class NotFoundError(InputError):
    """There is no such course, unit, student or standard."""

    code = "not-found"


class ReadOnlyError(InputError):
    """Nothing can be kept in this folder."""

    code = "read-only"


class StaleError(InputError):
    """It was changed by somebody else in the meantime."""

    code = "stale"


class OutputExistsError(InputError):
    """We would overwrite something that somebody made."""

    code = "output-exists"


class NotReadyError(PlnbError):
    """A step is missing before this one can run."""

    code = "not-ready"


class OurFaultError(PlnbError):
    """plnb or this machine failed; nobody's work is to blame."""

    code = "our-fault"
    exit_code = 1
