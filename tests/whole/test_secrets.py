"""Answers, hidden tests, misconceptions and thresholds planted in the sample course reach no student."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from plnb.authoring.samples import sample_course
from plnb.grading.release import release
from plnb.store.layout import CourseFolder
from tests.whole.builders import strings

TOKEN = re.compile(r"PLANTED-[A-Z]+|0\.6137")


def plant(folder: CourseFolder) -> dict[str, int]:
    """Plant tokens everywhere a secret can be; how many of each kind."""
    planted = {"ANSWER": 0, "TEST": 0, "WHEN": 0, "SAY": 0, "SUGGEST": 0}
    for path in folder.source.rglob("*.ipynb"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            source = "".join(cell["source"])
            for mark, kind in (("### BEGIN SOLUTION", "ANSWER"), ("### BEGIN HIDDEN TESTS", "TEST")):
                planted[kind] += source.count(mark)
                source = source.replace(mark, f"{mark}\n# PLANTED-{kind}")
            cell["source"] = source
            meta = cell["metadata"].get("plnb", {})
            for known in meta.get("misconceptions", []):
                known["when"] = f"({known['when']}) and 'PLANTED-WHEN'"
                known["say"] += " PLANTED-SAY"
                planted["WHEN"] += 1
                planted["SAY"] += 1
            for option in meta.get("options", []):
                if isinstance(option, dict) and "suggest_when" in option:
                    planted["SUGGEST"] += 1
        path.write_text(json.dumps(notebook), encoding="utf-8")
    plan = folder.course_file.read_text(encoding="utf-8")
    assert "proficient_at: 0.75" in plan
    folder.course_file.write_text(plan.replace("proficient_at: 0.75", "proficient_at: 0.6137"), encoding="utf-8")
    return planted


def test_nothing_planted_is_in_anything_that_is_released(tmp_path: Path) -> None:
    folder = CourseFolder(tmp_path / "course")
    shutil.copytree(sample_course(), folder.root, ignore=shutil.ignore_patterns("release", "submitted", "manifests", "*.db"))
    planted = plant(folder)
    assert all(planted[kind] > 40 for kind in ("ANSWER", "TEST", "WHEN", "SAY")), planted
    sources = [path.read_text(encoding="utf-8") for path in folder.source.rglob("*.ipynb")]
    assert all(TOKEN.search(text) for text in sources), "the scan finds what is there"
    release(folder)

    scanned = 0
    for path in folder.release.rglob("*"):
        if path.is_file():
            text = path.read_bytes().decode("utf-8", "replace")
            if path.suffix in (".ipynb", ".json"):
                text += "\n".join(strings(json.loads(text)))
            scanned += 1
            assert TOKEN.findall(text) == [], path
            assert not re.search(r"SOLUTION|HIDDEN TESTS|misconceptions\"?: ?\[ ?\{|suggest_when\"?: ?\{", text), path
    assert scanned >= 13 + 5, "13 notebooks and 5 bundles at least"
