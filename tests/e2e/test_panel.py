"""The panel “My path” in the real JupyterLab and Notebook 7: what a student sees, does, and finds again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.axe import cut_off, serious
from tests.e2e.conftest import Student
from tests.e2e.lab import Lab, Setup, ready, run, theme

TABS = {"Path": "plnb:open-path", "Skills": "plnb:open-skills", "Goals": "plnb:open-goals", "Me": "plnb:open-profile"}
EVIL = "<img src=x onerror=\"document.title='hacked'\"> & <b>bold</b>"


def open_panel(lab: Lab, page: Page, path: str, tab: str = "Path") -> Locator:
    """Open a notebook or folder with the panel beside it; gives back the panel."""
    lab.open(page, path)
    run(page, TABS[tab])
    panel = page.get_by_role("region", name="My path", exact=True)
    expect(panel).to_be_visible()
    return panel


def unfold(panel: Locator) -> None:
    """Open everything that can be opened."""
    closed = panel.locator(".plnb-Station-head [aria-expanded=false]")
    while closed.count():
        closed.first.click()
    panel.evaluate("node => node.querySelectorAll('details').forEach(each => { each.open = true; })")


def say(lab: Lab, path: str, *records: dict[str, object]) -> None:
    """What happened before."""
    lab.call("POST", "plnb/api/records", {"path": path, "records": list(records)})


def passed(activity: str, *checks: str) -> list[dict[str, object]]:
    return [{"kind": "attempt", "activity": activity, "check": check} for check in checks]


def journal(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for file in sorted(folder.glob("journal/*.jsonl")) for line in file.read_text().splitlines()]


def active_cell(page: Page) -> dict[str, dict[str, str]]:
    metadata: dict[str, dict[str, str]] = page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.activeCell.model.sharedModel.getMetadata()"
    )
    return metadata


def test_a_first_visit_shows_where_to_begin_the_whole_way_and_what_opens_what_is_closed(
    lab: Lab, page: Page, student: Student
) -> None:
    panel = open_panel(lab, page, student.notebook("slope-and-lines", "meet-slope"))
    following = panel.locator(".plnb-Next-card")
    expect(following.first).to_contain_text("What do you know already?")
    expect(following.first).to_contain_text("15 min")
    assert 1 <= following.count() <= 3
    expect(panel.get_by_text("New here?")).to_be_visible()
    stations = panel.locator(".plnb-Station-title").all_inner_texts()
    assert stations == ["Start here", "Steady change", "Slope and lines", "Motion", "Real data"]
    unfold(panel)
    locked = panel.locator(".plnb-Stop[data-plnb-state=locked]")
    assert locked.count() >= 1
    for stop in locked.all():
        expect(stop).to_contain_text("Not open yet")
        expect(stop).to_contain_text(re.compile(r"Opens when .+\."))
    expect(panel.locator("[aria-current=step]")).to_have_text("Meet slope")

    panel.get_by_role("button", name="How would you like to meet slope?").click()
    page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget.content.activeCell.model.sharedModel.getMetadata().plnb?.id === 'rep'"
    )
    panel.get_by_role("button", name="Start: What do you know already?").click()
    page.wait_for_function("() => window.jupyterapp.shell.currentWidget?.context?.path.endsWith('welcome-check.ipynb')")
    ready(page)
    expect(panel.locator("[aria-current=step]")).to_have_text("What do you know already?")


def test_a_way_is_chosen_changed_and_found_again_after_a_reload(lab: Lab, page: Page, student: Student) -> None:
    panel = open_panel(lab, page, student.notebook("steady-change", "unit-rates"))
    sport = panel.locator(".plnb-Map").get_by_role("button", name="Choose: In sport")
    music = panel.locator(".plnb-Map").get_by_role("button", name="Choose: In music")
    sport.click()
    expect(sport).to_have_attribute("aria-pressed", "true")
    expect(panel.get_by_text("You chose: In sport.")).to_have_count(1)
    expect(panel.locator(".plnb-Way.plnb-mod-chosen")).to_contain_text("In step with a runner")
    music.click()
    expect(music).to_have_attribute("aria-pressed", "true")
    expect(sport).to_have_attribute("aria-pressed", "false")
    chosen = [record["options"] for record in journal(student.folder / "steady-change") if record["kind"] == "choice_made"]
    assert chosen == [["sport"], ["music"]]

    panel = open_panel(lab, page, student.notebook("steady-change", "unit-rates"))
    expect(panel.locator(".plnb-Way.plnb-mod-chosen")).to_contain_text("In step with a song")
    music.click()
    expect(panel.locator(".plnb-Way.plnb-mod-chosen")).to_have_count(0)


def test_a_wish_finds_what_fits_in_interest_form_and_time(lab: Lab, page: Page, student: Student) -> None:
    panel = open_panel(lab, page, student.notebook("start-here", "welcome-check"))
    panel.get_by_text("Find something you feel like").click()
    found = panel.locator(".plnb-Found .plnb-Opener")
    panel.get_by_label("Interest").select_option("music")
    expect(found).to_have_text(["In step with a song"])
    panel.get_by_label("Time").select_option("20")
    expect(panel.get_by_text("Nothing that is open to you fits")).to_be_visible()
    panel.get_by_label("Interest").select_option("")
    expect(found).to_have_text(["What do you know already?"])
    panel.get_by_label("Time").select_option("0")
    panel.get_by_label("Form").select_option("visual")
    expect(found.first).to_have_text("Meet slope")


def test_what_students_say_of_themselves_is_kept_and_changes_what_is_suggested(lab: Lab, page: Page, student: Student) -> None:
    where = student.notebook("steady-change", "unit-rates")
    say(lab, where, *passed("welcome-check", "evening_check", "milk_check", "point_a_check", "place_point_check", "ticket_check"))
    say(
        lab,
        where,
        *passed("unit-rates", "apples_check", "juice_check", "speed_check", "walk_check", "printer_check", "heart_check"),
    )
    panel = open_panel(lab, page, where, "Me")
    try:
        panel.get_by_label("music").check()
        expect(panel.get_by_text("Saved.")).to_have_count(1)
        panel.get_by_label("Stories").check()
        panel.get_by_label("What helps me to work well").fill("more time\nlarge print")
        panel.get_by_role("button", name="Keep").click()
        expect(panel.get_by_role("button", name="Keep")).to_have_count(0)
        assert lab.call("GET", f"plnb/api/profile?path={where}") == {
            "interests": ["music"],
            "formats": ["story"],
            "access": ["more time", "large print"],
        }
        panel.get_by_role("tab", name="Path").click()
        card = panel.locator(".plnb-Next-card", has_text="Where would you like to meet")
        expect(card).to_contain_text("goes with what you like: music")
        expect(card.locator(".plnb-Way", has_text="In music")).to_contain_text("Fits you")
    finally:
        lab.call("PUT", f"plnb/api/profile?path={where}", {})


def test_goals_are_made_changed_reached_and_taken_back(lab: Lab, page: Page, student: Student) -> None:
    panel = open_panel(lab, page, student.notebook("start-here", "welcome-check"), "Goals")
    panel.get_by_role("button", name="Add a goal").click()
    panel.get_by_role("textbox", name="My goal").fill(EVIL)
    panel.get_by_label("By when").fill("2031-03-14")
    panel.get_by_label("What it is about").select_option(label="Slope as a rate")
    panel.get_by_role("button", name="Keep").click()
    goal = panel.locator(".plnb-Goal")
    expect(goal.locator(".plnb-Said")).to_have_text(EVIL)
    expect(goal).to_contain_text(re.compile(r"Slope as a rate · by .*14.*2031"))
    goal.get_by_role("checkbox").check()
    expect(goal).to_contain_text("reached")
    goal.get_by_role("button", name="Change").click()
    panel.get_by_role("textbox", name="My goal").fill("Walk a line")
    panel.get_by_role("button", name="Keep").click()
    expect(goal.locator(".plnb-Said")).to_have_text("Walk a line")
    said = [record for record in journal(student.folder / "start-here") if record["kind"] == "goal_set"]
    assert [record["text"] for record in said] == [EVIL, EVIL, "Walk a line"]
    assert len({record["goal"] for record in said}) == 1
    goal.get_by_role("button", name="Take back").click()
    goal.get_by_role("button", name="Really take it back?").click()
    expect(goal).to_have_count(0)
    assert page.title() != "hacked"


def test_every_level_has_its_answers_one_click_away_and_an_answer_leads_to_where_it_was_given(
    lab: Lab, page: Page, student: Student
) -> None:
    where = student.notebook("start-here", "welcome-check")
    say(lab, where, *passed("welcome-check", "evening_check"))
    wrong = {
        "kind": "attempt",
        "activity": "welcome-check",
        "check": "slope_probe",
        "error": "AssertionError",
        "message": "Count again.",
    }
    say(lab, where, wrong, {"kind": "reflected", "activity": "welcome-check", "prompt": "about-me", "text": "I like maps."})
    panel = open_panel(lab, page, student.notebook("motion", "walking-graphs"), "Skills")
    skill = panel.locator(".plnb-Skill", has_text="Slope from two points")
    expect(skill.locator("summary")).to_contain_text("Started")
    skill.locator("summary").click()
    expect(skill.locator(".plnb-Evidence")).to_contain_text("Not yet right")
    expect(skill.locator(".plnb-Evidence")).to_contain_text("Count again.")
    skill.locator(".plnb-Evidence button").first.click()
    page.wait_for_function(
        """() => {
          const panel = window.jupyterapp.shell.currentWidget;
          const cell = panel?.content?.activeCell?.model.sharedModel.getMetadata();
          // With the focus, too: a notebook that takes it later would let go of the question asked below.
          const there = panel?.content?.node.contains(document.activeElement);
          return there && panel.context.path.endsWith('welcome-check.ipynb') && cell?.nbgrader?.grade_id === 'slope_probe';
        }"""
    )
    panel.get_by_role("tab", name="Goals").click()
    expect(panel.locator(".plnb-Thoughts")).to_contain_text("I like maps.")
    panel.get_by_role("tab", name="Me").click()
    panel.get_by_text("3 lines in my journal").click()
    line = panel.locator(".plnb-Journal li", has_text="I like maps.")
    line.get_by_role("button").click()
    line.get_by_role("button", name="Really delete?").click()
    expect(panel.get_by_text("2 lines in my journal")).to_be_visible()
    assert not any(record["kind"] == "reflected" for record in journal(student.folder / "start-here"))


def test_a_unit_is_handed_in_with_what_is_on_the_screen_and_what_came_back_is_shown(
    lab: Lab, page: Page, student: Student, exchange: Path
) -> None:
    where = student.notebook("start-here", "welcome-check")
    panel = open_panel(lab, page, where)
    page.evaluate(
        """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.insertCell(
          0, {cell_type: 'markdown', source: 'UNSAVED'}
        )"""
    )
    panel.get_by_role("button", name="Hand in: Start here").click()
    expect(panel.locator(".plnb-Good")).to_contain_text("Handed in: today")
    handed_in = sorted((exchange / "straight-lines" / "inbound").glob("*+start-here+*"))[-1]
    assert "UNSAVED" in (handed_in / "welcome-check.ipynb").read_text()
    expect(panel.get_by_role("button", name="Hand in: Start here")).to_have_text("Hand in again")

    folder = student.folder / "start-here" / "feedback" / "2026-10-01 10:00:00.000000 UTC"
    folder.mkdir(parents=True)
    (folder / "welcome-check.html").write_text("<h1>Well argued</h1><script>document.title = 'hacked'</script>")
    run(page, "plnb:refresh")
    panel.locator(".plnb-Back button").click()
    expect(page.frame_locator(".jp-HTMLViewer iframe").get_by_text("Well argued")).to_be_visible()
    assert page.title() != "hacked"


def test_handing_in_that_does_not_work_gives_the_reason(lab: Lab, page: Page, student: Student) -> None:
    (student.folder / "motion").rename(student.folder / "motion-old")
    panel = open_panel(lab, page, student.notebook("motion-old", "walking-graphs"))
    panel.get_by_role("button", name="Hand in: Motion").click()
    expect(panel.locator(".plnb-HandIn .plnb-Notice")).to_contain_text("This unit's folder must be called “motion”")


def test_without_the_server_extension_the_panel_says_so_and_notebooks_work(
    start_lab: Callable[..., Lab], page: Page, student: Student
) -> None:
    server = start_lab(Setup(extension=False))
    panel = open_panel(server, page, student.notebook("start-here", "welcome-check"))
    expect(panel.locator(".plnb-Notice")).to_contain_text("runs without the plnb server extension")
    run(page, "notebook:run-cell")


def test_a_folder_without_a_course_and_a_bundle_from_the_future_are_said_in_a_sentence(
    lab: Lab, page: Page, student: Student, served: Path
) -> None:
    bundle = student.folder / "start-here" / "course.json"
    (served / "elsewhere").mkdir(exist_ok=True)
    panel = open_panel(lab, page, "elsewhere")
    expect(panel.locator(".plnb-Notice")).to_contain_text("no course")
    for folder in student.folder.iterdir():
        if folder.name != "start-here":
            (folder / "course.json").unlink()
    bundle.write_text(json.dumps(json.loads(bundle.read_text()) | {"schema_version": 99}))
    panel = open_panel(lab, page, student.notebook("start-here", "welcome-check"))
    expect(panel.locator(".plnb-Notice")).to_contain_text(re.compile("newer|upgrade", re.IGNORECASE))


def test_what_is_done_while_the_server_is_away_is_kept_and_sent_later(lab: Lab, page: Page, student: Student) -> None:
    panel = open_panel(lab, page, student.notebook("steady-change", "unit-rates"))
    page.route("**/plnb/api/**", lambda route: route.abort())
    panel.locator(".plnb-Map").get_by_role("button", name="Choose: In sport").click()
    expect(panel.locator(".plnb-Notices")).to_contain_text("The server cannot be reached right now.")
    expect(panel.locator(".plnb-Notices")).to_contain_text("One thing waits to be sent.")
    expect(panel.locator(".plnb-Station")).to_have_count(5)
    page.unroute("**/plnb/api/**")
    run(page, "plnb:refresh")
    expect(panel.locator(".plnb-Way.plnb-mod-chosen")).to_contain_text("In sport")
    expect(panel.locator(".plnb-Notice")).to_have_count(0)
    assert [record["kind"] for record in journal(student.folder / "steady-change")] == ["choice_made"]


def test_a_page_older_than_its_server_asks_to_be_reloaded_and_a_folder_that_keeps_nothing_offers_nothing_to_keep(
    lab: Lab, page: Page, student: Student
) -> None:
    def newer(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | {"schema_version": 2})

    page.route("**/plnb/api/progress*", newer)
    panel = open_panel(lab, page, student.notebook("steady-change", "unit-rates"))
    expect(panel.locator(".plnb-Notice")).to_contain_text("reload the page")
    page.unroute("**/plnb/api/progress*")

    # A folder cannot be made read-only for root, so the server's answer is changed on its way.
    def read_only(route: Route) -> None:
        answer = route.fetch()
        problem = {"code": "read-only", "text": "Nothing can be kept in this folder.", "mend": "Copy it to one of your own."}
        route.fulfill(response=answer, json=answer.json() | {"writable": False, "problems": [problem]})

    page.route("**/plnb/api/progress*", read_only)
    run(page, "plnb:refresh")
    expect(panel.locator(".plnb-Notice")).to_contain_text("Nothing can be kept in this folder. Copy it to one of your own.")
    expect(panel.locator(".plnb-Station")).to_have_count(5)
    expect(panel.get_by_role("button", name="Choose: In sport")).to_have_count(0)


def test_the_panel_works_by_keyboard_alone(lab: Lab, page: Page, student: Student) -> None:
    panel = open_panel(lab, page, student.notebook("steady-change", "unit-rates"))
    cells = page.evaluate("() => window.jupyterapp.shell.currentWidget.content.model.cells.length")
    panel.get_by_role("tab", name="Path").focus()
    for key, tab in (("ArrowRight", "Skills"), ("End", "Me"), ("ArrowRight", "Path"), ("ArrowLeft", "Me"), ("Home", "Path")):
        page.keyboard.press(key)
        expect(panel.get_by_role("tab", name=tab)).to_be_focused()
        expect(panel.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.getAttribute('aria-label')") == "Choose: In music":
            break
    page.keyboard.press("d")
    page.keyboard.press("d")
    page.keyboard.press("Enter")
    expect(panel.locator(".plnb-Map").get_by_role("button", name="Choose: In music")).to_have_attribute("aria-pressed", "true")
    expect(panel.locator(".plnb-Map").get_by_role("button", name="Choose: In music")).to_be_focused()
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.content.model.cells.length") == cells


def test_axe_finds_nothing_serious_in_any_tab_light_or_dark_and_nothing_is_cut_off(lab: Lab, page: Page, student: Student) -> None:
    where = student.notebook("steady-change", "rates-in-sport")
    say(lab, where, *passed("welcome-check", "evening_check", "milk_check", "point_a_check"))
    say(
        lab,
        where,
        {"kind": "goal_set", "goal": "g", "text": "Read my own times", "done": True},
        {"kind": "choice_made", "fork": "rate-world", "options": ["sport"]},
        {"kind": "attempt", "activity": "rates-in-sport", "check": "laps_check", "error": "AssertionError", "message": "Twice."},
    )
    panel = open_panel(lab, page, where)
    for name in ("light", "dark"):
        theme(page, "light" if name == "light" else "dark")
        for tab in TABS:
            panel.get_by_role("tab", name=tab).click()
            unfold(panel)
            if tab == "Goals":
                panel.get_by_role("button", name="Add a goal").click()
            assert serious(page, ".plnb-Path") == []
    theme(page, "light")
    # 640 by 400 is what a window of 1280 by 800 has at 200 % zoom.
    for width, height in ((768, 700), (640, 400)):
        page.set_viewport_size({"width": width, "height": height})
        for tab in TABS:
            panel.get_by_role("tab", name=tab).click()
            unfold(panel)
            assert cut_off(panel) == []


def test_notebook_7_has_the_same_panel(notebook7: Lab, page: Page, student: Student) -> None:
    notebook7.open(page, student.notebook("steady-change", "unit-rates"))
    page.get_by_role("button", name="Show my path").click()
    panel = page.get_by_role("region", name="My path", exact=True)
    expect(panel.locator(".plnb-Next-card").first).to_contain_text("What do you know already?")
    panel.locator(".plnb-Map").get_by_role("button", name="Choose: In music").click()
    expect(panel.locator(".plnb-Way.plnb-mod-chosen")).to_contain_text("In step with a song")
    with page.expect_popup() as opened:
        panel.get_by_role("button", name="In step with a song").click()
    opened.value.wait_for_url("**/rates-in-music.ipynb*")


def test_in_notebook_7_a_unit_is_handed_in_with_what_is_on_the_screen_of_every_page(
    notebook7: Lab, page: Page, student: Student, exchange: Path
) -> None:
    notebook7.open(page, student.notebook("slope-and-lines", "meet-slope"))
    other = page.context.new_page()
    notebook7.open(other, student.notebook("slope-and-lines", "write-the-line"))
    for each in (page, other):
        each.evaluate(
            """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.insertCell(
              0, {cell_type: 'markdown', source: 'UNSAVED'}
            )"""
        )
    page.bring_to_front()
    page.get_by_role("button", name="Show my path").click()
    page.get_by_role("button", name="Hand in: Slope and lines").click()
    expect(page.locator(".plnb-Good")).to_contain_text("Handed in: today", timeout=120_000)
    handed_in = sorted((exchange / "straight-lines" / "inbound").glob("*+slope-and-lines+*"))[-1]
    assert "UNSAVED" in (handed_in / "meet-slope.ipynb").read_text()
    assert "UNSAVED" in (handed_in / "write-the-line.ipynb").read_text()
