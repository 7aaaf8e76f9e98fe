"""What release keeps for the grader: the compiled unit, and every cell of its notebooks as it was released.

The grader believes the manifest and the master notebooks beside it, never what a submission says of itself. For the instructor
only: it holds misconceptions, and the master notebooks hold hidden tests.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

from nbformat import NotebookNode
from pydantic import AwareDatetime, ValidationError

from plnb.core.base import Id, Model
from plnb.core.course import Activity, Unit
from plnb.errors import NotebookError, NotReadyError, OurFaultError
from plnb.grading.plans import NotebookPlan
from plnb.store.files import write_whole
from plnb.store.versions import Upgrade, to_version

MANIFEST_SCHEMA_VERSION: Final = 1

_UPGRADES: Final[Mapping[int, Upgrade]] = {}
"""Version n -> what turns a manifest of version n into one of version n + 1."""


class ReleasedCell(Model):
    """A cell as students received it."""

    kind: str
    """nbformat's cell type."""
    cell_id: str = ""
    """nbformat's id; empty in notebooks older than 4.5."""
    grade_id: str = ""
    """nbgrader's id; empty for cells that nbgrader does not know."""
    solution: bool = False
    """The student writes here."""
    digest: str
    """`source_digest` of the text as it was released: without hidden tests."""


class ReleasedNotebook(Model):
    """A notebook as students received it."""

    name: str
    """File name without `.ipynb`; the activity's id."""
    cells: tuple[ReleasedCell, ...]
    """Every cell; the master notebook has the same cells in the same order."""
    master: str
    """Digest of the master notebook's file."""
    plan: NotebookPlan = NotebookPlan.model_construct()
    """Which of its checks run outside the student's process, as the rehearsal settled it."""


class Manifest(Model):
    """A unit, as it was released."""

    schema_version: Literal[1] = MANIFEST_SCHEMA_VERSION
    """Version of this format."""
    course: Id
    """The course's id."""
    place: int
    """The unit's place in the course, from 0."""
    made_at: AwareDatetime
    """When it was released."""
    unit: Unit
    """The unit, compiled: checks with their standards, points and branches, forks, reflections. With misconceptions."""
    notebooks: tuple[ReleasedNotebook, ...]
    """Its notebooks."""
    strict: bool = False
    """Whether a check that runs in the student's process waits for a person."""
    digest: str = ""
    """Hash of everything above except the time: the same digest grades the same."""

    def activity(self, name: str) -> Activity:
        """What is known of a notebook's content."""
        return next(activity for activity in self.unit.activities() if activity.id == name)

    def sealed(self) -> Manifest:
        """The same, with its digest."""
        body = self.model_dump_json(exclude={"digest", "made_at"})
        return self.model_copy(update={"digest": sha256(body.encode()).hexdigest()})


def source_digest(source: str) -> str:
    """What tells whether a text is still as it was released."""
    return sha256(source.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def released_cells(notebook: NotebookNode) -> tuple[ReleasedCell, ...]:
    """The cells of a notebook that is about to be given to students."""
    return tuple(
        ReleasedCell(
            kind=cell.cell_type,
            cell_id=cell.get("id", ""),
            grade_id=cell.metadata.get("nbgrader", {}).get("grade_id", ""),
            solution=bool(cell.metadata.get("nbgrader", {}).get("solution", False)),
            digest=source_digest(cell.source),
        )
        for cell in notebook.cells
    )


def build_manifest(
    *,
    course: str,
    place: int,
    unit: Unit,
    notebooks: Iterable[tuple[str, bytes, tuple[ReleasedCell, ...]]],
    now: datetime,
    plans: Mapping[str, NotebookPlan] = {},
    strict: bool = False,
) -> Manifest:
    """A manifest of a unit's notebooks: name, master notebook's bytes, released cells; and by name how their checks run."""
    released = tuple(
        ReleasedNotebook(name=name, cells=cells, master=sha256(master).hexdigest(), plan=plans.get(name, NotebookPlan()))
        for name, master, cells in notebooks
    )
    return Manifest(course=course, place=place, made_at=now, unit=unit, notebooks=released, strict=strict).sealed()


def write_manifest(manifest: Manifest, path: Path) -> None:
    """Write a manifest, whole or not at all."""
    write_whole(path, manifest.model_dump_json(indent=1) + "\n")


def read_manifest(path: Path) -> Manifest:
    """Read a manifest. Raises NotReadyError where the unit was not released, OurFaultError where the file is damaged."""
    mend = f"Release the unit: plnb release {path.stem}"
    try:
        data = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise NotReadyError(f"The unit '{path.stem}' has not been released.", mend=mend) from None
    except ValueError:
        raise OurFaultError("The manifest is damaged.", place=str(path), mend=mend) from None
    if not isinstance(data, dict):
        raise OurFaultError("The manifest is damaged.", place=str(path), mend=mend)
    try:
        return Manifest.model_validate(to_version(data, MANIFEST_SCHEMA_VERSION, _UPGRADES, error=NotebookError, place=str(path)))
    except ValidationError:
        raise OurFaultError("The manifest is damaged.", place=str(path), mend=mend) from None
