"""A mixed check is made of the course's own questions, can stand alone, runs, and is graded like any unit."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from plnb.authoring.mixed import MixedCheck, make_mixed
from plnb.authoring.names import Names, names_in
from plnb.core.base import Basis, Trust
from plnb.core.compiling import compile_course
from plnb.core.lint import lint
from plnb.core.mastery import estimate
from plnb.core.paths import plan
from plnb.core.records import Attempt, Record, Verdict, record_id
from plnb.errors import InputError, NotFoundError, OutputExistsError
from plnb.grading.grade import grade
from plnb.grading.release import release
from plnb.grading.smoke import smoke_run
from plnb.store.layout import CourseFolder
from plnb.store.ledger import Ledger
from plnb.store.sources import load_course
from tests.authoring.tiny import answer, check, framework, nbgrader_key

SAMPLE = Path(__file__).parents[2] / "sample_course"
FOUR = ["SL.RATE.1", "SL.SLOPE.1", "SL.LINE.2", "SL.DATA.2"]


@pytest.fixture
def sample(tmp_path: Path) -> CourseFolder:
    return CourseFolder(Path(shutil.copytree(SAMPLE, tmp_path / "course")))


def mixed(folder: CourseFolder, standards: Sequence[str], *records: Record, **more: Any) -> MixedCheck:
    source = load_course(folder.root)
    return make_mixed(folder, source, compile_course(source), records, standards, **more)


def cells(folder: CourseFolder, made: MixedCheck) -> list[Any]:
    return list(json.loads((folder.root / made.place).read_text(encoding="utf-8"))["cells"])


def text(cell: Any) -> str:
    return "".join(cell["source"])


def grader(cell: Any) -> Any:
    return cell["metadata"].get("nbgrader", {})


def answered(ref: str, day: int) -> Attempt:
    activity, name = ref.split("/")
    return Attempt(
        id=record_id(ref, str(day)),
        course="straight-lines",
        student="ada",
        at=datetime(2026, 9, day, tzinfo=UTC),
        trust=Trust.graded,
        unit="u",
        activity=activity,
        check=name,
        verdict=Verdict.passed,
        score=1.0,
    )


def refs(made: MixedCheck) -> list[str]:
    return [f"{q.activity}/{q.check}" for q in made.questions]


# --- on the sample course ----------------------------------------------------------------------------------------------------


def test_solutions_pass_and_blanks_fail_in_real_kernels_and_lint_finds_nothing_new(sample: CourseFolder) -> None:
    before = {(f.code, f.place) for f in lint(load_course(sample.root))}
    made = mixed(sample, FOUR)
    sample.course_file.write_text(sample.course_file.read_text(encoding="utf-8") + made.lines, encoding="utf-8")
    source = load_course(sample.root)
    assert {(f.code, f.place) for f in lint(source)} <= before
    assert smoke_run(sample, source, units=[made.unit]) == ()
    assert made.files == ("data/co2-annual.csv", "data/co2-monthly.csv")


def test_questions_take_turns_and_every_standard_has_its_share(sample: CourseFolder) -> None:
    made = mixed(sample, FOUR)
    assert [next(code for code in FOUR if code in q.standards) for q in made.questions] == FOUR * 2
    assert len(set(refs(made))) == 8
    assert made.short == ()


def test_cells_have_new_ids_no_branch_no_points_and_say_that_they_are_mixed(sample: CourseFolder) -> None:
    made = mixed(sample, FOUR)
    found = cells(sample, made)
    ids = [grader(cell)["grade_id"] for cell in found if grader(cell)]
    assert len(ids) == len(set(ids))
    assert len({cell["id"] for cell in found}) == len(found)
    assert not any("branch" in cell["metadata"].get("plnb", {}) for cell in found)
    assert not any(tag.startswith("plnb-branch") for cell in found for tag in cell["metadata"].get("tags", ()))
    tests = [cell for cell in found if grader(cell).get("grade")]
    assert len(tests) == 8
    assert all(grader(cell)["points"] == 0 for cell in tests)
    assert all(cell["metadata"]["plnb"]["mixed"] and cell["metadata"]["plnb"]["role"] == "check" for cell in tests)
    compiled = compile_course(load_course(sample.root))
    assert compiled.activity(made.notebook) is None, "it is part of the course only when the teacher says so"


def test_what_the_student_has_not_seen_comes_first_then_what_was_seen_longest_ago(sample: CourseFolder) -> None:
    every = refs(mixed(sample, ["SL.SYS.1"], each=20, out=sample.root / "all.ipynb"))
    seen = [answered(ref, day) for day, ref in enumerate(every[1:], 1)]
    assert refs(mixed(sample, ["SL.SYS.1"], *seen, each=1, out=sample.root / "one.ipynb")) == every[:1]
    again = mixed(sample, ["SL.SYS.1"], *seen, answered(every[0], 28), each=1, out=sample.root / "two.ipynb")
    assert refs(again) == every[1:2]
    assert again.questions[0].seen


def test_a_picture_comes_along_with_what_it_shows_and_what_only_teaches_stays(sample: CourseFolder) -> None:
    source = load_course(sample.root)
    seen = [
        answered(f"{nb.name}/{cell.grader.grade_id}", 1)
        for nb in source.notebooks
        for cell in nb.cells
        if cell.grader and cell.grader.grade and cell.grader.grade_id != "steep_check"
    ]
    made = mixed(sample, ["SL.SLOPE.1"], *seen, each=1)
    told = "\n".join(text(cell) for cell in cells(sample, made))
    assert made.questions[0].check == "steep_check"
    assert "plt.subplots" in told, "the graph that the question speaks of"
    assert "**What the picture shows.**" in told, "and the same in words"
    assert "Reading the graph" not in told, "but not the question before it"
    assert told.count("def near(") == 1


def test_an_existing_notebook_is_left_alone(sample: CourseFolder) -> None:
    first = mixed(sample, FOUR)
    before = (sample.root / first.place).read_bytes()
    assert mixed(sample, FOUR).unit == "mixed-2"
    with pytest.raises(OutputExistsError):
        mixed(sample, FOUR, out=sample.root / first.place)
    assert (sample.root / first.place).read_bytes() == before


def test_what_cannot_be_asked_is_one_sentence_and_writes_nothing(sample: CourseFolder) -> None:
    before = sorted(sample.root.rglob("*"))
    with pytest.raises(NotFoundError, match=r"SL\.NOPE"):
        mixed(sample, ["SL.NOPE"])
    assert sorted(sample.root.rglob("*")) == before


def test_elsewhere_it_is_a_notebook_and_no_unit(sample: CourseFolder, tmp_path: Path) -> None:
    made = mixed(sample, FOUR, out=tmp_path / "out" / "check.ipynb")
    assert (made.unit, made.lines) == ("", "")
    assert (tmp_path / "out" / "data" / "co2-annual.csv").is_file()


@pytest.mark.slow
def test_it_is_released_graded_and_tested_out_like_any_unit(sample: CourseFolder) -> None:
    made = mixed(sample, ["SL.RATE.1", "SL.NUM.2"], each=3)
    sample.course_file.write_text(sample.course_file.read_text(encoding="utf-8") + made.lines, encoding="utf-8")
    release(sample, [made.unit])
    released = json.loads((sample.unit_release(made.unit) / f"{made.notebook}.ipynb").read_text(encoding="utf-8"))
    assert "BEGIN SOLUTION" not in json.dumps(released)
    assert "HIDDEN TESTS" not in json.dumps(released)
    handed_in = sample.submission("ada", made.unit)
    shutil.copytree(sample.unit_source(made.unit), handed_in)
    grade(sample, units=[made.unit])
    with Ledger.open(sample.ledger) as ledger:
        records = ledger.records("ada")
    attempts = [r for r in records if isinstance(r, Attempt)]
    assert len(attempts) == len(made.questions) >= 6
    assert all(a.mixed and a.verdict is Verdict.passed for a in attempts)
    course = compile_course(load_course(sample.root))
    now = max(r.at for r in records)
    found = plan(course, estimate(course, records, basis=Basis.credit, now=now), records, now=now)
    assert next(s for s in found.steps if s.id == "unit-rates").reason.code == "activity.tested_out"


# --- on a course of four cells -----------------------------------------------------------------------------------------------

COURSE = """
schema_version: 1
id: tiny
title: A tiny course
frameworks: [frameworks/tiny.json]
units: [{id: one, title: One, steps: [{notebook: first}]}]
"""


def tiny(root: Path, *made: Any) -> CourseFolder:
    folder = CourseFolder(root)
    (root / "frameworks").mkdir(parents=True)
    (root / "frameworks" / "tiny.json").write_text(json.dumps(framework()), encoding="utf-8")
    folder.course_file.write_text(COURSE, encoding="utf-8")
    path = folder.notebook("one", "first")
    path.parent.mkdir(parents=True)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=list(made), metadata={"kernelspec": kernel}), path)
    return folder


def test_a_question_brings_the_question_whose_answer_it_builds_on(tmp_path: Path) -> None:
    folder = tiny(
        tmp_path,
        new_markdown_cell("## One"),
        answer("a", "rise = None\n### BEGIN SOLUTION\nrise = 6\n### END SOLUTION"),
        check("a_check", "assert rise == 6", ["T.1"]),
        new_markdown_cell("## Two"),
        answer("b", "slope = None\n### BEGIN SOLUTION\nslope = rise / 2\n### END SOLUTION"),
        check("b_check", "assert slope == 3", ["T.2"]),
    )
    made = mixed(folder, ["T.2"], each=1)
    assert [(q.check, q.along) for q in made.questions] == [("a_check", True), ("b_check", False)]


def test_two_questions_that_ask_for_the_same_name_never_meet(tmp_path: Path) -> None:
    folder = tiny(
        tmp_path,
        *(
            cell
            for n in (1, 2)
            for cell in (
                new_markdown_cell(f"## {n}"),
                answer(f"a{n}", f"### BEGIN SOLUTION\nslope = {n}\n### END SOLUTION"),
                check(f"c{n}", f"assert slope == {n}", ["T.1"]),
            )
        ),
    )
    made = mixed(folder, ["T.1"])
    assert [q.check for q in made.questions] == ["c1"]
    assert made.short == ("T.1",)


def test_a_standard_that_only_a_person_judges_cannot_be_mixed(tmp_path: Path) -> None:
    essay = new_markdown_cell("### BEGIN SOLUTION\nA line.\n### END SOLUTION")
    essay.metadata["nbgrader"] = nbgrader_key("essay", grade=True, solution=True, points=4)
    essay.metadata["plnb"] = {"schema_version": 1, "role": "check", "standards": ["T.2"]}
    folder = tiny(tmp_path, essay)
    with pytest.raises(InputError, match=r"T\.2"):
        mixed(folder, ["T.2"])
    assert not folder.unit_source("mixed-1").exists()


@pytest.mark.parametrize(
    ("source", "defines", "needs"),
    [
        ("x = y + 1", {"x"}, {"y"}),
        ("x = x + 1", {"x"}, {"x"}),
        ("x = 1\ny = x", {"x", "y"}, set()),
        ("import numpy as np\nnp.mean(ppm)", {"np"}, {"ppm"}),
        ("def f(a):\n    b = a + k\n    return [c for c in b]", {"f"}, {"k"}),
        ("for a, b in pairs:\n    print(a, b)", {"a", "b"}, {"pairs"}),
        ("%matplotlib inline\nassert near(x, 1)", set(), {"near", "x"}),
        ("a, *b = [z for z in q]", {"a", "b"}, {"q"}),
        ("d['k'] = 1", set(), {"d"}),
        ("def f():\n    global g\n    g = 1", {"f", "g"}, set()),
    ],
)
def test_names_are_read_from_the_text(source: str, defines: set[str], needs: set[str]) -> None:
    found = names_in(source)
    assert found is not None
    assert (found.defines, found.needs) == (defines, needs)


def test_what_is_no_python_has_no_names() -> None:
    assert names_in("SELECT * FROM x") is None


def test_the_same_import_again_changes_nothing() -> None:
    first, same, other = (names_in(s) for s in ("import numpy as np", "import numpy as np\nx = 1", "np = 3"))
    assert isinstance(first, Names) and isinstance(same, Names) and isinstance(other, Names)  # noqa: PT018
    assert not same.changes(first)
    assert other.changes(first)
