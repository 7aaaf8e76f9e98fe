"""The pages in a real browser: hostile text stays text, nothing is loaded, and everything can be reached."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from plnb.reports.progress import write_progress
from tests.reports import builders


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("course") / "progress"
    write_progress([builders.strong(), builders.hostile()], out)
    return out


def watched(browser: Browser, url: str, **context: object) -> tuple[Page, list[str]]:
    """A page, open, and everything it did that it should not: requests, dialogs, scripts."""
    page = browser.new_context(**context).new_page()  # type: ignore[arg-type]
    did: list[str] = []
    page.on(
        "request", lambda request: did.append(request.url) if request.url != url and not request.url.startswith("data:") else None
    )
    page.on("dialog", lambda dialog: (did.append(f"dialog: {dialog.message}"), dialog.dismiss())[0])
    page.goto(url)
    for summary in page.locator("summary").all():
        summary.click()
    page.mouse.move(300, 300)
    page.wait_for_timeout(300)
    return page, did


def test_hostile_words_do_nothing_and_can_be_read(browser: Browser, pages: Path) -> None:
    page, did = watched(browser, (pages / "mallory" / "progress.html").as_uri())
    assert did == []
    shown = page.locator("main").inner_text()
    for text in (
        "<script>alert(1)</script>",
        "![pixel](https://evil.example/markdown.png)",
        "[click me](javascript:alert(3))",
        "{{ 7*7 }}",
    ):
        assert text in shown
    assert page.locator("main a:not([href^='#'])").count() == 0
    assert page.locator("main img").count() == 1


def test_hostile_words_in_the_notebooks_own_html_do_nothing_even_without_a_policy(
    browser: Browser, pages: Path, tmp_path: Path
) -> None:
    """A notebook viewer may put the outputs on its page as they are."""
    import nbformat

    nb = nbformat.read(pages / "mallory" / "progress.ipynb", as_version=4)
    outputs = [output.data["text/html"] for cell in nb.cells for output in cell.get("outputs", [])]
    bare = tmp_path / "bare.html"
    bare.write_text('<!DOCTYPE html><meta charset="utf-8"><main>' + "".join(outputs) + "</main>", encoding="utf-8")
    page, did = watched(browser, bare.as_uri())
    assert did == []
    assert page.locator("script, iframe, svg, style, base").count() == 0


def test_a_script_that_came_in_after_all_would_not_run_and_nothing_would_be_sent(
    browser: Browser, pages: Path, tmp_path: Path
) -> None:
    pixel = "https://evil.example/x.png"
    text = (pages / "ada" / "progress.html").read_text(encoding="utf-8")
    spoiled = tmp_path / "spoiled.html"
    spoiled.write_text(text.replace("</main>", f"<script>alert(1)</script><img src='{pixel}'></main>"), encoding="utf-8")
    page = browser.new_page()
    refused: list[tuple[str, str | None]] = []
    dialogs: list[str] = []
    page.on("requestfailed", lambda request: refused.append((request.url, request.failure)))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss())[0])
    page.goto(spoiled.as_uri())
    assert dialogs == []
    assert refused == [(pixel, "csp")]


@pytest.mark.parametrize("width", [768, 1280])
def test_the_page_fits_its_window(browser: Browser, pages: Path, width: int) -> None:
    page, _ = watched(browser, (pages / "ada" / "progress.html").as_uri(), viewport={"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("img.chart").evaluate("image => image.complete && image.naturalWidth > 0")


def test_dark_and_light_follow_the_reader(browser: Browser, pages: Path) -> None:
    url = (pages / "ada" / "progress.html").as_uri()
    colours = []
    for scheme in ("light", "dark"):
        page, _ = watched(browser, url, color_scheme=scheme)
        colours.append(page.evaluate("[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"))
    assert colours == [["rgb(255, 255, 255)", "rgb(28, 39, 51)"], ["rgb(22, 27, 33)", "rgb(232, 237, 243)"]]


def test_everything_can_be_reached_and_opened_with_the_keyboard(browser: Browser, pages: Path) -> None:
    page = browser.new_page()
    page.goto((pages / "ada" / "progress.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.tagName"))
        if page.evaluate("document.activeElement.tagName") == "SUMMARY" and not page.locator("details[open]").count():
            page.keyboard.press("Enter")
    assert {"A", "SUMMARY"} <= reached
    assert page.locator("details[open]").count() == 1


def test_following_a_level_to_its_answers_opens_them(browser: Browser, pages: Path) -> None:
    page = browser.new_page()
    page.goto((pages / "ada" / "progress.html").as_uri())
    page.get_by_role("link", name="Proportional relationships").click()
    page.get_by_text("The table is right.", exact=False).first.wait_for(state="visible")
    assert page.locator("details[open]").count() == 1
