"""Tripwires for checks that have to run in the student's process: assertions that must fail there.

One that passes means that the process does not do what Python does; a person should look. They never change a score: who knows of
them can step over them. Pure, but for the desk that is asked.
"""

from __future__ import annotations

import ast
import secrets
from typing import Final

from plnb.engine.desk import Desk
from plnb.engine.nodes import node
from plnb.engine.outputs import Outputs
from plnb.engine.runs import CellStatus

_SECONDS: Final = 5.0


def nonce_canary() -> tuple[str, str]:
    """An assertion that fails with a word nobody can know before, and the word."""
    word = secrets.token_hex(8)
    return f"assert False, {word!r}", word


def negative_twin(source: str) -> tuple[str, str] | None:
    """The first `assert … == …` of a check, turned so that no honest answer passes; and the word it fails with."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for statement in tree.body:
        match statement:
            case ast.Assert(test=ast.Compare(left=left, ops=[ast.Eq()])) if not isinstance(left, ast.Constant):
                word = secrets.token_hex(8)
                return f"assert ({ast.unparse(left)}) == {word!r}, {word!r}", word
    return None


def holds(desk: Desk, canary: tuple[str, str]) -> bool:
    """Whether an assertion fails, as it must; another error than its own will do. Raises DeskLostError as any cell does."""
    source, word = canary
    outputs = Outputs([node(cell_type="code", outputs=[])], budget_bytes=10_000)
    outputs.begin(0)
    end = desk.run(source, seconds=_SECONDS, outputs=outputs, count=0)
    if end.status is CellStatus.timed_out:
        return True  # a slow machine, or slow code: no sign of anything
    return end.status is CellStatus.error and (end.ename != "AssertionError" or end.evalue.strip() == word)
