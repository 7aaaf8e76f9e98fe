"""What travels in the wheel, and that the browser's side and Python's are one release."""

from __future__ import annotations

import json
from pathlib import Path

import plnb

LAB = Path(__file__).parents[2] / "extensions" / "plnb-lab"


def test_the_browsers_side_has_pythons_version() -> None:
    assert json.loads((LAB / "package.json").read_text())["version"] == plnb.__version__


def test_the_lockfile_names_no_registry_and_pins_everything() -> None:
    locked = json.loads((LAB / "package-lock.json").read_text())["packages"]
    assert len(locked) > 300
    for name, package in locked.items():
        assert "resolved" not in package, name
        assert not name or "integrity" in package, name


def test_only_what_jupyterlab_brings_is_needed_at_run_time() -> None:
    """A dependency of any other kind would be bundled: bytes for every student, and a licence to keep an eye on."""
    needed = json.loads((LAB / "package.json").read_text())["dependencies"]
    assert [name for name in needed if not name.startswith(("@jupyterlab/", "@lumino/")) and name != "react"] == []
