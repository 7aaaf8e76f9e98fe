"""Fetching what came back by nbgrader's exchange: pages arrive with their records; where none can, the reason is a sentence."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from plnb.core.records import Verdict
from tests.server.desk import feedback, graded, put
from tests.server.running import Client, server
from tests.server.test_routes import at, refused


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Not where nbgrader would keep what is handed in."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def url(served: Path, exchange: Path, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    config = {"Exchange": {"root": str(exchange), "cache": str(cache), "path_includes_course": True}}
    with server(served, tmp_path_factory.mktemp("home"), config=config) as (address, _):
        yield address


@pytest.fixture
def opened(exchange: Path, cache: Path) -> Iterator[Path]:
    """The exchange with unit one open for handing in."""
    course = exchange / "lines"
    (course / "inbound").mkdir(parents=True)
    (course / "outbound").mkdir()
    put(course / "outbound", "one")
    exchange.chmod(0o777)
    (course / "inbound").chmod(0o733)
    yield course
    shutil.rmtree(course)
    shutil.rmtree(cache / "lines", ignore_errors=True)


def hand_back(opened: Path, page: Path) -> None:
    """Put a page into the exchange, under the name that nbgrader's `release_feedback` gives it."""
    from nbgrader.utils import notebook_hash

    (arrived,) = (opened / "inbound").iterdir()
    name = notebook_hash(secret=(arrived / "submission_secret.txt").read_text(), notebook_id=page.stem)
    (opened / "feedback").mkdir(exist_ok=True)
    shutil.copy(page, opened / "feedback" / f"{name}.html")


def test_what_came_back_is_fetched_once_and_again_when_it_says_something_else(
    client: Client, folder: Path, opened: Path, exchange: Path, tmp_path: Path
) -> None:
    assert client.api("POST", "submit", {"path": at(folder)}).status == 200
    nothing = client.api("POST", "feedback", {"path": at(folder)})
    assert (nothing.status, nothing.json) == (200, {"new": 0}), nothing.body

    hand_back(opened, feedback(tmp_path, graded(verdict=Verdict.failed)))
    assert client.api("POST", "feedback", {"path": at(folder)}).json == {"new": 1}
    assert client.api("POST", "feedback", {"path": at(folder)}).json == {"new": 0}
    view = client.api("GET", "progress", path=at(folder)).json
    assert [(page["unit"], page["activity"]) for page in view["feedback"]] == [("one", "walk")]
    assert view["checks"][0]["graded"] == "failed"
    assert [one["unit"] for one in view["submitted"]] == ["one"], "the cache is looked for where the configuration says"

    hand_back(opened, feedback(tmp_path, graded(verdict=Verdict.passed)))
    assert client.api("POST", "feedback", {"path": at(folder)}).json == {"new": 1}
    assert client.api("GET", "progress", path=at(folder)).json["checks"][0]["graded"] == "passed"

    away = exchange.rename(exchange.with_name("away"))
    try:
        refusal = refused(client.api("POST", "feedback", {"path": at(folder)}), 409, "not-ready")
    finally:
        away.rename(exchange)
    assert refusal.message == "There is no place here to fetch from."


def test_who_handed_nothing_in_is_told_so(client: Client, folder: Path, opened: Path) -> None:
    refusal = refused(client.api("POST", "feedback", {"path": at(folder)}), 409, "not-ready")
    assert refusal.message == "Nothing was handed in from here yet, so nothing can come back."
