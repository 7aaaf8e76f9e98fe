# ruff: noqa: E501  (attacks read best as the lines a student would write)
"""Content that is to run in the page of whoever reads it: outputs, texts, names. `tests/reports` opens the pages in a browser."""

from __future__ import annotations

import base64
import json
from typing import Any

from tests.hostile.courses import FULL, RIGHT
from tests.hostile.entry import Entry, Family, HandIn, entry_maker
from tests.hostile.payloads import EVIL, MARKDOWN, MARKUP

_entry = entry_maker(Family.content)
_SAFE = "what is kept of outputs and texts is harmless where it is shown"
_FULL = FULL["basics"]
_SVG = "<svg xmlns='http://www.w3.org/2000/svg' onload='pwned()'><script>pwned()</script></svg>"


def _shows(name: str, tries: str, source: str = "", **more: Any) -> Entry:
    """Right answers, with a cell of its own that displays something."""

    def edit(hand: HandIn) -> None:
        if source:
            hand.insert("why", source)

    return _entry(name, tries, _SAFE, **{"answers": RIGHT, "edit": edit, "scores": _FULL, **more})


def _displays(bundle: dict[str, Any], metadata: dict[str, Any] | None = None) -> str:
    return f"from IPython.display import display\ndisplay({bundle!r}, metadata={metadata or {}!r}, raw=True)"


def every_markup(hand: HandIn) -> None:
    for number, markup in enumerate(MARKUP.values()):
        hand.insert("why", f"from IPython.display import HTML\nHTML({markup!r})")
        if number % 3 == 0:
            hand.insert("why", markup, "markdown")
            hand.insert("why", markup, "raw")


def every_markdown(hand: HandIn) -> None:
    for markdown in MARKDOWN.values():
        hand.insert("why", markdown, "markdown")
        hand.insert("why", f"from IPython.display import Markdown\nMarkdown({markdown!r})")
    hand.cell("why")["source"] = "\n\n".join([*MARKDOWN.values(), *MARKUP.values()])


def attachments(hand: HandIn) -> None:
    cell = hand.cell("why")
    cell["source"] = "![a](attachment:a.svg) ![b](attachment:b.png) ![c](attachment:none.png) ![d](attachment:d.png)"
    cell["attachments"] = {
        "a.svg": {"image/svg+xml": base64.b64encode(_SVG.encode()).decode()},
        "b.png": {'text/html;x="onerror="pwned()': "PHNjcmlwdD4="},
        "d.png": {"image/png": '"><script>pwned()</script>'},
        '"><script>pwned()</script>.png': {"image/png": "AAAA"},
    }


def claimed_outputs(hand: HandIn) -> None:
    """Outputs in the file itself: never used."""
    for cell in hand.cells:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": {"text/html": MARKUP["script"]}}]
    hand.book["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}, "version_major": 2}}


ENTRIES = (
    _shows("html", "HTML of every kind in outputs, texts and raw cells", edit=every_markup),
    _shows("markdown", "Markdown of every kind in texts and outputs", edit=every_markdown),
    _shows(
        "javascript", "JavaScript as an output", f"from IPython.display import Javascript\nJavascript('pwned(); fetch(\"{EVIL}\")')"
    ),
    _shows("svg", "scripts inside a drawing", f"from IPython.display import SVG\nSVG({_SVG!r})"),
    _shows(
        "frames",
        "frames and media of other sites",
        f"from IPython.display import IFrame, display, Audio\ndisplay(IFrame('{EVIL}/f', 300, 200))\ndisplay(Audio(url='{EVIL}/a.wav', autoplay=True))",
    ),
    _shows(
        "widgets",
        "widget views and their state",
        _displays(
            {
                "application/vnd.jupyter.widget-view+json": {"model_id": "x</script><script>pwned()</script>", "version_major": 2},
                "application/vnd.jupyter.widget-state+json": {"state": {}},
                "application/vnd.vegalite.v5+json": {"data": {"url": f"{EVIL}/data.json"}},
                "application/vnd.plotly.v1+json": {"data": [], "layout": {"images": [{"source": f"{EVIL}/p.png"}]}},
                "application/vnd.plnb.progress+json": {"student": "victim"},
                "text/plain": "a widget",
            }
        ),
    ),
    _shows(
        "image-metadata",
        "attributes for an image, with handlers in them",
        _displays(
            {"image/png": 'AAAA" onerror="pwned()'},
            {
                "image/png": {
                    "width": "1 onerror=pwned()",
                    "height": "1 onload=pwned()",
                    "alt": '" onerror="pwned()',
                    "unconfined": True,
                }
            },
        ),
    ),
    _shows(
        "isolated",
        "HTML that asks to be shown in a frame of its own",
        _displays({"text/html": MARKUP["script"]}, {"text/html": {"isolated": True}}),
    ),
    _shows(
        "pdf",
        "a document with a script",
        _displays(
            {
                "application/pdf": base64.b64encode(b"%PDF-1.4 /OpenAction (app.alert(1))").decode(),
                "text/latex": "\\href{javascript:pwned()}{x}",
            }
        ),
    ),
    _shows(
        "terminal",
        "sequences that steer a terminal",
        "print('\\x1b]8;;javascript:pwned()\\x07click\\x1b]8;;\\x07 \\x1b[2J\\x1b[1;31mred\\x1b[0m \\x9b31m \\x1b]0;title\\x07')\nraise ValueError('\\x1b]8;;javascript:pwned()\\x07<img src=x onerror=pwned()>')",
    ),
    _shows(
        "wrong-types",
        "a bundle of wrong types",
        _displays(
            {
                "text/html": ["<script>", "pwned()</script>"],
                "text/plain": ["x", "y"],
                "application/json": {"a": "<script>"},
                "<script>pwned()</script>": "x",
            }
        ),
        scores=_FULL,
    ),
    _shows(
        "names-of-errors",
        "errors with markup for a name",
        "class E(Exception): pass\nE.__name__ = E.__qualname__ = '<img src=x onerror=pwned()>'\nraise E('<script>pwned()</script>')",
    ),
    _entry(
        "message-of-a-check",
        "markup in what a check's failure says",
        _SAFE,
        answers={**RIGHT, "mean": "def mean(xs):\n    raise ValueError('<img src=x onerror=pwned()><script>pwned()</script>')"},
        scores={"evens_check": 2, "best_check": 1},
    ),
    _shows("attachments", "attachments that are no pictures", edit=attachments),
    _shows("claimed-outputs", "outputs in the file itself", edit=claimed_outputs),
    _shows(
        "choices",
        "markup in the names of choices",
        unit="ways",
        answers={"graph": RIGHT["graph"]},
        scores={"graph_check": 2},
        mirrored={"table_check": 2},
        edit=lambda hand: hand.book["metadata"].update(
            plnb={"choices": {"rep": ["graph"], "<script>pwned()</script>": ["<img src=x onerror=pwned()>"]}}
        ),
    ),
    _shows(
        "file-names",
        "markup in the names of files",
        edit=lambda hand: (
            hand.file("<img src=x onerror=pwned()>.txt", "x"),
            hand.file("extra <script>pwned()<script>.ipynb", json.dumps(hand.book | {"cells": []})),
        ),
    ),
)
