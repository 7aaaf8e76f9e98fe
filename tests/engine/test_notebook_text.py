"""The text of a notebook's file is nbformat's own."""

from __future__ import annotations

import json

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from plnb.engine.notebook_text import notebook_text

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=30) | st.just("a\nb\r\nc\u2028d")
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8)
METADATA = st.dictionaries(TEXT.filter(lambda key: key != "tags"), VALUES, max_size=3)
BUNDLES = st.dictionaries(
    st.sampled_from(["text/plain", "text/html", "image/svg+xml", "image/png", "application/javascript"]), TEXT
)
OUTPUTS = st.one_of(
    BUNDLES.map(lambda data: new_output("display_data", data)),
    BUNDLES.map(lambda data: new_output("execute_result", data, execution_count=3)),
    TEXT.map(lambda text: new_output("stream", name="stdout", text=text)),
    st.lists(TEXT).map(lambda lines: new_output("error", ename="E", evalue="e", traceback=lines)),
)
CODE = st.builds(lambda source, outputs, metadata: new_code_cell(source, outputs=outputs, metadata=metadata), TEXT, st.lists(OUTPUTS, max_size=3), METADATA)  # fmt: skip  # noqa: E501
PROSE = st.builds(lambda source, data: new_markdown_cell(source, attachments={"a.png": data} if data else {}), TEXT, BUNDLES)
NOTEBOOKS = st.builds(lambda cells, metadata: new_notebook(cells=cells, metadata=metadata), st.lists(CODE | PROSE, max_size=3), METADATA)  # fmt: skip  # noqa: E501


def nbformats(nb: NotebookNode) -> str:
    text: str = nbformat.v4.writes(nb)
    return text + "\n"


@given(NOTEBOOKS)
def test_it_is_what_nbformat_writes_to_the_letter(nb: NotebookNode) -> None:
    nb.metadata.update(orig_nbformat=4, signature="x")
    for cell in nb.cells:
        cell.metadata.trusted = True
    before = json.dumps(nb)
    assert notebook_text(nb) == nbformats(nb)
    assert json.dumps(nb) == before, "nothing is changed"


@given(VALUES.map(lambda value: {"spec": value}))
def test_data_of_a_json_type_means_the_same_on_one_line(data: dict[str, object]) -> None:
    output = new_output("display_data", {"application/vnd.vegalite.v5+json": data, "text/plain": "chart"})
    nb = new_notebook(cells=[new_code_cell("chart", outputs=[output])])
    assert json.dumps(json.loads(notebook_text(nb))) == json.dumps(json.loads(nbformats(nb)))


def test_what_json_cannot_say_is_refused() -> None:
    nb = new_notebook(metadata={"when": object()})
    with pytest.raises(TypeError):
        notebook_text(nb)
