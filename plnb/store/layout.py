"""Where things lie in a course folder: plnb's own files exactly, nbgrader's folders by their defaults.

nbgrader lets a site rename `source`, `release`, … in its configuration; whatever grades must ask nbgrader's `CourseDirectory` for
those. Knows names only: it reads and makes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from plnb.errors import CourseFileError, NotFoundError

COURSE_FILE: Final = "course.yaml"


@dataclass(frozen=True, slots=True)
class CourseFolder:
    """The root of a course: an nbgrader course directory with a `course.yaml` in it."""

    root: Path

    @property
    def course_file(self) -> Path:
        """What the teacher wrote about the course."""
        return self.root / COURSE_FILE

    @property
    def frameworks(self) -> Path:
        """Lists of standards, as CASE packages."""
        return self.root / "frameworks"

    @property
    def source(self) -> Path:
        """The teacher's notebooks, with answers: `source/<unit>/<notebook>.ipynb`."""
        return self.root / "source"

    @property
    def release(self) -> Path:
        """What students receive."""
        return self.root / "release"

    @property
    def submitted(self) -> Path:
        """What students handed in: `submitted/<student>/<unit>/`."""
        return self.root / "submitted"

    @property
    def autograded(self) -> Path:
        """Submissions after they ran in the grader."""
        return self.root / "autograded"

    @property
    def feedback(self) -> Path:
        """What students get back."""
        return self.root / "feedback"

    @property
    def gradebook(self) -> Path:
        """The database of nbgrader."""
        return self.root / "gradebook.db"

    @property
    def nbgrader_config(self) -> Path:
        """The configuration of nbgrader, where the course has one."""
        return self.root / "nbgrader_config.py"

    @property
    def ledger(self) -> Path:
        """Our records."""
        return self.root / "ledger.db"

    @property
    def manifests(self) -> Path:
        """What release keeps for the grader, never given to students."""
        return self.root / "manifests"

    @property
    def progress(self) -> Path:
        """Progress notebooks: `progress/<student>/`."""
        return self.root / "progress"

    def unit_source(self, unit: str) -> Path:
        """The teacher's notebooks of a unit."""
        return self.source / unit

    def notebook(self, unit: str, name: str) -> Path:
        """A notebook of the course as its teacher keeps it."""
        return self.source / unit / f"{name}.ipynb"

    def unit_release(self, unit: str) -> Path:
        """What students receive of a unit."""
        return self.release / unit

    def bundle(self, unit: str) -> Path:
        """The compiled course that travels with a released unit."""
        return self.release / unit / "course.json"

    def manifest(self, unit: str) -> Path:
        """Which check of a unit stands for what: the grader's word, not the submission's."""
        return self.manifests / f"{unit}.json"

    def master(self, unit: str, notebook: str) -> Path:
        """The student version of a notebook with its hidden tests still in: what answers are put into for grading."""
        return self.manifests / unit / f"{notebook}.ipynb"

    def submission(self, student: str, unit: str) -> Path:
        """What a student handed in for a unit."""
        return self.submitted / student / unit

    def progress_notebook(self, student: str) -> Path:
        """A student's progress notebook."""
        return self.progress / student / "progress.ipynb"

    def relative(self, path: Path) -> str:
        """A path as messages show it: from the course folder, with forward slashes."""
        try:
            return path.relative_to(self.root).as_posix()
        except ValueError:
            return path.as_posix()


def find_course(start: Path) -> CourseFolder:
    """The course that `start` lies in: the nearest folder, from `start` upwards, with a `course.yaml`.

    Raises CourseFileError (there is none), NotFoundError (`start` is not there: a misspelt folder is not the course above it).
    """
    here = start.absolute()
    if not here.exists():
        raise NotFoundError("There is no such folder.", place=str(here), mend="Check its name.")
    for folder in (here, *here.parents):
        if (folder / COURSE_FILE).is_file():
            return CourseFolder(folder)
    raise CourseFileError(
        f"There is no {COURSE_FILE} here or in any folder above.",
        place=str(here),
        mend="Go to your course's folder, name it with --course, or start a course with: plnb new",
    )
