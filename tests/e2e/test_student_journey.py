"""One student's whole way, in the real JupyterLab and in Notebook 7: from the first visit to what the grader sends back."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Student
from tests.e2e.lab import Lab, ready, run
from tests.e2e.workbook import card, kernel_restarts, place, put, runs_all, saves

UNIT = "slope-and-lines"

DIAGNOSTIC = {
    "evening_answer": "evening = -2",
    "milk_answer": "milk = 3 / 4 * 2.5",
    "point_a_answer": "a_minutes = 15\na_litres = 80",
    "place_point_answer": "right = 4\nup = 5",
    "ticket_answer": "one_ticket = 15 / 6",
    "slope_answer": "slope = -2",  # what this student is going to learn
    "taxi_answer": "price = 16\nkilometres = 14",
}
ON_SLOPE = {
    "candle_answer": "candle_slope = -2",
    "three_points_answer": "slope_ab = 1.5\nslope_bc = 1.5\non_one_line = True",
}


@pytest.fixture(params=["lab", "notebook7"])
def jupyter(request: pytest.FixtureRequest) -> Lab:
    """A JupyterLab, and a Notebook 7."""
    server: Lab = request.getfixturevalue(request.param)
    return server


def test_a_student_finds_a_way_from_the_first_visit_to_the_teachers_answer(
    jupyter: Lab, page: Page, student: Student, released: Path, exchange: Path, tmp_path: Path
) -> None:
    welcome, slope, line = (
        student.notebook("start-here", "welcome-check"),
        student.notebook(UNIT, "meet-slope"),
        student.notebook(UNIT, "write-the-line"),
    )
    try:
        # The first visit: where to begin.
        jupyter.open(page, welcome)
        panel = my_path(page)
        expect(panel.get_by_text("New here?")).to_be_visible()
        expect(panel.locator(".plnb-Next-card").first).to_contain_text("What do you know already?")

        # The profile, and what it changes.
        panel.get_by_role("tab", name="Me").click()
        panel.get_by_label("music").check()
        expect(panel.get_by_text("Saved.")).to_have_count(1)
        panel.get_by_role("tab", name="Path").click()

        # The diagnostic: one answer after the other, then everything is run.
        expect(page.get_by_role("region", name="This activity")).to_contain_text("0 of 7 checks passed")
        for name, text in DIAGNOSTIC.items():
            put(page, place(page, name), text)
        runs_all(page)
        expect(page.get_by_role("region", name="This activity")).to_contain_text("6 of 7 checks passed")

        # A choice between activities, by interest.
        unfold(panel, "Steady change")
        way = panel.locator(".plnb-Map .plnb-Way", has_text="In music")
        expect(way).to_contain_text("Fits you")
        way.get_by_role("button", name="Choose: In music").click()
        expect(panel.locator(".plnb-Way.plnb-mod-chosen")).to_contain_text("In step with a song")

        # A fork inside a notebook: only the way that was chosen is there.
        unfold(panel, "Slope and lines")
        page = follow(jupyter, page, panel.get_by_role("button", name="Meet slope", exact=True), slope)
        card(page, "fork-rep").get_by_label("In a graph").check()
        expect(card(page, "fork-rep").get_by_role("status")).to_contain_text("You chose “In a graph”")
        put(page, place(page, "graph_slope_answer"), "bath_across = 6\nbath_up = 15\nbath_slope = 2")
        runs_all(page)
        tests = card(page, place(page, "graph_slope_check"))
        expect(tests).to_contain_text("Not yet. Slope times the way across should be the way up.")
        saves(page)

        # A second tab knows what was chosen in the first, and the first what was asked in the second; a gate stands closed there.
        other = page.context.new_page()
        jupyter.open(other, slope)
        expect(card(other, "fork-rep").get_by_label("In a graph")).to_be_checked()
        card(other, place(other, "graph_slope_check")).get_by_role("button", name="I would like a hint").click()
        expect(card(other, place(other, "graph_slope_check")).locator(".plnb-hints li")).to_have_count(1)
        jupyter.open(other, line)
        expect(card(other, "gate-line-gate")).to_contain_text(
            "Not open yet. Best when you are familiar with “Slope from two points”"
        )

        # The page is loaded again: way, verdict and hint are all still there.
        page.reload()
        ready(page)
        tests = card(page, place(page, "graph_slope_check"))
        expect(tests).to_contain_text("Not yet. Slope times the way across should be the way up.")
        expect(tests.locator(".plnb-hints li")).to_have_count(1)

        # Python is started anew: one press runs what the check needs, and the mended answer passes.
        kernel_restarts(page)
        put(page, place(page, "graph_slope_answer"), "bath_across = 6\nbath_up = 15\nbath_slope = 2.5")
        tests.get_by_role("button", name="Check my answer").click()
        expect(tests).to_contain_text("The code did not run. Python does not know “is_number” yet.")
        tests.get_by_role("button", name="Run everything above, then check").click()
        expect(tests).to_contain_text("Passed.")
        for name, text in ON_SLOPE.items():
            put(page, place(page, name), text)
        runs_all(page)
        expect(page.get_by_role("region", name="This activity")).to_contain_text("3 of ")
        saves(page)

        # The gate in the other tab opens.
        run(other, "plnb:refresh")
        expect(card(other, "gate-line-gate")).to_contain_text("Open, because you are familiar with “Slope from two points”.")

        # A goal, and a reflection.
        panel = my_path(page)
        panel.get_by_role("tab", name="Goals").click()
        panel.get_by_role("button", name="Add a goal").click()
        panel.get_by_role("textbox", name="My goal").fill("Read a graph in the news")
        panel.get_by_role("button", name="Keep").click()
        expect(panel.locator(".plnb-Goal .plnb-Said")).to_have_text("Read a graph in the news")
        thought = card(other, "write-the-line-reflection")
        thought.get_by_role("textbox").fill("A slope is how much for one step.")
        thought.get_by_role("button", name="Keep this").click()
        expect(thought).to_contain_text("Kept,")
        saves(other)
        other.close()

        # Handed in; the teacher grades it; what came back is read, and counts.
        panel.get_by_role("tab", name="Path").click()
        panel.get_by_role("button", name="Hand in: Slope and lines").click()
        expect(panel.locator(".plnb-Good")).to_contain_text("Handed in: today", timeout=120_000)
        teacher_hands_back(released.parent, exchange, tmp_path / "teacher")
        panel.get_by_role("button", name="Look for feedback").click()
        expect(panel.locator(".plnb-Fetch")).to_contain_text("2 new pages came back.", timeout=120_000)
        panel.get_by_role("tab", name="Skills").click()
        skill = panel.locator(".plnb-Skill", has_text="Slope from two points")
        skill.locator("summary").click()
        expect(skill.locator(".plnb-Evidence")).to_contain_text("graded")
        tests = card(page, place(page, "graph_slope_check"))
        expect(tests).to_contain_text("Your teacher’s tests passed, too.")

        panel.get_by_role("tab", name="Path").click()
        back = panel.locator(".plnb-Back button", has_text="Meet slope")
        if jupyter.app == "notebook":
            with page.expect_popup() as opened:
                back.click()
            read = opened.value
        else:
            back.click()
            read = page
        expect(read.frame_locator(".jp-HTMLViewer iframe").get_by_role("heading", level=1)).to_contain_text("Meet slope")
    finally:
        jupyter.call("PUT", f"plnb/api/profile?path={welcome}", {"interests": [], "formats": [], "access": []})

    answers = [record["verdict"] for record in student.journal("start-here") if record["kind"] == "attempt"]
    assert (answers.count("passed"), answers.count("failed")) == (6, 1)
    kinds = [record["kind"] for record in student.journal(UNIT)]
    assert kinds.count("hint_shown") == 1
    assert {"choice_made", "attempt", "hint_shown", "goal_set", "reflected"} == set(kinds)


def my_path(page: Page) -> Locator:
    """Open the panel by the button that a student sees in the notebook's toolbar."""
    page.get_by_role("button", name="Show my path").click()
    panel = page.get_by_role("region", name="My path", exact=True)
    expect(panel).to_be_visible()
    return panel


def unfold(panel: Locator, unit: str) -> None:
    head = panel.locator(".plnb-Station-head button", has_text=unit)
    if head.get_attribute("aria-expanded") == "false":
        head.click()


def follow(jupyter: Lab, page: Page, link: Locator, path: str) -> Page:
    """Click a link to a notebook: JupyterLab shows it in the same page, Notebook 7 in a page of its own. Gives back that page."""
    if jupyter.app == "notebook":
        with page.expect_popup() as opened:
            link.click()
        page = opened.value
        page.wait_for_load_state("domcontentloaded")
    else:
        link.click()
        page.wait_for_function("path => window.jupyterapp.shell.currentWidget?.context?.path === path", arg=path)
    ready(page)
    return page


def teacher_hands_back(course: Path, exchange: Path, desk: Path) -> None:
    """What a teacher does with the latest hand-in: collect, `plnb grade`, `plnb feedback`, release the feedback."""
    from nbgrader.utils import notebook_hash

    shutil.copytree(course, desk)
    handed_in = max((exchange / course.name / "inbound").glob(f"*+{UNIT}+*"), key=lambda folder: folder.stat().st_mtime)
    who = handed_in.name.split("+")[0]
    shutil.copytree(handed_in, desk / "submitted" / who / UNIT)
    plnb = str(Path(sys.executable).with_name("plnb"))
    subprocess.run([plnb, "grade", UNIT, "-j", "1", "--unsafe-no-sandbox", "-C", str(desk)], check=True, capture_output=True)
    subprocess.run([plnb, "feedback", UNIT, "-C", str(desk)], check=True, capture_output=True)
    secret = (handed_in / "submission_secret.txt").read_text()
    (exchange / course.name / "feedback").mkdir(exist_ok=True)
    for page in sorted((desk / "feedback" / who / UNIT).glob("*.html")):
        name = notebook_hash(secret=secret, notebook_id=page.stem)
        shutil.copy(page, exchange / course.name / "feedback" / f"{name}.html")
