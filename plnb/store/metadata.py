"""The `plnb` key of a cell: raw JSON in, a typed `CellMeta` out, and back.

Every version of the format is known here and nowhere else: a newer one is refused, an older one goes through `_UPGRADES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import ConfigDict, TypeAdapter, ValidationError

from plnb.core.cells import CELL_SCHEMA_VERSION, CellMeta
from plnb.errors import CellMetadataError
from plnb.store.explain import explain
from plnb.store.versions import Upgrade, to_version

CellMetaAdapter: Final[TypeAdapter[CellMeta]] = TypeAdapter(CellMeta, config=ConfigDict(defer_build=True))

_UPGRADES: Final[Mapping[int, Upgrade]] = {}
"""Version n -> what turns a key of version n into one of version n + 1."""


def read_cell_meta(raw: object) -> CellMeta:
    """The meaning of a cell's `plnb` key.

    Raises CellMetadataError or FormatTooNewError; the caller knows which cell it was.
    """
    if not isinstance(raw, dict):
        raise CellMetadataError(
            "The `plnb` key must be a set of keys, with a role.", mend='Write for example {"schema_version": 1, "role": "explain"}.'
        )
    data = to_version(raw, CELL_SCHEMA_VERSION, _UPGRADES, error=CellMetadataError)
    try:
        return CellMetaAdapter.validate_python(data)
    except ValidationError as error:
        first, *more = explain(error, CellMeta, data)
        rest = f" (And {len(more)} more in this cell.)" if more else ""
        raise CellMetadataError(first.message, mend=first.mend + rest) from None


def write_cell_meta(meta: CellMeta) -> dict[str, object]:
    """A cell's `plnb` key: version and role first, then what differs from the defaults."""
    return {
        "schema_version": meta.schema_version,
        "role": meta.role,
        **meta.model_dump(mode="json", exclude_defaults=True),
    }
