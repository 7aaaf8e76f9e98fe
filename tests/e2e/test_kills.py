"""`kill -9` of the browser and of the server at random moments: choices, journal and notebook hold all that was acknowledged.

A few kills by default; `PLNB_KILLS=100 pytest tests/e2e/test_kills.py` for more.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, Response, expect
from playwright.sync_api import Error as BrowserGone

from plnb.core.records import ChoiceMade
from plnb.store.journal import read_journals
from tests.conftest import FLAGS
from tests.e2e.conftest import Student
from tests.e2e.lab import Lab
from tests.e2e.workbook import NOTEBOOK, card

KILLS = int(os.environ.get("PLNB_KILLS", "4"))
UNIT, NAME = "slope-and-lines", "meet-slope"

BUSY = """begin => {
  const { content, context } = window.jupyterapp.shell.currentWidget;
  const answer = content.widgets.find(cell => cell.model.getMetadata('nbgrader')?.grade_id === 'graph_slope_answer');
  const work = async () => {
    for (let number = begin; ; number++) {
      const ways = document.querySelectorAll('.plnb-fork input');
      ways[number % ways.length].click();
      answer.model.sharedModel.setSource(`bath_slope = ${number}`);
      if (number % 3 === 0) { await context.save().then(() => console.log(`saved ${number}`), () => null); }
      await new Promise(done => setTimeout(done, 40));
    }
  };
  void work();
}"""
"""A student in a hurry: chooses, writes and saves without an end."""


@dataclass
class Acknowledged:
    """What the server said it has."""

    choices: dict[datetime, tuple[str, ...]] = field(default_factory=dict)
    saved: int = -1
    """Number that the latest saved notebook holds, or a later one."""
    this_life: int = 0
    """Number that this life began with."""

    def hear(self, response: Response) -> None:
        """A record that is kept."""
        if response.status == 200 and response.request.method == "POST" and "/plnb/api/records" in response.url:
            for record in json.loads(response.request.post_data or "{}").get("records", ()):
                if record["kind"] == "choice_made":
                    self.choices[datetime.fromisoformat(record["at"])] = tuple(record["options"])

    def read(self, message: ConsoleMessage) -> None:
        """A notebook that JupyterLab calls saved."""
        if message.text.startswith("saved "):
            self.saved = max(self.saved, int(message.text.removeprefix("saved ")))


def number_in(text: str) -> int:
    found = re.search(r"bath_slope = (\d+)", text)
    return int(found.group(1)) if found else -1


@contextmanager
def own_chromium(browser: Browser, profile: Path) -> Iterator[tuple[Browser, int]]:
    """A Chromium of one's own, and its process group, to be killed."""
    program = shutil.which("chromium")
    assert program, "The browser tests need chromium."
    words = [program, "--headless", *FLAGS, "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        port = profile / "DevToolsActivePort"
        end = time.monotonic() + 60
        while not (port.exists() and port.read_text().strip()) and time.monotonic() < end:
            time.sleep(0.05)
        yield browser.browser_type.connect_over_cdp(f"http://127.0.0.1:{port.read_text().splitlines()[0]}"), process.pid
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_nothing_acknowledged_is_lost_when_browser_or_server_is_killed(
    start_lab: Callable[[], Lab], browser: Browser, student: Student, tmp_path: Path
) -> None:
    chance = random.Random(KILLS)
    heard = Acknowledged()
    server = start_lab()
    for life in range(KILLS):
        with own_chromium(browser, tmp_path / f"profile-{life}") as (chromium, group):
            page = chromium.new_context().new_page()
            page.on("response", heard.hear)
            page.on("console", heard.read)
            server.open(page, student.notebook(UNIT, NAME))
            expect(card(page, "fork-rep")).to_be_visible()
            heard.this_life = life * 1_000_000
            page.evaluate(BUSY, heard.this_life)
            kills_server = life % 2 == 1
            work_until_killed(page, heard, chance.uniform(0, 1.5), server.process.pid if kills_server else group)
        if kills_server:
            server.process.wait()
            server = start_lab()
        holds(student, heard)

    with own_chromium(browser, tmp_path / "profile-last") as (chromium, _):
        page = chromium.new_context().new_page()
        server.open(page, student.notebook(UNIT, NAME))
        expect(card(page, "fork-rep").get_by_role("radio", checked=True)).to_have_value(latest_choice(student))
        assert page.evaluate(f"() => {NOTEBOOK}.widgets.length > 0")


def work_until_killed(page: Page, heard: Acknowledged, delay: float, group: int) -> None:
    """Let the page work until a choice and a save were acknowledged, and a while longer; then kill."""
    before = len(heard.choices)
    killer: threading.Timer | None = None
    end = time.monotonic() + 60
    try:
        while time.monotonic() < end:
            page.wait_for_timeout(50)
            if killer is None and len(heard.choices) > before and heard.saved >= heard.this_life:
                killer = threading.Timer(delay, os.killpg, (group, signal.SIGKILL))
                killer.start()
                end = time.monotonic() + delay + 0.5
    except BrowserGone:
        pass
    assert killer is not None, "nothing was acknowledged in a minute"
    killer.join()


def kept(student: Student) -> dict[datetime, tuple[str, ...]]:
    """Choices in the journal, by when they were made."""
    return {r.at: r.options for r in read_journals(student.folder / UNIT).records if isinstance(r, ChoiceMade)}


def holds(student: Student, heard: Acknowledged) -> None:
    assert heard.choices.items() <= kept(student).items()
    text = as_jupyter_reads(student.file(UNIT, NAME))
    assert number_in(text) >= heard.saved, "the notebook is whole, and is the one that was saved or a later one"


def as_jupyter_reads(path: Path) -> str:
    """A notebook's text. Where a server was killed while it wrote, Jupyter takes up what it had put aside before."""
    end = time.monotonic() + 5
    while True:
        for place in (path, path.with_name(f".~{path.name}")):
            with contextlib.suppress(OSError, ValueError):
                text = place.read_text()
                json.loads(text)
                return text
        assert time.monotonic() < end, f"{path.name} is not whole"
        time.sleep(0.05)  # a server that lives is writing it just now


def latest_choice(student: Student) -> str:
    """Of what the journal and the notebook know, the later one."""
    known = kept(student)
    said = json.loads(as_jupyter_reads(student.file(UNIT, NAME)))["metadata"].get("plnb", {})
    if "rep" in said.get("chosen_at", {}):
        known[datetime.fromisoformat(said["chosen_at"]["rep"])] = tuple(said["choices"]["rep"])
    (option,) = known[max(known)]
    return option
