"""The sample course is a course: big enough, fair on every path, readable, and plain nbgrader underneath.

Nothing is executed here; that solutions pass and blanks fail is for `plnb lint --run`.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import nbformat
import pytest
from traitlets.config.loader import PyFileConfigLoader

from plnb.core.cells import CheckCell
from plnb.core.compiling import compile_course
from plnb.core.conditions import All, AnyOf, Condition, StandardAtLeast
from plnb.core.course import Activity, ActivityFork, Check, Course
from plnb.core.lint import lint
from plnb.core.policy import MOfN, Streak
from plnb.core.standards import Relation
from plnb.interop.case import read_package, validate_package, write_package
from plnb.store.sources import load_course

ROOT = Path(__file__).parents[2] / "sample_course"
NOTEBOOKS = sorted(ROOT.glob("source/*/*.ipynb"))
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)

source = cache(lambda: load_course(ROOT))


@cache
def course() -> Course:
    return compile_course(source())


def required() -> Iterator[Activity]:
    return (activity for activity in course().activities() if not activity.optional)


def paths() -> Iterator[dict[str, str]]:
    """Every way through the course: an option for each fork."""
    forks = list(course().forks())
    for options in product(*(fork.options for fork in forks)):
        yield {fork.id: option.id for fork, option in zip(forks, options, strict=True)}


def on(path: dict[str, str], branch: str | None) -> bool:
    fork, _, option = (branch or "").partition("/")
    return branch is None or path[fork] == option


def checks_on(path: dict[str, str], before: str | None = None) -> Iterator[Check]:
    """The checks of required activities on a path, up to (and without) the activity `before`."""
    for activity in required():
        if activity.id == before:
            return
        if on(path, activity.branch):
            yield from (check for check in activity.checks if on(path, check.branch))


def cells(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return found


def text(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def key(cell: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = cell["metadata"].get(name, {})
    return found


# How big it is


def test_it_has_the_units_activities_checks_and_standards_that_were_promised() -> None:
    assert len(course().units) == 5
    assert len(list(course().activities())) == 13
    assert sum(len(activity.checks) for activity in course().activities()) >= 36
    assert len(course().assessed()) == 17
    assert {standard.code for standard in source().standards.by_code.values() if standard.kind == "Standard"} == set(
        course().assessed()
    )


def test_every_notebook_is_a_step_of_a_unit_and_every_step_has_its_notebook() -> None:
    steps = {(activity.unit, activity.id) for activity in course().activities()}
    assert steps == {(path.parent.name, path.stem) for path in NOTEBOOKS}


def test_it_has_a_diagnostic_a_remedial_an_extension_a_project_forks_gates_goals_and_reflections() -> None:
    activities = {activity.id: activity for activity in course().activities()}
    assert len([check for check in activities["welcome-check"].checks if check.role == "probe"]) >= 6
    assert {activity.id for activity in activities.values() if activity.optional} == {"number-refresher", "beyond-lines"}
    assert any(check.manual for check in activities["line-project"].checks)
    assert {fork.id for fork in course().forks()} == {"rate-world", "rep", "meet-world", "data-story"}
    assert any(activity.gates for activity in activities.values())
    assert {point.role for activity in activities.values() for point in activity.reflections} == {"reflect", "goal"}
    assert {type(course().mastery.policy_for(code)).__name__ for code in course().assessed()} == {
        "Streak",
        "MOfN",
        "Latest",
        "Highest",
    }


# Fair on every path


def test_every_standard_can_become_proficient_on_every_path() -> None:
    short = []
    for path in paths():
        assessed = [code for check in checks_on(path) for code in check.standards]
        for code in course().assessed():
            policy = course().mastery.policy_for(code)
            needed = policy.n if isinstance(policy, Streak) else policy.m if isinstance(policy, MOfN) else policy.distinct
            if assessed.count(code) < needed:
                short.append((code, needed, path))
    assert not short


def test_what_a_gate_asks_for_has_been_assessed_before_it_on_every_path() -> None:
    def asked(condition: Condition | None) -> Iterator[str]:
        match condition:
            case All(all=several) | AnyOf(any=several):
                for one in several:
                    yield from asked(one)
            case StandardAtLeast(standard=code):
                yield code

    doors = [(activity, condition) for activity in required() for condition in _conditions(activity)]
    assert len(doors) >= 3
    for activity, condition in doors:
        for path in paths():
            assessed = {code for check in checks_on(path, before=activity.id) for code in check.standards}
            assert set(asked(condition)) <= assessed, (activity.id, path)


def _conditions(activity: Activity) -> Iterator[Condition]:
    yield from (condition for condition in (activity.opens_when, *(gate.opens_when for gate in activity.gates)) if condition)


def test_the_options_of_a_fork_carry_equal_points_and_the_same_standards() -> None:
    for branches in _branches():
        points = {name: sum(check.points for check in checks) for name, checks in branches.items()}
        standards = {name: sorted(code for check in checks for code in check.standards) for name, checks in branches.items()}
        assert len(branches) >= 2
        assert len(set(points.values())) == 1, points
        assert all(taught == next(iter(standards.values())) for taught in standards.values()), standards


def _branches() -> Iterator[dict[str, list[Check]]]:
    for unit in course().units:
        for node in unit.nodes:
            if isinstance(node, ActivityFork):
                yield {option.id: [check for activity in option.activities for check in activity.checks] for option in node.options}
    for activity in course().activities():
        for fork in activity.forks:
            yield {
                option.id: [check for check in activity.checks if check.branch == f"{fork.id}/{option.id}"]
                for option in fork.options
            }


def test_nobody_loses_points_in_the_diagnostic_or_by_leaving_out_what_is_optional() -> None:
    for activity in course().activities():
        if activity.optional or activity.id == "welcome-check":
            assert not [check.id for check in activity.checks if check.points], activity.id


def test_standards_are_checked_after_what_they_require() -> None:
    """Counted from the first lesson: the diagnostic asks about everything."""
    first: dict[str, int] = {}
    for place, activity in enumerate(course().activities()):
        for check in activity.checks:
            if check.role == "check" and activity.id != "number-refresher":
                for code in check.standards:
                    first.setdefault(code, place)
    for code, place in first.items():
        for earlier in source().standards.by_code[code].requires:
            assert first[earlier] <= place, f"{code} is checked before {earlier}"


@each_notebook
def test_names_made_on_one_branch_are_needed_nowhere_else(path: Path) -> None:
    made: dict[str | None, set[str]] = {}
    used: dict[str | None, set[str]] = {}
    for cell in cells(path):
        if cell["cell_type"] != "code":
            continue
        branch = key(cell, "plnb").get("branch")
        for node in ast.walk(ast.parse(text(cell))):
            match node:
                case ast.Name(id=name, ctx=ast.Load()):
                    used.setdefault(branch, set()).add(name)
                case ast.Name(id=name) | ast.FunctionDef(name=name):
                    made.setdefault(branch, set()).add(name)
    for branch, names in made.items():
        if branch is None:
            continue
        for other, wanted in used.items():
            if other != branch:
                assert not (names & wanted) - made.get(other, set()) - made.get(None, set()), (branch, other)


# Readable, and honest about where things come from


@each_notebook
def test_every_picture_has_words_for_those_who_cannot_see_it(path: Path) -> None:
    inside = cells(path)
    for place, cell in enumerate(inside):
        if cell["cell_type"] == "markdown":
            for said in re.findall(r"!\[(.*?)\]\(", text(cell), re.DOTALL):
                assert len(said.split()) >= 5, f"{cell['id']}: {said!r} says too little"
            assert "<img" not in text(cell), cell["id"]
        elif re.search(r"^(plt\.show\(\)|draw_)", text(cell), re.MULTILINE) and key(cell, "nbgrader").get("locked"):
            after = text(inside[place + 1])
            assert after.startswith("**What the picture shows.**"), f"{cell['id']} draws a figure that no text below describes"


@each_notebook
def test_sentences_are_short(path: Path) -> None:
    prose = re.sub(r"```.*?```|\$\$.*?\$\$|!\[[^\]]*\]\([^)]*\)", "", _prose(path), flags=re.DOTALL)
    prose = re.sub(r"^[|#].*$", "", prose, flags=re.MULTILINE)
    words = [len(sentence.split()) for sentence in re.split(r"(?<=[.!?:])\s+|\n+", prose) if len(sentence.split()) > 1]
    assert len(words) > 40
    assert sum(words) / len(words) <= 12
    assert max(words) <= 32


def _prose(path: Path) -> str:
    return "\n\n".join(text(cell) for cell in cells(path) if cell["cell_type"] == "markdown")


@each_notebook
def test_headings_go_down_one_step_at_a_time(path: Path) -> None:
    marks = re.findall(r"^(#{1,6}) ", re.sub(r"```.*?```", "", _prose(path), flags=re.DOTALL), re.MULTILINE)
    levels = [len(mark) for mark in marks]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_check_has_a_ladder_of_hints_and_most_know_a_common_mistake() -> None:
    checks = [check for activity in course().activities() for check in activity.checks if not check.manual]
    assert not [check.id for check in checks if not 2 <= len(check.hints) <= 4]
    assert len([check for check in checks if check.misconceptions]) >= 0.75 * len(checks)


def test_every_assertion_says_something_to_the_student() -> None:
    for path in NOTEBOOKS:
        for cell in cells(path):
            if cell["cell_type"] == "code" and key(cell, "nbgrader").get("grade") and not key(cell, "nbgrader").get("solution"):
                tree = ast.parse(text(cell))
                asserts = [node for node in ast.walk(tree) if isinstance(node, ast.Assert)]
                assert asserts, cell["id"]
                assert all(node.msg for node in asserts), f"{path.stem}/{cell['id']} fails without a word"
                assert not isinstance(tree.body[-1], ast.Expr), f"{cell['id']} ends with a value, which nbgrader reads as a score"


def test_every_data_file_says_where_it_comes_from() -> None:
    files = [file for file in ROOT.glob("source/*/*/*") if file.is_file() and file.name != "SOURCE.md"]
    assert files
    for file in files:
        assert f"`{file.name}`" in (file.parent / "SOURCE.md").read_text(encoding="utf-8"), file.name


# Formats


@each_notebook
def test_notebooks_are_as_jupyter_writes_them_without_outputs(path: Path) -> None:
    written = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(written, as_version=nbformat.NO_CONVERT)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor, notebook.metadata.kernelspec.name) == (4, 5, "python3")
    assert nbformat.writes(notebook) + "\n" == written  # type: ignore[no-untyped-call]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells)


@each_notebook
def test_no_id_is_used_twice_in_a_notebook(path: Path) -> None:
    ids = [cell["id"] for cell in cells(path)]
    grade_ids = [key(cell, "nbgrader")["grade_id"] for cell in cells(path) if key(cell, "nbgrader")]
    assert len(set(ids)) == len(ids)
    assert len(set(grade_ids)) == len(grade_ids)


def test_every_plnb_key_is_valid_and_the_tags_people_see_say_the_same() -> None:
    assert source().faults == ()
    for notebook in source().notebooks:
        for cell in notebook.cells:
            if cell.meta is None:
                continue
            tags = [f"std:{code}" for code in cell.meta.standards] if isinstance(cell.meta, CheckCell) else []
            if cell.meta.branch:
                tags.append("plnb-branch:" + cell.meta.branch.replace("/", "-"))
            assert [tag for tag in cell.tags if tag.startswith(("std:", "plnb-branch:"))] == tags, (notebook.place, cell.name)


@each_notebook
def test_cells_that_bring_tools_and_figures_are_locked_so_that_they_come_back_if_lost(path: Path) -> None:
    for cell in cells(path):
        if cell["cell_type"] == "code" and re.search(r"^(import|from) ", text(cell), re.MULTILINE):
            assert key(cell, "nbgrader").get("locked") or key(cell, "nbgrader").get("solution"), cell["id"]


def test_lint_finds_nothing() -> None:
    assert lint(source()) == ()


def test_the_framework_is_a_strict_case_package_that_survives_reading_and_writing() -> None:
    file = next(ROOT.glob("frameworks/*.json"))
    written = file.read_text(encoding="utf-8")
    assert validate_package(written, strict=True) == ()
    framework = read_package(written, file.name)
    assert framework.standards == read_package(write_package(framework, datetime.now(UTC)), "again").standards
    assert {standard.parent for standard in framework.standards if standard.kind == "Standard"} == {
        standard.code for standard in framework.standards if standard.kind == "Cluster"
    }


def test_every_standard_is_related_to_one_that_schools_know() -> None:
    ccss = re.compile(r"([678]\.[A-Z]{1,2}|HS[AFNS]-[A-Z]{1,3})\.[A-D]\.\d+[a-c]?")
    ngss = re.compile(r"(MS|HS)-(PS|ESS)\d-\d")
    relations = set()
    for code in course().assessed():
        alignments = source().standards.by_code[code].alignments
        assert alignments, code
        for alignment in alignments:
            relations.add(alignment.relation)
            known = {"ccss": ccss, "ngss": ngss}[alignment.framework]
            assert known.fullmatch(alignment.code), alignment.code
            spelled = alignment.code.replace("-", "/").replace(".", "/") if alignment.framework == "ccss" else alignment.code
            assert re.sub(r"(\d)([a-c])$", r"\1/\2", spelled).lower() in alignment.uri.lower(), alignment.uri
    assert relations == {Relation.exact_match, Relation.related}


def test_nbgrader_reads_its_settings_and_never_hears_of_plnb() -> None:
    config = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
    assert config.CourseDirectory.course_id == "straight-lines"
    assert "import" not in (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    for path in NOTEBOOKS:
        assert not [cell["id"] for cell in cells(path) if cell["cell_type"] == "code" and "plnb" in text(cell)]
