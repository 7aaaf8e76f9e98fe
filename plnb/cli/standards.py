"""`plnb standards`: find, bring in, check and publish lists of standards."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from plnb.cli.align import align
from plnb.cli.browse import show
from plnb.cli.console import CourseOption, JsonOption, count, out, print_findings, print_json, table
from plnb.core.findings import Severity
from plnb.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from plnb.store.frameworks import Listed

app = typer.Typer(help="Find, bring in, align, check and publish lists of standards.", no_args_is_help=True)
app.command()(align)
app.command()(show)

FileArgument = Annotated[
    Path, typer.Argument(help="A CASE package (.json, version 1.0 or 1.1), a table (.csv) or a list in YAML.", show_default=False)
]


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(help="A code (`8.F.B.4`) or words (`slope of a line`).", show_default=False)],
    course: CourseOption = Path(),
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many to show.")] = 10,
    json: JsonOption = False,
) -> None:
    """Find standards of the course by code or words; codes of frameworks they are aligned to work too."""
    from plnb.core.search import search as find
    from plnb.store.layout import find_course
    from plnb.store.sources import load_course

    source = load_course(find_course(course).root)
    query = " ".join(words)
    found = find(tuple(source.standards.by_code.values()), query)[:limit]
    if json:
        print_json(found)
        return
    if not found:
        raise NotFoundError(
            f"No standard of this course matches '{query}'.",
            mend="Try fewer or other words, or bring in a framework with: plnb standards import",
        )
    shown = table("Code", "What it says", "Also")
    for standard in found:
        shown.add_row(*map(escape, (standard.code, standard.statement, ", ".join(map(str, standard.alignments)))))
    out.print(shown)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A CASE package (.json), a table (.csv), a list in YAML, or a folder.")],
    course: CourseOption = Path(),
    name: Annotated[str, typer.Option("--name", help="Short name for the file to make; the framework's own without.")] = "",
    json: JsonOption = False,
) -> None:
    """Bring lists of standards into the course: a CASE package, a table (CSV), a list in YAML, or a folder of them.

    All are read before any is kept. A list in YAML stays as it is written.
    """
    from plnb.store.frameworks import bring_in
    from plnb.store.layout import find_course

    found = bring_in(file, find_course(course), name)
    _say(found, as_json=json, alone=not file.is_dir())
    if not json:
        out.print("  Add to course.yaml under `frameworks:`, where it is not there yet:")
        for each in found:
            out.print(f"    - frameworks/{each.file.name}")


@app.command()
def export(
    target: Annotated[Path, typer.Argument(help="A file (`.json`), or a folder for one file each.", show_default=False)],
    course: CourseOption = Path(),
    framework: Annotated[list[str] | None, typer.Option("--framework", "-f", help="Only this one; may be repeated.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over files that are there.")] = False,
    json: JsonOption = False,
) -> None:
    """Write the course's standards as CASE 1.1 packages, with what they require and what they are aligned to."""
    from plnb.store.frameworks import export as write
    from plnb.store.frameworks import named_by
    from plnb.store.layout import find_course

    known = named_by(find_course(course))
    written = write([_named(name, known) for name in framework] if framework else known, target, force=force)
    _say(written, as_json=json, alone=target.suffix.casefold() == ".json")


def _named(name: str, known: Sequence[Listed]) -> Listed:
    for each in known:
        if each.framework.id == name:
            return each
    raise NotFoundError(
        f"No framework of this course is called {name}.",
        mend=f"Use one of: {', '.join(each.framework.id for each in known) or 'none; bring one in with plnb standards import'}.",
    )


@app.command()
def validate(
    file: FileArgument,
    strict: Annotated[bool, typer.Option("--strict", help="Hold it to the letter of CASE 1.1, as for publishing.")] = False,
    json: JsonOption = False,
) -> None:
    """Check a framework file: can it be read, are its codes unique, do its prerequisites run in a circle."""
    from plnb.interop.case import validate_package
    from plnb.store.frameworks import read_bytes, read_list

    if file.is_dir():
        raise InputError("This is a folder.", place=str(file), mend="Name one file.")
    framework = read_list(file)
    findings = validate_package(read_bytes(file), strict=strict, place=str(file)) if file.suffix.casefold() == ".json" else ()
    if json:
        print_json(findings)
    elif findings:
        print_findings(findings)
    else:
        out.print(f"[green]✓[/green] {framework.title}: {count(len(framework.standards), 'standard')}, nothing to mend.")
    if any(finding.severity is not Severity.advice for finding in findings):
        raise typer.Exit(1)


def _say(written: Sequence[Listed], *, as_json: bool, alone: bool) -> None:
    """Which framework is in which file now."""
    if as_json:
        said: list[dict[str, object]] = [
            {"file": str(each.file), "framework": each.framework.id, "standards": len(each.framework.standards)}
            | ({"left_out": each.left_out} if each.left_out else {})
            for each in written
        ]
        print_json(said[0] if alone else {"frameworks": said})
        return
    for each in written:
        title, standards = each.framework.title, each.framework.standards
        aligned = sum(bool(standard.alignments) for standard in standards)
        also = f", {aligned} of them aligned" if aligned else ""
        out.print(f"[green]✓[/green] {escape(title)}: {count(len(standards), 'standard')}{also} in {escape(str(each.file))}")
        if each.left_out:
            out.print(f"  Left out, for CASE 1.1 does not want it as it was: {escape(', '.join(each.left_out))}")
