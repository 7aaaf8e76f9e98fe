"""One alignment more or less in a CASE package, and nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from difflib import unified_diff
from typing import Any

import pytest

from plnb.core.standards import Alignment, Framework, Relation, Standard
from plnb.errors import FrameworkError
from plnb.interop.case import read_package, validate_package, write_package
from plnb.interop.case_edit import put_alignment, take_alignment

NOW = datetime(2026, 9, 1, tzinfo=UTC)
THEIRS = Alignment(relation=Relation.exact_match, framework="state", code="M.1", uri="https://state.example/M.1")
PACKAGE = write_package(
    Framework(id="f", title="Flächen", standards=tuple(Standard(code=code, statement=f"Can do {code}.") for code in "ABC")), NOW
)


def standard(text: str, code: str) -> Standard:
    (found,) = (each for each in read_package(text).standards if each.code == code)
    return found


def test_an_alignment_stands_among_what_is_said_of_its_standard_and_is_strict_case():
    changed = put_alignment(PACKAGE, standard(PACKAGE, "A"), THEIRS, NOW)
    assert standard(changed, "A").alignments == (THEIRS,)
    assert validate_package(changed, strict=True) == ()
    kinds = [(each["originNodeURI"]["title"], each["associationType"]) for each in json.loads(changed)["CFAssociations"]]
    assert kinds[:3] == [("A", "isChildOf"), ("A", "exactMatchOf"), ("B", "isChildOf")]
    differing = list(unified_diff(PACKAGE.splitlines(), changed.splitlines(), n=0))[2:]
    assert not [line for line in differing if line.startswith("-")]


def test_taken_out_again_the_text_is_the_same():
    changed = put_alignment(PACKAGE, standard(PACKAGE, "B"), THEIRS, NOW)
    assert take_alignment(changed, standard(changed, "B"), THEIRS) == PACKAGE


def restyled(**style: Any) -> str:
    raw = json.loads(PACKAGE)
    raw["CFDocument"]["description"] = "Kept, though it means nothing to us."
    return json.dumps(raw, **style)


@pytest.mark.parametrize(
    "text",
    [
        restyled(indent=4, ensure_ascii=True) + "\n",
        restyled(indent="\t", ensure_ascii=False),
        restyled(),
        restyled(separators=(",", ":")),
        (restyled(indent=2, ensure_ascii=False) + "\n").replace("\n", "\r\n"),
        json.dumps({"CFPackage": json.loads(PACKAGE)}, indent=2, ensure_ascii=False),
    ],
)
def test_the_text_keeps_its_style_and_the_keys_of_other_tools(text: str):
    changed = put_alignment(text, standard(text, "C"), THEIRS, NOW)
    assert standard(changed, "C").alignments == (THEIRS,)
    assert take_alignment(changed, standard(changed, "C"), THEIRS) == text


def test_an_alignment_that_a_tool_wrote_the_other_way_round_is_taken_out_too():
    raw = json.loads(put_alignment(PACKAGE, standard(PACKAGE, "A"), THEIRS, NOW))
    (entry,) = (each for each in raw["CFAssociations"] if each["associationType"] == "exactMatchOf")
    entry["originNodeURI"], entry["destinationNodeURI"] = entry["destinationNodeURI"], entry["originNodeURI"]
    text = json.dumps(raw)
    assert standard(text, "A").alignments == (THEIRS,)
    assert standard(take_alignment(text, standard(text, "A"), THEIRS), "A").alignments == ()


def test_of_a_standard_without_an_identifier_nothing_can_be_said():
    text = json.dumps({"CFDocument": {"title": "T"}, "CFItems": [{"humanCodingScheme": "A", "fullStatement": "a"}]})
    with pytest.raises(FrameworkError, match="no identifier"):
        put_alignment(text, standard(text, "A"), THEIRS, NOW)
