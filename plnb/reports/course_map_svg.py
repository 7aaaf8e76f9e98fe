"""The course as a drawing: units from top to bottom, activities as cards, forks as splits, gates with what opens them.

Plain SVG text without scripts, fonts or links, so it stands alone or inside a page. It follows the reader's light or dark
setting, and every state is a word or a shape before it is a colour. Knows a compiled course and nothing of students.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Final

from plnb.core.course import Activity, ActivityFork, ActivityOption, Course, Node, Unit
from plnb.core.ways import count, facts, opens, unit_minutes, unit_points
from plnb.reports.course_map import map_text

_WIDTH: Final = 960
_MARGIN: Final = 24
_PAD: Final = 20
_GAP: Final = 34
_COLUMNS: Final = 3

_STYLE: Final = """
.plnb-map { --bg: #ffffff; --unit: #f3f5f8; --card: #ffffff; --ink: #1b1f24; --soft: #4f5862; --line: #77818c;
  --chip: #ddefff; --chip-ink: #0a3069; --gate: #fff3c4; --gate-ink: #533f03;
  --fork: #efe8fc; --fork-line: #7a4fd0; --fork-ink: #3c1f7a;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
@media (prefers-color-scheme: dark) { .plnb-map {
  --bg: #0d1117; --unit: #161b22; --card: #22272e; --ink: #e8edf2; --soft: #a9b4bf; --line: #7d8590;
  --chip: #12335c; --chip-ink: #cfe6ff; --gate: #40340a; --gate-ink: #f6e3a3;
  --fork: #2a2145; --fork-line: #a98bf0; --fork-ink: #e0d4ff; } }
.plnb-map text { fill: var(--ink); font-size: 14px; }
.plnb-map .h1 { font-size: 24px; font-weight: 700; }
.plnb-map .h2 { font-size: 19px; font-weight: 700; }
.plnb-map .title { font-size: 16px; font-weight: 600; }
.plnb-map .option { font-weight: 600; }
.plnb-map .soft { fill: var(--soft); }
.plnb-map .end { text-anchor: end; }
.plnb-map .chip-text { fill: var(--chip-ink); font-size: 13px; text-anchor: middle; }
.plnb-map .gate-text { fill: var(--gate-ink); }
.plnb-map .fork-text { fill: var(--fork-ink); }
.plnb-map .bg { fill: var(--bg); }
.plnb-map .unit { fill: var(--unit); }
.plnb-map .card { fill: var(--card); stroke: var(--line); stroke-width: 1.5; }
.plnb-map .optional { stroke-dasharray: 7 5; }
.plnb-map .chip { fill: var(--chip); }
.plnb-map .gate { fill: var(--gate); }
.plnb-map .fork { fill: var(--fork); stroke: var(--fork-line); stroke-width: 1.5; }
.plnb-map .arrow { fill: none; stroke: var(--line); stroke-width: 2; stroke-linejoin: round; }
.plnb-map .split { fill: none; stroke: var(--fork-line); stroke-width: 2; }
.plnb-map .head { fill: var(--line); }
.plnb-map .icon { fill: none; stroke: var(--soft); stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round; }
.plnb-map .gate-icon { stroke: var(--gate-ink); }
.plnb-map .fork-icon { stroke: var(--fork-ink); }
"""

_LOCK: Final = "M3.5 7.5h9v6.5h-9zM5.5 7.5v-2.5a2.5 2.5 0 0 1 5 0v2.5"
_FLAG: Final = "M4 14.5v-12h8.5l-2.5 3 2.5 3h-8.5"
_SPLIT: Final = "M8 14.5v-5.5M8 9l-4.5-5.5M8 9l4.5-5.5M3 6.5v-3.5h3.2M13 6.5v-3.5h-3.2"


# Words.

_SPACES: Final = re.compile(r"[ \t\r\n]+")
"""Where a line may break; a no-break space holds."""


def _wide(text: str, size: float, bold: bool = False) -> float:
    """How wide a line is drawn, in px: a generous guess that holds for common fonts."""
    width = 0.0
    for letter in text:
        if unicodedata.east_asian_width(letter) in "WF":
            width += 1.0
        elif letter in "iljtfrI.,:;'|!()[] ·\u00a0":
            width += 0.37
        elif letter.isupper() or letter in "mw—%@+=<>":
            width += 0.76
        else:
            width += 0.62
    return width * size * (1.1 if bold else 1.0)


def _wrap(text: str, room: float, size: float, *, bold: bool = False, most: int = 4) -> list[str]:
    """Break text into lines that fit; words too long for a line are cut, and text too long for the lines ends in an ellipsis."""
    words = [piece for word in _SPACES.split(text.strip()) for piece in _pieces(word, room, size, bold)]
    lines = [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _wide(longer, size, bold) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    if len(lines) > most:
        last = lines[most - 1]
        while last and _wide(f"{last}…", size, bold) > room:
            last = last[:-1]
        lines = [*lines[: most - 1], f"{last.rstrip()}…"]
    return [line for line in lines if line]


def _pieces(word: str, room: float, size: float, bold: bool) -> Iterator[str]:
    start = 0
    for end in range(1, len(word) + 1):
        if end - start > 1 and _wide(word[start:end], size, bold) > room:
            yield word[start : end - 1]
            start = end - 1
    yield word[start:]


def _safe(text: str) -> str:
    """Text that stays text in XML: marks escaped, control characters that XML does not know left out."""
    kept = (" " if letter in "\t\n\r" else letter for letter in text if letter in "\t\n\r" or _drawable(letter))
    return escape("".join(kept), quote=True)


def _drawable(letter: str) -> bool:
    code = ord(letter)
    return code >= 0x20 and not 0x7F <= code <= 0x9F and not 0xD800 <= code <= 0xDFFF and code not in (0xFFFE, 0xFFFF)


# Marks on the page.


@dataclass
class _Ink:
    """What has been drawn, in order."""

    marks: list[str] = field(default_factory=list)

    def rect(self, kind: str, x: float, y: float, width: float, height: float, round_: float = 8) -> None:
        self.marks.append(
            f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{round_:g}"/>'
        )

    def text(self, said: str, x: float, y: float, kind: str = "") -> None:
        self.marks.append(f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{_safe(said)}</text>')

    def path(self, kind: str, way: str) -> None:
        self.marks.append(f'<path class="{kind}" d="{way}"/>')

    def icon(self, kind: str, shape: str, x: float, y: float) -> None:
        self.marks.append(f'<path class="icon {kind}" transform="translate({x:.1f} {y:.1f})" d="{shape}"/>')

    def arrow(self, *points: tuple[float, float]) -> None:
        """A line through points, with a head at the last; the last stretch runs right or down."""
        (x, y), (from_x, _) = points[-1], points[-2]
        down = from_x == x
        stop = (x, y - 6) if down else (x - 6, y)
        self.path("arrow", "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in (*points[:-1], stop)))
        tip = f"M{x:.1f} {y:.1f}l-5 -9h10z" if down else f"M{x:.1f} {y:.1f}l-9 -5v10z"
        self.path("head", tip)


# Cards. A block is measured first and drawn when its place is known.


@dataclass(frozen=True)
class _Row:
    """One line of a card: its height, and how to draw it at a place."""

    height: float
    kind: str
    lines: tuple[str, ...] = ()
    chips: tuple[tuple[str, float, float], ...] = ()
    icon: str = ""


@dataclass(frozen=True)
class _Card:
    """An activity, measured."""

    activity: Activity
    rows: tuple[_Row, ...]
    height: float


def _card(activity: Activity, width: float, course: Course) -> _Card:
    room = width - 28
    rows: list[_Row] = []
    if activity.opens_when is not None:
        rows.append(_banner("gate", _LOCK, f"Opens when {opens(activity.opens_when, course)}", room))
    title = _wrap(activity.title, room, 16, bold=True, most=4)
    rows.append(_Row(len(title) * 20 + 4, "title", tuple(title)))
    words = ["optional"] if activity.optional else []
    if activity.checks and all(check.role == "probe" for check in activity.checks):
        words.append("finds out where to start")
    said = _wrap(" · ".join(fact.replace(" ", "\u00a0") for fact in (*words, *facts(activity))), room, 14, most=3)
    if said:
        rows.append(_Row(len(said) * 18 + 8, "soft", tuple(said)))
    for fork in activity.forks:
        titles = ", ".join(option.title for option in fork.options)
        rows.append(_banner("fork", _SPLIT, f"Choose {fork.pick} of {len(fork.options)}: {titles}", room))
    for gate in activity.gates:
        if gate.opens_when is not None:
            kind = "A part is recommended when" if gate.soft else "A part opens when"
            rows.append(_banner("gate", _FLAG if gate.soft else _LOCK, f"{kind} {opens(gate.opens_when, course)}", room))
    if activity.standards:
        rows.append(_chips(activity.standards, room))
    return _Card(activity, tuple(rows), 24 + sum(row.height for row in rows))


def _banner(kind: str, icon: str, said: str, room: float) -> _Row:
    lines = _wrap(said, room - 38, 14, most=6)
    return _Row(len(lines) * 18 + 20, kind, tuple(lines), icon=icon)


def _chips(codes: Iterable[str], room: float) -> _Row:
    placed: list[tuple[str, float, float]] = []
    x, y = 0.0, 0.0
    for code in codes:
        said = _wrap(code, room - 16, 13, most=1)[0]
        width = _wide(said, 13) + 16
        if x and x + width > room:
            x, y = 0.0, y + 26
        placed.append((said, x, y))
        x += width + 6
    return _Row(y + 26 + 4, "chips", chips=tuple(placed))


def _draw_card(ink: _Ink, card: _Card, x: float, y: float, width: float, height: float) -> None:
    ink.marks.append(f"<g><title>{_safe(card.activity.title)}</title>")
    ink.rect(f"card{' optional' if card.activity.optional else ''}", x, y, width, height)
    top = y + 14
    for row in card.rows:
        if row.kind in ("gate", "fork"):
            ink.rect(row.kind, x + 10, top, width - 20, row.height - 8, 6)
            ink.icon(f"{row.kind}-icon", row.icon, x + 16, top + 5)
            for number, line in enumerate(row.lines):
                ink.text(line, x + 40, top + 18 + number * 18, f"{row.kind}-text")
        elif row.kind == "chips":
            for said, across, down in row.chips:
                ink.rect("chip", x + 14 + across, top + down, _wide(said, 13) + 16, 21, 10)
                ink.text(said, x + 22 + across + _wide(said, 13) / 2, top + down + 15, "chip-text")
        else:
            step = 20 if row.kind == "title" else 18
            for number, line in enumerate(row.lines):
                ink.text(line, x + 14, top + 15 + number * step, row.kind)
        top += row.height
    ink.marks.append("</g>")


# Forks and units.


def _draw_fork(ink: _Ink, fork: ActivityFork, x: float, y: float, width: float, course: Course) -> float:
    """Draw a fork's box with a column for each option; gives back its height."""
    box = len(ink.marks)
    head = _wrap(fork.prompt, width - 64, 16, bold=True, most=3)
    ink.icon("fork-icon", _SPLIT, x + 16, y + 13)
    for number, line in enumerate(head):
        ink.text(line, x + 42, y + 26 + number * 20, "title fork-text")
    top = y + 26 + len(head) * 20
    ink.text(f"Choose {fork.pick} of {len(fork.options)}", x + 42, top, "fork-text")
    top += 16
    across = min(len(fork.options), _COLUMNS)
    column = (width - 2 * 16 - (across - 1) * 20) / across
    stem = x + 24
    for start in range(0, len(fork.options), across):
        row = fork.options[start : start + across]
        centres = [x + 16 + number * (column + 20) + column / 2 for number in range(len(row))]
        if not start:
            ink.path("split", f"M{stem:.1f} {y + 34:.1f}V{top + 6:.1f}H{centres[-1]:.1f}")
            for centre in centres:
                ink.path("split", f"M{centre:.1f} {top + 6:.1f}v12")
        heights = [
            _draw_option(ink, option, x + 16 + number * (column + 20), top + 18, column, course)
            for number, option in enumerate(row)
        ]
        top += 18 + max(heights) + 10
    height = top + 6 - y
    ink.marks.insert(box, f'<rect class="fork" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="12"/>')
    return height


def _draw_option(ink: _Ink, option: ActivityOption, x: float, y: float, width: float, course: Course) -> float:
    title = _wrap(option.title, width - 8, 14, bold=True, most=2)
    for number, line in enumerate(title):
        ink.text(line, x + 4, y + 16 + number * 18, "option fork-text")
    top = y + 6 + len(title) * 18 + 4
    for number, activity in enumerate(option.activities):
        card = _card(activity, width, course)
        if number:
            ink.arrow((x + width / 2, top), (x + width / 2, top + 24))
            top += 24
        _draw_card(ink, card, x, top, width, card.height)
        top += card.height
    return top - y


def _rows(nodes: Iterable[Node]) -> Iterator[list[Activity] | ActivityFork]:
    """Activities in rows of three; a fork has a row for itself."""
    row: list[Activity] = []
    for node in nodes:
        if isinstance(node, ActivityFork):
            if row:
                yield row
            row = []
            yield node
        else:
            row.append(node)
            if len(row) == _COLUMNS:
                yield row
                row = []
    if row:
        yield row


def _draw_unit(ink: _Ink, unit: Unit, number: int, y: float, course: Course) -> float:
    """Draw a unit's band; gives back its height."""
    x, width = _MARGIN, _WIDTH - 2 * _MARGIN
    box = len(ink.marks)
    minutes, points = unit_minutes(unit), unit_points(unit)
    sums = " · ".join((*((f"{minutes:g} min",) if minutes else ()), *((count(round(points, 2), "point"),) if points else ())))
    title = _wrap(f"{number}. {unit.title}", width - 2 * _PAD - 190, 19, bold=True, most=3)
    for line_number, line in enumerate(title):
        ink.text(line, x + _PAD, y + 34 + line_number * 24, "h2")
    if sums:
        ink.text(sums, x + width - _PAD, y + 34, "soft end")
    top = y + 28 + len(title) * 24
    for line in _wrap(unit.about, width - 2 * _PAD, 14, most=3):
        ink.text(line, x + _PAD, top + 6, "soft")
        top += 19
    top += 8
    inner, room = x + _PAD, width - 2 * _PAD
    leave: tuple[float, float] | None = None
    for row in _rows(unit.nodes):
        across = _COLUMNS if not isinstance(row, ActivityFork) and len(row) == _COLUMNS else _COLUMNS - 1
        column = (room - (across - 1) * _GAP) / across
        enter = inner + (room / 2 if isinstance(row, ActivityFork) else column / 2)
        if leave is not None:
            start_x, start_y = leave
            turn = start_y + _GAP / 2 - 3
            straight = abs(start_x - enter) < 1
            ink.arrow(
                *(
                    ((start_x, start_y), (enter, top))
                    if straight
                    else ((start_x, start_y), (start_x, turn), (enter, turn), (enter, top))
                )
            )
        if isinstance(row, ActivityFork):
            top += _draw_fork(ink, row, inner, top, room, course)
            leave = (inner + room / 2, top)
        else:
            cards = [_card(activity, column, course) for activity in row]
            height = max(card.height for card in cards)
            for at, card in enumerate(cards):
                left = inner + at * (column + _GAP)
                if at:
                    ink.arrow((left - _GAP + 2, top + height / 2), (left - 2, top + height / 2))
                _draw_card(ink, card, left, top, column, height)
            top += height
            leave = (inner + (len(row) - 1) * (column + _GAP) + column / 2, top)
        top += _GAP
    if not unit.nodes:
        ink.text("Nothing here yet.", inner, top + 10, "soft")
        top += 24 + _GAP
    height = top - _GAP + _PAD - y
    ink.marks.insert(box, f'<rect class="unit" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="14"/>')
    return height


def map_svg(course: Course) -> str:
    """The course map as one SVG document, legible from a phone's width to a wall."""
    ink = _Ink()
    y = _MARGIN + 24.0
    for line in _wrap(course.title, _WIDTH - 2 * _MARGIN, 24, bold=True, most=3):
        ink.text(line, _MARGIN, y, "h1")
        y += 30
    for line in _wrap(course.about, _WIDTH - 2 * _MARGIN, 14, most=4):
        ink.text(line, _MARGIN, y - 4, "soft")
        y += 20
    y += 2
    for number, unit in enumerate(course.units, start=1):
        if number > 1:
            ink.arrow((_WIDTH / 2, y - 30), (_WIDTH / 2, y))
        y += _draw_unit(ink, unit, number, y, course) + 32
    height = y - 32 + _MARGIN if course.units else y
    name = f"plnb-map-{course.id}"
    said = " ".join(map_text(course))
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="plnb-map" role="img" aria-labelledby="{name}-title" '
            f'aria-describedby="{name}-desc" lang="{_safe(course.language)}" width="{_WIDTH}" height="{height:.0f}" '
            f'viewBox="0 0 {_WIDTH} {height:.0f}" style="max-width: 100%; height: auto">',
            f'<title id="{name}-title">{_safe(f"Map of the course {course.title}")}</title>',
            f'<desc id="{name}-desc">{_safe(said)}</desc>',
            f"<style>{_STYLE}</style>",
            f'<rect class="bg" width="{_WIDTH}" height="{height:.0f}"/>',
            *ink.marks,
            "</svg>\n",
        )
    )
