"""One real server for all tests of the routes; each test has a folder of its own in what it serves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.desk import put
from tests.server.running import Client, server


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served")


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
def folder(served: Path, request: pytest.FixtureRequest) -> Path:
    """A fresh copy of the course."""
    name = "".join(letter if letter.isalnum() else "-" for letter in request.node.name)[-60:].strip("-")
    return put(served / name)
