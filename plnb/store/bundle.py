"""What students may hold of a course: the bundle, `course.json`, that travels with every released unit.

Left out: misconceptions, what suggests one way over another, the numbers of the mastery policy, and standards that the course never
touches. What opens a step stays, in level words: a locked step must be able to say what opens it. Kept light, for kernels load it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from plnb.core.cells import CellMeta, CheckCell, ForkCell, GateCell
from plnb.core.conditions import All, AnyOf, Condition, Not, StandardAtLeast, StandardBelow
from plnb.core.course import Activity, Course, Node, Unit
from plnb.core.policy import Mastery
from plnb.core.standards import StandardSet
from plnb.errors import CourseFileError, NotFoundError
from plnb.store.files import write_whole
from plnb.store.versions import Upgrade, to_version

BUNDLE_SCHEMA_VERSION: Final = 1

_UPGRADES: Final[Mapping[int, Upgrade]] = {}
"""Version n -> what turns a bundle of version n into one of version n + 1."""


def student_bundle(course: Course, unit: str | None = None) -> Course:
    """The course as students may hold it; only one of its units where `unit` names one."""
    units = tuple(
        each.model_copy(update={"nodes": tuple(_node(node) for node in each.nodes)})
        for each in course.units
        if unit is None or each.id == unit
    )
    if unit is not None and not units:
        raise NotFoundError(f"The course has no unit '{unit}'.", mend=f"Its units: {', '.join(each.id for each in course.units)}.")
    bundle = course.model_copy(update={"units": units, "mastery": Mastery()})
    return bundle.model_copy(update={"standards": _touched(bundle)})


def text_digest(source: str) -> str:
    """What tells a cell by its text, whatever was done to its line ends."""
    lines = "\n".join(line.rstrip() for line in source.strip().splitlines())
    return hashlib.sha256(lines.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def with_digests(bundle: Course, folder: Path) -> Course:
    """The bundle with checks and blanks told by their text in the notebooks of `folder`: those that students receive."""

    def told(activity: Activity) -> Activity:
        digests = _digests(folder / f"{activity.id}.ipynb")
        checks = tuple(
            check.model_copy(
                update={
                    "digest": "" if check.manual else digests.get(check.id, ""),
                    "blanks": tuple(digests[answer] for answer in check.answers if answer in digests),
                }
            )
            for check in activity.checks
        )
        return activity.model_copy(update={"checks": checks})

    return bundle.model_copy(update={"units": tuple(_each_activity(unit, told) for unit in bundle.units)})


def _digests(notebook: Path) -> dict[str, str]:
    """Digests of the code cells that nbgrader knows, by grade_id; nothing where there is no such notebook."""
    try:
        cells = json.loads(notebook.read_bytes())["cells"]
    except FileNotFoundError:
        return {}
    return {
        cell["metadata"]["nbgrader"]["grade_id"]: text_digest("".join(cell["source"]))
        for cell in cells
        if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("grade_id")
    }


def strip_cell_meta(meta: CellMeta) -> CellMeta:
    """A cell's key as students may hold it."""
    match meta:
        case CheckCell():
            return meta.model_copy(update={"misconceptions": (), "fresh": None})
        case ForkCell():
            return meta.model_copy(update={"options": tuple(o.model_copy(update={"suggest_when": None}) for o in meta.options)})
        case GateCell():
            return meta.model_copy(update={"opens_when": None})
    return meta


def write_bundle(course: Course, path: Path) -> None:
    """Write a bundle. It is written as it is given: `student_bundle` is what makes it fit for students."""
    write_whole(path, course.model_dump_json() + "\n")


def read_bundle(path: Path) -> Course:
    """Read a bundle. Raises NotFoundError, CourseFileError or FormatTooNewError."""
    mend = "Fetch the unit again."
    try:
        data = json.loads(path.read_bytes())
        if not isinstance(data, dict):
            raise TypeError
        return Course.model_validate(to_version(data, BUNDLE_SCHEMA_VERSION, _UPGRADES, error=CourseFileError, place=str(path)))
    except FileNotFoundError:
        raise NotFoundError(f"There is no {path.name} here.", place=str(path), mend=mend) from None
    except OSError as error:
        raise CourseFileError(f"{path.name} cannot be read ({error.strerror}).", place=str(path), mend=mend) from None
    except (ValidationError, ValueError, TypeError, RecursionError):
        raise CourseFileError(f"{path.name} is damaged.", place=str(path), mend=mend) from None


def _each_activity(unit: Unit, change: Callable[[Activity], Activity]) -> Unit:
    return unit.model_copy(update={"nodes": tuple(_changed(node, change) for node in unit.nodes)})


def _changed(node: Node, change: Callable[[Activity], Activity]) -> Node:
    if isinstance(node, Activity):
        return change(node)
    options = (option.model_copy(update={"activities": tuple(map(change, option.activities))}) for option in node.options)
    return node.model_copy(update={"options": tuple(options)})


def _node(node: Node) -> Node:
    if isinstance(node, Activity):
        return _activity(node)
    return node.model_copy(
        update={
            "options": tuple(
                option.model_copy(update={"suggest_when": None, "activities": tuple(map(_activity, option.activities))})
                for option in node.options
            )
        }
    )


def _activity(activity: Activity) -> Activity:
    return activity.model_copy(
        update={
            "suggest_when": None,
            "checks": tuple(check.model_copy(update={"misconceptions": ()}) for check in activity.checks),
            "forks": tuple(
                fork.model_copy(update={"options": tuple(o.model_copy(update={"suggest_when": None}) for o in fork.options)})
                for fork in activity.forks
            ),
        }
    )


# --- standards -------------------------------------------------------------------------------------------------------------------


def _touched(course: Course) -> StandardSet:
    """The standards the course teaches, assesses or asks for, with their groups and everything before them.

    A state's framework has thousands; a unit that travels to every student needs a few dozen.
    """
    known = course.standards.by_code
    kept: set[str] = set()
    waiting = list(_named(course))
    while waiting:
        code = waiting.pop()
        if code in kept or code not in known:
            continue
        kept.add(code)
        standard = known[code]
        waiting.extend((*standard.requires, *([standard.parent] if standard.parent else [])))
    frameworks = (
        framework.model_copy(update={"standards": tuple(s for s in framework.standards if s.code in kept)})
        for framework in course.standards.frameworks
    )
    return StandardSet(frameworks=tuple(framework for framework in frameworks if framework.standards))


def _named(course: Course) -> Iterator[str]:
    for activity in course.activities():
        yield from activity.standards
        yield from _conditioned(activity.opens_when)
        for check in activity.checks:
            yield from check.standards
        for gate in activity.gates:
            yield from _conditioned(gate.opens_when)


def _conditioned(condition: Condition | None) -> Iterator[str]:
    match condition:
        case StandardAtLeast() | StandardBelow():
            yield condition.standard
        case All():
            for part in condition.all:
                yield from _conditioned(part)
        case AnyOf():
            for part in condition.any:
                yield from _conditioned(part)
        case Not():
            yield from _conditioned(condition.not_)
