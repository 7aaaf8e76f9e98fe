"""A submission as it lies on disk, read without trusting it: regular files only, with limits, and notebooks as far as they can be
understood. Knows the released cells' ids for telling which notebook is which, and nothing of points or answers.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal

from plnb.errors import NotebookError
from plnb.grading.manifest import ReleasedNotebook
from plnb.grading.repairs import Repair, RepairCode

STUDENT_ID: Final = re.compile(r"[A-Za-z0-9._@-]{1,64}")
MAX_NOTEBOOK_BYTES: Final = 20_000_000
MAX_FILE_BYTES: Final = 20_000_000
MAX_TOTAL_BYTES: Final = 100_000_000
MAX_FILES: Final = 1_000
MAX_CELLS: Final = 2_000
TIMESTAMP_FILE: Final = "timestamp.txt"
NOT_WORK: Final = frozenset({TIMESTAMP_FILE, "course.json"})
"""Files that lie beside a student's and are not theirs."""

_KINDS: Final = ("code", "markdown", "raw")
_MOST_TOLD: Final = 20  # files of a kind
_MEND: Final = "Ask the student to hand in again, or look at the file yourself."


@dataclass(frozen=True, slots=True)
class Submission:
    """What a student handed in for one unit: bytes by relative path."""

    files: Mapping[str, bytes]
    repairs: tuple[Repair, ...]
    """Files that were left out, and why."""
    newest: datetime
    """Newest change among the files."""

    @property
    def digest(self) -> str:
        """Hash of the work itself: the same files are the same submission, whenever they were handed in."""
        whole = sha256()
        for name in sorted(self.files):
            if name != TIMESTAMP_FILE:
                whole.update(name.encode("utf-8", "surrogatepass") + b"\0" + sha256(self.files[name]).digest())
        return whole.hexdigest()

    @property
    def notebooks(self) -> dict[str, bytes]:
        """Notebooks at the top of the folder, by name."""
        return {name[: -len(".ipynb")]: raw for name, raw in self.files.items() if name.endswith(".ipynb") and "/" not in name}

    @property
    def others(self) -> dict[str, bytes]:
        """Everything else."""
        return {name: raw for name, raw in self.files.items() if not (name.endswith(".ipynb") and "/" not in name)}


@dataclass(frozen=True, slots=True)
class StudentCell:
    """A cell of a submitted notebook. Claims, all of it."""

    kind: Literal["code", "markdown", "raw"]
    source: str
    cell_id: str = ""
    grade_id: str = ""
    grader: Mapping[str, Any] = field(default_factory=dict)
    plnb: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    attachments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StudentNotebook:
    """A submitted notebook."""

    cells: tuple[StudentCell, ...]
    kernel: str = ""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Options the student says were chosen, by fork."""
    repairs: tuple[tuple[RepairCode, str], ...] = ()
    """What reading had to put right."""


def read_submission(folder: Path, *, ignore: Iterable[str] = ()) -> Submission:
    """Read every regular file of a submission. Links, devices and files over the limits are left out and reported."""
    files: dict[str, bytes] = {}
    left_out: list[str] = []
    newest, total = 0.0, 0
    for path, name in _walk(folder, tuple(ignore)):
        limit = MAX_NOTEBOOK_BYTES if name.endswith(".ipynb") else MAX_FILE_BYTES
        try:
            if len(files) >= MAX_FILES:
                raise _LeftOutError("the submission has too many files")
            files[name], changed = _read_regular(path, limit, MAX_TOTAL_BYTES - total)
            newest = max(newest, changed)
            total += len(files[name])
        except _LeftOutError as error:
            left_out.append(f"The file '{_shown(name)}' was left out: {error}.")
        except OSError:
            left_out.append(f"The file '{_shown(name)}' was left out: it cannot be read.")
    return Submission(files=files, repairs=tuple(_skipped(left_out)), newest=datetime.fromtimestamp(newest, UTC))


def parse_notebook(raw: bytes) -> StudentNotebook:
    """Understand a submitted notebook as far as possible. Raises NotebookError, with a reason for the teacher, where it is none."""
    if not raw.strip():
        raise NotebookError("The file is empty.", mend=_MEND)
    repairs: list[tuple[RepairCode, str]] = []
    if raw.startswith(b"\xef\xbb\xbf"):
        repairs.append((RepairCode.byte_order_mark, "The file began with a byte order mark; it was read without."))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotebookError("The file is not UTF-8 text.", mend=_MEND) from None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise NotebookError("The file is not JSON: it may have been cut off on its way.", mend=_MEND) from None
    if not isinstance(document, dict) or not isinstance(document.get("cells"), list):
        older = isinstance(document, dict) and isinstance(document.get("worksheets"), list)
        raise NotebookError(
            "The notebook has a format before version 4." if older else "The file is JSON, but not a notebook.", mend=_MEND
        )
    if not isinstance(document.get("nbformat"), int) or document["nbformat"] != 4:
        raise NotebookError("The notebook does not have format version 4.", mend=_MEND)
    if len(document["cells"]) > MAX_CELLS:
        raise NotebookError(f"The notebook has more than {MAX_CELLS} cells.", mend=_MEND)
    cells = tuple(_cell(cell) for cell in document["cells"] if isinstance(cell, dict))
    if any(cell.source != _clean(cell.source) for cell in cells):
        repairs.append((RepairCode.broken_text, "Halves of characters that no file can hold were replaced."))
        cells = tuple(_cleaned(cell) for cell in cells)
    metadata = _dict(document.get("metadata"))
    return StudentNotebook(
        cells=cells,
        kernel=_text(_dict(metadata.get("kernelspec")).get("name")),
        choices=_choices(_dict(metadata.get("plnb")).get("choices")),
        repairs=tuple(repairs),
    )


def match_notebooks(
    expected: Iterable[ReleasedNotebook], handed_in: Mapping[str, bytes]
) -> tuple[dict[str, str], tuple[Repair, ...]]:
    """Which file is which notebook: expected name -> submitted name. A file under another name is known by the ids of its cells."""
    expected = tuple(expected)
    matched = {nb.name: nb.name for nb in expected if nb.name in handed_in}
    spare = {name: set[str]() for name in sorted(handed_in) if name not in matched}
    if len(matched) < len(expected):
        spare = {name: _ids(handed_in[name]) for name in spare}
    repairs: list[Repair] = []
    for nb in expected:
        if nb.name in matched or not spare:
            continue
        own = {cell.grade_id for cell in nb.cells if cell.grade_id} or {cell.cell_id for cell in nb.cells if cell.cell_id}
        shares = sorted(((len(own & ids) / max(len(own), 1), name) for name, ids in spare.items()), reverse=True)
        best, name = shares[0]
        if best > 0.5 and (len(shares) == 1 or shares[1][0] < best):
            matched[nb.name] = name
            del spare[name]
            message = f"It was handed in as '{_shown(name)}.ipynb' and known by its cells."
            repairs.append(Repair(code=RepairCode.renamed_notebook, notebook=nb.name, message=message))
    repairs += [
        Repair(code=RepairCode.extra_notebook, message=f"The notebook '{_shown(name)}' is not part of the unit; it was not graded.")
        for name in list(spare)[:_MOST_TOLD]
    ]
    return matched, tuple(repairs)


# --- files -----------------------------------------------------------------------------------------------------------------------


class _LeftOutError(Exception):
    """Why a file is not read."""


def _walk(folder: Path, ignore: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    """Files below a folder and their relative names, in order; links are given as they are, never followed."""
    waiting = [(folder, "")]
    while waiting:
        here, prefix = waiting.pop()
        with os.scandir(here) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                name = prefix + entry.name
                if any(fnmatch(entry.name, pattern) for pattern in ignore):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((Path(entry.path), f"{name}/"))
                else:
                    yield Path(entry.path), name


def not_copied(names: Sequence[str]) -> Repair:
    """What is said of files that were there for the run and are not stored a second time."""
    some = ", ".join(f"'{_shown(name)}'" for name in names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    what = "A large file was" if len(names) == 1 else f"{len(names)} large files were"
    return Repair(code=RepairCode.large_file, message=f"{what} used and not copied, submitted/ keeps the original: {some}.")


def _skipped(sentences: Sequence[str]) -> Iterator[Repair]:
    """One repair a file; of very many the first ones, for they are kept and shown."""
    for sentence in sentences[:_MOST_TOLD]:
        yield Repair(code=RepairCode.skipped_file, message=sentence)
    if more := len(sentences[_MOST_TOLD:]):
        yield Repair(code=RepairCode.skipped_file, message=f"And {more} more files were left out.")


def _read_regular(path: Path, limit: int, left: int) -> tuple[bytes, float]:
    """Bytes and time of change of a regular file. Looked at after opening, so nothing can be swapped in between."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    if path.is_symlink():
        raise _LeftOutError("it is a link")
    with open(os.open(path, flags), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise _LeftOutError("it is not a regular file")
        if status.st_size > limit:
            raise _LeftOutError(f"it is larger than {limit // 1_000_000} MB")
        data = file.read(min(limit, left) + 1)
    if len(data) > min(limit, left):
        raise _LeftOutError("the submission is too large")
    return data, status.st_mtime


def _shown(name: str) -> str:
    """A student's file name as part of a sentence."""
    return "".join(char if char.isprintable() else "?" for char in name)[:100]


# --- cells -----------------------------------------------------------------------------------------------------------------------


def _cell(raw: dict[str, Any]) -> StudentCell:
    metadata = _dict(raw.get("metadata"))
    grader = _dict(metadata.get("nbgrader"))
    tags = metadata.get("tags")
    kind = raw.get("cell_type")
    return StudentCell(
        kind=kind if kind in _KINDS else "raw",
        source=_text(raw.get("source")),
        cell_id=_text(raw.get("id")),
        grade_id=_text(grader.get("grade_id")),
        grader=grader,
        plnb=_dict(metadata.get("plnb")),
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        attachments=_attachments(raw.get("attachments")),
    )


def _attachments(raw: object) -> dict[str, dict[str, str]]:
    """Pictures pasted into a text answer, as far as they are what nbformat allows."""
    return {
        name: {mime: data for mime, data in bundle.items() if isinstance(data, str)}
        for name, bundle in _dict(raw).items()
        if isinstance(bundle, dict)
    }


def _choices(raw: object) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for fork, options in _dict(raw).items():
        given = [options] if isinstance(options, str) else options if isinstance(options, list) else []
        found[fork] = tuple(dict.fromkeys(option for option in given if isinstance(option, str)))
    return found


def _ids(raw: bytes) -> set[str]:
    """Every id in a notebook; none where it cannot be read."""
    try:
        notebook = parse_notebook(raw)
    except NotebookError:
        return set()
    return {cell.grade_id for cell in notebook.cells} | {cell.cell_id for cell in notebook.cells}


def _cleaned(cell: StudentCell) -> StudentCell:
    return StudentCell(
        kind=cell.kind,
        source=_clean(cell.source),
        cell_id=_clean(cell.cell_id),
        grade_id=_clean(cell.grade_id),
        grader=cell.grader,
        plnb=cell.plnb,
        tags=cell.tags,
        attachments=cell.attachments,
    )


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""
