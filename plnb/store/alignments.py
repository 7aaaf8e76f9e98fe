"""Alignments written into the files of a course's frameworks: one small edit of YAML or of a CASE package; the rest stays.

As with `course.yaml`, what was meant is checked by reading the new text; where it says anything else, nothing is written.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from plnb.core.standards import Alignment, Framework, Standard
from plnb.core.standards_file import AlignedEntry
from plnb.errors import FrameworkError, InputError, ReadOnlyError, StaleError
from plnb.interop.case_edit import put_alignment, take_alignment
from plnb.store.files import write_whole
from plnb.store.frameworks import read_bytes
from plnb.store.standards_file import alignment_of, is_yaml, read_framework, read_standards_yaml
from plnb.store.yaml_edit import Unspliceable, delete_item, delete_key, insert_item, set_value

_KEY = "aligned"


def change_alignments(file: Path, standard: Standard, *, take: tuple[Alignment, ...] = (), put: Alignment | None = None) -> None:
    """Take alignments of a standard out of the framework in `file`, and put one in. `standard` is as it was read from there.

    Raises StaleError where the file says something else of the standard by now, FrameworkError where it cannot be changed without
    writing it anew, ReadOnlyError where it cannot be written. Then nothing has changed.
    """
    raw = read_bytes(file)
    before = read_framework(raw, file.name)
    if standard not in before.standards:
        raise _stale(file)
    wanted = tuple(each for each in standard.alignments if each not in take) + (() if put is None else (put,))
    try:
        text = raw.decode("utf-8-sig")
        changed = _in_yaml(text, before, standard, take, put) if is_yaml(file.name) else _in_case(text, standard, take, put)
        after = read_framework(changed.encode(), file.name)
    except (Unspliceable, LookupError, ValueError, StopIteration, InputError) as error:
        raise _by_hand(file) from error
    if not _as_meant(after, before, standard, wanted):
        raise _by_hand(file)
    _write(file, ("\ufeff" if raw.startswith(b"\xef\xbb\xbf") else "") + changed, raw)


def _in_case(text: str, standard: Standard, take: tuple[Alignment, ...], put: Alignment | None) -> str:
    for each in take:
        text = take_alignment(text, standard, each)
    return text if put is None else put_alignment(text, standard, put, datetime.now(UTC))


def _in_yaml(text: str, framework: Framework, standard: Standard, take: tuple[Alignment, ...], put: Alignment | None) -> str:
    path = ("standards", framework.standards.index(standard), _KEY)
    for each in take:
        entries = _entries(text, path)
        at = next(place for place, entry in enumerate(entries) if alignment_of(AlignedEntry.model_validate(entry)) == each)
        text = delete_key(text, path) if len(entries) == 1 else delete_item(text, path, at)
    if put is None:
        return text
    entries, entry = _entries(text, path), _entry(put)
    try:
        return insert_item(text, path, len(entries), entry)
    except Unspliceable:  # the standard is written on one line
        return set_value(text, path, [*entries, entry])


def _entries(text: str, path: tuple[str | int, ...]) -> list[object]:
    """What stands under `aligned`, as it is written."""
    data: object = read_standards_yaml(text.encode(), "").data
    for part in path[:-1]:
        data = data[part]  # type: ignore[index]
    assert isinstance(data, dict)
    return list(data.get(_KEY) or ())


def _entry(alignment: Alignment) -> dict[str, str]:
    """An alignment as a teacher would write it."""
    entry = {"code": alignment.code, "relation": alignment.relation.value, "framework": alignment.framework}
    return {**entry, "uri": alignment.uri} if alignment.uri else entry


def _as_meant(after: Framework, before: Framework, standard: Standard, wanted: tuple[Alignment, ...]) -> bool:
    """Whether nothing differs but the alignments of a standard, which are the wanted ones; their order says nothing."""
    if after.model_copy(update={"standards": before.standards}) != before or len(after.standards) != len(before.standards):
        return False
    return all(
        set(new.alignments) == set(wanted) and new.model_copy(update={"alignments": old.alignments}) == old
        if old == standard
        else new == old
        for new, old in zip(after.standards, before.standards, strict=True)
    )


def _by_hand(file: Path) -> FrameworkError:
    return FrameworkError(
        "This part of the file is written in a way that cannot be changed from here without writing it anew.",
        place=str(file),
        mend="Change it there, or bring the framework in again with plnb standards import.",
    )


def _stale(file: Path) -> StaleError:
    return StaleError(
        "The file was changed by somebody else just now, so nothing was changed here.", place=str(file), mend="Do it again."
    )


def _write(file: Path, text: str, before: bytes) -> None:
    try:
        if file.read_bytes() != before:
            raise _stale(file)
        write_whole(file, text)
    except OSError as error:
        raise ReadOnlyError(
            f"The file cannot be written ({error.strerror}).", place=str(file), mend="Check who may write in its folder."
        ) from None
