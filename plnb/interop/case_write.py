"""Frameworks, written strictly: a CASE 1.1 package that the official schema finds nothing wrong with.

Identifiers are stable: the publisher's own where there is one, else made from the framework's address and the standard's code, so
writing a framework twice, or on two machines, gives the same standards.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote
from uuid import NAMESPACE_URL, UUID, uuid5

from plnb.core.standards import Alignment, Framework, Standard
from plnb.interop.case_model import (
    UUID_PATTERN,
    Association,
    Item,
    License,
    Link,
    NodeLink,
    Package,
)
from plnb.interop.case_text import CODE_URN, OURS, address, guess_framework, line, short_name, words

_UNKNOWN: Final = "Unknown"


def write_package(framework: Framework, now: datetime) -> str:
    """A CASE 1.1 package (JSON). Reading it gives `published(framework, now)` back.

    `now` (with its time zone) is the date of change where the framework has none of its own.
    """
    return _package(published(framework, now)).model_dump_json(exclude_none=True, indent=2) + "\n"


def published(framework: Framework, now: datetime) -> Framework:
    """The framework with what publishing needs filled in: identifiers, addresses, date. What is there already stays."""
    name = short_name(framework.id)
    uri = _address(framework.uri) or f"urn:plnb:framework:{name}"
    identifier = _guid(framework.identifier) or str(uuid5(NAMESPACE_URL, uri))
    return framework.model_copy(
        update={
            "id": name,
            "title": line(framework.title) or "Untitled framework",
            "creator": line(framework.creator) or _UNKNOWN,
            "uri": uri,
            "identifier": identifier,
            "version": line(framework.version),
            "language": line(framework.language) or "en",
            "subject": tuple(filter(None, map(line, framework.subject))),
            "licence": words(framework.licence),
            "changed": _moment(framework.changed) or _moment(now.isoformat()),
            "standards": tuple(_standards(framework, uri, identifier)),
        }
    )


def _standards(framework: Framework, uri: str, identifier: str) -> Iterator[Standard]:
    base = uri.partition("/CFDocuments/")[0].rstrip("/") if uri.startswith("http") else ""
    namespace = UUID(identifier)
    taken = {identifier}
    again: Counter[str] = Counter()
    for standard in framework.standards:
        guid = _guid(standard.identifier)
        while not guid or guid in taken:
            again[standard.code] += 1
            number = again[standard.code]
            guid = str(uuid5(namespace, standard.code if number == 1 else f"{standard.code}#{number}"))
        taken.add(guid)
        yield standard.model_copy(
            update={
                "statement": words(standard.statement) or line(standard.title) or standard.code,
                "title": line(standard.title),
                "identifier": guid,
                "uri": _address(standard.uri) or (f"{base}/CFItems/{guid}" if base else f"urn:uuid:{guid}"),
                "education_level": tuple(filter(None, map(line, standard.education_level))),
                "kind": line(standard.kind),
                "requires": tuple(dict.fromkeys(standard.requires)),
                "alignments": tuple(dict.fromkeys(map(_alignment, standard.alignments))),
            }
        )


def _alignment(alignment: Alignment) -> Alignment:
    uri = _address(alignment.uri)
    name = short_name(alignment.framework) if line(alignment.framework) else guess_framework(alignment.code, uri)
    return alignment.model_copy(update={"framework": name, "uri": uri})


def _package(framework: Framework) -> Package:
    document = framework.identifier
    known: dict[str, NodeLink] = {}
    for standard in framework.standards:
        link = NodeLink(title=standard.code, identifier=standard.identifier, uri=standard.uri, targetType="CASE")
        known.setdefault(standard.code, link)
    top = NodeLink(title=framework.title, identifier=document, uri=framework.uri, targetType="CASE")
    licence = _licence(framework)
    return Package.model_validate(
        _some(
            CFDocument=_some(
                identifier=document,
                uri=framework.uri,
                caseVersion="1.1",
                creator=framework.creator,
                title=framework.title,
                version=framework.version,
                subject=list(framework.subject),
                language=framework.language,
                licenseURI=licence and Link(title=licence.title, identifier=licence.identifier, uri=licence.uri),
                lastChangeDateTime=framework.changed,
                extensions={OURS: {"id": framework.id}},
            ),
            CFItems=[_item(standard, framework.changed) for standard in framework.standards],
            CFAssociations=list(_associations(framework, known, top)),
            CFDefinitions=licence and {"CFLicenses": [licence]},
        )
    )


def _item(standard: Standard, changed: str) -> Item:
    return Item.model_validate(
        _some(
            identifier=standard.identifier,
            uri=standard.uri,
            fullStatement=standard.statement,
            abbreviatedStatement=standard.title,
            humanCodingScheme=standard.code,
            CFItemType=standard.kind,
            educationLevel=list(standard.education_level),
            lastChangeDateTime=changed,
        )
    )


def _associations(framework: Framework, known: dict[str, NodeLink], top: NodeLink) -> Iterator[Association]:
    namespace = UUID(framework.identifier)
    made: set[str] = set()

    def associate(kind: str, origin: NodeLink, destination: NodeLink, sequence: int | None = None) -> Iterator[Association]:
        guid = str(
            uuid5(namespace, f"{kind} {origin.identifier} {destination.targetType} {destination.identifier} {destination.uri}")
        )
        if guid in made:
            return
        made.add(guid)
        yield Association.model_validate(
            _some(
                identifier=guid,
                uri=f"urn:uuid:{guid}",
                associationType=kind,
                sequenceNumber=sequence,
                originNodeURI=origin,
                destinationNodeURI=destination,
                lastChangeDateTime=framework.changed,
            )
        )

    for number, standard in enumerate(framework.standards, start=1):
        here = NodeLink(title=standard.code, identifier=standard.identifier, uri=standard.uri, targetType="CASE")
        parent = top if standard.parent is None else known.get(standard.parent) or _by_code(standard.parent)
        yield from associate("isChildOf", here, parent, number)
        for code in standard.requires:
            yield from associate("precedes", known.get(code) or _by_code(code), here)
        for alignment in standard.alignments:
            yield from associate(alignment.relation.value, here, _foreign(alignment))


def alignment_link(standard: Standard, alignment: Alignment, now: datetime) -> dict[str, object]:
    """One alignment as an association (JSON) that can stand in the package that `standard` was read from.

    Its identifier is made from what it says, so the same said on two machines is the same text but for the date.
    """
    uri = standard.uri or f"urn:uuid:{standard.identifier}"
    there = _foreign(_alignment(alignment))
    said = f"{alignment.relation.value} {standard.identifier or uri} {there.targetType} {there.identifier} {there.uri}"
    guid = str(uuid5(NAMESPACE_URL, said))
    origin = NodeLink(title=standard.code, identifier=standard.identifier or uri, uri=uri, targetType="CASE")
    made = Association(
        identifier=guid,
        uri=f"urn:uuid:{guid}",
        associationType=alignment.relation.value,
        originNodeURI=origin,
        destinationNodeURI=there,
        lastChangeDateTime=_moment(now.isoformat()),
    )
    return made.model_dump(mode="json", exclude_none=True)


def _by_code(code: str) -> NodeLink:
    """A standard of another framework of the course, known by its code alone."""
    return NodeLink(title=code, identifier=code, uri=CODE_URN + quote(code, safe=""), targetType="ext:plnb")


def _foreign(alignment: Alignment) -> NodeLink:
    return NodeLink(
        title=alignment.code,
        identifier=alignment.code,
        uri=alignment.uri or CODE_URN + quote(alignment.code, safe=""),
        targetType=f"ext:{alignment.framework}",
    )


def _licence(framework: Framework) -> License | None:
    if not framework.licence:
        return None
    guid = str(uuid5(UUID(framework.identifier), "licence"))
    title = line(framework.licence)
    return License(
        identifier=guid,
        uri=f"urn:uuid:{guid}",
        title=title if len(title) <= 80 else title[:79] + "…",
        licenseText=framework.licence,
        lastChangeDateTime=framework.changed,
    )


def _some(**values: object) -> dict[str, object]:
    """The values that say something; CASE leaves the others out."""
    return {key: value for key, value in values.items() if value}


def _guid(identifier: str) -> str:
    guid = identifier.strip().lower()
    return guid if re.match(UUID_PATTERN, guid) else ""


def _address(uri: str) -> str:
    """An address with its odd characters escaped; empty where it is none."""
    front, mark, fragment = uri.strip().partition("#")
    safe = "/:?~+!$,;'@()*&="
    escaped = quote(front, safe=f"%{safe}") + mark + quote(fragment, safe=f"%{safe}")
    return address(re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", escaped))


def _moment(text: str) -> str:
    """A date, or date and time, as CASE wants it; empty where it is none."""
    try:
        moment = datetime.fromisoformat(text.strip())
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError):
        return ""
