"""The tutorials do what they say: every command in them is run, every change made, every answer compared.

In a tutorial, a block of `sh` is typed into a terminal line by line; the block of `text` behind it is in what the last of these
commands says (spaces aside, and whatever the page puts … for); a block of `diff` is a change that the reader makes by hand, its
file, old or new, named after `---`. What is copied is changed as the sentences behind say: “every `this` into `that`”.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from plnb.authoring.samples import sample_course
from plnb.authoring.synthetic import make_class
from plnb.grading.release import release
from plnb.store.layout import CourseFolder
from tests.extent import WHOLE

README = Path(__file__).parents[2] / "README.md"
TUTORIALS = README.parent / "docs" / "tutorials"
_ELSEWHERE = ("pip ", "dask ", "plnb grade --on ", "jupyter lab", "#")
"""What a page says of other machines, of JupyterLab (which the tests in `e2e` use), and to the reader."""
_BLOCK = re.compile(r"^```(sh|text|diff)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INTO = re.compile(r"every `([^`]+)` into `([^`]+)`")


class Reader:
    """Somebody who follows a tutorial to the letter, in an empty folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said = ""
        self.typed: list[str] = []

    def follow(self, page: str) -> None:
        text = (TUTORIALS / page).read_text(encoding="utf-8")
        for kind, block in _BLOCK.findall(text):
            if kind == "diff":
                self.change(block)
            elif kind == "text":
                self.compare(block)
            else:
                for line in block.splitlines():
                    self.type_unless_elsewhere(line)
                    if line.startswith("cp "):
                        self.change_copy(line.split()[2], _INTO.findall(" ".join(text.split())))

    def type_unless_elsewhere(self, line: str) -> None:
        if not line.startswith(_ELSEWHERE):
            self.type(line.partition("#")[0].strip())

    def type(self, line: str) -> None:
        if line.startswith("cd "):
            self.folder /= line.removeprefix("cd ")
            return
        if line.startswith("plnb grade") and not (self.folder / "submitted").exists():
            shutil.copytree(self.folder / "release", self.folder / "submitted" / "ana")  # by now somebody has handed in
        bin_ = str(Path(sys.executable).parent)
        env = {**os.environ, "PATH": os.pathsep.join((bin_, os.environ["PATH"])), "COLUMNS": "120", "NO_COLOR": "1"}
        done = subprocess.run(line, shell=True, cwd=self.folder, env=env, capture_output=True, text=True)
        # A class has hand-ins that a person must look at, and grading says so with 1.
        well = {0, 1} if line.startswith("plnb grade") else {0}
        assert done.returncode in well, f"{line}\n{done.stdout}\n{done.stderr}"
        self.said = done.stdout
        self.typed.append(line)
        if line.startswith("plnb mixed"):
            self.add_unit()

    def add_unit(self) -> None:
        """Add what was printed to `course.yaml`, as the reader is asked to; its units come last there."""
        (lines,) = re.findall(r"under units:\n\n(.*?)\n+and release it", self.said, re.DOTALL)
        with (self.folder / "course.yaml").open("a", encoding="utf-8") as file:
            file.write(f"{lines}\n")

    def change_copy(self, name: str, changes: list[tuple[str, str]]) -> None:
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert changes
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")

    def compare(self, block: str) -> None:
        said = " ".join(self.said.split())
        for line in block.splitlines():
            for part in line.split("…"):
                assert " ".join(part.split()) in said, f"after {self.typed[-1]!r}:\n{self.said}"

    def change(self, block: str) -> None:
        head, *lines = block.splitlines()
        path = self.folder / head.removeprefix("--- ")
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        old = "".join(line[1:] + "\n" for line in lines if line.startswith("-"))
        new = "".join(line[1:] + "\n" for line in lines if line.startswith("+"))
        if not old:  # goes to the end
            path.write_text(text + new, encoding="utf-8")
            return
        assert text.count(old) == 1, f"{path.name} has this {text.count(old)} times:\n{old}"
        path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("page", ["first-course.md", "diagnostic.md", "project.md"])
def test_a_tutorial_followed_to_the_letter_does_what_it_says(page: str, tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    reader.follow(page)
    assert len(reader.typed) >= 5
    assert "plnb lint --run" in reader.typed


@pytest.mark.slow
def test_what_the_readme_says_of_using_it_works_in_the_order_in_which_it_stands(tmp_path: Path) -> None:
    block = README.read_text(encoding="utf-8").partition("## Use it\n")[2].partition("```sh\n")[2].partition("```")[0]
    reader = Reader(tmp_path)
    for line in block.splitlines():
        reader.type_unless_elsewhere(line)
    assert [line for line in reader.typed if not line.startswith("plnb new")] == [
        f"plnb {command}" for command in ("strength", "lint --run", "release", "grade", "progress")
    ]
    assert "1 progress notebook" in reader.said


@pytest.mark.slow
@pytest.mark.skipif(not WHOLE, reason="two and a half minutes of a processor; PLNB_WHOLE=1 has it")
def test_what_is_said_of_grading_and_of_explaining_works_on_a_class(tmp_path: Path) -> None:
    folder = CourseFolder(tmp_path / "course")
    shutil.copytree(sample_course(), folder.root)
    release(folder)
    for student, name in zip(make_class(folder, n=2).students, ("ana", "ben"), strict=True):
        (folder.submitted / student.id).rename(folder.submitted / name)

    reader = Reader(folder.root)
    reader.follow("grading.md")
    reader.follow("why.md")

    assert sum(line.startswith("plnb grade") for line in reader.typed) >= 5
    assert {path.parent.name for path in folder.root.glob("progress/*/progress.ipynb")} == {"ana", "ben"}
    assert folder.unit_release("mixed-1").is_dir()
    assert (folder.root / "whatif.svg").read_text(encoding="utf-8").lstrip().startswith("<")
