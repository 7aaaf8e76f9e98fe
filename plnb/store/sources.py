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
from plnb.store.course_file import read_course_file
from plnb.store.layout import CourseFolder
from plnb.store.notebooks import read_notebook
from plnb.store.standards_file import read_framework
from plnb.store.yaml_text import Yaml

__all__ = ["Files", "load_course", "read_notebook"]

_UNIT_NAME = re.compile(r"[^/\\+\s.][^/\\+]{0,99}")


class Files:
    """How the files of a course are read: each time anew. `store.remembering` reads only what has changed."""

    def course_file(self, path: Path, place: str) -> tuple[CourseFile, Yaml]:
        """`course.yaml`. Raises as `read_course_file`."""
        return read_course_file(path, place)

    def framework(self, path: Path, name: str) -> Framework:
        """A framework. Raises OSError, ValueError or FrameworkError."""
        return read_framework(path.read_bytes(), name)

    def notebook(self, path: Path, unit: str, place: str) -> tuple[NotebookSource, tuple[Finding, ...]]:
        """A notebook, and what is wrong with it. Raises nothing for what it holds."""
        return read_notebook(path, unit, place)


def load_course(root: Path, files: Files = Files()) -> CourseSource:
    """Read the course in `root`.

    Raises CourseFileError, FrameworkError or FormatTooNewError. Notebooks and cells that cannot be read are in `.faults`.
    """
    folder = CourseFolder(root)
    file, text = files.course_file(folder.course_file, folder.relative(folder.course_file))
    standards = StandardSet(frameworks=tuple(_frameworks(file, text, folder, files)))
    faults: list[Finding] = []
    notebooks = tuple(_notebooks(folder, files, faults))
    return CourseSource(file=file, standards=standards, notebooks=notebooks, faults=tuple(faults))


def load_standards(root: Path, files: Files = Files()) -> StandardSet:
    """Read only the frameworks of the course in `root`. Raises as `load_course`."""
    folder = CourseFolder(root)
    file, text = files.course_file(folder.course_file, folder.relative(folder.course_file))
    return StandardSet(frameworks=tuple(_frameworks(file, text, folder, files)))


def _frameworks(file: CourseFile, text: Yaml, folder: CourseFolder, files: Files) -> Iterator[Framework]:
    for number, name in enumerate(file.frameworks):
        try:
            framework = files.framework(folder.root / name, name)
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
        yield framework


def _notebooks(folder: CourseFolder, files: Files, faults: list[Finding]) -> Iterator[NotebookSource]:
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
        notebook, found = files.notebook(path, unit, place)
        faults.extend(found)
        yield notebook
