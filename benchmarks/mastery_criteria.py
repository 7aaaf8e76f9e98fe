"""How well do criteria of mastery tell who knows? On public logs, with our own rules, against the figures we publish.

    python benchmarks/mastery_criteria.py [folder with assistments09_train.tsv and assistments09_test.tsv]

Data: the split of ASSISTments 2009 by Gervet et al. 2020 (tab-separated: user_id item_id timestamp correct skill_id, in the
order of the answers). Taken are all sequences of one student and one skill with at least 12 answers. *reached*: share of them in
which the criterion is met; *answers*: median place at which it is met; *after*: mean over these sequences of the mean of the next
five answers (fewer at the end; sequences with none left out). Sequences that long belong to students who needed them, so the shares
flatter no one. Exit code 1 where a figure is off by more than 0.01.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median

from plnb.core.base import Level
from plnb.core.policy import Bkt, Ema, MOfN, Policy, Streak
from plnb.core.rules import Answer, judge
from plnb.core.words import ENGLISH

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "kt"
FILES = ("assistments09_train.tsv", "assistments09_test.tsv")
LEAST, NEXT, WITHIN = 12, 5, 0.01

# distinct=1: these logs are judged as the published criteria do, without our wish for different checks.
CRITERIA: tuple[tuple[str, Policy, tuple[float, float, float]], ...] = (
    ("2 in a row", Streak(n=2, distinct=1), (0.94, 4, 0.663)),
    ("3 in a row", Streak(n=3, distinct=1), (0.88, 6, 0.690)),
    ("5 in a row", Streak(n=5, distinct=1), (0.61, 10, 0.768)),
    ("3 of 5", MOfN(m=3, n=5, distinct=1), (0.93, 5, 0.670)),
    ("5 of 7", MOfN(m=5, n=7, distinct=1), (0.81, 7, 0.726)),
    ("BKT 0.95", Bkt(init=0.4, learn=0.1, slip=0.1, guess=0.2, proficient_at=0.95, distinct=1), (0.89, 5, 0.689)),
    ("EMA 0.75/0.80", Ema(alpha=0.75, proficient_at=0.80, distinct=1), (0.66, 11, 0.782)),
)
"""Each criterion with its published figures: reached, answers, after."""

_NEVER = datetime(2009, 9, 1, tzinfo=UTC)
_ANSWERS = {right: Answer(("log", "item"), float(right), right, _NEVER) for right in (False, True)}


def sequences(folder: Path) -> list[list[Answer]]:
    """Answers by student and skill, in order; students of the two files are different people."""
    found: dict[tuple[str, str, str], list[Answer]] = defaultdict(list)
    for name in FILES:
        with (folder / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                found[name, row["user_id"], row["skill_id"]].append(_ANSWERS[row["correct"] == "1"])
    return [answers for answers in found.values() if len(answers) >= LEAST]


def measure(policy: Policy, logs: Sequence[Sequence[Answer]]) -> tuple[float, float, float]:
    """Reached, answers and after."""
    places, afterwards = [], []
    for answers in logs:
        levels = judge(policy, answers, ENGLISH).levels
        place = next((n for n, level in enumerate(levels, start=1) if level >= Level.proficient), None)
        if place is None:
            continue
        places.append(place)
        if following := answers[place : place + NEXT]:
            afterwards.append(mean(answer.right for answer in following))
    return len(places) / len(logs), median(places), mean(afterwards)


def main(arguments: Sequence[str]) -> int:
    """Print the table; the exit code says whether it holds."""
    folder = Path(arguments[0]) if arguments else DATA
    if absent := [name for name in FILES if not (folder / name).is_file()]:
        print(f"Skipped: there is no {' and no '.join(absent)} in {folder}.")
        return 0
    logs = sequences(folder)
    print(f"{len(logs)} sequences of at least {LEAST} answers, {sum(map(len, logs))} answers.\n")
    print(f"{'criterion':<16}{'reached':>9}{'answers':>9}{'after':>8}   published")
    good = True
    for name, policy, published in CRITERIA:
        found = measure(policy, logs)
        fits = all(abs(a - b) <= WITHIN for a, b in zip(found, published, strict=True))
        good &= fits
        said = f"{published[0]:.2f} / {published[1]:g} / {published[2]:.3f}"
        print(f"{name:<16}{found[0]:>9.3f}{found[1]:>9g}{found[2]:>8.3f}   {said}  {'ok' if fits else 'NOT OK'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
