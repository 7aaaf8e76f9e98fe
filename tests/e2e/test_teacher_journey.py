"""The teacher's whole way: a new course, a checked activity with a fork, preview, mends, release, and a student's work on it.

What the teacher does is the list of `docs/tutorials/quarter-of-an-hour.md`, line by line: neither changes without the other.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import ROOT
from tests.e2e.hand import Hand, tutorial
from tests.e2e.lab import Lab, ready, start
from tests.e2e.workbook import NOTEBOOK, card, idle, put

TUTORIAL = ROOT / "docs" / "tutorials" / "quarter-of-an-hour.md"
NEW = 'plnb new algebra --title "Algebra" --template minimal'
GREENHOUSE = ("A plant of 50 cm grows by 20 %.\nHow tall is it now, in cm?", "50 * 1.2", "60")
BAKERY = ("A loaf of 500 g loses 10 % in the oven.\nHow heavy is it now, in g?", "500 * 0.9", "450")


@pytest.fixture(scope="module")
def teacher_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab in a folder where nothing is yet."""
    server = start(tmp_path_factory.mktemp("teaching"), tmp_path_factory.mktemp("teacher-lab"))
    yield server
    server.stop()


def plnb(*words: str, cwd: Path) -> str:
    """What the command says; it must end well."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("plnb")), *words], cwd=cwd, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout


def cell(page: Page, place: int) -> Locator:
    """A cell of the notebook in front, in sight."""
    page.evaluate(f"async place => {NOTEBOOK}.scrollToItem(place, 'center')", place)
    return page.locator(f".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell[data-windowed-list-index='{place}']")


def test_a_teacher_makes_a_checked_activity_with_a_fork_in_a_quarter_of_an_hour_and_a_student_is_graded_on_it(
    teacher_lab: Lab, page: Page
) -> None:
    hand = Hand(page)
    root = teacher_lab.root
    course = root / "algebra"

    hand.line(f"In a terminal: `{NEW}`", lambda: hand.command(NEW))
    plnb("new", "algebra", "--title", "Algebra", "--template", "minimal", cwd=root)
    hand.line("Then `cd algebra`, and `jupyter lab`.", lambda: hand.command("cd algebra"), lambda: hand.command("jupyter lab"))
    teacher_lab.open(page, "algebra")
    _plan(hand)
    panel = _fork(hand)
    _question(hand, panel, 3, "answer", *GREENHOUSE)
    hand.line("Under **Add a standard** type `PCT.2`; Enter.", *_standard(hand, panel))
    _hints(hand, panel, "What are 100 % here?", "With 10 %: 50 + 5.")
    hand.line(
        "Click the text of the second way, Enter, and write what those who choose it meet: `### In the bakery`. Escape.",
        *_text(hand, cell(page, 6), "### In the bakery", rendered=True),
    )
    _question(hand, panel, 7, "answer_2", *BAKERY)
    _hints(hand, panel, "What are 100 % here?", "With 20 %: 500 - 100.")
    hand.line("**Ctrl S** saves.", lambda: hand.press("Control+s"))
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    _preview(hand)
    _mend(hand)
    hand.line("In the terminal: `plnb release`", lambda: hand.command("plnb release"))
    plnb("lint", "--run", cwd=course)
    plnb("release", cwd=course)

    assert hand.minutes <= 15, hand.sum
    assert tutorial(TUTORIAL) == hand.lines
    assert hand.sum in TUTORIAL.read_text("utf-8")

    _student(teacher_lab, page, course)
    plnb("grade", cwd=course)
    progress = plnb("explain", "anna", "PCT.2", cwd=course)
    assert "Where you are: proficient." in progress, progress


def _plan(hand: Hand) -> None:
    page = hand.page
    launcher = page.locator(".jp-Launcher").get_by_role("button", name="Course overview")
    hand.line("Press **Course overview** on the first page.", lambda: hand.click(launcher))
    overview = page.get_by_role("region", name="Course overview")
    expect(overview.locator(".plnb-Unit").first).to_be_visible()
    hand.line(
        "Press **Add an activity**, type `Growing`, Enter.",
        lambda: hand.click(overview.get_by_role("button", name="Add an activity").first),
        lambda: expect(overview.get_by_label("Title of the activity")).to_be_focused(),
        lambda: hand.write("Growing"),
        lambda: hand.press("Enter"),
    )
    hand.line(
        "Press **Open** beside it: its notebook.",
        lambda: hand.click(overview.get_by_role("button", name="Open the notebook of “Growing”")),
    )
    page.wait_for_function("() => window.jupyterapp.shell.currentWidget?.context?.path.endsWith('growing.ipynb')")
    ready(page)
    page.wait_for_function("() => window.jupyterapp.commands.isEnabled('plnb:insert-fork')")


def _fork(hand: Hand) -> Locator:
    page = hand.page
    panel = page.get_by_role("region", name="Write a course")
    hand.line("Click the heading; **P**, **P**: the panel.", lambda: hand.click(cell(page, 0)), lambda: hand.press("p", "p"))
    expect(panel.get_by_role("heading", name="This cell")).to_be_visible()
    hand.line("Click the heading; **P**, **F**: a fork.", lambda: hand.click(cell(page, 0)), lambda: hand.press("p", "f"))
    page.wait_for_function(f"() => {NOTEBOOK}.widgets.length === 5 && {NOTEBOOK}.activeCellIndex === 1")
    first, second = panel.get_by_label("Way 1", exact=True), panel.get_by_label("Way 2", exact=True)
    hand.line(
        "Way 1: `In a greenhouse`; way 2: `In the bakery`.",
        lambda: hand.click(first),
        lambda: hand.press("Control+a"),
        lambda: hand.write("In a greenhouse"),
        lambda: hand.click(second),
        lambda: hand.press("Control+a"),
        lambda: hand.write("In the bakery"),
    )
    hand.line(
        "Click the text of the fork, Enter, and write `## Where would you like to meet growth?`. Escape.",
        *_text(hand, cell(page, 1), "## Where would you like to meet growth?", rendered=True),
    )
    hand.line(
        "Click the text of the first way, Enter, and write what those who choose it meet: `### In a greenhouse`. Escape.",
        *_text(hand, cell(page, 2), "### In a greenhouse", rendered=True),
    )
    return panel


def _text(hand: Hand, where: Locator, text: str, *, rendered: bool = False) -> list[Callable[[], object]]:
    """Go into a cell, write it anew, leave it."""
    page = hand.page
    target = where.locator(".jp-MarkdownOutput" if rendered else ".cm-content")
    return [
        lambda: hand.click(target),
        lambda: hand.press("Enter") if rendered else None,
        lambda: expect(where.locator(".cm-content")).to_be_focused(),
        lambda: hand.press("Control+a"),
        lambda: hand.write(text),
        lambda: hand.press("Escape"),
        lambda: page.wait_for_function(f"text => {NOTEBOOK}.activeCell.model.sharedModel.getSource() === text", arg=text),
    ]


def _question(hand: Hand, panel: Locator, place: int, name: str, question: str, solution: str, value: str) -> None:
    page = hand.page
    count = page.evaluate(f"() => {NOTEBOOK}.widgets.length")
    hand.line("**P**, **C**: a question, its answer, its tests.", lambda: hand.press("p", "c"))
    page.wait_for_function(f"count => {NOTEBOOK}.widgets.length === count", arg=count + 3)
    short = question.replace("\n", " ")
    hand.line(f"Click the question, Enter: `{short}` Escape.", *_text(hand, cell(page, place), short, rendered=True))
    solved = f"{name} = None\n### BEGIN SOLUTION\n{name} = {solution}\n### END SOLUTION"
    hand.line(f"Click the answer, with the solution `{solution}`. Escape.", *_text(hand, cell(page, place + 1), solved))
    hidden = f'### BEGIN HIDDEN TESTS\nassert {name} == {value}, "What are 100 %?"\n### END HIDDEN TESTS'
    tests = f'assert {name} is not None, "Write a number."\n{hidden}'
    hand.line(
        f"Click the tests, with the right value `{value}` as a hidden test, and what to say. Escape.",
        *_text(hand, cell(page, place + 2), tests),
    )
    expect(panel.get_by_label("Name in the gradebook")).to_have_value(f"{name}_check")


def _standard(hand: Hand, panel: Locator) -> list[Callable[[], object]]:
    return [
        lambda: hand.click(panel.get_by_role("combobox", name="Add a standard")),
        lambda: hand.write("PCT.2"),
        lambda: hand.press("Enter"),
        lambda: expect(panel.get_by_role("button", name="Take PCT.2 away")).to_be_visible(),
    ]


def _hints(hand: Hand, panel: Locator, *hints: str) -> None:
    for number, hint in enumerate(hints, 1):
        field = panel.get_by_label(f"Hint {number}", exact=True)
        hand.line(
            f"**Add a hint**: `{hint}`",
            lambda: hand.click(panel.get_by_role("button", name="Add a hint")),
            partial(expect(field).to_be_focused),
            partial(hand.write, hint),
        )
        hand.page.wait_for_function(f"hint => {NOTEBOOK}.activeCell.model.getMetadata('plnb').hints.includes(hint)", arg=hint)


def _preview(hand: Hand) -> None:
    page = hand.page
    overview = page.get_by_role("region", name="Course overview")
    hand.line(
        "Go to the overview's tab; **Preview as a student**, **Start the preview**.",
        lambda: hand.click(page.get_by_role("tab", name="Course overview")),
        lambda: hand.click(overview.get_by_role("button", name="Preview as a student")),
        lambda: hand.click(overview.get_by_role("button", name="Start the preview")),
    )
    banner = page.get_by_role("note", name="Preview")
    expect(banner).to_be_visible(timeout=120_000)
    path = page.get_by_role("region", name="My path", exact=True)
    expect(path.locator(".plnb-Stop", has_text="Growing").first).to_be_visible()
    hand.line(
        "Look around, then **Back to the course**.", lambda: hand.click(banner.get_by_role("button", name="Back to the course"))
    )
    expect(banner).to_have_count(0)


def _mend(hand: Hand) -> None:
    page = hand.page
    overview = page.get_by_role("region", name="Course overview")
    untagged = overview.locator(".plnb-Finding", has_text="answer_2_check").first
    hand.line(
        "**Findings**: a check has no standard. **Go there**.",
        lambda: hand.click(overview.get_by_role("tab", name="Findings")),
        lambda: hand.click(untagged.get_by_role("button", name="Go there")),
    )
    page.wait_for_function("() => window.jupyterapp.shell.currentWidget?.context?.path.endsWith('growing.ipynb')")
    panel = page.get_by_role("region", name="Write a course")
    expect(panel.get_by_label("Name in the gradebook")).to_have_value("answer_2_check")
    hand.line("Under **Add a standard** type `PCT.2`; Enter.", *_standard(hand, panel))
    expect(panel.locator(".plnb-Finding:not([data-plnb-severity=advice])")).to_have_count(0)
    hand.line("**Ctrl S** saves.", lambda: hand.press("Control+s"))
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")


def _student(lab: Lab, page: Page, course: Path) -> None:
    """A student opens what was released, chooses, asks for the check, answers, and hands in as a folder."""
    unit = Path(shutil.copytree(course / "release" / "first-steps", lab.root / "anna" / "first-steps"))
    lab.open(page, "anna/first-steps/growing.ipynb")
    ids = page.evaluate(
        f"""() => Object.fromEntries(
          {NOTEBOOK}.widgets.map(cell => [cell.model.getMetadata('nbgrader')?.grade_id ?? cell.model.id, cell.model.id])
        )"""
    )
    assert "50 * 1.2" not in (unit / "growing.ipynb").read_text("utf-8")
    page.get_by_role("radio", name="In a greenhouse").check()
    page.wait_for_function(f"id => {NOTEBOOK}.widgets.find(c => c.model.id === id).isHidden", arg=ids["answer_2_check"])
    tests = card(page, ids["answer_check"])
    put(page, ids["answer_answer"], "answer = None")
    tests.get_by_role("button", name="Check my answer").click()
    _above(tests)
    expect(tests).to_contain_text("Write a number.")
    tests.get_by_role("button", name="I would like a hint").click()
    expect(tests).to_contain_text("What are 100 % here?")
    put(page, ids["answer_answer"], "answer = 50 + 10")
    page.get_by_role("button", name="Check my answer").first.click()
    idle(page)
    expect(tests).to_contain_text("Passed.")
    page.keyboard.press("Control+s")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    shutil.copytree(unit, course / "submitted" / "anna" / "first-steps")


def _above(tests: Locator) -> None:
    """What stands above is run, where the check asks for it."""
    again = tests.get_by_role("button", name="Run everything above, then check")
    expect(again.or_(tests.get_by_text("Write a number."))).to_be_visible()
    if again.is_visible():
        again.click()
