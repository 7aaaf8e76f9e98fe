"""The `plnb` key of a cell: there and back, old and new, right and wrong."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plnb.core.base import Level
from plnb.core.cells import (
    CellMeta,
    CheckCell,
    ForkCell,
    GateCell,
    Misconception,
    Option,
    ProseCell,
    ReflectCell,
    ResponseCell,
    VaryCell,
    Widget,
)
from plnb.core.conditions import ActivityDone, All, AnyOf, CheckPassed, ChoiceIs, Condition, Not, StandardAtLeast, StandardBelow
from plnb.errors import CellMetadataError, FormatTooNewError, InputError
from plnb.store.metadata import read_cell_meta, write_cell_meta
from plnb.store.versions import to_version
from tests.store.courses import CHECK

IDS = st.from_regex(r"[A-Za-z0-9_\-]{1,12}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
CODES = st.from_regex(r"[A-Z]{1,3}\.[A-Z0-9.]{1,6}", fullmatch=True)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    st.builds(StandardAtLeast, standard=CODES, at_least=st.sampled_from(Level))
    | st.builds(StandardBelow, standard=CODES, below=st.sampled_from(Level))
    | st.builds(CheckPassed, check=st.builds("{}/{}".format, IDS, IDS))
    | st.builds(ActivityDone, done=IDS)
    | st.builds(ChoiceIs, choice=st.builds("{}/{}".format, IDS, IDS)),
    lambda inner: (
        st.builds(All, all=st.lists(inner, max_size=3).map(tuple))
        | st.builds(AnyOf, any=st.lists(inner, min_size=1, max_size=3).map(tuple))
        | st.builds(Not, not_=inner)
    ),
    max_leaves=4,
)
OPTIONS = st.builds(
    Option, id=IDS, title=TEXTS, about=TEXTS, minutes=st.none() | st.floats(1, 90), suggest_when=st.none() | CONDITIONS
)
COMMON = {"standards": st.lists(CODES, max_size=2).map(tuple), "branch": st.none() | st.builds("{}/{}".format, IDS, IDS)}
CELLS: st.SearchStrategy[CellMeta] = st.one_of(
    st.builds(ProseCell, role=st.sampled_from(["explain", "example", "practice", "hint"]), **COMMON),
    st.builds(
        CheckCell,
        role=st.sampled_from(["check", "probe", "challenge"]),
        hints=st.lists(TEXTS, max_size=3).map(tuple),
        misconceptions=st.lists(st.builds(Misconception, when=TEXTS, say=TEXTS), max_size=2).map(tuple),
        **COMMON,
    ),
    st.builds(ForkCell, role=st.just("fork"), id=IDS, prompt=TEXTS, options=st.lists(OPTIONS, min_size=1, max_size=3).map(tuple)),
    st.builds(GateCell, role=st.just("gate"), id=IDS, opens_when=st.none() | CONDITIONS, soft=st.booleans()),
    st.builds(ReflectCell, role=st.sampled_from(["reflect", "goal"]), id=IDS, prompt=TEXTS),
    st.builds(ResponseCell, role=st.just("response"), widget=st.sampled_from(Widget), name=st.just("q3"), unit=TEXTS),
    st.builds(VaryCell, role=st.just("vary"), name=st.just("variant"), variants=st.integers(2, 1000), **COMMON),
)


@settings(deadline=None)
@given(CELLS)
def test_what_is_written_into_a_cell_is_read_back_the_same(meta: CellMeta):
    through_a_file = json.loads(json.dumps(write_cell_meta(meta)))
    assert read_cell_meta(through_a_file) == meta
    assert list(through_a_file)[:2] == ["schema_version", "role"]


def test_only_what_differs_from_the_defaults_is_written():
    assert write_cell_meta(ProseCell(role="explain")) == {"schema_version": 1, "role": "explain"}


def test_a_key_without_a_version_is_read_as_ours():
    assert read_cell_meta({"role": "explain"}) == ProseCell(role="explain")


def test_a_newer_key_asks_for_a_newer_plnb():
    with pytest.raises(FormatTooNewError) as caught:
        read_cell_meta({"schema_version": 2, "role": "telepathy"})
    assert "pip install --upgrade plnb" in caught.value.mend


@pytest.mark.parametrize("version", [True, "1", 0, -1, 1.0, None, [1]])
def test_a_version_that_is_none_is_refused(version: object):
    with pytest.raises(CellMetadataError, match="schema_version"):
        read_cell_meta({"schema_version": version, "role": "explain"})


def test_an_old_format_goes_up_one_version_at_a_time():
    upgrades = {1: lambda data: {"b": data["a"]}, 2: lambda data: {"c": data["b"] + 1}}
    assert to_version({"schema_version": 1, "a": 1}, 3, upgrades, error=CellMetadataError) == {"schema_version": 3, "c": 2}


@pytest.mark.parametrize(
    ("raw", "message", "mend"),
    [
        ({**CHECK, "role": "chek"}, "'chek' is not a role; use one of explain", "Did you mean 'check'?"),
        ({"standards": []}, "The key 'role' is missing", "check"),
        ({"rolle": "check"}, "Unknown key 'rolle'", "Did you mean 'role'?"),
        ({**CHECK, "hint": ["x"]}, "Unknown key 'hint'", "hints"),
        ({**CHECK, "hints": "Divide."}, "'hints' must be a list, not 'Divide.'", "[Divide.]"),
        ({**CHECK, "misconceptions": [{"when": "x"}]}, "Misconception 1: the key 'say' is missing", "Add `say:`"),
        ({**CHECK, "branch": "rep"}, "'branch' must name a fork and one of its options", "fork/option"),
        ({"role": "fork", "id": "f", "prompt": "?", "options": []}, "'options' is empty", "Add one"),
        ({"role": "fork", "id": "f", "prompt": "?", "options": [{"id": "a"}]}, "Option 1 (a): the key 'title' is missing", "title"),
        (
            {"role": "gate", "id": "g", "opens_when": {"standard": "A", "atleast": "familiar"}},
            "opens_when: unknown key 'atleast'",
            "at_least",
        ),
        (
            {"role": "response", "widget": "choise", "name": "q"},
            "'widget' is 'choise', which is not one of choice",
            "Did you mean 'choice'?",
        ),
        ({"role": "response", "widget": "choice", "name": "q 3"}, "a name that Python accepts", "letters"),
        ({**CHECK, "points": 3}, "Unknown key 'points'", "the keys that can stand here"),
        ([], "must be a set of keys", "role"),
        (None, "must be a set of keys", "role"),
        ("check", "must be a set of keys", "role"),
    ],
)
def test_a_slip_in_a_cell_is_told_with_its_mend(raw: object, message: str, mend: str):
    with pytest.raises(CellMetadataError) as caught:
        read_cell_meta(raw)
    assert message.lower() in caught.value.message.lower()
    assert mend in caught.value.mend


def told(raw: object) -> InputError | None:
    """What is said about a key; None where it is read."""
    try:
        read_cell_meta(raw)
    except InputError as error:
        return error
    return None


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["check", "fork", "gate", "a/b"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["role", "id", "options", "opens_when", "all", "not", "standard", "title", "hints"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(JSON, st.sampled_from(["check", "fork", "gate", "reflect", "response", "explain", 7, None]))
def test_whatever_a_key_holds_it_is_read_or_refused_with_a_mend(raw: object, role: object):
    error = told({**raw, "role": role} if isinstance(raw, dict) else raw)
    assert error is None or (error.message and error.mend)
