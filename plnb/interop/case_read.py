"""CASE packages, read leniently: whatever a publisher's tool wrote that can be understood, is.

Understood: versions 1.0 and 1.1, nulls, extra keys, resources wrapped in their own name, identifiers that are no UUIDs, links given
as bare addresses, items without a code, associations to items that are not there. What had to be forgiven is said in findings.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final

from plnb.core.findings import Finding, Severity
from plnb.core.standards import Alignment, Framework, Relation, Standard
from plnb.errors import FrameworkError
from plnb.interop.case_end import End
from plnb.interop.case_text import MAX_CODE, OURS, address, line, short_name, words

_LAST: Final = float("inf")
_RELATIONS: Final = {relation.value.casefold(): relation for relation in Relation}
_BOTH_WAYS: Final = frozenset({Relation.exact_match, Relation.related, Relation.peer})


def read_package(text: str | bytes, place: str = "") -> Framework:
    """The framework in a CASE package. Raises FrameworkError where the text is no such thing."""
    return read_with_findings(text, place)[0]


def read_with_findings(text: str | bytes, place: str) -> tuple[Framework, tuple[Finding, ...]]:
    """The framework, and what had to be forgiven or will trouble a course."""
    reader = _Reader(parse(text, place), place)
    return reader.framework(), tuple(reader.findings)


def parse(text: str | bytes, place: str) -> dict[str, Any]:
    """The package as JSON, unwrapped. Raises FrameworkError."""
    mend = "Export the framework again as a CASE package (CFPackage, JSON)."
    if not text.strip():
        raise FrameworkError("This framework is an empty file.", place=place, mend=mend)
    try:
        raw = json.loads(text.removeprefix("\ufeff") if isinstance(text, str) else text)
    except json.JSONDecodeError as error:
        raise FrameworkError("This framework is not valid JSON.", place=f"{place}:{error.lineno}", mend=mend) from None
    except (ValueError, RecursionError):
        raise FrameworkError("This framework is not valid JSON.", place=place, mend=mend) from None
    if isinstance(raw, dict) and isinstance(raw.get("CFPackage"), dict):
        raw = raw["CFPackage"]
    if isinstance(raw, dict) and "CFDocuments" in raw:
        raise FrameworkError(
            "This is a list of frameworks, not one.", place=place, mend="Download the CFPackage of the framework you want."
        )
    if not isinstance(raw, dict) or not ({"CFDocument", "CFItems"} & raw.keys()):
        raise FrameworkError("This is JSON, but not a CASE package: it has no CFDocument.", place=place, mend=mend)
    return raw


def _entries(value: object) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects in what should be a list of them, with their places."""
    for index, entry in enumerate(value if isinstance(value, list) else ()):
        if isinstance(entry, dict):
            yield index, entry


def _strings(value: object) -> tuple[str, ...]:
    values = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(text for text in map(line, values) if text)


@dataclass(eq=False)
class _Item:
    """A standard in the making."""

    standard: Standard
    place: int
    parent: _Item | None = None
    outside_parent: str = ""
    under: tuple[float, int] = (_LAST, sys.maxsize)
    """Where it stands among its siblings."""
    requires: list[str] = field(default_factory=list)
    alignments: list[Alignment] = field(default_factory=list)


class _Reader:
    def __init__(self, raw: dict[str, Any], place: str) -> None:
        self.raw, self.place = raw, place
        self.findings: list[Finding] = []
        document = raw.get("CFDocument")
        if isinstance(document, dict) and isinstance(document.get("CFDocument"), dict):
            document = document["CFDocument"]
        self.document: dict[str, Any] = document if isinstance(document, dict) else {}
        self.items: list[_Item] = []
        self.by_key: dict[str, _Item] = {}

    def framework(self) -> Framework:
        self._read_items()
        self._read_associations()
        self._break_parent_circles()
        ours = self._our_name()
        items = self.items if ours else list(self._in_tree_order())
        self._check_circles()
        title = line(self.document.get("title")) or "Untitled framework"
        return Framework(
            id=short_name(ours or title.lower()),
            title=title,
            creator=line(self.document.get("creator")),
            uri=address(self.document.get("uri")),
            identifier=line(self.document.get("identifier")),
            version=line(self.document.get("version")),
            language=line(self.document.get("language")) or "en",
            subject=_strings(self.document.get("subject")),
            licence=self._licence(),
            changed=line(self.document.get("lastChangeDateTime")),
            standards=tuple(self._finished(item) for item in items),
        )

    # --- items

    def _read_items(self) -> None:
        unnamed = nothing = 0
        for place, raw in _entries(self.raw.get("CFItems")):
            raw = raw["CFItem"] if isinstance(raw.get("CFItem"), dict) else raw
            identifier = line(raw.get("identifier"))
            statement = words(raw.get("fullStatement")) or words(raw.get("abbreviatedStatement"))
            code = line(raw.get("humanCodingScheme"))
            unnamed += not code
            code = (code or line(raw.get("abbreviatedStatement")) or identifier)[:MAX_CODE].strip()
            if not code or identifier.casefold() in self.by_key:
                nothing += 1
                continue
            standard = Standard(
                code=code,
                statement=statement or code,
                title=line(raw.get("abbreviatedStatement")),
                identifier=identifier,
                uri=address(raw.get("uri")),
                education_level=_strings(raw.get("educationLevel")),
                kind=line(raw.get("CFItemType")),
            )
            item = _Item(standard, place)
            self.items.append(item)
            for key in filter(None, (words(raw.get("uri")), identifier)):
                self.by_key.setdefault(key.casefold(), item)
        self._refuse_if_hollow()
        self._note_items(unnamed, nothing)

    def _refuse_if_hollow(self) -> None:
        """A framework may be empty; a package with nothing but nulls in it is no framework."""
        listed = self.raw.get("CFItems")
        named = line(self.document.get("title")) or line(self.document.get("identifier"))
        if not self.items and (listed or not named):
            raise FrameworkError(
                "None of its items has a code, a text or an identifier."
                if listed
                else "This CASE package holds nothing but empty places.",
                place=self.place,
                mend="Export the framework again, with its items.",
            )

    def _note_items(self, unnamed: int, nothing: int) -> None:
        if not self.items:
            self._note("case-empty", Severity.warning, "This framework holds no standards.", "Check that the export was complete.")
        if unnamed:
            what = f"Items without a code (humanCodingScheme): {unnamed}. Their short text or identifier stands in for it."
            self._note("case-no-code", Severity.advice, what, "Tag cells with the codes that `plnb standards search` shows.")
        if nothing:
            what = f"Items that are empty or there twice, and were left out: {nothing}."
            self._note("case-item-left-out", Severity.advice, what, "Nothing to do, unless you miss a standard.")
        for code, count in Counter(item.standard.code for item in self.items).items():
            if count > 1:
                what = f"The code {code} stands for {count} items; a cell tagged with it means the first."
                mend = "Give each item a code of its own, if you can edit the framework."
                self._note("case-code-twice", Severity.warning, what, mend)

    def _finished(self, item: _Item) -> Standard:
        return item.standard.model_copy(
            update={
                "parent": item.parent.standard.code if item.parent else item.outside_parent or None,
                "requires": tuple(dict.fromkeys(item.requires)),
                "alignments": tuple(dict.fromkeys(item.alignments)),
            }
        )

    # --- associations

    def _read_associations(self) -> None:
        lost = 0
        for place, raw in _entries(self.raw.get("CFAssociations")):
            raw = raw["CFAssociation"] if isinstance(raw.get("CFAssociation"), dict) else raw
            kind = line(raw.get("associationType")).replace(" ", "").casefold()
            origin, destination = End.of(raw, "origin"), End.of(raw, "destination")
            here, there = self._find(origin), self._find(destination)
            relation = _RELATIONS.get(kind)
            if kind == "ischildof":
                lost += not self._child(here, there, destination, (_sequence(raw), place))
            elif kind == "precedes":
                before = here.standard.code if here else origin.code
                if there and before:
                    there.requires.append(before)
                lost += not (there and before)
            elif relation and here and not there:
                here.alignments.extend(destination.alignment(relation))
            elif relation in _BOTH_WAYS and there and not here:
                there.alignments.extend(origin.alignment(relation))
        if lost:
            what = f"Associations with items that are not in this framework, which were left out: {lost}."
            self._note("case-unknown-node", Severity.advice, what, "Nothing to do, unless you miss a prerequisite.")

    def _child(self, child: _Item | None, parent: _Item | None, end: End, place: tuple[float, int]) -> bool:
        """A standard may stand in several groups; ours has one: the first."""
        if child is None:
            return False
        top = end.key.casefold() in {words(self.document.get(name)).casefold() for name in ("identifier", "uri")}
        if parent is None and not top and not end.code:
            return False
        if place < child.under and parent is not child:
            child.parent, child.outside_parent, child.under = parent, "" if parent or top else end.code, place
        return True

    def _find(self, end: End) -> _Item | None:
        """The item at an end. Tools that give no identifier give its address."""
        return None if end.foreign else self.by_key.get((end.identifier or end.uri).casefold())

    # --- order and circles

    def _in_tree_order(self) -> Iterator[_Item]:
        """Groups before their members and members by sequence, as the publisher shows them; exports are in any order."""
        members: dict[int, list[_Item]] = defaultdict(list)
        for item in self.items:
            members[id(item.parent)].append(item)
        for group in members.values():
            group.sort(key=lambda item: (item.under[0], item.place))
        waiting = members[id(None)][::-1]
        while waiting:
            item = waiting.pop()
            yield item
            waiting.extend(reversed(members[id(item)]))

    def _break_parent_circles(self) -> None:
        """A group inside itself has no top to show it under."""
        safe: set[int] = set()
        for item in self.items:
            chain: dict[int, _Item] = {}
            here: _Item | None = item
            while here is not None and id(here) not in safe:
                if id(here) in chain:
                    what = f"{here.standard.code} is a part of itself; its group was left out."
                    self._note("case-circle", Severity.warning, what, "Take one `isChildOf` out of the circle.")
                    here.parent = None
                    break
                chain[id(here)] = here
                here = here.parent
            safe.update(chain)

    def _check_circles(self) -> None:
        try:
            TopologicalSorter({item.standard.code: item.requires for item in self.items}).prepare()
        except CycleError as error:
            circle = " → ".join(error.args[1])
            self._note(
                "case-circle",
                Severity.error,
                f"Prerequisites run in a circle: {circle}.",
                "Take one `precedes` out of the circle; nobody could ever begin.",
            )

    # --- the document

    def _our_name(self) -> str:
        extensions = self.document.get("extensions")
        ours = extensions.get(OURS) if isinstance(extensions, dict) else None
        return line(ours.get("id")) if isinstance(ours, dict) else ""

    def _licence(self) -> str:
        link = self.document.get("licenseURI")
        if not isinstance(link, dict):
            return words(link)
        definitions = self.raw.get("CFDefinitions")
        for _, licence in _entries(definitions.get("CFLicenses") if isinstance(definitions, dict) else None):
            if line(licence.get("identifier")).casefold() == line(link.get("identifier")).casefold():
                return words(licence.get("licenseText")) or line(licence.get("title"))
        return line(link.get("title")) or words(link.get("uri"))

    def _note(self, code: str, severity: Severity, message: str, mend: str) -> None:
        self.findings.append(Finding(code=code, severity=severity, message=message, place=self.place, mend=mend))


def _sequence(raw: dict[str, Any]) -> float:
    """Place among siblings; those that give none stand last."""
    number = raw.get("sequenceNumber")
    try:
        return float(int(number)) if isinstance(number, (int, float, str)) else _LAST
    except (ValueError, OverflowError):
        return _LAST
