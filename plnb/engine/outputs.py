"""From a kernel's messages to a notebook's outputs, as nbclient does it, within a budget of bytes. Reads messages as claims.

What nbclient does: outputs are appended as they come, `display_id`s are remembered across cells, `clear_output` may wait for the
next output, widgets' states are kept, and output can be caught by an Output widget. Raises `MalformedError` for what is no such
message.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from nbformat import NotebookNode

from plnb.engine.frames import MalformedError, Message
from plnb.engine.nodes import as_node, node

OUTPUT_CUT: Final = "[plnb: there was more output than is kept; the rest is left out]\n"
"""Stands where output was left out."""

_PER_OUTPUT = 100  # bytes an output takes besides its text
_KEPT_RESULT = 2_000  # characters of a cell's value that are always kept: nbgrader reads partial points from it
_KEPT_TRACEBACK = 20_000  # characters of a traceback that are always kept
_WIDGET_STATE: Final = "application/vnd.jupyter.widget-state+json"
_LEAST_FRAME: Final = 1 << 18


@dataclass
class _Catcher:
    """An Output widget that outputs go to while it is open."""

    outputs: list[NotebookNode] = field(default_factory=list)
    clear_first: bool = False


class Outputs:
    """The outputs of one notebook while it runs. `begin` says which cell is next."""

    def __init__(self, cells: Sequence[NotebookNode], *, budget_bytes: int) -> None:
        self._cells = cells
        self._left = budget_bytes
        self._index = 0
        self._clear_first = False
        self._places: defaultdict[str, dict[int, list[int]]] = defaultdict(dict)  # display_id -> cell -> outputs
        self._states: dict[str, dict[str, Any]] = {}
        self._buffers: defaultdict[str, dict[tuple[str, ...], dict[str, Any]]] = defaultdict(dict)
        self._catchers: dict[str, _Catcher] = {}
        self._catching: list[str] = []
        self._replies: list[dict[str, Any]] = []
        self.largest = max(_LEAST_FRAME, 2 * budget_bytes)
        """Messages longer than this are of no use here."""
        self.largest_frame = 2 * self.largest + (1 << 16)
        """No honest desk sends a longer frame."""
        self.was_cut = False
        """Whether some output of this cell was not kept."""

    def begin(self, index: int) -> None:
        """The outputs that come now are of this cell."""
        self._index = index
        self._clear_first = self.was_cut = False
        self._catching.clear()
        self._outs.clear()

    def take(self, message: Message) -> None:
        """A message of the cell that runs."""
        content = message.content
        match message.type:
            case "stream" | "display_data" | "execute_result" | "error":
                self._take_output(message)
            case "update_display_data":
                _check_output(message.type, content)
                if self._fits(content):
                    self._update(_display_id(content), content)
            case "clear_output":
                self._clear(bool(content.get("wait")))
            case "comm_open" | "comm_msg" | "comm_close":
                self._take_comm(message)
            case _:
                raise MalformedError("a message that a notebook does not show")

    def add_error(self, ename: str, evalue: str, traceback: Sequence[str] = ()) -> None:
        """An error that no message told of."""
        lines = list(traceback) or [f"{ename}: {evalue}"]
        self._outs.append(node(output_type="error", ename=ename, evalue=evalue, traceback=lines))

    @property
    def last_error(self) -> NotebookNode | None:
        """The last error among the cell's outputs."""
        return next((out for out in reversed(self._outs) if out.output_type == "error"), None)

    def has_error(self, ename: str) -> bool:
        """Whether an error of that name is shown."""
        return any(out.output_type == "error" and out.ename == ename for out in self._outs)

    def for_widgets(self) -> list[dict[str, Any]]:
        """What Output widgets have to be told before the next cell: the front end knows first what they hold."""
        replies, self._replies = self._replies, []
        return replies

    def widgets(self) -> NotebookNode | None:
        """The notebook's `widgets` metadata; None without widgets."""
        if not self._states:
            return None
        state: dict[str, Any] = {}
        for name, values in self._states.items():
            if "_model_name" in values:
                state[name] = {
                    "model_name": values.get("_model_name"),
                    "model_module": values.get("_model_module"),
                    "model_module_version": values.get("_model_module_version"),
                    "state": values,
                }
                if self._buffers[name]:
                    state[name]["buffers"] = list(self._buffers[name].values())
        return as_node({_WIDGET_STATE: {"state": state, "version_major": 2, "version_minor": 0}})

    @property
    def _outs(self) -> list[NotebookNode]:
        outputs: list[NotebookNode] = self._cells[self._index].outputs
        return outputs

    # --- outputs ------------------------------------------------------------------------------------------------------------

    def _take_output(self, message: Message) -> None:
        content = message.content
        _check_output(message.type, content)
        shown = _display_id(content)
        if shown and message.type != "stream":
            self._update(shown, content)
        if self._catching:
            self._catch(message)
            return
        if message.cut or not self._fits(content):
            self._cut(message)
            return
        self._clear_waiting()
        if shown:
            self._places[shown].setdefault(self._index, []).append(len(self._outs))
        last = self._outs[-1] if self._outs else None
        if last is not None and last.output_type == message.type == "stream" and last.name == content["name"]:
            last.text += content["text"]  # where a stream is broken is the clock's doing, not the notebook's
        else:
            self._outs.append(_output(message))

    def _fits(self, content: Mapping[str, Any]) -> bool:
        size = _PER_OUTPUT + _size(content)
        if size > self._left:
            return False
        self._left -= size
        return True

    def _cut(self, message: Message) -> None:
        """Say once that output is left out, and keep what scores are read from."""
        self._clear_waiting()
        if not self.was_cut:
            self.was_cut = True
            room = max(0, self._left - _PER_OUTPUT)
            start = str(message.content.get("text", ""))[:room] if message.type == "stream" else ""
            self._left = 0
            self._outs.append(node(output_type="stream", name="stdout", text=f"{start}\n{OUTPUT_CUT}" if start else OUTPUT_CUT))
        kept = _shortened(message)
        if kept is not None:
            self._outs.append(kept)

    def _update(self, display_id: str, content: Mapping[str, Any]) -> None:
        for cell, places in self._places.get(display_id, {}).items():
            for place in places:
                output = self._cells[cell].outputs[place]
                output.data, output.metadata = as_node(content["data"]), as_node(content["metadata"])

    def _clear(self, wait: bool) -> None:
        if self._catching:
            catcher = self._catchers[self._catching[-1]]
            if wait:
                catcher.clear_first = True
            else:
                catcher.outputs.clear()
                self._tell(self._catching[-1])
        elif wait:
            self._clear_first = True
        else:
            self._clear_now()

    def _clear_waiting(self) -> None:
        if self._clear_first:
            self._clear_first = False
            self._clear_now()

    def _clear_now(self) -> None:
        self._outs.clear()
        for places in self._places.values():
            places.pop(self._index, None)

    # --- widgets ------------------------------------------------------------------------------------------------------------

    def _take_comm(self, message: Message) -> None:
        content = message.content
        name, data = content.get("comm_id"), content.get("data")
        if not isinstance(name, str) or not isinstance(data, dict):
            raise MalformedError("a widget's message without what it must have")
        state = data.get("state")
        if state is None:
            return
        if not isinstance(state, dict):
            raise MalformedError("a widget's state that is none")
        if not self._fits(content):
            return
        self._states.setdefault(name, {}).update(state)
        self._keep_buffers(name, data.get("buffer_paths"), message.buffers)
        if state.get("_model_module") == "@jupyter-widgets/output" and message.type == "comm_open":
            self._catchers[name] = _Catcher()
        if name in self._catchers and "msg_id" in state:
            if state["msg_id"]:
                self._catching.append(name)
            elif name in self._catching:
                self._catching.remove(name)

    def _keep_buffers(self, name: str, paths: object, buffers: Sequence[str]) -> None:
        if not isinstance(paths, list) or not buffers:
            return
        for path, data in zip(paths, buffers, strict=False):
            if not isinstance(path, list):
                raise MalformedError("a buffer without its path")
            self._buffers[name][tuple(map(str, path))] = {"data": data, "encoding": "base64", "path": path}

    def _catch(self, message: Message) -> None:
        """Into the Output widget that is open."""
        name = self._catching[-1]
        catcher = self._catchers[name]
        if message.cut or not self._fits(message.content):
            return
        if catcher.clear_first:
            catcher.outputs.clear()
            catcher.clear_first = False
        output = _output(message)
        last = catcher.outputs[-1] if catcher.outputs else None
        if last is not None and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            catcher.outputs.append(output)
        self._tell(name)

    def _tell(self, name: str) -> None:
        outputs = copy.deepcopy(self._catchers[name].outputs)
        self._states.setdefault(name, {})["outputs"] = outputs
        self._replies = [reply for reply in self._replies if reply["comm_id"] != name]
        self._replies.append({"comm_id": name, "data": {"method": "update", "state": {"outputs": outputs}, "buffer_paths": []}})


def _check_output(kind: str, content: Mapping[str, Any]) -> None:
    """That an output has what outputs have."""
    match kind, content:
        case "stream", {"name": "stdout" | "stderr", "text": str()}:
            return
        case "error", {"ename": str(), "evalue": str(), "traceback": list() as lines} if all(
            isinstance(line, str) for line in lines
        ):
            return
        case "display_data" | "update_display_data", {"data": dict(), "metadata": dict()}:
            return
        case "execute_result", {"data": dict(), "metadata": dict(), "execution_count": int()}:
            return
    raise MalformedError("an output without what it must have")


def _output(message: Message) -> NotebookNode:
    content = message.content
    kept = {key: content[key] for key in _FIELDS[message.type]}
    return as_node({"output_type": message.type, **kept})


_FIELDS: Final = {
    "stream": ("name", "text"),
    "error": ("ename", "evalue", "traceback"),
    "display_data": ("data", "metadata"),
    "execute_result": ("data", "metadata", "execution_count"),
}


def _display_id(content: Mapping[str, Any]) -> str:
    transient = content.get("transient")
    found = transient.get("display_id") if isinstance(transient, dict) else None
    return found if isinstance(found, str) else ""


def _size(content: Any) -> int:
    """Roughly how many bytes a message's content will take in the notebook."""
    match content:
        case str():
            return len(content)
        case dict():
            return sum(len(str(key)) + _size(value) for key, value in content.items())
        case list():
            return sum(_size(value) for value in content)
    return 8


def _shortened(message: Message) -> NotebookNode | None:
    """What stays of an output when there is no room left: errors and short values, which scores are read from."""
    content: Any = message.content
    if message.type == "error":
        lines = ["\n".join(content["traceback"])[-_KEPT_TRACEBACK:]]
        return node(output_type="error", ename=content["ename"], evalue=content["evalue"][:_KEPT_RESULT], traceback=lines)
    plain = content["data"].get("text/plain", "") if message.type == "execute_result" else ""
    if isinstance(plain, str) and plain and len(plain) <= _KEPT_RESULT:
        return node(
            output_type="execute_result",
            execution_count=content["execution_count"],
            data=node(**{"text/plain": plain}),
            metadata=node(),
        )
    return None
