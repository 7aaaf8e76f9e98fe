"""Lists of standards as spreadsheets write them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plnb.core.standards import Relation
from plnb.errors import FrameworkError
from plnb.interop.table import read_table

TABLE = """\
Code,Title,Statement,Parent,Requires,Aligned
G,Graphs,Read and draw graphs.,,,
G.1,Axes,"Name the axes, with their units.",G,,
G.2,Slope,Read a slope.,G,G.1,8.F.B.4; HSF-LE.A.2
"""


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_table_is_read_whatever_marks_its_columns(mark: str) -> None:
    table = TABLE.replace('"Name the axes, with their units."', "Name the axes.").replace("; ", " ").replace(",", mark)
    found = read_table(table, "My list")
    assert (found.id, found.title) == ("My-list", "My list")
    assert [(each.code, each.parent, each.requires) for each in found.standards] == [
        ("G", None, ()),
        ("G.1", "G", ()),
        ("G.2", "G", ("G.1",)),
    ]
    assert [(a.code, a.framework, a.relation) for a in found.standards[2].alignments] == [
        ("8.F.B.4", "ccss", Relation.related),
        ("HSF-LE.A.2", "ccss", Relation.related),
    ]


def test_commas_in_quotes_blank_lines_and_a_byte_order_mark_are_nothing_special() -> None:
    found = read_table(b"\xef\xbb\xbf" + TABLE.replace("\n", "\r\n\r\n").encode(), "g")
    assert found.standards[1].statement == "Name the axes, with their units."


@pytest.mark.parametrize(
    ("table", "place", "said"),
    [
        ("", "list.csv", "empty file"),
        ("code,statement\n", "list.csv", "no standards in it"),
        ("name,statement\nA,B\n", "list.csv:1", "`code`; it is there nowhere"),
        ("code,statement,code\nA,B,C\n", "list.csv:1", "`code`; it is there twice"),
        ("code,statement\nA,\n", "list.csv:2", "no statement"),
        ("code,statement\n,x\n", "list.csv:2", "no code"),
        ("code,statement\nA 1,x\n", "list.csv:2", "“A 1” cannot be a code"),
        ("code,statement\nA,x\nB,y\n\nA,z\n", "list.csv:5", "The code A stands twice, also in line 2."),
        ("code,statement\nA,one, two\n", "list.csv:2", "3 fields"),
        ("code,statement,parent\nA,x,B\n", "list.csv:2", "A names B under `parent`"),
        ("code,statement,requires\nA,x,C\n", "list.csv:2", "A names C under `requires`"),
        ("code,statement,requires\nZ,z,\nA,x,B\nB,y,A\n", "list.csv:3", "Prerequisites run in a circle"),
        ("code,statement,parent\nA,x,A\n", "list.csv:2", "Groups are parts of each other"),
        ('code,statement\nA,"x\n', "list.csv:2", "not a table"),
        (b"code,statement\nA,\xff\xfe\n", "list.csv", "not UTF-8"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_line_and_the_mend(table: str | bytes, place: str, said: str) -> None:
    with pytest.raises(FrameworkError) as caught:
        read_table(table, "list", "list.csv")
    assert caught.value.place == place
    assert said in caught.value.message
    assert caught.value.mend.endswith(".")


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=300), st.binary(max_size=300)))
def test_whatever_the_file_holds_there_is_a_list_or_one_sentence(text: str | bytes) -> None:
    with suppress(FrameworkError):
        assert read_table(text, "any").standards
