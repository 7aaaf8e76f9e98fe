"""Order of the suite."""

from __future__ import annotations

import os

import pytest

if hasattr(os, "geteuid") and os.geteuid() == 0:
    # Root is refused without a word; a suite that runs as root (in CI's container, say) gives the word. What is about the sandbox
    # itself is tested as an ordinary user.
    os.environ.setdefault("PLNB_UNSAFE_NO_SANDBOX", "1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # What takes minutes goes first, so that with two workers nobody waits for it at the end.
    items.sort(key=lambda item: "tests/whole/test_demo" not in item.nodeid)
