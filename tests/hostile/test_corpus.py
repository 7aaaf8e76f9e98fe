"""Nobody can fool, crash or stop the grader: every entry of the corpus, in both tiers, by the bars of issue 3."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.extent import WHOLE
from tests.hostile.corpus import ENTRIES
from tests.hostile.entry import Family

BY_KERNEL = {Family.forging, Family.reading, Family.writing, Family.persisting, Family.network, Family.resources}
"""What only a running student can try. The other families are met before or after, the same in every tier: they are tried in one,
and with `PLNB_WHOLE=1`, or `python -m tests.hostile`, in both."""

as_user = pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the attacks are real: run as an ordinary user")


def test_the_corpus_is_as_large_as_it_claims() -> None:
    honest = [entry for entry in ENTRIES if entry.family is Family.honest]
    assert len(ENTRIES) - len(honest) >= 90
    assert len(honest) >= 24
    assert {entry.family for entry in ENTRIES} == set(Family)
    assert [name for name, count in Counter(entry.name for entry in ENTRIES).items() if count > 1] == []


@as_user
@pytest.mark.slow
@pytest.mark.parametrize("tier", ["namespaces", "landlock"])
def test_nothing_gets_through(tier: str, tmp_path: Path) -> None:
    from plnb.engine.sandbox import Tier, prove
    from tests.hostile.runner import run

    proof = prove(Tier(tier))
    if proof.failure:
        pytest.skip(f"this machine does not offer the tier '{tier}': {proof.failure}")
    assert proof.holds
    everything = tier == "namespaces" or WHOLE or prove(Tier.namespaces).failure
    entries = [entry for entry in ENTRIES if everything or entry.family in BY_KERNEL]
    # (More workers than processors: many of the attacks sleep, or wait to be stopped.)
    misses = run(tmp_path / "all", entries, tier=tier, jobs=3).misses
    # What came late, was our fault, or earned less than it should may be a busy machine's doing: it has to be right when it is
    # graded alone. What was forged, read, reached, changed, kept from a person or left behind is a miss for good.
    busy = {miss.entry for miss in misses if miss.bar in ("late", "batch", "wrong", "accused")}
    busy -= {miss.entry for miss in misses if miss.bar not in ("late", "batch", "wrong", "accused")}
    assert [str(miss) for miss in misses if miss.entry not in busy] == []
    if busy:
        again = run(tmp_path / "alone", [entry for entry in entries if entry.name in busy], tier=tier, jobs=1).misses
        assert [str(miss) for miss in again] == [], [str(miss) for miss in misses]
