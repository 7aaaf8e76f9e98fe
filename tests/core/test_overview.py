"""A course as its teacher looks at it: what ways take and bring, where findings are, and which of them one edit mends."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from plnb.core.authored import CourseSource
from plnb.core.course_edits import AddActivity, MoveStep, Remove, SetOptional, SetPick, SetStandards
from plnb.core.lint import lint
from plnb.core.overview import WAYS, Overview, Remark, overview, remarks
from plnb.store.course_edits import edit_course, empty_notebook, file_digest
from plnb.store.layout import CourseFolder
from plnb.store.sources import load_course
from tests.e2e.big_course import write_big_course

SAMPLE = Path(__file__).parents[2] / "sample_course"


@pytest.fixture
def folder(tmp_path: Path) -> CourseFolder:
    return CourseFolder(shutil.copytree(SAMPLE, tmp_path / "course", ignore=shutil.ignore_patterns("release", "*.db")))


def seen(source: CourseSource) -> Overview:
    return overview(source, path="course", digest="", text="")


def found(source: CourseSource) -> tuple[Remark, ...]:
    return remarks(source, lint(source), path="course", digest="").remarks


def changed(folder: CourseFolder, *changes: tuple[str, str]) -> CourseSource:
    text = folder.course_file.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    folder.course_file.write_text(text, "utf-8")
    return load_course(folder.root)


def test_a_unit_takes_from_the_shortest_to_the_longest_way_and_leaves_out_what_is_optional(folder: CourseFolder) -> None:
    music = "title: In step with a song\n"
    source = changed(folder)
    assert seen(source).units[0].minutes.most == 15, "the refresher is optional"
    text = folder.course_file.read_text("utf-8")
    at = text.index("minutes: 35", text.index(music))
    folder.course_file.write_text(text[:at] + "minutes: 50" + text[at + len("minutes: 35") :], "utf-8")
    unit = seen(load_course(folder.root)).units[1]
    assert (unit.minutes.least, unit.minutes.most) == (70, 85)
    assert [(way.options, way.minutes) for way in unit.ways] == [(("In sport",), 70), (("In music",), 85)]
    assert unit.points.least == unit.points.most == unit.ways[0].points


def test_too_many_ways_are_said_as_a_span(folder: CourseFolder) -> None:
    options = "".join(
        f"          - {{id: o{number}, title: O, steps: [{{notebook: n{number}, minutes: {number + 1}}}]}}\n"
        for number in range(30)
    )
    source = changed(folder, ("        options:\n", "        options:\n" + options))
    unit = seen(source).units[1]
    assert unit.ways == ()
    assert WAYS < 30
    assert (unit.minutes.least, unit.minutes.most) == (36, 70)


def test_mends_are_offered_where_they_need_no_thought_and_each_takes_its_finding_away(folder: CourseFolder) -> None:
    (folder.source / "motion" / "loose.ipynb").write_text(empty_notebook("Loose ends"), "utf-8")
    source = changed(
        folder,
        ("pick: 1", "pick: 3"),
        ("        optional: true\n", ""),
        ("      - notebook: unit-rates\n", "      - notebook: gone\n      - notebook: unit-rates\n"),
        ("standards: [SL.MOT.1, SL.MOT.2, SL.SLOPE.2]", "standards: [SL.MOT.1, SL.MOT.2, SL.NUM]"),
    )
    kinds = {
        "pick-too-many": SetPick,
        "suggestion-ignored": SetOptional,
        "missing-notebook": Remove,
        "unlisted-notebook": AddActivity,
        "taught-not-checked": SetStandards,
    }
    for code, kind in kinds.items():
        remark = next(each for each in found(source) if each.finding.code == code)
        assert remark.fix is not None, code
        assert isinstance(remark.fix.edit, kind)
        source = edit_course(source, folder, file_digest(folder.course_file.read_bytes()), remark.fix.edit)
        source = load_course(folder.root)
        assert not [each for each in found(source) if each.finding == remark.finding], code


def test_what_is_taught_too_early_is_mended_by_moving_what_it_needs_before_it(tmp_path: Path) -> None:
    write_big_course(tmp_path)
    folder = CourseFolder(tmp_path)
    digest = file_digest(folder.course_file.read_bytes())
    edit_course(load_course(tmp_path), folder, digest, MoveStep(step="act-0-1", unit="unit-0", before="act-0-0"))
    (early,) = [each for each in found(load_course(tmp_path)) if each.finding.code == "taught-before-prerequisite"]
    assert (early.step, early.path) == ("act-0-1", "course/course.yaml")
    assert early.fix is not None
    assert early.fix.edit == MoveStep(step="act-0-0", unit="unit-0", before="act-0-1")
