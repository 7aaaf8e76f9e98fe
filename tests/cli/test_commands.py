"""Every command is a module of its own: what one of them says and does never depends on the others having been imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from plnb.authoring.samples import sample_course
from plnb.cli.console import out, table
from plnb.cli.grade import print_summary
from plnb.cli.main import COMMANDS, app, commands
from plnb.grading.outcomes import GradeSummary, SubmissionOutcome
from plnb.store.sources import load_course

LINUX = sys.platform.startswith("linux")

WITH_A_LOOK = """
import atexit, sys
from plnb.engine import nursery
nursery.share_with_forks = lambda *_: print("warming up before:", *sorted({"typer", "nbgrader", "sqlalchemy"} - sys.modules.keys()))
sys.argv[0] = "plnb"
from plnb.cli.main import main
atexit.register(lambda: print("imported:", *sorted(name for name in sys.modules if name.startswith("plnb.cli."))))
main()
"""


def plnb_looked_into(*words: str) -> subprocess.CompletedProcess[str]:
    """A process of its own, which also says when it began to warm up and which modules of the command line it imported."""
    command = [sys.executable, "-c", WITH_A_LOOK, *words]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120)


def test_help_lists_every_command_in_its_panel_and_in_order() -> None:
    said = CliRunner().invoke(app, ["--help"]).output
    words = [word for name, (panel, _) in COMMANDS.items() for word in (f"─ {panel} ─", f"│ {name} ")]
    places = [said.index(word) for word in dict.fromkeys(words)]
    assert places == sorted(places)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_alone_says_of_itself_what_it_says_among_all(name: str) -> None:
    alone = CliRunner().invoke(commands([name]), [name, "--help"], prog_name="plnb")
    among_all = CliRunner().invoke(app, [name, "--help"], prog_name="plnb")
    assert alone.exit_code == among_all.exit_code == 0
    assert alone.output == among_all.output


def test_only_the_module_of_the_command_that_was_asked_for_is_imported() -> None:
    done = plnb_looked_into("grade", "--help")
    others = {f"plnb.cli.{name}" for name in COMMANDS} - {"plnb.cli.grade"}
    assert "plnb.cli.grade" in done.stdout
    assert not others & set(done.stdout.split())


def test_a_mistyped_command_is_told_which_one_was_meant() -> None:
    done = plnb_looked_into("garde")
    assert done.returncode == 2
    assert "Did you mean 'grade'?" in done.stderr


def test_grading_warms_up_before_all_else_is_imported() -> None:
    assert "warming up before: nbgrader sqlalchemy typer" in plnb_looked_into("grade", "--no-such-option").stdout


@pytest.mark.parametrize("words", ["grade --help", "grade -h", "grade --on tcp://x:1", "grade --on=x", "lint --help", ""])
def test_nothing_is_warmed_up_for_what_runs_nothing_here(words: str) -> None:
    assert "warming up" not in plnb_looked_into(*words.split()).stdout


@pytest.mark.skipif(not LINUX, reason="looks into /proc")
def test_a_wrong_option_of_grade_is_refused_and_leaves_no_process_behind() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "plnb.cli.main", "grade", "--no-such-option"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        _, said = process.communicate(timeout=120)
    assert process.returncode == 2
    assert b"No such option: --no-such-option" in said
    assert [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if _session(pid) == process.pid] == []


def _session(pid: int) -> int | None:
    """The session a process belongs to; None where it has gone meanwhile."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[3])
    except OSError:
        return None


def test_code_that_looks_like_the_name_of_an_emoji_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    shown = table("Code")
    shown.add_row("evens = numbers[:a:2]")
    out.print("odds = numbers[:b:2]")
    out.print(shown)
    said = capsys.readouterr().out
    assert "numbers[:b:2]" in said
    assert "numbers[:a:2]" in said


def test_ctrl_c_in_a_command_is_answered_in_words() -> None:
    script = (
        "import sys\nimport plnb.cli.map as module\n"
        "def map_() -> None:\n    raise KeyboardInterrupt\n"
        "module.map_ = map_\nsys.argv = ['plnb', 'map']\nfrom plnb.cli.main import main\nmain()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, encoding="utf-8", timeout=120)
    assert done.returncode == 130
    assert done.stderr.startswith("Stopped. What was finished is kept")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("asked", [False, True], ids=["without a word", "asked for"])
def test_what_is_installed_beside_plnb_adds_nothing_to_its_types_unless_asked_for(tmp_path: Path, asked: bool) -> None:
    """pydantic looks for plugins among everything installed, which takes the longer the more there is."""
    about = tmp_path / "noisy-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: noisy\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[pydantic]\nnoisy = noisy:plugin\n")
    (tmp_path / "noisy.py").write_text(
        "class plugin:\n    new_schema_validator = staticmethod(lambda *_: (None, None, None))\nprint('a plugin was imported')\n"
    )
    env = {**os.environ, "PYTHONPATH": str(tmp_path)} | ({"PYDANTIC_DISABLE_PLUGINS": "another"} if asked else {})
    command = [sys.executable, "-m", "plnb.cli.main", "lint", "--course", str(sample_course())]
    said = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120, env=env)
    assert said.stderr == ""
    assert ("a plugin was imported" in said.stdout) is asked


def test_waiting_answers_are_counted_by_unit_and_strictness_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    def outcome(unit: str, waiting: int, *differences: str) -> SubmissionOutcome:
        return SubmissionOutcome(student="ana", unit=unit, state="graded", waiting=waiting, differences=differences)

    print_summary(GradeSummary(outcomes=(outcome("slope", 3, "strict"), outcome("data", 1), outcome("done", 0))))
    said = capsys.readouterr().out
    assert "4 answers wait for your points (slope: 3, data: 1)." in said
    assert "Nbgrader → Formgrader" in said
    assert "the course is strict" in said
    print_summary(GradeSummary(outcomes=(outcome("done", 0), outcome("slope", 1))))
    said = capsys.readouterr().out
    assert "1 answer waits for your points (slope: 1)." in said
    assert "strict" not in said


@pytest.mark.parametrize(
    ("folder", "title"),
    [("Prüfung Ü 7 b", "Prüfung Ü 7 b"), ("algebra-period_3", "Algebra period 3"), ("übung", "Übung"), ("7b", "7b")],
)
def test_a_new_course_is_called_like_its_folder_with_a_capital_first(tmp_path: Path, folder: str, title: str) -> None:
    made = CliRunner().invoke(app, ["new", str(tmp_path / folder)])
    assert made.exit_code == 0, made.output
    assert load_course(tmp_path / folder).file.title == title


def test_a_new_course_says_how_it_is_gone_on_with_from_its_own_folder(tmp_path: Path) -> None:
    lines = CliRunner().invoke(app, ["new", str(tmp_path / "mine")]).output.splitlines()
    assert [line.split("  ")[1] for line in lines[2:]] == ["plnb demo -C . -n 3", "jupyter lab", "plnb lint --run", "plnb release"]
    assert lines[1].startswith("  cd ")


def test_a_converted_course_is_opened_in_its_own_folder_too(tmp_path: Path) -> None:
    notebook = sample_course() / "source" / "start-here" / "number-refresher.ipynb"
    made = CliRunner().invoke(app, ["convert", str(notebook), str(tmp_path / "mine")])
    assert made.exit_code == 0, made.output
    assert made.output.splitlines()[-1].split("  ")[1] == "jupyter lab"
