"""Markup that cannot be broken into: text is escaped unless it was made here. And `Shown`, what a template cell displays.

Must look right with inline styles only: JupyterLab takes style sheets, scripts and inline SVG out of a notebook that somebody else
made.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pydantic import JsonValue

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# Control characters steer terminals and the bidi ones can make text read as what it is not; neither is something to read.

_LEFT: Final = "text-align:left;vertical-align:top"
# JupyterLab sets the cells of a table to the right, which suits numbers and not sentences.


_VOID: Final = frozenset({"br", "img"})


class Html(str):
    """Markup made by this module: safe to put on a page as it is."""

    __slots__ = ()


def plain(text: str) -> str:
    """Text without characters that nobody reads (controls, direction overrides)."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def tag(name: str, *children: str | Html, **attributes: str) -> Html:
    """An element. Children that are not `Html` are escaped; an attribute is named `class_` or `aria_label`."""
    said = "".join(f' {key.rstrip("_").replace("_", "-")}="{html.escape(plain(value))}"' for key, value in attributes.items())
    return Html(f"<{name}{said}>" if name in _VOID else f"<{name}{said}>{join(children)}</{name}>")


def join(parts: Iterable[str | Html], between: str = "") -> Html:
    """Parts one after the other, escaped where they are not `Html`."""
    return Html(between.join(part if isinstance(part, Html) else html.escape(plain(part)) for part in parts))


def said(text: str, kind: str = "said") -> Html:
    """Somebody's own words: escaped, line breaks kept, and never read as a formula by MathJax."""
    return tag("div", text, class_=f"{kind} tex2jax_ignore mathjax_ignore", style="white-space:pre-wrap;overflow-wrap:anywhere")


def sign(icon: str, word: str) -> Html:
    """An icon with its word; only the word is read aloud."""
    return tag("span", tag("span", icon, class_="icon", aria_hidden="true"), " ", word, class_="sign", style="white-space:nowrap")


def table(heads: Sequence[str], rows: Iterable[Sequence[str | Html]], kind: str) -> Html:
    """A table whose first column names its rows. `kind` is its class."""
    return grouped_table(heads, [("", rows)], kind)


def grouped_table(heads: Sequence[str], groups: Iterable[tuple[str, Iterable[Sequence[str | Html]]]], kind: str) -> Html:
    """A table in parts, each under its own name; a part without a name has no such row."""
    head = tag("thead", tag("tr", *(tag("th", text, scope="col", style=_LEFT) for text in heads)))
    bodies = []
    for name, rows in groups:
        title = [tag("tr", tag("th", name, scope="rowgroup", colspan=str(len(heads)), style=_LEFT))] if name else []
        bodies.append(tag("tbody", *title, *map(_row, rows)))
    return tag("div", tag("table", head, *bodies), class_=f"wide {kind}", style="overflow-x:auto")


def _row(cells: Sequence[str | Html]) -> Html:
    first = tag("th", cells[0], scope="row", style=_LEFT + ";font-weight:normal")
    return tag("tr", first, *(tag("td", cell, style=_LEFT) for cell in cells[1:]))


class Shown:
    """What a cell of the template displays: a page part as HTML, the same as text, and data for programs where there is some."""

    def __init__(self, markup: Html, text: str, data: Mapping[str, JsonValue] | None = None) -> None:
        self.markup = tag("div", markup, class_="plnb-part")
        self.text = plain(text).strip()
        self.data = dict(data or {})

    def _repr_mimebundle_(self, **_: object) -> dict[str, JsonValue]:
        return {**self.data, "text/html": str(self.markup), "text/plain": self.text}

    def __repr__(self) -> str:
        return self.text


def text_table(rows: Iterable[Sequence[str]], indent: str = "  ") -> str:
    """Rows as lines of text, columns two blanks apart; the last column is left as long as it is."""
    lines = [tuple(plain(cell).replace("\n", " ") for cell in row) for row in rows]
    if not lines:
        return ""
    widths = [max(len(row[column]) for row in lines) for column in range(len(lines[0]) - 1)]
    return "\n".join(
        indent + "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in lines
    )
