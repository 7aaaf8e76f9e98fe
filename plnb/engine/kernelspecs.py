"""Which kernel runs a notebook, and whether that kernel is this very Python. Light: a kernel is found without loading Jupyter."""

from __future__ import annotations

import functools
import importlib.util
import json
import shutil
import sys
from pathlib import Path

from jupyter_core.paths import jupyter_path
from nbformat import NotebookNode

from plnb.errors import NotReadyError

OWN = "python3"
"""The name ipykernel installs itself under."""


def find_kernel(nb: NotebookNode) -> str:
    """Name of an installed kernel that can run the notebook.

    A Python notebook whose author's kernel is not on this machine runs in `python3`: the name is often a virtual environment's.
    """
    spec = nb.metadata.get("kernelspec") or {}
    name = str(spec.get("name") or "")
    language = str(spec.get("language") or (nb.metadata.get("language_info") or {}).get("name") or "python").lower()
    if name and _installed(name) is not None:
        return name
    if language == "python" and (_installed(OWN) is not None or _is_native(OWN)):
        return OWN
    raise NotReadyError(
        f"There is no kernel “{name or language}” on this machine.", mend="Install it, or choose another kernel in the notebook."
    )


def is_this_python(kernel: str) -> bool:
    """Whether a kernel is ipykernel in the interpreter that runs us, and nothing else."""
    folder = _installed(kernel)
    if folder is None:
        return kernel == OWN
    try:
        spec = json.loads((folder / "kernel.json").read_bytes())
        argv, special = list(spec["argv"]), spec.get("env") or (spec.get("metadata") or {}).get("kernel_provisioner")
        if special or "ipykernel_launcher" not in argv[1:]:
            return False
        named = str(argv[0])
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return False
    if named in ("python", "python3", f"python{sys.version_info[0]}.{sys.version_info[1]}"):
        return True  # as jupyter_client reads it: the Python that it runs in itself
    return (shutil.which(named) or named) == sys.executable


@functools.lru_cache(maxsize=64)
def _installed(kernel: str) -> Path | None:
    """The folder of a kernel's specification."""
    if not kernel.replace("-", "").replace("_", "").replace(".", "").replace("+", "").isalnum():
        return None
    for root in jupyter_path("kernels"):
        for name in (kernel, kernel.lower()):
            folder = Path(root) / name
            if (folder / "kernel.json").is_file():
                return folder
    return None


def _is_native(kernel: str) -> bool:
    """Whether jupyter_client would make the kernel's specification up: for ipykernel it does."""
    return kernel == OWN and importlib.util.find_spec("ipykernel") is not None
