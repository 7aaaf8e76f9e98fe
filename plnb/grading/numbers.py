"""Cells whose numbers vary, in grading: of what a student handed in the number counts, and nothing else of the cell. Pure.

The number says which of the teacher's variants the answer is to; it is read from its line, must be one that there is, and is
written into the teacher's own cell. So the most a student can claim is another variant of the same question.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nbformat import NotebookNode

from plnb.core.cells import VaryCell
from plnb.core.course import Activity
from plnb.core.variants import number_in, with_number
from plnb.errors import InputError
from plnb.grading.plans import NotebookPlan
from plnb.grading.repairs import RepairCode
from plnb.grading.results import CellScore
from plnb.store.metadata import read_cell_meta


@dataclass(frozen=True, slots=True)
class Number:
    """The number of a cell, as it is graded."""

    value: int | None
    """None where the teacher's own cell has no such number: then it runs as it is."""
    repairs: tuple[tuple[RepairCode, str], ...] = ()
    """What was put right in the cell."""


def numbers_cells(master: NotebookNode) -> dict[int, VaryCell]:
    """The code cells of a notebook that vary, by their place."""
    found: dict[int, VaryCell] = {}
    for place, cell in enumerate(master.cells):
        raw = cell.metadata.get("plnb")
        if cell.cell_type == "code" and isinstance(raw, dict) and raw.get("role") == "vary":
            try:
                meta = read_cell_meta(raw)
            except InputError:
                continue
            if isinstance(meta, VaryCell):
                found[place] = meta
    return found


def put_number(meta: VaryCell, ours: str, theirs: str | None) -> tuple[str, Number]:
    """The teacher's cell with the student's number, where that is one of the variants."""
    released = number_in(ours, meta.name)
    if released is None:
        return ours, Number(None)
    if theirs is None:
        return ours, Number(released, ((RepairCode.deleted_cell, "It was missing and was put back as it was released."),))
    found = number_in(theirs, meta.name)
    if found is None or not 1 <= found <= meta.variants:
        said = "could not be read" if found is None else f"was {found}, and there are 1 to {meta.variants}"
        message = f"Its number {meta.name} {said}; the cell was used as it was released, with {released}."
        return ours, Number(released, ((RepairCode.edited_number, message),))
    source = with_number(ours, meta.name, found)
    if _bare(source) == _bare(theirs):
        return source, Number(found)
    message = f"More than its number was changed; the released text was used, with {meta.name} = {found}."
    return source, Number(found, ((RepairCode.edited_text, message),))


def planned_with(plan: NotebookPlan, numbers: Mapping[str, Number]) -> NotebookPlan:
    """The plan, in which what is played again before a check has the student's numbers, too."""
    if not numbers:
        return plan

    def written(text: str) -> str:
        for name, number in numbers.items():
            text = text if number.value is None else with_number(text, name, number.value)
        return text

    checks = (check.model_copy(update={"before": tuple(map(written, check.before))}) for check in plan.checks)
    return plan.model_copy(update={"checks": tuple(checks)})


def told_numbers(scores: Iterable[CellScore], activity: Activity, numbers: Mapping[str, Number]) -> tuple[CellScore, ...]:
    """The scores, each with the number its question was asked with."""
    varies = {check.id: numbers[check.varies] for check in activity.checks if check.varies in numbers}
    return tuple(_told(score, varies[score.check]) if score.check in varies else score for score in scores)


def _told(score: CellScore, number: Number) -> CellScore:
    differences = (*score.differences, "numbers") if number.repairs else score.differences
    return score.model_copy(update={"seed": number.value, "differences": differences})


def _bare(source: str) -> str:
    """A text without its spaces: `variant=7` is no other text than `variant = 7`."""
    return "".join(source.split())
