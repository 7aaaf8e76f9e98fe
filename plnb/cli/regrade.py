"""What `plnb grade --regrade` prints: who changes, from what to what, and why."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.markup import escape

from plnb.cli.console import count, out, table

if TYPE_CHECKING:
    from plnb.grading.regrade import Regraded


def print_changes(found: Regraded) -> None:
    """The table, and what to do now."""
    if found.interrupted:
        out.print("Stopped. Nothing was written.")
        return
    if not found.looked_at:
        out.print("Nothing to grade again: neither source/ nor plnb has changed since everybody was graded.")
        return
    if found.changes:
        shown = table("Student", "Unit", ">Before", ">After", "Why")
        for row in found.changes:
            whys = Counter(f"{change.activity}/{change.check}: {change.why}" for change in row.checks)
            after = f"{row.after:g} of {row.after_max:g}"
            shown.add_row(row.student, row.unit, f"{row.before:g} of {row.before_max:g}", after, escape("; ".join(whys)))
        out.print(shown)
    for outcome in found.failed:
        out.print(f"[yellow]![/yellow] {outcome.student}, {outcome.unit} stays as it is: {escape(outcome.reason)}")
    said = f"{count(len(found.changes), 'submission')} of {found.looked_at} {'changes' if len(found.changes) == 1 else 'change'}"
    if found.written:
        out.print(f"\n[bold]{said}[/bold], written. The audit log keeps what was there before.")
    else:
        out.print(f"\n[bold]{said}[/bold]. Nothing is written yet; to write it: the same command with --yes")
