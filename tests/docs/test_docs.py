"""The docs say what is there, and nothing that is not."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer

from plnb import errors
from plnb.authoring.samples import course_template
from plnb.cli.main import app
from plnb.store.course_file import parse_course_file
from plnb.store.metadata import read_cell_meta
from plnb.store.standards_file import read_framework
from plnb.store.yaml_text import read_yaml

DOCS = Path(__file__).parents[2] / "docs"
ROOT = DOCS.parent


def _commands() -> dict[str, Any]:
    found: dict[str, Any] = {}

    def walk(command: Any, name: str) -> None:
        for child, inner in getattr(command, "commands", {}).items():
            walk(inner, f"{name} {child}".strip())
        if not hasattr(command, "commands"):
            found[name] = command

    walk(typer.main.get_command(app), "")
    return found


def test_every_command_has_its_section() -> None:
    text = (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^## `plnb ([a-z-]+(?: [a-z-]+)*)", text, re.M))
    assert documented == set(_commands())


def test_every_option_is_documented_with_its_command() -> None:
    text = (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## `plnb ([a-z-]+(?: [a-z-]+)*)[^\n]*\n(.*?)(?=^## )", text, re.M | re.S))
    options = {name: [each for each in command.params if each.param_type_name == "option"] for name, command in _commands().items()}
    missing = [
        f"plnb {name} {option.opts[0]}"
        for name, known in options.items()
        for option in known
        if option.opts[0] not in ("--course", "--json") and option.opts[0] not in sections[name]
    ]
    assert missing == []
    reasons = {name: option.required for name, known in options.items() for option in known if option.opts[0] == "--reason"}
    assert {name: "`--reason` (required" in sections[name] for name in reasons} == reasons


def test_the_options_that_nearly_every_command_has_are_said_to_be_missing_where_they_are() -> None:
    text = " ".join((DOCS / "reference" / "commands.md").read_text(encoding="utf-8").split())
    assert "Only `new`, `convert` and `standards validate` have no `-C`" in text
    assert "All commands have it but `new`, `demo` and those of `teacher`." in text

    def without(option: str) -> set[str]:
        return {name for name, command in _commands().items() if not any(option in each.opts for each in command.params)}

    assert without("-C") == {"new", "convert", "standards validate"}
    assert without("--json") == {"new", "demo", *(name for name in _commands() if name.startswith("teacher "))}


def test_every_command_explains_itself_and_each_of_its_parameters() -> None:
    for name, command in _commands().items():
        assert command.help, name
        for parameter in command.params:
            assert getattr(parameter, "help", None), f"{name}: {parameter.name}"


def test_every_error_code_is_documented_once() -> None:
    text = (DOCS / "reference" / "errors.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `([a-z-]+)` \|", text, re.M)
    codes = [kind.code for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.PlnbError)]
    assert sorted(documented) == sorted(codes)
    assert len(set(codes)) == len(codes)


def test_every_lint_code_is_documented() -> None:
    from plnb.core.lint import RULES
    from plnb.grading.smoke import RULES as RUN_RULES

    text = (DOCS / "reference" / "lint.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([a-z-]+)` \|", text, re.M))
    files = [*(ROOT / "plnb" / "store").glob("*.py"), *(ROOT / "plnb" / "interop").glob("*.py"), ROOT / "plnb" / "errors.py"]
    reading = {code for file in files for code in re.findall(r'"([a-z]+(?:-[a-z]+)*)"', file.read_text(encoding="utf-8"))}
    assert set(RULES) | set(RUN_RULES) <= documented
    assert documented - set(RULES) - set(RUN_RULES) <= reading, "a documented code that nothing finds"


def test_every_difference_from_nbgrader_is_documented() -> None:
    from plnb.grading.score import DIFFERENCES

    text = (DOCS / "reference" / "scores.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z-]+)` \|", text, re.M)) == {difference.code for difference in DIFFERENCES}


@pytest.mark.parametrize("page", sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")]), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def _blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_the_plan_in_the_reference_is_a_course_file() -> None:
    plan, _ = _blocks("reference/formats.md", "yaml")
    file, _ = parse_course_file(plan.encode(), "formats.md")
    assert [unit.id for unit in file.units] == ["steady-change"]


def test_the_list_of_standards_in_the_reference_is_one_by_our_types_and_by_the_schema() -> None:
    _, listed = _blocks("reference/formats.md", "yaml")
    assert [standard.code for standard in read_framework(listed.encode(), "formats.yaml").standards] == ["RATE", "RATE.1", "RATE.2"]
    schema = json.loads((ROOT / "plnb" / "schemas" / "standards.v1.json").read_text(encoding="utf-8"))
    jsonschema.validate(read_yaml(listed.encode(), "formats.yaml").data, schema)


def test_every_cell_in_the_first_course_tutorial_is_one_of_the_notebook_it_looks_at() -> None:
    cells = [json.loads(f"{{{block}}}")["plnb"] for block in _blocks("tutorials/first-course.md", "json")]
    assert [read_cell_meta(cell).role for cell in cells] == ["check", "fork"]
    (path,) = course_template("minimal").glob("source/*/percentages.ipynb")
    there = [cell["metadata"] for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
    assert [meta for meta in cells if meta not in [each.get("plnb") for each in there]] == []
    first = next(each for each in there if each.get("nbgrader", {}).get("grade"))
    assert (sorted(first), first["plnb"]) == (["nbgrader", "plnb", "tags"], cells[0])


def test_every_role_and_condition_is_in_the_reference() -> None:
    text = (DOCS / "reference" / "formats.md").read_text(encoding="utf-8")
    schema = (ROOT / "plnb" / "schemas" / "cell.v1.json").read_text(encoding="utf-8")
    roles = {role for model in json.loads(schema)["$defs"].values() for role in _enum(model.get("properties", {}).get("role", {}))}
    assert len(roles) == 13
    assert [role for role in sorted(roles) if f"`{role}`" not in text] == []


def _enum(field: dict[str, Any]) -> list[str]:
    return field.get("enum", [field["const"]] if "const" in field else [])
