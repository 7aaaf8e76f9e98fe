"""What Python's own words and signs do to a thing: what a proxy may have done to its object, and what it must judge by itself.

The agent does it, a proxy offers it, and neither knows how the other gets there.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

from plnb.engine.crossing_writing import plain_inside

MOST_TEXT: Final = 100_000
"""Characters of a text about an object."""

ARITHMETIC: Final = (
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor", "lshift", "rshift",
)  # fmt: skip
"""Operators of two things, each with its reflected form."""

ABILITIES: Final = frozenset(
    f"__{name}__"
    for name in (
        *("call", "len", "iter", "next", "reversed", "getitem", "setitem", "delitem", "enter", "exit"),
        *("float", "int", "complex", "index", "round", "abs", "neg", "pos", "invert", "divmod", "bytes"),
        *ARITHMETIC,
        *(f"r{name}" for name in ARITHMETIC),
    )
)
"""What an object can be asked to do by Python's own words and signs; a proxy can do what its object can."""

JUDGEMENTS: Final = frozenset(f"__{name}__" for name in ("eq", "ne", "lt", "le", "gt", "ge", "bool", "contains"))
"""What an object could decide for a check. It is said which of these a class has, and none of them is ever asked."""

DO: Final[dict[str, Callable[..., Any]]] = {
    "getattr": getattr,
    "setattr": setattr,
    "delattr": delattr,
    "getitem": operator.getitem,
    "setitem": operator.setitem,
    "delitem": operator.delitem,
    "len": len,
    "iter": iter,
    "next": next,
    "reversed": reversed,
    "dir": dir,
    "truth": bool,
    "enter": lambda thing: type(thing).__enter__(thing),
    "exit": lambda thing, *error: type(thing).__exit__(thing, *error),
    "str": lambda thing: str(thing)[:MOST_TEXT],
    "repr": lambda thing: repr(thing)[:MOST_TEXT],
    "format": lambda thing, spec: format(thing, spec)[:MOST_TEXT],
    "bytes": bytes,
    "float": float,
    "int": int,
    "complex": complex,
    "index": operator.index,
    "round": round,
    "abs": abs,
    "neg": operator.neg,
    "pos": operator.pos,
    "invert": operator.invert,
    "divmod": divmod,
    **{name: getattr(operator, f"{name}_" if name in ("and", "or") else name) for name in ARITHMETIC},
    "plain": plain_inside,
}
"""What a proxy may have done to its object. Comparing, containing and testing are not among them."""
