"""`plnb`: the commands, and the one place where errors become a sentence and an exit code.

Every command is a module of its own, imported when it is asked for: nobody waits for the others.
"""

from __future__ import annotations

import atexit
import errno
import gc
import os
import sys
import threading
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

from plnb import __version__
from plnb.errors import InputError, PlnbError

if TYPE_CHECKING:
    import typer

_AUTHOR, _RUN, _PEOPLE, _HELP = "Write a course", "Run a course", "Help a student on", "Look around"
COMMANDS: Final = {
    "new": (_AUTHOR, "new"),
    "convert": (_AUTHOR, "convert"),
    "update": (_AUTHOR, "update"),
    "lint": (_AUTHOR, "lint"),
    "strength": (_AUTHOR, "strength"),
    "map": (_AUTHOR, "map_"),
    "preview": (_AUTHOR, "preview"),
    "standards": (_AUTHOR, "app"),
    "release": (_RUN, "release"),
    "grade": (_RUN, "grade"),
    "feedback": (_RUN, "feedback"),
    "progress": (_RUN, "progress"),
    "explain": (_PEOPLE, "explain"),
    "mixed": (_PEOPLE, "mixed"),
    "whatif": (_PEOPLE, "whatif"),
    "teacher": (_PEOPLE, "app"),
    "demo": (_HELP, "demo"),
    "doctor": (_HELP, "doctor"),
}
"""Every command: its panel in the help, and what it is called in the module of its name."""


def commands(names: Iterable[str] = tuple(COMMANDS)) -> typer.Typer:
    """`plnb` with these commands, in this order; no other command's module is imported."""
    import typer

    app = typer.Typer(
        name="plnb",
        add_completion=False,
        help="Personalised, mastery-based courses that live in Jupyter notebooks.",
        no_args_is_help=True,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    def show_version(wanted: bool) -> None:
        if wanted:
            typer.echo(f"plnb {__version__}")
            raise typer.Exit

    @app.callback()
    def _plnb(
        version: bool = typer.Option(False, "--version", is_eager=True, help="Print the version and stop.", callback=show_version),
    ) -> None:
        pass

    for name in names:
        panel, function = COMMANDS[name]
        found = getattr(import_module(f"plnb.cli.{name}"), function)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name, rich_help_panel=panel)
        else:
            app.command(name, rich_help_panel=panel)(found)
    return app


@cache
def _every_command() -> typer.Typer:
    return commands()


def __getattr__(name: str) -> object:
    # `from plnb.cli.main import app`: all of `plnb`
    if name == "app":
        return _every_command()
    raise AttributeError(name)


def main() -> None:
    """Run the command of the command line, and leave."""
    try:
        _run()
    except SystemExit as ended:
        _leave(ended)
        raise


def _leave(ended: SystemExit) -> None:
    """Away at once, where nothing is left to do: Python would free all that was imported, one by one, for a tenth of a second."""
    if threading.active_count() > 1 or not isinstance(ended.code, int | None):
        return
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # nobody reads any more: Python has an exit code for that
        return
    os._exit(ended.code or 0)


def _run() -> None:
    """Run a command; turn whatever goes wrong into one sentence and an exit code."""
    # Imports make a great many objects that stay: to look for garbage among them as often as usual is a tenth of a command's start.
    gc.set_threshold(5_000)
    # For plugins, pydantic would read what every installed package says of itself; plnb's types want none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    words = sys.argv[1:]
    try:
        if _grades_here(words):
            _warm_up()
        # Help and mistakes need every command.
        app = commands(words[:1]) if words and words[0] in COMMANDS else _every_command()
        app()
    except PlnbError as error:
        _print_error(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        _say_stopped()
        sys.exit(130)
    except SystemExit as ended:
        # Typer makes an exit code of Ctrl-C, and leaves the words to us.
        if isinstance(getattr(ended.__context__, "__cause__", None), KeyboardInterrupt):
            _say_stopped()
        raise
    except Exception as error:
        if os.environ.get("PLNB_DEBUG"):
            raise
        if isinstance(error, OSError) and (refused := _refused(error)):
            _print_error(refused)
            sys.exit(refused.exit_code)
        from plnb.cli.console import err

        err.print(
            f"[red]✗[/red] plnb itself failed ({type(error).__name__}: {error}). Nothing you made was changed half-way. "
            "[dim]Set PLNB_DEBUG=1 and run it again to see where, and report it, please.[/dim]",
            markup=True,
        )
        sys.exit(1)


def _grades_here(words: Sequence[str]) -> bool:
    """Whether the command line asks for grading on this machine. A wrong guess costs a moment, and nothing else."""
    return words[:1] == ["grade"] and not any(word.startswith(("--on", "--help")) or word == "-h" for word in words)


def _warm_up() -> None:
    """Start what notebooks are run in, with no more imported than that takes: it gets ready while this process goes on importing.

    Grading finds it there. It ends with this process.
    """
    from plnb.engine.nursery import share_with_forks

    share_with_forks()
    # Only now, and before nbformat asks for it.
    from plnb.quick_imports import import_jsonschema

    import_jsonschema()


def _say_stopped() -> None:
    from plnb.cli.console import err

    err.print("Stopped. What was finished is kept; the same command goes on from here.")


def _print_error(error: PlnbError) -> None:
    from plnb.cli.console import print_error

    print_error(error, as_json="--json" in sys.argv)


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
