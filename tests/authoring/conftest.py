from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from plnb.authoring.synthetic import SyntheticClass, make_class
from plnb.store.layout import CourseFolder
from tests.authoring.tiny import make_tiny_course


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny course, released by nbgrader. Copy it before you write in it."""
    return make_tiny_course(tmp_path_factory.mktemp("tiny") / "course").root


@pytest.fixture
def folder(released: Path, tmp_path: Path) -> CourseFolder:
    """A released tiny course of one's own."""
    return CourseFolder(Path(shutil.copytree(released, tmp_path / "course")))


@pytest.fixture(scope="session")
def classroom(released: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[CourseFolder, SyntheticClass]:
    """The tiny course with its class of 24. Read only."""
    folder = CourseFolder(Path(shutil.copytree(released, tmp_path_factory.mktemp("class") / "course")))
    return folder, make_class(folder)
