"""Standards that say nearly the same."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from plnb.core.likeness import Likeness
from plnb.core.standards import Standard

SLOPE = Standard(code="A", statement="Compute the slope of the line through two points.")
OTHERS = (
    Standard(code="1", statement="Describe the effect of rotations on the plane."),
    Standard(code="2", statement="Interpret the slope of a line as a rate."),
    Standard(code="3", statement="Find the slopes of lines through two given points."),
    Standard(code="4", statement="Name the parts of a cell."),
    Standard(code="5", statement="Photosynthesis."),
)


def test_the_likest_come_first_and_those_that_share_next_to_nothing_not_at_all():
    assert [each.code for each in Likeness([OTHERS[:2], OTHERS[2:]]).nearest(SLOPE)] == ["3", "2"]


def test_no_more_than_are_asked_for():
    assert [each.code for each in Likeness([OTHERS]).nearest(SLOPE, most=1)] == ["3"]


def test_with_nothing_to_compare_nothing_is_like_it():
    assert Likeness([]).nearest(SLOPE) == ()
    assert Likeness([(Standard(code="x", statement="a b"),)]).nearest(Standard(code="y", statement="…")) == ()


@settings(deadline=None)
@given(st.lists(st.text(max_size=30), max_size=8), st.text(max_size=30))
def test_whatever_the_words_each_answer_is_given_once(texts: list[str], asked: str):
    standards = tuple(Standard(code=str(number), statement=text) for number, text in enumerate(texts))
    found = Likeness([standards]).nearest(Standard(code="x", statement=asked), most=9)
    assert len({each.code for each in found}) == len(found)


def test_among_twenty_thousand_the_nearest_three_are_found():
    words = [f"thing{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}" for n in range(600)]
    many = tuple(
        Standard(code=str(n), statement=f"Can do {words[n % 600]} with {words[n * 7 % 600]} and {words[n * 13 % 600]}.")
        for n in range(20_000)
    )
    like = Likeness([many])
    assert len(like.nearest(many[17])) == 3
