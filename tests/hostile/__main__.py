# ruff: noqa: T201
"""`python -m tests.hostile [--tier landlock] [--family forging] [--only name] [--keep folder]`: the corpus, outside pytest.

Run it as an ordinary user: the attacks are real.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from plnb.grading.outcomes import GradeEvent, Settled
from tests.hostile.corpus import ENTRIES
from tests.hostile.runner import run


def _tell(event: GradeEvent) -> None:
    if isinstance(event, Settled):
        outcome = event.outcome
        print(f"{event.done:4} {outcome.seconds:6.2f} s  {outcome.student}: {outcome.state} {outcome.reason}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile")
    parser.add_argument("--tier", default="namespaces")
    parser.add_argument("--family", action="append")
    parser.add_argument("--only", action="append")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--tell", action="store_true")
    given = parser.parse_args()
    if os.geteuid() == 0:
        print("The attacks are real: run this as an ordinary user.")
        return 2
    entries = [
        entry
        for entry in ENTRIES
        if (not given.family or entry.family in given.family) and (not given.only or any(name in entry.name for name in given.only))
    ]
    began = time.monotonic()
    root = given.keep or Path(tempfile.mkdtemp(prefix="plnb-hostile-"))
    result = run(root, entries, tier=given.tier, jobs=given.jobs, on_event=_tell if given.tell else None)
    for miss in result.misses:
        print(miss)
    bars = dict(Counter(miss.bar for miss in result.misses)) or "none"
    print(f"{len(entries)} entries, {time.monotonic() - began:.0f} s, misses: {bars}")
    return 1 if result.misses else 0


if __name__ == "__main__":
    sys.exit(main())
