from __future__ import annotations

import ast
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plnb.authoring.slips import slip

CODE = '''
def slope(p, q):  # the slope, carefully
    """Rise over run."""
    rise = q[1] - p[1]  # ü
    run = q[0] - p[0]
    return rise / run
'''.strip()


@given(st.integers())
def test_a_slip_is_python_that_computes_something_else(seed: int) -> None:
    made = slip(CODE, range(1, 9), Random(seed))
    assert made is not None
    assert ast.dump(ast.parse(made.code)) != ast.dump(ast.parse(CODE))


@given(st.integers())
def test_a_slip_leaves_comments_and_layout_alone(seed: int) -> None:
    made = slip(CODE, range(1, 9), Random(seed))
    assert made is not None
    changed = [(old, new) for old, new in zip(CODE.split("\n"), made.code.split("\n"), strict=True) if old != new]
    assert len(changed) == 1
    assert changed[0][0].partition("#")[2] == changed[0][1].partition("#")[2]


@given(st.integers())
def test_only_the_students_own_lines_are_touched(seed: int) -> None:
    made = slip(CODE, [4], Random(seed))
    assert made is not None
    assert [
        number for number, (old, new) in enumerate(zip(CODE.split("\n"), made.code.split("\n"), strict=True), 1) if old != new
    ] == [4]


def test_the_same_dice_make_the_same_slip() -> None:
    assert slip(CODE, range(1, 9), Random(3)) == slip(CODE, range(1, 9), Random(3))


@pytest.mark.parametrize(
    ("code", "mistakes"),
    [
        ("x = a - b", {"x = b - a", "x = a + b"}),
        ("x = (a - 1) / b", {"x = b / (a - 1)", "x = (a - 1) * b", "x = (1 - a) / b", "x = (a + 1) / b", "x = (a - 2) / b"}),
        ("x = -3", {"x = 3", "x = -2"}),
        ("x = [1, 2][0]", {"x = [2, 2][0]", "x = [1, 1][0]", "x = [1, 2][1]"}),
        ("x = True", {"x = False"}),
        ("x = 0.25", {"x = 2.5"}),
        ("x = move(a, b)", {"x = move(b, a)"}),
        ("x = a < b", {"x = a > b"}),
        ('x = "B"', {f"x = '{letter}'" for letter in "ACDE"}),
    ],
)
def test_the_slips_are_those_of_careless_students(code: str, mistakes: set[str]) -> None:
    made = {found.code for seed in range(200) if (found := slip(code, [1], Random(seed)))}
    assert made == mistakes


def test_a_choice_slips_to_another_option_of_the_question() -> None:
    made = {slip('unit = "m/min"', [1], Random(seed), options=("m/min", "min/m")) for seed in range(20)}
    assert {found.code for found in made if found} == {"unit = 'min/m'"}


@pytest.mark.parametrize(
    "code", ["%matplotlib inline\nx = 1", "x = (", "", "import numpy", "print(3 - 2)", "x = 'words'", "y = round(x, 2)"]
)
def test_where_nothing_can_slip_nothing_does(code: str) -> None:
    assert slip(code, range(1, 9), Random(0)) is None
