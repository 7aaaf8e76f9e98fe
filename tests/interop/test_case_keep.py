"""What a publisher says beyond what a course needs is still there when the package has gone through a course."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from plnb.core.standards import Framework
from plnb.errors import FrameworkError
from plnb.interop.case import keep_rest, published, read_package, validate_package, write_package
from tests.interop.test_case import JSON, LINES, NOW, case_1_0, package, read

GUID = "5f0c3a4e-1d0b-4c7e-9a55-0c1d2e3f4a5b"
LINK = {"title": "Graphs", "identifier": GUID, "uri": "https://state.example/concepts/1"}


def thing(number: int, **more: object) -> dict[str, object]:
    guid = f"5f0c3a4e-1d0b-4c7e-9a55-0c1d2e3f4a{number:02x}"
    return {"identifier": guid, "uri": f"urn:uuid:{guid}", "lastChangeDateTime": "2025-01-01T00:00:00Z", **more}


def rich() -> dict[str, Any]:
    """A package as a publisher makes it, with more than a course needs."""
    raw = package()
    raw["CFDocument"] |= {"adoptionStatus": "Adopted", "publisher": "The State", "notes": "Mind it.", "statusStartDate": "soon"}
    raw["CFDocument"]["extensions"]["state"] = {"review": [1, None]}
    raw["CFDocument"]["officialName"] = "Maths"
    raw["CFItems"][1] |= {"notes": "With units.", "conceptKeywordsURI": LINK, "listEnumeration": "1", "colour": "red"}
    raw["CFItems"][1]["lastChangeDateTime"] = "2025-02-03T00:00:00Z"
    ends = [{"title": i["humanCodingScheme"], "identifier": i["identifier"], "uri": i["uri"]} for i in raw["CFItems"][1:]]
    inside = {"originNodeURI": ends[0], "destinationNodeURI": ends[1]}
    raw["CFAssociations"] += [
        thing(1, associationType="isPeerOf", **inside),
        thing(2, associationType="replacedBy", **inside, notes="Since 2025."),
        thing(3, associationType="likes", **inside),
    ]
    raw["CFDefinitions"]["CFConcepts"] = [thing(4, title="Graphs", hierarchyCode="1"), {"title": "no address"}]
    raw["CFRubrics"] = [thing(5, title="How well", CFRubricCriteria=[thing(6, weight=0.5)])]
    raw["extensions"] = {"tool": "x"}
    return raw


def through(raw: object) -> tuple[dict[str, Any], tuple[str, ...]]:
    source = json.dumps(raw)
    text, left_out = keep_rest(write_package(read(raw), NOW), read(raw), source)
    assert read_package(text) == published(read(raw), NOW)
    return json.loads(text), left_out


def test_notes_keywords_rubrics_and_extensions_come_out_as_they_went_in():
    made, left_out = through(rich())
    document, item = made["CFDocument"], made["CFItems"][1]
    assert (document["adoptionStatus"], document["publisher"], document["notes"]) == ("Adopted", "The State", "Mind it.")
    assert document["extensions"] == {"officialName": "Maths", "plnb": {"id": "lines"}, "state": {"review": [1, None]}}
    assert (item["notes"], item["conceptKeywordsURI"], item["listEnumeration"]) == ("With units.", LINK, "1")
    assert item["extensions"] == {"colour": "red"}
    assert item["lastChangeDateTime"] == "2025-02-03T00:00:00Z"
    assert {"isPeerOf", "replacedBy"} <= {each["associationType"] for each in made["CFAssociations"]}
    assert made["CFDefinitions"]["CFConcepts"] == [thing(4, title="Graphs", hierarchyCode="1")]
    assert made["CFRubrics"] == rich()["CFRubrics"]
    assert made["extensions"] == {"tool": "x"}
    assert left_out == ("CFAssociations", "CFDefinitions.CFConcepts", "CFDocument.statusStartDate")
    assert validate_package(json.dumps(made), strict=True) == ()


def test_going_through_twice_changes_nothing_more():
    once, _ = through(rich())
    again, left_out = through(once)
    assert (again, left_out) == (once, ())
    plain = package()
    assert through(plain) == (plain, ())


def test_what_was_read_leniently_is_still_written_strictly():
    made, _ = through(case_1_0())
    assert validate_package(json.dumps(made), strict=True) == ()
    assert made["CFDocument"]["extensions"]["unknown"] == [1]


@settings(deadline=None)
@given(document=JSON, items=st.lists(JSON, max_size=3), associations=st.lists(JSON, max_size=3), rest=JSON)
def test_whatever_else_a_package_holds_it_reads_the_same_and_is_no_less_strict(
    document: object, items: list[object], associations: list[object], rest: object
):
    raw = rich()
    raw["CFItems"] += items
    raw["CFAssociations"] += associations
    raw["CFDefinitions"]["CFSubjects"] = raw["CFRubrics"] = raw["more"] = rest
    if isinstance(document, dict):
        raw["CFDocument"] = document
    try:
        framework: Framework = read(raw)
    except FrameworkError:
        return
    text = write_package(framework, NOW)
    kept, _ = keep_rest(text, framework, json.dumps(raw))
    assert read_package(kept.encode()) == published(framework, NOW)
    assert {each.message for each in validate_package(kept, strict=True)} <= {
        each.message for each in validate_package(text, strict=True)
    }


def test_a_framework_in_another_order_gets_each_its_own():
    raw = rich()
    raw["CFItems"].reverse()
    made, _ = through(raw)
    assert [each.get("notes") for each in made["CFItems"] if each["humanCodingScheme"] == "L.1"] == ["With units."]
    assert len(LINES.standards) == len(made["CFItems"])
