"""The same cells in a real kernel, driven by nbclient, and on a desk: the notebook looks the same afterwards."""

# ruff: noqa: E501 - each snippet is a line

from __future__ import annotations

import re

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.preprocessors import Execute

from plnb.engine.execute import run_notebook

SNIPPETS = {
    # what practice before the fork could have left behind
    "names": "sorted(dir())",
    "a new shell": "ip = get_ipython(); In, Out, _, __, _i, _ii, ip.execution_count, sorted(ip.user_ns_hidden), ip.history_manager.exceptions, ip.history_manager.outputs.keys()",
    "last result": "ip.last_execution_succeeded, ip._last_traceback, ip.payload_manager.read_payload(), sorted(ip.alias_manager.aliases)[:5]",
    "last error": "[name for name in ('last_type', 'last_value', 'last_traceback', 'last_exc') if hasattr(__import__('sys'), name)]",
    "loop": "import asyncio; type(asyncio.get_event_loop()).__name__, __import__('threading').active_count() > 1",
    # text
    "prints": "print('a'); print('b', end='')",
    "prints and warns in stdout's order": "import sys\nprint('out')\nprint('err', file=sys.stderr)\nprint('out again')",
    "flushes": "import sys\nfor i in range(3):\n    print(i, flush=True)\nprint('e', file=sys.stderr, flush=True)",
    "writes lines": "import sys; sys.stdout.writelines(['x\\n', 'y\\n'])",
    "writes nonsense": "import sys\ntry: sys.stdout.write(3)\nexcept TypeError as e: print(e)",
    "unicode": "print('Ünï ☃ 𝔘 \\x1b[31mred\\x1b[0m')",
    "surrogate": "print('\\udc80')",
    # (a kernel reads its own descriptors in a thread: what a cell wrote there a moment before its end comes late, and is lost)
    "subprocess output": "import os, time; os.system('echo from a shell'); time.sleep(0.5)",
    "shell": "!echo one; echo two >&2; exit 3",
    "shell result": "_exit_code",
    "shell captured": "lines = !printf 'a\\nb'\nlines",
    "popen": "import subprocess; done = subprocess.run(['echo', 'child']); time.sleep(0.5)",
    "raw descriptor": "import os; os.write(1, b'raw\\n'); time.sleep(0.5)",
    "raw descriptor of errors": "os.write(2, b'raw err\\n'); time.sleep(0.5)",
    "a thread prints": "import threading\nt = threading.Thread(target=print, args=('in a thread',)); t.start(); t.join()",
    "a forked child prints": "import os, sys\nsys.stdout.flush()\npid = os.fork()\nif pid == 0:\n    print('child'); sys.stdout.flush(); os._exit(0)\nx = os.waitpid(pid, 0)",
    # values
    "a value": "6 * 7",
    "no value": "6 * 7;",
    "None": "None",
    "several values": "1\n2\n3",
    "underscore": "_",
    "In and Out": "len(In) == len(set(range(len(In)))), type(Out)",
    "html and text": "class Page:\n    def _repr_html_(self): return '<b>x</b>'\n    def __repr__(self): return 'page'\nPage()",
    "mimebundle": "class M:\n    def _repr_mimebundle_(self, **k): return {'text/plain': 'm', 'application/json': {'a': 1}}, {'text/plain': {'k': 1}}\nM()",
    "bytes of a picture": "class P:\n    def _repr_png_(self): return b'\\x89PNG\\r\\n\\x1a\\n' + bytes(8)\nP()",
    "a repr that fails": "class Bad:\n    def __repr__(self): raise ValueError('no repr')\nBad()",
    "an html repr that fails": "class Bad2:\n    def _repr_html_(self): raise ValueError('no html')\nBad2()",
    "pretty": "{'key' * 9: list(range(30)), 'b': {'c': (1,)}}",
    "nan": "class N:\n    def _repr_mimebundle_(self, **k): return {'application/json': {'x': float('nan')}, 'text/plain': 'n'}\nN()",
    # display
    "display": "from IPython.display import display, HTML, Markdown, clear_output\ndisplay(1, 'two', HTML('<i>3</i>'), Markdown('*4*'))",
    "display between prints": "print('a'); display('b'); print('c')",
    "display id": "h = display('first', display_id='one')",
    "update from another cell": "h.update('second')",
    "update of an unknown id": "from IPython.display import update_display; update_display('x', display_id='never')",
    "clear": "print('gone'); clear_output(); print('stays')",
    "clear and wait": "print('gone'); clear_output(wait=True); print('stays')",
    "clear and wait for nothing": "print('stays'); clear_output(wait=True)",
    "raw display": "display({'text/plain': 'p', 'text/html': '<p>'}, raw=True)",
    "publish error type": "from IPython.core.display_functions import publish_display_data\npublish_display_data({'text/plain': 'x'}, metadata={'m': 1})",
    "display in a thread": "t = threading.Thread(target=display, args=('threaded',)); t.start(); t.join()",
    "javascript": "from IPython.display import Javascript; Javascript('1')",
    "json": "from IPython.display import JSON; JSON({'a': [1, 2]})",
    "captured": "%%capture cap\nprint('hidden'); display('hidden too')",
    "captured shown": "cap.show()",
    # errors
    "an error": "1 / 0",
    "an error after output": "print('before'); display('shown'); {}['key']",
    "an error in a function": "def f(n):\n    return f(n - 1) if n else 1 / n\nf(3)",
    "an error in a library": "import json; json.loads('{')",
    "whose a function is": "import inspect\ndef here(): pass\ninspect.getmodule(here).__name__, inspect.getmodule(here.__code__), inspect.getmodule(json.loads.__code__).__name__, inspect.getsource(here)",
    "another run_cell": "ip = get_ipython(); plain_run_cell = ip.run_cell\nip.run_cell = lambda code, **how: (print('mine'), plain_run_cell(code, **how))[1]",
    "runs by the other": "1 + 1",
    "the first run_cell": "ip.run_cell = plain_run_cell",
    "a chain": "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError('outer') from e",
    "a syntax error": "def broken(:\n    pass",
    "an indentation error": "if True:\nprint(1)",
    "an assertion": "assert 1 == 2, 'the reason'",
    "an assertion with no reason": "assert []",
    "a name error": "undefined_name",
    "an exception group": "raise ExceptionGroup('two', [ValueError(1), KeyError('k')])",
    "sys.exit": "import sys; sys.exit(2)",
    "keyboard interrupt": "raise KeyboardInterrupt('by hand')",
    "base exception": "class Odd(BaseException): pass\nraise Odd('odd')",
    "an error whose text fails": "class T(Exception):\n    def __str__(self): raise RuntimeError('str')\nraise T()",
    "a warning": "import warnings; warnings.warn('careful')",
    "input": "input('name? ')",
    "getpass": "import getpass; getpass.getpass()",
    "recursion": "def g(): return g()\ng()",
    # IPython
    "magic": "%pwd\n%timeit -n1 -r1 pass" and "%who_ls str",
    "unknown magic": "%nonsense",
    "cell magic": "%%writefile made.txt\nhello",
    "read what was written": "open('made.txt').read()",
    "help": "len?",
    "time": "%%time\nx = 5" and "x = 5",
    "bash": "%%bash\necho in bash\nexit 1",
    "script": "%%python3\nprint('other python')",
    "tb": "%tb",
    "xmode": "%xmode Plain",
    "plain error": "1 / 0",
    "xmode back": "%xmode Context",
    "autoawait": "import asyncio\nawait asyncio.sleep(0)\n'awaited'",
    "await fails": "await asyncio.wait_for(asyncio.sleep(9), 0.01)",
    "a task goes on between cells": "results = []\nasync def later(): results.append(await asyncio.sleep(0, 'done'))\ntask = asyncio.create_task(later())",
    "its result": "results",
    "asyncio.run": "c = asyncio.sleep(0)\ntry: asyncio.run(c)\nexcept RuntimeError as e: print(e)\nc.close()",
    "a running loop": "asyncio.get_event_loop().is_running()",
    "set_next_input": "get_ipython().set_next_input('x')",
    "last line": "get_ipython().ast_node_interactivity",
    "all shown": "get_ipython().ast_node_interactivity = 'all'",
    "all": "1\n2",
    "all back": "get_ipython().ast_node_interactivity = 'last_expr'",
    "history": "%history -n 1",
    "main": "__name__, __doc__",
    "file": "__file__",
    "where": "import os; os.path.basename(os.getcwd()), __import__('sys').path[0]",
    "environment": "{k: os.environ.get(k) for k in ('TERM', 'CLICOLOR', 'PAGER', 'MPLBACKEND', 'WHO')}",
    "import from the folder": "import helper; helper.answer",
    "argv": "len(__import__('sys').argv) > 0",
    "stdin": "__import__('sys').stdin.read()",
    "pickle": "import pickle\nclass Mine: pass\ntype(pickle.loads(pickle.dumps(Mine()))).__name__",
    "dataclass": "from dataclasses import dataclass\n@dataclass\nclass D:\n    x: int = 3\nD()",
    "doctest": "import doctest\ndef sq(x):\n    '''\n    >>> sq(3)\n    8\n    '''\n    return x * x\ndoctest.run_docstring_examples(sq, globals())",
    "unittest": "import unittest\nclass T(unittest.TestCase):\n    def test_it(self): self.assertEqual(1, 1)\nr = unittest.main(argv=['x', 'T'], exit=False, verbosity=0).result.wasSuccessful()\nr",
    "multiprocessing": "import multiprocessing as mp\ndef sq2(x): return x * x\nwith mp.get_context('fork').Pool(2) as p: print(p.map(sq2, [1, 2, 3]))",
    # libraries, some of them loaded before the fork
    "a hidden module": "'numpy' in __import__('sys').modules, 'pandas' in __import__('sys').modules",
    "a submodule nobody imported": "import matplotlib; matplotlib.pyplot",
    "xml": "import xml; xml.etree",
    "numpy": "import numpy as np; np.arange(6).reshape(2, 3)",
    "numpy warning": "np.array([1.0]) / 0",
    "numpy specs": "np.__spec__.name, np.linalg.__spec__.origin == np.linalg.__file__, np.__loader__.__class__.__name__",
    "pandas": "import pandas as pd; pd.DataFrame({'a': [1, 2], 'b': ['x', None]})",
    "an error in pandas": "pd.DataFrame({'a': [1]})['b']",
    "inline": "%matplotlib inline",
    "figure": "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.title('t');",
    "figure and value": "plt.bar([1], [2])",
    "show": "plt.plot([2]); plt.show(); print('after')",
    "figure object": "fig, ax = plt.subplots(); ax.plot([1]); fig",
    "figure and error": "plt.plot([1]); 1 / 0",
    "two figures": "plt.figure(); plt.plot([1]); plt.figure(); plt.plot([2]);",
    "pylab backend": "plt.get_backend()",
    "altair": "import altair as alt; type(alt.Chart().mark_point()).__name__",
    # widgets
    "widget": "import ipywidgets as w; s = w.IntSlider(value=3, description='n'); s",
    "widget changed": "s.value = 5",
    "output widget": "o = w.Output()\nwith o: print('inside'); display('inside too')\no",
    "its outputs": "len(o.outputs), [one['output_type'] for one in o.outputs]",
    "interact": "w.interact(lambda x: x + 1, x=2);",
    "tqdm": "from tqdm.auto import tqdm; type(tqdm).__name__",
}


def notebook() -> NotebookNode:
    cells = [new_code_cell(source) for source in SNIPPETS.values()]
    return new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}})


def plain(value: object) -> object:
    """Without what differs between any two runs: addresses, process numbers, ids, how a stream is broken into pieces."""
    match value:
        case dict():
            kept = {key: one for key, one in value.items() if key != "id"}
            if kept.get("ename") == "RecursionError":  # how deep it went depends on what the kernel itself stands on
                kept["traceback"] = list(dict.fromkeys(kept["traceback"]))
            return {key: plain(one) for key, one in kept.items()}
        case list():
            merged: list[object] = []
            for one in value:
                last = merged[-1] if merged else None
                if (
                    isinstance(one, dict)
                    and isinstance(last, dict)
                    and one.get("output_type") == last.get("output_type") == "stream"
                    and one["name"] == last["name"]
                ):
                    last["text"] = plain(last["text"] + one["text"])
                else:
                    merged.append(plain(one))
            return merged
        case str():
            text = re.sub(r"0x[0-9a-f]+", "0x…", value)
            text = re.sub(r"[\w/.-]*/ipykernel_\d+", "ipykernel_…", text)
            text = re.sub(r"\S*: UserWarning: Message serialization(.*\n)+", "it does not serialize", text)
            text = re.sub(r"skipping repeated \d+ frames", "…", text)
            text = re.sub(r"\b[0-9a-f]{32}\b", "…", text)
            return re.sub(r"ran in [\d.]+s|Finished in .*", "…", re.sub(r"in \d\.\d{3}s", "in …", text))
    return value


@pytest.fixture(scope="module")
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[NotebookNode, NotebookNode]:
    done = []
    # ipykernel looks whether pytest runs it, and is another kernel then: one that does not see what is written past Python.
    patch = pytest.MonkeyPatch()
    patch.delenv("PYTEST_CURRENT_TEST", raising=False)
    request.addfinalizer(patch.undo)  # noqa: PT021 - also where a run fails
    for which in ("kernel", "desk"):
        folder = tmp_path_factory.mktemp(which) / "same"
        folder.mkdir()
        (folder / "helper.py").write_text("answer = 42\n")
        nb = notebook()
        if which == "kernel":
            done.append(Execute(allow_errors=True).preprocess(nb, {"metadata": {"path": str(folder)}})[0])
        else:
            done.append(run_notebook(nb, cwd=folder).notebook)
    return done[0], done[1]


@pytest.mark.parametrize("name", SNIPPETS)
def test_a_cell_shows_the_same_in_a_kernel_and_on_a_desk(both: tuple[NotebookNode, NotebookNode], name: str) -> None:
    index = list(SNIPPETS).index(name)
    kernel, desk = (nb.cells[index] for nb in both)
    assert plain(desk.outputs) == plain(kernel.outputs)
    assert desk.execution_count == kernel.execution_count


def test_the_notebook_around_the_cells_is_the_same(both: tuple[NotebookNode, NotebookNode]) -> None:
    kernel, desk = both
    assert desk.metadata.language_info == kernel.metadata.language_info
    kinds = [
        sorted(one["model_name"] for one in nb.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"].values())
        for nb in both
    ]
    assert kinds[0] == kinds[1]
    nbformat.validate(desk)
