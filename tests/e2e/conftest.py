"""The student's screen: the sample course as students receive it, a real JupyterLab, a real Chromium.

Ask for `student` (a fresh copy of the released course in what the server serves), `lab` or `notebook7` (a running server) and
`page` (a browser page that fails the test when something of ours goes wrong in it).
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from plnb.grading.release import release
from plnb.store.layout import find_course
from tests.e2e.lab import NOISE, Lab, Setup, start

ROOT = Path(__file__).parents[2]

# Two cores may be busy with other tests, and handing in starts nbgrader in a process of its own.
expect.set_options(timeout=30_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs the built extension and a browser; on a laptop without them that is no fault, in CI it is.

    In CI a journey that fails is tried once more, as JupyterLab's own are: server, kernel and browser share two cores with others.
    """
    missing = []
    if not (ROOT / "plnb" / "labextension" / "package.json").exists():
        missing.append("the built extension (make lab)")
    if not shutil.which("chromium"):
        missing.append("chromium")
    ci = os.environ.get("CI") == "true"
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            if ci:
                item.add_marker(pytest.mark.flaky(reruns=1))
            elif missing:
                item.add_marker(pytest.mark.skip(reason=f"needs {' and '.join(missing)}"))


@dataclass(frozen=True)
class Student:
    """A student's own copy of the course."""

    folder: Path
    """Where it is on disk."""
    path: str
    """Its contents path, as the server names it."""

    def notebook(self, unit: str, name: str) -> str:
        """Contents path of a notebook."""
        return f"{self.path}/{unit}/{name}.ipynb"

    def file(self, unit: str, name: str) -> Path:
        """The same notebook on disk."""
        return self.folder / unit / f"{name}.ipynb"

    def journal(self, unit: str) -> list[dict[str, object]]:
        """What was kept of what the student did in a unit, oldest first."""
        files = sorted((self.folder / unit / "journal").glob("*.jsonl"))
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample course's `release` folder: one folder for each unit, as students receive it.

    Made once for all workers: a release runs every notebook several times, to see which checks can run outside of it.
    """
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    course = shared / "e2e-course" / "straight-lines"
    with (shared / "e2e-course.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (course / "made").exists():
            shutil.copytree(ROOT / "sample_course", course, ignore=shutil.ignore_patterns("gradebook.db*", "release", "manifests"))
            release(find_course(course))
            (course / "made").touch()
    return course / "release"


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the servers serve."""
    return tmp_path_factory.mktemp("served")


@pytest.fixture
def student(released: Path, served: Path, request: pytest.FixtureRequest) -> Student:
    """A fresh student."""
    name = "".join(letter if letter.isalnum() else "-" for letter in request.node.name)[:60]
    # A name of its own, also where a test is tried once more, and for names that differ only at their end.
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=served))
    shutil.copytree(released, folder, dirs_exist_ok=True)
    return Student(folder, folder.name)


@pytest.fixture(scope="session")
def exchange(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """nbgrader's exchange, with every unit released into it."""
    root = tmp_path_factory.mktemp("exchange")
    course = root / "straight-lines"
    for folder in (root, course, course / "inbound", course / "outbound"):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o777)
    shutil.copytree(released, course / "outbound", dirs_exist_ok=True)
    return root


@pytest.fixture(scope="session")
def lab(served: Path, exchange: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab for all tests of a session."""
    server = start(served, tmp_path_factory.mktemp("lab"), Setup(exchange=exchange))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def notebook7(served: Path, exchange: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A Notebook 7 for all tests of a session."""
    server = start(served, tmp_path_factory.mktemp("notebook7"), Setup("notebook", exchange=exchange))
    yield server
    server.stop()


@pytest.fixture
def start_lab(served: Path, tmp_path: Path) -> Iterator[Callable[[Setup], Lab]]:
    """Start a server of one's own, to break or to kill."""
    servers: list[Lab] = []

    def begin(setup: Setup = Setup()) -> Lab:
        servers.append(start(served, tmp_path / f"lab{len(servers)}", setup))
        return servers[-1]

    yield begin
    for server in servers:
        server.stop()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Make pages, each in a context of its own; the test fails when one, or a page it opens, says an error of ours."""
    errors: list[str] = []
    contexts: list[BrowserContext] = []

    def note(text: str) -> None:
        if not any(known in text for known in NOISE):
            errors.append(text)

    def console(message: ConsoleMessage) -> None:
        if message.type == "error" and "plnb" in f"{message.text}{message.location}".lower():
            note(message.text)

    def make(width: int = 1280, height: int = 800) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height})
        context.on("weberror", lambda error: note(f"{error.error}\n{error.error.stack}"))
        context.on("console", console)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()
    assert not errors, errors


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """One page, 1280 by 800."""
    return new_page()
