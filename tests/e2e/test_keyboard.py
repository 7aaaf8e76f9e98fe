"""By keyboard alone: everything can be done, and nothing that is done in a card or a form deletes a cell."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Student
from tests.e2e.lab import Lab, run
from tests.e2e.test_running import CELLS, GRAPH, TABLE_SHOWN, on_table
from tests.e2e.workbook import (
    NOTEBOOK,
    activate,
    active,
    answer,
    card,
    cell_ids,
    check,
    fork,
    idle,
    prose,
    reflect,
    shown,
    source,
    write,
)

FORMS = (
    prose("# Forms", name="top"),
    fork("several", "Red", "Green", "Blue", pick=2),
    answer("pick", "pick = None  # a letter", role="response", widget="choice", name="pick", options=["A", "B", "C"]),
    answer("many", "many = None", role="response", widget="multiple", name="many", options=["2", "3", "4"]),
    answer("size", "size = None\nraise NotImplementedError()", role="response", widget="number", name="size", unit="m"),
    answer("word", "word = None", role="response", widget="text", name="word", prompt="In a word?"),
    answer("order", "order = None", role="response", widget="ordering", name="order", options=["hen", "egg", "chick"]),
    check("pick_check", "assert pick == 'B', 'Look again.'", hints=["One.", "Two, with `code`."]),
    reflect("think", "What do you think?"),
    reflect("aim", "What do you aim at?", role="goal"),
    prose("The end.", name="end"),
)
CONTROLS = ":is(button, input, textarea):visible:enabled"
DANGER = ("d", "d", "x", "j", "k", "a", "b", "m", "y", "z", "c", "v", "0", "0", "Delete", "Backspace")
"""What deletes, cuts, adds, moves to or changes cells in command mode."""


@pytest.fixture
def forms(served: Path, request: pytest.FixtureRequest) -> str:
    name = f"forms-{abs(hash(request.node.name))}.ipynb"
    write(served / name, FORMS)
    return name


def test_no_key_in_any_control_changes_a_cell_that_is_not_its_own(lab: Lab, page: Page, forms: str) -> None:
    lab.open(page, forms)
    before = cell_ids(page)
    cards = [(name, card(page, name)) for name in before]
    tried = 0
    for name, its_card in cards:
        activate(page, name)
        count = its_card.locator(CONTROLS).count() if its_card.count() else 0
        for place in range(count):
            control = its_card.locator(CONTROLS).nth(place)
            control.focus()
            expect(control).to_be_focused()
            for key in DANGER:
                page.keyboard.press(key)
            assert cell_ids(page) == before, f"{name}: {control.evaluate('node => node.outerHTML')}"
            tried += 1
    assert tried >= 25
    types = page.evaluate(f"() => {NOTEBOOK}.widgets.map(cell => cell.model.type)")
    assert types == [cell["cell_type"] for cell in FORMS]
    for control in page.locator(".plnb-card :is(button, input, textarea), .plnb-header button").all():
        assert control.get_attribute("data-lm-suppress-shortcuts") == "true"


def test_deleting_a_range_that_spans_a_hidden_way_leaves_the_hidden_cells(lab: Lab, page: Page, served: Path) -> None:
    write(served / "range.ipynb", CELLS)
    on_table(lab, page, "range.ipynb")
    activate(page, "way")
    for _ in range(3):
        page.keyboard.press("Shift+J")
    for key in "dd":
        page.keyboard.press(key)
    page.wait_for_function(f"() => !{NOTEBOOK}.widgets.some(cell => cell.model.id === 'way')")
    assert set(cell_ids(page)) >= GRAPH
    page.keyboard.press("z")
    page.wait_for_function(f"() => {NOTEBOOK}.widgets.some(cell => cell.model.id === 'way')")
    page.wait_for_timeout(300)
    assert sorted(cell_ids(page)) == sorted(cell["id"] for cell in CELLS)
    assert shown(page) == TABLE_SHOWN


def test_select_all_and_cut_leaves_the_hidden_cells(lab: Lab, page: Page, served: Path) -> None:
    write(served / "cut.ipynb", CELLS)
    on_table(lab, page, "cut.ipynb")
    activate(page, "top")
    run(page, "notebook:select-all")
    run(page, "notebook:cut-cell")
    page.wait_for_function(f"() => !{NOTEBOOK}.widgets.some(cell => cell.model.id === 'top')")
    assert set(cell_ids(page)) >= GRAPH


def test_a_way_is_chosen_by_arrow_keys_and_the_focus_stays(lab: Lab, page: Page, served: Path) -> None:
    write(served / "arrows.ipynb", CELLS)
    lab.open(page, "arrows.ipynb")
    card(page, "way").get_by_label("Graph").focus()
    page.keyboard.press("Space")
    expect(card(page, "way").get_by_label("Graph")).to_be_checked()
    page.keyboard.press("ArrowRight")
    expect(card(page, "way").get_by_label("Table")).to_be_checked()
    expect(card(page, "way").get_by_label("Table")).to_be_focused()
    assert shown(page) == TABLE_SHOWN
    page.keyboard.press("Control+s")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    page.keyboard.press("Escape")
    assert active(page) == "way"
    page.keyboard.press("j")
    assert active(page) == "table-text", "after Escape the keys are the notebook's again"


def test_answers_are_given_undone_and_checked_by_keyboard(lab: Lab, page: Page, forms: str) -> None:
    lab.open(page, forms)
    card(page, "pick").get_by_label("A").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert source(page, "pick") == 'pick = "B"  # a letter'
    box = card(page, "many").get_by_label("2")
    box.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert source(page, "many") == 'many = ["2", "4"]'
    card(page, "size").get_by_role("textbox").focus()
    page.keyboard.type("3,5x")
    expect(card(page, "size")).to_contain_text("Write a number")
    assert source(page, "size") == "size = None"
    page.keyboard.press("Backspace")
    assert source(page, "size") == "size = 3.5"
    field = card(page, "word").get_by_role("textbox")
    field.focus()
    page.keyboard.type('dd "quoted" \\ Ω')
    assert source(page, "word") == 'word = "dd \\"quoted\\" \\\\ Ω"'
    page.keyboard.press("Control+z")
    expect(field).to_have_value('dd "quoted" \\ ')
    page.keyboard.press("Control+Shift+z")
    expect(field).to_have_value('dd "quoted" \\ Ω')
    card(page, "order").get_by_role("button", name="Move “chick” up").focus()
    page.keyboard.press("Enter")
    assert source(page, "order") == 'order = ["hen", "chick", "egg"]'
    page.keyboard.press("Enter")
    assert source(page, "order") == 'order = ["chick", "hen", "egg"]'
    expect(card(page, "order").get_by_role("button", name="Move “chick” down")).to_be_focused()
    tests = card(page, "pick_check")
    tests.get_by_role("button", name="Check my answer").focus()
    page.keyboard.press("Enter")
    expect(tests).to_contain_text("Passed.")
    expect(tests.get_by_role("button", name="Check again")).to_be_focused()
    values = page.evaluate(
        """() => new Promise(resolve => {
          const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
          const future = kernel.requestExecute({ code: 'print([pick])', store_history: false });
          future.onIOPub = message => message.header.msg_type === 'stream' && resolve(message.content.text);
        })"""
    )
    assert values.strip() == "['B']"


def test_the_notebooks_own_undo_takes_an_answer_back_and_the_form_follows(lab: Lab, page: Page, forms: str) -> None:
    lab.open(page, forms)
    card(page, "pick").get_by_label("B").check()
    activate(page, "pick")
    run(page, "notebook:undo")
    expect(card(page, "pick").get_by_label("B")).not_to_be_checked()
    run(page, "notebook:redo")
    expect(card(page, "pick").get_by_label("B")).to_be_checked()


def test_no_more_than_may_be_picked_can_be_picked(lab: Lab, page: Page, forms: str) -> None:
    lab.open(page, forms)
    several = card(page, "several")
    several.get_by_label("Blue").check()
    expect(several).to_contain_text("Choose 1 more.")
    several.get_by_label("Red").check()
    expect(several.get_by_label("Green")).to_be_disabled()
    choices = page.evaluate("() => window.jupyterapp.shell.currentWidget.model.getMetadata('plnb').choices")
    assert choices == {"several": ["red", "blue"]}
    several.get_by_label("Blue").uncheck()
    expect(several.get_by_label("Green")).to_be_enabled()


def test_the_whole_lesson_can_be_walked_by_tab(lab: Lab, page: Page, forms: str) -> None:
    lab.open(page, forms)
    activate(page, "top")
    met: list[str] = []
    for _ in range(120):
        page.keyboard.press("Tab")
        key = page.evaluate(
            """() => {
              const { activeElement } = document;
              return activeElement.closest('.plnb-card') && (activeElement.dataset.key || activeElement.type);
            }"""
        )
        if key:
            met.append(key)
        if page.evaluate("() => !document.activeElement.closest('.jp-Notebook')"):
            break
    for wanted in ("red", "option-0", "number", "text", "down-hen", "check", "hint", "keep"):
        assert wanted in met, (wanted, met)


def test_hints_come_one_at_a_time_and_the_focus_is_never_lost(lab: Lab, page: Page, student: Student, forms: str) -> None:
    lab.open(page, forms)
    tests = card(page, "pick_check")
    tests.get_by_role("button", name="I would like a hint").focus()
    page.keyboard.press("Enter")
    expect(tests.locator(".plnb-hints li")).to_have_text(["One."])
    expect(tests.get_by_role("button", name="Another hint (2 of 2)")).to_be_focused()
    page.keyboard.press("Enter")
    expect(tests.locator(".plnb-hints li")).to_have_text(["One.", "Two, with code."])
    expect(tests.locator(".plnb-hints li").last).to_be_focused()
    idle(page)
    assert cell_ids(page) == [cell["id"] for cell in FORMS]
