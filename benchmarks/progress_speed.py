"""How quick are progress pages?

    python benchmarks/progress_speed.py [--students 20] [--full] [--jobs 2]

The same template for the same students: papermill's own command, one after the other, as a teacher's loop would run it, and
`plnb.reports.write_progress`. papermill is measured on a few students and extrapolated; `--full` makes a thousand pages of ours to
the end and tells whether the time for one grows with the class. Bar: ten times faster for 1,000; growth within 15 %.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from plnb.core.base import Trust
from plnb.core.course import Activity, Check, Course, Unit
from plnb.core.progress import ProgressReport
from plnb.core.records import Attempt, Record, Verdict, record_id
from plnb.core.standards import Framework, Standard, StandardSet
from plnb.reports.progress import TEMPLATE, make_reports, write_progress

START = datetime(2026, 9, 1, 8, tzinfo=UTC)
FEW = 20  # students papermill's command is run for


def a_course() -> Course:
    """20 activities in 4 units, 12 standards, 60 checks."""
    standards = tuple(Standard(code=f"S{n}", title=f"Skill {n}", statement=f"Can do {n}.") for n in range(12))
    steps = []
    for step in range(20):
        taught = (f"S{step % 12}",)
        checks = tuple(Check(id=f"c{n}", title=f"Question {n}", standards=taught, points=1) for n in range(3))
        steps.append(Activity(id=f"a{step}", unit=f"u{step // 5}", title=f"Step {step}", standards=taught, checks=checks))
    units = tuple(Unit(id=f"u{n}", title=f"Unit {n}", nodes=tuple(steps[n * 5 : n * 5 + 5])) for n in range(4))
    frameworks = (Framework(id="f", title="F", standards=standards),)
    return Course(id="course", title="A course", standards=StandardSet(frameworks=frameworks), units=units)


def some_records(course: Course, student: str, number: int) -> list[Record]:
    """A student's answers, more or less of them right."""
    return [
        Attempt(
            id=record_id("attempt", student, str(place)),
            course="course",
            student=student,
            at=START + timedelta(hours=7 * place),
            trust=Trust.graded,
            unit=activity.unit,
            activity=activity.id,
            check=check.id,
            standards=check.standards,
            verdict=Verdict.passed if (place + number) % 4 else Verdict.failed,
            score=float(bool((place + number) % 4)),
            points=float(bool((place + number) % 4)),
            max_points=1.0,
        )
        for place, (activity, check) in enumerate(
            (activity, check) for activity in course.activities() for check in activity.checks
        )
        if place % 3 or number % 2
    ]


def some_reports(students: int) -> list[ProgressReport]:
    course = a_course()
    names = {f"s{n:04}": some_records(course, f"s{n:04}", n) for n in range(students)}
    return list(make_reports(course, names, START + timedelta(days=30)))


def by_papermill(reports: list[ProgressReport], out: Path) -> float:
    """Seconds for one page."""
    began = perf_counter()
    for report in reports:
        folder = out / report.student
        folder.mkdir(parents=True)
        (folder / "report.json").write_text(report.model_dump_json())
        command = [sys.executable, "-m", "papermill", str(TEMPLATE), "progress.ipynb", "-k", "python3", "--no-progress-bar"]
        subprocess.run([*command, "-p", "report_file", "report.json"], cwd=folder, check=True, capture_output=True)
    return (perf_counter() - began) / len(reports)


def by_us(reports: list[ProgressReport], out: Path, jobs: int) -> float:
    """Seconds for one page, start-up included."""
    began = perf_counter()
    made = write_progress(reports, out, jobs=jobs, html=False)
    assert len(made) == len(reports)
    return (perf_counter() - began) / len(reports)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--students", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--full", action="store_true")
    asked = parser.parse_args()
    reports = some_reports(1000 if asked.full else max(asked.students, FEW))
    with tempfile.TemporaryDirectory() as folder:
        theirs = by_papermill(reports[:FEW], Path(folder) / "papermill")
        ours = by_us(reports[: asked.students], Path(folder) / "some", asked.jobs)
        print(f"papermill's command   {theirs * 1000:8.0f} ms a page, {theirs * 1000 / 60:6.1f} min for 1,000 (from {FEW})")
        print(f"plnb, {asked.students:4} students   {ours * 1000:8.0f} ms a page, start-up included: {theirs / ours:.1f} × faster")
        if not asked.full:
            return 0
        every = by_us(reports, Path(folder) / "every", asked.jobs)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"plnb, 1000 students   {every * 1000:8.0f} ms a page, {every * 1000 / 60:6.1f} min: {theirs / every:.1f} × faster")
        print(f"growth from {asked.students}: {every / ours - 1:+.0%}; peak memory {memory:.0f} MB")
        return int(theirs / every < 10 or every / ours > 1.15)


if __name__ == "__main__":
    sys.exit(main())
