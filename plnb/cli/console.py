"""How commands speak: one place for output, errors, exit codes and progress bars.

Exit codes: 0 done · 1 done, and something needs a person (findings, refused work), or plnb itself failed · 2 what was given cannot
be used.
Results go to stdout, everything else to stderr, so `plnb … --json | jq` works.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from plnb.core.findings import Finding, Severity
from plnb.errors import NotReadyError, PlnbError

if TYPE_CHECKING:
    from rich.progress import Progress

    from plnb.store.layout import CourseFolder

# Code and what students write is shown as it is: `[:a:]` is no emoji.
out = Console(highlight=False, emoji=False, soft_wrap=not os.isatty(1))
err = Console(stderr=True, highlight=False, emoji=False, soft_wrap=not os.isatty(2))

CourseOption = Annotated[
    Path, typer.Option("--course", "-C", help="The course folder, or any folder inside it.", show_default="this folder")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON, for other programs.")]

_MARKS = {Severity.error: ("✗", "red"), Severity.warning: ("!", "yellow"), Severity.advice: ("·", "cyan")}


def print_json(value: BaseModel | Sequence[BaseModel] | dict[str, object]) -> None:
    """Print a result as JSON on stdout, unwrapped and uncoloured."""
    if isinstance(value, BaseModel):
        text = value.model_dump_json(indent=2)
    elif isinstance(value, dict):
        text = json.dumps(value, indent=2, ensure_ascii=False)
    else:
        text = json.dumps([item.model_dump(mode="json") for item in value], indent=2, ensure_ascii=False)
    typer.echo(text)


def nothing_graded(folder: CourseFolder, units: Sequence[str] = ()) -> NotReadyError:
    """What a command says that is about graded work, where there is none (of these units)."""
    what = f"Nothing of {', '.join(units)}" if units else "Nothing"
    return NotReadyError(f"{what} has been graded yet.", place=str(folder.root), mend="Grade what came in first: plnb grade")


def print_error(error: PlnbError, *, as_json: bool = False) -> None:
    """One sentence, the place, the mend; as an object where results are JSON too."""
    if as_json:
        said = {"code": error.code, "message": error.message, "place": error.place, "mend": error.mend}
        typer.echo(json.dumps({"error": said}, ensure_ascii=False), err=True)
        return
    place = f"[bold]{escape(error.place)}[/bold]: " if error.place else ""
    mend = f" [dim]{escape(error.mend)}[/dim]" if error.mend else ""
    err.print(f"[red]✗[/red] {place}{escape(error.message)}{mend}  [dim]({error.code})[/dim]")


def print_findings(findings: Sequence[Finding]) -> None:
    """Findings grouped by place, worst first within each, every one with its mend."""
    places = dict.fromkeys(finding.place.split(",")[0] for finding in findings)
    ranks = list(Severity)
    for place in places:
        out.print(f"\n[bold]{escape(place)}[/bold]")
        here = [finding for finding in findings if finding.place.split(",")[0] == place]
        for finding in sorted(here, key=lambda f: ranks.index(f.severity)):
            mark, colour = _MARKS[finding.severity]
            where = finding.place[len(place) :].strip(", ")
            where = f"[bold]{escape(where)}[/bold]: " if where else ""
            out.print(f"  [{colour}]{mark} {finding.severity}[/{colour}] {where}{escape(finding.message)}")
            out.print(f"      {escape(finding.mend)} [dim]({finding.code})[/dim]")


def count(number: int, one: str, many: str = "") -> str:
    """`1 notebook`, `2 notebooks`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def table(*columns: str, title: str | None = None) -> Table:
    """A plain table; columns whose name starts with `>` are numbers."""
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column.lstrip(">"), justify="right" if column.startswith(">") else "left")
    return made


@contextmanager
def progress_bar(total: int | None, what: str) -> Iterator[Progress]:
    """A bar with count, time spent and time left, on stderr; silent where stderr is not a terminal."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left:"),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    ) as bar:
        bar.add_task(what, total=total)
        yield bar
