"""Files that are not what they should be, by accident or on purpose."""

from __future__ import annotations

import gzip
import json
import os
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

from tests.hostile.courses import FULL, RIGHT
from tests.hostile.entry import Entry, Family, Flag, HandIn, entry_maker

_entry = entry_maker(Family.malformed)
_FULL = FULL["basics"]


def _refused(name: str, tries: str, edit: Callable[[HandIn], object], **more: Any) -> Entry:
    """Nothing in it can be graded; a person is told, and nobody else is touched."""
    return _entry(
        name, tries, "refused with a reason; the batch goes on", edit=edit, answers=RIGHT, flag=Flag.yes, graded=False, **more
    )


def _graded(name: str, tries: str, edit: Callable[[HandIn], object], **more: Any) -> Entry:
    """It is odd, and what can be understood is graded."""
    return _entry(name, tries, "read as far as it can be understood", edit=edit, **{"answers": RIGHT, "scores": _FULL, **more})


def _raw(make: Callable[[HandIn], bytes]) -> Callable[[HandIn], None]:
    def edit(hand: HandIn) -> None:
        hand.raw = make(hand)

    return edit


def instead(make: Callable[[HandIn], object]) -> Callable[[HandIn], None]:
    """Something else than a file where the notebook should be."""

    def edit(hand: HandIn) -> None:
        hand.written = False
        make(hand)

    return edit


def beside(make: Callable[[HandIn], object]) -> Callable[[HandIn], None]:
    def edit(hand: HandIn) -> None:
        make(hand)

    return edit


def lone_surrogates(hand: HandIn) -> None:
    hand.cell("why")["source"] = "half a face: \ud83d and a null: \x00"
    hand.raw = json.dumps(hand.book).encode()


def worksheets(hand: HandIn) -> bytes:
    return json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": []}]}).encode()


def minor_versions(hand: HandIn) -> None:
    hand.book["nbformat_minor"] = 99
    hand.book["extra"] = {"key": 1}
    for cell in hand.cells:
        cell["also"] = "x"


def lists_of_lines(hand: HandIn) -> None:
    for cell in hand.cells:
        cell["source"] = [*cell["source"].splitlines(keepends=True), ""]


def odd_cells(hand: HandIn) -> None:
    odd: list[Any] = [None, 5, "x", [], {}, {"cell_type": "code"}, {"cell_type": "heading", "source": "x"}, {"source": 7}]
    hand.cells[0:0] = odd
    hand.cells.extend(odd)


def duplicate_ids(hand: HandIn) -> None:
    for cell in hand.cells:
        cell["id"] = "a"


def sneaky_names(hand: HandIn) -> None:
    for name in ("new\nline.txt", "öçé☃.txt", "quote\"'<b>.txt", "-rf", "$(touch x)", "x" * 200, " ", "..x", "\udcff.bin"):
        (hand.folder / name).write_bytes(b"x")


def zip_bomb(hand: HandIn) -> None:
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("big", b"\0" * 50_000_000)
    hand.file("work.zip", held.getvalue())


def many_small_files(hand: HandIn) -> None:
    for number in range(1500):
        hand.file(f"deep/{number % 30}/{number}.txt", "x")


def deep_folders(hand: HandIn) -> None:
    hand.file("/".join(["d"] * 120) + "/x.txt", "x")


def big_file(hand: HandIn) -> None:
    with (hand.folder / "video.mp4").open("wb") as file:
        file.truncate(3_000_000_000)


ENTRIES = (
    _refused("empty", "0 bytes", _raw(lambda hand: b"")),
    _refused("blank", "only blanks", _raw(lambda hand: b" \n\n  ")),
    _refused("torn", "the first half of a file", _raw(lambda hand: hand.text()[: len(hand.text()) // 2])),
    _refused("not-json", "a picture with the name of a notebook", _raw(lambda hand: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)),
    _refused("not-utf8", "another encoding", _raw(lambda hand: hand.text().decode().replace("mean", "mëan").encode("utf-16"))),
    _refused("a-list", "JSON that is no notebook", _raw(lambda hand: b"[1, 2, 3]")),
    _refused("a-number", "JSON that is one number", _raw(lambda hand: b"1e999")),
    _refused(
        "no-cells",
        "a notebook whose cells are a number",
        _raw(lambda hand: b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 5}'),
    ),
    _refused("version-3", "nbformat 3", _raw(worksheets)),
    _refused("version-2", "nbformat 2", _raw(lambda hand: worksheets(hand).replace(b'"nbformat": 3', b'"nbformat": 2'))),
    _refused(
        "version-huge",
        "a format version of 5000 digits",
        _raw(lambda hand: b'{"nbformat": ' + b"4" * 5000 + b', "metadata": {}, "cells": []}'),
    ),
    _refused("deep-nesting", "brackets a million deep", _raw(lambda hand: b"[" * 1_000_000)),
    _refused(
        "deep-objects",
        "objects nested deeper than any reader goes",
        _raw(lambda hand: b'{"cells": [], "a":' + b'{"a":' * 200_000 + b"1" + b"}" * 200_001),
    ),
    _refused("too-large", "a file larger than a notebook can be", _raw(lambda hand: hand.text() + b" " * 21_000_000)),
    _refused("gzip", "a compressed notebook", _raw(lambda hand: gzip.compress(hand.text()))),
    _refused(
        "a-link",
        "a link to another student's notebook",
        instead(lambda hand: os.symlink("../../victim/basics/basics.ipynb", hand.path)),
    ),
    _refused("a-device-link", "a link to a device without end", instead(lambda hand: os.symlink("/dev/zero", hand.path))),
    _refused("a-pipe", "a pipe with the name of a notebook", instead(lambda hand: os.mkfifo(hand.path))),
    _refused("a-folder", "a folder with the name of a notebook", instead(lambda hand: (hand.path / "x").mkdir(parents=True))),
    _refused("nothing", "no notebook at all", instead(lambda hand: hand.file("readme.txt", "I could not upload it"))),
    _refused(
        "too-many-cells", "a hundred thousand cells", lambda hand: hand.cells.extend([{"cell_type": "raw", "source": ""}] * 100_000)
    ),
    _graded("byte-order-mark", "a byte order mark in front", _raw(lambda hand: b"\xef\xbb\xbf" + hand.text()), flag=Flag.no),
    _graded("lone-surrogates", "halves of characters, and a null", lone_surrogates, flag=Flag.no),
    _graded("minor-99", "a newer minor version with keys nobody knows", minor_versions, flag=Flag.no),
    _graded("lists-of-lines", "sources as lists of lines", lists_of_lines, flag=Flag.no),
    _graded("odd-cells", "cells that are none, between those that are", odd_cells),
    _graded("duplicate-ids", "the same cell id everywhere", duplicate_ids, flag=Flag.no),
    _graded("sneaky-names", "files with names that trip programs up", sneaky_names),
    _graded("zip-bomb", "an archive that unpacks to a thousand times its size", zip_bomb),
    _graded("many-small-files", "1500 files", many_small_files),
    _graded("deep-folders", "folders a hundred deep", deep_folders),
    _graded("big-file", "a file of three gigabytes beside the notebook", big_file),
    _graded(
        "linked-others",
        "links, pipes and sockets beside the notebook",
        beside(lambda hand: (os.symlink("/", hand.folder / "root"), os.mkfifo(hand.folder / "pipe"))),
    ),
    _graded(
        "looping-links",
        "links that lead to each other",
        beside(
            lambda hand: (
                os.symlink("b", hand.folder / "a"),
                os.symlink("a", hand.folder / "b"),
                os.symlink(".", hand.folder / "here"),
            )
        ),
    ),
    _graded(
        "nul-in-source",
        "a null byte in code",
        lambda hand: None,
        answers={**RIGHT, "best": "best = 'list'\x00"},
        scores={**_FULL, "best_check": 0},
    ),
    _graded(
        "syntax-error",
        "an answer that is no Python",
        lambda hand: None,
        answers={**RIGHT, "best": "best = = 'list'"},
        scores={**_FULL, "best_check": 0},
        flag=Flag.no,
    ),
)

BAD_FOLDERS = ("new\nline", "<b>bold</b>", "x" * 100, "-rf", "öä", "a b", "$(id)", "a+b*")
"""Names of students' folders that no student can have: each holds a hand-in that must not stop anybody else's."""
