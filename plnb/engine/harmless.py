"""What is kept of a student's notebook after it ran: text, code, tables and raster images, in reasonable size.

The notebook goes on to be read by people, in nbgrader's formgrader, in JupyterLab, in feedback. Whatever a student's process says
is a claim, its outputs too: nothing is taken over but what is understood. Pure; knows nothing of grades.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from nbformat import NotebookNode

from plnb.engine.nodes import as_node, node
from plnb.engine.safe_html import PICTURES, calm_latex, calm_markdown, clean_html, plain_text

TEXT_KEPT: Final = 100_000
"""Characters kept of one text."""
PICTURE_KEPT: Final = 1_000_000
"""Characters of base64 kept of one picture; a larger one is left out whole."""
ALL_KEPT: Final = 2_500_000
"""Characters kept of all outputs of a notebook."""
SOURCES_KEPT: Final = 1_000_000
"""Characters kept of what stands in all cells of a notebook."""

LEFT_OUT: Final = "[Left out here: {what}.]"
CUT: Final = "\n[… the rest is left out here: {size} characters in all.]"

_MAGIC: Final = {"image/png": (b"\x89PNG\r\n\x1a\n",), "image/jpeg": (b"\xff\xd8\xff",), "image/gif": (b"GIF87a", b"GIF89a")}
_NAME: Final = re.compile(r"[\w.+/-]{1,60}")
_ATTACHMENT: Final = re.compile(r"[\w.\-]{1,100}")


def make_harmless(notebook: NotebookNode, master: NotebookNode) -> None:
    """Make an executed notebook harmless, in place. Texts that stand word for word in `master` are the teacher's and stay."""
    ours = {_own(cell) for cell in master.cells}
    # What else the run has left there is the student's word: widgets' state, a language with a lexer of its own.
    notebook.metadata = as_node(master.metadata)
    left, sources = ALL_KEPT, SOURCES_KEPT
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, left = harmless_outputs(cell.get("outputs", ()), left)
            count = cell.get("execution_count")
            cell.execution_count = count if type(count) is int and 0 <= count < 1_000_000 else None
        elif _own(cell) not in ours:
            _calm(cell)
        cell.source = cut_text(cell.source, sources)
        sources = max(sources - len(cell.source), 0)


def harmless_outputs(outputs: Iterable[Any], left: int = ALL_KEPT) -> tuple[list[NotebookNode], int]:
    """Outputs anew, of what is understood in them; and how much more the notebook may hold."""
    kept: list[NotebookNode] = []
    for output in outputs:
        made = _output(output) if isinstance(output, Mapping) else None
        if made is None:
            continue
        size = len(json.dumps(made))
        if size > left:
            kept.append(_stream(LEFT_OUT.format(what="more output than fits")))
            return kept, 0
        left -= size
        kept.append(made)
    return kept, left


def safe_picture(mime: str, data: object) -> str | None:
    """A raster picture as base64 without blanks, where it is one and not too large."""
    if mime not in PICTURES or not isinstance(data, str) or len(data) > PICTURE_KEPT:
        return None
    text = "".join(data.split())
    try:
        start = base64.b64decode(text[:64], validate=True)
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return text if start.startswith(_MAGIC[mime]) else None


# --- cells of text ---------------------------------------------------------------------------------------------------------------


def _own(cell: NotebookNode) -> tuple[str, str, str]:
    return cell.cell_type, cell.source, json.dumps(cell.get("attachments", {}), sort_keys=True)


def _calm(cell: NotebookNode) -> None:
    """Make a text of the student's harmless. nbconvert puts raw cells on its pages as they are, so they get no tags either."""
    attachments = cell.pop("attachments", None)
    if cell.cell_type == "raw":
        cell.source = calm_markdown(cell.source)
        return
    pictures = _attachments(attachments) if isinstance(attachments, Mapping) else {}
    cell.source = calm_markdown(cell.source, pictures)
    if pictures:
        cell.attachments = as_node({name: dict([bundle]) for name, bundle in pictures.items()})


def _attachments(attachments: Mapping[Any, Any]) -> dict[str, tuple[str, str]]:
    """Pictures in a text, one a name."""
    found: dict[str, tuple[str, str]] = {}
    left = PICTURE_KEPT
    for name, bundle in attachments.items():
        if not (isinstance(name, str) and _ATTACHMENT.fullmatch(name) and isinstance(bundle, Mapping)):
            continue
        for mime in PICTURES:
            data = safe_picture(mime, bundle.get(mime))
            if data is not None and len(data) <= left:
                found[name] = (mime, data)
                left -= len(data)
                break
    return found


# --- outputs ---------------------------------------------------------------------------------------------------------------------


def _output(output: Mapping[Any, Any]) -> NotebookNode | None:
    match output.get("output_type"):
        case "stream":
            name = output.get("name")
            return _stream(_text(output.get("text")), name if name == "stderr" else "stdout")
        case "error":
            traceback = output.get("traceback")
            said = traceback if isinstance(traceback, list | tuple) else ()
            lines = [cut_text(plain_text(_text(line)), TEXT_KEPT) for line in said]
            return node(
                output_type="error",
                ename=cut_text(plain_text(_text(output.get("ename"))), 200),
                evalue=cut_text(plain_text(_text(output.get("evalue"))), TEXT_KEPT // 10),
                traceback=lines[:200],
            )
        case "display_data" | "execute_result" as kind:
            return _shown(kind, output)
        case _:
            return None


def _stream(text: str, name: str = "stdout") -> NotebookNode:
    return node(output_type="stream", name=name, text=cut_text(plain_text(text), TEXT_KEPT))


def _shown(kind: str, output: Mapping[Any, Any]) -> NotebookNode:
    bundle = output.get("data")
    data, left_out = _bundle(bundle if isinstance(bundle, Mapping) else {})
    if left_out and set(data) <= {"text/plain"}:
        note = LEFT_OUT.format(what=", ".join(sorted(left_out)))
        data["text/plain"] = "\n".join(filter(None, (data.get("text/plain", ""), note)))
    made = node(output_type=kind, data=as_node(data), metadata=_sizes(output.get("metadata"), data))
    if kind == "execute_result":
        count = output.get("execution_count")
        made.execution_count = count if type(count) is int and 0 <= count < 1_000_000 else None
    return made


def _bundle(bundle: Mapping[Any, Any]) -> tuple[dict[str, str], set[str]]:
    """What may be shown of a bundle, and the kinds that may not."""
    data: dict[str, str] = {}
    left_out: set[str] = set()
    for mime, value in bundle.items():
        said = _text(value)
        if mime == "text/plain":
            data[mime] = cut_text(plain_text(said), TEXT_KEPT)
        elif mime == "text/html" and len(said) <= 2 * TEXT_KEPT:
            data[mime] = clean_html(said)
        elif mime == "text/markdown" and len(said) <= TEXT_KEPT:
            data[mime] = calm_markdown(said)
        elif mime == "text/latex" and len(said) <= TEXT_KEPT:
            data[mime] = calm_latex(said)
        elif isinstance(mime, str) and (picture := safe_picture(mime, said)) is not None:
            data[mime] = picture
        else:
            left_out.add(mime if isinstance(mime, str) and _NAME.fullmatch(mime) else "something unknown")
    return data, left_out


def _sizes(metadata: object, data: Mapping[str, str]) -> NotebookNode:
    """Width and height of pictures: all that is kept of an output's metadata, which viewers write into their pages as it is."""
    given = metadata if isinstance(metadata, Mapping) else {}
    sizes = node()
    for mime in data.keys() & set(PICTURES):
        of = given.get(mime)
        found = {side: of[side] for side in ("width", "height") if isinstance(of, Mapping) and type(of.get(side)) is int}
        if found and all(0 < value < 10_000 for value in found.values()):
            sizes[mime] = as_node(found)
    return sizes


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return "".join(line for line in value if isinstance(line, str))
    return ""


def cut_text(text: str, longest: int) -> str:
    """A text, or its beginning and how long it was."""
    return text if len(text) <= longest else text[:longest] + CUT.format(size=len(text))
