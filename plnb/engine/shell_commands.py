"""`!command` where there are no terminals: IPython runs commands on one, and a tightly confined process has none."""

from __future__ import annotations

import codecs
import os
import subprocess


def run_without_terminal() -> None:
    """Let IPython run commands through a pipe where no terminal can be opened; elsewhere nothing changes."""
    try:
        for handle in os.openpty():
            os.close(handle)
    except OSError:
        from ipykernel import zmqshell

        vars(zmqshell)["system"] = _system


def _system(command: str) -> int:
    """Run a command, print what it says as it says it, and give its exit code; less than 0 where a signal ended it."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    with subprocess.Popen(  # noqa: S603 - a student's command, in the student's sandbox
        ["/bin/sh", "-c", command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None
        try:
            while said := os.read(process.stdout.fileno(), 65_536):
                print(decoder.decode(said), end="", flush=True)  # noqa: T201 - it is the cell's output
        except KeyboardInterrupt:
            process.kill()
    return process.returncode
