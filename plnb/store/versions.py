"""Versions of our formats: a newer one is refused with the mend, an older one goes step by step to ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from plnb.errors import FormatTooNewError, InputError

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]
"""Turns data of one version into data of the next."""

KEY: Final = "schema_version"


def to_version(
    data: dict[str, Any], known: int, upgrades: Mapping[int, Upgrade], *, error: type[InputError], place: str = ""
) -> dict[str, Any]:
    """Data brought to version `known`. Data that names no version is taken for `known`: the types say whether it must name one.

    Raises FormatTooNewError for a newer version, and `error` for something that is no version.
    """
    version = data.get(KEY, known)
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise error(f"'{KEY}' must be the number {known}.", place=place, mend=f"Write {KEY}: {known}.")
    if version > known:
        raise FormatTooNewError(
            f"This was written by a newer plnb (format {version}; this one reads up to {known}).",
            place=place,
            mend="Upgrade plnb: pip install --upgrade plnb",
        )
    while version < known:
        data = {**upgrades[version](data), KEY: version + 1}
        version += 1
    return data
