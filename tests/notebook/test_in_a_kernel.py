"""`plnb.notebook` in a real kernel without any server: what a student sees, and what is kept."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from plnb.core.course import Activity, Check
from plnb.core.records import Attempt, Verdict
from plnb.notebook.display import RESULT_MIME, VIEW_MIME
from plnb.store.bundle import student_bundle, with_digests, write_bundle
from plnb.store.journal import read_journals
from plnb.store.student_folder import open_course
from tests.notebook.kernels import run, run_named
from tests.server.desk import COURSE, TESTS, WALK, notebook, put

BEGIN = "import plnb.notebook as me\nme.start()"


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    return put(tmp_path / "lines") / "one"


RIDE = Activity(
    id="ride",
    unit="one",
    title="A ride",
    checks=(Check(id="pace", title="How fast?", points=2), Check(id="start", title="From where?", points=2)),
)


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """A unit of two notebooks; one check has the same text in both."""
    folder = tmp_path / "pair" / "one"
    folder.mkdir(parents=True)
    course = COURSE.model_copy(update={"units": (COURSE.units[0].model_copy(update={"nodes": (WALK, RIDE)}),)})
    for activity in (WALK, RIDE):
        (folder / f"{activity.id}.ipynb").write_text(json.dumps(notebook(activity)))
    write_bundle(with_digests(student_bundle(course, "one"), folder), folder / "course.json")
    return folder


def test_a_lesson_from_start_to_progress(unit: Path) -> None:
    _, _, wrong, hint, again, _, right, chosen, aim, thought, progress = run(
        unit,
        BEGIN,
        "slope = 3",
        TESTS["slope"],
        "me.hint()",
        "me.check('slope')",
        "slope = 2",
        TESTS["slope"],
        "me.choose('rep', 'As a table')",
        "me.goal('Read any <b>graph</b>.', by='2026-12-24')",
        "me.reflect('It was fine.')",
        "me.progress()",
    )
    assert wrong.error == "AssertionError"
    assert "Not yet" in wrong.text
    assert "What was looked for: Two metres in each second." in wrong.text
    assert wrong.cards[0][RESULT_MIME]["verdict"] == "failed"
    assert "Hint 1 of 3\nLook up." in hint.text
    assert again.text == wrong.text
    assert "Passed" in right.text
    assert right.cards[0][RESULT_MIME]["tries"] == 2
    assert "You chose “As a table”." in chosen.text
    assert "Read any <b>graph</b>." in aim.text
    assert "Read any &lt;b&gt;graph&lt;/b&gt;." in aim.html
    assert thought.text == "✓ Your thought is written down."
    assert progress.text.startswith("☰ Lines\n")
    assert "A walk" in progress.text
    view = progress.cards[0][VIEW_MIME]
    assert view["checks"][0]["passed"]
    assert {choice["fork"]: choice["options"] for choice in view["choices"]} == {"rep": ["table"]}
    kept = [(record.kind, record.trust) for record in read_journals(unit).records]
    assert kept == [
        ("attempt", "local"),
        ("hint_shown", "self"),
        ("attempt", "local"),
        ("choice_made", "self"),
        ("goal_set", "self"),
        ("reflected", "self"),
    ]
    tries = [record for record in read_journals(unit).records if isinstance(record, Attempt)]
    assert [(a.verdict, a.hints, a.attempt) for a in tries] == [(Verdict.failed, 0, 1), (Verdict.passed, 1, 2)]


def test_a_try_says_which_numbers_its_question_had(unit: Path) -> None:
    bundle = unit / "course.json"
    text = bundle.read_text("utf-8")
    assert '"varies":""' in text
    bundle.write_text(text.replace('"varies":""', '"varies":"variant"'), "utf-8")
    run(unit, BEGIN, "variant = 3\nslope = 2", TESTS["slope"])
    tries = [record for record in read_journals(unit).records if isinstance(record, Attempt)]
    assert [attempt.seed for attempt in tries] == [3]


def test_what_a_student_sees_never_goes_to_stderr_and_never_ends_a_cell(unit: Path) -> None:
    odd = "class Odd(Exception):\n    def __str__(self): raise RuntimeError('no words')\nraise Odd()"
    shown = run(
        unit,
        BEGIN,
        odd,
        "me.check('nope')",
        "me.hint('nope')",
        "me.choose('nope')",
        "me.choose('rep', 'nope')",
        "me.goal('x', standard='nope')",
        "me.goal('x', by='soon')",
    )
    assert [one.complained for one in shown] == [""] * len(shown)
    assert [one.error for one in shown[2:]] == [""] * 6
    assert [one.text for one in shown[2:]] == [
        "There is no check “nope” here. There are: slope, start.",
        "There is no check “nope” here. There are: slope, start.",
        "There is no choice “nope” here. There are: rep.",
        "“nope” is not one of the ways here. There are: graph, table.",
        "! This could not be kept. This course has no standard “nope”. "
        "Fetch the unit again; if that does not help, tell your teacher.",
        "“soon” is not a day. Write it like this: 2026-12-24",
    ]


def test_cells_that_are_no_checks_are_nobodys_business(unit: Path) -> None:
    shown = run(unit, BEGIN, "1 + 1", "print('hi')", "1 / 0", "%time 1", "")
    assert [len(one.cards) for one in shown] == [1, 0, 0, 0, 0, 0]
    assert not (unit / "journal").exists()


def test_a_check_before_there_is_an_answer_is_no_wrong_answer(unit: Path) -> None:
    _, early = run(unit, BEGIN, TESTS["slope"])
    assert early.text.startswith("… Not checked yet\n“How steep?” could not run yet.")
    assert "(Python says: NameError: name 'slope' is not defined.)" in early.text
    (attempt,) = read_journals(unit).records
    assert isinstance(attempt, Attempt)
    assert attempt.verdict is Verdict.not_attempted


def test_a_blank_as_it_was_given_out_is_no_wrong_answer(unit: Path) -> None:
    blank = "slope = None"
    _, _, early, _, wrong = run_named(
        unit, ("", BEGIN), ("a", blank), ("b", TESTS["slope"]), ("a", "slope = 3"), ("b", TESTS["slope"])
    )
    assert early.text == "… Not checked yet\n“How steep?” has no answer yet: its cell is as it was given to you."
    assert "Not yet" in wrong.text
    verdicts = [record.verdict for record in read_journals(unit).records if isinstance(record, Attempt)]
    assert verdicts == [Verdict.not_attempted, Verdict.failed]


def test_a_check_that_gives_parts_of_its_points_says_so(unit: Path) -> None:
    shown = run(unit, BEGIN, "me.check('slope', lambda: 1)", "me.check('slope', lambda: 2)", "me.check('slope', lambda: None)")
    assert [one.cards[0][RESULT_MIME]["verdict"] for one in shown[1:]] == ["partial", "passed", "passed"]
    assert "50 % of it is right" in shown[1].text


def test_a_function_of_assertions_is_run_and_what_it_raises_is_raised_again(unit: Path) -> None:
    test = "def test():\n    assert slope == 2, 'Two.'"
    _, _, failed, _, passed = run(
        unit, BEGIN, f"slope = 1\n{test}", "me.check('slope', test)", "slope = 2", "me.check('slope', test)"
    )
    assert (failed.error, passed.error) == ("AssertionError", "")
    assert "What was looked for: Two." in failed.text
    assert "Passed" in passed.text


def test_hints_come_one_at_a_time_and_the_last_one_stays(unit: Path) -> None:
    shown = run(unit, BEGIN, *["me.hint('slope')"] * 4)
    assert [one.text.splitlines()[0] for one in shown[1:]] == [
        "◔ Hint 1 of 3",
        "◔ Hint 2 of 3",
        "◔ Hint 3 of 3",
        "◔ Hint 3 of 3",
    ]
    assert "These are all the hints" in shown[3].text


def test_a_choice_shows_buttons_that_choose(unit: Path) -> None:
    press = (
        "import gc, ipywidgets\n"
        "[button] = [b for b in gc.get_objects() if isinstance(b, ipywidgets.Button) and b.description == 'As a graph']\n"
        "button.click()"
    )
    _, shown, _ = run(unit, BEGIN, "me.choose()", press)
    assert "How would you like to see it?" in shown.text
    assert any("application/vnd.jupyter.widget-view+json" in card for card in shown.cards)
    (choice,) = read_journals(unit).records
    assert (choice.kind, getattr(choice, "options", None)) == ("choice_made", ("graph",))


def test_where_widgets_are_missing_words_do(unit: Path) -> None:
    _, shown = run(unit, f"import sys\nsys.modules['ipywidgets'] = None\n{BEGIN}", "me.choose()")
    assert (len(shown.cards), shown.error, shown.complained) == (1, "", "")
    assert 'plnb.notebook.choose("rep", "graph")' in shown.text


def test_without_a_course_it_says_so_and_the_notebook_goes_on(tmp_path: Path) -> None:
    shown = run(tmp_path, BEGIN, "me.check()", "me.progress()", "me.goal('x')", "print('on')")
    assert {one.text for one in shown[:4]} == {
        "There is no course beside this notebook (course.json). It runs as it is; nothing is kept."
    }
    assert shown[4].printed == "on\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("change", "says"), [({"schema_version": 9}, "newer plnb"), ({"units": 3}, "damaged")])
def test_a_newer_or_damaged_course_says_so(unit: Path, change: dict[str, object], says: str) -> None:
    bundle = unit / "course.json"
    bundle.write_text(json.dumps({**json.loads(bundle.read_text()), **change}))
    shown = run(unit, BEGIN, "slope = 2", TESTS["slope"])
    assert says in shown[0].text
    assert "could not be kept" not in shown[0].text, "nothing was to be kept"
    assert [one.error for one in shown] == ["", "", ""]


@pytest.mark.parametrize("writes", ["me.goal('x')", "me.reflect('x')", "me.choose('rep', 'graph')", "me.check('slope', int)"])
def test_what_was_to_be_kept_in_a_newer_course_and_was_not_says_so(unit: Path, writes: str) -> None:
    bundle = unit / "course.json"
    bundle.write_text(json.dumps({**json.loads(bundle.read_text()), "schema_version": 9}))
    _, shown = run(unit, BEGIN, writes)
    assert shown.text.startswith("! This could not be kept. This was written by a newer plnb")


def test_a_folder_that_may_only_be_read_still_tells_how_checks_went(unit: Path) -> None:
    (unit / "journal").write_text("in the way")
    _, _, check = run(unit, BEGIN, "slope = 2", TESTS["slope"])
    assert "This could not be kept. Nothing can be kept in this folder" in check.text
    assert check.error == ""


def test_while_it_is_graded_nothing_is_kept(unit: Path) -> None:
    begin, _, check = run(unit, BEGIN, "slope = 2", TESTS["slope"], env={"NBGRADER_EXECUTION": "autograde"})
    assert "Nothing is kept while this is being graded." in begin.text
    assert "Passed" in check.text
    assert not (unit / "journal").exists()


def test_starting_twice_tells_once(unit: Path) -> None:
    *_, check = run(unit, BEGIN, BEGIN, "me.start(activity='walk')", "slope = 2", TESTS["slope"])
    assert len(check.cards) == 1


def test_moving_to_another_folder_loses_nothing(unit: Path) -> None:
    run(unit, BEGIN, "import os; os.chdir('/'); slope = 2", TESTS["slope"])
    assert len(read_journals(unit).records) == 1


def test_a_course_elsewhere_is_named(unit: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    begin = f"import plnb.notebook as me\nme.start({str(unit)!r}, activity='walk')"
    shown = run(elsewhere, begin, "slope = 2", TESTS["slope"])
    assert shown[0].text.startswith("▷ “A walk” is ready.")
    assert "Passed" in shown[2].text
    assert list(elsewhere.iterdir()) == []


def test_vs_code_and_jupyter_each_tell_which_notebook_it_is(unit: Path) -> None:
    vs_code = f"__vsc_ipynb_file__ = {str(unit / 'walk.ipynb')!r}\n{BEGIN}"
    (shown,) = run(Path(os.sep), vs_code)
    assert shown.text.startswith("▷ “A walk” is ready.")
    (shown,) = run(unit, BEGIN, env={"JPY_SESSION_NAME": "some/where/walk.ipynb"})
    assert shown.text.startswith("▷ “A walk” is ready.")


WHICH = 'Which notebook is this? Say so: me.start(activity="…"), one of: walk, ride.'


def test_where_nobody_says_which_notebook_it_is_that_is_asked(pair: Path) -> None:
    begin, check, hint, _, both = run(pair, BEGIN, "me.check()", "me.hint()", "start = 1", TESTS["start"])
    assert [begin.text, check.text, hint.text] == [WHICH] * 3
    assert both.text == WHICH, "the text of this check is in both"
    assert not (pair / "journal").exists()
    _, _, slope, both, check = run(pair, BEGIN, "slope = 2; start = 1", TESTS["slope"], TESTS["start"], "me.check()")
    assert "“How steep?” is right." in slope.text, "only one notebook has it, and so it tells which one this is"
    assert check.text == both.text
    assert "“Where from?” is right." in both.text


def test_a_name_that_no_notebook_has_is_not_ready(pair: Path) -> None:
    wrong = "There is no notebook “wlak” here. There are: walk, ride."
    cells = ["import plnb.notebook as me\nme.start(activity='wlak')", "slope = 2", TESTS["slope"], "me.check()", "me.hint()"]
    shown = run(pair, *cells, "me.start(activity='walk.ipynb')", "me.check('slope')", env={"JPY_SESSION_NAME": "x/ride.ipynb"})
    assert [one.text for one in shown] == [
        wrong,
        "",
        "",
        wrong,
        wrong,
        "▷ “A walk” is ready. Run a check, and you will see here how it went.",
        "“How steep?” has not run yet. Run its cell, and ask again.",
    ]
    *_, again = run(pair, cells[0], "me.start()", env={"JPY_SESSION_NAME": "x/ride.ipynb"})
    assert again.text.startswith("▷ “A ride” is ready.")


def test_of_one_notebook_nobody_asks_which_it_is(unit: Path) -> None:
    (shown,) = run(unit, BEGIN)
    assert shown.text.startswith("▷ “A walk” is ready.")


def test_a_grader_is_not_asked_which_notebook_it_is(pair: Path) -> None:
    begin, _, both = run(pair, BEGIN, "start = 1", TESTS["start"], env={"NBGRADER_EXECUTION": "autograde"})
    assert begin.text.startswith("▷ “Lines” is ready.")
    assert both.text == ""


def test_the_server_and_the_kernel_tell_one_try_once(unit: Path) -> None:
    from plnb.core.news import NewAttempt
    from plnb.store.student_folder import utc_now

    run(unit, BEGIN, "slope = 2", TESTS["slope"])
    told = open_course(unit / "walk.ipynb").tell([NewAttempt(activity="walk", check="slope")], now=utc_now())
    assert len(read_journals(unit).records) == 1 + len(told)
    (first, *_) = read_journals(unit).records
    assert told == () or (told[0].at - first.at).total_seconds() > 5


def test_what_is_shown_of_oneself_is_not_in_what_is_handed_in(unit: Path, tmp_path: Path) -> None:
    env = {"JUPYTER_DATA_DIR": str(tmp_path / "data")}
    profile = tmp_path / "data" / "plnb" / "lines" / "profile.json"
    profile.parent.mkdir(parents=True)
    profile.write_text(json.dumps({"interests": ["music"], "formats": [], "access": ["I need large print."]}))
    _, shown = run(unit, BEGIN, "me.progress()", env=env)
    assert "large print" not in json.dumps(shown.cards)


def test_names_of_a_course_are_text_and_never_markup(unit: Path) -> None:
    bundle = unit / "course.json"
    evil = "<img src=x onerror=alert(1)>"
    bundle.write_text(bundle.read_text().replace("How steep?", evil).replace("Look up.", evil).replace("As a graph", evil))
    failing = "me.check('slope', lambda: exec('raise AssertionError(\"<script>alert(1)</script>\")'))"
    shown = run(unit, BEGIN, "me.hint('slope')", "me.choose()", failing, "me.progress()")
    for one in shown:
        assert "<img" not in one.html
        assert "<script" not in one.html
    assert "&lt;img" in shown[1].html
    assert "&lt;script" in shown[3].html
