"""Codes in the many spellings people use."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plnb.interop.codes import normalise, parse_code, same_standard


@pytest.mark.parametrize(
    ("spellings", "text"),
    [
        (
            ["CCSS.Math.Content.8.F.B.4", "8.F.B.4", "8.f.b.4", "CCSS.MATH.CONTENT.8.F.B.4", " 8.F.B.4 ", "Math.Content.8.F.B.4"],
            "8.F.B.4",
        ),
        (["http://corestandards.org/Math/Content/8/F/B/4", "http://www.corestandards.org/Math/Content/8/F/B/4/"], "8.F.B.4"),
        (
            [
                "HSF-LE.A.2",
                "F-LE.A.2",
                "CCSS.Math.Content.HSF-LE.A.2",
                "HSF.LE.A.2",
                "F.LE.A.2",
                "hsf-le.a.2",
                "F-LE.A.2*",
                "F-LE.A.2 ★",
            ],
            "HSF-LE.A.2",
        ),
        (
            ["3.NF.A.3d", "3.NF.A.3.d", "CCSS.Math.Content.3.NF.A.3d", "3.nf.a.3D", "corestandards.org/Math/Content/3/NF/A/3/d"],
            "3.NF.A.3d",
        ),
        (["3.NF.3d", "3.nf.3d"], "3.NF.3d"),
        (["HSF-IF.C.7a", "CCSS.Math.Content.HSF-IF.C.7a", "F-IF.C.7a"], "HSF-IF.C.7a"),
        (["HSN-CN.A.3", "N-CN.A.3 (+)", "CCSS.MATH.CONTENT.HSN.CN.A.3"], "HSN-CN.A.3"),
        (["K.CC.A.1", "k.cc.a.1", "CCSS.Math.Content.K.CC.A.1"], "K.CC.A.1"),
        (["HSG-C.A.1", "G-C.A.1"], "HSG-C.A.1"),
        (["HSG-CO.A.1", "G-CO.A.1"], "HSG-CO.A.1"),
        (["CCSS.Math.Practice.MP1", "MP1", "mp.1", "SMP1"], "MP1"),
        (["8.F.B", "CCSS.Math.Content.8.F.B"], "8.F.B"),
        (["8.F", "CCSS.Math.Content.8.F"], "8.F"),
        (["MS-PS2-2", "ms-ps2-2", "NGSS.MS-PS2-2"], "MS-PS2-2"),
        (["3-5-ETS1-1"], "3-5-ETS1-1"),
        (["K-2-ETS1-1"], "K-2-ETS1-1"),
        (["K-PS2-1"], "K-PS2-1"),
        (["5-ESS1-2"], "5-ESS1-2"),
        (["HS-PS1-1"], "HS-PS1-1"),
        (["PS2.A", "ps2.a"], "PS2.A"),
    ],
)
def test_every_spelling_of_a_code_is_one_code(spellings: list[str], text: str):
    assert {normalise(spelling) for spelling in spellings} == {text}
    assert all(same_standard(spelling, text) for spelling in spellings)


def test_the_letter_of_the_cluster_may_be_missing():
    assert same_standard("3.NF.3d", "CCSS.Math.Content.3.NF.A.3d")
    assert same_standard("F-IF.7", "HSF-IF.C.7")
    assert not same_standard("8.F.4", "8.F.5")
    assert not same_standard("8.F.B", "8.F.B.4")


@pytest.mark.parametrize(
    "code", ["SL.RATE.1", "MA.8.F.1", "8.XX.1", "9.F.B.4", "8.F.B.4.5", "HSF-XX.A.1", "MP9", "MS-PS2", "", "slope", "F.1", "RL.8.1"]
)
def test_a_code_of_another_kind_is_left_as_it_is(code: str):
    assert parse_code(code) is None
    assert normalise(f" {code} ") == code


def test_codes_of_two_systems_are_never_the_same():
    assert not same_standard("MP1", "MS-PS2-2")
    assert not same_standard("8.F.B.4", "SL.1")
    assert same_standard("sl.1", "SL.1 ")


@settings(deadline=None)
@given(st.text(max_size=20))
def test_normalising_twice_changes_nothing_more(code: str):
    assert normalise(normalise(code)) == normalise(code)
