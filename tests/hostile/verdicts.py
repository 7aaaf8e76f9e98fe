"""What came of a run over the corpus, entry by entry, against what must come of it."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from plnb.engine.runs import Budget
from plnb.grading.outcomes import GradeSummary, SubmissionOutcome
from plnb.grading.settle import Kept
from plnb.store.layout import CourseFolder
from plnb.store.ledger import Ledger
from tests.grading.builders import grades
from tests.hostile.courses import FULL, POINTS
from tests.hostile.entry import Entry, Family, Flag
from tests.hostile.stage import TOKENS, VICTIM, Stage

STORED = 5_000_000
"""Bytes that a submission may leave behind."""
GRACE = 5.0
"""Seconds by which a submission may exceed its budget."""


@dataclass(frozen=True)
class Miss:
    """A bar that an entry did not meet."""

    entry: str
    bar: str
    what: str

    def __str__(self) -> str:
        return f"{self.bar:8} {self.entry}: {self.what}"


def misses(stage: Stage, entries: Sequence[Entry], summary: GradeSummary, budget: Budget) -> list[Miss]:
    """Every bar that was missed, by any entry."""
    outcomes = {(outcome.student, outcome.unit): outcome for outcome in summary.outcomes}
    found: list[Miss] = []
    for entry in entries:
        outcome = outcomes.get((entry.name, entry.unit))
        if outcome is None:
            found.append(Miss(entry.name, "batch", "no outcome"))
            continue
        found += _of(stage.course, entry, outcome, budget)
    found += _others(stage)
    return found


def _of(course: CourseFolder, entry: Entry, outcome: SubmissionOutcome, budget: Budget) -> Iterator[Miss]:
    honest = entry.family is Family.honest

    def miss(bar: str, what: str) -> Miss:
        return Miss(entry.name, bar, what)

    if outcome.state == "our_fault":
        yield miss("batch", f"our fault: {outcome.reason}")
        return
    expected = {check: entry.scores.get(check, entry.mirrored.get(check, 0.0)) for check in POINTS[entry.unit]}
    given = points(course, entry.unit, entry.name)
    for check, want in expected.items():
        got = given.get(check, 0.0)
        if abs(got - want) > 1e-6:
            bar = "forged" if got > want and not honest else "wrong"
            yield miss(bar, f"{check} {got:g} instead of {want:g}")
    flags = flags_of(outcome)
    if entry.flag is Flag.yes and not flags:
        yield miss("flag", "nobody is told")
    if entry.flag is Flag.no and flags:
        yield miss("accused", "; ".join(flags))
    allowed = budget.total_seconds + GRACE
    if (took := ran(course, entry.name, entry.unit)) > allowed:
        yield miss("late", f"{took:.1f} s of {allowed:g} s")
    size = stored(course, entry.name, entry.unit)
    if size > STORED:
        yield miss("stored", f"{size / 1e6:.1f} MB")
    for where, token in leaks(course, entry.name, entry.unit):
        yield miss("read", f"{token} in {where}")


def points(course: CourseFolder, unit: str, student: str) -> dict[str, float]:
    """The automatic points in nbgrader's gradebook."""
    try:
        return {check: score or 0.0 for (_, check), (score, _, _) in grades(course, unit, student).items()}
    except Exception:  # nbgrader raises where there is no submission
        return {}


def flags_of(outcome: SubmissionOutcome) -> list[str]:
    """What a person is told about the submission's integrity, or about a file that cannot be graded."""
    told = [f"{flag.code}: {flag.message}" for flag in outcome.flags]
    told += [f"refused: {file.reason}" for file in outcome.refused]
    told += [f"left out: {name}" for name in outcome.missing]
    return told


def ran(course: CourseFolder, student: str, unit: str) -> float:
    """Seconds that running the submission took; what it waited for others is not in it."""
    with Ledger.open(course.ledger) as ledger:
        bodies = [Kept.model_validate_json(row.body) for row in ledger.submissions() if (row.student, row.unit) == (student, unit)]
    return max((sum(outcome.seconds for outcome in body.outcomes) for body in bodies), default=0.0)


_NOTEBOOKS = (
    "select sn.id from submitted_notebook sn join submitted_assignment sa on sn.assignment_id = sa.id "
    "join assignment a on sa.assignment_id = a.id where sa.student_id = ? and a.name = ?"
)


def stored(course: CourseFolder, student: str, unit: str) -> int:
    """Bytes that a graded submission leaves behind: its files, its feedback pages and its rows, in gradebook and ledger."""
    folders = (course.autograded / student / unit, course.feedback / student / unit)
    size = sum(path.lstat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())
    with closing(sqlite3.connect(course.gradebook)) as gradebook:
        columns = "coalesce(length(auto_comment), 0) + coalesce(length(manual_comment), 0) + 200"
        said = f"select coalesce(sum({columns}), 0) from comment where notebook_id in ({_NOTEBOOKS})"
        size += gradebook.execute(said, (student, unit)).fetchone()[0]
    with Ledger.open(course.ledger) as ledger:
        rows = [row for row in ledger.submissions() if row.student == student and row.unit == unit]
        size += sum(len(row.body.encode()) for row in rows)
        size += sum(len(record.model_dump_json()) for record in ledger.records(student))
    return size


def leaks(course: CourseFolder, student: str, unit: str) -> Iterator[tuple[str, str]]:
    """Tokens in what grading a submission made: notebooks, records, messages."""
    folders = (course.autograded / student / unit, course.feedback / student / unit)
    texts = {path.name: path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}
    with Ledger.open(course.ledger) as ledger:
        texts["records"] = "".join(record.model_dump_json() for record in ledger.records(student)).encode()
    for where, text in texts.items():
        for token in TOKENS.values():
            if any(form in text for form in _forms(token)):
                yield where, token


def _forms(token: str) -> tuple[bytes, ...]:
    plain = token.encode()
    return plain, plain[::-1], plain.hex().encode(), base64.b64encode(plain)[:-4]


def _others(stage: Stage) -> Iterator[Miss]:
    """What happened to those who did nothing."""
    for unit, full in FULL.items():
        given = points(stage.course, unit, VICTIM)
        if any(abs(given.get(check, 0.0) - want) > 1e-6 for check, want in full.items()):
            yield Miss(VICTIM, "others", f"{unit}: {given}")
    after = stage.snapshot()
    for path in sorted(stage.before.keys() | after.keys()):
        if stage.before.get(path, "none") != after.get(path, "none"):
            yield Miss(path, "others", f"{stage.before.get(path, 'none')[:12]} became {after.get(path, 'none')[:12]}")
    for contact in stage.listeners.contacts:
        yield Miss("somebody", "contact", contact)
