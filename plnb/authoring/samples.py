"""Where the courses that ship with plnb are: the templates for `plnb new` and the sample course.

In a checkout they stand at the root of the repository; in an installed package they lie inside it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import plnb
from plnb.errors import NotFoundError, OurFaultError

_PACKAGE: Final = Path(plnb.__file__).resolve().parent


def sample_course() -> Path:
    """The folder of the sample course. Read it, copy it, never write in it."""
    return _shipped("sample_course")


def course_template(name: str) -> Path:
    """The folder of a template for new courses."""
    if name not in course_templates():
        raise NotFoundError(
            f"There is no course template called {name!r}.", mend=f"Choose one of: {', '.join(course_templates())}."
        )
    return _shipped("course_templates") / name


def course_templates() -> tuple[str, ...]:
    """Names of the templates, sorted."""
    return tuple(sorted(path.name for path in _shipped("course_templates").iterdir() if path.is_dir()))


def _shipped(name: str) -> Path:
    for folder in (_PACKAGE / f"_{name}", _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise OurFaultError(f"plnb was installed without its {name.replace('_', ' ')}.", mend="Install plnb again.")
