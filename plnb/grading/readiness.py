"""Whether this machine may grade a unit: what the sandbox and the course ask for must be possible with each notebook's kernel."""

from __future__ import annotations

import json

from plnb.engine.execute import cannot_be_confined, runs_on_a_desk
from plnb.engine.nodes import as_node
from plnb.engine.sandbox import Tier
from plnb.errors import NotReadyError
from plnb.grading.jobs import UnitKit


def why_not_graded_here(kit: UnitKit) -> NotReadyError | None:
    """Why nothing of a unit is graded on this machine; None where it can be.

    A kernel other than plnb's own Python runs outside the sandbox and cannot be asked from aside: that is refused where a sandbox
    is in force, and where the course is graded strictly and its checks were to run outside the student's process.
    """
    for released in kit.manifest.notebooks:
        notebook = as_node({"metadata": json.loads(kit.masters[released.name])["metadata"]})
        if runs_on_a_desk(notebook, Tier(kit.tier or "none")):
            continue
        if kit.tier not in ("", "none"):
            return cannot_be_confined(notebook)
        if kit.manifest.strict and released.plan.outside:
            return NotReadyError(
                f"The course is graded strictly; here the checks of {released.name} can only run in the students' own process.",
                mend="Grade on Linux, with the kernel python3 of the Python that plnb is installed in.",
            )
    return None
