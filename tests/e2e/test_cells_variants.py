"""In the notebook: the same question with other numbers, for who has tried it."""

from __future__ import annotations

from pathlib import Path

from nbformat.v4 import new_code_cell
from playwright.sync_api import Page, expect

from tests.e2e.axe import serious
from tests.e2e.conftest import Student
from tests.e2e.lab import Lab
from tests.e2e.test_cells import kept
from tests.e2e.workbook import NOTEBOOK, answer, card, check, idle, place, prose, put, source, write

GIVEN = "variant = 1\nside = 2 + variant\nprint('The side is', side)"


def square(served: Path, name: str, variants: int) -> str:
    """A question whose side varies, and one that is always the same."""
    given = new_code_cell(
        GIVEN, id="given", metadata={"plnb": {"schema_version": 1, "role": "vary", "name": "variant", "variants": variants}}
    )
    cells = [
        prose("# A square", name="top"),
        given,
        answer("area", "area = None"),
        check("area_check", "assert area == side**2, 'Side times side.'"),
        answer("fixed", "fixed = None"),
        check("fixed_check", "assert fixed == 1"),
    ]
    for cell in cells:
        cell["id"] = cell["metadata"].get("nbgrader", {}).get("grade_id", cell["id"])
    write(served / f"{name}.ipynb", cells)
    return f"{name}.ipynb"


def output(page: Page) -> str:
    return str(
        page.evaluate(
            f"() => {NOTEBOOK}.widgets.find(cell => cell.model.id === 'given').model.outputs.toJSON().map(o => o.text).join('')"
        )
    )


def test_who_has_tried_asks_for_other_numbers_and_passes_on_them(lab: Lab, page: Page, served: Path) -> None:
    lab.open(page, square(served, "square", 20))
    tests = card(page, "area_check")
    other = tests.get_by_role("button", name="Try it with other numbers")
    expect(tests).to_contain_text("Not checked yet.")
    expect(other).to_have_count(0)

    put(page, "area", "area = 9")
    tests.get_by_role("button", name="Check my answer").click()
    # The cells above have not run, and that is no try.
    expect(other).to_have_count(0)
    tests.get_by_role("button", name="Run everything above, then check").click()
    expect(tests).to_contain_text("Passed.")

    # By keyboard, and the focus stays on the button: there are more.
    other.focus()
    page.keyboard.press("Enter")
    expect(tests.get_by_role("status")).to_contain_text(
        "New numbers. The numbers above have changed: work out your answer anew, then check it."
    )
    expect(other).to_be_focused()
    idle(page)
    assert source(page, "given") == GIVEN.replace("variant = 1", "variant = 2")
    assert output(page) == "The side is 4\n"
    assert source(page, "area") == "area = 9", "what the student wrote is the student's to change"
    assert serious(page, ".plnb-card") == []

    tests.get_by_role("button", name="Check my answer").click()
    expect(tests).to_contain_text("Not yet. Side times side.")
    put(page, "area", "area = 16")
    tests.get_by_role("button", name="Check my answer").click()
    expect(tests).to_contain_text("Passed.")

    fixed = card(page, "fixed_check")
    put(page, "fixed", "fixed = 1")
    fixed.get_by_role("button", name="Check my answer").click()
    expect(fixed).to_contain_text("Passed.")
    expect(fixed.get_by_role("button", name="Try it with other numbers")).to_have_count(0)


def test_after_the_last_numbers_come_the_first_and_it_can_be_undone(lab: Lab, page: Page, served: Path) -> None:
    lab.open(page, square(served, "squares", 2))
    tests = card(page, "area_check")
    put(page, "area", "area = 1")
    tests.get_by_role("button", name="Check my answer").click()
    tests.get_by_role("button", name="Run everything above, then check").click()
    expect(tests).to_contain_text("Not yet.")
    other = tests.get_by_role("button", name="Try it with other numbers")
    other.click()
    idle(page)
    assert source(page, "given").startswith("variant = 2\n")
    page.evaluate(f"() => {NOTEBOOK}.widgets.find(cell => cell.model.id === 'given').model.sharedModel.undo()")
    assert source(page, "given") == GIVEN
    expect(tests).to_contain_text("New numbers.")
    for number in ("2", "1"):
        other.click()
        idle(page)
        assert source(page, "given").startswith(f"variant = {number}\n")


def test_the_journal_hears_which_numbers_a_try_was_about(lab: Lab, page: Page, student: Student) -> None:
    lab.open(page, student.notebook("start-here", "number-refresher"))
    tests = card(page, place(page, "submarine_check"))
    put(page, place(page, "submarine_answer"), "submarine = -43")
    tests.get_by_role("button", name="Check my answer").click()
    tests.get_by_role("button", name="Run everything above, then check").click()
    expect(tests).to_contain_text("Passed.")
    tests.get_by_role("button", name="Try it with other numbers").click()
    expect(tests).to_contain_text("New numbers.")
    put(page, place(page, "submarine_answer"), "submarine = at_first + rises - dives")
    tests.get_by_role("button", name="Check my answer").click()
    expect(tests).to_contain_text("Passed.")
    attempts = kept(page, student, "start-here", "attempt", 3)
    assert [(attempt["verdict"], attempt["seed"]) for attempt in attempts] == [("not_attempted", 1), ("passed", 1), ("passed", 2)]
