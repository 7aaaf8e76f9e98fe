"""The list of rules, and what a rule answers with.

A rule is a small function from a `CourseView` to what it found, registered under one code. It says where, what and the mend; the
code and the severity are said once, where it is registered. Knows no single rule.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from plnb.core.findings import Finding, Rule, Severity
from plnb.core.lint.view import CourseView, Spot


class Found(NamedTuple):
    """One fault, before its rule's code and severity are added."""

    spot: Spot
    """Where it is."""
    message: str
    """What is wrong, in one sentence."""
    mend: str
    """What to do about it, in one sentence."""


Look = Callable[[CourseView], Iterable[Found]]

RULES: dict[str, Rule] = {}
"""Every rule by its code, in the order of the modules that hold them."""

_LOOKS: list[tuple[Rule, Look]] = []


def rule(code: str, severity: Severity) -> Callable[[Look], Look]:
    """Register a function as the rule `code`; its docstring says what it looks for, and goes into the docs."""

    def register(look: Look) -> Look:
        if code in RULES:
            raise ValueError(f"two rules are called {code}")
        RULES[code] = Rule(code=code, severity=severity, about=look.__doc__ or "")
        _LOOKS.append((RULES[code], look))
        return look

    return register


def findings(view: CourseView, only: Collection[str] | None = None) -> Iterator[tuple[Spot, Finding]]:
    """What every rule finds, or those of `only`, with its place for sorting."""
    for kind, look in _LOOKS:
        if only is not None and kind.code not in only:
            continue
        for found in look(view):
            yield (
                found.spot,
                Finding(
                    code=kind.code,
                    severity=kind.severity,
                    message=found.message,
                    place=found.spot.place,
                    mend=found.mend,
                    cell=found.spot.cell,
                ),
            )
