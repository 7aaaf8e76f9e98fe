"""`plnb standards`: find, bring in and check lists of standards."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from plnb.cli.console import CourseOption, JsonOption, count, out, print_findings, print_json, table
from plnb.core.findings import Severity
from plnb.core.standards import Framework
from plnb.errors import FrameworkError, NotFoundError, OutputExistsError

app = typer.Typer(help="Find, bring in and check lists of standards.", no_args_is_help=True)

_TABLES = (".csv", ".tsv")
FileArgument = Annotated[Path, typer.Argument(help="A CASE package (JSON), version 1.0 or 1.1.", show_default=False)]


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
            f"No standard of this course matches “{query}”.",
            mend="Try fewer or other words, or bring in a framework with: plnb standards import",
        )
    shown = table("Code", "What it says", "Also known as")
    for standard in found:
        shown.add_row(standard.code, standard.statement, ", ".join(a.code for a in standard.alignments))
    out.print(shown)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A CASE package (.json), a table (.csv), or a folder of them.", show_default=False)],
    course: CourseOption = Path(),
    name: Annotated[str, typer.Option("--name", help="Short name for the file to make; the framework's own without.")] = "",
    json: JsonOption = False,
) -> None:
    """Bring lists of standards into the course: a CASE package, a table (CSV), or a folder of them.

    All are read before any is kept.
    """
    from plnb.interop.case import write_package
    from plnb.store.files import write_whole
    from plnb.store.layout import find_course

    folder = find_course(course)
    made = {}
    for framework in _frameworks(file):
        if name:
            framework = framework.model_copy(update={"id": name})
        target = folder.root / "frameworks" / f"{framework.id}.case.json"
        if target.exists() or target in made:
            raise OutputExistsError(
                f"There is a framework called {framework.id} already.",
                place=str(target),
                mend="Give the new one another name with --name, or remove the old file first.",
            )
        made[target] = framework
    texts = {target: write_package(framework, datetime.now(UTC)) for target, framework in made.items()}
    for target, text in texts.items():
        write_whole(target, text)
    if json:
        said = [{"file": str(target), "framework": each.id, "standards": len(each.standards)} for target, each in made.items()]
        print_json({"frameworks": said} if file.is_dir() else said[0])
        return
    for target, framework in made.items():
        out.print(f"[green]✓[/green] {framework.title}: {count(len(framework.standards), 'standard')} in {target}")
    out.print("  Add to course.yaml under `frameworks:`")
    for target in made:
        out.print(f"    - frameworks/{target.name}")


@app.command()
def validate(
    file: FileArgument,
    strict: Annotated[bool, typer.Option("--strict", help="Hold it to the letter of CASE 1.1, as for publishing.")] = False,
    json: JsonOption = False,
) -> None:
    """Check a framework file: can it be read, are its codes unique, do its prerequisites run in a circle."""
    from plnb.interop.case import read_package, validate_package

    text = _read(file)
    framework = read_package(text, str(file))
    findings = validate_package(text, strict=strict, place=str(file))
    if json:
        print_json(findings)
    elif findings:
        print_findings(findings)
    else:
        out.print(f"[green]✓[/green] {framework.title}: {count(len(framework.standards), 'standard')}, nothing to mend.")
    if any(finding.severity is not Severity.advice for finding in findings):
        raise typer.Exit(1)


def _frameworks(path: Path) -> list[Framework]:
    """What is in a file, or in the files of a folder."""
    from plnb.interop.case import read_package
    from plnb.interop.table import read_table

    files = [path]
    if path.is_dir():
        known = (".json", *_TABLES)
        files = sorted(each for each in path.iterdir() if each.suffix.casefold() in known and each.is_file())
        if not files:
            mend = "Name a folder with .json or .csv files."
            raise NotFoundError("There are no lists of standards here.", place=str(path), mend=mend)
    return [
        read_table(_read(each), each.stem, str(each)) if each.suffix.casefold() in _TABLES else read_package(_read(each), str(each))
        for each in files
    ]


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise NotFoundError("There is no such file.", place=str(file), mend="Check the name.") from None
    except OSError as error:
        raise FrameworkError(
            f"This file cannot be read ({error.strerror}).", place=str(file), mend="Name a CASE package in JSON."
        ) from error
