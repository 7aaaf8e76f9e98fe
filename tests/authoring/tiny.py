"""A course of two small units, made with nbformat and released with nbgrader's own generate step."""

from __future__ import annotations

import json
import os
import sysconfig
import textwrap
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from plnb.store.layout import CourseFolder

COURSE = """
schema_version: 1
id: tiny
title: A tiny course
frameworks: [frameworks/tiny.json]
interests: [one, two]
mastery: {policy: {type: latest}}
units:
  - id: first
    title: First
    steps:
      - {notebook: sums, standards: [T.1]}
      - {notebook: more-sums, optional: true, suggest_when: {standard: T.1, below: familiar}}
      - {notebook: hard-sums, optional: true, suggest_when: {standard: T.1, at_least: proficient}}
  - id: second
    title: Second
    steps:
      - fork: world
        prompt: Which?
        options:
          - {id: one, title: One, steps: [{notebook: world-one, standards: [T.2]}]}
          - {id: two, title: Two, steps: [{notebook: world-two, standards: [T.2]}]}
  - id: third
    title: Third
    steps: [{notebook: last}]
"""


def make_tiny_course(root: Path, *, release: bool = True) -> CourseFolder:
    """Write the course, and release every unit of it."""
    folder = CourseFolder(root)
    (root / "frameworks").mkdir(parents=True)
    folder.course_file.write_text(COURSE, encoding="utf-8")
    (root / "frameworks" / "tiny.json").write_text(json.dumps(framework()), encoding="utf-8")
    for unit, name, cells in (
        ("first", "sums", [*sums(), *voices()]),
        ("first", "more-sums", sums()),
        ("first", "hard-sums", sums()),
        ("second", "world-one", sums()),
        ("second", "world-two", sums()),
        ("third", "last", forked()),
    ):
        path = folder.notebook(unit, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        nb = new_notebook(
            cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        )
        for number, cell in enumerate(nb.cells):
            cell["id"] = f"{name}-{number}"
        nbformat.write(nb, path)
    (folder.source / "first" / "data.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    if release:
        api = grader(folder)
        for unit in ("first", "second", "third"):
            assert api.generate_assignment(unit)["success"]
    return folder


def grader(folder: CourseFolder) -> NbGraderAPI:
    """nbgrader itself, on this course. It calls alembic by name, so that has to be on the path."""
    scripts = sysconfig.get_path("scripts")
    if scripts not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join((scripts, os.environ["PATH"]))
    config = Config()
    config.CourseDirectory.root = str(folder.root)
    config.CourseDirectory.course_id = "tiny"
    return NbGraderAPI(CourseDirectory(config=config), config=config)


def sums() -> list[Any]:
    return [
        new_markdown_cell("# Sums"),
        answer(
            "add_answer",
            '''
            def difference(a, b):
                """The difference."""  # given
                ### BEGIN SOLUTION
                # take the second from the first
                return a - b
                ### END SOLUTION
            ''',
        ),
        check(
            "add_check",
            "assert difference(5, 3) == 2\n### BEGIN HIDDEN TESTS\nassert difference(1, 4) == -3\n### END HIDDEN TESTS",
            ["T.1"],
        ),
        answer("slope_answer", "slope = None\n### BEGIN SOLUTION\nrise = 9 - 3\nslope = rise / 2\n### END SOLUTION"),
        check("slope_check", "assert slope == 3", ["T.2"]),
    ]


def voices() -> list[Any]:
    goal = new_markdown_cell("*Write here.*", metadata={"plnb": {"schema_version": 1, "role": "goal", "id": "my-goal"}})
    look_back = new_markdown_cell("*Write here.*", metadata={"plnb": {"schema_version": 1, "role": "reflect", "id": "my-thoughts"}})
    essay = new_markdown_cell("### BEGIN SOLUTION\nA line keeps its slope. A curve does not.\n### END SOLUTION")
    essay.metadata["nbgrader"] = nbgrader_key("essay", grade=True, solution=True, points=4)
    essay.metadata["plnb"] = {"schema_version": 1, "role": "check", "standards": ["T.2"]}
    poster = new_markdown_cell("Make a poster below.")
    poster.metadata["nbgrader"] = {**nbgrader_key("poster", locked=True, points=3), "task": True}
    return [essay, poster, goal, look_back]


def forked() -> list[Any]:
    options = [{"id": "left", "title": "Left"}, {"id": "right", "title": "Right"}]
    fork = new_markdown_cell(
        "## Choose",
        metadata={"plnb": {"schema_version": 1, "role": "fork", "id": "way", "prompt": "Which way?", "options": options}},
    )
    cells = [fork]
    for option in ("left", "right"):
        tested = check(f"{option}_check", f"assert {option} == 4", ["T.1"])
        tested.metadata["plnb"]["branch"] = f"way/{option}"
        cells += [answer(f"{option}_answer", f"### BEGIN SOLUTION\n{option} = 7 - 3\n### END SOLUTION"), tested]
    return cells


def answer(grade_id: str, source: str) -> Any:
    cell = new_code_cell(textwrap.dedent(source).strip("\n"))
    cell.metadata["nbgrader"] = nbgrader_key(grade_id, solution=True)
    return cell


def check(grade_id: str, source: str, standards: list[str]) -> Any:
    cell = new_code_cell(source)
    cell.metadata["nbgrader"] = nbgrader_key(grade_id, grade=True, locked=True, points=2)
    cell.metadata["plnb"] = {"schema_version": 1, "role": "check", "standards": standards, "hints": ["Think."]}
    return cell


def nbgrader_key(
    grade_id: str, *, grade: bool = False, solution: bool = False, locked: bool = False, points: int | None = None
) -> dict[str, Any]:
    key = {"schema_version": 3, "grade_id": grade_id, "grade": grade, "solution": solution, "locked": locked, "task": False}
    return key if points is None else {**key, "points": points}


def framework() -> dict[str, Any]:
    def link(number: int, title: str) -> dict[str, str]:
        return {"title": title, "identifier": guid(number), "uri": f"urn:uuid:{guid(number)}"}

    def guid(number: int) -> str:
        return f"00000000-0000-4000-8000-{number:012d}"

    when = "2025-08-01T00:00:00Z"
    document = {
        "identifier": guid(0),
        "uri": f"urn:uuid:{guid(0)}",
        "creator": "tests",
        "title": "Tiny",
        "lastChangeDateTime": when,
    }
    items = [
        {
            "identifier": guid(number),
            "uri": f"urn:uuid:{guid(number)}",
            "humanCodingScheme": f"T.{number}",
            "abbreviatedStatement": title,
            "fullStatement": f"Can do {title.lower()}.",
            "lastChangeDateTime": when,
        }
        for number, title in ((1, "Differences"), (2, "Slopes"))
    ]
    children = [
        {
            "identifier": guid(10 + number),
            "uri": f"urn:uuid:{guid(10 + number)}",
            "associationType": "isChildOf",
            "originNodeURI": link(number, "item"),
            "destinationNodeURI": link(0, "Tiny"),
            "lastChangeDateTime": when,
        }
        for number in (1, 2)
    ]
    return {"CFDocument": document, "CFItems": items, "CFAssociations": children}
