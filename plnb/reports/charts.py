"""The one picture of the page: how far each standard is on its way to proficient, drawn with Altair and kept as still SVG.

Levels are told by words and by length, never by colour alone. The picture follows the reader's light or dark scheme by itself.
"""

from __future__ import annotations

import base64
import textwrap
from collections.abc import Sequence
from functools import cache
from typing import Any, Final, Literal, NamedTuple, Protocol

from plnb.reports import words
from plnb.reports.markup import Html, tag

_WIDTH: Final = 740  # px; the bars lie between _FROM and _TO, names to their left and levels to their right
_FROM: Final = 290
_TO: Final = 580
_ROW: Final = 34  # px a row
_LETTERS: Final = 40  # letters of a name in one line at 13 px

_INK, _SOFT, _FILL, _TRACK, _PAPER = "#1c2733", "#566373", "#1f66b0", "#dfe5ec", "#ffffff"
_DARK: Final = {_INK: "#e8edf3", _SOFT: "#aab6c4", _FILL: "#74b3f2", _TRACK: "#3a4654", _PAPER: "#161b21"}
# All pairs that carry meaning differ by at least 3:1 in brightness, letters by 4.5:1, in both schemes.


class Drawable(Protocol):
    """What Altair's charts have in common."""

    def to_dict(self) -> dict[str, Any]:
        """The chart as Vega-Lite."""
        ...


class Bar(NamedTuple):
    """One row of the picture."""

    name: str
    """What there is to learn; a heading where `level` is empty."""
    level: str = ""
    """Sign and word of the level."""
    toward: float = 0.0
    """Share of the way to proficient, from 0 to 1."""
    practice: float = 0.0
    """The same in practice."""


def way_to_proficient(bars: Sequence[Bar]) -> str:
    """The picture as SVG text, without scripts and without anything to load."""
    rows = [
        {
            "row": at,
            "name": "\n".join(textwrap.wrap(bar.name, _LETTERS, max_lines=2, placeholder=" …")),
            "level": bar.level,
            "toward": bar.toward,
            "practice": bar.practice,
            "end": 1,
        }
        for at, bar in enumerate(bars)
    ]
    return _dark_too(_svg({**_drawing(len(rows)), "data": {"values": rows}}))


@cache
def _drawing(rows: int) -> dict[str, Any]:
    """The picture's Vega-Lite for so many rows, without their values. The same for a whole class, and slow to make."""
    import altair as alt  # half a second to load: only when something is drawn

    base = alt.Chart().encode(
        y=alt.Y("row:O", axis=None, scale=alt.Scale(domain=list(range(rows)), range=[0, _ROW * rows], padding=0))
    )
    line = base.transform_filter("datum.level != ''")
    head = base.transform_filter("datum.level == ''")

    def along(field: str) -> alt.X:
        return alt.X(f"{field}:Q", axis=None, scale=alt.Scale(domain=[0, 1], range=[_FROM, _TO]))

    def bar(source: alt.Chart, field: str, size: int, color: str) -> Any:
        return source.mark_bar(size=size, color=color, cornerRadius=size / 2).encode(x=along(field), x2=alt.datum(0))

    def text(source: alt.Chart, field: str, at: int, weight: Literal["normal", "bold"] = "normal") -> Any:
        written = source.mark_text(
            align="left", baseline="middle", lineBreak="\n", lineHeight=15, fontSize=13, color=_INK, fontWeight=weight
        )
        return written.encode(x=alt.value(at), text=f"{field}:N")

    goal = base.transform_filter("datum.row == 0").mark_text(baseline="middle", fontSize=12, color=_SOFT, text=words.CHART_GOAL)
    chart = alt.layer(
        bar(line, "end", 12, _TRACK),
        bar(line.transform_filter("datum.practice > datum.toward"), "practice", 4, _FILL),
        bar(line.transform_filter("datum.toward > 0"), "toward", 12, _FILL),
        line.mark_tick(thickness=2, size=22, color=_SOFT).encode(x=along("end")),
        text(line, "name", 14),
        text(line, "level", _TO + 16),
        text(head, "name", 0, "bold"),
        goal.encode(x=alt.value(_TO)),
        data=alt.InlineData(values=[]),
        width=_WIDTH,
        height=_ROW * rows,
        background=_PAPER,
        padding=8,
    )
    chart = chart.configure(font="system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif").configure_view(stroke=None)
    drawing: dict[str, Any] = chart.to_dict()
    return drawing


def still(drawing: Drawable) -> str:
    """A chart as SVG text."""
    return _svg(drawing.to_dict())


def _svg(vega_lite: dict[str, Any]) -> str:
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(vega_lite, allowed_base_urls=[])  # nothing is fetched to draw it
    return svg


def picture(svg: str, alt: str) -> Html:
    """An SVG as an image: inert wherever it is shown, and kept by JupyterLab where inline SVG is not."""
    data = base64.b64encode(svg.encode()).decode()
    return tag("img", src=f"data:image/svg+xml;base64,{data}", alt=alt, class_="chart", style="max-width:100%;height:auto")


def _dark_too(svg: str) -> str:
    """Add the dark scheme: a style rule for each colour that was drawn with."""
    rules = "".join(f'[fill="{light}"]{{fill:{dark}}}[stroke="{light}"]{{stroke:{dark}}}' for light, dark in _DARK.items())
    head, rest = svg.split(">", 1)
    white = rest.replace('fill="white"', f'fill="{_PAPER}"')
    return f"{head}><style>@media (prefers-color-scheme:dark){{{rules}}}</style>{white}"
