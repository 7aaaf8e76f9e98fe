"""A small course on disk, for tests that read one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from plnb.core.standards import Framework, Standard
from plnb.interop.case import write_package

COURSE_YAML = """\
schema_version: 1
id: straight-lines
title: Straight lines in the world
language: en
frameworks: [frameworks/straight-lines.case.json]
interests: [sport, music, nature, machines]
mastery:
  policy: {type: streak, n: 3}
  standards:
    SL.DATA.3: {type: latest}
units:
  - id: steady-change
    title: Steady change
    steps:
      - notebook: unit-rates
        title: How fast, how much each?
        standards: [SL.RATE.1]
        minutes: 30
      - fork: rate-world
        prompt: Where would you like to meet proportions?
        pick: 1
        options:
          - {id: sport, title: In sport, interests: [sport], steps: [{notebook: rates-in-sport, standards: [SL.RATE.2]}]}
"""

FRAMEWORK = Framework(
    id="straight-lines",
    title="Straight lines",
    creator="A teacher",
    standards=(
        Standard(code="SL.RATE", statement="Rates."),
        Standard(code="SL.RATE.1", statement="Find a unit rate.", parent="SL.RATE"),
        Standard(
            code="SL.RATE.2", statement="Tell whether two quantities are proportional.", parent="SL.RATE", requires=("SL.RATE.1",)
        ),
        Standard(code="SL.DATA.3", statement="Say where a model ends."),
    ),
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)

CHECK = {
    "schema_version": 1,
    "role": "check",
    "standards": ["SL.RATE.1"],
    "hints": ["Divide.", "Distance by time."],
    "misconceptions": [{"when": "speed == 1/5", "say": "That is time for each metre."}],
}


def cell(source: str = "", kind: str = "code", **metadata: object) -> dict[str, object]:
    """A cell as nbformat 4.5 writes it."""
    made: dict[str, object] = {"cell_type": kind, "id": "a1", "metadata": metadata, "source": source.splitlines(keepends=True)}
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def graded_cell(grade_id: str, points: float = 2, **metadata: object) -> dict[str, object]:
    """An nbgrader test cell."""
    nbgrader = {
        "schema_version": 3,
        "grade_id": grade_id,
        "grade": True,
        "solution": False,
        "locked": True,
        "points": points,
        "task": False,
    }
    return cell("assert speed == 5", nbgrader=nbgrader, **metadata)


def notebook(*cells: object, nbformat: int = 4) -> str:
    """A notebook's JSON."""
    kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    return json.dumps({"nbformat": nbformat, "nbformat_minor": 5, "metadata": kernel, "cells": list(cells)})


def make_course(root: Path, text: str = COURSE_YAML) -> Path:
    """A course of one unit with two notebooks, and its framework."""
    (root / "frameworks").mkdir(parents=True)
    (root / "frameworks" / "straight-lines.case.json").write_text(write_package(FRAMEWORK, NOW), "utf-8")
    (root / "course.yaml").write_text(text, "utf-8")
    unit = root / "source" / "steady-change"
    unit.mkdir(parents=True)
    for name in ("unit-rates", "rates-in-sport"):
        (unit / f"{name}.ipynb").write_text(
            notebook(cell("# How fast?", "markdown"), graded_cell("speed_check", tags=["std:SL.RATE.1"], plnb=CHECK)), "utf-8"
        )
    return root


def everything(root: Path) -> dict[str, bytes]:
    """Every file of a folder with its bytes: equal before and after means that nothing was written."""
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
