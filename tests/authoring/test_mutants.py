"""A fault is put into a solution: it parses, it differs, and it is one that a check could notice."""

from __future__ import annotations

import ast
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plnb.authoring.advice import advice_for
from plnb.authoring.examples import Examples
from plnb.authoring.mutants import Kind, Mutant, is_plain, mutants, said_same


def of(source: str, *tests: str, **asked: object) -> tuple[Mutant, ...]:
    return mutants("a", textwrap.dedent(source).strip("\n"), examples=Examples(map(textwrap.dedent, tests)), **asked)  # type: ignore[arg-type]


def added(found: tuple[Mutant, ...], kind: Kind) -> set[str]:
    return {line[1:].strip() for mutant in found if mutant.kind is kind for line in mutant.diff if line.startswith("+")}


@pytest.mark.parametrize(
    ("source", "kind", "wrong"),
    [
        ("x = a + b", Kind.operator, "x = a - b"),
        ("x = (a + b) * c", Kind.operator, "x = (a + b) / c"),
        ("x = a == b", Kind.operator, "x = a != b"),
        ("x = a and b", Kind.operator, "x = a or b"),
        ("x = not a", Kind.operator, "x = (a)"),
        ("x = 3.5", Kind.constant, "x = 7.0"),
        ("x = True", Kind.constant, "x = False"),
        ("x = a if b else c", Kind.branch, "x = a if not (b) else c"),
        ("x = [y for y in a if y > b]", Kind.branch, "x = [y for y in a if not (y > b)]"),
        ("x = a < 3", Kind.off_by_one, "x = a <= 3"),
        ("x = a < 3", Kind.off_by_one, "x = a < 4"),
        ("x = a[1:]", Kind.off_by_one, "x = a[2:]"),
        ("x = list(range(n))", Kind.off_by_one, "x = list(range((n) - 1))"),
        ("x = a - b", Kind.swapped, "x = (b) - (a)"),
        ("x = f(a, b)", Kind.swapped, "x = f(b, a)"),
        ("x = f(a)", Kind.empty, "x = None"),
        ("a.append(2)", Kind.left_out, "pass"),
        ("total += a", Kind.left_out, "pass"),
    ],
)
def test_each_kind_of_fault_is_put_in(source: str, kind: Kind, wrong: str) -> None:
    assert wrong in added(of(source), kind)


def test_a_function_loses_its_body_its_result_and_knows_the_visible_tests_by_heart() -> None:
    found = of(
        '''
        def area(a, b):
            """Docstrings stay."""
            ### BEGIN SOLUTION
            size = a * b
            return size
            ### END SOLUTION
        ''',
        """
        assert area(2, 3) == 6
        assert abs(area(1, 5) - 5) < 1e-9
        ### BEGIN HIDDEN TESTS
        assert area(7, 8) == 56
        ### END HIDDEN TESTS
        """,
    )
    assert added(found, Kind.empty) == {"pass"}
    assert added(found, Kind.returned) == {"return None"}
    (learned,) = (mutant for mutant in found if mutant.kind is Kind.by_heart)
    names: dict[str, object] = {}
    exec(learned.source, names)
    assert [names["area"](*sides) for sides in ((2, 3), (1, 5), (7, 8))] == [6, 5, 6]  # type: ignore[operator]


def test_only_what_stands_between_the_marks_is_changed() -> None:
    found = of("given = 1 + 2\n### BEGIN SOLUTION\nx = given * 3\n### END SOLUTION\nlast = 4 + 5")
    assert found
    assert {mutant.line for mutant in found} == {3}


def test_what_is_only_shown_or_said_is_left_alone() -> None:
    assert of('print(1 + 2)\nplt.plot([1, 2], [3, 4])\n"""Words."""\nimport math\nraise ValueError("no" + "thing")') == ()


def test_a_limit_at_a_measured_value_is_no_border() -> None:
    assert added(of("x = a < 0.001"), Kind.off_by_one) == set()


def test_nothing_more_or_less_and_one_times_are_no_operators() -> None:
    assert added(of("x = (a - 0) / 1"), Kind.operator) == set()


def test_a_word_is_exchanged_for_one_that_the_test_or_the_form_offers() -> None:
    assert added(of('unit = "m/s"', 'assert unit in ("m", "m/s")'), Kind.constant) == {"unit = 'm'"}
    assert added(of('q = "B"', options=("A", "B", "C")), Kind.constant) == {"q = 'A'", "q = 'C'"}


def test_lines_of_ipython_are_passed_over_and_what_is_no_python_has_no_faults() -> None:
    assert {mutant.line for mutant in of("%matplotlib inline\nx = a + b")} == {2}
    assert of("x = = 3") == ()
    assert not is_plain("x = = 3")


def test_letters_of_more_than_one_byte_do_not_move_the_fault() -> None:
    assert "größe = fläche - 'ä' # ü" in {line[1:] for mutant in of("größe = fläche + 'ä' # ü") for line in mutant.diff}


def test_an_id_outlives_comments_and_blanks_but_not_a_change_of_the_code() -> None:
    def ids(source: str) -> set[str]:
        return {mutant.id for mutant in of(source)}

    assert ids("x = a + b") == ids("# why\nx = a  +  b")
    assert ids("x = a + b").isdisjoint(ids("x = a + c"))


def test_an_author_says_with_a_reason_and_inside_the_solution_that_a_fault_is_none() -> None:
    inside = "### BEGIN SOLUTION\nx = a  # same 1cc40761: both ratios are constant together\n# same 00000000\n### END SOLUTION"
    assert said_same(inside) == {"1cc40761": "both ratios are constant together"}
    assert said_same("# same 1cc40761: students would read this\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION") == {}


def test_a_limit_keeps_some_of_every_kind() -> None:
    source = "x = a + b + c + d + e + f\ny = 1\nz = g(h, i)"
    few = of(source, most=4)
    assert len(few) == 4
    assert {mutant.kind for mutant in few} == {mutant.kind for mutant in of(source)}
    assert set(few) <= set(of(source))


NAMES = st.sampled_from(["a", "b", "f(a, b)", "rows[0]", "rows[1:n]", '"é"', "'yes'", "3", "0", "-2", "1.5", "True", "f'{a + 1}'"])


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "<", ">=", "==", "and", "or"]), inner)
    return st.one_of(
        pair.map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"),
        pair.map(lambda parts: f"{parts[0]}  {parts[1]}  {parts[2]}"),
        inner.map(lambda part: f"not ({part})"),
        inner.map(lambda part: f"[x for x in range({part}) if {part}]"),
        st.tuples(inner, inner, inner).map(lambda parts: f"({parts[0]} if {parts[1]} else {parts[2]})"),
    )


EXPRESSIONS = st.recursive(NAMES, _compound, max_leaves=6)
LINES = st.one_of(
    EXPRESSIONS.map("x = {}".format),
    EXPRESSIONS.map("total += {}".format),
    EXPRESSIONS.map("if {0}:\n    y = {0}".format),
    EXPRESSIONS.map("while {}:\n    break".format),
    EXPRESSIONS.map("def f(a, b):\n    'ü'\n    return {}".format),
    EXPRESSIONS.map("rows.append({})  # a + b".format),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=4))
def test_whatever_the_code_every_fault_parses_and_differs_and_all_have_their_own_name(lines: list[str]) -> None:
    source = "\n".join(lines)
    try:
        right = ast.parse(source)
    except SyntaxError:
        return
    found = mutants("a", source)
    for mutant in found:
        assert ast.dump(ast.parse(mutant.source)) != ast.dump(right)
        assert mutant.diff
    assert len({mutant.id for mutant in found}) == len(found)


def test_where_the_order_of_two_values_does_not_matter_the_advice_is_a_comment_to_type() -> None:
    """As in a product of a function's two arguments: there is no test to write, so what can be typed is said."""
    (turned,) = [mutant for mutant in of("x = f(a, b)") if mutant.kind is Kind.swapped]
    comment = advice_for(turned).partition("(")[2].rpartition(")")[0]
    assert said_same(f"### BEGIN SOLUTION\nx = f(a, b)  {comment}\n### END SOLUTION") == {turned.id: "why"}


def test_there_is_advice_for_every_kind_of_fault() -> None:
    one = of("x = f(a, b)")[0]
    assert all(advice_for(one.model_copy(update={"kind": kind})).endswith(".") for kind in Kind)
