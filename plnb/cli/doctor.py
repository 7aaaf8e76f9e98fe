"""`plnb doctor`: does this machine do what plnb needs? Tried, not looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer
from pydantic import BaseModel
from rich.markup import escape

from plnb.cli.console import CourseOption, JsonOption, count, out, print_json
from plnb.errors import NotFoundError, PlnbError

if TYPE_CHECKING:
    from plnb.engine.sandbox import Proof

_MARKS = {"held": "[green]✓[/green]", "note": "[yellow]![/yellow]", "failed": "[red]✗[/red]"}

_SANDBOX_MEND = (
    "Allow user namespaces to ordinary users (Ubuntu: sysctl kernel.apparmor_restrict_unprivileged_userns=0), "
    "use Linux 6.12 or newer, or name a container's command in PLNB_SANDBOX_COMMAND."
)


class Probe(BaseModel):
    """One thing tried."""

    name: str
    result: Literal["held", "note", "failed"]
    said: str
    mend: str = ""


def doctor(course: CourseOption = Path(), json: JsonOption = False) -> None:
    """Try what grading needs on this machine, and look at a course: a kernel, a database, drawing, a sandbox that holds; a closed
    folder, records that are as they were written.
    """
    probes = list(_probes(course))
    if json:
        print_json(probes)
    else:
        for probe in probes:
            out.print(
                f"{_MARKS[probe.result]} {probe.name}: {escape(probe.said)}"
                + (f" [dim]{escape(probe.mend)}[/dim]" if probe.mend else "")
            )
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
    yield from _sandbox()
    yield from look_at_course(course)


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


def _sandbox() -> Iterator[Probe]:
    """Attack every tier that could be used here; at least one must hold."""
    from concurrent.futures import ThreadPoolExecutor

    from plnb.engine.sandbox import prove
    from plnb.engine.sandbox.choosing import usable_tiers, why_not_here

    tiers = usable_tiers()
    if refusal := why_not_here(tiers):
        yield Probe(name="Sandbox", result="failed", said=f"grading is refused. {refusal.message}", mend=refusal.mend)
        return
    with ThreadPoolExecutor() as pool:
        proofs = list(pool.map(prove, tiers))
    chosen = next((proof.tier for proof in proofs if proof.holds), None)
    for proof in proofs:
        # A tier that does not hold is a fault only where no other does.
        worst: Literal["note", "failed"] = "note" if chosen else "failed"
        yield Probe(name=f"Sandbox, {proof.tier}", result="held" if proof.holds else worst, said=_what_held(proof))
    if chosen:
        yield Probe(name="Grading", result="held", said=f"student code runs in tier {chosen}")
    else:
        yield Probe(name="Grading", result="failed", said="refused: no sandbox holds on this machine.", mend=_SANDBOX_MEND)


def _what_held(proof: Proof) -> str:
    if proof.failure:
        return f"cannot be used here: {proof.failure}"
    if proof.broken:
        return "did not stop who tried to " + "; ".join(probe.said for probe in proof.broken)
    families: dict[str, int] = {}
    for probe in proof.probes:
        families[probe.family] = families.get(probe.family, 0) + (probe.held is True)
    untried = [probe.said for probe in proof.probes if probe.held is None]
    held = ", ".join(f"{family} {count}" for family, count in families.items())
    aside = f" Could not be tried here: {'; '.join(untried)}." if untried else ""
    return f"held against {sum(families.values())} attacks that work without it ({held}).{aside}"


def look_at_course(course: Path) -> Iterator[Probe]:
    """Its folder, and its records where there are any."""
    from plnb.store.layout import find_course

    try:
        folder = find_course(course)
    except NotFoundError as error:
        yield Probe(name="Course folder", result="failed", said=f"{error.place}: {error.message}", mend=error.mend)
        return
    except PlnbError:
        yield Probe(name="Course folder", result="note", said="none here.", mend="Name one with --course to have it looked at.")
        return
    yield _closed(folder.root)
    if folder.ledger.exists():
        yield _records(folder.ledger)


def _closed(root: Path) -> Probe:
    import os
    import shlex
    import stat

    name = "Course folder"
    if os.name != "nt" and root.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        # On one's own machine that is fine; on a shared one it gives solutions and grades away.
        return Probe(
            name=name,
            result="note",
            said=f"{root} holds solutions and grades, and others who log in to this machine can open it.",
            mend=f"Close it to them: chmod 700 {shlex.quote(str(root))}",
        )
    return Probe(name=name, result="held", said=f"{root} is closed to others")


def _records(path: Path) -> Probe:
    """Whether the ledger is as grading wrote it."""
    from plnb.store.ledger import Ledger

    name = "Records"
    mend = "Take ledger.db from a backup, or move it away and grade everything again: plnb grade --force"
    try:
        with Ledger.open(path) as ledger:
            report = ledger.verify_audit()
    except PlnbError as error:
        return Probe(name=name, result="failed", said=error.message, mend=error.mend or mend)
    if report.whole:
        return Probe(
            name=name, result="held", said=f"as grading wrote them, by {count(report.events, 'entry', 'entries')} of the audit log"
        )
    more = f" (and {len(report.problems) - 1} more)" if len(report.problems) > 1 else ""
    return Probe(name=name, result="failed", said=f"not as grading wrote them: {report.problems[0]}{more}", mend=mend)
