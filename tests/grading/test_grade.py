"""A class is graded: the honest, the unlucky and the clever, without stopping for one; and nothing is lost or doubled."""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook
from sqlalchemy import Connection, Engine, event

from plnb.core.base import Trust
from plnb.core.records import Attempt, ChoiceMade, Reflected, Verdict
from plnb.engine.execute import Budget
from plnb.errors import NotFoundError
from plnb.grading.grade import grade, sync_manual
from plnb.grading.outcomes import Finished, GradeEvent, GradeSummary, Settled, Started, SubmissionOutcome
from plnb.grading.release import release
from plnb.grading.repairs import RepairCode
from plnb.store.layout import CourseFolder
from plnb.store.ledger import Ledger
from tests.grading.builders import RIGHT, cell_of, comments, grades, hand_in, place_of, read, write

GRAPH = {key: RIGHT[key] for key in ("speed", "why", "thought", "graph_answer")}
SPORT = {"ratio": RIGHT["ratio"], "explain": RIGHT["explain"]}


Class = tuple[CourseFolder, GradeSummary, list[GradeEvent]]


def outcome(summary: GradeSummary, student: str) -> SubmissionOutcome:
    return next(each for each in summary.outcomes if each.student == student)


def attempts(folder: CourseFolder, student: str) -> dict[str, Attempt]:
    """Latest attempt at each check."""
    with Ledger.open(folder.ledger) as ledger:
        return {f"{r.activity}/{r.check}": r for r in ledger.records(student) if isinstance(r, Attempt)}


def on_sources(**sources: str) -> Callable[[NotebookNode], None]:
    def change(nb: NotebookNode) -> None:
        for grade_id, source in sources.items():
            cell_of(nb, grade_id).source = source

    return change


def delete_and_cheat(nb: NotebookNode) -> None:
    nb.cells.pop(place_of(nb, "speed_check"))
    hidden = cell_of(nb, "speed_hidden")
    hidden.source = "assert True"
    hidden.metadata.nbgrader.points = 100
    cell_of(nb, "speed").source = "def speed(d, t):\n    return 5"


def with_scratch(source: str) -> Callable[[NotebookNode], None]:
    return lambda nb: nb.cells.insert(place_of(nb, "speed_check"), new_code_cell(source))


@pytest.fixture(scope="module")
def class_(
    tmp_path_factory: pytest.TempPathFactory, _released: CourseFolder
) -> tuple[CourseFolder, GradeSummary, list[GradeEvent]]:
    """A class with every kind of mishap, graded once by two workers."""

    root = tmp_path_factory.mktemp("class") / "course"
    shutil.copytree(_released.root, root)
    folder = CourseFolder(root)
    hand_in(folder, "ada", "u1", GRAPH, choices={"rep": ["graph"]})
    hand_in(folder, "blank", "u1")
    hand_in(folder, "crash", "u1", GRAPH, change={"speed": with_scratch("import os; os._exit(1)")})
    hand_in(folder, "endless", "u1", GRAPH, change={"speed": on_sources(speed="def speed(d, t):\n    while True: pass")})
    warns = "import sys\ndef speed(d, t):\n    print('careful', file=sys.stderr)\n    return d / t"
    hand_in(folder, "warned", "u1", GRAPH, change={"speed": on_sources(speed=warns)})
    hand_in(folder, "flood", "u1", GRAPH, change={"speed": with_scratch("for i in range(60_000): print('x' * 60)")})
    hand_in(folder, "cheat", "u1", change={"speed": delete_and_cheat})
    hand_in(folder, "wrong", "u1", GRAPH, change={"speed": on_sources(speed="def speed(d, t):\n    return d * t")})
    hand_in(folder, "too-much", "u1", {**GRAPH, "table_answer": "table = 1"})
    torn = hand_in(folder, "torn", "u1", GRAPH)
    (torn / "speed.ipynb").write_bytes((torn / "speed.ipynb").read_bytes()[:400])
    renamed = hand_in(folder, "renamed", "u1", GRAPH)
    (renamed / "speed.ipynb").rename(renamed / "speed (1).ipynb")
    hand_in(folder, "missing", "u1", GRAPH, without=("slope",))
    linked = hand_in(folder, "linked", "u1", GRAPH)
    (linked / "data.csv").unlink()
    (linked / "data.csv").symlink_to("/etc/hostname")
    hand_in(folder, "not a student id", "u1", GRAPH)
    events: list[GradeEvent] = []
    summary = grade(folder, jobs=2, budget=Budget(cell_seconds=3), on_event=events.append)
    return folder, summary, events


def test_everybody_gets_an_outcome_and_the_events_tell_of_each(class_: Class) -> None:
    _, summary, events = class_
    assert len(summary.outcomes) == 14
    assert not summary.of("our_fault")
    assert [o.student for o in summary.of("refused")] == ["not a student id"]
    started, *settled, finished = events
    assert isinstance(started, Started)
    assert started.total == 14
    assert [e.done for e in settled if isinstance(e, Settled)] == list(range(1, 15))
    assert isinstance(finished, Finished)
    assert finished.summary == summary


def test_an_honest_student_gets_what_was_earned_on_either_way(class_: Class) -> None:
    folder, summary, _ = class_
    assert grades(folder, "u1", "ada") == {
        ("speed", "speed_check"): (2, 2, False),
        ("speed", "speed_hidden"): (1, 1, False),
        ("speed", "why"): (None, 3, True),
        ("speed", "thought"): (None, 0, True),
        ("slope", "graph_one"): (1, 1, False),
        ("slope", "graph_two"): (1, 1, False),
        ("slope", "table_one"): (1, 1, False),
        ("slope", "table_two"): (1, 1, False),
    }
    found = outcome(summary, "ada")
    assert (found.score, found.max_score, found.repairs, found.needs_person) == (7, 10, (), False)
    record = attempts(folder, "ada")
    assert record["speed/speed_check"].verdict is Verdict.passed
    assert (record["speed/speed_check"].standards, record["speed/speed_check"].trust) == (("S.1",), Trust.graded)
    assert record["speed/why"].verdict is Verdict.waiting
    assert record["slope/table_one"].verdict is Verdict.not_on_path
    with Ledger.open(folder.ledger) as ledger:
        (choice,) = [r for r in ledger.records("ada") if isinstance(r, ChoiceMade)]
        (thought,) = [r for r in ledger.records("ada") if isinstance(r, Reflected)]
    assert (choice.fork, choice.options, choice.inferred) == ("rep", ("graph",), False)
    assert (thought.text, thought.trust) == ("Units were hard.", Trust.self_)


def test_nothing_attempted_is_said_to_be_that(class_: Class) -> None:
    folder, summary, _ = class_
    assert outcome(summary, "blank").score == 0
    assert {a.verdict for a in attempts(folder, "blank").values()} == {Verdict.not_attempted, Verdict.not_on_path}
    assert comments(folder, "u1", "blank")["speed", "why"] == "No response."
    with Ledger.open(folder.ledger) as ledger:
        assert not [r for r in ledger.records("blank") if isinstance(r, ChoiceMade | Reflected)]


def test_a_crash_keeps_what_was_earned_before_and_names_the_reason(class_: Class) -> None:
    folder, summary, _ = class_
    record = attempts(folder, "crash")
    assert (record["speed/speed_check"].verdict, record["speed/speed_check"].points) == (Verdict.crashed, 0)
    assert "stopped Python" in record["speed/speed_hidden"].message
    assert record["slope/graph_one"].verdict is Verdict.passed, "another notebook is another kernel"
    assert outcome(summary, "crash").ended == ("speed: Python stopped altogether; what was earned before counts.",)


def test_an_endless_loop_costs_its_checks_and_nothing_else(class_: Class) -> None:
    folder, _, _ = class_
    record = attempts(folder, "endless")
    assert record["speed/speed_check"].verdict is Verdict.timed_out
    assert "3 seconds" in record["speed/speed_check"].message
    assert record["slope/graph_two"].verdict is Verdict.passed


def test_a_warning_costs_nothing_and_the_difference_is_named(class_: Class) -> None:
    folder, summary, _ = class_
    assert grades(folder, "u1", "warned")["speed", "speed_check"] == (2, 2, False)
    assert outcome(summary, "warned").differences == ("stderr",)
    assert "no points" in attempts(folder, "warned")["speed/speed_check"].message


def test_a_flood_of_output_is_graded_and_not_kept(class_: Class) -> None:
    folder, summary, _ = class_
    assert outcome(summary, "flood").score == outcome(summary, "ada").score
    assert (folder.autograded / "flood" / "u1" / "speed.ipynb").stat().st_size < 2_000_000


def test_edited_tests_and_points_earn_nothing(class_: Class) -> None:
    folder, summary, _ = class_
    found = grades(folder, "u1", "cheat")
    assert found["speed", "speed_check"] == (2, 2, False), "returning 5 is right for the visible test"
    assert found["speed", "speed_hidden"] == (0, 1, False)
    assert {r.code for r in outcome(summary, "cheat").repairs} == {
        RepairCode.deleted_cell,
        RepairCode.edited_test,
        RepairCode.edited_points,
    }
    assert "put-back" in outcome(summary, "cheat").differences
    assert outcome(summary, "cheat").needs_person, "a test that came back changed is for a person to judge"


def test_a_known_misconception_gets_its_own_sentence(class_: Class) -> None:
    folder, _, _ = class_
    record = attempts(folder, "wrong")
    assert record["speed/speed_check"].message.startswith("SECRET-SAY You multiplied")
    assert record["speed/speed_hidden"].message == "The answer is not what was asked for yet. Try it on an example of your own."


def test_work_on_a_second_way_is_evidence_and_costs_nothing(class_: Class) -> None:
    folder, _, _ = class_
    assert grades(folder, "u1", "too-much")["slope", "table_one"] == (1, 1, False), "mirrored from the better way"
    record = attempts(folder, "too-much")
    assert (record["slope/table_one"].verdict, record["slope/table_two"].verdict) == (Verdict.failed, Verdict.passed)


def test_a_torn_notebook_counts_as_missing_and_calls_a_person(class_: Class) -> None:
    folder, summary, _ = class_
    found = outcome(summary, "torn")
    assert [(r.notebook, "cut off" in r.reason) for r in found.refused] == [("speed", True)]
    assert found.needs_person
    assert grades(folder, "u1", "torn")["speed", "speed_check"] == (0, 2, False)
    assert grades(folder, "u1", "torn")["slope", "graph_one"] == (1, 1, False)
    assert "speed/speed_check" not in attempts(folder, "torn"), "no evidence either way"
    with Gradebook(f"sqlite:///{folder.gradebook}") as gradebook:
        assert gradebook.find_submission_notebook("speed", "u1", "torn").flagged


def test_a_renamed_notebook_is_known_by_its_cells(class_: Class) -> None:
    _, summary, _ = class_
    found = outcome(summary, "renamed")
    assert found.score == outcome(summary, "ada").score
    assert [(r.code, r.notebook) for r in found.repairs] == [(RepairCode.renamed_notebook, "speed")]


def test_a_missing_notebook_is_named(class_: Class) -> None:
    folder, summary, _ = class_
    assert outcome(summary, "missing").missing == ("slope",)
    assert grades(folder, "u1", "missing")["slope", "graph_one"] == (0, 1, False)


def test_links_are_not_followed(class_: Class) -> None:
    folder, summary, _ = class_
    assert [r.code for r in outcome(summary, "linked").repairs] == [RepairCode.skipped_file]
    assert (folder.autograded / "linked" / "u1" / "data.csv").read_text() == "t,x\n1,2\n", "the teacher's file is there"


# --- again and again -------------------------------------------------------------------------------------------------------------


def test_what_has_not_changed_is_not_run_again(course: CourseFolder) -> None:
    hand_in(course, "ada", "u2", SPORT, without=("in-music",))
    first = grade(course, jobs=0)
    stamp = (course.autograded / "ada" / "u2" / "in-sport.ipynb").stat().st_mtime_ns
    second = grade(course, jobs=0)
    assert ([o.state for o in first.outcomes], [o.state for o in second.outcomes]) == (["graded"], ["unchanged"])
    assert (second.outcomes[0].score, second.outcomes[0].missing) == (first.outcomes[0].score, ())
    assert (course.autograded / "ada" / "u2" / "in-sport.ipynb").stat().st_mtime_ns == stamp
    with Ledger.open(course.ledger) as ledger:
        before = ledger.records()
    assert [o.state for o in grade(course, jobs=0, force=True).outcomes] == ["graded"]
    with Ledger.open(course.ledger) as ledger:
        assert ledger.records() == before, "grading again replaces, never doubles"


def test_a_second_hand_in_is_a_second_attempt_and_the_first_stays(course: CourseFolder) -> None:
    hand_in(course, "ada", "u2", {"ratio": "ratio = 5"}, without=("in-music",))
    grade(course, jobs=0)
    hand_in(course, "ada", "u2", SPORT, without=("in-music",), at="2025-09-05 10:00:00 UTC")
    summary = grade(course, jobs=0)
    assert (summary.outcomes[0].state, summary.outcomes[0].attempt) == ("graded", 2)
    with Ledger.open(course.ledger) as ledger:
        tries = [r for r in ledger.records("ada") if isinstance(r, Attempt) and r.check == "ratio_check"]
    assert [(t.attempt, t.verdict, t.at.day) for t in tries] == [(1, Verdict.failed, 1), (2, Verdict.passed, 5)]
    assert grades(course, "u2", "ada")["in-sport", "ratio_check"] == (2, 2, False)


def give(course: CourseFolder, student: str, notebook: str, cell: str, points: float, comment: str = "") -> None:
    """What a teacher does in formgrader."""
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        found = gradebook.find_grade(cell, notebook, "u2", student)
        found.manual_score, found.needs_manual_grade = points, False
        if comment:
            gradebook.find_comment(cell, notebook, "u2", student).manual_comment = comment
        gradebook.db.commit()


def test_points_a_teacher_gives_become_records_and_reach_the_other_way(course: CourseFolder) -> None:
    hand_in(course, "ada", "u2", SPORT, without=("in-music",))
    first = grade(course, jobs=0)
    assert (first.outcomes[0].score, first.outcomes[0].max_score, first.outcomes[0].waiting) == (4, 8, 1)
    assert grades(course, "u2", "ada")["in-music", "explain"] == (1, 2, False), "nobody has to look at a way not taken"

    give(course, "ada", "in-sport", "explain", 2, "Well said.")
    summary = grade(course, jobs=0)
    assert (summary.outcomes[0].state, summary.outcomes[0].score) == ("updated", 8), "everything, on one way of two"
    assert grades(course, "u2", "ada")["in-sport", "explain"] == (None, 2, False), "and the teacher need not look again"
    record = attempts(course, "ada")["in-sport/explain"]
    assert (record.trust, record.verdict, record.score, record.comment) == (Trust.teacher, Verdict.passed, 1.0, "Well said.")
    assert sync_manual(course) == (), "nothing new to work in"

    give(course, "ada", "in-sport", "explain", 1)
    (updated,) = sync_manual(course)
    assert (updated.state, updated.score) == ("updated", 6)
    assert attempts(course, "ada")["in-sport/explain"].verdict is Verdict.partial


def test_what_somebody_took_out_of_nbgraders_gradebook_is_graded_again(course: CourseFolder) -> None:
    for student in ("ada", "bob"):
        hand_in(course, student, "u2", SPORT, without=("in-music",))
    grade(course, jobs=0)
    before = grades(course, "u2", "ada")
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        gradebook.remove_submission("u2", "ada")
    summary = grade(course, jobs=0)
    assert {(outcome.student, outcome.state) for outcome in summary.outcomes} == {("ada", "graded"), ("bob", "unchanged")}
    assert grades(course, "u2", "ada") == before


def test_points_for_an_earlier_hand_in_say_nothing_about_the_next(course: CourseFolder) -> None:
    hand_in(course, "ada", "u2", SPORT, without=("in-music",))
    grade(course, jobs=0)
    give(course, "ada", "in-sport", "explain", 2, "Well said.")
    hand_in(course, "ada", "u2", {**SPORT, "explain": "Something else."}, without=("in-music",), at="2025-09-05 10:00:00 UTC")
    grade(course, jobs=0)
    assert grades(course, "u2", "ada")["in-sport", "explain"][2], "nbgrader asks for another look"
    record = attempts(course, "ada")["in-sport/explain"]
    assert (record.verdict, record.comment) == (Verdict.waiting, "")
    give(course, "ada", "in-sport", "explain", 2)
    assert [o.state for o in sync_manual(course)] == ["updated"]
    assert attempts(course, "ada")["in-sport/explain"].trust is Trust.teacher


def test_late_work_is_penalised_as_the_course_is_configured(course: CourseFolder) -> None:
    course.nbgrader_config.write_text("c = get_config()\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        gradebook.update_or_create_assignment("u2", duedate="2025-09-02 00:00:00 UTC")
    hand_in(course, "ada", "u2", SPORT)
    hand_in(course, "bob", "u2", SPORT, at="2025-09-03 10:00:00 UTC")
    summary = grade(course, jobs=0)
    assert [(o.student, o.score) for o in summary.outcomes] == [("ada", 4), ("bob", 0)]


@pytest.mark.skipif(sys.platform == "win32", reason="kills with a signal")
def test_a_worker_that_dies_takes_nobody_with_it(course: CourseFolder) -> None:
    hand_in(course, "ada", "u2", SPORT)
    hand_in(course, "bob", "u2", SPORT)
    killer = "import os, signal, time; os.kill(os.getppid(), signal.SIGKILL); time.sleep(5)"
    hand_in(course, "max", "u2", {**SPORT, "ratio": killer}, without=("in-music",))
    summary = grade(course, jobs=2, unsafe=True)  # in a sandbox it could not
    assert {o.student: o.state for o in summary.outcomes} == {"ada": "graded", "bob": "graded", "max": "our_fault"}
    assert outcome(summary, "max").needs_person
    assert not attempts(course, "max"), "our fault is never a student's zero"
    hand_in(course, "max", "u2", SPORT, without=("in-music",))
    again = grade(course, jobs=0, unsafe=True)
    assert {o.student: o.state for o in again.outcomes} == {"ada": "unchanged", "bob": "unchanged", "max": "graded"}


def test_what_is_our_fault_is_tried_again(course: CourseFolder) -> None:
    hand_in(course, "ada", "u2", SPORT)
    master = course.master("u2", "in-sport")
    kept = master.read_bytes()
    master.unlink()
    summary = grade(course, jobs=0)
    assert [o.state for o in summary.outcomes] == ["our_fault"]
    master.write_bytes(kept)
    assert [o.state for o in grade(course, jobs=0).outcomes] == ["graded"]
    before = attempts(course, "ada")
    master.unlink()
    assert [o.state for o in grade(course, jobs=0, force=True).outcomes] == ["our_fault"]
    assert attempts(course, "ada") == before, "what was known before is still known"


def test_a_unit_that_was_never_released_is_refused_with_the_mend(course: CourseFolder) -> None:
    for unit in ("u8", "u9"):
        (course.submitted / "ada" / unit).mkdir(parents=True)
        (course.submitted / "ada" / unit / "x.ipynb").write_text("{}")
    course.unit_source("u8").mkdir()
    written, misspelt = grade(course, jobs=0).outcomes
    assert (written.state, written.reason) == ("refused", "The unit 'u8' has not been released. Release it: plnb release u8")
    where = "Hand-ins lie in submitted/<student>/<unit>/."
    assert (misspelt.state, misspelt.reason) == ("refused", f"The course has no unit 'u9'. Its units: u1, u2. {where}")
    with pytest.raises(NotFoundError, match="u7"):
        grade(course, units=["u7"])


def test_a_unit_that_nbgrader_alone_released_is_graded_too(course: CourseFolder) -> None:
    hand_in(course, "ada", "u2", SPORT)
    for path in [course.manifest("u2"), *course.manifests.glob("u2/*")]:
        path.unlink()
    assert grade(course, jobs=0).outcomes[0].score == 4


def test_nothing_of_the_whole_class_is_looked_through_for_each_student(course: CourseFolder) -> None:
    course.nbgrader_config.write_text("c = get_config()\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        gradebook.update_or_create_assignment("u2", duedate="2025-09-02 00:00:00 UTC")
    students = ("ada", "ben", "cem", "dua")
    for student in students:
        hand_in(course, student, "u2", SPORT, at="2025-09-03 10:00:00 UTC")
    times, plans = Counter[str](), dict[str, str]()

    def note(connection: Connection, _: object, statement: str, given: Any, __: object, many: bool) -> None:
        times[statement] += 1
        if statement.startswith("SELECT") and statement not in plans:
            rows = connection.connection.cursor()
            rows.execute(f"EXPLAIN QUERY PLAN {statement}", given[0] if many else given)
            plans[statement] = "; ".join(row[3] for row in rows.fetchall())

    event.listen(Engine, "before_cursor_execute", note)
    try:
        for force in (False, True):  # rows are made, and then found
            assert len(grade(course, jobs=0, force=force).of("graded")) == len(students)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    often = {statement: plan for statement, plan in plans.items() if times[statement] >= len(students)}
    assert len(often) > 5
    # (The newest row of the audit log is the first that is found.)
    assert [(s, plan) for s, plan in often.items() if "SCAN" in plan and plan != "SCAN event"] == []


def test_a_summary_grows_little_with_the_class(course: CourseFolder) -> None:
    for student in ("ada", "ben"):
        hand_in(course, student, "u1", change={"speed": delete_and_cheat})
    ada, ben = grade(course, jobs=0).outcomes
    assert ada.repairs
    assert ada.flags
    alike = zip((*ada.repairs, *ada.flags), (*ben.repairs, *ben.flags), strict=True)
    assert all(one is other for one, other in alike)  # what both did is one object
    assert ada.timings == ben.timings == ()
    assert not hasattr(ada, "__dict__")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_pipes_and_giants_in_a_submission_do_not_block(course: CourseFolder) -> None:
    folder = hand_in(course, "ada", "u2", SPORT)
    os.mkfifo(folder / "pipe")
    with (folder / "giant.bin").open("wb") as file:
        file.truncate(21_000_000)
    (found,) = grade(course, jobs=0).outcomes
    assert (found.state, [r.code for r in found.repairs]) == ("graded", [RepairCode.skipped_file] * 2)
    assert not (course.autograded / "ada" / "u2" / "giant.bin").exists()


def test_a_students_helper_file_is_there_and_the_teachers_data_wins(course: CourseFolder, tmp_path: Path) -> None:
    folder = hand_in(
        course, "ada", "u1", {"speed": "from helper import speed\nrows = open('data.csv').read()\nassert rows == 't,x\\n1,2\\n'"}
    )
    (folder / "helper.py").write_text("def speed(d, t):\n    return d / t\n")
    (folder / "data.csv").write_text("cheated")
    grade(course, jobs=0)
    assert grades(course, "u1", "ada")["speed", "speed_hidden"] == (1, 1, False)
    executed = read(course.autograded / "ada" / "u1" / "speed.ipynb")
    assert not [out for out in cell_of(executed, "speed").get("outputs", []) if out.output_type == "error"]


def test_a_value_above_the_points_earns_the_points(course: CourseFolder) -> None:
    sport = read(course.notebook("u2", "in-sport"))
    cell_of(sport, "ratio_check").source = "ratio * 100"
    write(course.notebook("u2", "in-sport"), sport)
    release(course, ["u2"])
    hand_in(course, "ada", "u2", SPORT, without=("in-music",))
    (found,) = grade(course, jobs=0).outcomes
    assert found.differences == ("above-max",)
    assert grades(course, "u2", "ada")["in-sport", "ratio_check"] == (2, 2, False)
