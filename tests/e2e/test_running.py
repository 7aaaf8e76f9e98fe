"""Every way to run a notebook, in every windowing mode: what is hidden is never run, never drawn, never entered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.lab import Lab, Setup, run, start
from tests.e2e.workbook import (
    NOTEBOOK,
    activate,
    active,
    answer,
    card,
    cell_ids,
    check,
    code,
    drawn,
    fork,
    idle,
    prose,
    ran,
    shown,
    write,
)
from tests.extent import WHOLE

MODES = ("contentVisibility", "full", "defer", "none")
MOST_UNLIKE = MODES if WHOLE else MODES[:2]
"""One that keeps every cell in the page, and one that keeps those in sight: enough for what has nothing to do with running."""

in_every_mode = pytest.mark.parametrize("windowed", MODES, indirect=True, scope="module")
in_both_kinds = pytest.mark.parametrize("windowed", MOST_UNLIKE, indirect=True, scope="module")

CELLS = (
    prose("# Ways", name="top"),
    code("done = []", name="start"),
    fork("way", "Graph", "Table"),
    prose("## By graph", branch="way/graph", name="graph-text"),
    code("done.append('graph')", branch="way/graph", name="graph-1"),
    code("raise ValueError('never run this')", branch="way/graph", name="graph-2"),
    prose("## By table", branch="way/table", name="table-text"),
    code("done.append('table')", branch="way/table", name="table-1"),
    fork("inner", "Small", "Big", branch="way/table"),
    code("done.append('small')", branch="inner/small", name="small"),
    code("done.append('big')", branch="inner/big", name="big"),
    prose("## Together", name="together"),
    answer("x_answer", "x = None"),
    check("x_check", "assert x == 3, 'Count again.'"),
    code("done", name="last"),
    code("raise ValueError('nor this')", branch="way/graph", name="tail-1"),
    prose("The end of a way not taken.", branch="way/graph", name="tail-2"),
)
GRAPH = {"graph-text", "graph-1", "graph-2", "tail-1", "tail-2"}
TABLE_SHOWN = [cell["id"] for cell in CELLS if cell["id"] not in GRAPH | {"small", "big"}]
CODE_ON_TABLE = ["start", "table-1", "x_answer", "x_check", "last"]


@pytest.fixture(scope="module")
def windowed(request: pytest.FixtureRequest, served: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab in each windowing mode."""
    setup = Setup(settings={"@jupyterlab/notebook-extension:tracker": {"windowingMode": request.param}})
    lab = start(served, tmp_path_factory.mktemp("windowed"), setup)
    yield lab
    lab.stop()


@pytest.fixture
def ways(served: Path, request: pytest.FixtureRequest) -> str:
    """Contents path of a fresh notebook with two ways."""
    name = f"ways-{abs(hash(request.node.name))}.ipynb"
    write(served / name, CELLS)
    return name


def on_table(lab: Lab, page: Page, path: str) -> None:
    lab.open(page, path)
    card(page, "way").get_by_label("Table").check()
    page.wait_for_function(f"() => {NOTEBOOK}.widgets.some(cell => cell.model.id === 'table-1' && !cell.isHidden)")


@in_both_kinds
def test_a_choice_shows_its_way_and_no_other(windowed: Lab, page: Page, ways: str) -> None:
    windowed.open(page, ways)
    expect(card(page, "way")).to_contain_text("Nothing chosen yet")
    assert shown(page) == [name for name in TABLE_SHOWN if name not in ("table-text", "table-1", "inner")]
    card(page, "way").get_by_label("Table").check()
    expect(card(page, "way").get_by_role("status")).to_contain_text("You chose “Table”")
    assert shown(page) == TABLE_SHOWN
    assert not set(drawn(page)) & GRAPH
    card(page, "inner").get_by_label("Big").check()
    assert "big" in shown(page)
    card(page, "way").get_by_label("Graph").check()
    assert not {"table-1", "inner", "small", "big"} & set(shown(page)), "a fork on a way not taken takes its branches with it"
    card(page, "way").get_by_label("Table").check()
    assert "big" in shown(page), "and remembers what was chosen there"


WAYS_TO_RUN = {
    "Run All": ("top", ["notebook:run-all-cells"], CODE_ON_TABLE),
    "Run All Above": ("together", ["notebook:run-all-above"], ["start", "table-1"]),
    "Run All Below": ("start", ["notebook:run-all-below"], CODE_ON_TABLE),
    "Select All and run": ("top", ["notebook:select-all", "notebook:run-cell"], CODE_ON_TABLE),
    "Render all and run all": ("top", ["notebook:render-all-markdown", "notebook:run-all-cells"], CODE_ON_TABLE),
}


@in_every_mode
def test_what_is_hidden_is_never_run(windowed: Lab, page: Page, ways: str) -> None:
    on_table(windowed, page, ways)
    for how, (begin, commands, expected) in WAYS_TO_RUN.items():
        run(page, "notebook:clear-all-cell-outputs")
        assert ran(page) == []
        activate(page, begin)
        for command in commands:
            run(page, command)
        page.wait_for_function(
            f"expected => JSON.stringify({NOTEBOOK}.widgets.filter(c => c.model.executionCount).map(c => c.model.id)) === expected",
            arg=json.dumps(expected, separators=(",", ":")),
        )
        idle(page)
        assert ran(page) == expected, how
        assert not set(drawn(page)) & GRAPH, how
        assert active(page) in TABLE_SHOWN, how


@in_both_kinds
def test_restart_and_run_all_skips_what_is_hidden(windowed: Lab, page: Page, ways: str) -> None:
    on_table(windowed, page, ways)
    page.evaluate("() => void window.jupyterapp.commands.execute('notebook:restart-run-all')")
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    page.wait_for_function(
        f"() => {NOTEBOOK}.widgets.some(cell => cell.model.id === 'last' && cell.model.executionCount)", timeout=60_000
    )
    idle(page)
    assert ran(page) == CODE_ON_TABLE
    assert (
        page.evaluate(
            f"() => {NOTEBOOK}.widgets.find(cell => cell.model.id === 'last').model.outputs.toJSON()[0].data['text/plain']"
        )
        == "['table']"
    )


@in_every_mode
def test_shift_enter_from_top_to_end_never_enters_what_is_hidden(windowed: Lab, page: Page, ways: str) -> None:
    on_table(windowed, page, ways)
    activate(page, "top")
    met = [active(page)]
    for _ in range(len(TABLE_SHOWN) + 2):
        page.keyboard.press("Shift+Enter")
        page.wait_for_timeout(120)
        met.append(active(page))
    idle(page)
    assert list(dict.fromkeys(met)) == TABLE_SHOWN
    assert ran(page) == CODE_ON_TABLE
    assert cell_ids(page) == [cell["id"] for cell in CELLS], "no cell is added at a hidden end"


@in_both_kinds
def test_arrows_and_letters_walk_over_what_is_hidden(windowed: Lab, page: Page, ways: str) -> None:
    on_table(windowed, page, ways)
    for down, up in (("j", "k"), ("ArrowDown", "ArrowUp")):
        activate(page, "top")
        there = [active(page)]
        for _ in range(len(TABLE_SHOWN) - 1):
            page.keyboard.press(down)
            page.wait_for_timeout(40)
            there.append(active(page))
        back = [active(page)]
        for _ in range(len(TABLE_SHOWN) - 1):
            page.keyboard.press(up)
            page.wait_for_timeout(40)
            back.append(active(page))
        assert there == TABLE_SHOWN, down
        assert back == TABLE_SHOWN[::-1], up


def test_a_failing_check_stops_nobody(lab: Lab, page: Page, ways: str) -> None:
    on_table(lab, page, ways)
    run(page, "notebook:run-all-cells")
    idle(page)
    assert "last" in ran(page)
    expect(card(page, "x_check")).to_contain_text("Count again.")


def test_folding_a_heading_and_moving_a_cell_bring_nothing_back(lab: Lab, page: Page, ways: str) -> None:
    on_table(lab, page, ways)
    run(page, "notebook:collapse-all-headings")
    page.wait_for_timeout(300)
    run(page, "notebook:expand-all-headings")
    page.wait_for_timeout(300)
    assert shown(page) == TABLE_SHOWN
    activate(page, "last")
    run(page, "notebook:move-cell-up")
    page.wait_for_timeout(300)
    assert set(shown(page)) == set(TABLE_SHOWN)


def test_the_table_of_contents_lists_the_way_taken(lab: Lab, page: Page, ways: str) -> None:
    on_table(lab, page, ways)
    run(page, "toc:show-panel")
    contents = page.locator(".jp-TableOfContents-content")
    expect(contents).to_contain_text("By table")
    expect(contents).not_to_contain_text("By graph")
    card(page, "way").get_by_label("Graph").check()
    expect(contents).to_contain_text("By graph")
    expect(contents).not_to_contain_text("By table")


def test_saving_and_loading_keep_every_cell_and_the_choice(lab: Lab, page: Page, ways: str, served: Path) -> None:
    before = json.loads((served / ways).read_text())["cells"]
    on_table(lab, page, ways)
    run(page, "docmanager:save")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    saved = json.loads((served / ways).read_text())
    assert saved["cells"] == before
    assert saved["metadata"]["plnb"]["choices"] == {"way": ["table"]}
    assert set(saved["metadata"]["plnb"]) == {"choices", "chosen_at"}
    lab.open(page, ways)
    assert shown(page) == TABLE_SHOWN
    expect(card(page, "way").get_by_label("Table")).to_be_checked()


def test_two_views_of_one_notebook_follow_one_choice(lab: Lab, page: Page, ways: str) -> None:
    on_table(lab, page, ways)
    run(page, "docmanager:clone")
    page.wait_for_function("() => document.querySelectorAll('.jp-NotebookPanel').length === 2")
    cards = page.locator(".plnb-fork:visible", has_text="Which way?")
    expect(cards).to_have_count(2)
    cards.nth(0).get_by_label("Graph").check()
    expect(cards.nth(1).get_by_label("Graph")).to_be_checked()
    expect(cards.nth(0).get_by_label("Graph")).to_be_checked()


def test_hiding_and_skipping_need_no_server(start_lab: Callable[[Setup], Lab], page: Page, ways: str) -> None:
    settings = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}
    server = start_lab(Setup(extension=False, settings=settings))
    on_table(server, page, ways)
    run(page, "notebook:run-all-cells")
    idle(page)
    assert ran(page) == CODE_ON_TABLE, "hiding and skipping need no server"
    expect(page.locator(".plnb-header")).to_contain_text("Your tries are not being kept here.")


def test_notebook_7_hides_and_skips_as_well(notebook7: Lab, page: Page, ways: str) -> None:
    on_table(notebook7, page, ways)
    run(page, "notebook:run-all-cells")
    idle(page)
    assert ran(page) == CODE_ON_TABLE
    assert not set(drawn(page)) & GRAPH
