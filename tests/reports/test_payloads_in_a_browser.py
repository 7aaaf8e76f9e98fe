"""Every kind of page that is made of student content, in a real browser: no script runs and nothing is fetched.

Each kind has its control: the same content without our care does run, so a defence that is taken away is noticed.
"""

from __future__ import annotations

import mimetypes
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import nbgrader.server_extensions.formgrader as formgrader
import pytest
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbformat.sign import NotebookNotary
from playwright.sync_api import Browser, Page, Route
from traitlets.config import Config

from plnb.engine.harmless import make_harmless
from plnb.reports.feedback import feedback_page
from plnb.reports.progress import write_progress
from tests.e2e.lab import start
from tests.hostile.payloads import MARKDOWN, MARKUP
from tests.reports import builders
from tests.reports.hostile_pages import MASTER, TEXTS, hostile_feedback, hostile_notebook

_NBGRADER = Path(formgrader.__file__).parent
_HERE = "http://formgrader.test"


@dataclass
class Seen:
    """What a page did."""

    alive: list[str] = field(default_factory=list)
    """Scripts that ran, dialogs, other pages that were opened."""
    asked: list[str] = field(default_factory=list)
    """Addresses that were asked for, beside the page itself and nbgrader's own files."""


def watched(browser: Browser, html: str) -> tuple[Page, Seen]:
    """A page served as formgrader would serve it, looked at and poked."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    seen = Seen()
    page.expose_function("pwned", lambda *_: seen.alive.append("script"))
    page.on("dialog", lambda dialog: (seen.alive.append("dialog"), dialog.dismiss())[0])
    page.on("popup", lambda popup: seen.alive.append("popup"))

    def serve(route: Route) -> None:
        url = route.request.url
        static = url.removeprefix(f"{_HERE}/formgrader/static/")
        if url == f"{_HERE}/page":
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
        elif static != url and (file := _NBGRADER / "static" / static.split("?")[0]).is_file():
            route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0] or "text/plain")
        else:
            if not _expected(url):
                seen.asked.append(url)
            route.abort()

    page.route("**/*", serve)
    page.goto(f"{_HERE}/page", wait_until="load")
    page.wait_for_timeout(400)
    page.mouse.move(400, 300)
    page.mouse.wheel(0, 4000)
    page.mouse.move(500, 400)
    page.keyboard.press("Tab")
    page.wait_for_timeout(300)
    if page.url.split("#")[0] != f"{_HERE}/page":
        seen.alive.append(f"went to {page.url}")
    return page, seen


def _expected(url: str) -> bool:
    """What nbgrader's and nbconvert's templates ask for by themselves."""
    own = url.startswith(f"{_HERE}/formgrader/") or url.endswith("/favicon.ico")
    return own or any(host in url for host in ("cdnjs.cloudflare.com", "unpkg.com"))


def by_nbgrader(notebook: NotebookNode, template: str) -> str:
    """The notebook as nbgrader's own template shows it."""
    config = Config()
    config.HTMLExporter.template_name = template
    config.HTMLExporter.extra_template_basedirs = [str(_NBGRADER / "templates")]
    css = _NBGRADER / "static" / "node_modules" / "bootstrap" / "dist" / "css"
    config.HTMLExporter.extra_template_paths = [str(css)]
    names = {"student": "mallory", "assignment": "u1", "notebook": "rates", "score": 1, "max_score": 5, "late_penalty": 0}
    resources: dict[str, Any] = {
        "nbgrader": names,
        "assignment_id": "u1",
        "notebook_id": "rates",
        "submission_id": "s",
        "index": 0,
        "total": 1,
        "base_url": _HERE,
        "student": "mallory",
        "last_name": "",
        "first_name": "",
        "notebook_path": "autograded/mallory/u1/rates.ipynb",
    }
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader"):
            cell.metadata.nbgrader.update(score=0, comment="")
    html, _ = HTMLExporter(config=config).from_notebook_node(notebook, resources=resources)
    return str(html)


def harmless() -> NotebookNode:
    notebook = hostile_notebook()
    make_harmless(notebook, MASTER)
    nbformat.validate(notebook)
    return notebook


def test_there_are_enough_payloads() -> None:
    assert len(MARKUP) + len(MARKDOWN) >= 16


@pytest.mark.parametrize("template", ["formgrade", "feedback"])
def test_what_is_kept_does_nothing_in_nbgraders_pages(browser: Browser, template: str) -> None:
    page, seen = watched(browser, by_nbgrader(harmless(), template))
    assert seen == Seen()
    assert page.locator("td", has_text="honest").count() == 1
    page.context.close()


def test_without_our_care_nbgraders_page_does(browser: Browser) -> None:
    notebook = hostile_notebook()
    notebook.cells = [cell for cell in notebook.cells if cell.id != "essay" and "attachment:" not in cell.source]
    page, seen = watched(browser, by_nbgrader(notebook, "formgrade"))
    assert seen.alive
    assert seen.asked
    page.context.close()


def test_a_feedback_page_does_nothing(browser: Browser) -> None:
    page, seen = watched(browser, feedback_page(*hostile_feedback()))
    assert seen == Seen()
    frames = page.locator("iframe")
    assert frames.count() > 5
    assert all(frame.get_attribute("sandbox") == "" for frame in frames.all())
    assert page.frame_locator("iframe").last.get_by_text("honest").count() == 1
    page.context.close()


def test_a_feedback_page_that_was_not_sanitised_would_still_do_nothing(browser: Browser) -> None:
    """The policy and the frames hold by themselves; only a page that sends its reader elsewhere is left to sanitising."""
    everything = "".join(MARKUP[name] for name in MARKUP if name not in ("closes-the-page", "refresh"))
    html = feedback_page(*hostile_feedback()).replace("<h2", everything + "<h2", 1)
    page, seen = watched(browser, html)
    assert seen.alive == []
    assert seen.asked == []
    page.context.close()


def test_a_progress_page_does_nothing(browser: Browser, tmp_path: Path) -> None:
    write_progress([builders.hostile(texts=TEXTS)], tmp_path / "progress")
    page, seen = watched(browser, (tmp_path / "progress" / "mallory" / "progress.html").read_text())
    assert seen == Seen()
    page.context.close()


@pytest.mark.slow
def test_trusted_notebooks_do_nothing_in_jupyterlab(browser: Browser, tmp_path: Path) -> None:
    """A progress notebook, and a graded notebook that its teacher trusts."""
    served = tmp_path / "served"
    write_progress([builders.hostile(texts=TEXTS)], served / "progress", html=False)
    shutil.move(served / "progress" / "mallory" / "progress.ipynb", served / "progress.ipynb")
    nbformat.write(harmless(), served / "graded.ipynb")
    control = hostile_notebook()
    control.cells = [cell for cell in control.cells if cell.id == "rich"]
    nbformat.write(control, served / "control.ipynb")
    lab = start(served, tmp_path / "home")
    try:
        notary = NotebookNotary(data_dir=str(tmp_path / "home" / "data"))
        for name in ("progress", "graded", "control"):
            notary.sign(nbformat.read(served / f"{name}.ipynb", as_version=4))
        did = {}
        for name in ("progress", "graded", "control"):
            page = browser.new_context(viewport={"width": 1280, "height": 1400}).new_page()
            seen = Seen()
            page.expose_function("pwned", lambda seen=seen: seen.alive.append("script"))
            page.on("dialog", lambda dialog, seen=seen: (seen.alive.append("dialog"), dialog.dismiss())[0])
            page.on("request", lambda request, seen=seen: seen.asked.append(request.url) if "evil.example" in request.url else None)
            lab.open(page, f"{name}.ipynb")
            for _ in range(12):
                page.mouse.move(640, 700)
                page.mouse.wheel(0, 1500)
                page.wait_for_timeout(250)
            did[name] = seen
            page.context.close()
    finally:
        lab.stop()
    assert did["control"].alive
    assert did["progress"] == Seen()
    assert did["graded"] == Seen()
