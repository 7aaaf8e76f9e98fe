"""Cells run in a real kernel, in a folder, and what each showed."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient


@dataclass(frozen=True)
class Shown:
    """What a cell showed."""

    cards: tuple[Mapping[str, Any], ...]
    """MIME bundles of what was displayed."""
    printed: str
    """stdout."""
    complained: str
    """stderr."""
    error: str
    """Name of the error it ended with."""

    @property
    def text(self) -> str:
        return "\n".join(card["text/plain"] for card in self.cards)

    @property
    def html(self) -> str:
        return "\n".join(card.get("text/html", "") for card in self.cards)


def run(folder: Path, *cells: str, env: Mapping[str, str] = {}) -> Sequence[Shown]:
    """Run cells one after the other, going on after errors."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    client = NotebookClient(notebook, timeout=120, allow_errors=True, resources={"metadata": {"path": str(folder)}})
    said = {**os.environ, **env}
    with client.setup_kernel(env=said):
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
    return [_shown(cell.outputs) for cell in notebook.cells]


def run_named(folder: Path, *cells: tuple[str, str]) -> Sequence[Shown]:
    """The same for cells with ids, told as JupyterLab and VS Code tell them."""
    manager, client = start_new_kernel(cwd=str(folder))
    found = []
    try:
        for cell, source in cells:
            message = client.session.msg(
                "execute_request", {"code": source, "silent": False, "store_history": True, "stop_on_error": False}
            )
            message["metadata"] = {"cellId": cell}
            client.shell_channel.send(message)
            outputs: list[Any] = []
            while True:
                said = client.get_iopub_msg(timeout=60)
                if said["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                    continue
                if said["msg_type"] == "status" and said["content"]["execution_state"] == "idle":
                    break
                if said["msg_type"] in ("display_data", "error", "stream"):
                    outputs.append(nbformat.v4.output_from_msg(said))
            found.append(_shown(outputs))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return found


def _shown(outputs: Sequence[Any]) -> Shown:
    streams = {
        name: "".join(o.text for o in outputs if o.output_type == "stream" and o.name == name) for name in ("stdout", "stderr")
    }
    return Shown(
        cards=tuple(o.data for o in outputs if o.output_type == "display_data"),
        printed=streams["stdout"],
        complained=streams["stderr"],
        error=next((o.ename for o in outputs if o.output_type == "error"), ""),
    )
