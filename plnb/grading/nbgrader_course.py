"""The course as nbgrader is configured to see it: folder names, database, plugins. The one place that loads its configuration.

Importing nbgrader's application and its steps takes longer than grading a small class, so they are imported only where a course's
configuration says something about them. Knows nothing of standards, branches or records.
"""

from __future__ import annotations

import glob
import logging
import os
import re
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from jupyter_core.application import JupyterApp
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import find_all_files
from traitlets import Instance, default
from traitlets.config import Application, Config

from plnb.errors import CourseFileError, NotFoundError
from plnb.grading.sealing import DELIMITERS
from plnb.store.layout import CourseFolder

CONFIG_FILE = "nbgrader_config.py"

_log = logging.getLogger("plnb.nbgrader")
_log.addHandler(logging.NullHandler())
_log.propagate = False  # nbgrader narrates; what matters is raised


DEFAULTS: Final[dict[str, dict[str, Any]]] = {
    "Execute": {"timeout": 30},
    "LimitOutput": {"max_lines": 1000, "max_traceback": 100},
    "ClearHiddenTests": {"begin_test_delimeter": DELIMITERS[0], "end_test_delimeter": DELIMITERS[1]},
    "Autograde": {"permissions": 444, "exclude_overwriting": {}},
}
"""What nbgrader's steps are set to where no configuration speaks of them. Asserted by a test, as is the next."""

SECTIONS: Final = {
    "Configurable", "LoggingConfigurable", "NbGrader",
    "NbConvertBase", "Preprocessor", "NbGraderPreprocessor", "Execute", "ExecutePreprocessor", "NotebookClient", "LimitOutput",
    "ClearHiddenTests", "BaseConverter", "Autograde", "AssignLatePenalties", "BasePlugin", "LateSubmissionPlugin",
    # names of long ago, which nbgrader still understands
    "NbGraderConfig", "BasicConfig", "BaseNbGraderApp", "BaseApp", "TransferApp", "BaseNbConvertApp",
}  # fmt: skip
"""Sections of a configuration that need nbgrader's application to be understood, or its steps."""


class _Plain(JupyterApp):
    """nbgrader's application where there is little to configure."""

    coursedir = Instance(CourseDirectory, allow_none=True)

    @default("config_file_name")
    def _config_file_name_default(self) -> str:
        return "nbgrader_config"

    def _load_config(self, cfg: Config, section_names: Any = None, traits: Any = None) -> None:
        super()._load_config(cfg, section_names, traits)
        if self.coursedir:
            self.coursedir._load_config(cfg)


class NbgraderCourse:
    """nbgrader's `CourseDirectory` for one course, configured by the course's own `nbgrader_config.py`."""

    def __init__(self, folder: CourseFolder) -> None:
        root = folder.root.absolute()
        if not root.is_dir():
            raise NotFoundError("There is no such course folder.", place=str(folder.root))
        self.folder = folder
        _find_alembic()
        if str(root) not in sys.path:
            sys.path.append(str(root))  # plugins named in the configuration often lie beside it
        self.app, self.dir = _load(_Plain, root)
        self.configured = not SECTIONS.isdisjoint(self.app.config) or "course_id" in self.app.config.get("Exchange", {})
        """Whether the configuration says anything that takes nbgrader itself to understand."""
        if self.configured:
            from nbgrader.apps.baseapp import NbGrader

            self.app, self.dir = _load(NbGrader, root)

    def setting(self, step: str, name: str) -> Any:
        """What a step of nbgrader's is set to, by this course's configuration or by default."""
        if not self.configured:
            if (step, name) == ("Autograde", "permissions") and self.dir.groupshared:
                return 664
            return DEFAULTS[step][name]
        from nbgrader import converters, preprocessors

        if step == "Autograde":
            return getattr(converters.Autograde(coursedir=self.dir, parent=self.app), name)
        return getattr(getattr(preprocessors, step)(parent=self.app), name)

    @property
    def course_id(self) -> str:
        """The course's id for nbgrader, or what nbgrader uses where none is set."""
        return str(self.dir.course_id) or "default_course"

    @property
    def db_url(self) -> str:
        """Where the gradebook is."""
        return str(self.dir.db_url)

    @property
    def cell_seconds(self) -> float:
        """How long a cell may take, as the course has configured it."""
        return float(self.setting("Execute", "timeout") or 30)

    @property
    def permissions(self) -> int:
        """Permissions of files that grading writes."""
        return int(str(self.setting("Autograde", "permissions")), 8)

    def source(self, unit: str) -> Path:
        """The teacher's notebooks of a unit."""
        return Path(self.dir.format_path(self.dir.source_directory, ".", unit))

    def release(self, unit: str) -> Path:
        """What students receive of a unit."""
        return Path(self.dir.format_path(self.dir.release_directory, ".", unit))

    def submitted(self, student: str, unit: str) -> Path:
        """What a student handed in for a unit."""
        return Path(self.dir.format_path(self.dir.submitted_directory, student, unit))

    def autograded(self, student: str, unit: str) -> Path:
        """Where the graded submission of a student goes."""
        return Path(self.dir.format_path(self.dir.autograded_directory, student, unit))

    def feedback(self, student: str, unit: str) -> Path:
        """Where the feedback on a student's submission goes."""
        return Path(self.dir.format_path(self.dir.feedback_directory, student, unit))

    def units(self) -> tuple[str, ...]:
        """Every unit that has a folder with notebooks in it."""
        found = {Path(name).parent.name for name in glob.glob(str(self.source("*") / "*.ipynb"))}
        return tuple(sorted(unit for unit in found if not unit.startswith(".")))

    def submissions(self) -> Iterator[tuple[str, str, Path]]:
        """Student, unit and folder of everything that was handed in, whatever the folders are called."""
        pattern = re.compile(
            self.dir.format_path(self.dir.submitted_directory, r"(?P<student>[^/\\]+)", r"(?P<unit>[^/\\]+)", escape=True)
        )
        for name in sorted(glob.glob(self.dir.format_path(self.dir.submitted_directory, "*", "*"))):
            found = pattern.fullmatch(name)
            if found and Path(name).is_dir():
                yield found["student"], found["unit"], Path(name)

    def timestamp(self, submission: Path) -> datetime | None:
        """When it was handed in, by its `timestamp.txt`; None where there is none that can be read."""
        try:
            found: Any = self.dir.get_existing_timestamp(str(submission))
        except Exception:  # what the file holds is the student's
            return None
        return found.replace(tzinfo=UTC) if isinstance(found, datetime) else None

    def data_files(self, unit: str) -> tuple[Path, ...]:
        """The teacher's other files of a unit, relative to its folder: they lie over a student's for grading."""
        source = self.source(unit)
        kept = set(self.setting("Autograde", "exclude_overwriting").get(unit, []))
        files = (Path(name).relative_to(source) for name in find_all_files(str(source), [*self.dir.ignore, "*.ipynb"]))
        return tuple(sorted(path for path in files if path.as_posix() not in kept))


def _load(kind: Any, root: Path) -> tuple[Any, CourseDirectory]:
    """The application and its course folder, as the user's and the course's own files configure them."""
    app = kind(log=_log)
    made = CourseDirectory(parent=app, root=str(root))
    app.coursedir = made
    app.raise_config_file_errors = True
    try:
        JupyterApp.load_config_file(app)
        Application.load_config_file(app, CONFIG_FILE, path=str(root))
    except Exception as error:
        raise CourseFileError(
            f"nbgrader's configuration has a mistake ({type(error).__name__}: {error}).",
            place=str(root / CONFIG_FILE),
            mend="Correct it; `nbgrader --debug` shows the whole story.",
        ) from error
    made.root = str(root)  # a configuration made for another folder must not lead there
    return app, made


def _find_alembic() -> None:
    """To create a gradebook nbgrader runs the command `alembic`, which lies beside `plnb`, on the PATH or not."""
    scripts = sysconfig.get_path("scripts")
    if shutil.which("alembic") is None and shutil.which("alembic", path=scripts):
        os.environ["PATH"] = os.pathsep.join(filter(None, (os.environ.get("PATH"), scripts)))
