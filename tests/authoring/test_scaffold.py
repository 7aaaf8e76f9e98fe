from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import plnb
from plnb.authoring.samples import course_template, course_templates, sample_course
from plnb.authoring.scaffold import new_course
from plnb.authoring.synthetic import make_class
from plnb.core.compiling import compile_course
from plnb.core.lint import lint
from plnb.errors import InputError, NotFoundError, OutputExistsError
from plnb.grading.grade import grade
from plnb.grading.release import release
from plnb.grading.smoke import smoke_run
from plnb.store.layout import CourseFolder
from plnb.store.sources import load_course


def test_a_new_course_loads_without_a_fault(tmp_path: Path) -> None:
    made = new_course(tmp_path / "mine", title="My first course")
    source = load_course(made)
    assert source.faults == ()
    assert (source.file.id, source.file.title) == ("my-first-course", "My first course")
    course = compile_course(source)
    assert course.assessed() == ("PCT.1", "PCT.2")
    assert course.standards.by_code["PCT.2"].requires == ("PCT.1",)


def test_a_new_course_lints_clean(tmp_path: Path) -> None:
    assert lint(load_course(new_course(tmp_path / "mine", title="Mine"))) == ()


def test_a_new_courses_solutions_pass_its_checks_and_its_blanks_fail_them(tmp_path: Path) -> None:
    folder = CourseFolder(new_course(tmp_path / "mine", title="Mine"))
    assert smoke_run(folder, load_course(folder.root)) == ()


def test_a_new_course_releases_and_grades_and_either_way_leads_to_all_points(tmp_path: Path) -> None:
    folder = CourseFolder(new_course(tmp_path / "mine", title="Mine"))
    (released,) = release(folder)
    assert released.notebooks == ("percentages",)
    made = make_class(folder, n=4)
    strong, everything = made.students[0], made.students[3]
    assert strong.choices != everything.choices
    summary = grade(folder, students=[strong.id, everything.id], jobs=0)
    assert [outcome.state for outcome in summary.outcomes] == ["graded", "graded"]
    assert [(outcome.score, outcome.max_score) for outcome in summary.outcomes] == [(8, 8), (8, 8)]


def test_the_two_ways_of_the_new_course_are_worth_the_same(tmp_path: Path) -> None:
    course = compile_course(load_course(new_course(tmp_path / "mine", title="Mine")))
    (activity,) = course.activities()
    (fork,) = activity.forks
    worth = {
        option.id: [(check.points, check.standards) for check in activity.checks if check.branch == f"{fork.id}/{option.id}"]
        for option in fork.options
    }
    assert worth["shop"] == worth["track"] != []
    assert all(check.hints and check.standards for check in activity.checks)
    assert activity.reflections


def test_every_notebook_of_the_new_course_is_valid_and_bare_of_outputs(tmp_path: Path) -> None:
    made = new_course(tmp_path / "mine", title="Mine")
    for path in made.rglob("*.ipynb"):
        nb = nbformat.read(path, as_version=4)
        nbformat.validate(nb)
        assert not any(cell.get("outputs") or cell.get("execution_count") for cell in nb.cells)


def test_nothing_of_the_template_language_is_left(tmp_path: Path) -> None:
    made = new_course(tmp_path / "mine", title="Mine")
    for path in made.rglob("*"):
        assert path.suffix != ".jinja"
        assert path.is_dir() or "{{" not in path.read_text(encoding="utf-8")


TITLES = [
    "Größe & \"Maß\" #1: 'x'",
    "{{ now }} {{ guid_1 | tojson }}",
    "数学",
    "a: b\n- c",
    "  spaced \t out  ",
    "100 % \\ $HOME `id`",
    "yes",
    "🎈",
    "½ 1e3",
]


@pytest.mark.parametrize("title", TITLES)
def test_odd_titles_come_through(tmp_path: Path, title: str) -> None:
    made = new_course(tmp_path / "mine", title=title)
    source = load_course(made)
    assert source.file.title == " ".join(title.split())
    ast.parse((made / "nbgrader_config.py").read_text(encoding="utf-8"))
    package = json.loads((made / "frameworks" / "standards.case.json").read_text(encoding="utf-8"))
    assert package["CFDocument"]["title"] == source.file.title


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(max_size=40))
def test_whatever_the_title_a_course_is_made_that_loads_or_an_empty_title_is_refused(
    tmp_path_factory: pytest.TempPathFactory, title: str
) -> None:
    target = tmp_path_factory.mktemp("any") / "course"
    if any(sign.isprintable() and not sign.isspace() for sign in title):
        assert load_course(new_course(target, title=title)).faults == ()
        return
    with suppress(InputError):
        new_course(target, title=title)
    assert not target.exists() or load_course(target).faults == ()


def test_two_courses_from_one_template_share_no_identifier(tmp_path: Path) -> None:
    def identifiers(folder: Path) -> set[str]:
        package = json.loads((folder / "frameworks" / "standards.case.json").read_text(encoding="utf-8"))
        return {each["identifier"] for key in ("CFItems", "CFAssociations") for each in package[key]} | {
            package["CFDocument"]["identifier"]
        }

    one, two = (identifiers(new_course(tmp_path / name, title="Mine")) for name in ("one", "two"))
    assert len(one) == 8
    assert one.isdisjoint(two)


def test_a_folder_with_something_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "mine"
    target.mkdir()
    (target / "notes.txt").write_text("mine")
    with pytest.raises(OutputExistsError) as refused:
        new_course(target, title="Mine")
    assert refused.value.exit_code == 2
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "notes.txt"]


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")
    with pytest.raises(OutputExistsError):
        new_course(tmp_path / "mine", title="Mine")


def test_a_course_inside_a_course_is_refused(tmp_path: Path) -> None:
    outer = new_course(tmp_path / "mine", title="Mine")
    before = sorted(outer.rglob("*"))
    with pytest.raises(InputError, match="inside another") as refused:
        new_course(outer / "source" / "inner", title="Inner")
    assert refused.value.mend == f"Name a folder outside {outer}."
    assert sorted(outer.rglob("*")) == before


def test_an_empty_folder_is_filled_and_stays_the_same_folder(tmp_path: Path) -> None:
    target = tmp_path / "mine"
    target.mkdir()
    before = os.stat(target).st_ino
    new_course(target, title="Mine")
    assert os.stat(target).st_ino == before
    assert (target / "course.yaml").exists()


def test_nothing_is_left_beside_the_new_course(tmp_path: Path) -> None:
    new_course(tmp_path / "mine", title="Mine")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize("course_id", ["", "two words", "a/b", "x" * 65, "ü"])
def test_an_id_that_nbgrader_could_not_use_is_refused(tmp_path: Path, course_id: str) -> None:
    with pytest.raises(InputError, match="course id"):
        new_course(tmp_path / "mine", title="Mine", course_id=course_id)
    assert list(tmp_path.iterdir()) == []


def test_a_title_too_long_to_be_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="201 characters"):
        new_course(tmp_path / "mine", title="x" * 201)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_template_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError) as refused:
        new_course(tmp_path / "mine", title="Mine", template="../sample_course")
    assert "minimal" in refused.value.mend


def test_the_shipped_courses_are_found() -> None:
    assert "minimal" in [template.name for template in course_templates()]
    assert (course_template("minimal") / "course.yaml.jinja").is_file()
    assert sample_course().name.endswith("sample_course")


def test_an_installed_package_finds_what_was_shipped_inside_it(tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(Path(plnb.__file__).parent, site / "plnb", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(course_template("minimal").parent, site / "plnb" / "_course_templates")
    code = "from pathlib import Path; from plnb.authoring.scaffold import new_course; print(new_course(Path('made'), title='Mine'))"
    environment = {**os.environ, "PYTHONPATH": str(site)}
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert Path(run.stdout.strip()) == (tmp_path / "made").resolve()
    assert (tmp_path / "made" / "source" / "first-steps" / "percentages.ipynb").is_file()
