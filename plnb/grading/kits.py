"""Making a unit's kit: everything workers must know of it, read from the course once and checked for being whole."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from hashlib import sha256

from plnb.engine.runs import Budget
from plnb.errors import OurFaultError
from plnb.grading.jobs import UnitKit
from plnb.grading.manifest import Manifest
from plnb.grading.nbgrader_course import NbgraderCourse


def make_kit(course: NbgraderCourse, manifest: Manifest, *, budget: Budget, tier: str) -> UnitKit:
    """Read a released unit. Raises OurFaultError where a master notebook is missing or is not the one that was released."""
    unit = manifest.unit.id
    masters = {notebook.name: _master(course, unit, notebook.name, notebook.master) for notebook in manifest.notebooks}
    return kit_of(course, manifest, masters, budget=budget, tier=tier)


def kit_of(course: NbgraderCourse, manifest: Manifest, masters: Mapping[str, bytes], *, budget: Budget, tier: str) -> UnitKit:
    """The kit of a unit, released or only made."""
    source = course.source(manifest.unit.id)
    kit = UnitKit(
        digest="",
        manifest=manifest,
        masters=masters,
        data={path.as_posix(): (source / path).read_bytes() for path in course.data_files(manifest.unit.id)},
        budget=budget,
        max_lines=course.setting("LimitOutput", "max_lines"),
        max_traceback=course.setting("LimitOutput", "max_traceback"),
        hidden=(
            course.setting("ClearHiddenTests", "begin_test_delimeter"),
            course.setting("ClearHiddenTests", "end_test_delimeter"),
        ),
        tier=tier,
    )
    return UnitKit(**{**kit.__dict__, "digest": _digest(kit)})


def _master(course: NbgraderCourse, unit: str, name: str, digest: str) -> bytes:
    path = course.folder.master(unit, name)
    mend = f"Release the unit again: plnb release {unit}"
    try:
        raw = path.read_bytes()
    except OSError:
        raise OurFaultError("A master notebook is missing.", place=course.folder.relative(path), mend=mend) from None
    if sha256(raw).hexdigest() != digest:
        raise OurFaultError("A master notebook is not the one that was released.", place=course.folder.relative(path), mend=mend)
    return raw


def _digest(kit: UnitKit) -> str:
    # Within one run only: the order of a pickle's mappings is that of the files, and nothing reads the digest again.
    return sha256(pickle.dumps(kit)).hexdigest()
