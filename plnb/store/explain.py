"""What pydantic found wrong, as a teacher would say it: where, what, and what to do.

Follows an error's location through the *types* (which tells union tags from keys, and knows the keys that would have been right)
and through the *data* (which knows the ids people call things by). Serves the course file and the cells alike; knows no files.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, Tag, ValidationError

Path = tuple[str | int, ...]

_PATTERNS: Final = {
    r"^[A-Za-z0-9_\-]+$": "may hold only the letters a to z, digits, `_` and `-`",
    r"^[^/\\+\s.][^/\\+]*$": "must be a plain file name: no `/`, `\\` or `+`, and no dot or space at its start",
    r"^[A-Za-z0-9._@\-]{1,64}$": "may hold only letters, digits and `.`, `_`, `@`, `-`",
    r"^[A-Za-z0-9_\-]+/[A-Za-z0-9_\-]+$": "must name a fork and one of its options, as `fork/option`",
    r"^[^/]+/[A-Za-z0-9_\-]+$": "must name an activity and one of its checks, as `activity/grade_id`",
    r"^[A-Za-z_][A-Za-z0-9_]*$": "must be a name that Python accepts",
}
"""What each pattern of the core asks for. (A test sees to it that none is missing.)"""

_SHAPES: Final = {
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a set of keys",
    "model_type": "a set of keys",
    "model_attributes_type": "a set of keys",
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
}

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
        path, inner = _follow(kind, detail["loc"])
        if detail["type"] == "missing":
            path, key = path[:-1], str(path[-1])
            said = _Said(f"the key '{key}' is missing", f"Add `{key}:` here.", about=key)
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
    close = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return f"Did you mean '{close[0]}'?" if close else f"Use one of: {', '.join(known)}."


# --- where -----------------------------------------------------------------------------------------------------------------------


def _follow(kind: object, loc: Sequence[str | int]) -> tuple[Path, object]:
    """A location without its union tags, and the type it leads to."""
    path: list[str | int] = []
    for part in loc:
        kind = _bare(kind)
        members = _members(kind)
        if members:
            kind = next((member for member in members if part in _tags(member)), object)
            continue
        path.append(part)
        kind = _inside(kind, part)
    return tuple(path), _bare(kind)


def _bare(kind: object) -> object:
    """A type without `Annotated` and without `| None`."""
    while True:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        elif get_origin(kind) in (Union, UnionType) and len(_members(kind)) == 1:
            kind = _members(kind)[0]
        else:
            return kind


def _members(kind: object) -> list[object]:
    return [m for m in get_args(kind) if m is not NoneType] if get_origin(kind) in (Union, UnionType) else []


def _tags(member: object) -> set[object]:
    """What a union calls this member in a location: its `Tag`, or the value its discriminating field must have."""
    if get_origin(member) is Annotated:
        inner, *notes = get_args(member)
        return {note.tag for note in notes if isinstance(note, Tag)} or _tags(inner)
    return {
        value
        for field in _fields(member).values()
        if get_origin(field.annotation) is Literal
        for value in get_args(field.annotation)
    }


def _fields(kind: object) -> dict[str, Any]:
    """A model's fields by the names an author writes."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {field.alias or name: field for name, field in kind.model_fields.items()}
    return {}


def _inside(kind: object, part: str | int) -> object:
    if field := _fields(kind).get(str(part)):
        annotation: object = field.annotation
        return annotation
    if get_origin(kind) is tuple:
        return get_args(kind)[0]
    if get_origin(kind) is dict:
        return get_args(kind)[1]
    return object


def _sentence(path: Path, said: _Said, error: str, data: object) -> str:
    """The place in words, then what is wrong, as in `Unit 2 (motion), step 1: unknown key 'standrads'`."""
    holder = path if error == "missing" or not path or isinstance(path[-1], int) else path[:-1]
    where = _place_in_words(holder, data)
    whole = f"{where}: {said.what}" if where else said.what
    return whole[0].upper() + whole[1:] + ("" if whole.endswith((".", "?")) else ".")


def _place_in_words(path: Path, data: object) -> str:
    words: list[str] = []
    for part in path:
        data = _at(data, part)
        if isinstance(part, int):
            name = words.pop() if words else "item"
            called = (
                next((data[key] for key in ("id", "notebook", "fork") if isinstance(data.get(key), str)), "")
                if isinstance(data, dict)
                else ""
            )
            words.append(f"{name.removesuffix('s')} {part + 1}" + (f" ({called})" if called and len(called) <= 64 else ""))
        else:
            words.append(str(part))
    return ", ".join(words)


def _at(data: object, part: str | int) -> object:
    if isinstance(data, dict):
        return data.get(part)
    if isinstance(data, (list, tuple)) and isinstance(part, int) and part < len(data):
        item: object = data[part]
        return item
    return None


# --- what ------------------------------------------------------------------------------------------------------------------------


def _unknown_key(key: str, holder: Path, kind: object, loc: Sequence[str | int], data: object) -> _Said:
    _, model = _follow(kind, loc[:-1])
    for part in holder:
        data = _at(data, part)
    there = data if isinstance(data, dict) else {}
    free = [name for name in _fields(model) if name not in there]
    close = difflib.get_close_matches(key.lower(), free, n=1, cutoff=0.6)
    if close:
        return _Said(f"unknown key '{key}'", f"Did you mean '{close[0]}'?", about=close[0])
    return _Said(f"unknown key '{key}'", f"Take it out; the keys that can stand here are: {', '.join(_fields(model)) or 'none'}.")


def _value(error: str, context: dict[str, Any], fallback: str, path: Path, kind: object, given: object) -> _Said:
    name = f"'{path[-1]}'" if path and not isinstance(path[-1], int) else "this"
    match error:
        case "union_tag_invalid":
            known = [word.strip("' ") for word in context["expected_tags"].split(",")]
            what = "policy" if "mastery" in path else f"known {context['discriminator'].strip(chr(39))}"
            return _Said(f"'{context['tag']}' is not a {what}; use one of {', '.join(known)}", near(context["tag"], known))
        case "union_tag_not_found":
            known = [str(tag) for member in _members(kind) for tag in _tags(member)]
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
            return _Said(
                f"{name} {_PATTERNS.get(context['pattern'], 'is not written as it must be')}; it is {_shown(given)}",
                "Choose another name.",
            )
        case "string_too_short":
            return _Said(f"{name} is empty", "Write something, or take it out.")
        case "string_too_long":
            return _Said(f"{name} is longer than {context['max_length']} letters", "Shorten it.")
        case "too_short":
            return _Said(f"{name} is empty and needs at least one entry", "Add one.")
        case _ if error in _LIMITS:
            key, words_ = _LIMITS[error]
            return _Said(f"{name} must be {words_.format(_number(context[key]))}, not {_shown(given)}", "Change the number.")
        case _ if error in _SHAPES:
            return _shape(_SHAPES[error], name, path, given)
    return _Said(f"{name}: {fallback[0].lower()}{fallback[1:]}", "Compare it with the course that `plnb new` makes.")


def _shape(wanted: str, name: str, path: Path, given: object) -> _Said:
    if given is None:
        return _Said(f"{name} has nothing after it", f"Write {wanted}, or take the key out.")
    mend = f"Write {wanted}."
    if wanted == "text":
        written = str(given).lower() if isinstance(given, bool) else str(given)
        mend = f'Put it in quotes: "{written}".' if isinstance(given, (bool, int, float)) else mend
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
        if close := difflib.get_close_matches(str(key).lower(), wanted[error], n=1, cutoff=0.6):
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
