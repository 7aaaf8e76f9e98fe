"""Lint never falls over, whatever a course looks like, and says the same thing twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from plnb.core.authored import ActivityEntry, CourseSource, ForkEntry, UnitEntry
from plnb.core.base import Level
from plnb.core.cells import Cell, CheckCell, GraderMeta, Misconception
from plnb.core.conditions import ActivityDone, All, AnyOf, CheckPassed, ChoiceIs, Condition, Not, StandardAtLeast, StandardBelow
from plnb.core.findings import Finding, Severity
from plnb.core.lint import RULES, lint
from plnb.core.policy import Highest, Latest, Mastery, MOfN, Streak
from tests.core.lint_course import clean_course, edit_cells, edit_file, edit_standard, edit_step, edit_unit

CLEAN = clean_course()
NAMES = [nb.name for nb in CLEAN.notebooks]
CELLS = [cell for nb in CLEAN.notebooks for cell in nb.cells]

codes = st.sampled_from(["A1", "A2", "B1", "Z9", "a1"])
levels = st.sampled_from(list(Level))
atoms: st.SearchStrategy[Any] = st.one_of(
    st.builds(StandardAtLeast, standard=codes, at_least=levels),
    st.builds(StandardBelow, standard=codes, below=levels),
    st.builds(CheckPassed, check=st.sampled_from(["rates/r_1_check", "slopes/t_1_check", "./r_1_check", "no/such"])),
    st.builds(ActivityDone, done=st.sampled_from([*NAMES, "nothing"])),
    st.builds(ChoiceIs, choice=st.sampled_from(["rep/graph", "world/music", "no/such"])),
)
conditions: st.SearchStrategy[Condition] = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds(All, all=st.lists(inner, max_size=3).map(tuple)),
        st.builds(AnyOf, any=st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, not_=inner),
    ),
    max_leaves=6,
)
texts = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "### BEGIN SOLUTION\nx = 1/0\n### BEGIN HIDDEN TESTS",
            "### END SOLUTION\nx = 2 * 3\n### BEGIN SOLUTION",
            "assert x == 2 * 3 and near(x, 6)",
            "%matplotlib inline\n!ls\nx = ",
            "```\n# no heading\n",
            "##### deep\n![][]\n<img",
            "Title\n===\n![ ](a.png)\n",
            "\x00assert",
            "x = 10 ** 10 ** 10 * 1e999 - 1e999",
        ]
    ),
)
metas = st.sampled_from([cell.meta for cell in CELLS if cell.meta]) | st.none()
graders = st.none() | st.builds(
    GraderMeta,
    grade_id=st.sampled_from(["", "r_1", "r.1", "essay"]),
    grade=st.booleans(),
    solution=st.booleans(),
    locked=st.booleans(),
    task=st.booleans(),
    points=st.sampled_from([-1.0, 0.0, 2.0, float("inf"), float("nan")]),
)
cells = st.one_of(
    st.sampled_from(CELLS),
    st.builds(Cell, index=st.just(0), kind=st.sampled_from(["code", "markdown", "raw"]), source=texts, meta=metas, grader=graders),
    st.builds(
        lambda cell, when: cell.model_copy(
            update={"meta": CheckCell(role="check", misconceptions=(Misconception(when=when, say=when),), hints=(when,))}
        ),
        st.sampled_from(CELLS),
        texts,
    ),
)
policies = st.sampled_from([Streak(n=20), MOfN(m=1, n=1, distinct=1), Latest(), Highest(distinct=50)])


def _spread(old: list[Cell], where: int, new: list[Cell], drop: int) -> list[Cell]:
    at = where % (len(old) + 1)
    return [*old[:at], *new, *old[at + drop :]]


names = st.sampled_from(NAMES)
changes: st.SearchStrategy[Callable[[CourseSource], CourseSource]] = st.one_of(
    st.builds(
        lambda name, where, new, drop: lambda s: edit_cells(s, name, lambda old: _spread(old, where, new, drop)),
        names,
        st.integers(0, 40),
        st.lists(cells, max_size=3),
        st.integers(0, 4),
    ),
    st.builds(lambda name, order: lambda s: edit_cells(s, name, lambda old: order.sample(old, len(old))), names, st.randoms()),
    st.builds(lambda name, opens: lambda s: edit_step(s, name, opens_when=opens), names, conditions),
    st.builds(lambda name, when: lambda s: edit_step(s, name, suggest_when=when, optional=True), names, conditions),
    st.builds(lambda name, other: lambda s: edit_step(s, name, notebook=other), names, st.sampled_from([*NAMES, "gone"])),
    st.builds(lambda pick: lambda s: edit_step(s, "world", pick=pick), st.integers(1, 5)),
    st.builds(lambda name: lambda s: edit_unit(s, "two", id=name), st.sampled_from(["one", "three"])),
    st.builds(lambda policy: lambda s: edit_file(s, mastery=Mastery(policy=policy)), policies),
    st.builds(
        lambda code, requires: lambda s: edit_standard(s, code, requires=tuple(requires)), codes, st.lists(codes, max_size=3)
    ),
    st.builds(lambda name: lambda s: s.model_copy(update={"notebooks": tuple(n for n in s.notebooks if n.name != name)}), names),
    st.just(lambda s: s.model_copy(update={"notebooks": (*s.notebooks, *s.notebooks)})),
    st.just(lambda s: edit_file(s, units=(*s.file.units, *s.file.units))),
)


@settings(max_examples=250, deadline=None)
@given(st.lists(changes, min_size=1, max_size=6))
def test_lint_never_falls_over_and_says_the_same_twice(spoil: list[Callable[[CourseSource], CourseSource]]) -> None:
    source = CLEAN
    for change in spoil:
        source = change(source)

    found = lint(source)

    assert found == lint(source)
    for finding in found:
        assert finding.code in RULES
        assert finding.place
        assert finding.mend


@settings(max_examples=50, deadline=None)
@given(st.permutations(range(len(CLEAN.notebooks))))
def test_the_order_in_which_files_are_read_changes_nothing(order: list[int]) -> None:
    shuffled = CLEAN.model_copy(update={"notebooks": tuple(CLEAN.notebooks[number] for number in order)})

    assert lint(shuffled) == ()


def test_what_reading_found_is_passed_on_first() -> None:
    fault = Finding(
        code="not-json", severity=Severity.error, message="It is torn.", place="source/one/rates.ipynb", mend="Save it again."
    )

    found = lint(edit_step(CLEAN.model_copy(update={"faults": (fault,)}), "world", pick=9))

    assert [finding.code for finding in found] == ["not-json", "pick-too-many"]


def test_findings_come_in_the_order_of_the_course() -> None:
    bare = [cell.model_copy(update={"source": f"{cell.source}\n\n![](x.png)"}) for cell in CLEAN.notebooks[0].cells[:2]]
    source = edit_step(CLEAN, "world", pick=9)
    for name in ("slopes", "rates"):
        source = edit_cells(source, name, lambda cells: [*cells, *[c for c in bare if c.kind == "markdown"]])

    places = [finding.place for finding in lint(source)]

    assert places[0].startswith("course.yaml")
    assert [place.split(",")[0] for place in places[1:]] == ["source/one/rates.ipynb"] * 2 + ["source/two/slopes.ipynb"] * 2


def big_course(units: int) -> CourseSource:
    """Many units of ten activities with four questions each, behind one another, with a fork in every unit."""
    rates, running, beats = (next(nb for nb in CLEAN.notebooks if nb.name == name) for name in ("rates", "running", "beats"))
    books, entries = [], []
    for number in range(units):
        unit = f"u{number}"
        steps: list[Any] = []
        for part in range(8):
            name = f"rates{number}-{part}"
            books.append(rates.model_copy(update={"unit": unit, "name": name, "place": f"source/{unit}/{name}.ipynb"}))
            before = f"rates{number}-{part - 1}" if part else f"rates{number - 1}-7" if number else None
            steps.append(ActivityEntry(notebook=name, opens_when=ActivityDone(done=before) if before else None))
        options = []
        for option, book in (("sport", running), ("music", beats)):
            name = f"{book.name}{number}"
            books.append(book.model_copy(update={"unit": unit, "name": name, "place": f"source/{unit}/{name}.ipynb"}))
            options.append({"id": option, "title": option, "interests": (option,), "steps": ({"notebook": name},)})
        steps.append(ForkEntry.model_validate({"fork": f"world{number}", "prompt": "Where?", "options": options}))
        entries.append(UnitEntry(id=unit, title=unit, steps=tuple(steps)))
    return edit_file(CLEAN.model_copy(update={"notebooks": tuple(books)}), units=tuple(entries))


def test_a_clean_course_of_sixty_activities_has_no_finding() -> None:
    course = big_course(6)
    assert len(course.notebooks) == 60
    assert lint(course) == ()
