"""Order of the suite, and its browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LONG = (
    "tests/whole/test_demo",
    "tests/e2e",
    "tests/authoring/test_templates",
    "tests/engine/test_containers",
    "tests/hostile",
    "tests/whole",
)
"""Parts of the suite that take longest, longest first."""

PATIENT = (
    "tests/authoring",
    "tests/docs",
    "tests/engine",
    "tests/grading",
    "tests/notebook",
    "tests/sample_course",
    "tests/server",
    "tests/whole",
)
"""Parts that start kernels, servers and graders: in CI, on two cores, what fails of them is tried once more."""

NEVER_AGAIN = ("sandbox", "attack", "hostile", "secret", "sealing", "holds", "checker", "proxies", "crossing")
"""What is about a defence is not: one that holds half of the time does not hold."""

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync")

if hasattr(os, "geteuid") and os.geteuid() == 0:
    # Root is refused without a word; a suite that runs as root (in CI's container, say) gives the word. What is about the sandbox
    # itself is tested as an ordinary user.
    os.environ.setdefault("PLNB_UNSAFE_NO_SANDBOX", "1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # What takes minutes goes first, so that with two workers nobody waits for it at the end (`make test` keeps this order).
    items.sort(key=lambda item: next((place for place, part in enumerate(LONG) if part in item.nodeid), len(LONG)))
    for item in items:
        if any(part in item.nodeid for part in LONG) and "tests/e2e" not in item.nodeid:
            item.add_marker(pytest.mark.timeout(2400))
    for item in items if os.environ.get("CI") == "true" else ():
        if any(part in item.nodeid for part in PATIENT) and not any(word in item.nodeid for word in NEVER_AGAIN):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; without one the test is skipped, in CI it fails.

    One a file, not one a session: while Playwright is open its loop counts as running, and what comes after could start none.
    """
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None and os.environ.get("CI") != "true":
        pytest.skip("there is no chromium on this machine")
    assert found, "The browser tests need chromium."
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield chromium
        chromium.close()
