"""The demo, made once, and the same hand-ins graded by nbgrader alone: what the tests of the whole way look at."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from plnb.authoring.demo import DemoEvent, DemoResult, run_demo
from plnb.store.layout import CourseFolder
from tests.extent import WHOLE
from tests.grading.builders import BLOCKER


@dataclass(frozen=True)
class Demo:
    """`plnb demo`, with everything it told on the way."""

    result: DemoResult
    events: tuple[DemoEvent, ...]

    @property
    def folder(self) -> CourseFolder:
        return CourseFolder(self.result.folder)


@dataclass(frozen=True)
class Alone:
    """The same course and hand-ins, graded by nbgrader in an environment where plnb cannot be imported."""

    folder: CourseFolder
    asked: frozenset[tuple[str, str]]
    """(student, unit) that it was asked to grade."""
    graded: frozenset[tuple[str, str]]
    """(student, unit) that nbgrader graded."""
    stopped: dict[tuple[str, str], str]
    """(student, unit) that it did not, and its last words."""
    env: dict[str, str]

    def run(self, *args: str) -> str:
        done = subprocess.run([nbgrader(), *args], cwd=self.folder.root, env=self.env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def said_in(self, student: str, unit: str, notebook: str, grade_id: str) -> list[dict[str, Any]]:
        """What a grade cell put out in nbgrader's kernel, to tell why it gave the points it gave."""
        path = self.folder.autograded / student / unit / f"{notebook}.ipynb"
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"] if path.exists() else []
        said = (cell.get("outputs", []) for cell in cells if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)
        return next(said, [])


def nbgrader() -> str:
    return str(Path(sys.executable).parent / "nbgrader")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    events: list[DemoEvent] = []
    result = run_demo(tmp_path_factory.mktemp("whole") / "demo", on_event=events.append, jobs=2)
    return Demo(result, tuple(events))


def compared(demo: Demo) -> list[tuple[str, str]]:
    """(student, unit) that nbgrader grades too: each hand-in that was mangled, one student's whole work, and one unit of everybody
    else whose files are sound. All 116 with `PLNB_WHOLE=1`, which takes a quarter of an hour on two cores.
    """
    found = []
    for place, student in enumerate(demo.result.students.students):
        mangled = {mangled.unit for mangled in student.mangles}
        whole = WHOLE or student.id.endswith("-everything")
        wanted = set(student.units) if whole else mangled or {student.units[place % len(student.units)]}
        found += [(student.id, unit) for unit in sorted(wanted)]
    return found


@pytest.fixture(scope="session")
def alone(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Alone:
    root = tmp_path_factory.mktemp("alone")
    folder = CourseFolder(root / "course")
    for name in ("source", "submitted"):
        shutil.copytree(demo.folder.root / name, folder.root / name)
    shutil.copy(demo.folder.root / "nbgrader_config.py", folder.root)
    (root / "site").mkdir()
    (root / "site" / "sitecustomize.py").write_text(BLOCKER)
    bin_ = Path(sys.executable).parent
    env = {**os.environ, "PYTHONPATH": str(root / "site"), "PATH": os.pathsep.join((str(bin_), os.environ["PATH"]))}
    assert subprocess.run([sys.executable, "-c", "import plnb"], env=env, capture_output=True).returncode, "the blocker blocks"

    # matplotlib says on stderr that it looks for fonts, where that takes long; nbgrader gives no points for a check that says so.
    subprocess.run([sys.executable, "-c", "import matplotlib.font_manager"], env=env, check=True, capture_output=True)
    for unit in demo.result.units:
        subprocess.run([nbgrader(), "generate_assignment", unit], cwd=folder.root, env=env, check=True, capture_output=True)
    asked = compared(demo)
    script = str(Path(__file__).with_name("nbgrader_alone.py"))
    runs = [
        subprocess.Popen([sys.executable, script, json.dumps(asked[half::2])], cwd=folder.root, env=env, stdout=subprocess.PIPE)
        for half in (0, 1)
    ]
    outcomes: list[tuple[str, str, str | None]] = []
    for run in runs:
        said, _ = run.communicate()
        assert run.returncode == 0
        outcomes += json.loads(said.splitlines()[-1])
    return Alone(
        folder=folder,
        asked=frozenset(asked),
        graded=frozenset((student, unit) for student, unit, trouble in outcomes if trouble is None),
        stopped={(student, unit): trouble for student, unit, trouble in outcomes if trouble is not None},
        env=env,
    )
