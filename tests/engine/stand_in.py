"""Our own first tier as somebody's container: a command that confines what is put after it. `python stand_in.py COMMAND…`."""

from __future__ import annotations

import os
import shlex
import sys
import tempfile
from pathlib import Path


def container_command() -> str:
    """For PLNB_SANDBOX_COMMAND."""
    return shlex.join([sys.executable, __file__])


if __name__ == "__main__":
    root = str(Path(__file__).parents[2])  # this very plnb, as an image would hold it
    sys.path.insert(0, root)
    os.environ["PYTHONPATH"] = root
    from plnb.engine.sandbox import Box, Limits, Tier, confine

    box = Box(folder=Path(tempfile.mkdtemp(prefix="plnb-container-")), limits=Limits(processes=200, memory_bytes=4 * 2**30))
    confine(Tier.namespaces, box, keep_fds=[0, 1, 2])
    python = sys.executable if sys.argv[1] == "python3" else sys.argv[1]
    os.execv(python, [python, *sys.argv[2:]])
