# ruff: noqa: E501  (tables of values read best with one row to a line)
"""Progress reports made by hand: what the pages must be able to show, whatever the rules of mastery are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from plnb.core.base import Basis, Level, Reason, Trust
from plnb.core.mastery import Estimate
from plnb.core.paths import Path, Step, StepState, Suggestion
from plnb.core.progress import Choice, Evidence, ProgressReport, StandardProgress, TeacherNote, UnitProgress, Voice
from plnb.core.records import Verdict

NOW = datetime(2026, 3, 20, 15, 30, tzinfo=UTC)

STANDARDS = (
    (
        "SL.NUM.1",
        "Signed numbers and fractions",
        "Calculate with signed numbers and fractions, and say what the result means.",
        "start",
    ),
    ("SL.NUM.2", "Points on a grid", "Read and plot points on axes that have scales and units.", "start"),
    ("SL.RATE.1", "Unit rate", "Find how much there is of one thing for one of another, with its unit.", "steady"),
    ("SL.RATE.2", "Proportional relationships", "Tell whether two quantities are proportional, and find the constant.", "steady"),
    ("SL.SLOPE.1", "Slope from two points", "Work out the slope of a line from two of its points.", "slope"),
    (
        "SL.SLOPE.2",
        "Slope as a rate of change, with its unit",
        "Say what a slope means where it comes from, with its unit.",
        "slope",
    ),
    (
        "SL.SLOPE.3",
        "The starting value of a line and what it means where the numbers come from",
        "Read the intercept as a starting value.",
        "slope",
    ),
)
GROUPS = {"start": "Numbers and graphs", "steady": "Steady rates", "slope": ""}
UNITS = (("start", "Start here"), ("steady", "Steady change"), ("slope", "Slope and lines"))


def estimate(code: str, level: Level, toward: float, why: str, basis: Basis = Basis.credit, **more: object) -> Estimate:
    return Estimate(standard=code, basis=basis, level=level, toward=toward, reason=Reason(code="test", text=why), **more)


def evidence(activity: str, check: str, verdict: Verdict, **more: object) -> Evidence:
    fields = {
        "record": f"{activity}-{check}",
        "unit": "steady",
        "activity": activity,
        "activity_title": activity.replace("-", " ").capitalize(),
        "check": check,
        "check_title": check.replace("-", " ").capitalize(),
        "at": NOW - timedelta(days=3),
        "verdict": verdict,
        "score": 1.0 if verdict is Verdict.passed else 0.0,
        "points": 2.0 if verdict is Verdict.passed else 0.0,
        "max_points": 2.0,
        "attempt": 1,
        "trust": Trust.graded,
    }
    return Evidence.model_validate({**fields, **more})


def step(kind: str, key: str, unit: str, title: str, state: StepState, why: str, **more: object) -> Step:
    fields = {"kind": kind, "id": key, "unit": unit, "title": title, "state": state, "reason": Reason(code="test", text=why)}
    return Step.model_validate({**fields, **more})


def strong(student: str = "ada") -> ProgressReport:
    """A student who is well on the way: every level, every verdict, a choice, voices and notes."""
    levels = (
        (Level.mastered, 1.0, "You were right again 9 days later, without help.", {}),
        (Level.proficient, 1.0, "Your last 3 answers were right, from 2 different questions.", {"review_due": True}),
        (Level.proficient, 1.0, "You explained it to me in class.", {"overridden": True}),
        (Level.familiar, 2 / 3, "Your last 2 answers were right; 1 more and you are proficient.", {}),
        (Level.attempted, 1 / 3, "Your last answer was right; 2 more and you are proficient.", {}),
        (Level.attempted, 0.0, "You have answered once. The next right answer counts.", {}),
        (Level.not_started, 0.0, "You have not answered a question on this yet.", {}),
    )
    answers = {
        "SL.RATE.1": (
            evidence("unit-rates", "price-per-apple", Verdict.passed, attempt=2, message="Yes: 3 € for 4 apples is 0.75 € each."),
            evidence("unit-rates", "litres-per-minute", Verdict.waiting, points=0.0),
            evidence(
                "unit-rates",
                "price-per-apple",
                Verdict.failed,
                record="first",
                message="You divided apples by price. Ask: how much for ONE?",
            ),
        ),
        "SL.RATE.2": (
            evidence(
                "rates-in-sport", "laps", Verdict.partial, points=1.0, score=0.5, comment="The table is right.\nNow the constant."
            ),
            evidence(
                "rates-in-sport", "endless", Verdict.timed_out, message="This ran for more than 30 seconds. Look at the loop."
            ),
            evidence("rates-in-sport", "crash", Verdict.crashed),
            evidence("rates-in-sport", "ours", Verdict.our_fault),
            evidence("rates-in-sport", "blank", Verdict.not_attempted),
            evidence("rates-in-music", "beats", Verdict.not_on_path),
            evidence("rates-in-sport", "tried", Verdict.passed, trust=Trust.local),
        ),
    }
    standards = tuple(
        StandardProgress(
            code=code,
            title=title,
            statement=statement,
            group=GROUPS[group],
            alignments=("ccss 7.RP.A.2",) if code == "SL.RATE.2" else (),
            credit=estimate(code, level, toward, why, **more),
            practice=estimate(code, Level.proficient, 1.0, "In practice.", Basis.practice)
            if code == "SL.SLOPE.2"
            else estimate(code, level, toward, why, Basis.practice),
            evidence=answers.get(code, ()),
        )
        for (code, title, statement, group), (level, toward, why, more) in zip(STANDARDS, levels, strict=True)
    )
    done, ready, locked = StepState.done, StepState.ready, StepState.locked
    steps = (
        step("activity", "welcome-check", "start", "Where do I start?", done, "You have answered every question.", standards=[s[0] for s in STANDARDS]),
        step("activity", "number-refresher", "start", "Numbers, once more", StepState.optional, "You can skip it.", standards=["SL.NUM.1", "SL.NUM.2"]),
        step("activity", "unit-rates", "steady", "How fast, how much each?", done, "You passed 3 of 3.", standards=["SL.RATE.1"], passed=3, checks=3),
        step("fork", "rate-world", "steady", "Where would you like to meet proportions?", done, "You have chosen.", chosen=["sport"]),
        step(
            "activity", "rates-in-sport", "steady", "Proportions in sport", StepState.recommended, "You have begun it; 1 of 3 questions is right.",
            standards=["SL.RATE.2"], passed=1, checks=3, minutes=25, branch="rate-world/sport",
        ),
        step(
            "activity", "rates-in-music", "steady", "Proportions in music", StepState.optional, "You chose sport.", on_path=False,
            branch="rate-world/music", standards=["SL.RATE.2"],
        ),
        step("activity", "meet-slope", "slope", "Meet slope", ready, "It is open.", standards=["SL.SLOPE.1", "SL.SLOPE.2"], checks=4, minutes=40),
        step("gate", "line-gate", "slope", "Writing lines", locked, "It opens when you are familiar with “Slope from two points”.", activity="write-the-line"),
        step("activity", "write-the-line", "slope", "Write the line", locked, "It opens when “Meet slope” is done.", standards=["SL.SLOPE.3"], minutes=35),
    )  # fmt: skip
    suggestions = (
        Suggestion(step="rates-in-sport", title="Proportions in sport", reason=Reason(code="t", text="You have begun it, and one more right answer makes you proficient.")),
        Suggestion(step="meet-slope", title="Meet slope", reason=Reason(code="t", text="You know unit rates; slope is the next thing built on them.")),
    )  # fmt: skip
    return ProgressReport(
        course="straight-lines",
        course_title="Straight lines in the world",
        student=student,
        made_at=NOW,
        standards=standards,
        units=tuple(
            UnitProgress(id=key, title=title, done=1, steps=2, points=points, max_points=10)
            for (key, title), points in zip(UNITS, (10.0, 6.5, 0.0), strict=True)
        ),
        path=Path(steps=steps, next=suggestions),
        choices=(
            Choice(
                fork="rate-world", prompt="Where would you like to meet proportions?", options=("In sport",), inferred=True, at=NOW
            ),
        ),
        voices=(
            Voice(
                kind="goal",
                prompt="What do you want to reach?",
                text="I want to draw a line from a table by Friday.",
                at=NOW,
                done=True,
            ),
            Voice(
                kind="reflection",
                prompt="What helped you?",
                text="Drawing it first.\nThen the numbers were easy: I paid $5 and then $6.",
                at=NOW,
            ),
        ),
        notes=(
            TeacherNote(kind="comment", about="Laps", text="The table is right. Now the constant.", at=NOW),
            TeacherNote(kind="intervention", text="We went through unit rates together on Tuesday.", at=NOW),
        ),
    )


def empty(student: str = "new") -> ProgressReport:
    """A student of whom nothing is known yet."""
    return strong(student).model_copy(
        update={
            "standards": tuple(
                StandardProgress(
                    code=code,
                    title=title,
                    statement=statement,
                    credit=estimate(code, Level.not_started, 0.0, "You have not answered a question on this yet."),
                    practice=estimate(
                        code, Level.not_started, 0.0, "You have not answered a question on this yet.", Basis.practice
                    ),
                )
                for code, title, statement, _ in STANDARDS
            ),
            "path": Path(
                steps=(
                    step("activity", "welcome-check", "start", "Where do I start?", StepState.recommended, "It is the first step."),
                ),
                next=(
                    Suggestion(
                        step="welcome-check", title="Where do I start?", reason=Reason(code="t", text="It is the first step.")
                    ),
                ),
            ),
            "choices": (),
            "voices": (),
            "notes": (),
        }
    )


def bare(student: str = "bare") -> ProgressReport:
    """A report of a course that teaches nothing yet."""
    return ProgressReport(
        course="c", course_title="C", student=student, made_at=NOW, standards=(), units=(), path=Path(steps=(), next=())
    )


def unicode(student: str = "unicode") -> ProgressReport:
    """Titles from everywhere, in a language that is not English."""
    report = strong(student)
    standards = tuple(
        s.model_copy(update={"title": title, "evidence": (evidence("Übung-数学", "q", Verdict.passed, unit="Einheit-één", check_title="Größe ≤ π 📈"),)})
        for s, title in zip(report.standards, ("Größen", "数学の傾き", "μέτρο", "наклон", "ميل الخط", "Ünïté", "x̄ ≥ 0 & <y>"), strict=True)
    )  # fmt: skip
    return report.model_copy(update={"language": "de", "course_title": "Geraden — 直線 & <mehr>", "standards": standards})


HOSTILE = (
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(2)">',
    "<img src='https://evil.example/pixel.png'>",
    "![pixel](https://evil.example/markdown.png)",
    "[click me](javascript:alert(3))",
    "</div></body><iframe src='https://evil.example/frame'></iframe>",
    "<svg onload=alert(4)><style>@import 'https://evil.example/x.css'</style>",
    '" onmouseover="alert(5)" x="',
    "{{ 7*7 }} {% raw %} $\\unicode{x41}$ `x`",
    "\x1b[31mred\x1b[0m \u202egnp.exe \x00 end",
    "<!-- --><base href='https://evil.example/'>",
)


def hostile(student: str = "mallory", texts: Sequence[str] = HOSTILE) -> ProgressReport:
    """Someone who tries to break out of the page, through everything a student or a notebook can say."""
    report = strong(student)
    everything = "\n".join(texts)
    voices = tuple(Voice(kind="reflection", prompt=text, text=text, at=NOW) for text in texts)
    notes = tuple(TeacherNote(kind="comment", about=text, text=text, at=NOW) for text in texts)
    answers = tuple(
        evidence("unit-rates", "q", Verdict.failed, check_title=text, activity_title=text, message=text, comment=text)
        for text in texts
    )
    standards = tuple(
        s.model_copy(update={"title": text, "statement": everything, "evidence": answers, "alignments": (text,)})
        for s, text in zip(report.standards, texts, strict=False)
    )
    return report.model_copy(update={"course_title": everything, "voices": voices, "notes": notes, "standards": standards})
