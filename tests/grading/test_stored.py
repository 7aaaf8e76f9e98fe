"""However much is handed in or printed: what is stored of a graded submission stays small, and what is cut is cut fairly."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_output

from plnb.cli.feedback import feedback
from plnb.engine.nodes import notebook_bytes, read_notebook_bytes
from plnb.grading.grade import grade
from plnb.grading.repairs import RepairCode
from plnb.grading.stored import FOLDER, STORED, fit_files, fit_notebooks, page_rooms
from plnb.grading.submission import MAX_FILES, read_submission
from plnb.store.layout import CourseFolder
from plnb.store.ledger import Ledger
from tests.grading.builders import RIGHT, answer, autotest, code, grades, hand_in, notebook, text


def stored(course: CourseFolder, student: str, unit: str) -> int:
    """Everything on the disk and in the ledger that is this submission's."""
    folders = (course.autograded / student / unit, course.feedback / student / unit)
    size = sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())
    with Ledger.open(course.ledger) as ledger:
        size += sum(len(row.body.encode()) for row in ledger.submissions() if (row.student, row.unit) == (student, unit))
        size += sum(len(record.model_dump_json().encode()) for record in ledger.records(student))
    return size


def graded(course: CourseFolder) -> None:
    grade(course, jobs=0)
    feedback(units=None, course=course.root, student=None, json=True)


def test_large_files_are_there_for_the_run_and_are_not_copied(course: CourseFolder, capsys: pytest.CaptureFixture[str]) -> None:
    target = hand_in(course, "ada", "u2", {"ratio": "ratio = 4 if len(open('mine.bin', 'rb').read()) == 12_000_000 else 0"})
    (target / "mine.bin").write_bytes(os.urandom(12_000_000))
    (target / "notes.txt").write_text("mine")
    for number in range(900):
        (target / f"photo{number}.jpg").write_bytes(os.urandom(8_000))
    (outcome,) = grade(course, jobs=0).outcomes
    feedback(units=None, course=course.root, student=None, json=True)
    assert grades(course, "u2", "ada")["in-sport", "ratio_check"][0] == 2
    assert stored(course, "ada", "u2") <= STORED
    folder = course.autograded / "ada" / "u2"
    assert (folder / "notes.txt").read_text() == "mine", "small ones are copied first"
    assert not (folder / "mine.bin").exists()
    (said,) = (repair.message for repair in outcome.repairs if repair.code is RepairCode.large_file)
    assert "submitted/ keeps the original" in said
    assert not outcome.needs_person


@pytest.mark.parametrize(
    "shows",
    [
        "print('&' * 90_000)",
        "from IPython.display import display\nfor _ in range(12): display({'text/plain': '\\n' * 60_000}, raw=True)",
        "from IPython.display import HTML, display\nfor _ in range(9): display(HTML('<b>&amp;\"</b>' * 9_000))",
    ],
)
def test_outputs_that_grow_when_they_are_written_or_escaped_stay_small(
    course: CourseFolder, shows: str, capsys: pytest.CaptureFixture[str]
) -> None:
    twice = {"in-sport": lambda nb: nb.cells.append(code(shows, "own"))}
    hand_in(course, "ada", "u2", {"ratio": f"{shows}\nratio = 4"}, change=twice)
    graded(course)
    assert stored(course, "ada", "u2") <= STORED
    assert grades(course, "u2", "ada")["in-sport", "ratio_check"][0] == 2


def test_texts_pictures_and_claims_of_the_student_stay_small(course: CourseFolder, capsys: pytest.CaptureFixture[str]) -> None:
    def much(nb: NotebookNode) -> None:
        for number in range(12):
            nb.cells.append(code("#" + "\n#&" * 20_000 + str(number), f"own{number}"))
            shown = text(f"![x](attachment:x.png) {number}", f"text{number}")
            shown["attachments"] = {"x.png": {"image/png": "iVBORw0KGgoA" + "AAAA" * 200_000}}
            nb.cells.append(shown)
        nb.metadata["plnb"] = {"choices": {"world": ["sport"], "x" * 1_000_000: ["y" * 1_000_000]}}

    hand_in(course, "ada", "u2", RIGHT, change={"in-sport": much})
    graded(course)
    assert stored(course, "ada", "u2") <= STORED
    assert grades(course, "u2", "ada")["in-sport", "ratio_check"][0] == 2


def test_of_very_many_files_that_are_left_out_only_some_are_named(tmp_path: Path) -> None:
    for number in range(MAX_FILES + 500):
        (tmp_path / f"{number}.txt").touch()
    found = read_submission(tmp_path)
    assert len(found.files) == MAX_FILES
    assert len(found.repairs) < 30
    assert found.repairs[-1].message == "And 480 more files were left out."


def test_the_largest_notebook_is_cut_and_the_others_are_left_alone() -> None:
    def book(size: int) -> bytes:
        own = code("x", "own")
        own.outputs = [new_output("stream", text="y" * 90_000) for _ in range(size)]
        return notebook_bytes(notebook(text("# T", "t"), own, autotest("check", 1, "assert x"), answer("a", "x = 1")))

    executed = {"small": book(1), "large": book(40)}
    fitted = fit_notebooks(executed, 1_000_000)
    assert fitted["small"] == executed["small"]
    assert 600_000 < len(fitted["large"]) <= 1_000_000 - len(fitted["small"])
    cells = read_notebook_bytes(fitted["large"]).cells
    assert [cell.source for cell in cells] == [cell.source for cell in read_notebook_bytes(executed["large"]).cells]
    assert "eft out" in cells[1].outputs[-1].text
    assert fit_notebooks(executed, 10_000_000) == executed


def test_files_take_the_room_they_take_on_a_disk() -> None:
    kept, left_out = fit_files({f"d{n}/{n}": b"" for n in range(1000)}, FOLDER)
    assert 200 < len(kept) < 600
    assert len(kept) + len(left_out) == 1000
    assert fit_files({"timestamp.txt": b"x" * 5000, "a": b"y"}, 8192) == ({"timestamp.txt": b"x" * 5000}, ("a",))


def test_pages_share_their_room_by_what_there_is_to_show() -> None:
    rooms = page_rooms({"large": 1_900_000, "small": 1_000}, 1_900_000)
    assert sum(rooms.values()) <= 1_900_000
    assert rooms["large"] > 10 * rooms["small"] > 500_000
