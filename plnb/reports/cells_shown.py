"""A graded notebook as part of a page: texts, code, outputs. Nothing in it is trusted, not even that nbgrader or we made it.

Texts are rendered and sanitised; code and text outputs are escaped; pictures are raster; HTML outputs are sanitised *and* shown
in a frame that may run nothing, load nothing and reach nothing.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, NamedTuple

from nbformat import NotebookNode

from plnb.engine.harmless import harmless_outputs, safe_picture
from plnb.engine.safe_html import PICTURES, clean_html, plain_text
from plnb.reports import feedback_words as words
from plnb.reports.markup import Html, join, plain, tag

FRAME_POLICY: Final = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""What shown HTML may do: be looked at."""

_FRAME_STYLE: Final = (
    ":root{color-scheme:light dark}body{margin:.5rem;font:14px/1.45 system-ui,sans-serif}"
    "table{border-collapse:collapse}th,td{padding:.25rem .6rem;border-bottom:1px solid #8886;text-align:right}img{max-width:100%}"
)
_ROW: Final = re.compile(r"<(?:tr|p|li|h\d|br|pre|div)\b", re.IGNORECASE)
_HEADING: Final = re.compile(r"<(/?)h([1-6])\b", re.IGNORECASE)
_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")


class Place(NamedTuple):
    """A check in the notebook."""

    anchor: str
    """Its id on the page."""
    title: str
    """Its name for people."""
    sign: Html
    """What became of it."""
    verdict: str
    """The same, as a class."""


def cells_shown(notebook: NotebookNode, places: Mapping[str, Place], released: Collection[str] = ()) -> Iterator[Html]:
    """Each cell as a part of a page. `places` are the checks by grade_id, `released` the ids of the teacher's cells."""
    for cell in notebook.cells:
        grader = cell.metadata.get("nbgrader") or {}
        place = places.get(grader.get("grade_id", ""))
        anchor = {"id": place.anchor} if place else {}
        mine = bool(grader.get("solution")) or bool(released and cell.get("id", "") not in released)
        kind = " ".join(
            filter(None, ("cell", cell.cell_type, "mine" if mine else "", f"check-cell {place.verdict}" if place else ""))
        )
        body = _code(cell) if cell.cell_type == "code" else [_text(cell)]
        if not cell.source.strip() and cell.cell_type != "code" and not place:
            continue
        yield tag("div", join([*_label(grader, place, mine), *body]), class_=kind, **anchor)


def _label(grader: Mapping[str, Any], place: Place | None, mine: bool) -> list[Html]:
    parts: list[str | Html] = []
    if place and not grader.get("solution"):
        parts.append(f"{words.QUESTION}: {place.title}")
    elif mine:
        parts.append(words.YOUR_ANSWER if grader.get("solution") else words.YOUR_CELL)
    if place:
        parts.append(tag("span", place.sign, class_="verdict"))
    return [tag("div", *(tag("span", part) for part in parts), class_="label")] if parts else []


# --- texts -----------------------------------------------------------------------------------------------------------------------


def _text(cell: NotebookNode) -> Html:
    if cell.cell_type == "raw":
        return tag("pre", cell.source)
    return tag("div", Html(_markdown(cell.source, cell.get("attachments") or {})), class_="text tex2jax_ignore mathjax_ignore")


def _markdown(source: str, attachments: Mapping[str, Any]) -> str:
    """Markdown as sanitised HTML, headings below those of the page. Formulas stay as they were typed."""
    from nbconvert.filters.markdown_mistune import InvalidNotebook, IPythonRenderer, MarkdownWithMath  # slow to load

    held = {name: dict(bundle) for name, bundle in attachments.items() if isinstance(bundle, Mapping)}
    renderer = IPythonRenderer(escape=False, attachments=held, exclude_anchor_links=True)
    try:
        rendered = MarkdownWithMath(renderer=renderer).render(plain(source))
    except (InvalidNotebook, StopIteration, RecursionError):  # a picture that is not there, brackets without end
        rendered = f"<pre>{html.escape(plain(source))}</pre>"
    return _HEADING.sub(lambda found: f"<{found[1]}h{min(int(found[2]) + 2, 6)}", clean_html(rendered))


# --- code and outputs ------------------------------------------------------------------------------------------------------------


def _code(cell: NotebookNode) -> Iterator[Html]:
    if cell.source.strip():
        yield tag("pre", tag("code", _highlighted(cell.source)), tabindex="0", aria_label=words.CODE)
    outputs, _ = harmless_outputs(cell.get("outputs", ()))
    for output in outputs:
        yield from _output(output)


def _highlighted(source: str) -> Html:
    from pygments import highlight  # type: ignore[import-untyped]
    from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
    from pygments.lexers.python import Python3Lexer  # type: ignore[import-untyped]

    if len(source) > 50_000:
        return Html(html.escape(plain(source)))
    return Html(highlight(plain(source), Python3Lexer(), HtmlFormatter(nowrap=True)).rstrip("\n"))


def _output(output: NotebookNode) -> Iterator[Html]:
    match output.output_type:
        case "stream":
            yield _pre(output.text)
        case "error":
            text = "\n".join(output.traceback) or f"{output.ename}: {output.evalue}"
            yield tag("pre", _still(text), class_="output error", tabindex="0", aria_label=words.ERROR)
        case _:
            yield from _shown(output.data)


def _shown(data: Mapping[str, str]) -> Iterator[Html]:
    for mime in PICTURES:
        picture = safe_picture(mime, data.get(mime))
        if picture is not None:
            yield tag("img", alt=words.PICTURE, src=f"data:{mime};base64,{picture}")
            return
    if "text/html" in data:
        yield _frame(clean_html(data["text/html"]))
    elif "text/markdown" in data:
        yield tag("div", Html(_markdown(data["text/markdown"], {})), class_="text")
    elif text := data.get("text/latex") or data.get("text/plain"):
        yield _pre(text)


def _frame(markup: str) -> Html:
    """Sanitised HTML in a frame without rights. Nothing can tell the page how high it is, so its rows are counted."""
    height = min(60 + 27 * len(_ROW.findall(markup)), 480)
    document = (
        f'<!DOCTYPE html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{FRAME_POLICY}">'
        f"<style>{_FRAME_STYLE}</style><body>{markup}"
    )
    return tag("iframe", sandbox="", srcdoc=document, title=words.FRAME, style=f"height:{height}px", referrerpolicy="no-referrer")


def _pre(text: str) -> Html:
    return tag("pre", _still(text), class_="output", tabindex="0", aria_label=words.OUTPUT)


def _still(text: str) -> str:
    return _COLOURS.sub("", plain_text(text)).rstrip("\n")
