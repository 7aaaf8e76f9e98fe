"""What holds for every student of every course."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plnb.core.base import Basis, Level, Trust
from plnb.core.conditions import Condition, Not
from plnb.core.course import Activity, Course
from plnb.core.mastery import estimate
from plnb.core.paths import Path, StepState, plan
from plnb.core.profile import Profile
from plnb.core.progress import report
from plnb.core.records import Attempt, Record, merge
from plnb.core.truth import State, missing, truth
from tests.core.builders import NOW, STUDENT, attempt, chose, override
from tests.core.strategies import CODES, CONDITIONS, LEVELS, any_courses, clean_courses, records, small_courses

# What is drawn is large: whole courses with whole histories.
# PLNB_EXAMPLES=1000 runs each at least so often (the bar of the engine); without it, often enough for every day.
EXAMPLES = int(os.environ.get("PLNB_EXAMPLES", "0"))
large = settings(
    max_examples=max(150, EXAMPLES), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
many = settings(large, max_examples=max(400, EXAMPLES))
bases = st.sampled_from(list(Basis))
profiles = st.builds(Profile, interests=st.sampled_from([(), ("sport",)]))


def path_of(course: Course, happened: list[Record], basis: Basis = Basis.credit, profile: Profile = Profile()) -> Path:
    return plan(course, estimate(course, happened, basis=basis, now=NOW), happened, profile=profile, now=NOW)


@large
@given(st.data(), any_courses())
def test_order_and_repetition_of_records_change_nothing(data: st.DataObject, course: Course) -> None:
    happened = data.draw(records(course))
    shuffled = data.draw(st.permutations(happened + data.draw(st.lists(st.sampled_from(happened), max_size=5)) if happened else []))
    assert report(course, shuffled, student=STUDENT, now=NOW) == report(course, happened, student=STUDENT, now=NOW)
    for basis in Basis:
        assert estimate(course, shuffled, basis=basis, now=NOW) == estimate(course, happened, basis=basis, now=NOW)
        assert path_of(course, shuffled, basis) == path_of(course, happened, basis)


@many
@given(st.data(), small_courses(), bases)
def test_one_more_right_answer_never_lowers_a_level(data: st.DataObject, course: Course, basis: Basis) -> None:
    every = [(a, c) for a in course.activities() for c in a.checks]
    happened = data.draw(records(course))
    before = estimate(course, happened, basis=basis, now=NOW)
    if every:
        where, what = data.draw(st.sampled_from(every))
        hours, mixed = data.draw(st.integers(31 * 24, 60 * 24)), data.draw(st.booleans())
        more = attempt(f"{where.id}/{what.id}", hours=hours, standards=what.standards, mixed=mixed)
        after = estimate(course, [*happened, more], basis=basis, now=NOW)
        for old, new in zip(before, after, strict=True):
            assert new.level >= old.level
            assert new.toward >= old.toward


@many
@given(st.data(), small_courses(), bases)
def test_every_estimate_is_on_the_scale_and_says_why(data: st.DataObject, course: Course, basis: Basis) -> None:
    for found in estimate(course, data.draw(records(course)), basis=basis, now=NOW):
        assert found.reason.text.strip()
        assert "{" not in found.reason.text
        assert 0 <= found.toward <= 1
        assert (found.toward == 1) == (found.level >= Level.proficient)
        assert (found.since is None) == (found.level is Level.not_started and not found.overridden)
        assert 0 <= found.correct <= found.counted


@large
@given(st.data(), any_courses(), bases, profiles)
def test_every_step_and_suggestion_says_why(data: st.DataObject, course: Course, basis: Basis, profile: Profile) -> None:
    found = path_of(course, data.draw(records(course)), basis, profile)
    ids = {step.id for step in found.steps}
    assert len(found.next) <= 3
    assert len({suggestion.step for suggestion in found.next}) == len(found.next)
    assert {suggestion.step for suggestion in found.next} <= ids
    assert all(thing.reason.text.strip() and thing.title for thing in (*found.steps, *found.next))
    assert all(step.passed <= step.checks for step in found.steps)
    assert found.complete == all(step.state is StepState.done for step in found.steps if step.required)
    assert all(not step.required for step in found.steps if not step.on_path)


@large
@given(st.data(), any_courses(), bases)
def test_nobody_is_left_without_a_next_step_even_where_a_course_has_faults(
    data: st.DataObject, course: Course, basis: Basis
) -> None:
    found = path_of(course, data.draw(records(course)), basis)
    assert found.next or found.complete


@many
@given(st.data(), small_courses())
def test_what_is_not_believed_never_moves_credit(data: st.DataObject, course: Course) -> None:
    happened = data.draw(records(course))
    believed = [r for r in happened if not isinstance(r, Attempt) or r.trust >= Trust.graded]
    assert estimate(course, happened, basis=Basis.credit, now=NOW) == estimate(course, believed, basis=Basis.credit, now=NOW)


@large
@given(st.data(), any_courses(), st.sampled_from(CODES), LEVELS, bases)
def test_a_word_taken_back_restores_what_was(data: st.DataObject, course: Course, code: str, level: Level, basis: Basis) -> None:
    happened = [r for r in data.draw(records(course)) if r.kind != "overridden"]
    both = [*happened, override(code, level, hours=900), override(code, None, hours=901)]
    assert estimate(course, both, basis=basis, now=NOW) == estimate(course, happened, basis=basis, now=NOW)
    assert path_of(course, both, basis) == path_of(course, happened, basis)


@large
@given(st.data(), any_courses(), st.integers(0, 30 * 24))
def test_what_lies_in_the_future_is_as_if_it_were_not(data: st.DataObject, course: Course, hours: int) -> None:
    happened = data.draw(records(course))
    now = NOW - timedelta(days=100) + timedelta(hours=hours)
    so_far = [r for r in happened if r.at <= now]
    assert report(course, happened, student=STUDENT, now=now) == report(course, so_far, student=STUDENT, now=now)


@many
@given(st.data(), small_courses())
def test_logs_merge_in_any_grouping_and_order(data: st.DataObject, course: Course) -> None:
    happened = data.draw(records(course))
    retold = [r.model_copy(update={"trust": data.draw(st.sampled_from(list(Trust)))}) for r in happened]
    a, b, c = (data.draw(st.lists(st.sampled_from(happened + retold), max_size=10)) if happened else [] for _ in range(3))
    assert merge(a, b) == merge(b, a)
    assert merge(merge(a, b), c) == merge(a, merge(b, c)) == merge(a, b, c)
    assert merge(a, a) == merge(a) == merge(merge(a))


@many
@given(CONDITIONS, st.dictionaries(st.sampled_from(CODES), LEVELS), st.sets(st.sampled_from(["a0", "a1", "a2", "a3"])))
def test_a_condition_is_true_or_its_opposite_is(condition: Condition, levels: dict[str, Level], done: set[str]) -> None:
    state = State(levels=levels, done=done)
    yes, no = truth(condition, state), truth(Not(not_=condition), state)
    assert yes.holds is not no.holds
    assert yes.clause == truth(Not(not_=Not(not_=condition)), state).clause
    assert yes.clause
    assert not (yes.holds and list(missing(condition, state)))


def follow(course: Course, activity: Activity, happened: list[Record], hours: float) -> list[Record]:
    """A student who does what is suggested, makes the choices in it, and answers everything right."""
    chosen = [chose(fork.id, *[o.id for o in fork.options][: fork.pick], hours=hours) for fork in activity.forks]
    made = {r.fork for r in happened if r.kind == "choice_made"}
    chosen = [c for c in chosen if c.fork not in made]
    return [
        *chosen,
        *(
            attempt(
                f"{activity.id}/{c.id}",
                hours=hours + n / 60,
                standards=c.standards,
                unit=activity.unit,
                trust=Trust.teacher if c.manual else Trust.graded,
            )
            for n, c in enumerate(activity.checks)
        ),
    ]


@settings(large, max_examples=max(300, EXAMPLES))
@given(st.data(), clean_courses())
def test_on_a_clean_course_following_the_first_suggestion_leads_from_any_state_to_the_end(
    data: st.DataObject, course: Course
) -> None:
    """No dead end, and no circle either: not only is there a next step, it is open, and taking it gets somewhere."""
    # A teacher's word may hold a level down for good; how to lift it is the teacher's to say.
    happened = [r for r in data.draw(records(course)) if r.kind != "overridden"]
    activities = {a.id: a for a in course.activities()}
    for turn in range(40):
        found = path_of(course, happened)
        if found.complete:
            return
        states = {step.id: step.state for step in found.steps}
        assert found.next
        assert states[found.next[0].step] is not StepState.locked
        suggestion = found.next[0]
        hours = 31 * 24 + turn * 24
        if suggestion.step in activities:
            happened += follow(course, activities[suggestion.step], happened, hours)
        else:
            fork = next(f for f in course.forks() if f.id == suggestion.step)
            done = next(step for step in found.steps if step.id == fork.id).chosen
            best = [suggestion.option] if suggestion.option else []
            ways = list(dict.fromkeys([*done, *best, *(o.id for o in fork.options)]))[: fork.pick]
            happened.append(chose(fork.id, *ways, hours=hours))
    pytest.fail(f"still not complete: {found.next}")
