"""What does it cost to run a notebook?

    python benchmarks/engine_speed.py [--notebooks 20]

The same notebooks, side by side in one run, taking turns so that a busy machine is as busy for all: a new kernel for each by
nbclient (what papermill and nbgrader do), nbclient on forked kernels (`plnb-warm`), warm desks in every tier that this user may
have, and the bare cells, executed by a forked child of a process that has imported everything, with nothing recorded: the limit.
Medians, and how many times the limit that is. Bar: a desk takes at most twice the bare cells. Root measures the tier `none` only.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from statistics import median
from time import perf_counter

from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from plnb.engine.execute import run_notebook
from plnb.engine.nursery import Nursery
from plnb.engine.sandbox import Tier
from plnb.engine.sandbox.choosing import usable_tiers

MODULES = ("numpy", "pandas", "matplotlib.pyplot")
TRIVIAL = tuple(f"x{number} = {number}\nprint(x{number})" for number in range(10))
SCIENTIFIC = (
    "import numpy as np, pandas as pd, matplotlib.pyplot as plt",
    "data = pd.DataFrame({'x': np.arange(200), 'y': np.random.rand(200)})",
    "data.describe()",
    "data.groupby(data.x % 5).y.mean()",
    "fit = np.polyfit(data.x, data.y, 2); fit",
    "plt.plot(data.x, data.y); plt.title('y');",
    "assert len(data) == 200",
)
Way = Callable[[], None]


def notebook(cells: tuple[str, ...]) -> NotebookNode:
    spec = {"name": "python3", "language": "python", "display_name": "Python 3"}
    return new_notebook(cells=[new_code_cell(source) for source in cells], metadata={"kernelspec": spec})


def by_nbclient(cells: tuple[str, ...], provisioner: str) -> Way:
    def run() -> None:
        from jupyter_client.provisioning import KernelProvisionerFactory

        factory = KernelProvisionerFactory.instance()
        factory.default_provisioner_name = provisioner
        warm = EntryPoint("plnb-warm", "plnb.engine.provisioner:WarmProvisioner", factory.GROUP_NAME)
        factory.provisioners.setdefault("plnb-warm", warm)  # also where plnb is used without being installed
        NotebookClient(notebook(cells), kernel_name="python3", allow_errors=True, shutdown_kernel="immediate").execute()

    return run


def on_a_desk(cells: tuple[str, ...], nursery: Nursery) -> Way:
    def run() -> None:
        with tempfile.TemporaryDirectory() as folder:
            result = run_notebook(notebook(cells), cwd=Path(folder), nursery=nursery)
        assert result.died is None, result.reason
        assert all(cell.status == "ok" for cell in result.cells), result.cells

    return run


def bare(cells: tuple[str, ...]) -> Way:
    code = [compile(source, "cell", "exec") for source in cells]

    def run() -> None:
        pid = os.fork()
        if pid == 0:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            names: dict[str, object] = {"__name__": "__main__"}
            for one in code:
                exec(one, names)
            if "plt" in names:  # a kernel draws the figure at the end of its cell
                import io

                import matplotlib.pyplot as plt

                plt.savefig(io.BytesIO(), format="png", bbox_inches="tight")
            os._exit(0)
        assert os.waitpid(pid, 0)[1] == 0

    return run


def tiers() -> list[Tier]:
    """Without one first; then what this machine has. Nothing is proved here, only measured."""
    if os.getuid() == 0:
        print("(root: the sandbox is not measured)")
        return [Tier.none]
    return [Tier.none, *(tier for tier in usable_tiers() if tier in (Tier.namespaces, Tier.landlock))]


def measure(title: str, ways: dict[str, Way], times: int) -> float:
    """Print a table; how many times the limit the unconfined desk took."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()  # once for nothing: what is made on first use
    for turn in range(times):
        for name, way in ways.items():
            if name.startswith("nbclient") and turn >= max(3, times // 4):
                continue  # slow, and steady enough
            began = perf_counter()
            way()
            taken[name].append(perf_counter() - began)
    limit = median(taken["bare cells, forked"])
    print(f"\n{title}\n{'':34}{'median ms':>10}{'× limit':>9}")
    for name, seconds in taken.items():
        print(f"{name:34}{median(seconds) * 1000:10.1f}{median(seconds) / limit:9.1f}")
    return median(taken["desk, none"]) / limit


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--notebooks", type=int, default=20)
    times = parser.parse_args().notebooks
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # the bare cells are forked from here
    os.environ["PLNB_WARM_MODULES"] = ",".join(MODULES)
    os.environ["MPLBACKEND"] = "agg"  # here, for the bare cells
    began = perf_counter()
    nurseries = {tier: Nursery(modules=MODULES, tier=tier) for tier in tiers()}
    on_a_desk(("1",), nurseries[Tier.none])()
    print(f"first desk, with {', '.join(MODULES)} to import: {perf_counter() - began:.2f} s")
    os.environ.pop("MPLBACKEND")
    for module in MODULES:
        __import__(module)
    sys.modules["matplotlib"].use("agg")
    missed = False
    for title, cells in (("10 trivial cells", TRIVIAL), ("numpy, pandas and a figure", SCIENTIFIC)):
        ways = {
            "nbclient, a new kernel each": by_nbclient(cells, "local-provisioner"),
            "nbclient, forked (plnb-warm)": by_nbclient(cells, "plnb-warm"),
            **{f"desk, {tier}": on_a_desk(cells, nursery) for tier, nursery in nurseries.items()},
            "bare cells, forked": bare(cells),
        }
        missed |= measure(title, ways, times) > 2 and cells is SCIENTIFIC
    for nursery in nurseries.values():
        nursery.close()
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
