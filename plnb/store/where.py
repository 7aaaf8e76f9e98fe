"""Where a pydantic error points: through the types, which tells union tags from keys, and through the data, which knows names.

Knows no error and no sentence; see `explain`.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, Tag

Path = tuple[str | int, ...]
"""Keys and positions, from the top of the data."""


def follow(kind: object, loc: Sequence[str | int]) -> tuple[Path, object]:
    """A location without its union tags, and the type it leads to."""
    path: list[str | int] = []
    for part in loc:
        kind = _bare(kind)
        choices = members(kind)
        if choices:
            kind = next((member for member in choices if part in tags(member)), object)
            continue
        path.append(part)
        kind = _inside(kind, part)
    return tuple(path), _bare(kind)


def _bare(kind: object) -> object:
    """A type without `Annotated` and without `| None`."""
    while True:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        elif get_origin(kind) in (Union, UnionType) and len(members(kind)) == 1:
            kind = members(kind)[0]
        else:
            return kind


def members(kind: object) -> list[object]:
    """The members of a union, without None; empty for any other type."""
    return [m for m in get_args(kind) if m is not NoneType] if get_origin(kind) in (Union, UnionType) else []


def tags(member: object) -> set[object]:
    """What a union calls this member in a location: its `Tag`, or the value its discriminating field must have."""
    if get_origin(member) is Annotated:
        inner, *notes = get_args(member)
        return {note.tag for note in notes if isinstance(note, Tag)} or tags(inner)
    return {
        value
        for field in fields(member).values()
        if get_origin(field.annotation) is Literal
        for value in get_args(field.annotation)
    }


def fields(kind: object) -> dict[str, Any]:
    """A model's fields by the names an author writes."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {field.alias or name: field for name, field in kind.model_fields.items()}
    return {}


def _inside(kind: object, part: str | int) -> object:
    if field := fields(kind).get(str(part)):
        annotation: object = field.annotation
        return annotation
    if get_origin(kind) is tuple:
        return get_args(kind)[0]
    if get_origin(kind) is dict:
        return get_args(kind)[1]
    return object


def in_words(path: Path, data: object) -> str:
    """A path as people say it: `unit 2 (motion), step 1`."""
    words: list[str] = []
    for part in path:
        data = at(data, part)
        if isinstance(part, int):
            name = words.pop() if words else "entry"
            words.append(f"{one(name)} {part + 1}{_called(data)}")
        else:
            words.append(str(part))
    return ", ".join(words)


def one(name: str) -> str:
    """A list's name for one of its entries: `steps` -> `step`."""
    return name.removesuffix("s")


def _called(data: object) -> str:
    """The name an author knows something by: ` (motion)`."""
    if isinstance(data, dict):
        for key in ("id", "notebook", "fork", "code"):
            if isinstance(name := data.get(key), str) and 0 < len(name) <= 64:
                return f" ({name})"
    return ""


def at(data: object, part: str | int) -> object:
    """What lies one step further in; None where nothing does."""
    if isinstance(data, dict):
        return data.get(part)
    if isinstance(data, (list, tuple)) and isinstance(part, int) and part < len(data):
        item: object = data[part]
        return item
    return None
