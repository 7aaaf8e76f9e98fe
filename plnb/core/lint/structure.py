"""Rules on what the course is made of: units, steps, files, and names that must be there once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from plnb.core.authored import ActivityEntry
from plnb.core.cells import ForkCell, GateCell, ReflectCell
from plnb.core.findings import Severity
from plnb.core.lint.registry import Found, rule
from plnb.core.lint.view import CourseView, Spot
from plnb.core.lint.words import listed, meant

LANGUAGES: Final = ("python", "R", "matlab", "octave", "sas", "java")
"""Languages that nbgrader has a stub for (`ClearSolutions.code_stub`); it cannot release any other."""


@rule("empty-course", Severity.error)
def empty_course(view: CourseView) -> Iterator[Found]:
    """The course has no units."""
    if not view.source.file.units:
        yield Found(
            view.yaml(), "The course has no units, so there is nothing to do in it.", "Add a unit with a notebook under `units:`."
        )


@rule("empty-unit", Severity.warning)
def empty_unit(view: CourseView) -> Iterator[Found]:
    """A unit has no steps."""
    for unit in view.source.file.units:
        if not unit.steps:
            yield Found(
                view.yaml(f"unit {unit.id}"),
                f"The unit {unit.id} has no steps, so students meet a title with nothing behind it.",
                f"Name its notebooks under `steps:`, or take the unit {unit.id} out.",
            )


@rule("duplicate-unit", Severity.error)
def duplicate_unit(view: CourseView) -> Iterator[Found]:
    """Two units share an id."""
    seen: set[str] = set()
    for unit in view.source.file.units:
        if unit.id in seen:
            yield Found(
                view.yaml(f"unit {unit.id}"),
                f"Two units are called {unit.id}, and nbgrader would take them for one assignment.",
                "Give one of them another id, and rename its folder under source/ to match.",
            )
        seen.add(unit.id)


@rule("duplicate-activity", Severity.error)
def duplicate_activity(view: CourseView) -> Iterator[Found]:
    """A notebook's name is used by more than one step of the course."""
    first: dict[str, str] = {}
    for placed in view.placed:
        name = placed.entry.notebook
        if name in first:
            yield Found(
                view.step(placed),
                f"The notebook {name} is a step twice, and nobody could tell the work on one from the work on the other "
                f"(the first is in the unit {first[name]}).",
                "Take one of the steps out, or copy the notebook under another name.",
            )
        first.setdefault(name, placed.unit.id)


@rule("duplicate-id", Severity.error)
def duplicate_id(view: CourseView) -> Iterator[Found]:
    """Two forks, two gates or two reflections of the course share an id."""
    first: dict[tuple[str, str], str] = {}
    for kind, name, spot in _ids(view):
        if (kind, name) in first:
            yield Found(
                spot,
                f"Two {kind}s are called {name}, so what a student does at one would count for the other.",
                f"Give this {kind} an id of its own; the other {name} is in {first[kind, name]}.",
            )
        first.setdefault((kind, name), spot.place)


def _ids(view: CourseView) -> Iterator[tuple[str, str, Spot]]:
    for unit, entry, _ in view.forks:
        yield "fork", entry.fork, view.fork(unit, entry)
    for _, cell, spot in view.cells:
        match cell.meta:
            case ForkCell(id=name):
                yield "fork", name, spot
            case GateCell(id=name):
                yield "gate", name, spot
            case ReflectCell(id=name):
                yield "reflection", name, spot


@rule("duplicate-option", Severity.error)
def duplicate_option(view: CourseView) -> Iterator[Found]:
    """Two options of a fork share an id."""
    forks = [(entry.fork, [option.id for option in entry.options], view.fork(unit, entry)) for unit, entry, _ in view.forks]
    forks += [(fork.id, [option.id for option in fork.options], spot) for _, fork, spot in view.inner_forks]
    for fork, options, spot in forks:
        for option in dict.fromkeys(name for name in options if options.count(name) > 1):
            yield Found(
                spot,
                f"The fork {fork} has {options.count(option)} options called {option}, so a choice of it means nothing.",
                "Give every option of the fork an id of its own.",
            )


@rule("missing-notebook", Severity.error)
def missing_notebook(view: CourseView) -> Iterator[Found]:
    """A step names a notebook that is not there."""
    for placed in view.placed:
        if placed.notebook is None:
            unit, name = placed.unit.id, placed.entry.notebook
            there = [nb.name for nb in view.source.notebooks if nb.unit == unit]
            yield Found(
                view.step(placed),
                f"There is no notebook {name} in source/{unit}/.",
                meant(name, there, f"put {name}.ipynb there, or take the step out of the course."),
            )


@rule("unlisted-notebook", Severity.warning)
def unlisted_notebook(view: CourseView) -> Iterator[Found]:
    """A notebook under source/ is no step of any unit."""
    units = {unit.id for unit in view.source.file.units}
    named = {(placed.unit.id, placed.entry.notebook) for placed in view.placed}
    for notebook in view.notebooks:
        if (notebook.unit, notebook.name) in named:
            continue
        if notebook.unit in units:
            said = f"No step of the unit {notebook.unit} names this notebook, yet nbgrader would hand it out with the others."
            mend = f"Add `- notebook: {notebook.name}` to the unit's steps, or move the file out of source/{notebook.unit}/."
        else:
            said = f"The course has no unit {notebook.unit}, so nobody will ever open this notebook."
            mend = f"Add a unit with `id: {notebook.unit}` to course.yaml, or move the folder out of source/."
        yield Found(view.file(notebook), said, mend)


@rule("unknown-interest", Severity.warning)
def unknown_interest(view: CourseView) -> Iterator[Found]:
    """An activity or option names an interest that the course does not list."""
    listed_ = view.source.file.interests
    for what, names, spot in _interests(view):
        for name in names:
            if name not in listed_:
                yield Found(
                    spot,
                    f"{what} speaks to the interest {name}, which no student can choose.",
                    meant(name, listed_, f"add {name} to `interests:` in course.yaml (there now: {listed(listed_) or 'none'})."),
                )


def _interests(view: CourseView) -> Iterator[tuple[str, tuple[str, ...], Spot]]:
    for placed in view.placed:
        yield f"The activity {placed.entry.notebook}", placed.entry.interests, view.step(placed)
    for unit, entry, _ in view.forks:
        for option in entry.options:
            yield f"The option {entry.fork}/{option.id}", option.interests, view.fork(unit, entry, option.id)
    for _, fork, spot in view.inner_forks:
        for inner in fork.options:
            yield f"The option {fork.id}/{inner.id}", inner.interests, spot


@rule("unknown-language", Severity.error)
def unknown_language(view: CourseView) -> Iterator[Found]:
    """A notebook's kernel speaks a language that nbgrader cannot release."""
    for notebook in view.notebooks:
        if notebook.language not in LANGUAGES:
            yield Found(
                view.file(notebook),
                f"The notebook's language is {notebook.language or 'not said'}, and nbgrader has no words to "
                f"put in place of a solution in it.",
                f"Choose a kernel of one of these languages and save the notebook: {listed(LANGUAGES, 'or')}.",
            )


@rule("suggestion-ignored", Severity.warning)
def suggestion_ignored(view: CourseView) -> Iterator[Found]:
    """A step that everybody does says when to suggest it."""
    for placed in view.placed:
        entry: ActivityEntry = placed.entry
        if entry.suggest_when is not None and not entry.optional:
            yield Found(
                view.step(placed),
                f"The activity {entry.notebook} says when to suggest it, but everybody has to do it anyway.",
                "Add `optional: true` if students may leave it out, or take `suggest_when` away.",
            )
