"""Transplant: the student's answers, put into the instructor's notebook.

The instructor's notebook gives the order, the tests, the points, the types and the tags; the student gives the text of the answer
cells and whatever cells were added or are free to edit. Nothing else of a submission is used; what differed is reported. Pure: it
works on notebooks in memory.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from nbformat import NotebookNode

from plnb.core.cells import VaryCell
from plnb.engine.nodes import as_node, node
from plnb.grading.manifest import ReleasedCell, source_digest
from plnb.grading.numbers import Number, numbers_cells, put_number
from plnb.grading.repairs import Repair, RepairCode
from plnb.grading.submission import StudentCell, StudentNotebook

_CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Transplanted:
    """A notebook ready to run, and what the student did in it."""

    notebook: NotebookNode
    answered: frozenset[str]
    """grade_ids of answer cells that differ from what was released."""
    own_code: bool
    """Whether code was added, or changed outside the answer cells."""
    repairs: tuple[Repair, ...]
    numbers: Mapping[str, Number] = field(default_factory=dict)
    """The whole numbers of cells that vary, by name."""

    @property
    def touched(self) -> bool:
        """Whether running it can come out otherwise than running the notebook as it was released."""
        return bool(self.answered) or self.own_code


def transplant(name: str, master: NotebookNode, released: Sequence[ReleasedCell], student: StudentNotebook) -> Transplanted:
    """Put the student's work into `master`, whose cells are those of `released` with hidden tests still in."""
    return _Transplant(name, master, released, student).result()


class _Transplant:
    """One transplant. `place[j]` says which released cell the student's cell j is."""

    def __init__(self, name: str, master: NotebookNode, released: Sequence[ReleasedCell], student: StudentNotebook) -> None:
        self.name, self.master, self.released, self.student = name, master, released, student
        self.place: dict[int, int] = {}
        self.dropped: set[int] = set()
        self.varying = numbers_cells(master)
        self.numbers: dict[str, Number] = {}
        self.repairs: list[Repair] = [Repair(code=code, notebook=name, message=message) for code, message in student.repairs]

    def result(self) -> Transplanted:
        self._by_grade_id()
        self._by_cell_id()
        self._by_content()
        self._report_moved()
        at = {i: self.student.cells[j] for j, i in self.place.items()}
        notebook = as_node({**self.master, "cells": []})
        notebook.cells = list(self._cells(at))
        _unique_ids(notebook)
        self._report_kernel()
        answered = frozenset(
            cell.grade_id for i, cell in enumerate(self.released) if cell.solution and i in at and self._changed(at[i], cell)
        )
        return Transplanted(notebook, answered, self._own_code(at), tuple(self.repairs), self.numbers)

    # --- which cell is which ---------------------------------------------------------------------------------------------------

    def _by_grade_id(self) -> None:
        """A cell copied or split with its metadata appears twice: the first with work in it counts, others stay as scratch."""
        known = {cell.grade_id: i for i, cell in enumerate(self.released) if cell.grade_id}
        found: dict[int, list[int]] = {}
        for j, cell in enumerate(self.student.cells):
            if cell.grade_id in known:
                found.setdefault(known[cell.grade_id], []).append(j)
        for i, places in found.items():
            released = self.released[i]
            worked = [j for j in places if self._changed(self.student.cells[j], released)]
            first = worked[0] if worked and released.solution else places[0]
            self.place[first] = i
            for j in places:
                if j != first:
                    self._note(
                        RepairCode.duplicated_cell, released, "It was there more than once; the first with work in it counts."
                    )
                    if not self._changed(self.student.cells[j], released):
                        self.dropped.add(j)

    def _by_cell_id(self) -> None:
        known = {cell.cell_id: i for i, cell in enumerate(self.released) if cell.cell_id}
        taken = set(self.place.values())
        named = {meta.name: i for i, meta in self.varying.items()}
        for j, cell in enumerate(self.student.cells):
            i = known.get(cell.cell_id)
            if i is None and cell.plnb.get("role") == "vary":
                i = named.get(str(cell.plnb.get("name")))
            if i is None or i in taken or j in self.place or j in self.dropped:
                continue
            self.place[j] = i
            taken.add(i)
            if self.released[i].grade_id:
                self._note(RepairCode.lost_metadata, self.released[i], "It had lost its metadata and was known by its cell id.")

    def _by_content(self) -> None:
        """Cells without ids: those still as released are known by their text; answers, if all is lost, by their place between."""
        # Two empty answers look the same, so text does not tell answers apart.
        ours: list[object] = [("answer", i) if cell.solution else (cell.kind, cell.digest) for i, cell in enumerate(self.released)]
        theirs: list[object] = [(cell.kind, source_digest(cell.source)) for cell in self.student.cells]
        for j, i in self.place.items():
            ours[i] = theirs[j] = ("known", i)
        lost = self._lost()
        end = (len(ours), len(theirs))
        before = (0, 0)
        blocks = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
        for block in [*blocks, None]:
            here = (block.a, block.b) if block else end
            if lost:
                self._by_place(range(before[0], here[0]), range(before[1], here[1]))
            if block:
                for offset in range(block.size):
                    self.place.setdefault(block.b + offset, block.a + offset)
                before = (block.a + block.size, block.b + block.size)

    def _lost(self) -> bool:
        """Whether the student's tool has thrown away what cells are known by."""
        known = [i for i, cell in enumerate(self.released) if cell.grade_id]
        return len(set(self.place.values()).intersection(known)) * 2 < len(known)

    def _by_place(self, ours: range, theirs: range) -> None:
        """In a gap between known cells: answers in order, each the next of the student's cells of its kind."""
        free = [j for j in theirs if j not in self.place and j not in self.dropped]
        for i in ours:
            cell = self.released[i]
            if not cell.solution or i in self.place.values():
                continue
            j = next((j for j in free if self.student.cells[j].kind == cell.kind), None)
            if j is not None:
                self.place[j] = i
                free = [other for other in free if other > j]
                self._note(RepairCode.found_by_place, cell, "All ids were lost; it was found by its place between known cells.")

    # --- the notebook ----------------------------------------------------------------------------------------------------------

    def _cells(self, at: dict[int, StudentCell]) -> Iterable[NotebookNode]:
        scratch = self._scratch()
        ids_kept = self._ids_kept()
        yield from scratch.get(-1, ())
        for i, (cell, released) in enumerate(zip(self.master.cells, self.released, strict=True)):
            own = at.get(i)
            if i in self.varying:
                yield self._varied(cell, released, own, self.varying[i])
            elif released.grade_id:
                yield self._known(cell, released, own)
            elif own is not None:
                yield self._free(cell, own)
            elif ids_kept and released.cell_id:
                if released.kind == "code":
                    self._note(RepairCode.deleted_cell, released, "It was missing and was put back.")
                yield as_node(cell)
            yield from scratch.get(i, ())

    def _known(self, cell: NotebookNode, released: ReleasedCell, own: StudentCell | None) -> NotebookNode:
        cell = as_node(cell)
        if own is None:
            empty = " as it was released, so there is no answer in it" if released.solution else ""
            self._note(RepairCode.deleted_cell, released, f"It was missing and was put back{empty}.")
            return cell
        self._report_edits(cell, released, own)
        if released.solution:
            cell.source = own.source
            if own.attachments and cell.cell_type == "markdown":
                cell.attachments = as_node(own.attachments)
        return cell

    def _varied(self, cell: NotebookNode, released: ReleasedCell, own: StudentCell | None, meta: VaryCell) -> NotebookNode:
        """The teacher's cell with the student's number in it, and nothing else of the student's."""
        cell = as_node(cell)
        cell.source, number = put_number(meta, cell.source, None if own is None else own.source)
        for code, message in number.repairs:
            self._note(code, released, message)
        if number.value is not None:
            self.numbers[meta.name] = number
        return cell

    def _free(self, cell: NotebookNode, own: StudentCell) -> NotebookNode:
        """A released cell that anybody may edit: the student's text, our metadata."""
        made = _new_cell(own, cell.get("id", ""))
        made.metadata = as_node(cell.metadata)
        return made

    def _scratch(self) -> dict[int, list[NotebookNode]]:
        """The student's own cells, each after the released cell it followed."""
        found: dict[int, list[NotebookNode]] = {}
        after = -1
        for j, cell in enumerate(self.student.cells):
            if j in self.place:
                after = self.place[j]
            elif j not in self.dropped:
                found.setdefault(after, []).append(_new_cell(cell))
        return found

    def _ids_kept(self) -> bool:
        """Whether the submission still carries the ids of most released cells, so that one that is missing was deleted."""
        ours = {cell.cell_id for cell in self.released if cell.cell_id}
        return bool(ours) and 2 * len(ours & {cell.cell_id for cell in self.student.cells}) > len(ours)

    def _own_code(self, at: dict[int, StudentCell]) -> bool:
        added = any(
            cell.kind == "code" and cell.source.strip()
            for j, cell in enumerate(self.student.cells)
            if j not in self.place and j not in self.dropped
        )
        free = [(i, cell) for i, cell in enumerate(self.released) if not cell.grade_id and cell.kind == "code"]
        gone = not self._ids_kept() and any(i not in at for i, _ in free)
        return added or gone or any(i in at and self._changed(at[i], cell) for i, cell in free)

    # --- what is reported ------------------------------------------------------------------------------------------------------

    def _report_edits(self, cell: NotebookNode, released: ReleasedCell, own: StudentCell) -> None:
        if own.kind != released.kind:
            self._note(RepairCode.retyped_cell, released, f"It had become a {own.kind} cell; it is a {released.kind} cell again.")
        if not released.solution and source_digest(own.source) != released.digest:
            test = bool(cell.metadata.nbgrader.get("grade"))
            code = RepairCode.edited_test if test else RepairCode.edited_text
            self._note(code, released, "Its text was changed; the released one was used.")
        if not own.grader:
            return
        points = cell.metadata.nbgrader.get("points")
        if points is not None and own.grader.get("points") != points:
            self._note(RepairCode.edited_points, released, "Its points were changed; the released ones were used.")
        tags = tuple(cell.metadata.get("tags", ()))
        ours = cell.metadata.get("plnb", {})
        claimed = own.plnb and any(own.plnb.get(key) != ours.get(key) for key in ("role", "standards", "branch"))
        if claimed or (own.tags and own.tags != tags):
            self._note(RepairCode.edited_tags, released, "Its tags were changed; the released ones were used.")

    def _report_moved(self) -> None:
        order = [self.place[j] for j in sorted(self.place) if self.released[self.place[j]].grade_id]
        stay = _longest_rising(order)
        for i in order:
            if i not in stay:
                self._note(RepairCode.moved_cell, self.released[i], "It had been moved; it ran in its own place.")

    def _report_kernel(self) -> None:
        kernel = self.master.metadata.get("kernelspec", {}).get("name", "")
        if self.student.kernel and kernel and self.student.kernel != kernel:
            named = "".join(char if char.isprintable() else "?" for char in self.student.kernel[:40])
            message = f"The notebook named the kernel '{named}'; it ran in '{kernel}'."
            self.repairs.append(Repair(code=RepairCode.edited_kernel, notebook=self.name, message=message))

    def _note(self, code: RepairCode, cell: ReleasedCell, message: str) -> None:
        self.repairs.append(Repair(code=code, notebook=self.name, cell=cell.grade_id or cell.cell_id, message=message))

    @staticmethod
    def _changed(own: StudentCell, released: ReleasedCell) -> bool:
        return source_digest(own.source) != released.digest


def _new_cell(cell: StudentCell, cell_id: str = "") -> NotebookNode:
    made = node(cell_type=cell.kind, metadata=node(), source=cell.source, id=cell_id)
    if cell.kind == "code":
        made.outputs, made.execution_count = [], None
    elif cell.attachments:
        made.attachments = as_node(cell.attachments)
    return made


def _unique_ids(notebook: NotebookNode) -> None:
    """Every cell an id of its own where the format has ids, and none where it has not. Released cells keep theirs."""
    if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
        for cell in notebook.cells:
            cell.pop("id", None)
        return
    seen = {cell.get("id", "") for cell in notebook.cells}
    for number, cell in enumerate(notebook.cells):
        if not _CELL_ID.fullmatch(cell.get("id", "")):
            cell.id = next(name for name in (f"own-{number}{'-' * extra}" for extra in range(50)) if name not in seen)
            seen.add(cell.id)


def _longest_rising(numbers: Sequence[int]) -> set[int]:
    """The members of a longest rising run within `numbers` (all different): what did not move."""
    tails: list[int] = []
    back: dict[int, int | None] = {}
    for number in numbers:
        spot = bisect_left(tails, number)
        back[number] = tails[spot - 1] if spot else None
        tails[spot : spot + 1] = [number]
    kept: set[int] = set()
    last = tails[-1] if tails else None
    while last is not None:
        kept.add(last)
        last = back[last]
    return kept
