"""Which tier this machine grades in: the best that held when it was attacked here. Remembered until the next boot."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from plnb.engine.sandbox.containers import checked_command, container_command
from plnb.engine.sandbox.tiers import Proof, Tier
from plnb.errors import NotReadyError

UNSAFE = "--unsafe-no-sandbox"
_MEND = f"See why with: plnb doctor. Or run student code with your own rights, which every record will tell, with {UNSAFE}"


_MOST_REMEMBERED = 32
"""Proofs that are kept: of other Pythons of the same user, and of other versions of plnb."""


def choose(prefer: Tier | None = None, *, unsafe: bool = False, prove: Callable[[Tier], Proof] | None = None) -> Tier:
    """The tier to grade in, proved on this machine. Raises NotReadyError where there is none.

    `prefer` allows this tier only. `unsafe` is what a person asked for by name: no sandbox, and no questions.
    """
    if unsafe:
        return Tier.none
    if prefer is Tier.none:
        raise NotReadyError("Student code is not run without a sandbox unless that is asked for by name.", mend=f"Use {UNSAFE}")
    tiers: list[Tier] = [prefer] if prefer else usable_tiers()
    if reason := why_not_here(tiers):
        raise reason
    if prefer is Tier.container:
        checked_command()
    failures = []
    for tier in tiers:
        if _remembers(tier):
            return tier
        proof = (prove or _prove)(tier)
        if proof.holds:
            _remember(tier)
            return tier
        failures.append(f"{tier}: {proof.failure or f'{len(proof.broken)} attacks got through'}")
    raise NotReadyError(f"No sandbox holds on this machine ({'; '.join(failures)}).", mend=_MEND)


def usable_tiers() -> list[Tier]:
    """Tiers worth trying on this system, best first."""
    own: list[Tier] = [Tier.namespaces, Tier.landlock] if sys.platform == "linux" and os.geteuid() != 0 else []
    return own + ([Tier.container] if container_command() else [])


def why_not_here(tiers: list[Tier]) -> NotReadyError | None:
    """Why these cannot even be tried."""
    if tiers == [Tier.container]:
        return None
    if sys.platform != "linux":
        return NotReadyError(
            f"plnb has no sandbox of its own for {platform.system()}.",
            mend=f"Grade on Linux, or name a container's command in PLNB_SANDBOX_COMMAND. {_MEND}",
        )
    if os.geteuid() == 0:
        return NotReadyError(
            "Student code is not run as root: the system does not limit root's processes.",
            mend=f"Run the command as an ordinary user. {_MEND}",
        )
    return None


def _prove(tier: Tier) -> Proof:
    # Attacks are loaded by who needs them.
    from plnb.engine.sandbox.proof import prove_apart

    return prove_apart(tier)


def _key(tier: Tier) -> str:
    """Changes with the machine's start, the user, the kernel, this Python, and the code of the sandbox itself."""
    parts = [tier.value, platform.release(), sys.prefix, os.environ.get("PLNB_SANDBOX_COMMAND", "")]
    with contextlib.suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text())
    parts.append(str(os.getuid() if sys.platform != "win32" else ""))
    digest = hashlib.sha256("\0".join(parts).encode())
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "plnb")


def _memory(tier: Tier, key: str) -> Path:
    # A file for each key: a user has more than one Python, and one proof must not push out another's, for it takes seconds.
    return _folder() / f"sandbox-{tier}-{key[:16]}.json"


def _kept(key: str, tier: Tier) -> dict[str, str]:
    return {"key": key, "tier": tier.value}


def _remembers(tier: Tier) -> bool:
    try:
        key = _key(tier)
        file = _memory(tier, key)
        if sys.platform != "win32" and file.stat().st_uid != os.getuid():
            return False
        return bool(json.loads(file.read_bytes()) == _kept(key, tier))
    except (OSError, ValueError, RuntimeError):
        return False


def _remember(tier: Tier) -> None:
    # A machine on which nothing can be remembered proves it each time.
    with contextlib.suppress(OSError, RuntimeError):
        key = _key(tier)
        file = _memory(tier, key)
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=file.parent)
        with open(handle, "w", encoding="utf-8") as out:
            json.dump(_kept(key, tier), out)
        os.replace(name, file)
        for old in sorted(file.parent.glob("sandbox-*.json"), key=_changed, reverse=True)[_MOST_REMEMBERED:]:
            old.unlink(missing_ok=True)


def _changed(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:  # another process has just removed it
        return 0.0
