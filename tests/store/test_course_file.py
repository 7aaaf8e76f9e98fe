"""course.yaml: what is wrong is said in one sentence, with its line and its mend."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from plnb.core.authored import CourseFile
from plnb.core.policy import Latest, Streak
from plnb.errors import CourseFileError, FormatTooNewError, InputError
from plnb.store.course_file import parse_course_file
from plnb.store.explain import _PATTERNS
from plnb.store.schemas import schema
from tests.store.courses import COURSE_YAML


def parse(text: str | bytes) -> CourseFile:
    raw = text if isinstance(text, bytes) else text.encode()
    return parse_course_file(raw, "course.yaml")[0]


def refused(text: str | bytes) -> InputError:
    with pytest.raises(InputError) as caught:
        parse(text)
    return caught.value


def told(text: str) -> InputError | None:
    """What is said about a text; None where it is read."""
    try:
        parse(text.encode("utf-8", "replace"))
    except InputError as error:
        return error
    return None


def changed(old: str, new: str) -> str:
    assert old in COURSE_YAML
    return COURSE_YAML.replace(old, new, 1)


def test_a_good_course_file_is_read_as_it_is_written():
    file = parse(COURSE_YAML)
    assert file.id == "straight-lines"
    assert file.mastery.policy_for("SL.RATE.1") == Streak(n=3)
    assert file.mastery.policy_for("SL.DATA.3") == Latest()
    assert [step.notebook for step in file.units[0].steps[1].options[0].steps] == ["rates-in-sport"]


SLIPS = [
    (
        "        standards: [SL",
        "        standrads: [SL",
        17,
        "unit 1 (steady-change), step 1 (unit-rates): unknown key 'standrads'",
        "Did you mean 'standards'?",
    ),
    ("title: Straight", "titel: Straight", 3, "unknown key 'titel'", "Did you mean 'title'?"),
    ("    steps:\n", "    setps:\n", 14, "unit 1 (steady-change): unknown key 'setps'", "Did you mean 'steps'?"),
    (
        "type: streak",
        "type: streek",
        8,
        "'streek' is not a policy; use one of streak, m_of_n, latest, highest",
        "Did you mean 'streak'?",
    ),
    ("{type: streak, n: 3}", "streak", 8, "'policy' must be a set of keys, not 'streak'", "{type: streak}"),
    ("{type: streak, n: 3}", "{n: 3}", 8, "the key 'type' is missing", "streak, m_of_n"),
    ("{type: streak, n: 3}", "{type: streak, n: 1}", 8, "distinct (2) cannot be more than n (1)", "Change"),
    (
        "{type: streak, n: 3}",
        "{type: streak, window: 3}",
        8,
        "unknown key 'window'",
        "the keys that can stand here are: correct_at",
    ),
    ("{type: latest}", "{type: latest, proficient_at: 80}", 10, "SL.DATA.3: 'proficient_at' must be 1 or less, not 80", "0.8"),
    ("{type: latest}", "", 10, "'SL.DATA.3' has nothing after it", "Write a policy"),
    ("schema_version: 1\n", "", 1, "the key 'schema_version' is missing", "Add `schema_version:`"),
    ("schema_version: 1", "schema_version: one", 1, "'schema_version' must be the number 1", "schema_version: 1"),
    ("id: straight-lines", "id: straight lines", 2, "'id' may hold only the letters a to z", "another name"),
    ("title: Straight", "title: Straight: ", 3, "a colon here", "put the text in quotes"),
    ("title: Straight lines in the world", "title:", 3, "'title' has nothing after it", "Write text"),
    ("title: Straight lines in the world\n", "", 1, "the key 'title' is missing", "Add `title:` here"),
    ("- notebook: unit-rates", "- notebok: unit-rates", 15, "unknown key 'notebok'", "Did you mean 'notebook'?"),
    ("- notebook: unit-rates\n        title", "- title", 15, "a step needs `notebook:`", "Add one"),
    ("notebook: unit-rates", "notebook: unit/rates", 15, "'notebook' must be a plain file name", "another name"),
    ("notebook: unit-rates", "notebook: 7", 15, "'notebook' must be text, not 7", 'in quotes: "7"'),
    ("minutes: 30", "minutes: -5", 18, "'minutes' must be more than 0, not -5", "Change the number"),
    ("minutes: 30", "minutes: half an hour", 18, "'minutes' must be a number, not 'half an hour'", "digits"),
    ("standards: [SL.RATE.1]", "standards: SL.RATE.1", 17, "'standards' must be a list", "[SL.RATE.1]"),
    ("standards: [SL.RATE.1]", "standards: [8.1]", 17, "standard 1 must be text, not 8.1", 'in quotes: "8.1"'),
    ("minutes: 30", "format: vizual", 18, "'format' is 'vizual', which is not one of text, visual", "Did you mean 'visual'?"),
    (
        "minutes: 30",
        "opens_when: {standard: A, at_least: profficient}",
        18,
        "opens_when: 'at_least' is 'profficient'",
        "Did you mean 'proficient'?",
    ),
    (
        "minutes: 30",
        "opens_when: {standrad: A, at_least: proficient}",
        18,
        "opens_when: unknown key 'standrad'",
        "Did you mean 'standard'?",
    ),
    ("minutes: 30", "opens_when: {all: [{standard: A}]}", 18, "the key 'at_least' is missing", "`below:`"),
    ("minutes: 30", "opens_when: {check: slope}", 18, "'check' must name an activity and one of its checks", "activity/grade_id"),
    ("minutes: 30", "opens_when: {when: now}", 18, "a condition needs one of the keys", "Add one"),
    ("minutes: 30", "opens_when: soon", 18, "a condition must be a set of keys, not 'soon'", "standard"),
    ("minutes: 30", "optional: maybe", 18, "'optional' must be true or false, not 'maybe'", "one of the two"),
    ("minutes: 30", "minutes: 30\n        minutes: 31", 19, "the key 'minutes' is written twice", "line 18"),
    ("        minutes: 30", "\tminutes: 30", 18, "a line cannot begin like this", "never with tabs"),
    ("        minutes: 30", "         minutes: 30", 18, "does not line up", "the same number of spaces"),
    ("pick: 1", "pick: 0", 21, "step 2 (rate-world): 'pick' must be 1 or more, not 0", "Change the number"),
    ("[sport, music, nature, machines]", "[sport, music", 6, "is opened here and not closed", "Close it"),
    ("[sport, music, nature, machines]", '"sport', 6, "is opened here and not closed", "Close it"),
    ("title: How fast, how much each?", "title: 'It's fast'", 16, "the quotes in this line", "double quotes"),
    ("language: en", "language: *en", 4, "a name that is not defined", "put it in quotes"),
    ("language: en", "language: !!python/object:os.system x", 4, "cannot hold", "in quotes"),
    ("language: en", "language: \x07", 4, "a character here that YAML does not allow", "invisible"),
]


@pytest.mark.parametrize(("old", "new", "line", "message", "mend"), SLIPS, ids=[slip[1].strip()[:40] for slip in SLIPS])
def test_a_slip_is_told_with_its_line_and_its_mend(old: str, new: str, line: int, message: str, mend: str):
    error = refused(changed(old, new))
    assert isinstance(error, CourseFileError)
    assert error.place == f"course.yaml:{line}"
    assert message.lower() in error.message.lower()
    assert mend in error.mend
    for sentence in (error.message, error.mend):
        assert not re.search(r"pydantic|Traceback|Input should|extra_forbidden|NoneType|tuple|dict", sentence)
        assert not sentence[0].islower()


def test_the_first_of_several_problems_is_told_and_the_others_are_counted():
    error = refused(
        changed("pick: 1", "pick: 0").replace("title: Straight", "titel: Straight").replace("minutes: 30", "minutes: 0")
    )
    assert error.place == "course.yaml:3"
    assert error.mend == "Did you mean 'title'? (2 more problems in this file.)"


def test_a_newer_format_asks_for_a_newer_plnb():
    error = refused("schema_version: 2\nsomething_new: true\n")
    assert isinstance(error, FormatTooNewError)
    assert error.place == "course.yaml:1"
    assert "pip install --upgrade plnb" in error.mend


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "The file is empty."),
        (b"# only a remark\n", "The file is empty."),
        (b"- a\n- b\n", "does not begin with keys"),
        (b"hello", "does not begin with keys"),
        ("id: é".encode("latin-1"), "not UTF-8"),
        (COURSE_YAML.encode("utf-16"), "not UTF-8"),
        (b"a: 1\n---\nb: 2\n", "second document"),
        (b"[" * 300_000, "nested too deeply"),
        (b"x" * 1_100_000, "far too large"),
        (b"a: &a [*a]\n", "counting what"),
        (b"id: " + b"9" * 5000, "too long"),
    ],
)
def test_what_is_no_course_file_at_all_is_refused_in_one_sentence(raw: bytes, message: str):
    error = refused(raw)
    assert isinstance(error, CourseFileError)
    assert message in error.message
    assert error.mend


def test_aliases_that_stand_for_a_billion_values_are_refused_at_once():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    assert "100,000 values" in refused("\n".join(lines)).message


def test_a_few_aliases_are_welcome():
    text = changed("{type: streak, n: 3}", "&rule {type: streak, n: 4}").replace("{type: latest}", "*rule")
    assert parse(text).mastery.policy_for("SL.DATA.3") == Streak(n=4)


def test_words_that_older_yaml_takes_for_something_else_stay_words():
    file = parse(
        changed("language: en", "language: no")
        .replace("notebook: unit-rates", "notebook: 01-rates")
        .replace("id: steady-change", "id: 2026-09-01")
    )
    assert (file.language, file.units[0].id, file.units[0].steps[0].notebook) == ("no", "2026-09-01", "01-rates")


def test_a_byte_order_mark_and_windows_line_ends_are_welcome():
    assert parse(b"\xef\xbb\xbf" + COURSE_YAML.replace("\n", "\r\n").encode()) == parse(COURSE_YAML)


def test_every_pattern_of_the_formats_has_its_words():
    for name in ("cell.v1", "course-file.v1"):
        found = set(re.findall(r'"pattern": (".*")', schema(name)))
        assert found
        assert {json.loads(pattern) for pattern in found} <= _PATTERNS.keys()


def _paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deeper for key, item in inside for deeper in _paths(item, (*path, key)))]


GOOD = yaml.safe_load(COURSE_YAML)
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats(allow_nan=False)
    | st.sampled_from(["", "x", "a b", "streak", "proficient", "../x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["all", "not", "standard", "type", "notebook", "fork", "zzz"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@settings(deadline=None)
@given(st.sampled_from([path for path in _paths(GOOD) if path]), ANYTHING)
def test_whatever_stands_anywhere_in_the_file_is_read_or_refused_with_line_and_mend(path: tuple[str | int, ...], value: object):
    data = json.loads(json.dumps(GOOD))
    holder = data
    for part in path[:-1]:
        holder = holder[part]
    holder[path[-1]] = value
    error = told(yaml.safe_dump(data, sort_keys=False))
    if error is not None:
        assert isinstance(error, CourseFileError) or path == ("schema_version",)
        assert re.fullmatch(r"course\.yaml:\d+", error.place)
        assert error.message
        assert error.mend


@settings(deadline=None)
@given(st.integers(0, len(COURSE_YAML) - 1), st.integers(0, 60), st.text(max_size=3))
def test_a_torn_file_is_read_or_refused_and_never_crashes(start: int, length: int, instead: str):
    text = COURSE_YAML[:start] + instead + COURSE_YAML[start + length :]
    error = told(text)
    if error is not None:
        assert error.place.startswith("course.yaml")
        assert error.mend
