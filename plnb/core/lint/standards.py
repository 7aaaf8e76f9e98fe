"""Rules on standards: what is taught, what comes before what, and codes that nobody published."""

from __future__ import annotations

from collections.abc import Iterator

from plnb.core.conditions import StandardAtLeast, StandardBelow
from plnb.core.findings import Severity
from plnb.core.lint.conditions import atoms
from plnb.core.lint.registry import Found, rule
from plnb.core.lint.view import CourseView, Spot
from plnb.core.lint.words import listed, meant
from plnb.core.standards import Framework, Standard


@rule("unknown-standard", Severity.error)
def unknown_standard(view: CourseView) -> Iterator[Found]:
    """A code that no framework of the course defines."""
    for what, code, spot in _named(view):
        if code not in view.standards:
            yield Found(
                spot,
                f"{what} names the standard {code}, which no framework of this course defines.",
                meant(
                    code, view.standards, f"add {code} to a standards file, or name the file under `frameworks:` in course.yaml."
                ),
            )


def _named(view: CourseView) -> Iterator[tuple[str, str, Spot]]:
    for code in view.source.file.mastery.standards:
        yield "The mastery rule", code, view.yaml("mastery")
    for placed in view.placed:
        for code in placed.entry.standards:
            yield f"The activity {placed.entry.notebook}", code, view.step(placed)
    for _, cell, spot in view.cells:
        for code in dict.fromkeys(cell.meta.standards if cell.meta else ()):
            yield "The cell", code, spot
    for asked in view.asked:
        for atom in atoms(asked.condition):
            if isinstance(atom, StandardAtLeast | StandardBelow):
                yield asked.what, atom.standard, asked.spot


@rule("duplicate-standard", Severity.warning)
def duplicate_standard(view: CourseView) -> Iterator[Found]:
    """A code is defined twice."""
    first: dict[str, str] = {}
    for framework, standard in _defined(view):
        if standard.code in first:
            yield Found(
                view.standard(framework, standard.code),
                f"The code {standard.code} is defined twice (first in {first[standard.code]}), and only the first is used.",
                "Give one of the two another code, or take it out of its file.",
            )
        first.setdefault(standard.code, framework.title or framework.id)


@rule("unknown-prerequisite", Severity.warning)
def unknown_prerequisite(view: CourseView) -> Iterator[Found]:
    """A standard requires one that no framework of the course defines."""
    for framework, standard in _defined(view):
        for code in standard.requires:
            if code not in view.standards:
                yield Found(
                    view.standard(framework, standard.code),
                    f"{standard.code} requires {code}, which no framework of this course defines.",
                    meant(
                        code, view.standards, f"add {code} to a standards file, or take it out of what {standard.code} requires."
                    ),
                )


@rule("prerequisite-cycle", Severity.error)
def prerequisite_cycle(view: CourseView) -> Iterator[Found]:
    """Standards require one another in a circle."""
    frameworks = {standard.code: framework for framework, standard in reversed(list(_defined(view)))}
    for cycle in _cycles(view):
        yield Found(
            view.standard(frameworks[cycle[0]], cycle[0]),
            f"Nobody can start here: {' requires '.join((*cycle, cycle[0]))}.",
            f"Decide which of {listed(cycle, 'or')} comes first, and take its prerequisite away.",
        )


def _cycles(view: CourseView) -> Iterator[list[str]]:
    """One circle for every group of standards that lead back to one another; each standard is in one at most."""
    requires = {code: standard.requires for code, standard in view.standards.items()}
    done: set[str] = set()
    for start in requires:
        trail: list[str] = []
        stack = [iter((start,))]
        while stack:
            code = next(stack[-1], None)
            if code is None:
                stack.pop()
                if trail:
                    done.add(trail.pop())
            elif code in trail:
                cycle = trail[trail.index(code) :]
                if done.isdisjoint(cycle):
                    yield cycle
                    done.update(cycle)
            elif code in requires and code not in done:
                trail.append(code)
                stack.append(iter(requires[code]))


@rule("taught-not-checked", Severity.warning)
def taught_not_checked(view: CourseView) -> Iterator[Found]:
    """An activity teaches a standard that nothing in the course checks."""
    for placed in view.placed:
        for code in placed.entry.standards:
            if code in view.standards and code not in view.checked:
                yield Found(
                    view.step(placed),
                    f"The activity {placed.entry.notebook} teaches {code}, but nothing in the course checks it, "
                    f"so nobody will know.",
                    f"Add {code} to the `standards` of a check, or take it away from the activity.",
                )


@rule("taught-before-prerequisite", Severity.advice)
def taught_before_prerequisite(view: CourseView) -> Iterator[Found]:
    """A standard is taught before what it requires."""
    first: dict[str, int] = {}
    circling = {code for cycle in _cycles(view) for code in cycle}
    teaching = [placed for placed in view.placed if not placed.probes_only]
    for number, placed in enumerate(teaching):
        for code in placed.activity.standards:
            first.setdefault(code, number)
    for code, number in first.items():
        standard = view.standards.get(code)
        for before in standard.requires if standard and code not in circling else ():
            # Options of one fork are met side by side: neither comes before the other.
            if first.get(before, -1) > number and not _same_fork(teaching[number].fork, teaching[first[before]].fork):
                later = teaching[first[before]]
                yield Found(
                    view.step(teaching[number]),
                    f"The activity {teaching[number].entry.notebook} teaches {code}, which requires {before}, "
                    f"and that is first taught later, in {later.entry.notebook}.",
                    f"Move {later.entry.notebook} before it, or teach {before} here too.",
                )


def _same_fork(one: object, other: object) -> bool:
    return one is not None and one is other


def _defined(view: CourseView) -> Iterator[tuple[Framework, Standard]]:
    for framework in view.source.standards.frameworks:
        for standard in framework.standards:
            yield framework, standard
