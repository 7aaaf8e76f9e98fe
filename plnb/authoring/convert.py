"""`plnb convert`: a plnb course from an nbgrader course, a folder of notebooks or one notebook. Works in a copy.

Cells, their order, ids, grade_ids and points stay; graded cells are tagged as checks; `course.yaml` lists what is there. Which
standard a check is about only a person can say. What is read is never written to.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import nbformat

from plnb.authoring.convert_cells import Tagged, tag_cells
from plnb.authoring.scaffold import appearing, id_from, one_line, room_for, title_like
from plnb.core.base import Model
from plnb.errors import InputError, NotebookError, NotFoundError, OutputExistsError
from plnb.store.layout import COURSE_FILE, CourseFolder

_LEFT_BEHIND: Final = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__", ".DS_Store", ".git")
_BESIDE: Final = ("*.py", "*.yml", "*.yaml", "*.md", "*.txt")
"""Files of an nbgrader course that its configuration may need."""
_FEW: Final = 5
_CONFIG: Final = "nbgrader_config.py"
_SOURCE_IS_SOURCE: Final = """
# plnb convert: in a plnb course what the teacher writes lies in `source`.
c.CourseDirectory.source_directory = "source"
"""
_FORBIDDEN: Final = re.compile(r"[/\\+]+")


class Renamed(Model):
    """A notebook whose name could not stay: names are unique in a plnb course."""

    unit: str
    """The unit's folder."""
    old: str
    """Its name before, without `.ipynb`."""
    new: str
    """Its name now."""


class Converted(Model):
    """What became of a course."""

    folder: Path
    """The course made."""
    units: tuple[str, ...]
    """Its units, in order."""
    notebooks: int
    """Notebooks taken over."""
    checks: int
    """Graded cells, now tagged as checks."""
    points: float
    """Points on them, unchanged."""
    renamed: tuple[Renamed, ...] = ()
    """Notebooks that had to be renamed."""
    upgraded: int = 0
    """Notebooks that were in an older format of Jupyter or nbgrader."""


def convert(origin: Path, target: Path, *, title: str = "") -> Converted:
    """Make a plnb course in `target`, which must not exist or be empty. All of it appears, or nothing.

    Raises NotFoundError (nothing to convert), OutputExistsError, NotebookError (a notebook that cannot be read, with its place).
    """
    room_for(target)
    origin, target = origin.resolve(), target.resolve()
    if target.is_relative_to(origin) and origin.is_dir():
        raise InputError("The new course would lie inside the old one.", place=str(target), mend="Name a folder beside it.")
    named = one_line(title or title_like(origin.stem))
    with appearing(target) as folder:
        made = CourseFolder(folder)
        _copy(origin, made)
        renamed = tuple(_rename(made))
        tagged = {path: _convert_notebook(path, made) for path in _notebooks(made)}
        course_id = _course_id(made) or id_from(named)
        made.course_file.write_text(_course_yaml(course_id, named, list(tagged)), encoding="utf-8")
    return Converted(
        folder=target,
        units=tuple(dict.fromkeys(path.parent.name for path in tagged)),
        notebooks=len(tagged),
        checks=sum(each.checks for each in tagged.values()),
        points=sum(each.points for each in tagged.values()),
        renamed=renamed,
        upgraded=sum(each.upgraded for each in tagged.values()),
    )


def _copy(origin: Path, made: CourseFolder) -> None:
    """What a course is made of, from any of the three things that can be converted."""
    if not origin.exists():
        raise NotFoundError("There is no such file or folder.", place=str(origin), mend="Check the name.")
    if origin.is_file():
        if origin.suffix != ".ipynb":
            mend = "Name a notebook (.ipynb), a folder of notebooks, or the folder of an nbgrader course."
            raise InputError("This file is not a notebook.", place=str(origin), mend=mend)
        made.unit_source(_plain(origin.stem)).mkdir(parents=True)
        shutil.copyfile(origin, made.notebook(_plain(origin.stem), origin.stem))
        return
    if (origin / COURSE_FILE).exists():
        raise OutputExistsError(
            "This is a plnb course already.", place=str(origin / COURSE_FILE), mend="There is nothing to convert; try: plnb lint"
        )
    source = _source_of(origin)
    if any(source.glob("*/*.ipynb")):
        shutil.copytree(source, made.source, ignore=_LEFT_BEHIND, copy_function=shutil.copyfile)
        for pattern in _BESIDE:
            for path in sorted(origin.glob(pattern)):
                shutil.copyfile(path, made.root / path.name)
        if source != CourseFolder(origin).source:
            with (made.root / _CONFIG).open("a", encoding="utf-8") as config:
                config.write(_SOURCE_IS_SOURCE)
    elif any(origin.glob("*.ipynb")):
        unit = made.unit_source(_plain(origin.name))
        shutil.copytree(origin, unit, ignore=_LEFT_BEHIND, copy_function=shutil.copyfile)
    elif folders := _folders_of_notebooks(origin):
        raise NotFoundError(
            f"No notebooks lie directly in this folder; some lie in {', '.join(f'{name}/' for name in folders)}.",
            place=str(origin),
            mend="Name one of those, or put the folders under source/.",
        )
    else:
        raise NotFoundError(
            "There are no notebooks here.",
            place=str(origin),
            mend="Name a notebook, a folder with notebooks in it, or an nbgrader course with source/<assignment>/<notebook>.ipynb.",
        )


def _folders_of_notebooks(origin: Path) -> list[str]:
    """Folders right here with notebooks in them; the first few, of a home folder."""
    found = {path.parent.name for path in origin.glob("*/*.ipynb") if not path.parent.name.startswith(".")}
    return sorted(found, key=_natural)[:_FEW]


def _source_of(origin: Path) -> Path:
    """Where an nbgrader course keeps its notebooks: `source`, or the folder that its configuration names instead."""
    usual = CourseFolder(origin).source
    if any(usual.glob("*/*.ipynb")) or not (origin / _CONFIG).exists():
        return usual
    from plnb.grading.nbgrader_course import NbgraderCourse  # reading a configuration takes nbgrader

    return origin / str(NbgraderCourse(CourseFolder(origin)).dir.source_directory)


def _notebooks(made: CourseFolder) -> list[Path]:
    return sorted(made.source.glob("*/*.ipynb"), key=lambda path: (_natural(path.parent.name), _natural(path.stem)))


def _natural(name: str) -> list[tuple[int, str]]:
    """`problem2` before `problem10`."""
    return [(int(part), "") if part.isdecimal() else (-1, part.casefold()) for part in re.split(r"(\d+)", name) if part]


def _rename(made: CourseFolder) -> Iterator[Renamed]:
    """Give notebooks whose name cannot be used, or is used by another unit too, a name of their own."""
    paths = _notebooks(made)
    often = Counter(path.stem.casefold() for path in paths)
    taken = {path.stem.casefold() for path in paths}
    for path in paths:
        wanted = _plain(path.stem)
        if often[path.stem.casefold()] > 1:
            wanted = _plain(f"{path.parent.name}-{wanted}")
        if wanted == path.stem:
            continue
        free = next(name for name in _numbered(wanted) if name.casefold() not in taken)
        taken.add(free.casefold())
        path.rename(path.with_name(f"{free}.ipynb"))
        yield Renamed(unit=path.parent.name, old=path.stem, new=free)


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


def _plain(name: str) -> str:
    return _FORBIDDEN.sub("-", name).lstrip(" .")[:90] or "notebook"


def _convert_notebook(path: Path, made: CourseFolder) -> Tagged:
    place = made.relative(path)
    try:
        raw = json.loads(path.read_text(encoding="utf-8-sig"))
        old = raw["nbformat"] != 4
        # One of format 4 is kept as it is written, line by line, so that git shows only what has changed.
        book = (
            nbformat.reads(json.dumps(raw), as_version=4)  # type: ignore[no-untyped-call]
            if old
            else nbformat.from_dict(raw)  # type: ignore[no-untyped-call]
        )
        if not all(isinstance(cell["metadata"], dict) and cell["cell_type"] for cell in book["cells"]):
            raise TypeError("cells without metadata")
    except Exception as error:  # nbformat raises nearly anything for a file that is no notebook
        raise NotebookError(
            f"This notebook cannot be read ({type(error).__name__}).",
            place=place,
            mend="Open it in JupyterLab and save it, or take it out; then convert again. Nothing was written.",
        ) from None
    tagged = tag_cells(book, place)
    if old:
        path.write_text(nbformat.writes(book) + "\n", encoding="utf-8")  # type: ignore[no-untyped-call]
    elif book != raw:
        path.write_text(json.dumps(book, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return tagged.model_copy(update={"upgraded": tagged.upgraded or old})


def _course_id(made: CourseFolder) -> str:
    """The id that nbgrader knows the course by, where its configuration says one that plnb can use too."""
    if not made.nbgrader_config.is_file():
        return ""
    said = re.search(r"^[^#\n]*\bcourse_id\s*=\s*(['\"])([A-Za-z0-9_\-]{1,64})\1", made.nbgrader_config.read_text("utf-8"), re.M)
    return said[2] if said else ""


def _course_yaml(course_id: str, title: str, notebooks: list[Path]) -> str:
    lines = [
        "# Made by `plnb convert`. Titles, order and descriptions are yours to change; `plnb lint` reads it with you.",
        "schema_version: 1",
        f"id: {_said(course_id)}",
        f"title: {_said(title)}",
        "language: en",
        "# The standards that checks are about: bring a list in with `plnb standards import`, then name its file here.",
        "frameworks: []",
        "",
        "units:",
    ]
    unit = ""
    for path in notebooks:
        if path.parent.name != unit:
            unit = path.parent.name
            shown = unit.replace("-", " ").replace("_", " ")
            lines += [f"  - id: {_said(unit)}", f"    title: {_said(shown[:1].upper() + shown[1:])}", "    steps:"]
        lines.append(f"      - notebook: {_said(path.stem)}")
    return "\n".join(lines) + "\n"


def _said(text: str) -> str:
    # A JSON string is a YAML string, whatever it holds.
    return json.dumps(text, ensure_ascii=False)
