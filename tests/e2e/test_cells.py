"""In the notebook: forks, gates, checks, answers, reflections; what the journal hears, and what goes on when things are missing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import serious
from tests.e2e.conftest import Student
from tests.e2e.lab import Lab, Setup, run, theme
from tests.e2e.workbook import NOTEBOOK, activate, answer, card, check, code, idle, place, put, shown, source, write

OURS = (".plnb-card", ".plnb-header")


def kept(page: Page, student: Student, unit: str, kind: str, count: int) -> list[dict[str, object]]:
    """Wait for records of this kind."""
    for _ in range(100):
        found = [record for record in student.journal(unit) if record["kind"] == kind]
        if len(found) >= count:
            break
        page.wait_for_timeout(100)
    assert len(found) == count, found
    return found


def test_a_student_fails_asks_for_a_hint_mends_and_passes(lab: Lab, page: Page, student: Student) -> None:
    lab.open(page, student.notebook("motion", "walking-graphs"))
    tests = card(page, place(page, "corner_check"))
    expect(tests).to_contain_text("Not checked yet.")
    expect(page.locator(".plnb-header")).to_contain_text("0 of 7 checks passed")
    # The tools above have not run: that is no wrong answer, and one press mends it.
    put(page, place(page, "corner_answer"), "corner_position = 400\nwaiting_minutes = 20")
    tests.get_by_role("button", name="Check my answer").click()
    expect(tests).to_contain_text("The code did not run. Python does not know “Real” yet.")
    tests.get_by_role("button", name="Run everything above, then check").click()
    expect(tests).to_contain_text("Not yet. The whole walk takes 14 minutes; the wait is a part of it.")
    expect(tests).not_to_contain_text("Traceback")
    traceback = page.locator(".jp-Cell:has(> .plnb-check[data-state=notyet]) .jp-OutputArea-child")
    expect(traceback).to_be_hidden()
    tests.get_by_role("button", name="Show the Python message").click()
    expect(traceback).to_be_visible()
    expect(traceback).to_contain_text("AssertionError")
    tests.get_by_role("button", name="Hide the Python message").click()
    expect(traceback).to_be_hidden()

    tests.get_by_role("button", name="I would like a hint").click()
    expect(tests.locator(".plnb-hints li")).to_have_count(1)
    put(page, place(page, "corner_answer"), "corner_position = 400\nwaiting_minutes = 3")
    expect(tests).to_contain_text("Your answer is new. Check it again.")
    tests.get_by_role("button", name="Check my answer").click()
    expect(tests).to_contain_text("Passed. It took you 2 tries, and you got there.")
    expect(page.locator(".plnb-header")).to_contain_text("1 of 7 checks passed")
    tests.get_by_role("button", name="I can do this").click()
    expect(tests.get_by_role("button", name="I can do this")).to_have_attribute("aria-pressed", "true")

    attempts = kept(page, student, "motion", "attempt", 3)
    assert [attempt["verdict"] for attempt in attempts] == ["not_attempted", "failed", "passed"]
    assert attempts[2]["hints"] == 1
    assert attempts[1]["message"] == "The whole walk takes 14 minutes; the wait is a part of it."
    assert [hint["rung"] for hint in kept(page, student, "motion", "hint_shown", 1)] == [1]
    assert [(said["standard"], said["level"]) for said in kept(page, student, "motion", "self_assessed", 1)] == [
        ("SL.MOT.1", "proficient")
    ]

    # After a reload: the check is passed, the hint is still open, and nothing was told twice.
    run(page, "docmanager:save")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    lab.open(page, student.notebook("motion", "walking-graphs"))
    tests = card(page, place(page, "corner_check"))
    expect(tests).to_contain_text("Passed.")
    expect(tests.locator(".plnb-hints li")).to_have_count(1)
    assert [record["kind"] for record in student.journal("motion")].count("attempt") == 3


def test_run_all_on_a_fresh_notebook_says_what_is_missing_and_counts_no_tries(lab: Lab, page: Page, student: Student) -> None:
    lab.open(page, student.notebook("motion", "walking-graphs"))
    run(page, "notebook:run-all-cells")
    idle(page)
    for name in ("corner_check", "fastest_check", "sam_check"):
        expect(card(page, place(page, name))).to_contain_text("Not answered yet.")
    assert not [record for record in student.journal("motion") if record["kind"] == "attempt"]


def test_chips_say_what_a_check_is_about(lab: Lab, page: Page, student: Student) -> None:
    lab.open(page, student.notebook("motion", "walking-graphs"))
    tests = card(page, place(page, "corner_check"))
    chip = tests.get_by_role("button", name="Position–time graphs")
    tip = tests.get_by_role("tooltip")
    expect(tip).to_be_hidden()
    chip.focus()
    expect(tip).to_contain_text("Read a graph of position against time")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    chip.blur()
    chip.hover()
    expect(tip).to_be_visible()


def test_a_choice_is_kept_and_said_and_one_can_change_ones_mind(lab: Lab, page: Page, student: Student) -> None:
    path = student.notebook("slope-and-lines", "meet-slope")
    lab.open(page, path)
    fork = card(page, "fork-rep")
    expect(fork.get_by_role("group", name="How would you like to meet slope?")).to_be_visible()
    expect(fork.get_by_role("radio")).to_have_count(4)
    expect(fork.locator(".plnb-facts").first).to_have_text("about 10 minutes · with pictures")
    expect(page.locator(".plnb-said-below")).to_be_hidden()
    fork.get_by_label("In a story").check()
    expect(fork.get_by_role("status")).to_contain_text("You chose “In a story”")
    assert "story-intro" in shown(page)
    fork.get_by_label("In a graph").check()
    assert "story-intro" not in shown(page)
    assert "graph-intro" in shown(page)
    choices = kept(page, student, "slope-and-lines", "choice_made", 2)
    assert [choice["options"] for choice in choices] == [["story"], ["graph"]]


def test_an_option_that_fits_is_suggested_with_its_why(lab: Lab, page: Page, student: Student) -> None:
    path = student.notebook("slope-and-lines", "meet-slope")
    nobody = {"interests": [], "formats": [], "access": []}
    lab.call("PUT", f"plnb/api/profile?path={path}", nobody | {"interests": ["machines"], "formats": ["code"]})
    try:
        lab.open(page, path)
        suggested = card(page, "fork-rep").locator(".plnb-option", has_text="In code")
        expect(suggested).to_contain_text("Suggested.")
        expect(suggested).to_contain_text("machines")
        expect(card(page, "fork-rep").locator(".plnb-suggested")).to_have_count(1)
    finally:
        lab.call("PUT", f"plnb/api/profile?path={path}", nobody)


def test_a_choice_made_in_python_holds_in_the_notebook_too(lab: Lab, page: Page, student: Student) -> None:
    path = student.notebook("slope-and-lines", "meet-slope")
    lab.call("POST", "plnb/api/records", {"path": path, "records": [{"kind": "choice_made", "fork": "rep", "options": ["table"]}]})
    lab.open(page, path)
    expect(card(page, "fork-rep").get_by_label("In a table")).to_be_checked()
    assert "table-intro" in shown(page)


def test_a_soft_gate_says_what_is_missing_and_lets_go_with_a_note(lab: Lab, page: Page, student: Student) -> None:
    path = student.notebook("slope-and-lines", "write-the-line")
    lab.open(page, path)
    gate = card(page, "gate-line-gate")
    expect(gate).to_contain_text("Not open yet. Best when you are familiar with “Slope from two points”")
    assert shown(page)[-1] == "gate-line-gate"
    gate.get_by_role("button", name="Go on anyway").click()
    gate.get_by_role("textbox").fill("I know this from school.")
    gate.get_by_role("button", name="Go on", exact=True).click()
    expect(gate).to_contain_text("You went on.")
    assert shown(page)[-1] == "write-the-line-reflection"
    (went,) = kept(page, student, "slope-and-lines", "went_on", 1)
    assert (went["gate"], went["note"]) == ("line-gate", "I know this from school.")
    # Fetched again, with a fresh copy of the notebook, the journal remembers.
    page.wait_for_timeout(200)
    fresh = json.loads(student.file("slope-and-lines", "write-the-line").read_text())
    assert "plnb" not in fresh["metadata"]
    lab.open(page, path)
    expect(card(page, "gate-line-gate")).to_contain_text("You went on.")


def test_a_gate_opens_when_what_it_asks_for_is_there(lab: Lab, page: Page, student: Student) -> None:
    path = student.notebook("slope-and-lines", "write-the-line")
    lab.open(page, path)
    expect(card(page, "gate-line-gate")).to_contain_text("Not open yet.")
    checks = ["down_check", "reason_check", "formula_check", "graph_slope_check", "graph_meaning_check"]
    view = lab.call("GET", f"plnb/api/course?path={path}")
    known = [
        c["id"] for unit in view["units"] for node in unit["nodes"] for c in node.get("checks", []) if node["id"] == "meet-slope"
    ]
    records = [{"kind": "attempt", "activity": "meet-slope", "check": name} for name in known]
    assert records, checks
    lab.call(
        "POST",
        "plnb/api/records",
        {"path": path, "records": [{"kind": "choice_made", "fork": "rep", "options": ["graph"]}, *records]},
    )
    run(page, "plnb:refresh") if page.evaluate("() => window.jupyterapp.commands.hasCommand('plnb:refresh')") else lab.open(
        page, path
    )
    expect(card(page, "gate-line-gate")).to_contain_text("Open, because you are familiar with “Slope from two points”.")
    assert shown(page)[-1] == "write-the-line-reflection"


def test_a_reflection_is_the_cells_own_text_and_a_record(lab: Lab, page: Page, student: Student) -> None:
    path = student.notebook("start-here", "welcome-check")
    lab.open(page, path)
    voices = "cell => ['reflect', 'goal'].includes(cell.model.getMetadata('plnb')?.role)"
    thought, goal = page.evaluate(f"() => {NOTEBOOK}.widgets.filter({voices}).map(cell => cell.model.id)")
    evil = "<img src=x onerror=alert(1)> **I draw**\n\ndd"
    card(page, thought).get_by_role("textbox").fill(evil)
    card(page, thought).get_by_role("button", name="Keep this").click()
    expect(card(page, thought)).to_contain_text("Kept,")
    assert source(page, thought) == evil
    card(page, goal).get_by_role("textbox").first.fill("Read a graph in the news")
    card(page, goal).get_by_label("By when?").fill("2031-05-04")
    card(page, goal).get_by_role("button", name="Keep this goal").click()
    expect(card(page, goal)).to_contain_text("Kept,")
    (said,) = kept(page, student, "start-here", "reflected", 1)
    assert (said["prompt"], said["text"]) == ("about-me", evil)
    (aim,) = kept(page, student, "start-here", "goal_set", 1)
    assert aim["text"] == "Read a graph in the news"
    assert str(aim["by"]).startswith("2031-05-04")
    lab.open(page, path)
    expect(card(page, thought).get_by_role("textbox")).to_have_value(evil)
    expect(card(page, goal).get_by_label("By when?")).to_have_value("2031-05-04")


def test_a_thought_that_is_kept_and_saved_at_once_is_on_disk_and_nothing_is_asked(lab: Lab, page: Page, student: Student) -> None:
    lab.open(page, student.notebook("start-here", "welcome-check"))
    thought = card(page, "about-me")
    for words in ("Maps.", "Maps, and the sea.", "Maps, the sea and trains."):
        thought.get_by_role("textbox").fill(words)
        thought.get_by_role("button", name="Keep this").click()
        page.evaluate(
            """() => {
              window.saved = false;
              window.jupyterapp.shell.currentWidget.context.save().then(() => { window.saved = true; });
            }"""
        )
        page.wait_for_function("() => window.saved || document.querySelector('.jp-Dialog')")
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert words in student.file("start-here", "welcome-check").read_text()


def test_an_answer_by_form_is_plain_code_and_own_code_is_left_alone(lab: Lab, page: Page, student: Student) -> None:
    lab.open(page, student.notebook("motion", "walking-graphs"))
    name = place(page, "fastest_answer")
    form = card(page, name)
    form.get_by_label("C").check()
    assert re.search(r'^fastest_piece = "C"$', source(page, name), re.MULTILINE)
    editor = page.locator(".jp-Cell:has(> .plnb-response) .jp-InputArea-editor")
    expect(editor).to_be_hidden()
    form.get_by_role("button", name="Show the code").click()
    expect(editor).to_be_visible()
    form.get_by_role("button", name="Back to the form").click()
    put(page, name, "pieces = 'ABC'\nfastest_piece = max(pieces)")
    expect(form).to_contain_text("This answer is written in code.")
    expect(editor).to_be_visible()
    assert source(page, name) == "pieces = 'ABC'\nfastest_piece = max(pieces)"


def test_options_have_words_of_their_own_and_formulas_are_drawn(lab: Lab, page: Page, served: Path) -> None:
    labels = {"A": "from 0 to 5 minutes", "B": "half of it, $\\frac{1}{2}$"}
    message = "'Think of $\\\\frac{1}{2}$. It costs $5 or $6.'"
    cells = [
        answer("pick", "pick = None", role="response", widget="choice", name="pick", options=["A", "B"], labels=labels),
        check("pick_check", f"assert pick == 'B', {message}", hints=["Use `x` in $y = \\frac{a}{b}$."]),
    ]
    write(served / "words.ipynb", cells)
    lab.open(page, "words.ipynb")
    form, tests = card(page, "pick"), card(page, "pick_check")
    form.get_by_label("from 0 to 5 minutes").check()
    assert source(page, "pick") == 'pick = "A"'
    expect(form.locator("mjx-container")).to_have_count(1)
    tests.get_by_role("button", name="Check my answer").click()
    expect(tests.get_by_role("status").locator("mjx-container")).to_have_count(1)
    expect(tests).to_contain_text("It costs $5 or $6.")
    tests.get_by_role("button", name="I would like a hint").click()
    expect(tests.locator(".plnb-hints mjx-container")).to_have_count(1)
    expect(tests.locator(".plnb-hints code")).to_have_text("x")


def test_locked_cells_say_so_and_are(lab: Lab, page: Page, student: Student) -> None:
    lab.open(page, student.notebook("motion", "walking-graphs"))
    name = place(page, "corner_check")
    before = source(page, name)
    card(page, name)
    locked = page.locator(".jp-Cell:has(> .plnb-check)").first
    mark = "node => getComputedStyle(node.querySelector('.jp-Cell-inputWrapper'), '::after').content"
    assert locked.evaluate(mark) == '"locked"'
    activate(page, name)
    page.keyboard.press("Enter")
    page.keyboard.type("assert True")
    page.keyboard.press("Escape")
    assert source(page, name) == before


def test_a_restart_of_python_in_the_middle_of_a_check_is_said(lab: Lab, page: Page, served: Path) -> None:
    write(served / "slow.ipynb", [code("import time", name="start"), check("slow_check", "import time; time.sleep(60)")])
    lab.open(page, "slow.ipynb")
    tests = card(page, "slow_check")
    tests.get_by_role("button", name="Check my answer").click()
    expect(tests).to_contain_text("Checking …")
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    expect(tests).to_contain_text("Not checked. Python was stopped or started anew")
    expect(tests.get_by_role("button", name="Run everything above, then check")).to_be_visible()


def test_part_of_the_points_is_said_as_part(lab: Lab, page: Page, served: Path) -> None:
    write(served / "part.ipynb", [check("part_check", "1.5", points=2)])
    lab.open(page, "part.ipynb")
    card(page, "part_check").get_by_role("button", name="Check my answer").click()
    expect(card(page, "part_check")).to_contain_text("Partly there: 75 %.")


def test_without_the_server_extension_all_goes_on_and_it_is_said_once(
    start_lab: Callable[[Setup], Lab], page: Page, student: Student
) -> None:
    server = start_lab(Setup(extension=False))
    server.open(page, student.notebook("slope-and-lines", "meet-slope"))
    expect(page.locator(".plnb-problem")).to_have_text(["Your tries are not being kept here. Everything else works."])
    card(page, "fork-rep").get_by_label("In a graph").check()
    put(page, place(page, "graph_slope_answer"), "bath_across = 6\nbath_up = 15\nbath_slope = 2")
    run(page, "notebook:run-all-cells")
    idle(page)
    tests = card(page, place(page, "graph_slope_check"))
    expect(tests).to_contain_text("Not yet. Slope times the way across should be the way up.")
    tests.get_by_role("button", name="I would like a hint").click()
    expect(tests.locator(".plnb-hints li")).to_have_count(1)
    assert not (student.folder / "slope-and-lines" / "journal").exists()
    server.open(page, student.notebook("slope-and-lines", "write-the-line"))
    assert shown(page)[-1] == "write-the-line-reflection", "where nobody knows what is missing, a gate is open"


def test_a_notebook_that_is_not_ours_is_left_alone(lab: Lab, page: Page, served: Path) -> None:
    cell = code("1 + 1", name="plain")
    del cell["metadata"]["plnb"]
    write(served / "plain.ipynb", [cell])
    lab.open(page, "plain.ipynb")
    page.wait_for_timeout(500)
    assert page.locator(".plnb-card, .plnb-header").count() == 0


def test_metadata_that_nobody_can_read_harms_nothing(lab: Lab, page: Page, served: Path) -> None:
    odd: list[object] = [
        None,
        7,
        "x",
        [],
        {},
        {"role": "fork"},
        {"role": "fork", "id": "f", "prompt": "?", "options": [3]},
        {"role": "toString"},
        {"role": "check", "hints": 3},
        {"role": "response", "widget": "choice", "name": "a b"},
        {"branch": 3, "role": "explain"},
    ]
    cells = [code("1", name=f"odd-{number}") for number in range(len(odd))]
    for cell, plnb in zip(cells, odd, strict=True):
        cell["metadata"]["plnb"] = plnb
    path = write(served / "odd.ipynb", cells)
    notebook = json.loads(path.read_text())
    notebook["metadata"]["plnb"] = {"choices": "none", "gates_passed": 3}
    path.write_text(json.dumps(notebook))
    lab.open(page, "odd.ipynb")
    run(page, "notebook:run-all-cells")
    idle(page)
    assert len(shown(page)) == len(odd)
    assert page.locator(".plnb-card").count() == 0


@pytest.mark.parametrize("look", ["light", "dark"])
def test_axe_finds_nothing_serious_in_our_cards(lab: Lab, page: Page, student: Student, look: str) -> None:
    lab.open(page, student.notebook("slope-and-lines", "meet-slope"))
    theme(page, look)  # type: ignore[arg-type]
    try:
        card(page, "fork-rep").get_by_label("In a graph").check()
        put(page, place(page, "graph_slope_answer"), "bath_across = 6\nbath_up = 15\nbath_slope = 2")
        put(page, place(page, "graph_meaning_answer"), "rise_in_one = 2.5\nrise_in_four = 10")
        run(page, "notebook:run-all-cells")
        idle(page)
        for name in ("graph_slope_check", "graph_meaning_check"):
            tests = card(page, place(page, name))
            hint = tests.get_by_role("button", name="I would like a hint")
            if hint.count():
                hint.click()
            assert serious(page, *OURS) == []
        card(page, "fork-rep")
        assert serious(page, *OURS) == []
        card(page, "meet-slope-reflection")
        assert serious(page, *OURS) == []
        lab.open(page, student.notebook("slope-and-lines", "write-the-line"))
        card(page, "gate-line-gate").get_by_role("button", name="Go on anyway").click()
        assert serious(page, *OURS) == []
        lab.open(page, student.notebook("motion", "walking-graphs"))
        card(page, place(page, "fastest_answer"))
        assert serious(page, *OURS) == []
    finally:
        theme(page, "light")


def test_cards_fit_a_narrow_screen_and_double_size(lab: Lab, new_page: Callable[..., Page], student: Student) -> None:
    page = new_page(768, 900)
    lab.open(page, student.notebook("slope-and-lines", "meet-slope"))
    if page.locator("#jp-left-stack").is_visible():
        run(page, "application:toggle-left-area")
    for zoom in ("100%", "200%"):
        page.evaluate("zoom => { document.querySelector('.jp-NotebookPanel').style.zoom = zoom; }", zoom)
        fork = card(page, "fork-rep")
        expect(fork).to_be_visible()
        wide = fork.evaluate(
            "node => [node.scrollWidth - node.clientWidth, node.querySelector('.plnb-option').getBoundingClientRect().width]"
        )
        assert wide[0] <= 1, "nothing sticks out"
        assert wide[1] >= 150
