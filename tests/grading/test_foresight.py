"""What a run will need is guessed from what was handed in and not graded yet; a guess raises nothing."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from plnb.engine.nursery import Nursery
from plnb.engine.sandbox import Tier
from plnb.engine.wanted import mentioned_modules
from plnb.grading.foresight import likely_modules
from plnb.store.layout import CourseFolder

PANDAS = '{"cells": [{"source": ["%matplotlib inline\\n", "import pandas as pd\\n", "df = 1"]}]}'
NUMPY = '{"cells": [{"source": "x = 1\\nfrom numpy import linspace"}]}'


@pytest.fixture
def course(tmp_path: Path) -> CourseFolder:
    """Two units, and Ada's work in both."""
    folder = CourseFolder(tmp_path)
    for unit, text in (("data", PANDAS), ("lines", NUMPY)):
        folder.unit_release(unit).mkdir(parents=True)
        (folder.unit_release(unit) / "one.ipynb").write_text(text, encoding="utf-8")
        (folder.submitted / "ada" / unit).mkdir(parents=True)
    return folder


def graded(folder: CourseFolder, unit: str, *, later: float) -> None:
    """Let the unit be graded so many seconds after it was handed in."""
    made = folder.autograded / "ada" / unit
    made.mkdir(parents=True)
    at = time.time() + later
    os.utime(made, (at, at))


def test_what_new_work_imports_is_known(course: CourseFolder) -> None:
    assert likely_modules(course, None) == ("numpy", "pandas")
    assert likely_modules(course, ["lines"]) == ("numpy",)


def test_what_was_graded_since_needs_nothing(course: CourseFolder) -> None:
    graded(course, "data", later=60)
    graded(course, "lines", later=-60)  # and handed in again
    assert likely_modules(course, None) == ("numpy",)


@pytest.mark.parametrize("units", [None, ["nobody"], ["\0"], ["../.."], []])
def test_where_there_is_nothing_to_read_nothing_is_guessed(tmp_path: Path, units: list[str] | None) -> None:
    folder = CourseFolder(tmp_path / "course")
    assert likely_modules(folder, units) == ()
    folder.release.mkdir(parents=True)
    (folder.release / "a file").write_text("")
    (folder.submitted / "ada" / "a file").mkdir(parents=True)
    assert likely_modules(folder, units) == ()


def test_only_well_known_modules_are_guessed_whatever_a_notebook_says() -> None:
    assert mentioned_modules(
        [b'{"source": ["import os, shutil\\n", "import evil\\n", "from sympy import x"]}', b"", b"\xff\xfe"]
    ) == ("sympy",)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="nurseries are Linux's")
def test_a_nursery_that_nobody_needs_any_more_ends_while_it_imports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "slow_to_import.py").write_text("import time\ntime.sleep(30)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    nursery = Nursery(modules=["slow_to_import"], tier=Tier.none)
    process = nursery._process
    assert process is not None
    time.sleep(1)  # by then it is at it
    nursery.close()
    assert process.returncode == -15  # at once, and not because waiting became too long
