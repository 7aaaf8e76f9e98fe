# ruff: noqa: E501  (attacks read best as the lines a student would write)
"""Talking to anybody: the stage listens and counts."""

from __future__ import annotations

from typing import Any

from tests.hostile.courses import RIGHT
from tests.hostile.entry import Entry, Family, entry_maker

_entry = entry_maker(Family.network)

_TRY = """
import socket
def tries(*calls):
    for call in calls:
        try:
            print(call())
        except Exception as error:
            print(type(error).__name__)
"""


def _talk(name: str, tries: str, source: str, **more: Any) -> Entry:
    return _entry(
        name,
        tries,
        "no network of any kind",
        answers={"mean": RIGHT["mean"], "evens": _TRY + source},
        scores={"mean_seen": 2, "mean_hidden": 3},
        **more,
    )


ENTRIES = (
    _talk(
        "tcp",
        "connects by TCP",
        "tries(*[lambda host=host: socket.create_connection((host, @TCP@), 0.5).sendall(b'hello') for host in ('127.0.0.1', '@ADDRESS@', 'localhost')])",
    ),
    _talk(
        "tcp6",
        "connects by TCP over IPv6",
        "tries(lambda: socket.create_connection(('::1', @TCP@), 0.5), lambda: socket.create_connection(('::ffff:127.0.0.1', @TCP@), 0.5))",
    ),
    _talk(
        "mptcp",
        "connects by multipath TCP and by fast open",
        "def mp():\n    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262); s.settimeout(0.5); s.connect(('127.0.0.1', @TCP@))\n"
        "def fast():\n    s = socket.socket(); s.settimeout(0.5); s.sendto(b'hello', 0x20000000, ('127.0.0.1', @TCP@))\ntries(mp, fast)",
    ),
    _talk(
        "udp",
        "sends datagrams",
        "tries(*[lambda host=host: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'hello', (host, @UDP@)) for host in ('127.0.0.1', '@ADDRESS@', '255.255.255.255')])",
    ),
    _talk(
        "dns",
        "asks for a name, with the message in it",
        "tries(lambda: socket.gethostbyname('message.plnb-token.invalid'), lambda: socket.getaddrinfo('localhost', @TCP@), lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'\\0' * 12, ('127.0.0.1', 53)))",
    ),
    _talk(
        "unix-socket",
        "connects to a socket in a shared folder",
        "def unix(): s = socket.socket(socket.AF_UNIX); s.connect('@UNIX@'); s.sendall(b'hello')\ndef grams(): socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'x', '@UNIX@')\ntries(unix, grams)",
    ),
    _talk(
        "abstract-socket",
        "connects to a socket without a file",
        "def unix(): s = socket.socket(socket.AF_UNIX); s.connect('\\0@ABSTRACT@'); s.sendall(b'hello')\ntries(unix)",
    ),
    _talk(
        "listens",
        "waits for others to connect",
        "def listen():\n    s = socket.socket(); s.bind(('0.0.0.0', 0)); s.listen(); s.settimeout(0.3); return s.accept()\ntries(listen)",
    ),
    _talk(
        "programs",
        "lets programs talk",
        "import subprocess\nfor command in ('curl -m 1 -s http://127.0.0.1:@TCP@/', 'wget -T 1 -qO- http://127.0.0.1:@TCP@/', 'bash -c \"echo hello > /dev/tcp/127.0.0.1/@TCP@\"', 'ssh -o ConnectTimeout=1 127.0.0.1 true'):\n"
        "    tries(lambda: subprocess.run(command, shell=True, capture_output=True, timeout=1.5).returncode)",
    ),
    _talk(
        "odd-families",
        "tries every kind of socket there is",
        "def every():\n    for family in (10, 15, 16, 17, 29, 31, 38, 40, 44):\n        for kind in (1, 2, 3):\n            try:\n                socket.socket(family, kind)\n                print(family, kind, 'opened')\n            except OSError:\n                pass\ntries(every)",
    ),
    _talk(
        "pandas-from-the-net",
        "reads a table from an address, as honest code might",
        "import pandas as pd\ntries(lambda: pd.read_csv('http://127.0.0.1:@TCP@/data.csv'))",
    ),
)
