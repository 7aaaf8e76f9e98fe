"""The picture of `plnb whatif`: the share of a class that is proficient in each standard, under one rule and the other.

A still SVG with nothing to load. The two rules differ by shape and by word, not by colour alone; the picture says itself in a title
and a description, and follows the reader's light or dark scheme.
"""

from __future__ import annotations

import html
import textwrap
from typing import Any, Final

from plnb.core.whatif import Side, StandardWhatIf, WhatIf
from plnb.reports.charts import _dark_too, still

_INK, _SOFT, _FILL, _TRACK, _PAPER = "#1c2733", "#566373", "#1f66b0", "#dfe5ec", "#ffffff"
_ROW: Final = 44  # px a row
_WIDTH: Final = 940  # px; marks lie between _FROM and _TO, names to their left and words to their right
_FROM: Final = 250
_TO: Final = 560


def whatif_svg(found: WhatIf) -> str:
    """The picture as SVG text."""
    head, rest = _dark_too(still(_chart(found))).split(">", 1)
    title = html.escape(f"{found.course_title}: who is proficient, now and under the other rule")
    return f'{head} role="img"><title>{title}</title><desc>{html.escape(in_words(found))}</desc>{rest}'


def in_words(found: WhatIf) -> str:
    """What the picture shows, for whoever does not see it."""
    return " ".join(
        f"{row.title}: {row.before.proficient} of {row.students} now, {row.after.proficient} under the other rule; {_beside(row)}."
        for row in found.standards
    )


def _chart(found: WhatIf) -> Any:
    import altair as alt  # half a second to load: only when something is drawn

    rows = [
        {
            "row": at,
            "name": "\n".join(textwrap.wrap(row.title, 34, max_lines=2, placeholder=" …")),
            "now": row.before.proficient / row.students if row.students else 0.0,
            "then": row.after.proficient / row.students if row.students else 0.0,
            "beside": _beside(row),
        }
        for at, row in enumerate(found.standards)
    ]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y("row:O", axis=None, scale=alt.Scale(domain=list(range(len(rows))), range=[0, _ROW * len(rows)], padding=0))
    )
    head = alt.Chart(alt.InlineData(values=[{}]))

    def along(field: str) -> alt.X:
        return alt.X(f"{field}:Q", axis=None, scale=alt.Scale(domain=[0, 1], range=[_FROM, _TO]))

    def text(field: str, at: int) -> Any:
        written = base.mark_text(align="left", baseline="middle", lineBreak="\n", lineHeight=15, fontSize=13, color=_INK)
        return written.encode(x=alt.value(at), text=f"{field}:N")

    def said(words: str, at: int, align: Any) -> Any:
        written = head.mark_text(align=align, baseline="bottom", fontSize=12, color=_SOFT, text=words)
        return written.encode(x=alt.value(at), y=alt.value(-6))

    chart = alt.layer(
        base.mark_rule(color=_TRACK, strokeWidth=10, strokeCap="round").encode(
            x=alt.datum(0, scale=alt.Scale(domain=[0, 1], range=[_FROM, _TO]), axis=None), x2=alt.datum(1)
        ),
        base.mark_rule(color=_FILL, strokeWidth=3).encode(x=along("now"), x2="then:Q"),
        base.mark_point(shape="circle", size=130, filled=True, color=_PAPER, stroke=_INK, strokeWidth=2, opacity=1).encode(
            x=along("now")
        ),
        base.mark_point(shape="diamond", size=150, filled=True, color=_FILL, opacity=1).encode(x=along("then")),
        text("name", 0),
        text("beside", _TO + 24),
        said("○ now     ◆ under the other rule", 0, "left"),
        said("nobody proficient", _FROM, "center"),
        said("everybody", _TO, "center"),
        width=_WIDTH,
        height=_ROW * len(rows),
        background=_PAPER,
        padding=10,
    )
    return chart.configure(font="system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif").configure_view(stroke=None)


def _beside(row: StandardWhatIf) -> str:
    """Answers until proficient, and how it went on, under both rules."""
    answers = f"{_number(row.before.answers)} → {_number(row.after.answers)} answers"
    return f"{answers}; right after: {_percent(row.before)} → {_percent(row.after)}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _percent(side: Side) -> str:
    return "–" if side.accuracy is None else f"{side.accuracy:.0%}"
