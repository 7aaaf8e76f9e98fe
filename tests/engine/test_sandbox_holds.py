"""Both tiers are attacked; every attack works where nothing stops it; and each defence is missed when it is taken away."""

from __future__ import annotations

import contextlib
import errno
import os
import platform
import struct
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from plnb.engine.sandbox import Tier, attacks, confining, keeper, landlock, limits, linux, namespaces, seccomp
from plnb.engine.sandbox.attacks import ATTACKS, Attack, Prey
from plnb.engine.sandbox.proof import attack_once, plant, planted, probe
from tests.engine.test_sandbox import every_tier, pytestmark  # noqa: F401

ALL = {attack.name: attack for attack in ATTACKS}
# Some machines let nobody trace their parents, sandbox or not (Yama).
_MEMORY = {"trace_grader", "read_memory_file", "read_memory_call", "read_by_root_of_others"}
MAY_FAIL_FREE = _MEMORY | {"contact_fast_open", "leave_in_named_queue"}


@pytest.fixture
def prey() -> Iterator[Prey]:
    with planted() as prey:
        yield prey


@every_tier
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_that_works_free_gets_nothing_confined(tier: Tier, attack: Attack, prey: Prey) -> None:
    result = probe(tier, attack, prey)
    if result.held is None and attack.name in MAY_FAIL_FREE:
        pytest.skip("does not work on this machine even without a sandbox")
    assert result.held is True, f"{tier} did not stop who tried to {result.said}: {result.got}"


def _nothing(*_: object, **__: object) -> None:
    pass


def _no_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    allow_all = struct.pack("=HBBI", 0x06, 0, 0, 0x7FFF0000)
    monkeypatch.setattr(seccomp, "filter_program", lambda **_: allow_all)


def _lenient_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    lenient = seccomp.filter_program(strict=False)
    monkeypatch.setattr(seccomp, "filter_program", lambda **_: lenient)


def _no_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "enter", _nothing)


def _no_scopes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "_SCOPES", 0)


def _no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "apply_limits", _nothing)


def _no_limits_no_totals(monkeypatch: pytest.MonkeyPatch) -> None:
    _no_limits(monkeypatch)
    _no_totals(monkeypatch)


def _no_totals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper.Keeper, "_excess", _nothing)


def _no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper.Keeper, "_end_everything", _nothing)


def _open_handles(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the grader has open to the planted token stays open; all handles would, in a long run, be more than the limit allows."""
    real = confining._close_all_but

    def lenient(kept: Iterable[int]) -> None:
        open_now = [int(name) for name in os.listdir("/proc/self/fd")]
        real([*kept, *(fd for fd in open_now if _leads_to_token(fd))])

    monkeypatch.setattr(confining, "_close_all_but", lenient)


def _leads_to_token(fd: int) -> bool:
    with contextlib.suppress(OSError):  # the listing itself is closed by now
        return Path(os.readlink(f"/proc/self/fd/{fd}")).name.startswith("token")
    return False


def _no_wipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linux, "rewrite_environment", _nothing)


def _without(space: int) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda monkeypatch: monkeypatch.setattr(namespaces, "SPACES", namespaces.SPACES & ~space)


def _world_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything can be reached at its own place, and written."""
    real = namespaces._system

    def all_of_it(box: object) -> None:
        real(box)  # type: ignore[arg-type]
        linux.mount("/.old/tmp", "/tmp", None, linux.MS_BIND | linux.MS_REC)

    monkeypatch.setattr(namespaces, "_system", all_of_it)


_STRICT = "limit_grader slow_grader pin_grader contact_udp contact_path_socket contact_by_pair open_up_outside"
_COMMON = (
    "ask_kernel_about_network leave_in_queue gain_by_namespace gain_by_fork_into_namespace keep_keys ring bomb_of_memory_files"
)
_FILES = "read_file read_by_link write_outside make_outside remove_outside"
TAKEN_AWAY = [
    (Tier.landlock, _no_filter, f"{_STRICT} {_COMMON} leave_in_system_v"),
    (Tier.landlock, _lenient_filter, _STRICT),
    (Tier.landlock, _no_rules, f"{_FILES} list_processes signal_grader signal_parent leave_in_shared_memory"),
    (Tier.landlock, _no_scopes, "signal_grader signal_by_handle signal_parent"),
    (Tier.landlock, _no_limits, "bomb_of_file"),
    (Tier.landlock, _no_limits_no_totals, "bomb_of_memory bomb_of_processes bomb_of_threads"),
    (Tier.landlock, _no_totals, "bomb_of_shared_memory bomb_of_files bomb_of_nameless_files bomb_of_empty_files"),
    (Tier.landlock, _no_end, "stay_as_daemon"),
    (Tier.landlock, _open_handles, "read_by_handle"),
    (Tier.landlock, _no_wipe, "read_environment"),
    (Tier.namespaces, _no_filter, _COMMON),
    (Tier.namespaces, _no_limits_no_totals, "bomb_of_processes bomb_of_threads bomb_of_memory bomb_of_file"),
    (Tier.namespaces, _no_totals, "bomb_of_shared_memory"),
    (Tier.namespaces, _without(linux.CLONE_NEWNET), "contact_tcp contact_udp contact_abstract"),
    (Tier.namespaces, _world_stays, f"{_FILES} open_up_outside contact_path_socket"),
    (Tier.namespaces, _open_handles, "read_by_handle"),
    (Tier.namespaces, _no_wipe, "read_environment"),
]


@pytest.mark.parametrize(
    ("tier", "take_away", "name"),
    [
        pytest.param(tier, take, name, id=f"{tier}-{getattr(take, '__name__', '')}-{name}")
        for tier, take, names in TAKEN_AWAY
        for name in names.split()
    ],
)
def test_a_defence_that_is_taken_away_is_missed(
    tier: Tier, take_away: Callable[[pytest.MonkeyPatch], None], name: str, prey: Prey, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_away(monkeypatch)
    if name == "read_environment":
        monkeypatch.setattr("plnb.engine.sandbox.proof._TOKEN_NAME", "PLNB_ANOTHER")
        monkeypatch.setenv("PLNB_ANOTHER", "")
    plant(prey.file, prey.token)
    outcome = attack_once(tier, ALL[name], prey)
    assert outcome, f"{name} was stopped by something else: {outcome}"


def test_the_filter_is_the_same_on_both_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program is run here by hand: there may be no such processor at hand."""
    known = {
        "x86_64": {
            "read": 0,
            "ptrace": 101,
            "socket": 41,
            "clone": 56,
            "chmod": 268,
            "clone3": 435,
            "unshare": 272,
            "prlimit": 302,
        },
        "aarch64": {
            "read": 63,
            "ptrace": 117,
            "socket": 198,
            "clone": 220,
            "chmod": 53,
            "clone3": 435,
            "unshare": 97,
            "prlimit": 261,
        },
    }
    allowed, refused, absent, done = 0x7FFF0000, 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS, 0x50000
    for machine, architecture in (("x86_64", 0xC000003E), ("aarch64", 0xC00000B7)):
        monkeypatch.setattr(platform, "machine", lambda machine=machine: machine)
        seccomp.filter_program.cache_clear()
        number = known[machine]
        for strict in (False, True):
            program = seccomp.filter_program(strict=strict)

            def says(
                name: str, *arguments: int, program: bytes = program, number: dict[str, int] = number, at: int = architecture
            ) -> int:
                return _run(program, number[name], at, arguments)

            assert says("read") == allowed
            assert says("ptrace") == says("unshare") == refused
            assert says("clone3") == absent
            assert says("clone", 17) == allowed
            assert says("clone", 0x10000000 | 17) == refused
            assert says("chmod") == (done if strict else allowed)
            assert says("prlimit", 0) == allowed
            assert says("prlimit", 4321) == (refused if strict else allowed)
            assert (says("socket", 1) == allowed) is not strict
            assert says("socket", 16) != allowed
            assert _run(program, 9999, architecture, ()) == absent
            assert _run(program, number["read"], 0x40000003, ()) == 0x80000000
            if machine == "x86_64":
                assert _run(program, 0x40000000 | number["read"], architecture, ()) == absent
    seccomp.filter_program.cache_clear()


def _says(program: bytes, numbers: dict[str, int], architecture: int, name: str, *arguments: int) -> int:
    return _run(program, numbers[name], architecture, arguments)


def _run(program: bytes, number: int, architecture: int, arguments: tuple[int, ...]) -> int:
    """What a BPF program says of a system call."""
    data = struct.pack("=IIQ6Q", number, architecture, 0, *(arguments + (0,) * 6)[:6])
    at = held = 0
    while True:
        code, yes, no, value = struct.unpack_from("=HBBI", program, at * 8)
        at += 1
        match code:
            case 0x20:
                held = struct.unpack_from("=I", data, value)[0]
            case 0x54:
                held &= value
            case 0x06:
                return int(value)
            case 0x15 | 0x25 | 0x35 | 0x45:
                true = {0x15: held == value, 0x25: held > value, 0x35: held >= value, 0x45: bool(held & value)}[code]
                at += yes if true else no
            case _:
                raise AssertionError(code)


def test_the_table_of_numbers_has_no_number_twice() -> None:
    for column in (0, 1):
        numbers = [
            number
            for table in (seccomp._NEVER, seccomp._ABSENT, seccomp._IDLE, seccomp._ARGUED)
            for number in seccomp._numbers(table, column).values()
        ]
        assert len(numbers) == len(set(numbers)) > 90
        assert max(numbers) <= seccomp._LAST


@pytest.mark.skipif(not Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h").exists(), reason="needs the kernel's headers")
def test_the_numbers_are_the_kernels() -> None:
    text = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h").read_text()
    real = {
        line.split()[1].removeprefix("__NR_"): int(line.split()[2])
        for line in text.splitlines()
        if line.startswith("#define __NR_")
    }
    for table in (seccomp._NEVER, seccomp._ABSENT, seccomp._IDLE, seccomp._ARGUED):
        for name, number in seccomp._numbers(table, 0).items():
            assert real.get(name, number) == number, name


def test_attacks_have_names_of_their_own() -> None:
    assert len(ALL) == len(ATTACKS)
    assert {attack.family for attack in ATTACKS} == {"reading", "processes", "network", "writing", "rights", "resources", "leaving"}
    assert attacks.LIMITS.processes < 64
