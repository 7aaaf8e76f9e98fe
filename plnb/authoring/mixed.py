"""A mixed check: questions on several standards in one notebook, taken from the course's own, as a unit released like any other.

A question is the prose before an answer, the answer and its tests. It brings along what it cannot do without: cells that define
the names it uses, what its section shows (a picture, a table, data), and the questions whose answers it builds on. What only
teaches stays behind. It writes a source notebook, with answers; the teacher reads it, names it in course.yaml and releases it.
"""

from __future__ import annotations

import copy
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from plnb.authoring.mixed_questions import Question, above_heading, books, needed, with_all
from plnb.authoring.names import Names
from plnb.authoring.rawbook import RawBook, RawCell
from plnb.core.authored import CourseSource
from plnb.core.base import Model, StandardCode
from plnb.core.course import Course
from plnb.core.records import COUNTED, Attempt, Record
from plnb.errors import InputError, NotFoundError, OutputExistsError
from plnb.store.layout import CourseFolder

_KERNEL: Final = {"display_name": "Python 3", "language": "python", "name": "python3"}


class MixedQuestion(Model):
    """One question of a mixed check."""

    number: int
    """Its number in the notebook, from 1."""
    activity: str
    """The notebook it was taken from."""
    check: str
    """The grade_id it has there."""
    standards: tuple[StandardCode, ...]
    """What it is about."""
    seen: bool
    """Whether the student has answered it before."""
    along: bool = False
    """Whether it came along because another question builds on its answer."""


class MixedCheck(Model):
    """What was made."""

    place: str
    """The notebook, relative to the course folder where it lies inside."""
    unit: str
    """The unit it makes, once it stands in course.yaml; empty where it was written elsewhere."""
    notebook: str
    """Its name."""
    questions: tuple[MixedQuestion, ...]
    """In the order of the notebook."""
    files: tuple[str, ...] = ()
    """Data that was copied beside it."""
    short: tuple[StandardCode, ...] = ()
    """Standards with fewer questions than were asked for, because the course has no more that can stand together."""
    lines: str = ""
    """What to add to course.yaml under `units:`."""


def make_mixed(
    folder: CourseFolder,
    source: CourseSource,
    course: Course,
    records: Iterable[Record],
    standards: Sequence[str],
    *,
    out: Path | None = None,
    each: int = 2,
) -> MixedCheck:
    """Write a mixed check of `standards` for the student whose records these are: what they have not seen, or longest ago, first.

    Raises NotFoundError for a standard the course does not check, InputError where it has no question that could be asked,
    OutputExistsError where there is a notebook already. Writes all of it or nothing.
    """
    asked = tuple(dict.fromkeys(standards))
    assessed = course.assessed()
    if unknown := [code for code in asked if code not in assessed]:
        raise NotFoundError(
            f"The course has no standard '{unknown[0]}' that it checks.", mend=f"Its standards: {', '.join(assessed)}."
        )
    target = out or _free_place(folder)
    if target.exists():
        raise OutputExistsError("There is a notebook here already.", place=str(target), mend="Name another with --out.")
    pool = [q for book in books(source, course) for q in book.questions]
    seen = _seen(records)
    chosen, along = _choose(pool, asked, each, seen)
    if missing := [code for code in asked if not any(code in q.standards for q in chosen)]:
        raise InputError(
            f"The course has no question on '{missing[0]}' that a notebook can check by itself.",
            mend="Leave this standard out, or write an automatic check for it.",
        )
    written = _write(folder, course, chosen, asked, target)
    inside = target.absolute().parent.parent == folder.source.absolute()
    have = {code: sum(code in q.standards for q in chosen if q.ref not in along) for code in asked}
    return MixedCheck(
        place=folder.relative(target.absolute()),
        unit=target.absolute().parent.name if inside else "",
        notebook=target.stem,
        questions=tuple(
            MixedQuestion(
                number=number,
                activity=q.book.source.name,
                check=q.checks[0].name,
                standards=q.standards,
                seen=any(f"{q.book.source.name}/{cell.name}" in seen for cell in q.checks),
                along=q.ref in along,
            )
            for number, q in enumerate(chosen, 1)
        ),
        files=written,
        short=tuple(code for code in asked if have[code] < each),
        lines=_lines(target, asked) if inside else "",
    )


def _free_place(folder: CourseFolder) -> Path:
    number = 1
    while folder.unit_source(f"mixed-{number}").exists():
        number += 1
    return folder.notebook(f"mixed-{number}", f"mixed-{number}")


def _lines(target: Path, asked: Sequence[str]) -> str:
    unit = target.absolute().parent.name
    return (
        f"  - id: {unit}\n    title: A mixed check\n    steps:\n      - notebook: {target.stem}\n        title: A mixed check\n"
        f"        standards: [{', '.join(asked)}]\n        optional: true\n"
    )


# --- choosing ----------------------------------------------------------------------------------------------------------------


def _seen(records: Iterable[Record]) -> dict[str, datetime]:
    """When each check was answered last."""
    seen: dict[str, datetime] = {}
    for record in records:
        if isinstance(record, Attempt) and record.verdict in COUNTED:
            ref = f"{record.activity}/{record.check}"
            seen[ref] = max(seen.get(ref, record.at), record.at)
    return seen


def _choose(
    pool: Sequence[Question], asked: Sequence[str], each: int, seen: Mapping[str, datetime]
) -> tuple[list[Question], frozenset[str]]:
    """Questions in turn for each standard, and which of them only came along."""
    places = {q.ref: place for place, q in enumerate(pool)}

    def rank(q: Question) -> tuple[bool, datetime | int, int, int]:
        last = max((seen[ref] for cell in q.checks if (ref := f"{q.book.source.name}/{cell.name}") in seen), default=None)
        return last is not None, last or 0, len(with_all(q)), places[q.ref]

    ways = {code: sorted((q for q in pool if code in q.standards), key=rank) for code in asked}
    chosen: dict[str, Question] = {}
    along: set[str] = set()
    for _ in range(each):
        for code in asked:
            for q in ways[code]:
                group = [one for one in with_all(q) if one.ref not in chosen]
                if q.ref in chosen or not _stand_together(group, chosen.values()):
                    continue
                along |= {one.ref for one in group if one is not q}
                chosen.update((one.ref, one) for one in group)
                break
    return list(chosen.values()), frozenset(along)


def _stand_together(group: Sequence[Question], chosen: Iterable[Question]) -> bool:
    """No two questions ask for the same names: an answer to one must never pass for an answer to another."""
    taken = {name for q in chosen for name in q.names.defines}
    return all(taken.isdisjoint(q.names.defines) for q in group)


# --- writing -----------------------------------------------------------------------------------------------------------------


def _write(folder: CourseFolder, course: Course, chosen: Sequence[Question], asked: Sequence[str], target: Path) -> tuple[str, ...]:
    """Write the notebook and the data its cells read; the names of the data."""
    raw: dict[str, list[RawCell]] = {}
    data: dict[str, Path] = {}
    cells = [_markdown(_title(course, len(chosen), asked))]
    there: dict[str, Names] = {}
    for number, q in enumerate(chosen, 1):
        source = q.book.source
        path = folder.notebook(source.unit, source.name)
        if source.place not in raw:
            raw[source.place] = RawBook(path.read_text(encoding="utf-8-sig")).cells
        cells.append(_markdown(f"## Question {number}"))
        setup, _ = needed(q)
        for at in sorted({*setup, *q.context, *q.cells}):
            code = source.cells[at].source
            if at in setup and code in there:
                continue  # identical, and nothing since has given its names another meaning
            cell = _moved(raw[source.place][at], f"q{number}", at in q.context)
            if at in q.context and any(at == other.cells[0] for other in q.book.questions):
                cell["source"] = above_heading(cell["source"])
            cells.append(cell)
            if at in q.book.names:
                names = q.book.names[at]
                there = {known: old for known, old in there.items() if not names.changes(old)}
                there[code] = names
            data.update(_data(path.parent, code, data))
    for place, cell in enumerate(cells):
        cell["id"] = f"mixed-{place}"
    book = RawBook('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    book.document["metadata"] = {"kernelspec": _KERNEL, "language_info": {"name": "python"}}
    book.cells += cells
    _put(book, data, target)
    return tuple(data)


def _put(book: RawBook, data: Mapping[str, Path], target: Path) -> None:
    """All of it or nothing: made beside its place, then moved there."""
    clash = next((name for name in data if (target.parent / name).exists()), None)
    if clash:
        raise OutputExistsError(
            f"There is another '{clash}' beside it.", place=str(target.parent), mend="Name an empty folder with --out."
        )
    home = next(parent for parent in target.absolute().parents if parent.exists())
    with tempfile.TemporaryDirectory(prefix=".plnb-mixed-", dir=home) as part:
        book.write(Path(part) / target.name)
        for name, path in data.items():
            copied = Path(part) / name
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copied)
        target.parent.mkdir(parents=True, exist_ok=True)
        for name in data:
            (target.parent / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(part) / name).replace(target.parent / name)
        (Path(part) / target.name).replace(target)


def _data(unit: Path, code: str, known: Mapping[str, Path]) -> dict[str, Path]:
    """Files of the unit that a cell names."""
    found: dict[str, Path] = {}
    for path in sorted(unit.rglob("*")):
        name = path.relative_to(unit).as_posix()
        if path.is_file() and path.suffix != ".ipynb" and not name.startswith(".") and name in code:
            if name in known and known[name].read_bytes() != path.read_bytes():
                raise InputError(f"Two units have a file '{name}', and they differ.", mend="Leave out one of the standards.")
            found[name] = path
    return found


def _title(course: Course, questions: int, asked: Sequence[str]) -> str:
    known = course.standards.by_code
    about = "\n".join(f"- {known[code].label if code in known else code}" for code in asked)
    return (
        f"# A mixed check\n\n{questions} questions, in no particular order, about things you have met before:\n\n{about}\n\n"
        "Nothing here costs points. What you get right shows that you still have it; what you do not comes back to practise."
    )


def _markdown(text: str) -> RawCell:
    return {"cell_type": "markdown", "source": text, "metadata": {"plnb": {"schema_version": 1, "role": "explain"}}}


def _moved(raw: RawCell, prefix: str, is_context: bool) -> RawCell:
    """A copy for its new place: an id of its own, on no branch, worth no points, marked as mixed; what ran before is gone."""
    cell = copy.deepcopy(raw)
    metadata: dict[str, Any] = cell.get("metadata", {})
    if cell["cell_type"] == "code":
        cell["outputs"], cell["execution_count"] = [], None
    if is_context and cell["cell_type"] == "markdown":
        cell["source"] = re.sub(r"^# ", "## ", cell["source"])
    if isinstance(grader := metadata.get("nbgrader"), dict) and grader.get("grade_id"):
        grader["grade_id"] = f"{prefix}_{grader['grade_id']}"
        if grader.get("grade"):
            grader["points"] = 0
    if isinstance(own := metadata.get("plnb"), dict):
        own.pop("branch", None)
        if own.get("role") in ("check", "probe", "challenge"):
            own.update(role="check", mixed=True)
    if isinstance(tags := metadata.get("tags"), list):
        metadata["tags"] = [tag for tag in tags if not str(tag).startswith("plnb-branch:")]
        if not metadata["tags"]:
            del metadata["tags"]
    return cell
