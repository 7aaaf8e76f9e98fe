"""The course as a picture, as a diagram and as a table: complete, legible by everybody, and never markup by accident."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plnb.core.base import Level
from plnb.core.cells import Option
from plnb.core.compiling import compile_course
from plnb.core.conditions import ActivityDone, All, AnyOf, CheckPassed, ChoiceIs, Not, StandardAtLeast, StandardBelow
from plnb.core.course import Activity, ActivityFork, ActivityOption, Check, Course, Fork, Unit
from plnb.core.coverage import coverage
from plnb.core.ways import opens, unit_minutes, unit_points
from plnb.reports.course_map import coverage_markdown, map_mermaid
from plnb.reports.course_map_svg import map_svg
from tests.core.lint_course import clean_course

COURSE = compile_course(clean_course())
SVG = "{http://www.w3.org/2000/svg}"


def drawn(course: Course) -> tuple[ET.Element, str]:
    root = ET.fromstring(map_svg(course))
    return root, " ".join("".join(text.itertext()) for text in root.iter(f"{SVG}text")).replace("\u00a0", " ")


def one(*nodes: object, **course: object) -> Course:
    return Course.model_validate({"id": "c", "title": "C", **course, "units": (Unit(id="u", title="U", nodes=nodes),)})  # type: ignore[arg-type]


def test_the_drawing_shows_every_unit_activity_option_and_gate() -> None:
    _, text = drawn(COURSE)

    for unit in COURSE.units:
        assert unit.title in text
    for activity in COURSE.activities():
        assert activity.title in text
    assert "Choose 1 of 2: A graph, A table" in text
    assert "A part opens when A1 is proficient" in text
    assert "optional" in text
    assert "finds out where to start" in text
    assert "6 points" in text


def test_the_drawing_says_itself_in_words_to_those_who_do_not_see_it() -> None:
    root, _ = drawn(COURSE)

    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("role") == "img"
    assert title is not None
    assert desc is not None
    assert root.get("aria-labelledby") == title.get("id")
    assert root.get("aria-describedby") == desc.get("id")
    said = desc.text or ""
    assert all(activity.title in said for activity in COURSE.activities())
    assert "opens when A2 is proficient and “Rates” is done" in said
    assert "optional" in said


def test_the_drawing_needs_nothing_from_elsewhere() -> None:
    svg = map_svg(COURSE)

    assert not re.search(r"<script|<image|<foreignObject|href|url\(|@import|on\w+=", svg)
    assert re.findall(r"https?://\S+?\"", svg) == ['http://www.w3.org/2000/svg"']


def test_what_is_optional_is_dashed_and_says_so() -> None:
    root, text = drawn(one(Activity(id="a", unit="u", title="A", optional=True)))

    assert [r for r in root.iter(f"{SVG}rect") if "optional" in (r.get("class") or "")]
    assert "optional" in text


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=60), st.text(max_size=120))
def test_no_title_can_break_the_drawing_or_the_diagram(title: str, prompt: str) -> None:
    course = one(
        Activity(id="a", unit="u", title=title, about=prompt),
        ActivityFork(
            id="f",
            prompt=prompt,
            options=(ActivityOption(id="o", title=title, activities=(Activity(id="b", unit="u", title=prompt),)),),
        ),
        title=title,
        about=prompt,
    )

    root, _ = drawn(course)
    assert {child.tag for child in root.iter()} <= {
        f"{SVG}{tag}" for tag in ("svg", "title", "desc", "style", "rect", "text", "path", "g")
    }
    for line in map_mermaid(course).splitlines()[4:]:
        assert re.fullmatch(
            r"  subgraph u\d+\[\"[^\"<>`]*\"\]|    n\d+(\[\"([^\"<>`]|<br/>)*\"\](:::optional)?|\{\"[^\"<>`]*\"\})|  end"
            r"|  n\d+ -->(\|\"[^\"<>`]*\"\|)? n\d+",
            line,
        ), line


def test_long_words_are_broken_and_stay_in_their_card() -> None:
    root, _ = drawn(one(Activity(id="a", unit="u", title="Donaudampfschifffahrt" * 4)))

    lines = [text.text or "" for text in root.iter(f"{SVG}text") if text.get("class") == "title"]
    assert len(lines) > 1
    assert max(len(line) for line in lines) < 50


def test_an_empty_course_and_an_empty_unit_are_drawn() -> None:
    drawn(Course(id="c", title="C"))
    _, text = drawn(one())

    assert "Nothing here yet." in text


def test_points_and_minutes_of_a_unit_are_those_of_one_way_through_it() -> None:
    def activity(name: str, minutes: float, points: float) -> Activity:
        return Activity(id=name, unit="u", title=name, minutes=minutes, checks=(Check(id="c", points=points),))

    inside = Activity(
        id="in",
        unit="u",
        title="In",
        minutes=10,
        forks=(Fork(id="f", prompt="?", options=(Option(id="x", title="X"), Option(id="y", title="Y"))),),
        checks=(Check(id="1", points=1), Check(id="2", points=4, branch="f/x"), Check(id="3", points=4, branch="f/y")),
    )
    between = ActivityFork(
        id="g",
        prompt="?",
        options=tuple(
            ActivityOption(id=name, title=name, activities=(activity(name, minutes, 3),))
            for name, minutes in (("p", 20), ("q", 30))
        ),
    )
    extra = Activity(id="e", unit="u", title="E", minutes=99, optional=True)
    unit = Unit(id="u", title="U", nodes=(inside, between, extra))

    assert unit_points(unit) == 1 + 4 + 3
    assert unit_minutes(unit) == 10 + 30


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (StandardAtLeast(standard="A1", at_least=Level.familiar), "A1 is familiar"),
        (StandardBelow(standard="A1", below=Level.familiar), "A1 is below familiar"),
        (CheckPassed(check="rates/r_1_check"), "rates/r_1_check is passed"),
        (ActivityDone(done="rates"), "“Rates” is done"),
        (ChoiceIs(choice="rep/table"), "“A table” is chosen"),
        (Not(not_=ActivityDone(done="gone")), "not (“gone” is done)"),
        (All(all=()), "always"),
        (
            All(all=(ActivityDone(done="rates"), AnyOf(any=(ActivityDone(done="beats"), ActivityDone(done="running"))))),
            "“Rates” is done and (“Beats” is done or “Running” is done)",
        ),
    ],
)
def test_conditions_are_said_in_a_few_words(condition: object, said: str) -> None:
    assert opens(condition, COURSE) == said  # type: ignore[arg-type]


def test_the_diagram_leads_from_every_option_to_what_comes_after_the_fork() -> None:
    lines = [line.strip() for line in map_mermaid(COURSE).splitlines()]
    node = {title: name for line in lines if (at := re.match(r'(n\d+)[\[{]+"([^<"(]+)', line)) for name, title in [at.groups()]}

    links = [re.sub(r"\|.*?\|", "", line) for line in lines if "-->" in line]
    assert f"{node['Rates']} --> {node['Where? ']}" in links
    assert f"{node['Where? ']} --> {node['Running']}" in links
    assert f"{node['Running']} --> {node['Refresher']}" in links
    assert f"{node['Beats']} --> {node['Refresher']}" in links
    assert any(":::optional" in line for line in lines)
    assert any("opens when A2 is proficient" in line for line in lines)


def test_coverage_counts_checks_and_points_by_standard_and_activity() -> None:
    found = coverage(COURSE)

    assert [row.code for row in found.standards] == ["A1", "A2", "B1"]
    a1 = found.standards[0]
    assert [(at.activity, at.checks, at.points, at.teaches) for at in a1.activities] == [
        ("welcome", 1, 0, True),
        ("rates", 3, 6, True),
        ("refresher", 1, 0, True),
    ]
    assert (a1.checks, a1.points, a1.gap) == (5, 6, "")
    assert found.untagged == ()


def test_coverage_names_what_is_missing() -> None:
    course = COURSE.model_copy(
        update={
            "units": (
                Unit(
                    id="u",
                    title="U",
                    nodes=(
                        Activity(id="a", unit="u", title="A", standards=("A1",)),
                        Activity(
                            id="b",
                            unit="u",
                            title="B",
                            standards=("A1",),
                            checks=(Check(id="x", standards=("B1", "Z9")), Check(id="y")),
                        ),
                    ),
                ),
            )
        }
    )

    found = coverage(course)

    assert {row.code: row.gap for row in found.standards} == {
        "A1": "taught, never checked",
        "B1": "checked, never taught",
        "Z9": "in no framework",
    }
    assert found.untouched == ("A2",)
    assert found.untagged == ("b/y",)
    page = coverage_markdown(found)
    assert "Neither taught nor checked: A2." in page
    assert "Checks that name no standard: b/y." in page


def test_a_title_with_bars_stays_in_its_table_cell() -> None:
    course = one(Activity(id="a", unit="u", title="A", standards=("x|y <b>",)))

    row = coverage_markdown(coverage(course)).splitlines()[4]

    assert row.startswith(r"| x\|y \<b\> |")
    assert len(re.findall(r"(?<!\\)\|", row)) == 7
