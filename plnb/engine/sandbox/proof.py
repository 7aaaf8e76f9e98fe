"""Does a tier hold on this machine? It is attacked, and the attacks are shown to work where nothing stops them.

`python -m plnb.engine.sandbox.proof TIER` does it in a process of its own, which is single-threaded and holds nothing but planted
secrets; `prove_apart` starts that.
"""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NoReturn

from pydantic import TypeAdapter

from plnb.core.base import Model
from plnb.engine.sandbox import attacks, clear_away, confine
from plnb.engine.sandbox.attacked import INSIDE, Task, world
from plnb.engine.sandbox.attacks import Attack, Prey
from plnb.engine.sandbox.containers import checked_command
from plnb.engine.sandbox.tiers import Box, Ending, Limits, Probe, Proof, Reason, Tier
from plnb.errors import NotReadyError

_SECONDS = 40.0
_HOLD_SECONDS = 2.0
_PATIENT_SECONDS = 10.0  # on a machine with much to do a keeper comes round less often
_STUBBORN_SECONDS = 0.5
_LINGER_SECONDS, _FREE_LINGER_SECONDS = 2.0, 0.3
_LANE = 6
_TOKEN_NAME = "PLNB_PLANTED_TOKEN"  # noqa: S105


_PROOF: Final = TypeAdapter(Proof)


def written(proof: Proof) -> str:
    """A proof as JSON."""
    return _PROOF.dump_json(proof).decode()


class Outcome(Model):
    """One attack, once."""

    begun: bool = True
    """It was tried at all."""
    got: str = ""
    """What it got."""
    lingers: bool = False
    """Something of it was alive two seconds after its end."""
    ending: Ending | None = None
    """What the keeper saw; None where there was none."""

    def __bool__(self) -> bool:
        """The attack succeeded."""
        return bool(self.got) or self.lingers


def attack_once(
    tier: Tier | None,
    attack: Attack,
    prey: Prey,
    limits: Limits = attacks.LIMITS,
    hold: float = _HOLD_SECONDS,
    within: bool = False,
) -> Outcome:
    """Try one attack, confined in a tier (`within`: from an opening), or free where it is None.

    The calling process is the prey. Bombs wait `hold` seconds.
    """
    folder = Path(tempfile.mkdtemp(prefix="plnb-proof-"))
    hear, say = os.pipe()
    report_in, report_out = os.pipe()
    pid = os.fork()
    if pid == 0:
        _attacker(tier, attack, prey, Box(folder=folder, limits=limits), say, report_out, hold, within)
    os.close(say)
    os.close(report_out)
    begun = bool(select.select([hear], [], [], _SECONDS)[0] and os.read(hear, 1))
    got = _listen(hear, time.monotonic() + (_STUBBORN_SECONDS if attack.stubborn else _SECONDS))
    if got is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        got = _listen(hear, time.monotonic() + (_LINGER_SECONDS if tier is not None else _FREE_LINGER_SECONDS))
    lingers = got is None
    if lingers and tier is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(hear)
    said = os.read(report_in, 4096) if tier not in (None, Tier.container) else b""
    os.close(report_in)
    ending = Ending.read(said) if said else None
    clear_away(folder)
    if attack.seen is not None:
        got = "seen outside" if attack.seen(prey) else ""
    return Outcome(begun=begun, got=got or "", lingers=lingers, ending=ending)


def _attacker(tier: Tier | None, attack: Attack, prey: Prey, box: Box, say: int, report: int, hold: float, within: bool) -> None:
    if tier is Tier.container:
        _go_into_container(attack, dataclasses.replace(prey, hold_seconds=hold), box.limits, say)
    try:
        if tier is None:
            os.chdir(box.folder)
        else:
            del os.environ[_TOKEN_NAME]  # the environment is the caller's business; /proc is the sandbox's
            confine(tier, box, keep_fds=[say], report_fd=report, within=within)
        os.write(say, b".")
        got = attack.act(prey if tier is None else dataclasses.replace(prey, hold_seconds=hold))
        os.write(say, got.encode()[:1000])
    except BaseException:  # stopped, or a student's SystemExit: what it got is on the pipe, or it got nothing
        os._exit(1)
    os._exit(0)


def _go_into_container(attack: Attack, prey: Prey, limits: Limits, say: int) -> NoReturn:
    """Become the container's command, which tries the attack inside."""
    try:
        del os.environ[_TOKEN_NAME]
        given = {name: str(value) if isinstance(value, Path) else value for name, value in dataclasses.asdict(prey).items()}
        task = Task(attack=attack.name, limits=limits, world=world(), prey=given)
        with tempfile.TemporaryFile() as file:
            file.write(task.model_dump_json().encode())
            file.seek(0)
            os.dup2(file.fileno(), 0)
        os.dup2(say, 1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        command = checked_command()
        os.execvp(command[0], [*command, *INSIDE])  # noqa: S606 - the administrator's own command
    finally:
        os._exit(1)


def _listen(hear: int, deadline: float) -> str | None:
    """What is said until nobody is left who could say more; None where somebody still is at the deadline."""
    said = b""
    while (left := deadline - time.monotonic()) > 0:
        if select.select([hear], [], [], left)[0]:
            piece = os.read(hear, 4096)
            if not piece:
                return said.decode(errors="replace")
            said += piece
    return None


@contextlib.contextmanager
def planted() -> Iterator[Prey]:
    """Plant secrets and listeners in and around this process."""
    token = secrets.token_hex(16)
    folder = Path(tempfile.mkdtemp(prefix="plnb-prey-"))
    memory = ctypes.create_string_buffer(token.encode())
    file = folder / "token"
    shared = Path("/dev/shm", folder.name)  # noqa: S108
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.callback(shared.unlink, missing_ok=True)
        plant(file, token)
        handle = os.open(file, os.O_RDONLY)
        stack.callback(os.close, handle)

        def listener(family: int, kind: int, address: object) -> socket.socket:
            made = stack.enter_context(socket.socket(family, kind))
            made.bind(address)  # type: ignore[arg-type]
            if kind == socket.SOCK_STREAM:
                made.listen(50)
            return made

        tcp = listener(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
        udp = listener(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))
        listener(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + folder.name)
        listener(socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "socket"))
        listener(socket.AF_UNIX, socket.SOCK_DGRAM, str(folder / "socket.d"))
        os.environ[_TOKEN_NAME] = token
        stack.callback(os.environ.pop, _TOKEN_NAME)
        yield Prey(
            token=token,
            file=file,
            handle=handle,
            address=ctypes.addressof(memory),
            grader=os.getpid(),
            started=Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19],
            tcp=tcp.getsockname()[1],
            udp=udp.getsockname()[1],
            abstract=folder.name,
            path_socket=str(folder / "socket"),
            shared=shared,
        )


def plant(file: Path, token: str) -> None:
    """The token's file as it must be before each attack."""
    file.unlink(missing_ok=True)
    file.with_name("new").unlink(missing_ok=True)
    file.write_text(token)
    file.chmod(0o600)


def probe(tier: Tier, attack: Attack, prey: Prey) -> Probe:
    """An attack, confined (in every way that a desk comes to be) and free."""

    def outcome(where: Tier | None, hold: float = _HOLD_SECONDS, within: bool = False) -> Outcome:
        plant(prey.file, prey.token)
        prey.shared.unlink(missing_ok=True)
        return attack_once(where, attack, prey, hold=hold, within=within)

    for within in (False, True) if tier is Tier.namespaces else (False,):
        confined = outcome(tier, within=within)
        if confined and attack.family == "resources":  # seen too late, perhaps, on a busy machine: once more, with time to see it
            confined = outcome(tier, _PATIENT_SECONDS, within)
        if confined.ending is not None and confined.ending.reason is Reason.not_confined:
            raise OSError(confined.ending.said)
        if not confined.begun:
            raise OSError("nothing can be run in it")
        if confined:
            break
    held = None if not confined and not outcome(None) else not confined
    return Probe(family=attack.family, name=attack.name, said=attack.said, held=held, got=confined.got)


def prove_here(tier: Tier) -> Proof:
    """Attack a tier from this process, which must be single-threaded and have nothing to lose."""
    lanes = [_Lane(tier, lane) for lane in _lanes()]
    try:
        return Proof(tier=tier, probes=tuple(probe for lane in lanes for probe in lane.probes()))
    except OSError as error:
        return Proof(tier=tier, failure=str(error))


def _lanes() -> Iterator[list[Attack]]:
    """Attacks that may be tried at the same time: most of them only wait."""
    by_family: dict[str, list[Attack]] = {}
    for attack in attacks.ATTACKS:
        by_family.setdefault(attack.family, []).append(attack)
    for attacks_of_one in by_family.values():
        yield from (attacks_of_one[at : at + _LANE] for at in range(0, len(attacks_of_one), _LANE))


class _Lane:
    """A process that tries some attacks, one after the other, on its own prey."""

    def __init__(self, tier: Tier, lane: list[Attack]) -> None:
        self._hear, say = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._hear)
            said = "!the proof itself failed"
            try:
                with planted() as prey:
                    said = written(Proof(tier=tier, probes=tuple(probe(tier, attack, prey) for attack in lane)))
            except Exception as error:
                said = f"!{error}"
            finally:
                os.write(say, said.encode())
                os._exit(0)
        os.close(say)

    def probes(self) -> tuple[Probe, ...]:
        """What came of them."""
        with open(self._hear, encoding="utf-8") as file:
            said = file.read()
        os.waitpid(self._pid, 0)
        if not said or said.startswith("!"):
            raise OSError(said[1:] or "the proof itself ended")
        return _PROOF.validate_json(said).probes


def prove_apart(tier: Tier) -> Proof:
    """See `plnb.engine.sandbox.prove`."""
    if tier is Tier.container:
        try:
            checked_command()
        except NotReadyError as error:
            return Proof(tier=tier, failure=error.message)
    token = {_TOKEN_NAME: secrets.token_hex(16)}
    command = [sys.executable, "-P", "-m", "plnb.engine.sandbox.proof", tier.value]
    done = subprocess.run(command, env={**os.environ, **token}, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603
    if done.returncode != 0:
        return Proof(tier=tier, failure=done.stderr.strip().rpartition("\n")[2] or f"exit code {done.returncode}")
    return _PROOF.validate_json(done.stdout)


if __name__ == "__main__":
    sys.stdout.write(written(prove_here(Tier(sys.argv[1]))))
