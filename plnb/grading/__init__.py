"""The instructor's machine: release, transplant, score, and the evidence that comes of it."""

from typing import TYPE_CHECKING

from plnb.quick_imports import import_nbgrader

import_nbgrader()

if TYPE_CHECKING:
    from plnb.grading.service import Graded as Graded
    from plnb.grading.service import grade_one as grade_one


def __getattr__(name: str) -> object:
    # `from plnb.grading import grade_one`, without everybody else importing what it needs
    if name in ("grade_one", "Graded"):
        from plnb.grading import service

        return getattr(service, name)
    raise AttributeError(name)
