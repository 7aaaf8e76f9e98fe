"""Running a notebook: `run_notebook`, the one door to it.

Cells run as nbgrader's `Execute` runs them: errors do not stop the run, and an error that a student's code hid is written down all
the same. On top of that a run has a budget, a dead kernel ends a run instead of the batch, and nothing survives the call. A Python
notebook runs on a warm desk where there are desks (Linux), and in an ordinary kernel elsewhere. It knows nothing of courses, points
or students.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from nbformat import NotebookNode

from plnb.engine.aside import Aside, CellTaken
from plnb.engine.kernelspecs import find_kernel, is_this_python
from plnb.engine.nursery import Nursery, nursery_for, world
from plnb.engine.opening import Opening, Played
from plnb.engine.outputs import OUTPUT_CUT
from plnb.engine.pictures import unseen
from plnb.engine.runs import Budget, CellRun, CellStatus, Ended, RunResult
from plnb.engine.sandbox import Box, Limits, Tier
from plnb.engine.wanted import wanted_modules
from plnb.engine.warm import WarmRun, Watch
from plnb.errors import NotReadyError, OurFaultError

__all__ = ["OUTPUT_CUT", "Aside", "Budget", "CellRun", "CellStatus", "CellTaken", "Ended", "RunResult", "Watch", "run_notebook"]


def run_notebook(
    nb: NotebookNode,
    *,
    cwd: Path,
    budget: Budget = Budget(),
    env: Mapping[str, str] = {},
    questions: Mapping[str, str] = {},
    aside: Aside | None = None,
    tier: Tier = Tier.none,
    box: Box | None = None,
    nursery: Nursery | None = None,
    watch: Watch = Watch(),
    stop_on_error: bool = False,
    seen: bool = True,
    opening: Opening | None = None,
) -> RunResult:
    """Run a copy of `nb` in a fresh kernel whose working folder is `cwd`.

    `tier` confines it to `box` (by default `cwd`, and the budget's limits); a confined notebook sees a small environment,
    an unconfined one this process's, and both see `env`. `questions` are Python expressions, asked in the kernel after the last
    cell; `aside` may take cells over. `nursery` forks the desk; without it one is kept for what the notebook imports. Where nobody
    will look at the notebook (`seen` is False), a desk paints no pictures. The desk is forked from `opening` where the notebook
    begins as that does.

    Raises `NotReadyError` where no kernel fits, or the one that fits cannot be confined as `tier` asks, and `OurFaultError` where
    it does not start; what the notebook does is a result.
    """
    began = time.monotonic()
    if runs_on_a_desk(nb, tier):
        ran = _on_desks(
            nb, cwd, budget, env if seen else unseen(env), questions, aside, tier, box, nursery, watch, stop_on_error, opening
        )
    elif tier is not Tier.none:
        raise cannot_be_confined(nb)
    else:
        from plnb.engine.cold import run_in_kernel  # nbclient and what it needs

        ran = run_in_kernel(nb, cwd=cwd, budget=budget, env=env, questions=questions, watch=watch, stop_on_error=stop_on_error)
    return replace(ran, seconds=time.monotonic() - began)


def __getattr__(name: str) -> object:
    """The papermill engine had its home here, and installed packages may name it so."""
    if name == "PlnbEngine":
        from plnb.engine.papermill_engine import PlnbEngine

        return PlnbEngine
    raise AttributeError(name)


def runs_on_a_desk(nb: NotebookNode, tier: Tier = Tier.none) -> bool:
    """Whether it is Python for this very interpreter, on a system where processes can be forked safely or in a container.

    Only what runs on a desk can be confined, and only there can checks be taken over. Raises `NotReadyError` where no kernel fits.
    """
    there_are_desks = sys.platform.startswith("linux") or (tier is Tier.container and os.name == "posix")
    return there_are_desks and is_this_python(find_kernel(nb))


def cannot_be_confined(nb: NotebookNode) -> NotReadyError:
    """Why a notebook that does not run on a desk is not run in a sandbox."""
    return NotReadyError(
        f"The kernel “{find_kernel(nb)}” cannot be confined: plnb's sandbox is for the Python that plnb itself runs in.",
        mend="Choose the kernel python3 in the notebook and install plnb in that Python, or use --unsafe-no-sandbox.",
    )


def _limits(budget: Budget) -> Limits:
    return Limits(
        memory_bytes=budget.memory_bytes,
        processes=budget.processes,
        cpu_seconds=budget.cpu_seconds,
        folder_bytes=budget.folder_bytes,
    )


def _on_desks(
    nb: NotebookNode,
    cwd: Path,
    budget: Budget,
    env: Mapping[str, str],
    questions: Mapping[str, str],
    aside: Aside | None,
    tier: Tier,
    box: Box | None,
    nursery: Nursery | None,
    watch: Watch,
    stop_on_error: bool,
    opening: Opening | None,
) -> RunResult:
    """Run on a desk, and once more on a desk of a new nursery where the first was lost by no fault of the notebook."""
    modules = nursery.modules if nursery is not None else wanted_modules(nb)
    for again in (False, True):
        source = nursery if nursery is not None and nursery.alive and not again else nursery_for(modules, tier)
        played: tuple[Played, ...] = ()
        home: Path | None = None
        if opening is not None and not again and opening.alive and opening.begins(nb) and opening.can_work_in(cwd):
            source, played, home = opening, opening.played, opening.home
        run = WarmRun(
            nb,
            budget=budget,
            questions=questions,
            aside=aside,
            watch=watch,
            stop_on_error=stop_on_error,
            played=played,
        )
        with contextlib.ExitStack() as stack:
            own, seen = stack.enter_context(world(source.tier, cwd, env, _limits(budget), home=home))
            if source.tier is not Tier.none:
                own = box or own
            try:
                return run.on(source.desk(own, env=seen, cwd=cwd))
            except OurFaultError:
                if again or (aside is not None and run.begun):
                    raise  # an aside has had its say; whoever gave it begins anew
    raise AssertionError("the second time returns or raises")
