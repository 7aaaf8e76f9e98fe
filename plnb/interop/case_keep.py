"""What a CASE package says beyond what a course needs (notes, keywords, rubrics, extensions), kept where it is written anew.

What stands in CASE 1.1's own places stays there; keys that CASE does not know go into `extensions`, where it wants them. What fits
nowhere is named, so that nobody finds out later. Pure.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from plnb.core.standards import Framework, Relation
from plnb.interop.case_end import End
from plnb.interop.case_model import Association, Definitions, Document, Item, Package, Rubric
from plnb.interop.case_read import parse
from plnb.interop.case_text import line

_OURS: Final = frozenset({"CFPackageURI", "CFDocumentURI"})
"""Where the publisher's server kept the parts: made anew, or of no use in a package."""

_READ: Final[dict[type[BaseModel], frozenset[str]]] = {
    Document: frozenset({"creator", "title", "version", "subject", "language", "licenseURI", "caseVersion"}),
    Item: frozenset({"fullStatement", "abbreviatedStatement", "humanCodingScheme", "CFItemType", "educationLevel"}),
}
"""What we read ourselves: where it is not written, it said nothing."""

_TREE: Final = frozenset({"ischildof", "precedes"})
_RELATIONS: Final = frozenset(relation.value.casefold() for relation in Relation)


def keep_rest(text: str, framework: Framework, source: str | bytes) -> tuple[str, tuple[str, ...]]:
    """The package `text`, made of the `framework` that was read from `source`, with the rest of what the source says.

    The second are the names of what could not be kept, such as `CFItems.statusStartDate`. Reading gives the same framework.
    """
    lost: Counter[str] = Counter()
    try:
        made = _kept(json.loads(text), framework, parse(source, ""), lost)
    except RecursionError:
        return text, ("what is nested too deeply",)
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n", tuple(sorted(lost))


def _kept(made: dict[str, Any], framework: Framework, raw: dict[str, Any], lost: Counter[str]) -> dict[str, Any]:
    made["CFDocument"] = _merged(Document, made["CFDocument"], _inner(raw.get("CFDocument"), "CFDocument"), "CFDocument", lost)
    theirs: dict[str, dict[str, Any]] = {}
    for each in _objects(raw.get("CFItems"), "CFItem"):
        theirs.setdefault(line(each.get("identifier")).casefold(), each)
    theirs.pop("", None)
    items = made.get("CFItems", [])
    for place, standard in enumerate(framework.standards):
        if rest := theirs.get(standard.identifier.casefold()):
            items[place] = _merged(Item, items[place], rest, "CFItems", lost)
    _keep_associations(made, raw, {each["identifier"] for each in items}, lost)
    _keep_definitions(made, raw.get("CFDefinitions"), lost)
    rubrics = [each for each in _objects(raw.get("CFRubrics"), "CFRubric") if _fits(Rubric, each, "CFRubrics", lost)]
    if rubrics:
        made["CFRubrics"] = rubrics
    beyond = {key: value for key, value in raw.items() if key not in Package.model_fields and _says(value)}
    extensions = {**_sound(beyond, "", lost), **_sound(_dict(raw.get("extensions")), "extensions.", lost)}
    if extensions:
        made["extensions"] = extensions
    return made


def _merged(kind: type[BaseModel], made: dict[str, Any], theirs: dict[str, Any], where: str, lost: Counter[str]) -> dict[str, Any]:
    """Our part of a package, with what theirs says besides."""
    rest = {
        key: _without_nulls(value)
        for key, value in theirs.items()
        if key not in made and key not in _OURS and key not in _READ[kind] and key != "extensions" and _says(value)
    }
    changed = theirs.get("lastChangeDateTime")
    if kind is Item and _says(changed) and changed != made["lastChangeDateTime"]:
        rest["lastChangeDateTime"] = changed
    rest = _sound(rest, f"{where}.", lost)
    extensions = {key: value for key, value in rest.items() if key not in kind.model_fields}
    extensions |= _sound(_dict(theirs.get("extensions")), f"{where}.extensions.", lost) | _dict(made.get("extensions"))
    own = {key: value for key, value in rest.items() if key in kind.model_fields}
    for key in _wrong(kind, {**made, **own}) if own else ():
        own.pop(key, None)
        lost[f"{where}.{key}"] += 1
    whole = {**made, **own}
    return {**whole, "extensions": extensions} if extensions else whole


def _keep_associations(made: dict[str, Any], raw: dict[str, Any], items: set[str], lost: Counter[str]) -> None:
    """Those of kinds that a course has no use for, and relations between two items of the package."""
    known = {each["identifier"] for each in made.get("CFAssociations", [])}
    for each in _objects(raw.get("CFAssociations"), "CFAssociation"):
        kind = line(each.get("associationType")).replace(" ", "").casefold()
        if kind in _TREE or line(each.get("identifier")) in known or (kind in _RELATIONS and not _inside(each, items)):
            continue
        whole = {key: value for key, value in each.items() if key not in _OURS}
        if _fits(Association, whole, "CFAssociations", lost):
            made.setdefault("CFAssociations", []).append(whole)


def _inside(association: dict[str, Any], items: set[str]) -> bool:
    ends = [End.of(association, side) for side in ("origin", "destination")]
    return all(end.identifier.casefold() in items and not end.foreign for end in ends)


def _keep_definitions(made: dict[str, Any], theirs: object, lost: Counter[str]) -> None:
    ours: dict[str, Any] = made.get("CFDefinitions", {})
    written = {each["identifier"] for each in ours.get("CFLicenses", [])}
    # The document's own licence is read, and written anew under an identifier of ours.
    for key, value in _dict(theirs).items():
        if key == "extensions":
            if kept := _sound(_dict(value), "CFDefinitions.extensions.", lost):
                ours[key] = kept
            continue
        for each in _objects(value, ""):
            if line(each.get("identifier")) in written:
                continue
            if key in Definitions.model_fields and not _wrong(Definitions, {key: [each]}) and _sound({key: each}, "", lost):
                ours.setdefault(key, []).append(each)
            else:
                lost[f"CFDefinitions.{key}"] += 1
    if ours:
        made["CFDefinitions"] = ours


# --- small things ----------------------------------------------------------------------------------------------------------------


def _fits(kind: type[BaseModel], value: dict[str, Any], where: str, lost: Counter[str]) -> bool:
    if _wrong(kind, value) or not _sound({where: value}, "", Counter()):
        lost[where] += 1
        return False
    return True


def _wrong(kind: type[BaseModel], value: dict[str, Any]) -> list[str]:
    """The keys that CASE 1.1 does not want as they are."""
    try:
        kind.model_validate(value)
    except ValidationError as error:
        return sorted({str(each["loc"][0]) if each["loc"] else "" for each in error.errors(include_url=False, include_input=False)})
    return []


def _sound(values: dict[str, Any], where: str, lost: Counter[str]) -> dict[str, Any]:
    """Those that can be written as JSON: no half characters, no `NaN`."""
    kept = {}
    for key, value in values.items():
        try:
            json.dumps({key: value}, ensure_ascii=False, allow_nan=False).encode()
            kept[key] = value
        except (ValueError, RecursionError):
            lost[where + key.encode("utf-8", "replace").decode()] += 1
    return kept


def _objects(value: object, wrapper: str) -> Iterator[dict[str, Any]]:
    """The objects of a list, unwrapped and without nulls."""
    for each in value if isinstance(value, list) else ():
        if isinstance(each, dict):
            yield _without_nulls(_inner(each, wrapper))


def _inner(value: object, wrapper: str) -> dict[str, Any]:
    whole = _dict(value)
    inner = whole.get(wrapper)
    return inner if isinstance(inner, dict) else whole


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _says(value: object) -> bool:
    return value not in (None, "", [], {})


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value
