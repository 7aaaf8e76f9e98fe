"""Order of the suite."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # What takes minutes goes first, so that with two workers nobody waits for it at the end.
    items.sort(key=lambda item: "tests/whole/test_demo" not in item.nodeid)
