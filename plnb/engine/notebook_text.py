"""A notebook as the text of its file: what nbformat writes, several times as fast.

nbformat copies the notebook, and Python's own encoder indents in Python, value by value: for pages with charts that took longer
than running them. Here nothing is copied, and data of a JSON type (a chart's specification, with its numbers) stays on one line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring as _quoted
from typing import Any, Final

from nbformat import NotebookNode

_SPLIT: Final = ("image/svg+xml", "application/javascript")  # besides text/*, as nbformat does
_TRANSIENT: Final = frozenset({"orig_nbformat", "orig_nbformat_minor", "signature"})


def notebook_text(nb: NotebookNode) -> str:
    """The text of a notebook's file. Not validated. Raises TypeError for what JSON cannot say."""
    out: list[str] = []
    _put(_for_file(nb), out, "\n")
    out.append("\n")
    return "".join(out)


class _OneLine(str):
    """JSON already."""

    __slots__ = ()


def _for_file(nb: NotebookNode) -> dict[str, Any]:
    metadata = {key: value for key, value in nb.metadata.items() if key not in _TRANSIENT}
    return {**nb, "metadata": metadata, "cells": [_cell(cell) for cell in nb.cells]}


def _cell(cell: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(cell)
    if isinstance(made.get("source"), str):
        made["source"] = made["source"].splitlines(True)
    if "trusted" in made["metadata"]:
        made["metadata"] = {key: value for key, value in made["metadata"].items() if key != "trusted"}
    if made.get("attachments"):
        made["attachments"] = {name: _bundle(bundle) for name, bundle in made["attachments"].items()}
    if "outputs" in made:
        made["outputs"] = [_output(output) for output in made["outputs"]]
    return made


def _output(output: Mapping[str, Any]) -> Mapping[str, Any]:
    if "data" in output:
        return {**output, "data": _bundle(output["data"])}
    if isinstance(output.get("text"), str):
        return {**output, "text": output["text"].splitlines(True)}
    return output


def _bundle(bundle: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for kind, value in bundle.items():
        if isinstance(value, str):
            made[kind] = value.splitlines(True) if kind.startswith("text/") or kind in _SPLIT else value
        elif isinstance(value, Mapping):
            made[kind] = _OneLine(json.dumps(value, sort_keys=True, ensure_ascii=False))
        else:
            made[kind] = value
    return made


def _put(value: Any, out: list[str], line: str) -> None:
    """Append a value; `line` is how a new line at its depth begins."""
    if isinstance(value, _OneLine):
        out.append(value)
    elif isinstance(value, str):
        out.append(_quoted(value))
    elif isinstance(value, Mapping):
        if not value:
            out.append("{}")
            return
        inner = line + " "
        before = "{" + inner
        for key in sorted(value):
            out.append(f"{before}{_quoted(key)}: ")
            _put(value[key], out, inner)
            before = "," + inner
        out.append(line + "}")
    elif isinstance(value, Sequence) and not isinstance(value, bytes):
        if not value:
            out.append("[]")
            return
        inner = line + " "
        before = "[" + inner
        for each in value:
            out.append(before)
            _put(each, out, inner)
            before = "," + inner
        out.append(line + "]")
    else:
        out.append(json.dumps(value))
