"""Notebooks made for a test, and what can be seen of a notebook on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import Locator, Page

from tests.e2e.lab import run

Cell = dict[str, Any]

NOTEBOOK = "window.jupyterapp.shell.currentWidget.content"


def prose(text: str, *, branch: str | None = None, name: str = "", **plnb: object) -> Cell:
    """Something to read."""
    return _cell(new_markdown_cell, text, name, {"role": "explain", **({"branch": branch} if branch else {}), **plnb})


def code(text: str, *, branch: str | None = None, name: str = "") -> Cell:
    """Something to run."""
    return _cell(new_code_cell, text, name, {"role": "practice", **({"branch": branch} if branch else {})})


def fork(name: str, *options: str, pick: int = 1, branch: str | None = None) -> Cell:
    """A choice; an option's id is its title in small letters."""
    offered = [{"id": title.lower(), "title": title, "about": f"The way of {title}."} for title in options]
    plnb = {"role": "fork", "id": name, "prompt": f"Which {name}?", "pick": pick, "options": offered}
    return _cell(new_markdown_cell, f"## Choose: {name}", name, plnb | ({"branch": branch} if branch else {}))


def answer(name: str, text: str, /, **plnb: object) -> Cell:
    """Where a student writes; `plnb` makes a form of it."""
    cell = _cell(new_code_cell, text, name, plnb or None)
    cell["metadata"]["nbgrader"] = _nbgrader(name, solution=True)
    return cell


def check(name: str, text: str, /, *, branch: str | None = None, points: float = 2, **plnb: object) -> Cell:
    """Tests of an answer."""
    cell = _cell(new_code_cell, text, name, {"role": "check", **({"branch": branch} if branch else {}), **plnb})
    cell["metadata"] |= {"editable": False, "deletable": False, "nbgrader": _nbgrader(name, grade=True, locked=True, points=points)}
    return cell


def reflect(name: str, prompt: str, *, role: str = "reflect") -> Cell:
    """A place for the student's own words."""
    return _cell(new_markdown_cell, "*Double-click here and write.*", name, {"role": role, "id": name, "prompt": prompt})


def write(path: Path, cells: Sequence[Cell]) -> Path:
    """Write a notebook of these cells."""
    notebook = new_notebook(cells=list(cells))
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def _cell(make: Any, text: str, name: str, plnb: dict[str, object] | None) -> Cell:
    cell: Cell = make(text, **({"id": name} if name else {}))
    if plnb:
        cell["metadata"]["plnb"] = {"schema_version": 1, **plnb}
    return cell


def _nbgrader(name: str, **flags: object) -> dict[str, object]:
    return {"grade_id": name, "grade": False, "locked": False, "solution": False, "task": False, "schema_version": 3, **flags}


# --- what is on the screen -------------------------------------------------------------------------------------------------------


def shown(page: Page) -> list[str]:
    """Ids of the cells that take up room on the page, or would if they were scrolled to."""
    return list(page.evaluate(f"() => {NOTEBOOK}.widgets.filter(cell => !cell.isHidden).map(cell => cell.model.id)"))


def drawn(page: Page) -> list[str]:
    """Ids of the cells that have a height right now."""
    return list(page.evaluate(f"() => {NOTEBOOK}.widgets.filter(cell => cell.node.offsetHeight > 0).map(cell => cell.model.id)"))


def ran(page: Page) -> list[str]:
    """Ids of the code cells that have been run."""
    return list(page.evaluate(f"() => {NOTEBOOK}.widgets.filter(cell => cell.model.executionCount).map(cell => cell.model.id)"))


def cell_ids(page: Page) -> list[str]:
    """Ids of all cells, hidden ones too."""
    return list(page.evaluate(f"() => {NOTEBOOK}.widgets.map(cell => cell.model.id)"))


def place(page: Page, name: str) -> str:
    """nbformat's id of the cell with this grade_id."""
    found = page.evaluate(
        f"name => {NOTEBOOK}.widgets.find(cell => cell.model.getMetadata('nbgrader')?.grade_id === name)?.model.id", name
    )
    return str(found)


def active(page: Page) -> str:
    """Id of the active cell."""
    return str(page.evaluate(f"() => {NOTEBOOK}.activeCell.model.id"))


def source(page: Page, name: str) -> str:
    """The text of a cell."""
    return str(
        page.evaluate(f"name => {NOTEBOOK}.widgets.find(cell => cell.model.id === name).model.sharedModel.getSource()", name)
    )


def put(page: Page, name: str, text: str) -> None:
    """Write into a cell, as typing would."""
    page.evaluate(
        f"([name, text]) => {NOTEBOOK}.widgets.find(cell => cell.model.id === name).model.sharedModel.setSource(text)", [name, text]
    )


def activate(page: Page, name: str) -> None:
    """Make a cell the active one, in command mode, with the focus on it."""
    page.evaluate(
        f"""async name => {{
          const notebook = {NOTEBOOK};
          const place = notebook.widgets.findIndex(cell => cell.model.id === name);
          notebook.mode = 'command';
          notebook.deselectAll();
          notebook.activeCellIndex = place;
          await notebook.scrollToItem(place);
          notebook.activate();
          notebook.activeCell.node.focus();
        }}""",
        name,
    )


def card(page: Page, name: str) -> Locator:
    """The card on a cell, scrolled to: again and again while a notebook that is still being drawn moves it out of what is drawn."""
    page.evaluate(
        f"""async name => {{
            const at = {NOTEBOOK}.widgets.findIndex(cell => cell.model.id === name);
            for (let still = 0, tries = 0; still < 2 && tries < 60; tries++) {{
                await {NOTEBOOK}.scrollToItem(at, 'center');
                await new Promise(drawn => {{ requestAnimationFrame(drawn); setTimeout(drawn, 50); }});
                still = {NOTEBOOK}.widgets[at]?.isAttached ? still + 1 : 0;
            }}
        }}""",
        name,
    )
    place = page.evaluate(f"name => {NOTEBOOK}.widgets.findIndex(cell => cell.model.id === name)", name)
    return page.locator(f".jp-Notebook .jp-Cell[data-windowed-list-index='{place}'] > .plnb-card")


def idle(page: Page) -> None:
    """Wait until everything that was asked to run has run, or has been given up."""
    # For a while: between one cell and the next nothing runs either.
    page.wait_for_function(
        f"""() => {{
            const idle = {NOTEBOOK}.widgets.every(cell => (cell.model.executionState ?? 'idle') === 'idle')
              && window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle';
            window.idleSince = idle ? (window.idleSince ?? performance.now()) : undefined;
            return idle && performance.now() - window.idleSince > 250;
        }}""",
        timeout=60_000,
        polling=25,
    )
    page.evaluate("() => { window.idleSince = undefined }")


# --- what is done to it as a whole -----------------------------------------------------------------------------------------------


def runs_all(page: Page) -> None:
    """Run all cells, and wait until they have run."""
    run(page, "notebook:run-all-cells")
    idle(page)


def saves(page: Page) -> None:
    """Save, and wait until it is on the disk."""
    page.evaluate("() => window.jupyterapp.shell.currentWidget.context.save()")


def kernel_restarts(page: Page) -> None:
    """Start Python anew, and wait until it answers.

    What JupyterLab says of it is no sign: it may call it "starting" until something is run.
    """
    page.evaluate(
        """async () => {
          const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
          await kernel.restart();
          await kernel.requestKernelInfo();
        }"""
    )
