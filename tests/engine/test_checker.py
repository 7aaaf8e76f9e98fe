# ruff: noqa: E501 - sources of cells, one a line
"""Ordinary test cells, unchanged, against a student's process: what honest work and ordinary tests look like."""

from __future__ import annotations

from pathlib import Path

import pytest

from plnb.engine.checker import CheckerLostError
from plnb.engine.desk import AskTimedOutError
from tests.engine.pairs import pair

SQUARES = '''
def squares(n):
    """Squares."""
    if n < 1:
        raise ValueError("n must be greater than or equal to 1")
    return [i ** 2 for i in range(1, n + 1)]

def sum_of_squares(n):
    return sum(squares(n))
'''

STACK = """
class Stack:
    def __init__(self, items=()): self.items = list(items)
    def push(self, x): self.items.append(x); return self
    def pop(self): return self.items.pop()
    def __len__(self): return len(self.items)
    def __iter__(self): return iter(self.items)
    def __getitem__(self, k): return self.items[k]
    def __repr__(self): return f"Stack({self.items})"
"""

PASS = {
    "values": (SQUARES, "assert squares(2) == [1, 4]\nassert squares(10)[-1] == 100"),
    "errors": (
        SQUARES,
        "try:\n    squares(0)\nexcept ValueError as e:\n    assert 'n must' in str(e)\nelse:\n    raise AssertionError",
    ),
    "names": (
        SQUARES,
        "kept = squares\ndel squares\ntry:\n    sum_of_squares(1)\nexcept NameError:\n    pass\nelse:\n    raise AssertionError\n"
        "finally:\n    squares = kept\nassert sum_of_squares(3) == 14",
    ),
    "in place": (
        "def add(l): l.append(1)\ndef swap(m): m[0], m[1] = m[1], m[0]; m[0].append(9)",
        "a = [0]\nadd(a)\nassert a == [0, 1]\nm = [[1], [2]]\nrow = m[0]\nswap(m)\nassert m == [[2, 9], [1]] and m[1][0] == row[0]",
    ),
    "shared rows": ("def grid(n): return [[0] * n] * n", "g = grid(2)\ng[0][0] = 1\nassert g == [[1, 0], [1, 0]]"),
    "classes": (
        STACK,
        "s = Stack()\nassert s.push(3).push(4) is not None\nassert len(s) == 2 and s.pop() == 4 and s.items == [3]\n"
        "assert list(s) == [3] and s[0] == 3 and [v for v in s] == [3]\nassert repr(s) == 'Stack([3])'\n"
        "assert hasattr(s, 'push') and not hasattr(s, 'nope') and callable(s.push)\nassert type(s).__name__ == 'Stack'\n"
        "s.items = [7]\nassert s.pop() == 7\nassert not s",
    ),
    "dataclass": (
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\n    y: int = 0",
        "p = P(1, y=2)\nassert (p.x, p.y) == (1, 2) and repr(p) == 'P(x=1, y=2)'\np.x = 5\nassert p.x == 5",
    ),
    "generators": (
        "def count(n):\n    while True:\n        yield n\n        n += 1",
        "from itertools import islice\ng = count(0)\nassert next(g) == 0\n"
        "assert list(islice(g, 5)) == [1, 2, 3, 4, 5]\nassert next(g) == 6",
    ),
    "functions": (
        "def apply(f, xs): return [f(x) for x in xs]\ndef twice(f):\n    return lambda x: f(f(x))",
        "import math\nassert apply(lambda x: x + 1, [1, 2]) == [2, 3]\nassert apply(str, [1]) == ['1']\nassert apply(math.sqrt, [4]) == [2]\n"
        "seen = []\napply(seen.append, [1, 2])\nassert seen == [1, 2]\n@twice\ndef up(x):\n    return x + 1\nassert up(1) == 3",
    ),
    "errors of the check's functions": (
        "def run(f):\n    try:\n        return f()\n    except ValueError as e:\n        return str(e)",
        "class Mine(ValueError):\n    pass\ndef bad():\n    raise Mine('oh')\nassert run(bad) == 'oh'\n"
        "def worse():\n    raise KeyError('k')\ntry:\n    run(worse)\nexcept KeyError:\n    pass\nelse:\n    assert False",
    ),
    "own errors": (
        "class TooMuch(ValueError):\n    pass\ndef f(): raise TooMuch('bad')",
        "import pytest\nwith pytest.raises(TooMuch, match='bad'):\n    f()\nwith pytest.raises(ValueError):\n    f()",
    ),
    "output": (
        "def greet():\n    name = input('name? ')\n    print('Hello', name)",
        "import io\nfrom contextlib import redirect_stdout\nfrom unittest.mock import patch\nheard = io.StringIO()\n"
        "with patch('builtins.input', lambda prompt='': 'Bo'), redirect_stdout(heard):\n    greet()\nassert heard.getvalue() == 'Hello Bo\\n'",
    ),
    "signatures": (
        "def f(a, b=2, *c, d=None, **e):\n    'Says.'\n    return a",
        "import inspect, types\np = inspect.signature(f).parameters\nassert list(p) == ['a', 'b', 'c', 'd', 'e'] and p['b'].default == 2\n"
        "assert f.__doc__ == 'Says.' and f.__name__ == 'f' and isinstance(f, types.FunctionType) and callable(f)",
    ),
    "arrays": (
        "import numpy as np\ndef double(a): return 2 * a\ndef fill(a): a[:] = 7\nm = np.arange(6).reshape(2, 3)",
        "import numpy as np\nassert np.allclose(double(np.array([1., 2.])), [2, 4])\na = np.zeros(2)\nfill(a)\nassert a.tolist() == [7, 7]\n"
        "assert m.shape == (2, 3) and m.sum() == 15 and m.dtype.kind == 'i'\nnp.testing.assert_array_equal(m[1], [3, 4, 5])",
    ),
    "tables": (
        "import pandas as pd\ndef add(d):\n    d['z'] = d['a'] * 2\n    return d\ndef mean(d): return d.groupby('g')['v'].mean()",
        "import pandas as pd\nd = pd.DataFrame({'a': [1, 2]})\nassert list(add(d).columns) == ['a', 'z'] and list(d['z']) == [2, 4]\n"
        "pd.testing.assert_series_equal(mean(pd.DataFrame({'g': ['x', 'x', 'y'], 'v': [1., 3., 5.]})),\n"
        "    pd.Series([2., 5.], index=pd.Index(['x', 'y'], name='g'), name='v'))",
    ),
    "unittest": (
        SQUARES,
        "import unittest\nclass T(unittest.TestCase):\n    def test_it(self):\n        self.assertEqual(squares(2), [1, 4])\n"
        "        with self.assertRaises(ValueError):\n            squares(0)\n"
        "r = unittest.TextTestRunner(stream=__import__('io').StringIO()).run(unittest.defaultTestLoader.loadTestsFromTestCase(T))\n"
        "assert r.wasSuccessful() and r.testsRun == 1",
    ),
    "named tuples": (
        "from collections import namedtuple\nP = namedtuple('P', 'x y')\ndef f(): return P(1, 2)",
        "a, b = f()\nassert (a, b) == (1, 2) == f() and f().x == 1 and f()[1] == 2 and len(f()) == 2",
    ),
    "namespaces": ("x = 5", "assert 'x' in globals() and 'y' not in globals() and globals()['x'] == 5 and eval('x + 1') == 6"),
    "types of numbers": (
        "a, b, c = 1, 1.0, True",
        "assert type(a) is int and type(b) is float and c is True and isinstance(c, int)",
    ),
}


@pytest.mark.parametrize("name", PASS)
def test_honest_work_passes_ordinary_tests(name: str, tmp_path: Path) -> None:
    student, check = PASS[name]
    with pair(student, tmp_path) as both:
        rehearsed = both.check(check)
        assert not rehearsed.failed, (rehearsed.ename, rehearsed.evalue)
        assert rehearsed.leaned == []
    with pair(student, tmp_path) as both:
        checked = both.check(check, known=rehearsed.met)
        assert not checked.failed, (checked.ename, checked.evalue)


@pytest.mark.parametrize(
    ("student", "check", "says"),
    [
        (STACK, "assert isinstance(Stack(), Stack)", "asks whether"),
        ("class V:\n    def __eq__(s, o): return True", "assert V() == V()", "compares objects"),
        ("class V:\n    def __mul__(s, k): return 6", "assert V() * 3 == 6", "calculate with"),
        (
            "class V:\n    def __contains__(s, k): return True\n    def __iter__(s): return iter([])",
            "assert 3 in V()",
            "what is in it",
        ),
        ("def f(x): return x", "import io\nf(io.StringIO())", "hands an object"),
    ],
)
def test_what_only_the_students_process_could_decide_is_leaned_on(student: str, check: str, says: str, tmp_path: Path) -> None:
    with pair(student, tmp_path) as both:
        assert says in " ".join(both.check(check).leaned)


def test_a_failure_is_shown_as_a_kernel_shows_it(tmp_path: Path) -> None:
    with pair(SQUARES, tmp_path) as both:
        checked = both.check("x = 1\nassert squares(2) == [1, 5], 'the second square'")
    assert (checked.ename, checked.evalue) == ("AssertionError", "the second square")
    shown = "\n".join(checked.outputs[-1]["traceback"])
    assert "Cell In[1], line 2" in shown
    assert "----> 2 assert squares(2)" in shown


def test_an_error_in_the_students_code_shows_the_students_lines(tmp_path: Path) -> None:
    with pair("def f(n):\n    return n / 0", tmp_path) as both:
        checked = both.check("assert f(2) == 4")
    assert checked.ename == "ZeroDivisionError"
    assert "in f" in "\n".join(checked.outputs[-1]["traceback"])


def test_each_check_says_a_warning_anew_as_each_cell_does_in_jupyter(tmp_path: Path) -> None:
    student = "import warnings\ndef f(n):\n    warnings.warn('untidy', stacklevel=1)\n    return n\nf(1)"
    with pair(student, tmp_path) as both:
        said = [both.check("assert f(2) == 2\nassert f(3) == 3").outputs for _ in range(2)]
    for outputs in said:
        assert [o["name"] for o in outputs] == ["stderr"]
        assert outputs[0]["text"].count("UserWarning: untidy") == 1


def test_a_value_at_the_end_is_the_cells_value_and_prints_are_its_output(tmp_path: Path) -> None:
    with pair(SQUARES, tmp_path) as both:
        checked = both.check("import sys\nprint('hm')\nprint('oh', file=sys.stderr)\n1.5 if squares(1) == [1] else 0")
        quiet = both.check("1 + 1;")
    assert [(o["output_type"], o.get("name")) for o in checked.outputs] == [
        ("stream", "stdout"), ("stream", "stderr"), ("execute_result", None)
    ]  # fmt: skip
    assert checked.outputs[-1]["data"] == {"text/plain": "1.5"}
    assert quiet.outputs == []


def test_checks_share_what_they_set_and_the_students_code_sees_what_it_may(tmp_path: Path) -> None:
    with pair("def area(): return width * 2", tmp_path, shared=("width",)) as both:
        assert not both.check("width = 3\nhelper = lambda: area()").failed
        assert not both.check("assert helper() == 6\nwidth = 5\nassert area() == 10").failed


def test_a_call_that_never_ends_is_interrupted_and_the_next_check_runs(tmp_path: Path) -> None:
    with pair("def f(n):\n    while True: pass\ndef g(): return 1", tmp_path) as both:
        with pytest.raises(AskTimedOutError):
            both.check("f(1)", seconds=1)
        assert not both.check("assert g() == 1").failed


def test_a_check_that_never_ends_loses_its_checker(tmp_path: Path) -> None:
    with pair("x = 1", tmp_path) as both:
        with pytest.raises(CheckerLostError) as caught:
            both.check("while x: pass", seconds=1)
        assert caught.value.late


def test_a_check_may_call_two_hundred_times(tmp_path: Path) -> None:
    with pair("def f(n): return n", tmp_path) as both:
        both.check("assert f(1) == 1")
        assert not both.check("for k in range(200):\n    assert f(k) == k").failed
