"""Showing something in a notebook: HTML, plain text, and JSON for whoever can draw it better. Nothing goes to stderr.

Everything that comes from a course or a student is text here and is escaped on its way into HTML.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final

RESULT_MIME: Final = "application/vnd.plnb.result+json"
"""How a check went."""

VIEW_MIME: Final = "application/vnd.plnb.view+json"
"""Where the student stands."""

# Colours of whatever shows the notebook, where it has any; a border and an icon say the same without them.
_BOX: Final = (
    "border:1px solid var(--jp-border-color1,#8888);border-left:4px solid {colour};border-radius:4px;"
    "padding:.6em .9em;margin:.4em 0;max-width:46em;font-family:var(--jp-ui-font-family,sans-serif);line-height:1.45"
)
_COLOURS: Final = {
    "good": "var(--jp-success-color1,#2e7d32)",
    "wait": "var(--jp-warn-color1,#b26a00)",
    "plain": "var(--jp-brand-color1,#1565c0)",
}


@dataclass(frozen=True, slots=True)
class Card:
    """Something to show: a heading, paragraphs and lists."""

    title: str
    """The heading; an icon before it repeats it."""
    icon: str = ""
    """One character, hidden from screen readers."""
    mood: str = "plain"
    """`good`, `wait` or `plain`: the colour of its edge."""
    lines: Sequence[str] = ()
    """Paragraphs."""
    lists: Sequence[tuple[str, Sequence[str]]] = ()
    """Lists, each with its heading (empty for none)."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """The same by MIME type, for whoever can draw it better."""

    def html(self) -> str:
        """For a page."""
        icon = f'<span aria-hidden="true">{escape(self.icon)} </span>' if self.icon else ""
        parts = [f'<p style="margin:0 0 .2em"><strong>{icon}{escape(self.title)}</strong></p>' if self.title else ""]
        parts += [f'<p style="margin:.2em 0;white-space:pre-wrap">{escape(line)}</p>' for line in self.lines]
        for heading, items in self.lists:
            parts.append(f'<p style="margin:.6em 0 .1em"><strong>{escape(heading)}</strong></p>' if heading else "")
            parts.append(f'<ul style="margin:.1em 0 .3em;padding-left:1.4em">{"".join(map(_item, items))}</ul>')
        return f'<div role="group" style="{_BOX.format(colour=_COLOURS[self.mood])}">{"".join(parts)}</div>'

    def text(self) -> str:
        """For a terminal."""
        lines = [f"{self.icon} {self.title}".strip(), *self.lines]
        for heading, items in self.lists:
            lines += [heading] if heading else []
            lines += [f"  - {item}" for item in items]
        return "\n".join(line for line in lines if line)

    def bundle(self) -> dict[str, Any]:
        """For Jupyter."""
        return {**self.data, "text/html": self.html(), "text/plain": self.text()}


def show(card: Card) -> None:
    """Show it where we are: in a notebook, else on the terminal."""
    shell = ipython()
    if shell is None:
        sys.stdout.write(card.text() + "\n")
        return
    from IPython.display import display

    display(card.bundle(), raw=True)  # type: ignore[no-untyped-call]


def ipython() -> Any:
    """The shell that runs this, or None. IPython is never loaded for it: where there is one, it is there already."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module else None


def say(*lines: str, icon: str = "", mood: str = "plain", lists: Iterable[tuple[str, Sequence[str]]] = ()) -> None:
    """Show a sentence or two."""
    first, *rest = lines
    show(Card(first, icon, mood, rest, tuple(lists)))


def _item(text: str) -> str:
    return f'<li style="margin:.15em 0">{escape(text)}</li>'
