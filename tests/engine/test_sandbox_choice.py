"""Which tier is chosen, who is refused, and what a person who runs the machine is told."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from plnb.cli import doctor
from plnb.engine.sandbox import Probe, Proof, Tier, choose, choosing, clear_away, prove
from plnb.errors import NotReadyError

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="plnb's own sandboxes are for Linux")
ordinary_user = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() == 0, reason="run as an ordinary user: root is not limited, so it is refused"
)


@pytest.fixture(autouse=True)
def _own_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("PLNB_SANDBOX_COMMAND", raising=False)


@pytest.fixture
def not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing.os, "geteuid", lambda: 1000)


class Prover:
    """Stands for the attacks where only the choice among their results is tested; counts how often it is asked."""

    def __init__(self, *holding: Tier) -> None:
        self.holding = holding
        self.asked: list[Tier] = []

    def __call__(self, tier: Tier) -> Proof:
        self.asked.append(tier)
        probe = Probe(family="reading", name="read_file", said="read a file", held=tier in self.holding)
        return Proof(tier=tier, probes=(probe,))


@linux_only
def test_root_is_refused_with_the_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing.os, "geteuid", lambda: 0)
    for prefer in (None, Tier.namespaces, Tier.landlock):
        with pytest.raises(NotReadyError) as refused:
            choose(prefer, prove=Prover(Tier.namespaces, Tier.landlock))
        assert "root" in refused.value.message
        assert "ordinary user" in refused.value.mend


def test_no_sandbox_is_for_who_asks_by_name() -> None:
    assert choose(unsafe=True) is Tier.none
    with pytest.raises(NotReadyError, match="--unsafe-no-sandbox"):
        choose(Tier.none)


@linux_only
@pytest.mark.usefixtures("not_root")
def test_the_first_tier_that_holds_is_taken_and_remembered() -> None:
    prover = Prover(Tier.landlock)
    assert choose(prove=prover) is Tier.landlock
    assert prover.asked == [Tier.namespaces, Tier.landlock]
    # What did not hold is tried again: somebody may have mended it. What held is not.
    assert choose(prove=prover) is Tier.landlock
    assert prover.asked == [Tier.namespaces, Tier.landlock, Tier.namespaces]


@linux_only
@pytest.mark.usefixtures("not_root")
def test_what_was_remembered_is_proved_again_after_a_change(monkeypatch: pytest.MonkeyPatch) -> None:
    prover = Prover(Tier.namespaces)
    choose(prove=prover)
    monkeypatch.setattr(choosing.platform, "release", lambda: "another kernel")
    choose(prove=prover)
    assert prover.asked == [Tier.namespaces] * 2


@linux_only
@pytest.mark.usefixtures("not_root")
def test_the_proof_of_one_python_does_not_push_out_that_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    prover = Prover(Tier.namespaces)
    for prefix in ("/one/venv", "/another/venv") * 3:
        monkeypatch.setattr(choosing.sys, "prefix", prefix)
        choose(prove=prover)
    assert prover.asked == [Tier.namespaces] * 2


@linux_only
@pytest.mark.usefixtures("not_root")
def test_proofs_of_what_is_long_gone_do_not_pile_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prover = Prover(Tier.namespaces)
    for number in range(40):
        monkeypatch.setattr(choosing.sys, "prefix", f"/venv/{number}")
        choose(prove=prover)
    assert len(list((tmp_path / "cache" / "plnb").iterdir())) == 32
    choose(prove=prover)
    assert len(prover.asked) == 40


@linux_only
@pytest.mark.usefixtures("not_root")
def test_a_torn_memory_is_no_memory(tmp_path: Path) -> None:
    prover = Prover(Tier.namespaces)
    choose(prove=prover)
    for file in (tmp_path / "cache" / "plnb").iterdir():
        file.write_text("{")
    choose(prove=prover)
    assert prover.asked == [Tier.namespaces] * 2


@linux_only
@pytest.mark.usefixtures("not_root")
def test_where_nothing_holds_grading_is_refused_and_says_what_was_tried() -> None:
    with pytest.raises(NotReadyError) as refused:
        choose(prove=Prover())
    assert "namespaces: 1 attacks got through" in refused.value.message
    assert "plnb doctor" in refused.value.mend
    with pytest.raises(NotReadyError):
        choose(Tier.landlock, prove=Prover(Tier.namespaces))


def test_other_systems_are_told_what_works_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing.sys, "platform", "darwin")
    with pytest.raises(NotReadyError) as refused:
        choose(prove=Prover(*Tier))
    assert "Linux" in refused.value.mend
    assert "PLNB_SANDBOX_COMMAND" in refused.value.mend


def test_a_container_needs_a_command_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotReadyError, match="No container command"):
        choose(Tier.container)
    monkeypatch.setenv("PLNB_SANDBOX_COMMAND", "no-such-program run")
    with pytest.raises(NotReadyError, match="no-such-program"):
        choose(Tier.container)


@linux_only
def test_a_command_that_confines_nothing_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLNB_SANDBOX_COMMAND", "env")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")  # the python3 that has plnb
    proof = prove(Tier.container)
    assert {probe.name for probe in proof.broken} >= {"read_file", "signal_grader", "make_outside", "read_memory_file"}
    with pytest.raises(NotReadyError, match=r"\d attacks got through"):
        choose(Tier.container)


@ordinary_user
@pytest.mark.slow
def test_one_of_our_tiers_holds_here() -> None:
    assert choose() in (Tier.namespaces, Tier.landlock)


@linux_only
def test_doctor_fails_where_grading_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing.os, "geteuid", lambda: 0)
    (said,) = doctor._sandbox()
    assert said.result == "failed"
    assert "root" in said.said
    assert "ordinary user" in said.mend


@linux_only
@pytest.mark.usefixtures("not_root")
def test_doctor_says_what_got_through_and_which_tier_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plnb.engine.sandbox.prove", Prover(Tier.landlock))
    first, second, grading = doctor._sandbox()
    assert (first.result, second.result, grading.result) == ("note", "held", "held")
    assert "did not stop who tried to read a file" in first.said
    assert "landlock" in grading.said
    monkeypatch.setattr("plnb.engine.sandbox.prove", Prover())
    assert [probe.result for probe in doctor._sandbox()] == ["failed"] * 3


def test_a_proof_without_an_attack_that_works_proves_nothing() -> None:
    untried = Probe(family="reading", name="read_file", said="read a file", held=None)
    assert not Proof(tier=Tier.landlock, probes=(untried,)).holds
    assert not Proof(tier=Tier.landlock, failure="no").holds
    assert Proof(tier=Tier.landlock, probes=(untried, replace(untried, held=True))).holds


@linux_only
def test_what_a_student_left_is_cleared_away(tmp_path: Path) -> None:
    folder = tmp_path / "box"
    folder.mkdir()
    kept = tmp_path / "kept"
    kept.write_text("x")
    (folder / "link").symlink_to(kept)
    (folder / "away").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    (folder / "closed").mkdir()
    (folder / "closed" / "file").touch()
    (folder / "closed").chmod(0)
    deep = os.open(folder, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("deeper", dir_fd=deep)
        below = os.open("deeper", os.O_RDONLY, dir_fd=deep)
        os.close(deep)
        deep = below
    os.close(deep)
    assert clear_away(folder)
    assert sorted(file.name for file in tmp_path.iterdir() if file.name != "cache") == ["kept"]
    assert clear_away(folder)
