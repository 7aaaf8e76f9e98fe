"""A course on a student's machine: units put together, what came back, what is kept and what is refused."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from plnb.core.base import Level, Trust
from plnb.core.news import NewAttempt, NewChoice, NewFeeling, NewGoal, NewGoingOn, NewHint, NewRecord, NewReflection
from plnb.core.policy import Latest, Mastery, Streak
from plnb.core.profile import Profile
from plnb.core.records import Attempt, ChoiceMade, GoalSet, HintShown, Verdict
from plnb.core.steps import StepState
from plnb.core.student import GradedLevel, StudentView
from plnb.core.student_view import graded_levels
from plnb.errors import CourseFileError, FormatTooNewError, NotFoundError, ReadOnlyError, RecordError
from plnb.store.profiles import profile_file, read_profile, write_profile
from plnb.store.student_folder import open_course, user_name
from tests.server.desk import COURSE, feedback, graded, put

NOW = datetime(2026, 9, 3, 12, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return put(tmp_path / "served" / "lines").parent


def view(root: Path, path: str = "lines/one/walk.ipynb", now: datetime = NOW, profile: Profile = Profile()) -> StudentView:
    return open_course(root / path, within=root).view(now=now, profile=profile)


def tell(root: Path, *news: NewRecord, path: str = "lines/one/walk.ipynb", now: datetime = NOW) -> StudentView:
    course = open_course(root / path, within=root)
    course.tell(news, now=now)
    return view(root, path, now)


def test_units_that_came_alone_are_one_course_in_its_order(root: Path) -> None:
    course = open_course(root / "lines" / "two" / "run.ipynb", within=root)
    assert [unit.id for unit in course.course.units] == ["one", "two"]
    assert (course.unit, course.activity) == ("two", "run")
    assert list(course.course.standards.by_code) == ["S.1", "S.2"]


def test_one_unit_alone_is_a_course_too(tmp_path: Path) -> None:
    put(tmp_path, "two")
    seen = open_course(tmp_path / "two").view(now=NOW)
    assert [unit.id for unit in seen.report.units] == ["two"]


def test_the_folder_above_shows_the_course_without_a_unit(root: Path) -> None:
    seen = view(root, "lines")
    assert (seen.course, seen.unit, seen.activity) == ("lines", "", "")
    assert seen.folders == {"one": "lines/one", "two": "lines/two"}


def test_places_say_where_each_step_opens(root: Path) -> None:
    (root / "lines" / "two" / "swim.ipynb").unlink()
    places = {place.step: place for place in view(root).places}
    assert places["walk"].path == "lines/one/walk.ipynb"
    assert (places["rep"].path, places["rep"].cell) == ("lines/one/walk.ipynb", "rep")
    assert (places["soft"].kind, places["soft"].cell) == ("gate", "soft")
    assert (places["where"].path, places["where"].cell) == ("", "")
    assert places["swim"].path == ""


def test_a_notebook_under_another_name_still_shows_its_course(root: Path) -> None:
    seen = view(root, "lines/one/walk-Copy1.ipynb")
    assert (seen.unit, seen.activity) == ("one", "")


def test_passing_a_check_in_the_own_kernel_opens_what_comes_next_and_is_not_credit(root: Path) -> None:
    before = {step.id: step for step in view(root).report.path.steps}
    assert before["run"].state is StepState.locked
    assert before["soft"].state is StepState.locked
    seen = tell(root, NewAttempt(activity="walk", check="slope"))
    after = {step.id: step for step in seen.report.path.steps}
    assert after["run"].state is not StepState.locked
    assert after["soft"].state is StepState.done
    (standard, _) = seen.report.standards
    assert (standard.practice.counted, standard.credit.counted) == (1, 0)
    assert "counts once" in seen.trust


def test_everything_a_screen_may_say_is_in_the_next_view(root: Path) -> None:
    seen = tell(
        root,
        NewHint(activity="walk", check="slope", rung=1),
        NewAttempt(activity="walk", check="slope", error="AssertionError", message="Two metres in each second."),
        NewChoice(fork="rep", options=("table",)),
        NewChoice(fork="where", options=("water",)),
        NewGoal(goal="aim", text="Read <any> graph.", standard="S.1", by=NOW + timedelta(days=9)),
        NewReflection(activity="walk", prompt="how", text="Good."),
        NewFeeling(standard="S.1", level="familiar"),  # type: ignore[arg-type]
        NewGoingOn(activity="walk", gate="soft", note="I know this."),
    )
    (check,) = seen.checks
    assert (check.tries, check.passed, check.latest, check.hints) == (1, False, Verdict.failed, 1)
    assert check.message == "Two metres in each second."
    assert {choice.fork: choice.options for choice in seen.choices} == {"rep": ("table",), "where": ("water",)}
    assert [(goal.goal, goal.text, goal.title) for goal in seen.goals] == [("aim", "Read <any> graph.", "Slope")]
    assert [(r.prompt, r.question, r.text) for r in seen.reflections] == [("how", "How was it?", "Good.")]
    assert [(feeling.standard, feeling.level) for feeling in seen.feelings] == [("S.1", "familiar")]
    assert seen.gates_passed == ("soft",)
    assert [record.text for record in reversed(seen.records)] == [
        "You looked at hint 1 of “How steep?” in “A walk”.",
        "You tried “How steep?” in “A walk”: not yet right.",
        "You chose “As a table”.",
        "You chose “In water”.",
        "Your goal: Read <any> graph.",
        "You wrote in “A walk”: Good.",
        "You said how you feel about “Slope”: familiar.",
        "You went on in “A walk” before it was advised: I know this.",
    ]


def test_it_is_kept_where_it_belongs(root: Path) -> None:
    tell(
        root,
        NewChoice(fork="where", options=("water",)),
        NewAttempt(activity="run", check="pace"),
        NewGoal(goal="own", text="Mine."),
    )
    found = {path.relative_to(root / "lines").as_posix() for path in root.rglob("*.jsonl")}
    assert found == {"two/journal/me.jsonl", "two/journal/run.jsonl", "one/journal/me.jsonl"}


def test_an_attempt_knows_what_was_before_it(root: Path) -> None:
    tell(root, NewHint(activity="walk", check="slope", rung=1), NewHint(activity="walk", check="slope", rung=1))
    tell(root, NewHint(activity="walk", check="slope", rung=2), now=NOW + timedelta(minutes=1))
    tell(root, NewAttempt(activity="walk", check="slope", error="AssertionError"), now=NOW + timedelta(minutes=2))
    tell(root, NewAttempt(activity="walk", check="slope", score=0.5), now=NOW + timedelta(minutes=3))
    tries = [r for r in open_course(root / "lines/one", within=root).own() if isinstance(r, Attempt)]
    assert [(a.hints, a.attempt, a.verdict, a.points, a.max_points) for a in tries] == [
        (2, 1, Verdict.failed, 0, 2),
        (2, 2, Verdict.partial, 1, 2),
    ]
    assert all((a.unit, a.standards, a.trust) == ("one", ("S.1",), Trust.local) for a in tries)


@pytest.mark.parametrize("error", ["NameError", "NotImplementedError", "SyntaxError"])
def test_a_check_that_had_nothing_to_look_at_is_no_wrong_answer(root: Path, error: str) -> None:
    seen = tell(root, NewAttempt(activity="walk", check="slope", error=error))
    (check,) = seen.checks
    assert (check.tries, check.latest) == (0, Verdict.not_attempted)
    assert seen.report.standards[0].practice.counted == 0


def test_what_happens_in_the_future_happens_now_and_the_past_stays(root: Path) -> None:
    tell(root, NewGoal(goal="g", text="a", at=NOW + timedelta(days=9)), NewGoal(goal="h", text="b", at=NOW - timedelta(days=1)))
    at = {r.goal: r.at for r in open_course(root / "lines/one", within=root).own() if isinstance(r, GoalSet)}
    assert at == {"g": NOW, "h": NOW - timedelta(days=1)}


def test_the_same_key_is_the_same_happening(root: Path) -> None:
    once = NewHint(activity="walk", check="slope", rung=1, key="k-1")
    tell(root, once)
    tell(root, once, NewHint(activity="walk", check="slope", rung=2, key="k-1"), now=NOW + timedelta(hours=1))
    hints = [r for r in open_course(root / "lines/one", within=root).own() if isinstance(r, HintShown)]
    assert [(hint.rung, hint.at) for hint in hints] == [(1, NOW), (2, NOW + timedelta(hours=1))]


def test_a_change_of_mind_holds_and_can_be_taken_back(root: Path) -> None:
    tell(root, NewChoice(fork="rep", options=("table",)))
    seen = tell(root, NewChoice(fork="rep", options=("graph",)), now=NOW + timedelta(seconds=1))
    assert [choice.options for choice in seen.choices] == [("graph",)]
    seen = tell(root, NewChoice(fork="rep", options=()), now=NOW + timedelta(seconds=2))
    assert seen.choices == ()
    assert len([r for r in open_course(root / "lines/one", within=root).own() if isinstance(r, ChoiceMade)]) == 3


REFUSED: dict[str, NewRecord] = {
    "no such notebook": NewAttempt(activity="fly", check="slope"),
    "no such check": NewAttempt(activity="walk", check="pace"),
    "no such hint": NewHint(activity="walk", check="slope", rung=4),
    "no such fork": NewChoice(fork="nope", options=()),
    "no such option": NewChoice(fork="rep", options=("song",)),
    "too many": NewChoice(fork="rep", options=("graph", "table")),
    "no such standard": NewGoal(goal="g", text="x", standard="S.9"),
    "no such feeling": NewFeeling(standard="S.9", level="familiar"),  # type: ignore[arg-type]
    "no such gate": NewGoingOn(activity="walk", gate="nope"),
    "a gate that holds": NewGoingOn(activity="walk", gate="hard"),
    "no such place": NewReflection(activity="fly", prompt="how", text="x"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_the_course_does_not_have_is_refused_and_nothing_is_kept(root: Path, what: str) -> None:
    with pytest.raises(RecordError) as error:
        tell(root, NewHint(activity="walk", check="slope", rung=1), REFUSED[what])
    assert error.value.message.endswith(".")
    assert list(root.rglob("journal")) == []


def test_a_record_can_be_taken_out_of_whichever_journal_has_it(root: Path) -> None:
    seen = tell(root, NewGoal(goal="own", text="My secret."), NewReflection(activity="walk", prompt="how", text="Good."))
    course = open_course(root / "lines/two", within=root)
    course.forget(next(record.id for record in seen.records if record.kind == "goal_set"))
    assert [record.kind for record in view(root).records] == ["reflected"]
    assert not any(b"My secret" in path.read_bytes() for path in root.rglob("*") if path.is_file())
    with pytest.raises(NotFoundError):
        course.forget("not-there")


def test_what_came_back_graded_counts_and_names_the_student(root: Path) -> None:
    feedback(root / "lines" / "one", graded())
    tell(root, NewAttempt(activity="walk", check="slope", error="AssertionError"))
    seen = view(root)
    assert seen.student == "ada"
    assert seen.report.standards[0].credit.counted == 1
    (check,) = seen.checks
    assert (check.graded, check.latest) == (Verdict.passed, Verdict.failed)
    (page,) = seen.feedback
    assert (page.kind, page.activity, page.path) == (
        "feedback",
        "walk",
        "lines/one/feedback/2026-09-02 10:00:00.000000 UTC/walk.html",
    )
    assert page.at == datetime(2026, 9, 2, 10, tzinfo=UTC)


def test_levels_that_came_back_hold_although_the_rules_did_not_come(root: Path) -> None:
    strict, kind = Mastery(policy=Streak(n=9, distinct=3)), Mastery(policy=Latest(proficient_at=0.5, distinct=1))
    own = [graded()]
    assert [level.level for level in graded_levels(COURSE.model_copy(update={"mastery": strict}), own, now=NOW)] == ["familiar"]
    levels = graded_levels(COURSE.model_copy(update={"mastery": kind}), own, now=NOW)
    assert [(level.standard, level.level) for level in levels] == [("S.1", "proficient")]
    assert {step.id: step.state for step in view(root).report.path.steps}["hard"] is StepState.locked
    feedback(root / "lines" / "one", *own, levels=levels)
    for error in ("", "AssertionError"):
        seen = tell(root, NewAttempt(activity="walk", check="slope", error=error))
        (slope, pace) = seen.report.standards
        assert (slope.credit.level, slope.practice.level) == (Level.proficient, Level.proficient)
        assert slope.credit.reason.text == "When this was last graded you were at “proficient”."
        assert [answer.trust for answer in slope.evidence] == [Trust.local] * (len(slope.evidence) - 1) + [Trust.graded]
        assert pace.credit.level is Level.not_started
        assert {step.id: step.state for step in seen.report.path.steps}["hard"] is StepState.done


def test_the_latest_grading_decides_and_somebody_elses_says_nothing(root: Path) -> None:
    def level(said: Level) -> GradedLevel:
        return GradedLevel(standard="S.1", level=said, toward=0.5)

    feedback(root / "lines" / "one", graded(), levels=[level(Level.mastered)], stamp="2026-09-02 10:00:00 UTC")
    feedback(root / "lines" / "one", graded(), levels=[level(Level.familiar)], stamp="2026-09-01 10:00:00 UTC")
    assert view(root).report.standards[0].credit.level is Level.mastered
    feedback(root / "lines" / "one", graded(student="bob"), levels=[level(Level.attempted)], name="run")
    assert view(root).report.standards[0].credit.level is Level.not_started


def test_what_goes_back_of_a_level_tells_nothing_of_its_rule() -> None:
    assert set(GradedLevel.model_fields) == {"standard", "level", "toward", "since", "lapsed", "review_due"}


def test_of_several_feedbacks_the_newest_page_shows_and_all_records_stay(root: Path) -> None:
    feedback(root / "lines" / "one", graded(verdict=Verdict.failed), stamp="2026-09-01 10:00:00 UTC")
    feedback(root / "lines" / "one", graded(), stamp="2026-09-02 10:00:00 UTC")
    feedback(root / "lines" / "one", name="progress", stamp="2026-09-02 10:00:00 UTC")
    seen = view(root)
    assert sorted((page.kind, page.at.day) for page in seen.feedback) == [("feedback", 2), ("progress", 2)]
    assert seen.report.standards[0].credit.counted == 2


@pytest.mark.parametrize("raw", ["{", "[1]", '{"records": [{"kind": "attempt"}]}', '{"records": null}', "[" * 100_000, '"x"', "{}"])
def test_feedback_that_cannot_be_read_is_shown_and_said(root: Path, raw: str) -> None:
    feedback(root / "lines" / "one", raw=raw)
    seen = view(root)
    assert len(seen.feedback) == 1
    assert [problem.code for problem in seen.problems] == ["feedback-unread"]


def test_feedback_makes_no_student_out_of_two_and_no_teacher_out_of_a_student(root: Path) -> None:
    feedback(root / "lines" / "one", graded(trust=Trust.local))
    assert view(root).checks == ()
    feedback(root / "lines" / "one", graded(student="bob"), graded(student="ada"))
    seen = view(root)
    assert seen.student == user_name()
    assert seen.checks == ()
    assert [problem.code for problem in seen.problems] == ["feedback-of-others"]


def test_a_student_who_grades_themselves_in_the_journal_gets_no_credit(root: Path) -> None:
    journal = root / "lines" / "one" / "journal" / "walk.jsonl"
    journal.parent.mkdir()
    journal.write_text(graded(student=user_name()).model_dump_json() + "\n")
    seen = view(root)
    assert (seen.report.standards[0].credit.counted, seen.report.standards[0].practice.counted) == (0, 1)


def test_a_newer_unit_beside_is_left_out_with_a_sentence(root: Path) -> None:
    bundle = root / "lines" / "two" / "course.json"
    bundle.write_text(json.dumps({**json.loads(bundle.read_text()), "schema_version": 9}))
    seen = view(root)
    assert [unit.id for unit in seen.report.units] == ["one"]
    (problem,) = seen.problems
    assert (problem.code, problem.text[:7]) == ("format-too-new", "“two” i")
    assert "upgrade" in problem.mend.lower()
    with pytest.raises(FormatTooNewError):
        view(root, "lines/two/run.ipynb")


def test_a_damaged_unit_says_so(root: Path) -> None:
    (root / "lines" / "one" / "course.json").write_text("{")
    with pytest.raises(CourseFileError):
        view(root)
    assert [problem.code for problem in view(root, "lines/two").problems] == ["course-file"]


def test_a_folder_without_a_course_says_so(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nb.ipynb", tmp_path / "no" / "where.ipynb", tmp_path / ("y" * 300) / "nb.ipynb"):
        with pytest.raises(NotFoundError) as error:
            open_course(place)
        assert error.value.message == "There is no course here."


def test_another_course_beside_stays_another(root: Path) -> None:
    other = root / "lines" / "zz"
    other.mkdir()
    bundle = json.loads((root / "lines" / "one" / "course.json").read_text())
    (other / "course.json").write_text(json.dumps({**bundle, "id": "other"}))
    assert [unit.id for unit in view(root).report.units] == ["one", "two"]
    assert view(root, "lines/zz").course == "other"


def test_a_second_copy_of_a_unit_is_the_one_that_is_open(root: Path) -> None:
    copy = root / "lines" / "one (2)"
    copy.mkdir()
    for name in ("course.json", "walk.ipynb"):
        (copy / name).write_bytes((root / "lines" / "one" / name).read_bytes())
    assert view(root).folders["one"] == "lines/one"
    assert view(root, "lines/one (2)/walk.ipynb").folders["one"] == "lines/one (2)"


def test_nothing_outside_what_is_served_is_looked_at(root: Path, tmp_path: Path) -> None:
    put(tmp_path / "elsewhere")
    (root / "lines" / "two" / "course.json").unlink()
    (root / "lines" / "three").symlink_to(tmp_path / "elsewhere" / "two")
    assert [unit.id for unit in view(root).report.units] == ["one"]
    only = open_course(root / "lines" / "one", within=root / "lines" / "one")
    assert list(only.units) == ["one"]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")
def test_a_folder_that_may_only_be_read_still_shows_where_one_stands(root: Path) -> None:
    for folder in (root, *root.parents[:3], root / "lines", root / "lines" / "one"):
        folder.chmod(0o755)
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.setuid(65534)
            seen = view(root)
            assert not seen.writable
            assert [problem.code for problem in seen.problems] == ["read-only"]
            assert seen.report.units
            try:
                tell(root, NewAttempt(activity="walk", check="slope"))
            except ReadOnlyError:
                code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_likes_advise_on_a_choice_and_only_that(root: Path) -> None:
    assert view(root).advice == ()
    (advice,) = view(root, profile=Profile(interests=("music",))).advice
    assert (advice.step, advice.option) == ("rep", "table")
    assert "music" in advice.reason.text
    assert view(root, profile=Profile(interests=("music",), formats=("visual",))).advice == ()  # type: ignore[arg-type]


def test_a_profile_stays_on_the_machine_and_out_of_what_is_handed_in(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    mine = Profile(interests=("music",), access=("Large print, please.",))
    assert read_profile("lines") == Profile()
    write_profile("lines", mine)
    assert read_profile("lines") == mine
    assert profile_file("lines").is_relative_to(tmp_path / "data")
    assert not any(b"Large print" in path.read_bytes() for path in root.rglob("*") if path.is_file())
    profile_file("lines").write_text("{")
    assert read_profile("lines") == Profile()
