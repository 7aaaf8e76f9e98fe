# ruff: noqa: E501  (attacks read best as the lines a student would write)
"""More than one's share: time, memory, processes, output, disk. Every attack stops by itself, in case nothing else stops it."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from typing import Any

from tests.hostile.courses import FULL, RIGHT
from tests.hostile.entry import Entry, Family, HandIn, entry_maker

_entry = entry_maker(Family.resources)
_EARNED = "points earned before the end stay; the end is in time and leaves nothing"


def _use(
    name: str, tries: str, source: str, defence: str = _EARNED, *, scores: dict[str, float] | None = None, **more: Any
) -> Entry:
    """An attack in the last answer: what stands above it is earned."""
    earned = {"mean_seen": 2, "mean_hidden": 3, "evens_check": 2, **(scores or {})}
    return _entry(
        name, tries, defence, answers={"mean": RIGHT["mean"], "evens": RIGHT["evens"], "best": source}, scores=earned, **more
    )


def _stores(name: str, tries: str, edit: Callable[[HandIn], object]) -> Entry:
    """Right answers in a hand-in that is far too large: they are graded, and little of the rest is stored."""
    return _entry(name, tries, "at most 5 MB are stored of a submission, all told", answers=RIGHT, scores=FULL["basics"], edit=edit)


def own_texts(hand: HandIn) -> None:
    for number in range(12):
        hand.insert("mean", f"# {number} " + "&" * 90_000)
        hand.insert("mean", f"# {number}\n" + "a < b & c \n" * 60_000, "markdown")


def own_pictures(hand: HandIn) -> None:
    for number in range(12):
        hand.insert("mean", f"![x](attachment:x.png) {number}", "markdown")
        shown = next(cell for cell in hand.cells if cell["source"] == f"![x](attachment:x.png) {number}")
        shown["attachments"] = {"x.png": {"image/png": "iVBORw0KGgoA" + "AAAA" * 200_000}}


def large_claims(hand: HandIn) -> None:
    hand.book["metadata"]["plnb"] = {"choices": {"rep": ["x" * 1_000_000], **{f"{n}" * 9: ["y" * 100_000] for n in range(50)}}}
    for cell in hand.cells:
        cell["metadata"]["tags"] = ["z" * 100_000]


def saved_outputs(hand: HandIn) -> None:
    hand.cell("mean")["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "o" * 10_000_000}]


def many_copies(hand: HandIn) -> None:
    for number in range(1000):
        hand.cells.append({**copy.deepcopy(hand.cell("mean_seen")), "id": f"copy-{number}"})


_UNTIL = "import time\nend = time.monotonic() + 90\n"

ENTRIES = (
    _use("endless-loop", "loops for ever", _UNTIL + "while time.monotonic() < end:\n    pass"),
    _entry(
        "endless-loop-in-a-check",
        "loops for ever when a check calls it",
        _EARNED,
        answers={
            "mean": RIGHT["mean"],
            "evens": _UNTIL + "def evens(n):\n    while time.monotonic() < end:\n        pass",
            "best": RIGHT["best"],
        },
        scores={"mean_seen": 2, "mean_hidden": 3, "best_check": 1},
    ),
    _use("stuck-in-c", "computes in C where no interrupt is seen", "x = 3 ** (3 ** 17)\nx = x * x * x * x * x"),
    _use("stuck-in-a-regex", "a regular expression that never ends", "import re\nre.match(r'(a+)+$', 'a' * 40 + 'b')"),
    _use(
        "ignores-interrupts",
        "ignores interrupts and catches everything",
        _UNTIL
        + "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile time.monotonic() < end:\n    try:\n        while time.monotonic() < end:\n            pass\n    except BaseException:\n        pass",
    ),
    _use(
        "sleeps",
        "sleeps for ever",
        "import time\nwhile True:\n    try:\n        time.sleep(90)\n        break\n    except KeyboardInterrupt:\n        pass",
    ),
    _use("stops-itself", "stops its own process", "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)"),
    _use(
        "blocked-signals",
        "blocks every signal and waits",
        "import signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))\ntime.sleep(90)",
    ),
    _use("memory", "fills memory", "held = []\nfor _ in range(120):\n    held.append(bytearray(b'x' * 50_000_000))"),
    _use(
        "memory-of-children",
        "fills memory with ten processes",
        "import os, time\nfor _ in range(10):\n    if os.fork() == 0:\n        held = [bytearray(b'x' * 50_000_000) for _ in range(10)]\n        time.sleep(20)\n        os._exit(0)\ntime.sleep(20)",
    ),
    _use("address-space", "asks for more memory than there is", "import mmap\nmaps = [mmap.mmap(-1, 1 << 40) for _ in range(50)]"),
    _use(
        "many-processes",
        "forks as often as it can",
        "import os, time, ctypes\nstart = time.monotonic()\nfor _ in range(400):\n    try:\n        if os.fork() == 0:\n            ctypes.CDLL(None).prctl(15, b'hostilemark')\n            time.sleep(30)\n            os._exit(0)\n    except OSError:\n        break\ntime.sleep(30)",
    ),
    _use(
        "many-threads",
        "starts as many threads as it can",
        "import threading, time\nfor _ in range(3000):\n    try:\n        threading.Thread(target=time.sleep, args=(30,)).start()\n    except RuntimeError:\n        break\ntime.sleep(30)",
    ),
    _use(
        "chain-of-children",
        "forks and leaves, again and again, to outrun whoever kills it",
        "import os, time, ctypes\nend = time.monotonic() + 15\nif os.fork() == 0:\n    os.setsid()\n    ctypes.CDLL(None).prctl(15, b'hostilemark')\n    while time.monotonic() < end:\n        if os.fork():\n            os._exit(0)\n        time.sleep(0.002)\n    os._exit(0)\n",
    ),
    _use("output-flood", "prints without end", _UNTIL + "while time.monotonic() < end:\n    print('x' * 10_000)"),
    _use(
        "one-long-line",
        "prints a hundred megabytes in one line",
        "import sys\nfor _ in range(100):\n    sys.stdout.write('y' * 1_000_000)",
    ),
    _use(
        "many-outputs",
        "displays ten thousand things",
        "from IPython.display import display, HTML\nfor i in range(10_000):\n    display(HTML(f'<p>{i}' + 'z' * 500))",
    ),
    _use(
        "huge-result",
        "a result whose text is a hundred megabytes",
        "class Big:\n    def __repr__(self): return 'w' * 100_000_000\nBig()",
    ),
    _use(
        "huge-image",
        "displays an image of thirty megabytes",
        "from IPython.display import display\nimport base64\ndisplay({'image/png': base64.b64encode(b'\\x89PNG\\r\\n\\x1a\\n' + b'v' * 30_000_000).decode()}, raw=True)",
    ),
    _use("huge-error", "an error whose message is fifty megabytes", "raise ValueError('u' * 50_000_000)"),
    _use(
        "disk",
        "writes a file of a gigabyte",
        "with open('big', 'wb') as file:\n    for _ in range(100):\n        file.write(b'x' * 10_000_000)\n        file.flush()",
    ),
    _use(
        "many-files",
        "writes a hundred thousand files",
        "import os, time\nend = time.monotonic() + 20\nos.mkdir('many')\nfor i in range(100_000):\n    if time.monotonic() > end:\n        break\n    open(f'many/{i}', 'w').close()",
    ),
    _use(
        "open-files", "opens as many files as it can", "held = []\nwhile len(held) < 100_000:\n    held.append(open('/dev/null'))"
    ),
    _stores("large-file", "hands in a file of twenty megabytes", lambda hand: hand.file("film.mp4", os.urandom(19_900_000))),
    _stores(
        "large-files",
        "hands in twelve files of eight megabytes",
        lambda hand: [hand.file(f"film{number}.mp4", bytes(8_000_000)) for number in range(12)],
    ),
    _stores(
        "many-photos",
        "hands in nine hundred pictures",
        lambda hand: [hand.file(f"photos/{number}.jpg", os.urandom(9_000)) for number in range(900)],
    ),
    _stores(
        "files-that-travel",
        "hands in large files by the names that go on to feedback",
        lambda hand: [
            hand.file(name, b"2025-09-01 10:00:00 UTC" + b" " * 9_000_000) for name in ("timestamp.txt", "submission_secret.txt")
        ],
    ),
    _stores("large-texts", "writes a megabyte into each of a dozen cells of its own", own_texts),
    _stores("large-pictures", "pastes a picture of a megabyte into each of a dozen texts", own_pictures),
    _stores("large-claims", "claims to have chosen a megabyte of ways", large_claims),
    _stores("large-outputs", "comes with ten megabytes of outputs in the file", saved_outputs),
    _stores("many-copies", "copies a check a thousand times", many_copies),
    _use(
        "outputs-that-grow",
        "displays what grows when it is written down or escaped",
        "from IPython.display import display, HTML\nfor _ in range(4):\n    display({'text/plain': '\\n' * 60_000}, raw=True)\n"
        "    display({'text/plain': '&' * 90_000}, raw=True)\n    display(HTML('<b>&amp;</b>' * 9_000))",
    ),
    _entry(
        "every-cell-slow",
        "uses nearly the whole time of a cell in every cell, and adds more cells",
        "the time of the whole notebook is limited too",
        answers={"mean": "import time\n" + RIGHT["mean"]},
        edit=lambda hand: [hand.insert("evens", "import time\ntime.sleep(2.5)") for _ in range(20)],
        scores={"mean_seen": 2, "mean_hidden": 3},
    ),
    _use("segfault", "takes Python down", "import ctypes\nctypes.string_at(0)"),
    _use(
        "recursion",
        "recurses in C until the stack is gone",
        "import sys, functools\nsys.setrecursionlimit(10 ** 8)\ndef down(n): return down(n + 1)\ndown(0)",
    ),
    _use("exit-late", "leaves Python when all but one is earned", "import os\nos._exit(3)"),
)
