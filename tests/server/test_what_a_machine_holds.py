"""Answers, hidden tests, thresholds and other students' data planted in a course: none of it is on a student's machine.

Looked for in every file, in every answer of the server, and in the memory of a kernel after `plnb.notebook.start()`.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from plnb.authoring.samples import sample_course
from plnb.grading.release import release
from plnb.store.layout import CourseFolder
from tests.server.running import Client, server
from tests.whole.test_secrets import TOKEN, plant

OTHERS = "PLANTED-OTHER"
"""Stands in the records, the name and the work of another student."""

KERNEL = """
import os, sys
os.chdir(sys.argv[1])
import plnb.notebook as me
me.start(); me.check("slope_meaning"); me.choose(); me.goal("See it."); me.progress()
from plnb.notebook import session
here = session._current._open()
for activity in here.course.activities():
    for check in activity.checks:
        if activity.unit == here.unit: me.hint(check.id)
print("READY", flush=True)
sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> CourseFolder:
    """The sample course with tokens planted, released, with the work of another student beside it."""
    folder = CourseFolder(tmp_path_factory.mktemp("teacher") / "course")
    shutil.copytree(sample_course(), folder.root, ignore=shutil.ignore_patterns("release", "submitted", "manifests", "*.db*"))
    assert sum(plant(folder).values()) > 200
    release(folder)
    other = folder.submission("planted", "slope-and-lines")
    shutil.copytree(folder.unit_release("slope-and-lines"), other)
    (other / "journal").mkdir()
    (other / "journal" / "me.jsonl").write_text(json.dumps({"kind": "goal_set", "text": OTHERS}) + "\n")
    return folder


@pytest.fixture(scope="module")
def student(course: CourseFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a student fetches."""
    folder = tmp_path_factory.mktemp("student") / "course"
    shutil.copytree(course.release, folder)
    return folder


def planted(data: bytes) -> list[str]:
    """Tokens in some bytes, also where they are written as UTF-16, base64 or escaped."""
    texts = [data.decode("utf-8", "replace"), data.decode("utf-16-le", "replace"), data[1:].decode("utf-16-le", "replace")]
    texts += [re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m.group(1), 16)), texts[0])]
    for run in re.findall(rb"[A-Za-z0-9+/]{40,}={0,2}", data)[:5000]:
        texts += [base64.b64decode(run + b"==", validate=False).decode("utf-8", "replace")]
    return [token for text in texts for token in (*TOKEN.findall(text), *re.findall(OTHERS, text))]


def test_the_scan_finds_what_is_there(course: CourseFolder) -> None:
    found = {token for path in course.source.rglob("*.ipynb") for token in planted(path.read_bytes())}
    assert found >= {"PLANTED-ANSWER", "PLANTED-TEST", "PLANTED-WHEN", "PLANTED-SAY"}
    assert "0.6137" in planted(course.course_file.read_bytes())
    assert planted("x PLANTED-ANSWER".encode("utf-16-le"))
    assert planted(base64.b64encode(b"say PLANTED-ANSWER and go on, for a while"))


def test_no_file_and_no_answer_of_the_server_holds_anything_planted(student: Path, tmp_path: Path) -> None:
    with server(student, tmp_path / "home") as (url, _):
        client = Client(url)
        answers = []
        for unit in sorted(path.name for path in student.iterdir()):
            answers += [client.api("GET", route, path=unit) for route in ("course", "progress", "profile", "feedback")]
            course = answers[-4].json
            for checked in _activities(course):
                if checked["unit"] != unit:
                    continue
                news = [
                    {"kind": kind, "activity": checked["id"], "check": check["id"], **more}
                    for check in checked["checks"]
                    for kind, more in (
                        ("attempt", {"error": "AssertionError", "message": "x"}),
                        *(("hint_shown", {"rung": rung + 1}) for rung in range(len(check["hints"]))),
                        ("attempt", {}),
                    )
                ]
                if news:
                    answers.append(client.api("POST", "records", {"path": f"{unit}/{checked['id']}.ipynb", "records": news}))
        answers.append(client.api("POST", "submit", {"path": "motion"}))
        answers.append(client.api("GET", "course", path="../"))
        assert sum(answer.status == 200 for answer in answers) > 30
        assert [token for answer in answers for token in planted(answer.body)] == []
    files = [path for path in (*student.rglob("*"), *(tmp_path / "home").rglob("*")) if path.is_file()]
    assert len(files) > 30
    assert {str(path): found for path in files if (found := planted(path.read_bytes()))} == {}


def test_the_memory_of_a_kernel_holds_nothing_planted(student: Path) -> None:
    kernel = subprocess.Popen(
        [sys.executable, "-c", KERNEL, str(student / "slope-and-lines")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert kernel.stdin is not None
    assert kernel.stdout is not None
    said = b""
    while b"READY" not in said:
        line = kernel.stdout.readline()
        assert line, said
        said += line
    memory = _memory(kernel.pid)
    kernel.stdin.close()
    assert kernel.wait(30) == 0
    assert b"Meet slope" in memory, "the memory that was read is the kernel's"
    assert b"PLANTED" not in memory
    assert "PLANTED".encode("utf-16-le") not in memory
    assert "PLANTED".encode("utf-32-le") not in memory
    assert struct.pack("<d", 0.6137) not in memory
    assert planted(said) == []


def _memory(pid: int) -> bytes:
    """Everything a process holds in its own memory."""
    found = []
    with Path(f"/proc/{pid}/mem").open("rb") as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights, *_ = line.split()
            if "rw" in rights and "[vvar" not in line:
                start, end = (int(part, 16) for part in span.split("-"))
                memory.seek(start)
                try:
                    found.append(memory.read(end - start))
                except OSError:
                    continue
    return b"".join(found)


def _activities(course: dict[str, list[dict[str, object]]]) -> list[dict]:  # type: ignore[type-arg]
    found = []
    for unit in course["units"]:
        for node in unit["nodes"]:  # type: ignore[attr-defined]
            options = node.get("options")
            found += [activity for option in options for activity in option["activities"]] if options else [node]
    return found
