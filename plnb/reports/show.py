"""What the template of the progress notebook calls: take a report, show one part of the page.

    report = show.read("report.json")
    show.standing(report)

Each function answers with a `Shown`, which Jupyter displays. Decides nothing: levels, reasons, path and suggestions come with the
report. Stays light: a kernel that makes a page loads this module and the core, and Altair only when it draws.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from plnb.core.progress import REPORT_SCHEMA_VERSION, ProgressReport
from plnb.errors import FormatTooNewError, InputError, NotFoundError
from plnb.reports import words
from plnb.reports.answers import evidence
from plnb.reports.charts import Drawable, picture, still
from plnb.reports.markup import Shown, join, said, sign, table, tag, text_table
from plnb.reports.standing import MIME, standing, summary
from plnb.reports.steps import next_steps, path

__all__ = [
    "MIME",
    "chart",
    "comments",
    "evidence",
    "greeting",
    "how_to_read",
    "next_steps",
    "parse",
    "path",
    "read",
    "standing",
    "voices",
]


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


def greeting(report: ProgressReport) -> Shown:
    """Whose page this is, and one sentence on where things stand."""
    sentence = summary(report)
    facts = ((words.COURSE, report.course_title), (words.STUDENT, report.student), (words.AS_OF, words.day(report.made_at)))
    lines = [tag("span", tag("span", f"{name}: ", class_="quiet"), tag("b", value), class_="fact") for name, value in facts]
    markup = join([tag("p", join(lines, " · "), class_="facts"), tag("p", sentence, class_="summary", style="font-size:1.15em")])
    return Shown(markup, "\n".join([*(f"{name}: {value}" for name, value in facts), "", sentence]))


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
