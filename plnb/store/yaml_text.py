"""YAML with line numbers: text in, plain values and the line of each out, or one clear sentence about what is wrong.

Words mean what they look like: only `true`/`false` are booleans and only plain decimal numbers are numbers, so `no` (a language),
`01` (a notebook) and `2026-09-01` stay text. Knows nothing of courses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from plnb.errors import CourseFileError

try:
    from yaml import CSafeLoader as _Base
except ImportError:  # PyYAML was built without its C half; slower, and the same otherwise.
    from yaml import SafeLoader as _Base  # type: ignore[assignment]

Path = tuple[str | int, ...]

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 60  # The C parser composes recursively and a few hundred kB of `[` would take the process down.
MAX_VALUES: Final = 100_000  # Counted with aliases written out, so that a few lines cannot stand for a billion values.


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a text may hold."""

    what: str = "a course file"
    bytes: int = MAX_BYTES
    values: int = MAX_VALUES


_COURSE_FILE: Final = Limits()

_MERGE: Final = re.compile(r"^<{7} ", re.MULTILINE)
_UNCLOSED: Final = re.compile(r"end of stream|expected ',' or")


class _Loader(_Base):
    yaml_implicit_resolvers: dict[str, Any] = {}


for _tag, _pattern, _starts in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)\.[0-9]*)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("merge", r"^(?:<<)$", "<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_starts))


def loader_for(text: str) -> Any:
    """What reads a text by our rules; dispose of it afterwards."""
    return _Loader(text)


@dataclass(frozen=True, slots=True)
class Yaml:
    """What a YAML text says, and where it says it."""

    data: object
    lines: Mapping[Path, int]

    def line(self, path: Path) -> int:
        """Line, from 1, of the value at `path`; of the nearest thing around it where the path leads nowhere."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_yaml(raw: bytes, place: str, limits: Limits = _COURSE_FILE) -> Yaml:
    """Read a YAML text. Raises CourseFileError with the line in its place."""
    text = _decode(raw, place, limits)
    if found := _MERGE.search(text):
        raise CourseFileError(
            "Git left the marks of a merge here: two people changed the same lines.",
            place=f"{place}:{text.count(chr(10), 0, found.start()) + 1}",
            mend="Keep the lines that hold, and delete the other ones with the marks <<<<<<<, ======= and >>>>>>>.",
        )
    loader: Any = None
    try:
        _check_depth(text, place)
        loader = loader_for(text)
        root = loader.get_single_node()
        if root is None:
            raise CourseFileError("The file is empty.", place=place, mend="Start it with `schema_version: 1`, or see: plnb new")
        lines: dict[Path, int] = {}
        _index(root, (), lines, place, limits)
        return Yaml(data=loader.construct_document(root), lines=lines)
    except yaml.MarkedYAMLError as error:
        marks = [error.problem_mark, error.context_mark]
        if _UNCLOSED.search(error.problem or ""):  # It is only missed later; the line to look at is where it began.
            marks.reverse()
        line = next((mark.line + 1 for mark in marks if mark is not None), 1)
        written = text.splitlines()[line - 1 : line]
        message, mend = _in_words(error.problem or "", error.context or "", "".join(written))
        raise CourseFileError(message, place=f"{place}:{line}", mend=mend) from None
    except yaml.YAMLError:
        raise CourseFileError(
            "There is a character here that YAML does not allow.",
            place=f"{place}:{_odd_line(text)}",
            mend="Delete the invisible character, or type the line again.",
        ) from None
    except ValueError:
        raise CourseFileError(
            "A number in this file is too long to read.", place=place, mend="If it is meant as text, put it in quotes."
        ) from None
    finally:
        if loader is not None:
            loader.dispose()


def _decode(raw: bytes, place: str, limits: Limits) -> str:
    if len(raw) > limits.bytes:
        raise CourseFileError(
            f"The file is {len(raw) / 1e6:.1f} MB, far too large for {limits.what}.", place=place, mend="Is it the right file?"
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise CourseFileError(
            "The file is not UTF-8 text.", place=f"{place}:{line}", mend="Save it again with the encoding UTF-8."
        ) from None


def _check_depth(text: str, place: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise CourseFileError(
                "Lists and keys are nested too deeply here.",
                place=f"{place}:{line}",
                mend="Look for brackets that are never closed.",
            )


def _index(node: yaml.Node, path: Path, lines: dict[Path, int], place: str, limits: Limits) -> None:
    """Note the line of every value, and refuse a key that is written twice: YAML would silently keep the last."""
    lines.setdefault(path, node.start_mark.line + 1)
    if len(lines) > limits.values or len(path) > MAX_DEPTH:
        raise CourseFileError(
            f"The file holds more than {limits.values:,} values, counting what `&` and `*` repeat.",
            place=place,
            mend="Write the repeated parts out, and less.",
        )
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            _index(item, (*path, number), lines, place, limits)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            line = key.start_mark.line + 1
            here = (*path, key.value)
            if here in lines:
                raise CourseFileError(
                    f"The key '{key.value}' is written twice.",
                    place=f"{place}:{line}",
                    mend=f"Keep one of them; the first is on line {lines[here]}.",
                )
            lines[here] = line
            _index(value, here, lines, place, limits)


def _in_words(problem: str, context: str, written: str) -> tuple[str, str]:
    """The complaint of libyaml, as a teacher would want to hear it."""
    if "mapping values are not allowed" in problem:
        return "There is a colon here that YAML cannot place.", "If the text itself has a colon, put the text in quotes."
    if "cannot start any token" in problem:
        return (
            "A line cannot begin like this.",
            "Indent with spaces, never with tabs; put text that begins with @, ` or % in quotes.",
        )
    if _UNCLOSED.search(problem):
        return "A quote or bracket is opened here and not closed.", "Close it."
    if "undefined alias" in problem:
        return "`*` refers to a name that is not defined.", "If the text itself begins with *, put it in quotes."
    if "expected" in problem and re.search(r":\s*['\"]", written):
        return "The quotes in this line do not fit together.", "Put text that has an apostrophe in it in double quotes."
    if "expected" in problem and "block" in context:
        return (
            "This line does not line up with the ones above.",
            "Indent the lines of one list or block by the same number of spaces.",
        )
    if "constructor" in problem:
        return (
            "A `!` here asks for something that a course file cannot hold.",
            "If the text itself begins with !, put it in quotes.",
        )
    if "unhashable" in problem:
        return "A key here is a list or a set of keys.", "Keys are plain words; put text with brackets in quotes."
    if "another document" in problem:
        return "There is a second document after `---`.", "Keep one document in the file."
    return f"This is not YAML: {problem or context}.", "Compare the line with its neighbours: colons, quotes, spaces."


def _odd_line(text: str) -> int:
    found = re.search(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    return text.count("\n", 0, found.start()) + 1 if found else 1
