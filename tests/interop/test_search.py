"""Finding standards by code or words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plnb.core.search import search, search_lists
from plnb.core.standards import Alignment, Relation, Standard

STANDARDS = (
    Standard(code="SL.SLOPE", statement="Slope and what it means.", title="Slope"),
    Standard(
        code="SL.SLOPE.1",
        statement="Compute the slope of a line from two points.",
        title="Slope from two points",
        alignments=(Alignment(relation=Relation.related, framework="ccss", code="8.EE.B.6"),),
    ),
    Standard(
        code="SL.LINE.1",
        statement="Write the equation of a straight line.",
        title="Write y = m x + b",
        alignments=(Alignment(relation=Relation.exact_match, framework="ccss", code="CCSS.Math.Content.8.F.B.4"),),
    ),
    Standard(code="SL.SYS.1", statement="Find where two lines meet.", title="Where two lines meet"),
)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("SL.SLOPE.1", ["SL.SLOPE.1"]),
        ("sl.slope", ["SL.SLOPE", "SL.SLOPE.1"]),
        ("slope.1", ["SL.SLOPE.1"]),
        ("8.EE.B.6", ["SL.SLOPE.1"]),
        ("8.f.b.4", ["SL.LINE.1"]),
        ("CCSS.Math.Content.8.EE.B.6", ["SL.SLOPE.1"]),
        ("slope", ["SL.SLOPE", "SL.SLOPE.1"]),
        ("two points", ["SL.SLOPE.1"]),
        ("lines meet", ["SL.SYS.1"]),
        ("LINES", ["SL.SYS.1", "SL.SLOPE.1", "SL.LINE.1"]),
        ("equation straight", ["SL.LINE.1"]),
        ("photosynthesis", []),
        ("", []),
        ("...", []),
    ],
)
def test_the_best_answer_comes_first(query: str, found: list[str]):
    answers = [standard.code for standard in search(STANDARDS, query)]
    assert answers[: len(found)] == found
    assert bool(answers) == bool(found)


@settings(deadline=None)
@given(st.sampled_from(STANDARDS), st.booleans())
def test_a_standards_own_code_always_finds_it_first(standard: Standard, shout: bool):
    query = standard.code if shout else standard.code.lower()
    assert search(STANDARDS, query)[0] == standard


@settings(deadline=None)
@given(st.text(max_size=12))
def test_no_query_is_too_strange(query: str):
    assert set(search(STANDARDS, query)) <= set(STANDARDS)


def test_a_list_that_is_asked_again_is_not_read_again():
    class Counting(Standard):
        def __getattribute__(self, name: str) -> object:
            if name == "statement":
                read.append(name)
            return super().__getattribute__(name)

    read: list[str] = []
    many = tuple(Counting(code=f"X.{n}", title=f"Skill {n}", statement=f"Can do thing {n}.") for n in range(50))
    read.clear()
    first = search_lists((many, STANDARDS), "thing 7")
    assert [standard.code for standard in first] == ["X.7"]
    assert len(read) == 50
    assert search_lists((many, STANDARDS), "skill 49")[0].code == "X.49"
    assert len(read) == 50
