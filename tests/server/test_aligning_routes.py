"""Aligning standards by the routes: typed, signed in, contained, written as the command line writes, nothing where they say no."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from plnb.core.aligning_view import Alignments, Offers, OwnStandard
from plnb.core.standards import Relation
from plnb.server.aligning import ROUTES
from plnb.store.standards_file import read_framework
from tests.cli.lists import OURS, make_course, plnb
from tests.server.running import Answer, Client
from tests.server.test_teaching_routes import everything, refused

ALIGN = {"code": "R.1", "framework": "state", "other": "M.RP.2", "relation": "isPartOf"}


@pytest.fixture
def course(place: Path) -> Path:
    """A course with a list of its own in YAML, and one of the state's."""
    return make_course(place)


def path(course: Path) -> str:
    return f"{course.parent.name}/{course.name}"


def look(client: Client, course: Path, own: str = "") -> Alignments:
    answer = client.api("GET", "teaching/standards", path=path(course), own=own)
    assert answer.status == 200, answer.body
    return Alignments.model_validate_json(answer.body)


def like(client: Client, course: Path, code: str, query: str = "") -> Offers:
    answer = client.api("GET", "teaching/standards/like", path=path(course), own="", code=code, query=query)
    assert answer.status == 200, answer.body
    return Offers.model_validate_json(answer.body)


def say(client: Client, course: Path, **wanted: object) -> Answer:
    return client.api("POST", "teaching/align", {"path": path(course), **ALIGN, **wanted})


def standard(view: Alignments, code: str) -> OwnStandard:
    (found,) = (each for each in view.standards if each.code == code)
    return found


# --- what they answer -------------------------------------------------------------------------------------------------------------


def test_the_own_list_comes_with_the_published_ones_beside_it(client: Client, course: Path) -> None:
    view = look(client, course)
    assert (view.own, view.file) == ("ours", "frameworks/ours.yaml")
    assert [each.id for each in view.lists] == ["ours", "state"]
    assert [(each.id, each.standards) for each in view.published] == [("state", 5)]
    assert [each.relation for each in view.kinds] == list(Relation)
    assert [(each.code, each.group) for each in view.standards] == [("R", True), ("R.1", False), ("R.2", False)]
    assert look(client, course, "state").own == "state"
    assert view == Alignments.model_validate_json(client.api("GET", "teaching/standards", path=f"{path(course)}/frameworks").body)


def test_the_likest_are_offered_and_all_are_searched(client: Client, course: Path) -> None:
    first = like(client, course, "R.1").offers[0]
    assert (first.framework, first.title, first.code) == ("state", "The State's Standards", "M.RP.2")
    assert [each.code for each in like(client, course, "R.1", "rotations").offers] == ["M.G.1"]
    assert [each.code for each in like(client, course, "R.1", "8.f.b.4").offers] == ["8.F.B.4"]
    assert like(client, course, "R.1", "no such thing") == Offers(total=0)


def test_an_alignment_is_in_the_file_as_the_command_line_writes_it_and_taken_away_the_file_is_what_it_was(
    client: Client, course: Path, tmp_path: Path
) -> None:
    answer = say(client, course)
    (aligned,) = standard(Alignments.model_validate_json(answer.body), "R.1").aligned
    assert (aligned.words, aligned.code, aligned.title) == ("a part of", "M.RP.2", "The State's Standards")
    assert aligned.statement.startswith("Understand the unit rate")
    twin = make_course(tmp_path)
    plnb(twin, "align", "R.1", "M.RP.2", "--as", "isPartOf")
    assert everything(course) == everything(twin)
    say(client, course, relation="exactMatchOf")
    (aligned,) = standard(look(client, course), "R.1").aligned
    assert aligned.relation is Relation.exact_match
    gone = Alignments.model_validate_json(say(client, course, relation=None).body)
    assert standard(gone, "R.1").aligned == ()
    assert (course / "frameworks" / "ours.yaml").read_text("utf-8") == OURS


def test_a_list_that_is_put_into_the_folder_is_seen_and_what_changes_beside_us_too(client: Client, course: Path) -> None:
    kept = course / "frameworks" / "state.case.json"
    away = course.parent / "state.json"
    shutil.move(kept, away)
    file = course / "course.yaml"
    file.write_text(file.read_text("utf-8").replace(", frameworks/state.case.json", ""), "utf-8")
    assert look(client, course).published == ()
    assert like(client, course, "R.1") == Offers(total=0)
    assert refused(say(client, course), 404, "not-found").hint.startswith("Bring one in")
    shutil.move(away, kept)
    assert [each.id for each in look(client, course).published] == ["state"]
    assert like(client, course, "R.1").offers[0].code == "M.RP.2"
    plnb(course, "align", "R.2", "M.EE.5")
    assert standard(look(client, course), "R.2").aligned[0].code == "M.EE.5"
    assert say(client, course).status == 200
    framework = read_framework((course / "frameworks" / "ours.yaml").read_bytes(), "ours.yaml")
    assert [len(each.alignments) for each in framework.standards] == [0, 1, 1]


def test_a_list_that_cannot_be_read_is_named(client: Client, course: Path) -> None:
    (course / "frameworks" / "odd.json").write_text("{")
    assert "frameworks/odd.json" in refused(client.api("GET", "teaching/standards", path=path(course)), 400, "framework").message


# --- whom they answer, and where --------------------------------------------------------------------------------------------------

ASKED = (("GET", "teaching/standards"), ("GET", "teaching/standards/like"), ("POST", "teaching/align"))


def ask(client: Client, method: str, route: str, where: str, *, bare: bool = False) -> Answer:
    if method == "GET":
        return client.api(method, route, path=where, code="R.1")
    return client.ask(method, f"/plnb/api/{route}", {"path": where, **ALIGN}, bare=bare)


def test_every_route_is_asked_here() -> None:
    assert {route for _, route in ASKED} == {route for route, _ in ROUTES}


def test_nobody_gets_nothing_and_a_foreign_page_changes_nothing(url: str, course: Path) -> None:
    before = everything(course)
    browser = Client(url)
    browser.sign_in()
    for method, route in ASKED:
        refusal = refused(ask(Client(url, token=""), method, route, path(course)), 403, "not-allowed")
        assert "rate" not in refusal.model_dump_json().lower()
    refused(ask(browser, "POST", "teaching/align", path(course), bare=True), 403, "not-allowed")
    assert everything(course) == before


def test_what_a_student_has_is_no_course_to_align(client: Client, folder: Path) -> None:
    before = everything(folder)
    for method, route in ASKED:
        refused(ask(client, method, route, folder.name), 404, "not-found")
        refused(ask(client, method, route, f"{folder.name}/one/walk.ipynb"), 404, "not-found")
    assert everything(folder) == before


def test_a_path_never_leads_out_of_what_is_served(client: Client, served: Path, course: Path, outside: Path) -> None:
    away = make_course(outside)
    (served / outside.name).symlink_to(away)
    before = everything(away)
    for method, route in ASKED:
        for where in ("..", f"../{outside.name}/course", str(away), outside.name, f"{path(course)}\x00", "x" * 5000, ""):
            refused(ask(client, method, route, where), 404, "not-found")
    assert everything(away) == before


def test_a_list_outside_of_what_is_served_is_not_read_and_one_outside_of_the_course_is_not_written(
    client: Client, outside: Path, course: Path
) -> None:
    ours = course / "frameworks" / "ours.yaml"
    elsewhere = shutil.move(ours, course.parent / "elsewhere.yaml")
    ours.symlink_to(elsewhere)
    refused(say(client, course), 409, "read-only")
    assert elsewhere.read_text("utf-8") == OURS
    away = shutil.move(elsewhere, outside / "elsewhere.yaml")
    ours.unlink()
    ours.symlink_to(away)
    for method, route in ASKED:
        refused(ask(client, method, route, path(course)), 404, "not-found")
    assert away.read_text("utf-8") == OURS


# --- no ---------------------------------------------------------------------------------------------------------------------------

ODD: tuple[dict[str, object], ...] = (
    {"code": ""},
    {"code": 3},
    {"other": "x" * 121},
    {"framework": None},
    {"framework": "y" * 201},
    {"relation": "isLike"},
    {"relation": 1},
    {"own": []},
    {"path": None},
    {"more": 1},
)


def test_malformed_bodies_and_names_that_are_not_there_get_a_sentence_and_write_nothing(client: Client, course: Path) -> None:
    before = everything(course)
    for wrong in ODD:
        refused(say(client, course, **wrong), 400, "request")
    for body in (b"", b"{", b"null", b"[]", b"\xff", b"[" * 20_000):
        refused(client.api("POST", "teaching/align", body), 400, "request")
    whole = {"path": path(course), **ALIGN}
    for key in whole:
        refused(client.api("POST", "teaching/align", {name: value for name, value in whole.items() if name != key}), 400, "request")
    for wrong in ({"code": "R.9"}, {"other": "M.NO.1"}, {"framework": "nation"}, {"own": "theirs"}, {"relation": None}):
        refused(say(client, course, **wrong), 404, "not-found")
    refused(client.api("GET", "teaching/standards/like", path=path(course), code="R.9"), 404, "not-found")
    refused(client.api("GET", "teaching/standards", path=path(course), own="theirs"), 404, "not-found")
    assert "words" in refused(say(client, course, other="Z"), 404, "not-found").hint
    assert everything(course) == before
