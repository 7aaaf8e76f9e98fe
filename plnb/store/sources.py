"""A course folder, read: `course.yaml`, the frameworks it names, and every notebook under `source/`.

The course file and the frameworks must be right (an error, with its line); a notebook may be wrong (a finding): the rest of the
course can still be looked at. Decides nothing about the course and writes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from plnb.core.authored import CourseFile, CourseSource, NotebookSource
from plnb.core.findings import Finding, Severity
from plnb.core.standards import Framework, StandardSet
from plnb.errors import CourseFileError, FrameworkError
from plnb.interop.case import read_package
from plnb.store.course_file import read_course_file
from plnb.store.layout import CourseFolder
from plnb.store.notebooks import read_notebook
from plnb.store.yaml_text import Yaml

__all__ = ["load_course", "read_notebook"]

_UNIT_NAME = re.compile(r"[^/\\+\s.][^/\\+]{0,99}")


def load_course(root: Path) -> CourseSource:
    """Read the course in `root`.

    Raises CourseFileError, FrameworkError or FormatTooNewError. Notebooks and cells that cannot be read are in `.faults`.
    """
    folder = CourseFolder(root)
    file, text = read_course_file(folder.course_file, folder.relative(folder.course_file))
    standards = StandardSet(frameworks=tuple(_frameworks(file, text, folder)))
    faults: list[Finding] = []
    notebooks = tuple(_notebooks(folder, faults))
    return CourseSource(file=file, standards=standards, notebooks=notebooks, faults=tuple(faults))


def _frameworks(file: CourseFile, text: Yaml, folder: CourseFolder) -> Iterator[Framework]:
    for number, name in enumerate(file.frameworks):
        try:
            raw = (folder.root / name).read_bytes()
        except FileNotFoundError:
            raise CourseFileError(
                f"There is no file '{name}'.",
                place=f"{folder.relative(folder.course_file)}:{text.line(('frameworks', number))}",
                mend="Correct the name (it is relative to the course folder), or bring a framework in with: plnb standards import",
            ) from None
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "no such name is possible"
            raise FrameworkError(
                f"This framework cannot be read ({why}).", place=name, mend="Name a file, and check who may read it."
            ) from None
        yield read_package(raw, name)


def _notebooks(folder: CourseFolder, faults: list[Finding]) -> Iterator[NotebookSource]:
    for path in sorted(folder.source.glob("*/*.ipynb")):
        unit, place = path.parent.name, folder.relative(path)
        if unit.startswith(".") or path.name.startswith("."):
            continue
        if not (_UNIT_NAME.fullmatch(unit) and _UNIT_NAME.fullmatch(path.stem)):
            faults.append(
                Finding(
                    code="notebook-name",
                    severity=Severity.error,
                    message="This name cannot be used: it holds a `+` or `\\`, begins with a space, or is longer than 100 letters.",
                    place=place,
                    mend="Rename the file or its folder, for example with hyphens.",
                )
            )
            continue
        notebook, found = read_notebook(path, unit, place)
        faults.extend(found)
        yield notebook
