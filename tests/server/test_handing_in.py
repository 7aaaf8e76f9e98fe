"""Handing in by nbgrader's exchange: the folder with its journal arrives; where it cannot, the reason is a sentence."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.server.desk import put
from tests.server.running import Client
from tests.server.test_routes import TRIED, at, refused, tell


@pytest.fixture
def opened(exchange: Path) -> Iterator[Path]:
    """The exchange with unit one open for handing in; unit two is not."""
    course = exchange / "lines"
    (course / "inbound").mkdir(parents=True)
    (course / "outbound").mkdir()
    put(course / "outbound", "one")
    exchange.chmod(0o777)
    (course / "inbound").chmod(0o733)
    yield course
    shutil.rmtree(course)


def test_what_is_handed_in_arrives_with_the_journal_and_shows_in_the_view(client: Client, folder: Path, opened: Path) -> None:
    assert tell(client, folder, TRIED).status == 200
    before = datetime.now(UTC) - timedelta(seconds=2)
    answer = client.api("POST", "submit", {"path": at(folder)})
    assert answer.status == 200, answer.body
    assert answer.json["unit"] == "one"
    assert before <= datetime.fromisoformat(answer.json["at"]) <= datetime.now(UTC) + timedelta(seconds=2)
    (arrived,) = (opened / "inbound").iterdir()
    assert json.loads((arrived / "journal" / "walk.jsonl").read_text())["check"] == "slope"
    assert (arrived / "walk.ipynb").read_bytes() == (folder / "one" / "walk.ipynb").read_bytes()
    view = client.api("GET", "progress", path=at(folder)).json
    assert [(one["unit"], one["at"]) for one in view["submitted"]] == [("one", answer.json["at"])]


def test_where_there_is_no_exchange_it_says_so(client: Client, folder: Path) -> None:
    refusal = refused(client.api("POST", "submit", {"path": at(folder)}), 409, "not-ready")
    assert refusal.message == "There is no place here to hand in to."


def test_a_unit_that_is_not_open_and_a_folder_with_another_name_say_so(client: Client, folder: Path, opened: Path) -> None:
    refusal = refused(client.api("POST", "submit", {"path": at(folder, "two")}), 409, "not-ready")
    assert refusal.message == "Your teacher has not opened this unit for handing in."
    (folder / "one").rename(folder / "mine")
    refusal = refused(client.api("POST", "submit", {"path": at(folder, "mine")}), 409, "not-ready")
    assert "“one”" in refusal.message
    refused(client.api("POST", "submit", {"path": folder.name}), 409, "not-ready")
    assert list((opened / "inbound").iterdir()) == []
