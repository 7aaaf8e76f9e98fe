"""The course overview in the real JupyterLab: a teacher looks at a course, changes it, mends it, and meets it as a student."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from plnb.core.authored import ForkEntry, UnitEntry
from plnb.core.standards import Alignment, Relation
from plnb.interop.case import read_package, write_package
from plnb.store.course_edits import empty_notebook
from plnb.store.course_file import parse_course_file
from tests.cli.lists import PUBLISHED
from tests.e2e.axe import cut_off, serious
from tests.e2e.big_course import ACTIVITIES, UNITS, write_big_course
from tests.e2e.conftest import ROOT
from tests.e2e.lab import Lab, ready, run, start, theme


@pytest.fixture(scope="module")
def teacher_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab of a teacher's own."""
    server = start(tmp_path_factory.mktemp("teaching"), tmp_path_factory.mktemp("teacher-lab"))
    yield server
    server.stop()


@pytest.fixture
def course(teacher_lab: Lab, request: pytest.FixtureRequest) -> Path:
    """A fresh copy of the sample course."""
    name = "".join(letter if letter.isalnum() else "-" for letter in request.node.name)[:60]
    ignored = shutil.ignore_patterns("release", "*.db", "manifests", "preview")
    return Path(shutil.copytree(ROOT / "sample_course", teacher_lab.root / name, ignore=ignored))


def look(lab: Lab, page: Page, folder: Path) -> Locator:
    """Open the overview of a course; gives back the overview."""
    lab.open(page, folder.name)
    run(page, "plnb:open-overview", {"path": folder.name})
    overview = page.get_by_role("region", name="Course overview")
    expect(overview.locator(".plnb-Unit").first).to_be_visible()
    return overview


def units(folder: Path) -> dict[str, UnitEntry]:
    file, _ = parse_course_file((folder / "course.yaml").read_bytes(), "course.yaml")
    return {unit.id: unit for unit in file.units}


def steps(unit: UnitEntry) -> list[str]:
    return [step.fork if isinstance(step, ForkEntry) else step.notebook for step in unit.steps]


def said(overview: Locator) -> Locator:
    return overview.locator(".plnb-Overview-said")


def test_steps_are_moved_by_keyboard_and_by_drag_and_undone_and_the_file_keeps_its_comments(
    teacher_lab: Lab, page: Page, course: Path
) -> None:
    overview = look(teacher_lab, page, course)
    before = (course / "course.yaml").read_text("utf-8")
    grip = overview.get_by_role("button", name="Move “Where lines meet”")
    grip.focus()
    page.keyboard.press("ArrowUp")
    expect(said(overview)).to_have_text("Moved “Where lines meet”.")
    expect(grip).to_be_focused()
    assert steps(units(course)["motion"]) == ["where-lines-meet", "walking-graphs"]
    page.keyboard.press("ArrowUp")
    expect(overview.locator("[data-plnb-step=slope-and-lines] .plnb-Step")).to_have_count(3)
    assert (course / "source" / "slope-and-lines" / "where-lines-meet.ipynb").is_file()
    undo = overview.get_by_role("button", name="Undo")
    undo.click()
    expect(overview.locator("[data-plnb-step=slope-and-lines] .plnb-Step")).to_have_count(2)
    undo.click()
    expect(overview.locator("[data-plnb-step=motion] .plnb-Step").first).to_contain_text("Walking graphs")
    assert (course / "course.yaml").read_text("utf-8") == before

    overview.locator("[data-plnb-grip=unit-rates]").drag_to(
        overview.locator("[data-plnb-step='rate-world/music'] .plnb-Step"), target_position={"x": 60, "y": 4}
    )
    expect(overview.locator("[data-plnb-step='rate-world/music'] .plnb-Step")).to_have_count(2)
    (fork,) = units(course)["steady-change"].steps
    assert isinstance(fork, ForkEntry)
    assert [step.notebook for step in fork.options[1].steps] == ["unit-rates", "rates-in-music"]
    comments = [line.strip() for line in before.splitlines() if line.strip().startswith("#")]
    after = (course / "course.yaml").read_text("utf-8")
    assert all(comment in after for comment in comments)


def test_a_condition_is_set_in_words_and_a_thing_others_need_is_not_taken_away(teacher_lab: Lab, page: Page, course: Path) -> None:
    overview = look(teacher_lab, page, course)
    overview.get_by_role("button", name="Write the line", exact=True).click()
    step = overview.locator("[data-plnb-step=write-the-line]")
    step.get_by_role("button", name="Add a condition").click()
    step.get_by_label("What must hold").select_option("an activity is done")
    step.get_by_role("combobox", name="Which one").fill("meet-slope")
    step.get_by_role("button", name="Keep the condition").click()
    expect(step).to_contain_text("Opens when “Meet slope” is done")
    assert "opens_when: {done: meet-slope}" in (course / "course.yaml").read_text("utf-8")

    overview.get_by_role("button", name="Meet slope", exact=True).click()
    overview.get_by_role("button", name="Take it out of the course").click()
    expect(overview.get_by_role("alert")).to_contain_text("The activity write-the-line waits for the activity meet-slope")
    assert "meet-slope" in steps(units(course)["slope-and-lines"])
    minutes = overview.locator("[data-plnb-step=meet-slope]").get_by_label("Minutes")
    minutes.fill("45")
    minutes.press("Enter")
    expect(overview.locator("[data-plnb-step=meet-slope]")).to_contain_text("45 min")
    expect(overview.get_by_role("alert")).to_be_empty()


def test_what_somebody_else_wrote_meanwhile_is_shown_and_not_written_over(teacher_lab: Lab, page: Page, course: Path) -> None:
    overview = look(teacher_lab, page, course)
    file = course / "course.yaml"
    file.write_text(file.read_text("utf-8").replace("title: Motion", "title: Moving"), "utf-8")
    overview.get_by_role("button", name="Move the unit “Real data” up").click()
    expect(overview.get_by_role("alert")).to_contain_text("has changed since this page read it")
    expect(overview.get_by_role("heading", name="4. Moving")).to_be_visible()
    overview.get_by_role("button", name="Move the unit “Real data” up").click()
    expect(overview.get_by_role("heading", name="4. Real data")).to_be_visible()
    assert list(units(course))[3:] == ["real-data", "motion"]


def test_findings_lead_to_their_place_and_are_mended_by_a_click(teacher_lab: Lab, page: Page, course: Path) -> None:
    (course / "source" / "motion" / "loose-ends.ipynb").write_text(empty_notebook("Loose ends"), "utf-8")
    shutil.copy(course / "source" / "slope-and-lines" / "meet-slope.ipynb", course / "source" / "real-data" / "again.ipynb")
    overview = look(teacher_lab, page, course)
    overview.get_by_role("tab", name="Findings (").click()
    loose = overview.locator(".plnb-Finding", has_text="loose-ends")
    loose.get_by_role("button", name="Add it to the unit").click()
    expect(loose).to_have_count(0)
    assert "loose-ends" in steps(units(course)["motion"])
    twice = overview.locator(".plnb-Finding", has_text="Two forks are called rep")
    twice.get_by_role("button", name="Go there").click()
    ready(page)
    page.wait_for_function(
        """() => {
          const panel = window.jupyterapp.shell.currentWidget;
          const plnb = panel.content?.activeCell?.model.getMetadata('plnb');
          return panel.context?.path.endsWith('.ipynb') && plnb?.id === 'rep';
        }"""
    )


def test_coverage_and_the_time_and_points_of_each_way_are_seen(teacher_lab: Lab, page: Page, course: Path) -> None:
    overview = look(teacher_lab, page, course)
    overview.get_by_role("tab", name="What is checked where").click()
    row = overview.get_by_role("row", name="SL.RATE.1")
    expect(row.get_by_role("cell").first).to_have_text("6")
    expect(row).to_contain_text("T 5")
    overview.get_by_role("tab", name="Time and points").click()
    ways = overview.get_by_role("row", name="Steady change")
    expect(ways).to_have_count(2)
    expect(ways.first).to_contain_text("In sport")
    expect(ways.first).to_contain_text("70 min")


def test_a_standard_is_aligned_by_keyboard_and_found_in_the_file_and_taken_away_again(
    teacher_lab: Lab, page: Page, course: Path
) -> None:
    ours = course / "frameworks" / "straight-lines.case.json"
    before = ours.read_text("utf-8")
    overview = look(teacher_lab, page, course)
    overview.get_by_role("tab", name="Standards").click()
    expect(overview.get_by_role("tabpanel")).to_contain_text(f"{course.name}/frameworks")
    # As a file that somebody drags into the file browser.
    page.evaluate(
        "([path, content]) => window.jupyterapp.serviceManager.contents.save(path, {type: 'file', format: 'text', content})",
        [f"{course.name}/frameworks/state.case.json", write_package(PUBLISHED, datetime(2026, 9, 1, tzinfo=UTC))],
    )
    row = overview.locator("[data-plnb-standard='SL.RATE.1']")
    row.get_by_role("button", name="SL.RATE.1").focus()
    page.keyboard.press("Enter")
    offered = row.get_by_role("button", name="Align: SL.RATE.1 is related to M.RP.2", exact=True)
    expect(offered).to_be_visible()
    row.get_by_role("searchbox").fill("rotations")
    expect(row.get_by_role("button", name="Align: ")).to_have_count(1)
    row.get_by_role("searchbox").fill("unit rate")
    row.get_by_label("What SL.RATE.1 is to the published one").select_option("isPartOf")
    row.get_by_role("button", name="Align: SL.RATE.1 is a part of M.RP.2", exact=True).focus()
    page.keyboard.press("Enter")
    expect(said(overview)).to_have_text("SL.RATE.1 is now a part of M.RP.2.")
    aligned = row.locator(".plnb-Own-aligned > li", has_text="M.RP.2")
    expect(aligned).to_contain_text("is a part of M.RP.2 of The State's Standards")
    kept = {(each.relation, each.framework, each.code) for each in alignments(ours, "SL.RATE.1")}
    assert (Relation.part_of, "state", "M.RP.2") in kept
    aligned.get_by_role("button", name="Take away").click()
    expect(aligned).to_have_count(0)
    expect(row.get_by_role("button", name="SL.RATE.1").first).to_be_focused()
    assert ours.read_text("utf-8") == before


def alignments(file: Path, code: str) -> tuple[Alignment, ...]:
    (standard,) = (each for each in read_package(file.read_bytes(), file.name).standards if each.code == code)
    return standard.alignments


def test_a_unit_is_met_as_if_proficient_and_one_click_leads_back(teacher_lab: Lab, page: Page, course: Path) -> None:
    overview = look(teacher_lab, page, course)
    overview.get_by_role("button", name="Preview as a student").click()
    form = overview.locator(".plnb-Preview-form")
    form.get_by_label("Unit").select_option("Motion")
    form.get_by_role("button", name="Add a standard").click()
    form.get_by_role("combobox", name="Standard").fill("SL.LINE.1")
    form.get_by_role("button", name="Start the preview").click()
    banner = page.get_by_role("note", name="Preview")
    expect(banner).to_contain_text("As if proficient in SL.LINE.1.", timeout=120_000)
    panel = page.get_by_role("region", name="My path", exact=True)
    expect(panel).to_contain_text("This is a preview of the course")
    panel.locator(".plnb-Stop", has_text="Where lines meet").first.wait_for()
    expect(panel.locator(".plnb-Stop[data-plnb-state=locked]", has_text="Where lines meet")).to_have_count(0)
    assert serious(page, ".plnb-Preview-banner") == []
    banner.get_by_role("button", name="Back to the course").click()
    expect(overview.get_by_role("heading", name="Straight lines in the world")).to_be_visible()
    expect(banner).to_have_count(0)
    assert not (course / "submitted").exists()


def test_nothing_serious_is_found_by_axe_in_light_and_dark(teacher_lab: Lab, page: Page, course: Path) -> None:
    (course / "source" / "motion" / "loose-ends.ipynb").write_text(empty_notebook("Loose ends"), "utf-8")
    package = write_package(PUBLISHED, datetime(2026, 9, 1, tzinfo=UTC))
    (course / "frameworks" / "state.case.json").write_text(package, "utf-8")
    overview = look(teacher_lab, page, course)
    overview.get_by_role("button", name="Where lines meet", exact=True).click()
    overview.get_by_role("button", name="Preview as a student").click()
    overview.get_by_role("button", name="Add an activity").first.click()
    for name in ("light", "dark"):
        theme(page, name)  # type: ignore[arg-type]
        for tab in ("Findings", "What is checked where", "Standards", "Time and points", "Map"):
            overview.get_by_role("tab", name=tab).click()
            if tab == "Standards":
                overview.get_by_role("button", name="SL.RATE.1").click()
                expect(overview.get_by_role("button", name="Align: ").first).to_be_visible()
            assert serious(page, ".plnb-Overview") == [], (name, tab)


def test_the_map_and_the_standards_fit_between_two_open_side_bars_in_a_small_window(
    teacher_lab: Lab, page: Page, course: Path
) -> None:
    package = write_package(PUBLISHED, datetime(2026, 9, 1, tzinfo=UTC))
    (course / "frameworks" / "state.case.json").write_text(package, "utf-8")
    overview = look(teacher_lab, page, course)
    run(page, "plnb:author")
    page.set_viewport_size({"width": 768, "height": 900})
    page.wait_for_function("() => document.querySelector('.plnb-Overview').clientWidth < 300")
    assert cut_off(overview) == []
    overview.get_by_role("tab", name="Standards").click()
    overview.get_by_role("button", name="SL.RATE.1").click()
    expect(overview.get_by_role("button", name="Align: ").first).to_be_visible()
    assert cut_off(overview) == []


def test_a_course_of_sixty_activities_opens_whole(teacher_lab: Lab, page: Page) -> None:
    folder = teacher_lab.root / "year"
    write_big_course(folder)
    overview = look(teacher_lab, page, folder)
    expect(overview.locator(".plnb-Step")).to_have_count(ACTIVITIES)
    expect(overview.locator(".plnb-Unit")).to_have_count(UNITS)
