# ruff: noqa: E501, SIM905, RUF005
"""Whatever is written, what we keep of it does nothing where it is shown: here, in nbgrader's pages, by nbconvert."""

from __future__ import annotations

import base64
import re
from typing import Any

import nbformat
import pytest
from bleach._vendor import html5lib  # the parser browsers agree on; bleach comes with nbconvert
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from plnb.engine.harmless import ALL_KEPT, harmless_outputs, make_harmless
from plnb.engine.safe_html import calm_markdown, clean_html, plain_text
from tests.hostile.payloads import MARKDOWN, MARKUP

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

_FORBIDDEN = frozenset(
    "script style iframe frame frameset object embed applet svg math form button textarea select meta link base template video audio source "
    "dialog portal noscript".split()
)
_TELLING = ("id", "srcset", "srcdoc", "formaction", "background", "ping")
_HARMLESS_URL = re.compile(r"https?://|mailto:|#|data:image/(?:png|jpeg|gif);base64,|attachment:", re.IGNORECASE)


def dangers(markup: str) -> list[str]:
    """What could do something in a page."""
    found = []
    for element in html5lib.parse(markup, treebuilder="etree", namespaceHTMLElements=False).iter():
        tag = str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else "comment"
        if tag in _FORBIDDEN or (tag == "input" and element.get("type") != "checkbox"):
            found.append(tag)
        for name, said in element.attrib.items():
            own_anchor = name == "id" and re.fullmatch(r"h[1-6]", tag)
            if name.startswith("on") or (name in _TELLING and not own_anchor):
                found.append(f"{tag} {name}={said}")
            if name in ("href", "src", "action", "data") and not _HARMLESS_URL.match(said):
                found.append(f"{tag} {name}={said}")
            if name == "src" and not said.startswith("data:image/"):
                found.append(f"{tag} {name}={said}")
            if name == "style" and ("url" in said or "position" in said):
                found.append(f"{tag} {name}={said}")
    return found


def as_nbconvert_renders(source: str, attachments: dict[str, Any] | None = None) -> str:
    """As nbgrader's formgrader renders a text: HTML let through, every address allowed."""
    renderer = IPythonRenderer(escape=False, attachments=attachments or {}, exclude_anchor_links=True)
    return MarkdownWithMath(renderer=renderer).render(source)


def test_the_judge_sees_what_is_dangerous() -> None:
    for name, markup in MARKUP.items():
        if name not in ("quotes", "nul"):
            assert dangers(markup), name
    for name in ("link", "reference", "image", "html-in-table", "mermaid", "reference-in-list", "link-entities"):
        assert dangers(as_nbconvert_renders(MARKDOWN[name])), name


@pytest.mark.parametrize("name", MARKUP)
def test_markup_does_nothing_once_it_is_clean(name: str) -> None:
    assert dangers(clean_html(MARKUP[name])) == []
    assert dangers(as_nbconvert_renders(calm_markdown(MARKUP[name]))) == []


@pytest.mark.parametrize("name", MARKDOWN)
def test_markdown_does_nothing_once_it_is_calm(name: str) -> None:
    assert dangers(as_nbconvert_renders(calm_markdown(MARKDOWN[name]))) == []


_PIECES = st.sampled_from(
    [*MARKUP.values(), *MARKDOWN.values()]
    + list("<>[]()!`~$\\&;:'\"#*_-= \n\t/|{}^\x00\ufeff")
    + "![ ]( ]: ][ &lt; &#60; &#x3c &#91; &#106; javascript: data: attachment: ``` ~~~ $$ \\( \\[ \\begin{a} \\end{a} <!-- --> <![CDATA[ ]]> > * - 1. | https://x ://".split()
)


@settings(max_examples=600, deadline=None)
@given(st.lists(_PIECES, max_size=14).map("".join))
def test_no_mixture_of_fragments_comes_alive(text: str) -> None:
    assert dangers(as_nbconvert_renders(calm_markdown(text))) == [], text
    assert dangers(clean_html(text)) == [], text


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_calm_text_stays_calm(text: str) -> None:
    once = calm_markdown(text)
    assert calm_markdown(once) == once


def test_honest_markdown_reads_the_same() -> None:
    for text in (
        "If a < b then *b* > a, and 1<2.",
        "$x < y$ and $$\\frac{a}{b} \\leq 3$$",
        "See [the docs](https://docs.python.org/3/) or write to [me](mailto:me@example.org).",
        "```python\nfor x in xs[1:]: print(x)\nd = {'a': [1]}\n```",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "1. one\n2. two\n\n- [x] done",
        "`x[0]: int = 3`",
    ):
        assert calm_markdown(text) == text


def test_pasted_pictures_stay_and_others_do_not() -> None:
    text = "![mine](attachment:image.png) ![far](https://evil.example/x.png) ![gone](attachment:none.png)"
    calm = calm_markdown(text, {"image.png"})
    assert "![mine](attachment:image.png)" in calm
    assert calm.count("![") == 1
    assert as_nbconvert_renders(calm, {"image.png": {"image/png": PNG}}).count("<img") == 1


def test_a_table_of_pandas_survives() -> None:
    import pandas as pd

    frame = pd.DataFrame({"name": ["Ana", "<script>"], "speed": [5.0, 2.5]})
    clean = clean_html(frame.to_html())
    assert "<td>Ana</td>" in clean
    assert clean.count("<tr") == 3
    assert 'class="dataframe"' in clean
    assert "<script" not in clean
    shown = clean_html(frame.replace("<script>", "Bo").style.highlight_max(color="yellow").format(precision=1).to_html())
    assert shown.count("<td") == 4


def test_colours_and_alignment_survive_and_covers_do_not() -> None:
    clean = clean_html("<p style='color: rgb(1, 2, 3); position: fixed; background: url(//x); text-align: center'>a</p>")
    assert "color" in clean
    assert "position" not in clean
    assert "url" not in clean


def test_a_terminal_is_coloured_and_not_steered() -> None:
    said = plain_text("\x1b[31mred\x1b[0m \x1b]8;;javascript:x\x07link\x1b]8;;\x07 \x1b[2J\x1b[1A\x9b2J\x07 \x1bc end")
    assert "\x1b[31mred\x1b[0m" in said
    assert "link" in said
    assert "end" in said
    assert re.sub(r"\x1b\[[0-9;]*m", "", said).isprintable()


def test_outputs_are_text_tables_and_raster_pictures() -> None:
    outputs, _ = harmless_outputs(
        [
            new_output("display_data", {"text/html": MARKUP["script"] + "<b>x</b>", "text/plain": "x"}),
            new_output("display_data", {"application/javascript": "pwned()", "text/plain": "<Javascript>"}),
            new_output("display_data", {"image/svg+xml": MARKUP["script-in-svg"]}),
            new_output("display_data", {"image/png": PNG}, metadata={"image/png": {"width": "1 onload=x", "height": 5}, "a": 1}),
            new_output("display_data", {"image/png": 'AAAA" onerror="pwned()'}),
            new_output("display_data", {"application/vnd.jupyter.widget-view+json": {"model_id": "x"}, "text/plain": "a widget"}),
        ]
    )
    assert [sorted(output.data) for output in outputs] == [
        ["text/html", "text/plain"],
        ["text/plain"],
        ["text/plain"],
        ["image/png"],
        ["text/plain"],
        ["text/plain"],
    ]
    assert outputs[0].data["text/html"] == "<b>x</b>"
    assert "image/svg+xml" in outputs[2].data["text/plain"]
    assert outputs[3].metadata == {"image/png": {"height": 5}}


@pytest.mark.parametrize(
    "claim",
    [
        None,
        5,
        [],
        {},
        {"output_type": "stream"},
        {"output_type": "stream", "name": 7, "text": {"a": 1}},
        {"output_type": "error", "traceback": 5, "ename": [], "evalue": None},
        {"output_type": "display_data", "data": [], "metadata": "x"},
        {"output_type": "execute_result", "data": {"text/html": 5, 7: "x", "image/png": None}, "execution_count": "9"},
        {"output_type": "x", "data": {}},
    ],
)
def test_whatever_is_claimed_the_notebook_is_valid(claim: object) -> None:
    outputs, _ = harmless_outputs([claim])
    nbformat.validate(new_notebook(cells=[new_code_cell("1", outputs=outputs)]))


def test_what_is_kept_of_a_notebook_is_limited() -> None:
    big = [new_output("stream", text="x" * 5_000_000)] * 10
    big += [new_output("display_data", {"image/png": base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"v" * 3_000_000).decode()})] * 3
    big += [new_output("display_data", {"text/html": "<p>" + "y" * 150_000})] * 100
    notebook = new_notebook(cells=[new_code_cell("1", outputs=big), new_markdown_cell("z" * 9_000_000)])
    make_harmless(notebook, new_notebook())
    assert len(nbformat.writes(notebook)) < ALL_KEPT + 1_200_000


def test_the_teachers_own_text_stays_as_it_is() -> None:
    own = "<div class='alert'>Read this</div> ![map](map.png)"
    notebook = new_notebook(cells=[new_markdown_cell(own), new_markdown_cell(own + " mine"), new_raw_cell(MARKUP["script"])])
    make_harmless(notebook, new_notebook(cells=[new_markdown_cell(own)]))
    assert notebook.cells[0].source == own
    assert dangers(as_nbconvert_renders(notebook.cells[1].source)) == []
    assert dangers(notebook.cells[2].source) == []


def test_what_a_run_left_in_the_metadata_goes() -> None:
    python = {"name": "python3", "display_name": "Python 3"}
    notebook = new_notebook(
        metadata={
            "widgets": {"x": 1},
            "language_info": {"name": "python", "pygments_lexer": "evil"},
            "kernelspec": {"name": "k", "display_name": "k"},
        }
    )
    make_harmless(notebook, new_notebook(metadata={"kernelspec": python}))
    assert notebook.metadata == {"kernelspec": python}
