"""A student's process and a checker, forked from one real nursery: what the tests of checking outside talk to."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from plnb.engine.checker import Checked, Checker, Setting, Task
from plnb.engine.desk import Desk
from plnb.engine.nodes import node
from plnb.engine.nursery import nursery_for, small_environment
from plnb.engine.outputs import Outputs
from plnb.engine.sandbox import Box, Tier

MODULES = ("numpy", "pandas")


class Pair:
    """One student's process, one checker."""

    def __init__(self, desk: Desk, checker: Checker) -> None:
        self.desk = desk
        self.checker = checker

    def check(self, source: str, *, before: Sequence[str] = (), known: Sequence[str] | None = None, seconds: float = 20) -> Checked:
        task = Task(source, 1, tuple(before), None if known is None else tuple(known))
        return self.checker.check(task, self.desk, seconds)


def bound(source: str) -> tuple[str, ...]:
    """Names that a student's code binds at its top level."""
    tree = ast.parse(source)
    names = {part.id for part in ast.walk(tree) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    names |= {part.name for part in tree.body if isinstance(part, ast.FunctionDef | ast.ClassDef)}
    return tuple(sorted(names))


@contextmanager
def pair(
    student: str, folder: Path, *, theirs: Sequence[str] | None = None, shared: Sequence[str] = (), tier: Tier = Tier.none
) -> Iterator[Pair]:
    """A student's process in which `student` has run, and a checker beside it."""
    nursery = nursery_for(MODULES, tier)
    setting = Setting(bound(student) if theirs is None else tuple(theirs), tuple(shared))
    with ExitStack() as stack:
        boxes = [folder / "desk", folder / "check"]
        for box in boxes:
            box.mkdir(exist_ok=True)
        desk = stack.enter_context(nursery.desk(Box(folder=boxes[0]), env=small_environment(), cwd=boxes[0]))
        desk.ready(30)
        outputs = Outputs([node(cell_type="code", outputs=[])], budget_bytes=100_000)
        outputs.begin(0)
        desk.run(student, seconds=20, outputs=outputs, count=1)
        child = stack.enter_context(nursery.checker(Box(folder=boxes[1]), env=small_environment()))
        yield Pair(desk, Checker(child.channel, setting))
