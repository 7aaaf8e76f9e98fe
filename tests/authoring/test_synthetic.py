from __future__ import annotations

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.utils import parse_utc

from plnb.authoring.mangle import Mangle
from plnb.authoring.roster import ROSTER, Kind
from plnb.authoring.synthetic import SyntheticClass, SyntheticStudent, hand_in_again, make_class
from plnb.errors import NotReadyError, OutputExistsError
from plnb.store.layout import CourseFolder
from tests.authoring.tiny import grader, make_tiny_course

Classroom = tuple[CourseFolder, SyntheticClass]


def digests(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def notebook(folder: CourseFolder, student: SyntheticStudent, unit: str, name: str) -> Any:
    return nbformat.reads((folder.submission(student.id, unit) / f"{name}.ipynb").read_text(encoding="utf-8"), as_version=4)


def sources(nb: Any) -> dict[str, str]:
    return {cell.metadata.get("nbgrader", {}).get("grade_id") or cell["id"]: cell.source for cell in nb.cells}


def of_kind(made: SyntheticClass, kind: Kind) -> SyntheticStudent:
    return next(student for student in made.students if student.kind is kind)


def clean(made: SyntheticClass) -> Iterator[SyntheticStudent]:
    return (student for student in made.students if not student.mangles)


def test_a_class_has_24_students_with_every_kind_and_every_mangle(classroom: Classroom) -> None:
    _, made = classroom
    assert len(made.students) == 24
    assert {student.kind for student in made.students} == set(Kind)
    assert {each.mangle for student in made.students for each in student.mangles} == set(Mangle)
    assert sum(bool(student.mangles) for student in made.students) == 16


def test_the_same_seed_makes_the_same_bytes(classroom: Classroom, folder: CourseFolder) -> None:
    again = make_class(folder)
    assert again == classroom[1]
    assert digests(folder.submitted) == digests(classroom[0].submitted)


def test_another_seed_makes_another_class(classroom: Classroom, folder: CourseFolder) -> None:
    make_class(folder, seed=7)
    assert digests(folder.submitted) != digests(classroom[0].submitted)


def test_everybody_is_labelled_as_made_up(classroom: Classroom) -> None:
    folder, made = classroom
    assert all(re.fullmatch(r"demo-\d\d-[a-z-]+", student.id) for student in made.students)
    assert sorted(path.name for path in folder.submitted.iterdir() if path.is_dir()) == sorted(
        student.id for student in made.students
    )
    assert "made up" in (folder.submitted / "README.md").read_text(encoding="utf-8")


def test_a_hand_in_has_the_files_that_nbgrader_collects(classroom: Classroom) -> None:
    folder, made = classroom
    for student in clean(made):
        for unit in student.units:
            handed_in = {
                path.relative_to(folder.submission(student.id, unit)) for path in folder.submission(student.id, unit).rglob("*")
            }
            released = {path.relative_to(folder.unit_release(unit)) for path in folder.unit_release(unit).rglob("*")}
            assert handed_in == released | {Path("timestamp.txt")}


def test_only_answers_and_choices_differ_from_what_was_released(classroom: Classroom) -> None:
    folder, made = classroom
    for student in clean(made):
        for unit in student.units:
            for path in folder.unit_release(unit).glob("*.ipynb"):
                released = json.loads(path.read_text(encoding="utf-8"))
                handed_in = json.loads((folder.submission(student.id, unit) / path.name).read_text(encoding="utf-8"))
                handed_in["metadata"].pop("plnb", None)
                handed_in["cells"] = [cell for cell in handed_in["cells"] if cell["id"] != "my-poster"]
                for ours, theirs in zip(released["cells"], handed_in["cells"], strict=True):
                    if ours["metadata"].get("nbgrader", {}).get("solution") or "goal" in str(ours) or "reflect" in str(ours):
                        ours["source"] = theirs["source"] = []
                assert handed_in == released


def test_weeks_pass_between_units_and_the_late_are_later_than_all_others(classroom: Classroom) -> None:
    folder, made = classroom
    when = {
        student.id: [
            parse_utc((folder.submission(student.id, unit) / "timestamp.txt").read_text().strip()) for unit in student.units
        ]
        for student in made.students
    }
    for moments in when.values():
        assert all((later - earlier).days >= 10 for earlier, later in pairwise(moments))
    late = of_kind(made, Kind.late)
    for place in range(len(late.units)):
        others = [moments[place] for student, moments in when.items() if student != late.id and len(moments) > place]
        assert when[late.id][place] > max(others)


def test_the_one_who_does_everything_gives_the_teachers_answers_without_the_teachers_marks(classroom: Classroom) -> None:
    folder, made = classroom
    student = of_kind(made, Kind.everything)
    cells = sources(notebook(folder, student, "first", "sums"))
    assert cells["add_answer"] == (
        'def difference(a, b):\n    """The difference."""  # given\n    # take the second from the first\n    return a - b'
    )
    assert cells["slope_answer"] == "slope = None\nrise = 9 - 3\nslope = rise / 2"
    assert cells["essay"] == "A line keeps its slope. A curve does not."
    assert sources(notebook(folder, student, "first", "hard-sums"))["add_answer"].endswith("return a - b")


def test_no_hidden_test_reaches_a_hand_in(classroom: Classroom) -> None:
    folder, _ = classroom
    for path in folder.submitted.rglob("*.ipynb"):
        text = path.read_bytes()
        assert b"HIDDEN" not in text
        assert b"difference(1, 4)" not in text
        assert b"BEGIN SOLUTION" not in text


def test_slips_are_in_the_files_where_the_class_list_says(classroom: Classroom) -> None:
    folder, made = classroom
    students = [student for student in clean(made) if student.slips]
    assert students
    for student in students:
        for slipped in student.slips:
            text = sources(notebook(folder, student, slipped.unit, slipped.notebook))[slipped.cell]
            solved = sources(notebook(folder, of_kind(made, Kind.everything), slipped.unit, slipped.notebook)).get(slipped.cell)
            assert text != solved
            assert "NotImplementedError" not in text
            compile(text, "cell", "exec")


def test_who_is_half_finished_stops_half_way_and_skips_the_last_units(classroom: Classroom) -> None:
    folder, made = classroom
    student = next(student for student in made.students if student.kind is Kind.half_finished and not student.mangles)
    assert student.units == ("first",)
    cells = sources(notebook(folder, student, "first", "sums"))
    assert "NotImplementedError" not in cells["add_answer"]
    assert cells["essay"] == "YOUR ANSWER HERE"


def test_extras_are_done_by_those_they_are_for(classroom: Classroom) -> None:
    folder, made = classroom

    def worked_on(kind: Kind, name: str) -> bool:
        student = of_kind(made, kind)
        handed_in, released = (
            path / f"{name}.ipynb" for path in (folder.submission(student.id, "first"), folder.unit_release("first"))
        )
        return (
            sources(notebook(folder, student, "first", name)) != sources(nbformat.read(released, as_version=4))
            and handed_in.exists()
        )

    assert [worked_on(Kind.everything, name) for name in ("more-sums", "hard-sums")] == [True, True]
    assert [worked_on(Kind.strong, name) for name in ("more-sums", "hard-sums")] == [False, True]
    assert [worked_on(Kind.careless, name) for name in ("more-sums", "hard-sums")] == [False, False]
    assert not worked_on(Kind.remedial, "hard-sums")


def test_students_take_different_ways_and_work_only_on_their_own(classroom: Classroom) -> None:
    folder, made = classroom
    released = {
        name: sources(nbformat.read(folder.unit_release("second") / f"{name}.ipynb", as_version=4))
        for name in ("world-one", "world-two")
    }
    taken = {student.id: {each.fork: each.options for each in student.choices} for student in made.students}
    assert {ways["world"] for ways in taken.values()} == {("one",), ("two",)}
    assert {ways["way"] for ways in taken.values()} == {("left",), ("right",)}
    for student in clean(made):
        if "second" in student.units:
            other = "world-two" if taken[student.id]["world"] == ("one",) else "world-one"
            assert sources(notebook(folder, student, "second", other)) == released[other]
        if "third" in student.units:
            other = "right_answer" if taken[student.id]["way"] == ("left",) else "left_answer"
            assert "NotImplementedError" in sources(notebook(folder, student, "third", "last"))[other]


def test_choices_are_said_by_some_and_left_to_be_inferred_by_others(classroom: Classroom) -> None:
    folder, made = classroom
    says, silent = of_kind(made, Kind.everything), of_kind(made, Kind.weak)
    assert says.states_choices
    assert not silent.states_choices
    (way,) = (each.options for each in says.choices if each.fork == "way")
    assert notebook(folder, says, "third", "last").metadata.plnb.choices == {"way": list(way)}
    assert "plnb" not in notebook(folder, silent, "third", "last").metadata


def test_the_writer_says_more_than_the_others(classroom: Classroom) -> None:
    folder, made = classroom
    long, short = (notebook(folder, of_kind(made, kind), "first", "sums") for kind in (Kind.writer, Kind.careless))
    assert sources(long)["essay"] == "A line keeps its slope. A curve does not."
    assert "A curve" not in sources(short)["essay"]
    for place in ("sums-7", "sums-8"):
        assert "Differences" in sources(long)[place]
        assert "Write here" not in sources(long)[place]
    cells = list(sources(long))
    assert cells.index("my-poster") == cells.index("poster") + 1
    assert "my-poster" not in sources(short)


def test_each_mangled_student_is_mangled_in_one_unit_and_keeps_the_others(classroom: Classroom) -> None:
    folder, made = classroom
    for student in made.students:
        assert len({(each.unit, each.notebook) for each in student.mangles}) <= 1
        for unit in set(student.units) - {each.unit for each in student.mangles}:
            for path in folder.submission(student.id, unit).glob("*.ipynb"):
                nbformat.validate(nbformat.read(path, as_version=4))
    units = {each.unit for student in made.students for each in student.mangles}
    assert units == {"first", "second", "third"}


def test_mangles_hit_notebooks_that_the_student_works_in(classroom: Classroom) -> None:
    _, made = classroom
    for student in made.students:
        ways = {each.fork: each.options[0] for each in student.choices}
        for each in student.mangles:
            assert each.what
            assert each.notebook in {"sums", f"world-{ways['world']}", "last"}


def test_a_second_hand_in_is_later_and_never_worse(folder: CourseFolder) -> None:
    made = make_class(folder)
    student = of_kind(made, Kind.two_attempts)
    place = folder.submission(student.id, "first")
    first, first_time = sources(notebook(folder, student, "first", "sums")), parse_utc((place / "timestamp.txt").read_text())
    others = digests(folder.submitted / of_kind(made, Kind.strong).id)

    handed_in = hand_in_again(folder, made)

    assert {each.student for each in handed_in} == {each.id for each in made.students if each.kind is Kind.two_attempts}
    second, second_time = sources(notebook(folder, student, "first", "sums")), parse_utc((place / "timestamp.txt").read_text())
    assert second_time > first_time
    right = sources(notebook(folder, of_kind(made, Kind.everything), "first", "sums"))
    answers = ("add_answer", "slope_answer")
    assert sum(second[cell] == right[cell] for cell in answers) > sum(first[cell] == right[cell] for cell in answers)
    assert all(second[cell] == right[cell] for cell in answers if first[cell] == right[cell])
    assert digests(folder.submitted / of_kind(made, Kind.strong).id) == others


def test_an_empty_upload_is_put_right_by_the_second_hand_in(folder: CourseFolder) -> None:
    made = make_class(folder)
    student = next(one for one in made.students if one.mangles and one.mangles[0].mangle is Mangle.empty_file)
    (mangled,) = student.mangles
    file = folder.submission(student.id, mangled.unit) / f"{mangled.notebook}.ipynb"
    assert file.read_bytes() == b""
    hand_in_again(folder, made, student=student.id)
    nbformat.validate(nbformat.read(file, as_version=4))


def test_nothing_is_made_before_a_release(tmp_path: Path) -> None:
    folder = make_tiny_course(tmp_path / "course", release=False)
    with pytest.raises(NotReadyError, match="released"):
        make_class(folder)
    assert not folder.submitted.exists()


def test_a_students_work_is_never_written_over(folder: CourseFolder) -> None:
    make_class(folder, n=3)
    before = digests(folder.root)
    with pytest.raises(OutputExistsError, match="demo-01-strong"):
        make_class(folder, n=3)
    assert digests(folder.root) == before


def test_a_larger_class_starts_the_roster_over_under_other_names(folder: CourseFolder) -> None:
    made = make_class(folder, n=len(ROSTER) + 1)
    assert made.students[-1].id == "demo-25-strong"
    assert made.students[-1].kind is made.students[0].kind


def test_nbgrader_itself_grades_the_class(folder: CourseFolder) -> None:
    made = make_class(folder, n=4)
    everything, careless = of_kind(made, Kind.everything), of_kind(made, Kind.careless)
    api = grader(folder)
    for student in (everything, careless):
        result = api.autograde("first", student.id)
        assert result["success"], result
    with Gradebook(f"sqlite:///{folder.gradebook}") as book:
        scores = {each["student"]: each for each in book.submission_dicts("first")}
        assert scores[everything.id]["code_score"] == 12
        slips = [each for each in careless.slips if each.unit == "first"]
        assert slips
        assert scores[careless.id]["code_score"] < 4
        assert book.find_submission("first", everything.id).timestamp.year == 2025
