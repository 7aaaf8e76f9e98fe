"""Tier container: a command of the administrator's, such as `podman run --rm -i --network none … image`.

plnb puts the command that is to be confined after it. What limits and hides is the container's own affair, so it is attacked with
what can be tried through its standard input and output.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from plnb.engine.sandbox.tiers import Probe, Proof, Tier
from plnb.errors import NotReadyError

VARIABLE = "PLNB_SANDBOX_COMMAND"
_SECONDS = 60

_ATTACKS = """
import json, os, socket, sys
token, path, pid, port, hosts = json.loads(sys.argv[1])
def read_file(): return open(path).read() == token
def read_environment(): return token in os.environ.values()
def signal_grader():
    os.kill(pid, 0); return True
def make_outside():
    open(path + ".new", "w").close(); return True
def contact():
    for host in hosts:
        try:
            socket.create_connection((host, port), timeout=2).close(); return True
        except OSError: pass
got = []
for attack in (read_file, read_environment, signal_grader, make_outside, contact):
    try: success = bool(attack())
    except Exception: success = False
    if success: got.append(attack.__name__)
print(json.dumps(got))
"""
_SAID = {
    "read_file": ("reading", "read a file of the grader"),
    "read_environment": ("reading", "find a secret in the environment"),
    "signal_grader": ("processes", "send the grader a signal"),
    "make_outside": ("writing", "make a file beside the grader's"),
    "contact": ("network", "connect to a port of this machine"),
}


def container_command() -> tuple[str, ...]:
    """The configured command; empty where there is none."""
    return tuple(shlex.split(os.environ.get(VARIABLE, "")))


def checked_command() -> tuple[str, ...]:
    """The configured command. Raises NotReadyError where there is none, or it is not installed."""
    command = container_command()
    if not command:
        raise NotReadyError("No container command is configured.", mend=f"Set {VARIABLE}, for example to: podman run --rm -i IMAGE")
    if shutil.which(command[0]) is None:
        raise NotReadyError(
            f"The container command “{command[0]}” is not on this machine.", mend=f"Install it, or change {VARIABLE}."
        )
    return command


def prove_container() -> Proof:
    """Attack the configured container."""
    import socket

    try:
        command = checked_command()
    except NotReadyError as error:
        return Proof(tier=Tier.container, failure=error.message)
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("0.0.0.0", 0)) as listener:  # noqa: S104
        file = Path(folder, "token")
        token = os.urandom(16).hex()
        file.write_text(token)
        given = json.dumps([token, str(file), os.getpid(), listener.getsockname()[1], ["127.0.0.1", *_own_addresses()]])
        free = _attack((sys.executable,), given, {**os.environ, "PLNB_PLANTED_TOKEN": token})
        file.with_name("token.new").unlink(missing_ok=True)
        try:
            confined = _attack((*command, "python3"), given, {**os.environ, "PLNB_PLANTED_TOKEN": token})
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            return Proof(tier=Tier.container, failure=f"the container ran no Python: {error}")
        if file.with_name("token.new").exists():
            confined.add("make_outside")
    probes = (
        Probe(family=family, name=name, said=said, held=name not in confined if name in free | confined else None)
        for name, (family, said) in _SAID.items()
    )
    return Proof(tier=Tier.container, probes=tuple(probes))


def _attack(python: tuple[str, ...], given: str, environment: dict[str, str]) -> set[str]:
    done = subprocess.run(  # noqa: S603
        [*python, "-c", _ATTACKS, given], env=environment, capture_output=True, text=True, timeout=_SECONDS, check=True
    )
    return set(json.loads(done.stdout))


def _own_addresses() -> list[str]:
    """Where this machine is reached from inside a container: by its own address, if it has one."""
    import socket

    try:
        return sorted({str(found[4][0]) for found in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)})
    except OSError:
        return []
