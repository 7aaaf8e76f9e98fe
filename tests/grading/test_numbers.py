# ruff: noqa: E501 - sources of cells, one a line
"""A question whose numbers vary: the student's variant is what is graded, and nothing but its number is the student's to say."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbgrader.converters import Autograde

from plnb.core.records import Verdict
from plnb.engine.nodes import notebook_bytes
from plnb.engine.runs import Budget
from plnb.grading.grade import grade
from plnb.grading.jobs import Job
from plnb.grading.kits import make_kit
from plnb.grading.manifest import read_manifest
from plnb.grading.nbgrader_course import NbgraderCourse
from plnb.grading.release import release
from plnb.grading.results import CellScore, Worked
from plnb.grading.work import work
from plnb.store.layout import CourseFolder
from tests.grading.builders import answer, autotest, cell_of, check_meta, code, grades, hand_in, notebook, read, write

COURSE = "schema_version: 1\nid: small\ntitle: Small\nunits:\n  - {id: u, title: U, steps: [{notebook: n}]}\n"

GIVEN = "import random\nvariant = 1\nluck = random.Random(variant)\nwidth = luck.randrange(2, 10_000)\nheight = luck.randrange(2, 10_000)\nprint(width, height)"
SHUFFLED = "import random\nother = 1\nrandom.seed(other)\ncards = list(range(1000))\nrandom.shuffle(cards)\ncards"

ALL = {"area": 2.0, "area_hidden": 1.0, "first": 2.0, "kept": 1.0}
SOLVED = {"area_answer": "area = width * height", "first_answer": "first = cards[0]", "kept_answer": "kept = 1"}


def vary(name: str, variants: int = 20) -> dict[str, object]:
    return {"schema_version": 1, "role": "vary", "name": name, "variants": variants}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> CourseFolder:
    made = CourseFolder(tmp_path_factory.mktemp("numbers"))
    made.course_file.write_text(COURSE)
    cells = [
        code(GIVEN, "given", plnb=vary("variant")),
        answer("area_answer", "area = width * height"),
        autotest("area", 2, "assert area == width * height, 'width times height'", plnb=check_meta("S.1")),
        autotest("area_hidden", 1, "assert area > 0", hidden="assert area // height == width", plnb=check_meta("S.1")),
        code(SHUFFLED, "shuffled", plnb=vary("other", 5)),
        answer("first_answer", "first = cards[0]"),
        autotest("first", 2, "assert first == cards[0]", plnb=check_meta("S.1")),
        answer("kept_answer", "kept = 1"),
        autotest("kept", 1, "assert kept == 1", plnb=check_meta("S.1")),
    ]
    write(made.notebook("u", "n"), notebook(*cells))
    release(made)
    return made


def given(number: object, source: str = GIVEN, name: str = "variant") -> str:
    return source.replace(f"{name} = 1", f"{name} = {number}")


def set_to(cell_id: str, source: str) -> Callable[[NotebookNode], None]:
    def change(book: NotebookNode) -> None:
        next(cell for cell in book.cells if cell.id == cell_id).source = source

    return change


def graded(folder: CourseFolder, *changes: Callable[[NotebookNode], object], answers: dict[str, str] = SOLVED) -> Worked:
    kit = make_kit(NbgraderCourse(folder), read_manifest(folder.manifest("u")), budget=Budget(), tier="none")
    book = read(folder.unit_release("u") / "n.ipynb")
    for name, source in answers.items():
        cell_of(book, name).source = source
    for change in changes:
        change(book)
    return work(kit, Job(student="ann", notebooks={"n": notebook_bytes(book)}, others={}))


def scores(worked: Worked) -> dict[str, CellScore]:
    return {score.check: score for score in worked.outcomes[0].scores}


def earned(worked: Worked) -> dict[str, float | None]:
    return {check: score.points for check, score in scores(worked).items()}


def told(worked: Worked) -> list[tuple[str, str]]:
    return [(repair.code.value, repair.message) for repair in worked.repairs]


def area(number: int) -> str:
    """The answer to a variant, worked out by hand."""
    names: dict[str, int] = {}
    exec(given(number).replace("print(width, height)", ""), names)
    return f"area = {names['width'] * names['height']}"


def test_the_students_variant_is_the_one_that_is_graded(folder: CourseFolder) -> None:
    worked = graded(folder, set_to("given", given(7)), answers=SOLVED | {"area_answer": area(7)})
    assert earned(worked) == ALL
    assert told(worked) == []
    assert {check: score.seed for check, score in scores(worked).items()} == {"area": 7, "area_hidden": 7, "first": 1, "kept": None}
    assert {check: score.checked_in for check, score in scores(worked).items()} == dict.fromkeys(ALL, "outside")
    assert all(score.differences == () for score in scores(worked).values())
    plan = read_manifest(folder.manifest("u")).notebooks[0].plan
    assert "variant = 1" in plan.checks[0].before, "what is given is made anew by the teacher's cell, outside"


def test_the_answer_to_one_variant_is_wrong_for_another(folder: CourseFolder) -> None:
    assert (
        scores(graded(folder, set_to("given", given(7)), answers=SOLVED | {"area_answer": area(8)}))["area"].verdict
        is Verdict.failed
    )
    assert scores(graded(folder, answers=SOLVED | {"area_answer": area(7)}))["area"].verdict is Verdict.failed
    assert scores(graded(folder, answers=SOLVED | {"area_answer": area(1)}))["area"].verdict is Verdict.passed


@pytest.mark.parametrize("number", ["21", "0", "-3", "9999", "2.5", "width", "7; width = 2", "7\nvariant = 8"])
def test_a_number_that_is_no_variant_is_put_back_and_told(folder: CourseFolder, number: str) -> None:
    worked = graded(folder, set_to("given", given(number)), answers=SOLVED | {"area_answer": area(1)})
    assert earned(worked) == ALL
    assert [code for code, _ in told(worked)] == ["edited-number"]
    assert told(worked)[0][1].endswith("the cell was used as it was released, with 1.")
    assert scores(worked)["area"].seed == 1
    assert scores(worked)["area"].differences == ("numbers",)


def test_everything_else_in_the_cell_stays_the_teachers(folder: CourseFolder) -> None:
    easy = set_to("given", f"{given(7)}\nwidth = height = 1")
    assert told(graded(folder, easy)) == [
        ("edited-text", "More than its number was changed; the released text was used, with variant = 7.")
    ]
    assert earned(graded(folder, easy)) == ALL
    assert scores(graded(folder, easy, answers=SOLVED | {"area_answer": "area = 1"}))["area"].verdict is Verdict.failed
    assert told(graded(folder, set_to("given", given(7).replace("variant = 7", "variant=7 ")))) == [], (
        "spaces are nobody's business"
    )


def test_a_cell_of_ones_own_that_sets_easier_numbers_earns_nothing(folder: CourseFolder) -> None:
    def easy(book: NotebookNode) -> None:
        book.cells.insert(1, code("width = height = 1", "mine"))

    worked = graded(folder, set_to("given", given(7)), easy, answers=SOLVED | {"area_answer": "area = 1"})
    assert scores(worked)["area"].verdict is Verdict.failed


def test_a_cell_that_was_deleted_is_put_back_as_it_was_released(folder: CourseFolder) -> None:
    def delete(book: NotebookNode) -> None:
        book.cells.pop(0)

    worked = graded(folder, delete)
    assert earned(worked) == ALL
    assert [code for code, _ in told(worked)] == ["deleted-cell"]


def test_a_cell_that_lost_its_id_is_known_by_its_metadata(folder: CourseFolder) -> None:
    def anew(book: NotebookNode) -> None:
        book.cells[0].id = "another"

    worked = graded(folder, set_to("given", given(7)), anew, answers=SOLVED | {"area_answer": area(7)})
    assert earned(worked) == ALL
    assert scores(worked)["area"].seed == 7


def test_numbers_that_are_drawn_by_calls_alone_are_read_where_they_were_drawn(folder: CourseFolder) -> None:
    worked = graded(folder, set_to("shuffled", given(4, SHUFFLED, "other")))
    assert earned(worked) == ALL
    assert scores(worked)["first"].seed == 4


def test_other_numbers_alone_are_no_answer(folder: CourseFolder) -> None:
    worked = graded(folder, set_to("given", given(7)), answers={})
    assert {score.verdict for score in scores(worked).values()} == {Verdict.not_attempted}


def test_nbgrader_alone_gives_an_honest_variant_the_same_points(folder: CourseFolder, tmp_path: Path) -> None:
    theirs, ours = CourseFolder(tmp_path / "theirs"), CourseFolder(tmp_path / "ours")
    shutil.copytree(folder.root, theirs.root)
    answers = SOLVED | {"area_answer": area(7), "kept_answer": "kept = 2"}
    hand_in(theirs, "ann", "u", answers, change={"n": set_to("given", given(7))})
    shutil.copytree(theirs.root, ours.root)
    course = NbgraderCourse(theirs)
    course.dir.assignment_id = "u"
    Autograde(coursedir=course.dir, parent=course.app).start()
    summary = grade(ours, jobs=1)
    assert grades(ours, "u", "ann") == grades(theirs, "u", "ann")
    assert {key[1]: points for key, (points, _, _) in grades(ours, "u", "ann").items()} == ALL | {"kept": 0.0}
    assert [outcome.differences for outcome in summary.outcomes] == [()]
