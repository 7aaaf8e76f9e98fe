"""`kill -9` of the server at random moments: what it acknowledged is there when it comes back."""

from __future__ import annotations

import random
import threading
import urllib.error
from http.client import HTTPException
from pathlib import Path

from tests.server.desk import put
from tests.server.running import Client, server


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    root = put(tmp_path / "served")
    chance = random.Random(3)
    acknowledged: set[str] = set()
    for life in range(3):
        with server(root, tmp_path / f"home{life}") as (url, process):
            client = Client(url)
            threading.Timer(chance.uniform(0.2, 1.0), process.kill).start()
            number = 0
            while True:
                number += 1
                name = f"g-{life}-{number}"
                news = {"kind": "goal_set", "goal": name, "text": "x", "key": name}
                try:
                    if client.api("POST", "records", {"path": "one", "records": [news]}).status == 200:
                        acknowledged.add(name)
                except (urllib.error.URLError, HTTPException, OSError):
                    break
            process.wait()
    with server(root, tmp_path / "home-last") as (url, _):
        view = Client(url).api("GET", "progress", path="one").json
    assert acknowledged <= {goal["goal"] for goal in view["goals"]}
    assert len(acknowledged) > 10
    assert view["problems"] == []
