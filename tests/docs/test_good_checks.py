"""The page on checks that nobody can fool: each check on it, as it is printed there, in a strict course that is graded."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from plnb.core.findings import Severity
from plnb.core.lint import lint
from plnb.grading.release import release
from plnb.grading.service import grade_one
from plnb.grading.smoke import smoke_run
from plnb.store.layout import CourseFolder
from plnb.store.sources import load_course
from tests.grading.builders import FRAMEWORK, answer, autotest, check_meta, code, notebook, text, write

PAGE = (Path(__file__).parents[2] / "docs" / "tutorials" / "good-checks.md").read_text(encoding="utf-8")
COURSE = """\
schema_version: 1
id: small
title: Small
frameworks: [frameworks/s.json]
units:
  - {id: u, title: U, steps: [{notebook: n, standards: [S.1]}]}
"""


def printed(kind: str, *words: str) -> str:
    """The one block of this kind on the page that says all of this."""
    blocks = re.findall(rf"^```{kind}\n(.*?)\n```", PAGE, re.MULTILINE | re.DOTALL)
    (found,) = [block for block in blocks if all(word in block for word in words)]
    return found


@pytest.fixture
def folder(tmp_path: Path) -> CourseFolder:
    made = CourseFolder(tmp_path / "course")
    (made.root / "frameworks").mkdir(parents=True)
    (made.root / "frameworks" / "s.json").write_text(json.dumps(FRAMEWORK), encoding="utf-8")
    made.course_file.write_text(COURSE + printed("yaml", "strict") + "\n", encoding="utf-8")
    fresh, vary = (json.loads(printed("json", word))["plnb"] for word in ('"fresh"', '"vary"'))
    tag = check_meta("S.1")
    cells = [
        text("# Checks", "title"),
        text("## Speed", "speed_text"),
        answer("speed", "def speed(km, h):\n    return km / h"),
        autotest("speed_check", 1, printed("python", "speed(150, 2) == 75, "), plnb=tag),
        autotest("speed_partly", 2, printed("python", "earned"), plnb=tag),
        text("## Twice", "double_text"),
        answer("double", "def double(x):\n    return 2 * x"),
        autotest("double_check", 1, printed("python", "double(x)"), plnb=fresh),
        text("## Sum", "sum_text"),
        code(printed("python", "chance.randint"), "numbers", plnb=vary),
        answer("sum", "total = a + b"),
        autotest("sum_check", 1, "assert total == a + b, 'Add them.'", plnb=tag),
    ]
    write(made.notebook("u", "n"), notebook(*cells))
    return made


def test_every_check_on_the_page_is_sound_strict_and_graded_outside(folder: CourseFolder) -> None:
    source = load_course(folder.root)
    assert [finding for finding in lint(source) if finding.severity is Severity.error] == []
    assert smoke_run(folder, source) == ()
    release(folder)
    graded = grade_one(folder, "u", {"n": folder.notebook("u", "n").read_bytes()}, unsafe=True)
    scores = {score.check: score for outcome in graded.outcomes for score in outcome.scores}
    assert {name: score.points for name, score in scores.items()} == {
        "speed_check": 1,
        "speed_partly": 2,
        "double_check": 1,
        "sum_check": 1,
    }
    assert {score.checked_in for score in scores.values()} == {"outside"}
    assert scores["double_check"].seed is not None
    assert scores["sum_check"].seed == 1
