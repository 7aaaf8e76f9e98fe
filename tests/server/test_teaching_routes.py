"""The teacher's routes on a course, on a real server: typed, signed in, contained, and nothing written where they say no."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from plnb.core.overview import Overview, Remarks
from plnb.core.preview import Preview
from plnb.core.student import Refusal, StudentView
from plnb.store.course_edits import empty_notebook
from tests.server.running import Answer, Client

SAMPLE = Path(__file__).parents[2] / "sample_course"
RENAME = {"kind": "rename", "what": "unit", "id": "motion", "title": "Moving"}


@pytest.fixture
def course(place: Path) -> Path:
    """A fresh copy of the sample course."""
    return copied(place)


def copied(to: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, to, ignore=shutil.ignore_patterns("release", "*.db", "manifests"), dirs_exist_ok=True))


def everything(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def refused(answer: Answer, status: int, code: str) -> Refusal:
    assert answer.status == status, answer.body
    refusal = Refusal.model_validate_json(answer.body)
    assert refusal.code == code, refusal
    assert refusal.message.endswith(".")
    assert "Traceback" not in answer.body.decode()
    return refusal


def look(client: Client, path: str) -> Overview:
    answer = client.api("GET", "teaching/overview", path=path)
    assert answer.status == 200, answer.body
    return Overview.model_validate_json(answer.body)


def edit(client: Client, path: str, digest: str, wanted: object) -> Answer:
    return client.api("POST", "teaching/edit", {"path": path, "digest": digest, "edit": wanted})


def test_the_map_coverage_and_what_ways_take_come_for_the_folder_and_for_anything_in_it(client: Client, course: Path) -> None:
    seen = look(client, course.name)
    assert seen == look(client, f"{course.name}/source/motion/walking-graphs.ipynb")
    assert (seen.path, [unit.id for unit in seen.units][:2]) == (course.name, ["start-here", "steady-change"])
    rates = seen.units[1]
    assert [way.options for way in rates.ways] == [("In sport",), ("In music",)]
    assert rates.minutes.least == rates.minutes.most == 70
    assert rates.nodes[0].kind == "activity"
    assert rates.nodes[0].path == f"{course.name}/source/steady-change/unit-rates.ipynb"
    waits = next(node for node in seen.units[3].nodes if node.id == "where-lines-meet")
    assert waits.kind == "activity"
    assert waits.opens == "SL.LINE.1 is familiar"
    assert "Write the line" in waits.builds_on
    assert {row.code for row in seen.coverage.standards} >= {"SL.RATE.1", "SL.DATA.3"}


def test_an_edit_is_on_the_disk_when_the_server_answers_and_undo_puts_the_text_back(client: Client, course: Path) -> None:
    before = look(client, course.name)
    after = Overview.model_validate_json(edit(client, course.name, before.digest, RENAME).body)
    assert after.units[3].title == "Moving"
    assert after.digest != before.digest
    text = (course / "course.yaml").read_text("utf-8")
    assert text == before.text.replace("title: Motion", "title: Moving")
    assert edit(client, course.name, after.digest, {"kind": "restore", "text": before.text}).status == 200
    assert (course / "course.yaml").read_text("utf-8") == before.text


def test_an_edit_of_an_older_version_is_refused_with_a_sentence(client: Client, course: Path) -> None:
    seen = look(client, course.name)
    assert edit(client, course.name, seen.digest, RENAME).status == 200
    before = everything(course)
    refusal = refused(edit(client, course.name, seen.digest, {**RENAME, "title": "Late"}), 409, "stale")
    assert "has changed" in refusal.message
    assert everything(course) == before


def test_findings_say_where_to_go_and_what_mends_them(client: Client, course: Path) -> None:
    motion = course / "source" / "motion"
    (motion / "loose.ipynb").write_text(empty_notebook("Loose ends"), "utf-8")
    shutil.copy(course / "source" / "slope-and-lines" / "meet-slope.ipynb", motion / "copied.ipynb")
    told = Remarks.model_validate_json(client.api("GET", "teaching/findings", path=course.name).body)
    twice = next(each for each in told.remarks if each.finding.code == "duplicate-id")
    assert twice.path == f"{course.name}/source/motion/copied.ipynb"
    assert twice.finding.cell is not None
    loose = next(each for each in told.remarks if each.path == f"{course.name}/source/motion/loose.ipynb")
    assert loose.fix is not None
    wanted = loose.fix.edit.model_dump(mode="json")
    after = Overview.model_validate_json(edit(client, course.name, told.digest, wanted).body)
    assert after.units[3].nodes[-1].id == "loose"
    told = Remarks.model_validate_json(client.api("GET", "teaching/findings", path=course.name).body)
    assert not [each for each in told.remarks if each.path.endswith("/loose.ipynb") and each.finding.code == "unlisted-notebook"]


MALFORMED: tuple[Any, ...] = (
    None,
    {},
    [],
    "move",
    {"kind": "burn"},
    {"kind": "rename"},
    {"kind": "rename", "what": "unit", "id": "motion", "title": ""},
    {"kind": "rename", "what": "unit", "id": "motion", "title": "two\nlines"},
    {"kind": "rename", "what": "world", "id": "motion", "title": "x"},
    {"kind": "rename", "what": "unit", "id": "nowhere", "title": "x"},
    {"kind": "set_minutes", "activity": "unit-rates", "minutes": -1},
    {"kind": "set_minutes", "activity": "unit-rates", "minutes": "long"},
    {"kind": "set_pick", "fork": "rate-world", "pick": 0},
    {"kind": "set_pick", "fork": "unit-rates", "pick": 1.5},
    {"kind": "set_condition", "what": "activity", "id": "unit-rates", "field": "title", "condition": None},
    {"kind": "set_condition", "what": "activity", "id": "unit-rates", "field": "opens_when", "condition": {"when": "x"}},
    {"kind": "set_condition", "what": "activity", "id": "unit-rates", "field": "opens_when", "condition": {"done": "nowhere"}},
    {"kind": "move_step", "step": "unit-rates", "unit": "nowhere"},
    {"kind": "move_step", "step": "unit-rates", "unit": "motion", "option": "rate-world/sport"},
    {"kind": "add_unit", "unit": "../outside", "title": "x"},
    {"kind": "add_activity", "unit": "motion", "notebook": "../../x", "title": "x"},
    {"kind": "add_activity", "unit": "motion", "notebook": "a/b", "title": "x"},
    {"kind": "add_fork", "unit": "motion", "fork": "f", "prompt": "x", "options": []},
    {"kind": "remove", "what": "option", "id": "rate-world"},
    {"kind": "restore", "text": ""},
    {"kind": "restore", "text": "units: [" * 5000},
    {"kind": "restore", "text": "schema_version: 99\n"},
)


def test_a_malformed_or_impossible_edit_gets_a_sentence_and_writes_nothing(client: Client, course: Path) -> None:
    seen, before = look(client, course.name), everything(course)
    for wanted in MALFORMED:
        answer = edit(client, course.name, seen.digest, wanted)
        assert 400 <= answer.status < 500, (wanted, answer.body)
        assert Refusal.model_validate_json(answer.body).message, wanted
    for body in (b"", b"{", b"\xff", b"[" * 20_000):
        assert 400 <= client.api("POST", "teaching/edit", body).status < 500
    assert everything(course) == before
    assert look(client, course.name).digest == seen.digest


ROUTES: tuple[tuple[str, str, dict[str, object] | None], ...] = (
    ("GET", "teaching/overview", None),
    ("GET", "teaching/findings", None),
    ("GET", "teaching/preview", None),
    ("POST", "teaching/edit", {"edit": RENAME, "digest": "x"}),
    ("POST", "teaching/preview", {"unit": "motion"}),
)


def test_nobody_gets_nothing_and_a_foreign_page_changes_nothing(url: str, course: Path) -> None:
    before = everything(course)
    browser = Client(url)
    browser.sign_in()
    for method, route, body in ROUTES:
        told = None if body is None else {**body, "path": course.name}
        refused(Client(url, token="").api(method, route, told, path=course.name), 403, "not-allowed")
        if method == "POST":
            refused(browser.ask(method, f"/plnb/api/{route}", told, bare=True), 403, "not-allowed")
    assert everything(course) == before


OUTSIDE = ("..", "../{outside}", "/etc", "{name}/../../{outside}", "{outside}", "{name}\x00", "x" * 5000, "")


def test_a_path_never_leads_out_of_what_is_served(client: Client, served: Path, course: Path, outside: Path) -> None:
    copied(outside)
    (served / outside.name).symlink_to(outside)
    before = everything(outside)
    for method, route, body in ROUTES:
        for path in OUTSIDE:
            where = path.format(name=course.name, outside=outside.name)
            told = None if body is None else {**body, "path": where}
            refused(client.api(method, route, told, path=where), 404, "not-found")
    assert everything(outside) == before


def test_a_preview_shows_the_state_asked_for_and_hands_nothing_in(client: Client, course: Path) -> None:
    state = {"unit": "motion", "levels": {"SL.LINE.1": "proficient"}, "done": ["walking-graphs"], "choices": ["rate-world/music"]}
    before = everything(course)
    answer = client.api("POST", "teaching/preview", {"path": course.name, **state})
    assert answer.status == 200, answer.body
    made = Preview.model_validate_json(answer.body)
    assert made.open == f"{course.name}/preview/motion/walking-graphs.ipynb"
    assert Preview.model_validate_json(client.api("GET", "teaching/preview", path=made.open).body) == made
    assert {name: digest for name, digest in everything(course).items() if not name.startswith("preview/")} == before

    view = StudentView.model_validate_json(client.api("GET", "progress", path=made.open).body)
    steps = {step.id: step for step in view.report.path.steps}
    assert steps["walking-graphs"].state == "done"
    assert steps["where-lines-meet"].state in ("ready", "recommended")
    assert [choice.options for choice in view.choices] == [("music",)]
    assert [problem.code for problem in view.problems] == ["preview"]
    notebook = (course / "preview" / "motion" / "where-lines-meet.ipynb").read_text("utf-8")
    assert "BEGIN SOLUTION" not in notebook
    assert "BEGIN HIDDEN TESTS" not in notebook
    refused(client.api("POST", "submit", {"path": made.folder}), 409, "not-ready")

    for wrong in ({"unit": "nowhere"}, {**state, "levels": {"SL.NOPE": "familiar"}}, {**state, "choices": ["rate-world/art"]}):
        refusal = refused(client.api("POST", "teaching/preview", {"path": course.name, **wrong}), 400, "input")
        assert "The course has no" in refusal.message
    assert json.loads((course / "preview" / "preview.json").read_text())["state"]["unit"] == "motion"
