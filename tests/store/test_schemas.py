"""The committed schemas: fresh, valid, and right about what people write and we write."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given, settings

from plnb.core.base import Level, Trust
from plnb.core.cells import CellMeta
from plnb.core.conditions import Condition
from plnb.core.policy import Latest
from plnb.core.progress import report
from plnb.core.records import Attempt, ChoiceMade, HintShown, Overridden, Record, RecordAdapter, Reflected, Verdict
from plnb.store.bundle import student_bundle
from plnb.store.metadata import write_cell_meta
from plnb.store.schemas import FOLDER, main, stale, write_schemas
from tests.store.courses import CHECK, COURSE_YAML
from tests.store.test_bundle import COURSE
from tests.store.test_metadata import CELLS, CONDITIONS

NAMES = [
    "cell.v1",
    "course-file.v1",
    "standards.v1",
    "course-bundle.v1",
    "report.v1",
    "record.v1",
    "student-view.v1",
    "new-records.v1",
]


def committed(name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return found


def faults(name: str, data: object) -> list[str]:
    return [error.message for error in jsonschema.Draft202012Validator(committed(name)).iter_errors(data)]


def test_the_committed_schemas_are_fresh():
    assert stale() == (), "write them with: make schemas"


def test_a_stale_or_missing_schema_is_noticed(tmp_path: Path):
    assert stale(tmp_path) == tuple(NAMES)
    write_schemas(tmp_path)
    assert stale(tmp_path) == ()
    (tmp_path / "cell.v1.json").write_text("{}", "utf-8")
    assert stale(tmp_path) == ("cell.v1",)


def test_the_check_says_so(capsys: pytest.CaptureFixture[str]):
    assert main(["--check"]) == 0
    assert "fresh" in capsys.readouterr().out


@pytest.mark.parametrize("name", NAMES)
def test_each_is_a_schema_with_its_name_and_every_field_described(name: str):
    document = committed(name)
    jsonschema.Draft202012Validator.check_schema(document)
    assert document["$id"] == f"urn:plnb:schema:{name}"
    models = document["$defs"]
    assert isinstance(models, dict)
    for model, definition in models.items():
        for field, described in definition.get("properties", {}).items():
            assert "title" not in described, f"{model}.{field}"
            assert described.get("description") or "const" in described or "$ref" in described, f"{model}.{field}"


def test_every_example_of_the_formats_is_valid():
    assert faults("course-file.v1", yaml.safe_load(COURSE_YAML)) == []
    assert faults("cell.v1", CHECK) == []
    fork = {"id": "graph", "title": "From a graph", "suggest_when": {"standard": "8.F.B.4", "below": "familiar"}}
    for example in (
        {"schema_version": 1, "role": "fork", "id": "rep", "prompt": "How?", "pick": 1, "options": [fork]},
        {"schema_version": 1, "role": "explain", "branch": "rep/graph"},
        {"role": "gate", "id": "g1", "opens_when": {"standard": "HSF-LE.A.2", "at_least": "proficient"}, "soft": True},
    ):
        assert faults("cell.v1", example) == []


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("cell.v1", {"role": "chek"}),
        ("cell.v1", {"role": "check", "points": 3}),
        ("cell.v1", {"role": "gate", "id": "g", "opens_when": {"standard": "A"}}),
        ("cell.v1", {"role": "fork", "id": "f", "prompt": "?", "options": []}),
        ("course-file.v1", {"schema_version": 2, "id": "a", "title": "A"}),
        ("course-file.v1", {"schema_version": 1, "id": "a", "title": "A", "units": [{"id": "u", "title": "U", "steps": [{}]}]}),
        ("record.v1", {"kind": "attempt"}),
    ],
)
def test_what_plnb_refuses_the_schema_refuses_too(name: str, data: object):
    assert faults(name, data)


@settings(deadline=None)
@given(CELLS)
def test_every_cell_we_write_is_valid(meta: CellMeta):
    assert faults("cell.v1", write_cell_meta(meta)) == []


@settings(deadline=None)
@given(CONDITIONS)
def test_every_condition_is_valid_in_a_course_file(condition: Condition):
    step = {"notebook": "a", "opens_when": condition.model_dump(mode="json")}
    assert (
        faults(
            "course-file.v1", {"schema_version": 1, "id": "a", "title": "A", "units": [{"id": "u", "title": "U", "steps": [step]}]}
        )
        == []
    )


def test_a_policy_of_every_kind_is_valid_in_a_course_file():
    mastery = {
        "policy": Latest().model_dump(mode="json"),
        "standards": {"A": {"type": "m_of_n", "m": 3, "n": 5}, "B": {"type": "highest"}},
    }
    assert faults("course-file.v1", {"schema_version": 1, "id": "a", "title": "A", "mastery": mastery}) == []


def test_every_bundle_we_write_is_valid():
    assert faults("course-bundle.v1", json.loads(student_bundle(COURSE).model_dump_json())) == []


NOW = datetime(2026, 11, 22, tzinfo=UTC)
HEAD = {"id": "0" * 32, "course": "c", "student": "ada", "at": NOW, "trust": Trust.graded}


@pytest.mark.parametrize(
    "record",
    [
        Attempt(**HEAD, unit="u", activity="a", check="c", verdict=Verdict.passed, score=1),
        HintShown(**HEAD, activity="a", check="c", rung=1),
        ChoiceMade(**HEAD, fork="f", options=("x",)),
        Reflected(**HEAD, activity="a", prompt="p", text="Hm."),
        Overridden(**HEAD, standard="A", level=Level.mastered, reason="Told me."),
    ],
)
def test_every_record_we_write_is_valid(record: Record):
    assert faults("record.v1", RecordAdapter.dump_python(record, mode="json")) == []


def test_every_report_we_write_is_valid():
    made = report(COURSE, (), student="ada", now=NOW)
    assert made.standards
    assert faults("report.v1", json.loads(made.model_dump_json())) == []
