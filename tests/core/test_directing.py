"""A teacher's word on an activity: pin, require, excuse, and taking it back."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plnb.core.base import Basis, Level, Trust
from plnb.core.conditions import ActivityDone, StandardAtLeast
from plnb.core.course import Course
from plnb.core.mastery import estimate
from plnb.core.paths import Path, Step, StepState, plan
from plnb.core.progress import report
from plnb.core.records import Directed, Directive, Record, Verdict, record_id
from tests.core.builders import NOW, STUDENT, activity, answers, at, attempt, check, checks, chose, course, fork, option
from tests.core.strategies import any_courses, clean_courses, records

# Held with 1,000 examples each when written; fewer here, so that the suite stays quick.
large = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def directed(
    name: str,
    what: Directive | str,
    *,
    hours: float = 0,
    until: float | None = None,
    reason: str = "We talked about it",
    trust: Trust = Trust.teacher,
) -> Directed:
    return Directed(
        id=record_id("directed", STUDENT, name, what, at(hours).isoformat()),
        course="course",
        student=STUDENT,
        at=at(hours),
        trust=trust,
        activity=name,
        what=Directive(what),
        reason=reason,
        until=None if until is None else at(until),
    )


def path_of(made: Course, *happened: Record, basis: Basis = Basis.credit) -> Path:
    return plan(made, estimate(made, happened, basis=basis, now=NOW), happened, now=NOW)


def step(path: Path, name: str) -> Step:
    return next(s for s in path.steps if s.id == name)


TWO = course(
    activity("walk", *checks(3, "S1")),
    activity("run", *checks(3, "S2")),
    activity("extra", *checks(2, "S3"), optional=True),
    activity("read", teaches=["S1"], optional=True),
)


def test_an_excused_activity_counts_as_done_with_the_teachers_reason() -> None:
    before, after = path_of(TWO), path_of(TWO, directed("walk", "excuse"))
    assert step(before, "walk").state is not StepState.done
    assert step(after, "walk").state is StepState.done
    assert step(after, "walk").reason.text == "Your teacher excused you from this: We talked about it."
    assert after.next[0].step == "run"


def test_work_that_is_done_is_called_done_and_not_excused() -> None:
    made = path_of(TWO, *answers([1, 1, 1], checks=3), directed("walk", "excuse"))
    assert step(made, "walk").reason.code == "activity.passed"


def test_what_waits_for_an_activity_opens_when_the_student_is_excused_from_it() -> None:
    made = course(activity("walk", *checks(2)), activity("run", *checks(2), opens_when=ActivityDone(done="walk")))
    assert step(path_of(made), "run").state is StepState.locked
    assert step(path_of(made, directed("walk", "excuse")), "run").state is StepState.recommended


def test_a_required_activity_is_no_longer_optional_and_the_course_is_complete_only_with_it() -> None:
    rest = [directed("walk", "excuse"), directed("run", "excuse")]
    assert path_of(TWO, *rest).complete
    made = path_of(TWO, *rest, directed("extra", "require", reason="You will need it in spring!"))
    assert not made.complete
    assert step(made, "extra").required
    assert made.next[0].step == "extra"
    done = [attempt(f"extra/c{n}", standards=["S3"], hours=n) for n in (1, 2)]
    assert path_of(TWO, *rest, *done, directed("extra", "require")).complete


def test_the_reason_of_a_required_activity_is_the_teachers() -> None:
    made = path_of(TWO, directed("extra", "require", reason="You will need it in spring!"))
    assert step(made, "extra").reason.text == "Your teacher asks you to do this: You will need it in spring!"


def test_what_a_teacher_asks_for_is_not_tested_out() -> None:
    had = [attempt("run/c1", hours=n, standards=["S1"]) for n in range(2)] + [
        attempt("run/c2", hours=3, standards=["S1"]),
    ]
    assert step(path_of(TWO, *had), "walk").reason.code == "activity.tested_out"
    assert step(path_of(TWO, *had, directed("walk", "require")), "walk").state is not StepState.done


def test_reading_cannot_be_required_because_nothing_would_ever_show_that_it_was_done() -> None:
    everything = [directed("walk", "excuse"), directed("run", "excuse"), directed("read", "require")]
    assert path_of(TWO, *everything).complete


def test_a_pinned_activity_comes_first_and_the_rest_stays_in_order() -> None:
    made = path_of(TWO, directed("extra", "pin", reason="It fits your project"))
    assert [s.step for s in made.next] == ["extra", *[s.step for s in path_of(TWO).next]][:3]
    assert made.next[0].reason.text == "Your teacher put this first: It fits your project."
    assert step(made, "extra").state is StepState.recommended


def test_the_latest_pin_is_the_first() -> None:
    made = path_of(TWO, directed("run", "pin", hours=1), directed("extra", "pin", hours=2))
    assert [s.step for s in made.next][:2] == ["extra", "run"]


def test_a_pin_never_sends_anybody_to_what_is_done_locked_or_handed_in() -> None:
    locked = course(
        activity("walk", *checks(2)),
        activity("run", *checks(2), opens_when=StandardAtLeast(standard="S1", at_least=Level.proficient)),
        activity("essay", check("c1", "S4", manual=True)),
    )
    waiting = attempt("essay/c1", 0, verdict=Verdict.waiting, standards=["S4"])
    pins = [directed(name, "pin", hours=n) for n, name in enumerate(("run", "essay", "walk"))]
    made = path_of(locked, waiting, directed("walk", "excuse"), *pins)
    assert all(s.reason.code != "directed.pinned" for s in made.next)


def test_a_pin_behind_a_choice_sends_to_the_choice() -> None:
    made = course(
        activity("walk", *checks(2)),
        fork("way", option("left", activity("l", *checks(2))), option("right", activity("r", *checks(2)))),
    )
    first = path_of(made, directed("r", "pin")).next[0]
    assert (first.step, first.option) == ("way", "right")
    assert path_of(made, directed("r", "pin"), chose("way", "right")).next[0].step == "r"
    assert path_of(made, directed("r", "pin"), chose("way", "left")).next[0].step != "r"


def test_the_latest_word_that_has_not_ended_holds() -> None:
    ended = directed("walk", "require", hours=2, until=50)
    assert step(path_of(TWO, directed("walk", "excuse", hours=1), ended), "walk").state is StepState.done
    assert step(path_of(TWO, directed("walk", "excuse", hours=1, until=50)), "walk").state is not StepState.done
    assert step(path_of(TWO, directed("walk", "excuse"), directed("walk", "require", hours=1)), "walk").state is not StepState.done


@pytest.mark.parametrize("trust", [t for t in Trust if t is not Trust.teacher])
def test_a_students_own_file_directs_nothing(trust: Trust) -> None:
    words = [directed("walk", "excuse", trust=trust), directed("extra", "pin", trust=trust)]
    assert path_of(TWO, *words) == path_of(TWO)


def test_a_word_on_an_activity_that_is_gone_changes_nothing() -> None:
    assert path_of(TWO, *(directed("gone", what) for what in Directive)) == path_of(TWO)


@st.composite
def words_on(draw: st.DrawFn, made: Course, *, hours: int = 0) -> list[Directed]:
    names = [a.id for a in made.activities()] + ["gone"]
    return [
        directed(
            draw(st.sampled_from(names)),
            draw(st.sampled_from(list(Directive))),
            hours=hours + draw(st.integers(0, 48)) + place / 60,
            until=draw(st.sampled_from([None, 24.0, 5000.0])),
        )
        for place in range(draw(st.integers(0, 5)))
    ]


@large
@given(st.data(), any_courses(), st.sampled_from(list(Basis)))
def test_words_taken_back_restore_what_was(data: st.DataObject, made: Course, basis: Basis) -> None:
    happened = data.draw(records(made))
    said = data.draw(words_on(made, hours=900))
    undone = [directed(name, "clear", hours=2000) for name in {word.activity for word in said}]
    assert path_of(made, *happened, *said, *undone, basis=basis) == path_of(made, *happened, basis=basis)


@large
@given(st.data(), any_courses())
def test_whatever_a_teacher_says_there_is_a_next_step_and_the_order_of_records_is_nothing(
    data: st.DataObject, made: Course
) -> None:
    happened: list[Record] = [*data.draw(records(made)), *data.draw(words_on(made))]
    found = path_of(made, *happened)
    assert found.next or found.complete
    assert len({s.step for s in found.next}) == len(found.next) <= 3
    shuffled = data.draw(st.permutations([*happened, *happened[:3]]))
    assert report(made, shuffled, student=STUDENT, now=NOW) == report(made, happened, student=STUDENT, now=NOW)


@large
@given(st.data(), clean_courses())
def test_on_a_clean_course_the_first_suggestion_is_open_whatever_was_said(data: st.DataObject, made: Course) -> None:
    found = path_of(made, *data.draw(words_on(made)))
    states = {s.id: s.state for s in found.steps}
    assert found.complete or states[found.next[0].step] is not StepState.locked
