"""A kernel loads little for us, and nothing of servers and graders."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.server.desk import put

HEAVY = {
    "jupyter_server",
    "tornado",
    "nbgrader",
    "papermill",
    "sqlalchemy",
    "yaml",
    "pandas",
    "numpy",
    "altair",
    "networkx",
    "nbformat",
}
FIRST = """
import json, os, sys
import plnb.notebook as me
os.chdir(sys.argv[1])
me.start(); me.check(); me.hint("slope"); me.choose("rep", "graph"); me.goal("x"); me.reflect("how", "y"); me.progress()
print(json.dumps(sorted(sys.modules)))
"""


def test_it_works_without_ipython_and_loads_nothing_heavy(tmp_path: Path) -> None:
    unit = put(tmp_path) / "one"
    said = subprocess.run([sys.executable, "-c", FIRST, str(unit)], capture_output=True, text=True, check=True)
    assert said.stderr == ""
    *told, modules = said.stdout.splitlines()
    loaded = {name.split(".")[0] for name in json.loads(modules)}
    assert not loaded & HEAVY
    assert "IPython" not in loaded
    assert told[0] == "▷ “A walk” is ready. Run a check, and you will see here how it went."
    assert "☰ Lines" in told
