"""Which checks of a notebook run outside the student's process, and what they need there. Values, and the first draft of them.

Whose a name is: what the solution's answer cells bind is the student's; imports, functions and classes of every other cell are
the teacher's own, whatever a student did with those names; so is data of locked cells and of cells whose numbers vary, as long as
nothing of the student's went into it. The draft goes by the text; `rehearsal` runs it and settles what text cannot tell. Pure.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from nbformat import NotebookNode

from plnb.core.base import Model
from plnb.core.outside import Statement, fresh_number, globals_used, names_in, statements, why_in_kernel

_BUILTINS: Final = frozenset(dir(builtins))


class CheckPlan(Model):
    """Where one check runs, and why there."""

    check: str
    """nbgrader's grade_id."""
    where: Literal["outside", "kernel"] = "kernel"
    """In a process of the teacher's, or in the student's own."""
    reason: str = ""
    """Why it has to run in the student's process, as the end of a sentence: `it …`."""
    fresh: str = ""
    """The name that gets a fresh number in each grading."""
    before: tuple[str, ...] = ()
    """Statements of the teacher's that are played again before it: what checks need of the cells since the check before it."""
    known: tuple[str, ...] = ()
    """Paths at which the solution's own things stayed in the student's process."""


class NotebookPlan(Model):
    """How the checks of a notebook are run."""

    theirs: tuple[str, ...] = ()
    """Names that are the student's."""
    shared: tuple[str, ...] = ()
    """Names that the student's code may look at."""
    checks: tuple[CheckPlan, ...] = ()
    """Every automatic check, in order."""
    digest: str = ""
    """Of what was rehearsed; the same digest need not be rehearsed again."""

    def of(self, check: str) -> CheckPlan:
        """The plan of a check; one that nobody has rehearsed runs in the kernel."""
        return next((plan for plan in self.checks if plan.check == check), CheckPlan(check=check, reason="it was never rehearsed"))

    @property
    def outside(self) -> bool:
        """Whether any check runs outside."""
        return any(plan.where == "outside" for plan in self.checks)


@dataclass(frozen=True)
class _Read:
    """A code cell of the solved notebook."""

    kind: Literal["answer", "check", "locked", "numbers", "free"]
    grade_id: str
    source: str
    statements: tuple[Statement, ...]


def draft(
    solved: NotebookNode,
    *,
    in_kernel: dict[str, str],
    not_ours: Collection[str] = (),
    questions: Iterable[str] = (),
    fresh: Mapping[str, str] = {},
) -> NotebookPlan:
    """A plan in which every check runs outside that is not known to need the kernel.

    `in_kernel` gives the reasons known so far by check, `not_ours` data that a rehearsal found to differ, `fresh` the names of
    fresh numbers by check.
    """
    cells = [_read(cell) for cell in solved.cells if cell.cell_type == "code"]
    theirs = {
        name
        for cell in cells
        if cell.kind == "answer"
        for statement in cell.statements
        if not statement.imports
        for name in statement.binds
    }
    reasons = {cell.grade_id: in_kernel.get(cell.grade_id) or why_in_kernel(cell.source) for cell in cells if cell.kind == "check"}
    asked = {name for question in questions for name in names_in(question)}
    for cell in cells:
        if cell.kind == "check" and not reasons[cell.grade_id]:
            asked |= names_in(cell.source)
    teachers = _teachers(cells, theirs, reasons, set(not_ours) - _helpers(cells, asked))
    whole = [part for cell, part in zip(cells, teachers, strict=True) if cell.kind == "numbers"]
    needed = _needed(asked, [statement for part in teachers for statement in part], whole)
    plans: list[CheckPlan] = []
    waiting: list[str] = []
    for cell, part in zip(cells, teachers, strict=True):
        if cell.kind != "check":
            waiting += [statement.text for statement in part if statement in needed]
            continue
        name = fresh.get(cell.grade_id, "")
        plan = CheckPlan(
            check=cell.grade_id,
            where="kernel" if reasons[cell.grade_id] else "outside",
            reason=reasons[cell.grade_id],
            fresh=name if name and fresh_number(cell.source, name) is not None else "",
        )
        if plan.where == "outside":
            plan = plan.model_copy(update={"before": tuple(waiting)})
            waiting = []
        else:
            waiting += [statement.text for statement in part if statement in needed]
        plans.append(plan)
    looked_at = {name for cell in cells if cell.kind == "answer" for name in globals_used(cell.source)} - _BUILTINS
    return NotebookPlan(theirs=tuple(sorted(theirs)), shared=tuple(sorted(looked_at - theirs)), checks=tuple(plans))


def _read(cell: NotebookNode) -> _Read:
    grader = cell.metadata.get("nbgrader", {})
    kind: Literal["answer", "check", "locked", "numbers", "free"] = "free"
    if cell.metadata.get("plnb", {}).get("role") == "vary":
        kind = "numbers" if _can_be_played(cell.source) else "free"
    elif grader.get("solution"):
        kind = "answer"
    elif grader.get("grade"):
        kind = "check"
    elif grader.get("locked"):
        kind = "locked"
    return _Read(kind, grader.get("grade_id", ""), cell.source, statements(cell.source))


def _teachers(cells: Sequence[_Read], theirs: set[str], reasons: dict[str, str], not_ours: set[str]) -> list[list[Statement]]:
    """The statements of each cell that may be played again."""
    tainted = theirs | not_ours
    found: list[list[Statement]] = []
    for cell in cells:
        part: list[Statement] = []
        for statement in cell.statements:
            if not statement.binds or (statement.binds & theirs and not statement.imports):
                continue
            if cell.kind == "answer":
                good = statement.imports
            elif cell.kind == "check":
                good = statement.defines and bool(reasons[cell.grade_id])  # else it is run as a whole
            else:
                good = statement.defines or (
                    cell.kind in ("locked", "numbers") and not (statement.uses | statement.binds) & tainted
                )
            if good:
                part.append(statement)
            elif cell.kind != "check":
                tainted |= statement.binds
        found.append(part)
    return found


def _helpers(cells: Sequence[_Read], asked: set[str]) -> set[str]:
    """Names that nothing uses but the cell whose numbers vary itself, such as its source of chance.

    Such an object is never worth the same in two processes; what the cell made with it is, or is not, and that is what counts.
    """
    found: set[str] = set()
    for cell in (each for each in cells if each.kind == "numbers"):
        used = set(asked)
        for other in (each for each in cells if each is not cell):
            own = _names(other, "binds") if other.kind == "numbers" else set()
            used |= _names(other, "uses") - own
        found |= _names(cell, "binds") - used
    return found


def _names(cell: _Read, how: Literal["binds", "uses"]) -> set[str]:
    return {name for statement in cell.statements for name in (statement.binds if how == "binds" else statement.uses)}


def _can_be_played(source: str) -> bool:
    """Whether playing what a cell binds does all it does: a call such as `random.seed(1)` binds nothing, and matters."""
    try:
        rest = [line for line in ast.parse(source).body if isinstance(line, ast.Expr)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return all(
        isinstance(line.value, ast.Constant | ast.Name | ast.Tuple)
        or (isinstance(line.value, ast.Call) and isinstance(line.value.func, ast.Name) and line.value.func.id == "print")
        for line in rest
    )


def _needed(asked: set[str], among: Sequence[Statement], whole: Sequence[Sequence[Statement]]) -> set[Statement]:
    """The statements that bind what is asked for, and what those use in turn.

    Of the cells in `whole` all of them or none: numbers drawn one after the other are others where one is left out.
    """
    wanted, needed = set(asked), set[Statement]()
    while True:
        more = {statement for statement in among if statement not in needed and statement.binds & wanted}
        more |= {statement for part in whole if more.intersection(part) for statement in part if statement not in needed}
        if not more:
            return needed
        needed |= more
        wanted |= {name for statement in more for name in statement.uses}
