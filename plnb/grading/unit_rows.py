"""What nbgrader's gradebook is told of a released unit.

Apart from `gradebook`, because grading a class never needs it and nbgrader's steps are slow to import.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Assignment, Gradebook
from nbgrader.preprocessors import SaveCells
from nbgrader.utils import is_grade, is_locked, is_solution, is_task

from plnb.errors import NotebookError


class _SaveCells(SaveCells):  # type: ignore[misc]
    """nbgrader's own step, into a gradebook that is already open."""

    def into(self, gradebook: Gradebook, unit: str, name: str, master: NotebookNode) -> None:
        self.gradebook, self.assignment_id, self.notebook_id = gradebook, unit, name
        self.new_grade_cells: dict[str, Any] = {}
        self.new_solution_cells: dict[str, Any] = {}
        self.new_task_cells: dict[str, Any] = {}
        self.new_source_cells: dict[str, Any] = {}
        for index, cell in enumerate(master.cells):
            self.preprocess_cell(cell, {}, index)
        self._create_notebook(master)


def save_unit(gradebook: Gradebook, unit: str, masters: Mapping[str, NotebookNode]) -> None:
    """Tell the gradebook of a released unit, as nbgrader's generate step does, in one transaction.

    nbgrader keeps notebooks and cells as they are once there are submissions: NotebookError then, and nothing is changed.
    """
    session = gradebook.db()
    session.commit = session.flush  # nbgrader commits after every cell
    try:
        gradebook.update_or_create_assignment(unit)
        assignment = gradebook.find_assignment(unit)
        refuse_changes(assignment, masters)
        for gone in {notebook.name for notebook in assignment.notebooks} - masters.keys():
            gradebook.remove_notebook(gone, unit)
        for name, master in masters.items():
            _SaveCells().into(gradebook, unit, name, master)
        del session.commit
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.__dict__.pop("commit", None)


def refuse_changes(assignment: Assignment, masters: Mapping[str, NotebookNode]) -> None:
    """Raise NotebookError where a unit that students have handed in would get other notebooks or cells than nbgrader has of it."""
    if not assignment.submissions:
        return
    mend = f"Undo that change. (Only if its grades may be lost: nbgrader db assignment remove {assignment.name} --force)"
    before = {notebook.name: notebook for notebook in assignment.notebooks}
    for name in sorted(before.keys() ^ masters.keys()):
        what = "taken out" if name in before else "added"
        message = f"The notebook '{name}' was {what}, and students have already handed in this unit."
        raise NotebookError(message, place=assignment.name, mend=mend)
    for name, master in masters.items():
        now = {cell.metadata.nbgrader["grade_id"] for cell in master.cells if _known(cell)}
        changed = sorted(now ^ {cell.name for cell in before[name].source_cells})
        if changed and before[name].submissions:
            message = f"Cells were added or taken out ({', '.join(changed)}), and students have already handed in this unit."
            raise NotebookError(message, place=f"{assignment.name}/{name}.ipynb", mend=mend)


def _known(cell: NotebookNode) -> bool:
    return bool(is_grade(cell) or is_solution(cell) or is_locked(cell) or is_task(cell))
