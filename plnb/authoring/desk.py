"""A released course, read once for a whole class: its pages, where students write in them, and the dice."""

from __future__ import annotations

from hashlib import sha256
from random import Random

from plnb.authoring.answers import Answer, answers
from plnb.core.compiling import compile_course
from plnb.core.course import Activity, Course
from plnb.errors import NotReadyError
from plnb.store.layout import CourseFolder
from plnb.store.sources import load_course, read_notebook


class Page:
    """A released notebook of an activity: its raw JSON and where students write in it."""

    def __init__(self, folder: CourseFolder, activity: Activity) -> None:
        path = folder.unit_release(activity.unit) / f"{activity.id}.ipynb"
        released, _ = read_notebook(path, activity.unit, folder.relative(path))
        solution = folder.notebook(activity.unit, activity.id)
        source, _ = read_notebook(solution, activity.unit, folder.relative(solution))
        self.text = path.read_text(encoding="utf-8")
        self.python = released.language.lower() in {"python", "python3", "ipython"}
        self.answers: tuple[Answer, ...] = answers(released, source, activity)
        self.tasks = tuple(cell.grader.grade_id for cell in source.cells if cell.grader and cell.grader.task)


class Desk:
    """The released course, read once for the whole class."""

    def __init__(self, folder: CourseFolder, seed: int) -> None:
        self.folder = folder
        self.seed = seed
        self.course: Course = compile_course(load_course(folder.root))
        self.units = tuple(unit for unit in self.course.units if any(folder.unit_release(unit.id).glob("*.ipynb")))
        if not self.units:
            raise NotReadyError(
                "No unit of this course has been released.", place=str(folder.release), mend="Release it first: plnb release"
            )
        self.places = {activity.id: place for place, activity in enumerate(self.course.activities())}
        self.pages = {
            activity.id: Page(folder, activity)
            for unit in self.units
            for activity in unit.activities()
            if (folder.unit_release(unit.id) / f"{activity.id}.ipynb").exists()
        }

    def dice(self, *about: object) -> Random:
        """Chance that depends on nothing but the seed and what it is about, so that no draw disturbs another."""
        text = "\x1f".join(map(str, (self.seed, self.course.id, *about)))
        return Random(sha256(text.encode()).digest())  # noqa: S311 - made-up students need no secrets

    def topic(self, activity: Activity) -> str:
        """What an activity is about, in a few words."""
        known = [standard.label for code in activity.standards if (standard := self.course.standards.get(code))]
        return known[0] if known else activity.title
