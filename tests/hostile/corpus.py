"""The whole corpus."""

from __future__ import annotations

from tests.hostile import content, forging, honest, malformed, mischief, network, reading, resources, structure
from tests.hostile.entry import Entry

ENTRIES: tuple[Entry, ...] = (
    *forging.ENTRIES,
    *structure.ENTRIES,
    *reading.ENTRIES,
    *mischief.ENTRIES,
    *network.ENTRIES,
    *resources.ENTRIES,
    *malformed.ENTRIES,
    *content.ENTRIES,
    *honest.ENTRIES,
)
