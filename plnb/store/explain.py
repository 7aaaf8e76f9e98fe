"""What pydantic found wrong, as a teacher would say it: where, what, and what to do.

Serves the course file and the cells alike; knows no files.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, get_args

from pydantic import ValidationError

from plnb.store.where import Path, at, fields, follow, in_words, members, one, tags

_PATTERNS: Final = {
    r"^[A-Za-z0-9_\-]+$": ("may hold only the letters a to z, digits, `_` and `-`", "Choose another name."),
    r"^[^/\\+\s.][^/\\+]*$": (
        "must be a plain file name: no `/`, `\\` or `+`, no dot or space at its start",
        "Choose another name.",
    ),
    r"^[A-Za-z0-9._@\-]{1,64}$": ("may hold only letters, digits and `.`, `_`, `@`, `-`", "Choose another name."),
    r"^[A-Za-z0-9_\-]+/[A-Za-z0-9_\-]+$": ("must name a fork and one of its options", "Write it as fork/option."),
    r"^[^/]+/[A-Za-z0-9_\-]+$": ("must name an activity and one of its checks", "Write it as activity/grade_id."),
    r"^[A-Za-z_][A-Za-z0-9_]*$": ("must be a name that Python accepts", "Use letters, digits and `_`, and begin with a letter."),
}
"""What each pattern of the core asks for, and the mend. (A test sees to it that none is missing.)"""

_LIST: Final = ("a list", "Begin each entry with a hyphen, on a line of its own.")
_KEYS: Final = ("a set of keys", "Write keys with their values, indented under it.")
_WHOLE: Final = ("a whole number", "Write digits only, such as 3.")
_NUMBER: Final = ("a number", "Write digits only, such as 20 or 0.8.")
_SWITCH: Final = ("true or false", "Choose one of the two.")
_SHAPES: Final = {
    "tuple_type": _LIST,
    "list_type": _LIST,
    "dict_type": _KEYS,
    "model_type": _KEYS,
    "model_attributes_type": _KEYS,
    "string_type": ("text", "Write text."),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": _SWITCH,
    "bool_parsing": _SWITCH,
}

_ABOUT_THE_WHOLE: Final = frozenset({"missing", "union_tag_not_found", "value_error", "step", "condition", "role"})
"""Errors about what stands at the path itself; the others are about one key of it, or one entry."""

_LIMITS: Final = {
    "greater_than": ("gt", "more than {}"),
    "greater_than_equal": ("ge", "{} or more"),
    "less_than": ("lt", "less than {}"),
    "less_than_equal": ("le", "{} or less"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong."""

    path: Path
    """Keys and positions from the top of the data to what is wrong (to what holds it, where a key is missing)."""
    message: str
    """Where, in words, and what: one sentence."""
    mend: str
    """What to do: one sentence."""


@dataclass(frozen=True, slots=True)
class _Said:
    what: str
    mend: str
    about: str = ""
    """The key this is about, so that a missing key and its misspelling are told once."""


def explain(error: ValidationError, kind: object, data: object) -> tuple[Problem, ...]:
    """Every problem, in pydantic's order. `kind` is the type that refused `data`."""
    told: list[tuple[Problem, _Said]] = []
    for detail in error.errors(include_url=False):
        path, inner = follow(kind, detail["loc"])
        if detail["type"] == "missing":
            path, key = path[:-1], str(path[-1])
            level = "Add `at_least:` or `below:`, with a level such as proficient."
            said = _Said(f"the key '{key}' is missing", level if key in ("at_least", "below") else f"Add `{key}:` here.", about=key)
        elif detail["type"] == "extra_forbidden":
            said = _unknown_key(str(path[-1]), path[:-1], kind, detail["loc"], data)
        else:
            said = _value(detail["type"], detail.get("ctx", {}), detail["msg"], path, inner, detail["input"])
        told.append((Problem(path, _sentence(path, said, detail["type"], data), said.mend), said))
    mistyped = {(problem.path[:-1], said.about) for problem, said in told if said.what.startswith("unknown key")}
    return tuple(
        problem for problem, said in told if not (said.what.endswith("is missing") and (problem.path, said.about) in mistyped)
    )


def near(word: str, known: Iterable[str]) -> str:
    """A mend for a misspelt word: `Did you mean 'x'?`, or the words there are."""
    known = list(known)
    close = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.7)
    return f"Did you mean '{close[0]}'?" if close else f"Use one of: {', '.join(known)}."


def _sentence(path: Path, said: _Said, error: str, data: object) -> str:
    """The place in words, then what is wrong, as in `Unit 2 (motion), step 1: unknown key 'standrads'`."""
    inside = path if error in _ABOUT_THE_WHOLE else path[:-2] if path and isinstance(path[-1], int) else path[:-1]
    where = in_words(inside, data)
    whole = f"{where}: {said.what}" if where else said.what
    return whole[0].upper() + whole[1:] + ("" if whole.endswith((".", "?")) else ".")


def _unknown_key(key: str, holder: Path, kind: object, loc: Sequence[str | int], data: object) -> _Said:
    _, model = follow(kind, loc[:-1])
    for part in holder:
        data = at(data, part)
    there = data if isinstance(data, dict) else {}
    free = [name for name in fields(model) if name not in there]
    close = difflib.get_close_matches(key.lower(), free, n=1, cutoff=0.7)
    if close:
        return _Said(f"unknown key '{key}'", f"Did you mean '{close[0]}'?", about=close[0])
    return _Said(f"unknown key '{key}'", f"Take it out; the keys that can stand here are: {', '.join(fields(model)) or 'none'}.")


def _value(error: str, context: dict[str, Any], fallback: str, path: Path, kind: object, given: object) -> _Said:
    name = _name(path)
    match error:
        case "union_tag_invalid":
            known = [word.strip("' ") for word in context["expected_tags"].split(",")]
            what = "policy" if "mastery" in path else f"known {context['discriminator'].strip(chr(39))}"
            return _Said(f"'{context['tag']}' is not a {what}; use one of {', '.join(known)}", near(context["tag"], known))
        case "union_tag_not_found":
            known = [str(tag) for member in members(kind) for tag in tags(member)]
            key = str(context["discriminator"]).strip("'")
            return _Said(f"the key '{key}' is missing", f"Add `{key}:` with one of {', '.join(known)}.", about=key)
        case "enum" | "literal_error":
            words = (
                [str(m.value) for m in kind]
                if isinstance(kind, type) and issubclass(kind, Enum)
                else [str(v) for v in get_args(kind)]
            )
            return _Said(f"{name} is {_shown(given)}, which is not one of {', '.join(words)}", near(str(given), words))
        case "step" | "condition" | "role":
            return _said_by_core(error, fallback, given)
        case "value_error":
            return _Said(str(context.get("error", fallback)), "Change one of the two numbers.")
        case "string_pattern_mismatch":
            what, mend = _PATTERNS.get(context["pattern"], ("is not written as it must be", "Choose another name."))
            return _Said(f"{name} {what}; it is {_shown(given)}", mend)
        case "string_too_short":
            return _Said(f"{name} is empty", "Write something, or take it out.")
        case "string_too_long":
            return _Said(f"{name} is longer than {context['max_length']} letters", "Shorten it.")
        case "too_short":
            return _Said(f"{name} is empty and needs at least one entry", "Add one.")
        case _ if error in _LIMITS:
            key, words_ = _LIMITS[error]
            share = " (A share of 80 % is written 0.8.)" if (error, context[key]) == ("less_than_equal", 1) else ""
            return _Said(
                f"{name} must be {words_.format(_number(context[key]))}, not {_shown(given)}", f"Change the number.{share}"
            )
        case _ if error in _SHAPES:
            return _shape(_SHAPES[error], name, path, given)
    return _Said(f"{name}: {fallback[0].lower()}{fallback[1:]}", "Compare it with the course that `plnb new` makes.")


def _name(path: Path) -> str:
    """What the last step of a path is called: `'minutes'`, `standard 2`."""
    if path and isinstance(path[-1], int):
        return f"{one(str(path[-2])) if len(path) > 1 else 'entry'} {path[-1] + 1}"
    return f"'{path[-1]}'" if path else "this"


def _shape(shape: tuple[str, str], name: str, path: Path, given: object) -> _Said:
    wanted, mend = shape
    if given is None:
        wanted = "a policy, such as {type: streak}" if shape is _KEYS and "mastery" in path else wanted
        return _Said(f"{name} has nothing after it", f"Write {wanted}, or take the key out.")
    if wanted == "text" and isinstance(given, (bool, int, float)):
        mend = f'Put it in quotes: "{_shown(given)}".'
    elif wanted == "a list" and isinstance(given, str):
        mend = f"Put it in brackets: [{given}]."
    elif wanted == "a set of keys" and isinstance(given, str) and "mastery" in path:
        mend = f"Write it as {{type: {given}}}."
    return _Said(f"{name} must be {wanted}, not {_shown(given)}", mend)


def _said_by_core(error: str, message: str, given: object) -> _Said:
    """The unions of the core bring their own sentence; the misspelt key, where there is one, says it better."""
    wanted = {
        "step": ("notebook", "fork"),
        "condition": ("standard", "check", "done", "choice", "all", "any", "not"),
        "role": ("role",),
    }
    if not isinstance(given, dict):
        return _Said(f"a {error} must be a set of keys, not {_shown(given)}", message)
    if error == "role" and "role" in given:
        roles = message.partition(": ")[2].rstrip(".").split(", ")
        return _Said(f"'{given['role']}' is not a role; use one of {', '.join(roles)}", near(str(given["role"]), roles))
    for key in given:
        if close := difflib.get_close_matches(str(key).lower(), wanted[error], n=1, cutoff=0.7):
            return _Said(f"unknown key '{key}'", f"Did you mean '{close[0]}'?", about=close[0])
    if error == "role":
        return _Said("the key 'role' is missing", message, about="role")
    return _Said(message[0].lower() + message[1:], "Add one of these keys.")


def _shown(value: object) -> str:
    """A value as its author wrote it, short."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a set of keys"
    if isinstance(value, (list, tuple)):
        return "a list"
    if value is None:
        return "nothing"
    text = str(value)
    text = text if len(text) <= 40 else text[:37] + "…"
    return f"'{text}'" if isinstance(value, str) else text


def _number(value: float) -> str:
    return f"{value:g}"
