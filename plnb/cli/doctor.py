"""`plnb doctor`: does this machine do what plnb needs? Tried, not looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import typer
from pydantic import BaseModel

from plnb.cli.console import CourseOption, JsonOption, out, print_json
from plnb.errors import PlnbError

_MARKS = {"held": "[green]✓[/green]", "note": "[yellow]![/yellow]", "failed": "[red]✗[/red]"}


class Probe(BaseModel):
    """One thing tried."""

    name: str
    result: Literal["held", "note", "failed"]
    said: str
    mend: str = ""


def doctor(course: CourseOption = Path(), json: JsonOption = False) -> None:
    """Try what grading needs on this machine: a kernel, a database, drawing, and who can read the course folder."""
    probes = list(_probes(course))
    if json:
        print_json(probes)
    else:
        for probe in probes:
            out.print(f"{_MARKS[probe.result]} {probe.name}: {probe.said}" + (f" [dim]{probe.mend}[/dim]" if probe.mend else ""))
    if any(probe.result == "failed" for probe in probes):
        raise typer.Exit(1)


def _probes(course: Path) -> Iterator[Probe]:
    for name, attempt, mend in (
        ("Python", _python, "Use Python 3.11 or newer."),
        ("nbgrader", _nbgrader, "Install nbgrader 0.9.6: pip install nbgrader==0.9.6"),
        ("Kernel", _kernel, "Install one with: python -m ipykernel install --sys-prefix"),
        ("Database", _database, "Use a local disk; SQLite's log does not work on some network disks."),
        ("Drawing", _drawing, "Reinstall: pip install --force-reinstall vl-convert-python"),
    ):
        yield _try(name, attempt, mend)
    # Until student code is confined, no machine passes this; it is said each time, and not hidden behind a tick.
    yield Probe(
        name="Sandbox",
        result="note",
        said="none yet: student code runs with your rights.",
        mend="Grade on a machine, or in a container, that has nothing to lose.",
    )
    yield _folder(course)


def _try(name: str, attempt: Callable[[], str], mend: str) -> Probe:
    try:
        return Probe(name=name, result="held", said=attempt())
    except PlnbError as error:
        return Probe(name=name, result="failed", said=error.message, mend=error.mend or mend)
    except Exception as error:
        return Probe(name=name, result="failed", said=f"{type(error).__name__}: {error}", mend=mend)


def _python() -> str:
    import platform

    return platform.python_version()


def _nbgrader() -> str:
    import nbgrader

    return str(nbgrader.__version__)


def _kernel() -> str:
    import tempfile
    import time

    from plnb.engine.execute import Budget, run_notebook
    from plnb.engine.nodes import as_node

    cell: dict[str, object] = {
        "cell_type": "code",
        "id": "six",
        "metadata": {},
        "source": "6 * 7",
        "outputs": [],
        "execution_count": None,
    }
    notebook = as_node({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        result = run_notebook(notebook, cwd=Path(folder), budget=Budget(cell_seconds=20))
    answer = result.notebook.cells[0].outputs[0]["data"]["text/plain"]
    if answer != "42":
        raise RuntimeError(f"6 × 7 came back as {answer}")
    return f"starts, answers and stops in {time.monotonic() - began:.1f} s"


def _database() -> str:
    import sqlite3
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        db = sqlite3.connect(Path(folder) / "probe.db")
        mode = db.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        db.execute("CREATE TABLE t (x)")
        db.commit()
        db.close()
    if mode != "wal":
        raise RuntimeError(f"asked for WAL, got {mode}")
    return f"SQLite {sqlite3.sqlite_version} writes ahead"


def _drawing() -> str:
    import vl_convert

    svg = vl_convert.vegalite_to_svg(
        {"data": {"values": [{"x": 1}]}, "mark": "bar", "encoding": {"x": {"field": "x", "type": "quantitative"}}}
    )
    if "<svg" not in svg:
        raise RuntimeError("no picture came back")
    return "charts become pictures without a network"


def _folder(course: Path) -> Probe:
    import os
    import stat

    from plnb.store.layout import find_course

    name = "Course folder"
    try:
        root = find_course(course).root
    except PlnbError:
        return Probe(name=name, result="note", said="none here.", mend="Name one with --course to have it looked at.")
    if os.name != "nt" and root.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        # On one's own machine that is fine; on a shared one it gives solutions and grades away.
        return Probe(
            name=name,
            result="note",
            said=f"{root} holds solutions and grades, and others who log in to this machine can open it.",
            mend=f"Close it to them: chmod 700 {root}",
        )
    return Probe(name=name, result="held", said=f"{root} is closed to others")
