"""The report: everything about one student, and of nobody else."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from plnb.core.base import Level, Trust
from plnb.core.cells import Option
from plnb.core.course import Course, Fork, ReflectionPoint
from plnb.core.progress import ProgressReport, UnitProgress, report
from plnb.core.records import Directive, Intervened, Record, Verdict
from plnb.core.standards import Alignment, Framework, Relation, Standard, StandardSet
from tests.core.builders import (
    NOW,
    STUDENT,
    activity,
    answers,
    at,
    attempt,
    check,
    checks,
    chose,
    course,
    fork,
    goal,
    option,
    override,
    reflected,
)
from tests.core.test_directing import directed

REP = Fork(id="rep", prompt="How?", options=(Option(id="graph", title="Graph"), Option(id="table", title="Table")))


def told(course: Course, records: Sequence[Record] = ()) -> ProgressReport:
    return report(course, records, student=STUDENT, now=NOW)


def points(found: ProgressReport) -> tuple[float, float]:
    return found.units[0].points, found.units[0].max_points


def test_a_student_without_records_has_a_whole_report() -> None:
    found = told(course(activity("walk", *checks(2))))
    assert (found.student, found.course, found.made_at) == (STUDENT, "course", NOW)
    assert [(s.code, s.title, s.statement, s.credit.level) for s in found.standards] == [
        ("S1", "Skill S1", "Can do S1.", Level.not_started)
    ]
    assert found.units == (UnitProgress(id="u1", title="Unit one", done=0, steps=1, points=0, max_points=2),)
    assert found.path.next


def test_records_of_other_students_are_left_out() -> None:
    here = course(activity("walk", *checks(2)))
    others = answers([1, 1, 1], student="student-2")
    assert told(here, [*others, attempt()]) == told(here, [attempt()])


def test_credit_and_practice_stand_side_by_side_and_the_path_stands_on_credit() -> None:
    found = told(course(activity("walk", *checks(2))), answers([1, 1, 1], trust=Trust.local))
    assert (found.standards[0].credit.level, found.standards[0].practice.level) == (Level.not_started, Level.proficient)
    assert found.path.steps[0].passed == 0
    assert points(found) == (0, 2)


def test_evidence_is_newest_first_with_names_for_people() -> None:
    found = told(course(activity("walk", *checks(2))), answers([0, 1]))
    shown = found.standards[0].evidence
    assert [(e.check_title, e.activity_title, e.score) for e in shown] == [
        ("Question c2", "Activity walk", 1),
        ("Question c1", "Activity walk", 0),
    ]


@pytest.mark.parametrize(
    ("verdict", "shown"),
    [(Verdict.waiting, 1), (Verdict.our_fault, 1), (Verdict.not_attempted, 0), (Verdict.not_on_path, 0)],
)
def test_what_was_never_tried_is_no_evidence(verdict: Verdict, shown: int) -> None:
    found = told(course(activity("walk", *checks(2))), [attempt(score=0, verdict=verdict)])
    assert len(found.standards[0].evidence) == shown


def test_alignments_are_named_with_their_framework() -> None:
    link = Alignment(relation=Relation.related, framework="ccss", code="8.F.B.4")
    aligned = Standard(code="S1", statement="Says how steep a straight line is, from two of its points.", alignments=(link,))
    here = course(activity("walk", check("c1")))
    here = here.model_copy(update={"standards": StandardSet(frameworks=(Framework(id="f", title="F", standards=(aligned,)),))})
    found = told(here).standards[0]
    assert (found.alignments, found.title) == (("ccss 8.F.B.4",), "Says how steep a straight line is, from…")


def test_points_are_the_best_of_each_checks_attempts() -> None:
    here = course(activity("walk", check("c1", points=4), check("c2", points=2)))
    tries = [
        attempt("walk/c1", 0.75, hours=1, points=4),
        attempt("walk/c1", 0.25, hours=2, points=4),
        attempt("walk/c2", 1, hours=2, points=2),
        attempt("walk/c2", 0, hours=3, points=2),
    ]
    assert points(told(here, tries)) == (5, 6)


def test_points_follow_when_a_check_is_worth_something_else_now() -> None:
    here = course(activity("walk", check("c1", points=10)))
    assert points(told(here, [attempt("walk/c1", 0.5, points=4)])) == (5, 10)


def test_checks_on_untaken_options_are_not_in_the_points() -> None:
    inside = activity(
        "inside", check("c1"), check("g", branch="rep/graph", points=3), check("t", branch="rep/table", points=3), REP
    )
    ways = fork("ways", option("x", activity("x", *checks(2))), option("y", activity("y", *checks(2))))
    here = course(inside, ways)
    work = [attempt("inside/t", points=3), attempt("inside/g", 1, points=3), attempt("x/c1"), attempt("y/c1")]
    assert points(told(here, [*work, chose("rep", "table"), chose("ways", "y")])) == (4, 6)
    assert points(told(here)) == (0, 6)


def test_an_open_choice_counts_the_way_with_the_most_points() -> None:
    ways = fork("ways", option("x", activity("x", *checks(2))), option("y", activity("y", *checks(2))))
    assert points(told(course(ways), [attempt("y/c1")])) == (1, 2)


def test_a_choice_does_not_change_how_many_steps_there_are() -> None:
    ways = fork("ways", option("x", activity("x", *checks(2))), option("y", activity("y", *checks(2))))
    here = course(activity("a", *checks(1)), ways)
    before, after = told(here).units[0], told(here, [chose("ways", "x"), attempt("x/c1"), attempt("x/c2")]).units[0]
    assert (before.done, before.steps, after.done, after.steps) == (0, 2, 1, 2)


def test_choices_are_named_by_their_titles() -> None:
    ways = fork("ways", option("x", activity("x", *checks(2))), option("y", activity("y", *checks(2))))
    found = told(course(ways), [chose("ways", "x", hours=1), chose("ways", "y", hours=2, inferred=True), chose("gone", "x")])
    assert [(c.fork, c.prompt, c.options, c.inferred, c.at) for c in found.choices] == [
        ("ways", "Which way, ways?", ("Way y",), True, at(2))
    ]


def test_the_students_latest_words_are_kept_untouched() -> None:
    points_ = (ReflectionPoint(id="r1", role="reflect", prompt="What surprised you?"), ReflectionPoint(id="g1", role="goal"))
    here = course(activity("walk", *checks(1), reflections=points_))
    words = [
        goal("pass", hours=1),
        goal("<b>pass</b> & shine", hours=4, done=True),
        reflected("Nothing {really}.", hours=3),
        reflected("gone", prompt="r2", hours=1),
        reflected(" ", prompt="r2", hours=2),
    ]
    assert [(v.kind, v.prompt, v.text, v.done) for v in told(here, words).voices] == [
        ("goal", "", "<b>pass</b> & shine", True),
        ("reflection", "What surprised you?", "Nothing {really}.", False),
    ]


def test_teachers_notes_are_newest_first_and_named() -> None:
    talk = Intervened(
        id="talk", course="course", student=STUDENT, at=at(9), trust=Trust.teacher, note="We drew it.", standards=("S1", "S2")
    )
    records = [
        attempt("walk/c1", 0.5, hours=1, comment="Mind the units."),
        attempt("walk/c1", 0.6, hours=2, comment="Mind the units."),
        attempt("walk/c2", 0.5, hours=3, comment="I am my own teacher", trust=Trust.local),
        override("S1", Level.familiar, hours=5, reason="Seen {it}."),
        talk,
        directed("walk", Directive.require, hours=10, reason="It leads on to the project."),
    ]
    assert [(n.kind, n.about, n.text, n.at) for n in told(course(activity("walk", *checks(2))), records).notes] == [
        ("direction", "Activity walk", "It leads on to the project.", at(10)),
        ("intervention", "Skill S1, Skill S2", "We drew it.", at(9)),
        ("override", "Skill S1", "Seen {it}.", at(5)),
        ("comment", "Question c1", "Mind the units.", at(1)),
    ]


def test_a_report_survives_a_round_trip_through_json() -> None:
    found = told(course(activity("walk", *checks(2))), [*answers([1, 0, 1]), goal("pass"), override("S1", Level.mastered, hours=9)])
    assert ProgressReport.model_validate_json(found.model_dump_json()) == found
