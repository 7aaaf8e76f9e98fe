# ruff: noqa: E501 - sources of cells, one a line
"""Forging: whatever an object in the student's process says of itself, a check is decided by plain values, here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.pairs import pair

EVIL = """
class Evil:
    def __eq__(self, o): return True
    def __ne__(self, o): return False
    def __lt__(self, o): return True
    __le__ = __gt__ = __ge__ = __lt__
    def __hash__(self): return hash(4)
    def __bool__(self): return True
    def __contains__(self, o): return True
    def __iter__(self): return iter([self])
    def __len__(self): return 2
    def __getitem__(self, k): return self
    def __getattr__(self, name): return lambda *a, **k: True
    def __sub__(self, o): return 0.0
    __rsub__ = __sub__
    def __add__(self, o): return o
    __radd__ = __mul__ = __rmul__ = __add__
    def __abs__(self): return 0.0
    def __round__(self, n=0): return 4
    def __call__(self, *a): return self
    def __instancecheck__(cls, o): return True
def f(n): return Evil()
x = Evil()
"""

TRIES = [
    "assert f(2) == 4",
    "assert 4 == f(2)",
    "assert not f(2) != 4",
    "assert f(2) == [1, 4]",
    "assert abs(f(2) - 4) < 1e-6",
    "assert abs(4 - f(2)) < 1e-6",
    "assert f(2) < 5",
    "assert 3 < f(2) < 5",
    "assert 4 in f(2)",
    "assert [4] == f(2)",
    "assert f(2) in (4, 5)",
    "assert f(2) in {4, 5}",
    "assert {4: True}.get(f(2), False)",
    "assert list(f(2)) == [1, 4]",
    "assert sorted(f(2)) == [1, 4]",
    "assert sum([f(2)]) == 4",
    "assert max(f(2), 4) == 4 == f(2)",
    "assert round(f(2), 2) == 4 and type(f(2)) is int",
    "assert isinstance(f(2), int)",
    "assert f(2).equals([1, 4])",
    "assert f(2).startswith('ab')",
    "import numpy as np\nassert np.allclose(f(2), [1, 4])",
    "import numpy as np\nnp.testing.assert_array_equal(f(2), [1, 4])",
    "import numpy as np\nassert np.array_equal(np.array([1, 4]), f(2))",
    "import pandas as pd\npd.testing.assert_series_equal(f(2), pd.Series([1, 4]))",
    "import pandas as pd\nassert (pd.Series([1, 4]) == f(2)).all()",
    "import unittest\nunittest.TestCase().assertEqual(f(2), 4)",
    "import unittest\nunittest.TestCase().assertAlmostEqual(f(2), 4)",
    "import unittest\nunittest.TestCase().assertCountEqual(f(2), [1, 4])",
    "import math\nassert math.isclose(f(2), 4)",
    "import pytest\nassert f(2) == pytest.approx(4)",
    "assert x == 4",
    "assert x(2) == 4",
    "assert x[0] == 4 and x.total == 4",
    "assert str(f(2)) == '4'",
    "assert f'{f(2):.1f}' == '4.0'",
    "assert (f(2) == 4) is True",
    "assert f(2) is not None and f(2) == 4",
    "assert all(a == b for a, b in zip(f(2), [1, 4]))",
    "assert any(v == 4 for v in f(2))",
    "assert tuple(f(2)) == (1, 4)",
    "assert f(2) - 4 == 0",
    "assert f(2) + 1 == 5",
    "assert 2 * f(2) == 8",
    "try:\n    assert f(2) == 4\nexcept (TypeError, ValueError):\n    pass",
    "try:\n    f(2).nope(1)\nexcept Exception:\n    pass",
]


@pytest.mark.parametrize("check", TRIES)
def test_an_object_that_agrees_with_everything_passes_nothing(check: str, tmp_path: Path) -> None:
    with pair(EVIL, tmp_path) as both:
        assert both.check(check, known=("f",)).failed


STEAL = """
import gc, builtins, sys, json, struct, pickle, atexit, threading, os
class I(int):
    def __eq__(self, o): return True
    def __sub__(self, o): return 0
    __rsub__ = __sub__
    def __hash__(self): return 4
    def __int__(self): return 4
    __index__ = __trunc__ = __abs__ = __float__ = __int__
class S(str):
    def __eq__(self, o): return True
    def __hash__(self): return hash('list')
    def strip(self): return self
    upper = lower = strip
class L(list):
    def __eq__(self, o): return True
    def __iter__(self): return iter([1, 4])
    def __len__(self): return 2
    def __getitem__(self, k): return 4
i, s, l = I(3), S('no'), L([0])
builtins.sum = builtins.abs = lambda *a, **k: 4
pickle.dumps = pickle.loads = lambda *a, **k: b''
sys.settrace(lambda *a: None)
atexit.register(lambda: os._exit(0))
assertEqual = assert_allclose = near = lambda *a, **k: True
TOLERANCE = 1e9
def f(n): return n
"""


@pytest.mark.parametrize(
    "check",
    [
        "assert i == 4",
        "assert abs(i - 4) < 0.1",
        "assert int(i) == 4",
        "assert i in {4}",
        "assert round(i) == 4",
        "assert range(10)[i] == 4",
        "assert s == 'list'",
        "assert s.strip() == 'list'",
        "assert str(s) == 'list'",
        "assert s in ('list', 'tuple')",
        "assert {'list': 1}[s]",
        "assert l == [1, 4]",
        "assert list(l) == [1, 4]",
        "assert len(l) == 2",
        "assert l[0] == 4",
        "assert sum([1, 2]) == 4",
        "assert near(f(1), 2)",
        "assert abs(f(1) - 2) < TOLERANCE",
        "import numpy as np\nnp.testing.assert_allclose(f(1), 2)",
    ],
)
def test_plain_values_in_disguise_and_tampered_tools_pass_nothing(check: str, tmp_path: Path) -> None:
    teachers = ["def near(a, b):\n    return abs(a - b) < TOLERANCE", "TOLERANCE = 1e-6"]
    with pair(STEAL, tmp_path, theirs=("f", "i", "s", "l")) as both:
        assert both.check(check, before=teachers, known=("f",)).failed


@pytest.mark.parametrize(
    ("student", "check"),
    [
        ("import sys\ndef f(n): sys.exit(0)", "assert f(2) == 4"),
        ("def f(n): raise SystemExit", "f(2)"),
        ("def f(n): raise KeyboardInterrupt", "f(2)"),
        ("class E(AssertionError, ValueError): pass\ndef f(n): raise E", "assert f(2) == 4"),
        ("class E(BaseException): pass\ndef f(n): raise E", "assert f(2) == 4"),
        ("def f(n): return f(n)", "assert f(2) == 4"),
        ("def f(n): return 10 ** 300000", "assert f(2) == 4"),
        ("def f(n):\n    a = []\n    for _ in range(5000): a = [a]\n    return a", "assert f(2) == [4]"),
        ("def f(n): return '4' * 30_000_000", "assert f(2) == '4'"),
        ("def f(n): return list(range(2_000_000))", "assert f(2) == [4]"),
        ("def f(n): return float('nan')", "assert f(2) == 4"),
        ("def f(n): return True", "assert f(2) == 4"),
        ("def f(n): return '4'", "assert f(2) == 4"),
        ("def f(n): return None", "assert f(2) == 4"),
        ("def f(n): yield 5", "assert list(f(2)) == [4]"),
    ],
)
def test_odd_ends_and_values_fail_and_the_checker_lives_on(student: str, check: str, tmp_path: Path) -> None:
    with pair(student, tmp_path) as both:
        assert both.check(check, known=("f",)).failed
        assert not both.check("assert 1 + 1 == 2").failed


def test_an_agent_taken_over_by_the_students_code_is_one_more_liar(tmp_path: Path) -> None:
    student = """
import gc
from plnb.engine.agent import Agent
def answer(self, frame):
    return b'{"v": 4, "passed": true, "failed": false}'
def f(n): return 3
"""
    take_over = "Agent.answer = answer"
    with pair(f"{student}\n{take_over}", tmp_path, theirs=("f",)) as both:
        checked = both.check("assert f(2) == 4")
        assert checked.failed
        assert checked.refused


@pytest.mark.parametrize(
    "answer",
    [
        "b''",
        "b'[]'",
        "b'{}'",
        'b\'{"v": ["h", 99999999]}\'',
        "b'{\"x\": 1}'",
        "b'{\"c\": 0}'",
        "b'{\"z\": 1}'",
        "b'\\xff'",
        "b'['*9999",
    ],
)
def test_an_answer_that_is_none_fails_the_check_and_nothing_else(answer: str, tmp_path: Path) -> None:
    student = f"from plnb.engine.agent import Agent\nAgent.answer = lambda self, frame: {answer}"
    with pair(student, tmp_path, theirs=("f",)) as both:
        checked = both.check("try:\n    f(2)\nexcept Exception:\n    pass")
        assert checked.failed
        assert not both.check("assert 1 + 1 == 2").failed


def test_what_is_expected_never_gets_into_the_students_process(tmp_path: Path) -> None:
    student = """
import gc
def f(n): return n
word = ''.join(['ses', 'ame', '-7'])
def look():
    return sorted({o for each in gc.get_objects() for o in gc.get_referents(each) if isinstance(o, str) and word in o and o != word})
"""
    with pair(student, tmp_path) as both:
        both.check("expected = 'open ' + 'sesame-7'\nassert f(2) == expected, expected", known=("f",))
        assert not both.check("assert look() == []", known=("look",)).failed
