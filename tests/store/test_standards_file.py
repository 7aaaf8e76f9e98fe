"""Lists of standards as teachers write them by hand, in YAML."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plnb.core.standards import Relation
from plnb.errors import FormatTooNewError, FrameworkError, InputError
from plnb.interop.case import published, read_package, write_package
from plnb.store.standards_file import read_framework

LIST = """\
schema_version: 1
title: Graphs in my class
creator: Ms Rivera
subject: [Mathematics]
grades: [8]
standards:
  - code: G
    statement: Read and draw graphs.
  - code: G.1
    title: Axes
    statement: "Name the axes: what is on them, in which units."
    parent: G
  - code: G.2
    statement: Read a slope.
    parent: G
    requires: [G.1]
    grades: ["09", 10]
    aligned:
      - 8.F.B.4
      - {code: M.22, framework: our-state, relation: exactMatchOf}
"""


def test_a_list_says_what_its_author_meant():
    found = read_framework(LIST.encode(), "frameworks/graphs.yaml")
    assert (found.id, found.title, found.creator, found.subject) == ("graphs", "Graphs in my class", "Ms Rivera", ("Mathematics",))
    assert [(each.code, each.parent, each.requires, each.education_level) for each in found.standards] == [
        ("G", None, (), ("08",)),
        ("G.1", "G", (), ("08",)),
        ("G.2", "G", ("G.1",), ("09", "10")),
    ]
    assert [(a.code, a.framework, a.relation) for a in found.standards[2].alignments] == [
        ("8.F.B.4", "ccss", Relation.related),
        ("M.22", "our-state", Relation.exact_match),
    ]


def test_all_of_it_survives_being_published_as_case():
    found = read_framework(LIST.encode(), "graphs.yml")
    now = datetime(2026, 9, 1, tzinfo=UTC)
    assert read_package(write_package(found, now)) == published(found, now)


def test_it_is_called_as_it_says_or_like_its_file():
    assert read_framework(LIST.encode(), "a/My graphs.v2.yaml").id == "My-graphs.v2"
    assert read_framework(f"{LIST}id: other\n".encode(), "graphs.yaml").id == "other"


ONE = "schema_version: 1\ntitle: T\nstandards:\n"


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("", "l.yaml", "file is empty"),
        ("- a\n", "l.yaml:1", "does not begin with keys"),
        ("title: T\n", "l.yaml:1", "'schema_version' is missing"),
        (ONE.replace("1", "one"), "l.yaml:1", "must be the number 1"),
        (ONE.replace("title: T\n", ""), "l.yaml:1", "'title' is missing"),
        (ONE + "  []\n", "l.yaml", "no standards in it"),
        (ONE + "  - A\n", "l.yaml:4", "Standard 1 must be a set of keys"),
        (ONE + "  - code: A\n    statment: x\n", "l.yaml:5", "Standard 1 (A): unknown key 'statment'"),
        (ONE + "  - code: A\n    statement: ' '\n", "l.yaml:5", "'statement' is empty"),
        (ONE + "  - code: 8.1\n    statement: x\n", "l.yaml:4", "must be text, not 8.1"),
        (ONE + "  - code: A 1\n    statement: x\n", "l.yaml:4", "“A 1” cannot be a code"),
        (
            ONE + "  - {code: A, statement: x}\n  - {code: B, statement: x}\n\n  - {code: A, statement: y}\n",
            "l.yaml:7",
            "also in line 4",
        ),
        (ONE + "  - {code: A, statement: x, parent: B}\n", "l.yaml:4", "A names B under `parent`"),
        (ONE + "  - {code: A.1, statement: x}\n  - {code: A.2, statement: x, requires: [A.11]}\n", "l.yaml:5", "A.2 names A.11"),
        (ONE + "  - {code: A, statement: x, parent: A}\n", "l.yaml:4", "Groups are parts of each other: A → A"),
        (
            ONE
            + "  - {code: A, statement: x}\n  - {code: B, statement: x, requires: [C]}\n"
            + "  - {code: C, statement: x, requires: [B]}\n",
            "l.yaml:5",
            "Prerequisites run in a circle",
        ),
        (
            ONE + "  - {code: A, statement: x, aligned: [{code: B, relation: same}]}\n",
            "l.yaml:4",
            "which is not one of exactMatchOf",
        ),
        (ONE + "  - code: A\n    statement: one: two\n", "l.yaml:5", "colon"),
        ("<<<<<<< ours\n", "l.yaml:1", "marks of a merge"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_line_and_the_mend(text: str, place: str, said: str):
    with pytest.raises(FrameworkError) as caught:
        read_framework(text.encode(), "l.yaml")
    assert caught.value.place == place
    assert said in caught.value.message
    assert caught.value.mend


def test_a_code_that_is_nearly_there_is_guessed():
    with pytest.raises(FrameworkError, match=r"Did you mean SL\.RATE\.1"):
        read_framework((ONE + "  - {code: SL.RATE.1, statement: x, requires: [SL.RAT.1]}\n").encode(), "l.yaml")


def test_a_list_of_a_newer_plnb_is_not_guessed_at():
    with pytest.raises(FormatTooNewError):
        read_framework(LIST.replace("schema_version: 1", "schema_version: 2").encode(), "l.yaml")


def many(number: int) -> str:
    rest = "    requires: [X.{before}]\n"
    return ONE + "".join(
        f"  - code: X.{n}\n    statement: Can do thing {n}.\n" + (rest.format(before=n - 1) if n else "") for n in range(number)
    )


def test_twenty_thousand_standards_are_read_and_the_one_that_is_wrong_is_found():
    text = many(20_000)
    assert len(read_framework(text.encode(), "l.yaml").standards) == 20_000
    with pytest.raises(FrameworkError) as caught:
        read_framework((text + "    parent: X.20001\n").encode(), "l.yaml")
    assert caught.value.place == "l.yaml:60000"
    circle = text.replace("  - code: X.0\n", "  - code: X.0\n    requires: [X.19999]\n")
    with pytest.raises(FrameworkError) as caught:
        read_framework(circle.encode(), "l.yaml")
    assert len(caught.value.message) < 200


def test_a_few_lines_that_stand_for_a_billion_are_refused():
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
    )
    with pytest.raises(FrameworkError, match="values"):
        read_framework(bomb.encode(), "l.yaml")


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.text(max_size=300).map(str.encode), st.binary(max_size=300), st.text(max_size=60).map(lambda t: (ONE + t).encode())
    )
)
def test_whatever_the_file_holds_there_is_a_list_or_one_sentence(raw: bytes):
    with suppress(InputError):
        assert read_framework(raw, "l.yaml").standards
