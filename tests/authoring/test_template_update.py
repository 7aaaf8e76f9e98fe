"""What is new in a template comes into a course, and nothing that the teacher did is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from plnb.authoring.scaffold import new_course
from plnb.authoring.template_mark import ASIDE, FOLDER, MADE
from plnb.authoring.template_update import Update, update_course
from plnb.cli.main import app
from plnb.core.lint import lint
from plnb.errors import InputError, NotReadyError
from plnb.store.layout import CourseFolder
from plnb.store.sources import load_course

NOTEBOOK = "source/first-steps/percentages.ipynb"


@pytest.fixture
def folder(tmp_path: Path) -> CourseFolder:
    return CourseFolder(new_course(tmp_path / "mine", title="Mine"))


def older(folder: CourseFolder, path: str, old: str, new: str, *, theirs: bool = True) -> None:
    """As if the template had said `old` when the course was made, and says `new` today."""
    places = [folder.root / FOLDER / MADE / path, *([folder.root / path] if theirs else [])]
    for place in places:
        text = place.read_text(encoding="utf-8")
        assert new in text
        place.write_text(text.replace(new, old), encoding="utf-8")


def said(update: Update) -> dict[str, str]:
    return {each.path: str(each.change) for each in update.files}


def test_a_course_as_it_was_made_has_nothing_to_update(folder: CourseFolder) -> None:
    assert update_course(folder).files == ()


def test_a_file_the_teacher_left_alone_is_renewed(folder: CourseFolder) -> None:
    older(folder, "README.md", "Ask lint.", "Ask `plnb lint` as often as you like.")
    assert said(update_course(folder)) == {"README.md": "renewed"}
    assert "as often as you like" in (folder.root / "README.md").read_text(encoding="utf-8")
    assert update_course(folder).files == ()


def test_a_file_only_the_teacher_changed_stays(folder: CourseFolder) -> None:
    (folder.root / "README.md").write_text("Mine now.\n", encoding="utf-8")
    assert update_course(folder).files == ()
    assert (folder.root / "README.md").read_text(encoding="utf-8") == "Mine now.\n"


def test_changes_of_both_in_different_lines_are_merged(folder: CourseFolder) -> None:
    older(folder, "course.yaml", "policy: {type: latest}", "policy: {type: highest}")
    text = folder.course_file.read_text(encoding="utf-8").replace("title: First steps", "title: Our first steps")
    folder.course_file.write_text(text, encoding="utf-8")
    assert said(update_course(folder)) == {"course.yaml": "merged"}
    source = load_course(folder.root)
    assert source.file.units[0].title == "Our first steps"
    assert source.file.mastery.policy.type == "highest"
    assert lint(source) == ()


def test_changes_of_both_in_one_line_leave_the_teachers_and_lay_the_other_aside(folder: CourseFolder) -> None:
    older(folder, "course.yaml", "title: Begin", "title: First steps")
    mine = folder.course_file.read_text(encoding="utf-8").replace("title: Begin", "title: Let us begin")
    folder.course_file.write_text(mine, encoding="utf-8")
    assert said(update_course(folder)) == {"course.yaml": "aside"}
    assert folder.course_file.read_text(encoding="utf-8") == mine
    assert "title: First steps" in (folder.root / FOLDER / ASIDE / "course.yaml").read_text(encoding="utf-8")


def test_a_notebook_that_both_changed_stays_the_teachers(folder: CourseFolder) -> None:
    older(folder, NOTEBOOK, "A jumper is 25 % off.", "A jacket is 25 % off.")
    path = folder.root / NOTEBOOK
    book = json.loads(path.read_text(encoding="utf-8"))
    book["cells"][1]["source"] = ["# Ours"]
    path.write_text(json.dumps(book), encoding="utf-8")
    mine = path.read_bytes()
    assert said(update_course(folder)) == {NOTEBOOK: "aside"}
    assert path.read_bytes() == mine
    assert "A jacket is 25 % off." in (folder.root / FOLDER / ASIDE / NOTEBOOK).read_text(encoding="utf-8")


def test_without_git_nothing_is_merged_and_it_is_said_why(folder: CourseFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    older(folder, "course.yaml", "policy: {type: latest}", "policy: {type: highest}")
    folder.course_file.write_text(folder.course_file.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    monkeypatch.setenv("PATH", "")
    (file,) = update_course(folder).files
    assert (file.change, "git" in file.why) == ("aside", True)


def test_what_is_new_is_added_what_is_gone_is_removed_and_what_the_teacher_took_out_stays_out(folder: CourseFolder) -> None:
    made = folder.root / FOLDER / MADE
    (made / "README.md").unlink()
    (folder.root / "README.md").unlink()
    for place in (made, folder.root):
        (place / "old.md").write_text("old", encoding="utf-8")
    older(folder, NOTEBOOK, "A jumper", "A jacket", theirs=False)
    (folder.root / NOTEBOOK).unlink()
    assert said(update_course(folder)) == {"README.md": "added", "old.md": "removed"}
    assert (folder.root / "README.md").is_file()
    assert not (folder.root / "old.md").exists()
    assert not (folder.root / NOTEBOOK).exists()


def test_a_dry_run_writes_nothing(folder: CourseFolder) -> None:
    older(folder, "README.md", "Ask lint.", "Ask `plnb lint` as often as you like.")
    before = {path: path.read_bytes() for path in folder.root.rglob("*") if path.is_file()}
    shown = CliRunner().invoke(app, ["update", "-C", str(folder.root), "--dry-run"])
    assert (shown.exit_code, "README.md" in shown.stdout) == (0, True)
    assert {path: path.read_bytes() for path in folder.root.rglob("*") if path.is_file()} == before


def test_a_course_without_a_note_of_its_template_is_refused_with_the_mend(folder: CourseFolder) -> None:
    mark = folder.root / FOLDER / "template.json"
    mark.write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read"):
        update_course(folder)
    mark.unlink()
    with pytest.raises(NotReadyError, match="which template"):
        update_course(folder)
