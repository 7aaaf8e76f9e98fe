"""Every kind of fault, planted alone in a clean course, is found alone, at its place, with its mend."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from plnb.core.authored import ActivityEntry, CourseSource, ForkEntry, Grading, UnitEntry
from plnb.core.base import Level
from plnb.core.cells import CheckCell, GateCell, GraderMeta, Misconception, Option, ProseCell, VaryCell
from plnb.core.conditions import ActivityDone, All, AnyOf, CheckPassed, ChoiceIs, Not, StandardAtLeast, StandardBelow
from plnb.core.findings import Finding
from plnb.core.lint import RULES, lint
from plnb.core.policy import Mastery, Streak
from plnb.core.standards import Framework, Standard, StandardSet
from tests.core.lint_course import (
    clean_course,
    code,
    edit_cell,
    edit_cells,
    edit_file,
    edit_notebook,
    edit_standard,
    edit_step,
    edit_unit,
    md,
    notebook,
    question,
    response,
    with_,
    with_grader,
    with_meta,
)

CLEAN = clean_course()
AT_LEAST = StandardAtLeast(standard="A2", at_least=Level.proficient)


class Seed(NamedTuple):
    code: str
    spoil: Callable[[CourseSource], CourseSource]
    place: str
    """What the place must say."""
    words: str
    """What the message or the mend must say."""


def fork_with(**changes: object) -> Callable[[CourseSource], CourseSource]:
    return lambda s: edit_cell(s, "slopes", "fork", with_meta(**changes))


def opens(name: str, condition: object) -> Callable[[CourseSource], CourseSource]:
    return lambda s: edit_step(s, name, opens_when=condition)


def gate(condition: object) -> Callable[[CourseSource], CourseSource]:
    return lambda s: edit_cell(s, "slopes", "gate", with_meta(opens_when=condition))


def source_of(name: str, which: str, text: str) -> Callable[[CourseSource], CourseSource]:
    return lambda s: edit_cell(s, name, which, with_(source=text))


def add_cell(name: str, *cells: object) -> Callable[[CourseSource], CourseSource]:
    return lambda s: edit_cells(s, name, lambda old: [*old, *cells])  # type: ignore[list-item]


def varied(
    source: str, *, name: str = "variant", variants: int = 20, at: int = 4, grader: GraderMeta | None = None
) -> Callable[[CourseSource], CourseSource]:
    """With a cell whose numbers vary, before the second question of a notebook."""
    cell = code(source, VaryCell(role="vary", name=name, variants=variants), grader)
    return lambda s: edit_cells(s, "rates", lambda old: [*old[:at], cell, *old[at:]])


def meta_of(name: str, which: str, **changes: object) -> Callable[[CourseSource], CourseSource]:
    return lambda s: edit_cell(s, name, which, with_meta(**changes))


def grader_of(name: str, which: str, **changes: object) -> Callable[[CourseSource], CourseSource]:
    return lambda s: edit_cell(s, name, which, with_grader(**changes))


def options(**sport: object) -> Callable[[CourseSource], CourseSource]:
    (fork,) = [step for step in CLEAN.file.units[0].steps if isinstance(step, ForkEntry)]
    first, second = fork.options
    return lambda s: edit_step(s, "world", options=(first.model_copy(update=sport), second))


def extra_standard(standard: Standard) -> Callable[[CourseSource], CourseSource]:
    extra = Framework(id="more", title="More standards", standards=(standard,))
    return lambda s: s.model_copy(update={"standards": StandardSet(frameworks=(*s.standards.frameworks, extra))})


SEEDS = [
    # structure
    Seed("empty-course", lambda s: edit_file(s.model_copy(update={"notebooks": ()}), units=()), "course.yaml", "no units"),
    Seed("empty-unit", lambda s: edit_file(s, units=(*s.file.units, UnitEntry(id="three", title="3"))), "unit three", "no steps"),
    Seed(
        "duplicate-unit",
        lambda s: edit_file(
            s, units=(*s.file.units, s.file.units[1].model_copy(update={"steps": (ActivityEntry(notebook="new"),)}))
        ).model_copy(update={"notebooks": (*s.notebooks, notebook("two", "new"))}),
        "unit two",
        "another id",
    ),
    Seed(
        "duplicate-activity",
        lambda s: edit_unit(s, "one", steps=(*s.file.units[0].steps, ActivityEntry(notebook="rates"))),
        "notebook rates",
        "a step twice",
    ),
    Seed(
        "duplicate-id",
        add_cell("rates", md("Look.", GateCell(role="gate", id="halfway", opens_when=All(all=())))),
        "slopes.ipynb",
        "source/one/rates.ipynb",
    ),
    Seed(
        "duplicate-option",
        fork_with(options=(*[Option(id=i, title=i) for i in ("graph", "table", "table")],)),
        "slopes.ipynb, cell 2",
        "2 options called table",
    ),
    Seed(
        "missing-notebook",
        lambda s: edit_step(s, "refresher", notebook="refreshers").model_copy(
            update={"notebooks": tuple(n for n in s.notebooks if n.name != "refresher")}
        ),
        "notebook refreshers",
        "refreshers.ipynb there",
    ),
    Seed(
        "unlisted-notebook",
        lambda s: s.model_copy(update={"notebooks": (*s.notebooks, notebook("two", "old"))}),
        "source/two/old.ipynb",
        "- notebook: old",
    ),
    Seed("unknown-interest", options(interests=("sports",)), "fork world, option sport", "Did you mean sport?"),
    Seed(
        "unknown-language",
        lambda s: edit_notebook(s, "beats", lambda nb: nb.model_copy(update={"language": "klingon"})),
        "beats.ipynb",
        "klingon",
    ),
    Seed(
        "suggestion-ignored",
        lambda s: edit_step(s, "rates", suggest_when=StandardBelow(standard="A1", below=Level.familiar)),
        "notebook rates",
        "optional: true",
    ),
    # standards
    Seed(
        "unknown-standard",
        meta_of("rates", "r_1_check", standards=("A1", "A11")),
        "rates.ipynb, cell r_1_check",
        "Did you mean A1?",
    ),
    Seed(
        "unknown-standard",
        lambda s: edit_file(s, mastery=Mastery(standards={"a1": Streak()})),
        "course.yaml, mastery",
        "Did you mean A1?",
    ),
    Seed("unknown-standard", gate(StandardAtLeast(standard="Z9", at_least=Level.familiar)), "slopes.ipynb", "The gate halfway"),
    Seed(
        "duplicate-standard", extra_standard(Standard(code="A1", statement="Again.")), "more, standard A1", "first in Toy standards"
    ),
    Seed(
        "unknown-prerequisite",
        lambda s: edit_standard(s, "A1", requires=("B11",)),
        "frameworks/toy.json, standard A1",
        "Did you mean B1?",
    ),
    Seed(
        "prerequisite-cycle",
        lambda s: edit_standard(edit_standard(s, "A1", requires=("B1",)), "B1", requires=("A1",)),
        "standard A1",
        "A1 requires B1 requires A1",
    ),
    Seed(
        "taught-not-checked",
        lambda s: edit_step(extra_standard(Standard(code="C1", statement="Sing."))(s), "rates", standards=("A1", "C1")),
        "notebook rates",
        "teaches C1",
    ),
    Seed(
        "taught-before-prerequisite",
        lambda s: edit_standard(edit_standard(s, "B1", requires=()), "A1", requires=("B1",)),
        "notebook rates",
        "first taught later, in slopes",
    ),
    # checks
    Seed("untagged-check", meta_of("rates", "r_1_check", standards=()), "cell r_1_check", "names no standard"),
    Seed("check-without-hint", meta_of("rates", "r_2_check", hints=()), "rates.ipynb, cell r_2_check", "has no hint"),
    Seed("empty-hint", meta_of("rates", "r_2_check", hints=("A nudge.", "  ")), "cell r_2_check", "Write the hint"),
    Seed(
        "duplicate-grade-id",
        grader_of("refresher", "again", grade_id="again_check"),
        "refresher.ipynb, cell again_check",
        "cell 3 and cell 4",
    ),
    Seed("bad-grade-id", grader_of("rates", "r_1", grade_id="r.1"), "cell r.1", "“r.1”"),
    Seed("bad-grade-id", grader_of("rates", "r_1", grade_id=""), "rates.ipynb, cell 3", "no grade_id"),
    Seed(
        "impossible-cell",
        add_cell("project", md("Say why.", None, GraderMeta(grade_id="why", solution=True))),
        "project.ipynb, cell why",
        "manually graded answer",
    ),
    Seed(
        "impossible-cell",
        add_cell("project", code("1", CheckCell(role="check", standards=("B1",)), GraderMeta(grade_id="do", task=True))),
        "project.ipynb, cell do",
        "wants markdown",
    ),
    Seed("negative-points", grader_of("project", "essay", points=-1), "cell essay", "-1 points"),
    Seed("editable-test", grader_of("rates", "r_1_check", locked=False), "cell r_1_check", "not marked as locked"),
    Seed(
        "check-not-graded",
        add_cell("rates", code("assert r_1", CheckCell(role="challenge", standards=("A1",), hints=("Look.",)))),
        "rates.ipynb, cell 11",
        "says it is a challenge",
    ),
    Seed(
        "role-mismatch",
        lambda s: edit_cell(s, "slopes", "fork", with_(kind="code", source="")),
        "slopes.ipynb, cell 2",
        "markdown cell",
    ),
    Seed("role-mismatch", lambda s: edit_cell(s, "slopes", "reflect", with_(kind="raw")), "slopes.ipynb", "markdown cell"),
    Seed("role-mismatch", add_cell("rates", code("q = 'A'", response())), "rates.ipynb, cell 11", "Autograded answer"),
    Seed("role-mismatch", add_cell("rates", md("n = 1", VaryCell(role="vary", name="n"))), "rates.ipynb, cell 11", "code cell"),
    Seed(
        "role-mismatch",
        lambda s: edit_cell(s, "rates", "r_1_check", with_(meta=ProseCell(role="practice", standards=("A1",)))),
        "cell r_1_check",
        "there to practise",
    ),
    Seed("probe-with-points", grader_of("welcome", "w1_check", points=1), "welcome.ipynb, cell w1_check", "0 points"),
    Seed("optional-with-points", grader_of("refresher", "again_check", points=3), "notebook refresher", "worth 3 points"),
    Seed(
        "check-without-answer",
        lambda s: edit_cells(s, "refresher", lambda cells: [c for c in cells if not (c.grader and c.grader.solution)]),
        "cell again_check",
        "nowhere to write",
    ),
    Seed(
        "test-that-cannot-fail",
        source_of("rates", "r_1_check", "# assert it later\nspeed = r_1\n"),
        "cell r_1_check",
        "nothing in them is asserted",
    ),
    Seed("test-that-cannot-fail", source_of("rates", "r_1_check", ""), "cell r_1_check", "Assert what"),
    Seed(
        "misconception-invalid",
        meta_of("rates", "r_1_check", misconceptions=(Misconception(when="r_1 = 4", say="No."),)),
        "cell r_1_check",
        "“r_1 = 4”",
    ),
    # checks outside the student's process
    Seed(
        "check-in-kernel", source_of("rates", "r_1_check", "%time pass\nassert r_1 == 4"), "cell r_1_check", "commands of IPython's"
    ),
    Seed(
        "check-not-strict",
        lambda s: edit_file(
            source_of("rates", "r_1_check", "assert r_1 is given_r_1")(s),
            grading=Grading(strict=True),
        ),
        "cell r_1_check",
        "one and the same",
    ),
    Seed("fresh-not-set", meta_of("rates", "r_1_check", fresh="seed"), "cell r_1_check", "`seed = 1`"),
    Seed(
        "check-reads-editable",
        lambda s: add_cell("rates", code("tolerance = 0.1"))(source_of("rates", "r_1_check", "assert abs(r_1 - 4) < tolerance")(s)),
        "cell r_1_check",
        "reads tolerance",
    ),
    # varying
    Seed("vary-not-set", varied("variant = 1 + 0"), "cell 5", "`variant = 1`"),
    Seed("vary-not-set", varied("variant = 1\nvariant = 2"), "cell 5", "one line of its own"),
    Seed("vary-not-set", varied('text = """\nvariant = 1\n"""'), "cell 5", "one line of its own"),
    Seed("vary-not-set", varied("variant = 9", variants=8), "cell 5", "variants 1 to 8"),
    Seed("vary-set-twice", lambda s: add_cell("rates", code("variant = 2"))(varied("variant = 1")(s)), "cell 5", "hide the other"),
    Seed("vary-without-check", varied("variant = 1", at=99), "rates.ipynb", "No check goes with variant"),
    Seed("vary-without-check", lambda s: varied("variant = 1")(varied("nearer = 1", name="nearer")(s)), "cell 5", "with variant"),
    Seed("vary-locked", varied("variant = 1", grader=GraderMeta(grade_id="given", locked=True)), "cell given", "Read-only"),
    # branches
    Seed(
        "unknown-branch",
        add_cell("slopes", md("A story.", ProseCell(role="explain", branch="rep/tabel"))),
        "slopes.ipynb, cell 23",
        "Did you mean rep/table?",
    ),
    Seed(
        "branch-before-fork",
        lambda s: edit_cells(s, "slopes", lambda cells: [cells[0], cells[2], cells[1], *cells[3:]]),
        "slopes.ipynb, cell 2",
        "below the fork rep",
    ),
    Seed(
        "empty-option",
        fork_with(options=(Option(id="graph", title="G"), Option(id="table", title="T"), Option(id="story", title="S"))),
        "slopes.ipynb",
        "rep/story",
    ),
    Seed("pick-too-many", fork_with(pick=5), "slopes.ipynb, cell 2", "asks for 5 options and offers 2"),
    Seed("pick-too-many", lambda s: edit_step(s, "world", pick=3), "fork world", "asks for 3 options and offers 2"),
    Seed("no-choice", lambda s: edit_step(s, "world", pick=2), "fork world", "every option"),
    Seed("unequal-points", grader_of("running", "run_1_check", points=5), "fork world", "sport 9 and music 6"),
    Seed("unequal-points", grader_of("slopes", "t_2_check", points=1), "slopes.ipynb, cell 2", "graph 6 and table 5"),
    Seed(
        "unequal-standards",
        meta_of("beats", "beat_1_check", standards=("A1", "A2")),
        "fork world",
        "world/sport gets no check of A1",
    ),
    Seed(
        "unequal-variants",
        lambda s: add_cell("beats", *question("beat_4", "A2", points=2))(
            grader_of("beats", "beat_1_check", points=1)(grader_of("beats", "beat_2_check", points=1)(s))
        ),
        "fork world",
        "check A2 differently often (sport 3 and music 4)",
    ),
    # conditions
    Seed("unknown-check", gate(CheckPassed(check="rates/r_1_chek")), "slopes.ipynb", "Did you mean rates/r_1_check?"),
    Seed("unknown-activity", opens("project", ActivityDone(done="rate")), "notebook project", "Did you mean rates?"),
    Seed(
        "unknown-option",
        opens("project", AnyOf(any=(ChoiceIs(choice="world/sports"), AT_LEAST))),
        "notebook project",
        "Did you mean world/sport?",
    ),
    Seed("gate-without-condition", gate(None), "slopes.ipynb, cell 21", "opens_when"),
    Seed(
        "closes-when-better",
        opens("project", StandardBelow(standard="A1", below=Level.proficient)),
        "notebook project",
        "A1 at proficient",
    ),
    Seed("closes-when-better", opens("project", Not(not_=ActivityDone(done="slopes"))), "notebook project", "done slopes"),
    Seed(
        "impossible-condition",
        opens("refresher", All(all=(AT_LEAST, StandardBelow(standard="A2", below=Level.familiar)))),
        "notebook refresher",
        "at least proficient and below familiar",
    ),
    # journeys
    Seed(
        "gate-nobody-can-pass",
        lambda s: edit_file(s, mastery=Mastery(standards={"A1": Streak(n=6)})),
        "slopes.ipynb, cell 21",
        "A1 at proficient (5 checks of it",
    ),
    Seed(
        "gate-nobody-can-pass",
        opens("slopes", CheckPassed(check="slopes/g_1_check")),
        "notebook slopes",
        "the check slopes/g_1_check",
    ),
    Seed(
        "gate-on-one-option", opens("project", CheckPassed(check="running/run_1_check")), "notebook project", "chooses world/music"
    ),
    Seed("gate-on-one-option", opens("project", ChoiceIs(choice="rep/table")), "notebook project", "chooses rep/graph"),
    Seed("too-few-checks", lambda s: edit_file(s, mastery=Mastery(standards={"B1": Streak(n=9)})), "standard B1", "Add 4 checks"),
    # secrets
    Seed(
        "leaked-solution",
        add_cell("rates", md("So:\n\n```python\nr_1 = given_r_1/4  # km/h\n```")),
        "rates.ipynb, cell 11",
        "The solution of r_1",
    ),
    Seed(
        "leaked-solution",
        add_cell("rates", code("### BEGIN SOLUTION\nx = 3\n### END SOLUTION")),
        "rates.ipynb, cell 11",
        "Autograded answer",
    ),
    Seed("leaked-solution", source_of("rates", "r_1", "### BEGIN SOLUTION\nr_1 = given_r_1 / 5"), "cell r_1", "never ended"),
    Seed(
        "leaked-solution",
        lambda s: source_of("rates", "r_1_check", "assert abs(r_1 - 3) < 1e-6")(
            source_of("rates", "r_1", "### BEGIN SOLUTION\nr_1 = 12 / 4\n### END SOLUTION")(s)
        ),
        "cell r_1_check",
        "compared with 3",
    ),
    Seed(
        "leaked-hidden-test",
        add_cell("rates", code("### BEGIN HIDDEN TESTS\nassert r_1\n### END HIDDEN TESTS")),
        "rates.ipynb, cell 11",
        "Autograder tests",
    ),
    Seed(
        "leaked-hidden-test",
        source_of("rates", "r_1_check", "### BEGIN HIDDEN TESTS\nassert r_1 > 0"),
        "cell r_1_check",
        "### END HIDDEN TESTS",
    ),
    Seed(
        "leaked-hidden-test",
        add_cell("rates", code("assert abs(r_1*4 - given_r_1) < 1e-9")),
        "rates.ipynb, cell 11",
        "hidden test of r_1_check",
    ),
    Seed(
        "secret-in-hint",
        meta_of("rates", "r_1_check", hints=("Think.", "Write r_1 = given_r_1 / 4.")),
        "cell r_1_check",
        "the solution of r_1",
    ),
    Seed(
        "secret-in-hint",
        meta_of("rates", "r_1_check", misconceptions=(Misconception(when="r_1 == 0", say="It is r_1=given_r_1/4"),)),
        "cell r_1_check",
        "other names and numbers",
    ),
    # reading
    Seed("missing-alt-text", add_cell("rates", md("![](plot.png)")), "rates.ipynb, cell 11", "plot.png"),
    Seed("missing-alt-text", add_cell("rates", md('<img src="map.png" width=3>')), "rates.ipynb, cell 11", "map.png"),
    Seed("missing-title", lambda s: edit_cells(s, "beats", lambda cells: cells[1:]), "beats.ipynb", "“Find beat_1”, of level 2"),
    Seed("heading-order", add_cell("rates", md("#### Deeper")), "rates.ipynb, cell 11", "Write it with ###"),
    Seed(
        "drifted-mirror-tag",
        lambda s: edit_cell(s, "rates", "r_1_check", with_(tags=("std:B1", "mine"))),
        "cell r_1_check",
        "take away std:B1, and add std:A1",
    ),
]


def codes(findings: tuple[Finding, ...]) -> set[str]:
    return {finding.code for finding in findings}


def test_a_clean_course_has_no_findings() -> None:
    assert lint(CLEAN) == ()


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"{seed.code}: {seed.words}")
def test_a_planted_fault_is_found_alone_with_place_and_mend(seed: Seed) -> None:
    found = lint(seed.spoil(CLEAN))

    assert codes(found) == {seed.code}
    assert any(seed.place in f.place for f in found), [f.place for f in found]
    assert any(seed.words in f"{f.message} {f.mend}" for f in found), [f"{f.message} {f.mend}" for f in found]
    for finding in found:
        assert finding.severity is RULES[finding.code].severity
        assert finding.mend.endswith((".", "?"))
        assert finding.message.endswith(".")


def test_every_rule_has_a_planted_fault() -> None:
    assert {seed.code for seed in SEEDS} == set(RULES)


def test_every_rule_says_in_a_sentence_what_it_looks_for() -> None:
    for code_, rule in RULES.items():
        assert rule.code == code_
        assert rule.about.endswith(".")
        assert "\n" not in rule.about
