"""Releasing a unit: nbgrader's own generate step, with ours in between.

Order in the pipeline: everything nbgrader does up to its `SaveCells` -> the master copy is taken (student version, hidden tests
still in) -> nbgrader removes hidden tests -> what only the instructor may know leaves our metadata -> final checksums. Nothing is
written where students or the gradebook could see it before all of that has gone well.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.nbgraderformat import ValidationError
from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions, ComputeChecksums, SaveCells

from plnb.core.authored import CourseSource, NotebookSource
from plnb.core.base import Model
from plnb.core.compiling import compile_course, compile_notebook
from plnb.core.course import Course, Unit
from plnb.engine.nodes import as_node, notebook_bytes
from plnb.engine.runs import Budget
from plnb.errors import NotebookError, NotFoundError, NotReadyError, PlnbError
from plnb.grading.folders import swap
from plnb.grading.manifest import Manifest, ReleasedCell, build_manifest, read_manifest, released_cells, write_manifest
from plnb.grading.nbgrader_course import NbgraderCourse
from plnb.grading.plans import NotebookPlan
from plnb.grading.rehearsal import rehearse
from plnb.grading.sealing import strip_metadata
from plnb.grading.unit_rows import refuse_changes, save_unit
from plnb.store.bundle import student_bundle, with_digests, write_bundle
from plnb.store.layout import CourseFolder
from plnb.store.lock import course_lock
from plnb.store.notebooks import parse_notebook
from plnb.store.sources import load_course


class ReleaseResult(Model):
    """A unit that was released."""

    unit: str
    """The unit."""
    folder: str
    """Where its student version is, relative to the course."""
    notebooks: tuple[str, ...]
    """Names of its notebooks."""
    digest: str
    """Digest of its manifest."""
    changed: bool
    """Whether it differs from what was released before."""
    in_kernel: Mapping[str, str] = {}
    """Checks that have to run in the student's own process, as `notebook/check`, each with why: `it …`."""
    outside: int = 0
    """How many checks run outside it."""
    strict: bool = False
    """Whether those in the student's process wait for a person."""


@dataclass
class _Taken:
    """What is taken from the pipeline on the way."""

    solved: dict[str, NotebookNode] = field(default_factory=dict)
    masters: dict[str, NotebookNode] = field(default_factory=dict)
    cells: dict[str, tuple[ReleasedCell, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """A unit, made but not yet put anywhere."""

    unit: str
    student_version: Path
    masters: dict[str, bytes]
    taken: _Taken
    manifest: Manifest
    source: CourseSource | None


def release(folder: CourseFolder, units: Sequence[str] | None = None, *, now: datetime | None = None) -> tuple[ReleaseResult, ...]:
    """Release units (all of them without `units`): student versions, bundles, manifests and nbgrader's gradebook.

    Raises NotFoundError for an unknown unit, NotebookError for one nbgrader refuses (its earlier release stays as it was), and
    NotReadyError while somebody is grading.
    """
    course = NbgraderCourse(folder)
    source = _source(folder)
    chosen = _chosen(course, source, units)
    with course_lock(folder):
        return tuple(_release(course, source, unit, now or datetime.now(UTC)) for unit in chosen)


def adopt(course: NbgraderCourse, unit: str) -> None:
    """Make the manifest of a unit that nbgrader alone released, with its masters, from its source."""
    with Gradebook(course.db_url, course.course_id) as gradebook:
        if unit not in [assignment.name for assignment in gradebook.assignments]:
            raise NotReadyError(f"The unit '{unit}' has not been released.", mend=f"Release it: plnb release {unit}")
    with _made(course, _source(course.folder), unit, datetime.now(UTC)) as made:
        _keep_manifest(course.folder, made)


@contextmanager
def made_aside(course: NbgraderCourse, unit: str) -> Iterator[Made]:
    """A unit as `source/` has it now, made and not released. Raises what `release` raises."""
    with _made(course, _source(course.folder), unit, datetime.now(UTC)) as made:
        yield made


def make_preview(course: NbgraderCourse, unit: str, to: Path) -> None:
    """Put what students would receive of a unit into `to`. Nothing is released, and no check is rehearsed. Raises as `release`."""
    _chosen(course, _source(course.folder), [unit])
    with _made(course, _source(course.folder), unit, datetime.now(UTC), rehearsed=False) as made:
        _bundle(made)
        shutil.move(made.student_version, to)


def put_out(course: NbgraderCourse, made: Made) -> None:
    """Release what was made: into the gradebook, the manifests and the folder that students get."""
    unit = made.unit
    _bundle(made)
    with Gradebook(course.db_url, course.course_id) as gradebook:
        save_unit(gradebook, unit, made.taken.masters)
    _keep_manifest(course.folder, made)
    swap(made.student_version, course.release(unit))


def can_be_put_out(course: NbgraderCourse, made: Made) -> None:
    """Raise NotebookError where `put_out` would, of cells or notebooks that came or went since students handed in."""
    with Gradebook(course.db_url, course.course_id) as gradebook, suppress(MissingEntry):
        refuse_changes(gradebook.find_assignment(made.unit), made.taken.masters)


def _bundle(made: Made) -> None:
    if made.source:
        bundle = student_bundle(_compiled(made.source, made.taken.masters, made.unit), made.unit)
        write_bundle(with_digests(bundle, made.student_version), made.student_version / "course.json")


def _source(folder: CourseFolder) -> CourseSource | None:
    return load_course(folder.root) if folder.course_file.exists() else None


def _chosen(course: NbgraderCourse, source: CourseSource | None, units: Sequence[str] | None) -> tuple[str, ...]:
    known = tuple(unit.id for unit in source.file.units) if source else course.units()
    for unit in units or ():
        if unit not in known:
            raise NotFoundError(f"The course has no unit '{unit}'.", mend=f"Its units: {', '.join(known) or 'none'}.")
    return tuple(units) if units else known


def _release(course: NbgraderCourse, source: CourseSource | None, unit: str, now: datetime) -> ReleaseResult:
    folder = course.folder
    try:
        before = read_manifest(folder.manifest(unit)).digest
    except PlnbError:
        before = ""
    with _made(course, source, unit, now) as made:
        put_out(course, made)
    return ReleaseResult(
        unit=unit,
        folder=folder.relative(course.release(unit)),
        notebooks=tuple(notebook.name for notebook in made.manifest.notebooks),
        digest=made.manifest.digest,
        changed=made.manifest.digest != before,
        in_kernel={
            f"{notebook.name}/{check.check}": check.reason
            for notebook in made.manifest.notebooks
            for check in notebook.plan.checks
            if check.where == "kernel"
        },
        strict=made.manifest.strict,
        outside=sum(check.where == "outside" for notebook in made.manifest.notebooks for check in notebook.plan.checks),
    )


# --- making ----------------------------------------------------------------------------------------------------------------------


class _Generate(GenerateAssignment):  # type: ignore[misc]
    """nbgrader's converter, which logs why a notebook failed and raises something else: this one remembers."""

    failure: tuple[str, Exception] | None = None

    def convert_single_notebook(self, notebook_filename: str) -> None:
        try:
            super().convert_single_notebook(notebook_filename)
        except Exception as error:
            self.failure = Path(notebook_filename).name, error
            raise


@contextmanager
def _made(
    course: NbgraderCourse, source: CourseSource | None, unit: str, now: datetime, *, rehearsed: bool = True
) -> Iterator[Made]:
    """Run the pipeline into a folder of its own, next to the course's so that moving it is one step."""
    with tempfile.TemporaryDirectory(prefix=".plnb-release-", dir=course.folder.root, ignore_cleanup_errors=True) as part:
        taken = _Taken()
        converter = _Generate(coursedir=course.dir, parent=course.app)
        converter.no_database = True  # the gradebook hears of it when all notebooks are ready
        converter.preprocessors = _with_ours(converter.preprocessors, taken)
        with _pointed(course, unit, Path(part).name):
            _run(converter, unit)
            student_version = course.release(unit)
        masters = {name: notebook_bytes(notebook) for name, notebook in taken.masters.items()}
        plans = _plans(course, unit, taken) if rehearsed else {}
        manifest = _manifest(course, source, unit, taken, masters, now, plans)
        yield Made(unit, student_version, masters, taken, manifest, source)


@contextmanager
def _pointed(course: NbgraderCourse, unit: str, release_directory: str) -> Iterator[None]:
    before = course.dir.assignment_id, course.dir.release_directory
    course.dir.assignment_id, course.dir.release_directory = unit, release_directory
    try:
        yield
    finally:
        course.dir.assignment_id, course.dir.release_directory = before


def _run(converter: _Generate, unit: str) -> None:
    try:
        converter.start()
    except NbGraderException as error:
        notebook, cause = converter.failure or ("", error)
        raise NotebookError(
            f"nbgrader does not release this: {_sentence(cause)}",
            place="/".join(filter(None, (unit, notebook))),
            mend="Mend the notebook and release again; what was released before is still there.",
        ) from error


def _with_ours(preprocessors: Sequence[Any], taken: _Taken) -> list[Any]:
    """The course's own list of preprocessors with our two steps in it, and without `SaveCells`, which runs when all is ready."""
    steps = [step for step in preprocessors if step is not SaveCells]
    capture = _first(preprocessors, SaveCells, _first(preprocessors, ClearHiddenTests, len(steps)))
    steps.insert(capture, _capture(taken.masters))
    steps.insert(_first(steps, ClearSolutions, capture), _capture(taken.solved))
    last = max((place for place, step in enumerate(steps) if step is ComputeChecksums), default=len(steps))
    steps.insert(max(last, capture + 2), _strip)
    steps.append(_note_released(taken))
    return steps


def _first(steps: Sequence[Any], wanted: Any, otherwise: int) -> int:
    return next((place for place, step in enumerate(steps) if step is wanted), otherwise)


def _capture(taken: dict[str, NotebookNode]) -> Callable[[NotebookNode, Any], tuple[NotebookNode, Any]]:
    def capture(notebook: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        taken[resources["nbgrader"]["notebook"]] = as_node(notebook)
        return notebook, resources

    return capture


def _note_released(taken: _Taken) -> Callable[[NotebookNode, Any], tuple[NotebookNode, Any]]:
    def note(notebook: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        taken.cells[resources["nbgrader"]["notebook"]] = released_cells(notebook)
        return notebook, resources

    return note


def _strip(notebook: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
    strip_metadata(notebook)
    return notebook, resources


# --- the manifest ----------------------------------------------------------------------------------------------------------------


def _manifest(
    course: NbgraderCourse,
    source: CourseSource | None,
    unit: str,
    taken: _Taken,
    masters: dict[str, bytes],
    now: datetime,
    plans: Mapping[str, NotebookPlan],
) -> Manifest:
    names = sorted(taken.masters)
    if source:
        compiled = _compiled(source, taken.masters, unit)
        known = compiled.unit(unit) or Unit(id=unit, title=unit)
        place = [each.id for each in compiled.units].index(unit)
        course_id = compiled.id
    else:
        known, course_id = Unit(id=unit, title=unit), course.course_id
        place = course.units().index(unit) if unit in course.units() else 0
    # nbgrader grades every notebook of the folder, also those that no step names.
    named = {activity.id for activity in known.activities()}
    others = tuple(compile_notebook(_as_source(unit, name, masters[name])) for name in names if name not in named)
    return build_manifest(
        course=course_id,
        place=place,
        unit=known.model_copy(update={"nodes": (*known.nodes, *others)}),
        notebooks=((name, masters[name], taken.cells[name]) for name in names),
        now=now,
        plans=plans,
        strict=source.file.grading.strict if source else False,
    )


def _plans(course: NbgraderCourse, unit: str, taken: _Taken) -> dict[str, NotebookPlan]:
    """How the checks of each notebook are run."""
    folder = course.source(unit)
    data = {path.as_posix(): (folder / path).read_bytes() for path in course.data_files(unit)}
    budget = Budget(cell_seconds=course.cell_seconds)
    try:
        before = {notebook.name: notebook.plan for notebook in read_manifest(course.folder.manifest(unit)).notebooks}
    except PlnbError:
        before = {}

    def plan(name: str) -> NotebookPlan:
        last = before.get(name, NotebookPlan())
        return rehearse(taken.solved[name], taken.masters[name], data, budget=budget, before=last)

    # `ast.parse` in two threads at once raises SystemError now and then before 3.11.5 (CPython issue 106905).
    several = min(4, os.cpu_count() or 1) if sys.version_info >= (3, 11, 5) else 1
    with ThreadPoolExecutor(max_workers=several) as pool:
        return dict(zip(taken.masters, pool.map(plan, taken.masters), strict=True))


def _compiled(source: CourseSource, masters: dict[str, NotebookNode], unit: str) -> Course:
    """The course, with the notebooks of `unit` as the pipeline made them (headers added, tests written out)."""
    notebooks = [
        _as_source(unit, nb.name, notebook_bytes(masters[nb.name])) if nb.unit == unit and nb.name in masters else nb
        for nb in source.notebooks
    ]
    return compile_course(source.model_copy(update={"notebooks": tuple(notebooks)}))


def _as_source(unit: str, name: str, raw: bytes) -> NotebookSource:
    notebook, _ = parse_notebook(raw, unit, name, f"{unit}/{name}.ipynb")
    return notebook


# --- putting it where it belongs -------------------------------------------------------------------------------------------------


def _keep_manifest(folder: CourseFolder, made: Made) -> None:
    """Masters first, the manifest last: a manifest always finds its masters."""
    keep = folder.manifests / made.unit
    with tempfile.TemporaryDirectory(prefix=".plnb-masters-", dir=folder.root, ignore_cleanup_errors=True) as part:
        new = Path(part) / made.unit
        new.mkdir()
        for name, raw in made.masters.items():
            (new / f"{name}.ipynb").write_bytes(raw)
        swap(new, keep)
    folder.manifests.chmod(0o700)
    write_manifest(made.manifest, folder.manifest(made.unit))


def _sentence(error: Exception) -> str:
    """An error of nbgrader's as one sentence. Its check of the metadata keeps the reason in the error before."""
    cause = error.__context__ if isinstance(error, ValidationError) and error.__context__ else error
    said = getattr(cause, "message", "") or str(cause) or type(cause).__name__
    return " ".join(said.split())[:300].rstrip(".") + "."
