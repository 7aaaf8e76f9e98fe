"""One real server for all tests of the routes; each test has a folder of its own in what it serves.

Nothing here has a name that another test, or the same one at its second try, could want too.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.desk import put
from tests.server.running import Client, server


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the server serves, alone in a folder of its own: what a test puts beside it lies outside."""
    folder = tmp_path_factory.mktemp("whole") / "served"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exchange")


@pytest.fixture(scope="module")
def url(served: Path, exchange: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    config = {"Exchange": {"root": str(exchange)}}
    with server(served, tmp_path_factory.mktemp("home"), config=config) as (address, _):
        yield address


@pytest.fixture
def client(url: str) -> Client:
    return Client(url)


@pytest.fixture
def place(served: Path, request: pytest.FixtureRequest) -> Path:
    """An empty folder in what is served, this test's own."""
    name = "".join(letter if letter.isalnum() else "-" for letter in request.node.name)[-50:].strip("-")
    return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=served))


@pytest.fixture
def outside(served: Path) -> Path:
    """An empty folder beside what is served, this test's own: nothing that a route is asked for may come from there."""
    return Path(tempfile.mkdtemp(prefix="outside-", dir=served.parent))


@pytest.fixture
def folder(place: Path) -> Path:
    """A fresh copy of the course."""
    return put(place)
