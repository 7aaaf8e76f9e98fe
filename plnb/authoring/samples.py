"""Where the courses that ship with plnb are: the templates for `plnb new` and the sample course.

In a checkout they stand at the root of the repository; in an installed package they lie inside it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import yaml

import plnb
from plnb.core.base import Model
from plnb.errors import NotFoundError, OurFaultError

_PACKAGE: Final = Path(plnb.__file__).resolve().parent


def sample_course() -> Path:
    """The folder of the sample course. Read it, copy it, never write in it."""
    return _shipped("sample_course")


ABOUT: Final = "template.yaml"
"""What a template says of itself. It is not copied into courses."""


class Template(Model):
    """A template for new courses, as it presents itself."""

    name: str
    """Its folder, and what `--template` takes."""
    title: str
    """In a few words."""
    about: str
    """What is in it, and for whom."""


def course_template(name: str) -> Path:
    """The folder of a template for new courses."""
    known = [template.name for template in course_templates()]
    if name not in known:
        raise NotFoundError(f"There is no course template called {name!r}.", mend=f"Choose one of: {', '.join(known)}.")
    return _shipped("course_templates") / name


def shared_by_templates() -> Path:
    """The folder with what every new course gets."""
    return _shipped("course_templates") / "_shared"


def course_templates() -> tuple[Template, ...]:
    """The templates, the smallest first and then by name."""
    found = (
        Template(name=path.parent.name, **yaml.safe_load(path.read_text(encoding="utf-8")))
        for path in _shipped("course_templates").glob(f"*/{ABOUT}")
    )
    return tuple(sorted(found, key=lambda template: (template.name != "minimal", template.name)))


def _shipped(name: str) -> Path:
    for folder in (_PACKAGE / f"_{name}", _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise OurFaultError(f"plnb was installed without its {name.replace('_', ' ')}.", mend="Install plnb again.")
