"""Small changes to a YAML text that leave everything else as it was: comments, order, quotes, blank lines, line ends.

A text is only ever spliced: the lines of a moved item move as they are, with the comments right above them. Whether the result says
what was meant is for the caller to check by reading it (`store.course_edits` does); what cannot be spliced raises `Unspliceable`.
Knows nothing of courses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

import yaml

from plnb.store.yaml_text import Path, loader_for

_PLAIN: Final = re.compile(r"[A-Za-z_(“„«][^\x00-\x1f\x7f]*")
_NOT_PLAIN: Final = re.compile(r":(\s|$)|\s#|^(true|false|null)$|\s$", re.IGNORECASE)
_FLOW_MARKS: Final = re.compile(r"[\[\]{},]")


class Unspliceable(Exception):  # noqa: N818 - said to callers, never to people
    """A place of the text that is written in a way that cannot be changed by splicing."""


def set_value(text: str, path: Path, value: object, *, order: Sequence[str] = ()) -> str:
    """The text with `value` at `path`, the key of a mapping. A new key stands where `order` has it."""
    return _Text(text).set(path, value, order)


def delete_key(text: str, path: Path) -> str:
    """The text without the key at `path`."""
    return _Text(text).delete(path)


def insert_item(text: str, sequence: Path, index: int, value: object) -> str:
    """The text with one more item in the list at `sequence`, which is made where there is none."""
    known = _Text(text)
    node = known.find(sequence)
    if not isinstance(node, yaml.SequenceNode) or not node.value:
        return known.set(sequence, _Block([value]), ())
    known = _blocked(text, sequence)
    return known.insert(sequence, index, known.emitted(sequence, value))


def delete_item(text: str, sequence: Path, index: int) -> str:
    """The text without an item of the list at `sequence`."""
    known = _blocked(text, sequence)
    return known.cut(sequence, index)[0]


def move_item(text: str, sequence: Path, index: int, to: Path, place: int) -> str:
    """The text with an item moved: before the item that is `place` in the list at `to` now. Both paths are as they are before."""
    if sequence == to:
        return _blocked(text, sequence).reorder(sequence, index, place)
    text = _blocked(_blocked(text, to).text, sequence).text
    lines, indent = _Text(text).lines_of(sequence, index)
    text = _put(text, to, place, lines, indent)
    if sequence[: len(to)] == to and isinstance(passed := sequence[len(to)], int) and passed >= place:
        # What we came from has itself moved down by one.
        sequence = (*to, passed + 1, *sequence[len(to) + 1 :])
    return _Text(text).cut(sequence, index)[0]


def _put(text: str, to: Path, place: int, lines: list[str], indent: int) -> str:
    known = _Text(text)
    node = known.find(to)
    if isinstance(node, yaml.SequenceNode) and node.value:
        return known.insert(to, place, _shifted(lines, known.dash(to, 0) - indent))
    # An empty list or none: its lines come right below its key.
    return known.set(to, _Lines(lines, indent), ())


class _Block(list[Any]):
    """A list to be written item by item, each on lines of its own."""


class _Lines:
    """Items as they are written already."""

    def __init__(self, lines: list[str], indent: int) -> None:
        self.lines, self.indent = lines, indent


def _blocked(text: str, path: Path) -> _Text:
    """The text with everything around and at `path` written over several lines, as far as it is not."""
    for _ in range(20):
        known = _Text(text)
        if (outer := known.outermost_flow(path)) is None:
            return known
        text = known.unfold(outer)
    raise Unspliceable


class _Text:
    """A text, its lines and its nodes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.lines = text.splitlines(keepends=True)
        if len(self.lines) != text.count("\n") + (not text.endswith("\n")):
            raise Unspliceable  # other line ends than \n and \r\n: YAML counts them otherwise
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line))
        loader = loader_for(text)
        try:
            self.root = loader.get_single_node()
        except yaml.YAMLError:
            raise Unspliceable from None
        finally:
            loader.dispose()

    # --- finding ----------------------------------------------------------------------------------------------------------------

    def find(self, path: Path) -> yaml.Node | None:
        """The node at `path`, or None."""
        node: yaml.Node | None = self.root
        for part in path:
            if isinstance(node, yaml.MappingNode):
                node = next((value for key, value in node.value if key.value == part), None)
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
            else:
                return None
        return node

    def outermost_flow(self, path: Path) -> Path | None:
        """The first thing on the way to `path` that is written in brackets."""
        for length in range(1, len(path) + 1):
            node = self.find(path[:length])
            if isinstance(node, yaml.CollectionNode) and node.flow_style and node.value:
                return path[:length]
        return None

    def _at(self, mark: Any) -> int:
        line, column = int(mark.line), int(mark.column)
        return self._starts[min(line, len(self.lines))] + column

    def _end(self, node: yaml.Node) -> int:
        """Where the text of a node ends, without the comments and blank lines that follow it."""
        while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            node = last[1] if isinstance(last, tuple) else last
        if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
            line = node.end_mark.line if node.end_mark.column == 0 else node.end_mark.line + 1
            line = min(line, len(self.lines))
            while line > node.start_mark.line + 1 and not self.lines[line - 1].strip():
                line -= 1
            return self._starts[line] - len(self.lines[line - 1]) + len(self.lines[line - 1].rstrip("\r\n"))
        return self._at(node.end_mark)

    def dash(self, sequence: Path, index: int) -> int:
        """Column of the `-` of an item."""
        return self._dash(self._sequence(sequence).value[index])[1]

    def _dash(self, item: yaml.Node) -> tuple[int, int]:
        line, column = int(item.start_mark.line), int(item.start_mark.column)
        before = self.lines[line][:column]
        if not re.fullmatch(r" *- +", before):
            raise Unspliceable
        return line, before.index("-")

    def _sequence(self, path: Path) -> yaml.SequenceNode:
        node = self.find(path)
        if not isinstance(node, yaml.SequenceNode) or node.flow_style:
            raise Unspliceable
        return node

    # --- items of lists ---------------------------------------------------------------------------------------------------------

    def _spans(self, path: Path) -> list[tuple[int, int]]:
        """First and last line (exclusive) of each item, with the comments right above it and without the blank lines below."""
        spans: list[tuple[int, int]] = []
        floor = 0
        for item in self._sequence(path).value:
            line, column = self._dash(item)
            first = line
            while first > floor and re.match(rf" {{{column}}}#", self.lines[first - 1]):
                first -= 1
            end = self._end(item)
            last = next(number for number in range(line, len(self.lines)) if self._starts[number + 1] >= end) + 1
            # Comments below its last key that are indented like its keys are its own.
            while last < len(self.lines) and re.match(rf" {{{column + 1},}}#", self.lines[last]):
                last += 1
            spans.append((first, last))
            floor = last
        return spans

    def lines_of(self, path: Path, index: int) -> tuple[list[str], int]:
        """The lines of an item, and the column of its dash."""
        first, last = self._spans(path)[index]
        return [line.rstrip("\r\n") for line in self.lines[first:last]], self.dash(path, index)

    def reorder(self, path: Path, index: int, place: int) -> str:
        """The text with an item before another one of its list. What lies between items stays where it is."""
        spans = self._spans(path)
        order = [number for number in range(len(spans)) if number != index]
        order.insert(place - (place > index), index)
        dashes = {self.dash(path, number) for number in range(len(spans))}
        if len(dashes) > 1:
            raise Unspliceable
        out = list(self.lines[: spans[0][0]])
        for number, wanted in enumerate(order):
            out += [self._whole(line) for line in self.lines[spans[wanted][0] : spans[wanted][1]]]
            if number + 1 < len(order):
                out += self.lines[spans[number][1] : spans[number + 1][0]]
        out += self.lines[spans[-1][1] :]
        return self._as_ended("".join(out))

    def cut(self, path: Path, index: int) -> tuple[str, list[str]]:
        """The text without an item, and the item's lines."""
        spans = self._spans(path)
        first, last = spans[index]
        taken = [line.rstrip("\r\n") for line in self.lines[first:last]]
        if len(spans) == 1:
            return self.set(path, [], ()), taken
        if index + 1 < len(spans):
            kept = self.lines[:first] + self.lines[spans[index + 1][0] :]
        else:
            kept = self.lines[: spans[index - 1][1]] + self.lines[last:]
        return self._as_ended("".join(kept)), taken

    def insert(self, path: Path, index: int, lines: Sequence[str]) -> str:
        """The text with lines of a new item before the item `index`; at the end where there is none."""
        spans = self._spans(path)
        new = [f"{line}{self.newline}" for line in lines]
        gaps = [self.lines[a[1] : b[0]] for a, b in pairwise(spans)]
        apart = [self.newline] if gaps and all(any(not line.strip() for line in gap) for gap in gaps) else []
        if index < len(spans):
            at = spans[index][0]
            made = [*self.lines[:at], *new, *apart, *self.lines[at:]]
        else:
            at = spans[-1][1]
            made = [*map(self._whole, self.lines[:at]), *apart, *new, *self.lines[at:]]
        return "".join(made)

    def emitted(self, path: Path, value: object) -> list[str]:
        """Lines of a new item, at the column of the others."""
        return _item(value, self.dash(path, 0))

    def _whole(self, line: str) -> str:
        return line if line.endswith("\n") else line + self.newline

    def _as_ended(self, text: str) -> str:
        """The last line keeps the end it had, or had not."""
        if self.text.endswith("\n"):
            return text if text.endswith("\n") or not text else text + self.newline
        return text.rstrip("\r\n")

    # --- keys -------------------------------------------------------------------------------------------------------------------

    def set(self, path: Path, value: object, order: Sequence[str]) -> str:
        """The text with `value` at the key `path`."""
        *above, key = path
        owner = self.find(tuple(above))
        if not isinstance(owner, yaml.MappingNode) or not isinstance(key, str):
            raise Unspliceable
        for known, node in owner.value:
            if known.value == key:
                return self._replace(known, node, value, flow=bool(owner.flow_style))
        return self._add(owner, key, value, order)

    def _replace(self, key: yaml.Node, node: yaml.Node, value: object, *, flow: bool) -> str:
        begin = self._at(key.end_mark)
        colon = self.text.index(":", begin) + 1
        if self.text[begin : colon - 1].strip():
            raise Unspliceable
        end = self._end(node) if self._at(node.end_mark) > colon else colon
        return self.text[:colon] + self._after_colon(key.start_mark.column, value, flow=flow) + self.text[end:]

    def _after_colon(self, column: int, value: object, *, flow: bool) -> str:
        match value:
            case _Lines():
                lines = _shifted(value.lines, column + 2 - value.indent)
            case _Block():
                lines = [line for item in value for line in _item(item, column + 2)]
            case _:
                return f" {_scalar_or_flow(value, flow=flow)}"
        if flow:
            raise Unspliceable
        return self.newline + self.newline.join(lines)

    def _add(self, owner: yaml.MappingNode, key: str, value: object, order: Sequence[str]) -> str:
        if not owner.value:
            raise Unspliceable
        known = [each.value for each, _ in owner.value]
        before = [name for name in order[: order.index(key)] if name in known] if key in order else known
        after = max((known.index(name) for name in before), default=len(known) - 1)
        if owner.flow_style:
            end = self._end(owner.value[after][1])
            return self.text[:end] + f", {key}:{self._after_colon(0, value, flow=True)}" + self.text[end:]
        column = owner.value[0][0].start_mark.column
        end = self._end(owner.value[after][1])
        line = next(number for number in range(len(self.lines)) if self._starts[number + 1] >= end)
        at = self._starts[line + 1]
        head, tail = self.text[:at], self.text[at:]
        if not head.endswith("\n"):
            head += self.newline
        made = f"{' ' * column}{key}:{self._after_colon(column, value, flow=False)}{self.newline}"
        return self._as_ended(head + made + tail)

    def delete(self, path: Path) -> str:
        """The text without the key at `path`."""
        *above, key = path
        owner = self.find(tuple(above))
        if not isinstance(owner, yaml.MappingNode):
            raise Unspliceable
        index = next((number for number, (each, _) in enumerate(owner.value) if each.value == key), None)
        if index is None:
            return self.text
        mine, node = owner.value[index]
        later = owner.value[index + 1][0] if index + 1 < len(owner.value) else None
        if owner.flow_style or self.text[self._starts[mine.start_mark.line] : self._at(mine.start_mark)].strip():
            if later is not None:
                return self.text[: self._at(mine.start_mark)] + self.text[self._at(later.start_mark) :]
            if not owner.flow_style or index == 0:
                raise Unspliceable
            return self.text[: self._end(owner.value[index - 1][1])] + self.text[self._end(node) :]
        end = max(self._end(node), self._at(mine.end_mark))
        last = next(number for number in range(mine.start_mark.line, len(self.lines)) if self._starts[number + 1] >= end)
        return self._as_ended("".join([*self.lines[: mine.start_mark.line], *self.lines[last + 1 :]]))

    def unfold(self, path: Path) -> str:
        """The text with what is in brackets at `path` written over several lines."""
        node = self.find(path)
        assert node is not None
        loader = loader_for(self.text)
        try:
            value = loader.construct_document(node)
        finally:
            loader.dispose()
        begin, end = self._at(node.start_mark), self._end(node)
        if isinstance(path[-1], int):
            _, column = self._dash(node)
            lines = _item(value, column)
            return (
                self.text[:begin]
                + lines[0].strip().removeprefix("- ")
                + "".join(f"{self.newline}{line}" for line in lines[1:])
                + self.text[end:]
            )
        if not isinstance(value, list):
            raise Unspliceable
        return self.set(path, _Block(value), ())


# --- writing ----------------------------------------------------------------------------------------------------------------------

_LONG: Final = frozenset({"steps", "options", "units"})
"""Keys whose items stand on lines of their own."""


def _item(value: object, column: int) -> list[str]:
    """The lines of an item of a list whose dashes stand in `column`."""
    if not isinstance(value, Mapping):
        return [f"{' ' * column}- {_scalar_or_flow(value, flow=False)}"]
    lines: list[str] = []
    for key, inner in value.items():
        if key in _LONG and isinstance(inner, list) and inner:
            lines.append(f"{key}:")
            lines += [line[column + 2 :] for item in inner for line in _item(item, column + 4)]
        else:
            lines.append(f"{key}: {_scalar_or_flow(inner, flow=False)}")
    return [f"{' ' * column}{'- ' if number == 0 else '  '}{line}" for number, line in enumerate(lines)]


def _scalar_or_flow(value: object, *, flow: bool) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() else f"{value:.10f}".rstrip("0")
        case str():
            return _quoted(value, flow=flow)
        case Mapping():
            return "{" + ", ".join(f"{key}: {_scalar_or_flow(each, flow=True)}" for key, each in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(_scalar_or_flow(each, flow=True) for each in value) + "]"
    raise Unspliceable


def _quoted(text: str, *, flow: bool) -> str:
    """Text as it is where YAML takes it for text, else in double quotes."""
    plain = _PLAIN.fullmatch(text) and not _NOT_PLAIN.search(text) and not (flow and _FLOW_MARKS.search(text))
    return text if plain else json.dumps(text, ensure_ascii=False)


def _shifted(lines: Sequence[str], by: int) -> list[str]:
    if by >= 0:
        return [" " * by + line if line.strip() else line for line in lines]
    return [line[min(-by, len(line) - len(line.lstrip(" "))) :] for line in lines]
