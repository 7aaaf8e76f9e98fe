"""The authoring panel in the real JupyterLab: cells are tagged, questions and ways inserted, faults mended, without JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from plnb.authoring.scaffold import new_course
from tests.e2e.axe import serious
from tests.e2e.lab import Lab, run, start, theme
from tests.e2e.workbook import NOTEBOOK, activate, check, write

CHECKS = 200
OURS = (".plnb-Author", ".plnb-Badge")
INSERTS = {
    "Check with an answer cell": ["", "", "check"],
    "Check with fresh numbers": ["", "", "check"],
    "Numbers that vary": ["vary"],
    "Choice": ["", "response", "check"],
    "Number": ["", "response", "check"],
    "Short text": ["", "response", "check"],
    "Ordering": ["", "response", "check"],
    "Gate": ["gate"],
    "Reflection": ["reflect"],
    "Goal": ["goal"],
    "Fork with two ways": ["fork", "explain", "explain"],
}


@pytest.fixture(scope="module")
def teacher_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab with a course that `plnb new` made, and a notebook of two hundred untagged checks beside it."""
    root = tmp_path_factory.mktemp("teaching")
    new_course(root / "mine", title="Mine", template="minimal")
    cells = [check(f"q{number}", f"assert {number} == {number}", points=1) for number in range(CHECKS)]
    for cell in cells:
        del cell["metadata"]["plnb"]
    write(root / "mine" / "source" / "first-steps" / "many.ipynb", cells)
    server = start(root, tmp_path_factory.mktemp("teacher-lab"))
    yield server
    server.stop()


def look(lab: Lab, page: Page, name: str) -> Locator:
    """Open a source notebook with the panel beside it."""
    lab.open(page, f"mine/source/first-steps/{name}.ipynb")
    run(page, "plnb:author")
    panel = page.get_by_role("region", name="Write a course")
    expect(panel.get_by_role("heading", name="This cell")).to_be_visible()
    return panel


def metadata(page: Page, name: str = "") -> dict[str, Any]:
    """What a cell says of itself; without a name, the active one."""
    return dict(
        page.evaluate(
            f"""name => {{
              const notebook = {NOTEBOOK};
              const cell = name ? notebook.widgets.find(each => each.model.id === name) : notebook.activeCell;
              return cell.model.sharedModel.getMetadata();
            }}""",
            name,
        )
    )


def roles(page: Page) -> list[str]:
    return list(page.evaluate(f"() => {NOTEBOOK}.widgets.map(cell => cell.model.getMetadata('plnb')?.role ?? '')"))


def waits(page: Page, name: str, key: str, value: object) -> None:
    """Wait until a key of ours has this value in a cell (null: is not there)."""
    page.wait_for_function(
        f"""([name, key, value]) => {{
          const plnb = {NOTEBOOK}.widgets.find(each => each.model.id === name).model.getMetadata('plnb') ?? {{}};
          return JSON.stringify(plnb[key] ?? null) === JSON.stringify(value);
        }}""",
        arg=[name, key, value],
    )


def save(page: Page) -> None:
    run(page, "docmanager:save")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")


def badge(page: Page, name: str) -> Locator:
    place = page.evaluate(f"name => {NOTEBOOK}.widgets.findIndex(cell => cell.model.id === name)", name)
    return page.locator(f".jp-Notebook .jp-Cell[data-windowed-list-index='{place}'] .plnb-Badge")


def test_a_check_is_tagged_undone_saved_redone_and_mended(teacher_lab: Lab, page: Page) -> None:
    panel = look(teacher_lab, page, "percentages")
    name = "percent-of-check"
    activate(page, name)
    expect(panel.get_by_label("Name in the gradebook")).to_have_value("percent_of_check")
    for text in ("Check", "Autograder tests · percent_of_check", "PCT.1"):
        expect(badge(page, name)).to_contain_text(text)

    # A standard is found by its words, and by its code; chosen twice it goes.
    search = panel.get_by_role("combobox", name="Add a standard")
    search.fill("rises or falls")
    search.press("Enter")
    waits(page, name, "standards", ["PCT.1", "PCT.2"])
    expect(badge(page, name)).to_contain_text("PCT.2")
    assert "std:PCT.2" in metadata(page, name)["tags"]
    save(page)
    panel.get_by_role("button", name="Undo").click()
    waits(page, name, "standards", ["PCT.1"])
    save(page)
    panel.get_by_role("button", name="Redo").click()
    waits(page, name, "standards", ["PCT.1", "PCT.2"])
    save(page)
    panel.get_by_role("button", name="Take PCT.2 away").click()
    waits(page, name, "standards", ["PCT.1"])

    minutes = panel.get_by_label("Minutes")
    minutes.fill("9")
    minutes.press("Enter")
    waits(page, name, "minutes", 9)
    hints = metadata(page, name)["plnb"]["hints"]
    panel.get_by_role("button", name="Add a hint").click()
    fourth = panel.get_by_label("Hint 4", exact=True)
    expect(fourth).to_be_focused()
    empty = panel.locator(".plnb-Finding", has_text="hint").filter(has=page.get_by_role("button", name="Take the empty ones out"))
    expect(empty).to_have_count(1)
    empty.get_by_role("button", name="Take the empty ones out").click()
    waits(page, name, "hints", hints)
    expect(empty).to_have_count(0)
    panel.get_by_role("button", name="Add a hint").click()
    fourth.fill("Draw a bar of 100 parts.")
    fourth.press("Tab")
    waits(page, name, "hints", [*hints, "Draw a bar of 100 parts."])
    panel.get_by_role("button", name="Move hint 4 up").click()
    waits(page, name, "hints", [*hints[:2], "Draw a bar of 100 parts.", hints[2]])
    panel.get_by_role("button", name="Add a misconception").click()
    panel.get_by_label("When this is true (Python)").last.fill("percent_of(1, 1) == 1")
    panel.get_by_label("say", exact=True).last.fill("One per cent of one is less than one.")
    panel.get_by_label("Minutes").focus()
    page.wait_for_function(f"() => {NOTEBOOK}.activeCell.model.getMetadata('plnb').misconceptions.at(-1).say.startsWith('One per')")
    assert metadata(page, name)["plnb"]["misconceptions"][-1]["when"] == "percent_of(1, 1) == 1"

    # nbgrader's kind is set in the same place; points and name stay.
    panel.get_by_label("In nbgrader").select_option("Manually graded answer")
    assert metadata(page, name)["nbgrader"]["solution"] is True
    panel.get_by_label("In nbgrader").select_option("Autograder tests")
    now = metadata(page, name)["nbgrader"]
    assert (now["grade"], now["solution"], now["locked"], now["grade_id"]) == (True, False, True, "percent_of_check")

    # Several cells at once, one step back.
    activate(page, "shop-check")
    page.keyboard.press("Shift+ArrowDown")
    expect(panel.get_by_role("heading", name="2 selected cells")).to_be_visible()
    panel.get_by_label("Minutes").fill("3")
    panel.get_by_label("Minutes").press("Enter")
    waits(page, "track-story", "minutes", 3)
    waits(page, "shop-check", "minutes", 3)
    panel.get_by_role("button", name="Undo").click()
    waits(page, "track-story", "minutes", None)
    waits(page, "shop-check", "minutes", 6)

    # A cell changes its way; another tool's slip is found while it is made, and mended by a click.
    activate(page, "track-story")
    panel.get_by_label("Shown").select_option(label="on “In a shop” (percent-world/shop)")
    waits(page, "track-story", "branch", "percent-world/shop")
    panel.get_by_label("Shown").select_option(label="on “On a running track” (percent-world/track)")
    waits(page, "track-story", "branch", "percent-world/track")
    page.evaluate(
        f"""() => {{
          const cell = {NOTEBOOK}.widgets.find(each => each.model.id === 'track-check').model;
          cell.setMetadata('nbgrader', {{ ...cell.getMetadata('nbgrader'), locked: false }});
        }}"""
    )
    open_tests = panel.locator(".plnb-Finding").filter(has=page.get_by_role("button", name="Lock it"))
    expect(badge(page, "track-check")).to_contain_text("not marked as locked")
    open_tests.get_by_role("button", name="Go there").click()
    expect(panel.get_by_label("Name in the gradebook")).to_have_value("new_time_check")
    open_tests.get_by_role("button", name="Lock it").click()
    expect(open_tests).to_have_count(0)
    assert metadata(page, "track-check")["nbgrader"]["locked"] is True

    # Everything there is to insert comes with roles and names of its own, and stands in the file.
    activate(page, "look-back-answer")
    before = roles(page)
    panel.get_by_text("Insert below this cell").click()
    wanted: list[str] = []
    for what, added in INSERTS.items():
        panel.get_by_role("button", name=what, exact=True).click()
        # What is inserted goes below the active cell; the next goes below the last of it.
        last = len(before) + len(wanted) + len(added) - 1
        wanted += added
        page.wait_for_function(f"count => {NOTEBOOK}.widgets.length === count", arg=last + 1)
        page.evaluate(f"last => {{ {NOTEBOOK}.activeCellIndex = last; }}", last)
    assert roles(page)[len(before) :] == wanted
    save(page)
    panel.get_by_role("button", name="Undo").click()
    page.wait_for_function(f"count => {NOTEBOOK}.widgets.length < count", arg=len(before) + len(wanted))
    save(page)
    panel.get_by_role("button", name="Redo").click()
    page.wait_for_function(f"count => {NOTEBOOK}.widgets.length === count", arg=len(before) + len(wanted))
    save(page)
    file = json.loads((teacher_lab.root / "mine" / "source" / "first-steps" / "percentages.ipynb").read_text("utf-8"))
    names = [cell["metadata"]["nbgrader"]["grade_id"] for cell in file["cells"] if "nbgrader" in cell["metadata"]]
    assert len(names) == len(set(names)) >= 12 + 6
    assert any(cell["metadata"].get("plnb", {}).get("fresh") == "seed" for cell in file["cells"])


def test_two_hundred_checks_are_tagged_by_keyboard_alone_and_axe_finds_nothing(teacher_lab: Lab, page: Page) -> None:
    teacher_lab.open(page, "mine/source/first-steps/many.ipynb")
    activate(page, "q0")
    page.wait_for_function("() => window.jupyterapp.commands.isEnabled('plnb:insert-check')")
    page.keyboard.press("p")
    page.keyboard.press("p")
    panel = page.get_by_role("region", name="Write a course")
    expect(panel).to_be_focused()
    expect(panel.get_by_role("heading", name="This cell")).to_be_visible()
    _tab_to(page, panel.get_by_role("button", name=f"All {CHECKS} checks"))
    page.keyboard.press("Enter")
    expect(panel.get_by_role("heading", name=f"All {CHECKS} checks")).to_be_visible()
    search = panel.get_by_role("combobox", name="Add a standard")
    _tab_to(page, search)
    page.keyboard.type("PCT.1")
    page.keyboard.press("Enter")
    tagged = f"count => {NOTEBOOK}.widgets.filter(c => c.model.getMetadata('plnb')?.standards?.[0] === 'PCT.1').length === count"
    page.wait_for_function(tagged, arg=CHECKS)
    expect(panel.get_by_role("button", name="Take PCT.1 away")).to_be_visible()
    save(page)
    text = (teacher_lab.root / "mine" / "source" / "first-steps" / "many.ipynb").read_text("utf-8")
    assert text.count('"std:PCT.1"') == CHECKS
    _tab_to(page, panel.get_by_role("button", name="Undo"), backwards=True)
    page.keyboard.press("Enter")
    page.wait_for_function(tagged, arg=0)

    # A question goes in by two keys; the way into the panel and back needs no mouse.
    activate(page, "q0")
    page.keyboard.press("p")
    page.keyboard.press("c")
    page.wait_for_function(f"count => {NOTEBOOK}.widgets.length === count", arg=CHECKS + 3)
    page.evaluate(f"() => {{ {NOTEBOOK}.activeCellIndex = 3; }}")
    expect(panel.get_by_label("Name in the gradebook")).to_have_value("answer_check")
    panel.get_by_text("Insert below this cell").click()
    panel.get_by_role("button", name="Add a misconception").click()
    panel.get_by_role("button", name="Add a hint").click()
    for width in (1280, 768):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.locator(".plnb-Author").evaluate("node => node.scrollWidth <= node.clientWidth + 1"), width
    for name in ("light", "dark"):
        theme(page, name)  # type: ignore[arg-type]
        assert serious(page, *OURS) == [], name


def _tab_to(page: Page, goal: Locator, *, backwards: bool = False) -> None:
    """Press Tab until the focus is there, as who has no mouse does."""
    for _ in range(60):
        if goal.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
    raise AssertionError(f"60 times Tab did not lead to {goal}")
