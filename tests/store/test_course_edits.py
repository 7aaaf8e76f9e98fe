"""Edits of a course file: what was meant and nothing else, with every comment, or not at all."""

from __future__ import annotations

import difflib
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plnb.core.authored import ActivityEntry, ForkEntry
from plnb.core.conditions import ActivityDone, All, StandardAtLeast
from plnb.core.course_edits import (
    AddActivity,
    AddFork,
    AddInterest,
    AddOption,
    AddUnit,
    Edit,
    MoveOption,
    MoveStep,
    MoveUnit,
    NewOption,
    Remove,
    Rename,
    Restore,
    SetCondition,
    SetMinutes,
    SetOptional,
    SetPick,
    SetStandards,
)
from plnb.core.lint import lint
from plnb.errors import InputError, NotFoundError, PlnbError, StaleError
from plnb.store.course_edits import changed, edit_course, file_digest
from plnb.store.course_file import parse_course_file
from plnb.store.layout import CourseFolder
from plnb.store.sources import load_course
from tests.store.courses import COURSE_YAML, everything, make_course

SAMPLE = Path(__file__).parents[2] / "sample_course"
TEXT = (SAMPLE / "course.yaml").read_text("utf-8")


def edited(edit: Edit, text: str = TEXT, folder: Path = SAMPLE) -> str:
    """The text after an edit; nothing is written."""
    return changed(text.encode(), CourseFolder(folder), edit).text


def difference(edit: Edit, text: str = TEXT) -> list[str]:
    """Lines that go and come."""
    lines = difflib.unified_diff(text.splitlines(), edited(edit, text).splitlines(), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


@pytest.fixture
def sample(tmp_path: Path) -> CourseFolder:
    """The sample course, to be changed."""
    return CourseFolder(shutil.copytree(SAMPLE, tmp_path / "course", ignore=shutil.ignore_patterns("release", "*.db")))


def do(folder: CourseFolder, edit: Edit) -> None:
    edit_course(load_course(folder.root), folder, file_digest(folder.course_file.read_bytes()), edit)


# --- small edits touch one line ---------------------------------------------------------------------------------------------------


def test_a_title_changes_one_line_and_is_quoted_only_where_it_must_be() -> None:
    assert difference(Rename(what="activity", id="unit-rates", title="How much each?")) == [
        "-        title: How fast, how much each?",
        "+        title: How much each?",
    ]
    assert difference(Rename(what="unit", id="motion", title="yes: it #moves")) == [
        "-    title: Motion",
        '+    title: "yes: it #moves"',
    ]
    assert difference(Rename(what="fork", id="rate-world", title="Where?"))[1] == "+        prompt: Where?"
    assert difference(Rename(what="option", id="rate-world/music", title="true"))[1] == '+            title: "true"'


def test_minutes_standards_and_conditions_are_set_changed_and_taken_away() -> None:
    assert difference(SetMinutes(activity="unit-rates", minutes=12.5))[1] == "+        minutes: 12.5"
    assert difference(SetMinutes(activity="unit-rates", minutes=None)) == ["-        minutes: 35"]
    assert difference(SetOptional(activity="unit-rates", optional=True)) == ["+        optional: true"]
    assert difference(SetStandards(activity="unit-rates", standards=("SL.NUM.2",)))[1] == "+        standards: [SL.NUM.2]"
    waits = All(all=(ActivityDone(done="meet-slope"), StandardAtLeast(standard="SL.NUM.1", at_least="familiar")))
    condition = SetCondition(what="activity", id="unit-rates", field="opens_when", condition=waits)
    assert difference(condition) == ["+        opens_when: {all: [{done: meet-slope}, {standard: SL.NUM.1, at_least: familiar}]}"]
    gone = SetCondition(what="activity", id="where-lines-meet", field="opens_when", condition=None)
    assert difference(gone) == ["-        opens_when: {standard: SL.LINE.1, at_least: familiar}"]
    assert difference(SetPick(fork="rate-world", pick=2)) == ["-        pick: 1", "+        pick: 2"]
    assert difference(AddInterest(interest="food"))[1] == "+interests: [sport, music, nature, machines, food]"


def test_what_moves_takes_its_comments_along_and_the_rest_stays_as_it_is() -> None:
    new = edited(MoveStep(step="where-lines-meet", unit="motion", before="walking-graphs"))
    assert sorted(new.splitlines()) == sorted(TEXT.splitlines())
    at = new.index("- notebook: where-lines-meet")
    assert at < new.index("# Comparing two lines") < new.index("- notebook: walking-graphs")
    units = edited(MoveUnit(unit="real-data", before="motion"))
    assert sorted(units.splitlines()) == sorted(TEXT.splitlines())
    assert units.index("id: real-data") < units.index("# The project asks") < units.index("id: motion")


def test_an_activity_goes_into_an_option_and_out_of_one_with_its_lines_shifted() -> None:
    into = edited(MoveStep(step="unit-rates", unit="steady-change", option="rate-world/music", before="rates-in-music"))
    music = parse_course_file(into.encode(), "course.yaml")[0].units[1].steps[0]
    assert isinstance(music, ForkEntry)
    assert [step.notebook for step in music.options[1].steps] == ["unit-rates", "rates-in-music"]
    back = edited(MoveStep(step="unit-rates", unit="steady-change", before="rate-world"), into)
    assert back == TEXT


def test_a_file_that_is_written_in_brackets_is_edited_too(tmp_path: Path) -> None:
    make_course(tmp_path)
    new = edited(
        AddActivity(unit="steady-change", notebook="extra", title="More", option="rate-world/sport"), COURSE_YAML, tmp_path
    )
    file, _ = parse_course_file(new.encode(), "course.yaml")
    fork = file.units[0].steps[1]
    assert isinstance(fork, ForkEntry)
    assert [step.notebook for step in fork.options[0].steps] == ["rates-in-sport", "extra"]
    old, new = difference(Rename(what="option", id="rate-world/sport", title="Sport, in short"), COURSE_YAML)
    assert new[1:] == old[1:].replace("title: In sport", 'title: "Sport, in short"')


def test_line_ends_and_marks_of_other_machines_stay() -> None:
    windows = TEXT.replace("\n", "\r\n")
    assert edited(Rename(what="unit", id="motion", title="Moving"), windows) == windows.replace("title: Motion", "title: Moving")
    moved = edited(MoveUnit(unit="real-data", before="motion"), windows)
    assert "\n" not in moved.replace("\r\n", "")
    assert changed(b"\xef\xbb\xbf" + TEXT.encode(), CourseFolder(SAMPLE), SetPick(fork="rate-world", pick=2)).text[0] == "\ufeff"
    bare = edited(AddUnit(unit="end", title="The end"), TEXT.rstrip("\n"))
    assert parse_course_file(bare.encode(), "course.yaml")[0].units[-1].title == "The end"


def test_what_is_shared_by_an_anchor_is_left_to_its_author() -> None:
    text = TEXT.replace("minutes: 15", "minutes: &short 15").replace("minutes: 25", "minutes: *short")
    with pytest.raises(InputError, match="cannot be changed from here"):
        edited(SetMinutes(activity="number-refresher", minutes=3), text)


# --- any edit -----------------------------------------------------------------------------------------------------------------

FILE, _ = parse_course_file(TEXT.encode(), "course.yaml")
UNITS = [unit.id for unit in FILE.units]
FORKS = [step for unit in FILE.units for step in unit.steps if isinstance(step, ForkEntry)]
OPTIONS = [f"{fork.fork}/{option.id}" for fork in FORKS for option in fork.options]
ACTIVITIES = [step.notebook for unit in FILE.units for step in unit.steps if isinstance(step, ActivityEntry)] + [
    step.notebook for fork in FORKS for option in fork.options for step in option.steps
]
STEPS = [*ACTIVITIES, *(fork.fork for fork in FORKS)]
TITLES = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=40).filter(str.strip)
EDITS = st.one_of(
    st.builds(MoveUnit, unit=st.sampled_from(UNITS), before=st.sampled_from([*UNITS, None])),
    st.builds(
        MoveStep,
        step=st.sampled_from(STEPS),
        unit=st.sampled_from(UNITS),
        option=st.sampled_from([*OPTIONS, None, None, None]),
        before=st.sampled_from([*STEPS, None]),
    ),
    st.builds(MoveOption, option=st.sampled_from(OPTIONS), before=st.sampled_from(["sport", "climate", None])),
    st.builds(Rename, what=st.just("activity"), id=st.sampled_from(ACTIVITIES), title=TITLES),
    st.builds(SetMinutes, activity=st.sampled_from(ACTIVITIES), minutes=st.none() | st.floats(0.1, 1000)),
    st.builds(SetOptional, activity=st.sampled_from(ACTIVITIES), optional=st.booleans()),
    st.builds(SetStandards, activity=st.sampled_from(ACTIVITIES), standards=st.lists(TITLES, max_size=3).map(tuple)),
    st.builds(
        SetCondition,
        what=st.just("activity"),
        id=st.sampled_from(ACTIVITIES),
        field=st.sampled_from(["opens_when", "suggest_when"]),
        condition=st.none() | st.builds(ActivityDone, done=st.sampled_from(ACTIVITIES)),
    ),
    st.builds(Remove, what=st.just("activity"), id=st.sampled_from(ACTIVITIES)),
    st.builds(AddUnit, unit=st.just("more"), title=TITLES),
    st.builds(AddActivity, unit=st.sampled_from(UNITS), notebook=st.just("more"), title=TITLES),
    st.builds(
        AddOption, fork=st.just("rate-world"), option=st.builds(NewOption, id=st.just("x"), title=TITLES, notebook=st.just("x"))
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(EDITS, min_size=1, max_size=6))
def test_whatever_is_done_in_whatever_order_is_done_or_refused_and_no_comment_is_lost(edits: list[Edit]) -> None:
    comments = [line.strip() for line in TEXT.splitlines() if line.strip().startswith("#")]
    text = TEXT
    removed = False
    for edit in edits:
        said = ""
        try:
            text = edited(edit, text)
        except InputError as error:
            said = error.message
        assert "cannot be changed from here" not in said, (edit, text)
        removed = removed or isinstance(edit, Remove)
    kept = [line.strip() for line in text.splitlines() if line.strip().startswith("#")]
    if not removed:
        assert sorted(kept) == sorted(comments)


# --- in the folder ----------------------------------------------------------------------------------------------------------------


def test_an_edit_made_against_an_older_version_is_refused_and_nothing_is_written(sample: CourseFolder) -> None:
    source, digest = load_course(sample.root), file_digest(sample.course_file.read_bytes())
    sample.course_file.write_text(TEXT.replace("Motion", "Moving"), "utf-8")
    before = everything(sample.root)
    with pytest.raises(StaleError, match="has changed since"):
        edit_course(source, sample, digest, SetPick(fork="rate-world", pick=2))
    assert everything(sample.root) == before


def test_a_new_activity_has_a_notebook_and_the_course_stays_free_of_errors(sample: CourseFolder) -> None:
    do(sample, AddActivity(unit="motion", notebook="falling", title="Falling: what then?", minutes=20))
    assert sample.notebook("motion", "falling").is_file()
    assert not [f for f in lint(load_course(sample.root)) if f.severity == "error"]
    do(
        sample,
        AddFork(
            unit="motion",
            fork="how",
            prompt="How?",
            options=(NewOption(id="a", title="One", notebook="one"), NewOption(id="b", title="Two", notebook="two")),
        ),
    )
    do(sample, AddOption(fork="how", option=NewOption(id="c", title="Three", notebook="three")))
    assert not [f for f in lint(load_course(sample.root)) if f.severity == "error"]


def test_a_notebook_moves_with_its_activity_and_comes_back_with_undo(sample: CourseFolder) -> None:
    do(sample, MoveStep(step="beyond-lines", unit="motion"))
    assert sample.notebook("motion", "beyond-lines").is_file()
    assert not sample.notebook("real-data", "beyond-lines").exists()
    assert not [f for f in lint(load_course(sample.root)) if f.severity == "error"]
    do(sample, Restore(text=TEXT))
    assert sample.notebook("real-data", "beyond-lines").is_file()
    assert sample.course_file.read_text("utf-8") == TEXT


def test_work_that_was_handed_in_keeps_its_notebook_where_it_is(sample: CourseFolder) -> None:
    handed = sample.submission("ana", "real-data") / "beyond-lines.ipynb"
    handed.parent.mkdir(parents=True)
    handed.write_text("{}")
    with pytest.raises(InputError, match="Students have handed in"):
        do(sample, MoveStep(step="beyond-lines", unit="motion"))


def test_what_something_else_needs_is_not_taken_away(sample: CourseFolder) -> None:
    waits = ActivityDone(done="meet-slope")
    do(sample, SetCondition(what="activity", id="write-the-line", field="opens_when", condition=waits))
    before = everything(sample.root)
    refused: list[tuple[Edit, str]] = [
        (Remove(what="activity", id="meet-slope"), "waits for the activity meet-slope"),
        (Remove(what="activity", id="rates-in-sport"), "only activity of its option"),
        (AddUnit(unit="motion", title="Again"), "Two units are called motion"),
        (AddActivity(unit="motion", notebook="meet-slope", title="Again"), "is a step twice"),
        (SetStandards(activity="meet-slope", standards=("SL.NOPE",)), "SL.NOPE"),
        (MoveStep(step="rate-world", unit="real-data", option="data-story/climate"), "cannot stand inside an option"),
        (SetCondition(what="option", id="rate-world/sport", field="opens_when", condition=waits), "always open"),
        (Restore(text="units: [a"), "not closed"),
    ]
    for edit, said in refused:
        with pytest.raises(PlnbError, match=said):
            do(sample, edit)
    with pytest.raises(NotFoundError, match="nowhere"):
        do(sample, MoveStep(step="nowhere", unit="motion"))
    assert everything(sample.root) == before


def test_a_circle_of_conditions_is_said(sample: CourseFolder) -> None:
    do(
        sample,
        SetCondition(what="activity", id="write-the-line", field="opens_when", condition=ActivityDone(done="where-lines-meet")),
    )
    do(
        sample,
        SetCondition(what="activity", id="where-lines-meet", field="opens_when", condition=ActivityDone(done="write-the-line")),
    )
    found = [f.code for f in lint(load_course(sample.root)) if f.severity == "error"]
    assert "gate-nobody-can-pass" in found


# --- two people, and git ----------------------------------------------------------------------------------------------------------


def merged(tmp_path: Path, one: Edit, other: Edit) -> tuple[bool, str]:
    """Two people edit the same course, and git puts it together: whether it could, and the text."""
    repository = tmp_path / f"{len(list(tmp_path.iterdir()))}"
    repository.mkdir()

    def git(*arguments: str) -> int:
        who = ["-c", "user.name=A teacher", "-c", "user.email=teacher@example.org", "-c", "commit.gpgsign=false"]
        return subprocess.run(["git", *who, *arguments], cwd=repository, capture_output=True, check=False).returncode

    def write(text: str, said: str) -> None:
        (repository / "course.yaml").write_text(text, "utf-8")
        git("add", "-A")
        assert git("commit", "-q", "-m", said) == 0

    git("init", "-q", "-b", "main")
    write(TEXT, "a course")
    git("checkout", "-q", "-b", "other")
    write(edited(other), "the other's edit")
    git("checkout", "-q", "main")
    write(edited(one), "one's edit")
    clean = git("merge", "-q", "other") == 0
    return clean, (repository / "course.yaml").read_text("utf-8")


def test_edits_of_two_people_come_together_and_only_a_real_conflict_is_one(tmp_path: Path) -> None:
    waits = SetCondition(what="activity", id="write-the-line", field="opens_when", condition=ActivityDone(done="meet-slope"))
    for one, other in (
        (Rename(what="unit", id="motion", title="Moving"), waits),
        (SetMinutes(activity="meet-slope", minutes=50), MoveStep(step="where-lines-meet", unit="motion", before="walking-graphs")),
        (AddActivity(unit="motion", notebook="falling", title="Falling"), SetPick(fork="data-story", pick=2)),
        (Rename(what="activity", id="unit-rates", title="Rates"), SetStandards(activity="unit-rates", standards=("SL.RATE.1",))),
    ):
        clean, text = merged(tmp_path, one, other)
        assert clean, (one, other)
        both, _ = parse_course_file(edited(other, edited(one)).encode(), "course.yaml")
        assert parse_course_file(text.encode(), "course.yaml")[0] == both
    clean, text = merged(
        tmp_path, Rename(what="unit", id="motion", title="Moving"), Rename(what="unit", id="motion", title="On the move")
    )
    assert not clean
    assert text.count("<<<<<<<") == 1
    with pytest.raises(InputError, match="merge"):
        parse_course_file(text.encode(), "course.yaml")
