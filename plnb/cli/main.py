"""`plnb`: the commands, and the one place where errors become a sentence and an exit code."""

from __future__ import annotations

import errno
import os
import sys
from typing import Final

import typer

from plnb import __version__
from plnb.cli import (
    convert,
    demo,
    doctor,
    explain,
    feedback,
    grade,
    lint,
    mixed,
    new,
    preview,
    progress,
    release,
    standards,
    strength,
    teacher,
    update,
    whatif,
)
from plnb.cli import map as map_verb
from plnb.cli.console import err, print_error
from plnb.errors import InputError, PlnbError

app = typer.Typer(
    name="plnb",
    add_completion=False,
    help="Personalised, mastery-based courses that live in Jupyter notebooks.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _plnb(
    version: bool = typer.Option(
        False, "--version", is_eager=True, help="Print the version and stop.", callback=lambda v: _version(v)
    ),
) -> None:
    pass


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"plnb {__version__}")
        raise typer.Exit


AUTHOR, RUN, PEOPLE, HELP = "Write a course", "Run a course", "Help a student on", "Look around"
app.command("new", rich_help_panel=AUTHOR)(new.new)
app.command("convert", rich_help_panel=AUTHOR)(convert.convert)
app.command("update", rich_help_panel=AUTHOR)(update.update)
app.command("lint", rich_help_panel=AUTHOR)(lint.lint)
app.command("strength", rich_help_panel=AUTHOR)(strength.strength)
app.command("map", rich_help_panel=AUTHOR)(map_verb.map_)
app.command("preview", rich_help_panel=AUTHOR)(preview.preview)
app.add_typer(standards.app, name="standards", rich_help_panel=AUTHOR)
app.command("release", rich_help_panel=RUN)(release.release)
app.command("grade", rich_help_panel=RUN)(grade.grade)
app.command("feedback", rich_help_panel=RUN)(feedback.feedback)
app.command("progress", rich_help_panel=RUN)(progress.progress)
app.command("explain", rich_help_panel=PEOPLE)(explain.explain)
app.command("mixed", rich_help_panel=PEOPLE)(mixed.mixed)
app.command("whatif", rich_help_panel=PEOPLE)(whatif.whatif)
app.add_typer(teacher.app, name="teacher", rich_help_panel=PEOPLE)
app.command("demo", rich_help_panel=HELP)(demo.demo)
app.command("doctor", rich_help_panel=HELP)(doctor.doctor)


def main() -> None:
    """Run a command; turn whatever goes wrong into one sentence and an exit code."""
    try:
        app()
    except PlnbError as error:
        print_error(error, as_json="--json" in sys.argv)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        err.print("Stopped. What was finished is kept; the same command goes on from here.")
        sys.exit(130)
    except Exception as error:
        if os.environ.get("PLNB_DEBUG"):
            raise
        if isinstance(error, OSError) and (refused := _refused(error)):
            print_error(refused, as_json="--json" in sys.argv)
            sys.exit(refused.exit_code)
        err.print(
            f"[red]✗[/red] plnb itself failed ({type(error).__name__}: {error}). Nothing you made was changed half-way. "
            "[dim]Set PLNB_DEBUG=1 and run it again to see where, and report it, please.[/dim]",
            markup=True,
        )
        sys.exit(1)


_REFUSALS: Final = {
    errno.EACCES: ("You may not read or write here.", "Give yourself the right to, or work in a folder of your own."),
    errno.EPERM: ("You may not read or write here.", "Give yourself the right to, or work in a folder of your own."),
    errno.EROFS: ("This disk can only be read.", "Copy the course to a folder where you can write."),
    errno.ENOSPC: ("The disk is full.", "Make room, and run the same command again."),
    errno.ENAMETOOLONG: ("This name is too long for the disk.", "Choose a shorter one."),
}
"""What the machine refuses, which is no fault of plnb: what to say, and the mend."""


def _refused(error: OSError) -> InputError | None:
    if error.errno not in _REFUSALS:
        return None
    message, mend = _REFUSALS[error.errno]
    return InputError(message, place=str(error.filename or ""), mend=mend)


if __name__ == "__main__":
    main()
