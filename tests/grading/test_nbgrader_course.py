"""What nbgrader is configured to do, read without importing what reads it in nbgrader."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader import converters, plugins, preprocessors
from nbgrader.apps.baseapp import NbGrader
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Configurable

from plnb.grading.gradebook import late_penalty
from plnb.grading.nbgrader_course import DEFAULTS, SECTIONS, NbgraderCourse
from plnb.store.layout import CourseFolder


def configured(tmp_path: Path, *lines: str) -> NbgraderCourse:
    (tmp_path / "nbgrader_config.py").write_text("\n".join(("c = get_config()", *lines)))
    return NbgraderCourse(CourseFolder(tmp_path))


def real(step: str) -> type[Configurable]:
    found: type[Configurable] = converters.Autograde if step == "Autograde" else getattr(preprocessors, step)
    return found


@pytest.mark.parametrize(("step", "name"), [(step, name) for step, names in DEFAULTS.items() for name in names])
def test_without_a_configuration_a_setting_is_nbgraders_own(step: str, name: str, tmp_path: Path) -> None:
    arguments = {"coursedir": CourseDirectory(root=str(tmp_path))} if step == "Autograde" else {}
    assert DEFAULTS[step][name] == getattr(real(step)(**arguments), name)
    assert configured(tmp_path).setting(step, name) == DEFAULTS[step][name]


@pytest.mark.parametrize("kind", [*map(real, DEFAULTS), preprocessors.AssignLatePenalties, plugins.LateSubmissionPlugin, NbGrader])
def test_every_section_that_a_step_listens_to_is_listened_for(kind: type[Configurable]) -> None:
    heard = {base.__name__ for base in kind.__mro__ if issubclass(base, Configurable) and base.class_traits(config=True)}
    # what an application and everything with a log listen to is no setting of a step
    assert heard - {"SingletonConfigurable", "Application", "JupyterApp"} <= SECTIONS


@pytest.mark.parametrize(
    ("line", "step", "name", "value"),
    [
        ("c.Execute.timeout = 7", "Execute", "timeout", 7),
        ("c.NotebookClient.timeout = 8", "Execute", "timeout", 8),
        ("c.NbGrader.Execute.timeout = 9", "Execute", "timeout", 9),
        ("c.LimitOutput.max_lines = 3", "LimitOutput", "max_lines", 3),
        ("c.ClearHiddenTests.begin_test_delimeter = 'VON HIER'", "ClearHiddenTests", "begin_test_delimeter", "VON HIER"),
        ("c.BaseConverter.permissions = 644", "Autograde", "permissions", 644),
        ("c.CourseDirectory.groupshared = True", "Autograde", "permissions", 664),
        ("c.Autograde.exclude_overwriting = {'u1': ['a.csv']}", "Autograde", "exclude_overwriting", {"u1": ["a.csv"]}),
    ],
)
def test_what_a_course_configures_counts(tmp_path: Path, line: str, step: str, name: str, value: object) -> None:
    assert configured(tmp_path, line).setting(step, name) == value


@pytest.mark.parametrize(
    "line",
    ["c.CourseDirectory.course_id = 'optics'", "c.Exchange.course_id = 'optics'", "c.NbGrader.course_id = 'optics'"],
)
def test_a_course_is_called_what_it_says_in_every_old_and_new_way(tmp_path: Path, line: str) -> None:
    assert configured(tmp_path, line).course_id == "optics"


def test_a_folder_that_is_configured_elsewhere_is_used(tmp_path: Path) -> None:
    course = configured(tmp_path, "c.CourseDirectory.submitted_directory = 'inbox'")
    assert course.submitted("ada", "u1") == tmp_path / "inbox" / "ada" / "u1"


def test_late_work_costs_what_the_course_says(tmp_path: Path) -> None:
    assert late_penalty(configured(tmp_path))("ada", 5, 60) == 0
    assert late_penalty(configured(tmp_path, "c.LateSubmissionPlugin.penalty_method = 'zero'"))("ada", 5, 60) == 5


def test_what_was_left_out_while_nbgrader_was_imported_is_there_when_it_is_called() -> None:
    code = (
        "import sys, plnb.grading\n"
        "print([name for name in ('requests', 'setuptools', 'tornado.httpserver', 'arrow') if name in sys.modules])\n"
        "import nbgrader.utils, nbgrader.auth.jupyterhub as hub, requests, setuptools.archive_util as real\n"
        "assert hub.requests.get is requests.get\n"
        "import tempfile, zipfile, os\n"
        "os.chdir(tempfile.mkdtemp())\n"
        "zipfile.ZipFile('a.zip', 'w').writestr('inside.txt', 'x')\n"
        "nbgrader.utils.unpack_archive('a.zip', 'out')\n"
        "print(os.listdir('out'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "[]\n['inside.txt']\n", done.stderr
