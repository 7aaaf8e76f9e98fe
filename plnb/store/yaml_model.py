"""From what a YAML text says to the type it should be, or one sentence about the first thing that is wrong, with its line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import ValidationError

from plnb.core.base import Model
from plnb.errors import InputError
from plnb.store.explain import explain
from plnb.store.versions import KEY, Upgrade, to_version
from plnb.store.yaml_text import Yaml

_Kind = TypeVar("_Kind", bound=Model)


def typed(
    text: Yaml, kind: type[_Kind], version: int, upgrades: Mapping[int, Upgrade], *, raised: type[InputError], place: str
) -> _Kind:
    """The text as a `kind`, an older version brought to `version`. Raises FormatTooNewError, or `raised` with the line."""
    if not isinstance(text.data, dict):
        raise raised(
            "The file does not begin with keys such as `schema_version:` and `title:`.",
            place=f"{place}:{text.line(())}",
            mend="Compare it with the example in docs/reference/formats.md.",
        )
    data = to_version(text.data, version, upgrades, error=raised, place=f"{place}:{text.line((KEY,))}")
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        problems = explain(error, kind, data)
        first = min(problems, key=lambda problem: text.line(problem.path))
        others = len(problems) - 1
        rest = f" ({others} more {'problem' if others == 1 else 'problems'} in this file.)" if others else ""
        raise raised(first.message, place=f"{place}:{text.line(first.path)}", mend=first.mend + rest) from None
