# ruff: noqa: E501  (attacks read best as the lines a student would write)
"""Points without an answer, by code that runs in the student's kernel."""

from __future__ import annotations

from typing import Any

from tests.hostile.courses import RIGHT
from tests.hostile.entry import Entry, Family, entry_maker

_entry = entry_maker(Family.forging)
_OUTSIDE = "checks run outside the student's process"


def _mean(name: str, tries: str, source: str, defence: str = _OUTSIDE, **more: Any) -> Entry:
    """An entry whose whole attack stands in the first answer; it deserves nothing unless `scores` says so."""
    return _entry(name, tries, defence, answers={"mean": source}, **more)


_YES = """
class Yes(BASE):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
    def __hash__(self): return 0
    def __bool__(self): return True
    def __abs__(self): return self
    def __sub__(self, other): return self
    __rsub__ = __add__ = __radd__ = __sub__
    def __iter__(self): return iter(())
    def __len__(self): return 3
    def __getattr__(self, name): return self
    def __call__(self, *a, **k): return self
"""

_WRONG = "def mean(xs):\n    return None\n"

ENTRIES = (
    _entry(
        "equal-to-everything",
        "answers with objects that are equal to everything",
        "comparisons never run in the student's process",
        answers={
            "mean": _YES.replace("(BASE)", "") + "def mean(xs):\n    return Yes()",
            "evens": "def evens(n):\n    return Yes()",
            "best": "best = Yes()",
        },
    ),
    _entry(
        "float-that-lies",
        "a subclass of float with comparisons and arithmetic of its own",
        "exact types cross; a subclass is compared by its plain value",
        answers={"mean": _YES.replace("BASE", "float") + "def mean(xs):\n    return Yes(7.0)"},
    ),
    _entry(
        "list-that-lies",
        "a subclass of list that is equal to every list",
        "exact types cross",
        answers={"evens": _YES.replace("BASE", "list") + "def evens(n):\n    return Yes([1])"},
    ),
    _entry(
        "str-that-lies",
        "a subclass of str that is equal to every str",
        "exact types cross",
        answers={"best": _YES.replace("BASE", "str") + "best = Yes('set')"},
    ),
    _entry(
        "class-that-lies",
        "objects that say they are of another class",
        "isinstance is never asked in the student's process",
        answers={
            "best": "class S:\n    __class__ = property(lambda self: str)\n    def __eq__(self, o): return True\nbest = S()",
            "evens": "class L:\n    __class__ = property(lambda self: list)\n    def __eq__(self, o): return True\n"
            "    def __iter__(self): return self\n    def __next__(self): raise StopIteration\n\ndef evens(n):\n    return L()",
        },
    ),
    _mean(
        "patched-builtins",
        "replaces abs, all, len, list, isinstance and sum for everybody",
        "import builtins\nfor name in ('abs', 'all', 'len', 'sum', 'list', 'isinstance', 'float'):\n"
        "    setattr(builtins, name, lambda *a, **k: 0)\n" + _WRONG,
        "the checker has builtins of its own",
    ),
    _mean(
        "shadowed-builtins",
        "defines abs, list and AssertionError in the notebook",
        _WRONG + "def abs(x): return 0\ndef list(x=()): return [0, 2, 4]\nclass AssertionError(BaseException): pass",
        "builtins in a check are real unless the solution defines them",
    ),
    _mean(
        "no-asserts",
        "an AST transformer that takes every assert out of later cells",
        _WRONG + "import ast\nclass Gone(ast.NodeTransformer):\n    def visit_Assert(self, node): return ast.Pass()\n"
        "get_ipython().ast_transformers.append(Gone())",
    ),
    _mean(
        "no-lines-with-asserts",
        "an input transformer that turns every later cell into pass",
        _WRONG + "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])",
    ),
    _mean(
        "silent-tracebacks",
        "IPython that shows no tracebacks (nbgrader, pull request 1324)",
        _WRONG + "ip = get_ipython()\nip.showtraceback = ip._showtraceback = ip.showsyntaxerror = lambda *a, **k: None",
    ),
    _mean(
        "run-cell-replaced",
        "replaces run_cell, run_code and run_ast_nodes",
        _WRONG + "ip = get_ipython()\nfrom IPython.core.interactiveshell import ExecutionResult, ExecutionInfo\n"
        "class Fine:\n    success = True\n    result = error_in_exec = error_before_exec = None\n    execution_count = 1\n"
        "    def raise_error(self): pass\n"
        "async def fine(*a, **k): return False\n"
        "ip.run_cell = lambda *a, **k: Fine()\nip.run_ast_nodes = fine\nip.run_code = fine\n"
        "async def fine_cell(*a, **k): return Fine()\nip.run_cell_async = fine_cell",
    ),
    _mean(
        "hook-reads-the-check",
        "a hook before each cell that learns the expected values from the check's own text",
        "seen = {}\nimport re\ndef learn(info):\n    for args, value in re.findall(r'assert mean\\((.*?)\\) == (\\d+)', info.raw_cell):\n"
        "        seen[args] = float(value)\nget_ipython().events.register('pre_run_cell', learn)\n"
        "def mean(xs):\n    return seen.get(repr(xs))",
    ),
    _mean(
        "exit-before-the-checks",
        "leaves Python with exit code 0 before any check has run",
        "import os\nos._exit(0)",
        "a pass is never inferred from the absence of an error",
    ),
    _mean(
        "exit-in-the-answer",
        "leaves Python from inside the function under test",
        "import os\ndef mean(xs):\n    os._exit(0)",
        "a pass is never inferred from the absence of an error",
    ),
    _mean(
        "system-exit",
        "raises SystemExit(0) from inside the function under test",
        "def mean(xs):\n    raise SystemExit(0)",
        "an exception of the student's is one in the checker",
    ),
    _mean(
        "base-exception",
        "raises an exception that no handler expects",
        "class Quiet(KeyboardInterrupt):\n    pass\n\ndef mean(xs):\n    raise Quiet()",
        "an exception of the student's is one in the checker",
    ),
    _mean(
        "stop-iteration",
        "raises StopIteration and GeneratorExit where a check would be consumed by them",
        "def mean(xs):\n    raise GeneratorExit",
        "an exception of the student's is one in the checker",
    ),
    _mean(
        "frames",
        "looks through the frames of its callers for what is expected",
        "import sys, re, linecache\ndef mean(xs):\n    frame = sys._getframe()\n    while frame:\n"
        "        for value in list(frame.f_locals.values()) + list(frame.f_globals.values()):\n"
        "            if isinstance(value, str) and (m := re.search(re.escape(f'mean({xs})') + r' == (\\d+)', value)):\n"
        "                return float(m[1])\n        frame = frame.f_back\n    return None",
        "checks and expected values never enter the student's process",
    ),
    _mean(
        "garbage-collector",
        "searches every object in memory for the text of the checks",
        "import gc, re\ndef mean(xs):\n    pattern = re.compile(re.escape(f'mean({xs})') + r' == (\\d+)')\n"
        "    for thing in gc.get_objects():\n        items = thing.values() if type(thing) is dict else thing if type(thing) in (list, tuple) else ()\n"
        "        for item in list(items):\n            if type(item) is str and (m := pattern.search(item)):\n                return float(m[1])\n",
        "checks and expected values never enter the student's process",
    ),
    _mean(
        "published-results",
        "publishes outputs that look like passed checks and full points",
        _WRONG + "from IPython.display import publish_display_data\n"
        "publish_display_data({'text/plain': '10'}, metadata={'nbgrader': {'score': 10}})\nprint('10/10 passed')\n10",
    ),
    _mean(
        "junk-on-every-channel",
        "writes junk to every open file descriptor",
        _WRONG + "import os\nfor fd in range(3, 256):\n    try:\n        os.write(fd, b'\\x00\\x00\\x00\\x02{}' * 8)\n"
        "    except OSError:\n        pass",
        "everything the student's process says is a claim; what is malformed ends the run",
    ),
    _mean(
        "passes-on-every-channel",
        "writes well-formed lies to every open file descriptor",
        _WRONG
        + "import os, json, struct\nlie = json.dumps({'ok': True, 'status': 'ok', 'passed': True, 'value': 2, 'result': 2}).encode()\n"
        "for fd in range(3, 256):\n    for head in (struct.pack('>I', len(lie)), struct.pack('<I', len(lie)), struct.pack('>Q', len(lie)), b''):\n"
        "        try:\n            os.write(fd, head + lie + (b'' if head else b'\\n'))\n        except OSError:\n            pass",
        "verdicts are never read from the student's process",
    ),
    _mean(
        "channel-closed",
        "closes every open file descriptor",
        _WRONG + "import os\nos.closerange(3, 4096)",
        "a run whose channel is gone is a crashed one",
    ),
    _mean(
        "channel-taken-by-a-thread",
        "a thread that answers on the channel in the place of the grader's own code",
        "import threading, os, struct, json\ndef talk():\n    lie = json.dumps({'status': 'ok', 'value': 2}).encode()\n    while True:\n"
        "        for fd in range(3, 40):\n            try:\n                os.write(fd, struct.pack('>I', len(lie)) + lie)\n            except OSError:\n"
        "                pass\n        import time; time.sleep(0.01)\nthreading.Thread(target=talk, daemon=True).start()\n"
        + _WRONG,
        "verdicts are never read from the student's process",
    ),
    _mean(
        "second-desk",
        "forks, so that two processes answer the grader",
        "import os\nif os.fork() == 0:\n    import ctypes; ctypes.CDLL(None).prctl(15, b'hostilemark')\n" + _WRONG,
        "the driver speaks with one process; the other dies with it",
    ),
    _mean(
        "patched-agent-modules",
        "replaces json, struct and pickle with liars",
        _WRONG + "import json, struct, pickle, marshal\n"
        "for module in (json, pickle, marshal):\n    for name in ('dumps', 'dump'):\n        setattr(module, name, lambda *a, **k: '2' if module is json else b'2')\n"
        "json.JSONEncoder.encode = lambda self, o: '2'\nstruct.pack = lambda *a: b'\\x00' * 4",
        "lies on the channel are claims, and 2 is not what the hidden tests want",
    ),
    _mean(
        "patched-agent",
        "walks all loaded modules of the grader and replaces their functions",
        _WRONG + "import sys, types\nfor name, module in list(sys.modules.items()):\n    if name.startswith('plnb'):\n"
        "        for key, value in list(vars(module).items()):\n            if isinstance(value, types.FunctionType):\n"
        "                try:\n                    value.__code__ = (lambda *a, **k: 2).__code__\n                except ValueError:\n                    pass",
        "nothing in the student's process decides a verdict",
    ),
    _mean(
        "patched-agent-classes",
        "replaces the methods of every class of the grader",
        _WRONG + "import gc\nfor cls in [c for c in gc.get_objects() if isinstance(c, type) and c.__module__.startswith('plnb')]:\n"
        "    for key, value in list(vars(cls).items()):\n        if callable(value) and not key.startswith('__'):\n"
        "            try:\n                setattr(cls, key, lambda *a, **k: True)\n            except (AttributeError, TypeError):\n                pass",
        "nothing in the student's process decides a verdict",
    ),
    _mean(
        "trace-jumps-over-asserts",
        "a trace function that jumps over the lines of later cells",
        _WRONG
        + "import sys\ndef jump(frame, event, arg):\n    if event == 'line' and frame.f_code.co_name == '<module>':\n        try:\n"
        "            frame.f_lineno = frame.f_lineno + 1\n        except (ValueError, TypeError):\n            pass\n    return jump\nsys.settrace(jump)",
    ),
    _mean(
        "small-integers",
        "overwrites the memory of small integers so that other numbers are equal",
        "import ctypes\ndef mean(xs):\n    ctypes.memmove(id(5) + 24, id(7) + 24, 4)\n    return 7",
        "the checker has memory of its own",
    ),
    _mean(
        "display-hook",
        "replaces what becomes of a cell's last value",
        _WRONG + "import sys\nhook = get_ipython().displayhook\nclass Full(type(hook)):\n"
        "    def __call__(self, result=None): return super().__call__(4)\nhook.__class__ = Full\nsys.displayhook = lambda value: print(4)",
    ),
    _entry(
        "partial-credit-raised",
        "a partial credit whose sum is made in the student's process",
        "partial credit is added up in the checker",
        unit="things",
        answers={
            "roots": "class Eq(float):\n    def __eq__(self, o): return True\n    def __sub__(self, o): return 0.0\n    __rsub__ = __sub__\n"
            "    __hash__ = float.__hash__\ndef roots(n):\n    global earned\n    earned = 4\n    return Eq(0)"
        },
    ),
    _entry(
        "numpy-patched",
        "numpy.allclose that is always true",
        "names that locked cells import are the checker's own",
        unit="tables",
        answers={
            "speeds": "np.allclose = lambda *a, **k: True\nnp.testing.assert_allclose = lambda *a, **k: None\n"
            "pd.DataFrame.__eq__ = lambda *a: True\ndef speeds(frame):\n    return [0, 0, 0]"
        },
        # Three zeros are three speeds: the visible line `len(...) == 3` holds, the hidden ones do not.
    ),
    _entry(
        "array-that-lies",
        "a subclass of ndarray that answers for allclose itself",
        "arrays cross as plain arrays",
        unit="tables",
        answers={
            "speeds": "class Liar(np.ndarray):\n    def __array_function__(self, f, t, a, k): return True\n"
            "    def __array_ufunc__(self, *a, **k): return np.True_\n    def __eq__(self, o): return True\n"
            "def speeds(frame):\n    return np.zeros(3).view(Liar)",
            "matrix": "class M:\n    shape = (2, 3)\n    def sum(self): return self\n    def __eq__(self, o): return True\nm = M()",
        },
    ),
    _entry(
        "series-that-lies",
        "a subclass of Series whose values and comparisons are its own",
        "frames cross as plain frames",
        unit="tables",
        answers={
            "speeds": "class Same(float):\n    def __eq__(self, o): return True\n    def __sub__(self, o): return 0.0\n    __rsub__ = __sub__\n    __hash__ = None\n"
            "class Liar(pd.Series):\n    def __eq__(self, o): return True\n    def __array__(self, *a, **k): return np.array([Same()] * 3, dtype=object)\n"
            "    def __iter__(self): return iter([Same(), Same()])\ndef speeds(frame):\n    return Liar([0.0, 0.0, 0.0])"
        },
    ),
    _entry(
        "given-data-changed",
        "changes the teacher's data so that a wrong answer fits",
        "data of locked cells is the teacher's copy in the checker",
        unit="tables",
        answers={
            "speeds": "data.loc[:, 'metres'] = [5.0, 4.0, 2.5]\ndata['seconds'] = 1\ndef speeds(frame):\n    return frame['metres']",
            "top": "top = 'Bo'",
        },
    ),
    _entry(
        "class-from-a-metaclass",
        "a class whose metaclass answers every question",
        "objects of the student's are handles; the checker decides",
        unit="things",
        answers={
            "account": "class Meta(type):\n    def __instancecheck__(cls, o): return True\nclass Any_:\n    def __eq__(self, o): return True\n    __hash__ = None\n"
            "class Account(metaclass=Meta):\n    balance = Any_()\n    def __init__(self, b): pass\n    def deposit(self, x): pass\n"
            "    def withdraw(self, x): raise ValueError('as asked')"
        },
    ),
    _entry(
        "hard-coded-seen",
        "knows the inputs of the checks it can see",
        "hidden tests and fresh inputs ask something else",
        answers={"mean": "def mean(xs):\n    return {(1, 2, 3): 2, (4,): 4}.get(tuple(xs), 0)"},
        scores={"mean_seen": 2},
    ),
    _entry(
        "hard-coded-seed",
        "knows the answer for the seed that the check shows",
        "fresh inputs: the seed is another one when checking",
        unit="things",
        answers={"double": "import random\ndef double(x):\n    return 2 * random.Random(1).randrange(10 ** 6)"},
    ),
    _entry(
        "seeded-random-patched",
        "makes random give what it wants in the check",
        "names that a check imports are the checker's own",
        unit="things",
        answers={
            "double": "import random\nrandom.Random = type('R', (), {'__init__': lambda s, *a: None, 'randrange': lambda s, n: 0})\n"
            "random.seed = lambda *a: None\ndef double(x):\n    return 0"
        },
    ),
    _entry(
        "huge-integer",
        "answers with a number of ten million digits",
        "sizes that cross are limited",
        answers={
            "mean": "def mean(xs):\n    return 10 ** 10_000_000",
            "evens": "def evens(n):\n    return [10 ** 1_000_000] * 100",
        },
    ),
    _entry(
        "endless-iterator",
        "answers with iterators that never end",
        "iteration is counted and timed",
        answers={"evens": "import itertools\ndef evens(n):\n    return itertools.count()"},
    ),
    _entry(
        "deep-nesting",
        "answers with lists nested a hundred thousand deep, and with one that contains itself",
        "depth that crosses is limited",
        answers={
            "mean": "def mean(xs):\n    x = []\n    for _ in range(100_000):\n        x = [x]\n    return x",
            "evens": "def evens(n):\n    x = [0]\n    x.append(x)\n    return x",
        },
    ),
    _entry(
        "callback-grabs-the-check",
        "follows what a check hands over back to the check's own names",
        "what crosses is plain data or a numbered callback",
        answers={
            "mean": "def mean(xs):\n    import inspect\n    for thing in (xs, *xs):\n        for name in ('__globals__', '__closure__', '_frame', '__self__', '__dict__'):\n"
            "            found = getattr(thing, name, None)\n            if found:\n                print(found)\n    return None"
        },
    ),
    _entry(
        "changes-its-arguments",
        "changes the list it was given so that later lines see another one",
        "arguments are copies",
        answers={"mean": "def mean(xs):\n    xs[:] = [2]\n    return 2"},
        scores={"mean_seen": 2},
    ),
    _entry(
        "right-only-when-watched",
        "answers rightly for a while and then gives up: no points for what the check did not see fail",
        "each check asks anew",
        answers={
            "mean": "calls = 0\ndef mean(xs):\n    global calls\n    calls += 1\n    return sum(xs) / len(xs) if calls < 2 else -1",
            "evens": RIGHT["evens"],
        },
        scores={"mean_seen": 2, "evens_check": 2},
    ),
)
