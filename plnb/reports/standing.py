"""Where a student stands: the picture, and the table that says the same in words."""

from __future__ import annotations

from typing import Final

from plnb.core.base import Level
from plnb.core.progress import ProgressReport, StandardProgress
from plnb.reports import words
from plnb.reports.answers import anchor, level
from plnb.reports.charts import Bar, picture, way_to_proficient
from plnb.reports.markup import Html, Shown, grouped_table, join, tag, text_table

MIME: Final = "application/vnd.plnb.progress+json"
"""MIME type of a progress report in a notebook's output."""


def standing(report: ProgressReport) -> Shown:
    """Where the student stands: a picture, and a table that says the same in words. Carries the report as data."""
    data = {MIME: report.model_dump(mode="json")}
    if not report.standards:
        return Shown(tag("p", words.NO_STANDARDS), words.NO_STANDARDS, data)
    groups = _groups(report)
    bars = [bar for name, members in groups for bar in (Bar(name), *map(_bar, members))]
    figure = [picture(way_to_proficient(bars), words.CHART_ALT.format(summary=summary(report)))]
    if any(bar.practice > bar.toward for bar in bars):
        figure.append(tag("figcaption", words.CHART_PRACTICE))
    heads = (words.LEARNING, words.LEVEL, words.WHY)
    rows = [(name, [(_linked(standard), level(standard), _why(standard)) for standard in members]) for name, members in groups]
    text = "\n\n".join(
        name + "\n" + text_table((s.title, str(words.LEVELS[s.credit.level]), s.credit.reason.text) for s in members)
        for name, members in groups
    )
    return Shown(join([tag("figure", *figure, style="margin:0"), grouped_table(heads, rows, "standing")]), text, data)


def _groups(report: ProgressReport) -> list[tuple[str, list[StandardProgress]]]:
    """Standards by their group in the framework, both in the framework's order. No names where there is only one group."""
    found: dict[str, list[StandardProgress]] = {}
    for standard in report.standards:
        found.setdefault(standard.group, []).append(standard)
    if len(found) == 1:
        return [("", list(report.standards))]
    return [(name or words.MORE, members) for name, members in found.items()]


def _bar(standard: StandardProgress) -> Bar:
    level = str(words.LEVELS[standard.credit.level])
    return Bar(standard.title or standard.code, level, standard.credit.toward, standard.practice.toward)


def _linked(standard: StandardProgress) -> Html:
    name: str | Html = standard.title or standard.code
    if standard.evidence:
        name = tag("a", name, href=f"#{anchor(standard)}", title=words.SEE_EVIDENCE)
    return join([tag("b", name), tag("br"), tag("small", standard.statement, class_="quiet")])


def _why(standard: StandardProgress) -> Html:
    parts = [standard.credit.reason.text]
    parts += [words.BY_TEACHER] if standard.credit.overridden else []
    parts += [words.REVIEW_DUE] if standard.credit.review_due else []
    if standard.practice.level > standard.credit.level:
        parts.append(words.IN_PRACTICE.format(level=words.LEVELS[standard.practice.level].word))
    return join([tag("span", part) for part in parts], " ")


def summary(report: ProgressReport) -> str:
    """Where things stand, in one or two sentences."""
    levels = [standard.credit.level for standard in report.standards]
    reached = sum(level >= Level.proficient for level in levels)
    moving = sum(Level.not_started < level < Level.proficient for level in levels)
    if reached and reached == len(levels):
        parts = [words.SUMMARY_ALL.format(all=len(levels))]
    elif reached:
        parts = [words.SUMMARY.format(reached=reached, all=len(levels))]
        parts += [words.ALSO_MOVING.format(moving=moving)] if moving else []
    elif moving:
        parts = [words.SUMMARY_MOVING.format(moving=moving, all=len(levels))]
    else:
        parts = [words.SUMMARY_EMPTY]
    if report.path.complete:
        parts.append(words.COURSE_DONE)
    elif report.path.next:
        parts.append(words.A_GOOD_NEXT_STEP.format(step=report.path.next[0].title))
    return " ".join(parts)
