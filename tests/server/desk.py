"""A small course on a student's machine: two units, each with what a unit can have."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from plnb.core.base import Level, Trust
from plnb.core.cells import Option
from plnb.core.conditions import CheckPassed, StandardAtLeast
from plnb.core.course import Activity, ActivityFork, ActivityOption, Check, Course, Fork, Gate, ReflectionPoint, Unit
from plnb.core.records import Attempt, Record, Verdict, record_id
from plnb.core.standards import Framework, Standard, StandardSet
from plnb.core.student import GradedLevel
from plnb.store.bundle import student_bundle, with_digests, write_bundle

TESTS = {
    "slope": "assert slope == 2, 'Two metres in each second.'",
    "start": "assert start == 1, 'Where it begins.'",
    "pace": "assert pace == 5",
}
WALK = Activity(
    id="walk",
    unit="one",
    title="A walk",
    standards=("S.1",),
    minutes=20,
    checks=(
        Check(
            id="slope",
            title="How steep?",
            standards=("S.1",),
            points=2,
            answers=("slope_answer",),
            hints=("Look up.", "Divide.", "2 for each."),
        ),
        Check(id="start", title="Where from?", standards=("S.1", "S.2"), points=2, branch="rep/table"),
    ),
    forks=(
        Fork(
            id="rep",
            prompt="How would you like to see it?",
            options=(
                Option(id="graph", title="As a graph", format="visual"),  # type: ignore[arg-type]
                Option(id="table", title="As a table", about="Numbers in rows.", interests=("music",)),
            ),
        ),
    ),
    gates=(
        Gate(id="soft", opens_when=CheckPassed(check="walk/slope")),
        Gate(id="hard", opens_when=StandardAtLeast(standard="S.1", at_least=Level.proficient), soft=False),
    ),
    reflections=(
        ReflectionPoint(id="how", role="reflect", prompt="How was it?"),
        ReflectionPoint(id="aim", role="goal", prompt="What next?"),
    ),
)
RUN = Activity(
    id="run",
    unit="two",
    title="A run",
    standards=("S.2",),
    opens_when=CheckPassed(check="walk/slope"),
    checks=(Check(id="pace", title="How fast?", standards=("S.2",), points=4),),
)
SWIM = RUN.model_copy(update={"id": "swim", "title": "A swim", "branch": "where/water", "opens_when": None})
COURSE = Course(
    id="lines",
    title="Lines",
    interests=("music", "sport"),
    standards=StandardSet(
        frameworks=(
            Framework(
                id="f",
                title="F",
                standards=(
                    Standard(code="S.1", title="Slope", statement="Find a slope."),
                    Standard(code="S.2", title="Pace", statement="Find a pace.", requires=("S.1",)),
                ),
            ),
        )
    ),
    units=(
        Unit(id="one", title="One", place=0, nodes=(WALK,)),
        Unit(
            id="two",
            title="Two",
            place=1,
            nodes=(
                RUN,
                ActivityFork(
                    id="where", prompt="Where?", options=(ActivityOption(id="water", title="In water", activities=(SWIM,)),)
                ),
            ),
        ),
    ),
)


def put(root: Path, *units: str) -> Path:
    """The course's units in a folder, as a student has them after fetching."""
    for unit in COURSE.units:
        if units and unit.id not in units:
            continue
        folder = root / unit.id
        folder.mkdir(parents=True, exist_ok=True)
        for activity in unit.activities():
            (folder / f"{activity.id}.ipynb").write_text(json.dumps(notebook(activity)))
        write_bundle(with_digests(student_bundle(COURSE, unit.id), folder), folder / "course.json")
    return root


def notebook(activity: Activity) -> dict[str, Any]:
    """A notebook with an answer and its test for each check."""
    cells = []
    for check in activity.checks:
        cells += [_cell(f"{check.id} = None", f"{check.id}_answer", answer=True), _cell(TESTS[check.id], check.id, answer=False)]
    return {
        "cells": cells,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def graded(
    check: str = "walk/slope", verdict: Verdict = Verdict.passed, *, student: str = "ada", trust: Trust = Trust.graded
) -> Attempt:
    """An answer that was graded."""
    activity, name = check.split("/")
    return Attempt(
        id=record_id(check, student, verdict),
        course="lines",
        student=student,
        at=datetime(2026, 9, 1, tzinfo=UTC),
        trust=trust,
        unit="one",
        activity=activity,
        check=name,
        standards=("S.1",),
        verdict=verdict,
        score=1.0 if verdict is Verdict.passed else 0.0,
        points=2.0,
        max_points=2.0,
        message="Well seen.",
    )


def feedback(
    unit: Path,
    *records: Record,
    name: str = "walk",
    stamp: str = "2026-09-02 10:00:00.000000 UTC",
    raw: str | None = None,
    levels: Sequence[GradedLevel] = (),
) -> Path:
    """A page that came back, with records in it."""
    path = unit / "feedback" / stamp / f"{name}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    held = (
        raw
        if raw is not None
        else json.dumps(
            {
                "schema_version": 1,
                "records": [r.model_dump(mode="json") for r in records],
                "levels": [level.model_dump(mode="json") for level in levels],
            }
        )
    )
    held = held.replace("<", "\\u003c")
    path.write_text(f'<!DOCTYPE html><p>Well done</p><script type="application/json" id="plnb-records">{held}</script>')
    return path


def _cell(source: str, grade_id: str, *, answer: bool) -> dict[str, Any]:
    grader = {
        "grade_id": grade_id,
        "grade": not answer,
        "solution": answer,
        "locked": not answer,
        "schema_version": 3,
        "task": False,
    }
    if not answer:
        grader["points"] = 2  # type: ignore[assignment]
    return {
        "cell_type": "code",
        "id": f"id-{grade_id}",
        "source": source,
        "metadata": {"nbgrader": grader},
        "outputs": [],
        "execution_count": None,
    }
