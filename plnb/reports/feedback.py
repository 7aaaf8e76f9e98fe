"""A feedback page: what became of each answer and why, what to do next, and the notebook as it was handed in.

One still, self-contained file in the place where nbgrader keeps its own. It has no script and loads nothing: its content security
policy says so to the browser. What a student's code displayed is shown as text and pictures; HTML is sanitised and shown in a frame
that may do nothing. The student's own graded records of the unit travel along as data, for their JupyterLab to read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from plnb.core.course import Activity, Check, Course
from plnb.core.marks import CellMark
from plnb.core.records import COUNTED, Attempt, Directed, Overridden, Record, Verdict
from plnb.core.student_view import graded_levels
from plnb.reports import feedback_words as said_words
from plnb.reports import words
from plnb.reports.cells_shown import Place, cells_shown
from plnb.reports.handed_back import HandedBack
from plnb.reports.markup import Html, join, said, sign, tag
from plnb.reports.page import TEMPLATES, direction

RECORDS_ID: Final = "plnb-records"
"""Id of the element that holds the student's own records."""
POLICY: Final = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""What the page may do: show itself."""

_RIGHT: Final = (Verdict.passed,)
_AGAIN: Final = (Verdict.failed, Verdict.partial, Verdict.timed_out, Verdict.crashed)


class _Told:
    """A check, and what there is to tell about it."""

    def __init__(self, check: Check, attempt: Attempt | None, mark: CellMark, comment: str) -> None:
        self.check, self.attempt, self.mark, self.comment = check, attempt, mark, comment
        self.verdict = _verdict(attempt, mark)
        self.title = check.title or check.id

    @property
    def idea(self) -> str:
        """What became of it, in a sentence; never empty."""
        message = self.attempt.message if self.attempt else ""
        return message or said_words.SAID[self.verdict.value]

    @property
    def points(self) -> str:
        if not self.mark.most or self.mark.points is None or self.verdict not in COUNTED:
            return ""
        return said_words.SCORE.format(points=words.number(self.mark.points), most=words.number(self.mark.most))


def feedback_page(course: Course, back: HandedBack) -> str:
    """The page, as HTML. `course` gives names and hints; nothing in it that only teachers may know is used."""
    unit = course.unit(back.unit)
    activity = next((each for each in unit.activities() if each.id == back.activity), None) if unit else None
    title = activity.title if activity else back.activity
    told = _told(activity, back)
    name = {"activity": title, "student": back.student}
    parts = [
        tag("h1", said_words.HEADING.format(**name)),
        _facts(course, back, told),
        _summary(back, told),
        _section("answers", said_words.AT_A_GLANCE, _answers(course, told)),
        _section("next", said_words.WHAT_NEXT, _next(told)),
        _section("notebook", said_words.NOTEBOOK, tag("p", said_words.NOTEBOOK_ABOUT, class_="quiet"), _cells(back, told)),
    ]
    footer = said_words.FOOTER.format(date=words.day(back.made_at), student=back.student)
    return _document(course.language, said_words.TITLE.format(**name), join(parts), footer, _data(course, back))


def own_records(course: Course, back: HandedBack) -> tuple[Record, ...]:
    """What travels with the page: this student's graded attempts in the unit, and what teachers said to this student.

    The seed a question was asked with stays with the teacher.
    """
    mine = [record for record in back.records if record.student == back.student and record.course == course.id]
    attempts = [record.model_copy(update={"seed": None}) for record in mine if isinstance(record, Attempt)]
    return (
        *(record for record in attempts if record.unit == back.unit and record.trust.value in ("graded", "teacher")),
        *(record for record in mine if isinstance(record, Overridden | Directed)),
    )


def _told(activity: Activity | None, back: HandedBack) -> tuple[_Told, ...]:
    latest = _latest(back)
    checks = list(activity.checks) if activity else []
    known = {check.id for check in checks}
    checks += [Check(id=cell) for cell, mark in back.marks.cells.items() if cell not in known and mark.most > 0]
    found = []
    for check in checks:
        cells = dict.fromkeys((check.id, *check.answers))
        comments = [mark.comment for cell in cells if (mark := back.marks.cells.get(cell)) and mark.comment]
        found.append(_Told(check, latest.get(check.id), back.marks.cells.get(check.id, CellMark()), "\n\n".join(comments)))
    return tuple(found)


def _latest(back: HandedBack) -> dict[str, Attempt]:
    """The newest graded attempt at each check of the notebook."""
    found: dict[str, Attempt] = {}
    for record in back.records:
        if not isinstance(record, Attempt) or record.student != back.student or record.trust.value not in ("graded", "teacher"):
            continue
        if (record.unit, record.activity) != (back.unit, back.activity):
            continue
        before = found.get(record.check)
        if before is None or (record.attempt, record.at) >= (before.attempt, before.at):
            found[record.check] = record
    return found


def _verdict(attempt: Attempt | None, mark: CellMark) -> Verdict:
    if attempt is not None:
        return attempt.verdict
    if mark.waits or mark.points is None:
        return Verdict.waiting
    return Verdict.passed if mark.points >= mark.most else Verdict.partial if mark.points > 0 else Verdict.failed


# --- the top ---------------------------------------------------------------------------------------------------------------------


def _facts(course: Course, back: HandedBack, told: Sequence[_Told]) -> Html:
    unit = course.unit(back.unit)
    facts = [
        (said_words.COURSE, course.title),
        (said_words.UNIT, unit.title if unit else back.unit),
        (said_words.STUDENT, back.student),
    ]
    handed_in = [one.attempt.at for one in told if one.attempt]
    if handed_in:
        facts.append((said_words.HANDED_IN, words.day(max(handed_in).astimezone(back.made_at.tzinfo))))
    lines = [tag("span", tag("span", f"{name}: ", class_="quiet"), tag("b", value), class_="fact") for name, value in facts]
    return tag("p", join(lines, " · "), class_="facts")


def _summary(back: HandedBack, told: Sequence[_Told]) -> Html:
    own = [one for one in told if one.verdict is not Verdict.not_on_path]
    right = sum(one.verdict in _RIGHT for one in own)
    waiting = sum(one.verdict is Verdict.waiting for one in own)
    if not own:
        sentences = [said_words.OTHER_WAY if told else said_words.NOTHING_CHECKED]
    elif right == len(own):
        sentences = [said_words.ALL_RIGHT]
    elif all(one.verdict is Verdict.not_attempted for one in own):
        sentences = [said_words.NOTHING_DONE]
    else:
        some = said_words.ONE_RIGHT if right == 1 else said_words.SOME_RIGHT
        sentences = [some.format(right=right, all=len(own))]
        sentences += [said_words.WAITS if waiting == 1 else said_words.WAITING.format(n=waiting)] if waiting else []
        sentences += [said_words.TRY_AGAIN] if any(one.verdict in _AGAIN for one in own) else []
    parts = []
    if back.marks.most > 0 and (own or not told):
        points = max(0.0, back.marks.points - back.marks.late)
        parts.append(
            tag("p", said_words.SCORE.format(points=words.number(points), most=words.number(back.marks.most)), class_="score")
        )
    parts.append(tag("p", " ".join(sentences)))
    if back.marks.late:
        parts.append(tag("p", said_words.LATE.format(penalty=words.number(back.marks.late))))
    if waiting:
        parts.append(tag("p", tag("small", said_words.STILL_OPEN)))
    return tag("div", join(parts), class_="summary")


# --- answers, one by one ---------------------------------------------------------------------------------------------------------


def _answers(course: Course, told: Sequence[_Told]) -> Html:
    if all(one.verdict is Verdict.not_on_path for one in told):
        return tag("p", said_words.OTHER_WAY if told else said_words.NOTHING_CHECKED)
    return tag(
        "ul", *(tag("li", _answer(course, one), class_=f"check {one.verdict.value}") for one in told), class_="checks", role="list"
    )


def _answer(course: Course, one: _Told) -> Html:
    verdict = [sign(*words.VERDICTS[one.verdict])]
    verdict += [tag("div", tag("small", one.points))] if one.points else []
    names = [standard.label for code in one.check.standards if (standard := course.standards.by_code.get(code))]
    idea = [tag("div", one.idea, class_="idea tex2jax_ignore mathjax_ignore")]
    if one.comment:
        idea.append(tag("blockquote", tag("p", tag("small", said_words.TEACHER)), said(one.comment)))
    if names:
        idea.append(tag("p", tag("small", said_words.ABOUT.format(standards=", ".join(names)))))
    if one.verdict is not Verdict.not_on_path:
        idea.append(tag("p", tag("small", tag("a", said_words.TO_THE_CELL, href=f"#{_anchor(one.check.id)}"))))
    return join([tag("h3", one.title), tag("div", join(verdict), class_="verdict"), tag("div", join(idea), class_="said")])


def _next(told: Sequence[_Told]) -> Html:
    """What could be done now: for each answer that is not right a hint of its own, the first of its ladder, else what was said."""
    items = []
    for one in told:
        if one.verdict in _AGAIN:
            hint = one.check.hints[0] if one.check.hints else ""
            items.append(
                said_words.HINT.format(check=one.title, hint=hint)
                if hint
                else said_words.LOOK_AT.format(check=one.title, idea=one.idea)
            )
        elif one.verdict is Verdict.not_attempted:
            items.append(said_words.LEFT_OPEN.format(check=one.title))
    if not items:
        return tag("p", said_words.NOTHING_NEXT)
    return tag("ul", *(tag("li", item) for item in items), class_="next")


def _cells(back: HandedBack, told: Iterable[_Told]) -> Html:
    places = {
        one.check.id: Place(_anchor(one.check.id), one.title, sign(*words.VERDICTS[one.verdict]), one.verdict.value) for one in told
    }
    shown: list[Html] = []
    left = back.room
    for cell in cells_shown(back.notebook, places, back.released):
        left -= len(cell.encode())
        if left < 0:
            shown.append(tag("p", said_words.TOO_LONG, class_="quiet"))
            break
        shown.append(cell)
    return join(shown)


def _anchor(check: str) -> str:
    return f"check-{check}"


# --- the file --------------------------------------------------------------------------------------------------------------------


def _section(key: str, heading: str, *parts: Html) -> Html:
    return tag("section", tag("h2", heading, id=key), join(parts), aria_labelledby=key)


def _data(course: Course, back: HandedBack) -> Html:
    """The records, in an element that no browser runs. `<` is written so that nothing in them can end it."""
    records = [record.model_dump(mode="json") for record in own_records(course, back)]
    # Levels go along because the course's rules do not: the student's screen must not work out others by another rule.
    mine = (record for record in back.records if record.student == back.student)
    levels = [level.model_dump(mode="json") for level in graded_levels(course, mine, now=back.made_at)]
    held = {
        "schema_version": 1,
        "course": course.id,
        "unit": back.unit,
        "student": back.student,
        "records": records,
        "levels": levels,
    }
    text = json.dumps(held, ensure_ascii=True).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Html(f'<script type="application/json" id="{RECORDS_ID}">{text}</script>')


def _document(language: str, title: str, main: Html, footer: str, data: Html) -> str:
    links = [("answers", said_words.AT_A_GLANCE), ("next", said_words.WHAT_NEXT), ("notebook", said_words.NOTEBOOK)]
    contents = tag("ul", *(tag("li", tag("a", word, href=f"#{key}")) for key, word in links))
    head = join(
        [
            Html('<meta charset="utf-8">'),
            Html(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'),
            Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
            Html('<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">'),
            tag("title", title),
            Html(f"<style>\n{_style()}</style>"),
        ],
        "\n",
    )
    body = join(
        [
            tag("a", said_words.SKIP, class_="skip", href="#page"),
            tag("nav", contents, aria_label=said_words.ON_THIS_PAGE),
            tag("main", main, id="page"),
            tag("footer", tag("p", footer)),
            data,
        ],
        "\n",
    )
    page = tag("html", tag("head", head), tag("body", body), lang=language, dir=direction(language))
    return f"<!DOCTYPE html>\n{page}\n"


@cache
def _style() -> str:
    return (TEMPLATES / "plnb-feedback" / "style.css").read_text(encoding="utf-8")
