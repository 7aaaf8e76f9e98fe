"""What a student can call in a notebook, in any Jupyter: JupyterLab, VS Code, Colab. Needs no server and no browser extension.

    import plnb.notebook as me

    me.start()                      finds the course beside the notebook, and tells how each check went from then on
    me.check("slope_check")         how a check went when it ran last
    me.hint("slope_check")          the next hint
    me.choose("rep", "graph")       choose a way; choose() shows what there is to choose
    me.goal("Read any graph.")      make a goal
    me.reflect("how", "Like this.") write down a thought
    me.progress()                   where you stand, and what is next

Everything is kept in the folder `journal` beside the notebook, which is yours. Where there is no course, or nothing can be kept,
each of these says so in a sentence and the notebook goes on. Loading this costs next to nothing; the rest comes with a call.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plnb.notebook.session import Session

__all__ = ["check", "choose", "goal", "hint", "progress", "reflect", "start"]


def start(path: str = "", *, activity: str = "") -> None:
    """Begin: find the course in `path` (or beside the notebook), and from now on say of each check that runs how it went.

    `activity` is the notebook's name without `.ipynb`, for places that do not tell it (Colab). Calling it again does no harm.
    """
    _session(path=path, activity=activity).start()


def check(name: str = "", test: Callable[[], Any] | None = None) -> None:
    """How the check `name` went when it ran last; without a name, the check that ran last of all.

    With `test`, a function of assertions, the function is run now, and its outcome is the check's. What it raises is raised again.
    """
    _session().check(name, test)


def hint(name: str = "") -> None:
    """The next hint for a check; without a name, for the check that ran last. Looking at one is written down, and costs nothing."""
    _session().hint(name)


def choose(fork: str = "", *options: str) -> None:
    """Choose a way at a fork. Without options, shows what there is to choose, with buttons where the notebook can show them."""
    _session().choose(fork, options)


def goal(text: str = "", *, name: str = "", standard: str = "", by: date | str | None = None, done: bool = False) -> None:
    """Make a goal; the same `name` changes it. Without a text, shows your goals."""
    _session().goal(text, name=name, standard=standard, by=by, done=done)


def reflect(prompt: str, text: str = "") -> None:
    """Write down what you think: at the place `prompt`, or, with one text only, at the one place this notebook has."""
    _session().reflect(prompt, text)


def progress() -> None:
    """Where you stand, and what is next."""
    _session().progress()


def _session(**begin: str) -> Session:
    from plnb.notebook.session import current  # here, so that importing this costs nothing

    return current(**begin)
