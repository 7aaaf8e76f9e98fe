"""The answers behind each level, with links to what was handed in and handed back."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from plnb.core.base import Trust
from plnb.core.progress import Evidence, ProgressReport, StandardProgress
from plnb.core.records import COUNTED, Verdict
from plnb.reports import words
from plnb.reports.markup import Html, Shown, join, said, sign, table, tag, text_table


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
        name = tag("summary", tag("b", standard.title or standard.code), " – ", level(standard), f" – {count}")
        also = (
            [tag("p", words.ALSO_CALLED.format(codes=", ".join(standard.alignments)), class_="quiet")]
            if standard.alignments
            else []
        )
        parts.append(
            tag(
                "details",
                name,
                tag("div", tag("p", standard.statement), *also, table(heads, rows, "answers"), id=anchor(standard)),
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


def level(standard: StandardProgress) -> Html:
    """The level that counts, as a sign with its word."""
    return sign(*words.LEVELS[standard.credit.level])


def anchor(standard: StandardProgress) -> str:
    """Where on the page a standard's answers are."""
    return "answers-" + quote(standard.code, safe="").replace("%", "-")
