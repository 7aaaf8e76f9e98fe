"""CASE packages: read whatever publishers write, write what the official schema accepts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plnb.core.findings import Severity
from plnb.core.standards import Alignment, Framework, Relation, Standard
from plnb.errors import FrameworkError
from plnb.interop.case import published, read_package, validate_package, write_package

NOW = datetime(2026, 11, 22, tzinfo=UTC)
OFFICIAL = Path(__file__).parents[2].parent / "shared" / "data" / "case" / "case_v1p1_openapi.json"

LINES = Framework(
    id="lines",
    title="Straight lines",
    creator="A teacher",
    uri="https://school.example/ims/case/v1p1/CFDocuments/138b2dcf-15a0-527a-9033-0197cf3d9df4",
    identifier="138b2dcf-15a0-527a-9033-0197cf3d9df4",
    version="2",
    licence="CC BY 4.0. Use it as you like.",
    changed="2026-09-01T00:00:00Z",
    standards=(
        Standard(code="L", statement="Lines.", kind="Cluster"),
        Standard(code="L.1", statement="Compute slope from two points.", title="Slope", parent="L", education_level=("08", "09")),
        Standard(
            code="L.2",
            statement="Write the equation.",
            parent="L",
            requires=("L.1", "ELSEWHERE.3"),
            alignments=(
                Alignment(
                    relation=Relation.exact_match,
                    framework="ccss",
                    code="8.F.B.4",
                    uri="http://corestandards.org/Math/Content/8/F/B/4",
                ),
                Alignment(relation=Relation.related, framework="ngss", code="MS-PS2-2"),
            ),
        ),
    ),
)


def package(framework: Framework = LINES) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(write_package(framework, NOW))
    return made


def read(raw: object) -> Framework:
    return read_package(json.dumps(raw), "f.json")


def codes(findings: tuple[Any, ...]) -> set[str]:
    return {finding.code for finding in findings}


# --- writing ---------------------------------------------------------------------------------------------------------------------


def test_a_framework_comes_back_as_it_was_written():
    made = published(LINES, NOW)
    assert read_package(write_package(LINES, NOW)) == made
    kept = {"id", "title", "creator", "uri", "identifier", "version", "licence", "changed", "language"}
    assert made.model_dump(include=kept) == LINES.model_dump(include=kept)
    assert [s.model_copy(update={"identifier": "", "uri": ""}) for s in made.standards] == list(LINES.standards)


def test_identifiers_are_stable_conforming_and_the_publishers_own_where_there_are_any():
    first, second = package(), package()
    assert first == second
    for item in first["CFItems"]:
        assert UUID(item["identifier"]).version == 5
        assert item["identifier"] == item["identifier"].lower()
        assert item["uri"].startswith("https://school.example/ims/case/v1p1/CFItems/")
    own = "4C8E5EB5-C4C4-542A-AE7F-966582DB4DA1"
    given_ = LINES.model_copy(update={"standards": (Standard(code="L", statement="Lines.", identifier=own),)})
    assert package(given_)["CFItems"][0]["identifier"] == own.lower()


def test_a_framework_that_says_little_is_published_all_the_same():
    bare = Framework(
        id="my lines!", title="", standards=(Standard(code="L 1", statement=""), Standard(code="L 1", statement="Again."))
    )
    made = published(bare, NOW)
    assert (made.id, made.title, made.creator, made.changed) == (
        "my-lines",
        "Untitled framework",
        "Unknown",
        "2026-11-22T00:00:00Z",
    )
    assert made.standards[0].identifier != made.standards[1].identifier
    assert validate_package(write_package(bare, NOW), strict=True)[0].code == "case-code-twice"
    assert published(made, NOW) == made


def test_an_address_is_escaped_or_left_out():
    addresses = ["http://x.example/a b", "www.x.example", "http://x.example/ü", "", "javascript"]
    standard = Standard(
        code="A",
        statement="A.",
        alignments=tuple(
            Alignment(relation="isRelatedTo", framework="x", code=f"C{n}", uri=uri) for n, uri in enumerate(addresses)
        ),
    )
    found = read_package(write_package(Framework(id="f", title="F", standards=(standard,)), NOW)).standards[0]
    assert [a.uri for a in found.alignments] == ["http://x.example/a%20b", "", "http://x.example/%C3%BC", "", ""]


@cache
def _official() -> jsonschema.Draft4Validator:
    if not OFFICIAL.is_file():
        pytest.skip("the official CASE 1.1 schema is not on this machine")

    def draft(node: Any) -> Any:
        """OpenAPI 3.0 says `nullable` where JSON Schema says null."""
        if isinstance(node, list):
            return [draft(item) for item in node]
        if not isinstance(node, dict):
            return node
        made = {key: draft(value) for key, value in node.items() if key != "nullable"}
        if node.get("nullable") and "type" in made:
            made["type"] = [made["type"], "null"]
        return made

    components = draft(json.loads(OFFICIAL.read_text("utf-8"))["components"])
    schema = {"$ref": "#/components/schemas/CFPackageDType", "components": components}
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)


def _official_faults(raw: object) -> list[str]:
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in _official().iter_errors(raw)]


def test_the_official_schema_finds_nothing_wrong_with_what_we_write():
    assert _official_faults(package()) == []
    assert _official_faults(package(Framework(id="x", title="", standards=(Standard(code="L 1", statement=""),)))) == []
    assert validate_package(write_package(LINES, NOW), strict=True) == ()


def test_the_sample_courses_framework_is_accepted_by_the_official_schema():
    found = sorted((Path(__file__).parents[2] / "sample_course" / "frameworks").glob("*.json"))
    assert found
    for file in found:
        text = file.read_text("utf-8")
        assert validate_package(text, strict=True) == ()
        assert _official_faults(json.loads(text)) == []


def _harmed(path: str, value: object) -> dict[str, Any]:
    raw = package()
    raw["CFAssociations"][0]["sequenceNumber"] = 1
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    holder: Any = raw
    for part in way:
        holder = holder[part]
    if value is ...:
        del holder[last]
    else:
        holder[last] = value
    return raw


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("CFDocument.creator", ..., "'creator' is missing"),
        ("CFDocument.caseVersion", "1.0", "'caseVersion'"),
        ("CFDocument.version", None, "version must be left out"),
        ("CFItems.0.identifier", "4C8E5EB5-C4C4-542A-AE7F-966582DB4DA1", "not a UUID in lower case"),
        ("CFItems.0.identifier", "018f0000-0000-7000-8000-000000000000", "not a UUID in lower case"),
        ("CFItems.0.CFDocumentURI", {"title": "", "identifier": "", "uri": ""}, "'CFDocumentURI' may not stand here"),
        ("CFItems.0.fullStatement", ..., "'fullStatement' is missing"),
        ("CFItems.0.educationLevel", "08", "'educationLevel'"),
        ("CFAssociations.0.associationType", "isUnder", "not one of the associations CASE knows"),
        ("CFAssociations.0.sequenceNumber", "1", "'sequenceNumber'"),
        ("CFAssociations.0.originNodeURI.targetType", "ccss", "neither CASE nor of the form ext:"),
        ("CFAssociations.0.destinationNodeURI", ..., "'destinationNodeURI' is missing"),
    ],
)
def test_strict_checking_finds_what_the_official_schema_finds(path: str, value: object, message: str):
    raw = _harmed(path, value)
    found = [f for f in validate_package(json.dumps(raw), strict=True, place="f.json") if f.code == "case-strict"]
    assert [message in f.message for f in found] == [True], found
    assert found[0].place == "f.json"
    assert found[0].mend
    assert codes(validate_package(json.dumps(raw))) <= {"case-unknown-node"}
    assert _official_faults(raw)


def test_a_departure_that_repeats_is_told_once_with_its_count():
    raw = package()
    for item in raw["CFItems"]:
        item["CFDocumentURI"] = {}
    (found,) = validate_package(json.dumps(raw), strict=True)
    assert "(3 times, first at CFItems.1.CFDocumentURI)" in found.message


def test_a_date_that_is_none_is_a_departure():
    (found,) = validate_package(json.dumps(_harmed("CFDocument.lastChangeDateTime", "2026-09-01")), strict=True)
    assert "'lastChangeDateTime': not a date and time" in found.message


# --- reading ---------------------------------------------------------------------------------------------------------------------


def case_1_0() -> dict[str, Any]:
    """A package as a CASE 1.0 tool writes it: nulls, extra keys, items in any order, identifiers that are no UUIDs."""
    items = [
        {
            "identifier": "item-2",
            "uri": None,
            "fullStatement": "Second.",
            "humanCodingScheme": "A.2",
            "CFDocumentURI": {"title": "x"},
            "educationLevel": None,
        },
        {
            "identifier": "GROUP",
            "uri": "urn:g",
            "fullStatement": "Group.",
            "humanCodingScheme": "A",
            "CFItemType": None,
            "language": None,
        },
        {
            "identifier": "item-1",
            "fullStatement": "First.",
            "humanCodingScheme": None,
            "abbreviatedStatement": "One",
            "educationLevel": "08, 09",
        },
    ]

    def link(kind: str, origin: str, destination: str, sequence: int | None = None) -> dict[str, Any]:
        ends = {
            side: {"title": None, "identifier": end, "uri": None}
            for side, end in (("originNodeURI", origin), ("destinationNodeURI", destination))
        }
        return {"identifier": None, "associationType": kind, "sequenceNumber": sequence, "CFDocumentURI": None, **ends}

    return {
        "CFDocument": {
            "identifier": "DOC",
            "title": "Old",
            "creator": None,
            "CFPackageURI": {},
            "adoptionStatus": None,
            "unknown": [1],
        },
        "CFItems": items,
        "CFAssociations": [
            link("isChildOf", "item-2", "group", 2),
            link("isChildOf", "item-1", "GROUP", 1),
            link("isChildOf", "GROUP", "DOC"),
            link("precedes", "item-1", "item-2"),
            link("precedes", "nowhere", "item-2"),
            link("isPartOf", "item-1", "item-2"),
        ],
        "CFDefinitions": None,
        "CFRubrics": None,
    }


def test_a_package_of_version_1_0_is_read_in_the_publishers_order():
    framework = read(case_1_0())
    assert [(s.code, s.parent, s.requires) for s in framework.standards] == [
        ("A", None, ()),
        ("One", "A", ()),
        ("A.2", "A", ("One",)),
    ]
    assert framework.standards[1].education_level == ("08", "09")
    assert (framework.id, framework.title, framework.creator, framework.language) == ("old", "Old", "", "en")


def test_what_had_to_be_forgiven_is_said():
    assert codes(validate_package(json.dumps(case_1_0()))) == {"case-no-code", "case-unknown-node"}
    assert all(f.severity is Severity.advice for f in validate_package(json.dumps(case_1_0())))


def test_what_was_read_leniently_is_written_strictly():
    text = write_package(read(case_1_0()), NOW)
    assert validate_package(text, strict=True) == ()
    assert [s.code for s in read_package(text).standards] == ["A", "One", "A.2"]


def test_resources_wrapped_in_their_own_names_are_unwrapped():
    raw = package()
    wrapped = {
        "CFPackage": {
            "CFDocument": {"CFDocument": raw["CFDocument"]},
            "CFItems": [{"CFItem": item} for item in raw["CFItems"]],
            "CFAssociations": [{"CFAssociation": association} for association in raw["CFAssociations"]],
            "CFDefinitions": raw["CFDefinitions"],
        }
    }
    assert read(wrapped) == read(raw)


def test_a_package_without_items_is_an_empty_framework_with_a_warning():
    raw = {"CFDocument": {"title": "Only a title"}}
    assert read(raw).standards == ()
    assert codes(validate_package(json.dumps(raw))) == {"case-empty"}


def test_of_two_groups_the_first_by_sequence_holds():
    raw = package(
        Framework(
            id="f",
            title="F",
            standards=(
                Standard(code="A", statement="a"),
                Standard(code="B", statement="b"),
                Standard(code="X", statement="x", parent="A"),
            ),
        )
    )
    again = json.loads(json.dumps(next(a for a in raw["CFAssociations"] if a["originNodeURI"]["title"] == "X")))
    b = next(item for item in raw["CFItems"] if item["humanCodingScheme"] == "B")
    again["destinationNodeURI"]["identifier"], again["sequenceNumber"] = b["identifier"], 1
    raw["CFAssociations"].append(again)
    assert read(raw).standards[2].parent == "B"
    again["sequenceNumber"] = 99
    assert read(raw).standards[2].parent == "A"


def test_an_alignment_is_read_from_either_side_and_its_framework_guessed():
    raw = case_1_0()
    foreign = {
        "title": "CCSS.Math.Content.8.F.B.4",
        "identifier": "6b9c2f00-0000-4000-8000-000000000000",
        "uri": "http://corestandards.org/Math/Content/8/F/B/4",
    }
    ours = {"identifier": "item-2"}
    state = {"title": "MA.8.1", "identifier": "MA.8.1", "uri": "https://www.state.example/x"}
    raw["CFAssociations"] += [
        {"associationType": "exactMatchOf", "originNodeURI": foreign, "destinationNodeURI": ours},
        {"associationType": "Is Related To", "originNodeURI": ours, "destinationNodeURI": state},
        {"associationType": "isPartOf", "originNodeURI": state, "destinationNodeURI": ours},
    ]
    found = next(s for s in read(raw).standards if s.code == "A.2").alignments
    assert [(a.relation, a.framework, a.code) for a in found] == [
        (Relation.exact_match, "ccss", "CCSS.Math.Content.8.F.B.4"),
        (Relation.related, "state.example", "MA.8.1"),
    ]


def test_a_code_that_stands_twice_is_told():
    raw = case_1_0()
    raw["CFItems"][2]["humanCodingScheme"] = "A.2"
    found = next(f for f in validate_package(json.dumps(raw)) if f.code == "case-code-twice")
    assert (found.severity, "A.2 stands for 2 items" in found.message) == (Severity.warning, True)


def test_prerequisites_that_run_in_a_circle_are_told_with_the_circle():
    standards = (
        Standard(code="A", statement="a", requires=("C",)),
        Standard(code="B", statement="b", requires=("A",)),
        Standard(code="C", statement="c", requires=("B",)),
    )
    (found,) = validate_package(write_package(Framework(id="f", title="F", standards=standards), NOW))
    assert (found.code, found.severity) == ("case-circle", Severity.error)
    assert found.message.count("→") == 3


def test_groups_that_run_in_a_circle_lose_one_link_and_every_standard_stays():
    standards = (
        Standard(code="A", statement="a", parent="B"),
        Standard(code="B", statement="b", parent="A"),
        Standard(code="C", statement="c", parent="C"),
    )
    text = write_package(Framework(id="f", title="F", standards=standards), NOW)
    found = {s.code: s.parent for s in read_package(text).standards}
    assert found.keys() == {"A", "B", "C"}
    assert None in (found["A"], found["B"])
    assert found["C"] is None
    assert "case-circle" in codes(validate_package(text))


def test_the_framework_of_a_foreign_file_cannot_choose_where_it_is_stored():
    raw = package()
    raw["CFDocument"]["extensions"]["plnb"]["id"] = "../../etc/passwd"
    assert read(raw).id == "etc-passwd"


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("", "empty file", "f.json"),
        (b"  \n", "empty file", "f.json"),
        ("{\n", "not valid JSON", "f.json:2"),
        (b"\xff\x00\xff", "not valid JSON", "f.json"),
        ("[" * 100_000, "not valid JSON", "f.json"),
        ("[]", "not a CASE package", "f.json"),
        ("null", "not a CASE package", "f.json"),
        ("{}", "not a CASE package", "f.json"),
        ('{"CFDocuments": []}', "a list of frameworks", "f.json"),
        ('{"CFDocument": null, "CFItems": null, "CFAssociations": null}', "nothing but empty places", "f.json"),
        ('{"CFDocument": {"title": null, "identifier": null}}', "nothing but empty places", "f.json"),
        (
            '{"CFDocument": {"title": "T"}, "CFItems": [null, {"fullStatement": null, "identifier": null}]}',
            "None of its items",
            "f.json",
        ),
    ],
)
def test_what_is_no_package_is_refused_in_one_sentence(text: str | bytes, message: str, place: str):
    with pytest.raises(FrameworkError) as caught:
        read_package(text, "f.json")
    assert message in caught.value.message
    assert caught.value.place == place
    assert caught.value.mend
    (found,) = validate_package(text, strict=True, place="f.json")
    assert (found.message, found.place, found.severity) == (caught.value.message, place, Severity.error)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_welcome(encoding: str):
    assert read_package(write_package(LINES, NOW).encode(encoding)) == published(LINES, NOW)


def test_twenty_thousand_items_are_read():
    standards = tuple(
        Standard(
            code=f"B.{n}",
            statement="Something to learn. " * 4,
            parent=f"B.{n // 10}" if n > 10 else None,
            requires=(f"B.{n - 1}",) if n else (),
        )
        for n in range(20_000)
    )
    text = write_package(Framework(id="big", title="Big", standards=standards), NOW)
    assert len(read_package(text).standards) == 20_000


# --- properties ------------------------------------------------------------------------------------------------------------------

WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
SENTENCES = st.lists(WORDS, max_size=5).map(" ".join)
URIS = st.just("") | st.from_regex(r"https://[a-z]{1,8}\.example/[A-Za-z0-9/._%\-]{0,12}", fullmatch=True)
ALIGNMENTS = st.builds(
    Alignment, relation=st.sampled_from(Relation), framework=st.sampled_from(["", "ccss", "my state", "NGSS"]), code=WORDS, uri=URIS
)


@st.composite
def frameworks(draw: st.DrawFn) -> Framework:
    """Any framework people can build; groups without circles, prerequisites however they like."""
    names = draw(st.lists(WORDS, max_size=6, unique=True))
    standards = []
    for place, code in enumerate(names):
        standards.append(
            Standard(
                code=code,
                statement=draw(SENTENCES),
                title=draw(SENTENCES),
                parent=draw(st.none() | st.sampled_from(names[:place] or [code + "'s group"])),
                requires=tuple(draw(st.lists(st.sampled_from([*names, "FAR.1"]), max_size=3))),
                alignments=tuple(draw(st.lists(ALIGNMENTS, max_size=2))),
                identifier=draw(st.just("") | st.uuids(version=4).map(str)),
                uri=draw(URIS),
                education_level=tuple(draw(st.lists(st.sampled_from(["08", "HS", " "]), max_size=2))),
                kind=draw(st.sampled_from(["", "Standard", "Cluster"])),
            )
        )
    return Framework(
        id=draw(WORDS),
        title=draw(SENTENCES),
        creator=draw(SENTENCES),
        uri=draw(URIS),
        identifier=draw(st.just("") | st.uuids(version=4).map(str) | WORDS),
        version=draw(SENTENCES),
        language=draw(st.sampled_from(["", "en", "de-CH"])),
        licence=draw(SENTENCES),
        changed=draw(st.sampled_from(["", "2010", "2024-02-03", "2024-02-03T04:05:06+02:00", "yesterday"])),
        standards=tuple(draw(st.permutations(standards))),
    )


@settings(deadline=None)
@given(frameworks())
def test_any_framework_comes_back_as_it_was_published(framework: Framework):
    text = write_package(framework, NOW)
    made = published(framework, NOW)
    assert read_package(text) == made
    assert published(made, NOW) == made
    assert [s.code for s in made.standards] == [s.code for s in framework.standards]
    assert not [f for f in validate_package(text, strict=True) if f.code == "case-strict"]


@settings(deadline=None, max_examples=40)
@given(frameworks())
def test_the_official_schema_accepts_any_framework(framework: Framework):
    assert _official_faults(json.loads(write_package(framework, NOW))) == []


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["isChildOf", "precedes", "exactMatchOf", "a"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "identifier",
                    "uri",
                    "title",
                    "fullStatement",
                    "humanCodingScheme",
                    "associationType",
                    "originNodeURI",
                    "destinationNodeURI",
                    "sequenceNumber",
                    "extensions",
                    "plnb",
                    "id",
                    "licenseURI",
                    "educationLevel",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=10,
)


@settings(deadline=None)
@given(document=JSON, items=st.lists(JSON, max_size=3) | JSON, associations=st.lists(JSON, max_size=3) | JSON, definitions=JSON)
def test_whatever_a_package_holds_is_refused_or_read_and_can_be_written(
    document: object, items: object, associations: object, definitions: object
):
    raw = {"CFDocument": document, "CFItems": items, "CFAssociations": associations, "CFDefinitions": definitions}
    findings = validate_package(json.dumps(raw), strict=True)
    try:
        framework = read(raw)
    except FrameworkError as error:
        framework = None
        message = error.message
    if framework is None:
        assert [finding.message for finding in findings] == [message]
    else:
        assert read_package(write_package(framework, NOW)) == published(framework, NOW)
