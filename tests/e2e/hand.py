"""A teacher's hand: does what a line of a tutorial says, and counts actions and letters, so that the time of it can be told."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Locator, Page

SECONDS_AN_ACTION = 4
"""To find what to click or press, and to do it."""
LETTERS_A_MINUTE = 200

_LINE = re.compile(r"^\d+\. (.+)$", re.MULTILINE)


@dataclass
class Hand:
    """One who follows a tutorial line by line."""

    page: Page
    lines: list[str] = field(default_factory=list)
    """What was done, in the tutorial's words."""
    actions: int = 0
    letters: int = 0

    def line(self, text: str, *steps: Callable[[], object]) -> None:
        """Do one line of the tutorial."""
        self.lines.append(text)
        for step in steps:
            step()

    def click(self, what: Locator) -> None:
        self.actions += 1
        what.click()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.actions += 1
            self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        """Type where the cursor is."""
        self.actions += 1
        self.letters += len(text)
        self.page.keyboard.insert_text(text)

    def command(self, text: str) -> None:
        """Type a command in a terminal; Enter."""
        self.actions += 2
        self.letters += len(text)

    @property
    def minutes(self) -> float:
        return self.actions * SECONDS_AN_ACTION / 60 + self.letters / LETTERS_A_MINUTE

    @property
    def sum(self) -> str:
        """The tutorial's last word about itself."""
        return f"{self.actions} actions and {self.letters} letters: {self.minutes:.1f} minutes"


def tutorial(path: Path) -> list[str]:
    """The numbered lines of a tutorial."""
    return [str(line) for line in _LINE.findall(path.read_text("utf-8"))]
