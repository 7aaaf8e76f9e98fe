"""The way through a course: what is open, what is next, and what each step says."""

from __future__ import annotations

from collections.abc import Sequence

from plnb.core.base import Basis, Format, Level, Trust
from plnb.core.cells import Option
from plnb.core.conditions import ActivityDone, CheckPassed, ChoiceIs, StandardAtLeast, StandardBelow
from plnb.core.course import Activity, Course, Fork, ReflectionPoint, Unit
from plnb.core.mastery import estimate
from plnb.core.paths import Path, Step, StepState, plan
from plnb.core.policy import Streak
from plnb.core.profile import Profile
from plnb.core.records import HintShown, Record, Verdict
from plnb.core.review import NoReview
from tests.core.builders import (
    NOW,
    STUDENT,
    activity,
    at,
    attempt,
    check,
    checks,
    chose,
    course,
    fork,
    gate,
    option,
    override,
    reflected,
    standard,
)

ONCE = Streak(n=1, distinct=1)
S1_HAD = StandardAtLeast(standard="S1", at_least=Level.proficient)


def path(course: Course, records: Sequence[Record] = (), *, profile: Profile = Profile(), basis: Basis = Basis.credit) -> Path:
    return plan(course, estimate(course, records, basis=basis, now=NOW), records, profile=profile, now=NOW)


def step(found: Path, name: str) -> Step:
    return next(s for s in found.steps if s.id == name)


def state(found: Path, name: str) -> StepState:
    return step(found, name).state


def names(found: Path) -> list[str]:
    return [suggestion.step for suggestion in found.next]


def passes(where: Activity, *, hours: float = 0, score: float = 1.0, trust: Trust = Trust.graded) -> list[Record]:
    """One answer to every check of an activity that is on no branch."""
    return [
        attempt(f"{where.id}/{c.id}", score, hours=hours + n / 60, standards=c.standards, unit=where.unit, trust=trust)
        for n, c in enumerate(where.checks)
        if c.branch is None
    ]


# -- Activities ---------------------------------------------------------------------------------------------------------------


def test_a_new_student_begins_at_the_beginning() -> None:
    found = path(course(activity("a", *checks(2)), activity("b", *checks(2, "S2"))))
    assert names(found)[0] == "a"
    assert found.next[0].reason.text == "A good place to begin."
    assert state(found, "a") is StepState.recommended
    assert not found.complete


def test_an_activity_is_done_when_every_check_was_once_passed() -> None:
    a = activity("a", *checks(2), teaches=["S1"])
    found = path(course(a), [*passes(a), attempt("a/c1", 0, hours=9)])
    assert (state(found, "a"), step(found, "a").passed, step(found, "a").checks) == (StepState.done, 2, 2)
    assert step(found, "a").reason.text == "All its 2 checks are passed."


def test_a_begun_activity_comes_before_new_ones_and_says_what_is_left() -> None:
    found = path(course(activity("a", *checks(2)), activity("b", *checks(3, "S2"))), [attempt("b/c1", standards=("S2",))])
    assert names(found) == ["b", "a"]
    assert found.next[0].reason.text == "You have begun this; 2 checks to go."


def test_asking_for_a_hint_is_a_beginning() -> None:
    hint = HintShown(id="hint", course="course", student=STUDENT, at=at(0), trust=Trust.local, activity="b", check="c1", rung=1)
    assert names(path(course(activity("a", *checks(2)), activity("b", *checks(3, "S2"))), [hint]))[0] == "b"


def test_who_has_everything_an_activity_teaches_has_tested_out() -> None:
    found = path(course(activity("a", *checks(3)), activity("b", *checks(2, "S2"))), [override("S1", Level.proficient)])
    assert step(found, "a").reason.text == "You already have what this teaches: “Skill S1”."
    assert (state(found, "a"), names(found)) == (StepState.done, ["b"])


def test_nobody_tests_out_of_work_that_a_person_judges() -> None:
    project = activity("project", check("c1", "S1"), check("essay", "S1", manual=True))
    found = path(course(project), [override("S1", Level.mastered)])
    assert state(found, "project") is StepState.recommended


def test_work_judged_by_a_person_passes_from_half_the_points() -> None:
    project = activity("project", check("essay", "S1", manual=True))
    assert state(path(course(project), [attempt("project/essay", 0.4)]), "project") is not StepState.done
    assert state(path(course(project), [attempt("project/essay", 0.5)]), "project") is StepState.done


def test_work_waiting_for_a_person_is_not_pressed_on_the_student() -> None:
    project = activity("project", check("essay", "S1", manual=True))
    records = [attempt("project/essay", 0, verdict=Verdict.waiting)]
    found = path(course(project, activity("b", *checks(2, "S2"))), records)
    assert names(found) == ["b"]
    assert step(found, "project").reason.text == "You have handed this in; your teacher has yet to look at it."
    assert names(path(course(project), records)) == ["project"]


def test_a_probe_is_settled_by_any_answer() -> None:
    probes = activity("start", check("p1", "S1", role="probe"), check("p2", "S2", role="probe"))
    found = path(course(probes), passes(probes, score=0))
    assert (state(found, "start"), step(found, "start").passed) == (StepState.done, 0)
    assert step(found, "start").reason.text == "All its 2 questions are answered."


def test_a_challenge_need_not_be_solved() -> None:
    a = activity("a", check("c1", "S1"), check("hard", "S1", role="challenge"))
    assert state(path(course(a), [attempt("a/c1")]), "a") is StepState.done


def test_an_activity_without_checks_blocks_nobody() -> None:
    reading = activity("reading")
    b = activity("b", *checks(1))
    found = path(course(reading, b), passes(b))
    assert (found.complete, state(found, "reading")) == (True, StepState.optional)
    assert step(found, "reading").reason.text == "Nothing to hand in here; read it whenever you like."


def test_a_reflection_makes_a_reading_done() -> None:
    reading = activity("reading", reflections=(ReflectionPoint(id="r1", role="reflect"),))
    assert state(path(course(reading), [reflected("I liked it.", activity="reading")]), "reading") is StepState.done


def test_practice_opens_nothing_that_counts_and_counts_when_asked_for() -> None:
    a = activity("a", *checks(2))
    local = passes(a, trust=Trust.local)
    assert state(path(course(a), local), "a") is StepState.recommended
    assert state(path(course(a), local, basis=Basis.practice), "a") is StepState.done


# -- Readiness ----------------------------------------------------------------------------------------------------------------

CHAIN = (standard("S1"), standard("S2", "S1"), standard("S3"))


def test_a_shaky_prerequisite_is_named_and_its_activity_comes_first() -> None:
    later, earlier = activity("later", *checks(2, "S2")), activity("earlier", *checks(2, "S1"))
    found = path(course(later, earlier, standards=CHAIN), [attempt("later/c1", 0, standards=("S2",))])
    assert names(found)[0] == "earlier"
    assert found.next[0].reason.text == "It makes “Skill S1” steady, which “Activity later” builds on."
    assert state(found, "later") in (StepState.ready, StepState.recommended)


def test_an_activity_is_never_locked_by_a_shaky_prerequisite() -> None:
    found = path(course(activity("earlier", *checks(2, "S1")), activity("later", *checks(2, "S2")), standards=CHAIN))
    assert names(found) == ["earlier"]
    assert state(found, "later") is StepState.ready
    assert step(found, "later").reason.text == (
        "It builds on “Skill S1”; get that steady first, or come back to it if you get stuck."
    )


def test_a_diagnostic_builds_on_nothing() -> None:
    start = activity("start", check("p1", "S2", role="probe"))
    found = path(course(start, activity("earlier", *checks(2, "S1")), standards=CHAIN))
    assert found.next[0].reason.text == "A good place to begin."
    assert names(found) == ["start", "earlier"]


def test_a_prerequisite_that_the_course_does_not_assess_holds_nobody_up() -> None:
    found = path(course(activity("later", *checks(2, "S2")), standards=CHAIN))
    assert found.next[0].reason.text == "A good place to begin."


def test_what_one_is_ready_for_says_why() -> None:
    first, later = activity("first", *checks(1, "S1")), activity("later", *checks(2, "S2"))
    found = path(course(first, later, standards=CHAIN, policy=ONCE), passes(first))
    assert found.next[0].reason.text == "You are ready for this, because you know “Skill S1”."


# -- Forks between activities -------------------------------------------------------------------------------------------------

SPORT = activity("in-sport", *checks(2), interests=("sport",))
MUSIC = activity("in-music", *checks(2))
WORLD = fork("world", option("sport", SPORT, interests=("sport",)), option("music", MUSIC, interests=("music",), format="visual"))


def test_before_a_choice_the_choice_itself_is_next() -> None:
    found = path(course(WORLD))
    assert [(s.step, s.option, s.reason.text) for s in found.next] == [("world", "", "Here you choose your own way.")]
    assert (state(found, "world"), step(found, "world").title) == (StepState.recommended, "Which way, world?")
    assert {state(found, "in-sport"), state(found, "in-music")} == {StepState.ready}
    assert not step(found, "in-sport").required


def test_the_option_that_fits_is_named_with_its_why() -> None:
    found = path(course(WORLD), profile=Profile(interests=("music", "chess"), formats=(Format.visual,)))
    assert found.next[0].option == "music"
    assert found.next[0].reason.text == "Here you choose your own way; “Way music” goes with what you like: music and pictures."


def test_an_option_suggested_by_the_author_is_named_with_its_why() -> None:
    ways = fork("world", option("a", SPORT), option("b", MUSIC, suggest_when=StandardBelow(standard="S1", below=Level.familiar)))
    found = path(course(ways), profile=Profile(interests=("sport",)))
    assert found.next[0].option == "b"
    assert found.next[0].reason.text.endswith("suggested because you are not yet familiar with “Skill S1”.")


def test_who_has_begun_a_way_without_saying_so_is_asked_about_it() -> None:
    assert path(course(WORLD), [attempt("in-sport/c1")]).next[0].option == "sport"


def test_after_a_choice_the_other_way_is_off_the_path_and_still_open() -> None:
    found = path(course(WORLD), [chose("world", "music")])
    assert names(found) == ["in-music"]
    other = step(found, "in-sport")
    assert (other.state, other.on_path, other.required, other.branch) == (StepState.optional, False, False, "world/sport")
    assert other.reason.text == "You chose “Way music” instead; you can still change your mind."
    assert (state(found, "world"), step(found, "world").chosen) == (StepState.ready, ("music",))
    assert step(found, "world").reason.text == "You chose “Way music”; 0 of 1 activity done."


def test_the_way_not_taken_is_not_shown_as_done_for_being_tested_out() -> None:
    found = path(course(WORLD), [chose("world", "music"), override("S1", Level.proficient)])
    assert (state(found, "in-music"), state(found, "in-sport")) == (StepState.done, StepState.optional)


def test_a_fork_is_done_when_the_way_taken_is_done() -> None:
    found = path(course(WORLD), [chose("world", "music"), *passes(MUSIC)])
    assert (state(found, "world"), found.complete) == (StepState.done, True)


def test_the_latest_choice_holds() -> None:
    found = path(course(WORLD), [chose("world", "music", hours=2), chose("world", "sport", hours=1)])
    assert step(found, "world").chosen == ("music",)


def test_a_choice_of_what_is_not_offered_is_no_choice() -> None:
    assert step(path(course(WORLD), [chose("world", "football")]), "world").chosen == ()


def test_more_options_than_may_be_picked_are_cut() -> None:
    assert step(path(course(WORLD), [chose("world", "music", "sport")]), "world").chosen == ("music",)


def test_a_fork_of_two_asks_for_the_second() -> None:
    both = fork("world", *WORLD.options, pick=2)
    found = path(course(both), [chose("world", "music"), *passes(MUSIC)])
    assert names(found) == ["world"]
    assert step(found, "world").reason.text == "Here you choose your own way."
    assert path(course(both), [chose("world", "music", "sport"), *passes(MUSIC), *passes(SPORT)]).complete


def test_all_the_work_of_a_way_without_a_word_makes_the_choice_needless() -> None:
    found = path(course(WORLD), passes(MUSIC))
    assert (state(found, "world"), found.complete) == (StepState.done, True)


# -- Forks and gates inside a notebook ----------------------------------------------------------------------------------------

REP = Fork(id="rep", prompt="How?", options=(Option(id="graph", title="Graph"), Option(id="table", title="Table")))
INSIDE = activity("inside", check("c1"), check("g", branch="rep/graph"), check("t", branch="rep/table"), REP)


def test_only_the_checks_of_the_way_taken_are_needed() -> None:
    found = path(course(INSIDE), [attempt("inside/c1"), attempt("inside/t"), chose("rep", "table")])
    assert (state(found, "inside"), step(found, "inside").checks) == (StepState.done, 2)
    assert step(found, "rep").reason.text == "You chose “Table”; you can still change your mind."


def test_an_activity_with_an_open_choice_is_not_done() -> None:
    found = path(course(INSIDE), [attempt("inside/c1")])
    assert found.next[0].reason.text == "You have begun this; there is a choice for you inside."
    assert state(found, "rep") is StepState.recommended


def test_a_choice_that_decides_no_check_does_not_hold_up() -> None:
    found = path(course(activity("inside", check("c1"), REP)), [attempt("inside/c1")])
    assert (state(found, "inside"), state(found, "rep")) == (StepState.done, StepState.done)


def test_a_gate_opens_with_its_condition_and_says_what_it_needs() -> None:
    held = activity("held", check("c1", "S2"), gate("g", S1_HAD))
    had = activity("earlier", *checks(1))
    shut = path(course(had, held, policy=ONCE))
    assert (state(shut, "g"), state(shut, "held")) == (StepState.locked, StepState.recommended)
    assert step(shut, "g").reason.text == "Opens when you are proficient in “Skill S1” (now: not started)."
    opened = path(course(had, held, policy=ONCE), passes(had))
    assert (state(opened, "g"), step(opened, "g").reason.text) == (
        StepState.done,
        "Open, because you are proficient in “Skill S1”.",
    )


def test_a_soft_gate_lets_go() -> None:
    found = path(course(activity("held", check("c1", "S2"), gate("g", S1_HAD, soft=True))))
    assert step(found, "g").reason.text.endswith("; you may also go on and come back.")


def test_who_stands_before_a_hard_gate_is_sent_to_what_opens_it() -> None:
    earlier = activity("earlier", *checks(2))
    held = activity("held", check("c1", "S2"), check("c2", "S2"), gate("g", S1_HAD))
    found = path(course(earlier, held), [*passes(earlier), attempt("held/c1", standards=("S2",), hours=2)])
    assert found.next[0].step == "earlier"
    assert found.next[0].reason.text == (
        "Try “Activity earlier” again: right answers on “Skill S1” open the next part of “Activity held”."
    )


# -- Locked steps -------------------------------------------------------------------------------------------------------------


def test_a_locked_activity_says_what_opens_it() -> None:
    a, b = activity("a", *checks(2)), activity("b", *checks(2, "S2"), opens_when=ActivityDone(done="a"))
    found = path(course(a, b))
    assert (state(found, "b"), step(found, "b").reason.text) == (StepState.locked, "Opens when “Activity a” is done.")
    assert state(path(course(a, b), passes(a)), "b") is StepState.recommended


def test_nobody_is_stuck_before_a_lock_done_activities_are_suggested_again() -> None:
    a, b = activity("a", *checks(2)), activity("b", *checks(2, "S2"), opens_when=S1_HAD)
    found = path(course(a, b), passes(a))
    assert (state(found, "a"), state(found, "b")) == (StepState.done, StepState.locked)
    assert [(s.step, s.reason.text) for s in found.next] == [
        ("a", "Try “Activity a” again: right answers on “Skill S1” open “Activity b”.")
    ]


def test_a_lock_on_a_check_of_the_other_way_asks_to_think_again() -> None:
    locked = activity("b", *checks(1, "S2"), opens_when=CheckPassed(check="inside/g"))
    done = [attempt("inside/c1"), attempt("inside/t"), chose("rep", "table")]
    found = path(course(INSIDE, locked), done)
    assert (found.next[0].step, found.next[0].option) == ("inside", "graph")
    assert found.next[0].reason.text == "Think again about this choice: “Graph” opens “Activity b”."


def test_a_lock_on_a_choice_asks_to_think_again() -> None:
    locked = activity("b", *checks(1, "S2"), opens_when=ChoiceIs(choice="world/sport"))
    found = path(course(WORLD, locked), [chose("world", "music"), *passes(MUSIC)])
    assert (found.next[0].step, found.next[0].option) == ("world", "sport")


def test_the_way_out_goes_through_an_optional_activity_and_what_locks_that() -> None:
    a = activity("a", *checks(2))
    extra = activity("extra", *checks(3, "S2"), optional=True, opens_when=S1_HAD)
    last = activity("last", *checks(1, "S3"), opens_when=ActivityDone(done="extra"))
    assert names(path(course(a, extra, last), passes(a))) == ["a"]
    ready = path(course(a, extra, last), [*passes(a), override("S1", Level.proficient)])
    assert ready.next[0].reason.text == "Finish “Activity extra”: that opens “Activity last”."


def test_a_choice_whose_every_way_is_locked_is_locked() -> None:
    ways = fork("ways", option("x", activity("x", *checks(1, "S2"), opens_when=S1_HAD)))
    a = activity("a", *checks(2))
    found = path(course(a, ways), passes(a))
    assert (state(found, "ways"), names(found)) == (StepState.locked, ["a"])


def test_where_a_course_is_broken_the_student_is_told_to_ask() -> None:
    never = activity("b", *checks(2), opens_when=StandardAtLeast(standard="S5", at_least=Level.familiar))
    found = path(course(never))
    assert names(found) == ["b"]
    assert found.next[0].reason.text == (
        "Ask your teacher about this: it opens when you are familiar with “Skill S5” (now: not started)."
    )


# -- Optional activities and the end ------------------------------------------------------------------------------------------

MEND = activity("mend", *checks(2), optional=True, suggest_when=StandardBelow(standard="S1", below=Level.familiar))
AHEAD = activity("ahead", *checks(2), optional=True, suggest_when=S1_HAD)


def test_a_remedial_activity_is_suggested_first_with_its_why() -> None:
    tried = [attempt("a/c1", 0, standards=("S2",)), attempt("mend/c1", 0, hours=1)]
    found = path(course(activity("a", *checks(2, "S2")), MEND), tried)
    assert names(found)[0] == "mend"
    assert found.next[0].reason.text == "Suggested because you are not yet familiar with “Skill S1”."
    assert not step(found, "mend").required


def test_what_nobody_has_looked_at_yet_is_no_weakness() -> None:
    found = path(course(activity("a", *checks(2, "S2")), MEND))
    assert (state(found, "mend"), names(found)) == (StepState.optional, ["a"])


def test_a_lack_counts_once_something_begun_builds_on_it() -> None:
    later = activity("later", *checks(2, "S2"))
    found = path(course(later, MEND, standards=CHAIN), [attempt("later/c1", 0, standards=("S2",))])
    assert names(found)[0] == "mend"


def test_an_activity_for_those_ahead_ranks_behind_what_is_required_whatever_it_teaches() -> None:
    ahead = activity("ahead", *checks(2, "S1", "S4"), optional=True, suggest_when=S1_HAD)
    found = path(course(ahead, activity("a", *checks(2, "S2"))), [override("S1", Level.proficient)])
    assert names(found) == ["a", "ahead"]


def test_a_reading_suggested_to_mend_does_not_stand_before_what_can_be_done() -> None:
    reading = activity("reading", optional=True, suggest_when=StandardBelow(standard="S1", below=Level.familiar))
    found = path(course(reading, activity("a", *checks(2))), [attempt("a/c1", 0)])
    assert names(found) == ["a", "reading"]


def test_an_activity_for_those_ahead_is_in_sight_before_the_end() -> None:
    rest = [activity(f"b{n}", *checks(2, "S2")) for n in range(4)]
    found = path(course(*rest, AHEAD), [override("S1", Level.proficient)])
    assert names(found) == ["b0", "b1", "ahead"]
    assert state(found, "ahead") is StepState.recommended


def test_an_extra_that_is_not_suggested_stays_in_the_background() -> None:
    found = path(course(activity("a", *checks(2)), AHEAD))
    assert (state(found, "ahead"), names(found)) == (StepState.optional, ["a"])


def test_suggested_extras_do_not_hide_that_the_way_on_is_locked() -> None:
    a, b = activity("a", *checks(2)), activity("b", *checks(1, "S3"), opens_when=S1_HAD)
    extra = activity("extra", check("c1", "S2"), optional=True, suggest_when=ActivityDone(done="a"))
    found = path(course(a, b, extra), [*passes(a), override("S2", Level.proficient)])
    assert names(found) == ["a", "extra"]


def test_when_everything_required_is_done_what_is_left_is_offered() -> None:
    a, plain = activity("a", *checks(2)), activity("plain", *checks(2, "S2"), optional=True)
    found = path(course(a, plain, MEND), [*passes(a)])
    assert found.complete
    assert [(s.step, s.reason.text) for s in found.next] == [
        ("plain", "You have done everything required; this is extra, if you like.")
    ]


def test_when_nothing_is_left_the_weakest_is_looked_at_again() -> None:
    a, b = activity("a", *checks(3)), activity("b", *checks(2, "S2"))
    found = path(course(a, b, review=NoReview()), [*passes(a), *passes(b, hours=2)])
    assert found.complete
    assert [(s.step, s.reason.text) for s in found.next] == [
        ("b", "You have done everything; look at this again to keep “Skill S2” fresh.")
    ]


def test_an_empty_course_is_complete_and_has_nothing_next() -> None:
    assert path(course()) == Path(steps=(), next=(), complete=True)


# -- Interests ----------------------------------------------------------------------------------------------------------------


def test_interests_reorder_within_a_unit_and_say_so() -> None:
    found = path(
        course(activity("a", *checks(1)), activity("b", *checks(1, "S2"), interests=("sport",))),
        profile=Profile(interests=("sport",)),
    )
    assert names(found) == ["b", "a"]
    assert found.next[0].reason.text == "Next in “Unit one”, and it goes with what you like: sport."


def test_interests_do_not_reorder_units() -> None:
    units = (
        Unit(id="u1", title="Unit one", nodes=(activity("a", *checks(1)),)),
        Unit(id="u2", title="Unit two", nodes=(activity("b", *checks(1, "S2"), unit="u2", interests=("sport",)),)),
    )
    assert names(path(course(units=units), profile=Profile(interests=("sport",)))) == ["a", "b"]


def test_steps_stand_in_course_order_with_what_is_inside_them() -> None:
    found = path(course(activity("a", check("c1"), REP, gate("g", S1_HAD)), WORLD))
    assert [(s.kind, s.id, s.activity) for s in found.steps] == [
        ("activity", "a", "a"),
        ("fork", "rep", "a"),
        ("gate", "g", "a"),
        ("fork", "world", ""),
        ("activity", "in-sport", "in-sport"),
        ("activity", "in-music", "in-music"),
    ]
