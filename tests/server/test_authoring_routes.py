"""The teacher's routes: typed, signed in, contained, never for a student's copy, quick, and nothing is ever written."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest

from plnb.core.author import AuthorView, LintAsked, LiveFinding, LiveFindings, StandardsFound
from plnb.core.lint import lint
from plnb.server.authoring import ROUTES, AuthoredCourses
from plnb.server.places import Places
from plnb.store.sources import load_course
from tests.server.running import Client
from tests.server.test_routes import everything, refused

SAMPLE = Path(__file__).parents[2] / "sample_course"
SLOPE = "source/slope-and-lines/meet-slope.ipynb"


@pytest.fixture
def course(served: Path) -> Path:
    """A course as its teacher keeps it."""
    kept = ("course.yaml", "frameworks", "source")
    copy = Path(tempfile.mkdtemp(prefix="course-", dir=served))
    shutil.copytree(
        SAMPLE, copy, ignore=lambda at, names: [n for n in names if at == str(SAMPLE) and n not in kept], dirs_exist_ok=True
    )
    return copy


def notebook(course: Path, place: str = SLOPE) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((course / place).read_text("utf-8"))
    return read


def linted(client: Client, course: Path, book: object, place: str = SLOPE) -> tuple[LiveFinding, ...]:
    answer = client.api("POST", "lint", {"path": f"{course.name}/{place}", "notebook": json.dumps(book)})
    assert answer.status == 200, answer.body
    return LiveFindings.model_validate_json(answer.body).findings


def checks(book: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in book["cells"] if cell["metadata"].get("nbgrader", {}).get("grade")]


# --- what they answer -------------------------------------------------------------------------------------------------------------


def test_the_course_around_a_notebook_comes_typed_with_its_own_standards_first(client: Client, course: Path) -> None:
    view = AuthorView.model_validate_json(client.api("GET", "author", path=f"{course.name}/{SLOPE}").body)
    source = load_course(course)
    assert (view.course, view.unit, view.activity, view.listed) == (source.file.id, "slope-and-lines", "meet-slope", True)
    assert view.known == len(source.standards.by_code)
    assert [standard.uses for standard in view.standards] == sorted((s.uses for s in view.standards), reverse=True)
    assert all(standard.statement and standard.framework for standard in view.standards)
    assert "line-gate" in view.taken
    assert "rep" not in view.taken, "the notebook's own ids are its own"
    assert all(not target.ref.startswith("meet-slope") for target in view.targets)


def test_standards_are_found_by_code_and_by_words(client: Client, course: Path) -> None:
    def found(query: str) -> StandardsFound:
        return StandardsFound.model_validate_json(client.api("GET", "standards", path=f"{course.name}/{SLOPE}", query=query).body)

    assert found("sl.slope.1").standards[0].code == "SL.SLOPE.1"
    assert "SL.SLOPE.1" in {standard.code for standard in found("slope").standards}
    assert found("no such thing at all").total == 0
    assert found("").standards == ()


def test_a_notebook_as_it_is_on_disk_has_the_findings_that_lint_has(client: Client, course: Path) -> None:
    assert linted(client, course, notebook(course)) == ()
    book = notebook(course)
    del checks(book)[0]["metadata"]["plnb"]
    (course / SLOPE).write_text(json.dumps(book))
    live = linted(client, course, book)
    told = {(f.code, f.place, f.message) for f in lint(load_course(course)) if SLOPE in f.place}
    assert {(f.code, f.place, f.message) for f in live if SLOPE in f.place} == told
    assert "untagged-check" in {code for code, _, _ in told}


def test_what_is_not_saved_yet_is_what_counts(client: Client, course: Path) -> None:
    before = everything(course)
    book = notebook(course)
    first, second = checks(book)[:2]
    second["metadata"]["nbgrader"]["grade_id"] = first["metadata"]["nbgrader"]["grade_id"]
    (finding,) = [f for f in linted(client, course, book) if f.code == "duplicate-grade-id"]
    assert finding.cell_id == second["id"]
    assert everything(course) == before


def test_a_change_elsewhere_in_the_course_is_seen_at_once(client: Client, course: Path) -> None:
    book = notebook(course)
    assert linted(client, course, book) == ()
    other = next((course / "source").glob("*/write-the-line.ipynb"))
    changed = json.loads(other.read_text("utf-8"))
    for cell in changed["cells"]:
        if cell["metadata"].get("plnb", {}).get("role") == "reflect":
            cell["metadata"]["plnb"]["id"] = "meet-slope-reflection"
    other.write_text(json.dumps(changed))
    # One of the two has to give way: the one that comes later in the course.
    assert "duplicate-id" in {f.code for f in linted(client, course, changed, other.relative_to(course).as_posix())}
    file = course / "course.yaml"
    file.write_text(file.read_text("utf-8").replace("notebook: meet-slope", "notebook: meet-slopes"))
    assert "unlisted-notebook" in {f.code for f in linted(client, course, book)}


# --- mends ------------------------------------------------------------------------------------------------------------------------


def test_what_can_be_mended_without_thinking_brings_its_mend(client: Client, course: Path) -> None:
    book = notebook(course)
    one, two, three = checks(book)[:3]
    same = one["metadata"]["nbgrader"]["grade_id"]
    two["metadata"]["nbgrader"] |= {"grade_id": same, "locked": False}
    three["metadata"]["plnb"]["standards"] = ["SL.SLOP.1"]
    three["metadata"]["plnb"]["hints"] = ["Look.", " "]
    mends = {f.code: f.mends for f in linted(client, course, book)}
    (name,) = mends["duplicate-grade-id"]
    assert name.kind == "grade-id"
    assert name.text not in {cell["metadata"]["nbgrader"]["grade_id"] for cell in checks(book)}
    assert [mend.kind for mend in mends["editable-test"]] == ["lock"]
    assert [mend.kind for mend in mends["empty-hint"]] == ["empty"]
    assert [(mend.kind, mend.text, mend.texts[0]) for mend in mends["unknown-standard"]] == [
        ("standard", "SL.SLOP.1", "SL.SLOPE.1")
    ]
    assert "std:SL.SLOP.1" in mends["drifted-mirror-tag"][0].texts


def test_two_cells_of_one_name_get_two_new_names(client: Client, course: Path) -> None:
    book = notebook(course)
    one, two, three = checks(book)[:3]
    for cell in (two, three):
        cell["metadata"]["nbgrader"]["grade_id"] = one["metadata"]["nbgrader"]["grade_id"]
    names = [mend.text for f in linted(client, course, book) if f.code == "duplicate-grade-id" for mend in f.mends]
    assert len(names) == len(set(names)) == 2


def test_a_hundred_cells_are_linted(course: Path) -> None:
    book = notebook(course)
    cells = book["cells"]
    book["cells"] = [
        {**cell, "id": f"c{number}"} | {"metadata": cell["metadata"] if number < len(cells) else {}}
        for number, cell in enumerate((cells * 5)[:100])
    ]
    courses = AuthoredCourses(Places(course.parent))
    asked = LintAsked(path=f"{course.name}/{SLOPE}", notebook=json.dumps(book))
    assert courses.lint(asked).findings


# --- to whom ----------------------------------------------------------------------------------------------------------------------

ASKED: tuple[tuple[str, str], ...] = (("GET", "author"), ("GET", "standards"), ("POST", "lint"))


def ask(client: Client, method: str, route: str, path: str) -> Any:
    body = {"path": path, "notebook": "{}"} if method == "POST" else None
    return client.api(method, route, body, path=path, query="slope")


def test_every_route_is_asked_here() -> None:
    assert {route for _, route in ASKED} == {route for route, _ in ROUTES}


@pytest.mark.parametrize(("method", "route"), ASKED)
def test_nobody_gets_nothing(url: str, course: Path, method: str, route: str) -> None:
    refusal = refused(ask(Client(url, token=""), method, route, f"{course.name}/{SLOPE}"), 403, "not-allowed")
    assert "slope" not in refusal.model_dump_json().lower()


def test_a_foreign_page_cannot_ask_with_a_teachers_cookie(url: str, course: Path) -> None:
    browser = Client(url)
    browser.sign_in()
    body = {"path": f"{course.name}/{SLOPE}", "notebook": "{}"}
    refused(browser.ask("POST", "/plnb/api/lint", body, bare=True), 403, "not-allowed")
    assert browser.ask("POST", "/plnb/api/lint", body, bare=True, headers={"X-XSRFToken": browser.xsrf()}).status == 200


@pytest.mark.parametrize(("method", "route"), ASKED)
def test_a_students_copy_is_not_a_course_one_writes(client: Client, course: Path, folder: Path, method: str, route: str) -> None:
    unit = Path(SLOPE).parent.name
    copies = (
        f"release/{unit}",
        f"submitted/ada/{unit}",
        f"autograded/ada/{unit}",
        f"source/{unit}/.ipynb_checkpoints",
        "source",
        "",
    )
    for place in copies:
        (course / place).mkdir(parents=True, exist_ok=True)
        shutil.copy(course / SLOPE, course / place / "copy.ipynb")
        refused(ask(client, method, route, f"{course.name}/{place}/copy.ipynb".replace("//", "/")), 404, "not-found")
    refused(ask(client, method, route, f"{folder.name}/one/walk.ipynb"), 404, "not-found")
    # A folder called source makes no course.
    alone = folder / "source" / "slope-and-lines"
    alone.mkdir(parents=True)
    shutil.copy(course / SLOPE, alone / "meet-slope.ipynb")
    refused(ask(client, method, route, f"{folder.name}/{SLOPE}"), 404, "not-found")


@pytest.mark.parametrize(("method", "route"), ASKED)
def test_a_path_never_leads_out_of_what_is_served(
    client: Client, course: Path, served: Path, outside: Path, method: str, route: str
) -> None:
    shutil.copytree(course, outside, dirs_exist_ok=True)
    (served / outside.name).symlink_to(outside)
    (course / "source" / "away").symlink_to(outside / "source" / "slope-and-lines")
    for path in (
        f"../{outside.name}/{SLOPE}",
        f"{course.name}/../../{outside.name}/{SLOPE}",
        f"{outside.name}/{SLOPE}",
        f"{course.name}/source/away/meet-slope.ipynb",
        str(outside / SLOPE),
        f"{course.name}/{SLOPE}\x00",
        f"{course.name}/source/slope-and-lines/no-such.ipynb",
        f"{course.name}/source/slope-and-lines",
        f"{course.name}/course.yaml",
        "x" * 5000,
        "",
    ):
        refused(ask(client, method, route, path), 404, "not-found")


def test_a_framework_that_lies_outside_is_not_read(client: Client, course: Path, outside: Path) -> None:
    framework = next((course / "frameworks").glob("*.json"))
    framework.symlink_to(shutil.move(framework, outside / "elsewhere.json"))
    refused(client.api("GET", "author", path=f"{course.name}/{SLOPE}"), 404, "not-found")


# --- no ---------------------------------------------------------------------------------------------------------------------------

ODD: tuple[bytes, ...] = (b"", b"{", b"null", b"[]", b'"x"', b"\xff\xfe", b'{"path": "PATH"}', b'{"path": 3, "notebook": ""}')
ODD += (b'{"path": "PATH", "notebook": {}}', b'{"path": "PATH", "notebook": "{}", "more": 1}', b'{"notebook": "{}"}')


def test_malformed_bodies_get_a_sentence(client: Client, course: Path) -> None:
    for body in ODD:
        refused(client.api("POST", "lint", body.replace(b"PATH", f"{course.name}/{SLOPE}".encode())), 400, "request")


def test_a_notebook_that_is_none_is_a_finding_and_no_error(client: Client, course: Path) -> None:
    odd: tuple[object, ...] = ({}, [], None, 3, "x", {"nbformat": 4, "cells": 5}, {"nbformat": 3, "cells": []})
    for book in odd:
        assert {f.code for f in linted(client, course, book)} & {"notebook-format", "notebook-json"}, book
    deep = client.api("POST", "lint", {"path": f"{course.name}/{SLOPE}", "notebook": "[" * 100_000})
    assert "notebook-json" in {f["code"] for f in deep.json["findings"]}
    book = {
        "nbformat": 4,
        "cells": [None, 3, {"cell_type": "code", "id": 5, "source": [1], "metadata": {"plnb": [], "nbgrader": 7}}],
    }
    assert {"notebook-format", "cell-metadata"} <= {f.code for f in linted(client, course, book)}


def test_a_broken_course_file_is_said_with_its_line(client: Client, course: Path) -> None:
    file = course / "course.yaml"
    file.write_text(file.read_text("utf-8") + "\nunits: [\n")
    for _ in range(2):
        refusal = refused(client.api("GET", "author", path=f"{course.name}/{SLOPE}"), 422, "course-file")
        assert "course.yaml:" in refusal.message
    shutil.copy(SAMPLE / "course.yaml", file)
    os.utime(file)
    assert client.api("GET", "author", path=f"{course.name}/{SLOPE}").status == 200
