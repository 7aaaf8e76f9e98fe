from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from plnb.grading.release import release
from plnb.store.layout import CourseFolder
from tests.grading.builders import small_course


@pytest.fixture(scope="session")
def _released(tmp_path_factory: pytest.TempPathFactory) -> CourseFolder:
    folder = small_course(tmp_path_factory.mktemp("courses") / "small")
    release(folder)
    return folder


@pytest.fixture
def course(_released: CourseFolder, tmp_path: Path) -> CourseFolder:
    """A small course, released; each test's own copy."""
    shutil.copytree(_released.root, tmp_path / "course")
    return CourseFolder(tmp_path / "course")
