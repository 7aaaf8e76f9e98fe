"""What `plnb preview` says."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from plnb.cli.main import app
from plnb.errors import InputError
from tests.authoring.tiny import make_tiny_course


def test_the_folder_is_said_whole_wherever_one_stands(tmp_path: Path) -> None:
    folder = make_tiny_course(tmp_path / "course", release=False)
    done = CliRunner().invoke(app, ["preview", "first", "-C", str(folder.source)])
    assert done.exit_code == 0, done.output
    assert f"✓ {folder.root / 'preview' / 'first'}: open it in JupyterLab." in done.stdout


def test_a_level_that_is_none_is_said_in_the_quotes_of_all_commands(tmp_path: Path) -> None:
    folder = make_tiny_course(tmp_path / "course", release=False)
    refused = CliRunner().invoke(app, ["preview", "first", "-C", str(folder.root), "--as", "T.1"]).exception
    assert isinstance(refused, InputError)
    assert refused.message == "'T.1' does not name a standard and a level."
