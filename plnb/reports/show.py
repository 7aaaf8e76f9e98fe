"""What the template of the progress notebook calls: take a report, show one part of the page.

    report = show.read("report.json")
    show.standing(report)

Each function answers with a `Shown`, which Jupyter displays. Decides nothing: levels, reasons, path and suggestions come with the
report. Stays light: a kernel that makes a page loads this module and the core, and Altair only when it draws.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Final
from urllib.parse import quote

from pydantic import ValidationError

from plnb.core.base import Level, Trust
from plnb.core.paths import Step, StepState
from plnb.core.progress import REPORT_SCHEMA_VERSION, Evidence, ProgressReport, StandardProgress, UnitProgress
from plnb.core.records import COUNTED, Verdict
from plnb.errors import FormatTooNewError, InputError, NotFoundError
from plnb.reports import words
from plnb.reports.charts import Bar, Drawable, picture, still, way_to_proficient
from plnb.reports.markup import Html, Shown, grouped_table, join, said, sign, table, tag, text_table

MIME: Final = "application/vnd.plnb.progress+json"
"""MIME type of a progress report in a notebook's output."""


def read(report_file: str | Path) -> ProgressReport:
    """The report in a file, or in the progress notebook beside it where that file is not there (a student's own copy)."""
    path = Path(report_file)
    try:
        if path.is_file():
            return parse(json.loads(path.read_text(encoding="utf-8")), path.name)
        beside = path.parent / "progress.ipynb"
        if beside.is_file():
            return parse(json.loads(beside.read_text(encoding="utf-8"))["metadata"]["plnb"]["report"], beside.name)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError("This is not a progress report.", place=str(path), mend="Ask for a fresh progress page.") from error
    raise NotFoundError(
        "There is no progress report here.", place=str(path), mend="Keep `report.json` in the folder of this notebook."
    )


def parse(data: object, place: str = "") -> ProgressReport:
    """A report from its JSON."""
    version = data.get("schema_version") if isinstance(data, dict) else None
    if isinstance(version, int) and version > REPORT_SCHEMA_VERSION:
        raise FormatTooNewError("This report was made by a newer plnb.", place=place, mend="Install a newer plnb.")
    try:
        return ProgressReport.model_validate(data)
    except ValidationError as error:
        raise InputError("This is not a progress report.", place=place, mend="Ask for a fresh progress page.") from error


# ------------------------------------------------------------------------------------------------------------- greeting


def greeting(report: ProgressReport) -> Shown:
    """Whose page this is, and one sentence on where things stand."""
    sentence = summary(report)
    facts = ((words.COURSE, report.course_title), (words.STUDENT, report.student), (words.AS_OF, words.day(report.made_at)))
    lines = [tag("span", tag("span", f"{name}: ", class_="quiet"), tag("b", value), class_="fact") for name, value in facts]
    markup = join([tag("p", join(lines, " · "), class_="facts"), tag("p", sentence, class_="summary", style="font-size:1.15em")])
    return Shown(markup, "\n".join([*(f"{name}: {value}" for name, value in facts), "", sentence]))


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


# ------------------------------------------------------------------------------------------------------------- standing


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
    rows = [(name, [(_linked(standard), _level(standard), _why(standard)) for standard in members]) for name, members in groups]
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
        name = tag("a", name, href=f"#{_anchor(standard)}", title=words.SEE_EVIDENCE)
    return join([tag("b", name), tag("br"), tag("small", standard.statement, class_="quiet")])


def _level(standard: StandardProgress) -> Html:
    return sign(*words.LEVELS[standard.credit.level])


def _why(standard: StandardProgress) -> Html:
    parts = [standard.credit.reason.text]
    parts += [words.BY_TEACHER] if standard.credit.overridden else []
    parts += [words.REVIEW_DUE] if standard.credit.review_due else []
    if standard.practice.level > standard.credit.level:
        parts.append(words.IN_PRACTICE.format(level=words.LEVELS[standard.practice.level].word))
    return join([tag("span", part) for part in parts], " ")


def _anchor(standard: StandardProgress) -> str:
    return "answers-" + quote(standard.code, safe="").replace("%", "-")


# ------------------------------------------------------------------------------------------------------------- evidence


def evidence(report: ProgressReport, work_folder: str | Path = "") -> Shown:
    """The answers behind each level, newest first; linked to feedback and notebooks in `work_folder`, the course's folder."""
    seen = [standard for standard in report.standards if standard.evidence]
    if not seen:
        return Shown(tag("p", words.NO_EVIDENCE), words.NO_EVIDENCE)
    latest: dict[str, int] = {}
    for item in (item for standard in seen for item in standard.evidence):
        latest[item.unit] = max(item.attempt, latest.get(item.unit, 0))
    folder = Path(work_folder) if str(work_folder) else None
    heads = (words.CHECK, words.WHEN, words.HOW_IT_WENT, words.WHAT_WAS_SAID)
    parts, texts = [], []
    for standard in seen:
        count = words.ANSWERS.format(
            right=sum(item.verdict is Verdict.passed for item in standard.evidence),
            n=sum(item.verdict in COUNTED for item in standard.evidence),
        )
        rows = (
            (
                _check(item, _link(report.student, item, folder) if item.attempt == latest[item.unit] else None),
                words.day(item.at.astimezone(report.made_at.tzinfo)),
                _outcome(item),
                _told(item),
            )
            for item in standard.evidence
        )
        name = tag("summary", tag("b", standard.title or standard.code), " – ", _level(standard), f" – {count}")
        also = (
            [tag("p", words.ALSO_CALLED.format(codes=", ".join(standard.alignments)), class_="quiet")]
            if standard.alignments
            else []
        )
        parts.append(
            tag(
                "details",
                name,
                tag("div", tag("p", standard.statement), *also, table(heads, rows, "answers"), id=_anchor(standard)),
            )
        )
        texts.append(
            f"{standard.title or standard.code} – {words.LEVELS[standard.credit.level]} – {count}\n" + _text_rows(standard, report)
        )
    return Shown(join(parts), "\n\n".join(texts))


def _check(item: Evidence, link: Html | None) -> Html:
    name = item.check_title or item.activity_title
    parts = [tag("span", name), tag("br"), tag("small", item.activity_title, class_="quiet")]
    return join([*parts, *([tag("br"), link] if link else [])])


def _outcome(item: Evidence) -> Html:
    notes = []
    if item.max_points > 0 and item.verdict in COUNTED:
        notes.append(words.POINTS.format(points=words.number(item.points), max_points=words.number(item.max_points)))
    if item.trust < Trust.graded:
        notes.append(words.PRACTICE_ONLY)
    elif item.attempt > 1:
        notes.append(words.ATTEMPT.format(n=item.attempt))
    return join(
        [sign(*words.VERDICTS[item.verdict]), *([tag("br"), tag("small", ", ".join(notes), class_="quiet")] if notes else [])]
    )


def _told(item: Evidence) -> Html:
    parts = [tag("div", item.message)] if item.message else []
    return join([*parts, *([said(words.TEACHER_SAID.format(text=item.comment))] if item.comment else [])]) or Html("–")


def _link(student: str, item: Evidence, folder: Path | None) -> Html | None:
    """A link to what was handed back or handed in, where it is there to open."""
    if folder is None or any(part in ("", ".", "..") or "/" in part or "\\" in part for part in (item.unit, item.activity)):
        return None
    for place, ending, word in (
        ("feedback", "html", words.OPEN_FEEDBACK),
        ("autograded", "ipynb", words.OPEN_NOTEBOOK),
        ("submitted", "ipynb", words.OPEN_NOTEBOOK),
    ):
        path = folder / place / student / item.unit / f"{item.activity}.{ending}"
        if path.is_file():
            return tag("a", word, href=quote(path.as_posix()))
    return None


def _text_rows(standard: StandardProgress, report: ProgressReport) -> str:
    return text_table(
        (
            words.day(item.at.astimezone(report.made_at.tzinfo)),
            str(words.VERDICTS[item.verdict]),
            f"{item.activity_title}: {item.check_title}",
            " ".join(filter(None, (item.message, words.TEACHER_SAID.format(text=item.comment) if item.comment else ""))),
        )
        for item in standard.evidence
    )


# ------------------------------------------------------------------------------------------------------------- path


def path(report: ProgressReport) -> Shown:
    """Every step of the student's way with its state and why; then the ways not taken."""
    if not report.path.steps:
        return Shown(tag("p", words.NO_PATH), words.NO_PATH)
    units = {unit.id: unit for unit in report.units}
    parts, texts = [], []
    for unit_id, grouped in groupby(report.path.steps, key=lambda step: step.unit):
        steps = list(grouped)
        unit = units.get(unit_id)
        mine = [step for step in steps if step.on_path]
        others = [step for step in steps if not step.on_path]
        parts.append(tag("h3", unit.title if unit else unit_id))
        parts += [tag("p", _unit_line(unit), class_="quiet")] if unit else []
        parts.append(tag("ul", *(tag("li", _step(step, report), class_=f"step {step.state}") for step in mine), class_="steps"))
        if others:
            names = tag("ul", *(tag("li", step.title) for step in others))
            parts.append(tag("details", tag("summary", words.OTHER_WAYS), names, class_="others"))
        texts.append(
            (unit.title if unit else unit_id)
            + "\n"
            + text_table((str(words.STATES[s.state]), s.title, s.reason.text) for s in mine)
        )
    return Shown(join(parts), "\n\n".join(texts))


def _unit_line(unit: UnitProgress) -> str:
    line = words.UNIT_DONE.format(done=unit.done, steps=unit.steps)
    if unit.points:
        line += " · " + words.UNIT_POINTS.format(points=words.number(unit.points), max_points=words.number(unit.max_points))
    return line


def _step(step: Step, report: ProgressReport) -> Html:
    facts = [words.FORK] if step.kind == "fork" else []
    if step.kind == "activity":
        facts += [words.CHECKS.format(passed=step.passed, checks=step.checks)] if step.passed else []
        undone = step.state is not StepState.done
        facts += [words.MINUTES.format(n=words.number(step.minutes))] if step.minutes and undone else []
    head = [
        sign(*words.STATES[step.state]),
        " ",
        tag("b", step.title),
        *([tag("small", " · " + " · ".join(facts), class_="quiet")] if facts else []),
    ]
    why = [tag("div", step.reason.text, class_="why")]
    why += [tag("div", line, class_="why") for line in _chosen(step, report)]
    return join([*head, *why])


def _chosen(step: Step, report: ProgressReport) -> Iterator[str]:
    for choice in report.choices:
        if step.kind == "fork" and choice.fork == step.id:
            line = words.CHOSEN.format(options=", ".join(choice.options))
            yield f"{line} {words.CHOICE_INFERRED}" if choice.inferred else line


def next_steps(report: ProgressReport) -> Shown:
    """One to three things to do next, each with its why."""
    if not report.path.next:
        text = words.COURSE_DONE if report.path.complete else words.NOTHING_NEXT
        return Shown(tag("p", text), text)
    items, lines = [], []
    for at, suggestion in enumerate(report.path.next, start=1):
        why = suggestion.reason.text
        items.append(tag("li", tag("b", suggestion.title), tag("div", why, class_="why")))
        lines.append(f"{at}. {suggestion.title}\n   {why}")
    return Shown(tag("ol", *items, class_="next"), "\n".join(lines))


# ------------------------------------------------------------------------------------------------------------- voices


def voices(report: ProgressReport) -> Shown:
    """Goals and reflections the student wrote in the course."""
    entries = []
    for voice in report.voices:
        kind = words.VOICES[voice.kind] + (f" ({words.GOAL_REACHED})" if voice.done else "")
        entries.append((_dated(kind, voice.at, report), voice.prompt, voice.text))
    return _quotes(entries, words.NO_VOICES)


def comments(report: ProgressReport) -> Shown:
    """What teachers said."""
    entries = []
    for note in report.notes:
        about = words.ABOUT.format(about=note.about) if note.about else ""
        entries.append((_dated(words.NOTES[note.kind], note.at, report), about, note.text))
    return _quotes(entries, words.NO_NOTES)


def _dated(kind: str, at: datetime, report: ProgressReport) -> str:
    return words.WRITTEN_ON.format(kind=kind, date=words.day(at.astimezone(report.made_at.tzinfo)))


def _quotes(entries: list[tuple[str, str, str]], nothing: str) -> Shown:
    if not entries:
        return Shown(tag("p", nothing, class_="quiet"), nothing)
    parts, texts = [], []
    for head, about, text in entries:
        asked = [tag("p", about, class_="asked")] if about else []
        parts.append(tag("blockquote", tag("p", tag("small", head, class_="quiet")), *asked, said(text)))
        texts.append("\n".join(filter(None, (head, about, "  " + text.replace("\n", "\n  ")))))
    return Shown(join(parts), "\n\n".join(texts))


# ------------------------------------------------------------------------------------------------------------- reading


def how_to_read() -> Shown:
    """What the signs and words on this page mean."""
    levels = [(sign(*words.LEVELS[level]), meaning) for level, meaning in words.LEVEL_MEANINGS.items()]
    states = tag("ul", *(tag("li", sign(*state)) for state in words.STATES.values()), class_="legend")
    parts = [
        tag("p", words.READ_LEVELS),
        table((words.ICON, words.MEANING), levels, "meanings"),
        tag("p", words.READ_CREDIT),
        tag("p", words.READ_VERDICTS),
        tag("p", words.READ_PATH),
        states,
    ]
    text = [words.READ_LEVELS, text_table((str(words.LEVELS[level]), meaning) for level, meaning in words.LEVEL_MEANINGS.items())]
    text += [words.READ_CREDIT, words.READ_VERDICTS, words.READ_PATH, *(f"  {state}" for state in words.STATES.values())]
    return Shown(join(parts), "\n".join(text))


def chart(drawing: Drawable, alt: str) -> Shown:
    """A teacher's own Altair chart as a still picture, with a sentence that says what it shows."""
    return Shown(picture(still(drawing), alt), alt)
