"""A course with a list of its own and a published one, and the commands on it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from typer.testing import CliRunner, Result

from plnb.cli.main import app
from plnb.core.standards import Framework, Standard
from plnb.errors import PlnbError
from plnb.interop.case import write_package

OURS = """\
# What we do before Christmas.
schema_version: 1
title: Ours
standards:
  - code: R          # the group
    statement: Rates.
  - code: R.1
    statement: Compute a unit rate from two quantities.   # with units!
    parent: R

  - code: R.2
    statement: Plot a proportional relationship as a line.
    parent: R
    requires: [R.1]
"""

PUBLISHED = Framework(
    id="state",
    title="The State's Standards",
    uri="https://state.example/standards",
    standards=(
        Standard(code="M.RP", statement="Ratios and proportional relationships."),
        Standard(code="M.RP.2", statement="Understand the unit rate of two quantities.", parent="M.RP"),
        Standard(code="M.EE.5", statement="Graph proportional relationships; read the unit rate as the slope of the line."),
        Standard(code="M.G.1", statement="Describe rotations, reflections and translations."),
        Standard(code="8.F.B.4", statement="Construct a function to model a linear relationship."),
    ),
)

COURSE = """\
schema_version: 1
id: tiny
title: Tiny
frameworks: [frameworks/ours.yaml, frameworks/state.case.json]
"""


def make_course(tmp_path: Path) -> Path:
    """A course with a list of its own in YAML, and one of the state's."""
    root = tmp_path / "course"
    (root / "frameworks").mkdir(parents=True)
    (root / "course.yaml").write_text(COURSE, encoding="utf-8")
    (root / "frameworks" / "ours.yaml").write_text(OURS, encoding="utf-8")
    package = write_package(PUBLISHED, datetime(2026, 9, 1, tzinfo=UTC))
    (root / "frameworks" / "state.case.json").write_text(package, encoding="utf-8")
    return root


def plnb(root: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["standards", *words, "-C", str(root)])


def refused(root: Path, *words: str) -> PlnbError:
    """The error of a command that may not have written anything."""
    before = tree(root)
    done = plnb(root, *words)
    assert isinstance(done.exception, PlnbError), done.output
    assert tree(root) == before
    return done.exception


def tree(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
