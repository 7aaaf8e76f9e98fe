"""The routes of a real Jupyter server: typed, signed in, contained, and nothing written where they say no."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import pytest

from plnb.core.news import NewRecord
from plnb.core.profile import Profile
from plnb.core.student import CourseView, Refusal, StudentView
from plnb.server import authoring, handlers
from plnb.server.answering import LARGEST, STATUS
from tests.server.desk import feedback, graded, put
from tests.server.running import Answer, Client

TRIED = {"kind": "attempt", "activity": "walk", "check": "slope"}


def at(folder: Path, place: str = "one/walk.ipynb") -> str:
    return f"{folder.name}/{place}"


def tell(client: Client, folder: Path, *records: dict[str, Any], place: str = "one/walk.ipynb") -> Answer:
    return client.api("POST", "records", {"path": at(folder, place), "records": list(records)})


def everything(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in folder.rglob("*")
    }


def refused(answer: Answer, status: int, code: str) -> Refusal:
    assert answer.status == status, answer.body
    refusal = Refusal.model_validate_json(answer.body)
    assert refusal.code == code
    assert refusal.message.endswith(".")
    assert "Traceback" not in answer.body.decode()
    return refusal


# --- what they answer -------------------------------------------------------------------------------------------------------------


def test_the_course_and_where_one_stands_come_typed(client: Client, folder: Path) -> None:
    course = CourseView.model_validate_json(client.api("GET", "course", path=at(folder)).body)
    assert (course.id, course.unit, course.activity) == ("lines", "one", "walk")
    answer = client.api("GET", "progress", path=at(folder))
    view = StudentView.model_validate_json(answer.body)
    assert (view.unit, view.activity, view.report.course) == ("one", "walk", "lines")
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    assert {place.path for place in view.places if place.path} == {
        f"{folder.name}/one/walk.ipynb",
        f"{folder.name}/two/run.ipynb",
        f"{folder.name}/two/swim.ipynb",
    }


def test_what_happened_is_on_the_disk_when_the_server_answers(client: Client, folder: Path) -> None:
    view = StudentView.model_validate_json(tell(client, folder, TRIED).body)
    assert view.checks[0].passed
    line = json.loads((folder / "one" / "journal" / "walk.jsonl").read_text())
    assert (line["check"], line["trust"]) == ("slope", "local")


def test_one_of_ones_own_records_can_be_deleted(client: Client, folder: Path) -> None:
    (record,) = tell(client, folder, {"kind": "reflected", "activity": "walk", "prompt": "how", "text": "Bad day."}).json["records"]
    view = client.api("DELETE", "records", path=at(folder), id=record["id"]).json
    assert view["records"] == []
    assert "Bad day" not in (folder / "one" / "journal" / "walk.jsonl").read_text()
    refused(client.api("DELETE", "records", path=at(folder), id=record["id"]), 404, "not-found")


def test_a_profile_is_kept_and_comes_with_the_view(client: Client, folder: Path) -> None:
    mine = {"interests": ["music"], "formats": ["data"], "access": ["Large print."]}
    assert client.api("PUT", "profile", mine, path=at(folder)).json == mine
    assert client.api("GET", "profile", path=at(folder)).json == mine
    view = client.api("GET", "progress", path=at(folder)).json
    assert view["profile"] == mine
    assert [advice["option"] for advice in view["advice"]] == ["table"]
    assert client.api("PUT", "profile", Profile().model_dump(mode="json"), path=at(folder)).status == 200


def test_what_came_back_is_listed_with_where_it_opens(client: Client, folder: Path) -> None:
    page = feedback(folder / "one", graded())
    (found,) = client.api("GET", "feedback", path=at(folder)).json
    assert found["path"] == f"{folder.name}/{page.relative_to(folder).as_posix()}"


def test_two_tabs_see_the_same(url: str, folder: Path) -> None:
    one, two = Client(url), Client(url)
    done: list[int] = []

    def work(tab: Client, name: str) -> None:
        for number in range(15):
            record = {"kind": "goal_set", "goal": f"{name}-{number}", "text": "x", "key": f"{name}-{number}"}
            done.append(tell(tab, folder, record).status)

    tabs = [threading.Thread(target=work, args=pair) for pair in ((one, "a"), (two, "b"))]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert done == [200] * 30
    views = [client.api("GET", "progress", path=at(folder)).json for client in (one, two)]
    assert len(views[0]["goals"]) == 30
    for view in views:
        view["report"]["made_at"] = ""
    assert views[0] == views[1]


# --- to whom ----------------------------------------------------------------------------------------------------------------------

ROUTES: tuple[tuple[str, str, object], ...] = (
    ("GET", "course", None),
    ("GET", "progress", None),
    ("POST", "records", {"path": "", "records": [TRIED]}),
    ("DELETE", "records", None),
    ("GET", "profile", None),
    ("PUT", "profile", {"interests": ["music"]}),
    ("GET", "feedback", None),
    ("POST", "feedback", {"path": ""}),
    ("POST", "submit", {"path": ""}),
)


@pytest.mark.parametrize(("method", "route", "body"), ROUTES)
def test_nobody_gets_nothing_and_changes_nothing(url: str, folder: Path, method: str, route: str, body: object) -> None:
    before = everything(folder)
    if isinstance(body, dict) and "path" in body:
        body = {**body, "path": at(folder)}
    refusal = refused(Client(url, token="").api(method, route, body, path=at(folder), id="x"), 403, "not-allowed")
    assert "lines" not in refusal.model_dump_json().lower()
    assert everything(folder) == before


@pytest.mark.parametrize(("method", "route"), [(method, route) for method, route, _ in ROUTES if method != "GET"])
def test_a_foreign_page_cannot_write_with_a_students_cookie(url: str, folder: Path, method: str, route: str) -> None:
    browser = Client(url)
    browser.sign_in()
    path = f"/plnb/api/{route}?path={at(folder)}&id=x"
    signed_in = browser.ask("GET", f"/plnb/api/progress?path={at(folder)}", bare=True)
    assert signed_in.status == 200, "the cookie alone lets one look"
    before = everything(folder)
    body = {"path": at(folder), "records": [TRIED]}
    refused(browser.ask(method, path, body, bare=True), 403, "not-allowed")
    refused(browser.ask(method, path, body, bare=True, headers={"X-XSRFToken": "guessed"}), 403, "not-allowed")
    assert everything(folder) == before
    if route == "records" and method == "POST":
        assert browser.ask(method, path, body, bare=True, headers={"X-XSRFToken": browser.xsrf()}).status == 200


# --- no -------------------------------------------------------------------------------------------------------------------------

DEEP = b'{"path": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"
RECORDS = '{{"path": "PATH", "records": [{}]}}'
MALFORMED: tuple[bytes, ...] = (
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"1e999",
    b"\xff\xfe\x00",
    b"\x00",
    b'{"path": "PATH"}',
    b'{"records": []}',
    b'{"path": "PATH", "records": []}',
    b'{"path": "PATH", "records": {}}',
    b'{"path": "PATH", "records": [null]}',
    b'{"path": "PATH", "records": [[]]}',
    b'{"path": null, "records": [{"kind": "attempt", "activity": "walk", "check": "slope"}]}',
    b'{"path": ["PATH"], "records": [{"kind": "attempt", "activity": "walk", "check": "slope"}]}',
    DEEP,
    *(
        RECORDS.format(record).encode()
        for record in (
            "{}",
            '{"kind": "overridden", "standard": "S.1", "level": "mastered", "reason": "!"}',
            '{"kind": "attempt"}',
            '{"kind": "attempt", "activity": "walk", "check": "slope", "trust": "graded"}',
            '{"kind": "attempt", "activity": "walk", "check": "slope", "verdict": "passed"}',
            '{"kind": "attempt", "activity": "walk", "check": "slope", "student": "bob"}',
            '{"kind": "attempt", "activity": "walk", "check": "slope", "score": 2}',
            '{"kind": "attempt", "activity": "walk", "check": "slope", "score": NaN}',
            '{"kind": "attempt", "activity": "walk", "check": "slope", "score": "x"}',
            '{"kind": "attempt", "activity": "../../etc/passwd", "check": "slope"}',
            '{"kind": "attempt", "activity": "walk", "check": "a/b"}',
            '{"kind": "attempt", "activity": "walk", "check": "slope", "at": "yesterday"}',
            '{"kind": "attempt", "activity": "walk", "check": "slope", "at": "2026-01-01T00:00:00"}',
            '{"kind": "attempt", "activity": "walk", "check": "slope", "key": "a b"}',
            '{"kind": "hint_shown", "activity": "walk", "check": "slope", "rung": 0}',
            '{"kind": "hint_shown", "activity": "walk", "check": "slope", "rung": 99}',
            '{"kind": "choice_made", "fork": "rep", "options": "graph"}',
            '{"kind": "choice_made", "fork": "rep", "options": ["nope"]}',
            '{"kind": "goal_set", "goal": "<b>", "text": "x"}',
            '{"kind": "goal_set", "goal": "g", "text": "\\ud800"}',
            '{"kind": "self_assessed", "standard": "S.1", "level": "genius"}',
            '{"kind": "went_on", "activity": "walk", "gate": "hard"}',
            '{"kind": "reflected", "activity": "walk", "prompt": "how", "text": "' + "x" * 20_001 + '"}',
            ", ".join([json.dumps(TRIED)] * 201),
            json.dumps(TRIED) + ', {"kind": "attempt", "activity": "walk", "check": "nope"}',
        )
    ),
)


def test_malformed_bodies_get_a_sentence_and_write_nothing(client: Client, folder: Path) -> None:
    before = everything(folder)
    assert len(MALFORMED) >= 30
    for body in MALFORMED:
        answer = client.api("POST", "records", body.replace(b"PATH", at(folder).encode()))
        assert 400 <= answer.status < 500, body[:200]
        refusal = Refusal.model_validate_json(answer.body)
        assert refusal.code
        assert refusal.message.endswith(".")
        assert refusal.hint
        assert len(answer.body) < 2000
    assert everything(folder) == before
    assert tell(client, folder, TRIED).status == 200, "and the server goes on"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"interests": 1}', b'{"formats": ["smell"]}', b'{"extra": 1}', b'{"access": "x"}']
)
def test_a_malformed_profile_is_refused_and_the_old_one_stays(client: Client, folder: Path, body: bytes) -> None:
    refused(client.api("PUT", "profile", body, path=at(folder)), 400, "request")
    assert client.api("GET", "profile", path=at(folder)).json == Profile().model_dump(mode="json")


def test_a_body_that_is_too_large_is_refused(client: Client, folder: Path) -> None:
    before = everything(folder)
    refused(client.api("POST", "records", b'{"path": "' + b"x" * LARGEST + b'"}'), 413, "too-large")
    assert everything(folder) == before


OUTSIDE = (
    "..",
    "../{outside}/one/walk.ipynb",
    "{name}/../../{outside}/one",
    "{name}/one/../../../{outside}/one",
    "/etc/passwd",
    "/{name}/one",
    "{name}/linked/walk.ipynb",
    "{name}/linked",
    "C:/Windows",
    "C:\\Windows",
    "{name}\\..\\..\\{outside}",
    "{name}/one\x00/walk.ipynb",
    "{name}/one/walk.ipynb\x00.txt",
    "{name}/\n/one",
    "x" * 5000,
    "{name}/" + "y" * 300 + "/one",
    "~/one",
    "{name}/%2e%2e/%2e%2e/{outside}/one",
    "....//{outside}",
    "{name}/no-such/walk.ipynb",
)


@pytest.mark.parametrize("route", ["course", "progress", "profile", "feedback"])
def test_a_path_never_leads_out_of_what_is_served(client: Client, folder: Path, outside: Path, route: str) -> None:
    put(outside)
    link = folder / "linked"
    link.symlink_to(outside / "one")
    for path in OUTSIDE:
        refused(client.api("GET", route, path=path.format(name=folder.name, outside=outside.name)), 404, "not-found")
        if route == "progress":
            body = {"path": path.format(name=folder.name, outside=outside.name), "records": [TRIED]}
            assert client.api("POST", "records", body).status in (400, 404), path
    assert not (outside / "one" / "journal").exists()


def test_a_journal_that_leads_out_is_not_followed(client: Client, folder: Path, tmp_path: Path) -> None:
    (folder / "one" / "journal").symlink_to(tmp_path)
    refused(tell(client, folder, TRIED), 409, "read-only")
    assert list(tmp_path.iterdir()) == []
    assert client.api("GET", "progress", path=at(folder)).status == 200


def test_a_newer_unit_a_damaged_one_and_none_each_say_what_to_do(client: Client, folder: Path) -> None:
    bundle = folder / "one" / "course.json"
    whole = json.loads(bundle.read_text())
    bundle.write_text(json.dumps({**whole, "schema_version": 2}))
    assert "pip install" in refused(client.api("GET", "progress", path=at(folder)), 409, "format-too-new").hint
    bundle.write_text("{}")
    assert refused(client.api("GET", "progress", path=at(folder)), 422, "course-file").hint
    bundle.unlink()
    # Its sibling is still there, but this folder is no unit.
    assert "course" in refused(client.api("GET", "progress", path=at(folder)), 404, "not-found").message


def test_an_unknown_method_is_refused(client: Client, folder: Path) -> None:
    refused(client.api("PATCH", "records", {"path": at(folder)}), 405, "request")


def test_every_route_and_every_no_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "reference" / "api.md").read_text("utf-8")
    told = set(re.findall(r"^\| `(GET|POST|PUT|DELETE) (\w+)", text, re.M))
    assert told == _methods(handlers.ROUTES) | _methods(authoring.ROUTES)
    assert _methods(handlers.ROUTES) == {(method, route) for method, route, _ in ROUTES}
    for code in (*STATUS, "request", "record", "not-allowed", "too-large"):
        assert f"`{code}`" in text, code
    for kind in get_args(get_args(NewRecord)[0]):
        assert f"| `{kind.model_fields['kind'].default}` |" in text


def _methods(routes: Iterable[tuple[str, type]]) -> set[tuple[str, str]]:
    verbs = ("get", "post", "put", "delete", "patch")
    return {(verb.upper(), route) for route, handler in routes for verb in verbs if verb in vars(handler)}
