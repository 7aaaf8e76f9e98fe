"""Lint while somebody writes: one notebook as it stands in the browser, with the rest of its course around it.

Of the rest only what rules on other notebooks look at is kept (`lean`): that makes the difference between a second and a blink.
Reads and times nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Final

from plnb.core.author import AuthorView, LiveFinding, Mend, StandardShown, Target
from plnb.core.authored import CourseSource, NotebookSource
from plnb.core.cells import Cell, CheckCell, ForkCell, GateCell, ReflectCell
from plnb.core.compiling import compile_course
from plnb.core.findings import Finding, Severity
from plnb.core.lint import lint
from plnb.core.lint.reading import mirror_tags
from plnb.core.markdown import headings
from plnb.core.names import free_name
from plnb.core.search import search_lists
from plnb.core.standards import Standard, StandardSet

FAVOURITES: Final = 200
"""Standards of a course that travel with the panel; more are found by searching."""

MOST_FOUND: Final = 30
"""Standards one search shows."""

_ORDER: Final = {Severity.error: 0, Severity.warning: 1, Severity.advice: 2}
_MIRRORS: Final = ("std:", "plnb-branch:")


def lean(notebook: NotebookSource) -> NotebookSource:
    """A notebook as far as others depend on it: its tags, ids and headings, without what is written in it."""
    return notebook.model_copy(update={"cells": tuple(_lean_cells(notebook.cells))})


def _lean_cells(cells: Sequence[Cell]) -> Iterator[Cell]:
    for cell in cells:
        found = headings(cell.source) if cell.kind == "markdown" else []
        if found or cell.meta or cell.grader:
            yield cell.model_copy(update={"source": "\n\n".join(f"{'#' * level} {title}" for level, title in found)})


def live_findings(
    course: CourseSource, notebook: NotebookSource, faults: Sequence[Finding] = (), *, cell_ids: Sequence[str] = ()
) -> tuple[LiveFinding, ...]:
    """What lint says of `notebook`, put in the place of the one of its name in `course`; `faults` are those of reading it.

    `cell_ids` are the ids of all its cells, also of those that could not be read. What is wrong elsewhere is left out.
    """
    rest = tuple(nb for nb in course.notebooks if (nb.unit, nb.name) != (notebook.unit, notebook.name))
    whole = course.model_copy(update={"notebooks": (*rest, notebook), "faults": tuple(faults)})
    step = f"course.yaml, unit {notebook.unit}, notebook {notebook.name}"
    ours = [f for f in lint(whole) if f.place in (notebook.place, step) or f.place.startswith(f"{notebook.place}, ")]
    mender = _Mender(whole, notebook)
    return tuple(
        LiveFinding(
            **finding.model_dump(),
            cell_id=cell_ids[finding.cell] if finding.cell is not None and finding.cell < len(cell_ids) else "",
            mends=mender.mends(finding),
        )
        for finding in sorted(ours, key=lambda f: (_ORDER[f.severity], -1 if f.cell is None else f.cell))
    )


class _Mender:
    """Finds mends, and gives no name twice."""

    def __init__(self, course: CourseSource, notebook: NotebookSource) -> None:
        self.standards = course.standards
        self.cells = {cell.index: cell for cell in notebook.cells}
        self.grade_ids = {cell.grader.grade_id for cell in notebook.cells if cell.grader}
        self.ids = {*ids_of(course)}
        forks = [cell.meta for cell in notebook.cells if isinstance(cell.meta, ForkCell)]
        self.branches = [f"{fork.id}/{option.id}" for fork in forks for option in fork.options]

    def mends(self, finding: Finding) -> tuple[Mend, ...]:
        cell = self.cells.get(finding.cell) if finding.cell is not None else None
        return tuple(self._mends(finding, cell)) if cell else ()

    def _mends(self, finding: Finding, cell: Cell) -> Iterator[Mend]:
        meta, grader = cell.meta, cell.grader
        match finding.code:
            case "duplicate-grade-id" | "bad-grade-id" if grader:
                kind = "check" if grader.is_check else "answer" if grader.solution else "cell"
                name = free_name(grader.grade_id or kind, self.grade_ids)
                self.grade_ids.add(name)
                yield Mend(kind="grade-id", text=name)
            case "duplicate-id" if isinstance(meta, ForkCell | GateCell | ReflectCell):
                name = free_name(meta.id, self.ids)
                self.ids.add(name)
                yield Mend(kind="id", text=name)
            case "drifted-mirror-tag":
                own = tuple(tag for tag in cell.tags if not tag.startswith(_MIRRORS))
                yield Mend(kind="tags", texts=(*own, *mirror_tags(cell)))
            case "editable-test":
                yield Mend(kind="lock")
            case "probe-with-points":
                yield Mend(kind="points", text="0")
            case "role-mismatch" if meta and meta.role in ("explain", "example", "practice", "hint"):
                yield Mend(kind="role", text="check")
            case "empty-hint" if isinstance(meta, CheckCell):
                yield Mend(kind="empty")
            case "unknown-branch" if meta and meta.branch:
                near = get_close_matches(meta.branch, self.branches, n=1, cutoff=0.6)
                yield Mend(kind="branch", text=near[0] if near else "")
            case "unknown-standard" if meta:
                for code in meta.standards:
                    if f"the standard {code}, " in finding.message and self.standards.get(code) is None:
                        yield Mend(kind="standard", text=code, texts=_near(self.standards, code))


def ids_of(course: CourseSource, *, without: tuple[str, str] | None = None) -> Iterator[str]:
    """Ids of all forks, gates and reflections; `without` leaves a notebook out (its unit and name)."""
    for unit in course.file.units:
        for step in unit.steps:
            if fork := getattr(step, "fork", ""):
                yield fork
    for notebook in course.notebooks:
        if (notebook.unit, notebook.name) != without:
            for cell in notebook.cells:
                if isinstance(cell.meta, ForkCell | GateCell | ReflectCell):
                    yield cell.meta.id


def _near(standards: StandardSet, code: str) -> tuple[str, ...]:
    by_fold = {known.casefold(): known for known in standards.by_code}
    return tuple(by_fold[fold] for fold in get_close_matches(code.casefold(), by_fold, n=3, cutoff=0.6))


# --- what the panel shows -------------------------------------------------------------------------------------------------------


def author_view(course: CourseSource, unit: str, name: str) -> AuthorView:
    """The course around the notebook `name` of `unit`."""
    uses = _uses(course, unit, name)
    known = _known(course.standards)
    named = [code for code, _ in uses.most_common() if code in known] or list(known)
    compiled = compile_course(course)
    others = [activity for activity in compiled.activities() if (activity.unit, activity.id) != (unit, name)]
    return AuthorView(
        course=course.file.id,
        title=course.file.title,
        unit=unit,
        activity=name,
        listed=len(others) < len(list(compiled.activities())),
        standards=tuple(_show(*known[code], uses[code]) for code in named[:FAVOURITES]),
        known=len(known),
        interests=course.file.interests,
        taken=tuple(dict.fromkeys(ids_of(course, without=(unit, name)))),
        targets=(
            *(Target(kind="done", ref=activity.id, title=activity.title) for activity in others),
            *(
                Target(kind="check", ref=f"{activity.id}/{check.id}", title=f"{activity.title}: {check.title}")
                for activity in others
                for check in activity.checks
            ),
        ),
    )


def find_standards(course: CourseSource, query: str) -> tuple[int, tuple[StandardShown, ...]]:
    """How many standards answer to a code or to words, and the best of them."""
    known = _known(course.standards)
    found = [
        standard
        for standard in search_lists([framework.standards for framework in course.standards.frameworks], query)
        if known[standard.code][0] is standard  # not one whose code another framework defined before
    ]
    return len(found), tuple(_show(*known[standard.code]) for standard in found[:MOST_FOUND])


def _uses(course: CourseSource, unit: str, name: str) -> Counter[str]:
    uses: Counter[str] = Counter()
    for entry in course.file.units:
        for step in entry.steps:
            uses.update(getattr(step, "standards", ()))
    for notebook in course.notebooks:
        if (notebook.unit, notebook.name) != (unit, name):
            uses.update(code for cell in notebook.cells if cell.meta for code in cell.meta.standards)
    return uses


def _known(standards: StandardSet) -> dict[str, tuple[Standard, str]]:
    """Every standard by its code, with its framework's title; the first to define a code wins."""
    found: dict[str, tuple[Standard, str]] = {}
    for framework in standards.frameworks:
        for standard in framework.standards:
            found.setdefault(standard.code, (standard, framework.title or framework.id))
    return found


def _show(standard: Standard, framework: str, uses: int = 0) -> StandardShown:
    return StandardShown(code=standard.code, title=standard.label, statement=standard.statement, framework=framework, uses=uses)
