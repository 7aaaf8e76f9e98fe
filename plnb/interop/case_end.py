"""The ends of a CASE association, in the several ways tools write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from plnb.core.standards import Alignment, Relation
from plnb.interop.case_text import CODE_URN, MAX_CODE, address, guess_framework, line, words

_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True)
class End:
    """One end of an association."""

    identifier: str = ""
    uri: str = ""
    title: str = ""
    target: str = ""

    @classmethod
    def of(cls, raw: dict[str, Any], side: str) -> End:
        """The end on this `side`; CASE 1.0 tools also give the identifier apart, or nothing but an address."""
        node = raw.get(f"{side}NodeURI")
        apart = line(raw.get(f"{side}NodeIdentifier"))
        if not isinstance(node, dict):
            return cls(identifier=apart, uri=words(node))
        return cls(
            identifier=line(node.get("identifier")) or apart,
            uri=words(node.get("uri")),
            title=line(node.get("title")),
            target=line(node.get("targetType")),
        )

    @property
    def foreign(self) -> bool:
        """It says itself that it is outside CASE."""
        return self.target.startswith("ext:")

    @property
    def key(self) -> str:
        """What it is found by."""
        return self.identifier or self.uri

    @property
    def code(self) -> str:
        """The code, where this end is known by its code alone (as we write the standards of a course's other frameworks)."""
        return unquote(self.uri.removeprefix(CODE_URN)) if self.uri.startswith(CODE_URN) else ""

    def alignment(self, relation: Relation) -> Iterable[Alignment]:
        """The foreign standard at this end; nothing where it has no name at all."""
        named = self.identifier if self.identifier and not _GUID.fullmatch(self.identifier) else ""
        code = (named or self.title or self.identifier or self.uri)[:MAX_CODE].strip()
        if code:
            target = self.target.removeprefix("ext:") if self.foreign else ""
            uri = "" if self.uri.startswith(CODE_URN) else address(self.uri)
            yield Alignment(relation=relation, framework=target or guess_framework(code, uri), code=code, uri=uri)
